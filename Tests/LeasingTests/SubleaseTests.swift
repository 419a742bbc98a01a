// Leases that are let: what the holder keeps, what the tenant of a sub-lease sees, and what either owes the other.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes of eight GPUs, with turn-round of half an hour.
@Suite struct SubleaseTests {
    private func desk(
        _ fleet: Fleet = Fleets.plain, _ change: (inout ContractTerms) -> Void = { _ in }
    ) throws -> JournalledBook {
        var desk = JournalledBook(fleet)
        var terms = ContractTerms()
        terms.subleases = SubleaseClause(needsApproval: false, expirySeconds: 3 * day)
        terms.pricePerGPUHourMicros = 2_990_001
        change(&terms)
        try desk.execute(.putContract(name: "c", terms: terms))
        return desk
    }

    private func offer(
        _ lease: Lease, _ nodes: Range<Int>? = nil, until end: Int64? = nil, price: Int64? = nil, notice: Int64? = nil,
        by audience: Audience = .tenant("ada")
    ) -> Command {
        .proposeSublease(
            lease.number,
            SubleaseOrder(
                to: "bob", selection: nodes.map { LeaseSelection(nodes: [$0]) }, end: end,
                pricePerGPUHourMicros: price, noticeSeconds: notice), by: audience)
    }

    private func accept(_ number: UInt64, by audience: Audience = .tenant("bob"), label: String? = nil) -> Command {
        .answerSublease(number, accepts: true, label: label, by: audience)
    }

    /// Compares with what the facts alone give.
    private func replay(_ desk: JournalledBook) {
        var replay = LedgerReplay()
        for entry in desk.entries { replay.take(entry) }
        #expect(replay.differences(from: desk.book, until: desk.now) == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    private func occupancy(_ desk: JournalledBook, _ number: UInt64 = 1) throws -> Occupancy {
        try #require(desk.book.sublease(number).flatMap { desk.book.occupancy(of: $0) })
    }

    // MARK: What is kept

