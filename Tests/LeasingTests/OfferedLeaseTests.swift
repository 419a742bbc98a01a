// What is offered to another tenant is a lease as it is, with what is to come of it, whether it is to be handed over or let.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes of eight GPUs, with turn-round of half an hour.
@Suite struct OfferedLeaseTests {
    enum Kind: CaseIterable { case transfer, sublease }

    private func desk(approval: Bool = false) throws -> JournalledBook {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.transfers = TransferClause(needsApproval: approval, expirySeconds: 3 * day)
        terms.subleases = SubleaseClause(needsApproval: approval, expirySeconds: 3 * day)
        try desk.execute(.putContract(name: "c", terms: terms))
        return desk
    }

    private func offer(
        _ kind: Kind, _ lease: Lease, _ selection: LeaseSelection? = nil, by audience: Audience = .tenant("ada")
    ) -> Command {
        switch kind {
        case .transfer: .proposeTransfer(lease.number, TransferOrder(to: "bob", selection: selection), by: audience)
        case .sublease: .proposeSublease(lease.number, SubleaseOrder(to: "bob", selection: selection), by: audience)
        }
    }

    private func accept(
        _ kind: Kind, _ number: UInt64 = 1, by audience: Audience = .tenant("bob"), contract: String? = nil
    ) -> Command {
        switch kind {
        case .transfer:
            .answerTransfer(number, TransferReply(accepts: true, contract: contract), by: audience)
        case .sublease: .answerSublease(number, accepts: true, by: audience)
        }
    }

    private func withdraw(_ kind: Kind, _ number: UInt64 = 1) -> Command {
        switch kind {
        case .transfer: .withdrawTransfer(number, by: .tenant("ada"))
        case .sublease: .endSublease(number, by: .tenant("ada"))
        }
    }

    private func offerCount(_ desk: JournalledBook) -> Int {
        desk.book.openTransfers.count + desk.book.openSubleases.count
    }

    /// What the other tenant has once it has accepted: the lease that went over, or the one that is let.
    private func nodesWon(_ kind: Kind, _ desk: JournalledBook) throws -> [Int] {
        let number =
            switch kind {
            case .transfer: try #require(desk.book.tenant("bob")!.leases.first()).key
            case .sublease: try #require(desk.book.subleasesInForce.first).lease
            }
        return desk.book.wholeLease(number)!.lines.flatMap(\.holdings.wholeNodes).flatMap { Array($0) }.sorted()
    }

    private func change(_ change: LineAmendment.Change, from: Int64? = nil) -> Amendment {
        Amendment(lines: [LineAmendment(name: "line", change: change)], from: from, audience: .tenant("ada"))
    }

    // MARK: What is to come

    @Test("Sizes to come are part of what is offered: changed up or down, it is overtaken", arguments: Kind.allCases)
    func sizesToCome(kind: Kind) throws {
        let changes = [
            change(.count(2), from: noon + 2 * day), change(.count(6), from: noon + 2 * day),
            change(.ramp([RampStep(at: noon + 5 * day, count: 1)])),
        ]
        for amendment in changes {
            var desk = try desk()
            let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
            desk.advance(to: noon + hour)
            try desk.execute(offer(kind, lease))
            try desk.execute(.amendLease(lease.number, amendment))
            #expect(desk.refusal(of: accept(kind))?.code == .planOvertaken, "\(amendment)")
            // Offered again it is shown, and agreed to.
            try desk.execute(withdraw(kind))
            try desk.execute(offer(kind, lease))
            try desk.execute(accept(kind, 2))
            #expect(try nodesWon(kind, desk).count == 4)
        }
    }

