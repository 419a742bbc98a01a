// Placing parts of nodes: GPUs in legal NVLink partitions, and MIG instances, one at a time.

import FleetModel

/// What a line of parts of nodes asks for.
struct PartWanted {
    let count: Int
    let kind: Kind
    let spread: SpreadLimit?
    let pins: [Range<Int>]?

    enum Kind {
        /// GPUs of one node, by the index of their number.
        case gpus(Int, sizeIndex: Int)
        /// A MIG instance, by the number of its profile.
        case mig(profileID: Int)
    }

    init?(_ line: PlacementLine) {
        count = line.count
        spread = line.spread
        pins = line.pins
        switch line.shape {
        case .gpus(let gpuCount):
            guard let sizeIndex = PartitionSize.index(of: gpuCount, isComposed: line.isComposed) else { return nil }
            kind = .gpus(gpuCount, sizeIndex: sizeIndex)
        case .mig(let profileID): kind = .mig(profileID: profileID)
        case .block, .rack, .nvl72, .node, .power: return nil
        }
    }
}

/// One part that was found.
enum FoundPart {
    case gpus(PartialNode)
    case slice(GPUSlice)

    var node: Int {
        switch self {
        case .gpus(let part): part.node
        case .slice(let slice): slice.node
        }
    }
}

/// How many parts of a line each domain of its spread has given. A domain that may give no more is taken out of the nodes
/// that the line may use.
private struct PartSpread {
    private let limit: SpreadLimit
    private var counts: [Int: Int] = [:]

    init(_ limit: SpreadLimit, _ state: PackingState, _ scratch: SearchScratch) {
        self.limit = limit
        // What lies in no domain of the level does not count.
        for rack in 0..<state.tables.rackCount where Self.domain(of: rack, limit.level, state) == nil {
            scratch.exclude(state.fleet.racks[rack].nodes, state.tables)
        }
    }

    mutating func note(_ node: Int, _ state: PackingState, _ scratch: SearchScratch) {
        let nodes =
            limit.level == .node
            ? node..<node + 1 : Self.domain(of: Int(state.tables.rackOfNode[node]), limit.level, state)!
        counts[nodes.lowerBound, default: 0] += 1
        if counts[nodes.lowerBound]! == limit.unitsMax { scratch.exclude(nodes, state.tables) }
    }

    private static func domain(of rack: Int, _ level: Level, _ state: PackingState) -> Range<Int>? {
        if level == .node { return state.fleet.racks[rack].nodes }
        return state.fleet.domain(of: RackIndex(rack), at: level).map { state.fleet.domains[$0.offset].nodes }
    }
}

extension PackingState {
    /// Chooses `line.count` parts; fewer when they do not all fit.
    ///
    /// With more than one to place, each is booked in a copy of the state before the next is looked for.
    func placeParts(
        _ line: PlacementLine, _ window: SearchWindow, _ scratch: SearchScratch, into outcome: inout PlacementOutcome,
        at index: Int
    ) {
        accept(line, window, scratch)
        outcome.findings[index].wanted = line.count
        guard let wanted = PartWanted(line) else { return }
        guard let within = line.within else {
            return takeParts(
                wanted, in: pinnedNodes(line), window, scratch, &outcome.lines[index], &outcome.findings[index])
        }
        let pinned = pinnedNodes(line)
        var (best, bestNodes) = (0, 0..<0)
        for domain in fleet.domains where domain.level == within.level {
            let nodes = domain.nodes.clamped(to: pinned)
            outcome.lines[index].reset()
            takeParts(wanted, in: nodes, window, scratch, &outcome.lines[index], &outcome.findings[index])
            let placed = outcome.findings[index].placed
            if placed == line.count { return }
            if placed > best { (best, bestNodes) = (placed, nodes) }
        }
        outcome.lines[index].reset()
        takeParts(wanted, in: bestNodes, window, scratch, &outcome.lines[index], &outcome.findings[index])
    }

