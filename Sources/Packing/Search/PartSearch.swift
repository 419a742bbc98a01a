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

    /// Whether looking ahead once is quicker than going through all nodes for each part.
    var isSeveral: Bool { count > 2 }

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
        let trial = wanted.isSeveral ? copy(lookingAheadTo: window) : self
        trial.placePartsInside(
            within.level, wanted, of: pinnedNodes(line), window, scratch, &outcome.lines[index],
            &outcome.findings[index])
    }

    /// How many domains that have not room for a line are tried to see how much of it they hold. Where power is short, each may hold
    /// less than it has room for.
    private static let scarceTriesMax = 64

    /// Tries the domains of a level, the first that holds all of the line; else the one that holds most, the first of those.
    private func placePartsInside(
        _ level: Level, _ wanted: PartWanted, of pinned: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ placement: inout LinePlacement, _ findings: inout LineFindings
    ) {
        var (best, bestNodes) = (-1, 0..<0)
        var scarce: [(room: Int, nodes: Range<Int>)] = []
        for domain in fleet.domains where domain.level == level {
            let nodes = domain.nodes.clamped(to: pinned)
            if nodes.isEmpty { continue }
            // One part is looked for as quickly as it is counted.
            let room = wanted.isSeveral ? self.room(wanted, in: nodes, window, scratch) : wanted.count
            if room < wanted.count {
                scarce.append((room, nodes))
                continue
            }
            placement.reset()
            takeParts(wanted, in: nodes, window, scratch, &placement, &findings, isLast: false)
            if findings.placed == wanted.count { return }
            if findings.placed > best { (best, bestNodes) = (findings.placed, nodes) }
        }
        guard window.explains else { return }
        // No domain holds more than it has room for, so most are never tried.
        scarce.sort { ($1.room, $0.nodes.lowerBound) < ($0.room, $1.nodes.lowerBound) }
        for (room, nodes) in scarce.prefix(Self.scarceTriesMax) {
            if room < best || room == best && nodes.lowerBound > bestNodes.lowerBound { continue }
            placement.reset()
            takeParts(wanted, in: nodes, window, scratch, &placement, &findings, isLast: false)
            let isFirst = findings.placed == best && nodes.lowerBound < bestNodes.lowerBound
            if findings.placed > best || isFirst { (best, bestNodes) = (findings.placed, nodes) }
        }
        placement.reset()
        takeParts(wanted, in: bestNodes, window, scratch, &placement, &findings)
    }

    /// A copy that keeps what is free at the window's start, however far ahead that is. O(what begins or ends until then).
    func copy(lookingAheadTo window: SearchWindow) -> PackingState {
        var copy = self
        if !isIndexed(window.start, now: window.now) { copy.lookAhead(to: window.start, now: window.now) }
        return copy
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

    /// Takes as many parts as there are; when it is the last attempt, says why there are no more.
    private func takeParts(
        _ wanted: PartWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch,
        _ placement: inout LinePlacement, _ findings: inout LineFindings, isLast: Bool = true
    ) {
        findings.placed = 0
        guard wanted.count > 1 || wanted.spread != nil else {
            if let part = bestPart(wanted, in: nodes, window, scratch, &findings) {
                add(part, wanted, to: &placement)
                findings.placed = 1
            } else if isLast && window.explains {
                survey(wanted, in: nodes, window, scratch, &findings)
            }
            return
        }
        if !window.explains && room(wanted, in: nodes, window, scratch) < wanted.count { return }
        var trial = wanted.isSeveral ? copy(lookingAheadTo: window) : self
        var spread = wanted.spread.map { PartSpread($0, self, scratch) }
        defer { if spread != nil { scratch.setPins(wanted.pins, tables) } }
        while findings.placed < wanted.count {
            guard let part = trial.bestPart(wanted, in: nodes, window, scratch, &findings) else {
                guard isLast && window.explains else { return }
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

    /// The most parts that some nodes could hold if they had power. O(nodes).
    private func room(
        _ wanted: PartWanted, in nodes: Range<Int>, _ window: SearchWindow, _ scratch: SearchScratch
    ) -> Int {
        guard !nodes.isEmpty else { return 0 }
        let isKept = isIndexed(window.start, now: window.now)
        var sum = 0
        for rack in Int(tables.rackOfNode[nodes.lowerBound])...Int(tables.rackOfNode[nodes.upperBound - 1])
        where scratch.isAccepted[Int(tables.rackGroup[rack])] {
            let first = Int(tables.rackFirstNode[rack])
            let isRackKept = isKept && window.until <= rackHorizon[rack]
            for node in (first..<first + Int(tables.rackNodeCount[rack])).clamped(to: nodes)
            where scratch.mayUse(node, ofRack: rack, tables) {
                let modules =
                    isRackKept
                    ? free[node] : freeModules(of: node, from: window.start, until: window.until, now: window.now)
                sum += room(for: wanted.kind, node, rack, modules, window)
            }
        }
        return sum
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