    @Test("An offer says what is to come of sizes and caps, and as much of a share", arguments: Kind.allCases)
    func schedule(kind: Kind) throws {
        var desk = try desk()
        let wanted = order(of: ramp(4, (noon + 5 * day, 6), (noon + 20 * day, 3)), until: noon + 30 * day)
        let lease = try desk.request(wanted)
        try desk.execute(
            .amendLease(lease.number, Amendment(cap: .watts(500), from: noon + 10 * day, audience: .tenant("ada"))))
        desk.advance(to: noon + hour)
        func shown() throws -> (ramp: [Int], schedule: [ScheduleStep], cap: PowerCap) {
            switch kind {
            case .transfer:
                let transfer = try #require(desk.book.openTransfers.first)
                return (transfer.ramp(ofLine: 0).map(\.count), transfer.schedule(in: desk.book), transfer.cap)
            case .sublease:
                let sublease = try #require(desk.book.openSubleases.first)
                return (sublease.ramp(ofLine: 0).map(\.count), sublease.schedule(in: desk.book), sublease.cap)
            }
        }
        try desk.execute(offer(kind, lease))
        let whole = try shown()
        #expect(whole.ramp == [6, 3] && whole.cap == .watts(700))
        #expect(whole.schedule == desk.book.wholeLease(lease.number)!.schedule(in: desk.book.fleet))
        #expect(whole.schedule.map(\.promised.gpus) == [48, 48, 24])
        #expect(whole.schedule.map(\.cap) == [.watts(700), .watts(500), .watts(500)])
        try desk.execute(withdraw(kind))
        try desk.execute(offer(kind, lease, LeaseSelection(nodes: [lease.nodesInUse[0]..<lease.nodesInUse[0] + 1])))
        let share = try shown()
        #expect(share.ramp == [] && share.schedule.map(\.promised.gpus) == [8])
        #expect(share.schedule.map(\.cap) == [.watts(500)])
    }

    // MARK: Which units

