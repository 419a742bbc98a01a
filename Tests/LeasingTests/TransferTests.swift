// Leases that are split, and leases that go from one tenant to another.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes of eight GPUs, with turn-round of half an hour.
@Suite struct TransferTests {
    private let node: Int64 = 10_200

    private func desk(
        _ fleet: Fleet = Fleets.plain, _ change: (inout ContractTerms) -> Void = { _ in }
    ) throws -> JournalledBook {
        var desk = JournalledBook(fleet)
        var terms = ContractTerms()
        terms.transfers = TransferClause(needsApproval: false, expirySeconds: 3 * day)
        change(&terms)
        try desk.execute(.putContract(name: "c", terms: terms))
        return desk
    }

    private func split(_ lease: Lease, _ nodes: Range<Int>...) -> Command {
        .splitLease(lease.number, LeaseSelection(nodes: nodes), by: .tenant(lease.tenant))
    }

    private func offer(_ lease: Lease, _ nodes: Range<Int>? = nil, by audience: Audience = .tenant("ada")) -> Command {
        .proposeTransfer(
            lease.number, TransferOrder(to: "bob", selection: nodes.map { LeaseSelection(nodes: [$0]) }), by: audience)
    }

    private func accept(
        _ number: UInt64, by audience: Audience = .tenant("bob"), contract: String? = nil, label: String? = nil
    ) -> Command {
        .answerTransfer(number, TransferReply(accepts: true, contract: contract, label: label), by: audience)
    }

    /// Compares with what the facts alone give.
    private func replay(_ desk: JournalledBook) {
        var replay = LedgerReplay()
        for entry in desk.entries { replay.take(entry) }
        #expect(replay.differences(from: desk.book, until: desk.now) == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    private func committed(_ desk: JournalledBook) -> [LimitStep] {
        desk.book.packing.committedSteps(of: BudgetIndex(0), from: desk.now, until: .max)
    }

    // MARK: Splitting

