// Reads what berth top shows.
//
// An operator's view is read again once the revision has moved, and every few seconds for what changes without one:
// observed watts. A tenant's view waits in a long poll.

import ControlAPI
import ControlClient

/// Reads snapshots one after the other; each rests on the one before.
struct TopReader: Sendable {
    /// What is known from reads before.
    struct Memory: Sendable {
        var snapshot: TopSnapshot?
        /// Seconds of the daemon's clock at the last full read.
        var readAt: Int64 = 0
        var lastEvent = 0
        var entityTag: String?
    }

    let client: ControlClient
    /// The tenant whose view it is; absent: the fleet.
    let tenant: String?

    /// Events kept, and leases read at most.
    private static let eventsMax = 200
    private static let leasesMax = 5_000
    /// How long observed watts may be old, in seconds.
    private static let observedSecondsMax: Int64 = 5

    private static let ownLog = "tenant:"

    /// The reader of whatever the caller may see: the fleet, else what it holds.
    static func suitable(_ client: ControlClient, tenant: String?) async throws -> TopReader {
        if let tenant { return TopReader(client: client, tenant: tenant) }
        do {
            _ = try await client.status()
            return TopReader(client: client, tenant: nil)
        } catch ClientError.refused(let problem, _) where problem.code == .forbidden {
            // A tenant's own log is named after it.
            let log = try await client.audit(limit: 1).log
            guard log.hasPrefix(Self.ownLog) else { throw ClientError.refused(problem, retryAfterSeconds: nil) }
            return TopReader(client: client, tenant: String(log.dropFirst(Self.ownLog.utf8.count)))
        }
    }

    /// The next snapshot; that of before where nothing has changed.
    func read(_ memory: Memory, mayWait: Bool) async throws -> (TopSnapshot, Memory) {
        if let tenant { return try await readTenant(tenant, memory, mayWait: mayWait) }
        return try await readFleet(memory)
    }

    private func readFleet(_ before: Memory) async throws -> (TopSnapshot, Memory) {
        var memory = before
        let status = try await client.status()
        let now = status.now.epochSeconds
        if var snapshot = before.snapshot, case .fleet(let old) = snapshot.subject, old.revision == status.revision,
            old.bookId == status.bookId, now - before.readAt < Self.observedSecondsMax
        {
            snapshot.subject = .fleet(status)
            snapshot.now = status.now
            memory.snapshot = snapshot
            return (snapshot, memory)
        }
        var snapshot = TopSnapshot(now: status.now, subject: .fleet(status))
        snapshot.domains = try await domains()
        snapshot.budgets = try await budgets()
        snapshot.leases = try await leases(status)
        let live = status.leases.sorted.filter { LeaseState(rawValue: $0.name)?.isOver == false }
        snapshot.leasesLeftOut = max(0, live.reduce(0) { $0 + $1.count } - snapshot.leases.count)
        (snapshot.events, memory.lastEvent) = try await events(before, of: nil)
        memory.snapshot = snapshot
        memory.readAt = now
        return (snapshot, memory)
    }

    private func domains() async throws -> [DomainAnswer] {
        let page = Page(limit: WireLimits.listLimitMax)
        let sites = try await client.domains(level: .site, page: page).domains
        let halls = try await client.domains(level: .hall, page: page).domains
        return sites.flatMap { site in [site] + halls.filter { $0.path.hasPrefix(site.path + "/") } }
    }

    /// Feeds down to what hangs from substations, and cooling down to the loops of halls: what is below counts in thousands.
    private func budgets() async throws -> [BudgetAnswer] {
        let power = try await client.budgets(kind: .power, depth: 3).budgets
        return power + (try await client.budgets(kind: .cooling, depth: 2).budgets)
    }

    private func leases(_ status: StatusAnswer) async throws -> [TopLease] {
        var leases: [TopLease] = []
        let states = LeaseState.allCases.filter { !$0.isOver && status.leases[$0.rawValue] > 0 }
        for state in states {
            var cursor: String?
            repeat {
                let page = Page(limit: min(WireLimits.listLimitMax, Self.leasesMax - leases.count), cursor: cursor)
                let list = try await client.leases(state: state, page: page)
                leases += list.leases.map { TopLease($0) }
                cursor = list.cursor
            } while cursor != nil && leases.count < Self.leasesMax
            if leases.count >= Self.leasesMax { break }
        }
        return leases
    }

    private func readTenant(
        _ tenant: String, _ before: Memory, mayWait: Bool
    ) async throws -> (TopSnapshot, Memory) {
        var memory = before
        var index: Int?
        if case .tenant(_, let known, _) = before.snapshot?.subject, mayWait { index = known }
        let poll = try await client.poll(
            tenant: tenant, index: index, wait: index == nil ? nil : WireDuration(seconds: 30),
            ifNoneMatch: mayWait ? before.entityTag : nil)
        memory.entityTag = poll.entityTag
        let present = Timestamp.now
        guard let held = poll.allocation else {
            var snapshot =
                before.snapshot
                ?? TopSnapshot(
                    now: present, subject: .tenant(name: tenant, index: poll.index, nextChangeAt: nil))
            snapshot.now = present
            memory.snapshot = snapshot
            return (snapshot, memory)
        }
        var snapshot = TopSnapshot(
            now: present, subject: .tenant(name: tenant, index: held.index, nextChangeAt: held.nextChangeAt))
        snapshot.leases = held.leases.map { TopLease($0, of: tenant) }
        snapshot.notices = held.notices
        (snapshot.events, memory.lastEvent) = try await events(before, of: tenant)
        memory.snapshot = snapshot
        return (snapshot, memory)
    }

    /// The newest entries of the log: those after the last one known, before those of the snapshot before.
    private func events(_ before: Memory, of tenant: String?) async throws -> ([AuditEntry], Int) {
        var known = before.snapshot?.events ?? []
        var last = before.lastEvent
        if last == 0 { last = max(0, try await client.auditHead(of: tenant).head.size - Self.eventsMax) }
        let list = try await client.audit(of: tenant, after: last, limit: Self.eventsMax)
        if let newest = list.entries.last { last = newest.number }
        known.insert(contentsOf: list.entries.reversed(), at: 0)
        return (Array(known.prefix(Self.eventsMax)), last)
    }
}