    /// A stretch that holds all nodes of the pins.
    private func pinnedNodes(_ line: PlacementLine) -> Range<Int> {
        guard let pins = line.pins else { return 0..<fleet.nodeCount }
        return (pins.first?.lowerBound ?? 0)..<(pins.last?.upperBound ?? 0)
    }

    /// Books the parts of nodes of one line.
    mutating func bookParts(_ placement: LinePlacement, as terms: BookingTerms) {
        for part in placement.partialNodes { bookModules(part.moduleMask, of: part.node, as: terms) }
        for slice in placement.slices { bookSlice(slice, as: terms) }
    }

    private func takeParts(
        _ wanted: PartWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ placement: inout LinePlacement, _ findings: inout LineFindings
    ) {
        findings.placed = 0
        guard wanted.count > 1 || wanted.spread != nil else {
            if let part = bestPart(wanted, in: nodes, window, scratch, &findings) {
                add(part, wanted, to: &placement)
                findings.placed = 1
            } else {
                survey(wanted, in: nodes, window, scratch, &findings)
            }
            return
        }
        var trial = self
        var spread = wanted.spread.map { PartSpread($0, self, scratch) }
        defer { if spread != nil { scratch.setPins(wanted.pins, tables) } }
        while findings.placed < wanted.count {
            guard let part = trial.bestPart(wanted, in: nodes, window, scratch, &findings) else {
                if spread != nil { scratch.setPins(wanted.pins, tables) }
                return trial.survey(wanted, in: nodes, window, scratch, &findings)
            }
            spread?.note(part.node, self, scratch)
            var one = LinePlacement()
            add(part, wanted, to: &one)
            trial.bookParts(one, as: window.terms)
            placement.partialNodes += one.partialNodes
            placement.slices += one.slices
            findings.placed += 1
        }
    }

    /// Writes a part down; GPUs that are made up of several partitions as those.
    private func add(_ part: FoundPart, _ wanted: PartWanted, to placement: inout LinePlacement) {
        switch part {
        case .slice(let slice): placement.slices.append(slice)
        case .gpus(let found):
            guard case .gpus(let gpuCount, let sizeIndex) = wanted.kind, !PartitionSize.single.contains(sizeIndex)
            else {
                placement.partialNodes.append(found)
                return
            }
            let platform = fleet.platform(of: NodeIndex(found.node))
            // The same parts again: what is taken is all that may be used.
            for part in platform.leastBreakingParts(of: gpuCount, in: found.moduleMask) ?? [] {
                placement.partialNodes.append(
                    PartialNode(node: found.node, moduleMask: part.moduleMask, partitionID: part.id))
            }
        }
    }

    /// The part that breaks least: by the order of buckets at the window's start, then the first node.
    private func bestPart(
        _ wanted: PartWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> FoundPart? {
        switch wanted.kind {
        case .gpus(let gpuCount, let sizeIndex):
            bestPartition(gpuCount, sizeIndex, in: nodes, window, scratch, &findings).map { .gpus($0) }
        case .mig(let profileID):
            bestSlice(profileID, in: nodes, window, scratch, &findings).map { .slice($0) }
        }
    }

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
        return firstInBuckets(in: nodes, scratch) { node, rack, _, next in
            guard scratch.mayUse(node, ofRack: rack, tables) else { return nil }
            let modules =
                window.until <= rackHorizon[rack]
                ? free[node] : freeModules(of: node, from: window.start, until: window.until, now: window.now)
            return partition(gpuCount, sizeIndex, node, rack, modules, window, &findings, skipTo: &next)
        }
    }

