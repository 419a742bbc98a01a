// Placing whole units: blocks, racks, NVL72 domains and nodes.

import FleetModel

/// Which kind of unit a line is made of.
enum UnitKind {
    case block, rack, node

    /// Nil for shapes that are not made of whole units, or not of a known number.
    init?(_ shape: PlacementShape) {
        switch shape {
        case .block: self = .block
        case .rack, .nvl72: self = .rack
        case .node: self = .node
        case .gpus, .mig, .power: return nil
        }
    }
}

extension PackingState {
    /// Chooses whole units for a line; fewer than asked for when they do not all fit.
    func placeUnits(
        _ line: PlacementLine, _ window: SearchWindow, _ scratch: SearchScratch, into outcome: inout PlacementOutcome,
        at index: Int
    ) {
        guard let kind = UnitKind(line.shape) else { return }
        scratch.takenCount = 0
        var search = UnitSearch(
            kind: kind, count: line.count, spread: line.spread, window: window, scratch: scratch)
        switch kind {
        case .block: findBlocks(window, scratch)
        case .rack: findRacks(window, scratch)
        case .node: findNodes(window, scratch)
        }
        if let within = line.within {
            search.takeInsideOneDomain(of: within.level, self)
        } else {
            search.takeInside(nil, self)
        }
        outcome.findings[index].wanted = line.count
        outcome.findings[index].placed = search.taken
        if search.taken < line.count && window.explains {
            search.copyShortBudgets(into: &outcome.findings[index], self)
            surveyUnits(kind, window, scratch, &outcome.findings[index])
        }
        for place in 0..<scratch.takenCount {
            let range = scratch.taken[place].range
            outcome.lines[index].wholeNodes.append(range)
            noteChosen(range, scratch)
        }
    }

    func noteChosen(_ range: Range<Int>, _ scratch: SearchScratch) {
        scratch.forEachStretch(of: range, tables) { rack, mask in scratch.choose(mask, ofRack: rack) }
    }
}

/// The choice among the free units that a search has found.
struct UnitSearch {
    let kind: UnitKind
    let count: Int
    let spread: SpreadLimit?
    let window: SearchWindow
    let scratch: SearchScratch
    /// Units taken, and where the scratch space holds them.
    var taken = 0
    /// Ranges taken before this one are not joined to: they may have to be kept when later ones are given back.
    var joinedFrom = 0
    private var shortLoads: [Int] = []

    init(kind: UnitKind, count: Int, spread: SpreadLimit?, window: SearchWindow, scratch: SearchScratch) {
        self.kind = kind
        self.count = count
        self.spread = spread
        self.window = window
        self.scratch = scratch
    }

    /// Takes units: from the group that suits best when it can give all that is still missing, else all it can from the
    /// largest group, and so on.
    mutating func take(_ wanted: Int, from groups: Range<Int>, _ state: PackingState) {
        if takeFromBestGroup(wanted, groups, state) { return }
        let goal = taken + wanted
        let end = sort(groups)
        var next = 0
        while taken < goal && next < end {
            if takeFromOne(goal - taken, next..<end, state) { return }
            take(atMost: goal - taken, from: scratch.groups[Int(scratch.order[next])], state)
            next += 1
        }
    }

    /// The common case: one group has enough of everything.
    private mutating func takeFromBestGroup(
        _ wanted: Int, _ groups: Range<Int>, _ state: PackingState
    ) -> Bool {
        var best = -1
        for place in groups where Int(scratch.groups[place].count) >= wanted {
            if best < 0 || suits(scratch.groups[place], better: scratch.groups[best]) { best = place }
        }
        guard best >= 0 else { return false }
        return takeAll(wanted, from: scratch.groups[best], state)
    }

    /// Whether all that is wanted is rather taken from one group than from another: one that breaks nothing whole, then
    /// where it is not prolonged, then the smaller, then where the ends lie nearer.
    @inline(__always)
    private func suits(_ group: UnitGroup, better other: UnitGroup) -> Bool {
        if group.rank != other.rank { return group.rank < other.rank }
        if group.match.prolonged != other.match.prolonged { return group.match.prolonged < other.match.prolonged }
        if group.count != other.count { return group.count < other.count }
        return group.match.apart < other.match.apart
    }

    /// Takes all that is wanted from one group, or nothing.
    private mutating func takeAll(_ wanted: Int, from group: UnitGroup, _ state: PackingState) -> Bool {
        let (mark, before, takenBefore) = (scratch.mark, taken, scratch.takenCount)
        joinedFrom = takenBefore
        take(atMost: wanted, from: group, state)
        if taken - before == wanted { return true }
        scratch.undo(to: mark, state.tables)
        (taken, scratch.takenCount) = (before, takenBefore)
        return false
    }

