// Verbs on nodes in the model, and what becomes of the leases on them.

import FleetModel
import Leasing
import Packing

/// Something that cannot be right, in words.
struct ModelFault: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

extension ModelState {
    // MARK: Verbs

    /// Whether a verb suits a node.
    func suits(_ verb: NodeVerb, _ node: Int) -> Bool {
        let health = nodes[node].health
        switch verb {
        case .cordon: return health == .open || health == .cordoned
        case .uncordon: return health == .cordoned
        case .drain: return health == .open || health == .cordoned || health == .draining
        case .undrain: return health == .draining
        case .fault: return health != .faulty
        case .service: return health == .faulty
        case .repair: return health == .faulty && !isWithoutFeed(fleet.rackOfNode[node].offset)
        case .cleaned: return isInTurnRound(node) && !nodes[node].isClean
        case .validated: return isInTurnRound(node) || health == .validating
        }
    }

    /// Does to nodes what a verb says.
    mutating func apply(
        _ verb: NodeVerb, _ named: [Int], until: Int64?, _ choices: inout ModelChoices
    ) throws(ModelFault) {
        switch verb {
        case .cordon: set(named, .cordoned, until: until)
        case .drain: set(named, .draining, until: until)
        case .uncordon, .undrain:
            set(named, .open, until: nil)
            revive(leasesUsing(named), at: time)
            try serveWaiting(named, repaired: named, at: time, &choices)
        case .fault: try fault(named, &choices)
        case .service: break
        case .repair: repair(named)
        case .cleaned: for node in named { nodes[node].isClean = true }
        case .validated: try validate(named, &choices)
        }
    }

    /// Gives nodes a state; one that is opened falls back to what its failure came upon, while that lasts.
    mutating func set(_ named: [Int], _ health: NodeHealth, until: Int64?) {
        for node in named {
            let (beneath, closure) = (ModelState.beneath(nodes[node]), nodes[node].beneath)
            (nodes[node].health, nodes[node].until, nodes[node].beneath) = (health, until, nil)
            if health != .faulty { nodes[node].isDark = false }
            switch health {
            case .faulty, .validating: nodes[node].beneath = beneath
            case .cordoned, .draining: break
            case .open:
                guard let closure, closure.until.map({ $0 > time }) ?? true else { continue }
                (nodes[node].health, nodes[node].until) = (closure.health, closure.until)
            }
        }
    }

    mutating func fault(_ named: [Int], _ choices: inout ModelChoices) throws(ModelFault) {
        let affected = leasesUsing(named)
        set(named, .faulty, until: nil)
        for number in affected {
            let hit = parts[number]!.nodesInUse.filter { named.contains($0) }
            guard !hit.isEmpty else { continue }
            let before = parts[number]!.down.filter { !hit.contains($0) }
            try settle(number, (before + hit).sorted(), at: time, &choices)
        }
    }

    mutating func repair(_ named: [Int]) {
        for node in named {
            let turnRound = site(of: node).turnRound
            let until = turnRound.ending == .timer ? time + max(1, turnRound.validatingSeconds) : nil
            set([node], .validating, until: until)
        }
    }

    private mutating func validate(_ named: [Int], _ choices: inout ModelChoices) throws(ModelFault) {
        let ending = leasesInTurnRound(on: named)
        let repaired = named.filter { nodes[$0].health == .validating }
        bringBack(named)
        for number in ending {
            let part = parts[number]!
            let isBack = part.lines.allSatisfy { line in
                line.holdings.touchedNodes.allSatisfy { part.returned.contains($0) }
            }
            if isBack { end(number, as: returned(number)) }
        }
        revive(leasesUsing(named), at: time)
        try serveWaiting(named, repaired: repaired, at: time, &choices)
    }

    /// Nodes are ready again, for those who wait and for those who had them.
    mutating func bringBack(_ named: [Int]) {
        let ended = leasesInTurnRound(on: named)
        for node in named {
            (nodes[node].isClean, nodes[node].notReady) = (false, 0)
            if nodes[node].health == .validating { set([node], .open, until: nil) }
        }
        for number in ended { parts[number]!.returned.formUnion(named) }
    }

    // MARK: Who is there

    /// Leases whose units on some nodes are being turned round.
    private func leasesInTurnRound(on named: [Int]) -> [UInt64] {
        live.filter { part in
            part.state == .ending && part.end <= time
                && named.contains { node in
                    !part.returned.contains(node) && part.lines.contains { $0.holdings.touchedNodes.contains(node) }
                }
        }.map(\.number)
    }

    func isInTurnRound(_ node: Int) -> Bool {
        nodes[node].notReady != 0 || !leasesInTurnRound(on: [node]).isEmpty
    }

    /// Leases in their windows that hold something of some nodes.
    func leasesUsing(_ named: [Int]) -> [UInt64] {
        live.filter { part in
            part.isInWindow
                && named.contains { node in part.lines.contains { $0.holdings.touchedNodes.contains(node) } }
        }.map(\.number)
    }

