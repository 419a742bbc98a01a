// Who holds leases, and how much they may hold.

import FleetModel
public import Packing

/// A tenant's limits; nil means no limit.
public struct Quota: Equatable, Sendable {
    public var gpus: Int?
    /// Watts at the rack.
    public var watts: Int64?

    public init(gpus: Int? = nil, watts: Int64? = nil) {
        self.gpus = gpus
        self.watts = watts
    }
}

/// A tenant and what it holds.
public struct Tenant: Sendable {
    public let name: String
    public var quota: Quota
    /// Where it borrows, and how much it lends.
    public internal(set) var share = QuotaShare()
    public var description: String
    /// Changes to this tenant's answer so far, from 1; nobody else's changes move it.
    public var index: UInt64 = 1
    /// The revision that last moved the index.
    var changedAt: UInt64 = 0
    /// Numbers of the tenant's leases that are not final.
    public var leases = RadixTable<Bool>()
    /// GPUs and watts promised over time, for the quota.
    public var gpuTimeline = CommittedTimeline(floor: 0)
    public var wattTimeline = CommittedTimeline(floor: 0)
    /// What of it is guaranteed or standard, kept for tenants in a cohort.
    var firm = UsageTimelines()

    public init(name: String, quota: Quota, description: String) {
        self.name = name
        self.quota = quota
        self.description = description
    }
}

extension Tenant {
    /// Counts a change of the tenant's answer, once for each revision; the index from then on.
    mutating func countChange(in revision: UInt64) -> UInt64 {
        if changedAt != revision { (index, changedAt) = (index + 1, revision) }
        return index
    }

    /// Adds what a part of a lease promises, unless cohorts have to know of it: then nothing, and false.
    mutating func countAlone(
        _ gpus: Int64, _ stretches: [(window: Range<Int64>, watts: Watts)], sign: Int64, over window: Range<Int64>
    ) -> Bool {
        guard share.cohort == nil else { return false }
        gpuTimeline.add(gpus, from: window.lowerBound, until: window.upperBound)
        for (window, watts) in stretches {
            wattTimeline.add(sign * watts, from: window.lowerBound, until: window.upperBound)
        }
        return true
    }

    func timeline(of resource: QuotaResource) -> CommittedTimeline {
        resource == .gpus ? gpuTimeline : wattTimeline
    }

    mutating func add(_ change: UsageChange, of resource: QuotaResource) {
        switch resource {
        case .gpus: gpuTimeline.add(change)
        case .watts: wattTimeline.add(change)
        }
    }
}
