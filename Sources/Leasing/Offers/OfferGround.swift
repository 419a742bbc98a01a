// Where offers are looked for, what is found there, and what a search remembers.

import FleetModel
import Packing

/// Where an offer may lie: at some sites, all for none, and of one model where several would do.
struct OfferGround: Equatable {
    let sites: [String]
    let model: String?

    init(_ sites: [String], model: String? = nil) {
        self.sites = sites
        self.model = model
    }
}

/// A placement that could be offered.
struct OfferCandidate {
    let variant: Int
    let offer: Offer
}

/// What one search has found out and asks again.
final class OfferMemory {
    // Used by the one search that made it.
    /// All ranges of starts end alike.
    var starts: [(variant: Int, ground: OfferGround, from: Int64, start: Int64?)] = []
    /// Reports of the book as it is.
    private var known: [(at: Int64, report: PackingReport)] = []

    func report(of packing: PackingState, at time: Int64) -> PackingReport {
        if let found = known.first(where: { $0.at == time }) { return found.report }
        let report = packing.report(at: time)
        known.append((time, report))
        return report
    }
}

extension Offer {
    /// Whether another offer gives the same hardware for the same window at the same cap.
    func isSame(as other: Offer) -> Bool { order == other.order && lease.lines == other.lease.lines }
}

extension LeaseLine {
    /// Whether the line leaves open whether it is made of a model or of others.
    func isOpen(to model: String) -> Bool { models.isEmpty || models.count > 1 && models.contains(model) }
}

extension Book {
    /// The names of the sites that a lease lies at, in the fleet's order.
    func sites(of lease: Lease) -> [String] {
        var mask: UInt64 = 0
        for line in lease.lines {
            for segment in fleet.rackSegments(of: line.holdings.bookedNodes) {
                mask |= 1 << UInt64(fleet.racks[segment.rack.offset].siteOffset)
            }
            for node in line.holdings.sharedNodes {
                mask |= 1 << UInt64(fleet.racks[fleet.rackOfNode[node].offset].siteOffset)
            }
        }
        return fleet.sites.indices.filter { mask >> UInt64($0) & 1 == 1 }.map { fleet.sites[$0].name }
    }

    /// When the first of a tenant's leases after a time ends, or nil. O(leases of the tenant).
    func nextEnd(ofLeasesOf name: String, after time: Int64) -> Int64? {
        var next: Int64?
        tenant(name)?.leases.forEach(from: 0) { number, _ in
            if let lease = lease(number), lease.end > time { next = min(next ?? .max, lease.end) }
            return true
        }
        return next
    }
}
