// The search for hardware that a whole request fits on. The order of preference is in docs/placement.md.

import FleetModel

extension PackingState {
    /// Finds hardware for every line of `request`, changing nothing.
    ///
    /// The outcome is complete or says for each line how much of it could be placed and what stood in the way. The
    /// same state and request give the same outcome. For a window that starts at the state's instant: O(platforms) for a
    /// partition, O(blocks) for blocks, O(racks) for racks and nodes; for a later one also O(bookings of the racks that
    /// something holds then). A line that falls short costs O(nodes) more, to say why.
    public func place(_ request: PlacementRequest) -> PlacementOutcome {
        var outcome = PlacementOutcome()
        place(request, into: &outcome)
        return outcome
    }

    /// The same into an outcome that is used again: allocates nothing once its arrays have grown.
    ///
    /// - Parameter explaining: false when only a complete outcome is of use: of one that is not, `isComplete` is all that
    ///   holds then.
    public func place(_ request: PlacementRequest, into outcome: inout PlacementOutcome, explaining: Bool = true) {
        outcome.reset(lineCount: request.lines.count)
        let window = SearchWindow(
            request, isIndexed: isIndexed(request.terms.start, now: request.now), explains: explaining)
        let scratch = tables.takeScratch()
        scratch.beginSums()
        if request.lines.count != 1 {
            placeLines(request, window, scratch, into: &outcome)
        } else if request.lines[0].shape.isPartOfNode {
            placeParts(request.lines[0], window, scratch, into: &outcome, at: 0)
        } else {
            placeWhole(request.lines[0], window, scratch, into: &outcome, at: 0)
        }
        scratch.forgetChosen()
        tables.giveBack(scratch)
        for index in outcome.lines.indices { outcome.lines[index].wholeNodes.coalesce() }
        outcome.isComplete = true
        for findings in outcome.findings where findings.placed < findings.wanted { outcome.isComplete = false }
    }

    /// Several lines: each is placed knowing those before it.
    private func placeLines(
        _ request: PlacementRequest, _ window: SearchWindow, _ scratch: SearchScratch,
        into outcome: inout PlacementOutcome
    ) {
        // Parts of nodes are checked against a copy in which everything before them is booked.
        var trial: PackingState?
        for index in Self.order(of: request.lines) {
            let line = request.lines[index]
            guard line.shape.isPartOfNode else {
                placeWhole(line, window, scratch, into: &outcome, at: index)
                if !window.explains && outcome.findings[index].placed < outcome.findings[index].wanted { return }
                continue
            }
            if trial == nil {
                trial = PartWanted(line)?.isSeveral == true ? copy(lookingAheadTo: window) : self
                for placement in outcome.lines where !placement.wholeNodes.isEmpty {
                    trial!.bookNodes(placement.wholeNodes.coalesced(), as: window.terms)
                }
            }
            trial!.placeParts(line, window, scratch, into: &outcome, at: index)
            if !window.explains && outcome.findings[index].placed < line.count { return }
            trial!.bookParts(outcome.lines[index], as: window.terms)
        }
    }

    private func placeWhole(
        _ line: PlacementLine, _ window: SearchWindow, _ scratch: SearchScratch, into outcome: inout PlacementOutcome,
        at index: Int
    ) {
        accept(line, window, scratch)
        if case .power(let meterWatts, let wholeSites) = line.shape {
            placePower(
                line, meterWatts: meterWatts, wholeSites: wholeSites, window, scratch, into: &outcome, at: index)
        } else {
            placeUnits(line, window, scratch, into: &outcome, at: index)
        }
    }

    /// Hardest shape first, then the line that accepts fewest platforms, then as written.
    private static func order(of lines: [PlacementLine]) -> [Int] {
        lines.indices.sorted { left, right in
            let (a, b) = (lines[left], lines[right])
            if a.shape.rank != b.shape.rank { return a.shape.rank < b.shape.rank }
            if case .gpus(let aCount) = a.shape, case .gpus(let bCount) = b.shape, aCount != bCount {
                return aCount > bCount
            }
            let (aPlatforms, bPlatforms) = (a.platformMask.nonzeroBitCount, b.platformMask.nonzeroBitCount)
            return aPlatforms != bPlatforms ? aPlatforms < bPlatforms : left < right
        }
    }
}

/// What all lines of a request are placed under.
struct SearchWindow {
    let start: Int64
    private(set) var until: Int64
    let now: Int64
    let terms: BookingTerms
    let siteMask: UInt64
    /// True when what is kept for the state's instant holds at the window's start.
    let isIndexed: Bool
    /// Whether it matters how much of a request fits that does not fit as a whole, and why.
    let explains: Bool