    @Test("Letting a lease leaves the lease, its booking, its quota and what is owed for it as they are")
    func overlay() throws {
        var (desk, other) = (try desk(), try desk())
        let lease = try desk.request(order(.node, 6, until: noon + 40 * day, contract: "c", label: "train"))
        try other.request(order(.node, 6, until: noon + 40 * day, contract: "c", label: "train"))
        let watts = desk.book.packing.committedSteps(of: BudgetIndex(0), from: noon, until: .max)
        let (index, others) = (desk.index(of: "ada"), desk.index(of: "bob"))
        let offered = try desk.execute(offer(lease, price: 1_500_000))
        let number = try #require(offered.sublease)
        #expect(desk.index(of: "ada") == index + 1 && desk.index(of: "bob") == others + 1)
        try desk.execute(accept(number, label: "ours"))
        #expect(desk.index(of: "ada") == index + 2 && desk.index(of: "bob") == others + 2)
        #expect(desk.lastFacts.count == 4 && desk.lease(lease.number) == lease)
        #expect(desk.book.packing.committedSteps(of: BudgetIndex(0), from: noon, until: .max) == watts)
        #expect(
            desk.book.tenant("bob")!.leases.isEmpty
                && desk.book.tenant("bob")!.gpuTimeline.peak(from: 0, until: .max) == 0)
        let used = try occupancy(desk)
        #expect(used.promised == lease.promised && used.state == .active && used.end == lease.end)
        #expect(used.lines == lease.lines && used.sublease.label == "ours")
        for days in 0...41 {
            desk.advance(to: noon + Int64(days) * day)
            other.advance(to: noon + Int64(days) * day)
        }
        let month = CalendarMonth(at: noon)
        for index in month.index...month.index + 2 {
            let (own, same) = (
                desk.book.statement(of: "ada", month: CalendarMonth(index: index), now: desk.now),
                other.book.statement(of: "ada", month: CalendarMonth(index: index), now: other.now)
            )
            #expect(own.lines == same.lines && own.contracts == same.contracts && own.dueMicros == same.dueMicros)
        }
        #expect(desk.book.subleasesInForce.isEmpty && desk.book.sublease(number)?.ending == .expired)
        #expect(desk.lease(lease.number).state == other.lease(lease.number).state)
        replay(desk)
    }

    @Test("A book is stored in a form of its own only when it uses sub-leases")
    func stored() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day))
        #expect(desk.format < 12)
        try desk.execute(offer(lease))
        #expect(desk.format == 12)
        let other = try self.desk()
        #expect(other.format == 12, "for the clause")
    }

    @Test("A share that is let is split off first, and both of its leases are the holder's")
    func share() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 6, until: noon + 30 * day, contract: "c"))
        try desk.execute(offer(lease, 1..<3, until: noon + 10 * day))
        let outcome = try desk.execute(accept(1))
        #expect(outcome.leases == [2] && desk.lease(2).tenant == "ada" && desk.lease(2).nodesInUse == [1, 2])
        #expect(try occupancy(desk).promised.gpus == 16 && desk.book.sublease(on: lease.number) == nil)
        // What is left of the lease is free to be split again.
        try desk.execute(.splitLease(lease.number, LeaseSelection(nodes: [3..<4]), by: .tenant("ada")))
        desk.advance(to: noon + 10 * day)
        #expect(desk.book.sublease(1)?.endedAt == noon + 10 * day && desk.lease(2).state == .active)
        replay(desk)
    }

    // MARK: Consent

    @Test("Nothing is let without a clause, the words of both, and the provider's where the clause asks for it")
    func consent() throws {
        var desk = try desk { $0.subleases = nil }
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        let refusal = desk.refusal(of: offer(lease))
        #expect(refusal?.code == .clauseForbids && refusal?.obstacles.map(\.name) == ["subleases"])
        var terms = ContractTerms()
        terms.subleases = SubleaseClause(needsApproval: true, expirySeconds: day)
        try desk.execute(.putContract(name: "c", terms: terms))
        try desk.adoptTerms(lease)
        try desk.execute(offer(lease, by: .provider))
        try desk.execute(accept(1))
        #expect(desk.book.subleasesInForce.isEmpty)
        for audience: Audience in [.tenant("bob"), .provider] {
            #expect(desk.refusal(of: accept(1, by: audience))?.code == .wrongState)
        }
        #expect(desk.refusal(of: .answerSublease(1, accepts: true, by: .tenant("eve")))?.code == .notFound)
        try desk.execute(accept(1, by: .tenant("ada")))
        #expect(desk.book.subleasesInForce.count == 1)
        // Without a contract the provider is asked, too.
        let free = try desk.request(order(.node, 1, until: noon + 30 * day))
        try desk.execute(offer(free))
        try desk.execute(accept(2))
        #expect(desk.book.openSubleases.count == 1)
        try desk.execute(.answerSublease(2, accepts: false, by: .provider))
        #expect(desk.book.openSubleases.isEmpty && desk.book.sublease(2) == nil)
        try desk.execute(offer(free))
        desk.advance(to: noon + 7 * day)
        #expect(desk.book.openSubleases.isEmpty)
        replay(desk)
    }

    @Test("An offer is of the lease as it is, and ends within it")
    func offers() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        #expect(desk.refusal(of: offer(lease, until: noon + 31 * day))?.pointer == "/end")
        #expect(desk.refusal(of: offer(lease, until: noon))?.pointer == "/end")
        #expect(desk.refusal(of: offer(lease, price: -1))?.pointer == "/pricePerGpuHour")
        try desk.execute(offer(lease))
        #expect(desk.refusal(of: offer(lease))?.code == .wrongState)
        try desk.execute(.amendLease(lease.number, Amendment(extendBySeconds: day, audience: .tenant("ada"))))
        #expect(desk.refusal(of: accept(1))?.code == .planOvertaken)
        try desk.execute(.endSublease(1, by: .tenant("ada")))
        #expect(desk.book.openSubleases.isEmpty)
        #expect(desk.refusal(of: .removeTenant(name: "bob")) == nil)
    }

    @Test("At most the share that the clause names is let at a time, however the lease was split")
    func percent() throws {
        var desk = try desk { $0.subleases?.maxPercent = 50 }
        let lease = try desk.request(order(.node, 8, until: noon + 30 * day, contract: "c"))
        #expect(desk.refusal(of: offer(lease))?.obstacles.map(\.name) == ["subleases"])
        try desk.execute(offer(lease, 0..<3, until: noon + 10 * day))
        try desk.execute(accept(1))
        #expect(desk.refusal(of: offer(desk.lease(lease.number), 4..<6))?.code == .clauseForbids)
        try desk.execute(offer(desk.lease(lease.number), 4..<5))
        try desk.execute(accept(2))
        desk.advance(to: noon + 10 * day)
        try desk.execute(offer(desk.lease(lease.number), 5..<8))
        replay(desk)
    }

    // MARK: While it is let

    @Test("The holder may not take from what is let; the provider's acts cut it, and the tenant sees that")
    func guarding() throws {
        var desk = try desk {
            $0.convenience = ConvenienceClause(maxPercent: 100, maxTimes: 9, periodSeconds: day, noticeSeconds: day)
        }
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        try desk.execute(offer(lease, until: noon + 20 * day))
        try desk.execute(accept(1))
        let (ada, number) = (Audience.tenant("ada"), lease.number)
        let fewer = Amendment(lines: [LineAmendment(name: "line", change: .count(3))], audience: ada)
        for command: Command in [
            .releaseLease(number, by: ada), .amendLease(number, fewer),
            .amendLease(number, Amendment(end: noon + 19 * day, audience: ada)),
            .amendLease(number, Amendment(cap: .percent(60), audience: ada)),
            .splitLease(number, LeaseSelection(nodes: [0..<1]), by: ada),
            .proposeTransfer(number, TransferOrder(to: "bob"), by: ada), offer(lease),
        ] {
            let refusal = desk.refusal(of: command)
            #expect(refusal?.code == .wrongState && refusal!.detail.contains(desk.book.subleaseID(1)), "\(command)")
        }
        // The end may come nearer, though not before that of the sub-lease.
        try desk.execute(.amendLease(number, Amendment(end: noon + 25 * day, audience: ada)))
        let (own, others) = (desk.index(of: "ada"), desk.index(of: "bob"))
        try desk.execute(.serveReclaim(number, ReclaimOrder(clause: .convenience, gpus: 8)))
        #expect(desk.index(of: "ada") == own + 1 && desk.index(of: "bob") == others + 1)
        let used = try occupancy(desk)
        #expect(used.conditions.map(\.kind) == [.noticeServed] && !used.conditions[0].reason.contains("convenience"))
        #expect(used.schedule.map(\.promised.gpus) == [24])
        desk.advance(to: noon + 2 * day)
        #expect(try occupancy(desk).promised.gpus == 24)
        try desk.execute(.serveReclaim(number, ReclaimOrder(clause: .convenience, gpus: 24)))
        #expect(try occupancy(desk).end == noon + 3 * day)
        desk.advance(to: noon + 3 * day)
        #expect(desk.book.sublease(1)?.ending == .cut && desk.book.sublease(1)?.endedAt == noon + 3 * day)
        replay(desk)
    }

    @Test("The holder takes nothing that is let by cancelling, whether the lease has begun or not")
    func cancelling() throws {
        for start in [nil, noon + 5 * day] {
            var desk = try desk { $0.noticeSeconds = 0 }
            let lease = try desk.request(order(.node, 4, from: start, until: noon + 30 * day, contract: "c"))
            try desk.execute(offer(lease, until: noon + 20 * day))
            try desk.execute(accept(1))
            let cancel = Command.serveReclaim(
                lease.number, ReclaimOrder(clause: .cancellation(byTenant: true)))
            let refusal = try desk.refused(cancel)
            #expect(refusal.code == .wrongState && refusal.detail.contains(desk.book.subleaseID(1)))
            #expect(desk.book.sublease(1)?.isInForce == true)
            // Given back, it is the holder's to cancel.
            try desk.execute(.endSublease(1, by: .tenant("bob")))
            try desk.execute(cancel)
            replay(desk)
        }
    }

    @Test("Refusals say until when it is let, and to each side what it may do")
    func words() throws {
        var (desk, noticed) = (try self.desk(), try self.desk { $0.noticeSeconds = day })
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        try noticed.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        try desk.execute(offer(lease, until: noon + 20 * day))
        try noticed.execute(offer(lease, until: noon + 20 * day))
        try desk.execute(accept(1))
        try noticed.execute(accept(1))
        let until = noon + 20 * day
        let cancel = Command.serveReclaim(lease.number, ReclaimOrder(clause: .cancellation(byTenant: true)))
        for refusal in [
            try noticed.refused(cancel), try desk.refused(cancel),
            try desk.refused(.amendLease(lease.number, Amendment(end: noon + 19 * day, audience: .tenant("ada")))),
            try desk.refused(.releaseLease(lease.number, by: .tenant("ada"))),
        ] {
            #expect(refusal.detail.contains("let to bob until \(RFC3339.text(until)) by"), "\(refusal)")
            #expect(refusal.obstacles.map(\.until) == [until] && refusal.detail.contains("you have agreed"))
        }
        let split = try desk.refused(.splitLease(lease.number, LeaseSelection(nodes: [0..<1]), by: .provider))
        #expect(!split.detail.contains("you have agreed") && split.detail.contains("bob may give it back"))
    }

    @Test("What is cut before it was used ends at its start")
    func cutBeforeItsStart() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 4, from: noon + 5 * day, until: noon + 30 * day))
        try desk.execute(offer(lease))
        try desk.execute(accept(1))
        try desk.execute(accept(1, by: .provider))
        try desk.execute(.releaseLease(lease.number))
        let sublease = try #require(desk.book.sublease(1))
        #expect(sublease.ending == .cut && desk.book.end(of: sublease) == noon + 5 * day)
        replay(desk)
    }

    @Test("The tenant's index moves when what it uses looks different, and at nothing else of its holder's")
    func indexes() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 3, until: noon + 30 * day, contract: "c"))
        try desk.execute(offer(lease))
        try desk.execute(accept(1))
        var before = desk.index(of: "bob")
        try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        try desk.execute(.amendLease(lease.number, Amendment(extendBySeconds: day, audience: .tenant("ada"))))
        #expect(desk.index(of: "bob") == before)
        try desk.set(.fault, lease.nodesInUse[0])
        #expect(desk.index(of: "bob") == before + 1)
        before += 1
        let used = try occupancy(desk)
        #expect(used.downNodes == [] && !used.lines[0].holdings.uses(lease.nodesInUse[0]), "it was replaced")
        desk.advance(to: noon + day)
        try desk.execute(.endSublease(1, by: .tenant("bob")))
        #expect(desk.index(of: "bob") == before + 1 && desk.book.sublease(1)?.ending == .handedBack)
        try desk.set(.fault, desk.lease(lease.number).nodesInUse[0])
        #expect(desk.index(of: "bob") == before + 1)
        replay(desk)
    }

    @Test("The holder ends it after the notice that was agreed, and not without one")
    func ending() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        try desk.execute(offer(lease))
        try desk.execute(accept(1))
        let refusal = desk.refusal(of: .endSublease(1, by: .tenant("ada")))
        #expect(refusal?.code == .wrongState && refusal!.detail.contains(RFC3339.text(noon + 30 * day)))
        #expect(desk.refusal(of: .endSublease(1, by: .provider))?.code == .wrongState)
        #expect(desk.refusal(of: .endSublease(1, by: .tenant("eve")))?.code == .notFound)
        #expect(desk.refusal(of: .removeTenant(name: "bob"))?.code == .inUse)
        try desk.execute(.endSublease(1, by: .tenant("bob")))
        try desk.execute(offer(lease, notice: 2 * day))
        try desk.execute(accept(2))
        desk.advance(to: noon + day)
        try desk.execute(.endSublease(2, by: .tenant("ada")))
        #expect(desk.refusal(of: .endSublease(2, by: .tenant("ada")))?.code == .wrongState)
        #expect(try occupancy(desk, 2).end == noon + 3 * day)
        desk.advance(to: noon + 5 * day)
        #expect(desk.book.sublease(2)?.ending == .ended && desk.book.sublease(2)?.endedAt == noon + 3 * day)
        try desk.execute(.releaseLease(lease.number, by: .tenant("ada")))
        replay(desk)
    }

    @Test("A lease without a contract that the provider ends takes what is let along")
    func cut() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day))
        try desk.execute(offer(lease, price: 1_000_000))
        try desk.execute(accept(1))
        try desk.execute(accept(1, by: .provider))
        desk.advance(to: noon + day)
        try desk.execute(.releaseLease(lease.number))
        #expect(desk.book.sublease(1)?.ending == .cut && desk.lastFacts.count == 3)
        #expect(
            desk.book.statement(of: "bob", month: CalendarMonth(at: noon), now: desk.now).owedMicros == 32 * 24_000_000)
        replay(desk)
    }

    // MARK: Money

    @Test("What the tenant owes is what its holder is owed, of the GPU time that was delivered, to the micro-dollar")
    func money() throws {
        var desk = try desk { $0.replacementSeconds = hour }
        let lease = try desk.request(order(.node, 8, until: noon + 60 * day, contract: "c"))
        desk.advance(to: noon + 5 * hour)
        try desk.execute(offer(lease, until: noon + 50 * day + 17, price: 1_333_337))
        try desk.execute(accept(1))
        desk.advance(to: noon + 9 * hour + 13)
        try desk.set(.fault, 3)
        desk.advance(to: noon + 20 * hour)
        try desk.set(.repair, 3)
        desk.advance(to: noon + 45 * day)
        replay(desk)
        desk.advance(to: noon + 61 * day)
        var (sum, delivered): (Int64, Int64) = (0, 0)
        let first = CalendarMonth(at: noon).index
        for index in first...first + 3 {
            let month = CalendarMonth(index: index)
            let owed = desk.book.statement(of: "bob", month: month, now: desk.now)
            let owing = desk.book.statement(of: "ada", month: month, now: desk.now)
            #expect(owed.owed == owing.receivable && owed.receivable.isEmpty && owing.owed.isEmpty)
            #expect(owed.lines.isEmpty && owed.dueMicros == 0)
            (sum, delivered) = (sum + owed.owedMicros, delivered + owed.owed.reduce(0) { $0 + $1.delivered })
        }
        let down = desk.book.ledgerRows(of: lease.number, until: desk.now).reduce(0) { $0 + $1.sums.gpus.down }
        #expect(down > 0 && delivered == 64_000 * (50 * day + 17 - 5 * hour) - down)
        #expect(sum == Int64(Int128(delivered) * 1_333_337 / 3_600_000))
        replay(desk)
    }

    @Test("Sub-leases that are no longer kept stay in the statements")
    func folding() throws {
        var desk = try desk()
        desk.replaysAll = false
        let lease = try desk.request(order(.node, 1, until: noon + 300 * day, contract: "c"))
        var sum: Int64 = 0
        for number in 1...UInt64(SubleaseTable.overMax + 3) {
            _ = try desk.quietly(offer(lease, price: 7_777))
            _ = try desk.quietly(accept(number))
            desk.now += 601
            _ = try desk.quietly(.endSublease(number, by: .tenant("bob")))
            sum += 7_777 * 8 * 601 / 3_600
        }
        #expect(desk.book.sublease(3) == nil && desk.book.sublease(4) != nil)
        let statement = desk.book.statement(of: "bob", month: CalendarMonth(at: noon), now: desk.now)
        #expect(statement.owed.count == SubleaseTable.overMax + 1 && statement.owed.last?.count == 3)
        #expect(statement.owedMicros == sum)
        desk.checkRestart()
        replay(desk)
    }

    @Test("Whoever uses a node under a sub-lease reports its faults, and is not told what the lease is called")
    func faults() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 3, until: noon + 30 * day, contract: "c"))
        let name = desk.book.fleet.nodeName(NodeIndex(lease.nodesInUse[0]))
        let report = Command.reportFault(
            FaultOrder(tenant: "bob", targets: [(.node(name, modules: []), "/nodes/0")], xid: 79))
        #expect(desk.refusal(of: report)?.code == .notFound)
        try desk.execute(offer(lease))
        try desk.execute(accept(1))
        try desk.execute(report)
        let noted = desk.book.faultReports(of: "bob")
        #expect(noted.count == 1 && noted[0].leases.isEmpty && noted[0].state == .accepted)
        #expect(!desk.lease(lease.number).nodesInUse.contains(lease.nodesInUse[0]))
        replay(desk)
    }
}
