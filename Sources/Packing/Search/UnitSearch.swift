// Placing whole units: blocks, racks, NVL72 domains and nodes.

import FleetModel

extension PlacementSearch {
    /// Free units that share a parent: racks of a block, nodes of a rack, blocks of a hall.
    struct Group {
        let parent: Int
        /// Node ranges of the free units, ascending.
        var units: [Range<Int>]
    }

    /// Chooses whole units for a line and returns their nodes; fewer than asked for when they do not all fit.
    mutating func placeUnits(of line: PlacementLine, findings: inout LineFindings) -> [Range<Int>] {
        let groups = freeGroups(for: line, findings: &findings)
        let taken: [Range<Int>]
        if let within = line.within {
            taken = takeInsideOneDomain(groups, line, at: within.level, findings: &findings)
        } else {
            taken = take(line.count, from: groups, findings: &findings)
        }
        findings.placed = taken.count
        for unit in taken { for node in unit { chosen[node] = true } }
        return taken
    }

    /// Tries the domains of a level, the one with fewest free units that could hold the line first.
    private mutating func takeInsideOneDomain(
        _ groups: [Group], _ line: PlacementLine, at level: Level, findings: inout LineFindings
    ) -> [Range<Int>] {
        var places: [(domain: Int, groups: [Group], free: Int)] = []
        for (offset, domain) in fleet.domains.enumerated() where domain.level == level {
            var inside: [Group] = []
            for group in groups {
                let units = group.units.filter {
                    domain.nodes.contains($0.lowerBound) && $0.upperBound <= domain.nodes.upperBound
                }
                if !units.isEmpty { inside.append(Group(parent: group.parent, units: units)) }
            }
            if !inside.isEmpty { places.append((offset, inside, inside.reduce(0) { $0 + $1.units.count })) }
        }
        places.sort { $0.free != $1.free ? $0.free < $1.free : $0.domain < $1.domain }
        let start = headroom.mark
        var best: (units: [Range<Int>], groups: [Group]) = ([], [])
        // When no domain holds all, the one that holds most answers.
        for place in places where place.free > best.units.count {
            let taken = take(line.count, from: place.groups, findings: &findings)
            if taken.count == line.count { return taken }
            if taken.count > best.units.count { best = (taken, place.groups) }
            headroom.undo(to: start)
        }
        return best.units.isEmpty ? [] : take(line.count, from: best.groups, findings: &findings)
    }

    /// Takes `count` units: from the group that is left with least when it can give all that is still missing, else
    /// all it can from the largest group, and so on.
    private mutating func take(_ count: Int, from groups: [Group], findings: inout LineFindings) -> [Range<Int>] {
        let order = groups.sorted {
            $0.units.count != $1.units.count ? $0.units.count > $1.units.count : $0.parent < $1.parent
        }
        var taken: [Range<Int>] = []
        var next = 0
        while taken.count < count, next < order.count {
            let missing = count - taken.count
            if let whole = takeFromTightest(missing, order[next...], findings: &findings) { return taken + whole }
            taken.append(contentsOf: take(atMost: missing, from: order[next], findings: &findings))
            next += 1
        }
        return taken
    }

    /// Takes `count` units from the smallest of `groups` (largest first) that can give them all.
    private mutating func takeFromTightest(
        _ count: Int, _ groups: ArraySlice<Group>, findings: inout LineFindings
    ) -> [Range<Int>]? {
        guard let first = groups.first, first.units.count >= count else { return nil }
        let end = groups.firstIndex { $0.units.count < count } ?? groups.endIndex
        var index = end
        while index > groups.startIndex {
            // Among groups of one size the first in topology order goes first.
            let size = groups[index - 1].units.count
            let start = groups[..<index].firstIndex { $0.units.count == size }!
            for place in start..<index {
                let mark = headroom.mark
                let taken = take(atMost: count, from: groups[place], findings: &findings)
                if taken.count == count { return taken }
                headroom.undo(to: mark)
            }
            index = start
        }
        return nil
    }

    private mutating func take(atMost count: Int, from group: Group, findings: inout LineFindings) -> [Range<Int>] {
        var taken: [Range<Int>] = []
        for unit in group.units {
            if taken.count == count { break }
            if takePower(of: unit, findings: &findings) { taken.append(unit) }
        }
        return taken
    }

