// Leases of MIG instances.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct MIGLeaseTests {
    @Test("Instances are granted on as few GPUs as hold them, and count as instances, not as GPUs")
    func granted() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(of: instances(8), until: noon + day))
        #expect(lease.slices.count == 8 && Set(lease.slices.map(\.moduleMask)).count == 2)
        #expect(lease.slices.prefix(7).map(\.start).sorted() == Array(0...6))
        // An eighth of (8 × 700 W + 4,600 W) / 8 each, rounded down.
        #expect(lease.promised == Capacity(gpus: 0, watts: 8 * (10_200 / 64), migInstances: 8))
        #expect(lease.delivered(in: desk.book.fleet) == lease.promised)
        #expect(LeaseHardware.paths(of: lease.lines[0].holdings, in: desk.book.fleet).count == 2)
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 2 * day)
        #expect(desk.lease(lease.number).state == .expired && BookRules.violations(of: desk.book) == [])
    }

    @Test("A GPU is shared by leases of one cap, and not with one of another")
    func shared() throws {
        var desk = JournalledBook(Fleets.plain)
        let first = try desk.request(order(of: instances(2), until: noon + day))
        let second = try desk.request(order(of: instances(1, "3g.40gb", id: 9), tenant: "bob", until: noon + 2 * day))
        #expect(second.slices[0].node == first.slices[0].node)
        #expect(second.slices[0].moduleMask == first.slices[0].moduleMask)
        let other = try desk.request(order(of: instances(1), until: noon + day, cap: .watts(500)))
        #expect(other.slices[0].moduleMask != first.slices[0].moduleMask)
        #expect(BookRules.violations(of: desk.book) == [])
        // The GPU stays committed until the last one has left it.
        _ = try desk.execute(.releaseLease(first.number))
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + hour)
        #expect(desk.lease(first.number).state == .expired && desk.lease(second.number).state == .active)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A quota counts eight memory slices as one GPU, rounded up for each line")
    func quota() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 2), description: ""))
        #expect(desk.refusal(of: order(of: instances(17), until: noon + day))?.code == .quotaExceeded)
        let lease = try desk.request(
            order(of: instances(7), instances(1, "2g.20gb", id: 14, named: "two"), until: noon + day))
        #expect(desk.book.tenant("ada")!.gpuTimeline.value(at: noon) == 2)
        #expect(desk.refusal(of: order(of: instances(1), until: noon + day))?.code == .quotaExceeded)
        _ = try desk.execute(.releaseLease(lease.number))
        desk.now += 60
        _ = try desk.request(order(of: instances(16), until: noon + day))
    }

    @Test("Only platforms that have the profile under its name are accepted")
    func names() throws {
        let halls =
            "[{name: h1, blocks: [{name: b1, platform: hgx-h200, racks: 1, nodesPerRack: 2}], "
            + "racks: [{name: r9, platform: gb200-nvl72}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        #expect(desk.refusal(of: order(of: instances(1), until: noon + day))?.pointer == "/reservations/0/profile")
        let lease = try desk.request(order(of: instances(3, "1g.18gb"), until: noon + day))
        #expect(lease.slices.allSatisfy { $0.node < 2 })
        var unnamed = instances(1)
        unnamed.profile = nil
        #expect(desk.refusal(of: order(of: unnamed, until: noon + day))?.pointer == "/reservations/0/profile")
        #expect(
            desk.refusal(of: order(of: instances(1, "2g.18gb"), until: noon + day))?.pointer
                == "/reservations/0/profile")
    }

    @Test("The instances of a failed node move to free places in the rack, of each lease on it")
    func replaced() throws {
        var desk = JournalledBook(Fleets.plain)
        let many = try desk.request(order(of: instances(9), until: noon + day))
        let few = try desk.request(order(of: instances(2, "2g.20gb", id: 14), tenant: "bob", until: noon + day))
        let node = many.slices[0].node
        #expect(few.slices[0].node == node)
        desk.now += 60
        let outcome = try desk.set(.fault, node)
        #expect(outcome.replacements.count == 11 && outcome.degraded == [])
        for number in [many.number, few.number] {
            let lease = desk.lease(number)
            #expect(lease.slices.allSatisfy { $0.node != node } && lease.conditions.isEmpty)
            #expect(lease.delivered(in: desk.book.fleet) == lease.promised)
        }
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 2 * day)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Instances that find no place stay, and the lease delivers what is left")
    func degraded() throws {
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 1}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        var one = instances(3)
        one.spread = LineSpread(over: .rack, unitsMax: 2)
        let lease = try desk.request(order(of: one, until: noon + day))
        let down = lease.slices.filter { $0.node == lease.slices[0].node }.count
        #expect(try desk.set(.fault, lease.slices[0].node).degraded == [lease.number])
        let held = desk.lease(lease.number)
        #expect(held.slices == lease.slices)
        #expect(held.delivered(in: desk.book.fleet).migInstances == 3 - down)
        #expect(held.delivered(in: desk.book.fleet).watts == Watts(3 - down) * 159)
        #expect(BookRules.violations(of: desk.book) == [])
        try desk.set(.repair, lease.slices[0].node)
        desk.advance(to: noon + hour)
        #expect(desk.lease(lease.number).conditions.isEmpty)
    }

    @Test("Where somebody has to report it, a GPU comes back when its node is validated")
    func byReport() throws {
        var desk = JournalledBook(Fleets.reported)
        let lease = try desk.request(order(of: instances(2), until: noon + hour))
        let node = lease.slices[0].node
        desk.advance(to: noon + hour + 60)
        #expect(desk.lease(lease.number).state == .ending)
        try desk.set(.cleaned, node)
        try desk.set(.validated, node)
        #expect(desk.lease(lease.number).state == .expired && BookRules.violations(of: desk.book) == [])
        let late = try desk.request(order(of: instances(2), until: noon + 3 * hour))
        desk.advance(to: noon + 2 * day)
        #expect(desk.lease(late.number).state == .expired)
        #expect(desk.book.packing.notReadyModules(of: NodeIndex(node)) != 0)
        try desk.set(.validated, node)
        #expect(desk.book.packing.notReadyModules(of: NodeIndex(node)) == 0)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A plan's token fixes the instances, and is overtaken when one is taken")
    func planned() throws {
        var desk = JournalledBook(Fleets.plain)
        let wanted = order(of: instances(3, spread: LineSpread(over: .node)), until: noon + day)
        let plan = try desk.book.plan(wanted, now: desk.now)
        #expect(plan.lease.slices.count == 3 && Set(plan.lease.slices.map(\.node)).count == 3)
        // What others do elsewhere does not void it.
        var elsewhere = order(until: noon + day)
        elsewhere.lines[0].pins = desk.book.register.permanent(
            (0..<8).filter { !plan.lease.slices.map(\.node).contains($0) })
        _ = try desk.request(elsewhere)
        let lease = try desk.request(wanted, token: plan.token)
        #expect(lease.slices == plan.lease.slices)
        #expect(desk.refusal(of: wanted, token: plan.token)?.code == .planOvertaken)
        var other = wanted
        other.lines[0].spread = LineSpread(over: .node, unitsMax: 2)
        #expect(desk.refusal(of: other, token: plan.token)?.code == .invalid)
    }

    @Test("A refusal offers as many instances as fit, with the same terms")
    func offers() throws {
        var desk = JournalledBook(Fleets.plain)
        let wanted = order(
            of: instances(100, spread: LineSpread(over: .node, unitsMax: 3)), until: noon + day)
        #expect(desk.refusal(of: wanted)?.code == .noCapacity)
        let explanation = desk.book.explain(wanted, to: .provider, now: desk.now)
        let most = try #require(explanation.counterOffers.first { $0.kind == .mostNow })
        #expect(most.order.lines[0].count == 24 && most.order.lines[0].spread == wanted.lines[0].spread)
        #expect(most.order.summary == "24 × 1g.10gb")
        #expect(explanation.obstacles.contains { $0.message.contains("at most 3 in each node") })
        let granted = try desk.request(most.order, token: most.planToken)
        #expect(granted.promised.migInstances == 24)
    }
}