    @Test("Units that were named by number are those that go, and no others in their place", arguments: Kind.allCases)
    func namedUnits(kind: Kind) throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 5, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        let two = LeaseSelection(units: [.init(line: "line", count: 2)])
        try desk.execute(offer(kind, lease, two))
        let last = lease.nodesInUse[4]
        try desk.execute(.splitLease(lease.number, LeaseSelection(nodes: [last..<last + 1]), by: .tenant("ada")))
        #expect(desk.refusal(of: accept(kind))?.code == .planOvertaken)
        // What is split off elsewhere changes nothing of it.
        try desk.execute(withdraw(kind))
        try desk.execute(offer(kind, lease, two))
        let first = lease.nodesInUse[0]
        try desk.execute(.splitLease(lease.number, LeaseSelection(nodes: [first..<first + 1]), by: .tenant("ada")))
        try desk.execute(accept(kind, 2))
        #expect(try nodesWon(kind, desk) == [lease.nodesInUse[2], lease.nodesInUse[3]])
    }

    @Test("What replaces a node goes along in its place", arguments: Kind.allCases, [true, false])
    func replaced(kind: Kind, byNumber: Bool) throws {
        var desk = try desk()
        let filler = try desk.request(order(.node, until: noon + hour))
        try desk.request(order(.node, 4, until: noon + 30 * day))
        let lease = try desk.request(order(.node, 3, until: noon + 30 * day, contract: "c"))
        // What is free then comes before what the lease holds, and takes the place of the last of its nodes.
        desk.advance(to: noon + day)
        #expect(filler.nodesInUse[0] < lease.nodesInUse[0])
        let offered = Set(lease.nodesInUse.suffix(2))
        try desk.execute(
            offer(
                kind, lease,
                byNumber
                    ? LeaseSelection(units: [.init(line: "line", count: 2)])
                    : LeaseSelection(nodes: offered.sorted().map { $0..<$0 + 1 }.coalesced())))
        try desk.set(.fault, lease.nodesInUse[2])
        let new = Set(desk.lease(lease.number).nodesInUse).subtracting(lease.nodesInUse)
        #expect(new == Set(filler.nodesInUse))
        try desk.execute(accept(kind))
        #expect(try nodesWon(kind, desk) == offered.subtracting([lease.nodesInUse[2]]).union(new).sorted())
        #expect(BookRules.violations(of: desk.book) == [])
    }

    // MARK: Offers beside offers, and when they are over

    @Test("A lease is offered to be used or to be taken over, and not both", arguments: Kind.allCases)
    func oneOffer(kind: Kind) throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        try desk.execute(offer(kind, lease))
        for other in Kind.allCases {
            let refusal = desk.refusal(of: offer(other, lease))
            #expect(refusal?.code == .wrongState && refusal!.detail.contains("bob"), "\(other)")
        }
    }

    @Test("What is offered of a lease is over with it, and both are told", arguments: Kind.allCases)
    func overWithTheLease(kind: Kind) throws {
        var desk = try desk()
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.execute(offer(kind, lease))
        let (own, others) = (desk.index(of: "ada"), desk.index(of: "bob"))
        try desk.execute(.releaseLease(lease.number, by: .tenant("ada")))
        #expect(offerCount(desk) == 0 && desk.refusal(of: accept(kind))?.code == .notFound)
        #expect(desk.index(of: "ada") == own + 1 && desk.index(of: "bob") == others + 1)
        // By time, too.
        let short = try desk.request(order(.node, 1, until: noon + day, contract: "c"))
        try desk.execute(offer(kind, short))
        desk.advance(to: noon + day)
        #expect(offerCount(desk) == 0)
    }

    @Test("An operator agrees by what it offers; the tenants have to agree to it as well", arguments: Kind.allCases)
    func operatorsOffer(kind: Kind) throws {
        var desk = try desk(approval: true)
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.execute(offer(kind, lease, by: .provider))
        #expect(desk.refusal(of: accept(kind, by: .provider))?.detail == "you have agreed already")
        try desk.execute(accept(kind))
        #expect(offerCount(desk) == 1)
        try desk.execute(accept(kind, by: .tenant("ada")))
        #expect(offerCount(desk) == 0)
        #expect(try nodesWon(kind, desk).count == 4)
    }

    @Test("By its offer an operator has not agreed to other terms that the receiver takes a lease under")
    func otherTerms() throws {
        var desk = try desk(approval: true)
        var cheap = ContractTerms()
        (cheap.tenant, cheap.pricePerGPUHourMicros) = ("bob", 1)
        try desk.execute(.putContract(name: "cheap", terms: cheap))
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        try desk.execute(offer(.transfer, lease, by: .provider))
        try desk.execute(accept(.transfer, contract: "cheap"))
        try desk.execute(accept(.transfer, by: .tenant("ada")))
        #expect(desk.lease(lease.number).state == .active)
        try desk.execute(accept(.transfer, by: .provider))
        #expect(desk.lease(lease.number).state == .transferred && desk.lease(2).contract == "cheap")
    }

    // MARK: Repeated requests

    @Test("A repeated key names the offer that it made, whatever has become of it", arguments: Kind.allCases)
    func keys(kind: Kind) throws {
        var desk = try desk()
        func key(_ name: String) -> IdempotencyKey { IdempotencyKey(scope: "ada", key: name, bodyDigest: [1]) }
        func number(_ outcome: Outcome) -> UInt64? {
            switch outcome.offer {
            case .transfer(let note): note.transfer.number
            case .sublease(let note): note.sublease.number
            case nil: nil
            }
        }
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        desk.advance(to: noon + hour)
        #expect(number(try desk.execute(offer(kind, lease), key: key("one"))) == 1)
        let withdrawn = try desk.execute(withdraw(kind), key: key("end"))
        #expect(number(try desk.execute(offer(kind, lease))) == 2)
        let again = try desk.execute(offer(kind, lease), key: key("one"))
        #expect(again.isRepeated && number(again) == 1)
        let ended = try desk.execute(withdraw(kind), key: key("end"))
        #expect(ended.isRepeated && ended.offer == withdrawn.offer && offerCount(desk) == 1)
        // After a restart, too.
        var restored = try Book(snapshot: desk.book.snapshot())
        let context = CommandContext(
            actor: Actor(name: "uid:1 ada", role: "tenant:ada"), reason: "test", requestID: "r",
            idempotencyKey: key("one"), now: desk.now)
        #expect(number(try restored.execute(offer(kind, lease), context).outcome) == 1)
    }
}
