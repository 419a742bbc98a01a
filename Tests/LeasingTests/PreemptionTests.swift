// Opportunistic leases that give way to others.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("Opportunistic leases") struct PreemptionTests {
    /// Two racks of four nodes with half an hour of turn-round, and a contract `spot` whose leases give way after ten minutes.
    private func desk() throws -> JournalledBook {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.preemptionNoticeSeconds = 600
        try desk.execute(.putContract(name: "spot", terms: terms))
        try desk.execute(.putContract(name: "plain", terms: ContractTerms()))
        return desk
    }

    private func spot(
        _ nodes: Int, tenant: String = "ada", until end: Int64 = noon + 10 * day, contract: String? = nil
    ) -> LeaseOrder {
        var order = order(.node, nodes, tenant: tenant, until: end, contract: contract)
        order.leaseClass = .opportunistic
        return order
    }

    private func firm(_ nodes: Int, from start: Int64, tenant: String = "bob") -> LeaseOrder {
        order(.node, nodes, tenant: tenant, from: start, until: start + day)
    }

    private let ready = noon + 600 + 1_800

    @Test("give way after their notice, as far as they stand in the way, and no sooner")
    func givingWay() throws {
        var desk = try desk()
        let held = try desk.request(spot(8, contract: "spot"))
        #expect(desk.refusal(of: firm(2, from: ready))?.code == .noCapacity)
        #expect(desk.book.preempting(firm(2, from: ready - 1), now: noon) == nil)
        let plan = try #require(desk.book.preempting(firm(2, from: ready), now: noon))
        #expect(plan.leases == [held.number] && plan.lease.promised.gpus == 16)
        let (ada, bob) = (desk.index(of: "ada"), desk.index(of: "bob"))
        let granted = try desk.request(firm(2, from: ready), token: plan.planToken)
        #expect(desk.index(of: "ada") == ada + 1 && desk.index(of: "bob") == bob + 1)
        // Six nodes stay; two end in time for their turn-round.
        let reclaim = try #require(desk.book.openReclaim(on: held.number))
        #expect(
            reclaim.clause == .preemption(for: granted.number)
                && reclaim.steps == [ReclaimStep(at: noon + 600, gpus: 48)])
        #expect(reclaim.gpusBefore == 64 && !reclaim.reason.contains("bob"))
        #expect(desk.book.wholeLease(held.number)?.conditions.map(\.kind) == [.noticeServed])
        desk.advance(to: ready)
        #expect(desk.lease(granted.number).state == .active)
        #expect(desk.book.wholeLease(held.number)?.delivered.gpus == 48)
        #expect(desk.book.openReclaim(on: held.number) == nil)
        desk.advance(to: noon + 20 * day)
        #expect(desk.book.wholeLease(held.number)?.state == .expired)
    }

    @Test("that lose all end preempted, and never reclaimed")
    func all() throws {
        var desk = try desk()
        let held = try desk.request(spot(8, contract: "spot"))
        let plan = try #require(desk.book.preempting(firm(8, from: ready), now: noon))
        try desk.request(firm(8, from: ready), token: plan.planToken)
        #expect(desk.lease(held.number).end == noon + 600)
        desk.advance(to: ready)
        #expect(desk.lease(held.number).state == .preempted)
    }

    @Test("without a contract give way at once, and one that only begins later is cancelled")
    func withoutContract() throws {
        var desk = try desk()
        let held = try desk.request(spot(6))
        var later = spot(2)
        later.start = noon + 300
        let coming = try desk.request(later)
        desk.advance(to: noon + 10)
        let start = noon + 10 + 1_800
        let plan = try #require(desk.book.preempting(firm(8, from: start), now: noon + 10))
        #expect(plan.leases == [held.number, coming.number])
        try desk.request(firm(8, from: start), token: plan.planToken)
        #expect(desk.lease(held.number).state == .ending && desk.lease(coming.number).state == .cancelled)
        desk.advance(to: start)
        #expect(desk.lease(held.number).state == .preempted)
    }

    @Test("under a contract that does not say so stay, and so does whatever is not opportunistic")
    func bound() throws {
        var desk = try desk()
        let held = try desk.request(spot(4, contract: "plain"))
        let firmly = try desk.request(order(.node, 4, until: noon + 10 * day, contract: "spot"))
        #expect(desk.book.preempting(firm(1, from: ready), now: noon) == nil)
        var opportunistic = firm(1, from: ready)
        opportunistic.leaseClass = .opportunistic
        #expect(desk.book.preempting(opportunistic, now: noon) == nil)
        func verdict(_ lease: Lease) -> GuardVerdict {
            desk.book.verdicts(on: lease, now: noon).first { $0.verb == .preempt }!
        }
        #expect(!verdict(held).isAllowed && verdict(held).clause == .preemption)
        #expect(!verdict(firmly).isAllowed && verdict(firmly).text.contains("only opportunistic"))
        // A token that names it all the same is of no use: its contract changes between plan and request.
        var terms = ContractTerms()
        terms.preemptionNoticeSeconds = 0
        try desk.execute(.putContract(name: "plain", terms: terms))
        #expect(desk.book.preempting(firm(1, from: ready), now: noon) == nil, "it keeps its version")
        try desk.adoptTerms(held)
        let renewed = desk.lease(held.number)
        #expect(verdict(renewed).isAllowed && verdict(renewed).from == noon)
        let plan = try #require(desk.book.preempting(firm(1, from: ready), now: noon))
        desk.now = noon + 500
        #expect(desk.refusal(of: firm(1, from: ready), token: plan.planToken) == nil)
    }

    @Test("whose notice is no longer over in time void the plan, which changes nothing")
    func overtaken() throws {
        var desk = try desk()
        try desk.request(spot(8, contract: "spot"))
        let plan = try #require(desk.book.preempting(firm(1, from: ready), now: noon))
        desk.now = noon + 1
        let refusal = try desk.refused(firm(1, from: ready), token: plan.planToken)
        #expect(refusal.code == .planOvertaken, "\(refusal)")
    }

    @Test("of whoever holds most beyond its quota give way first, the youngest of them before the others")
    func fairOrder() throws {
        var desk = try desk()
        try desk.execute(.putCohort(Cohort(name: "labs", quota: Quota(gpus: 64))))
        for (name, gpus) in [("ada", 16), ("eve", 0)] {
            try desk.execute(
                .putTenant(
                    name: name, quota: Quota(gpus: gpus), share: QuotaShare(cohort: "labs"), description: ""))
        }
        let ada = try (0..<4).map { _ in try desk.request(spot(1)) }
        let eve = try (0..<4).map { _ in try desk.request(spot(1, tenant: "eve")) }
        // Ada is 16 GPUs over her quota and eve 32: eve gives two, then they take turns.
        func leases(_ nodes: Int) throws -> [UInt64] {
            try #require(desk.book.preempting(firm(nodes, from: noon + 1_801), now: noon)).leases
        }
        #expect(try leases(1) == [eve[3].number])
        #expect(try leases(2) == [eve[2].number, eve[3].number])
        #expect(try leases(4) == [ada[3].number, eve[1].number, eve[2].number, eve[3].number].sorted())
        #expect(try leases(8).count == 8)
    }

    @Test("give back the quota that they have borrowed when who lent it wants it, wherever they stand")
    func lentQuota() throws {
        var desk = try desk()
        try desk.execute(.putCohort(Cohort(name: "labs")))
        for name in ["ada", "bob"] {
            try desk.execute(
                .putTenant(name: name, quota: Quota(gpus: 16), share: QuotaShare(cohort: "labs"), description: ""))
        }
        let held = try (0..<4).map { _ in try desk.request(spot(1)) }
        let start = noon + 1_801
        let asked = firm(1, from: start)
        let refusal = try desk.refused(asked)
        #expect(refusal.code == .quotaExceeded)
        let plan = try #require(desk.book.preempting(asked, now: noon))
        #expect(plan.leases == [held[3].number], "there is room: one node's quota is wanted, and the youngest's goes")
        try desk.request(asked, token: plan.planToken)
        #expect(desk.book.usage(ofCohort: "labs", at: start).gpus == 32)
        // Beyond its own quota nothing gives way to it.
        #expect(desk.book.preempting(firm(2, from: start), now: noon) == nil)
    }

    @Test("get their hardware back when the lease that they gave way to is cancelled before it begins")
    func cancelled() throws {
        var desk = try desk()
        let held = try desk.request(spot(8, contract: "spot"))
        let plan = try #require(desk.book.preempting(firm(2, from: ready), now: noon))
        let key = IdempotencyKey(scope: "bob", key: "k", bodyDigest: [1])
        let command = Command.requestLeases([firm(2, from: ready)], planTokens: [plan.planToken])
        let granted = try desk.execute(command, key: key).leases
        #expect(granted.count == 1 && granted != [held.number])
        // What gave way is another's: a repetition is not answered with it.
        #expect(try desk.execute(command, key: key).leases == granted)
        try desk.execute(.releaseLease(granted[0], by: .tenant("bob")))
        #expect(desk.book.openReclaim(on: held.number) == nil)
        #expect(desk.book.wholeLease(held.number)?.promised.gpus == 64)
        desk.advance(to: ready)
        #expect(desk.book.wholeLease(held.number)?.delivered.gpus == 64)
    }

    @Test("are left alone by a plan that no longer needs them, and by their own tenant")
    func leftAlone() throws {
        var desk = try desk()
        let held = try desk.request(spot(8))
        #expect(desk.book.preempting(firm(1, from: ready, tenant: "ada"), now: noon) == nil)
        desk.advance(to: noon + 10)
        let order = firm(2, from: noon + 1_810)
        let plan = try #require(desk.book.preempting(order, now: desk.now))
        let first = try desk.request(order, token: plan.planToken)
        try desk.execute(.releaseLease(first.number))
        // It gave way at once, so that the hardware is free: nothing else of it ends.
        let second = try desk.request(order, token: plan.planToken)
        #expect(second.promised.gpus == 16 && desk.book.wholeLease(held.number)?.promised.gpus == 48)
    }

    @Test("lose no more than is wanted beyond what is idle")
    func idleFirst() throws {
        var desk = try desk()
        let held = try desk.request(spot(5))
        desk.advance(to: noon + 10)
        let order = firm(4, from: noon + 1_810)
        let plan = try #require(desk.book.preempting(order, now: desk.now))
        try desk.request(order, token: plan.planToken)
        #expect(desk.book.wholeLease(held.number)?.promised.gpus == 32, "three nodes were idle")
    }

    @Test("give way to several, one after the other, and get back what was withdrawn")
    func twice() throws {
        var desk = try desk()
        let held = try desk.request(spot(8, contract: "spot"))
        let granted = try (0..<2).map { _ in
            let plan = try #require(desk.book.preempting(firm(2, from: ready), now: noon))
            return try desk.request(firm(2, from: ready), token: plan.planToken).number
        }
        #expect(desk.book.openReclaims(on: held.number).map { $0.steps.map(\.gpus) } == [[48], [32]])
        // Nothing else is done to it meanwhile, and what was taken is wanted by others.
        let amended = try desk.refused(.amendLease(held.number, Amendment(end: noon + day)))
        #expect(amended.code == .wrongState)
        let blocked = try desk.refused(.withdrawReclaim(held.number, byTenant: false))
        #expect(blocked.code == .noCapacity)
        // With the lease that wanted it goes the notice.
        try desk.execute(.releaseLease(granted[1]))
        #expect(desk.book.openReclaims(on: held.number).map { $0.steps.map(\.gpus) } == [[48]])
        desk.advance(to: ready)
        #expect(desk.book.wholeLease(held.number)?.delivered.gpus == 48)
    }

    @Test("of instances, or of megawatts, go as a whole")
    func wholes() throws {
        var desk = try desk()
        var mig = order(of: instances(20), until: noon + 10 * day)
        mig.leaseClass = .opportunistic
        let held = try desk.request(mig)
        #expect(desk.book.preempting(firm(8, from: noon + 1_800), now: noon) == nil, "it has begun this second")
        desk.advance(to: noon + 10)
        let plan = try #require(desk.book.preempting(firm(8, from: noon + 1_810), now: noon + 10))
        try desk.request(firm(8, from: noon + 1_810), token: plan.planToken)
        #expect(desk.lease(held.number).state == .ending)
        desk.advance(to: noon + 1_810)
        #expect(desk.lease(held.number).state == .preempted)
    }

    @Test("are not in the token of the plan, whose length does not count them either")
    func sealed() throws {
        func token(_ holders: Int) throws -> (token: [UInt8], ids: [String]) {
            var desk = try desk()
            let held = try (0..<holders).map { _ in try desk.request(spot(8 / holders, contract: "spot")).number }
            let plan = try #require(desk.book.preempting(firm(8, from: ready), now: noon))
            let again = try #require(desk.book.preempting(firm(8, from: ready), now: noon))
            #expect(plan.planToken == again.planToken)
            return (plan.planToken, held.map { desk.book.naming.id(of: $0) })
        }
        let (one, four) = (try token(1), try token(4))
        for (token, ids) in [one, four] {
            let text = String(decoding: token, as: UTF8.self)
            #expect(ids.allSatisfy { !text.contains($0) })
        }
        #expect(one.token.count == four.token.count)
    }

    @Test("make a refusal say from when on they give way, by class, and to a tenant without a name")
    func explained() throws {
        var desk = try desk()
        let held = try desk.request(spot(8, contract: "spot"))
        var asked = firm(2, from: noon)
        asked.start = nil
        let explanation = desk.book.explain(asked, to: .provider, now: noon)
        let obstacle = try #require(explanation.obstacles.first { $0.kind == .class })
        #expect(obstacle.name == desk.book.naming.id(of: held.number) && obstacle.message.contains("gives way"))
        let offer = try #require(explanation.counterOffers.first { $0.kind == .preempting })
        // There are five minutes to take it.
        #expect(offer.order.start == ready + 300 && offer.order.end - ready - 300 == asked.end - noon)
        desk.advance(to: noon + 299)
        let granted = try desk.request(offer.order, token: offer.planToken)
        #expect(granted.start == ready + 300)
        let tenants = desk.book.explain(asked, to: .tenant("bob"), now: noon)
        #expect(!tenants.obstacles.contains { $0.kind == .class })
    }
}
