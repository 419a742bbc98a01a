// A year of the two deals on the whole default fleet: failures, calls from the grid, an off-ramp and a reclaim for cause. Every
// statement is checked by hand, and accounts and audit log from the file alone.

import FleetModel
import Foundation
import Leasing
import Logging
import Packing
import Scheduling
import Simulation
import Testing

@testable import Journaling

@Suite("A year of both deals") struct YearOfDealsTests {
    private static let million: Int64 = 1_000_000 * 1_000_000

    @Test("comes to what was agreed, to the micro-dollar and the GPU-second, and the file alone says the same")
    func year() async throws {
        let year = try await SimulatedYear()
        defer { year.remove() }
        try await year.sign()
        try await year.live()
        checkGoogle(year)
        checkAnthropic(year)
        try checkFile(year)
    }

    /// 110,000 GPUs at $920,000,000 a month, two of them at 40 % off.
    private func checkGoogle(_ year: SimulatedYear) {
        var all: Int64 = 0
        for (index, month) in year.months.enumerated() {
            let statement = year.statement("google", month)
            all += statement.chargeMicros
            #expect(statement.chargeMicros == (index < 2 ? 552 : 920) * Self.million, "\(month.text)")
            let (gpus, rack) = (statement.sums.gpus, statement.sums.rack)
            #expect(gpus.promised == gpus.delivered + gpus.down + gpus.late + gpus.stopped, "\(month.text)")
            #expect(gpus.late == 0 && gpus.breach == 0 && gpus.stopped == 0 && gpus.curtailed == 0)
            #expect(gpus.down == year.downtime(in: month) && gpus.excused == year.excused(in: month), "\(month.text)")
            #expect(rack.delivered < rack.promised && rack.curtailed == 0)
            // 40 GPUs of 110,000 for 24.5 hours a week are far from the 0.5 % that the target leaves.
            #expect(statement.creditMicros == 0 && statement.dueMicros == statement.chargeMicros)
            let held = year.steps.reduce(110_000 * month.length) { sum, step in
                sum - (step.before - step.after) * max(0, month.seconds.upperBound - max(month.start, step.at))
            }
            #expect(gpus.promised == held * 1_000, "\(month.text)")
        }
        #expect(all == (2 * 552 + 10 * 920) * Self.million)
        #expect(year.steps.count == 3 && year.steps.last!.after >= 82_500)
    }

    /// $3,500,000,000 a year until its hardware was taken back.
    private func checkAnthropic(_ year: SimulatedYear) {
        let due = year.months.map { year.statement("anthropic", $0).chargeMicros }
        // Nine months of the year, and 17 of the 31 days of October.
        let whole = 3_500 * Self.million
        #expect(due[..<9].reduce(0, +) == whole / 4 * 3)
        #expect(due[9] == MicroDollars(Int128(whole) * 17 / (12 * 31)))
        #expect(due[10] == 0 && due[11] == 0)
        let called = year.statement("anthropic", year.months[6]).sums
        #expect(called.gpus.curtailed > 0 && called.gpus.breach == 0 && called.rack.curtailed > 0)
        #expect(called.rack.promised - called.rack.delivered == called.rack.curtailed)
        #expect(year.statement("anthropic", year.months[5]).sums.gpus.curtailed == 0)
        #expect(year.book.lease(year.anthropic)?.state == .reclaimed)
    }

    private func checkFile(_ year: SimulatedYear) throws {
        let statements = year.months.map { year.statement("google", $0) }
        let digest = year.book.digest()
        try year.stop()
        let audit = try AuditVerification.verify(book: year.path, keys: [], heads: [])
        #expect(audit.findings.isEmpty && audit.size == year.entries, "\(audit.findings)")
        let ledger = try LedgerFile.check(year.path)
        #expect(ledger.violations.isEmpty, "\(ledger.violations.prefix(3))")
        let journal = try year.restored()
        let book = try Recovery.book(from: journal)
        #expect(book.digest() == digest)
        #expect(year.months.map { book.statement(of: "google", month: $0, now: book.time) } == statements)
        for report in try Verification.run(book, journal: journal, now: book.time) {
            #expect(report.violations.isEmpty, "rule \(report.rule): \(report.violations.prefix(3))")
        }
    }
}

extension CalendarMonth {
    fileprivate var length: Int64 { seconds.upperBound - seconds.lowerBound }
}

/// The default fleet for a year, in a book on disk, with a clock that is moved by hand.
private final class SimulatedYear {
    static let start = RFC3339.seconds("2027-01-01T00:00:00Z")!
    /// When Anthropic's hardware goes.
    static let reclaimed = RFC3339.seconds("2027-10-18T00:00:00Z")!
    private static let (hour, day): (Int64, Int64) = (3_600, 86_400)

