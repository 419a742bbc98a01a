// Which whole units are free over a window: blocks, racks and nodes.

import FleetModel

extension PackingState {
    // MARK: Finding what is free

    func findNodes(_ window: SearchWindow, _ scratch: SearchScratch) {
        let areas = tables.areas
        for area in 0..<areas.count { scratch.wholeRacksOfArea[area] = 0 }
        scratch.groupCount = 0
        forEachMaybeOpenRack(window) { rack in
            guard accepts(rack, scratch) else { return }
            let mask = freeNodes(ofRack: rack, window, scratch)
            if mask == 0 { return }
            if mask == tables.fullRack(rack) { scratch.wholeRacksOfArea[Int(areas.ofRack[rack])] += 1 }
            scratch.groups[scratch.groupCount] = UnitGroup(
                count: Int32(mask.nonzeroBitCount), first: Int32(rack), end: Int32(rack + 1), rank: 0, mask: mask)
            scratch.groupCount += 1
        }
        var (last, isWhole, match) = (-1, false, NeighbourMatch.unasked)
        var feed = FeedAnswer()
        for place in 0..<scratch.groupCount {
            let area = Int(areas.ofRack[Int(scratch.groups[place].first)])
            if area != last {
                last = area
                isWhole =
                    Int(scratch.wholeRacksOfArea[area]) == areas.racks[area].range.count
                    && hasPower(forArea: area, window, scratch, &feed)
                match = NeighbourMatch(window, busyUntil: busyUntil(area: area, window, scratch))
            }
            scratch.groups[place].rank = isWhole ? 1 : 0
            scratch.groups[place].match = match
        }
    }

    /// Whether the last feed that was asked about had what was asked for; neighbours mostly ask the same.
    private struct FeedAnswer {
        var feed = -1
        var watts: Watts = 0
        var isEnough = false
    }

    /// Whether all nodes of an area that is free over the window could be taken together.
    @inline(__always)
    private func hasPower(
        forArea area: Int, _ window: SearchWindow, _ scratch: SearchScratch, _ last: inout FeedAnswer
    ) -> Bool {
        let areas = tables.areas
        guard areas.nodeWattsMax[area] >= 0 else { return hasPower(forRacks: areas.racks[area].range, window, scratch) }
        let each = scratch.nodeWatts[Int(areas.group[area])]
        if each > areas.nodeWattsMax[area] { return false }
        let (feed, watts) = (Int(areas.feed[area]), Watts(areas.nodeCount[area]) * each)
        if feed != last.feed || watts != last.watts {
            last = FeedAnswer(feed: feed, watts: watts, isEnough: isEnough(feed, watts, window, scratch))
        }
        return last.isEnough
    }

    private func isEnough(_ feed: Int, _ watts: Watts, _ window: SearchWindow, _ scratch: SearchScratch) -> Bool {
        for place in Int(tables.areas.feedStart[feed])..<Int(tables.areas.feedStart[feed + 1])
        where !scratch.hasRoom(watts, load: Int(tables.areas.feedLoads[place]), self, window) { return false }
        return true
    }

    /// The same by taking all of it and giving it back.
    private func hasPower(forRacks racks: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch) -> Bool {
        let mark = scratch.mark
        defer { scratch.undo(to: mark, tables) }
        for rack in racks {
            let watts = Watts(tables.rackNodeCount[rack]) * scratch.nodeWatts[Int(tables.rackGroup[rack])]
            if scratch.take(watts, rack: rack, self, window) >= 0 { return false }
        }
        return true
    }

    @inline(__always)
    private func forEachMaybeOpenRack(_ window: SearchWindow, _ body: (Int) -> Void) {
        guard window.isIndexed else {
            for rack in 0..<tables.rackCount { body(rack) }
            return
        }
        for word in 0..<openRacks.count {
            var left = openRacks[word]
            while left != 0 {
                body(word << 6 + left.trailingZeroBitCount)
                left &= left - 1
            }
        }
    }

    func findRacks(_ window: SearchWindow, _ scratch: SearchScratch) {
        markFree(tables.rackCount, wholeRackBits, rackHorizon, window, scratch) { rack, isSure in
            if isSure { return scratch.isAccepted[Int(tables.rackGroup[rack])] }
            return accepts(rack, scratch) && freeNodes(ofRack: rack, window, scratch) == tables.fullRack(rack)
        }
        makeGroups(tables.rackRuns, scratch)
        for place in 0..<scratch.groupCount {
            let rack = Int(scratch.groups[place].first)
            guard tables.rackBlock[rack] >= 0 else { continue }
            let busy = busyUntil(area: Int(tables.areas.ofRack[rack]), window, scratch)
            scratch.groups[place].match = NeighbourMatch(window, busyUntil: busy)
        }
    }

