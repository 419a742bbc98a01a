// Nodes that fail under a lease: replaced where there is something, missed where there is not.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct FaultTests {
    @Test("A lease that loses a node without replacement is Degraded until the node is repaired and validated")
    func degradedAndBack() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + 10 * day))
        desk.now += 100
        let outcome = try desk.set(.fault, 2)
        #expect(outcome.degraded == [lease.number] && outcome.replacements.isEmpty)
        var held = desk.lease(lease.number)
        #expect(held.state == .active && held.downNodes == [2])
        #expect(held.conditions == [Condition(kind: .degraded, reason: "east-h1-b1-r1-n3 down", since: noon + 100)])
        #expect(held.delivered(in: desk.book.fleet) == Capacity(gpus: 56, watts: 7 * 10_200))
        #expect(held.promised == Capacity(gpus: 64, watts: 8 * 10_200))
        #expect(desk.refusal(of: .setNodes(.fault, nodes: [2..<3], until: nil))?.code == .wrongState)

        desk.now += 100
        try desk.set(.fault, 5)
        held = desk.lease(lease.number)
        #expect(held.downNodes == [2, 5] && held.conditions[0].since == noon + 100)
        try desk.set(.repair, 2, 5)
        #expect(desk.book.packing.health(of: NodeIndex(2)) == .validating)
        #expect(desk.lease(lease.number).downNodes == [2, 5])
        #expect(desk.book.nextDueAt == noon + 200 + 1_200)
        // One is validated by report, the other by the timer.
        try desk.set(.validated, 2)
        #expect(desk.lease(lease.number).downNodes == [5])
        desk.advance(to: noon + 200 + 1_200)
        held = desk.lease(lease.number)
        #expect(held.downNodes == [] && held.conditions == [] && held.delivered(in: desk.book.fleet) == held.promised)
        #expect(desk.book.packing.health(of: NodeIndex(5)) == .open)
        #expect(desk.book.note(on: NodeIndex(5)) == nil)
    }

    @Test("Where nodes are validated by report, no timer does it")
    func validationByReport() throws {
        var desk = JournalledBook(Fleets.reported)
        let lease = try desk.request(order(.node, 8, until: noon + 10 * day))
        try desk.set(.fault, 0)
        try desk.set(.repair, 0)
        desk.advance(to: noon + day)
        #expect(desk.lease(lease.number).downNodes == [0])
        try desk.set(.validated, 0)
        #expect(desk.lease(lease.number).downNodes == [])
    }

    @Test("A failed node is replaced by a spare of its own domain first, and by no other")
    func spareFirst() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.rack, 2, until: noon + day, spares: 1))
        #expect(lease.nodesInUse == [0, 1, 2, 4, 5, 6] && lease.spares == [3, 7])
        #expect(lease.promised.gpus == 48)
        var outcome = try desk.set(.fault, 1)
        #expect(outcome.replacements.map(\.wasSpare) == [true] && outcome.degraded == [])
        var held = desk.lease(lease.number)
        #expect(held.nodesInUse == [0, 2, 3, 4, 5, 6] && held.spares == [7])
        #expect(held.delivered(in: desk.book.fleet) == held.promised)
        #expect(BookRules.violations(of: desk.book) == [])
        // The other rack's spare is not of this domain.
        outcome = try desk.set(.fault, 2)
        #expect(outcome.replacements.isEmpty && outcome.degraded == [lease.number])
        held = desk.lease(lease.number)
        #expect(held.downNodes == [2] && held.spares == [7])
        desk.advance(to: noon + 2 * day)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A spare that is down itself is passed over")
    func downSpare() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.rack, 1, until: noon + day, spares: 2))
        #expect(lease.spares == [2, 3])
        try desk.set(.fault, 2)
        #expect(desk.lease(lease.number).conditions.isEmpty)
        try desk.set(.fault, 0)
        #expect(desk.lease(lease.number).nodesInUse == [1, 3])
    }

    @Test("Nodes within a rack get their spares there, beyond the count asked for")
    func sparesWithinARack() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day, within: .rack, spares: 2))
        #expect(lease.nodesInUse == [0, 1] && lease.spares == [2, 3] && lease.promised.gpus == 16)
        try desk.set(.fault, 0)
        #expect(desk.lease(lease.number).nodesInUse == [1, 2])
        #expect(desk.refusal(of: order(.node, 3, until: noon + day, within: .rack, spares: 2))?.code == .noCapacity)
    }

    @Test("Spares are set apart in every block of a lease of blocks")
    func sparesOfBlocks() throws {
        let halls = "[{name: h1, blocks: [{name: \"b[1-2]\", platform: hgx-h100, racks: 2, nodesPerRack: 2}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        let lease = try desk.request(order(.block, 2, until: noon + day, spares: 1))
        #expect(lease.spares == [3, 7])
        // The spare is in the other rack, and in the same block.
        try desk.set(.fault, 0)
        #expect(desk.lease(lease.number).nodesInUse == [1, 2, 3, 4, 5, 6])
    }

    @Test("Without spares a free node of the same rack takes over, and the failed one is free of the lease")
    func freeNode() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day))
        #expect(lease.nodesInUse == [0, 1])
        desk.now += 10
        let outcome = try desk.set(.fault, 0)
        #expect(outcome.replacements.map(\.wasSpare) == [false])
        #expect(desk.lease(lease.number).nodesInUse == [1, 2])
        #expect(desk.lease(lease.number).conditions.isEmpty)
        #expect(BookRules.violations(of: desk.book) == [])
        try desk.set(.repair, 0)
        desk.advance(to: noon + hour)
        // The repaired node is anybody's; the lease keeps what it has.
        #expect(try desk.request(order(.node, 1, tenant: "bob", until: noon + day)).nodesInUse.count == 1)
        #expect(desk.lease(lease.number).nodesInUse == [1, 2])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A node outside the domain is no replacement, and neither is one that is taken later")
    func noReplacementOutside() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.rack, 1, until: noon + day))
        #expect(try desk.set(.fault, 0).degraded == [lease.number])
        // Node 4 of the other rack is free until somebody else's window begins.
        let other = try desk.request(order(.node, 3, tenant: "bob", until: noon + day))
        let later = try desk.request(order(.node, 1, tenant: "bob", from: noon + 12 * hour, until: noon + day))
        #expect(Set(other.nodesInUse + later.nodesInUse) == [4, 5, 6, 7])
        #expect(try desk.set(.fault, other.nodesInUse[0]).degraded == [other.number])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A node is replaced although no watts are left, since the failed one gives up its own")
    func noWattsToSpare() throws {
        // Two leased nodes at 10,200 W and six idle ones at 1,900 W leave nothing.
        let fleet = Fleets.parse(Fleets.text(power: "[{name: feed, rating: 31800 W}]"))
        var desk = JournalledBook(fleet)
        let lease = try desk.request(order(.node, 1, until: noon + day))
        let part = try desk.request(order(.gpus(8), tenant: "bob", until: noon + day))
        #expect(desk.refusal(of: order(.gpus(1), until: noon + day))?.code == .noCapacity)
        #expect(try desk.set(.fault, lease.nodesInUse[0]).degraded == [])
        #expect(try desk.set(.fault, part.partitions[0].node).degraded == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Partitions of a failed node move one by one to legal partitions in the rack, of each lease on it")
    func partitionsMove() throws {
        var desk = JournalledBook(Fleets.plain)
        let pair = try desk.request(order(.gpus(2), 2, until: noon + day))
        let half = try desk.request(order(.gpus(4), tenant: "bob", until: noon + day))
        let node = pair.partitions[0].node
        #expect(pair.partitions[1].node == node && half.partitions[0].node == node)
        desk.now += 5
        let outcome = try desk.set(.fault, node)
        #expect(outcome.replacements.count == 3 && outcome.degraded == [])
        for number in [pair.number, half.number] {
            let lease = desk.lease(number)
            #expect(lease.partitions.allSatisfy { $0.node != node })
            #expect(lease.delivered(in: desk.book.fleet) == lease.promised)
        }
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 2 * day)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A lease whose partitions on a failed node cannot all move keeps them there and is Degraded")
    func partitionsStay() throws {
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 2}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        let pairs = try desk.request(order(.gpus(2), 3, until: noon + day))
        _ = try desk.request(order(.gpus(4), tenant: "bob", until: noon + day))
        let node = pairs.partitions[0].node
        #expect(pairs.partitions.allSatisfy { $0.node == node })
        #expect(try desk.set(.fault, node).degraded == [pairs.number])
        #expect(desk.lease(pairs.number).partitions == pairs.partitions)
        #expect(desk.lease(pairs.number).delivered(in: desk.book.fleet) == Capacity())
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("What is delivered of several partitions of one tray is never under nothing")
    func roundingOfPartitions() throws {
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: Fleets.nvl72)))
        var two = order(.gpus(1), 1, until: noon + day, cap: .watts(1_000))
        two.lines.append(LeaseLine(name: "more", shape: .gpus(1), count: 2, models: [], within: nil))
        let lease = try desk.request(two)
        _ = try desk.request(order(.node, 17, until: noon + day, cap: .watts(1_000)))
        #expect(try desk.set(.fault, lease.partitions[0].node).degraded == [lease.number])
        #expect(desk.lease(lease.number).delivered(in: desk.book.fleet) == Capacity())
    }

    @Test("A node that was late and then fails makes the lease Degraded instead of waiting for it")
    func lateThenFaulty() throws {
        var desk = JournalledBook(Fleets.reported)
        _ = try desk.request(order(.node, 8, until: noon + hour))
        let next = try desk.request(order(.node, 8, from: noon + 2 * hour, until: noon + day))
        desk.advance(to: noon + 2 * hour)
        try desk.set(.validated, 0, 1, 2, 3, 4, 5, 6)
        #expect(desk.lease(next.number).state == .starting)
        try desk.set(.fault, 7)
        let lease = desk.lease(next.number)
        #expect(lease.state == .active && lease.has(.degraded) && !lease.has(.delayed) && lease.downNodes == [7])
        try desk.set(.repair, 7)
        try desk.set(.validated, 7)
        #expect(desk.lease(next.number).conditions.isEmpty)
    }

    @Test("A fault in the future of a lease does not touch it before it starts")
    func faultBeforeTheStart() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.rack, 2, from: noon + hour, until: noon + day))
        let index = desk.index(of: "ada")
        try desk.set(.fault, 0)
        #expect(desk.lease(lease.number) == lease && desk.index(of: "ada") == index)
        desk.advance(to: noon + hour)
        #expect(desk.lease(lease.number).state == .active && desk.lease(lease.number).downNodes == [0])
    }

    @Test("A lease that loses every node is active and delivers nothing")
    func everythingDown() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + day))
        try desk.set(.fault, 0, 1, 2, 3, 4, 5, 6, 7)
        let held = desk.lease(lease.number)
        #expect(held.state == .active && held.delivered(in: desk.book.fleet) == Capacity())
        #expect(held.conditions[0].reason == "east-h1-b1-r1-n1, east-h1-b1-r1-n2, east-h1-b1-r1-n3 and 5 more down")
        desk.advance(to: noon + 2 * day)
        #expect(desk.lease(lease.number).state == .expired)
        // Faulty nodes stay faulty after their lease.
        #expect(desk.refusal(of: order(until: noon + 3 * day))?.code == .noCapacity)
    }
}
