// A fleet as berth top might find it.

import ControlAPI

@testable import berth

/// Made-up answers, the same on every run.
enum TopSamples {
    static let now = Timestamp("2026-12-01T14:30:05Z")!

    static let status = StatusAnswer(
        version: "0.1.0", revision: 1_234, bookId: "b", startedAt: Timestamp("2026-11-30T08:00:00Z")!, now: now,
        fleet: FleetSummary(name: "colossus", version: 1, sites: 2, nodes: 50_000, gpus: 336_128),
        leases: ["active": 2, "scheduled": 1, "expired": 7],
        gpus: GPUCounts(total: 336_128, free: 5_172, leased: 330_928, held: 20, faulty: 8),
        watts: [], journal: JournalStatus(writable: true), clock: ClockStatus(frozen: false), openFaults: 1,
        loadTargets: [
            LoadTargetSummary(
                budget: "memphis-1-meter", id: "call", state: .live, watts: 240_000_000, start: now, end: nil,
                unmetWatts: 1_500_000)
        ])

    private static func domain(
        _ path: String, _ total: Int, free: Int, held: Int = 0, faulty: Int = 0, largest: ShapeFree? = nil
    ) -> DomainAnswer {
        DomainAnswer(
            path: path, level: path.contains("/") ? .hall : .site,
            gpus: GPUCounts(total: total, free: free, leased: total - free - held - faulty, held: held, faulty: faulty),
            largestShapeFree: largest)
    }

    static let domains =
        [domain("memphis-1", 220_928, free: 0)]
        + (1...8).map { domain("memphis-1/h\($0)", 27_616, free: 0) }
        + [domain("memphis-2", 115_200, free: 5_172, held: 20, faulty: 8, largest: ShapeFree(shape: .nvl72, gpus: 72))]
        + (1...7).map { domain("memphis-2/h\($0)", 14_400, free: 0) }
        + [
            domain(
                "memphis-2/h8", 14_400, free: 5_172, held: 20, faulty: 8, largest: ShapeFree(shape: .nvl72, gpus: 72))
        ]

    private static func budget(
        _ name: String, _ parent: String?, limit: Int, committed: Int, observed: Int? = nil
    ) -> BudgetAnswer {
        BudgetAnswer(
            name: name, kind: .power, measuredAt: .meter, parent: parent, ratingWatts: limit, limitWatts: limit,
            committedWatts: committed, headroomWatts: limit - committed,
            provision: BudgetProvision(
                nameplateWatts: limit, provisionedWatts: limit, nameplatePermille: 1_000, deratedWatts: limit),
            observedWatts: observed)
    }

    static let budgets = [
        budget("memphis-1-meter", nil, limit: 240_000_000, committed: 241_500_000, observed: 201_000_000),
        budget("memphis-1-substation-a", "memphis-1-meter", limit: 168_000_000, committed: 120_000_000),
        budget("memphis-1-h1-msb", "memphis-1-substation-a", limit: 48_000_000, committed: 47_000_000),
        budget("memphis-2-meter", nil, limit: 250_000_000, committed: 205_000_000),
    ]

    private static func lease(
        _ id: String, _ tenant: String, label: String? = nil, state: LeaseState = .active, gpus: Int,
        delivered: Int? = nil,
        watts: Int, cap: Int, end: String, start: String = "2026-11-30T08:00:00Z", next: String? = nil,
        schedule: [ScheduleStep]? = nil, capNow: CapNowAnswer? = nil, conditions: [Condition] = []
    ) -> LeaseAnswer {
        LeaseAnswer(
            id: id, revision: 1, state: state, conditions: conditions, tenant: tenant, label: label,
            leaseClass: .guaranteed, start: Timestamp(start)!, end: Timestamp(end)!,
            nextChangeAt: Timestamp(next ?? end)!, promised: Capacity(gpus: gpus, watts: watts),
            delivered: Capacity(gpus: delivered ?? gpus, watts: watts), wattsAtMeter: watts * 126 / 100,
            capPercent: cap,
            reservations: [], schedule: schedule, capNow: capNow)
    }

    static let leases = [
        lease(
            "l-7kq2", "google", label: "racks", gpus: 110_000, delivered: 109_996, watts: 190_000_000, cap: 83,
            end: "2029-06-01T00:00:00Z",
            conditions: [Condition(type: .degraded, reason: "n1", since: now)]),
        lease(
            "l-2m4p", "anthropic", gpus: 220_928, watts: 237_200_000, cap: 66, end: "2029-06-01T00:00:00Z",
            capNow: CapNowAnswer(capPercent: 54, capWattsPerGpu: ["H100": 378])),
        lease(
            "l-9xy8", "acme", label: "nights", state: .scheduled, gpus: 64, watts: 90_000, cap: 80,
            end: "2026-12-09T06:00:00Z", start: "2026-12-01T20:00:00Z", next: "2026-12-01T20:00:00Z"),
        lease(
            "l-3abc", "acme", label: "ramp", gpus: 4_608, watts: 6_000_000, cap: 80, end: "2027-03-01T00:00:00Z",
            next: "2027-01-15T00:00:00Z",
            schedule: [
                ScheduleStep(
                    at: Timestamp("2027-01-15T00:00:00Z")!, promised: Capacity(gpus: 15_408, watts: 20_000_000),
                    capPercent: 80)
            ]),
    ]

    static let events = (0..<30).map { number in
        TopEvent(
            ChangeLine(
                revision: 1_234 - number, at: Timestamp(epochSeconds: now.epochSeconds - Int64(number) * 3_100),
                actor: number.isMultiple(of: 3) ? "tenant:acme" : "root", role: "operator",
                reason: number == 1 ? "trial" : nil,
                events: [
                    number == 0
                        ? ChangeEvent(kind: "lease.granted", what: "lease l-9xy8 of acme granted: 64 GPUs")
                        : ChangeEvent(kind: "tenant.put", what: "tenant acme set")
                ]))
    }

    static var fleet: TopSnapshot {
        var snapshot = TopSnapshot(now: now, subject: .fleet(status))
        snapshot.domains = domains
        snapshot.budgets = budgets
        snapshot.leases = leases.map { TopLease($0) }
        snapshot.events = events
        return snapshot
    }

    static var tenant: TopSnapshot {
        var snapshot = TopSnapshot(
            now: now, subject: .tenant(name: "google", index: 18, nextChangeAt: Timestamp("2029-06-01T00:00:00Z")))
        snapshot.leases = [
            TopLease(
                HeldLease(
                    id: "l-7kq2", state: .active, conditions: [], start: now, end: Timestamp("2029-06-01T00:00:00Z")!,
                    promised: Capacity(gpus: 110_000, watts: 190_000_000),
                    delivered: Capacity(gpus: 110_000, watts: 190_000_000), capWattsPerGpu: 1_000,
                    allocation: ["memphis-2/h[1-7]/r[001-200]"]), of: "google")
        ]
        snapshot.notices = [
            Notice(id: "t-1", kind: .curtailment, deadline: Timestamp("2026-12-01T15:00:00Z")!, acknowledged: false)
        ]
        return snapshot
    }
}
