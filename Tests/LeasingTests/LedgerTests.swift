// Accounts and statements, each figure worked out by hand.

import FleetModel
import HashTreeCollections
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes of eight GPUs. At 700 W a node draws 4,600 + 8 × 700 = 10,200 W at the rack and, with 5 %
/// network and a PUE of 1.2, 12,852 W at the meter.
@Suite("The cost to come") struct CostToComeTests {
    /// Eight nodes under a contract from now on for ten whole months, which begin on the first of one.
    private func desk(_ change: (inout ContractTerms) -> Void) throws -> (desk: JournalledBook, lease: Lease) {
        var desk = JournalledBook(Fleets.plain)
        desk.now = RFC3339.seconds("2027-02-01T00:00:00Z")!
        var terms = ContractTerms()
        terms.cancellationAfter = 0
        change(&terms)
        try desk.execute(.putContract(name: "c", terms: terms))
        let end = RFC3339.seconds("2027-12-01T00:00:00Z")!
        let lease = try desk.request(order(.node, 8, until: end, contract: "c"))
        return (desk, lease)
    }

    @Test("is what months, GPU-hours and energy come to, with a notice and without")
    func amounts() throws {
        var (desk, lease) = try desk {
            ($0.pricePerMonthMicros, $0.pricePerGPUHourMicros) = (900_000_000, 1_000_000)
            ($0.noticeSeconds, $0.commitmentSeconds) = (28 * day, 59 * day)
            $0.rampDiscounts = [RampDiscount(months: 1, basisPoints: 5_000)]
        }
        let hours = (lease.end - lease.start) / hour
        let before = try #require(desk.book.costToCome(of: lease.number, from: desk.now, isBound: true))
        // Half of the first month is off.
        #expect(before.baseMicros == 9 * 900_000_000 + 450_000_000 && before.owedUntil == lease.end)
        #expect(before.usageMicros == 64 * hours * 1_000_000)
        let start = desk.now
        desk.advance(to: start + 14 * day)
        let half = try #require(desk.book.costToCome(of: lease.number, from: desk.now, isBound: true))
        #expect(half.baseMicros == before.baseMicros - 225_000_000)
        desk.now = start + 14 * day
        var fork = desk
        // The tenant leaves after 28 days of notice, and owes two whole months all the same.
        try fork.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .cancellation(byTenant: true))))
        let left = try #require(fork.book.costToCome(of: lease.number, from: desk.now, isBound: true))
        #expect(left.baseMicros == 225_000_000 + 900_000_000 && left.owedUntil == start + 59 * day)
        #expect(left.usageMicros == 64 * 28 * 24 * 1_000_000)
        // Of what the provider ends nothing is owed beyond.
        try desk.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .cancellation(byTenant: false))))
        let taken = try #require(desk.book.costToCome(of: lease.number, from: desk.now, isBound: false))
        #expect(taken.owedUntil == start + 42 * day)
        #expect(taken.baseMicros == 225_000_000 + 900_000_000 * 14 / 31)
        #expect(desk.book.costToCome(of: 99, from: desk.now, isBound: false) == nil)
    }
}

@Suite struct LedgerTests {
    /// 2027-02-01, sixteen days and sixteen hours after the tests' noon.
    private static let february: Int64 = 1_801_440_000
    private static let january = CalendarMonth(at: noon)
    private let node: Int64 = 10_200
    private let meter: Int64 = 12_852

    private func desk(
        _ fleet: Fleet = Fleets.plain, _ change: (inout ContractTerms) -> Void = { _ in }
    ) throws -> JournalledBook {
        var desk = JournalledBook(fleet)
        var terms = ContractTerms()
        change(&terms)
        try desk.execute(.putContract(name: "c", terms: terms))
        return desk
    }

    private func sums(_ desk: JournalledBook, _ lease: Lease, _ month: CalendarMonth = january) -> LedgerSums {
        desk.book.ledgerRows(of: lease.number, until: desk.now).sums(of: month.index)
    }

    private func statement(_ desk: JournalledBook, _ month: CalendarMonth = january) -> LedgerStatement {
        desk.book.statement(of: "ada", month: month, now: desk.now)
    }

