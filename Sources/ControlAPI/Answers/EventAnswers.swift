// The stream of accepted changes on the wire: one JSON object a line.

/// One thing that happened, with the figures that matter; fields that say nothing of it are absent.
public struct ChangeEvent: Codable, Sendable, Equatable {
    /// A noun and what became of it, for example `lease.granted`. docs/events.md has the closed list.
    public var kind: String
    /// The same in the words of the audit log.
    public var what: String
    /// The lease.
    public var lease: String?
    /// The lease that came of it.
    public var newLease: String?
    /// Whom it is about.
    public var tenant: String?
    /// Who is to take the lease over.
    public var receiver: String?
    /// The contract.
    public var contract: String?
    /// The name of a cohort or a maintenance.
    public var name: String?
    /// The budget domain.
    public var budget: String?
    /// The load target, within its budget domain.
    public var loadTarget: String?
    /// The source, within its budget domain.
    public var source: String?
    /// Nodes as compact paths: those that the fleet in force still has.
    public var nodes: [String]?
    /// How many nodes it was.
    public var nodeCount: Int?
    /// GPUs, of a lease those promised.
    public var gpus: Int?
    /// Watts, of a lease those promised at the rack.
    public var watts: Int?
    /// When a window, a target or a curtailment begins.
    public var start: Timestamp?
    /// When it ends.
    public var end: Timestamp?
    /// When it took effect, where that may be before it was recorded.
    public var at: Timestamp?
    /// The class of a lease.
    public var `class`: LeaseClass?
    /// The notice.
    public var notice: String?
    /// When the first of what a notice takes goes.
    public var deadline: Timestamp?
    /// The order to the actuator.
    public var order: String?
    /// The approval.
    public var approval: String?
    /// The transfer.
    public var transfer: String?
    /// The sub-lease.
    public var sublease: String?
    /// The fault report.
    public var fault: String?
    /// The error number that a fault report names.
    public var xid: Int?

    /// An event with nothing but its kind and words.
    public init(kind: String, what: String) {
        self.kind = kind
        self.what = what
    }
}

/// One accepted change as a line of the stream.
public struct ChangeLine: Codable, Sendable, Equatable {
    /// The book's revision; absent to tenants.
    public var revision: Int?
    /// The place in the tenant's own log; absent to everybody else.
    public var number: Int?
    /// When it was recorded.
    public var at: Timestamp
    /// Who; absent to a tenant whose change it was not.
    public var actor: String?
    /// In which role.
    public var role: String
    /// Under which request id; absent to a tenant whose request it was not.
    public var requestId: String?
    /// Why; absent: nobody said, or not for you to see.
    public var reason: String?
    /// What happened, in order.
    public var events: [ChangeEvent]

    /// Every field; those left out are absent.
    public init(
        revision: Int? = nil, number: Int? = nil, at: Timestamp, actor: String? = nil, role: String,
        requestId: String? = nil, reason: String? = nil, events: [ChangeEvent]
    ) {
        self.revision = revision
        self.number = number
        self.at = at
        self.actor = actor
        self.role = role
        self.requestId = requestId
        self.reason = reason
        self.events = events
    }
}

/// A line that says how far the stream has come: everything up to there has been sent or was filtered out.
public struct BookmarkLine: Codable, Sendable, Equatable {
    /// Where to go on after.
    public var bookmark: Int
    /// The book's epoch, which a restore starts anew.
    public var epoch: Int
    /// Why nothing follows; absent: the stream goes on.
    public var ends: String?

    /// Every field.
    public init(bookmark: Int, epoch: Int, ends: String? = nil) {
        self.bookmark = bookmark
        self.epoch = epoch
        self.ends = ends
    }
}
