// What a life has reached: commands with their answers, states and events, conditions, flags, faults, and pairs of them.

import FleetModel
import Leasing
import Packing
import Scheduling

/// How often each thing was reached, by name.
public struct LifeCoverage: Sendable {
    /// By family and name, such as `state active` or `answer requestLeases accepted`.
    public private(set) var counts: [String: Int] = [:]

    /// Nothing yet.
    public init() {}

    /// Adds what another life has reached.
    public mutating func add(_ other: LifeCoverage) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// What must be reached by lives together, and was not.
    public var missing: [String] { Self.required.filter { counts[$0] == nil }.sorted() }

    /// Adds counts by name.
    mutating func note(_ more: [String: Int]) { counts.merge(more, uniquingKeysWith: +) }

    private mutating func note(_ name: String) { counts[name, default: 0] += 1 }

    mutating func note(_ step: LifeStep, _ answers: [LifeAnswer], before: Book, after: Book) {
        note("step \(step.kind)")
        for answer in answers {
            let kind = answer.command.command.kind
            let flags = answer.command.flags
            for flag in flags { note("flag \(flag)") }
            switch answer.answer {
            case .accepted(let outcome, let view, _):
                note("answer \(kind) accepted")
                if outcome.isRepeated { note("flag repeated") }
                if !outcome.preempted.isEmpty { note("flag gives way") }
                if !outcome.replacements.isEmpty { note("flag replaced") }
                notePairs(of: flags)
                for number in outcome.leases {
                    if let lease = view.book.lease(number) { note("pair \(kind) \(lease.state.name)") }
                }
            case .refused(let refusal, _):
                note("answer \(kind) refused")
                note("refusal \(refusal.code.rawValue)")
                for obstacle in refusal.obstacles { note("blocker \(obstacle.kind.rawValue)") }
            case .faulted: note("answer faulted")
            }
        }
        guard after.revision != before.revision else { return }
        for state in LeaseState.allCases where after.leaseCount(in: state) > 0 { note("state \(state.name)") }
        after.forEachLease { lease in
            guard !lease.state.isFinal else { return true }
            for condition in lease.conditions { note("condition \(condition.kind.name)") }
            for condition in lease.conditions { note("pair \(lease.state.name) \(condition.kind.name)") }
            // A condition of the lease as a whole, which no part has.
            if lease.partOf == nil, after.openReclaim(on: lease.number) != nil {
                note("condition \(ConditionKind.noticeServed.name)")
                note("pair \(lease.state.name) \(ConditionKind.noticeServed.name)")
            }
            return true
        }
    }

    /// Which flags were granted together.
    private mutating func notePairs(of flags: [String]) {
        for (place, one) in flags.enumerated() {
            for other in flags[(place + 1)...] where one != other {
                note("pair \(min(one, other)) + \(max(one, other))")
            }
        }
    }
}

extension LifeCommand {
    /// What is special about it.
    var flags: [String] {
        var flags: [String] = key == nil ? [] : ["key"]
        guard case .requestLeases(let orders, let tokens) = command else { return flags }
        if orders.count > 1 { flags.append("batch") }
        if tokens.contains(where: { $0 != nil }) { flags.append("token") }
        for order in orders {
            flags.append("class \(order.leaseClass.name)")
            if order.sparesPerDomain > 0 { flags.append("spares") }
            if order.contract != nil { flags.append("contract") }
            if order.start != nil { flags.append("later") }
            for line in order.lines { flags += line.flags }
        }
        return flags
    }
}

extension LeaseLine {
    fileprivate var flags: [String] {
        var flags = ["shape \(shape.family)"]
        if let within { flags.append("within \(within.rawValue)") }
        if spread != nil { flags.append("spread") }
        if pins != nil { flags.append("pin") }
        if isComposed { flags.append("composed") }
        if !models.isEmpty { flags.append("models") }
        if !ramp.isEmpty { flags.append("ramp") }
        return flags
    }
}

extension PlacementShape {
    /// Its name without its size.
    var family: String {
        switch self {
        case .block: "block"
        case .rack: "rack"
        case .nvl72: "nvl72"
        case .node: "node"
        case .gpus: "gpus"
        case .mig: "mig"
        case .power: "power"
        }
    }
}

extension LifeCoverage {
    /// Commands that are given in a life.
    private static let commands = [
        "adoptFleet", "putTenant", "removeTenant", "putCohort", "removeCohort", "putContract", "removeContract",
        "requestLeases", "requestSeries", "releaseSeries", "amendLease", "releaseLease", "serveReclaim",
        "withdrawReclaim", "nominate", "answerApproval", "importBook", "splitLease", "proposeTransfer",
        "answerTransfer", "withdrawTransfer", "proposeSublease", "answerSublease", "endSublease", "makeToken",
        "revokeToken", "putMaintenance", "removeMaintenance", "failFeed", "restoreFeed", "setNodes", "identifyGPUs",
        "reportFault", "decideFault", "setLoadTarget", "removeLoadTarget", "acknowledgeOrders", "acknowledgeNotice",
        "carryOut",
    ]
    /// Commands that are never refused.
    private static let granted = ["setFreeze", "confirmClock", "finaliseUpgrade", "noteBackup", "heartbeat", "advance"]

    static let required: Set<String> = {
        var names = Set(commands.flatMap { ["answer \($0) accepted", "answer \($0) refused"] })
        names.formUnion(granted.map { "answer \($0) accepted" })
        // Tokens with unknown parents, and the removal of what is not there, count as refusals; what follows has none.
        names.formUnion(LeaseState.allCases.map { "state \($0.name)" })
        names.formUnion(ConditionKind.allCases.map { "condition \($0.name)" })
        names.formUnion(Refusal.Code.allCases.filter { $0 != .notFinalised }.map { "refusal \($0.rawValue)" })
        names.formUnion(LeaseClass.allCases.map { "flag class \($0.name)" })
        names.formUnion(WithinLevel.allCases.map { "flag within \($0.rawValue)" })
        let shapes = ["block", "rack", "nvl72", "node", "gpus", "mig", "power"]
        names.formUnion(shapes.map { "flag shape \($0)" })
        names.formUnion(
            [
                "key", "batch", "token", "spares", "contract", "later", "spread", "pin", "composed", "models", "ramp",
                "repeated", "gives way", "replaced",
            ].map { "flag \($0)" })
        names.formUnion(
            [
                "commands", "time", "clock set", "clock confirmed", "disk full", "sync failed, written",
                "sync failed, lost", "crash",
            ].map { "step \($0)" })
        names.insert("answer faulted")
        for shape in shapes {
            for flag in LeaseClass.allCases.map({ "class \($0.name)" }) + ["contract", "later", "token", "ramp"] {
                let (one, other) = ("shape \(shape)", flag)
                names.insert("pair \(min(one, other)) + \(max(one, other))")
            }
        }
        for state in [LeaseState.starting, .active] {
            names.formUnion(
                [ConditionKind.degraded, .curtailed, .noticeServed].map { "pair \(state.name) \($0.name)" })
        }
        return names
    }()
}
