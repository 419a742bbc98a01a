// What berth calendar shows: the API's own objects that fall into a stretch of time.

import ControlAPI
import ControlClient

/// Leases, windows, ceilings and notices of a stretch of time.
struct CalendarAnswer: Encodable, Equatable {
    var now: Timestamp
    var start: Timestamp
    var end: Timestamp
    var leases: [LeaseAnswer]
    /// Absent: not the caller's to see.
    var maintenance: [MaintenanceAnswer]?
    /// Absent: not the caller's to see.
    var loadTargets: [LoadTargetAnswer]?
    var notices: [NoticeAnswer]
    /// Absent: not the caller's to see, or within less than a site.
    var unleased: [UnleasedGPUs]?
}

/// GPUs of a site that are in no lease.
struct UnleasedGPUs: Encodable, Equatable {
    struct Step: Encodable, Equatable {
        var start: Timestamp
        var end: Timestamp
        /// The fewest at any time of the step.
        var gpusLeast: Int
    }

    var site: String
    var gpus: Int
    var steps: [Step]
}

/// What part of everything is shown.
struct CalendarScope: Sendable {
    var start: Timestamp
    var end: Timestamp
    var tenant: String?
    /// The path of a domain.
    var within: String?

    fileprivate func holds(_ paths: [String]) -> Bool {
        guard let within else { return true }
        return paths.contains { DomainPath.meet($0, within) }
    }
}

extension CalendarAnswer {
    /// Reads what falls into a scope; leases as many as `pages` allows.
    static func read(_ scope: CalendarScope, pages: PageOptions, _ client: ControlClient) async throws
        -> CalendarAnswer
    {
        let leases = try await pages.collect { page in
            let list = try await client.leases(tenant: scope.tenant, page: page)
            return (list.leases.filter { scope.shows($0) }, list.cursor)
        }
        let notices = try await client.notices().notices.filter { notice in
            notice.deadline >= scope.start && notice.deadline < scope.end
                && leases.contains { $0.id == notice.lease }
        }
        return CalendarAnswer(
            now: .now, start: scope.start, end: scope.end, leases: leases,
            maintenance: try await allowed { try await maintenance(scope, client) },
            loadTargets: try await allowed { try await loadTargets(scope, client) }, notices: notices,
            unleased: scope.tenant == nil ? try await allowed { try await unleased(scope, client) } ?? nil : nil)
    }

    /// What a question gives, or nil when it is not the caller's to ask.
    private static func allowed<Answer>(_ question: () async throws -> Answer) async throws -> Answer? {
        do {
            return try await question()
        } catch ClientError.refused(let problem, _) where problem.code == .forbidden {
            return nil
        }
    }

    private static func maintenance(_ scope: CalendarScope, _ client: ControlClient) async throws
        -> [MaintenanceAnswer]
    {
        try await client.maintenance(page: Page(limit: WireLimits.listLimitMax)).maintenance.filter { item in
            scope.holds(item.nodes) && item.windows.contains { $0.start < scope.end && $0.end > scope.start }
        }
    }

    private static func loadTargets(_ scope: CalendarScope, _ client: ControlClient) async throws
        -> [LoadTargetAnswer]
    {
        try await client.loadTargets().loadTargets.filter { target in
            target.state != .over && target.start < scope.end && (target.end.map { $0 > scope.start } ?? true)
        }
    }

    /// What the forecast leaves of each site; of one hall or less nobody keeps it.
    private static func unleased(_ scope: CalendarScope, _ client: ControlClient) async throws -> [UnleasedGPUs]? {
        if let within = scope.within, within.contains("/") { return nil }
        let start = max(scope.start, .now)
        guard start < scope.end else { return nil }
        let sites = try await client.domains(level: .site, page: Page(limit: WireLimits.listLimitMax)).domains
        let seconds = scope.end.epochSeconds - start.epochSeconds
        let step: ForecastInterval = seconds <= 40 * 86_400 ? .hour : seconds <= 990 * 86_400 ? .day : .month
        let forecast = try await client.forecast(site: scope.within, start: start, end: scope.end, step: step)
        return forecast.sites.compactMap { site in
            guard let total = sites.first(where: { $0.path == site.site })?.gpus.total else { return nil }
            return UnleasedGPUs(
                site: site.site, gpus: total,
                steps: site.steps.map {
                    UnleasedGPUs.Step(start: $0.start, end: $0.end, gpusLeast: max(0, total - $0.committedGpusPeak))
                })
        }
    }
}

extension CalendarScope {
    fileprivate func shows(_ lease: LeaseAnswer) -> Bool {
        !lease.state.isOver && lease.start < end && lease.end > start
            && holds(lease.reservations.flatMap(\.allocation))
    }
}