    let months = (0..<12).map { CalendarMonth(index: CalendarMonth(text: "2027-01")!.index + $0) }
    private let folder = NSTemporaryDirectory() + "year-" + UUID().uuidString
    private let clock = ManualClock(wallSeconds: start - 3_600)
    private var scheduler: Scheduler!
    private(set) var google: UInt64 = 0
    private(set) var anthropic: UInt64 = 0
    /// When Google's lease went down by how many GPUs.
    private(set) var steps: [(at: Int64, before: Int64, after: Int64)] = []
    /// When ten of Google's trays were down.
    private var outages: [Range<Int64>] = []

    /// A copy of the book, taken when the year is over.
    var path: String { folder + "-copy.sqlite" }
    private let journal: SQLiteJournal
    var book: Book { scheduler.view.book }
    private(set) var entries: UInt64 = 0

    init() async throws {
        try SQLiteJournal.initialise(directory: folder, bookID: String(repeating: "ab", count: 16))
        journal = try SQLiteJournal.open(
            directory: folder, projections: Projections.tables, projectionVersion: Projections.version)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let fleet = try FleetFile.load(
            path: root.appendingPathComponent("config/fleets/colossus.yaml").path, catalogue: try Catalogue.builtIn())
        let book = try Recovery.open(journal, secret: Array(0..<32), fleet: fleet, now: clock.wallSeconds)
        scheduler = Scheduler(
            book: book, journal: journal, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onBrokenJournal: { fault in Issue.record("\(fault)") })
        scheduler.start()
    }

    /// A book that was restored from the copy.
    func restored() throws -> SQLiteJournal {
        try SQLiteJournal.restore(from: path, directory: folder + "/restored")
        return try SQLiteJournal.open(
            directory: folder + "/restored", projections: Projections.tables, projectionVersion: Projections.version)
    }

    func remove() { for item in [folder, path] { try? FileManager.default.removeItem(atPath: item) } }

    func stop() throws {
        entries = book.revision
        scheduler.stop()
        try journal.backup(to: path)
    }

    func statement(_ tenant: String, _ month: CalendarMonth) -> LedgerStatement {
        book.statement(of: tenant, month: month, now: clock.wallSeconds)
    }

    /// Thousandths of GPU-seconds that Google's trays were down in a month.
    func downtime(in month: CalendarMonth) -> Int64 { counted(outages, in: month) }

    /// The part of it in the first four hours of each.
    func excused(in month: CalendarMonth) -> Int64 {
        counted(outages.map { $0.lowerBound..<$0.lowerBound + 4 * Self.hour }, in: month)
    }

    private func counted(_ windows: [Range<Int64>], in month: CalendarMonth) -> Int64 {
        windows.reduce(0) { $0 + Int64($1.clamped(to: month.seconds).count) * 40 * 1_000 }
    }

    @discardableResult
    private func submit(_ command: Command) async throws -> Outcome {
        let context = CommandContext(
            actor: Actor(name: "uid:0 root", role: "operator"), reason: "a year", requestID: "r", now: 0)
        switch await scheduler.submit(command, context) {
        case .accepted(let outcome, _, _): return outcome
        case .refused(let refusal, _): throw refusal
        case .faulted(let fault): throw fault
        }
    }

    private func advance(to time: Int64) async throws {
        clock.advance(seconds: time - clock.wallSeconds)
        while try await submit(.advance).hasMoreDue {}
    }

    // MARK: What happens

    func sign() async throws {
        var monthly = ContractTerms()
        monthly.pricePerMonthMicros = 920_000_000 * 1_000_000
        monthly.rampDiscounts = [RampDiscount(months: 2, basisPoints: 4_000)]
        monthly.convenience = ConvenienceClause(
            maxPercent: 25, maxTimes: 1, periodSeconds: 365 * Self.day, noticeSeconds: 90 * Self.day)
        monthly.offRamp = OffRampClause(steps: 3, intervalSeconds: 30 * Self.day)
        monthly.replacementSeconds = 4 * Self.hour
        monthly.availabilityBasisPoints = 9_950
        monthly.credits = [CreditBand(belowBasisPoints: 9_950, creditBasisPoints: 500)]
        var yearly = ContractTerms()
        yearly.pricePerYearMicros = 3_500_000_000 * 1_000_000
        yearly.reclaimCauses = ["harmful-use"]
        yearly.causeNoticeSeconds = 7 * Self.day
        yearly.curtailmentNoticeSeconds = 1_800
        yearly.curtailmentFloorPercent = 40
        for name in ["google", "anthropic", "spot"] {
            try await submit(.putTenant(name: name, quota: Quota(), description: ""))
        }
        try await submit(.putContract(name: "google-110k", terms: monthly))
        try await submit(.putContract(name: "anthropic-1", terms: yearly))
        google = try await request(
            "google", "google-110k", ["memphis-2"], .watts(1_000), from: Self.start, until: Self.start + 730 * Self.day,
            [
                LeaseLine(name: "racks", shape: .nvl72, count: 1_527, models: ["GB200"], within: nil),
                LeaseLine(name: "rest", shape: .node, count: 14, models: ["GB200"], within: .nvl72),
            ])
        anthropic = try await request(
            "anthropic", "anthropic-1", ["memphis-1"], .percent(60), from: Self.start,
            until: Self.start + 730 * Self.day,
            [
                LeaseLine(name: "h100", shape: .block, count: 293, models: ["H100"], within: nil),
                LeaseLine(name: "h200", shape: .block, count: 98, models: ["H200"], within: nil),
                LeaseLine(name: "gb200", shape: .nvl72, count: 288, models: ["GB200"], within: nil),
            ])
    }

