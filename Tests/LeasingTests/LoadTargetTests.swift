// Load targets: what is spent, lowered and stopped, with figures worked out by hand.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes under one feed, measured at the rack. A node at 700 W draws 4,600 + 8 × 700 = 10,200 W.
@Suite struct LoadTargetTests {
    private let key = LoadTargetKey(budget: "feed", id: "grid")
    private let idle = Fleets.plain.platforms[0].power.nodeIdleWatts

    private func target(
        _ watts: Watts, _ kind: LoadTargetKind = .economic, from start: Int64 = noon, until end: Int64? = noon + hour,
        ramp: Watts? = nil, id: String = "grid", on budget: String = "feed"
    ) -> LoadTarget {
        LoadTarget(
            key: LoadTargetKey(budget: budget, id: id), kind: kind, watts: watts, start: start, end: end,
            restoreWattsPerMinute: ramp)
    }

    private func standard(_ nodes: Int, _ leaseClass: LeaseClass = .standard, contract: String? = nil) -> LeaseOrder {
        var result = order(.node, nodes, until: noon + 30 * day, contract: contract)
        result.leaseClass = leaseClass
        return result
    }

    private func contract(
        notice: Int64? = 0, floor: Int64? = nil, hours: Int64? = nil, tier: Int64? = nil, mayStop: Bool? = nil
    ) -> ContractTerms {
        var terms = ContractTerms()
        terms.curtailmentNoticeSeconds = notice
        terms.curtailmentFloorPercent = floor
        terms.curtailmentHoursPerMonth = hours
        terms.shedTier = tier
        terms.curtailmentMayStop = mayStop
        return terms
    }

    private func steps(_ lease: Lease) -> [CurtailmentStep] { lease.curtailments.flatMap(\.steps) }

