// The choice of the node for one partition, or for several of one node.

import FleetModel

extension PackingState {
    func bestPartition(
        _ gpuCount: Int, _ sizeIndex: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> PartialNode? {
        // Asked anew: in a copy with bookings of this request, the instant may hold no longer.
        guard isIndexed(window.start, now: window.now) else {
            return bestByScan(gpuCount, sizeIndex, in: nodes, window, scratch, &findings)
        }
        for place in 0..<scratch.acceptedCount {
            let platform = Int(tables.groupPlatform[Int(scratch.accepted[place])])
            let range = order.range(platform: platform, sizeIndex: sizeIndex)
            scratch.sequences[place] = BucketSequence(
                entries: order.entries, head: range.lowerBound, end: range.upperBound)
        }
        while let key = nextKey(scratch) {
            openBuckets(key, in: nodes, scratch)
            scratch.candidateCount = 0
            while scratch.candidateCount < SearchScratch.candidatesMax,
                let (node, place) = nextNode(scratch, below: nodes.upperBound)
            {
                var next = node + 1
                let rack = Int(tables.rackOfNode[node])
                if scratch.mayUse(node, ofRack: rack, tables) {
                    let modules =
                        window.until <= rackHorizon[rack]
                        ? free[node]
                        : freeModules(of: node, from: window.start, until: window.until, now: window.now)
                    addCandidate(gpuCount, sizeIndex, node, rack, modules, window, scratch, &findings, skipTo: &next)
                }
                advance(place, to: next, scratch)
            }
            if scratch.candidateCount > 0 { return bestOfCandidates(sizeIndex, scratch) }
        }
        return nil
    }

    /// Puts a node among the candidates when it has a free partition and power, in the order of how they match their
    /// neighbours. Nodes come in ascending order.
    @inline(__always)
    private func addCandidate(
        _ gpuCount: Int, _ sizeIndex: Int, _ node: Int, _ rack: Int, _ modules: UInt8, _ window: SearchWindow,
        _ scratch: SearchScratch, _ findings: inout LineFindings, skipTo next: inout Int
    ) {
        let platform = Int(tables.rackPlatform[rack])
        guard tables.partitions[platform].hasPartition(sizeIndex: sizeIndex, free: modules) else { return }
        if let short = shortage(
            rack: rack, node: node, gpuCount: gpuCount, capWatts: capWatts(window.terms, platform: platform),
            from: window.start, until: window.until)
        {
            findings.noteShort(tightestBudget(ofLoad: short.load, from: window.start, until: window.until))
            if short.isForAwake && tables.loadIsRange[short.load] {
                // Nothing of this kind fits below: go on behind the last rack of that load.
                let last = tables.loadRacks[short.load].range.upperBound - 1
                next = Int(tables.rackFirstNode[last]) + Int(tables.rackNodeCount[last])
            }
            return
        }
        var busy = busyUntil(node: node, rack: rack, window)
        if busy == .min { busy = busyUntil(rack: rack, window, scratch) }
        let match = NeighbourMatch(window, busyUntil: busy)
        var place = scratch.candidateCount
        while place > 0, match < scratch.candidates[place - 1].match {
            scratch.candidates[place] = scratch.candidates[place - 1]
            place -= 1
        }
        scratch.candidates[place] = PartCandidate(node: node, modules: modules, match: match)
        scratch.candidateCount += 1
    }

    private func bestOfCandidates(_ sizeIndex: Int, _ scratch: SearchScratch) -> PartialNode {
        let best = scratch.candidates[0]
        let platform = Int(tables.rackPlatform[Int(tables.rackOfNode[best.node])])
        let choice = tables.partitions[platform].choice(sizeIndex: sizeIndex, free: best.modules)
        return PartialNode(node: best.node, moduleMask: choice.mask, partitionID: Int(choice.id))
    }

    // MARK: By looking at every rack

    /// The same choice for a window that starts later, when what is free at its start has to be looked up. O(n log n) in
    /// nodes.
    private func bestByScan(
        _ gpuCount: Int, _ sizeIndex: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> PartialNode? {
        var all: [(key: Int64, node: Int, modules: UInt8)] = []
        forEachCandidate(sizeIndex, in: nodes, window, scratch) { all.append(($1, $0, $2)) }
        all.sort { ($0.key, $0.node) < ($1.key, $1.node) }
        var place = 0
        while place < all.count {
            scratch.candidateCount = 0
            let key = all[place].key
            while place < all.count, all[place].key == key {
                let (_, node, modules) = all[place]
                place += 1
                guard scratch.candidateCount < SearchScratch.candidatesMax else { continue }
                var next = 0
                addCandidate(
                    gpuCount, sizeIndex, node, Int(tables.rackOfNode[node]), modules, window, scratch, &findings,
                    skipTo: &next)
            }
            if scratch.candidateCount > 0 { return bestOfCandidates(sizeIndex, scratch) }
        }
        return nil
    }

    /// Calls `body` with each accepted node that has a free partition, the key of its bucket at the window's start, and
    /// its modules that are free over the window.
    private func forEachCandidate(
        _ sizeIndex: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ body: (Int, Int64, UInt8) -> Void
    ) {
        guard !nodes.isEmpty else { return }
        let atStart = startWindow(window)
        var rack = Int(tables.rackOfNode[nodes.lowerBound])
        while rack < tables.rackCount, Int(tables.rackFirstNode[rack]) < nodes.upperBound {
            defer { rack += 1 }
            guard scratch.isAccepted[Int(tables.rackGroup[rack])] else { continue }
            let first = Int(tables.rackFirstNode[rack])
            let platform = Int(tables.rackPlatform[rack])
            let table = tables.partitions[platform]
            let whole = wholeNodes(ofRack: rack, atStart)
            if lists.modules(from: racks[rack].firstBooking, overlapping: window.start, window.until) != 0 { continue }
            let wholeness = whole == tables.fullRack(rack) ? wholenessOfWhole(rack, atStart) : Wholeness.rackBroken
            for node in (first..<first + Int(tables.rackNodeCount[rack])).clamped(to: nodes)
            where scratch.mayUse(node, ofRack: rack, tables) {
                let modules = freeModules(of: node, from: window.start, until: window.until, now: window.now)
                guard table.hasPartition(sizeIndex: sizeIndex, free: modules) else { continue }
                let before =
                    whole >> UInt64(node - first) & 1 == 1
                    ? table.moduleMask
                    : freeModules(of: node, from: atStart.start, until: atStart.until, now: window.now)
                let key = order.key(
                    slot: platform * PartitionSize.slots + sizeIndex,
                    bucket: Bucket.of(class: Int(table.classOfMask[Int(before)]), wholeness: wholeness))
                body(node, key, modules)
            }
        }
    }

    /// The first second of a window.
    private func startWindow(_ window: SearchWindow) -> SearchWindow {
        window.until(window.start + 1)
    }

    private func wholeNodes(ofRack rack: Int, _ window: SearchWindow) -> UInt64 {
        freeNodesOverWindow(rack, window)
    }

    private func wholenessOfWhole(_ rack: Int, _ window: SearchWindow) -> Int {
        let block = Int(tables.rackBlock[rack])
        guard block >= 0 else { return Wholeness.allWhole }
        for other in tables.blockRacks[block].range where other != rack {
            if wholeNodes(ofRack: other, window) != tables.fullRack(other) { return Wholeness.rackWhole }
        }
        return Wholeness.allWhole
    }
}
