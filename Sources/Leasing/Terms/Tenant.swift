// Who holds leases, and how much they may hold.

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

    public init(name: String, quota: Quota, description: String) {
        self.name = name
        self.quota = quota
        self.description = description
    }
}
