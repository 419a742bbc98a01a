// Random lives of whole books, checked after every command against the rules.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct WorkloadTests {
    @Test(
        "The rules hold through random commands on small fleets",
        arguments: [UInt64(2), 4, 5, 9, 10, 16, 18, 20, 24, 25, 32])
    func randomLives(seed: UInt64) {
        var workload = Workload(seed: seed)
        var violations: [String] = []
        for step in 0..<900 where violations.isEmpty {
            let command = workload.act()
            violations = BookRules.violations(of: workload.desk.book) + workload.strangers
            #expect(violations.isEmpty, "seed \(seed), step \(step), \(command): \(violations.prefix(5))")
            if step % 50 == 49 { workload.desk.checkRestart() }
        }
        workload.desk.checkRestart()
        // Enough of everything happened for the above to mean something.
        #expect(workload.grants > 15, "seed \(seed)")
        #expect(workload.amendments > 5, "seed \(seed)")
        #expect(workload.notices > 0, "seed \(seed)")
        #expect(workload.refused.count >= 4, "seed \(seed): \(workload.refused)")
        workload.desk.advance(to: workload.desk.now + 1_000 * day)
        #expect(workload.desk.book.leaseCount(in: .active) == 0)
        #expect(BookRules.violations(of: workload.desk.book) == [], "seed \(seed), at the end")
        let (packing, now) = (workload.desk.book.packing, workload.desk.now)
        let idle = PackingState(fleet: packing.fleet)
        for (offset, budget) in packing.fleet.budgets.enumerated() {
            let index = BudgetIndex(offset)
            #expect(
                packing.committedWatts(of: index, at: now) == idle.committedWatts(of: index, at: now),
                "seed \(seed), budget \(budget.name)")
        }
    }
}

extension WorkloadTests {
    @Test("The rules hold and nothing is lost or won when leases are split and change hands")
    func transfers() {
        var (splits, takeovers) = (0, 0)
        for seed in [UInt64(1), 2, 3, 5, 8, 12, 14, 23] {
            var workload = Workload(seed: seed, transfers: true)
            var violations: [String] = []
            for step in 0..<600 where violations.isEmpty {
                let command = workload.act()
                violations = BookRules.violations(of: workload.desk.book) + workload.strangers
                #expect(violations.isEmpty, "seed \(seed), step \(step), \(command): \(violations.prefix(5))")
                if step % 60 == 59 { workload.desk.checkRestart() }
            }
            workload.desk.advance(to: workload.desk.now + 1_000 * day)
            workload.desk.checkRestart()
            #expect(workload.desk.book.leaseCount(in: .active) == 0 && workload.desk.book.openTransfers.isEmpty)
            #expect(BookRules.violations(of: workload.desk.book) == [], "seed \(seed), at the end")
            (splits, takeovers) = (splits + workload.splits, takeovers + workload.takeovers)
        }
        // Enough of everything happened for the above to mean something.
        #expect(splits > 40 && takeovers > 6, "\(splits), \(takeovers)")
    }

    @Test("The rules hold when leases are let, and both sides owe each other the same by the facts alone")
    func subleases() {
        var lets = 0
        var endings: Set<Sublease.Ending> = []
        for seed in [UInt64(1), 2, 3, 5, 8, 13] {
            var workload = Workload(seed: seed, transfers: true, subleases: true)
            var violations: [String] = []
            for step in 0..<500 where violations.isEmpty {
                let command = workload.act()
                violations = BookRules.violations(of: workload.desk.book) + workload.strangers
                #expect(violations.isEmpty, "seed \(seed), step \(step), \(command): \(violations.prefix(5))")
                if step % 60 == 59 { workload.desk.checkRestart() }
            }
            workload.desk.advance(to: workload.desk.now + 1_000 * day)
            workload.desk.checkRestart()
            #expect(workload.desk.book.subleasesInForce.isEmpty && workload.desk.book.openSubleases.isEmpty)
            var replay = LedgerReplay()
            for entry in workload.desk.entries { replay.take(entry) }
            #expect(replay.differences(from: workload.desk.book, until: workload.desk.now) == [], "seed \(seed)")
            lets += workload.lets
            endings.formUnion(workload.endings.keys)
        }
        // Enough of everything happened for the above to mean something.
        #expect(lets > 12 && endings.count == Sublease.Ending.allCases.count, "\(lets), \(endings)")
    }

    @Test("The rules hold where every third command is about faults", arguments: [UInt64(2), 3, 4, 7])
    func faultyLives(seed: UInt64) {
        var workload = Workload(seed: seed)
        workload.faultShare = 3
        live(&workload, seed)
        #expect(workload.faults > 10, "seed \(seed)")
    }

    @Test(
        "The rules hold where every third command is for idle hardware, or wants it back",
        arguments: [UInt64(6), 11, 14, 20, 22])
    func spotLives(seed: UInt64) {
        var workload = Workload(seed: seed)
        workload.spotShare = 3
        live(&workload, seed)
        #expect(workload.preemptions > 1, "seed \(seed)")
    }

    private func live(_ workload: inout Workload, _ seed: UInt64) {
        var violations: [String] = []
        for step in 0..<450 where violations.isEmpty {
            let command = workload.act()
            violations = BookRules.violations(of: workload.desk.book) + workload.strangers
            #expect(violations.isEmpty, "seed \(seed), step \(step), \(command): \(violations.prefix(5))")
            if step % 50 == 49 { workload.desk.checkRestart() }
        }
    }
}