    @Test("A split makes two leases of one, with the same window, terms and watts, and moves nothing")
    func split() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 6, until: noon + 30 * day, contract: "c", label: "train"))
        desk.advance(to: noon + day)
        let (watts, index, others) = (committed(desk), desk.index(of: "ada"), desk.index(of: "bob"))
        let quota = desk.book.tenant("ada")!.gpuTimeline.peak(from: desk.now, until: .max)
        let outcome = try desk.execute(split(lease, 1..<3))
        #expect(outcome.leases == [lease.number, 2] && desk.lastFacts.count == 1)
        let (kept, gone) = (desk.lease(lease.number), desk.lease(2))
        #expect(kept.nodesInUse == [0, 3, 4, 5] && gone.nodesInUse == [1, 2])
        #expect(
            kept.promised == Capacity(gpus: 32, watts: 4 * node) && gone.promised == Capacity(gpus: 16, watts: 2 * node)
        )
        #expect(gone.start == lease.start && gone.end == lease.end && gone.cap == lease.cap && gone.label == "train")
        #expect(gone.contract == "c" && gone.contractVersion == 1 && gone.state == .active && gone.lines[0].count == 2)
        #expect(gone.origin?.lease == lease.number && gone.termStart == lease.start && kept.lines[0].count == 4)
        #expect(
            committed(desk) == watts && desk.book.tenant("ada")!.gpuTimeline.peak(from: desk.now, until: .max) == quota)
        #expect(desk.index(of: "ada") == index + 1 && desk.index(of: "bob") == others)
        // Each lives on by itself.
        try desk.execute(.releaseLease(2, by: .tenant("ada")))
        desk.advance(to: noon + day + 1_800)
        #expect(desk.lease(2).state == .expired && desk.lease(lease.number).state == .active)
        desk.advance(to: noon + 31 * day)
        replay(desk)
    }

    @Test("Accounts of both halves add up to that of the lease that there was, to the second and the micro-dollar")
    func splitAccounts() throws {
        func run(splits: Bool) throws -> (LedgerStatement, LedgerSums) {
            var desk = try desk {
                ($0.pricePerMonthMicros, $0.pricePerGPUHourMicros) = (1_000_000_001, 2_990_001)
                ($0.pricePerMWhMicros, $0.rampDiscounts) = (55_500_000, [RampDiscount(months: 1, basisPoints: 4_000)])
                ($0.transfers, $0.commitmentSeconds) = (
                    TransferClause(needsApproval: true, expirySeconds: day), 50 * day
                )
                $0.replacementSeconds = 2 * hour
            }
            let lease = try desk.request(order(.node, 8, until: noon + 40 * day, contract: "c"))
            desk.advance(to: noon + 3 * hour + 7)
            try desk.set(.fault, 0, 5)
            desk.advance(to: noon + 4 * hour + 11)
            if splits { try desk.execute(split(lease, 4..<8)) }
            desk.advance(to: noon + 9 * hour)
            try desk.set(.repair, 0, 5)
            desk.advance(to: noon + 60 * day)
            replay(desk)
            var sums = LedgerSums()
            for month in 0..<4 {
                let number = CalendarMonth(at: noon).index + Int64(month)
                sums += desk.book.statement(of: "ada", month: CalendarMonth(index: number), now: desk.now).sums
            }
            return (desk.book.statement(of: "ada", month: CalendarMonth(at: noon), now: desk.now), sums)
        }
        let (one, two) = (try run(splits: false), try run(splits: true))
        #expect(two.0.lines.count == 2 && one.0.lines.count == 1)
        #expect(one.1 == two.1 && one.1.gpus.down > 0 && one.1.gpus.excused > 0)
        #expect(one.0.contracts == two.0.contracts && one.0.chargeMicros > 1_000_000)
    }

    @Test("Clauses count on from the start of the lease that there was")
    func splitClauses() throws {
        var desk = try desk {
            $0.minimumTermSeconds = 30 * day
            $0.convenience = ConvenienceClause(
                maxPercent: 50, maxTimes: 1, periodSeconds: 100 * day, noticeSeconds: day)
        }
        let lease = try desk.request(order(.node, 8, until: noon + 365 * day, contract: "c"))
        desk.advance(to: noon + 29 * day)
        try desk.execute(split(lease, 0..<2))
        #expect(desk.refusal(of: .releaseLease(2, by: .tenant("ada")))?.obstacles.map(\.name) == ["minimumTerm"])
        desk.advance(to: noon + 31 * day)
        let reclaim = Command.serveReclaim(lease.number, ReclaimOrder(clause: .convenience, gpus: 8))
        try desk.execute(reclaim)
        desk.advance(to: noon + 33 * day)
        // What was used up before is used up for both.
        try desk.execute(
            split(lease, desk.lease(lease.number).nodesInUse[0]..<desk.lease(lease.number).nodesInUse[0] + 1))
        let new = desk.book.nextLeaseNumber - 1
        for number in [lease.number, new] {
            let refusal = desk.refusal(of: .serveReclaim(number, ReclaimOrder(clause: .convenience, gpus: 8)))
            #expect(refusal?.obstacles.map(\.name) == ["reclaimForConvenience"], "\(number): \(refusal?.detail ?? "")")
        }
        try desk.execute(.serveReclaim(2, ReclaimOrder(clause: .convenience, gpus: 8)))
        replay(desk)
    }

    @Test("Spares go with the nodes that they are for, units stay whole, and nothing can be split that is not held")
    func splitUnits() throws {
        var desk = try desk()
        let racks = try desk.request(order(.rack, 2, until: noon + day, spares: 1))
        #expect(racks.spares.count == 2)
        let half = try desk.refused(split(racks, 0..<2))
        #expect(half.code == .invalid && half.detail.contains("is not split") && half.pointer == "/nodes", "\(half)")
        #expect(desk.refusal(of: split(racks, 0..<8))?.detail == "that is all of the lease")
        try desk.execute(split(racks, 4..<8))
        #expect(desk.lease(racks.number).spares == [3] && desk.lease(2).spares == [7])
        #expect(desk.lease(2).nodesInUse == [4, 5, 6] && desk.lease(2).promised.gpus == 24)
        let foreign = try desk.refused(split(desk.lease(2), 0..<4))
        #expect(foreign.detail.contains("does not hold all of these nodes"), "\(foreign)")
        #expect(desk.refusal(of: split(desk.lease(2), 4..<8))?.detail == "that is all of the lease")
        // A spare by itself, and by count.
        try desk.execute(.releaseLease(2))
        desk.advance(to: noon + hour)
        let parts = try desk.request(order(.gpus(2), 6, until: noon + day))
        try desk.execute(
            .splitLease(parts.number, LeaseSelection(units: [.init(line: "line", count: 2)]), by: .provider))
        let gone = desk.lease(desk.book.nextLeaseNumber - 1)
        #expect(gone.promised.gpus == 4 && desk.lease(parts.number).promised.gpus == 8)
        #expect(
            desk.refusal(
                of: .splitLease(parts.number, LeaseSelection(units: [.init(line: "line", count: 9)]), by: .provider))?
                .pointer == "/lines/0/count")
        replay(desk)
    }

    @Test("Spares alone are not split off")
    func splitSpares() throws {
        var desk = try desk()
        let nodes = try desk.request(order(.node, 2, until: noon + day, within: .rack, spares: 1))
        let spare = try #require(nodes.spares.first)
        let alone = try desk.refused(split(nodes, spare..<spare + 1))
        #expect(alone.detail.contains("only spares of line"), "\(alone)")
        try desk.execute(split(nodes, nodes.nodesInUse[0]..<nodes.nodesInUse[0] + 1))
        replay(desk)
    }

    @Test("A ramp is split at every step of it, and a load target lowers both halves as before")
    func splitRamp() throws {
        var desk = try desk()
        var wanted = order(.node, 4, until: noon + 20 * day, contract: "c")
        wanted.lines[0].ramp = [RampStep(at: noon + 5 * day, count: 6), RampStep(at: noon + 10 * day, count: 3)]
        let lease = try desk.request(wanted)
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon + 2 * hour)
        let target = LoadTarget(
            key: LoadTargetKey(budget: "feed", id: "grid"), kind: .physical, watts: drawn * 4 / 5,
            start: noon + 2 * hour,
            end: noon + 8 * day)
        try desk.execute(.setLoadTarget(target))
        desk.advance(to: noon + 3 * hour)
        let (watts, before) = (committed(desk), desk.book.wholeLease(lease.number)!)
        #expect(before.curtailedCap != nil)
        let energy = desk.book.parts(of: lease.number).map {
            $0.curtailedEnergy(until: noon + 9 * day, desk.book.fleet).joules
        }
        let held = desk.book.wholeLease(lease.number)!.lines[0].holdings.wholeNodes.joined().map { $0 }
        try desk.execute(split(lease, held[0]..<held[0] + 1))
        let new = try #require(desk.book.wholeLease(desk.book.nextLeaseNumber - 1))
        let all = desk.book.parts(of: lease.number) + desk.book.parts(of: new.lease.leaseNumber)
        #expect(committed(desk) == watts && new.conditions.map(\.kind) == [.curtailed])
        let after = all.map { $0.curtailedEnergy(until: noon + 9 * day, desk.book.fleet).joules }
        #expect(after.reduce(0, +) == energy.reduce(0, +))
        for time in [noon + 4 * day, noon + 6 * day, noon + 11 * day, noon + 21 * day] {
            desk.advance(to: time)
            replay(desk)
        }
    }

    @Test("What is down stays with the part that holds it when units of another step are split off")
    func splitDown() throws {
        var desk = try desk()
        var wanted = order(.node, 2, until: noon + 20 * day, contract: "c")
        wanted.lines[0].ramp = [RampStep(at: noon + day, count: 8)]
        let lease = try desk.request(wanted)
        desk.advance(to: noon + 2 * day)
        let down = desk.lease(lease.number).nodesInUse[0]
        try desk.set(.fault, down)
        #expect(desk.lease(lease.number).downNodes == [down])
        let later = try #require(desk.book.parts(of: lease.number).last).nodesInUse[0]
        let outcome = try desk.execute(split(lease, later..<later + 1))
        let new = try #require(outcome.leases.last)
        #expect(desk.book.parts(of: new).flatMap(\.nodesInUse) == [later])
        #expect(desk.book.parts(of: new).flatMap(\.downNodes) == [] && desk.book.wholeLease(new)?.downNodes == [])
        #expect(desk.book.wholeLease(lease.number)?.downNodes == [down])
        desk.advance(to: noon + 3 * day)
        replay(desk)
    }

    @Test("Where a lease was split from is in a snapshot, though the book has nothing else of transfers")
    func splitSnapshot() throws {
        // At the first level a snapshot has what the book needs and no more.
        var desk = JournalledBook(Fleets.plain, level: 1)
        let lease = try desk.request(order(.node, 2, until: noon + day))
        try desk.execute(split(lease, lease.nodesInUse[0]..<lease.nodesInUse[0] + 1))
        #expect(desk.book.snapshot()[0] == 10)
        let restored = try Book(snapshot: desk.book.snapshot())
        #expect(restored.lease(2)?.origin?.lease == lease.number)
        #expect(restored.lease(2)?.origin == desk.lease(2).origin)
    }

    @Test("A lease under notice is not split, nor one whose change is due")
    func splitRefused() throws {
        var desk = try desk { ($0.reclaimCauses, $0.causeNoticeSeconds) = (["misuse"], day) }
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        try desk.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .cause("misuse"))))
        for command in [split(lease, 0..<1), offer(lease)] {
            #expect(desk.refusal(of: command)?.detail.contains("a notice is in force") == true)
        }
        try desk.execute(.withdrawReclaim(lease.number, byTenant: false))
        desk.now = noon + 40 * day
        #expect(desk.refusal(of: split(lease, 0..<1))?.code == .wrongState)
        desk.advance(to: desk.now)
        #expect(desk.refusal(of: split(lease, 0..<1))?.code == .wrongState)
        #expect(desk.refusal(of: .splitLease(99, LeaseSelection(), by: .provider))?.code == .notFound)
    }

    // MARK: Handing over

    @Test("A lease goes over when both tenants have agreed, in one instant and without turn-round")
    func handOver() throws {
        var desk = try desk { $0.pricePerGPUHourMicros = 3_600_000 }
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c", label: "secret"))
        desk.advance(to: noon + 10 * hour)
        let (ada, bob) = (desk.index(of: "ada"), desk.index(of: "bob"))
        let number = try #require(try desk.execute(offer(lease)).transfer)
        #expect(desk.index(of: "ada") == ada + 1 && desk.index(of: "bob") == bob + 1)
        let open = try #require(desk.book.transfer(number))
        #expect(open.holderAgreed && !open.needsProvider && open.expiresAt == desk.now + 3 * day)
        #expect(open.capacity.gpus == 32 && open.lines(in: desk.book)?[0].holdings.wholeNodes == [0..<4])
        desk.advance(to: noon + 12 * hour)
        let watts = committed(desk)
        try desk.execute(accept(number, label: "mine"))
        #expect(desk.index(of: "ada") == ada + 2 && desk.index(of: "bob") == bob + 2)
        let (old, new) = (desk.lease(lease.number), desk.lease(2))
        #expect(old.state == .transferred && old.end == noon + 12 * hour)
        #expect(new.tenant == "bob" && new.state == .active && new.start == noon + 12 * hour && new.end == lease.end)
        #expect(
            new.nodesInUse == [0, 1, 2, 3] && new.label == "mine" && new.contract == "c" && new.contractVersion == 1)
        #expect(new.termStart == noon && committed(desk) == watts && desk.book.openTransfers.isEmpty)
        #expect(desk.book.tenant("ada")!.gpuTimeline.peak(from: desk.now, until: .max) == 0)
        #expect(desk.book.tenant("bob")!.gpuTimeline.peak(from: desk.now, until: .max) == 32)
        // Each tenant pays for its own time, and all of it is paid.
        desk.advance(to: noon + 20 * hour)
        let charges = ["ada", "bob"].map {
            desk.book.statement(of: $0, month: CalendarMonth(at: noon), now: desk.now).chargeMicros
        }
        let expected: [MicroDollars] = [32 * 12 * 3_600_000, 32 * 8 * 3_600_000]
        #expect(charges == expected)
        desk.advance(to: noon + 32 * day)
        #expect(desk.lease(2).state == .expired)
        replay(desk)
    }

    @Test("A share is split off first, and what is down stays down since when it was")
    func handOverShare() throws {
        var desk = try desk { $0.replacementSeconds = 3 * hour }
        let lease = try desk.request(order(.node, 8, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.set(.fault, 5)
        desk.advance(to: noon + 2 * hour)
        let number = try #require(try desk.execute(offer(lease, 4..<8)).transfer)
        desk.advance(to: noon + 3 * hour)
        try desk.execute(accept(number))
        let new = desk.lease(3)
        #expect(new.tenant == "bob" && new.nodesInUse == [4, 5, 6, 7] && new.downNodes == [5] && new.has(.degraded))
        #expect(desk.lease(2).state == .transferred && desk.lease(2).tenant == "ada")
        #expect(desk.lease(lease.number).nodesInUse == [0, 1, 2, 3] && desk.lease(lease.number).conditions == [])
        desk.advance(to: noon + 5 * hour)
        // Down from the first hour on, excused until the fourth: one of it while bob had it.
        let sums = desk.book.ledgerRows(of: 3, until: desk.now).sums(of: CalendarMonth(at: noon).index)
        let (down, excused): (Int64, Int64) = (8_000 * 2 * hour, 8_000 * hour)
        #expect(sums.gpus.down == down && sums.gpus.excused == excused)
        replay(desk)
    }

    @Test("Nobody hands over what no clause allows, and nobody agrees for somebody else")
    func handOverRefused() throws {
        var desk = try desk { $0.transfers = nil }
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        let refusal = try desk.refused(offer(lease))
        #expect(refusal.code == .clauseForbids && refusal.obstacles.map(\.name) == ["transfers"], "\(refusal)")
        var terms = ContractTerms()
        terms.transfers = TransferClause(needsApproval: true, expirySeconds: day)
        try desk.execute(.putContract(name: "c", terms: terms))
        #expect(desk.refusal(of: offer(lease))?.code == .clauseForbids, "the lease keeps its version")
        try desk.adoptTerms(lease)
        #expect(
            desk.refusal(of: .proposeTransfer(lease.number, TransferOrder(to: "eve"), by: .provider))?.pointer == "/to")
        // To a tenant nobody says who else there is; such an offer finds nobody.
        let silent = try #require(
            try desk.execute(.proposeTransfer(lease.number, TransferOrder(to: "eve"), by: .tenant("ada"))).transfer)
        #expect(desk.refusal(of: offer(lease))?.code == .wrongState, "it is offered already")
        #expect(desk.refusal(of: accept(silent, by: .tenant("eve")))?.code == .notFound)
        try desk.execute(.withdrawTransfer(silent, by: .tenant("ada")))
        desk.advance(to: noon + 1)
        let number = try #require(try desk.execute(offer(lease, by: .provider)).transfer)
        #expect(desk.refusal(of: accept(number, by: .tenant("eve")))?.code == .notFound)
        #expect(desk.refusal(of: accept(number, by: .provider))?.detail == "you have agreed already")
        #expect(desk.refusal(of: .withdrawTransfer(number, by: .tenant("bob")))?.code == .wrongState)
        try desk.execute(accept(number))
        #expect(desk.refusal(of: accept(number))?.detail == "you have agreed already")
        #expect(desk.lease(lease.number).state == .active, "its holder has not agreed to what an operator offered")
        try desk.execute(accept(number, by: .tenant("ada")))
        #expect(desk.lease(lease.number).state == .transferred && desk.lease(2).tenant == "bob")
        replay(desk)
    }

    @Test("An offer expires, is declined, and is overtaken by a change of the lease; nothing happens to the lease")
    func offersThatEnd() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        let first = try #require(try desk.execute(offer(lease)).transfer)
        #expect(desk.refusal(of: .removeTenant(name: "bob"))?.code == .inUse)
        let bob = desk.index(of: "bob")
        desk.advance(to: noon + hour + 3 * day)
        #expect(desk.book.transfer(first) == nil && desk.index(of: "bob") == bob + 1)
        #expect(desk.refusal(of: accept(first))?.code == .notFound)
        let second = try #require(try desk.execute(offer(lease)).transfer)
        try desk.execute(.answerTransfer(second, TransferReply(accepts: false), by: .tenant("bob")))
        let third = try #require(try desk.execute(offer(lease)).transfer)
        try desk.execute(.amendLease(lease.number, Amendment(extendBySeconds: day, audience: .tenant("ada"))))
        #expect(desk.refusal(of: accept(third))?.code == .planOvertaken)
        try desk.execute(.withdrawTransfer(third, by: .tenant("ada")))
        try desk.execute(.putTenant(name: "bob", quota: Quota(gpus: 15), description: ""))
        let fourth = try #require(try desk.execute(offer(lease)).transfer)
        let refusal = try desk.refused(accept(fourth))
        #expect(refusal.code == .quotaExceeded && refusal.detail.contains("tenant bob may hold 15 GPUs"), "\(refusal)")
        #expect(desk.lease(lease.number).state == .active && desk.lease(lease.number).nodesInUse == [0, 1])
        replay(desk)
    }

    @Test("The receiver takes a lease under terms that are open to it, and the provider agrees where they differ")
    func terms() throws {
        var desk = try desk { ($0.tenant, $0.pricePerGPUHourMicros, $0.minimumTermSeconds) = ("ada", 100, 9 * day) }
        var cheap = ContractTerms()
        (cheap.tenant, cheap.pricePerGPUHourMicros) = ("bob", 1)
        try desk.execute(.putContract(name: "cheap", terms: cheap))
        var alike = desk.book.contract("c")!
        alike.tenant = "bob"
        try desk.execute(.putContract(name: "alike", terms: alike))
        alike.sites = ["east"]
        alike.models = ["GB200"]
        #expect(desk.refusal(of: .putContract(name: "odd", terms: alike))?.code == .invalid, "east has no GB200")
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        let first = try #require(try desk.execute(offer(lease)).transfer)
        #expect(desk.refusal(of: accept(first))?.detail.contains("a contract that bob cannot take over") == true)
        #expect(desk.refusal(of: accept(first, contract: "c"))?.pointer == "/contract")
        try desk.execute(accept(first, contract: "cheap"))
        #expect(desk.lease(lease.number).state == .active && desk.book.transfer(first)?.needsProvider == true)
        desk.advance(to: noon + 2 * hour)
        try desk.execute(accept(first, by: .provider))
        #expect(desk.lease(2).contract == "cheap" && desk.lease(2).termStart == noon + 2 * hour)
        let again = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + 3 * hour)
        let second = try #require(try desk.execute(offer(again)).transfer)
        try desk.execute(accept(second, contract: "alike"))
        #expect(desk.lease(desk.book.nextLeaseNumber - 1).contract == "alike")
        replay(desk)
    }

    @Test(
        "A price for months is for all leases together, goes along with none, and is paid for every second by one or the other"
    )
    func basePrice() throws {
        var desk = try desk {
            ($0.pricePerMonthMicros, $0.transfers) = (
                1_000_000_007, TransferClause(needsApproval: true, expirySeconds: day)
            )
        }
        let lease = try desk.request(order(.node, 4, until: noon + 10 * day, contract: "c"))
        desk.advance(to: noon + hour)
        let share = try #require(try desk.execute(offer(lease, 0..<1)).transfer)
        let refusal = try desk.refused(accept(share))
        #expect(refusal.obstacles.map(\.name) == ["price"], "\(refusal)")
        try desk.execute(.withdrawTransfer(share, by: .tenant("ada")))
        var terms = desk.book.contract("c")!
        terms.tenant = "bob"
        try desk.execute(.putContract(name: "b", terms: terms))
        let whole = try #require(try desk.execute(offer(lease)).transfer)
        #expect(desk.refusal(of: accept(whole))?.obstacles.map(\.name) == ["price"], "nor with all of it")
        try desk.execute(accept(whole, contract: "b"))
        desk.advance(to: noon + 5 * day + 1)
        #expect(desk.refusal(of: accept(whole, by: .provider))?.code == .notFound, "a day has gone by")
        let again = try #require(try desk.execute(offer(lease)).transfer)
        try desk.execute(accept(again, contract: "b"))
        try desk.execute(accept(again, by: .provider))
        desk.advance(to: noon + 20 * day)
        let charges = ["ada", "bob"].map { name in
            (0..<2).reduce(Int64(0)) { sum, month in
                let month = CalendarMonth(index: CalendarMonth(at: noon).index + Int64(month))
                return sum + desk.book.statement(of: name, month: month, now: desk.now).chargeMicros
            }
        }
        // Ten days of January, of 31: rounded down for each of the two.
        let all: MicroDollars = 1_000_000_007 * 10 / 31
        let sum = charges[0] + charges[1]
        #expect(charges[0] > 0 && charges[1] > 0)
        #expect(sum == all || sum == all - 1, "\(charges), \(all)")
        replay(desk)
    }

    @Test("Who speaks last is told nothing of the other side's affairs when the lease cannot be handed over")
    func lastWords() throws {
        var desk = try desk { ($0.reclaimCauses, $0.causeNoticeSeconds) = (["misuse"], day) }
        let lease = try desk.request(order(.node, 2, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.execute(.putTenant(name: "bob", quota: Quota(gpus: 15), description: ""))
        let first = try #require(try desk.execute(offer(lease, by: .provider)).transfer)
        try desk.execute(accept(first))
        let holders = try desk.refused(accept(first, by: .tenant("ada")))
        #expect(holders.code == .quotaExceeded && !holders.detail.contains("15") && holders.obstacles.isEmpty)
        try desk.execute(.withdrawTransfer(first, by: .provider))
        try desk.execute(.putTenant(name: "bob", quota: Quota(), description: ""))
        let second = try #require(try desk.execute(offer(lease)).transfer)
        try desk.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .cause("misuse"))))
        let receivers = try desk.refused(accept(second))
        #expect(receivers.code == .planOvertaken && !receivers.detail.contains("misuse"), "\(receivers)")
    }

    @Test("A lease that has not begun is handed over as it will begin")
    func scheduled() throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 2, from: noon + 5 * day, until: noon + 9 * day, contract: "c"))
        let number = try #require(try desk.execute(offer(lease)).transfer)
        try desk.execute(accept(number))
        #expect(desk.lease(lease.number).state == .cancelled && desk.lease(2).state == .scheduled)
        #expect(desk.lease(2).start == noon + 5 * day)
        desk.advance(to: noon + 10 * day)
        let sums = desk.book.ledgerRows(of: 2, until: desk.now).sums(of: CalendarMonth(at: noon).index)
        let delivered: Int64 = 16_000 * 4 * day
        #expect(desk.lease(2).state == .expired && sums.gpus.delivered == delivered)
        replay(desk)
    }

    @Test("What a contract says of transfers is explained, and may not contradict its price")
    func clause() throws {
        var terms = ContractTerms()
        #expect(
            terms.explained().first { $0.clause == .transfers }?.text
                == "Its leases are not handed over to another tenant; the tenant may split them.")
        terms.transfers = TransferClause(needsApproval: true, expirySeconds: 7 * day)
        #expect(
            terms.explained().first { $0.clause == .transfers }?.text
                == "The tenant may hand a lease, or a share of one, over to another tenant that agrees, if the provider approves "
                + "it; an offer lasts 7 days.")
        terms.pricePerMonthMicros = 1
        #expect(terms.contradiction(in: Fleets.plain) == nil)
        terms.transfers?.needsApproval = false
        let found = try #require(terms.contradiction(in: Fleets.plain))
        #expect(found.first == .transfers && found.second == .price)
    }
}
