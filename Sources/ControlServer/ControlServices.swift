// What the handlers share.

public import ControlAPI
import HTTPTypes
import Leasing
public import Scheduling
import Synchronization
public import Telemetry

/// Whether the policy on faults acts by itself, or an operator decides on each.
public struct FaultRules: Sendable {
    public let actsOnReports: Bool
    public let actsOnTelemetry: Bool

    /// Both.
    public init(actsOnReports: Bool, actsOnTelemetry: Bool) {
        self.actsOnReports = actsOnReports
        self.actsOnTelemetry = actsOnTelemetry
    }
}

/// What the daemon gives the control server to work with. A class, since every request holds it.
public final class ControlServices: Sendable {
    /// What a reload may change.
    public let live: LiveSettings
    public let scheduler: Scheduler
    public let version: String
    public let startedAt: Int64
    /// The book's epoch, which a restore starts anew.
    public let epoch: UInt64
    /// What is drawn.
    public let observatory: Observatory
    /// The means of one series that are kept from a moment on, in the order of time.
    public let history: @Sendable (_ series: String, _ from: Int64) throws -> [SlotMean]
    /// The audit log.
    public let audit: AuditLog
    /// Reads of what a tenant holds, or all tenants, that are kept, in hours that end after a moment; newest first.
    public let accessHistory: @Sendable (_ tenant: String?, _ since: Int64, _ limit: Int) throws -> [AccessCount]
    /// Checks the rules on a view.
    public let verify: @Sendable (PublishedView) async throws -> VerifyAnswer
    /// Refuses a place for a copy of the book that it cannot have.
    public let checkBackup: @Sendable (_ path: String) throws -> Void
    /// Writes a consistent copy of the book and returns its size in bytes.
    public let backup: @Sendable (_ path: String) async throws -> Int

    /// Reads configuration, fleet and certificates again.
    public let reload: @Sendable (ReloadOrder) async throws -> ReloadAnswer
    /// Where the scheduler runs.
    public let numa: @Sendable () -> NUMAStatus

    /// Reads that are not kept yet.
    public let access: AccessRecord

    /// When tokens were last used.
    public let tokenUse: TokenUse
    let authenticator: Authenticator
    let listening = ListenersAtWork()
    let searcher = Searcher()
    let polls = PollRegistry()
    let pollBodies = PollBodies()
    let events = EventHub()
    let eventBodies = EventBodies()
    let requests = RequestMeter()
    let date = HTTPDate()
    /// What answers name as their server.
    static let serverName = "berthd"
    let xids = XIDMemory()

    public init(
        live: LiveSettings, scheduler: Scheduler, version: String, startedAt: Int64, epoch: UInt64,
        observatory: Observatory,
        history: @escaping @Sendable (_ series: String, _ from: Int64) throws -> [SlotMean],
        audit: AuditLog, access: AccessRecord, tokenUse: TokenUse,
        accessHistory: @escaping @Sendable (_ tenant: String?, _ since: Int64, _ limit: Int) throws -> [AccessCount],
        verify: @escaping @Sendable (PublishedView) async throws -> VerifyAnswer,
        checkBackup: @escaping @Sendable (_ path: String) throws -> Void,
        backup: @escaping @Sendable (_ path: String) async throws -> Int,
        reload: @escaping @Sendable (ReloadOrder) async throws -> ReloadAnswer,
        numa: @escaping @Sendable () -> NUMAStatus
    ) {
        self.live = live
        self.tokenUse = tokenUse
        authenticator = Authenticator(live: live, scheduler: scheduler, tokenUse: tokenUse)
        self.scheduler = scheduler
        self.version = version
        self.startedAt = startedAt
        self.epoch = epoch
        self.observatory = observatory
        self.history = history
        self.audit = audit
        self.access = access
        self.accessHistory = accessHistory
        self.verify = verify
        self.checkBackup = checkBackup
        self.backup = backup
        self.reload = reload
        self.numa = numa
    }
}

extension ControlServices {
    var limits: ServerLimits { live.settings.limits }
    var faultRules: FaultRules { live.settings.faultRules }
    var eventPatience: EventPatience { live.settings.eventPatience }
    var loadTargetApprovalSeconds: Int64? { live.settings.loadTargetApprovalSeconds }
    var fleetProposal: FleetProposal? { live.fleetProposal }
    var reloadRefusal: ReloadRefusal? { live.reloadRefusal }
    /// Plan and offer requests by tenant.
    var searches: RateLimiter { live.searches }
}

/// That configuration shall be read again.
public struct ReloadOrder: Sendable {
    /// Whose order it is, by name and role.
    public let actor: String
    public let role: String
    public let reason: String
    public let requestID: String

    /// All of it.
    public init(actor: String, role: String, reason: String, requestID: String) {
        self.actor = actor
        self.role = role
        self.reason = reason
        self.requestID = requestID
    }
}

extension ControlServices {
    /// The fields that every answer ends with.
    func closingFields() -> [(name: HTTPField.Name, value: String)] {
        [(.date, date.text(at: Int(scheduler.clock.wallSeconds))), (.server, Self.serverName)]
    }
}

/// Long searches on published views, one at a time, so that hopeless requests cost others at most one core.
actor Searcher {
    private let executor = SearchExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func explain(_ order: LeaseOrder, to audience: Audience, in book: Book, now: Int64) -> Explanation {
        book.explain(order, to: audience, now: now)
    }

    func preempting(_ order: LeaseOrder, in book: Book, now: Int64) -> Preemption? {
        book.preempting(order, now: now)
    }

    /// Runs a long reading of a view, in turn with the searches.
    func run<Value: Sendable>(_ body: @Sendable () throws -> Value) rethrows -> Value { try body() }

    func plan(
        _ amendment: Amendment, of number: UInt64, in book: Book, now: Int64
    ) throws(Refusal) -> WholeLease {
        try book.plan(amendment, of: number, now: now, explaining: true)
    }

    func highestCap(for order: LeaseOrder, in book: Book, now: Int64) -> (order: LeaseOrder, percent: Int)? {
        book.highestCap(for: order, now: now)
    }
}
