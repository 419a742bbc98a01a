// What the handlers share.

public import ControlAPI
import Leasing
public import Scheduling
import Synchronization

/// What the daemon gives the control server to work with.
public struct ControlServices: Sendable {
    /// Who is what on the Unix socket; the first rule that matches counts.
    public let roleRules: [RoleRule]
    public let scheduler: Scheduler
    public let version: String
    public let startedAt: Int64
    /// The book's epoch, which a restore starts anew.
    public let epoch: UInt64
    /// What became of the configured fleet file at start; nil when it is the one in force.
    public let fleetProposal: FleetProposal?
    /// Checks the rules on a view.
    public let verify: @Sendable (PublishedView) async throws -> VerifyAnswer
    /// Writes a consistent copy of the book and returns its size in bytes.
    public let backup: @Sendable (_ path: String) async throws -> Int

    let searcher = Searcher()
    let polls = PollRegistry()
    let pollBodies = PollBodies()

    public init(
        roleRules: [RoleRule], scheduler: Scheduler, version: String, startedAt: Int64, epoch: UInt64,
        fleetProposal: FleetProposal?, verify: @escaping @Sendable (PublishedView) async throws -> VerifyAnswer,
        backup: @escaping @Sendable (_ path: String) async throws -> Int
    ) {
        self.roleRules = roleRules
        self.scheduler = scheduler
        self.version = version
        self.startedAt = startedAt
        self.epoch = epoch
        self.fleetProposal = fleetProposal
        self.verify = verify
        self.backup = backup
    }
}

/// Long searches on published views, one at a time, so that hopeless requests cost others at most one core.
actor Searcher {
    func explain(_ order: LeaseOrder, to audience: Audience, in book: Book, now: Int64) -> Explanation {
        book.explain(order, to: audience, now: now)
    }

    func highestCap(for order: LeaseOrder, in book: Book, now: Int64) -> (order: LeaseOrder, percent: Int)? {
        book.highestCap(for: order, now: now)
    }
}