    private func request(
        _ tenant: String, _ contract: String?, _ sites: [String], _ cap: PowerCap, from start: Int64, until end: Int64,
        _ lines: [LeaseLine]
    ) async throws -> UInt64 {
        let order = LeaseOrder(
            tenant: tenant, contract: contract, label: nil, leaseClass: .guaranteed, lines: lines, sites: sites,
            start: start, end: end, cap: cap, sparesPerDomain: 0)
        return try await submit(.requestLeases([order], planTokens: [nil])).leases[0]
    }

    func live() async throws {
        let end = months.last!.seconds.upperBound
        var events: [(at: Int64, run: () async throws -> Void)] = []
        for week in 0..<52 { outage(at: Self.start + Int64(week) * 7 * Self.day + 9 * Self.hour, week, &events) }
        // A substation that carries less on three afternoons of July, half an hour ahead: what no source of the site stands in for.
        for afternoon in [5, 12, 19] as [Int64] {
            let at = months[6].start + afternoon * Self.day + 15 * Self.hour
            events.append((at - 1_800, { try await self.call(at) }))
        }
        events.append((months[3].start, { try await self.reclaimForConvenience() }))
        events.append(
            (
                Self.reclaimed - 7 * Self.day,
                {
                    try await self.submit(.serveReclaim(self.anthropic, ReclaimOrder(clause: .cause("harmful-use"))))
                }
            ))
        for event in events.sorted(by: { $0.at < $1.at }) where event.at < end {
            try await advance(to: event.at)
            try await event.run()
        }
        try await advance(to: end)
    }

    /// Ten of Google's trays fail; a day later they are repaired, and then validated for as long as the site says.
    private func outage(at time: Int64, _ week: Int, _ events: inout [(at: Int64, run: () async throws -> Void)]) {
        let repaired = time + Self.day
        var nodes: [Range<Int>] = []
        events.append(
            (
                time,
                {
                    // Racks that it keeps to the end, a few further on each week.
                    let held = self.book.wholeLease(self.google)!.lines[0].holdings.wholeNodes[0].lowerBound
                    nodes = (0..<10).map { tray in
                        let node = held + week * 72 + tray * 7
                        return node..<node + 1
                    }
                    let validating = self.book.fleet.site(of: self.book.fleet.rackOfNode[held]).turnRound
                        .validatingSeconds
                    self.outages.append(time..<repaired + validating)
                    try await self.submit(.setNodes(.fault, nodes: nodes, until: nil))
                }
            ))
        events.append((repaired, { try await self.submit(.setNodes(.repair, nodes: nodes, until: nil)) }))
    }

    private func call(_ at: Int64) async throws {
        let meter = book.fleet.budget(named: "memphis-1-substation-a")!
        let committed = book.packing.committedWatts(of: meter, at: at)
        try await submit(
            .setLoadTarget(
                LoadTarget(
                    key: LoadTargetKey(budget: "memphis-1-substation-a", id: "call"), kind: .economic,
                    watts: committed * 60 / 100, start: at, end: at + 3 * Self.hour)))
    }

    private func reclaimForConvenience() async throws {
        try await submit(.serveReclaim(google, ReclaimOrder(clause: .convenience)))
        var before: Int64 = 110_000
        for step in book.openReclaim(on: google)!.steps {
            steps.append((step.at, before, Int64(step.gpus)))
            before = Int64(step.gpus)
        }
        // What goes is booked by others before it has gone.
        let turnRound = book.lease(google)!.turnRoundSeconds
        let free = steps[0].at + turnRound
        _ = try await request(
            "spot", nil, ["memphis-2"], .watts(1_000), from: free, until: free + 30 * Self.day,
            [LeaseLine(name: "racks", shape: .nvl72, count: 150, models: ["GB200"], within: nil)])
    }
}
