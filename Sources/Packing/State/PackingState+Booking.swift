// Booking units and taking bookings off again.

import FleetModel

extension PackingState {
    /// Books whole nodes. They must be free over the booking's time, which the caller has made sure of.
    ///
    /// O(nodes + budgets touched). A rack that is booked as a whole is one booking.
    public mutating func bookNodes(_ ranges: [Range<Int>], as terms: BookingTerms) {
        forEachSegment(of: ranges) { state, rack, nodes, rest in
            if let block = state.blockBegun(by: rack, in: rest), state.takeBlock(block, terms) {
                return state.tables.blockNodes[block].range.upperBound
            }
            state.insert(nodes, ofRack: rack, terms)
            return nodes.upperBound
        }
        commitWholeNodes(ranges, terms, sign: 1)
    }

    /// Takes the bookings of `terms.lease` off whole nodes; the terms must be those they were booked with.
    public mutating func unbookNodes(_ ranges: [Range<Int>], as terms: BookingTerms) {
        forEachSegment(of: ranges) { state, rack, nodes, rest in
            if let block = state.blockBegun(by: rack, in: rest), state.giveBlock(block, terms) {
                return state.tables.blockNodes[block].range.upperBound
            }
            state.remove(nodes, ofRack: rack, terms)
            return nodes.upperBound
        }
        commitWholeNodes(ranges, terms, sign: -1)
    }

