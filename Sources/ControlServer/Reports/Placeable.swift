// The largest shape that a site could lease out at this moment: asked of the search that decides, at the lowest cap.

import FleetModel
import Leasing
import Packing

/// One shape, and whether a site has room for it.
struct Placeable {
    /// `block`, `nvl72`, `rack`, `node`, or `gpu-4` and so on.
    let shape: String
    /// GPUs of what was found; 0 when there is no room.
    let gpus: Int

    private static let shapes: [(name: String, shape: PlacementShape)] = [
        ("block", .block), ("nvl72", .nvl72), ("rack", .rack), ("node", .node), ("gpu-4", .gpus(4)),
        ("gpu-2", .gpus(2)), ("gpu-1", .gpus(1)),
    ]

    /// Each shape that hardware of the site can form, the largest first. O(nodes of the site) for each that has no room.
    static func shapes(ofSite site: Int, in book: Book, at now: Int64) -> [Placeable] {
        let fleet = book.fleet
        let platforms = Set(fleet.racks.lazy.filter { $0.siteOffset == site }.map(\.platformOffset))
        let cap = lowestCap(of: platforms.map { fleet.platforms[$0] })
        let terms = BookingTerms(lease: leaseNumber, start: now, end: now + 1, until: now + 1, cap: cap)
        return shapes.compactMap { name, shape in
            let usable = platforms.filter { shape.canBeFormed(of: fleet.platforms[$0]) }
            guard !usable.isEmpty else { return nil }
            let line = PlacementLine(shape: shape, count: 1, platformMask: usable.reduce(0) { $0 | 1 << UInt64($1) })
            let request = PlacementRequest(lines: [line], siteMask: 1 << UInt64(site), terms: terms, now: now)
            var outcome = PlacementOutcome()
            book.packing.place(request, into: &outcome, explaining: false)
            return Placeable(shape: name, gpus: outcome.isComplete ? outcome.lines[0].gpuCount(in: fleet) : 0)
        }
    }

    /// Of a lease that is never booked.
    private static let leaseNumber: UInt64 = 1 << 58

    /// The lowest percentage that every model takes.
    private static func lowestCap(of platforms: [Platform]) -> PowerCap {
        let percents = platforms.map { platform in
            Int((platform.power.capWattsMin * 100 + platform.power.capWattsMax - 1) / platform.power.capWattsMax)
        }
        return .percent(percents.max() ?? 100)
    }
}

extension PlacementShape {
    /// Whether a platform can ever give it.
    fileprivate func canBeFormed(of platform: Platform) -> Bool {
        switch self {
        case .nvl72: platform.isRackScale
        case .block, .rack: !platform.isRackScale
        case .gpus(let count): platform.partitions.contains { $0.gpuCount == count }
        case .node, .mig, .power: true
        }
    }
}