    private mutating func takePower(of unit: Range<Int>, findings: inout LineFindings) -> Bool {
        let mark = headroom.mark
        for segment in fleet.rackSegments(of: [unit]) {
            let watts = Watts(segment.nodes.count) * request.terms.wholeNodeWatts(fleet.platform(of: segment.rack))
            if let short = headroom.take(watts, at: segment.rack, in: state) {
                headroom.undo(to: mark)
                findings.noteShort(short)
                return false
            }
        }
        return true
    }

    /// The units of a line's shape that are free over the window, by parent.
    private func freeGroups(for line: PlacementLine, findings: inout LineFindings) -> [Group] {
        switch line.shape {
        case .block: freeBlocks(for: line, findings: &findings)
        case .rack, .nvl72: freeRacks(for: line, findings: &findings)
        default: freeNodes(for: line, findings: &findings)
        }
    }

    private func freeNodes(for line: PlacementLine, findings: inout LineFindings) -> [Group] {
        var groups: [Group] = []
        for (offset, rack) in fleet.racks.enumerated() where accepts(offset) {
            let usable = usableNodes(of: rack)
            let free = freeNodes(of: offset, in: usable)
            findings.existing += usable.count
            findings.count(free: free.count, units: free.count, of: usable, in: state)
            if !free.isEmpty { groups.append(Group(parent: offset, units: free.map { $0..<$0 + 1 })) }
        }
        return groups
    }

    /// The nodes of a rack that are free as a whole, ascending.
    private func freeNodes(of rack: Int, in usable: Range<Int>) -> [Int] {
        switch outlook(of: rack) {
        case .allFree: Array(usable)
        case .noneFree: []
        case .mixed: usable.filter { isFree($0) }
        }
    }

    private func freeNodeCount(of rack: Int) -> Int {
        let nodes = fleet.racks[rack].nodes
        return switch outlook(of: rack) {
        case .allFree: nodes.count
        case .noneFree: 0
        case .mixed: nodes.count { isFree($0) }
        }
    }

    private func freeRacks(for line: PlacementLine, findings: inout LineFindings) -> [Group] {
        var groups: [Group] = []
        for (offset, rack) in fleet.racks.enumerated() where accepts(offset) {
            let free = freeNodeCount(of: offset)
            findings.existing += 1
            findings.count(free: free, units: free == rack.nodes.count ? 1 : 0, of: rack.nodes, in: state)
            if free == rack.nodes.count {
                let parent = (rack.block ?? fleet.domain(of: RackIndex(offset), at: .hall) ?? rack.domain).offset
                groups.append(unit: rack.nodes, parent: parent)
            }
        }
        return groups
    }

    private func freeBlocks(for line: PlacementLine, findings: inout LineFindings) -> [Group] {
        var groups: [Group] = []
        for domain in fleet.domains where domain.level == .block {
            guard domain.racks.allSatisfy({ accepts($0) }) else { continue }
            let free = domain.racks.reduce(0) { $0 + freeNodeCount(of: $1) }
            findings.existing += 1
            findings.count(free: free, units: free == domain.nodes.count ? 1 : 0, of: domain.nodes, in: state)
            if free == domain.nodes.count { groups.append(unit: domain.nodes, parent: domain.parent!.offset) }
        }
        return groups
    }
}

extension [PlacementSearch.Group] {
    /// Adds a unit to the last group when it has that parent, else opens a group. Units come in topology order, so
    /// those of one parent follow each other.
    fileprivate mutating func append(unit: Range<Int>, parent: Int) {
        if let last = indices.last, self[last].parent == parent {
            self[last].units.append(unit)
        } else {
            append(PlacementSearch.Group(parent: parent, units: [unit]))
        }
    }
}

extension LineFindings {
    mutating func noteShort(_ budget: BudgetIndex) {
        if !shortBudgets.contains(budget) && shortBudgets.count < 16 { shortBudgets.append(budget) }
    }

    mutating func count(free freeNodes: Int, units: Int, of nodes: Range<Int>, in state: PackingState) {
        self.freeNodes += freeNodes
        free += units
        if freeNodes < nodes.count {
            closedNodes += nodes.count {
                state.closedUntil[$0] > .min || state.notReady[$0] != 0
            }
        }
    }
}