    /// Books some GPUs of one node. They must be free over the booking's time.
    public mutating func bookModules(_ mask: UInt8, of node: Int, as terms: BookingTerms) {
        precondition(terms.cap != .paused, "only whole nodes are paused")
        let rack = Int(tables.rackOfNode[node])
        let capWatts = capWatts(terms, platform: Int(tables.rackPlatform[rack]))
        commitModules(mask, of: node, rack: rack, capWatts: capWatts, terms, sign: 1)
        lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &nodes[node].firstBooking)
        racks[rack].nodeBookingCount += 1
        racks[rack].nodesIdleFrom = max(racks[rack].nodesIdleFrom, terms.until)
        noteWindow(terms, rack: rack)
        if terms.start <= instant && instant < terms.until {
            setFree(free[node] & ~mask, of: node, rack: rack)
            setBusy(max(busyUntil[node], terms.until), of: node, rack: rack)
        }
        count(mask, 1)
    }

    /// Takes the booking of some GPUs of one node off again.
    public mutating func unbookModules(_ mask: UInt8, of node: Int, as terms: BookingTerms) {
        let rack = Int(tables.rackOfNode[node])
        let capWatts = capWatts(terms, platform: Int(tables.rackPlatform[rack]))
        let found = lists.remove(terms, moduleMask: mask, from: &nodes[node].firstBooking)
        precondition(found, "a booking that is taken off was there")
        racks[rack].nodeBookingCount -= 1
        commitModules(mask, of: node, rack: rack, capWatts: capWatts, terms, sign: -1)
        refreshFree(of: node, rack: rack)
        if terms.start > instant && terms.start == rackHorizon[rack] { refreshTimes(ofRack: rack) }
        count(mask, -1)
    }

    func capWatts(_ terms: BookingTerms, platform: Int) -> Watts {
        switch terms.cap {
        case .watts(let watts): watts
        case .percent(let percent): tables.platforms[platform].capWattsMax * Watts(percent) / 100
        }
    }

    /// Counts a booked partition in the mix that fragmentation is measured over.
    private mutating func count(_ mask: UInt8, _ change: Int64) {
        guard let sizeIndex = PartitionSize.index(of: mask.nonzeroBitCount) else { return }
        mix.add(change, sizeIndex: sizeIndex)
        if !mix.hasWeights(order.weights) { order = tables.order(for: mix.weights) }
    }

    // MARK: Lists

    /// Calls `body` with each rack that the ranges touch, the part of it that they hold, and what of the range is left from
    /// there on; `body` says where to go on.
    @inline(__always)
    private mutating func forEachSegment(
        of ranges: [Range<Int>], _ body: (inout PackingState, Int, Range<Int>, Range<Int>) -> Int
    ) {
        for range in ranges {
            var node = range.lowerBound
            while node < range.upperBound {
                let rack = Int(tables.rackOfNode[node])
                let end = min(range.upperBound, Int(tables.rackFirstNode[rack]) + Int(tables.rackNodeCount[rack]))
                node = body(&self, rack, node..<end, node..<range.upperBound)
            }
        }
    }

    /// The block of one platform that a rack is the first of, when all of its nodes lie in a range that begins there.
    @inline(__always)
    private func blockBegun(by rack: Int, in nodes: Range<Int>) -> Int? {
        let block = Int(tables.rackBlock[rack])
        guard block >= 0, tables.blockGroup[block] >= 0 else { return nil }
        let here = tables.blockNodes[block].range
        return here.lowerBound == nodes.lowerBound && here.upperBound <= nodes.upperBound ? block : nil
    }

    /// Books a block at once when it is free as a whole at the instant and the booking begins then.
    private mutating func takeBlock(_ block: Int, _ terms: BookingTerms) -> Bool {
        guard terms.start <= instant, instant < terms.until, wholeBlocks[block >> 6] >> UInt64(block & 63) & 1 == 1
        else { return false }
        let racksOfBlock = tables.blockRacks[block].range
        let platform = Int(tables.rackPlatform[racksOfBlock.lowerBound])
        let mask = tables.platforms[platform].moduleMask
        let capWatts = capWatts(terms, platform: platform)
        for rack in racksOfBlock {
            noteWindow(terms, rack: rack)
            lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &racks[rack].firstBooking)
        }
        setNothingFree(ofWholeBlock: block, until: terms.until)
        return true
    }

    /// Takes a booking off a block at once when it held all of its racks as such at the instant and none of them is shut.
    private mutating func giveBlock(_ block: Int, _ terms: BookingTerms) -> Bool {
        guard terms.start <= instant, instant < terms.until else { return false }
        let racksOfBlock = tables.blockRacks[block].range
        let mask = tables.platforms[Int(tables.rackPlatform[racksOfBlock.lowerBound])].moduleMask
        for rack in racksOfBlock {
            let record = racks[rack]
            guard record.shutCount == 0, lists.holds(terms, moduleMask: mask, from: record.firstBooking) else {
                return false
            }
        }
        for rack in racksOfBlock { _ = lists.remove(terms, moduleMask: mask, from: &racks[rack].firstBooking) }
        setAllFree(ofTakenBlock: block)
        return true
    }

    private mutating func insert(_ segment: Range<Int>, ofRack rack: Int, _ terms: BookingTerms) {
        let platform = Int(tables.rackPlatform[rack])
        let mask = tables.platforms[platform].moduleMask
        let capWatts = capWatts(terms, platform: platform)
        let isNow = terms.start <= instant && instant < terms.until
        noteWindow(terms, rack: rack)
        if segment.count == Int(tables.rackNodeCount[rack]) {
            lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &racks[rack].firstBooking)
            if isNow && freeNodes[rack] == tables.fullRack(rack) {
                return setNothingFree(ofWholeRack: rack, until: terms.until)
            }
        } else {
            for node in segment {
                lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &nodes[node].firstBooking)
            }
            racks[rack].nodeBookingCount += Int32(segment.count)
            racks[rack].nodesIdleFrom = max(racks[rack].nodesIdleFrom, terms.until)
        }
        guard isNow else { return }
        for node in segment {
            setFree(0, of: node, rack: rack)
            setBusy(max(busyUntil[node], terms.until), of: node, rack: rack)
        }
    }

    private mutating func remove(_ segment: Range<Int>, ofRack rack: Int, _ terms: BookingTerms) {
        let first = Int(tables.rackFirstNode[rack])
        let whole = first..<first + Int(tables.rackNodeCount[rack])
        let mask = tables.platforms[Int(tables.rackPlatform[rack])].moduleMask
        let wasWhole = lists.remove(terms, moduleMask: mask, from: &racks[rack].firstBooking)
        if wasWhole {
            // The nodes that stay booked get bookings of their own.
            let capWatts = capWatts(terms, platform: Int(tables.rackPlatform[rack]))
            for node in whole where !segment.contains(node) {
                lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &nodes[node].firstBooking)
            }
            racks[rack].nodeBookingCount += Int32(whole.count - segment.count)
            if segment.count < whole.count {
                racks[rack].nodesIdleFrom = max(racks[rack].nodesIdleFrom, terms.until)
            }
        } else {
            for node in segment {
                let found = lists.remove(terms, moduleMask: mask, from: &nodes[node].firstBooking)
                precondition(found, "a booking that is taken off was there")
            }
            racks[rack].nodeBookingCount -= Int32(segment.count)
        }
        if terms.start <= instant && instant < terms.until {
            // Who held a whole rack at the instant held it alone.
            if wasWhole && segment == whole && racks[rack].shutCount == 0 {
                setAllFree(ofTakenRack: rack)
            } else {
                for node in segment { refreshFree(of: node, rack: rack) }
            }
        }
        if terms.start > instant && terms.start == rackHorizon[rack] { refreshTimes(ofRack: rack) }
    }

    // MARK: Watts

    private mutating func commitModules(
        _ mask: UInt8, of node: Int, rack: Int, capWatts: Watts, _ terms: BookingTerms, sign: Watts
    ) {
        let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
        let gpuWatts = sign * numbers.gpuWatts(mask.nonzeroBitCount, capWatts: capWatts)
        let firstWatts = sign * numbers.firstWatts
        var (gap, isIdle) = (terms.start..<terms.until, true)
        // A node that is idle throughout, or busy throughout, is one step in each load.
        if let found = nextGap(node: node, rack: rack, from: terms.start, until: terms.until) {
            gap = found
        } else {
            isIdle = false
        }
        let chain = Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1])
        if isIdle && gap == terms.start..<terms.until {
            for place in chain { addWatts(gpuWatts + firstWatts, to: Int(tables.chain[place]), gap) }
            return
        }
        for place in chain {
            addWatts(gpuWatts, to: Int(tables.chain[place]), terms.start..<terms.until)
        }
        while isIdle {
            for place in chain { addWatts(firstWatts, to: Int(tables.chain[place]), gap) }
            guard let next = nextGap(node: node, rack: rack, from: gap.upperBound, until: terms.until) else { break }
            gap = next
        }
    }

    mutating func addWatts(_ amount: Watts, to load: Int, _ window: Range<Int64>) {
        watts.add(amount, to: load, from: window.lowerBound, until: window.upperBound, instant: instant)
        if watts.isWorthSettling(load, above: tables.settleAbove[load]) { watts.settle(load, instant: instant) }
        if ceilings.isLowered[load] { addDrawn(amount, to: load, window) }
    }

    /// The first stretch of `[start, until)` in which none of some modules of a node is booked; all of them unless
    /// said otherwise. O(bookings²), few as they are.
    func nextGap(
        node: Int, rack: Int, modules: UInt8 = 0xFF, from start: Int64, until: Int64
    ) -> Range<Int64>? {
        var reached = start
        var moved = true
        var next = until
        func visit(_ terms: TermsRecord) {
            if terms.start <= reached && reached < terms.until {
                reached = terms.until
                moved = true
            } else if terms.start > reached && terms.start < next {
                next = terms.start
            }
        }
        while moved {
            (moved, next) = (false, until)
            lists.forEach(from: nodes[node].firstBooking) { if $0.moduleMask & modules != 0 { visit($1) } }
            lists.forEach(from: racks[rack].firstBooking) { visit($1) }
        }
        return reached < until ? reached..<next : nil
    }

    private mutating func commitWholeNodes(_ ranges: [Range<Int>], _ terms: BookingTerms, sign: Watts) {
        let scratch = tables.takeScratch()
        scratch.beginSums()
        for range in ranges {
            var node = range.lowerBound
            while node < range.upperBound {
                let rack = Int(tables.rackOfNode[node])
                let end = min(range.upperBound, Int(tables.rackFirstNode[rack]) + Int(tables.rackNodeCount[rack]))
                let platform = Int(tables.rackPlatform[rack])
                let each = tables.platforms[platform].wholeNodeWatts(capWatts: capWatts(terms, platform: platform))
                for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
                    scratch.add(sign * Watts(end - node) * each, to: Int(tables.chain[place]))
                }
                node = end
            }
        }
        for place in 0..<scratch.touchedCount {
            let load = scratch.touched(place)
            addWatts(scratch.sum(of: load), to: load, terms.start..<terms.until)
        }
        tables.giveBack(scratch)
    }
}