    /// The partition to take on a node, when one is free over the window and has power.
    @inline(__always)
    private func partition(
        _ gpuCount: Int, _ sizeIndex: Int, _ node: Int, _ rack: Int, _ modules: UInt8, _ window: SearchWindow,
        _ findings: inout LineFindings, skipTo next: inout Int
    ) -> PartialNode? {
        let platform = Int(tables.rackPlatform[rack])
        let choice = tables.partitions[platform].choice(sizeIndex: sizeIndex, free: modules)
        guard choice.mask != 0 else { return nil }
        let capWatts = capWatts(window.terms, platform: platform)
        guard
            let short = shortage(
                rack: rack, node: node, gpuCount: gpuCount, capWatts: capWatts, from: window.start,
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
        _ gpuCount: Int, _ sizeIndex: Int, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) -> PartialNode? {
        var (after, found) = (ScanKey.lowest, PartialNode?.none)
        // Power is asked only of the best candidate; when it has none, the next best is looked for.
        while found == nil {
            var best: (key: ScanKey, node: Int, modules: UInt8)?
            forEachCandidate(sizeIndex, in: nodes, window, scratch) { node, key, modules in
                let key = ScanKey(order: key, node: node)
                if after < key && (best == nil || key < best!.key) { best = (key, node, modules) }
            }
            guard let candidate = best else { return nil }
            var next = 0
            found = partition(
                gpuCount, sizeIndex, candidate.node, Int(tables.rackOfNode[candidate.node]), candidate.modules, window,
                &findings,
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

    // MARK: Saying what there is

    /// Counts what there is for a line that could not be placed in full. O(nodes).
    private func survey(
        _ wanted: PartWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ findings: inout LineFindings
    ) {
        (findings.existing, findings.free, findings.freeNodes, findings.closedNodes) = (0, 0, 0, 0)
        for rack in 0..<tables.rackCount where scratch.isAccepted[Int(tables.rackGroup[rack])] {
            let moduleMask = tables.platforms[Int(tables.rackPlatform[rack])].moduleMask
            let first = Int(tables.rackFirstNode[rack])
            let isKept = isIndexed(window.start, now: window.now) && window.until <= rackHorizon[rack]
            let hasShut = racks[rack].shutCount > 0
            for node in (first..<first + Int(tables.rackNodeCount[rack])).clamped(to: nodes)
            where scratch.mayUse(node, ofRack: rack, tables) {
                let modules =
                    isKept
                    ? free[node] : freeModules(of: node, from: window.start, until: window.until, now: window.now)
                findings.existing += room(for: wanted.kind, node, rack, moduleMask, nil)
                findings.free += room(for: wanted.kind, node, rack, modules, window)
                findings.freeNodes += modules == moduleMask ? 1 : 0
                if hasShut && self.nodes[node].isShut { findings.closedNodes += 1 }
            }
        }
    }

    /// How many parts fit on a node with some modules free, and, over a window, beside the MIG instances there.
    private func room(
        for kind: PartWanted.Kind, _ node: Int, _ rack: Int, _ modules: UInt8, _ window: SearchWindow?
    ) -> Int {
        let platform = Int(tables.rackPlatform[rack])
        switch kind {
        case .gpus(let gpuCount, let sizeIndex):
            let table = tables.partitions[platform]
            guard PartitionSize.single.contains(sizeIndex) else {
                return table.hasPartition(sizeIndex: sizeIndex, free: modules) ? modules.nonzeroBitCount / gpuCount : 0
            }
            return table.partitionCount(sizeIndex: sizeIndex, free: modules)
        case .mig(let profileID):
            guard let geometry = tables.geometries[platform], let profile = geometry.profile(id: profileID) else {
                return 0
            }
            var sum = modules.nonzeroBitCount * geometry.room(for: profile, in: .empty)
            guard let window, nodes[node].hasSlices else { return sum }
            for module in 0..<8 where modules >> UInt8(module) & 1 == 0 {
                let state = sliceState(
                    of: node, rack: rack, module: 1 << UInt8(module),
                    capWatts: capWatts(window.terms, platform: platform), from: window.start, until: window.until,
                    now: window.now)
                if let state, state != .empty { sum += geometry.room(for: profile, in: state) }
            }
            return sum
        }
    }
}
