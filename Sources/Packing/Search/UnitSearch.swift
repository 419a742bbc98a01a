// Placing whole units: blocks, racks, NVL72 domains and nodes.

import FleetModel

/// A domain that a line might lie within.
struct DomainPlace: BitwiseCopyable {
    var domain: Int32
    var firstGroup: Int32
    var endGroup: Int32
    /// Free units inside.
    var free: Int32
}

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
        if search.taken < line.count {
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
        var node = range.lowerBound
        while node < range.upperBound {
            let rack = Int(tables.rackOfNode[node])
            let first = Int(tables.rackFirstNode[rack])
            let end = min(range.upperBound, first + Int(tables.rackNodeCount[rack]))
            scratch.choose((~0 >> UInt64(64 - (end - node))) << UInt64(node - first), ofRack: rack)
            node = end
        }
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
    private(set) var taken = 0
    /// Ranges taken before this one are not joined to: they may have to be kept when later ones are given back.
    private var joinedFrom = 0
    private var shortLoads: [Int] = []

    init(kind: UnitKind, count: Int, spread: SpreadLimit?, window: SearchWindow, scratch: SearchScratch) {
        self.kind = kind
        self.count = count
        self.spread = spread
        self.window = window
        self.scratch = scratch
    }

    /// Takes units: from the group that is left with least when it can give all that is still missing, else all it can
    /// from the largest group, and so on.
    private mutating func take(_ wanted: Int, from groups: Range<Int>, _ state: PackingState) {
        if takeFromTightestGroup(wanted, groups, state) { return }
        let goal = taken + wanted
        let end = sort(groups)
        var next = 0
        while taken < goal && next < end {
            if takeFromTightest(goal - taken, next..<end, state) { return }
            take(atMost: goal - taken, from: scratch.groups[Int(scratch.order[next])], state)
            next += 1
        }
    }

    /// The common case: one group has enough of everything.
    private mutating func takeFromTightestGroup(
        _ wanted: Int, _ groups: Range<Int>, _ state: PackingState
    ) -> Bool {
        var (best, bestKey) = (-1, Int64.max)
        for place in groups {
            let group = scratch.groups[place]
            let key = Int64(group.count) << 1 | Int64(group.rank)
            if Int(group.count) >= wanted && key < bestKey { (best, bestKey) = (place, key) }
        }
        guard best >= 0 else { return false }
        return takeAll(wanted, from: scratch.groups[best], state)
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

    /// Takes `wanted` units from the smallest of the sorted groups (largest first) that can give them all.
    private mutating func takeFromTightest(
        _ wanted: Int, _ order: Range<Int>, _ state: PackingState
    ) -> Bool {
        var end = order.lowerBound
        while end < order.upperBound && size(end) >= wanted { end += 1 }
        while end > order.lowerBound {
            // Among groups of one size the first in order goes first.
            var start = end - 1
            while start > order.lowerBound && size(start - 1) == size(end - 1) { start -= 1 }
            for place in start..<end
            where takeAll(wanted, from: scratch.groups[Int(scratch.order[place])], state) { return true }
            end = start
        }
        return false
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

    // MARK: Within one domain

    /// Tries the domains of a level, the one with fewest free units that could hold the line first.
    mutating func takeInsideOneDomain(of level: Level, _ state: PackingState) {
        let placeCount = findPlaces(level, 0..<scratch.groupCount, inside: nil, into: scratch.places, state)
        // Fewest free units first; those of as many in the order of the fleet.
        scratch.places.sort(first: placeCount) { ($0.free, $0.domain) < ($1.free, $1.domain) }
        let mark = scratch.mark
        var (best, bestTaken) = (-1, 0)
        for isComplete in [true, false] {
            for index in 0..<placeCount {
                let place = scratch.places[index]
                guard isComplete ? Int(place.free) >= count : Int(place.free) > bestTaken else { continue }
                takeInside(place, state)
                if taken == count { return }
                if !isComplete && taken > bestTaken { (best, bestTaken) = (index, taken) }
                scratch.undo(to: mark, state.tables)
                (taken, scratch.takenCount, joinedFrom) = (0, 0, 0)
            }
        }
        if best >= 0 { takeInside(scratch.places[best], state) }
    }

    /// Takes the line's units inside one domain, or anywhere; no more than its spread allows.
    mutating func takeInside(_ place: DomainPlace?, _ state: PackingState) {
        guard let place else {
            return spread == nil
                ? take(count, from: 0..<scratch.groupCount, state) : takeSpread(0..<scratch.groupCount, nil, state)
        }
        take(count, inside: place, isSpread: spread != nil, state)
    }

    private mutating func take(_ wanted: Int, inside place: DomainPlace, isSpread: Bool, _ state: PackingState) {
        let (first, end) = (Int(place.firstGroup), Int(place.endGroup))
        let units = units(of: state.fleet.domains[Int(place.domain)], state)
        // A group of units that reaches beyond the domain is cut to it for as long as the domain is tried.
        let saved = (scratch.groups[first], scratch.groups[end - 1])
        clip(first, to: units)
        clip(end - 1, to: units)
        if isSpread { takeSpread(first..<end, units, state) } else { take(wanted, from: first..<end, state) }
        scratch.groups[end - 1] = saved.1
        scratch.groups[first] = saved.0
    }

    /// Takes units from one domain of the spread after another: from those that can give the most that one may give, the
    /// one with fewest free units first; then from the others, the one with most first.
    private mutating func takeSpread(_ groups: Range<Int>, _ units: Range<Int>?, _ state: PackingState) {
        guard let spread else { return }
        let places = scratch.spreadPlaces
        let placeCount = findPlaces(spread.level, groups, inside: units, into: places, state)
        let most = Int32(clamping: spread.unitsMax)
        places.sort(first: placeCount) { left, right in
            let (isLeftFull, isRightFull) = (left.free >= most, right.free >= most)
            if isLeftFull != isRightFull { return isLeftFull }
            if left.free != right.free { return isLeftFull == (left.free < right.free) }
            return left.domain < right.domain
        }
        for index in 0..<placeCount where taken < count {
            take(min(spread.unitsMax, count - taken), inside: places[index], isSpread: false, state)
        }
    }

    private func clip(_ place: Int, to units: Range<Int>) {
        guard kind != .node else { return }
        let group = scratch.groups[place]
        let range = (Int(group.first)..<Int(group.end)).clamped(to: units)
        scratch.groups[place] = UnitGroup(
            count: Int32(scratch.unitCount(range)), first: Int32(range.lowerBound), end: Int32(range.upperBound),
            rank: group.rank, mask: 0)
    }

    /// The racks or blocks that lie wholly inside a domain.
    private func units(of domain: TopologyDomain, _ state: PackingState) -> Range<Int> {
        guard kind == .block else { return domain.racks }
        let first = Int(state.tables.blocksBefore[domain.racks.lowerBound])
        let end = Int(state.tables.blocksBefore[domain.racks.upperBound])
        // A rack may begin a block that goes on behind it.
        let reaches = first < end ? state.tables.blockRacks[end - 1].range.upperBound : 0
        return reaches > domain.racks.upperBound ? 0..<0 : first..<end
    }

    /// Lists the domains of a level that have a free unit of some groups inside; inside `outer` too when it is given.
    /// One pass over groups and domains.
    private func findPlaces(
        _ level: Level, _ groups: Range<Int>, inside outer: Range<Int>?, into places: ScratchBuffer<DomainPlace>,
        _ state: PackingState
    ) -> Int {
        var (found, first) = (0, groups.lowerBound)
        for (index, domain) in state.fleet.domains.enumerated() where domain.level == level {
            var units = units(of: domain, state)
            if let outer { units = units.clamped(to: outer) }
            if units.isEmpty { continue }
            var place = DomainPlace(domain: Int32(index), firstGroup: 0, endGroup: 0, free: 0)
            while first < groups.upperBound, Int(scratch.groups[first].end) <= units.lowerBound { first += 1 }
            var group = first
            while group < groups.upperBound, Int(scratch.groups[group].first) < units.upperBound {
                let inside = unitsInside(scratch.groups[group], units)
                if inside > 0 {
                    if place.free == 0 { place.firstGroup = Int32(group) }
                    place.endGroup = Int32(group + 1)
                    place.free += Int32(inside)
                }
                group += 1
            }
            if place.free > 0 {
                places[found] = place
                found += 1
            }
        }
        return found
    }

    private func unitsInside(_ group: UnitGroup, _ units: Range<Int>) -> Int {
        let range = Int(group.first)..<Int(group.end)
        if units.lowerBound <= range.lowerBound && range.upperBound <= units.upperBound { return Int(group.count) }
        return kind == .node ? 0 : scratch.unitCount(range.clamped(to: units))
    }

    // MARK: Taking units

    private func unitNodes(_ unit: Int, _ state: PackingState) -> Range<Int> {
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
