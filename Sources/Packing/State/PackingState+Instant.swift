// What is free at the instant, kept with every change.

import FleetModel

extension PackingState {
    /// Moves the instant on to `time`, so that what starts then is decided quickly. O(what begins or ends until then).
    ///
    /// Changes no answer, only how fast it is found. An earlier time is ignored.
    public mutating func advance(to time: Int64) {
        guard time > instant else { return }
        instant = time
        guard nextEvent <= time else { return }
        var earliest = Int64.max
        for group in 0..<nextEventOfRacks.count {
            if nextEventOfRacks[group] <= time {
                let racksOfGroup = group * 64..<min(tables.rackCount, group * 64 + 64)
                var next = Int64.max
                for rack in racksOfGroup {
                    if racks[rack].nextEvent <= time { refreshRack(rack) }
                    next = min(next, racks[rack].nextEvent)
                }
                nextEventOfRacks[group] = next
            }
            earliest = min(earliest, nextEventOfRacks[group])
        }
        nextEvent = earliest
    }

    /// Moves the instant of a copy to a start that lies ahead of the present, for several decisions there. O(what begins or ends
    /// until then).
    mutating func lookAhead(to start: Int64, now: Int64) {
        guard start > now, start >= instant else { return }
        advance(to: start)
        isAhead = true
        // What is overdue now is ready by then.
        for rack in 0..<tables.rackCount where racks[rack].shutCount > 0 { refreshRack(rack) }
    }

    /// The present as what is kept for the instant takes it.
    var indexNow: Int64 { isAhead ? instant - 1 : instant }

    /// Whether what is kept for the instant holds for a window that starts at `start` too.
    func isIndexed(_ start: Int64, now: Int64) -> Bool {
        start >= instant && start < nextEvent && (start > now) == isAhead
    }

    /// Notes that something of a rack begins or ends at `time`.
    @inline(__always)
    mutating func noteEvent(_ time: Int64, rack: Int) {
        guard time > instant, time < racks[rack].nextEvent else { return }
        racks[rack].nextEvent = time
        if time < nextEventOfRacks[rack >> 6] {
            nextEventOfRacks[rack >> 6] = time
            if time < nextEvent { nextEvent = time }
        }
    }

    /// Notes when a booking of a rack begins and ends.
    @inline(__always)
    mutating func noteWindow(_ terms: BookingTerms, rack: Int) {
        noteEvent(terms.until, rack: rack)
        guard terms.start > instant else { return }
        noteEvent(terms.start, rack: rack)
        if terms.start < rackHorizon[rack] {
            rackHorizon[rack] = terms.start
            let block = Int(tables.rackBlock[rack])
            if block >= 0 && terms.start < blockHorizon[block] { blockHorizon[block] = terms.start }
        }
    }

    /// Works everything that is kept of a rack out anew. O(its bookings).
    mutating func refreshRack(_ rack: Int) {
        let first = Int(tables.rackFirstNode[rack])
        let range = first..<first + Int(tables.rackNodeCount[rack])
        racks[rack].nextEvent = .max
        for node in range { refreshFree(of: node, rack: rack) }
        refreshTimes(ofRack: rack)
    }

    /// Works out when bookings of a rack next begin and end. O(its bookings).
    mutating func refreshTimes(ofRack rack: Int) {
        let first = Int(tables.rackFirstNode[rack])
        var (horizon, event, idleFrom) = (Int64.max, Int64.max, Int64.min)
        func visit(_ terms: TermsRecord) {
            if terms.start > instant {
                horizon = min(horizon, terms.start)
            } else if terms.until > instant {
                event = min(event, terms.until)
            }
        }
        lists.forEach(from: racks[rack].firstBooking) { visit($1) }
        for node in first..<first + Int(tables.rackNodeCount[rack]) {
            let record = nodes[node]
            if record.closedUntil > instant { event = min(event, record.closedUntil) }
            lists.forEach(from: record.firstBooking) {
                visit($1)
                idleFrom = max(idleFrom, $1.until)
            }
        }
        racks[rack].nodesIdleFrom = idleFrom
        racks[rack].nextEvent = .max
        noteEvent(min(horizon, event), rack: rack)
        let before = rackHorizon[rack]
        rackHorizon[rack] = horizon
        let block = Int(tables.rackBlock[rack])
        guard block >= 0 && before != horizon else { return }
        var least = Int64.max
        for other in tables.blockRacks[block].range { least = min(least, rackHorizon[other]) }
        blockHorizon[block] = least
    }

    /// Works out which modules of a node are free at the instant.
    mutating func refreshFree(of node: Int, rack: Int) {
        setFree(freeModules(of: node, from: instant, until: instantEnd, now: indexNow), of: node, rack: rack)
        setBusy(latestEnd(of: node, rack: rack, at: instant), of: node, rack: rack)
        if nodes[node].hasSlices { refreshCuts(of: node, rack: rack) }
    }

