// The search for hardware that a whole request fits on. The order of preference is in docs/placement.md.

import FleetModel

extension PackingState {
    /// Finds hardware for every line of `request`, changing nothing.
    ///
    /// The outcome is complete or says for each line how much of it could be placed and what stood in the way. The
    /// same state and request give the same outcome. O(nodes + budgets) for whole units, O(nodes) for each
    /// partition of GPUs.
    public func place(_ request: PlacementRequest) -> PlacementOutcome {
        var search = PlacementSearch(state: self, request: request)
        return search.run()
    }
}

/// One search: the state it reads and what it has chosen so far.
struct PlacementSearch {
    /// The state with the lines that hold parts of nodes booked as they are chosen.
    var state: PackingState
    let request: PlacementRequest
    var headroom: Headroom
    /// Whole nodes chosen by earlier lines.
    var chosen: ContiguousArray<Bool>
    /// True once an earlier line has chosen whole nodes.
    var hasChosen = false
    /// Bit `n` when the line being placed may use platform `n`.
    private var accepted: UInt64 = 0
    private var nodesBookedInState: [Range<Int>] = []

    init(state: PackingState, request: PlacementRequest) {
        self.state = state
        self.request = request
        headroom = Headroom(terms: request.terms, budgetCount: state.fleet.budgets.count)
        chosen = ContiguousArray(repeating: false, count: state.fleet.nodeCount)
    }

    var fleet: Fleet { state.fleet }

    mutating func run() -> PlacementOutcome {
        let count = request.lines.count
        var lines = [LinePlacement](repeating: LinePlacement(), count: count)
        var findings = request.lines.map { LineFindings(wanted: $0.count) }
        var wholeNodes: [Range<Int>] = []
        var isFirst = true
        for index in orderOfLines() {
            let line = request.lines[index]
            accepted = acceptedPlatforms(of: line)
            switch line.shape {
            case .block, .rack, .nvl72, .node:
                lines[index].wholeNodes = placeUnits(of: line, findings: &findings[index])
            case .power(let meterWatts, let wholeSites):
                lines[index].wholeNodes = placePower(
                    line, meterWatts: meterWatts, wholeSites: wholeSites, findings: &findings[index])
            case .gpus(let gpuCount):
                bookChosen(wholeNodes)
                let isLast = isFirst && count == 1
                lines[index].partialNodes = placePartitions(
                    line, gpuCount: gpuCount, isOnly: isLast, findings: &findings[index])
            }
            wholeNodes.append(contentsOf: lines[index].wholeNodes)
            hasChosen = !wholeNodes.isEmpty
            isFirst = false
        }
        for index in lines.indices { lines[index].wholeNodes = lines[index].wholeNodes.coalesced() }
        let isComplete = findings.allSatisfy { $0.placed >= $0.wanted }
        return PlacementOutcome(lines: lines, findings: findings, isComplete: isComplete)
    }

    /// Hardest shape first, then the line that accepts fewest platforms, then as written.
    private func orderOfLines() -> [Int] {
        request.lines.indices.sorted { left, right in
            let (a, b) = (request.lines[left], request.lines[right])
            if a.shape.rank != b.shape.rank { return a.shape.rank < b.shape.rank }
            if case .gpus(let aCount) = a.shape, case .gpus(let bCount) = b.shape, aCount != bCount {
                return aCount > bCount
            }
            let (aPlatforms, bPlatforms) = (a.platformMask.nonzeroBitCount, b.platformMask.nonzeroBitCount)
            return aPlatforms != bPlatforms ? aPlatforms < bPlatforms : left < right
        }
    }

    /// Puts whole nodes chosen so far into the state, since partitions are checked against it exactly.
    private mutating func bookChosen(_ ranges: [Range<Int>]) {
        guard !ranges.isEmpty, nodesBookedInState.isEmpty else { return }
        nodesBookedInState = ranges
        state.bookNodes(ranges.coalesced(), as: request.terms)
    }

    /// The platforms that a line may use: those asked for that take the cap and, for some shapes, the kind of rack.
    private func acceptedPlatforms(of line: PlacementLine) -> UInt64 {
        var mask: UInt64 = 0
        for (offset, platform) in fleet.platforms.enumerated() where line.platformMask >> offset & 1 == 1 {
            guard request.terms.cap.isLegal(on: platform), line.within != .nvl72 || platform.isRackScale else {
                continue
            }
            let isOfKind =
                switch line.shape {
                case .nvl72: platform.isRackScale
                case .rack: !platform.isRackScale
                case .gpus(let count): platform.partitions.contains { $0.gpuCount == count }
                case .block, .node, .power: true
                }
            if isOfKind { mask |= 1 << offset }
        }
        return mask
    }

    /// Whether the line being placed may use a rack.
    func accepts(_ rack: Int) -> Bool {
        let (site, platform) = fleet.rackKeys[rack]
        guard request.siteMask >> site & 1 == 1, accepted >> platform & 1 == 1 else { return false }
        return request.bounds.map { $0.overlaps(fleet.racks[rack].nodes) } ?? true
    }

    /// What can be said of all nodes of a rack at once, over the request's window.
    func outlook(of rack: Int) -> RackOutlook {
        hasChosen || request.bounds != nil
            ? .mixed : state.outlook(of: rack, from: request.terms.start, until: request.terms.until)
    }

    /// The nodes of a rack that the request's bounds leave.
    func usableNodes(of rack: Rack) -> Range<Int> {
        request.bounds.map { rack.nodes.clamped(to: $0) } ?? rack.nodes
    }

    /// Whether a whole node is free over the window and not chosen by an earlier line.
    func isFree(_ node: Int) -> Bool {
        if chosen[node] { return false }
        if let bounds = request.bounds, !bounds.contains(node) { return false }
        return state.isWholeNodeFree(node, from: request.terms.start, until: request.terms.until, now: request.now)
    }
}
