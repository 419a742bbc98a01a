// Placing GPUs in legal NVLink partitions, one partition at a time.

import FleetModel

extension PackingState {
    /// Chooses `line.count` partitions; fewer when they do not all fit.
    ///
    /// With more than one to place, each is booked in a copy of the state before the next is looked for.
    func placePartitions(
        _ line: PlacementLine, _ window: SearchWindow, _ scratch: SearchScratch, into outcome: inout PlacementOutcome,
        at index: Int
    ) {
        outcome.findings[index].wanted = line.count
        guard case .gpus(let gpuCount) = line.shape, let sizeIndex = PartitionSize.index(of: gpuCount) else { return }
        let wanted = PartitionWanted(count: line.count, gpuCount: gpuCount, sizeIndex: sizeIndex)
        guard let within = line.within else {
            let all = window.bounds ?? 0..<fleet.nodeCount
            return takePartitions(wanted, in: all, window, scratch, &outcome.lines[index], &outcome.findings[index])
        }
        var (best, bestNodes) = (0, 0..<0)
        for domain in fleet.domains where domain.level == within.level {
            let nodes = window.bounds.map { domain.nodes.clamped(to: $0) } ?? domain.nodes
            outcome.lines[index].reset()
            takePartitions(wanted, in: nodes, window, scratch, &outcome.lines[index], &outcome.findings[index])
            let placed = outcome.findings[index].placed
            if placed == line.count { return }
            if placed > best { (best, bestNodes) = (placed, nodes) }
        }
        outcome.lines[index].reset()
        takePartitions(wanted, in: bestNodes, window, scratch, &outcome.lines[index], &outcome.findings[index])
    }

    private func takePartitions(
        _ wanted: PartitionWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ placement: inout LinePlacement, _ findings: inout LineFindings
    ) {
        findings.placed = 0
        if let first = bestPartition(wanted, in: nodes, window, scratch, &findings) {
            placement.partialNodes.append(first)
            findings.placed = 1
        }
        if findings.placed == 1 && wanted.count > 1 {
            var trial = self
            while findings.placed < wanted.count {
                let last = placement.partialNodes[findings.placed - 1]
                trial.bookModules(last.moduleMask, of: last.node, as: window.terms)
                guard let next = trial.bestPartition(wanted, in: nodes, window, scratch, &findings) else { break }
                placement.partialNodes.append(next)
                findings.placed += 1
            }
            if findings.placed < wanted.count { trial.survey(wanted, in: nodes, window, scratch, &findings) }
        } else if findings.placed < wanted.count {
            survey(wanted, in: nodes, window, scratch, &findings)
        }
    }

