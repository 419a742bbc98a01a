// Cordons and drains, with who, why and until.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct NodeVerbTests {
    @Test("A cordoned node takes no new lease, keeps its holder, and says who closed it and why")
    func cordon() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 4, until: noon + day))
        try desk.execute(.setNodes(.cordon, nodes: [0..<8], until: nil))
        #expect(
            desk.book.note(on: NodeIndex(0)) == NodeNote(reason: "test", actor: "uid:1 op", since: noon, until: nil))
        #expect(desk.lease(lease.number).conditions.isEmpty)
        #expect(desk.refusal(of: order(until: noon + day))?.code == .noCapacity)
        #expect(desk.refusal(of: order(from: noon + day, until: noon + 2 * day))?.code == .noCapacity)
        let outcome = try desk.execute(.setNodes(.uncordon, nodes: [6..<8], until: nil))
        #expect(outcome.nodeCount == 2 && desk.book.note(on: NodeIndex(6)) == nil)
        #expect(try desk.request(order(.node, 2, until: noon + day)).nodesInUse == [6, 7])
    }

    @Test("A cordon with an end opens by itself, and windows from its end on may be taken before")
    func cordonUntil() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.setNodes(.cordon, nodes: [0..<8], until: noon + hour))
        #expect(desk.refusal(of: order(from: noon + hour - 1, until: noon + day))?.code == .noCapacity)
        let lease = try desk.request(order(.node, 8, from: noon + hour, until: noon + day))
        #expect(desk.book.nextDueAt == noon + hour)
        desk.advance(to: noon + hour)
        #expect(desk.lease(lease.number).state == .active && desk.lease(lease.number).conditions.isEmpty)
        #expect(desk.book.packing.health(of: NodeIndex(0)) == .open && desk.book.note(on: NodeIndex(0)) == nil)
    }

    @Test("The last cordon's end is the one that counts")
    func cordonAgain() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.set(.cordon, 0, until: noon + hour)
        try desk.set(.cordon, 0, until: noon + 2 * hour)
        desk.advance(to: noon + hour)
        #expect(desk.book.packing.health(of: NodeIndex(0)) == .cordoned)
        desk.advance(to: noon + 2 * hour)
        #expect(desk.book.packing.health(of: NodeIndex(0)) == .open)
        try desk.set(.cordon, 0, until: noon + 3 * hour)
        try desk.set(.uncordon, 0)
        #expect(desk.book.nextDueAt == nil)
    }

    @Test("A drain leaves the holder alone; a lease that starts on it is Degraded until the drain ends")
    func drain() throws {
        var desk = JournalledBook(Fleets.plain)
        let holder = try desk.request(order(.node, 8, until: noon + hour))
        let next = try desk.request(order(.node, 8, tenant: "bob", from: noon + 2 * hour, until: noon + day))
        try desk.set(.drain, 3, until: noon + 3 * hour)
        try desk.set(.drain, 4)
        #expect(desk.lease(holder.number).conditions.isEmpty)
        desk.advance(to: noon + 2 * hour)
        #expect(desk.lease(holder.number).state == .expired)
        #expect(desk.lease(next.number).state == .active && desk.lease(next.number).downNodes == [3, 4])
        desk.advance(to: noon + 3 * hour)
        #expect(desk.lease(next.number).downNodes == [4] && desk.lease(next.number).has(.degraded))
        try desk.set(.undrain, 4)
        #expect(desk.lease(next.number).downNodes == [] && desk.lease(next.number).conditions.isEmpty)
    }

    @Test("A drained node is replaced at the start where another is free in its domain")
    func drainedNodeIsReplaced() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, from: noon + hour, until: noon + day))
        try desk.set(.drain, lease.nodesInUse[0])
        desk.advance(to: noon + hour)
        let started = desk.lease(lease.number)
        #expect(started.state == .active && started.conditions.isEmpty)
        #expect(!started.nodesInUse.contains(lease.nodesInUse[0]) && started.nodesInUse.count == 2)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A verb suits all nodes named or is refused for all, naming the first that it does not suit")
    func wrongState() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.set(.drain, 2)
        try desk.set(.fault, 5)
        let suits: [NodeHealth: Set<NodeVerb>] = [
            .open: [.cordon, .drain, .fault],
            .cordoned: [.cordon, .uncordon, .drain, .fault],
            .draining: [.drain, .undrain, .fault],
            .faulty: [.service, .repair],
            .validating: [.fault, .validated],
        ]
        try desk.set(.cordon, 1)
        try desk.set(.fault, 4)
        try desk.set(.repair, 4)
        for (node, health) in [(0, NodeHealth.open), (1, .cordoned), (2, .draining), (5, .faulty), (4, .validating)] {
            #expect(desk.book.packing.health(of: NodeIndex(node)) == health)
            for verb in NodeVerb.allCases {
                var trial = desk
                let refusal = trial.refusal(of: .setNodes(verb, nodes: [node..<node + 1], until: nil))
                #expect((refusal == nil) == suits[health]!.contains(verb), "\(verb) × \(health)")
                if let refusal { #expect(refusal.code == .wrongState) }
            }
        }
        let refusal = desk.refusal(of: .setNodes(.cordon, nodes: [0..<8], until: nil))
        #expect(refusal?.code == .wrongState)
        #expect(refusal?.detail == "cordon does not suit east-h1-b1-r1-n3, which is draining")
    }

    @Test("`until` lies in the future and goes with cordon and drain only")
    func until() throws {
        var desk = JournalledBook(Fleets.plain)
        for until in [noon - 1, noon] {
            let refusal = desk.refusal(of: .setNodes(.cordon, nodes: [0..<1], until: until))
            #expect(refusal?.code == .invalid && refusal?.pointer == "/until")
        }
        for verb in [NodeVerb.fault, .uncordon, .undrain, .repair, .cleaned, .validated] {
            let refusal = desk.refusal(of: .setNodes(verb, nodes: [0..<1], until: noon + 1))
            #expect(refusal?.code == .invalid && refusal?.pointer == "/until", "\(verb)")
        }
    }
}

extension NodeVerbTests {
    @Test("a cordon outlasts a fault and its repair, with its reason and until")
    func cordonUnderFault() throws {
        var book = JournalledBook(Fleets.plain)
        try book.execute(.setNodes(.cordon, nodes: [0..<1], until: noon + day))
        try book.execute(.setNodes(.fault, nodes: [0..<1], until: nil))
        #expect(book.book.packing.health(of: NodeIndex(0)) == .faulty)
        try book.execute(.setNodes(.repair, nodes: [0..<1], until: nil))
        try book.execute(.setNodes(.validated, nodes: [0..<1], until: nil))
        #expect(book.book.packing.health(of: NodeIndex(0)) == .cordoned)
        #expect(book.book.note(on: NodeIndex(0))?.until == noon + day)
        book.now = noon + day
        try book.execute(.advance)
        #expect(book.book.packing.health(of: NodeIndex(0)) == .open)
    }
}
