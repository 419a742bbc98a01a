// Fleets that follow one another: what is leased stays where it is, by name and by permanent id.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct FleetAdoptionTests {
    private func fleet(_ blocks: String, power: String = "[{name: feed, rating: 1 MW}]") -> Fleet {
        Fleets.parse(Fleets.text(halls: "[{name: h1, blocks: [\(blocks)]}]", power: power))
    }

    private func block(_ name: String, racks: Int = 2, nodes: Int = 4, platform: String = "hgx-h100") -> String {
        "{name: \(name), platform: \(platform), racks: \(racks), nodesPerRack: \(nodes)}"
    }

    private func names(_ lease: Lease, _ book: Book) -> [String] {
        lease.nodesInUse.map { book.fleet.nodeName(NodeIndex($0)) }
            + lease.spares.map { "spare " + book.fleet.nodeName(NodeIndex($0)) }
            + lease.partitions.map { "\(book.fleet.nodeName(NodeIndex($0.node))):\($0.moduleMask)" }
    }

    @Test("Capacity that is added is free at once, and leases keep their hardware across the new numbers")
    func adding() throws {
        var desk = JournalledBook(fleet(block("b5")))
        var mixed = order(.gpus(2), 2, until: noon + day)
        mixed.lines.append(LeaseLine(name: "nodes", shape: .node, count: 5, models: [], within: nil))
        let lease = try desk.request(mixed)
        try desk.set(.drain, 7, until: noon + hour)
        let before = names(lease, desk.book)
        let ids = desk.book.register
        // A block before the old one moves every index.
        try desk.execute(.adoptFleet(fleet(block("b1", racks: 1) + ", " + block("b5"))))
        #expect(desk.book.fleetVersion == 2 && desk.book.fleet.gpuCount == 96)
        let moved = desk.lease(lease.number)
        #expect(names(moved, desk.book) == before && moved.nodesInUse != lease.nodesInUse)
        for node in 0..<8 {
            #expect(desk.book.register.id(of: NodeIndex(node + 4)) == ids.id(of: NodeIndex(node)))
        }
        #expect(desk.book.register.id(of: NodeIndex(0)) == PermanentNodeID(8))
        #expect(desk.book.packing.health(of: NodeIndex(11)) == .draining)
        #expect(desk.book.note(on: NodeIndex(11))?.until == noon + hour)
        #expect(BookRules.violations(of: desk.book) == [])
        #expect(try desk.request(order(.rack, 1, tenant: "bob", until: noon + day)).nodesInUse == [0, 1, 2, 3])
        desk.advance(to: noon + 2 * day)
        #expect(desk.lease(lease.number).state == .expired)
        #expect(desk.book.packing.health(of: NodeIndex(11)) == .open)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Free capacity can be retired; its ids are never given again, not even to nodes of the same name")
    func retiring() throws {
        var desk = JournalledBook(fleet(block("b1") + ", " + block("b2")))
        let lease = try desk.request(order(.node, 3, until: noon + day))
        try desk.set(.fault, 15)
        try desk.execute(.adoptFleet(fleet(block("b1"))))
        #expect(desk.book.register.nextID == 16)
        #expect(desk.book.register.node(of: PermanentNodeID(15)) == nil)
        try desk.execute(.adoptFleet(fleet(block("b1") + ", " + block("b2"))))
        #expect(desk.book.register.nextID == 24)
        #expect((8..<16).map { desk.book.register.id(of: NodeIndex($0)).number } == Array(16..<24))
        // What was known of the old node went with it.
        #expect(desk.book.packing.health(of: NodeIndex(15)) == .open)
        #expect(desk.lease(lease.number).nodesInUse == lease.nodesInUse)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A fleet in which a leased block or rack has more nodes is refused, spares or not; leases of nodes stay")
    func grown() throws {
        let before = fleet(block("b1") + ", " + block("b2"))
        let more = [
            (fleet(block("b1", racks: 3) + ", " + block("b2")), [PlacementShape.block]),
            (fleet(block("b1", nodes: 5) + ", " + block("b2")), [.block, .rack]),
        ]
        for (larger, refused) in more {
            for shape in [PlacementShape.block, .rack, .node] {
                for spares in shape == .node ? [0] : [0, 1] {
                    var desk = JournalledBook(before)
                    let lease = try desk.request(order(shape, 1, until: noon + day, spares: spares))
                    // A unit that has lost a node is one all the same.
                    if spares > 0 { try desk.set(.fault, lease.nodesInUse[0]) }
                    guard refused.contains(shape) else {
                        try desk.execute(.adoptFleet(larger))
                        continue
                    }
                    let refusal = desk.refusal(of: .adoptFleet(larger))
                    #expect(refusal?.code == .fleetConflict, "\(shape), \(spares)")
                    #expect(refusal?.detail.contains("of ada holds a whole") == true)
                }
            }
        }
    }

    @Test("A node that becomes another platform is another node")
    func otherPlatform() throws {
        var desk = JournalledBook(fleet(block("b1") + ", " + block("b2")))
        _ = try desk.request(order(.rack, 2, until: noon + day))
        try desk.execute(.adoptFleet(fleet(block("b1") + ", " + block("b2", platform: "hgx-h200"))))
        #expect((8..<16).map { desk.book.register.id(of: NodeIndex($0)).number } == Array(16..<24))
        let refusal = desk.refusal(of: .adoptFleet(fleet(block("b1", platform: "hgx-h200") + ", " + block("b2"))))
        #expect(refusal?.code == .fleetConflict)
    }

    @Test("Hardware that a lease holds now, later, as a spare, in part or in turn-round is not retired")
    func retiringWhatIsHeld() throws {
        let both = fleet(block("b1") + ", " + block("b2"))
        let holders: [(LeaseOrder, String)] = [
            (order(.node, 16, until: noon + day), "now"),
            (order(.node, 16, from: noon + hour, until: noon + day), "later"),
            (order(.block, 2, until: noon + day, spares: 7), "spare"),
        ]
        for (order, what) in holders {
            var desk = JournalledBook(both)
            let lease = try desk.request(order)
            let refusal = desk.refusal(of: .adoptFleet(fleet(block("b1"))))
            #expect(refusal?.code == .fleetConflict, "\(what)")
            #expect(refusal?.detail.contains(desk.book.naming.id(of: lease.number)) == true)
            #expect(refusal?.detail.contains("east-h1-b2-") == true)
        }
        var desk = JournalledBook(both)
        _ = try desk.request(order(.block, 1, tenant: "bob", until: noon + 2 * day))
        let part = try desk.request(order(.gpus(1), until: noon + day))
        #expect(desk.refusal(of: .adoptFleet(fleet(block("b1"))))?.code == .fleetConflict)
        desk.advance(to: noon + day)
        #expect(desk.lease(part.number).state == .ending)
        #expect(desk.refusal(of: .adoptFleet(fleet(block("b1"))))?.code == .fleetConflict)
        desk.advance(to: noon + day + 1_800)
        try desk.execute(.adoptFleet(fleet(block("b1"))))
        // What is over is remembered without hardware that is gone.
        #expect(desk.lease(part.number).state == .expired && desk.lease(part.number).partitions == [])
    }

    @Test("A node that has come back early from a lease that is still ending is not retired under its record")
    func retiringWhatHasComeBack() throws {
        var desk = JournalledBook(fleet(block("b1") + ", " + block("b2")))
        let lease = try desk.request(order(.node, 9, until: noon + hour))
        let outside = lease.nodesInUse.filter { $0 >= 8 }
        #expect(!outside.isEmpty)
        desk.advance(to: noon + hour + 5)
        for node in outside { try desk.set(.validated, node) }
        #expect(desk.lease(lease.number).state == .ending)
        #expect(desk.refusal(of: .adoptFleet(fleet(block("b1"))))?.code == .fleetConflict)
        desk.advance(to: noon + 2 * hour)
        try desk.execute(.adoptFleet(fleet(block("b1"))))
        #expect(desk.lease(lease.number).state == .expired)
    }

    @Test("A limit is not lowered under what is committed, now or in a window to come")
    func loweringLimits() throws {
        // Eight idle nodes draw 15,200 W; each leased one 8,300 W more.
        var desk = JournalledBook(fleet(block("b1")))
        func limited(_ watts: Int) -> Fleet { fleet(block("b1"), power: "[{name: feed, rating: \(watts) W}]") }
        _ = try desk.request(order(.node, 2, from: noon + day, until: noon + 2 * day))
        let refusal = desk.refusal(of: .adoptFleet(limited(31_799)))
        #expect(refusal?.code == .fleetConflict)
        #expect(refusal?.detail == "leases commit 1 W at the rack more than the proposed limit of budget feed")
        try desk.execute(.adoptFleet(limited(31_800)))
        #expect(desk.refusal(of: order(from: noon + day, until: noon + 2 * day))?.code == .noCapacity)
        #expect(try desk.request(order(.node, 2, tenant: "bob", until: noon + day - 1_800)).state == .active)
        #expect(BookRules.violations(of: desk.book) == [])
        // A limit that only binds while nothing is leased is fine; one that binds later is not.
        func stepped(_ from: String) -> Fleet {
            fleet(
                block("b1"),
                power: "[{name: feed, rating: 40000 W, schedule: [{limit: 40000 W}, {from: \(from), limit: 16000 W}]}]")
        }
        #expect(desk.refusal(of: .adoptFleet(stepped("2027-01-17T00:00:00Z")))?.code == .fleetConflict)
        try desk.execute(.adoptFleet(stepped("2027-01-19T00:00:00Z")))
    }

    @Test("A past window does not hold a limit up")
    func pastWindows() throws {
        var desk = JournalledBook(fleet(block("b1")))
        _ = try desk.request(order(.node, 8, until: noon + hour))
        desk.advance(to: noon + 2 * hour)
        try desk.execute(.adoptFleet(fleet(block("b1"), power: "[{name: feed, rating: 16000 W}]")))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("The shipped small fleet serves a book")
    func shipped() throws {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        let path = parts.joined(separator: "/") + "/config/fleets/small.yaml"
        var desk = JournalledBook(try FleetFile.load(path: path, catalogue: Fleets.catalogue))
        _ = try desk.request(order(.nvl72, 1, until: noon + day, cap: .percent(66), spares: 1))
        _ = try desk.request(order(.rack, 2, tenant: "bob", until: noon + day, cap: .percent(66)))
        #expect(BookRules.violations(of: desk.book) == [])
    }
}