    /// The second after the instant, the end of time included.
    var instantEnd: Int64 { instant == .max ? .max : instant + 1 }

    // MARK: Until when nodes are held

    /// When the last booking that holds some of a node at `time` ends; `Int64.min` when none does.
    func latestEnd(of node: Int, rack: Int, at time: Int64) -> Int64 {
        var latest = Int64.min
        func visit(_ terms: TermsRecord) {
            if terms.start <= time && time < terms.until { latest = max(latest, terms.until) }
        }
        lists.forEach(from: nodes[node].firstBooking) { visit($1) }
        lists.forEach(from: racks[rack].firstBooking) { visit($1) }
        return latest
    }

    /// Writes until when a node is held, and keeps the latest of its rack.
    @inline(__always)
    mutating func setBusy(_ until: Int64, of node: Int, rack: Int) {
        let before = busyUntil[node]
        guard before != until else { return }
        busyUntil[node] = until
        let latest = rackBusyUntil[rack]
        if until >= latest { rackBusyUntil[rack] = until } else if before == latest { refreshBusy(ofRack: rack) }
    }

    private mutating func refreshBusy(ofRack rack: Int) {
        let first = Int(tables.rackFirstNode[rack])
        var latest = Int64.min
        for node in first..<first + Int(tables.rackNodeCount[rack]) { latest = max(latest, busyUntil[node]) }
        rackBusyUntil[rack] = latest
    }

    /// Writes until when all nodes of a rack are held.
    @inline(__always)
    mutating func setBusy(_ until: Int64, ofRack rack: Int) {
        let first = Int(tables.rackFirstNode[rack])
        busyUntil.fill(first..<first + Int(tables.rackNodeCount[rack]), with: until)
        rackBusyUntil[rack] = until
    }

    // MARK: Free modules, nodes, racks and blocks

    /// How much around a whole node of a rack is whole with it.
    @inline(__always)
    func wholeness(ofRack rack: Int) -> Int {
        guard freeNodes[rack] == tables.fullRack(rack) else { return Wholeness.rackBroken }
        let block = Int(tables.rackBlock[rack])
        if block < 0 { return Wholeness.allWhole }
        return Int(wholeRacks[block]) == tables.blockRacks[block].range.count
            ? Wholeness.allWhole : Wholeness.rackWhole
    }

    /// Writes which modules of a node are free, and keeps everything that follows from it.
    mutating func setFree(_ modules: UInt8, of node: Int, rack: Int) {
        let before = free[node]
        guard before != modules else { return }
        let group = Int(tables.rackGroup[rack])
        let table = tables.partitions[Int(tables.rackPlatform[rack])]
        if before != 0 {
            let bucket = Bucket.of(
                class: Int(table.classOfMask[Int(before)]), wholeness: wholeness(ofRack: rack))
            buckets.remove(group, bucket, nodes: node)
        }
        free[node] = modules
        if before == table.moduleMask || modules == table.moduleMask {
            let bit = UInt64(1) << UInt64(node - Int(tables.rackFirstNode[rack]))
            changeFreeNodes(ofRack: rack, group: group, to: freeNodes[rack] ^ bit, changing: bit)
        }
        if modules != 0 {
            let bucket = Bucket.of(
                class: Int(table.classOfMask[Int(modules)]), wholeness: wholeness(ofRack: rack))
            buckets.insert(group, bucket, nodes: node)
        }
    }

    /// Takes a rack that is free as a whole at the instant.
    mutating func setNothingFree(ofWholeRack rack: Int, until: Int64) {
        let group = Int(tables.rackGroup[rack])
        let (first, count) = (Int(tables.rackFirstNode[rack]), Int(tables.rackNodeCount[rack]))
        buckets.remove(group, wholeness(ofRack: rack), nodes: first, count: count)
        free.fill(first..<first + count, with: 0)
        setBusy(until, ofRack: rack)
        writeFreeNodes(0, ofRack: rack)
        changeWholeRacks(ofBlockOf: rack, by: -1)
    }

    /// Takes a block that is free as a whole at the instant.
    mutating func setNothingFree(ofWholeBlock block: Int, until: Int64) {
        let nodes = tables.blockNodes[block].range
        buckets.removeAll(Int(tables.blockGroup[block]), Wholeness.allWhole, nodes: nodes)
        free.fill(nodes, with: 0)
        busyUntil.fill(nodes, with: until)
        rackBusyUntil.fill(tables.blockRacks[block].range, with: until)
        for rack in tables.blockRacks[block].range { writeFreeNodes(0, ofRack: rack) }
        wholeRacks[block] = 0
        wholeBlocks[block >> 6] ^= 1 << UInt64(block & 63)
    }