    /// Compares with what the facts alone give.
    private func replay(_ desk: JournalledBook) {
        var replay = LedgerReplay()
        for entry in desk.entries { replay.take(entry) }
        #expect(replay.differences(from: desk.book, until: desk.now) == [])
    }

    @Test("A lease that nothing happens to has no account, and its open time counts")
    func plain() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day))
        desk.now = noon + 3 * hour
        #expect(desk.book.ledger.accounts.isEmpty && desk.format == 7)
        let open = sums(desk, lease)
        #expect(open.gpus.promised == 16_000 * 3 * hour && open.gpus.delivered == 16_000 * 3 * hour)
        #expect(open.rack.promised == 2 * node * 3 * hour && open.meter.delivered == 2 * meter * 3 * hour)
        // A release closes it; what had gone by in each month stands by itself.
        desk.advance(to: Self.february + 2 * hour)
        try desk.execute(.releaseLease(lease.number))
        desk.advance(to: Self.february + day)
        #expect(desk.lease(lease.number).state == .expired && desk.format == 8)
        #expect(sums(desk, lease).gpus.delivered == 16_000 * (Self.february - noon))
        #expect(sums(desk, lease, Self.january.next).gpus.delivered == 16_000 * 2 * hour)
        #expect(statement(desk).lines.map(\.lease) == [lease.number] && statement(desk).contracts == [])
        replay(desk)
    }

    @Test("A node down for 90 minutes counts as down, the first hour of it as excused")
    func down() throws {
        var desk = try desk { ($0.replacementSeconds, $0.pricePerGPUHourMicros) = (hour, 2_000_000) }
        let lease = try desk.request(order(.node, 8, until: noon + day, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.set(.fault, 3)
        desk.advance(to: noon + hour + 70 * 60)
        try desk.set(.repair, 3)
        // Validating takes twenty minutes.
        desk.advance(to: noon + 4 * hour)
        let sums = sums(desk, lease)
        #expect(sums.gpus.promised == 64_000 * 4 * hour && sums.gpus.down == 8_000 * 5_400)
        #expect(sums.gpus.excused == 8_000 * 3_600 && sums.gpus.late == 0)
        #expect(sums.gpus.delivered == 64_000 * 4 * hour - 8_000 * 5_400)
        #expect(sums.rack.promised == 8 * node * 4 * hour && sums.rack.delivered == sums.rack.promised - node * 5_400)
        // 256 GPU-hours less 12, of which 8 are excused: 252 of 256. 244 of them cost two dollars each.
        let contract = statement(desk).contracts[0]
        #expect(contract.availabilityBasisPoints == 9_843 && contract.gpuHoursMicros == 488_000_000)
        // Down over a replay, a snapshot and a further change.
        desk.advance(to: noon + 2 * day)
        replay(desk)
    }

    @Test("A node that is replaced at once is down for no second")
    func replaced() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 3, until: noon + day))
        desk.advance(to: noon + hour)
        try desk.set(.fault, lease.nodesInUse[0])
        desk.advance(to: noon + 2 * hour)
        #expect(sums(desk, lease).gpus.delivered == 24_000 * 2 * hour && sums(desk, lease).gpus.down == 0)
        replay(desk)
    }

    @Test("A start ten minutes late is late for the one and a hand-back ten minutes late for the other")
    func late() throws {
        var desk = try desk(Fleets.reported) { ($0.pricePerMonthMicros, $0.commitmentSeconds) = (744_000_000, hour) }
        let first = try desk.request(order(.node, 8, tenant: "bob", until: noon + hour))
        let start = noon + hour + 1_800
        let lease = try desk.request(order(.node, 8, from: start, until: start + 2 * hour, contract: "c"))
        desk.advance(to: start + 600)
        #expect(desk.lease(lease.number).state == .starting)
        try desk.execute(.setNodes(.validated, nodes: [0..<8], until: nil))
        desk.advance(to: start + day)
        #expect(sums(desk, lease).gpus.late == 64_000 * 600 && sums(desk, lease).gpus.down == 0)
        #expect(sums(desk, lease).gpus.delivered == 64_000 * (2 * hour - 600))
        #expect(sums(desk, lease).rack.delivered == 8 * node * (2 * hour - 600))
        #expect(sums(desk, first).gpus.handBack == 64_000 * 600 && sums(desk, first).gpus.late == 0)
        // Its own hand-back goes on being late.
        #expect(sums(desk, lease).gpus.handBack == 64_000 * (day - 2 * hour - 1_800))
        // Two hours of a month of 744 at a dollar each; the twelfth of them that was late is credited.
        let contract = statement(desk).contracts[0]
        #expect(contract.perMonthMicros == 2_000_000 && contract.creditMicros == 166_666)
        #expect(contract.dueMicros == 1_833_334)
        replay(desk)
    }

    @Test("Three hours at half the cap are curtailed for the two hours of the terms and a breach for the third")
    func curtailed() throws {
        var desk = try desk {
            ($0.curtailmentNoticeSeconds, $0.curtailmentHoursPerMonth, $0.curtailmentFloorPercent) = (0, 2, 50)
            ($0.pricePerGPUHourMicros, $0.pricePerMWhMicros) = (1_000_000, 100_000_000)
        }
        let lease = try desk.request(order(.node, 8, until: noon + 5 * hour, contract: "c"))
        let target = LoadTarget(
            key: LoadTargetKey(budget: "feed", id: "plant"), kind: .physical, watts: 8 * 7_400, start: noon + hour,
            end: noon + 4 * hour)
        try desk.execute(.setLoadTarget(target))
        let steps = desk.lease(lease.number).curtailments.flatMap(\.steps)
        #expect(steps.map(\.percent).allSatisfy { $0 == 50 } && steps.last?.termsPercent == nil, "\(steps)")
        desk.advance(to: noon + 5 * hour)
        let sums = sums(desk, lease)
        #expect(sums.gpus.curtailed == 64_000 * 2 * hour && sums.gpus.breach == 64_000 * hour)
        #expect(sums.gpus.stopped == 0 && sums.gpus.delivered == 64_000 * 5 * hour)
        #expect(sums.rack.curtailed == 8 * 2_800 * 2 * hour && sums.rack.breach == 8 * 2_800 * hour)
        #expect(sums.rack.delivered == 8 * (2 * node + 3 * 7_400) * hour)
        #expect(sums.meter.delivered == 8 * (2 * meter + 3 * 9_324) * hour)
        // 320 GPU-hours at a dollar; 429,408 Wh at the meter at 100 dollars a MWh. A fifth of the GPU-hours were beyond the terms.
        let contract = statement(desk).contracts[0]
        #expect(contract.gpuHoursMicros == 320_000_000 && contract.energyMicros == 42_940_800)
        #expect(contract.creditMicros == 64_000_000 && contract.availabilityBasisPoints == 8_000)
        replay(desk)
    }

    @Test("What is added or taken back within a month counts from then on")
    func growth() throws {
        var desk = try desk {
            $0.convenience = ConvenienceClause(
                maxPercent: 50, maxTimes: 1, periodSeconds: 100 * day, noticeSeconds: day)
        }
        let lease = try desk.request(order(.node, 2, until: noon + 10 * day, contract: "c"))
        desk.advance(to: noon + day)
        try desk.execute(
            .amendLease(
                lease.number,
                Amendment(lines: [LineAmendment(name: "line", change: .count(4))], audience: .tenant("ada"))))
        #expect(sums(desk, lease).gpus.promised == 16_000 * day)
        desk.advance(to: noon + 2 * day)
        #expect(sums(desk, lease).gpus.promised == 48_000 * day)
        try desk.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .convenience, gpus: 16)))
        // The notice takes two of the four nodes after a day.
        desk.advance(to: noon + 4 * day)
        #expect(sums(desk, lease).gpus.promised == 96_000 * day)
        #expect(sums(desk, lease).rack.delivered == 12 * node * day)
        desk.advance(to: noon + 12 * day)
        #expect(sums(desk, lease).gpus.delivered == 192_000 * day)
        replay(desk)
    }

    @Test("What was due while the daemon was away counts from when it was due")
    func downtime() throws {
        var desk = try desk()
        try desk.set(.drain, 0, until: noon + 2 * hour)
        let lease = try desk.request(order(.node, 7, from: noon + hour, until: noon + 6 * hour))
        desk.advance(to: noon + 10 * hour)
        #expect(sums(desk, lease).gpus.delivered == 56_000 * 5 * hour)
        // A node that comes back while nobody looks is down until then and no longer.
        let next = try desk.request(order(.node, 8, from: noon + 11 * hour, until: noon + 20 * hour))
        desk.advance(to: noon + 12 * hour)
        try desk.set(.fault, 5)
        desk.advance(to: noon + 13 * hour)
        try desk.set(.repair, 5)
        desk.advance(to: noon + 15 * hour)
        #expect(sums(desk, next).gpus.down == 8_000 * (hour + 1_200))
        replay(desk)
    }

    @Test("A credit is the share of the lowest band that the availability is under")
    func bands() throws {
        var desk = try desk {
            ($0.pricePerMonthMicros, $0.availabilityBasisPoints) = (744_000_000, 9_900)
            $0.credits = [
                CreditBand(belowBasisPoints: 9_900, creditBasisPoints: 1_000),
                CreditBand(belowBasisPoints: 9_500, creditBasisPoints: 2_500),
                CreditBand(belowBasisPoints: 9_000, creditBasisPoints: 5_000),
            ]
        }
        let lease = try desk.request(order(.node, 8, until: noon + 10 * hour, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.set(.fault, 1)
        // One of eight nodes for nine of ten hours: 64 × 10 − 8 × 9 of 640 GPU-hours, under 90 %.
        desk.advance(to: noon + 10 * hour)
        let contract = statement(desk).contracts[0]
        #expect(contract.availabilityBasisPoints == 8_875 && contract.perMonthMicros == 10_000_000)
        #expect(contract.creditMicros == 5_000_000 && statement(desk).dueMicros == 5_000_000)
        #expect(sums(desk, lease).gpus.excused == 0)
        replay(desk)
    }

    @Test("Terms that are renewed split the month, and a commitment outlives a release")
    func versions() throws {
        var desk = try desk { ($0.pricePerMonthMicros, $0.pricePerGPUHourMicros) = (744_000_000, 1_000_000) }
        let lease = try desk.request(order(.node, 1, until: noon + 10 * hour, contract: "c"))
        var dearer = ContractTerms()
        (dearer.pricePerMonthMicros, dearer.pricePerGPUHourMicros) = (1_488_000_000, 3_000_000)
        dearer.commitmentSeconds = 20 * hour
        try desk.execute(.putContract(name: "c", terms: dearer))
        desk.advance(to: noon + 4 * hour)
        try desk.adoptTerms(lease)
        desk.advance(to: noon + 5 * hour)
        try desk.execute(.releaseLease(lease.number, by: .tenant("ada")))
        desk.advance(to: noon + day)
        // Four hours at one dollar an hour and one at two, then fifteen more that it was committed to.
        let contract = statement(desk).contracts[0]
        #expect(contract.version == 2 && contract.perMonthMicros == 4_000_000 + 16 * 2_000_000)
        #expect(contract.gpuHoursMicros == 32_000_000 + 24_000_000)
        #expect(contract.sums.gpus.promised == 8_000 * 5 * hour)
        replay(desk)
    }

    @Test("A fleet on which the meters show more splits the account, and restarts in between change nothing")
    func fleets() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 4, until: noon + 10 * hour))
        let other = try desk.request(order(.node, 1, tenant: "bob", until: noon + 10 * hour))
        desk.advance(to: noon + 2 * hour)
        try desk.set(.fault, 1)
        desk.advance(to: noon + 3 * hour)
        try desk.execute(.adoptFleet(Fleets.parse(Fleets.text().replacing("pue: 1.2", with: "pue: 1.5"))))
        desk.now = noon + 5 * hour
        // 10,200 W × 1.05 × 1.5 are 16,065 W.
        #expect(sums(desk, other).meter.promised == (3 * meter + 2 * 16_065) * hour)
        #expect(sums(desk, other).rack.promised == 5 * node * hour)
        #expect(sums(desk, lease).gpus.down == 8_000 * 3 * hour)
        #expect(sums(desk, lease).meter.delivered == (2 * 4 * meter + 3 * meter + 2 * 3 * 16_065) * hour)
        replay(desk)
        desk.advance(to: noon + 11 * hour)
        #expect(sums(desk, other).meter.delivered == (3 * meter + 7 * 16_065) * hour)
        replay(desk)
    }

    @Test("Months owe the price while a lease runs, and none between two of them")
    func gaps() throws {
        var desk = try desk { $0.pricePerMonthMicros = 744_000_000 }
        for start in [noon, noon + 10 * hour] {
            for nodes in 1...2 {
                try desk.request(order(.node, nodes, from: start, until: start + 3 * hour, contract: "c"))
            }
        }
        desk.advance(to: noon + 5 * hour)
        #expect(statement(desk).dueMicros == 3_000_000)
        desk.advance(to: noon + 12 * hour)
        #expect(statement(desk).dueMicros == 5_000_000)
        desk.advance(to: noon + 2 * day)
        #expect(
            statement(desk).dueMicros == 6_000_000
                && statement(desk).contracts[0].sums.gpus.promised == 24_000 * 6 * hour)
        #expect(desk.book.contractCover(of: "ada", "c").pieces.map(\.from) == [noon, noon + 10 * hour])
        replay(desk)
    }

    @Test("Leases that are kept no longer keep their sums and what they made due")
    func retired() throws {
        var desk = try desk { ($0.pricePerMonthMicros, $0.pricePerGPUHourMicros) = (744_000_000, 1_000_000) }
        let lease = try desk.request(order(.node, 1, until: noon + hour, contract: "c"))
        desk.advance(to: noon + 2 * hour)
        let before = statement(desk)
        // As when the oldest lease that is over makes room.
        var book = desk.book
        book.closeAccount(of: desk.lease(lease.number))
        book.leaseBoxes[lease.number] = nil
        let after = book.statement(of: "ada", month: Self.january, now: desk.now)
        #expect(after.contracts == before.contracts && after.sums == before.sums)
        #expect(after.dueMicros == 1_000_000 + 8_000_000)
        #expect(after.lines.map(\.lease) == [nil] && after.lines[0].leaseCount == 1)
        #expect(book.statement(of: "bob", month: Self.january, now: desk.now).lines == [])
        var replay = LedgerReplay()
        for entry in desk.entries { replay.take(entry) }
        #expect(replay.differences(from: book, until: desk.now) == [])
        // It is stored, and the slow way tells when a second of it is missing.
        var writer = FieldWriter()
        var record = book.ledgerRecord
        try record.code(with: &writer)
        var (read, reader) = (LedgerRecord(), FieldReader(writer.bytes))
        try read.code(with: &reader)
        #expect(reader.isAtEnd && read.closed[0].accounts == book.ledger.closed["ada"])
        book.ledger.closed["ada"]![0].rows[0].sums.gpus.delivered -= 8_000
        let found = replay.differences(from: book, until: desk.now)
        #expect(found.count == 1 && found[0].hasPrefix("leases of ada no longer kept, 2027-01: "), "\(found)")
    }

    @Test("The slow way tells when a contract would be paid for a time of which it knows nothing")
    func cover() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.pricePerMonthMicros = 1_000_000
        try desk.execute(.putContract(name: "c", terms: terms))
        let lease = try desk.request(order(until: noon + 10 * day, contract: "c"))
        var replay = LedgerReplay()
        for entry in desk.entries { replay.take(entry) }
        #expect(replay.differences(from: desk.book, until: desk.now) == [])
        try desk.execute(.amendLease(lease.number, Amendment(extendBySeconds: day)))
        #expect(
            replay.differences(from: desk.book, until: desk.now)
                == ["contract c of ada at \(RFC3339.text(noon + 10 * day)): version 1, not 0"])
    }
}
