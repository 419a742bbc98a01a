// A second, slow and obvious daemon beside each simulated life: it is told of every command, says what must come of it, and
// is held against what the book came to.
//
// Nothing here is shared with Packing or Leasing but their value types. The model's state is plain data; every question is
// answered by looking at all of it. What hardware a request gets follows from docs/placement.md (`SlowModel`).

import FleetModel
import Leasing
import Packing
import Scheduling

/// The model of one life.
struct Model {
    /// What the model does not predict, and why: commands, and circumstances of others. After one of them it goes on from what
    /// the book came to.
    static let unpredicted: [String: String] = {
        var all = [
            "plan tokens": "the placement is the one that was planned, of which the model was not told",
            "claimed hardware": "not modelled",
            "ramps": "not modelled",
            "releases of what others gave way to": "what those get back is not modelled",
            "grants under load targets": "what leases give up for one another is not modelled",
            "what is free for a replacement": "of a time that is over, or beside load targets: not modelled",
            "keys where names of tenants were used before": "the model does not know whose a key was",
        ]
        let commands = [
            "open", "adoptFleet", "amendLease", "serveReclaim", "withdrawReclaim", "nominate", "answerApproval",
            "importBook", "splitLease", "proposeTransfer", "answerTransfer", "withdrawTransfer", "proposeSublease",
            "answerSublease", "endSublease", "identifyGPUs", "reportFault", "decideFault", "setLoadTarget",
            "removeLoadTarget", "acknowledgeOrders", "acknowledgeNotice", "carryOut",
        ]
        for name in commands { all[name] = "a command that is not modelled" }
        return all
    }()

    private(set) var state: ModelState?
    private var book = Book()
    /// How often something was predicted, by kind of command and answer, and how often it was not, by what.
    private(set) var counts: [String: Int] = [:]

    /// Follows one step: its entries, its commands and their answers.
    mutating func follow(_ scene: LifeScene, after step: LifeStep, entries: [Entry]) -> [String] {
        var commands: [LifeCommand] = []
        if case .send(let sent) = step { commands = sent }
        var answers: [Int: Answer] = [:]
        for answer in scene.answers { answers[answer.place] = answer.answer }
        let isUndone = answers.values.contains { if case .faulted = $0 { true } else { false } }
        var left = entries[...]
        var found: [String] = []
        if state == nil {
            while let first = left.first, first.facts.contains(where: \.makesBook) { book.apply(left.removeFirst()) }
            state = ModelState(book)
        }
        let sentTo = book
        if left.first?.requestID != "time", let missed = missed(scene) { found.append(missed) }
        found += letPass(&left)
        guard found.isEmpty, !isUndone else { return found }
        for (place, command) in commands.enumerated() {
            let entry = left.first.flatMap { $0.requestID == "r\(place)" ? $0 : nil }
            if entry != nil { left.removeFirst() }
            guard entry != nil || answers[place] != nil else { continue }
            var sent = command
            sent.fleetVersion = command.fleetVersion(in: sentTo)
            found += take(sent, entry, answers[place], at: entry?.recordedAt ?? scene.stepTime)
            if !found.isEmpty { return found.map { "\(command.command.kind): \($0)" } }
        }
        found += letPass(&left)
        if let entry = left.first { found.append("entry \(entry.revision) is of no command") }
        if found.isEmpty { found = agree(with: ModelState(scene.book, after: state)) }
        return found
    }

    /// Gives the counts away.
    mutating func takeCounts() -> [String: Int] {
        defer { counts = [:] }
        return counts
    }

    private mutating func note(_ choices: ModelChoices) {
        if choices.uncertain > 0 { count("model unpredicted what is free for a replacement") }
    }

    private mutating func count(_ name: String) { counts[name, default: 0] += 1 }

    /// Says what was due and did not happen.
    private func missed(_ scene: LifeScene) -> String? {
        guard scene.passesTime, state!.freeze == nil, let due = state!.nextDue, due.at <= scene.stepTime else {
            return nil
        }
        return "\(due.what) was due at \(due.at) and did not happen until \(scene.stepTime)"
    }

    /// Entries that time brought, as one.
    private mutating func letPass(_ entries: inout ArraySlice<Entry>) -> [String] {
        var choices = ModelChoices()
        var now: Int64?
        while let entry = entries.first, entry.requestID == "time" {
            choices.note(entry)
            now = entry.recordedAt
            book.apply(entries.removeFirst())
        }
        let seen = ModelState(book, after: state)
        guard let now else { return [] }
        count("model time")
        do {
            try state!.letPass(until: now, &choices)
        } catch {
            return ["time: \(error.text)"]
        }
        note(choices)
        return choices.left.map { "time: \($0)" } + agree(with: seen).map { "time: \($0)" }
    }

