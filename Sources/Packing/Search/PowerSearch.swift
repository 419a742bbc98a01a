// Placing a line in megawatts: as many whole nodes as that power carries.

public import FleetModel

extension PlacementSearch {
    /// Chooses whole nodes, those with fewest watts for each GPU first, until the next one would draw too much.
    ///
    /// Complete when the power is used up, or when every accepted node has been taken; with `wholeSites` only then.
    mutating func placePower(
        _ line: PlacementLine, meterWatts: Watts, wholeSites: Bool, findings: inout LineFindings
    ) -> [Range<Int>] {
        let racks = fleet.racks.indices.filter { accepts($0) }.sorted {
            let (left, right) = (wattsForEachGPU($0), wattsForEachGPU($1))
            return left != right ? left < right : $0 < $1
        }
        var spent = MeterSum(sites: fleet.sites)
        var taken: [Range<Int>] = []
        var isUsedUp = false
        for offset in racks {
            let rack = fleet.racks[offset]
            let usable = usableNodes(of: rack)
            let free = usable.filter { isFree($0) }
            findings.existing += usable.count
            findings.count(free: free.count, units: free.count, of: usable, in: state)
            var held = 0
            for node in free where !isUsedUp {
                let more = watts(held + 1, of: rack) - watts(held, of: rack)
                if spent.meterWatts(adding: more, at: rack.siteOffset) > meterWatts {
                    isUsedUp = true
                } else if let short = headroom.take(nodeWatts(rack), at: RackIndex(offset), in: state) {
                    findings.noteShort(short)
                    break
                } else {
                    spent.add(more, at: rack.siteOffset)
                    held += 1
                    taken.append(node..<node + 1)
                    chosen[node] = true
                }
            }
        }
        findings.placed = taken.count
        let isWhole = taken.count == findings.existing && !taken.isEmpty
        let isComplete = wholeSites ? isWhole : isWhole || isUsedUp && !taken.isEmpty
        findings.wanted = isComplete ? taken.count : max(taken.count + 1, wholeSites ? findings.existing : 0)
        return taken.coalesced()
    }

    private func wattsForEachGPU(_ rack: Int) -> Watts {
        let place = fleet.racks[rack]
        let platform = fleet.platforms[place.platformOffset]
        return watts(place.nodes.count, of: place) / Watts(place.nodes.count * platform.gpusPerNode)
    }

    private func nodeWatts(_ rack: Rack) -> Watts {
        request.terms.wholeNodeWatts(fleet.platforms[rack.platformOffset])
    }

    /// What `count` nodes of a rack draw at the lease's cap, with their share of the rack's own draw.
    private func watts(_ count: Int, of rack: Rack) -> Watts {
        let platform = fleet.platforms[rack.platformOffset]
        let node = platform.nodeWatts(
            leasedGPUs: platform.gpusPerNode, capWatts: request.terms.cap.watts(on: platform))
        return Watts(count) * node + platform.power.rackOverheadWatts * Watts(count) / Watts(rack.nodes.count)
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