    /// The partition that breaks least: by the order of buckets at the window's start, then the first node.
    private func bestPartition(
        _ wanted: PartitionWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> PartialNode? {
        // Asked anew: in a copy with bookings of this request, the instant may hold no longer.
        isIndexed(window.start, now: window.now)
            ? bestInBuckets(wanted, in: nodes, window, scratch, &findings)
            : bestByScan(wanted, in: nodes, window, scratch, &findings)
    }

    // MARK: By the buckets of the instant

    private func bestInBuckets(
        _ wanted: PartitionWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> PartialNode? {
        for place in 0..<scratch.acceptedCount {
            let platform = Int(tables.groupPlatform[Int(scratch.accepted[place])])
            scratch.heads[place] = Int32(order.range(platform: platform, sizeIndex: wanted.sizeIndex).lowerBound)
        }
        while let key = nextKey(wanted, scratch) {
            // Buckets that are as good as each other are one: the first node of all of them goes first.
            openBuckets(key, wanted, in: nodes, scratch)
            while let (node, place) = nextNode(scratch, below: nodes.upperBound) {
                let rack = Int(tables.rackOfNode[node])
                let modules =
                    window.until <= rackHorizon[rack]
                    ? free[node] : freeModules(of: node, from: window.start, until: window.until, now: window.now)
                var next = node + 1
                if let found = partition(wanted, node, rack, modules, window, &findings, skipTo: &next) { return found }
                advance(place, to: next, scratch)
            }
        }
        return nil
    }

    /// The lowest key of the buckets that are not used up and not empty.
    private func nextKey(_ wanted: PartitionWanted, _ scratch: SearchScratch) -> Int64? {
        var best = Int64.max
        for place in 0..<scratch.acceptedCount {
            let group = Int(scratch.accepted[place])
            let end = order.range(platform: Int(tables.groupPlatform[group]), sizeIndex: wanted.sizeIndex).upperBound
            var head = Int(scratch.heads[place])
            while head < end && buckets.isEmpty(group, Int(order[head].bucket)) { head += 1 }
            scratch.heads[place] = Int32(head)
            if head < end { best = min(best, order[head].key) }
        }
        return best == .max ? nil : best
    }

    /// Points a cursor at the first node of each bucket that has the key.
    private func openBuckets(
        _ key: Int64, _ wanted: PartitionWanted, in nodes: Range<Int>, _ scratch: SearchScratch
    ) {
        scratch.cursorCount = 0
        for place in 0..<scratch.acceptedCount {
            let group = Int(scratch.accepted[place])
            let end = order.range(platform: Int(tables.groupPlatform[group]), sizeIndex: wanted.sizeIndex).upperBound
            var head = Int(scratch.heads[place])
            while head < end, order[head].key == key {
                let bucket = Int(order[head].bucket)
                if !buckets.isEmpty(group, bucket) {
                    let first = buckets.first(group, bucket, from: nodes.lowerBound)
                    scratch.cursors[scratch.cursorCount] = BucketCursor(group: group, bucket: bucket, node: first)
                    scratch.cursorCount += 1
                }
                head += 1
            }
            scratch.heads[place] = Int32(head)
        }
    }

    private func nextNode(_ scratch: SearchScratch, below end: Int) -> (node: Int, place: Int)? {
        var (node, found) = (end, -1)
        for place in 0..<scratch.cursorCount where scratch.cursors[place].node < node {
            (node, found) = (scratch.cursors[place].node, place)
        }
        return found < 0 ? nil : (node, found)
    }

    private func advance(_ place: Int, to node: Int, _ scratch: SearchScratch) {
        let cursor = scratch.cursors[place]
        scratch.cursors[place].node = buckets.first(cursor.group, cursor.bucket, from: node)
    }

    /// The partition to take on a node, when one is free over the window and has power.
    @inline(__always)
    private func partition(
        _ wanted: PartitionWanted, _ node: Int, _ rack: Int, _ modules: UInt8, _ window: SearchWindow,
        _ findings: inout LineFindings, skipTo next: inout Int
    ) -> PartialNode? {
        let platform = Int(tables.rackPlatform[rack])
        let choice = tables.partitions[platform].choice(sizeIndex: wanted.sizeIndex, free: modules)
        guard choice.mask != 0 else { return nil }
        let capWatts = capWatts(window.terms, platform: platform)
        guard
            let short = shortage(
                rack: rack, node: node, gpuCount: wanted.gpuCount, capWatts: capWatts, from: window.start,
                until: window.until)
        else { return PartialNode(node: node, moduleMask: choice.mask, partitionID: Int(choice.id)) }
        findings.noteShort(tightestBudget(ofLoad: short.load, from: window.start, until: window.until))
        if short.isForAwake && tables.loadIsRange[short.load] {
            // Nothing of this kind fits below: go on behind the last rack of that load.
            let last = tables.loadRacks[short.load].range.upperBound - 1
            next = Int(tables.rackFirstNode[last]) + Int(tables.rackNodeCount[last])
        }
        return nil
    }

    // MARK: By looking at every rack

    /// The same choice for a window that starts later, when what is free at its start has to be looked up. O(nodes).
    private func bestByScan(
        _ wanted: PartitionWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> PartialNode? {
        var (after, found) = (ScanKey.lowest, PartialNode?.none)
        // Power is asked only of the best candidate; when it has none, the next best is looked for.
        while found == nil {
            var best: (key: ScanKey, node: Int, modules: UInt8)?
            forEachCandidate(wanted, in: nodes, window, scratch) { node, key, modules in
                let key = ScanKey(order: key, node: node)
                if after < key && (best == nil || key < best!.key) { best = (key, node, modules) }
            }
            guard let candidate = best else { return nil }
            var next = 0
            found = partition(
                wanted, candidate.node, Int(tables.rackOfNode[candidate.node]), candidate.modules, window, &findings,
                skipTo: &next)
            after = candidate.key
        }
        return found
    }

    private struct ScanKey: Comparable {
        let order: Int64
        let node: Int
        static let lowest = ScanKey(order: .min, node: -1)
        static func < (left: ScanKey, right: ScanKey) -> Bool { (left.order, left.node) < (right.order, right.node) }
    }

    /// Calls `body` with each accepted node that has a free partition, the key of its bucket at the window's start, and
    /// its modules that are free over the window.
    private func forEachCandidate(
        _ wanted: PartitionWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
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
            for node in (first..<first + Int(tables.rackNodeCount[rack])).clamped(to: nodes) {
                let modules = freeModules(of: node, from: window.start, until: window.until, now: window.now)
                guard table.hasPartition(sizeIndex: wanted.sizeIndex, free: modules) else { continue }
                let before =
                    whole >> UInt64(node - first) & 1 == 1
                    ? table.moduleMask
                    : freeModules(of: node, from: atStart.start, until: atStart.until, now: window.now)
                let key = order.key(
                    platform: platform, sizeIndex: wanted.sizeIndex,
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

    // MARK: Saying what there is

    /// Counts what there is for a line that could not be placed in full. O(nodes).
    private func survey(
        _ wanted: PartitionWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) {
        (findings.existing, findings.free, findings.freeNodes, findings.closedNodes) = (0, 0, 0, 0)
        for rack in 0..<tables.rackCount where scratch.isAccepted[Int(tables.rackGroup[rack])] {
            let table = tables.partitions[Int(tables.rackPlatform[rack])]
            let first = Int(tables.rackFirstNode[rack])
            for node in (first..<first + Int(tables.rackNodeCount[rack])).clamped(to: nodes) {
                let modules = freeModules(of: node, from: window.start, until: window.until, now: window.now)
                findings.existing += table.partitionCount(sizeIndex: wanted.sizeIndex, free: table.moduleMask)
                findings.free += table.partitionCount(sizeIndex: wanted.sizeIndex, free: modules)
                findings.freeNodes += modules == table.moduleMask ? 1 : 0
                findings.closedNodes += self.nodes[node].isShut ? 1 : 0
            }
        }
    }
}

/// What a line of partitions asks for.
struct PartitionWanted {
    let count: Int
    let gpuCount: Int
    let sizeIndex: Int
}
