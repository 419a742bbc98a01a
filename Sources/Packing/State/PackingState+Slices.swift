// Booking MIG instances, and what is left of the GPUs that are cut into them.

import FleetModel

extension PackingState {
    static var uncut: SIMD8<Int16> { SIMD8(repeating: -1) }

    /// Books one MIG instance. Its slices must be free over the booking's time, and others' on the GPU of the same cap.
    public mutating func bookSlice(_ slice: GPUSlice, as terms: BookingTerms) {
        let rack = Int(tables.rackOfNode[slice.node])
        let record = record(of: slice, rack: rack, terms)
        commitSlice(slice, rack: rack, capWatts: gpuCap(terms, rack: rack), terms, sign: 1)
        lists.insert(terms, record, into: &nodes[slice.node].firstBooking)
        nodes[slice.node].hasSlices = true
        racks[rack].nodeBookingCount += 1
        racks[rack].nodesIdleFrom = max(racks[rack].nodesIdleFrom, terms.until)
        noteWindow(terms, rack: rack)
        if terms.start <= instant && instant < terms.until { refreshFree(of: slice.node, rack: rack) }
        count(slice, rack: rack, 1)
    }

    /// Takes the booking of one MIG instance off again.
    public mutating func unbookSlice(_ slice: GPUSlice, as terms: BookingTerms) {
        let rack = Int(tables.rackOfNode[slice.node])
        let record = record(of: slice, rack: rack, terms)
        let found = lists.remove(terms, record, from: &nodes[slice.node].firstBooking)
        precondition(found, "a booking that is taken off was there")
        racks[rack].nodeBookingCount -= 1
        commitSlice(slice, rack: rack, capWatts: gpuCap(terms, rack: rack), terms, sign: -1)
        refreshFree(of: slice.node, rack: rack)
        if terms.start > instant && terms.start == rackHorizon[rack] { refreshTimes(ofRack: rack) }
        count(slice, rack: rack, -1)
    }

    /// What is occupied of a GPU over `[start, until)`, by one instance or another; nil when the GPU cannot be shared then:
    /// held as a whole, closed, not ready, or cut for leases of another cap. O(bookings of the node).
    func sliceState(
        of node: Int, rack: Int, module: UInt8, capWatts: Watts?, from start: Int64, until: Int64, now: Int64
    ) -> SliceState? {
        let record = nodes[node]
        guard record.closedUntil <= start, start > now || record.notReady & module == 0 else { return nil }
        guard lists.modules(from: racks[rack].firstBooking, overlapping: start, until) == 0 else { return nil }
        var (memory, hasMedia, isShared) = (UInt8(0), false, true)
        lists.forEach(from: record.firstBooking) { booking, terms in
            guard booking.moduleMask & module != 0, terms.overlaps(start, until) else { return }
            if booking.sliceMask == 0 || (capWatts != nil && Watts(booking.capWatts) != capWatts) { isShared = false }
            memory |= booking.sliceMask
            if booking.takesMedia { hasMedia = true }
        }
        return isShared ? SliceState(memoryMask: memory, hasMediaTaken: hasMedia) : nil
    }

    /// Works out which GPUs of a node are cut at the instant, and how.
    mutating func refreshCuts(of node: Int, rack: Int) {
        let platform = Int(tables.rackPlatform[rack])
        guard let geometry = tables.geometries[platform] else { return }
        var found = Self.uncut
        for module in 0..<Int(tables.platforms[platform].gpusPerNode) {
            let state = sliceState(
                of: node, rack: rack, module: 1 << UInt8(module), capWatts: nil, from: instant, until: instantEnd,
                now: indexNow)
            if let state, state != .empty { found[module] = Int16(geometry.ordinal(of: state)) }
        }
        let before = cuts[node]
        guard before != found else { return }
        cuts[node] = found
        let (group, first) = (Int(tables.rackGroup[rack]), tables.partitions[platform].bucketCount)
        for module in 0..<8 where before[module] >= 0 && !found.holds(before[module]) && before.isFirst(module) {
            buckets.remove(group, first + Int(before[module]), nodes: node)
        }
        for module in 0..<8 where found[module] >= 0 && !before.holds(found[module]) && found.isFirst(module) {
            buckets.insert(group, first + Int(found[module]), nodes: node)
        }
    }

