// Placing one MIG instance.

import FleetModel

extension PackingState {
    /// Where an instance of a profile goes: on a GPU that is cut already, where it spoils least for the mix of profiles that
    /// is booked; else on a GPU that is free as a whole, chosen as for one GPU.
    func bestSlice(
        _ profileID: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> GPUSlice? {
        let shared =
            isIndexed(window.start, now: window.now)
            ? bestCutInBuckets(profileID, in: nodes, window, scratch, &findings)
            : bestCutByScan(profileID, in: nodes, window, scratch, &findings)
        if let shared { return shared }
        guard
            let whole = bestPartition(
                1, PartitionSize.index(of: 1)!, in: nodes, window, scratch, &findings)
        else { return nil }
        let platform = Int(tables.rackPlatform[Int(tables.rackOfNode[whole.node])])
        return slice(profileID, platform, in: .empty, node: whole.node, module: whole.moduleMask)
    }

    private func slice(
        _ profileID: Int, _ platform: Int, in state: SliceState, node: Int, module: UInt8
    ) -> GPUSlice? {
        guard let profile = tables.geometries[platform]?.profile(id: profileID),
            let start = sliceOrders[platform]?.slices?.bestStart(of: profile, in: state)
        else { return nil }
        return GPUSlice(node: node, moduleMask: module, profileID: profileID, start: start)
    }

    // MARK: By the buckets of the instant

    private func bestCutInBuckets(
        _ profileID: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> GPUSlice? {
        for place in 0..<scratch.acceptedCount {
            let platform = Int(tables.groupPlatform[Int(scratch.accepted[place])])
            guard let order = sliceOrders[platform], let profile = tables.geometries[platform]?.profile(id: profileID)
            else { preconditionFailure("an accepted platform has the profile") }
            let range = order.range(slot: profile)
            scratch.sequences[place] = BucketSequence(
                entries: order.entries, head: range.lowerBound, end: range.upperBound)
        }
        return firstInBuckets(in: nodes, scratch) { node, rack, bucket in
            // The node is in this bucket for one or more of its GPUs; those of its other states have their own turn.
            guard scratch.mayUse(node, ofRack: rack, tables) else { return nil }
            let ordinal = bucket - tables.partitions[Int(tables.rackPlatform[rack])].bucketCount
            for module in 0..<8 where Int(cuts[node][module]) == ordinal {
                if let found = shared(profileID, node, rack, 1 << UInt8(module), window, &findings) { return found }
            }
            return nil
        }
    }

    /// The instance on a cut GPU, when it fits there over the whole window and has power.
    private func shared(
        _ profileID: Int, _ node: Int, _ rack: Int, _ module: UInt8, _ window: SearchWindow,
        _ findings: inout LineFindings
    ) -> GPUSlice? {
        let platform = Int(tables.rackPlatform[rack])
        let capWatts = capWatts(window.terms, platform: platform)
        guard
            let state = sliceState(
                of: node, rack: rack, module: module, capWatts: capWatts, from: window.start, until: window.until,
                now: window.now),
            let found = slice(profileID, platform, in: state, node: node, module: module)
        else { return nil }
        let short = sliceShortage(
            of: node, module: module, rack: rack, capWatts: capWatts, from: window.start, until: window.until)
        guard let short else { return found }
        findings.noteShort(tightestBudget(ofLoad: short, from: window.start, until: window.until))
        return nil
    }

    // MARK: By looking at every node that has slices

    private struct CutKey: Comparable {
        let order: Int64
        let node: Int
        let module: Int
        static func < (left: CutKey, right: CutKey) -> Bool {
            (left.order, left.node, left.module) < (right.order, right.node, right.module)
        }
    }

    private func bestCutByScan(
        _ profileID: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> GPUSlice? {
        var keys: [CutKey] = []
        for rack in 0..<tables.rackCount
        where scratch.isAccepted[Int(tables.rackGroup[rack])] && racks[rack].nodeBookingCount > 0 {
            let first = Int(tables.rackFirstNode[rack])
            for node in (first..<first + Int(tables.rackNodeCount[rack])).clamped(to: nodes)
            where self.nodes[node].hasSlices && scratch.mayUse(node, ofRack: rack, tables) {
                for module in 0..<8 {
                    if let key = cutKey(profileID, node, rack, module, window) { keys.append(key) }
                }
            }
        }
        for key in keys.sorted() {
            let rack = Int(tables.rackOfNode[key.node])
            if let found = shared(profileID, key.node, rack, 1 << UInt8(key.module), window, &findings) { return found }
        }
        return nil
    }

    /// How early a GPU that is cut at the window's start is tried; nil when it is not, or has no room then.
    private func cutKey(
        _ profileID: Int, _ node: Int, _ rack: Int, _ module: Int, _ window: SearchWindow
    ) -> CutKey? {
        let platform = Int(tables.rackPlatform[rack])
        guard let geometry = tables.geometries[platform], let profile = geometry.profile(id: profileID),
            let scores = sliceOrders[platform]?.slices,
            let state = sliceState(
                of: node, rack: rack, module: 1 << UInt8(module), capWatts: nil, from: window.start,
                until: window.start + 1, now: window.now),
            state != .empty, scores.bestStart(of: profile, in: state) != nil
        else { return nil }
        let order = Int64(scores.gradient(of: profile, in: state)) << 16 | Int64(state.rawValue)
        return CutKey(order: order, node: node, module: module)
    }
}
