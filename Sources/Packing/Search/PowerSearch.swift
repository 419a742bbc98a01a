// Placing a line in megawatts: as many whole nodes as that power carries.

public import FleetModel

extension PackingState {
    /// Chooses whole nodes, those with fewest watts for each GPU first, until the next one would draw too much.
    ///
    /// Complete when the power is used up, or when every accepted node has been taken; with `wholeSites` only then.
    func placePower(
        _ line: PlacementLine, meterWatts: Watts, wholeSites: Bool, _ window: SearchWindow, _ scratch: SearchScratch,
        into outcome: inout PlacementOutcome, at index: Int
    ) {
        var spent = MeterSum(sites: fleet.sites)
        var findings = LineFindings(wanted: 0)
        var isUsedUp = false
        for rack in racksByWatts(window, scratch) {
            let usable = scratch.usableNodes(ofRack: rack, tables)
            let free = freeNodes(ofRack: rack, window, scratch)
            findings.existing += usable.nonzeroBitCount
            findings.free += free.nonzeroBitCount
            count(free, of: usable, rack: rack, &findings)
            let site = Int(tables.rackSite[rack])
            let first = Int(tables.rackFirstNode[rack])
            var (held, left) = (0, free)
            // All of the rack at once, where it is not the one that uses the power up.
            let all = free.nonzeroBitCount
            let wattsOfAll = watts(all, ofRack: rack, window)
            if all > 0, !isUsedUp, spent.meterWatts(adding: wattsOfAll, at: site) <= meterWatts,
                scratch.take(
                    Watts(all) * scratch.nodeWatts[Int(tables.rackGroup[rack])], rack: rack, self, window) < 0
            {
                spent.add(wattsOfAll, at: site)
                findings.placed += all
                forEachRun(of: free) {
                    outcome.lines[index].wholeNodes.append(first + $0.lowerBound..<first + $0.upperBound)
                }
                scratch.choose(free, ofRack: rack)
                continue
            }
            while left != 0 && !isUsedUp {
                let more = watts(held + 1, ofRack: rack, window) - watts(held, ofRack: rack, window)
                if spent.meterWatts(adding: more, at: site) > meterWatts {
                    isUsedUp = true
                    break
                }
                let each = scratch.nodeWatts[Int(tables.rackGroup[rack])]
                let short = scratch.take(each, rack: rack, self, window)
                if short >= 0 {
                    findings.noteShort(tightestBudget(ofLoad: short, from: window.start, until: window.until))
                    break
                }
                spent.add(more, at: site)
                held += 1
                findings.placed += 1
                let node = first + left.trailingZeroBitCount
                outcome.lines[index].wholeNodes.append(node..<node + 1)
                scratch.choose(left & ~(left - 1), ofRack: rack)
                left &= left - 1
            }
        }
        let isWhole = findings.placed == findings.existing && findings.placed > 0
        let isComplete = wholeSites ? isWhole : isWhole || isUsedUp && findings.placed > 0
        findings.wanted =
            isComplete ? findings.placed : max(findings.placed + 1, wholeSites ? findings.existing : 0)
        outcome.findings[index] = findings
    }

    private func forEachRun(of mask: UInt64, _ body: (Range<Int>) -> Void) {
        var left = mask
        while left != 0 {
            let start = left.trailingZeroBitCount
            let count = (~(left >> UInt64(start))).trailingZeroBitCount
            body(start..<start + count)
            left &= start + count >= 64 ? 0 : ~0 << UInt64(start + count)
        }
    }

    private func racksByWatts(_ window: SearchWindow, _ scratch: SearchScratch) -> [Int] {
        let racks = (0..<tables.rackCount).filter { accepts($0, scratch) }
        let keys = racks.map { rack in
            let gpus = Watts(tables.rackNodeCount[rack]) * tables.platforms[Int(tables.rackPlatform[rack])].gpusPerNode
            return (watts(Int(tables.rackNodeCount[rack]), ofRack: rack, window) / gpus, rack)
        }
        return keys.sorted { $0 < $1 }.map(\.1)
    }

    /// What `count` nodes of a rack draw at the lease's cap, with their share of the rack's own draw.
    private func watts(_ count: Int, ofRack rack: Int, _ window: SearchWindow) -> Watts {
        let platform = Int(tables.rackPlatform[rack])
        let numbers = tables.platforms[platform]
        let node = numbers.nodeOverheadWatts + numbers.gpusPerNode * capWatts(window.terms, platform: platform)
        return Watts(count) * node + numbers.rackOverheadWatts * Watts(count) / Watts(tables.rackNodeCount[rack])
    }
}

/// Watts at the rack by site, and what they are together at the meters.
public struct MeterSum: Sendable {
    private let sites: [Site]
    public private(set) var rackWatts: [Watts]

    public init(sites: [Site]) {
        self.sites = sites
        rackWatts = [Watts](repeating: 0, count: sites.count)
    }

    public mutating func add(_ watts: Watts, at site: Int) { rackWatts[site] += watts }

    /// The sum at the meters, each site rounded up, with `watts` more at one of them.
    public func meterWatts(adding watts: Watts = 0, at site: Int = 0) -> Watts {
        sites.indices.reduce(0) { sum, index in
            sum + sites[index].meterWatts(rackWatts: rackWatts[index] + (index == site ? watts : 0))
        }
    }
}