    /// Gives a block back of which nothing was free.
    mutating func setAllFree(ofTakenBlock block: Int) {
        let (nodes, racksOfBlock) = (tables.blockNodes[block].range, tables.blockRacks[block].range)
        let platform = Int(tables.rackPlatform[racksOfBlock.lowerBound])
        free.fill(nodes, with: tables.platforms[platform].moduleMask)
        busyUntil.fill(nodes, with: .min)
        rackBusyUntil.fill(racksOfBlock, with: .min)
        for rack in racksOfBlock { writeFreeNodes(tables.fullRack(rack), ofRack: rack) }
        wholeRacks[block] = Int32(racksOfBlock.count)
        wholeBlocks[block >> 6] ^= 1 << UInt64(block & 63)
        buckets.insertAll(Int(tables.blockGroup[block]), Wholeness.allWhole, nodes: nodes)
    }

    /// Gives a rack back of which nothing was free.
    mutating func setAllFree(ofTakenRack rack: Int) {
        let group = Int(tables.rackGroup[rack])
        let (first, count) = (Int(tables.rackFirstNode[rack]), Int(tables.rackNodeCount[rack]))
        free.fill(first..<first + count, with: tables.platforms[Int(tables.rackPlatform[rack])].moduleMask)
        setBusy(.min, ofRack: rack)
        changeWholeRacks(ofBlockOf: rack, by: 1)
        writeFreeNodes(tables.fullRack(rack), ofRack: rack)
        buckets.insert(group, wholeness(ofRack: rack), nodes: first, count: count)
    }

    /// Writes which nodes of a rack are whole, and moves the others of them to the bucket that they now belong in.
    private mutating func changeFreeNodes(ofRack rack: Int, group: Int, to mask: UInt64, changing bit: UInt64) {
        let full = tables.fullRack(rack)
        let before = freeNodes[rack]
        guard before == full || mask == full else {
            writeFreeNodes(mask, ofRack: rack)
            return
        }
        // The one that changes is in no bucket now; its neighbours are.
        let others = full & ~bit
        let old = wholeness(ofRack: rack)
        moveNodes(others, ofRack: rack, group: group, from: old, to: nil)
        if before == full {
            writeFreeNodes(mask, ofRack: rack)
            changeWholeRacks(ofBlockOf: rack, by: -1)
        } else {
            changeWholeRacks(ofBlockOf: rack, by: 1)
            writeFreeNodes(mask, ofRack: rack)
        }
        moveNodes(others, ofRack: rack, group: group, from: nil, to: wholeness(ofRack: rack))
    }

    @inline(__always)
    private mutating func writeFreeNodes(_ mask: UInt64, ofRack rack: Int) {
        freeNodes[rack] = mask
        let bit = UInt64(1) << UInt64(rack & 63)
        if mask == 0 { openRacks[rack >> 6] &= ~bit } else { openRacks[rack >> 6] |= bit }
        if mask == tables.fullRack(rack) { wholeRackBits[rack >> 6] |= bit } else { wholeRackBits[rack >> 6] &= ~bit }
    }

    private mutating func moveNodes(_ mask: UInt64, ofRack rack: Int, group: Int, from: Int?, to: Int?) {
        let first = Int(tables.rackFirstNode[rack])
        var left = mask
        while left != 0 {
            let start = left.trailingZeroBitCount
            let run = (~(left >> UInt64(start))).trailingZeroBitCount
            if let from { buckets.remove(group, from, nodes: first + start, count: run) }
            if let to { buckets.insert(group, to, nodes: first + start, count: run) }
            left &= start + run >= 64 ? 0 : ~0 << UInt64(start + run)
        }
    }

    /// Counts a rack of a block as whole or not, while the rack's own nodes are in no bucket.
    private mutating func changeWholeRacks(ofBlockOf rack: Int, by change: Int32) {
        let block = Int(tables.rackBlock[rack])
        guard block >= 0 else { return }
        let span = tables.blockRacks[block].range
        let before = Int(wholeRacks[block])
        let after = before + Int(change)
        wholeRacks[block] = Int32(after)
        guard before == span.count || after == span.count else { return }
        wholeBlocks[block >> 6] ^= 1 << UInt64(block & 63)
        let (from, to) =
            before == span.count
            ? (Wholeness.allWhole, Wholeness.rackWhole) : (Wholeness.rackWhole, Wholeness.allWhole)
        for other in span where other != rack && freeNodes[other] == tables.fullRack(other) {
            let group = Int(tables.rackGroup[other])
            let (first, count) = (Int(tables.rackFirstNode[other]), Int(tables.rackNodeCount[other]))
            buckets.remove(group, from, nodes: first, count: count)
            buckets.insert(group, to, nodes: first, count: count)
        }
    }
}
