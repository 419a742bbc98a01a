// Units between two holders, where a provisioner reports them clean and where a timer does.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct TurnRoundTests {
    private let fleet = Fleets.reported

    @Test("Units reported clean and validated are free before their planned time, each by itself")
    func reportedEarly() throws {
        var desk = JournalledBook(fleet)
        let lease = try desk.request(order(.node, 2, until: noon + hour))
        let nodes = lease.nodesInUse
        desk.advance(to: noon + hour + 60)
        try desk.set(.cleaned, nodes[0])
        #expect(desk.book.isReportedClean(NodeIndex(nodes[0])) && !desk.book.isReportedClean(NodeIndex(nodes[1])))
        #expect(desk.book.isInTurnRound(nodes[0], now: desk.now))
        #expect(
            desk.refusal(of: .setNodes(.cleaned, nodes: [nodes[0]..<nodes[0] + 1], until: nil))?.code == .wrongState)
        try desk.set(.validated, nodes[0])
        #expect(!desk.book.isReportedClean(NodeIndex(nodes[0])))
        #expect(!desk.book.isInTurnRound(nodes[0], now: desk.now))
        #expect(desk.lease(lease.number).state == .ending)
        #expect(desk.lease(lease.number).returnedNodes == [nodes[0]..<nodes[0] + 1])
        #expect(BookRules.violations(of: desk.book) == [])
        // Seven nodes are free now, the one that is back among them.
        let next = try desk.request(order(.node, 7, tenant: "bob", until: noon + day))
        #expect(next.nodesInUse.contains(nodes[0]) && !next.nodesInUse.contains(nodes[1]))
        try desk.set(.validated, nodes[1])
        #expect(desk.lease(lease.number).state == .expired)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Units that nobody has reported in time are overdue, and not given to a lease that starts now")
    func overdue() throws {
        var desk = JournalledBook(fleet)
        let lease = try desk.request(order(.node, 8, until: noon + hour))
        desk.advance(to: noon + hour + 1_800)
        #expect(desk.lease(lease.number).state == .expired)
        for node in 0..<8 { #expect(desk.book.packing.notReadyModules(of: NodeIndex(node)) == 0xff) }
        #expect(desk.refusal(of: order(until: noon + day))?.code == .noCapacity)
        // Later on they are taken to be ready.
        #expect(try desk.request(order(.node, 2, from: noon + 10 * hour, until: noon + day)).state == .scheduled)
        try desk.set(.validated, 3)
        #expect(try desk.request(order(until: noon + 5 * hour)).nodesInUse == [3])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A lease that starts on overdue units is Delayed, and delivered when the last is reported")
    func delayed() throws {
        var desk = JournalledBook(fleet)
        _ = try desk.request(order(.node, 8, until: noon + hour))
        let next = try desk.request(order(.node, 8, tenant: "bob", from: noon + 2 * hour, until: noon + day))
        desk.advance(to: noon + 2 * hour)
        var lease = desk.lease(next.number)
        #expect(lease.state == .starting && lease.has(.delayed) && !lease.has(.degraded))
        #expect(lease.conditions[0].since == noon + 2 * hour)
        #expect(lease.delivered(in: fleet).gpus == 0)
        #expect(lease.downNodes == Array(0..<8))
        desk.now += 60
        try desk.set(.validated, 0, 1, 2, 3, 4, 5, 6)
        lease = desk.lease(next.number)
        #expect(lease.state == .starting && lease.downNodes == [7] && lease.delivered(in: fleet).gpus == 56)
        #expect(lease.conditions[0].since == noon + 2 * hour)
        desk.now += 60
        try desk.set(.validated, 7)
        lease = desk.lease(next.number)
        #expect(lease.state == .active && lease.conditions.isEmpty && lease.delivered(in: fleet) == lease.promised)
        #expect(desk.lastFacts.last == .leaseMoved(number: next.number, event: .deliver, at: desk.now))
    }

    @Test("A lease whose units never become ready fails at its end and frees them at once")
    func neverDelivered() throws {
        var desk = JournalledBook(fleet)
        _ = try desk.request(order(.node, 8, until: noon + hour))
        let next = try desk.request(order(.node, 8, from: noon + 2 * hour, until: noon + 3 * hour))
        desk.advance(to: noon + 3 * hour)
        #expect(desk.lease(next.number).state == .failed && desk.lease(next.number).conditions.isEmpty)
        #expect(BookRules.violations(of: desk.book) == [])
        #expect(desk.refusal(of: .releaseLease(next.number))?.code == .wrongState)
    }

    @Test("A lease that is still Delayed can be given back, and its units are turned round again")
    func releaseWhileDelayed() throws {
        var desk = JournalledBook(fleet)
        _ = try desk.request(order(.node, 8, until: noon + hour))
        let next = try desk.request(order(.node, 8, from: noon + 2 * hour, until: noon + 3 * hour))
        desk.advance(to: noon + 2 * hour + 5)
        try desk.execute(.releaseLease(next.number))
        #expect(desk.lease(next.number).state == .ending && desk.lease(next.number).conditions.isEmpty)
        for node in 0..<8 { try desk.set(.validated, node) }
        #expect(desk.lease(next.number).state == .expired)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A late node is replaced at the start by one that is ready in its domain")
    func lateNodeIsReplaced() throws {
        var desk = JournalledBook(fleet)
        let first = try desk.request(order(.node, 4, until: noon + hour))
        let next = try desk.request(
            order(.node, 4, tenant: "bob", from: noon + 2 * hour, until: noon + day, within: .block))
        #expect(next.nodesInUse == first.nodesInUse)
        desk.advance(to: noon + 2 * hour)
        let lease = desk.lease(next.number)
        #expect(lease.state == .active && lease.nodesInUse == [4, 5, 6, 7])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A partition is not late because of its neighbours on the node")
    func neighbourIsLate() throws {
        var desk = JournalledBook(fleet)
        // Fill all but one node, so that the partitions share one.
        _ = try desk.request(order(.node, 7, until: noon + 10 * day))
        let first = try desk.request(order(.gpus(4), until: noon + hour))
        desk.advance(to: noon + 2 * hour)
        #expect(desk.lease(first.number).state == .expired)
        let second = try desk.request(order(.gpus(4), tenant: "bob", until: noon + day))
        #expect(second.partitions[0].node == first.partitions[0].node)
        #expect(second.state == .active && second.conditions.isEmpty)
        #expect(second.delivered(in: fleet) == second.promised)
        #expect(BookRules.violations(of: desk.book) == [])
        // The late half comes back without touching the other.
        try desk.set(.validated, first.partitions[0].node)
        #expect(try desk.request(order(.gpus(4), until: noon + day)).state == .active)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A report is about a turn-round, so it suits no node that is in none")
    func reportsOutOfPlace() throws {
        var desk = JournalledBook(fleet)
        let lease = try desk.request(order(.node, 8, until: noon + hour))
        for verb in [NodeVerb.cleaned, .validated] {
            #expect(desk.refusal(of: .setNodes(verb, nodes: [0..<1], until: nil))?.code == .wrongState)
        }
        // Its window is over, but time has not been applied yet.
        desk.now = noon + hour + 5
        #expect(desk.refusal(of: .setNodes(.validated, nodes: [0..<1], until: nil))?.code == .wrongState)
        desk.advance(to: noon + hour + 5)
        try desk.set(.validated, 0)
        #expect(desk.lease(lease.number).state == .ending)
    }

    @Test("A report made in one turn-round is forgotten before the next, for nodes and for parts of nodes")
    func reportsAreForgotten() throws {
        for shape in [PlacementShape.node, .gpus(2)] {
            var desk = JournalledBook(Fleets.plain)
            let lease = try desk.request(order(shape, 1, until: noon + hour))
            let node = lease.nodesInUse.first ?? lease.partitions[0].node
            desk.advance(to: noon + hour + 5)
            try desk.set(.cleaned, node)
            desk.advance(to: noon + 2 * hour)
            #expect(desk.lease(lease.number).state == .expired)
            #expect(!desk.book.isReportedClean(NodeIndex(node)))
            #expect(BookRules.violations(of: desk.book) == [])
        }
    }

    @Test("After a downtime the end of one turn-round does not touch the lease that came after it")
    func downtimeAcrossHolders() throws {
        for fleet in [Fleets.plain, Fleets.reported] {
            var desk = JournalledBook(fleet)
            _ = try desk.request(order(.node, 8, until: noon + hour))
            let next = try desk.request(order(.node, 8, tenant: "bob", from: noon + 2 * hour, until: noon + 3 * hour))
            desk.advance(to: noon + hour + 5)
            try desk.set(.cleaned, 0, 1)
            desk.advance(to: noon + 3 * hour + 5)
            #expect(desk.lease(next.number).returnedNodes.isEmpty)
            #expect(BookRules.violations(of: desk.book) == [])
            desk.advance(to: noon + 9 * hour)
            #expect(desk.lease(next.number).state.isFinal)
            #expect(BookRules.violations(of: desk.book) == [])
        }
    }

    @Test("A lease over sites with both ways of turn-round waits for the reports of one only")
    func bothWays() throws {
        let west = Fleets.site(
            "west", halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 2}]}]",
            power: "[{name: west-feed, rating: 1 MW}]", turnRound: Fleets.byReport)
        var desk = JournalledBook(Fleets.parse(Fleets.text(more: west)))
        let lease = try desk.request(order(.node, 10, until: noon + hour))
        desk.advance(to: noon + 2 * hour)
        #expect(desk.lease(lease.number).state == .expired)
        let ready = (0..<10).map { desk.book.packing.notReadyModules(of: NodeIndex($0)) == 0 }
        #expect(ready == Array(repeating: true, count: 8) + [false, false])
    }
}
