// Booking units and taking bookings off again.

import FleetModel

extension PackingState {
    /// Books whole nodes. They must be free over the booking's time, which the caller has made sure of.
    ///
    /// O(nodes + budgets touched). A rack that is booked as a whole is one booking.
    public mutating func bookNodes(_ ranges: [Range<Int>], as terms: BookingTerms) {
        forEachSegment(of: ranges) { state, rack, nodes in state.insert(nodes, ofRack: rack, terms) }
        commitWholeNodes(ranges, terms, sign: 1)
    }

    /// Takes the bookings of `terms.lease` off whole nodes; the terms must be those they were booked with.
    public mutating func unbookNodes(_ ranges: [Range<Int>], as terms: BookingTerms) {
        forEachSegment(of: ranges) { state, rack, nodes in state.remove(nodes, ofRack: rack, terms) }
        commitWholeNodes(ranges, terms, sign: -1)
    }

    /// Books some GPUs of one node. They must be free over the booking's time.
    public mutating func bookModules(_ mask: UInt8, of node: Int, as terms: BookingTerms) {
        let rack = Int(tables.rackOfNode[node])
        let capWatts = capWatts(terms, platform: Int(tables.rackPlatform[rack]))
        commitModules(mask, of: node, rack: rack, capWatts: capWatts, terms, sign: 1)
        lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &nodes[node].firstBooking)
        racks[rack].nodeBookingCount += 1
        racks[rack].nodesIdleFrom = max(racks[rack].nodesIdleFrom, terms.until)
        noteWindow(terms, rack: rack)
        if terms.start <= instant && instant < terms.until { setFree(free[node] & ~mask, of: node, rack: rack) }
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
        let weights = mix.weights
        if weights != order.weights { order = tables.order(for: weights) }
    }

    // MARK: Lists

    /// Calls `body` with each rack that the ranges touch and the part of it that they hold.
    @inline(__always)
    private mutating func forEachSegment(
        of ranges: [Range<Int>], _ body: (inout PackingState, Int, Range<Int>) -> Void
    ) {
        for range in ranges {
            var node = range.lowerBound
            while node < range.upperBound {
                let rack = Int(tables.rackOfNode[node])
                let end = min(range.upperBound, Int(tables.rackFirstNode[rack]) + Int(tables.rackNodeCount[rack]))
                body(&self, rack, node..<end)
                node = end
            }
        }
    }

    private mutating func insert(_ segment: Range<Int>, ofRack rack: Int, _ terms: BookingTerms) {
        let platform = Int(tables.rackPlatform[rack])
        let mask = tables.platforms[platform].moduleMask
        let capWatts = capWatts(terms, platform: platform)
        let isNow = terms.start <= instant && instant < terms.until
        noteWindow(terms, rack: rack)
        if segment.count == Int(tables.rackNodeCount[rack]) {
            lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &racks[rack].firstBooking)
            if isNow && freeNodes[rack] == tables.fullRack(rack) { return setNothingFree(ofWholeRack: rack) }
        } else {
            for node in segment {
                lists.insert(terms, capWatts: capWatts, moduleMask: mask, into: &nodes[node].firstBooking)
            }
            racks[rack].nodeBookingCount += Int32(segment.count)
            racks[rack].nodesIdleFrom = max(racks[rack].nodesIdleFrom, terms.until)
        }
        guard isNow else { return }
        for node in segment { setFree(0, of: node, rack: rack) }
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