/// A seeded source of commands of every kind on one book.
struct Workload {
    private var random: SeededGenerator
    var desk: JournalledBook
    private(set) var grants = 0
    private(set) var amendments = 0
    private(set) var notices = 0
    private(set) var preemptions = 0
    private(set) var faults = 0
    /// One command in so many is about faults besides those that come anyway; 0: none.
    var faultShare = 0
    /// The same for requests of opportunistic leases, and of such that they give way to.
    var spotShare = 0
    private(set) var refused: [Refusal.Code: Int] = [:]
    /// Indexes that moved although nothing of their tenant changed, or did not although something did.
    private(set) var strangers: [String] = []
    private var plans: [(order: LeaseOrder, token: [UInt8])] = []
    private let fleets: [Fleet]

    private let transfers: Bool
    private let subleases: Bool
    /// Leases that were split, and such that were taken over.
    private(set) var splits = 0
    private(set) var takeovers = 0
    /// Leases that were let, and how many of each kind of ending there were.
    private(set) var lets = 0
    private(set) var endings: [Sublease.Ending: Int] = [:]

    /// - Parameter transfers: whether leases are split and handed over, too.
    /// - Parameter subleases: whether they are let, too.
    init(seed: UInt64, transfers: Bool = false, subleases: Bool = false) {
        random = SeededGenerator(seed: seed)
        (self.transfers, self.subleases) = (transfers, subleases)
        let turnRound = [
            "{cleaning: 10m, validating: 20m, endsBy: timer}", Fleets.byReport,
            "{cleaning: 0s, validating: 0s, endsBy: timer}",
        ][Int(seed % 3)]
        let feeds = seed % 2 == 0
        fleets = [(2, 1, 250), (2, 1, 320), (3, 1, 300), (2, 2, 420)].map { racks, nvl72, kilowatts in
            Workload.fleet(racks: racks, nvl72: nvl72, kilowatts: kilowatts, turnRound: turnRound, twoFeeds: feeds)
        }
        desk = JournalledBook(fleets[0])
        desk.replaysAll = false
        for name in ["c0", "c1"] { _ = try? desk.execute(.putContract(name: name, terms: anyTerms())) }
    }