    func findBlocks(_ window: SearchWindow, _ scratch: SearchScratch) {
        markFree(tables.blockCount, wholeBlocks, blockHorizon, window, scratch) { block, isSure in
            let group = Int(tables.blockGroup[block])
            if isSure && group >= 0 { return scratch.isAccepted[group] }
            for rack in tables.blockRacks[block].range {
                guard accepts(rack, scratch), freeNodes(ofRack: rack, window, scratch) == tables.fullRack(rack)
                else { return false }
            }
            return true
        }
        makeGroups(tables.blockRuns, scratch)
    }

    /// Notes which of some units `isFree` keeps, of those that may be free: by the bits of the instant when those hold. It is
    /// told which need no closer look, because nothing begins on them within the window.
    @inline(__always)
    private func markFree(
        _ count: Int, _ free: PagedColumn<UInt64>, _ horizons: PagedColumn<Int64>, _ window: SearchWindow,
        _ scratch: SearchScratch, _ isFree: (Int, Bool) -> Bool
    ) {
        for word in 0..<(count + 63) / 64 {
            let units = word << 6..<min(count, word << 6 + 64)
            let maybe = window.isIndexed ? free[word] : ~0 >> UInt64(64 - units.count)
            let sure = sureUnits(maybe, horizons, units, window, scratch)
            let isAll = maybe & ~sure == 0 && scratch.acceptedCount == tables.groupCount
            scratch.units[word] = isAll ? maybe : keep(maybe, sure: sure, from: word << 6, isFree)
        }
    }

    /// Those of up to 64 units that are free at the instant on which nothing begins within the window either.
    @inline(__always)
    private func sureUnits(
        _ maybe: UInt64, _ horizons: PagedColumn<Int64>, _ units: Range<Int>, _ window: SearchWindow,
        _ scratch: SearchScratch
    ) -> UInt64 {
        guard window.isIndexed, !scratch.hasPins, scratch.chosenRackCount == 0, maybe != 0 else { return 0 }
        return unsafe horizons.readStretch(units) { unsafe tables.scan.atLeast(window.until, $0) }
    }

    /// The units of a word that `isFree` keeps; it is told which of them need no closer look.
    @inline(__always)
    private func keep(
        _ maybe: UInt64, sure: UInt64, from first: Int, _ isFree: (Int, Bool) -> Bool
    ) -> UInt64 {
        var (left, result) = (maybe, maybe)
        while left != 0 {
            let place = left.trailingZeroBitCount
            left &= left - 1
            if !isFree(first + place, sure >> UInt64(place) & 1 == 1) { result &= ~(1 << UInt64(place)) }
        }
        return result
    }

    /// Makes a group of the free units of each run.
    private func makeGroups(_ runs: Table<FleetTables.Span>, _ scratch: SearchScratch) {
        scratch.groupCount = 0
        for place in 0..<runs.count {
            let run = runs[place]
            let count = scratch.unitCount(run.range)
            if count == 0 { continue }
            scratch.groups[scratch.groupCount] = UnitGroup(
                count: Int32(count), first: run.lower, end: run.upper, rank: 0, mask: 0)
            scratch.groupCount += 1
        }
    }

    // MARK: Saying what there is

    /// Counts what there is for a line that could not be placed in full. O(nodes).
    func surveyUnits(
        _ kind: UnitKind, _ window: SearchWindow, _ scratch: SearchScratch, _ findings: inout LineFindings
    ) {
        switch kind {
        case .node:
            for rack in 0..<tables.rackCount where accepts(rack, scratch) {
                let usable = scratch.usableNodes(ofRack: rack, tables)
                let free = freeNodes(ofRack: rack, window, scratch)
                findings.existing += usable.nonzeroBitCount
                findings.free += free.nonzeroBitCount
                count(free, of: usable, rack: rack, &findings)
            }
        case .rack:
            for rack in 0..<tables.rackCount where accepts(rack, scratch) {
                let free = freeNodes(ofRack: rack, window, scratch)
                findings.existing += 1
                findings.free += free == tables.fullRack(rack) ? 1 : 0
                count(free, of: tables.fullRack(rack), rack: rack, &findings)
            }
        case .block:
            for block in 0..<tables.blockCount {
                let racksOfBlock = tables.blockRacks[block].range
                guard racksOfBlock.allSatisfy({ accepts($0, scratch) }) else { continue }
                findings.existing += 1
                var isFree = true
                for rack in racksOfBlock {
                    let free = freeNodes(ofRack: rack, window, scratch)
                    if free != tables.fullRack(rack) { isFree = false }
                    count(free, of: tables.fullRack(rack), rack: rack, &findings)
                }
                findings.free += isFree ? 1 : 0
            }
        }
    }

    /// Counts the free and the closed nodes of a rack.
    func count(_ free: UInt64, of usable: UInt64, rack: Int, _ findings: inout LineFindings) {
        findings.freeNodes += free.nonzeroBitCount
        guard free != usable, racks[rack].shutCount > 0 else { return }
        let first = Int(tables.rackFirstNode[rack])
        var left = usable
        while left != 0 {
            if nodes[first + left.trailingZeroBitCount].isShut { findings.closedNodes += 1 }
            left &= left - 1
        }
    }
}
