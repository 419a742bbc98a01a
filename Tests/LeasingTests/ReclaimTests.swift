// The provider's verbs under the contract, and notices that take capacity back step by step.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("A notice") struct ReclaimTests {
    /// Two racks of four nodes, 64 GPUs in all, under `terms`, and a lease of eight nodes for `ada` for a year.
    private func desk(
        _ nodes: Int = 8, _ change: (inout ContractTerms) -> Void
    ) throws -> (desk: JournalledBook, lease: Lease) {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        change(&terms)
        try desk.execute(.putContract(name: "c", terms: terms))
        let lease = try desk.request(order(.node, nodes, until: noon + 365 * day, contract: "c"))
        return (desk, lease)
    }

    private static func convenience(_ terms: inout ContractTerms) {
        terms.minimumTermSeconds = 30 * day
        terms.convenience = ConvenienceClause(
            maxPercent: 50, maxTimes: 1, periodSeconds: 100 * day, noticeSeconds: 10 * day)
        terms.offRamp = OffRampClause(steps: 2, intervalSeconds: 5 * day)
    }

    private func serve(_ lease: Lease, _ clause: ReclaimClause, gpus: Int? = nil, _ steps: ReclaimStep...) -> Command {
        .serveReclaim(lease.number, ReclaimOrder(clause: clause, steps: steps, gpus: gpus))
    }

    @Test("that no clause allows is refused with the clause, and so are the landlord's other ways")
    func withoutClauses() throws {
        var (desk, lease) = try desk { _ in }
        for (clause, name) in [
            (ReclaimClause.cause("harmful-use"), "reclaimCauses"), (.convenience, "reclaimForConvenience"),
            (.cancellation(byTenant: false), "cancellationAfter"),
        ] {
            let refusal = try desk.refused(serve(lease, clause))
            #expect(refusal.code == .clauseForbids && refusal.obstacles.map(\.name) == [name], "\(refusal)")
        }
        for command in [
            Command.releaseLease(lease.number), .amendLease(lease.number, Amendment(end: noon + day)),
            .amendLease(lease.number, Amendment(lines: [LineAmendment(name: "line", change: .count(7))])),
        ] {
            let refusal = try desk.refused(command)
            #expect(
                refusal.code == .clauseForbids && refusal.obstacles.map(\.name) == ["cancellationAfter"], "\(refusal)")
            #expect(refusal.obstacles[0].until == nil)
        }
        let capped = desk.refusal(of: .amendLease(lease.number, Amendment(cap: .watts(500))))
        #expect(capped?.obstacles.map(\.name) == ["curtailment"])
        // Its tenant may, since nothing binds it; and a lease without a contract binds nobody.
        try desk.execute(.releaseLease(lease.number, by: .tenant("ada")))
        desk.advance(to: noon + hour)
        let free = try desk.request(order(.node, 2, until: noon + day))
        #expect(desk.refusal(of: serve(free, .convenience))?.code == .clauseForbids)
        try desk.execute(.releaseLease(free.number))
    }

    @Test("for cause needs one of the causes, ends the lease when it is over, and leaves it reclaimed")
    func forCause() throws {
        var (desk, lease) = try desk {
            ($0.reclaimCauses, $0.causeNoticeSeconds, $0.minimumTermSeconds) = (["harmful-use"], 7 * day, 100 * day)
        }
        let other = try desk.refused(serve(lease, .cause("late")))
        #expect(other.obstacles.map(\.name) == ["reclaimCauses"] && other.detail.contains("harmful-use, not late"))
        let index = desk.index(of: "ada")
        try desk.execute(serve(lease, .cause("harmful-use")))
        #expect(desk.index(of: "ada") == index + 1)
        let reclaim = try #require(desk.book.reclaim(on: lease.number))
        #expect(reclaim.steps == [ReclaimStep(at: noon + 7 * day, gpus: 0)] && reclaim.gpusBefore == 64)
        #expect(desk.lease(lease.number).end == noon + 7 * day)
        #expect(desk.book.wholeLease(lease.number)?.conditions.map(\.kind) == [.noticeServed])
        #expect(desk.refusal(of: serve(lease, .cause("harmful-use")))?.code == .wrongState)
        // What goes can be booked by others from then on, its turn-round left out.
        let next = try desk.request(order(.node, 8, tenant: "bob", from: noon + 7 * day + 1_800, until: noon + 9 * day))
        desk.advance(to: noon + 7 * day + 1_800)
        #expect(desk.lease(lease.number).state == .reclaimed)
        #expect(desk.lease(next.number).state == .active)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("for convenience waits for the minimum term, takes no more than its share and comes no more often")
    func forConvenience() throws {
        var (desk, lease) = try desk(8, Self.convenience)
        let early = try desk.refused(serve(lease, .convenience))
        #expect(early.obstacles.map(\.name) == ["minimumTerm"])
        #expect(early.obstacles[0].until == noon + 40 * day, "the term's end and ten days of notice")
        desk.advance(to: noon + 30 * day)
        let much = try desk.refused(serve(lease, .convenience, gpus: 40))
        #expect(much.obstacles.map(\.name) == ["reclaimForConvenience"] && much.pointer == "/gpus")
        // Half of 64 in two steps of 16 GPUs, two nodes each.
        try desk.execute(serve(lease, .convenience))
        let first = noon + 40 * day
        #expect(
            desk.book.reclaim(on: lease.number)?.steps
                == [ReclaimStep(at: first, gpus: 48), ReclaimStep(at: first + 5 * day, gpus: 32)])
        let whole = try #require(desk.book.wholeLease(lease.number))
        #expect(whole.promised.gpus == 64)
        #expect(whole.schedule(in: desk.book.fleet).map(\.promised.gpus) == [48, 32])
        // Two nodes are free after the first step, four after the second.
        #expect(desk.refusal(of: order(.node, 3, tenant: "bob", from: first + 1_800, until: first + 2 * day)) != nil)
        try desk.request(order(.node, 2, tenant: "bob", from: first + 1_800, until: first + 2 * day))
        try desk.request(order(.node, 4, tenant: "bob", from: first + 6 * day, until: first + 20 * day))
        desk.advance(to: first + 6 * day)
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 32)
        #expect(desk.book.wholeLease(lease.number)?.state == .active)
        let again = try desk.refused(serve(lease, .convenience))
        #expect(again.obstacles.map(\.name) == ["reclaimForConvenience"])
        #expect(again.obstacles[0].until == noon + 30 * day + 100 * day + 10 * day)
        desk.advance(to: noon + 130 * day)
        try desk.execute(serve(lease, .convenience))
        #expect(desk.book.reclaim(on: lease.number)?.steps.map(\.gpus) == [24, 16])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("with steps of its own goes no faster than the off-ramp and not before the notice is over")
    func pace() throws {
        var (desk, lease) = try desk(8) {
            Self.convenience(&$0)
            $0.minimumTermSeconds = nil
        }
        let first = noon + 10 * day
        let soon = desk.refusal(of: serve(lease, .convenience, ReclaimStep(at: first - 1, gpus: 56)))
        #expect(soon?.obstacles.map(\.name) == ["reclaimForConvenience"] && soon?.obstacles[0].until == first)
        // Of 32 GPUs 16 may be gone at first.
        let fast = desk.refusal(of: serve(lease, .convenience, ReclaimStep(at: first, gpus: 32)))
        #expect(fast?.obstacles.map(\.name) == ["offRamp"] && fast?.pointer == "/offRamp/0")
        let rising = desk.refusal(
            of: serve(lease, .convenience, ReclaimStep(at: first, gpus: 48), ReclaimStep(at: first + 1, gpus: 56)))
        #expect(rising?.code == .invalid)
        try desk.execute(
            serve(
                lease, .convenience, ReclaimStep(at: first + day, gpus: 56), ReclaimStep(at: first + 9 * day, gpus: 40))
        )
        let whole = try #require(desk.book.wholeLease(lease.number))
        #expect(whole.schedule(in: desk.book.fleet).map(\.promised.gpus) == [56, 40])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("lets the tenant say what goes first, and be read")
    func nomination() throws {
        var (desk, lease) = try desk(8) {
            Self.convenience(&$0)
            $0.minimumTermSeconds = nil
        }
        #expect(desk.refusal(of: .nominate(lease.number, nodes: [1..<2]))?.code == .wrongState)
        try desk.execute(serve(lease, .convenience))
        let first = noon + 10 * day
        for nodes in [[1..<2, 6..<7], [0..<1, 3..<4]] {
            try desk.execute(.nominate(lease.number, nodes: nodes))
            // Of the two that go at first none is held afterwards, and all others are.
            var held: Set<Int> = []
            desk.book.forEachLease { part in
                if part.leaseNumber == lease.number, part.start <= first, part.end > first {
                    held.formUnion(part.nodesInUse)
                }
                return true
            }
            #expect(held == Set(0..<8).subtracting(nodes.joined()), "\(nodes)")
            #expect(BookRules.violations(of: desk.book) == [])
        }
        let reclaim = try #require(desk.book.reclaim(on: lease.number))
        #expect(reclaim.acknowledgedAt == nil)
        try desk.execute(.acknowledgeNotice(reclaim.notice, lease: lease.number))
        #expect(desk.book.reclaim(on: lease.number)?.acknowledgedAt == noon)
        desk.advance(to: first)
        #expect(desk.refusal(of: .nominate(lease.number, nodes: [1..<2]))?.code == .wrongState)
    }

    @Test("can be withdrawn as long as nobody else was granted what goes")
    func withdrawal() throws {
        var (desk, lease) = try desk(8) {
            Self.convenience(&$0)
            $0.minimumTermSeconds = nil
        }
        #expect(desk.refusal(of: .withdrawReclaim(lease.number, byTenant: false))?.code == .notFound)
        try desk.execute(serve(lease, .convenience))
        #expect(desk.refusal(of: .withdrawReclaim(lease.number, byTenant: true))?.code == .wrongState)
        let booked = try desk.request(
            order(.node, 2, tenant: "bob", from: noon + 20 * day, until: noon + 30 * day))
        let refusal = try desk.refused(.withdrawReclaim(lease.number, byTenant: false))
        #expect(refusal.code == .noCapacity && refusal.obstacles.first?.kind == .booking, "\(refusal)")
        try desk.execute(.releaseLease(booked.number))
        try desk.execute(.withdrawReclaim(lease.number, byTenant: false))
        let withdrawn = try #require(desk.book.reclaims(of: lease.number).first { $0.withdrawnAt != nil })
        let late = desk.refusal(of: .acknowledgeNotice(withdrawn.notice, lease: lease.number))
        #expect(late?.code == .notFound && late?.detail.contains("withdrawn") == true, "\(late as Any)")
        #expect(desk.book.reclaim(on: lease.number) == nil && desk.book.reclaims(of: lease.number).count == 1)
        let whole = try #require(desk.book.wholeLease(lease.number))
        #expect(whole.schedule(in: desk.book.fleet).isEmpty && whole.promised.gpus == 64 && whole.conditions.isEmpty)
        desk.advance(to: noon + 300 * day)
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 64)
        // One that was withdrawn does not count for how often.
        try desk.execute(serve(desk.lease(lease.number), .convenience))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("ends a lease for either side, each with its own period, once that is agreed")
    func cancellation() throws {
        var (desk, lease) = try desk(8) {
            ($0.noticeSeconds, $0.tenantNoticeSeconds) = (90 * day, 30 * day)
            ($0.cancellationAfter, $0.minimumTermSeconds) = (noon + 60 * day, 40 * day)
        }
        let early = try desk.refused(serve(lease, .cancellation(byTenant: false)))
        #expect(early.obstacles.map(\.name) == ["cancellationAfter"] && early.obstacles[0].until == noon + 150 * day)
        // The way there is named when the lease is just released.
        let released = try desk.refused(.releaseLease(lease.number))
        #expect(
            released.obstacles.map(\.name) == ["cancellationAfter"] && released.obstacles[0].until == noon + 150 * day)
        let own = try desk.refused(.releaseLease(lease.number, by: .tenant("ada")))
        #expect(own.obstacles.map(\.name) == ["cancellationAfter"] && own.obstacles[0].until == noon + 90 * day)
        desk.advance(to: noon + 60 * day - 1)
        #expect(desk.refusal(of: serve(lease, .cancellation(byTenant: true)))?.code == .clauseForbids)
        desk.advance(to: noon + 60 * day)
        try desk.execute(serve(lease, .cancellation(byTenant: true)))
        #expect(desk.lease(lease.number).end == noon + 90 * day)
        #expect(desk.refusal(of: .withdrawReclaim(lease.number, byTenant: false))?.code == .wrongState)
        try desk.execute(.withdrawReclaim(lease.number, byTenant: true))
        #expect(desk.lease(lease.number).end == noon + 365 * day)
        try desk.execute(serve(lease, .cancellation(byTenant: false)))
        #expect(desk.lease(lease.number).end == noon + 150 * day)
        try desk.execute(.withdrawReclaim(lease.number, byTenant: false))
        try desk.execute(serve(lease, .cancellation(byTenant: true)))
        desk.advance(to: noon + 91 * day)
        #expect(desk.lease(lease.number).state == .expired)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("of a tenant waits for the minimum term, where no date is agreed")
    func tenantsMinimumTerm() throws {
        var (desk, lease) = try desk(2) { ($0.noticeSeconds, $0.minimumTermSeconds) = (30 * day, 40 * day) }
        let release = try desk.refused(.releaseLease(lease.number, by: .tenant("ada")))
        #expect(release.obstacles.map(\.name) == ["minimumTerm"] && release.obstacles[0].until == noon + 40 * day)
        desk.advance(to: noon + 20 * day)
        let later = try desk.refused(.releaseLease(lease.number, by: .tenant("ada")))
        #expect(later.obstacles.map(\.name) == ["noticePeriod"] && later.obstacles[0].until == noon + 50 * day)
        try desk.execute(serve(lease, .cancellation(byTenant: true)))
        #expect(desk.lease(lease.number).end == noon + 50 * day)
        // Nothing else changes while it is in force.
        let amended = try desk.refused(
            .amendLease(lease.number, Amendment(extendBySeconds: day, audience: .tenant("ada"))))
        #expect(amended.code == .wrongState && amended.detail.contains("a notice is in force"))
        for audience in [Audience.provider, .tenant("ada")] {
            let adopted = try desk.refused(
                .amendLease(lease.number, Amendment(adoptsTerms: true, audience: audience)))
            #expect(adopted.code == .wrongState)
        }
    }

    @Test("before a lease begins leaves nothing of it")
    func beforeItBegins() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        (terms.noticeSeconds, terms.cancellationAfter) = (day, noon)
        try desk.execute(.putContract(name: "c", terms: terms))
        try desk.execute(.putContract(name: "none", terms: ContractTerms()))
        let later = order(.node, 2, from: noon + 10 * day, until: noon + 20 * day, contract: "c")
        let lease = try desk.request(later)
        try desk.execute(serve(lease, .cancellation(byTenant: false)))
        #expect(desk.lease(lease.number).state == .cancelled)
        let free = try desk.request(order(.node, from: noon + day, until: noon + 2 * day, contract: "none"))
        try desk.execute(.releaseLease(free.number, by: .tenant("ada")))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("says of every verb whether it is allowed, under which clause and from when")
    func verdicts() throws {
        let (desk, lease) = try desk(8) {
            Self.convenience(&$0)
            $0.curtailmentNoticeSeconds = 1_800
            $0.movable = MoveClause(noticeSeconds: 0, weekdays: 0b100_0000, hours: 2..<6)
        }
        let verdicts = desk.book.verdicts(on: lease, now: noon)
        #expect(verdicts.map(\.verb) == LandlordVerb.allCases)
        func verdict(_ verb: LandlordVerb) -> GuardVerdict? { verdicts.first { $0.verb == verb } }
        #expect(verdict(.shorten)?.clause == .minimumTerm && verdict(.shorten)?.from == noon + 40 * day)
        #expect(verdict(.cancel)?.isAllowed == false && verdict(.cancel)?.from == nil)
        #expect(verdict(.curtail)?.isAllowed == true && verdict(.curtail)?.from == noon + 1_800)
        #expect(verdict(.shed)?.isAllowed == false)
        #expect(verdict(.reprice)?.isAllowed == false)
        // Noon is 15 January 2027, 8:00 on a Friday; Sunday the 17th from 2:00 on.
        #expect(verdict(.move)?.from == 1_800_151_200)
        let unbound = desk.book.verdicts(on: try JournalledBook(Fleets.plain).lease(), now: noon)
        #expect(
            unbound.filter { !$0.isAllowed }.map(\.verb) == [
                .reclaimForCause, .reclaimForConvenience, .cancel, .preempt,
            ],
            "without a contract it is released, without a notice; and it is no opportunistic one")
    }

    @Test("whose steps come after the end of the lease, or take nothing, is refused")
    func emptySteps() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.convenience = ConvenienceClause(maxPercent: 50, maxTimes: 1, periodSeconds: day, noticeSeconds: 5)
        terms.offRamp = OffRampClause(steps: 3, intervalSeconds: 30 * day)
        try desk.execute(.putContract(name: "c", terms: terms))
        let lease = try desk.request(order(.node, 2, until: noon + hour, contract: "c"))
        #expect(try desk.refused(serve(lease, .convenience, gpus: 2)).code == .invalid)
        // A node is eight GPUs, of which four may go.
        let one = try desk.request(order(.node, 1, until: noon + hour, contract: "c"))
        #expect(try desk.refused(serve(one, .convenience)).detail.contains("nothing would go"))
    }

    @Test("may take a single GPU, and no fewer and no more than there are")
    func singleGPU() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.convenience = ConvenienceClause(maxPercent: 50, maxTimes: 1, periodSeconds: day, noticeSeconds: 5)
        try desk.execute(.putContract(name: "c", terms: terms))
        let lease = try desk.request(order(.gpus(1), 4, until: noon + day, contract: "c"))
        for gpus in [-1, 0, 5] {
            let refusal = try desk.refused(serve(lease, .convenience, gpus: gpus))
            #expect(refusal.code == .invalid && refusal.detail.contains("not \(gpus)"), "\(refusal)")
        }
        try desk.execute(serve(lease, .convenience, gpus: 1))
        #expect(desk.book.reclaim(on: lease.number)?.steps == [ReclaimStep(at: noon + 5, gpus: 3)])
    }

    @Test("says what goes in whole units, and when")
    func wholeUnits() throws {
        var (desk, lease) = try desk(4) {
            $0.convenience = ConvenienceClause(
                maxPercent: 100, maxTimes: 9, periodSeconds: day, noticeSeconds: 0)
        }
        // 32 GPUs: three less is none, eleven less is a node.
        try desk.execute(
            serve(lease, .convenience, ReclaimStep(at: noon + 60, gpus: 29), ReclaimStep(at: noon + 120, gpus: 21)))
        #expect(desk.book.reclaim(on: lease.number)?.steps == [ReclaimStep(at: noon + 120, gpus: 24)])
        #expect(
            desk.book.wholeLease(lease.number)?.conditions.map(\.reason)
                == ["for convenience: 24 GPUs from 2027-01-15T08:02:00Z on"])
        desk.advance(to: noon + 120)
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 24)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("counts for how often even when it is withdrawn, once some of it has gone")
    func withdrawnLate() throws {
        var (desk, lease) = try desk(8) {
            $0.convenience = ConvenienceClause(
                maxPercent: 50, maxTimes: 1, periodSeconds: 100 * day, noticeSeconds: 60)
        }
        try desk.execute(
            serve(lease, .convenience, ReclaimStep(at: noon + 60, gpus: 56), ReclaimStep(at: noon + day, gpus: 48)))
        desk.advance(to: noon + hour)
        try desk.execute(.withdrawReclaim(lease.number, byTenant: false))
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 56)
        let again = try desk.refused(serve(lease, .convenience))
        #expect(again.obstacles.map(\.name) == ["reclaimForConvenience"])
    }

    @Test("gives back on withdrawal what it took of a lease that had not begun, and of a ramp to come")
    func withdrawnBeforeItBegins() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.convenience = ConvenienceClause(maxPercent: 60, maxTimes: 1, periodSeconds: day, noticeSeconds: 60)
        try desk.execute(.putContract(name: "c", terms: terms))
        let later = try desk.request(order(.node, 4, from: noon + day, until: noon + 30 * day, contract: "c"))
        try desk.execute(
            serve(later, .convenience, ReclaimStep(at: noon + day, gpus: 24), ReclaimStep(at: noon + 2 * day, gpus: 16))
        )
        #expect(desk.book.wholeLease(later.number)?.promised.gpus == 24)
        try desk.execute(.withdrawReclaim(later.number, byTenant: false))
        #expect(desk.book.wholeLease(later.number)?.promised.gpus == 32)
        #expect(desk.book.wholeLease(later.number)?.schedule(in: desk.book.fleet).isEmpty == true)
        // A ramp from one node to four: a quarter of the eight GPUs held is less than a node, and the ramp stays.
        var ramp = order(.node, 1, until: noon + 30 * day, contract: "c")
        ramp.lines[0].ramp = [RampStep(at: noon + hour, count: 4)]
        let ramped = try desk.request(ramp)
        #expect(try desk.refused(serve(ramped, .convenience, gpus: 4)).detail.contains("nothing would go"))
        desk.advance(to: noon + hour)
        #expect(desk.book.wholeLease(ramped.number)?.promised.gpus == 32)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("gives back on withdrawal a ramp whose steps hold the same node at different times, with its spare")
    func withdrawnRamp() throws {
        // One rack of four nodes, so that both steps of two hold the same one, and the same spare.
        var desk = JournalledBook(
            Fleets.parse(
                Fleets.text(
                    halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 4}]}]")))
        var terms = ContractTerms()
        terms.tenantNoticeSeconds = 2 * hour + 1_800
        try desk.execute(.putContract(name: "c", terms: terms))
        var ramp = order(.node, 2, from: noon + hour, until: noon + 10 * hour, within: .rack, spares: 1, contract: "c")
        ramp.lines[0].ramp = [
            RampStep(at: noon + 2 * hour, count: 1), RampStep(at: noon + 3 * hour, count: 2),
        ]
        let lease = try desk.request(ramp)
        func held(_ desk: JournalledBook) -> [String] {
            (1...9).map { at in
                let parts = desk.book.parts(of: lease.number).filter { $0.covers(noon + Int64(at) * hour) }
                let (nodes, spares) = (parts.flatMap(\.nodesInUse).sorted(), parts.flatMap(\.spares).sorted())
                return "\(nodes) \(spares)"
            }
        }
        let before = held(desk)
        try desk.execute(serve(lease, .cancellation(byTenant: true)))
        #expect(held(desk) != before)
        try desk.execute(.withdrawReclaim(lease.number, byTenant: true))
        #expect(held(desk) == before)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("leaves what a ramp brings later in proportion to what was taken, not to what is held now")
    func ramps() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.convenience = ConvenienceClause(maxPercent: 50, maxTimes: 1, periodSeconds: day, noticeSeconds: 60)
        try desk.execute(.putContract(name: "c", terms: terms))
        var ramp = order(.node, 2, until: noon + 30 * day, contract: "c")
        ramp.lines[0].ramp = [RampStep(at: noon + hour, count: 6)]
        let lease = try desk.request(ramp)
        // Of 16 GPUs eight go, a node; of the six nodes from the next hour on five stay.
        try desk.execute(serve(lease, .convenience))
        #expect(
            desk.book.wholeLease(lease.number)?.schedule(in: desk.book.fleet).map(\.promised.gpus) == [8, 40])
        desk.advance(to: noon + 60)
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 8)
        desk.advance(to: noon + hour)
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 40)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("ends a lease of instances, which hold no whole GPU")
    func instances() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        (terms.noticeSeconds, terms.reclaimCauses) = (day, ["misuse"])
        try desk.execute(.putContract(name: "c", terms: terms))
        var slices = order(.node, until: noon + 30 * day, contract: "c")
        slices.lines = [LeaseLine(name: "mig", shape: .mig(profileID: 19), count: 2, models: [], within: nil)]
        slices.lines[0].profile = "1g.10gb"
        let lease = try desk.request(slices)
        try desk.execute(serve(lease, .cancellation(byTenant: true)))
        #expect(desk.lease(lease.number).end == noon + day)
        try desk.execute(.withdrawReclaim(lease.number, byTenant: true))
        try desk.execute(serve(lease, .cause("misuse")))
        desk.advance(to: noon + 2 * day)
        #expect(desk.lease(lease.number).state == .reclaimed)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("that is withdrawn by a tenant names nobody who is in the way")
    func tenantsWithdrawal() throws {
        var (desk, lease) = try desk(8) { $0.noticeSeconds = hour }
        try desk.execute(serve(lease, .cancellation(byTenant: true)))
        let other = try desk.request(order(.node, 8, tenant: "bob", from: noon + 2 * hour, until: noon + 3 * hour))
        let refusal = try desk.refused(.withdrawReclaim(lease.number, byTenant: true))
        let id = desk.book.naming.id(of: other.number)
        #expect(refusal.code == .noCapacity && !"\(refusal) \(refusal.obstacles)".contains(id), "\(refusal)")
        #expect(!"\(refusal) \(refusal.obstacles)".contains("bob"))
    }

    @Test("takes the lines of a lease from the last on, in whole units")
    func lines() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        Self.convenience(&terms)
        (terms.minimumTermSeconds, terms.offRamp) = (nil, nil)
        try desk.execute(.putContract(name: "c", terms: terms))
        var two = order(.rack, until: noon + 365 * day, contract: "c")
        two.lines.append(LeaseLine(name: "more", shape: .node, count: 2, models: [], within: nil))
        let lease = try desk.request(two)
        // Of 48 GPUs 24 may go: the two nodes, and the rack, which is 32, stays.
        try desk.execute(serve(lease, .convenience))
        desk.advance(to: noon + 10 * day)
        #expect(desk.book.wholeLease(lease.number)?.lines.map(\.count) == [1, 0])
        #expect(desk.book.wholeLease(lease.number)?.promised.gpus == 32)
        #expect(BookRules.violations(of: desk.book) == [])
    }
}

extension JournalledBook {
    /// A lease without a contract on a book of its own.
    fileprivate func lease() throws -> Lease {
        var copy = self
        return try copy.request(order(.node, until: noon + day))
    }
}