    /// One site with a block of HGX racks and some NVL72 racks under limits that bind, and a second site by report.
    private static func fleet(racks: Int, nvl72: Int, kilowatts: Int, turnRound: String, twoFeeds: Bool) -> Fleet {
        let halls =
            "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: \(racks), nodesPerRack: 4}], "
            + "racks: [{name: \"r[1-\(nvl72)]\", platform: gb200-nvl72}]}]"
        let rows = "each: [{level: rack, platform: hgx-h100, suffix: X, rating: 38 kW}]"
        let feed = { (name: String) in
            "{name: \(name), rating: \(kilowatts) kW, \(rows.replacing("X", with: name))}"
        }
        let schedule = "schedule: [{limit: \(kilowatts) kW}, {from: 2027-02-01T00:00:00Z, limit: \(kilowatts - 40) kW}]"
        let power =
            "[{name: meter, rating: \(kilowatts) kW, \(schedule), children: [\(feed("a"))\(twoFeeds ? ", " + feed("b") : "")]}]"
        let west = Fleets.site(
            "west", halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h200, racks: 1, nodesPerRack: 3}]}]",
            power: "[{name: west, rating: 1 MW, measuredAt: meter}]", turnRound: Fleets.byReport)
        return Fleets.parse(Fleets.text(halls: halls, power: power, turnRound: turnRound, more: west))
    }

    // MARK: Acting

    /// Does one random thing and says what.
    mutating func act() -> String {
        // The scheduler applies what is due before anything else; sometimes it has not caught up yet.
        passTime()
        let command = pick()
        let key =
            random.isOne(in: 8)
            ? IdempotencyKey(scope: "ada", key: "k\(Int.random(in: 0..<40, using: &random))", bodyDigest: [1]) : nil
        let (before, held) = (answers(), desk.book)
        do throws(Refusal) {
            let outcome = try desk.execute(command, key: key)
            if transfers || subleases { compareTotals(held, command, outcome) }
            countEndings()
            if case .requestLeases = command { grants += outcome.leases.count }
            preemptions += outcome.preempted.count
            if case .amendLease = command { amendments += 1 }
            if case .serveReclaim = command { notices += 1 }
            if case .reportFault = command { faults += 1 }
        } catch {
            refused[error.code, default: 0] += 1
        }
        compare(before, answers())
        return "\(command)".prefix(400).description
    }

    /// Splits, offers, and answers to them.
    private mutating func transfer() -> Command {
        let latest = random.isOne(in: 8) ? desk.book.openTransfers.first : desk.book.openTransfers.last
        if let open = latest, !random.isOne(in: 4) {
            var parties: [Audience] = [.tenant(open.from), .tenant(open.to), .provider]
            if !random.isOne(in: 5) {
                parties = [open.holderAgreed ? .provider : .tenant(open.from)]
                if !open.receiverAgreed { parties = [.tenant(open.to)] }
            }
            let party = parties.randomElement(using: &random)!
            if random.isOne(in: 12) { return .withdrawTransfer(open.number, by: party) }
            let isReceiver = party == .tenant(open.to)
            return .answerTransfer(
                open.number,
                TransferReply(
                    accepts: !random.isOne(in: 10),
                    contract: isReceiver && random.isOne(in: 2) ? contract(for: open.to) : nil,
                    label: isReceiver && random.isOne(in: 2) ? "mine" : nil), by: party)
        }
        var live: [Lease] = []
        desk.book.forEachLease { lease in
            guard lease.partOf == nil, lease.isInWindow || lease.state == .scheduled else { return true }
            let isSplit = desk.book.wholeLease(lease.number)!.lines.contains { $0.count > 1 }
            if isSplit || random.isOne(in: 4) { live.append(lease) }
            return true
        }
        guard let lease = live.randomElement(using: &random), let whole = desk.book.wholeLease(lease.number) else {
            return .heartbeat
        }
        var selection = LeaseSelection()
        let divisible = whole.lines.filter { $0.count > 1 }
        if let line = divisible.randomElement(using: &random), !random.isOne(in: 4) {
            selection.units = [
                .init(line: line.name, count: Int.random(in: 1...max(1, line.count - 1), using: &random))
            ]
        } else {
            let held =
                whole.lines.flatMap(\.holdings.bookedNodes).joined().map { $0 }
                + whole.lines.flatMap(\.holdings.sharedNodes)
            let nodes = Array(Set(held.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))).sorted()
            selection.nodes = nodes.map { $0..<$0 + 1 }.coalesced()
        }
        if random.isOne(in: 2) { return .splitLease(lease.number, selection, by: .tenant(lease.tenant)) }
        let to = ["ada", "bob", "eve"].filter { $0 != lease.tenant }.randomElement(using: &random)!
        return .proposeTransfer(
            lease.number, TransferOrder(to: to, selection: random.isOne(in: 2) ? selection : nil),
            by: random.isOne(in: 8) ? .provider : .tenant(lease.tenant))
    }

    /// Offers to let, answers to them, and the ends of what is let.
    private mutating func sublease() -> Command {
        if let open = desk.book.openSubleases.last, !random.isOne(in: 4) {
            var parties: [Audience] = [.tenant(open.from), .tenant(open.to), .provider]
            if !random.isOne(in: 5) {
                parties = [open.holderAgreed ? .provider : .tenant(open.from)]
                if !open.tenantAgreed { parties = [.tenant(open.to)] }
            }
            let party = parties.randomElement(using: &random)!
            if random.isOne(in: 12) { return .endSublease(open.number, by: party) }
            return .answerSublease(
                open.number, accepts: !random.isOne(in: 10), label: party == .tenant(open.to) ? "ours" : nil, by: party)
        }
        if let sublet = desk.book.subleasesInForce.randomElement(using: &random), random.isOne(in: 4) {
            let party = [Audience.tenant(sublet.from), .tenant(sublet.to), .provider].randomElement(using: &random)!
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return .releaseLease(sublet.lease, by: party)
            case 1:
                return .amendLease(
                    sublet.lease,
                    Amendment(end: desk.now + [hour, day, 40 * day].randomElement(using: &random)!, audience: party))
            case 2:
                return .serveReclaim(
                    sublet.lease,
                    ReclaimOrder(
                        clause: [.cancellation(byTenant: true), .cause("misuse"), .convenience]
                            .randomElement(using: &random)!))
            default: return .endSublease(sublet.number, by: party)
            }
        }
        var live: [Lease] = []
        desk.book.forEachLease { lease in
            if lease.partOf == nil && (lease.isInWindow || lease.state == .scheduled) { live.append(lease) }
            return true
        }
        guard let lease = live.randomElement(using: &random), let whole = desk.book.wholeLease(lease.number) else {
            return .heartbeat
        }
        var selection: LeaseSelection?
        if let line = whole.lines.filter({ $0.count > 1 }).randomElement(using: &random), random.isOne(in: 2) {
            selection = LeaseSelection(units: [
                .init(line: line.name, count: Int.random(in: 1..<line.count, using: &random))
            ])
        }
        let to = ["ada", "bob", "eve"].filter { $0 != lease.tenant }.randomElement(using: &random)!
        let order = SubleaseOrder(
            to: to, selection: selection,
            end: random.isOne(in: 2) ? nil : desk.now + [hour, 3 * day, 30 * day].randomElement(using: &random)!,
            pricePerGPUHourMicros: random.isOne(in: 3) ? nil : Int64.random(in: 0...3_000_000, using: &random),
            noticeSeconds: [nil, 0, hour, day].randomElement(using: &random)!)
        return .proposeSublease(lease.number, order, by: random.isOne(in: 8) ? .provider : .tenant(lease.tenant))
    }

    /// How what was let has ended so far.
    private mutating func countEndings() {
        guard subleases else { return }
        endings = [:]
        for sublease in desk.book.subleasesOver { endings[sublease.ending!, default: 0] += 1 }
    }

    /// What a split, a handover or a sub-lease changes of all leases together, which must be nothing.
    private mutating func compareTotals(_ before: Book, _ command: Command, _ outcome: Outcome) {
        guard !outcome.isRepeated else { return }
        switch command {
        case .splitLease: splits += 1
        case .answerSublease(let number, true, _, _):
            if desk.book.sublease(number)?.isInForce == true { lets += 1 }
        case .proposeSublease, .endSublease: break
        case .answerTransfer(let number, let reply, _):
            if reply.accepts && desk.book.transfer(number) == nil { takeovers += 1 }
        default: return
        }
        func totals(_ book: Book) -> [String] {
            var (hardware, gpus, spares) = ([String](), 0, 0)
            book.forEachLease { part in
                guard part.isInWindow || part.state == .scheduled else { return true }
                gpus += part.promised.gpus
                for line in part.lines {
                    spares += line.holdings.spareNodes.count
                    hardware += line.holdings.wholeNodes.joined().map { "\($0) \(part.end)" }
                    hardware += line.holdings.partialNodes.map { "\($0.node) \($0.moduleMask) \(part.end)" }
                    hardware += line.holdings.slices.map { "\($0) \(part.end)" }
                }
                return true
            }
            return hardware.sorted() + ["\(gpus) GPUs, \(spares) spares"]
        }
        if totals(before) != totals(desk.book) { strangers.append("\(command) changed what is held") }
        for budget in before.fleet.budgets.indices {
            let index = BudgetIndex(budget)
            if before.packing.committedSteps(of: index, from: desk.book.time, until: .max)
                != desk.book.packing.committedSteps(of: index, from: desk.book.time, until: .max)
            {
                strangers.append("\(command) changed what budget \(budget) commits")
            }
        }
    }

    private mutating func passTime() {
        let jumps: [Int64] = [0, 0, 0, 1, 30, 600, 1_800, hour, 6 * hour, day, 9 * day]
        desk.now += jumps.randomElement(using: &random)!
        if random.isOne(in: 10) { return }
        let before = answers()
        desk.advance(to: desk.now)
        compare(before, answers())
    }

    private mutating func pick() -> Command {
        if subleases, random.isOne(in: 3) { return sublease() }
        if transfers, random.isOne(in: subleases ? 9 : 3) { return transfer() }
        if faultShare > 0, random.isOne(in: faultShare) { return anyFault() }
        if spotShare > 0, random.isOne(in: spotShare) { return spot() }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<33: return request()
        case 33..<46: return amendment()
        case 46..<48: return anyPower()
        case 48..<57:
            let number = anyLease()
            let tenant = desk.book.lease(number)?.tenant ?? "ada"
            return .releaseLease(number, by: random.isOne(in: 4) ? .provider : .tenant(tenant))
        case 57..<63: return notice()
        case 63..<84: return verb()
        case 84..<87: return maintenance()
        case 87: return cohort()
        case 88..<91:
            let quota = Quota(
                gpus: random.isOne(in: 2) ? nil : Int.random(in: 40...200, using: &random),
                watts: random.isOne(in: 2) ? nil : Int64.random(in: 20_000...400_000, using: &random))
            return putTenant(quota)
        case 91..<93:
            return .putContract(name: "c\(Int.random(in: 0..<3, using: &random))", terms: anyTerms())
        case 93: return .removeContract(name: "c\(Int.random(in: 0..<3, using: &random))")
        case 94: return .removeTenant(name: ["ada", "bob", "eve"].randomElement(using: &random)!)
        case 95..<96: return anyPower()
        case 96..<98: return .adoptFleet(fleets.randomElement(using: &random)!)
        case 98 where random.isOne(in: 2):
            let name = ["a", "b", "a", "b", "meter", "west"].randomElement(using: &random)!
            return random.isOne(in: 3) ? .failFeed(name, source: nil) : .restoreFeed(name, source: nil)
        default: return anyFault()
        }
    }

    /// Reports of what a tenant holds and of what it does not, an operator's word on them, and GPUs that change places.
    private mutating func anyFault() -> Command {
        let node = Int.random(in: 0..<desk.book.fleet.nodeCount, using: &random)
        let module = Int.random(in: 1...4, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            let digit = Int.random(in: 0...9, using: &random)
            return .identifyGPUs([
                GPUIdentification(
                    node: node, module: module,
                    uuid: random.isOne(in: 5) ? nil : GPUUUID("GPU-0000000\(digit)-0000-0000-0000-000000000000"))
            ])
        case 1, 2:
            var open: [FaultReport] = []
            desk.book.forEachFaultReport { report in
                if report.state == .open { open.append(report) }
                return true
            }
            return .decideFault(
                open.randomElement(using: &random)?.number ?? 1, accepts: random.isOne(in: 2),
                act: [nil, .note, .cordon, .drain, .fault].randomElement(using: &random)!)
        default:
            let tenant = random.isOne(in: 6) ? nil : tenant()
            let held = (0..<desk.book.fleet.nodeCount).filter { node in
                tenant.map { desk.book.holding(of: $0, on: node).modules != 0 } ?? true
            }
            let name = desk.book.fleet.nodeName(NodeIndex(held.randomElement(using: &random) ?? node))
            return .reportFault(
                FaultOrder(
                    tenant: tenant, targets: [(.node(name, modules: random.isOne(in: 2) ? [] : [module]), "/nodes/0")],
                    xid: [31, 48, 62, 79, 94, 95].randomElement(using: &random)!, keeps: random.isOne(in: 4),
                    isAutomatic: !random.isOne(in: 6)))
        }
    }

    /// A tenant that already holds more than its new quota is marked, since nothing is taken from it.
    private mutating func putTenant(_ quota: Quota) -> Command {
        let name = tenant()
        var isLowered = false
        if let tenant = desk.book.tenant(name) {
            let gpus = tenant.gpuTimeline.peak(from: desk.now, until: .max)
            let watts = tenant.wattTimeline.peak(from: desk.now, until: .max)
            isLowered = quota.gpus.map { $0 < gpus } ?? false || quota.watts.map { $0 < watts } ?? false
        }
        var share = QuotaShare()
        if random.isOne(in: 3) {
            share = QuotaShare(
                cohort: ["labs", "all"].randomElement(using: &random)!, borrowing: anyLimit(), lending: anyLimit())
        }
        return .putTenant(name: name, quota: quota, share: share, description: isLowered ? "lowered" : "kept")
    }

    private mutating func anyLimit() -> Quota {
        Quota(
            gpus: random.isOne(in: 2) ? nil : Int.random(in: 0...80, using: &random),
            watts: random.isOne(in: 2) ? nil : Int64.random(in: 0...200_000, using: &random))
    }

    private mutating func cohort() -> Command {
        let name = ["labs", "all"].randomElement(using: &random)!
        if random.isOne(in: 5) { return .removeCohort(name: name) }
        let share = random.isOne(in: 2) ? QuotaShare(cohort: "all", lending: anyLimit()) : QuotaShare()
        return .putCohort(Cohort(name: name, quota: anyLimit(), share: share))
    }

    private mutating func maintenance() -> Command {
        let name = "m\(Int.random(in: 0..<4, using: &random))"
        if random.isOne(in: 4) { return .removeMaintenance(name) }
        let first = Int.random(in: 0..<desk.book.fleet.nodeCount, using: &random)
        let end = min(desk.book.fleet.nodeCount, first + Int.random(in: 1...6, using: &random))
        var windows: [Range<Int64>] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let gaps: [Int64] = [-600, 0, 1, hour, day, 9 * day]
            let start = max(
                windows.last?.upperBound ?? 0,
                (windows.last?.upperBound ?? desk.now) + gaps.randomElement(using: &random)!)
            windows.append(start..<start + [1, 600, 5 * hour].randomElement(using: &random)!)
        }
        return .putMaintenance(name, Maintenance.Plan(nodes: [first..<end], windows: windows, reason: "workload"))
    }

    private mutating func tenant() -> String { ["ada", "bob", "eve"].randomElement(using: &random)! }

    private mutating func anyLease() -> UInt64 {
        UInt64.random(
            in: max(1, desk.book.nextLeaseNumber - min(desk.book.nextLeaseNumber, 25))...desk.book.nextLeaseNumber,
            using: &random)
    }

    private mutating func request() -> Command {
        if let plan = plans.last, random.isOne(in: 4) {
            plans.removeLast()
            return .requestLeases([plan.order], planTokens: [plan.token])
        }
        let count = random.isOne(in: 5) ? Int.random(in: 2...4, using: &random) : 1
        let orders = (0..<count).map { _ in anyOrder() }
        if random.isOne(in: 6), let plan = try? desk.book.plan(orders[0], now: desk.now) {
            plans.append((orders[0], plan.token))
        }
        return .requestLeases(orders, planTokens: orders.map { _ in nil })
    }

    /// What is idle goes to opportunistic leases, and later somebody wants it.
    private mutating func spot() -> Command {
        let (isFirm, nodes) = (random.isOne(in: 2), Int.random(in: 2...9, using: &random))
        var order = order(
            random.isOne(in: 4) ? .gpus(2) : .node, nodes, tenant: tenant(), from: isFirm ? desk.now + 2_400 : nil,
            until: desk.now + 2_400 + [day, 9 * day].randomElement(using: &random)!, cap: .percent(40))
        if random.isOne(in: 4) { order.lines = [anyLine(0, hasSpares: false)] }
        order.contract = random.isOne(in: 3) ? contract(for: order.tenant) : nil
        order.leaseClass = isFirm ? .guaranteed : .opportunistic
        let found =
            (try? desk.book.plan(order, now: desk.now)) == nil ? desk.book.preempting(order, now: desk.now) : nil
        return .requestLeases([order], planTokens: [found?.planToken])
    }

    /// A contract that a tenant may lease under, now and then one that is not there.
    private mutating func contract(for tenant: String) -> String? {
        if random.isOne(in: 10) { return "c9" }
        return desk.book.contractNames.filter { desk.book.contract($0)!.tenant.map { $0 == tenant } ?? true }
            .randomElement(using: &random)
    }

    private mutating func anyTerms() -> ContractTerms {
        var terms = ContractTerms()
        terms.tenant = random.isOne(in: 2) ? nil : tenant()
        terms.curtailmentNoticeSeconds = [nil, 0, 1_800].randomElement(using: &random)!
        terms.curtailmentFloorPercent = [nil, 30, 80].randomElement(using: &random)!
        terms.curtailmentHoursPerMonth = [nil, 0, 5].randomElement(using: &random)!
        terms.curtailmentMayStop = [nil, true].randomElement(using: &random)!
        terms.shedTier = [nil, 1, 4].randomElement(using: &random)!
        addReclaim(to: &terms)
        terms.preemptionNoticeSeconds = [nil, 0, 600].randomElement(using: &random)!
        if transfers, !random.isOne(in: 4) {
            terms.transfers = TransferClause(needsApproval: random.isOne(in: 2), expirySeconds: 9 * day)
        }
        if subleases, !random.isOne(in: 4) {
            terms.subleases = SubleaseClause(
                needsApproval: random.isOne(in: 2), expirySeconds: 9 * day,
                maxPercent: [40, 100, 100].randomElement(using: &random)!)
        }
        return terms
    }

    /// Clauses that let either side give notice.
    private mutating func addReclaim(to terms: inout ContractTerms) {
        terms.noticeSeconds = [nil, 0, hour, day].randomElement(using: &random)!
        terms.minimumTermSeconds = [nil, nil, hour].randomElement(using: &random)!
        if terms.noticeSeconds != nil && !random.isOne(in: 4) { terms.cancellationAfter = desk.now }
        if !random.isOne(in: 4) { terms.reclaimCauses = ["misuse"] }
        guard !random.isOne(in: 4) else { return }
        terms.convenience = ConvenienceClause(
            maxPercent: [30, 60, 100].randomElement(using: &random)!, maxTimes: Int64.random(in: 1...3, using: &random),
            periodSeconds: day, noticeSeconds: [0, 600, day].randomElement(using: &random)!)
        if random.isOne(in: 2) { terms.offRamp = OffRampClause(steps: 3, intervalSeconds: hour) }
    }

    /// Notices of every kind, what a tenant says of them, and their withdrawal; most of them on a lease that has a contract.
    private mutating func notice() -> Command {
        var (bound, noticed) = ([Lease](), [Lease]())
        desk.book.forEachLease { lease in
            guard lease.partOf == nil, lease.contract != nil, lease.isInWindow || lease.state == .scheduled else {
                return true
            }
            bound.append(lease)
            if desk.book.openReclaim(on: lease.number) != nil { noticed.append(lease) }
            return true
        }
        if let lease = noticed.randomElement(using: &random), random.isOne(in: 2) {
            let reclaim = desk.book.openReclaim(on: lease.number)!
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return .acknowledgeNotice(reclaim.notice, lease: lease.number)
            case 1:
                let nodes = lease.lines.flatMap(\.holdings.bookedNodes).coalesced()
                return .nominate(lease.number, nodes: nodes.first.map { [$0.lowerBound..<$0.lowerBound + 1] } ?? [])
            default:
                return .withdrawReclaim(lease.number, byTenant: reclaim.clause == .cancellation(byTenant: true))
            }
        }
        let number = bound.randomElement(using: &random)?.number ?? anyLease()
        var clauses: [ReclaimClause] = [.cause("misuse"), .convenience, .cancellation(byTenant: false)]
        if let lease = desk.book.lease(number), !random.isOne(in: 5) {
            let allowed = desk.book.verdicts(on: lease, now: desk.now).filter(\.isAllowed).map(\.verb)
            let verbs: [LandlordVerb] = [.reclaimForCause, .reclaimForConvenience, .cancel]
            clauses = zip(clauses, verbs).filter { allowed.contains($0.1) }.map(\.0)
        }
        clauses.append(.cancellation(byTenant: true))
        let clause = clauses.randomElement(using: &random)!
        let gpus = clause == .convenience && random.isOne(in: 2) ? Int.random(in: 1...40, using: &random) : nil
        return .serveReclaim(number, ReclaimOrder(clause: clause, gpus: gpus))
    }

    /// Load targets of every kind, their removal, and what answers them.
    private mutating func anyPower() -> Command {
        let budgets = desk.book.fleet.budgets
        let budget = Int.random(in: 0..<budgets.count, using: &random)
        let key = LoadTargetKey(budget: budgets[budget].name, id: ["a", "b", "c"].randomElement(using: &random)!)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: return .removeLoadTarget(desk.book.loadTargets.randomElement(using: &random)?.key ?? key)
        case 2:
            var orders: [UInt64] = []
            desk.book.forEachOrder { order in
                orders.append(order.number)
                return true
            }
            return .acknowledgeOrders([orders.randomElement(using: &random) ?? 1])
        case 3: return .setFreeze(false)
        default:
            let start = desk.now + [0, 0, 600, hour, day].randomElement(using: &random)!
            let committed = desk.book.packing.committedWatts(of: BudgetIndex(budget), at: start)
            let measured = budgets[budget].measuredWatts(rackWatts: committed)
            let watts = min(budgets[budget].ratingWatts, measured * Int64.random(in: 55...110, using: &random) / 100)
            let length = random.isOne(in: 20) ? nil : [600, 600, hour, 9 * hour].randomElement(using: &random)!
            let ramp = length != nil && random.isOne(in: 2) ? Watts.random(in: 1_000...40_000, using: &random) : nil
            return .setLoadTarget(
                LoadTarget(
                    key: key, kind: random.isOne(in: 3) ? .physical : .economic, watts: watts, start: start,
                    end: length.map { start + $0 }, restoreWattsPerMinute: ramp))
        }
    }

    private mutating func anyOrder() -> LeaseOrder {
        let starts: [Int64?] = [nil, nil, nil, 1, hour, day, 20 * day]
        let start = starts.randomElement(using: &random)!.map { desk.now + $0 }
        let lengths: [Int64] = [1, 600, hour, 5 * hour, day, 30 * day]
        let caps: [PowerCap] = [.watts(700), .watts(400), .percent(66), .percent(100), .watts(1_000)]
        let spares = random.isOne(in: 4) ? Int.random(in: 1...2, using: &random) : 0
        let tenant = tenant()
        var result = order(
            tenant: tenant, from: start, until: (start ?? desk.now) + lengths.randomElement(using: &random)!,
            cap: caps.randomElement(using: &random)!, spares: spares,
            contract: random.isOne(in: 2) ? contract(for: tenant) : nil,
            sites: random.isOne(in: 5) ? ["west"] : random.isOne(in: 4) ? ["east"] : [])
        result.leaseClass = LeaseClass.allCases.randomElement(using: &random)!
        result.lines = (0..<(random.isOne(in: 4) ? 2 : 1)).map { anyLine($0, hasSpares: spares > 0) }
        if random.isOne(in: 3) {
            let start = start ?? desk.now
            for index in result.lines.indices where random.isOne(in: 2) {
                result.lines[index].ramp = anyRamp(from: start, until: result.end)
                if random.isOne(in: 2) { result.lines[index].count = 0 }
            }
        }
        return result
    }

    /// Up to four steps up and down inside a window, now and then one outside it.
    private mutating func anyRamp(from start: Int64, until end: Int64) -> [RampStep] {
        let times = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            Int64.random(in: start...max(start, random.isOne(in: 20) ? end : end - 1), using: &random)
        }
        return Set(times).sorted().map { RampStep(at: $0, count: Int.random(in: 0...4, using: &random)) }
    }

    /// One or several changes to a lease, most of them to one that can be changed.
    private mutating func amendment() -> Command {
        var live: [Lease] = []
        desk.book.forEachLease { lease in
            if lease.partOf == nil && (lease.isInWindow || lease.state == .scheduled) { live.append(lease) }
            return true
        }
        guard let lease = live.randomElement(using: &random), !random.isOne(in: 12) else {
            return .amendLease(anyLease(), Amendment(extendBySeconds: hour))
        }
        var amendment = Amendment()
        if random.isOne(in: 3) {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: amendment.extendBySeconds = [1, hour, day, 20 * day].randomElement(using: &random)!
            case 1: amendment.end = Int64.random(in: desk.now...max(desk.now, lease.end), using: &random)
            default: amendment.end = lease.end + Int64.random(in: 1...day, using: &random)
            }
        }
        if random.isOne(in: 3) {
            amendment.cap = [.watts(700), .watts(400), .watts(550), .percent(66), .percent(100), .percent(50)]
                .randomElement(using: &random)!
        }
        if random.isOne(in: 2) { amendment.lines = lineAmendments(of: lease) }
        if random.isOne(in: 2) {
            amendment.from = Int64.random(in: desk.now...max(desk.now, lease.end), using: &random)
        }
        if random.isOne(in: 4), let whole = desk.book.wholeLease(lease.number) {
            amendment.ifMatch = random.isOne(in: 4) ? whole.revision - 1 : whole.revision
        }
        return .amendLease(lease.number, amendment)
    }

    private mutating func lineAmendments(of lease: Lease) -> [LineAmendment] {
        var result: [LineAmendment] = []
        for line in lease.lines where random.isOne(in: 2) {
            let isRamp = random.isOne(in: 3)
            let ramp = anyRamp(from: max(desk.now, lease.start), until: max(desk.now, lease.end))
            let count = max(0, line.count + Int.random(in: -3...3, using: &random))
            result.append(LineAmendment(name: line.name, change: isRamp ? .ramp(ramp) : .count(count)))
        }
        if random.isOne(in: 4) {
            var line = anyLine(lease.lines.count, hasSpares: lease.sparesPerDomain > 0)
            line.name = "line \(lease.lines.count)"
            result.append(LineAmendment(name: line.name, change: .added(line)))
        }
        return result
    }

    private mutating func anyLine(_ place: Int, hasSpares: Bool) -> LeaseLine {
        let shapes: [PlacementShape] =
            hasSpares
            ? [.rack, .nvl72, .node, .block]
            : [
                .node, .node, .gpus(1), .gpus(2), .gpus(4), .gpus(8), .rack, .nvl72, .block,
                .power(meterWatts: 40_000, wholeSites: false),
            ]
        let shape = shapes.randomElement(using: &random)!
        var within: WithinLevel? = random.isOne(in: 3) ? WithinLevel.allCases.randomElement(using: &random)! : nil
        if hasSpares && shape == .node { within = .rack }
        let models =
            random.isOne(in: 3)
            ? [["H100"], ["H200"], ["GB200"], ["H100", "H200"]].randomElement(using: &random)! : []
        var line = LeaseLine(
            name: "line \(place)", shape: shape, count: shape == .block ? 1 : Int.random(in: 1...4, using: &random),
            models: models, within: within)
        if !hasSpares { makePartial(&line) }
        addTerms(&line)
        return line
    }

    /// Makes some lines ones of instances or of composed GPUs.
    private mutating func makePartial(_ line: inout LeaseLine) {
        if random.isOne(in: 4) {
            let profiles = [("1g.10gb", 19), ("1g.10gb+me", 20), ("3g.40gb", 9), ("1g.18gb", 19), ("2g.47gb", 14)]
            let profile = profiles.randomElement(using: &random)!
            (line.profile, line.shape, line.models) = (profile.0, .mig(profileID: profile.1), [])
            line.count = Int.random(in: 1...9, using: &random)
        } else if random.isOne(in: 6) {
            line.shape = .gpus([3, 5, 6, 7, 2].randomElement(using: &random)!)
            line.isComposed = !random.isOne(in: 10)
        }
    }

    private mutating func addTerms(_ line: inout LeaseLine) {
        if random.isOne(in: 5) {
            line.spread = LineSpread(
                over: LineSpread.Over.allCases.randomElement(using: &random)!,
                unitsMax: Int.random(in: 1...2, using: &random))
        }
        if random.isOne(in: 8) {
            let count = desk.book.fleet.nodeCount
            let first = Int.random(in: 0..<count, using: &random)
            let last = Int.random(in: first..<count, using: &random)
            line.pins = desk.book.register.permanent([0..<min(first, 2), first..<last + 1].united())
        }
    }

    private mutating func verb() -> Command {
        let verbs: [NodeVerb] = [
            .cordon, .uncordon, .drain, .undrain, .fault, .fault, .service, .repair, .repair, .repair, .cleaned,
            .validated, .validated, .validated,
        ]
        let verb = verbs.randomElement(using: &random)!
        // Nodes that the verb suits more often than not.
        let suitable = (0..<desk.book.fleet.nodeCount).filter { suits(verb, NodeIndex($0)) }
        let node =
            suitable.randomElement(using: &random) ?? Int.random(in: 0..<desk.book.fleet.nodeCount, using: &random)
        var nodes = [node..<node + 1]
        if random.isOne(in: 2) { nodes = Array(suitable.prefix(6)).map { $0..<$0 + 1 }.coalesced() }
        if nodes.isEmpty { nodes = [node..<node + 1] }
        let until =
            [.cordon, .drain].contains(verb) && random.isOne(in: 2)
            ? desk.now + Int64.random(in: 1...day, using: &random) : nil
        return .setNodes(verb, nodes: nodes, until: until)
    }

    private func suits(_ verb: NodeVerb, _ node: NodeIndex) -> Bool {
        let health = desk.book.packing.health(of: node)
        let turnsRound = desk.book.isInTurnRound(node.offset, now: desk.now)
        return switch verb {
        case .cordon, .drain: health == .open
        case .uncordon: health == .cordoned
        case .undrain: health == .draining
        case .fault: health == .open
        case .repair, .service: health == .faulty
        case .cleaned: turnsRound && !desk.book.isReportedClean(node)
        case .validated: turnsRound || health == .validating
        }
    }

    // MARK: Whose answer changed (rule 8)

    private struct Answer: Equatable {
        var index: UInt64
        var leases: [String]
    }

    /// What each tenant's answer says, hardware by name, and its index.
    private func answers() -> [String: Answer] {
        let book = desk.book
        var result: [String: Answer] = [:]
        for name in book.tenantNames {
            let tenant = book.tenant(name)!
            var leases: [String] = []
            tenant.leases.forEach { number, _ in
                let lease = book.wholeLease(number)!
                let nodes = lease.lines.flatMap { line in
                    line.holdings.bookedNodes.flatMap { Array($0) }.map { book.fleet.nodeName(NodeIndex($0)) }
                        + line.holdings.slices.map {
                            "\(book.fleet.nodeName(NodeIndex($0.node))):\($0.moduleMask):\($0.profileID)@\($0.start)"
                        }
                        + line.holdings.partialNodes.map {
                            "\(book.fleet.nodeName(NodeIndex($0.node))):\($0.moduleMask)"
                        }
                }
                leases.append(
                    "\(number) \(lease.state) \(lease.conditions) \(lease.lease.start) \(lease.lease.end) "
                        + "\(lease.promised) \(lease.delivered) \(lease.cap) \(lease.nextChangeAt ?? 0) "
                        + "\(lease.schedule(in: book.fleet)) \(lease.lines.indices.map { lease.ramp(ofLine: $0) }) "
                        + "\(notice(on: number, in: book)) "
                        + "\(nodes.sorted()) \(lease.curtailments) \(lease.curtailedCap.map { "\($0)" } ?? "")")
                return true
            }
            leases += book.faultReports(of: name).filter { !$0.state.isFinal }.map {
                "\($0.number) \($0.state) \($0.act) \($0.remark)"
            }
            leases.append(
                "\(book.faultReports(of: name).count { $0.state.isFinal }) \(book.faultReports(of: name).last?.number ?? 0)"
            )
            for transfer in book.openTransfers where transfer.from == name || transfer.to == name {
                let hasAgreed = transfer.from == name ? transfer.holderAgreed : transfer.receiverAgreed
                leases.append("\(transfer.number) until \(transfer.expiresAt) \(hasAgreed)")
            }
            for sublease in book.openSubleases where sublease.from == name || sublease.to == name {
                let hasAgreed = sublease.from == name ? sublease.holderAgreed : sublease.tenantAgreed
                leases.append("sub-lease \(sublease.number) until \(sublease.expiresAt) \(hasAgreed)")
            }
            for sublease in book.subleasesInForce where sublease.from == name || sublease.to == name {
                leases.append("sub-lease \(sublease.number) \(sublease.start) \(sublease.end)")
                guard sublease.to == name, let used = book.occupancy(of: sublease) else { continue }
                leases.append(
                    "\(used.state) \(used.conditions) \(used.end) \(used.promised) \(used.delivered) \(used.cap) "
                        + "\(used.lines.map { names($0, in: book) }) \(used.lines.map(\.count)) \(used.downNodes.count) \(used.schedule) "
                        + "\(used.curtailedCap.map { "\($0)" } ?? "") \(used.nextChangeAt ?? 0)")
            }
            result[name] = Answer(index: tenant.index, leases: leases)
        }
        return result
    }

    /// What a line holds, by name.
    private func names(_ line: LeaseLine, in book: Book) -> [String] {
        func name(_ node: Int) -> String { book.fleet.nodeName(NodeIndex(node)) }
        let held = line.holdings
        let whole = held.wholeNodes.joined().map(name) + held.spareNodes.map { "\(name($0)) spare" }
        let partial = held.partialNodes.map { "\(name($0.node)):\($0.moduleMask)" }
        let slices = held.slices.map { "\(name($0.node)):\($0.moduleMask):\($0.profileID)@\($0.start)" }
        return (whole + partial + slices).sorted()
    }

    /// What the poll says of a notice in force.
    private func notice(on lease: UInt64, in book: Book) -> String {
        book.openReclaims(on: lease).map { "\($0.notice) \($0.steps) \($0.acknowledgedAt != nil)" }.joined(
            separator: ", ")
    }

    private mutating func compare(_ before: [String: Answer], _ after: [String: Answer]) {
        for (name, now) in after {
            guard let then = before[name] else { continue }
            if (then.index == now.index) != (then.leases == now.leases) {
                strangers.append("tenant \(name): index \(then.index) to \(now.index), \(then.leases) to \(now.leases)")
            }
        }
    }
}