    /// Whether modules of a node cannot be delivered.
    func isDown(_ node: Int, _ modules: UInt8) -> Bool {
        switch nodes[node].health {
        case .faulty, .validating, .draining: true
        case .open, .cordoned: nodes[node].notReady & modules != 0
        }
    }

    /// Whether a rack lacks power or cooling: whether no lowest domain above it reaches its root past what has failed.
    func isWithoutFeed(_ rack: Int) -> Bool {
        let failed = Set(failures.filter { $0.source == nil }.map(\.budget))
        let chain = fleet.budgetChains[rack].map { fleet.budgets[$0.offset] }
        return BudgetKind.allCases.contains { kind in
            let domains = chain.filter { $0.kind == kind }
            guard domains.contains(where: { failed.contains($0.name) }) else { return false }
            let parents = Set(domains.compactMap { $0.parent.map { fleet.budgets[$0.offset].name } })
            return !domains.contains { lowest in
                guard !parents.contains(lowest.name) else { return false }
                var here: BudgetDomain? = lowest
                while let domain = here {
                    if failed.contains(domain.name) { return false }
                    here = domain.parent.map { fleet.budgets[$0.offset] }
                }
                return true
            }
        }
    }

    // MARK: Members that are down

    /// Replaces what can be replaced of a part's nodes that are down, and notes the rest.
    mutating func settle(
        _ number: UInt64, _ down: [Int], at: Int64, _ choices: inout ModelChoices
    ) throws(ModelFault) {
        var left: [Int] = []
        for node in down where try !replace(node, of: number, at: at, &choices) { left.append(node) }
        noteDown(number, left, at: at)
    }

    mutating func revive(_ numbers: [UInt64], at: Int64) {
        for number in numbers {
            let part = parts[number]!
            let left = part.down.filter { isDown($0, part.modulesInUse(on: $0, of: platform(of: $0))) }
            if left != part.down || part.state == .starting { noteDown(number, left, at: at) }
        }
    }

    private mutating func noteDown(_ number: UInt64, _ down: [Int], at: Int64) {
        var part = parts[number]!
        let late = down.filter { nodes[$0].health == .open || nodes[$0].health == .cordoned }
        var kinds: Set<ConditionKind> = late.count < down.count ? [.degraded] : []
        if !late.isEmpty { kinds.insert(part.state == .active ? .degraded : .delayed) }
        let before = part.conditions
        part.conditions = before.filter { $0.key == .curtailed }
        for kind in kinds { part.conditions[kind] = before[kind] ?? at }
        part.down = down
        if part.state == .starting && part.conditions[.delayed] == nil { part.state = .active }
        parts[number] = part
    }

    /// Parts that have members down.
    var waiting: [UInt64] { live.filter { $0.isInWindow && !$0.down.isEmpty }.map(\.number) }

    /// Nodes are in service again: for members that are down near them, then as spares that leases are short of.
    mutating func serveWaiting(
        _ named: [Int], repaired: [Int], at: Int64, _ choices: inout ModelChoices
    ) throws(ModelFault) {
        let free = named.filter { isFreeNow($0) }
        if !free.isEmpty {
            for number in waiting {
                let part = parts[number]!
                var left = part.down
                let near = part.down.filter { member in
                    part.lines.contains { line in
                        line.holdings.isInUse(member)
                            && free.contains { domain(of: member, at: line.replacementLevel).contains($0) }
                    }
                }
                for node in near where isDown(node, part.modulesInUse(on: node, of: platform(of: node))) {
                    if try replace(node, of: number, at: at, &choices) { left.removeAll { $0 == node } }
                }
                if left != part.down { noteDown(number, left, at: at) }
            }
        }
        for node in repaired where isFreeNow(node) { try restoreSpare(node, at: at, &choices) }
    }

    /// Whether something of a node could be taken this second.
    private func isFreeNow(_ node: Int) -> Bool {
        guard nodes[node].health == .open else { return false }
        var free = platform(of: node).moduleMask & ~nodes[node].notReady
        for holding in ground().holdings[node] where holding.overlaps(time, time + 1) { free &= ~holding.modules }
        return free != 0
    }
}

extension LeaseLine {
    /// The level inside one domain of which a replacement lies.
    var replacementLevel: Level {
        switch shape {
        case .block: .block
        case .rack, .nvl72, .power: .rack
        case .node, .gpus, .mig:
            switch within {
            case .site: .site
            case .hall: .hall
            case .block: .block
            case .rack, .nvl72, nil: .rack
            }
        }
    }

    /// Whether it is of whole domains, or of nodes of one: only such lines have spares.
    var mayHaveSpares: Bool {
        switch shape {
        case .block, .rack, .nvl72: true
        case .node: within != nil
        case .gpus, .mig, .power: false
        }
    }
}
