// Checking hardware that somebody else chose.

import FleetModel

extension PackingState {
    /// Why `placements` cannot be booked as they are, or nil when every one is free and powered.
    ///
    /// Exact for each unit at every instant. O(nodes named + budgets above them).
    public func obstacle(to placements: [LinePlacement], as terms: BookingTerms, now: Int64) -> String? {
        let wholeNodes = placements.flatMap(\.wholeNodes).coalesced()
        for (range, following) in zip(wholeNodes, wholeNodes.dropFirst()) where range.upperBound > following.lowerBound
        {
            return "\(fleet.nodeName(NodeIndex(following.lowerBound))) is named twice"
        }
        if let obstacle = obstacle(toWholeNodes: wholeNodes, as: terms, now: now) { return obstacle }
        let partial = placements.flatMap(\.partialNodes)
        let slices = placements.flatMap(\.slices)
        guard !partial.isEmpty || !slices.isEmpty else { return nil }
        var trial = self
        trial.bookNodes(wholeNodes, as: terms)
        for item in partial {
            let free = trial.freeModules(of: item.node, from: terms.start, until: terms.until, now: now)
            guard item.moduleMask & ~free == 0 else {
                return "\(fleet.nodeName(NodeIndex(item.node))) is no longer free"
            }
            let rack = Int(tables.rackOfNode[item.node])
            if let short = trial.shortage(
                rack: rack, node: item.node, gpuCount: item.moduleMask.nonzeroBitCount,
                capWatts: capWatts(terms, platform: Int(tables.rackPlatform[rack])), from: terms.start,
                until: terms.until)
            {
                let budget = trial.tightestBudget(ofLoad: short.load, from: terms.start, until: terms.until)
                return "budget \(fleet.budgets[budget.offset].name) has not enough watts left"
            }
            trial.bookModules(item.moduleMask, of: item.node, as: terms)
        }
        for slice in slices {
            if let obstacle = trial.obstacle(to: slice, as: terms, now: now) { return obstacle }
            trial.bookSlice(slice, as: terms)
        }
        return nil
    }

    private func obstacle(to slice: GPUSlice, as terms: BookingTerms, now: Int64) -> String? {
        let rack = Int(tables.rackOfNode[slice.node])
        let platform = Int(tables.rackPlatform[rack])
        let capWatts = capWatts(terms, platform: platform)
        guard let geometry = tables.geometries[platform], let profile = geometry.profile(id: slice.profileID),
            let state = sliceState(
                of: slice.node, rack: rack, module: slice.moduleMask, capWatts: capWatts, from: terms.start,
                until: terms.until, now: now),
            geometry.starts(of: profile, in: state) >> UInt8(slice.start) & 1 == 1
        else { return "\(fleet.nodeName(NodeIndex(slice.node))) is no longer free" }
        guard
            let short = sliceShortage(
                of: slice.node, module: slice.moduleMask, rack: rack, capWatts: capWatts, from: terms.start,
                until: terms.until)
        else { return nil }
        let budget = tightestBudget(ofLoad: short, from: terms.start, until: terms.until)
        return "budget \(fleet.budgets[budget.offset].name) has not enough watts left"
    }

    private func obstacle(toWholeNodes ranges: [Range<Int>], as terms: BookingTerms, now: Int64) -> String? {
        let request = PlacementRequest(lines: [], siteMask: .max, terms: terms, now: now)
        let window = SearchWindow(request, isIndexed: isIndexed(terms.start, now: now))
        let scratch = tables.takeScratch()
        defer { tables.giveBack(scratch) }
        scratch.beginSums()
        for segment in fleet.rackSegments(of: ranges) {
            for node in segment.nodes
            where !isWholeNodeFree(node, from: terms.start, until: terms.until, now: now) {
                return "\(fleet.nodeName(NodeIndex(node))) is no longer free"
            }
            let platform = Int(tables.rackPlatform[segment.rack.offset])
            let each = tables.platforms[platform].wholeNodeWatts(capWatts: capWatts(terms, platform: platform))
            let short = scratch.take(
                Watts(segment.nodes.count) * each, rack: segment.rack.offset, self, window)
            if short >= 0 {
                let budget = tightestBudget(ofLoad: short, from: terms.start, until: terms.until)
                return "budget \(fleet.budgets[budget.offset].name) has not enough watts left"
            }
        }
        return nil
    }
}
