// Whole units inside one domain, and spread over domains.

import FleetModel

extension UnitSearch {
    /// Tries the domains of a level, the one with fewest free units that could hold the line first.
    mutating func takeInsideOneDomain(of level: Level, _ state: PackingState) {
        let placeCount = findPlaces(level, 0..<scratch.groupCount, inside: nil, into: scratch.places, state)
        // Fewest free units first; those of as many in the order of the fleet.
        scratch.places.sort(first: placeCount) { ($0.free, $0.domain) < ($1.free, $1.domain) }
        let mark = scratch.mark
        var (best, bestTaken) = (-1, 0)
        for isComplete in [true, false] where isComplete || window.explains {
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
            rank: group.rank, mask: 0, match: group.match)
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
}