    private func record(of slice: GPUSlice, rack: Int, _ terms: BookingTerms) -> BookingRecord {
        let platform = Int(tables.rackPlatform[rack])
        guard let geometry = tables.geometries[platform], let profile = geometry.profile(id: slice.profileID) else {
            preconditionFailure("an instance is of a profile of its platform")
        }
        return BookingRecord(
            // No request asks for a cap of 0, so nobody joins a GPU whose cap changes.
            terms: -1, next: -1, capWatts: terms.sharesGPUs ? Int32(gpuCap(terms, rack: rack)) : 0,
            moduleMask: slice.moduleMask, sliceMask: geometry.window(of: profile, at: slice.start),
            takesMedia: geometry.takesMedia(profile))
    }

    private func gpuCap(_ terms: BookingTerms, rack: Int) -> Watts {
        capWatts(terms, platform: Int(tables.rackPlatform[rack]))
    }

    private mutating func count(_ slice: GPUSlice, rack: Int, _ change: Int) {
        let platform = Int(tables.rackPlatform[rack])
        guard let profile = tables.geometries[platform]?.profile(id: slice.profileID) else { return }
        let before = sliceMixes[platform].weights
        sliceMixes[platform].add(change, profile: profile)
        let after = sliceMixes[platform].weights
        if before != after { sliceOrders[platform] = tables.sliceOrder(platform: platform, for: after) }
    }

    /// The first instance on a GPU commits the GPU, and the first on a node wakes it up.
    private mutating func commitSlice(
        _ slice: GPUSlice, rack: Int, capWatts: Watts, _ terms: BookingTerms, sign: Watts
    ) {
        let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
        addInGaps(sign * numbers.gpuWatts(1, capWatts: capWatts), of: slice.node, slice.moduleMask, rack: rack, terms)
        addInGaps(sign * numbers.firstWatts, of: slice.node, 0xFF, rack: rack, terms)
    }

    private mutating func addInGaps(
        _ amount: Watts, of node: Int, _ modules: UInt8, rack: Int, _ terms: BookingTerms
    ) {
        let chain = Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1])
        var from = terms.start
        while let gap = nextGap(node: node, rack: rack, modules: modules, from: from, until: terms.until) {
            for place in chain { addWatts(amount, to: Int(tables.chain[place]), gap) }
            from = gap.upperBound
        }
    }

    /// The first load short of watts for one more MIG instance on a GPU; nil when there is none.
    func sliceShortage(
        of node: Int, module: UInt8, rack: Int, capWatts: Watts, from start: Int64, until: Int64
    ) -> Int? {
        let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
        let gpuWatts = numbers.gpuWatts(1, capWatts: capWatts)
        let bothWatts = gpuWatts + numbers.firstWatts
        for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
            let load = Int(tables.chain[place])
            if sureHeadroom(ofLoad: load, from: start, until: until) >= max(gpuWatts, bothWatts) { continue }
            for (modules, watts) in [(module, gpuWatts), (UInt8(0xFF), bothWatts)] {
                var from = start
                while let gap = nextGap(node: node, rack: rack, modules: modules, from: from, until: until) {
                    if !hasWatts(watts, load: load, from: gap.lowerBound, until: gap.upperBound) { return load }
                    from = gap.upperBound
                }
            }
        }
        return nil
    }
}

extension SIMD8<Int16> {
    /// Whether some lane has a value.
    fileprivate func holds(_ value: Int16) -> Bool { any(self .== value) }

    /// Whether no lane before has the same value.
    fileprivate func isFirst(_ lane: Int) -> Bool {
        for other in 0..<lane where self[other] == self[lane] { return false }
        return true
    }
}
