// Tenants that lend each other the quota that they do not use.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("Cohorts") struct CohortTests {
    /// Eight nodes of eight GPUs, and a cohort `labs` of `ada` and `bob` with quotas of two nodes each.
    private func desk(
        ada: QuotaShare = QuotaShare(cohort: "labs"), bob: QuotaShare = QuotaShare(cohort: "labs")
    ) throws -> JournalledBook {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putCohort(Cohort(name: "labs")))
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 16), share: ada, description: ""))
        try desk.execute(.putTenant(name: "bob", quota: Quota(gpus: 16), share: bob, description: ""))
        return desk
    }

    private func spot(_ nodes: Int, tenant: String = "ada", from start: Int64? = nil) -> LeaseOrder {
        var order = order(.node, nodes, tenant: tenant, from: start, until: (start ?? noon) + day)
        order.leaseClass = .opportunistic
        return order
    }

    @Test("let opportunistic leases hold what others leave idle, and no others")
    func borrowing() throws {
        var desk = try desk()
        let firm = try desk.refused(order(.node, 3, until: noon + day))
        #expect(firm.code == .quotaExceeded && firm.detail.contains("as its own"), "\(firm)")
        try desk.request(spot(3))
        #expect(desk.book.usage(ofCohort: "labs", at: noon).gpus == 24)
        #expect(desk.book.capacity(ofCohort: "labs")?.gpus == 32)
        // What is lent counts, whoever holds it: bob has one node left of his two.
        let bob = try desk.refused(order(.node, 2, tenant: "bob", until: noon + day))
        #expect(bob.code == .quotaExceeded && bob.detail.contains("cohort labs") && !bob.detail.contains("ada"))
        try desk.request(order(.node, 1, tenant: "bob", until: noon + day))
        #expect(desk.refusal(of: spot(1))?.code == .quotaExceeded)
        // Tomorrow nothing is lent.
        try desk.request(order(.node, 2, tenant: "bob", from: noon + 2 * day, until: noon + 3 * day))
    }

    @Test("keep what is not lent, and lend no more than may be borrowed")
    func limits() throws {
        var desk = try desk(
            ada: QuotaShare(cohort: "labs", borrowing: Quota(gpus: 12)),
            bob: QuotaShare(cohort: "labs", lending: Quota(gpus: 9)))
        #expect(desk.book.capacity(ofCohort: "labs")?.gpus == 25)
        let over = try desk.refused(spot(4))
        #expect(over.detail.contains("may hold 28 GPUs with what it may borrow"), "\(over)")
        try desk.request(spot(3))
        #expect(desk.book.usage(ofCohort: "labs", at: noon).gpus == 24)
        // Bob keeps seven for himself: the first node takes one from the cohort, and there is one left.
        try desk.request(order(.node, 1, tenant: "bob", until: noon + day))
        #expect(desk.book.usage(ofCohort: "labs", at: noon).gpus == 25)
        #expect(desk.refusal(of: order(.node, 1, tenant: "bob", until: noon + day))?.code == .quotaExceeded)
        #expect(desk.refusal(of: order(.gpus(1), 1, tenant: "bob", until: noon + day))?.code == .quotaExceeded)
    }

    @Test("stand under one another, each with what it has and lends")
    func hierarchy() throws {
        var desk = try desk()
        try desk.execute(.putCohort(Cohort(name: "all", quota: Quota(gpus: 8))))
        let under = QuotaShare(cohort: "all", borrowing: Quota(gpus: 8), lending: Quota(gpus: 8))
        try desk.execute(.putCohort(Cohort(name: "labs", share: under)))
        #expect(desk.book.capacity(ofCohort: "all")?.gpus == 16 && desk.book.capacity(ofCohort: "labs")?.gpus == 32)
        try desk.request(spot(4))
        // Labs keeps 24 of its 32 for its own members; the eight beyond come from what is above.
        #expect(desk.book.usage(ofCohort: "all", at: noon).gpus == 8)
        try desk.request(spot(1, tenant: "bob"))
        #expect(desk.book.usage(ofCohort: "all", at: noon).gpus == 16)
        let over = try desk.refused(spot(1))
        #expect(over.code == .quotaExceeded && over.detail.contains("cohort labs"), "\(over)")
        try desk.execute(.putCohort(Cohort(name: "labs", share: QuotaShare(cohort: "all", lending: Quota(gpus: 8)))))
        let root = try desk.refused(spot(1))
        #expect(root.detail.contains("cohort all"), "\(root)")
    }

    @Test("that cannot be are refused, and those with members stay")
    func refusals() throws {
        var desk = try desk()
        func refusal(_ cohort: Cohort) -> Refusal? { desk.refusal(of: .putCohort(cohort)) }
        #expect(refusal(Cohort(name: "x", share: QuotaShare(cohort: "y")))?.pointer == "/parent")
        #expect(
            refusal(Cohort(name: "labs", share: QuotaShare(cohort: "labs")))?.detail.contains("above itself") == true)
        try desk.execute(.putCohort(Cohort(name: "x", share: QuotaShare(cohort: "labs"))))
        let circle = refusal(Cohort(name: "labs", share: QuotaShare(cohort: "x")))
        #expect(circle?.detail.contains("above itself") == true)
        #expect(refusal(Cohort(name: "z", share: QuotaShare(borrowing: Quota(gpus: 1))))?.pointer == "/borrowingLimit")
        let stray = desk.refusal(
            of: .putTenant(name: "eve", quota: Quota(), share: QuotaShare(cohort: "no"), description: ""))
        #expect(stray?.pointer == "/cohort" && desk.book.tenant("eve") == nil)
        let inUse = try desk.refused(.removeCohort(name: "labs"))
        #expect(inUse.code == .inUse && inUse.detail.contains("tenant ada"))
        #expect(desk.refusal(of: .removeCohort(name: "no"))?.code == .notFound)
        for name in ["ada", "bob"] { try desk.execute(.putTenant(name: name, quota: Quota(gpus: 16), description: "")) }
        try desk.execute(.removeCohort(name: "x"))
        try desk.execute(.removeCohort(name: "labs"))
        #expect(desk.book.cohortNames == [])
        // Sixteen deep and no deeper.
        for depth in 0..<16 {
            let above = QuotaShare(cohort: depth == 0 ? nil : "d\(depth - 1)")
            try desk.execute(.putCohort(Cohort(name: "d\(depth)", share: above)))
        }
        #expect(refusal(Cohort(name: "d16", share: QuotaShare(cohort: "d15")))?.detail.contains("more than 16") == true)
    }

    @Test("take over what their members hold already, and forget it when they leave")
    func joining() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 32), description: ""))
        try desk.request(order(.node, 2, until: noon + day))
        try desk.request(spot(1))
        try desk.execute(.putCohort(Cohort(name: "labs")))
        try desk.execute(
            .putTenant(name: "ada", quota: Quota(gpus: 16), share: QuotaShare(cohort: "labs"), description: ""))
        #expect(desk.book.usage(ofCohort: "labs", at: noon).gpus == 24)
        // It holds more than there is: nothing is taken, and nothing is added.
        #expect(desk.refusal(of: spot(1))?.code == .quotaExceeded)
        #expect(desk.refusal(of: order(.gpus(1), until: noon + day))?.detail.contains("as its own") == true)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 32), description: ""))
        #expect(desk.book.usage(ofCohort: "labs", at: noon) == Quota(gpus: 0, watts: 0))
        try desk.request(order(.node, 1, until: noon + day))
    }

    @Test("say what is in the way, and to a tenant nothing of the others")
    func obstacles() throws {
        var desk = try desk()
        try desk.request(spot(2, tenant: "bob"))
        try desk.request(spot(2))
        let asked = spot(1)
        let provider = desk.book.explain(asked, to: .provider, now: noon).obstacles.filter { $0.kind == .quota }
        #expect(provider.map(\.name) == ["ada", "labs"])
        #expect(provider[1].message.contains("0 GPUs of 32 GPUs left"), "\(provider[1].message)")
        let tenant = desk.book.explain(asked, to: .tenant("ada"), now: noon).obstacles.filter { $0.kind == .quota }
        #expect(tenant.map(\.name) == ["ada", "labs"] && !tenant[1].message.contains("32"), "\(tenant)")
    }

    @Test("grant exactly what a slow evaluator of every instant grants", arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // So much hardware that only quotas refuse.
        let halls = "[{name: h1, blocks: [{name: \"b[1-8]\", platform: hgx-h100, racks: 8, nodesPerRack: 8}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls, power: "[{name: feed, rating: 90 MW}]")))
        desk.replaysAll = false
        let (cohorts, tenants) = (["a", "b", "c"], ["ada", "bob", "eve", "sam"])
        func anyLimit(_ most: Int) -> Quota {
            Quota(
                gpus: random.isOne(in: 3) ? nil : Int.random(in: 0...most, using: &random),
                watts: random.isOne(in: 2) ? nil : Int64.random(in: 0...Int64(most) * 1_500, using: &random))
        }
        var (granted, refused, borrowed) = (0, 0, 0)
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let name = cohorts.randomElement(using: &random)!
                let parent = random.isOne(in: 2) ? cohorts.randomElement(using: &random)! : nil
                let share =
                    parent == nil
                    ? QuotaShare() : QuotaShare(cohort: parent, borrowing: anyLimit(60), lending: anyLimit(60))
                _ = try? desk.execute(.putCohort(Cohort(name: name, quota: anyLimit(60), share: share)))
            case 1:
                let name = tenants.randomElement(using: &random)!
                let share = QuotaShare(
                    cohort: cohorts.randomElement(using: &random)!, borrowing: anyLimit(80), lending: anyLimit(80))
                _ = try? desk.execute(
                    .putTenant(name: name, quota: anyLimit(120), share: share, description: ""))
            case 2: desk.advance(to: desk.now + Int64.random(in: 0...2 * hour, using: &random))
            default:
                guard let name = tenants.filter({ desk.book.tenant($0) != nil }).randomElement(using: &random) else {
                    continue
                }
                let start = desk.now + Int64.random(in: 0...4, using: &random) * hour
                var order = order(
                    random.isOne(in: 2) ? .node : .gpus(4), Int.random(in: 1...3, using: &random), tenant: name,
                    from: start, until: start + Int64.random(in: 1...6, using: &random) * hour)
                order.leaseClass = LeaseClass.allCases.randomElement(using: &random)!
                let before = desk.book
                let refusal = desk.refusal(of: order)
                // What it comes to is the same with and without quotas.
                let lease = desk.book.lease(before.nextLeaseNumber) ?? Self.unlimited(before, order, now: desk.now)
                let instants = Self.instants(before, in: order)
                let isWithin = instants.allSatisfy { instant in
                    CohortPicture(
                        before, at: instant,
                        with: (name, order.leaseClass, Int64(lease.promised.gpus), lease.promised.watts)
                    ).isWithin(
                        name, firmly: order.leaseClass != .opportunistic, after: CohortPicture(before, at: instant))
                }
                #expect((refusal == nil) == isWithin, "seed \(seed): \(String(describing: refusal))")
                #expect(refusal.map { $0.code == .quotaExceeded } ?? true)
                if refusal == nil { granted += 1 } else { refused += 1 }
                let tenant = desk.book.tenant(name)!
                if let quota = tenant.quota.gpus, desk.book.usage(of: tenant, at: start).gpus! > quota { borrowed += 1 }
            }
            #expect(BookRules.cohortsWrong(BookRules.live(desk.book), desk.book) == [], "seed \(seed)")
        }
        #expect(granted > 20 && refused > 20 && borrowed > 3, "\(granted) \(refused) \(borrowed)")
        desk.checkRestart()
    }

    /// The lease that an order would get if no quota was in the way.
    private static func unlimited(_ book: Book, _ order: LeaseOrder, now: Int64) -> Lease {
        var book = book
        book.apply(.tenantPut(name: order.tenant, quota: Quota(), description: ""))
        return try! book.plan(order, now: now).lease
    }

    private static func instants(_ book: Book, in order: LeaseOrder) -> [Int64] {
        let window = order.start!..<order.end
        return [window.lowerBound]
            + BookRules.live(book).flatMap { [$0.start, $0.end] }.filter { window.contains($0) }
    }
}
