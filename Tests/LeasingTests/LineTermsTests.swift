// Lines that are composed, spread or pinned.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct LineTermsTests {
    private func line(
        _ shape: PlacementShape, _ count: Int, within: WithinLevel? = nil, isComposed: Bool = false,
        spread: LineSpread? = nil, pins: [IDRange]? = nil
    ) -> LeaseLine {
        LeaseLine(
            name: "line", shape: shape, count: count, models: [], within: within, isComposed: isComposed,
            spread: spread,
            pins: pins)
    }

    @Test("Three, five, six and seven GPUs are made up of partitions of one node, when that is asked for")
    func composed() throws {
        var desk = JournalledBook(Fleets.plain)
        for gpus in [3, 5, 6, 7] {
            let refusal = desk.refusal(of: order(of: line(.gpus(gpus), 1), until: noon + day))
            #expect(refusal?.pointer == "/reservations/0/gpus" && refusal?.detail.contains("`composed`") == true)
            let lease = try desk.request(order(of: line(.gpus(gpus), 1, isComposed: true), until: noon + day))
            #expect(lease.promised.gpus == gpus && Set(lease.partitions.map(\.node)).count == 1)
        }
        #expect(desk.refusal(of: order(of: line(.gpus(9), 1, isComposed: true), until: noon + day))?.code == .invalid)
        #expect(
            desk.refusal(of: order(of: line(.node, 1, isComposed: true), until: noon + day))?.pointer
                == "/reservations/0/composed")
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Composed units of a failed node move as they are, each to one node")
    func composedReplaced() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(of: line(.gpus(3), 2, isComposed: true), until: noon + day))
        let node = lease.partitions[0].node
        #expect(lease.partitions.allSatisfy { $0.node == node })
        let outcome = try desk.set(.fault, node)
        #expect(outcome.replacements.count == 2 && outcome.degraded == [])
        #expect(desk.lease(lease.number).partitions.allSatisfy { $0.node != node })
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 2 * day)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A line is spread as it asks, and a replacement keeps to that")
    func spread() throws {
        var desk = JournalledBook(Fleets.plain)
        let two = LineSpread(over: .rack, unitsMax: 2)
        let lease = try desk.request(order(of: line(.node, 4, spread: two), until: noon + day))
        #expect(lease.nodesInUse.count { $0 < 4 } == 2 && desk.lease(lease.number).lines[0].spread == two)
        #expect(desk.refusal(of: order(of: line(.node, 5, spread: two), until: noon + day))?.code == .noCapacity)
        try desk.set(.fault, lease.nodesInUse[0])
        let after = desk.lease(lease.number).nodesInUse
        #expect(after.count { $0 < 4 } == 2 && !after.contains(lease.nodesInUse[0]))

        let apart = try desk.request(
            order(of: line(.gpus(2), 2, spread: LineSpread(over: .node)), tenant: "bob", until: noon + day))
        let nodes = apart.partitions.map(\.node)
        #expect(Set(nodes).count == 2)
        try desk.set(.fault, nodes[0])
        #expect(Set(desk.lease(apart.number).partitions.map(\.node)).count == 2)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A replacement that the spread leaves no place for is not made")
    func spreadIsKept() throws {
        // Two nodes in one rack, both used; only the node of the other unit has room.
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 2}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        let apart = LineSpread(over: .node)
        let gpus = try desk.request(order(of: line(.gpus(1), 2, spread: apart), until: noon + day))
        let mig = try desk.request(order(of: instances(2, spread: apart), tenant: "bob", until: noon + day))
        #expect(Set(mig.slices.map(\.node)) == [0, 1])
        #expect(try desk.set(.fault, 0).degraded == [gpus.number, mig.number])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    struct Wrong: Sendable {
        let shape: PlacementShape
        var within: WithinLevel?
        let spread: LineSpread
        let pointer: String
    }

    static let wrong = [
        Wrong(shape: .node, spread: LineSpread(over: .node), pointer: "/spread/level"),
        Wrong(shape: .block, spread: LineSpread(over: .rack), pointer: "/spread/level"),
        Wrong(shape: .block, spread: LineSpread(over: .block), pointer: "/spread/level"),
        Wrong(shape: .rack, spread: LineSpread(over: .nvl72), pointer: "/spread/level"),
        Wrong(shape: .node, within: .rack, spread: LineSpread(over: .rack), pointer: "/spread/level"),
        Wrong(shape: .node, within: .rack, spread: LineSpread(over: .hall), pointer: "/spread/level"),
        Wrong(
            shape: .power(meterWatts: 1_000_000, wholeSites: false), spread: LineSpread(over: .rack), pointer: "/spread"
        ),
        Wrong(shape: .node, spread: LineSpread(over: .rack, unitsMax: 0), pointer: "/spread/max"),
    ]

    @Test("A spread that says nothing, or contradicts the rest, is refused where it stands", arguments: wrong)
    func wrongSpread(_ wrong: Wrong) {
        var desk = JournalledBook(Fleets.plain)
        let refusal = desk.refusal(
            of: order(of: line(wrong.shape, 1, within: wrong.within, spread: wrong.spread), until: noon + day))
        #expect(refusal?.code == .invalid && refusal?.pointer == "/reservations/0" + wrong.pointer)
    }

    @Test("A line is pinned to hardware, its replacements too, and remembers it")
    func pinned() throws {
        var desk = JournalledBook(Fleets.plain)
        let pins = desk.book.register.permanent([1..<3, 5..<6])
        let lease = try desk.request(order(of: line(.node, 2, pins: pins), until: noon + day))
        #expect(Set(lease.nodesInUse).isSubset(of: [1, 2, 5]) && lease.lines[0].pins == pins)
        #expect(
            desk.refusal(of: order(of: line(.node, 2, pins: pins), tenant: "bob", until: noon + day))?.code
                == .noCapacity)
        let one = try desk.request(
            order(of: line(.gpus(1), 1, pins: desk.book.register.permanent([6..<7])), until: noon + day))
        #expect(one.partitions[0].node == 6)
        #expect(try desk.set(.fault, 6).degraded == [one.number])
        // The node left over is the other rack's, or has nothing pinned beside it.
        try desk.set(.fault, lease.nodesInUse[0])
        #expect(Set(desk.lease(lease.number).nodesInUse).isSubset(of: [1, 2, 5]))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("What is pinned to hardware that the fleet has not is refused; so is a refusal's word of where")
    func retired() throws {
        var desk = JournalledBook(Fleets.plain)
        let refusal = desk.refusal(
            of: order(of: line(.node, 1, pins: [IDRange(first: 64, count: 1)]), until: noon + day))
        #expect(refusal?.code == .invalid && refusal?.pointer == "/reservations/0/pin")
        let two = order(of: line(.node, 2, pins: desk.book.register.permanent([3..<4])), until: noon + day)
        let explanation = desk.book.explain(two, to: .tenant("ada"), now: desk.now)
        let pinned = try #require(HardwarePaths([3..<4], in: desk.book.fleet).paths.first)
        #expect(
            explanation.obstacles[0].message.contains("among \(pinned), which the line is pinned to"),
            "\(explanation.obstacles)")
        // A whole domain goes by its own name.
        let domain = desk.book.fleet.domains.last!
        let many = order(
            of: line(.node, domain.nodes.count + 1, pins: desk.book.register.permanent([domain.nodes])),
            until: noon + day)
        let message = desk.book.explain(many, to: .tenant("ada"), now: desk.now).obstacles[0].message
        #expect(message.contains("among \(domain.path), which"), "\(message)")
        let most = try #require(explanation.counterOffers.first)
        #expect(most.order.lines[0].pins == two.lines[0].pins && most.order.lines[0].count == 1)
    }
}
