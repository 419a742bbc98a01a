// The rules of the design for MIG instances, spreads and pins, recomputed from the leases alone.

import FleetModel
import Packing

@testable import Leasing

enum MIGRules {
    /// Instances that a lease still has booked.
    static func held(_ lease: Lease) -> [GPUSlice] {
        lease.lines.flatMap(\.holdings.slices).filter { slice in
            !lease.returnedNodes.contains { $0.contains(slice.node) }
        }
    }

    /// No memory slice is held twice at one instant, none of a GPU that is held as a whole, and what a GPU is cut into is
    /// legal; `holders` has the modules held as a whole by node.
    static func violations(
        _ live: [Lease], _ holders: [Int: [(lease: Lease, mask: UInt8)]], _ book: Book
    ) -> [String] {
        var result: [String] = []
        let all = live.flatMap { lease in held(lease).map { (lease: lease, slice: $0) } }
        for (place, one) in all.enumerated() {
            let profile = profile(of: one.slice, book.fleet)
            if !profile.starts.contains(one.slice.start) { result.append("an instance starts at \(one.slice)") }
            for holder in holders[one.slice.node] ?? []
            where holder.mask & one.slice.moduleMask != 0 && overlap(holder.lease, one.lease, book) {
                result.append("\(one.slice) of lease \(one.lease.number) lies on a GPU of lease \(holder.lease.number)")
            }
            for other in all[(place + 1)...]
            where other.slice.node == one.slice.node && other.slice.moduleMask == one.slice.moduleMask
                && overlap(one.lease, other.lease, book)
            {
                if memory(of: one.slice, book.fleet).overlaps(memory(of: other.slice, book.fleet)) {
                    result.append("\(one.slice) and \(other.slice) overlap")
                }
                let isMedia = profile.instancesMax == 1 && profile.memorySlices == 1
                if isMedia && one.slice.profileID == other.slice.profileID {
                    result.append("two take the media engines")
                }
                let caps = [one, other].map { held in
                    ([held.lease.cap] + held.lease.capSteps.map(\.cap)).map {
                        $0.watts(on: platform(of: held.slice, book.fleet))
                    }
                }
                // Instances of one lease change their cap together.
                if one.lease.leaseNumber != other.lease.leaseNumber, Set(caps.joined()).count > 1 {
                    result.append("\(one.slice) and \(other.slice) have several caps")
                }
            }
        }
        return result
    }

    private static func overlap(_ one: Lease, _ other: Lease, _ book: Book) -> Bool {
        max(one.start, other.start, book.time) < min(one.until, other.until)
    }

    private static func memory(of slice: GPUSlice, _ fleet: Fleet) -> Range<Int> {
        slice.start..<slice.start + profile(of: slice, fleet).memorySlices
    }

    private static func profile(of slice: GPUSlice, _ fleet: Fleet) -> MIGProfile {
        platform(of: slice, fleet).migProfiles.first { $0.profileID == slice.profileID }!
    }

    private static func platform(of slice: GPUSlice, _ fleet: Fleet) -> Platform {
        fleet.platform(of: NodeIndex(slice.node))
    }

    /// GPUs of a lease in its tenant's quota: of each line's instances an eighth of a GPU for each memory slice, rounded up.
    static func quotaGPUs(_ lease: Lease, _ fleet: Fleet) -> Int64 {
        lease.lines.reduce(Int64(lease.promised.gpus)) { sum, line in
            let slices = line.holdings.slices.reduce(0) { $0 + profile(of: $1, fleet).memorySlices }
            return sum + Int64((slices + 7) / 8)
        }
    }

    /// Hardware that lines hold and are not pinned to.
    static func unpinned(_ live: [Lease], _ book: Book) -> [String] {
        var result: [String] = []
        for lease in live {
            for line in lease.lines {
                guard let pins = line.pins else { continue }
                let held = line.holdings.bookedNodes.flatMap { Array($0) } + line.holdings.sharedNodes
                for node in held {
                    let id = book.register.id(of: NodeIndex(node)).number
                    if !pins.contains(where: { id >= $0.first && id < $0.first + $0.count }) {
                        result.append("lease \(lease.number) is not pinned to node \(node)")
                    }
                }
            }
        }
        return result
    }

    /// Whether a line lies denser than its spread; `nodes` has one for each part.
    static func strayed(_ line: LeaseLine, _ lease: Lease, _ nodes: [Int], _ fleet: Fleet) -> [String] {
        var result: [String] = []
        guard let spread = line.spread else { return result }
        var units: [String: Set<String>] = [:]
        for (place, node) in nodes.enumerated() {
            let rack = fleet.rackOfNode[node]
            let unit: String =
                switch line.shape {
                case .block: "\(String(describing: fleet.domain(of: rack, at: .block)))"
                case .rack, .nvl72: "\(rack)"
                case .gpus: line.isComposed ? "\(node)" : "\(place)"
                case .node, .mig, .power: "\(place)"
                }
            let domain =
                spread.over == .node
                ? "\(node)" : "\(String(describing: fleet.domain(of: rack, at: spread.over.level)))"
            units[domain, default: []].insert(unit)
        }
        if let most = units.values.map(\.count).max(), most > spread.unitsMax {
            result.append("lease \(lease.number): \(most) units in one \(spread.over)")
        }
        return result
    }
}
