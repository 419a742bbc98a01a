// Makes the shortest script that still breaks a rule, by leaving out steps and commands.

public import FleetModel
import Journaling
import Leasing

/// Which steps and commands of a life are played again, by their places.
public struct LifeExtract: Sendable, Equatable, CustomStringConvertible {
    /// A place of a step, and of one command in it; a step without commands stands alone.
    struct Place: Hashable, Comparable, Sendable {
        var step: Int
        var command: Int?

        static func < (left: Place, right: Place) -> Bool {
            (left.step, left.command ?? -1) < (right.step, right.command ?? -1)
        }
    }

    var places: [Place]

    /// Reads `3,17.0,17.4`: steps, and commands of steps, counted from 0. Nil when it is something else.
    public init?(_ text: String) {
        var places: [Place] = []
        for item in text.split(separator: ",") {
            let numbers = item.split(separator: ".").map { Int($0) }
            guard let step = numbers.first.flatMap(\.self), numbers.count <= 2 else { return nil }
            if numbers.count == 2 && numbers[1] == nil { return nil }
            places.append(Place(step: step, command: numbers.count == 2 ? numbers[1] : nil))
        }
        self.places = places.sorted()
    }

    init(places: [Place]) { self.places = places }

    /// All of a script.
    init(of script: [LifeStep]) {
        places = script.enumerated().flatMap { step, what in
            guard case .send(let commands) = what else { return [Place(step: step)] }
            return commands.indices.map { Place(step: step, command: $0) }
        }
    }

    /// Whether it names nothing.
    public var isEmpty: Bool { places.isEmpty }

    /// The first place of it that a script has not, or nil.
    func firstStranger(to script: [LifeStep]) -> String? {
        let known = LifeExtract(of: script).places
        return places.first { place in !known.contains(place) }.map { LifeExtract(places: [$0]).description }
    }

    public var description: String {
        places.map { place in place.command.map { "\(place.step).\($0)" } ?? "\(place.step)" }.joined(separator: ",")
    }

    /// The steps of a script that are left.
    func steps(of script: [LifeStep]) -> [LifeStep] {
        var steps: [LifeStep] = []
        var next = places.startIndex
        while next < places.endIndex {
            let step = places[next].step
            var commands: [LifeCommand] = []
            let isSend = script.indices.contains(step) && script[step].commandCount > 0
            while next < places.endIndex, places[next].step == step {
                if case .send(let all)? = script.indices.contains(step) ? script[step] : nil,
                    let command = places[next].command, all.indices.contains(command)
                {
                    commands.append(all[command])
                }
                next += 1
            }
            if isSend {
                if !commands.isEmpty { steps.append(.send(commands)) }
            } else if script.indices.contains(step) {
                steps.append(script[step])
            }
        }
        return steps
    }
}

extension Life {
    /// The shortest extract found that breaks the same rule as a life did.
    ///
    /// Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002: chunks are left out, smaller and
    /// smaller ones. O(n²) lives at worst; `onProgress` is told how many places are left.
    public static func shrink(
        _ report: LifeReport, _ terms: LifeTerms = LifeTerms(), catalogue: Catalogue,
        onProgress: (Int) -> Void = { _ in }
    ) throws -> LifeExtract {
        try shrink(report, terms, catalogue: catalogue, planting: nil, onProgress: onProgress)
    }

    static func shrink(
        _ report: LifeReport, _ terms: LifeTerms = LifeTerms(), catalogue: Catalogue, planting fault: PlantedFault?,
        onProgress: (Int) -> Void = { _ in }
    ) throws -> LifeExtract {
        func breaks(_ places: [LifeExtract.Place]) throws -> Bool {
            let steps = LifeExtract(places: places).steps(of: report.script)
            let again = try play(steps, seed: report.seed, terms, catalogue: catalogue, planting: fault)
            return again.brokenRules.contains { report.brokenRules.contains($0) }
        }
        var places = LifeExtract(of: report.script).places
        var size = max(1, places.count / 2)
        while true {
            var start = 0
            var isShorter = false
            while start < places.count {
                var fewer = places
                fewer.removeSubrange(start..<min(places.count, start + size))
                if try breaks(fewer) {
                    (places, isShorter) = (fewer, true)
                    onProgress(places.count)
                } else {
                    start += size
                }
            }
            if size == 1 && !isShorter { return LifeExtract(places: places) }
            size = max(1, size / 2)
        }
    }

    /// Lives a life and plays an extract of it.
    ///
    /// - Parameter showsEntries: whether each step says what it brought: every entry with its time and facts.
    public static func replay(
        _ extract: LifeExtract, seed: UInt64, commands: Int, _ terms: LifeTerms = LifeTerms(),
        showsEntries: Bool = false,
        catalogue: Catalogue
    ) throws -> (report: LifeReport, steps: [String]) {
        let whole = try live(seed: seed, commands: commands, terms, catalogue: catalogue)
        if let stranger = extract.firstStranger(to: whole.script) { throw LifeExtractFault(place: stranger) }
        let steps = extract.steps(of: whole.script)
        var brought: [[JournalRecord]] = []
        let report = try play(steps, seed: seed, terms, catalogue: catalogue, onStep: { brought.append($0) })
        let texts = try steps.enumerated().map { place, step in
            guard showsEntries, brought.indices.contains(place) else { return step.text }
            return try ([step.text] + brought[place].map { try Entry(decoding: $0.bytes).text }).joined(
                separator: "\n    ")
        }
        return (report, texts)
    }
}

/// An extract that names what is not in the life.
public struct LifeExtractFault: Error, CustomStringConvertible {
    /// The first such place.
    public let place: String

    public var description: String {
        "there is no step \(place) in this life; was it printed for another seed, other options or another release?"
    }
}

extension Entry {
    /// Its time and what it says, for a person.
    fileprivate var text: String {
        "entry \(revision) at \(RFC3339.text(recordedAt)): " + facts.map { "\($0)" }.joined(separator: "\n        ")
    }
}

extension LifeReport {
    /// What rule each violation is about, and of rule 8 which way it is broken.
    var brokenRules: Set<String> {
        Set(violations.map { $0.hasPrefix("rule 8: the answer") ? "rule 8, answer" : String($0.prefix { $0 != ":" }) })
    }
}

extension LifeStep {
    /// What happens, for a person.
    var text: String {
        switch self {
        case .send(let commands): commands.map { "\($0.actor.role): \($0.command)" }.joined(separator: "\n    ")
        case .pass(let seconds): "\(seconds) s pass"
        case .setClock(let seconds): "the clock is set by \(seconds) s"
        default: kind
        }
    }
}