    /// Takes `wanted` units from the one of the sorted groups (largest first) that suits best of those that can give them
    /// all.
    private mutating func takeFromOne(
        _ wanted: Int, _ order: Range<Int>, _ state: PackingState
    ) -> Bool {
        var (count, best) = (0, -1)
        while order.lowerBound + count < order.upperBound, size(order.lowerBound + count) >= wanted {
            let place = Int(scratch.order[order.lowerBound + count])
            scratch.bySuit[count] = Int32(place)
            if best < 0 || isTried(place, before: best) { best = place }
            count += 1
        }
        guard best >= 0 else { return false }
        if takeAll(wanted, from: scratch.groups[best], state) { return true }
        // Power is in the way: the others in their order.
        scratch.bySuit.sort(first: count) { isTried(Int($0), before: Int($1)) }
        for place in 1..<count where takeAll(wanted, from: scratch.groups[Int(scratch.bySuit[place])], state) {
            return true
        }
        return false
    }

    private func isTried(_ place: Int, before other: Int) -> Bool {
        let (one, two) = (scratch.groups[place], scratch.groups[other])
        if suits(one, better: two) { return true }
        return suits(two, better: one) ? false : place < other
    }

    private func size(_ place: Int) -> Int { Int(scratch.groups[Int(scratch.order[place])].count) }

    /// Puts groups in order: largest first; of one size those that break nothing whole first; then as they come.
    private func sort(_ groups: Range<Int>) -> Int {
        var most = 0
        for place in groups { most = max(most, Int(scratch.groups[place].count)) }
        for key in 0...(2 * most + 3) { scratch.tally[key] = 0 }
        func key(_ place: Int) -> Int {
            2 * (most - Int(scratch.groups[place].count)) + Int(scratch.groups[place].rank)
        }
        for place in groups { scratch.tally[key(place) + 1] += 1 }
        for key in 1...(2 * most + 3) { scratch.tally[key] += scratch.tally[key - 1] }
        for place in groups {
            let key = key(place)
            scratch.order[Int(scratch.tally[key])] = Int32(place)
            scratch.tally[key] += 1
        }
        return groups.count
    }

    // MARK: Taking units

    func unitNodes(_ unit: Int, _ state: PackingState) -> Range<Int> {
        if kind == .block { return state.tables.blockNodes[unit].range }
        let first = Int(state.tables.rackFirstNode[unit])
        return first..<first + Int(state.tables.rackNodeCount[unit])
    }

    private mutating func take(atMost wanted: Int, from group: UnitGroup, _ state: PackingState) {
        if kind == .node { return takeNodes(atMost: wanted, group, state) }
        var left = wanted
        var unit = scratch.nextUnit(from: Int(group.first), end: Int(group.end))
        while left > 0 && unit < Int(group.end) {
            if kind == .block ? takeBlock(unit, state) : takeRack(unit, state) {
                left -= 1
                taken += 1
                add(unitNodes(unit, state))
            }
            unit = scratch.nextUnit(from: unit + 1, end: Int(group.end))
        }
    }

    private mutating func takeNodes(atMost wanted: Int, _ group: UnitGroup, _ state: PackingState) {
        let rack = Int(group.first)
        let first = Int(state.tables.rackFirstNode[rack])
        let each = scratch.nodeWatts[Int(state.tables.rackGroup[rack])]
        var left = min(wanted, Int(group.count))
        var mask = group.mask
        let isPowered = left > 0 && scratch.take(Watts(left) * each, rack: rack, state, window) < 0
        while left > 0 && mask != 0 {
            let node = first + mask.trailingZeroBitCount
            mask &= mask - 1
            if !isPowered {
                let short = scratch.take(each, rack: rack, state, window)
                if short >= 0 {
                    // All nodes of a rack draw the same from the same budgets.
                    return noteShort(short)
                }
            }
            left -= 1
            taken += 1
            add(node..<node + 1)
        }
    }

    private mutating func takeRack(_ rack: Int, _ state: PackingState) -> Bool {
        let watts = Watts(state.tables.rackNodeCount[rack]) * scratch.nodeWatts[Int(state.tables.rackGroup[rack])]
        let short = scratch.take(watts, rack: rack, state, window)
        if short >= 0 { noteShort(short) }
        return short < 0
    }

    private mutating func takeBlock(_ block: Int, _ state: PackingState) -> Bool {
        let mark = scratch.mark
        for rack in state.tables.blockRacks[block].range where !takeRack(rack, state) {
            scratch.undo(to: mark, state.tables)
            return false
        }
        return true
    }

    /// Notes taken nodes, joined to the last ones where they touch.
    private func add(_ nodes: Range<Int>) {
        if scratch.takenCount > joinedFrom {
            let last = scratch.taken[scratch.takenCount - 1].range
            if last.upperBound == nodes.lowerBound {
                scratch.taken[scratch.takenCount - 1] = FleetTables.Span(last.lowerBound..<nodes.upperBound)
                return
            }
        }
        scratch.taken[scratch.takenCount] = FleetTables.Span(nodes)
        scratch.takenCount += 1
    }

    private mutating func noteShort(_ load: Int) {
        if shortLoads.count < 16 && !shortLoads.contains(load) { shortLoads.append(load) }
    }

    func copyShortBudgets(into findings: inout LineFindings, _ state: PackingState) {
        for load in shortLoads {
            findings.noteShort(state.tightestBudget(ofLoad: load, from: window.start, until: window.until))
        }
    }
}

extension LineFindings {
    mutating func noteShort(_ budget: BudgetIndex) {
        if !shortBudgets.contains(budget) && shortBudgets.count < 16 { shortBudgets.append(budget) }
    }
}
