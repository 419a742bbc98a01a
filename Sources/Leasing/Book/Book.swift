// The whole state: everything that the facts so far have made true.

public import FleetModel
import HashTreeCollections
public import Packing

/// All leases, tenants, contracts and hardware states at one revision.
///
/// A value on copy-on-write pages: a copy is O(1), so the same mechanism gives published views, undo after a
/// refused batch, dry runs and forks. It changes only by facts (`apply`); what may change is decided in `Decide/`.
public struct Book: Sendable {
    public internal(set) var bookID = ""
    var secret: [UInt8] = []
    public internal(set) var naming = LeaseNaming(key: [])
    /// The number of the last accepted change.
    public internal(set) var revision: UInt64 = 0
    /// When it was recorded. Time never goes back.
    public internal(set) var time: Int64 = 0
    public internal(set) var packing: PackingState
    public internal(set) var register: HardwareRegister
    /// How many fleets have been in force, this one included.
    public internal(set) var fleetVersion = 0
    var tenantsByName = TreeDictionary<String, Tenant>()
    /// The format level at which the book is written: programs of that level and later ones read all of it.
    public internal(set) var formatLevel = FormatLevel.all[0].number
    /// Names of tenants that were removed.
    var usedNames = TreeDictionary<String, UsedName>()
    var cohortsByName = TreeDictionary<String, CohortState>()
    var contractsByName = TreeDictionary<String, Contract>()
    /// Leases and their further parts.
    var leaseBoxes = RadixTable<LeaseBox>()
    /// The numbers of the further parts of each lease that has some, ascending. Derived, so not stored.
    var furtherParts = RadixTable<[UInt64]>()
    /// The number that the next lease or part will have.
    package internal(set) var nextLeaseNumber: UInt64 = 1
    var agenda = Agenda()
    /// Why nodes are not open, by dense index.
    var notes = RadixTable<NodeNote>()
    /// Nodes in turn-round that have been reported clean, by dense index.
    var cleanedNodes = RadixTable<Bool>()
    /// Final leases that are still kept, oldest first.
    var finalLeases = RadixTable<UInt64>()
    var nextFinalPlace: UInt64 = 0
    var idempotencyKeys = IdempotencyKeys()
    var power = PowerState()
    var maintenance = MaintenanceCalendar()
    var feeds = FeedState()
    /// Notices that were served on leases that are kept, oldest first.
    var reclaimsByLease = RadixTable<[Reclaim]>()
    var approvals = ApprovalTable()
    var transfers = TransferTable()
    var subleases = SubleaseTable()
    var ledger = LedgerState()
    var health = HealthState()
    var tokens = TokenTable()
    var stateCounts = [Int](repeating: 0, count: LeaseState.allCases.count)

    /// The number that every planned lease shows; no granted lease reaches it.
    static let plannedLeaseNumber: UInt64 = 1 << 59

    /// Final leases that stay readable; older ones remain in the journal's tables.
    static let finalLeasesMax = 10_000

    /// The book before its first fact: no fleet, no tenants.
    public init() {
        let empty = Fleet(
            name: "", source: "", platforms: [], sites: [], domains: [], racks: [], budgets: [], budgetChains: [])
        packing = PackingState(fleet: empty)
        register = HardwareRegister(first: empty)
    }

    // MARK: Reading

    public var fleet: Fleet { packing.fleet }

    /// Whether the first facts (book and fleet) are there.
    public var isOpened: Bool { fleetVersion > 0 }

    /// The lease or part with that number, or nil.
    public func lease(_ number: UInt64) -> Lease? { leaseBoxes[number]?.lease }

    /// Whose the lease or part with that number is, and the number of the lease; nil when there is none. Cheaper than
    /// looking at the lease.
    public func holder(of number: UInt64) -> (tenant: String, lease: UInt64)? {
        leaseBoxes[number].map { ($0.lease.tenant, $0.lease.leaseNumber) }
    }

    /// The lease with that id, or nil. Parts have no ids.
    public func lease(id: String) -> Lease? {
        naming.number(of: id).flatMap { lease($0) }.flatMap { $0.partOf == nil ? $0 : nil }
    }

    /// Calls `body` for each lease that is kept and each further part, in order of numbers, until it returns false: what
    /// sums up hardware reads these, what shows leases reads `forEachWholeLease`.
    public func forEachLease(from number: UInt64 = 0, _ body: (Lease) throws -> Bool) rethrows {
        try leaseBoxes.forEach(from: number) { _, box in try body(box.lease) }
    }

    /// Leases in a state.
    public func leaseCount(in state: LeaseState) -> Int { stateCounts[Int(state.rawValue)] }

    public func tenant(_ name: String) -> Tenant? { tenantsByName[name] }
    /// The number of changes to a tenant's answer so far, or nil when there is no such tenant. Cheaper than looking at the
    /// tenant.
    public func tenantIndex(of name: String) -> UInt64? { tenantsByName[name]?.index }
    /// Ascending. O(n log n).
    public var tenantNames: [String] { tenantsByName.keys.sorted() }

    /// Why a node is not open, and since when.
    public func note(on node: NodeIndex) -> NodeNote? { notes[UInt64(node.offset)] }

    /// Whether a node in turn-round has been reported clean.
    public func isReportedClean(_ node: NodeIndex) -> Bool { cleanedNodes[UInt64(node.offset)] == true }

    /// When time alone next changes something, or nil.
    public var nextDueAt: Int64? { power.freeze == nil ? agenda.first?.at : nil }
}

/// A lease on the heap, so that pages of leases copy as references.
final class LeaseBox: Sendable {
    let lease: Lease
    init(_ lease: Lease) { self.lease = lease }
}
