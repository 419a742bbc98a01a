// Ramps: a line's count as steps, each step granted or none.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// A line of nodes with a count and later steps.
func ramp(_ count: Int, _ steps: (at: Int64, count: Int)..., within: WithinLevel? = nil) -> LeaseLine {
    LeaseLine(
        name: "line", shape: .node, count: count, models: [], within: within,
        ramp: steps.map { RampStep(at: $0.at, count: $0.count) })
}

@Suite struct RampTests {
    @Test("A ramp is made of windows, last in, first out")
    func windows() {
        let function = RampFunction(
            0..<100, initial: 2,
            steps: [(10, 5), (20, 3), (30, 4), (40, 0), (50, 1)].map { RampStep(at: $0.0, count: $0.1) })
        #expect(
            function.stretches == [
                RampStretch(window: 0..<40, count: 2), RampStretch(window: 10..<40, count: 1),
                RampStretch(window: 10..<20, count: 2), RampStretch(window: 30..<40, count: 1),
                RampStretch(window: 50..<100, count: 1),
            ])
    }

    @Test("A lease that ramps up and down holds at each time what its steps say, and is shown as one lease")
    func life() throws {
        var desk = JournalledBook(Fleets.plain)
        let order = order(of: ramp(2, (noon + hour, 5), (noon + 3 * hour, 1)), until: noon + 5 * hour)
        let number = try desk.request(order).number
        func whole() -> WholeLease { desk.book.wholeLease(number)! }
        #expect(whole().promised.gpus == 16 && whole().state == .active)
        #expect(whole().ramp(ofLine: 0).map(\.count) == [5, 1])
        #expect(whole().schedule(in: desk.book.fleet).map(\.promised.gpus) == [40, 8])
        #expect(whole().nextChangeAt == noon + hour)
        let index = desk.index(of: "ada")
        desk.advance(to: noon + hour)
        #expect(whole().promised.gpus == 40 && whole().delivered.gpus == 40)
        #expect(desk.index(of: "ada") == index + 1)
        desk.advance(to: noon + 3 * hour)
        #expect(whole().promised.gpus == 8 && whole().state == .active)
        // What was given back is turned round for half an hour, which the holder sees nothing of.
        let given = desk.index(of: "ada")
        desk.advance(to: noon + 3 * hour + 1_800)
        #expect(desk.index(of: "ada") == given)
        #expect(desk.book.leaseCount(in: .active) == 1 && desk.book.tenant("ada")!.leases.count == 1)
        desk.advance(to: noon + 6 * hour)
        #expect(whole().state == .expired && desk.book.leaseCount(in: .expired) == 1)
        #expect(desk.book.tenant("ada")!.leases.isEmpty)
    }

    @Test("A step that does not fit refuses the whole ramp, names the step, and what fits is offered")
    func refused() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.request(booked(nodes: 4, from: noon + 2 * hour, until: noon + 4 * hour))
        let wanted = order(of: ramp(2, (noon + 2 * hour, 6)), until: noon + 5 * hour)
        let refusal = desk.refusal(of: wanted)
        #expect(refusal?.code == .noCapacity)
        #expect(refusal?.detail.contains("to 6 at \(RFC3339.text(noon + 2 * hour))") == true)
        let explanation = desk.book.explain(wanted, to: .provider, now: desk.now)
        #expect(explanation.obstacles.contains { $0.kind == .booking })
        let most = explanation.counterOffers.first { $0.kind == .mostNow }
        #expect(most?.order.lines[0].ramp == [RampStep(at: noon + 2 * hour, count: 4)])
        // Four nodes are free again at 4:30; the first step can then be two and a half hours later.
        let later = explanation.counterOffers.first { $0.kind == .earliestStart }
        #expect(later?.order.start == noon + 5 * hour / 2)
        for offer in explanation.counterOffers {
            var copy = desk
            let lease = try copy.request(offer.order, token: offer.planToken)
            #expect(lease.tenant == "ada")
        }
    }

    @Test("All steps of a line within a rack lie in one rack, though another suits the first step better")
    func within() throws {
        var desk = JournalledBook(Fleets.plain)
        // The first rack has two free nodes and so suits two nodes best; four only fit into the second one.
        try desk.request(booked(nodes: 2, from: nil, until: noon + 9 * hour))
        let lease = try desk.request(
            order(of: ramp(2, (noon + hour, 4), within: .rack), until: noon + 5 * hour))
        desk.advance(to: noon + hour)
        #expect(desk.book.wholeLease(lease.number)!.lines[0].holdings.wholeNodes == [4..<8])
    }

    private func booked(nodes: Int, from start: Int64?, until end: Int64) -> LeaseOrder {
        order(.node, nodes, tenant: "bob", from: start, until: end)
    }
}
