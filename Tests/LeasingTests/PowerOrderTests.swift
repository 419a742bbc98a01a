// Orders to the actuator, notices to tenants, and the freeze.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct PowerOrderTests {
    /// A book with one standard lease of four nodes and a load target in an hour that lowers it to 86 %.
    private func desk() throws -> (JournalledBook, Lease) {
        var desk = JournalledBook(Fleets.plain)
        var four = order(.node, 4, until: noon + 30 * day)
        four.leaseClass = .standard
        let lease = try desk.request(four)
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        try desk.execute(.setLoadTarget(target(drawn - 3_000)))
        return (desk, desk.lease(lease.number))
    }

    private func target(_ watts: Watts) -> LoadTarget {
        LoadTarget(
            key: LoadTargetKey(budget: "feed", id: "grid"), kind: .economic, watts: watts, start: noon + hour,
            end: noon + 2 * hour)
    }

    private func orders(_ book: Book) -> [PowerOrder] {
        var orders: [PowerOrder] = []
        book.forEachOrder { order in
            orders.append(order)
            return true
        }
        return orders
    }

    @Test func eachCapAndItsEndIsAnOrderWithADeadline() throws {
        let (desk, lease) = try desk()
        let orders = orders(desk.book)
        #expect(orders.map(\.percent) == [86, nil])
        #expect(orders.map(\.deadline) == [noon + hour, noon + 2 * hour])
        #expect(orders.allSatisfy { $0.lease == lease.number && $0.issuedAt == noon && !$0.isOverdue })
    }

    @Test func anOrderWithoutAnAcknowledgementIsOverdueAtHalfItsNotice() throws {
        var (desk, _) = try desk()
        desk.advance(to: noon + hour / 2 - 1)
        #expect(orders(desk.book).map(\.isOverdue) == [false, false])
        let index = desk.book.ordersIndex
        desk.advance(to: noon + hour / 2)
        #expect(orders(desk.book).map(\.isOverdue) == [true, false])
        #expect(desk.book.ordersIndex == index + 1)
        #expect(desk.book.overdueOrderCount == 1)
        // Acknowledged late, it is no longer overdue.
        try desk.execute(.acknowledgeOrders([orders(desk.book)[0].number]))
        #expect(orders(desk.book).map(\.isOverdue) == [false, false])
        #expect(desk.book.overdueOrderCount == 0)
    }

    @Test func anAcknowledgedOrderIsNot() throws {
        var (desk, _) = try desk()
        let first = orders(desk.book)[0].number
        try desk.execute(.acknowledgeOrders([first]))
        try desk.execute(.acknowledgeOrders([first]))
        #expect(orders(desk.book)[0].acknowledgedAt == noon)
        #expect(orders(desk.book)[0].acknowledgedBy == "uid:1 op")
        desk.advance(to: noon + hour)
        #expect(orders(desk.book)[0].isOverdue == false)
        #expect(desk.refusal(of: .acknowledgeOrders([999]))?.code == .notFound)
    }

    @Test func aTargetSetAnewWithdrawsWhatIsNotYetDue() throws {
        var (desk, _) = try desk()
        try desk.execute(.acknowledgeOrders([orders(desk.book)[0].number]))
        let drawn = desk.book.packing.entitledWatts(of: BudgetIndex(0), at: noon)
        try desk.execute(.setLoadTarget(target(drawn - 1_000)))
        #expect(orders(desk.book).map(\.percent) == [95, nil])
        #expect(orders(desk.book).allSatisfy { $0.acknowledgedAt == nil })
        try desk.execute(.removeLoadTarget(LoadTargetKey(budget: "feed", id: "grid")))
        #expect(orders(desk.book).isEmpty)
    }

    @Test func aReleasedLeaseHasNoOrders() throws {
        var (desk, lease) = try desk()
        try desk.execute(.releaseLease(lease.number))
        #expect(orders(desk.book).isEmpty)
        desk.advance(to: noon + 40 * day)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func theTenantIsToldAtOnceAndMaySayThatItKnows() throws {
        var desk = JournalledBook(Fleets.plain)
        var four = order(.node, 4, until: noon + 30 * day)
        four.leaseClass = .standard
        let lease = try desk.request(four)
        let (own, other) = (desk.index(of: "ada"), desk.index(of: "bob"))
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        try desk.execute(.setLoadTarget(target(drawn - 3_000)))
        #expect(desk.index(of: "ada") == own + 1 && desk.index(of: "bob") == other)
        let notice = try #require(desk.lease(lease.number).curtailments.first?.notice)
        try desk.execute(.acknowledgeNotice(notice, lease: lease.number))
        #expect(desk.lease(lease.number).curtailments[0].acknowledgedAt == noon)
        #expect(desk.refusal(of: .acknowledgeNotice(notice + 1, lease: lease.number))?.code == .notFound)
        // Its answer changes when it begins and when it ends.
        let before = desk.index(of: "ada")
        desk.advance(to: noon + hour)
        #expect(desk.index(of: "ada") == before + 1 && desk.lease(lease.number).has(.curtailed))
        desk.advance(to: noon + 2 * hour)
        #expect(desk.index(of: "ada") == before + 2 && !desk.lease(lease.number).has(.curtailed))
    }

    @Test func timeThatIsFrozenIsNotFrozenAgainByAnotherOrForAnotherReason() throws {
        var (desk, _) = try desk()
        try desk.execute(.setFreeze(true))
        var copy = desk.book
        for (name, reason) in [("uid:2 op", "test"), ("uid:1 op", "another")] {
            let context = CommandContext(
                actor: Actor(name: name, role: "operator"), reason: reason, requestID: "r", now: desk.now)
            do throws(Refusal) {
                _ = try copy.execute(.setFreeze(true), context)
                Issue.record("frozen again by \(name)")
            } catch {
                #expect(error.code == .wrongState && error.detail.hasPrefix("uid:1 op has frozen time already, at "))
                #expect(error.detail.contains(": test; "))
            }
        }
    }

    @Test func whileFrozenNothingComesByTimeAndThenAllOfItWithItsOwnTime() throws {
        var (desk, lease) = try desk()
        try desk.execute(.setFreeze(true))
        try desk.execute(.setFreeze(true))
        #expect(desk.book.nextDueAt == nil && desk.book.freeze?.since == noon)
        desk.advance(to: noon + 90 * 60)
        #expect(!desk.lease(lease.number).has(.curtailed))
        // Requests are answered as ever.
        let other = try desk.request(order(.node, 1, from: noon + 3 * hour, until: noon + 2 * day))
        #expect(other.state == .scheduled)
        try desk.execute(.setFreeze(false))
        desk.advance(to: desk.now)
        #expect(desk.lease(lease.number).conditions.map(\.since) == [noon + hour])
        #expect(orders(desk.book)[0].isOverdue)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func anAmendmentSaysThatWhatIsDueIsFrozenAndByWhom() throws {
        var (desk, lease) = try desk()
        try desk.execute(.setFreeze(true))
        // Nothing of the lease is due yet.
        try desk.execute(.amendLease(lease.number, Amendment(end: noon + 29 * day)))
        // Its first step is due at the deadline of the target.
        desk.now = noon + hour
        let refusal = desk.refusal(of: .amendLease(lease.number, Amendment(end: noon + 20 * day)))
        #expect(refusal?.code == .wrongState)
        let freeze = try #require(desk.book.freeze)
        #expect(
            refusal?.detail == "a change of the lease is due, and time-driven changes are frozen since "
                + "2027-01-15T08:00:00Z by \(freeze.actor): \(freeze.reason); `berth unfreeze` comes first")
        let toTenant = desk.refusal(
            of: .amendLease(lease.number, Amendment(end: noon + 20 * day, audience: .tenant("ada"))))
        #expect(
            toTenant?.detail == "a change of the lease is due and the provider has frozen what time drives; it can be "
                + "amended when that goes on")
        // What was planned goes on by time: the ceiling, the steps and the ledger.
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon + hour) == drawn - 32 * 98)
        #expect(desk.book.packing.limit(of: BudgetIndex(0), at: noon + hour) == drawn - 3_000)
        let energy = desk.lease(lease.number).curtailedEnergy(until: noon + hour + 600, desk.book.fleet)
        #expect(energy.joules == 3_136 * 600 && !desk.lease(lease.number).has(.curtailed))
        try desk.execute(.setFreeze(false))
        desk.advance(to: noon + hour)
        try desk.execute(.amendLease(lease.number, Amendment(end: noon + 20 * day)))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aLeaseGivenBackBeforeItIsLoweredIsNotAmongThem() throws {
        var (desk, lease) = try desk()
        let key = LoadTargetKey(budget: "feed", id: "grid")
        #expect(desk.book.leases(loweredBy: key).map(\.number) == [lease.number])
        try desk.execute(.releaseLease(lease.number))
        #expect(desk.book.leases(loweredBy: key).isEmpty && !desk.lease(lease.number).isLowered(by: key))
        #expect(desk.lease(lease.number).effect(of: key, in: desk.book.fleet) == (0, 0))
        // One that has been lowered for half an hour stays among them.
        var (other, second) = try self.desk()
        other.advance(to: noon + hour + 1_800)
        try other.execute(.releaseLease(second.number))
        #expect(other.book.leases(loweredBy: key).map(\.number) == [second.number])
        #expect(other.lease(second.number).effect(of: key, in: other.book.fleet) == (3_136, 3_136 * 1_800))
        #expect(BookRules.violations(of: desk.book) == [] && BookRules.violations(of: other.book) == [])
    }

    @Test func aLeaseGivenBackBeforeItsStartLosesNothing() throws {
        var desk = JournalledBook(Fleets.plain)
        var later = order(.node, 4, from: noon + hour, until: noon + day)
        later.leaseClass = .standard
        let lease = try desk.request(later)
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon + hour)
        try desk.execute(.setLoadTarget(target(drawn - 3_000)))
        let key = LoadTargetKey(budget: "feed", id: "grid")
        #expect(desk.book.leases(loweredBy: key).map(\.number) == [lease.number])
        try desk.execute(.releaseLease(lease.number))
        desk.advance(to: noon + 3 * hour)
        #expect(desk.lease(lease.number).state == .cancelled && desk.book.leases(loweredBy: key).isEmpty)
        #expect(desk.lease(lease.number).curtailedEnergy(until: desk.book.time, desk.book.fleet) == CurtailedEnergy())
    }
}
