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
        /// Where the stream of events goes on: epoch and number.
        var cursor: String?
        var entityTag: String?
    }

    let client: ControlClient
    /// The tenant whose view it is; absent: the fleet.
    let tenant: String?

    /// Events kept, and leases read at most.
    private static let eventsMax = 200
    /// With fewer of one tenant's events, a longer stretch is looked at, up to so many changes.
    private static let eventsLeast = 20
    private static let lookBackMax = 20_000
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
            guard let own = try await ownName(client) else {
                throw ClientError.refused(problem, retryAfterSeconds: nil)
            }
            return TopReader(client: client, tenant: own)
        }
    }

    /// The tenant that the caller is, by its own log; nil for anybody else. With a number after the name where others had it before.
    private static func ownName(_ client: ControlClient) async throws -> String? {
        let log = try await client.audit(limit: 1).log
        guard log.hasPrefix(ownLog) else { return nil }
        return log.dropFirst(ownLog.utf8.count).split(separator: "~").first.map(String.init)
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
        (snapshot.events, memory.cursor) = try await events(before, of: nil)
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
        (snapshot.events, memory.cursor) = try await events(before, of: tenant)
        memory.snapshot = snapshot
        return (snapshot, memory)
    }

    /// The newest changes: those after the last one known, before those of the snapshot before. A history that is gone, as
    /// after a backup was put back, is begun anew.
    private func events(_ before: Memory, of tenant: String?) async throws -> ([TopEvent], String?) {
        guard let cursor = before.cursor else { return try await newestEvents(of: tenant) }
        do {
            let (newer, cursor) = try await events(after: cursor, of: tenant)
            let known = newer.reversed() + (before.snapshot?.events ?? [])
            return (Array(known.prefix(Self.eventsMax)), cursor)
        } catch ClientError.refused(let problem, _) where problem.code == .historyGone {
            return try await newestEvents(of: tenant)
        }
    }

    /// The last changes that there are. Of one tenant among all, a longer stretch is looked at.
    private func newestEvents(of tenant: String?) async throws -> ([TopEvent], String?) {
        var last: BookmarkLine?
        try await client.events(EventRequest(waitSeconds: 0, tenant: tenant)) { line in
            if case .bookmark(let bookmark) = line { last = bookmark }
        }
        guard let last else { return ([], nil) }
        var length = Self.eventsMax
        while true {
            let start = max(0, last.bookmark - length)
            do {
                let (events, cursor) = try await events(after: "\(last.epoch)-\(start)", of: tenant)
                if start == 0 || events.count >= Self.eventsLeast || length >= Self.lookBackMax {
                    return (Array(events.reversed().prefix(Self.eventsMax)), cursor)
                }
                length *= 10
            } catch ClientError.refused(let problem, _) where problem.code == .historyGone && start > 0 {
                // What lies there was another tenant's of the name: its own begins later.
                length = last.bookmark
            }
        }
    }

    /// The changes after a place, oldest first, and the place after them.
    private func events(after cursor: String, of tenant: String?) async throws -> ([TopEvent], String?) {
        var (events, cursor): ([TopEvent], String?) = ([], cursor)
        try await client.events(EventRequest(after: cursor, follows: false, tenant: tenant)) { line in
            switch line {
            case .change(let change): events.append(TopEvent(change))
            case .bookmark(let bookmark): cursor = "\(bookmark.epoch)-\(bookmark.bookmark)"
            }
            if events.count > 2 * Self.eventsMax { events.removeFirst(Self.eventsMax) }
        }
        return (events, cursor)
    }
}
