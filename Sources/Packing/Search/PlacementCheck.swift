// Checking hardware that somebody else chose.

import FleetModel

extension PackingState {
    /// Why `placements` cannot be booked as they are, or nil when every one is free and powered.
    ///
    /// Exact for each unit at every instant. O(nodes named + budgets above them).
    public func obstacle(to placements: [LinePlacement], as terms: BookingTerms, now: Int64) -> String? {
        var headroom = Headroom(terms: terms, budgetCount: fleet.budgets.count)
        var trial = self
        let wholeNodes = placements.flatMap(\.wholeNodes).coalesced()
        for (range, following) in zip(wholeNodes, wholeNodes.dropFirst()) where range.upperBound > following.lowerBound
        {
            return "\(fleet.nodeName(NodeIndex(following.lowerBound))) is named twice"
        }
        for segment in fleet.rackSegments(of: wholeNodes) {
            for node in segment.nodes
            where !isWholeNodeFree(node, from: terms.start, until: terms.until, now: now) {
                return "\(fleet.nodeName(NodeIndex(node))) is no longer free"
            }
            let watts = Watts(segment.nodes.count) * terms.wholeNodeWatts(fleet.platform(of: segment.rack))
            if let short = headroom.take(watts, at: segment.rack, in: self) {
                return "budget \(fleet.budgets[short.offset].name) has not enough watts left"
            }
        }
        let partial = placements.flatMap(\.partialNodes)
        guard !partial.isEmpty else { return nil }
        trial.bookNodes(wholeNodes, as: terms)
        for item in partial {
            let free = trial.freeModules(of: item.node, from: terms.start, until: terms.until, now: now)
            guard item.moduleMask & ~free == 0 else {
                return "\(fleet.nodeName(NodeIndex(item.node))) is no longer free"
            }
            let rack = fleet.rackOfNode[item.node]
            if let short = trial.budgetShort(
                rack: rack, gpuCount: item.moduleMask.nonzeroBitCount,
                capWatts: terms.cap.watts(on: fleet.platform(of: rack)), node: item.node, from: terms.start,
                until: terms.until)
            {
                return "budget \(fleet.budgets[short.offset].name) has not enough watts left"
            }
            trial.bookModules(item.moduleMask, of: item.node, as: terms)
        }
        return nil
    }
}
