// Contracts: what they let leases be, their versions, and clauses that cannot both hold.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("A contract") struct ContractTests {
    /// Terms with every clause, none of which contradicts another.
    static var everything: ContractTerms {
        var terms = ContractTerms()
        terms.description = "all of it"
        terms.tenant = "ada"
        terms.pricePerMonthMicros = 920_000_000_000_000
        terms.pricePerGPUHourMicros = 2_990_000
        terms.pricePerMWhMicros = 55_500_000
        terms.rampDiscounts = [
            RampDiscount(months: 2, basisPoints: 4_000), RampDiscount(months: 1, basisPoints: 1_250),
        ]
        terms.commitmentSeconds = 365 * day
        terms.minimumTermSeconds = 180 * day
        terms.noticeSeconds = 90 * day
        terms.tenantNoticeSeconds = 60 * day
        terms.cancellationAfter = noon + 180 * day
        terms.reclaimCauses = ["harmful-use", "non-payment"]
        terms.causeNoticeSeconds = 7 * day
        terms.convenience = ConvenienceClause(
            maxPercent: 25, maxTimes: 2, periodSeconds: 365 * day, noticeSeconds: 30 * day)
        terms.offRamp = OffRampClause(steps: 4, intervalSeconds: 14 * day)
        terms.shedTier = 3
        terms.sparesPerDomain = 2
        terms.replacementSeconds = 4 * hour
        terms.wholeRackSwapNeedsConsent = true
        terms.availabilityBasisPoints = 9_950
        terms.credits = [
            CreditBand(belowBasisPoints: 9_950, creditBasisPoints: 500),
            CreditBand(belowBasisPoints: 9_900, creditBasisPoints: 1_000),
        ]
        terms.curtailmentNoticeSeconds = 1_800
        terms.curtailmentHoursPerMonth = 20
        terms.curtailmentFloorPercent = 60
        terms.curtailmentMayStop = true
        terms.sites = ["east"]
        terms.models = ["H100"]
        terms.movable = MoveClause(noticeSeconds: 7 * day, weekdays: 0b110_0000, hours: 2..<6)
        terms.approvals = ApprovalClause(
            forCause: true, forConvenience: true, cancellation: false, expirySeconds: day)
        return terms
    }

    @Test("is explained clause by clause in plain words")
    func explanation() {
        let texts = Self.everything.explained()
        #expect(Set(texts.map(\.clause)).count == texts.count, "each clause once")
        func text(_ clause: Clause) -> String? { texts.first { $0.clause == clause }?.text }
        #expect(
            text(.price)
                == "It costs $920,000,000 for each calendar month, and $2.99 for each GPU and hour that is delivered, and "
                + "$55.50 for each megawatt-hour at the meter.")
        #expect(
            text(.rampDiscounts)
                == "From the start of a lease the price for months and years is 40 % less in the first 2 calendar months, "
                + "then 12.5 % less in the next calendar month.")
        #expect(text(.providerNoticePeriod) == "The provider ends a lease with 90 days of notice.")
        #expect(text(.tenantNoticePeriod) == "The tenant ends a lease with 60 days of notice.")
        #expect(
            text(.reclaimForCause)
                == "The provider may take capacity back for harmful-use or non-payment, with 7 days of notice.")
        #expect(
            text(.reclaimForConvenience)
                == "Without a cause the provider may take back at most 25 % of a lease's GPUs, 2 times in 365 days, with "
                + "30 days of notice.")
        #expect(
            text(.offRamp)
                == "What is taken back without a cause goes in 4 equal steps, 14 days apart, the first when the notice is over."
        )
        #expect(text(.availabilityCredits)?.contains("under 99.5 %, 5 % of") == true)
        #expect(
            text(.movable)
                == "Hardware may be exchanged for other hardware of its kind on Sat, Sun from 2:00 to 6:00 UTC, with 7 days of "
                + "notice.")
        // What no clause allows is said, too.
        let none = ContractTerms().explained()
        #expect(none.contains { $0.clause == .reclaimCauses && $0.text.contains("no cause") })
        #expect(none.contains { $0.clause == .curtailment && $0.text.contains("never lowered") })
        #expect(none.contains { $0.clause == .movable && $0.text.contains("never exchanged") })
    }

    @Test("that contradicts itself is refused with the two clauses", arguments: 0..<contradictory.count)
    func contradictions(place: Int) throws {
        let (first, second, change) = Self.contradictory[place]
        var desk = JournalledBook(Fleets.plain)
        var terms = Self.everything
        change(&terms)
        let refusal = try desk.refused(.putContract(name: "c", terms: terms))
        #expect(refusal.code == .invalid && refusal.pointer == first.pointer, "\(refusal)")
        #expect(
            refusal.detail.hasPrefix("clauses \(first.rawValue) and \(second.rawValue) contradict each other"),
            "\(refusal)")
        #expect(desk.book.contract("c") == nil)
    }

    static let contradictory: [(Clause, Clause, @Sendable (inout ContractTerms) -> Void)] = [
        (.rampDiscounts, .price, { $0.pricePerMonthMicros = nil }),
        (
            .commitment, .price,
            {
                ($0.pricePerMonthMicros, $0.pricePerGPUHourMicros, $0.pricePerMWhMicros) = (nil, nil, nil)
                $0.rampDiscounts = []
            }
        ),
        (.commitment, .minimumTerm, { $0.commitmentSeconds = 90 * day }),
        (.cancellationAfter, .noticePeriod, { ($0.noticeSeconds, $0.tenantNoticeSeconds) = (nil, nil) }),
        (.reclaimCauses, .reclaimForConvenience, { $0.reclaimCauses = ["convenience"] }),
        (.reclaimForCause, .reclaimCauses, { ($0.reclaimCauses, $0.approvals) = ([], nil) }),
        (.approvals, .reclaimCauses, { ($0.reclaimCauses, $0.causeNoticeSeconds) = ([], nil) }),
        (.approvals, .reclaimForConvenience, { $0.convenience = nil }),
        (
            .offRamp, .reclaimForConvenience,
            {
                ($0.reclaimCauses, $0.causeNoticeSeconds) = ([], nil)
                ($0.convenience, $0.cancellationAfter, $0.approvals) = (nil, nil, nil)
            }
        ),
        (.availabilityCredits, .availabilityTargetPercent, { $0.availabilityBasisPoints = nil }),
        (.availabilityCredits, .availabilityTargetPercent, { $0.availabilityBasisPoints = 9_900 }),
        (.curtailmentFloor, .curtailment, { ($0.curtailmentFloorPercent, $0.curtailmentMayStop) = (100, false) }),
        (.wholeRackSwap, .movable, { $0.wholeRackSwapNeedsConsent = false }),
    ]

    @Test("names sites and hardware that the fleet has, and that go together")
    func hardware() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.sites = ["north"]
        #expect(desk.refusal(of: .putContract(name: "c", terms: terms))?.pointer == "/sites/0")
        (terms.sites, terms.models) = ([], ["H300"])
        #expect(desk.refusal(of: .putContract(name: "c", terms: terms))?.pointer == "/gpu/0")
    }

    @Test("keeps leases to its sites and models, and gives them its spares")
    func narrowing() throws {
        let halls = "[{name: h1, blocks: [{name: b2, platform: hgx-h200, racks: 1, nodesPerRack: 4}]}]"
        let west = Fleets.site(
            "west", halls: halls, power: "[{name: west-feed, rating: 1 MW}]",
            turnRound: "{cleaning: 10m, validating: 20m, endsBy: timer}")
        var desk = JournalledBook(Fleets.parse(Fleets.text(more: west)))
        var terms = ContractTerms()
        (terms.sites, terms.models, terms.sparesPerDomain) = (["west"], ["H200"], 1)
        try desk.execute(.putContract(name: "c", terms: terms))
        let lease = try desk.request(order(.rack, until: noon + day, contract: "c"))
        #expect(lease.sites == ["west"] && lease.lines[0].models == ["H200"])
        #expect(lease.nodesInUse.count == 3 && lease.spares.count == 1)
        let refusal = desk.refusal(of: order(.node, until: noon + day, contract: "c", sites: ["east"]))
        #expect(refusal?.code == .clauseForbids && refusal?.pointer == "/sites", "\(String(describing: refusal))")
        #expect(refusal?.obstacles.map(\.name) == ["sites"] && refusal?.obstacles.map(\.kind) == [.clause])
        let other = desk.refusal(of: order(.node, until: noon + day, models: ["H100"], contract: "c"))
        #expect(other?.code == .clauseForbids && other?.obstacles.map(\.name) == ["gpu"])
    }

    @Test("keeps its versions; a lease keeps the one it was made under until its tenant amends it")
    func versions() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.curtailmentNoticeSeconds = 600
        try desk.execute(.putContract(name: "c", terms: terms))
        let first = try desk.request(order(.node, until: noon + 30 * day, contract: "c"))
        terms.curtailmentNoticeSeconds = 1_200
        desk.now += hour
        try desk.execute(.putContract(name: "c", terms: terms))
        // The same terms again are no new version.
        try desk.execute(.putContract(name: "c", terms: terms))
        let second = try desk.request(order(.node, until: noon + 30 * day, contract: "c"))
        #expect(first.contractVersion == 1 && second.contractVersion == 2)
        #expect(desk.book.contractHistory("c")?.versions.map(\.since) == [noon, noon + hour])
        #expect(desk.book.curtailmentTerms(of: desk.lease(first.number)).noticeSeconds == 600)
        #expect(desk.book.curtailmentTerms(of: desk.lease(second.number)).noticeSeconds == 1_200)
        // The provider prolongs it, and it keeps its terms; it cannot give it others.
        try desk.execute(.amendLease(first.number, Amendment(extendBySeconds: day)))
        #expect(desk.lease(first.number).contractVersion == 1)
        let refusal = desk.refusal(of: .amendLease(first.number, Amendment(adoptsTerms: true)))
        #expect(refusal?.code == .clauseForbids && refusal?.obstacles.first?.name == "price")
        let index = desk.index(of: "ada")
        try desk.execute(.amendLease(first.number, Amendment(extendBySeconds: day, audience: .tenant("ada"))))
        #expect(desk.lease(first.number).contractVersion == 2 && desk.index(of: "ada") == index + 1)
        #expect(desk.book.curtailmentTerms(of: desk.lease(first.number)).noticeSeconds == 1_200)
        // One that is removed is gone for new leases, and goes on counting when it comes again.
        for lease in [first, second] { try desk.execute(.releaseLease(lease.number, by: .tenant("ada"))) }
        desk.advance(to: noon + 40 * day)
        try desk.execute(.removeContract(name: "c"))
        #expect(desk.book.contract("c") == nil && desk.book.contractNames == [])
        #expect(desk.book.terms(of: desk.lease(first.number)) == terms)
        try desk.execute(.putContract(name: "c", terms: ContractTerms()))
        #expect(desk.book.contractHistory("c")?.number == 3)
    }

    @Test("has a thousand versions at most, whether or not it is removed in between")
    func versionsMax() throws {
        var desk = JournalledBook(Fleets.plain)
        desk.replaysAll = false
        func terms(_ number: Int64) -> ContractTerms {
            var terms = ContractTerms()
            terms.noticeSeconds = number
            return terms
        }
        for number in 0..<Int64(Contract.versionsMax) {
            _ = try desk.quietly(.putContract(name: "c", terms: terms(number)))
        }
        #expect(try desk.refused(.putContract(name: "c", terms: terms(-1))).code == .inUse)
        try desk.execute(.removeContract(name: "c"))
        #expect(try desk.refused(.putContract(name: "c", terms: terms(-1))).code == .inUse)
    }

    @Test("with every clause outlives the journal and a snapshot")
    func coding() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putContract(name: "c", terms: Self.everything))
        #expect(desk.book.contract("c") == Self.everything)
        #expect(try Book(snapshot: desk.book.snapshot()).contract("c") == Self.everything)
    }
}
