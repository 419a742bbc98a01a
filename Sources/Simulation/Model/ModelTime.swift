// What time brings in the model: every second at which something is due is found by looking at everything.

import FleetModel
import Leasing
import Packing

/// What an entry of the journal chose among hardware: looked at, and then taken as it is.
struct ModelChoices {
    var replacements: [Replacement] = []
    var spares: [SpareReturn] = []
    /// How often the model did not know whether something could be replaced.
    var uncertain = 0
}

extension ModelState {
    /// What is due, by time; at one second ends come before returns, those before nodes, those before starts.
    private enum Due {
        case end(UInt64)
        case `return`(UInt64)
        case node(Int)
        case start(UInt64)
        case maintenance(String)
        case cap(UInt64)

        var rank: Int {
            switch self {
            case .end: 0
            case .return: 1
            case .node: 2
            case .start: 3
            case .maintenance: 4
            case .cap: 5
            }
        }

        var number: UInt64 {
            switch self {
            case .end(let number), .return(let number), .start(let number), .cap(let number): number
            case .node(let node): UInt64(node)
            case .maintenance: 0
            }
        }
    }

    /// The first thing that is due, and when.
    private var firstDue: (at: Int64, due: Due)? {
        var all: [(at: Int64, due: Due)] = []
        for part in parts.values {
            switch part.state {
            case .scheduled: all.append((part.start, .start(part.number)))
            case .starting, .active: all.append((part.end, .end(part.number)))
            case .ending: all.append((part.until, .return(part.number)))
            case .expired, .cancelled, .failed, .reclaimed, .preempted, .transferred: break
            }
            if part.state == .scheduled || part.isInWindow, part.capStepsBegun < part.capSteps.count,
                part.capSteps[part.capStepsBegun].at < part.end
            {
                all.append((part.capSteps[part.capStepsBegun].at, .cap(part.number)))
            }
        }
        for (node, state) in nodes.enumerated() {
            if let until = state.until { all.append((until, .node(node))) }
        }
        for (name, plan) in maintenance { all.append((plan.windows[0].upperBound, .maintenance(name))) }
        return all.min { ($0.at, $0.due.rank, $0.due.number) < ($1.at, $1.due.rank, $1.due.number) }
    }

    /// What is due next, in words.
    var nextDue: (at: Int64, what: String)? { firstDue.map { ($0.at, "\($0.due)") } }

    /// Lets everything happen that is due at a time.
    mutating func letPass(until now: Int64, _ choices: inout ModelChoices) throws(ModelFault) {
        time = max(time, now)
        guard freeze == nil else { return }
        while let next = firstDue, next.at <= now {
            switch next.due {
            case .end(let number):
                end(number, as: parts[number]!.state == .starting ? .failed : .ending)
            case .return(let number): try bringBack(number, at: next.at, &choices)
            case .node(let node): try reopen(node, at: next.at, &choices)
            case .start(let number): try start(number, at: next.at, &choices)
            case .maintenance(let name):
                maintenance[name]!.windows.removeFirst()
                if maintenance[name]!.windows.isEmpty { maintenance[name] = nil }
            case .cap(let number): parts[number]!.capStepsBegun += 1
            }
        }
    }

    /// Ends a part, whose conditions end with it.
    mutating func end(_ number: UInt64, as state: LeaseState) {
        parts[number]!.state = state
        (parts[number]!.down, parts[number]!.conditions) = ([], [:])
    }

    /// The window of a part begins: what is down is replaced or missing, what is late is waited for.
    mutating func start(_ number: UInt64, at: Int64, _ choices: inout ModelChoices) throws(ModelFault) {
        parts[number]!.state = .starting
        let part = parts[number]!
        let down = part.nodesInUse.filter { isDown($0, part.modulesInUse(on: $0, of: platform(of: $0))) }
        try settle(number, down, at: at, &choices)
    }

    /// The end of a turn-round: what is free is free, what is to be reported is awaited from now on.
    private mutating func bringBack(_ number: UInt64, at: Int64, _ choices: inout ModelChoices) throws(ModelFault) {
        let part = parts[number]!
        var touched = Set<Int>()
        for line in part.lines {
            for holding in holdings(of: line, of: part) where !part.returned.contains(holding.node) {
                touched.insert(holding.node)
            }
        }
        for node in touched where site(of: node).turnRound.ending == .report {
            // What others' turn-rounds there hold is awaited, too.
            for other in live where other.state == .ending && other.end <= time && !other.returned.contains(node) {
                for line in other.lines {
                    for holding in holdings(of: line, of: other) where holding.node == node {
                        nodes[node].notReady |= holding.modules
                    }
                }
            }
        }
        end(number, as: returned(number))
        forgetReports(of: part)
        let whole = part.lines.flatMap(\.holdings.allNodes).filter { !part.returned.contains($0) }
        let shared = part.lines.flatMap { $0.holdings.partialNodes.map(\.node) + $0.holdings.slices.map(\.node) }
        guard !waiting.isEmpty else { return }
        try serveWaiting(Set(whole + shared).sorted(), repaired: [], at: at, &choices)
    }

    /// Whether a lease that comes back is over, or was taken back.
    func returned(_ number: UInt64) -> LeaseState {
        let notices = reclaims[parts[number]!.leaseNumber] ?? []
        guard let last = notices.last(where: { $0.withdrawnAt == nil }), last.steps.last?.gpus == 0 else {
            return .expired
        }
        switch last.clause {
        case .cancellation(byTenant: true): return .expired
        case .preemption: return .preempted
        case .cause, .convenience, .cancellation: return .reclaimed
        }
    }

    /// A report that a node is clean goes with the turn-round in which it was made.
    private mutating func forgetReports(of part: ModelPart) {
        for node in Set(part.lines.flatMap(\.holdings.touchedNodes)) where !isInTurnRound(node) {
            nodes[node].isClean = false
        }
    }

    /// A cordon, a drain or a validation is over.
    private mutating func reopen(_ node: Int, at: Int64, _ choices: inout ModelChoices) throws(ModelFault) {
        if nodes[node].health == .validating {
            bringBack([node])
        } else {
            set([node], .open, until: nil)
        }
        revive(leasesUsing([node]), at: at)
        try serveWaiting([node], repaired: [node], at: at, &choices)
    }
}