    @Test func lowersNoFurtherThanNeeded() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        // Four nodes awake and four idle; 3,000 W less is 94 W for each of 32 GPUs: 86 % of 700 W is 98 W less, 87 % 91 W.
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 3_000)))
        #expect(
            steps(desk.lease(lease.number)) == [.init(start: noon, until: noon + hour, percent: 86, termsPercent: 86)])
        let feed = BudgetIndex(0)
        #expect(desk.book.packing.committedWatts(of: feed, at: noon) == drawn - 32 * 98)
        #expect(desk.book.packing.committedWatts(of: feed, at: noon + hour) == drawn)
        #expect(desk.book.packing.entitledWatts(of: feed, at: noon) == drawn)
        #expect(desk.lease(lease.number).has(.curtailed))
        desk.advance(to: noon + hour)
        #expect(!desk.lease(lease.number).has(.curtailed))
        // An hour at 3,136 W less, and nothing after it.
        let energy = desk.lease(lease.number).curtailedEnergy(in: noon..<noon + day, desk.book.fleet)
        #expect(energy.joules == 3_136 * hour && energy.breachJoules == 0 && energy.seconds == hour)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func whatIsDeliveredAndTheCapNowFollowWhatIsInForce() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        func whole() -> WholeLease { desk.book.wholeLease(lease.number)! }
        #expect(whole().curtailedCap == nil && whole().delivered == whole().promised)
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 3_000)))
        // 86 % of 700 W is 602 W, for 32 GPUs 3,136 W less.
        #expect(
            whole().curtailedCap
                == CurtailedCap(percent: 86, models: ["H100": 602], watts: 3_136, until: noon + hour))
        #expect(whole().delivered == Capacity(gpus: 32, watts: 4 * 10_200 - 3_136))
        // A node that is down draws nothing, so nothing is taken from it.
        let node = desk.lease(lease.number).lines[0].holdings.wholeNodes[0].lowerBound
        for other in 0..<8 where other != node {
            try desk.execute(.setNodes(.cordon, nodes: [other..<other + 1], until: nil))
        }
        try desk.execute(.setNodes(.fault, nodes: [node..<node + 1], until: nil))
        #expect(whole().delivered == Capacity(gpus: 24, watts: 3 * (10_200 - 8 * 98)))
        desk.advance(to: noon + hour)
        #expect(whole().curtailedCap == nil && whole().delivered == Capacity(gpus: 24, watts: 3 * 10_200))
    }

    @Test func theTenantsIndexMovesWithTheCapNow() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 6_000, until: noon + 2 * hour)))
        let index = desk.index(of: "ada")
        #expect(desk.book.wholeLease(lease.number)?.curtailedCap?.until == noon + 2 * hour)
        desk.advance(to: noon + hour)
        #expect(desk.index(of: "ada") == index && desk.book.wholeLease(lease.number)?.curtailedCap != nil)
        desk.advance(to: noon + 2 * hour)
        #expect(desk.index(of: "ada") == index + 1 && desk.book.wholeLease(lease.number)?.curtailedCap == nil)
    }

    /// Two racks of four nodes, each on a breaker of its own below one feed.
    private static let breakers = Fleets.parse(
        Fleets.text(power: "[{name: feed, rating: 1 MW, each: [{level: rack, suffix: f, rating: 100 kW}]}]"))

    /// A lease of one node whose rack-mates take none of its work, and the breaker of its rack.
    private func alone(in desk: inout JournalledBook) throws -> (lease: Lease, node: Int, breaker: String) {
        var wanted = standard(1)
        wanted.lines[0].within = .block
        let lease = try desk.request(wanted)
        let node = lease.lines[0].holdings.wholeNodes[0].lowerBound
        let rack = desk.book.fleet.rackOfNode[node]
        let mates = desk.book.fleet.racks[rack.offset].domain
        for mate in desk.book.fleet.domains[mates.offset].nodes where mate != node {
            try desk.execute(.setNodes(.cordon, nodes: [mate..<mate + 1], until: nil))
        }
        let chain = desk.book.fleet.budgetChains[rack.offset].map { desk.book.fleet.budgets[$0.offset].name }
        return (lease, node, try #require(chain.first { $0 != "feed" }))
    }

    @Test("A node is not replaced where a target lowers the lease no more that another one counts on")
    func replacementBesideTargets() throws {
        var desk = JournalledBook(Self.breakers)
        let (lease, node, breaker) = try alone(in: &desk)
        let drawn = 10_200 + 7 * idle
        try desk.execute(.setLoadTarget(target(10_200 + 3 * idle - 1_000, id: "narrow", on: breaker)))
        // 1,000 W of eight GPUs at 700 W: 82 % is 126 W less for each.
        #expect(steps(desk.lease(lease.number)).map(\.percent) == [82])
        try desk.execute(.setLoadTarget(target(drawn - 8 * 126, id: "wide")))
        #expect(desk.lease(lease.number).curtailments.count == 1)
        try desk.execute(.setNodes(.fault, nodes: [node..<node + 1], until: nil))
        #expect(desk.lease(lease.number).has(.degraded) && desk.lease(lease.number).downNodes == [node])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A node is replaced where a target lowers the lease as it did")
    func replacementUnderATarget() throws {
        var desk = JournalledBook(Self.breakers)
        let (lease, node, _) = try alone(in: &desk)
        try desk.execute(.setLoadTarget(target(10_200 + 7 * idle - 1_000)))
        let outcome = try desk.execute(.setNodes(.fault, nodes: [node..<node + 1], until: nil))
        #expect(outcome.replacements.count == 1 && !desk.lease(lease.number).has(.degraded))
        #expect(steps(desk.lease(lease.number)).map(\.percent) == [82])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A node that fails once more beside a load target that has begun is nothing new to its tenant")
    func conditionsInAnyOrder() throws {
        var desk = JournalledBook(Fleets.reported)
        let lease = try desk.request(standard(8))
        try desk.execute(.setNodes(.fault, nodes: [0..<1], until: nil))
        try desk.execute(.setLoadTarget(target(8 * 10_200 - 3_000, from: noon + hour, until: noon + 2 * hour)))
        desk.advance(to: noon + hour)
        #expect(desk.lease(lease.number).conditions.map(\.kind) == [.degraded, .curtailed])
        try desk.execute(.setNodes(.repair, nodes: [0..<1], until: nil))
        let index = desk.index(of: "ada")
        try desk.execute(.setNodes(.fault, nodes: [0..<1], until: nil))
        #expect(desk.index(of: "ada") == index && desk.lease(lease.number).downNodes == [0])
    }

    @Test func tierOneGoesFirstAndFloorsHold() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putContract(name: "late", terms: contract(floor: 80, tier: 7)))
        try desk.execute(.putContract(name: "soon", terms: contract(floor: 90, tier: 2)))
        let late = try desk.request(standard(2, contract: "late"))
        let soon = try desk.request(standard(2, contract: "soon"))
        let drawn = 4 * 10_200 + 4 * idle
        // Two nodes at 90 % give 16 × 70 = 1,120 W; the other 880 W are 55 W for each of 16 GPUs: 92 %.
        try desk.execute(.setLoadTarget(target(drawn - 2_000)))
        #expect(steps(desk.lease(soon.number)).map(\.percent) == [90])
        #expect(steps(desk.lease(late.number)).map(\.percent) == [92])
        // More than the floors let is not met: 1,120 W and 16 × 140 = 2,240 W.
        try desk.execute(.setLoadTarget(target(drawn - 5_000)))
        #expect(steps(desk.lease(late.number)).map(\.percent) == [80])
        let found = try #require(desk.book.loadTarget(key))
        #expect(found.unmet == [UnmetWatts(start: noon, until: noon + hour, watts: 5_000 - 3_360)])
        #expect(found.holdouts.map(\.kind) == [.atFloor, .idleDraw])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func guaranteedLeasesAndThoseWithoutAClauseAreLeftAlone() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putContract(name: "none", terms: contract(notice: nil)))
        let one = try desk.request(standard(2, .guaranteed))
        let other = try desk.request(standard(2, contract: "none"))
        try desk.execute(.setLoadTarget(target(4 * 10_200)))
        #expect(steps(desk.lease(one.number)) == [] && steps(desk.lease(other.number)) == [])
        let found = try #require(desk.book.loadTarget(key))
        #expect(found.unmet.map(\.watts) == [4 * idle])
        // What the leases draw beyond what their nodes do when idle, and what all eight do.
        #expect(
            found.holdouts == [
                Holdout(kind: .noClause, leases: 2, watts: 4 * (10_200 - idle)),
                Holdout(kind: .idleDraw, leases: 0, watts: 8 * idle),
            ])
        // Nobody is admitted into what is over the target.
        #expect(desk.refusal(of: order(.gpus(1), until: noon + day))?.code == .noCapacity)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aPhysicalLimitGoesBeyondTheClausesAsARecordedBreach() throws {
        var desk = JournalledBook(Fleets.plain)
        let firm = try desk.request(standard(4, .guaranteed))
        let soft = try desk.request(standard(2, .standard))
        let drawn = 6 * 10_200 + 2 * idle
        // The soft lease at 50 % gives 16 × 350 = 5,600 W within its terms. Beyond them it goes down to the 200 W that the
        // model takes, 28 % and a bit: 16 × 150 = 2,400 W more.
        try desk.execute(.setLoadTarget(target(drawn - 8_000, .physical)))
        #expect(
            steps(desk.lease(soft.number)) == [.init(start: noon, until: noon + hour, percent: 28, termsPercent: 50)])
        #expect(steps(desk.lease(firm.number)) == [])
        // More than that stops it, and what is missing then comes from the firm one: 32 W for each of 32 GPUs, 95 %.
        let stopped = 2 * (10_200 - idle)
        try desk.execute(.setLoadTarget(target(drawn - stopped - 1_000, .physical)))
        #expect(
            steps(desk.lease(soft.number)) == [.init(start: noon, until: noon + hour, percent: 0, termsPercent: 50)])
        #expect(
            steps(desk.lease(firm.number)) == [.init(start: noon, until: noon + hour, percent: 95, termsPercent: nil)])
        #expect(desk.book.loadTarget(key)?.unmet == [])
        desk.advance(to: noon + hour)
        let fleet = desk.book.fleet
        let ofSoft = desk.lease(soft.number).curtailedEnergy(in: 0..<noon + day, fleet)
        #expect(ofSoft.joules == stopped * hour && ofSoft.breachJoules == (stopped - 5_600) * hour)
        let ofFirm = desk.lease(firm.number).curtailedEnergy(in: 0..<noon + day, fleet)
        #expect(ofFirm.joules == 32 * 35 * hour && ofFirm.breachJoules == ofFirm.joules && ofFirm.breachSeconds == hour)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func opportunisticLeasesAreStoppedAfterCapsAndBeforeOthersFeelMore() throws {
        var desk = JournalledBook(Fleets.plain)
        let spot = try desk.request(standard(2, .opportunistic))
        let firm = try desk.request(standard(2, .standard))
        let drawn = 4 * 10_200 + 4 * idle
        // Caps to 50 %: 5,600 W each; then the opportunistic one is stopped.
        try desk.execute(.setLoadTarget(target(drawn - 12_000)))
        #expect(steps(desk.lease(spot.number)).map(\.percent) == [0])
        #expect(steps(desk.lease(firm.number)).map(\.percent) == [50])
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) == 2 * 7_400 + 6 * idle)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func noticeAndHoursBind() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putContract(name: "notice", terms: contract(notice: 1_800, floor: 50)))
        let lease = try desk.request(standard(4, contract: "notice"))
        let drawn = 4 * 10_200 + 4 * idle
        // At ten minutes' notice it can be lowered from the thirtieth minute on; until then nothing is found.
        try desk.execute(.setLoadTarget(target(drawn - 3_000, from: noon + 600, until: noon + 2 * hour)))
        #expect(steps(desk.lease(lease.number)).map { [$0.start, $0.until] } == [[noon + 1_800, noon + 2 * hour]])
        #expect(desk.book.loadTarget(key)?.unmet == [UnmetWatts(start: noon + 600, until: noon + 1_800, watts: 3_000)])
        // Two hours a month: an hour and a half are used, so half an hour is left of the next day's two.
        try desk.execute(.putContract(name: "notice", terms: contract(notice: 0, floor: 50, hours: 2)))
        try desk.adoptTerms(lease)
        let second = target(drawn - 3_000, from: noon + day, until: noon + day + 2 * hour, id: "second")
        try desk.execute(.setLoadTarget(second))
        let later = try #require(desk.lease(lease.number).curtailments.last)
        #expect(later.steps.map { [$0.start, $0.until] } == [[noon + day, noon + day + 1_800]])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aNoticeThatEndsAfterTheTargetOrTheLeaseLowersNothing() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putContract(name: "notice", terms: contract(notice: 1_800, floor: 50)))
        let lease = try desk.request(standard(4, contract: "notice"))
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 3_000, until: noon + 1_200)))
        #expect(steps(desk.lease(lease.number)) == [])
        #expect(
            desk.book.loadTarget(key)?.unmet == [UnmetWatts(start: noon, until: noon + 1_200, watts: 3_000)])
        try desk.execute(.putContract(name: "notice", terms: contract(notice: 2 * hour, floor: 50)))
        try desk.adoptTerms(lease)
        try desk.execute(.releaseLease(lease.number, by: .tenant("ada")))
        try desk.execute(.setLoadTarget(target(drawn - 3_000, until: noon + 3 * hour)))
        #expect(steps(desk.lease(lease.number)) == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func oneThatIsMovedToALaterTimeLeavesNothingWhereItWas() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 3_000, from: noon + hour, until: noon + 2 * hour)))
        try desk.execute(.setLoadTarget(target(drawn - 3_000, from: noon + 10 * hour, until: noon + 11 * hour)))
        #expect(
            steps(desk.lease(lease.number)).map { [$0.start, $0.until] } == [[noon + 10 * hour, noon + 11 * hour]])
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon + hour) == drawn)
        var deadlines: [Int64] = []
        desk.book.forEachOrder {
            deadlines.append($0.deadline); return true
        }
        #expect(!deadlines.contains { $0 < noon + 10 * hour }, "\(deadlines)")
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func theWayBackFromABreachIsNoneOnceTheTermsAllowIt() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        // Stopped beyond its terms of 50 %, and back by 1,000 W a minute.
        try desk.execute(.setLoadTarget(target(0, .physical, ramp: 1_000)))
        let back = steps(desk.lease(lease.number))
        #expect(back.first?.percent == 0 && back.first?.termsPercent == 50)
        #expect(back.contains { $0.percent > 50 })
        #expect(back.allSatisfy { $0.isBreach == ($0.percent < 50) }, "\(back)")
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func noTargetIsLeftExceededWhenAnotherIsPlannedAnew() throws {
        // Targets on a site and on both of its racks, each planned anew lets go of leases that another counts on.
        let rows = "each: [{level: rack, suffix: feed, rating: 60 kW}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: site, rating: 1 MW, \(rows)}]")))
        for nodes in [1, 1, 3, 3] { try desk.request(standard(nodes)) }
        let names = desk.book.fleet.budgets.map(\.name)
        let changes: [(budget: Int, id: String, less: Watts, hours: Range<Int64>)] = [
            (2, "b", 4_800, 2..<4), (0, "b", 7_900, 1..<3), (0, "a", 5_600, 2..<3), (1, "c", 1_200, 1..<4),
            (2, "b", 4_600, 1..<2),
        ]
        for (budget, id, less, hours) in changes {
            let drawn = desk.book.packing.committedWatts(of: BudgetIndex(budget), at: noon)
            let window = (noon + hours.lowerBound * hour)..<(noon + hours.upperBound * hour)
            try desk.execute(
                .setLoadTarget(
                    target(drawn - less, from: window.lowerBound, until: window.upperBound, id: id, on: names[budget])))
            #expect(BookRules.violations(of: desk.book) == [])
        }
    }

    @Test func equalsTakeTurns() throws {
        var desk = JournalledBook(Fleets.plain)
        let one = try desk.request(standard(2))
        let other = try desk.request(standard(2))
        let drawn = 4 * 10_200 + 4 * idle
        for (round, lowered) in [one, other, one, other].enumerated() {
            let start = noon + Int64(round) * day
            desk.advance(to: start)
            try desk.execute(
                .setLoadTarget(target(drawn - 1_000, from: start, until: start + hour, id: "day-\(round)")))
            let leases = desk.book.leases(under: LoadTargetKey(budget: "feed", id: "day-\(round)"))
            #expect(leases.map(\.number) == [lowered.number], "round \(round)")
        }
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func removingOneGivesBackWhatItTookAndKeepsWhatWas() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 3_000)))
        desk.now = noon + 600
        try desk.execute(.removeLoadTarget(key))
        #expect(steps(desk.lease(lease.number)).map { [$0.start, $0.until] } == [[noon, noon + 600]])
        #expect(!desk.lease(lease.number).has(.curtailed))
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon + 600) == drawn)
        #expect(desk.refusal(of: .removeLoadTarget(key))?.code == .notFound)
        // One that has not begun leaves nothing behind.
        let later = LoadTargetKey(budget: "feed", id: "later")
        try desk.execute(.setLoadTarget(target(drawn - 3_000, from: noon + day, until: noon + day + hour, id: "later")))
        try desk.execute(.removeLoadTarget(later))
        #expect(desk.book.loadTarget(later) == nil && desk.book.leases(under: later).isEmpty)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func theLastOfOneKeyHoldsAndTheLeastOfSeveral() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        let drawn = 4 * 10_200 + 4 * idle
        try desk.execute(.setLoadTarget(target(drawn - 6_000)))
        try desk.execute(.setLoadTarget(target(drawn - 1_000)))
        #expect(steps(desk.lease(lease.number)).map(\.percent) == [95])
        try desk.execute(.setLoadTarget(target(drawn - 3_000, id: "other")))
        #expect(desk.book.packing.limit(of: BudgetIndex(0), at: noon) == drawn - 3_000)
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) == drawn - 32 * 98)
        // Without the second the first is still met.
        try desk.execute(.removeLoadTarget(LoadTargetKey(budget: "feed", id: "other")))
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) == drawn - 32 * 35)
        // The second counted on what the first takes; when that goes it is planned anew.
        try desk.execute(.setLoadTarget(target(drawn - 3_000, id: "other")))
        try desk.execute(.removeLoadTarget(key))
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) == drawn - 32 * 98)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func drawComesBackByStages() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(standard(4))
        let drawn = 4 * 10_200 + 4 * idle
        let feed = BudgetIndex(0)
        // 3,136 W come back at 1,000 W a minute; steps of one percent are 224 W for 32 GPUs.
        try desk.execute(.setLoadTarget(target(drawn - 3_000, ramp: 1_000)))
        let packing = desk.book.packing
        let back = (0...4).map { packing.committedWatts(of: feed, at: noon + hour + 60 * $0) - (drawn - 3_136) }
        #expect(back == [0, 896, 1_792, 2_912, 3_136])
        #expect(steps(desk.lease(lease.number)).map(\.percent) == [86, 90, 94, 99])
        #expect(desk.refusal(of: .setLoadTarget(target(drawn, ramp: 1)))?.pointer == "/restoreWattsPerMinute")
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func nothingIsGrantedOutOfWhatIsOnlyLent() throws {
        // Two nodes fit under the rack's own feed; what a load target on the site takes from one is nobody else's.
        let rows = "each: [{level: rack, suffix: feed, rating: 30 kW}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: site, rating: 1 MW, \(rows)}]")))
        let lease = try desk.request(standard(4))
        try desk.execute(.setLoadTarget(target(1_000_000, on: "site")))
        #expect(steps(desk.lease(lease.number)) == [])
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        try desk.execute(.setLoadTarget(target(drawn - 5_000, on: "site")))
        let lowered = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        #expect(lowered <= drawn - 5_000)
        #expect(desk.refusal(of: order(.node, 4, until: noon + 1_800))?.code == .noCapacity)
        try desk.execute(.removeLoadTarget(LoadTargetKey(budget: "site", id: "grid")))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func badTargetsAreRefused() throws {
        var desk = JournalledBook(Fleets.plain)
        #expect(desk.refusal(of: .setLoadTarget(target(1, on: "nowhere")))?.code == .notFound)
        #expect(desk.refusal(of: .setLoadTarget(target(1, id: "source-loss")))?.code == .invalid)
        #expect(desk.refusal(of: .setLoadTarget(target(1, from: noon - 1)))?.pointer == "/start")
        #expect(desk.refusal(of: .setLoadTarget(target(1, from: noon + 5, until: noon + 5)))?.pointer == "/end")
        #expect(desk.refusal(of: .setLoadTarget(target(-1)))?.pointer == "/watts")
        #expect(desk.refusal(of: .setLoadTarget(target(1_000_001)))?.pointer == "/watts")
        #expect(
            desk.refusal(of: .setLoadTarget(target(5, until: nil, ramp: 100_000)))?.pointer == "/restoreWattsPerMinute")
    }
}
