// Placing GPUs in legal NVLink partitions, one partition at a time.

import FleetModel

extension PlacementSearch {
    /// Chooses `line.count` partitions of `gpuCount` GPUs; fewer when they do not all fit.
    ///
    /// With more to place after it, each partition is booked in the search's own copy of the state.
    mutating func placePartitions(
        _ line: PlacementLine, gpuCount: Int, isOnly: Bool, findings: inout LineFindings
    ) -> [PartialNode] {
        guard let within = line.within else {
            let all = 0..<fleet.nodeCount
            return takePartitions(
                line, gpuCount: gpuCount, in: all, book: !(isOnly && line.count == 1), findings: &findings)
        }
        let before = state
        var best: (taken: [PartialNode], nodes: Range<Int>) = ([], 0..<0)
        for domain in fleet.domains where domain.level == within.level {
            let taken = takePartitions(line, gpuCount: gpuCount, in: domain.nodes, book: true, findings: &findings)
            if taken.count == line.count { return taken }
            if taken.count > best.taken.count { best = (taken, domain.nodes) }
            state = before
        }
        return best.taken.isEmpty
            ? [] : takePartitions(line, gpuCount: gpuCount, in: best.nodes, book: true, findings: &findings)
    }

    private mutating func takePartitions(
        _ line: PlacementLine, gpuCount: Int, in nodes: Range<Int>, book: Bool, findings: inout LineFindings
    ) -> [PartialNode] {
        var taken: [PartialNode] = []
        while taken.count < line.count {
            guard let next = tightestNode(line, gpuCount: gpuCount, in: nodes, findings: &findings) else { break }
            taken.append(next)
            if book { state.bookModules(next.moduleMask, of: next.node, as: request.terms) }
        }
        findings.placed = taken.count
        if taken.count < line.count { survey(line, gpuCount: gpuCount, in: nodes, findings: &findings) }
        return taken
    }

    /// The first node, of those with fewest GPUs free, that has a legal partition and watts for it.
    private func tightestNode(
        _ line: PlacementLine, gpuCount: Int, in nodes: Range<Int>, findings: inout LineFindings
    ) -> PartialNode? {
        // The first candidate for each number of free GPUs; power is asked only of those that would be chosen.
        var first = [Int](repeating: nodes.upperBound, count: 9)
        forEachCandidate(line, gpuCount: gpuCount, in: nodes) { node, free in
            first[free.nonzeroBitCount] = min(first[free.nonzeroBitCount], node)
            return true
        }
        for freeCount in gpuCount...8 where first[freeCount] < nodes.upperBound {
            var found: PartialNode?
            var short: [BudgetIndex] = []
            forEachCandidate(line, gpuCount: gpuCount, in: first[freeCount]..<nodes.upperBound) { node, free in
                guard free.nonzeroBitCount == freeCount else { return true }
                let rack = fleet.rackOfNode[node]
                let platform = fleet.platform(of: rack)
                let capWatts = request.terms.cap.watts(on: platform)
                if let budget = state.budgetShort(
                    rack: rack, gpuCount: gpuCount, capWatts: capWatts, node: node, from: request.terms.start,
                    until: request.terms.until)
                {
                    short.append(budget)
                } else {
                    let partition = platform.leastBreakingPartition(of: gpuCount, in: free)!
                    found = PartialNode(node: node, moduleMask: partition.moduleMask, partitionID: partition.id)
                }
                return found == nil
            }
            for budget in short { findings.noteShort(budget) }
            if found != nil { return found }
        }
        return nil
    }

    /// Calls `body` with each accepted node on which a legal partition is free, and its free modules, until it
    /// returns false.
    private func forEachCandidate(
        _ line: PlacementLine, gpuCount: Int, in nodes: Range<Int>, _ body: (Int, UInt8) -> Bool
    ) {
        guard !nodes.isEmpty else { return }
        var rack = fleet.rackOfNode[nodes.lowerBound].offset
        while rack < fleet.racks.count, fleet.racks[rack].nodes.lowerBound < nodes.upperBound {
            defer { rack += 1 }
            guard accepts(rack) else { continue }
            let here = usableNodes(of: fleet.racks[rack]).clamped(to: nodes)
            let outlook = state.outlook(of: rack, from: request.terms.start, until: request.terms.until)
            if outlook == .noneFree { continue }
            for node in here {
                let full = fleet.moduleMasks[node]
                let free =
                    outlook == .allFree
                    ? full
                    : state.freeModules(
                        of: node, from: request.terms.start, until: request.terms.until, now: request.now)
                guard free == full || fleet.platform(of: RackIndex(rack)).hasPartition(of: gpuCount, in: free) else {
                    continue
                }
                guard body(node, free) else { return }
            }
        }
    }

    /// Counts what there is for a line that could not be placed in full.
    private func survey(_ line: PlacementLine, gpuCount: Int, in nodes: Range<Int>, findings: inout LineFindings) {
        (findings.existing, findings.free, findings.freeNodes, findings.closedNodes) = (0, 0, 0, 0)
        for (offset, rack) in fleet.racks.enumerated() where accepts(offset) {
            let platform = fleet.platforms[rack.platformOffset]
            for node in usableNodes(of: rack).clamped(to: nodes) {
                let free = state.freeModules(
                    of: node, from: request.terms.start, until: request.terms.until, now: request.now)
                findings.existing += platform.partitionCount(of: gpuCount, in: platform.moduleMask)
                findings.free += platform.partitionCount(of: gpuCount, in: free)
                findings.freeNodes += free == platform.moduleMask ? 1 : 0
                findings.closedNodes += state.closedUntil[node] > .min || state.notReady[node] != 0 ? 1 : 0
            }
        }
    }
}

extension Platform {
    func hasPartition(of gpuCount: Int, in free: UInt8) -> Bool {
        free.nonzeroBitCount >= gpuCount
            && partitions.contains { $0.gpuCount == gpuCount && $0.moduleMask & ~free == 0 }
    }

    /// How many partitions of that size are free in full; those of one size never overlap.
    func partitionCount(of gpuCount: Int, in free: UInt8) -> Int {
        partitions.count { $0.gpuCount == gpuCount && $0.moduleMask & ~free == 0 }
    }

    /// Of the free partitions of a size, the one after which most larger partitions are still free, the largest
    /// sizes first; then the lowest id.
    func leastBreakingPartition(of gpuCount: Int, in free: UInt8) -> NVLinkPartition? {
        var best: (partition: NVLinkPartition, left: [Int])?
        for partition in partitions where partition.gpuCount == gpuCount && partition.moduleMask & ~free == 0 {
            let left = [8, 4, 2].map { partitionCount(of: $0, in: free & ~partition.moduleMask) }
            if let found = best, !found.left.lexicographicallyPrecedes(left) { continue }
            best = (partition, left)
        }
        return best?.partition
    }
}
