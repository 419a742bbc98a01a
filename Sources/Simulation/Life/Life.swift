// One life of a book from a seed: it is lived, checked after every step, and played again without some of its steps.

public import FleetModel
import Journaling
import Leasing
import Scheduling

/// How a life ended.
public struct LifeReport: Sendable {
    public let seed: UInt64
    /// Commands that were answered, and steps that were checked.
    public internal(set) var commands = 0
    public internal(set) var steps = 0
    public internal(set) var entries: UInt64 = 0
    public internal(set) var starts = 0
    /// The digest of the last book: equal lives have equal digests.
    public internal(set) var digest = ""
    /// What broke a rule, at the last step; empty when every rule held.
    public internal(set) var violations: [String] = []
    /// What was reached, and how often.
    public internal(set) var coverage = LifeCoverage()
    /// The steps, so that they can be played again.
    var script: [LifeStep] = []
}

/// How a life is lived, beside its seed.
public struct LifeTerms: Sendable {
    /// How many times the racks of the smallest fleet; nil: as the seed has it.
    public var scale: Int?
    /// After how many steps the book is compared as a whole with its facts, its snapshot, its accounts and its log.
    public var stepsPerAudit: Int
    /// Whether a second, slow and obvious daemon says beforehand what must come of each step.
    public var hasModel: Bool

    /// All of them.
    public init(scale: Int? = nil, stepsPerAudit: Int = 64, hasModel: Bool = false) {
        self.scale = scale
        self.stepsPerAudit = stepsPerAudit
        self.hasModel = hasModel
    }
}

/// Lives of books.
public enum Life {
    /// Lives one life of so many commands, or until a rule breaks.
    ///
    /// - Parameters:
    ///   - seed: what everything about it follows from.
    public static func live(
        seed: UInt64, commands: Int, _ terms: LifeTerms = LifeTerms(), catalogue: Catalogue
    ) throws -> LifeReport {
        try live(seed: seed, commands: commands, terms, catalogue: catalogue, planting: nil)
    }

    /// - Parameter fault: a mistake that is made on purpose, to see the checks find it.
    static func live(
        seed: UInt64, commands: Int, _ terms: LifeTerms = LifeTerms(), catalogue: Catalogue,
        planting fault: PlantedFault?
    ) throws -> LifeReport {
        let settings = try LifeSettings(seed: seed, scale: terms.scale, catalogue: catalogue)
        var run = try LifeRun(settings, terms, fault)
        var script = LifeScript(settings)
        while run.report.commands < commands && run.report.violations.isEmpty {
            let step = script.next(
                on: run.world.book, now: run.world.scheduler.now, isFrozen: run.world.scheduler.isTimeFrozen,
                commandsLeft: commands - run.report.commands)
            try run.take(step)
        }
        return try run.finished()
    }

    /// Plays some of the steps of a life again; `onStep` is given what each wrote.
    static func play(
        _ steps: [LifeStep], seed: UInt64, _ terms: LifeTerms = LifeTerms(), catalogue: Catalogue,
        planting fault: PlantedFault? = nil, onStep: ([JournalRecord]) -> Void = { _ in }
    ) throws -> LifeReport {
        var run = try LifeRun(LifeSettings(seed: seed, scale: terms.scale, catalogue: catalogue), terms, fault)
        for step in steps where run.report.violations.isEmpty {
            let last = run.world.journal.lastSequence
            try run.take(step)
            onStep(try run.world.journal.read(after: last, limit: JournalLimits.recordsPerReadMax))
        }
        return try run.finished()
    }
}

/// What a step has left behind, as the checks see it.
struct LifeScene {
    var book: Book
    var journal: MemoryJournal
    var answers: [LifeAnswer]
    let now: Int64
    /// The time by which the step was decided.
    let stepTime: Int64
    /// Whether what was due then has happened.
    let passesTime: Bool
    let starts: Int
}

/// Changes what the checks see, as a mistake in the code that they check would.
typealias PlantedFault = (inout LifeScene) -> Void

/// A life as it goes on.
private struct LifeRun {
    var world: LifeWorld
    var checks: LifeChecks
    var report: LifeReport
    private let fault: PlantedFault?

    init(_ settings: LifeSettings, _ terms: LifeTerms, _ fault: PlantedFault?) throws {
        checks = LifeChecks(stepsPerAudit: terms.stepsPerAudit, hasModel: terms.hasModel)
        world = try LifeWorld(
            fleet: settings.fleets[0], seed: settings.seed, start: LifeSettings.start,
            entriesPerSnapshot: settings.entriesPerSnapshot)
        report = LifeReport(seed: settings.seed)
        self.fault = fault
    }

    mutating func take(_ step: LifeStep, isLast: Bool = false) throws {
        let before = world.book
        do {
            let answers = try world.take(step)
            report.commands += step.commandCount
            report.steps += 1
            report.script.append(step)
            report.coverage.note(step, answers, before: before, after: world.book)
            var seen = LifeScene(
                book: world.book, journal: world.journal, answers: answers, now: world.scheduler.now,
                stepTime: world.stepTime, passesTime: world.passesTime, starts: world.starts)
            fault?(&seen)
            report.violations = try checks.look(at: seen, after: step, isLast: isLast)
            report.coverage.note(checks.takeModelCounts())
        } catch {
            report.script.append(step)
            report.violations = ["rule 5: a start or a check cannot read what was written: \(error)"]
        }
    }

    /// Lets everything end that is to end, and looks once more at everything.
    mutating func finished() throws -> LifeReport {
        let count = report.script.count
        if report.violations.isEmpty { try take(.confirmTime) }
        if report.violations.isEmpty { try take(.pass(seconds: 400 * 86_400)) }
        if report.violations.isEmpty { try take(.crash, isLast: true) }
        report.script.removeLast(report.script.count - count)
        (report.entries, report.starts, report.digest) = (world.book.revision, world.starts, world.book.digest())
        return report
    }
}