    // Not given the state: an initialiser would copy it.
    init(_ request: PlacementRequest, isIndexed: Bool, explains: Bool = true) {
        start = request.terms.start
        until = request.terms.until
        now = request.now
        terms = request.terms
        siteMask = request.siteMask
        self.isIndexed = isIndexed
        self.explains = explains
    }

    /// The same window with another end.
    func until(_ time: Int64) -> SearchWindow {
        var copy = self
        copy.until = time
        return copy
    }
}

extension PackingState {
    /// Notes which groups of racks a line may use: those of the sites and platforms asked for that take the cap and, for
    /// some shapes, are of the right kind.
    func accept(_ line: PlacementLine, _ window: SearchWindow, _ scratch: SearchScratch) {
        scratch.acceptedCount = 0
        scratch.setPins(line.pins, tables)
        for group in 0..<tables.groupCount {
            let platform = Int(tables.groupPlatform[group])
            scratch.isAccepted[group] =
                window.siteMask >> UInt64(tables.groupSite[group]) & 1 == 1
                && accepts(line, onPlatform: platform, as: window.terms)
            guard scratch.isAccepted[group] else { continue }
            scratch.nodeWatts[group] = tables.platforms[platform].wholeNodeWatts(
                capWatts: capWatts(window.terms, platform: platform))
            scratch.accepted[scratch.acceptedCount] = Int32(group)
            scratch.acceptedCount += 1
        }
    }

    /// Whether nodes of a platform may serve a line at the cap of the terms, wherever they are and whoever holds them.
    public func accepts(_ line: PlacementLine, onPlatform platform: Int, as terms: BookingTerms) -> Bool {
        guard line.platformMask >> UInt64(platform) & 1 == 1 else { return false }
        let numbers = tables.platforms[platform]
        let capWatts = capWatts(terms, platform: platform)
        guard capWatts >= numbers.capWattsMin && capWatts <= numbers.capWattsMax else { return false }
        if line.within == .nvl72 && !numbers.isRackScale { return false }
        switch line.shape {
        case .nvl72: return numbers.isRackScale
        case .rack: return !numbers.isRackScale
        case .gpus(let count):
            guard let sizeIndex = PartitionSize.index(of: count, isComposed: line.isComposed) else { return false }
            return tables.partitions[platform].hasPartition(sizeIndex: sizeIndex, free: numbers.moduleMask)
        case .mig(let profileID): return tables.geometries[platform]?.profile(id: profileID) != nil
        case .block, .node, .power: return true
        }
    }

    /// Whether the line may use a rack, or some nodes of it.
    @inline(__always)
    func accepts(_ rack: Int, _ scratch: SearchScratch) -> Bool {
        scratch.isAccepted[Int(tables.rackGroup[rack])] && scratch.usableNodes(ofRack: rack, tables) != 0
    }

    /// The nodes of a rack that are free as a whole over the window, that the line may use, and that are not yet taken.
    @inline(__always)
    func freeNodes(ofRack rack: Int, _ window: SearchWindow, _ scratch: SearchScratch) -> UInt64 {
        freeNodesOverWindow(rack, window) & scratch.usableNodes(ofRack: rack, tables) & ~scratch.chosen[rack]
    }

    @inline(__always)
    func freeNodesOverWindow(_ rack: Int, _ window: SearchWindow) -> UInt64 {
        if window.isIndexed {
            let mask = freeNodes[rack]
            return mask == 0 || window.until <= rackHorizon[rack] ? mask : confirm(mask, ofRack: rack, window)
        }
        let record = racks[rack]
        let full = tables.fullRack(rack)
        if record.firstBooking >= 0,
            lists.modules(from: record.firstBooking, overlapping: window.start, window.until) != 0
        {
            return 0
        }
        if record.shutCount == 0 && (record.nodeBookingCount == 0 || record.nodesIdleFrom <= window.start) {
            return full
        }
        return confirm(full, ofRack: rack, window)
    }

    /// Those of some nodes that are free as a whole over the window, by their bookings.
    private func confirm(_ mask: UInt64, ofRack rack: Int, _ window: SearchWindow) -> UInt64 {
        let first = Int(tables.rackFirstNode[rack])
        var (left, result) = (mask, mask)
        while left != 0 {
            let place = left.trailingZeroBitCount
            left &= left - 1
            if !isWholeNodeFree(first + place, from: window.start, until: window.until, now: window.now) {
                result &= ~(1 << UInt64(place))
            }
        }
        return result
    }
}