    /// Holds the state against what was seen, and goes on from there.
    private mutating func agree(with seen: ModelState) -> [String] {
        state!.adopt(seen)
        return state!.differences(from: seen)
    }

    private mutating func take(_ command: LifeCommand, _ entry: Entry?, _ answer: Answer?, at now: Int64) -> [String] {
        let kind = command.command.kind
        let before = state!
        var choices = ModelChoices()
        if let entry {
            choices.note(entry)
            book.apply(entry)
        }
        var trial = before
        trial.time = max(trial.time, now)
        var expected: String
        var leases: [UInt64]?
        do {
            if try trial.isRepeated(command) {
                expected = "repeated"
            } else {
                leases = try trial.carryOut(
                    command.command, by: command.actor, because: "life", &choices)
                expected = "accepted"
            }
        } catch let refusal as ModelRefusal {
            expected = "refused, \(refusal.code.rawValue)"
            if answer?.text != expected {
                return ["\(answer?.text ?? "entered"), expected \(expected) (\(refusal.text))"]
            }
        } catch let unknown as ModelUnknown {
            guard Self.unpredicted[unknown.what] != nil else {
                return ["\(unknown.what) is not among what the model need not predict"]
            }
            count("model unpredicted \(unknown.what)")
            state = ModelState(book, after: before)
            state!.note(command, entry)
            return []
        } catch let fault as ModelFault {
            return [fault.text]
        } catch {
            return ["\(error)"]
        }
        if let answer, answer.text != expected { return ["\(answer.text), expected \(expected)"] }
        count("model predicted \(kind) \(expected.prefix { $0 != "," })")
        if let leases, case .accepted(let outcome, _, _)? = answer, outcome.leases != leases {
            return ["it names leases \(outcome.leases), expected \(leases)"]
        }
        guard expected == "accepted" else {
            return entry == nil ? [] : ["it was \(expected), and changed something"]
        }
        // What changes nothing leaves the book where it is.
        if entry == nil { trial.time = before.time }
        state = trial
        state!.note(command, entry)
        note(choices)
        return choices.left + agree(with: ModelState(book, after: before))
    }
}

extension Answer {
    /// What kind of answer it is.
    fileprivate var text: String {
        switch self {
        case .accepted(let outcome, _, _): outcome.isRepeated ? "repeated" : "accepted"
        case .refused(let refusal, _): "refused, \(refusal.code.rawValue)"
        case .faulted: "faulted"
        }
    }
}

extension Fact {
    fileprivate var makesBook: Bool { if case .bookOpened = self { true } else { false } }
}

extension ModelChoices {
    mutating func note(_ entry: Entry) {
        for fact in entry.facts {
            switch fact {
            case .memberReplaced(let replacement): replacements.append(replacement)
            case .spareReturned(let spare): spares.append(spare)
            default: break
            }
        }
    }

    /// What was chosen that nothing asked for.
    var left: [String] {
        replacements.map { "part \($0.lease) had a node replaced that needed none" }
            + spares.map { "part \($0.lease) was given a spare that it needs not" }
    }
}

extension ModelState {
    /// Whether a command was answered before under its key.
    fileprivate func isRepeated(_ sent: LifeCommand) throws -> Bool {
        if let key = sent.key, let kept = keys[ModelKey(scope: key.scope, key: key.key)], kept.at + 86_400 > time {
            guard kept.digest == key.bodyDigest else {
                throw ModelRefusal(.idempotencyMismatch, "the key was used for something else")
            }
            if !usedNames.isEmpty { throw ModelUnknown("keys where names of tenants were used before") }
            return true
        }
        if sent.fleetVersion != fleetVersion && sent.command.namesNodesByPlace {
            throw ModelRefusal(.fleetConflict, "it names nodes of another fleet")
        }
        return false
    }

    /// Keeps a success under its key.
    fileprivate mutating func note(_ command: LifeCommand, _ entry: Entry?) {
        guard let entry, let key = command.key else { return }
        keys[ModelKey(scope: key.scope, key: key.key)] = ModelSuccess(digest: key.bodyDigest, at: entry.recordedAt)
    }
}

extension Command {
    /// Whether it names nodes by their places in a fleet.
    fileprivate var namesNodesByPlace: Bool {
        switch self {
        case .setNodes, .nominate, .putMaintenance, .identifyGPUs, .importBook: true
        case .requestLeases(let orders, _), .requestSeries(_, let orders):
            orders.contains { $0.lines.contains { $0.claim != nil } }
        case .splitLease(_, let selection, _): !selection.nodes.isEmpty
        case .proposeTransfer(_, let order, _): !(order.selection?.nodes.isEmpty ?? true)
        case .proposeSublease(_, let order, _): !(order.selection?.nodes.isEmpty ?? true)
        case .carryOut(let commands, _): commands.contains { $0.command.namesNodesByPlace }
        default: false
        }
    }
}
