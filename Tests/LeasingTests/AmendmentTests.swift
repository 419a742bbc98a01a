// Amendments: whole or not at all, with figures worked by hand.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct AmendmentTests {
    private let feed = BudgetIndex(0)

    private func held(_ desk: JournalledBook, _ number: UInt64) -> WholeLease { desk.book.wholeLease(number)! }

    private func watts(_ desk: JournalledBook, at time: Int64) -> Watts {
        desk.book.packing.committedWatts(of: feed, at: time)
    }

    @Test("A lease is extended on its own hardware, up to what others have booked after it, and shortened")
    func end() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + 4 * hour))
        let other = try desk.request(order(.node, 1, tenant: "bob", from: noon + 9 * hour, until: noon + 10 * hour))
        try desk.execute(.amendLease(lease.number, Amendment(extendBySeconds: 4 * hour)))
        #expect(held(desk, lease.number).lease.end == noon + 8 * hour)
        // Half an hour of turn-round must be over when the other one begins.
        let refusal = desk.refusal(of: .amendLease(lease.number, Amendment(end: noon + 9 * hour - 1_799)))
        #expect(refusal?.code == .noCapacity)
        #expect(refusal?.obstacles.map(\.name) == [desk.book.naming.id(of: other.number)])
        #expect(refusal?.detail.contains(RFC3339.text(noon + 9 * hour - 1_800)) == true)
        try desk.execute(.amendLease(lease.number, Amendment(end: noon + 9 * hour - 1_800)))
        try desk.execute(.amendLease(lease.number, Amendment(end: noon + hour)))
        desk.advance(to: noon + hour)
        #expect(held(desk, lease.number).state == .ending)
        let late = desk.refusal(of: .amendLease(lease.number, Amendment(extendBySeconds: hour)))
        #expect(late?.code == .wrongState)
    }

    @Test("A tenant is not told whose bookings are in the way of an extension, nor of which budget is short")
    func strangers() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + 4 * hour))
        try desk.request(order(.node, 1, tenant: "bob", from: noon + 9 * hour, until: noon + 10 * hour))
        let amendment = Amendment(extendBySeconds: day, audience: .tenant("ada"))
        let refusal = desk.refusal(of: .amendLease(lease.number, amendment))
        #expect(refusal?.obstacles.map(\.name) == ["other commitments"])
        #expect(refusal?.obstacles.allSatisfy { $0.from == nil && $0.until == nil } == true)
    }

    @Test("A line grows in the time that the lease is extended by")
    func growthAfterTheOldEnd() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day))
        let more = Amendment(
            extendBySeconds: 3 * day, lines: [LineAmendment(name: "line", change: .count(5))], from: noon + 2 * day)
        try desk.execute(.amendLease(lease.number, more))
        for (time, gpus) in [(noon + day, 16), (noon + 2 * day, 40), (noon + 4 * day - 1, 40)] {
            desk.advance(to: time)
            #expect(held(desk, lease.number).promised.gpus == gpus)
        }
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("An extension into maintenance is refused with its name, which a tenant is not told")
    func maintenance() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + hour))
        let window = noon + 2 * hour..<noon + 3 * hour
        try desk.execute(.putMaintenance("pumps", MaintenanceTests.plan(0..<4, at: window)))
        let refusal = desk.refusal(of: .amendLease(lease.number, Amendment(extendBySeconds: day)))
        #expect(refusal?.code == .noCapacity && refusal?.obstacles.map(\.name) == ["pumps"])
        let told = desk.refusal(
            of: .amendLease(lease.number, Amendment(extendBySeconds: day, audience: .tenant("ada"))))
        #expect(told?.obstacles.map(\.name) == ["maintenance"])
        #expect(told?.detail.contains(RFC3339.text(window.lowerBound - 1_800)) == true)
    }

    @Test("A cap goes down and up at given times: the budgets carry each for as long as it holds")
    func cap() throws {
        var desk = JournalledBook(Fleets.plain)
        let idle = watts(desk, at: noon)
        let lease = try desk.request(order(.node, 2, until: noon + 10 * hour))
        let booked = watts(desk, at: noon)
        try desk.execute(.amendLease(lease.number, Amendment(cap: .watts(500), from: noon + hour)))
        try desk.execute(.amendLease(lease.number, Amendment(cap: .watts(600), from: noon + 2 * hour)))
        // Sixteen GPUs.
        #expect(watts(desk, at: noon + hour - 1) == booked)
        #expect(watts(desk, at: noon + hour) == booked - 16 * 200)
        #expect(watts(desk, at: noon + 2 * hour) == booked - 16 * 100)
        // The turn-round is at the last cap.
        #expect(watts(desk, at: noon + 10 * hour + 1_799) == booked - 16 * 100)
        #expect(watts(desk, at: noon + 10 * hour + 1_800) == idle)
        let promised = held(desk, lease.number).promised.watts
        desk.advance(to: noon + hour)
        #expect(held(desk, lease.number).cap == .watts(500))
        #expect(held(desk, lease.number).promised.watts == promised - 16 * 200)
        // From now on, in place of what was agreed for later.
        try desk.execute(.amendLease(lease.number, Amendment(cap: .watts(700))))
        #expect(watts(desk, at: noon + 2 * hour) == booked)
        let illegal = desk.refusal(of: .amendLease(lease.number, Amendment(cap: .watts(800))))
        #expect(illegal?.code == .invalid && illegal?.pointer == "/capWattsPerGpu")
        try desk.execute(.releaseLease(lease.number))
        desk.advance(to: noon + 3 * hour)
        #expect(watts(desk, at: noon + 3 * hour) == idle)
    }

    @Test("A cap that a budget does not carry at some instant is refused, and fits where the instant is left out")
    func budget() throws {
        // Two nodes at 500 W and two at 700 W for an hour: 4 × 4,600 + 16 × 500 + 16 × 700 W, and four idle nodes.
        let fleet = Fleets.plain
        let idle = JournalledBook(fleet).book.packing.committedWatts(of: feed, at: noon) / 8
        let limit = 4 * 4_600 + 16 * 500 + 16 * 700 + 4 * idle
        var desk = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: feed, rating: \(limit) W}]")))
        let lease = try desk.request(order(.node, 2, until: noon + 10 * hour, cap: .watts(500)))
        try desk.request(order(.node, 2, tenant: "bob", from: noon + 4 * hour, until: noon + 5 * hour))
        let refusal = desk.refusal(of: .amendLease(lease.number, Amendment(cap: .watts(501))))
        #expect(refusal?.code == .noCapacity && refusal?.obstacles.first?.name == "feed")
        #expect(refusal?.detail.contains("16 W too little") == true)
        // The other one's turn-round lasts to half past five.
        try desk.execute(.amendLease(lease.number, Amendment(cap: .watts(700), from: noon + 5 * hour + 1_800)))
    }

    @Test("A line grows beside what it has and shrinks by what frees whole racks")
    func units() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 5, until: noon + 10 * hour))
        #expect(held(desk, lease.number).lines[0].holdings.wholeNodes == [0..<5])
        let more = Amendment(lines: [LineAmendment(name: "line", change: .count(7))], from: noon + hour)
        try desk.execute(.amendLease(lease.number, more))
        desk.advance(to: noon + hour)
        #expect(held(desk, lease.number).lines[0].holdings.wholeNodes == [0..<7])
        // Three are in the second rack: when they go it is free as a whole.
        let fewer = Amendment(lines: [LineAmendment(name: "line", change: .count(4))])
        try desk.execute(.amendLease(lease.number, fewer))
        #expect(held(desk, lease.number).lines[0].holdings.wholeNodes == [0..<4])
        #expect(held(desk, lease.number).promised.gpus == 32)
        let tooMany = Amendment(lines: [LineAmendment(name: "line", change: .count(9))])
        #expect(desk.refusal(of: .amendLease(lease.number, tooMany))?.code == .noCapacity)
        let nothing = Amendment(lines: [LineAmendment(name: "line", change: .count(0))])
        #expect(desk.refusal(of: .amendLease(lease.number, nothing))?.code == .invalid)
        let stranger = Amendment(lines: [LineAmendment(name: "lime", change: .count(1))])
        #expect(desk.refusal(of: .amendLease(lease.number, stranger))?.pointer == "/reservations/0/name")
    }

    @Test("Several changes apply whole or not at all, and only while the lease is at the revision named")
    func whole() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + 4 * hour))
        let revision = held(desk, lease.number).revision
        var amendment = Amendment(
            extendBySeconds: hour, cap: .watts(600), lines: [LineAmendment(name: "line", change: .count(9))],
            ifMatch: revision)
        #expect(desk.refusal(of: .amendLease(lease.number, amendment))?.code == .noCapacity)
        #expect(held(desk, lease.number).cap == .watts(700) && held(desk, lease.number).lease.end == noon + 4 * hour)
        amendment.lines = [LineAmendment(name: "line", change: .count(4))]
        try desk.execute(.amendLease(lease.number, amendment))
        let after = held(desk, lease.number)
        #expect(after.cap == .watts(600) && after.lease.end == noon + 5 * hour && after.promised.gpus == 32)
        #expect(desk.refusal(of: .amendLease(lease.number, amendment))?.code == .preconditionFailed)
        amendment.audience = .tenant("ada")
        amendment.ifMatch = after.tenantIndex
        amendment.lines = []
        try desk.execute(.amendLease(lease.number, amendment))
    }

    @Test("A line that grows before a step that was agreed keeps its hardware when that step would have come")
    func growthBeforeAStep() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(of: ramp(2, (noon + 3 * hour, 6)), until: noon + 9 * hour))
        let three = Amendment(lines: [LineAmendment(name: "line", change: .count(3))])
        try desk.execute(.amendLease(lease.number, three))
        let now = held(desk, lease.number).lines[0].holdings.wholeNodes
        #expect(held(desk, lease.number).ramp(ofLine: 0).isEmpty)
        desk.advance(to: noon + 4 * hour)
        #expect(held(desk, lease.number).lines[0].holdings.wholeNodes == now)
        #expect(held(desk, lease.number).promised.gpus == 24)
    }

    @Test("A step that was agreed keeps its hardware when the line changes beside it")
    func changeBesideAStep() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(of: ramp(2, (noon + 3 * hour, 6)), until: noon + 9 * hour))
        let agreed = try #require(desk.book.parts(of: lease.number).last)
        func change(_ steps: RampStep...) -> Command {
            .amendLease(lease.number, Amendment(lines: [LineAmendment(name: "line", change: .ramp(steps))]))
        }
        func kept() -> Lease? { desk.book.parts(of: lease.number).first { $0.number == agreed.number } }
        #expect(agreed.state == .scheduled && agreed.nodesInUse.count == 4)
        // One more until then.
        try desk.execute(change(RampStep(at: noon, count: 3), RampStep(at: noon + 3 * hour, count: 6)))
        #expect(kept()?.state == .scheduled && kept()?.nodesInUse == agreed.nodesInUse)
        #expect(held(desk, lease.number).promised.gpus == 24)
        // One fewer from then on.
        try desk.execute(change(RampStep(at: noon, count: 3), RampStep(at: noon + 3 * hour, count: 5)))
        #expect(kept()?.state == .scheduled && kept()?.nodesInUse.count == 3)
        let left = kept()?.nodesInUse ?? []
        #expect(left.allSatisfy { agreed.nodesInUse.contains($0) })
        desk.advance(to: noon + 4 * hour)
        #expect(held(desk, lease.number).promised.gpus == 40)
    }

    @Test("The quota holds at every instant of what an amendment makes of a lease")
    func quota() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 32), description: ""))
        let lease = try desk.request(order(.node, 2, until: noon + 4 * hour))
        try desk.request(order(.node, 2, from: noon + 3 * hour, until: noon + 8 * hour))
        let more = Amendment(
            extendBySeconds: 4 * hour, lines: [LineAmendment(name: "line", change: .count(3))])
        #expect(desk.refusal(of: .amendLease(lease.number, more))?.code == .quotaExceeded)
        try desk.execute(.amendLease(lease.number, Amendment(extendBySeconds: 4 * hour)))
        try desk.execute(
            .amendLease(
                lease.number,
                Amendment(
                    lines: [
                        LineAmendment(
                            name: "line",
                            change: .ramp([RampStep(at: noon, count: 4), RampStep(at: noon + 3 * hour, count: 2)]))
                    ])))
        #expect(held(desk, lease.number).promised.gpus == 32)
    }
}
