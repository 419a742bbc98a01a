// Plans: granted exactly as planned, or refused when what they rest on is gone.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct PlanTokenTests {
    private let four = order(.node, 4, until: noon + day)

    @Test("A plan changes nothing and is granted exactly as planned")
    func asPlanned() throws {
        var desk = JournalledBook(Fleets.plain)
        let digest = desk.book.digest()
        let (planned, token) = try desk.book.plan(four, now: noon)
        #expect(desk.book.digest() == digest)
        let lease = try desk.request(four, token: token)
        #expect(lease.lines == planned.lines && lease.promised == planned.promised)
        // A plan does not tell which number comes next.
        #expect(lease.number != planned.number)
        #expect(lease.state == planned.state && lease.start == planned.start)
    }

    @Test("Churn elsewhere does not void a plan, and the plan then keeps its own hardware")
    func churnElsewhere() throws {
        var desk = JournalledBook(Fleets.plain)
        let mixed: LeaseOrder = {
            var mixed = order(.gpus(2), 2, until: noon + day)
            mixed.lines.append(LeaseLine(name: "nodes", shape: .node, count: 2, models: [], within: nil))
            return mixed
        }()
        let (planned, token) = try desk.book.plan(mixed, now: noon)
        let free = (0..<8).filter { node in !planned.lines.contains { $0.holdings.uses(node) } }
        desk.now += 60
        try desk.set(.cordon, free[0])
        try desk.set(.fault, free[1])
        let other = try desk.request(order(.gpus(8), tenant: "bob", from: noon + 60, until: noon + hour))
        // Bob may have got hardware of the plan; then it goes back.
        try desk.execute(.releaseLease(other.number))
        desk.advance(to: noon + 2 * hour)
        let lease = try desk.request(mixed, token: token)
        #expect(lease.lines == planned.lines)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A plan whose hardware went to somebody else, or was closed, is overtaken")
    func hardwareGone() throws {
        var desk = JournalledBook(Fleets.plain)
        let (_, token) = try desk.book.plan(order(.node, 5, until: noon + day), now: noon)
        let five = order(.node, 5, until: noon + day)
        var cordoned = desk
        try cordoned.set(.cordon, 0)
        #expect(cordoned.refusal(of: five, token: token)?.code == .planOvertaken)
        _ = try desk.request(order(.node, 4, tenant: "bob", from: noon + hour, until: noon + day))
        let refusal = desk.refusal(of: five, token: token)
        #expect(refusal?.code == .planOvertaken)
        #expect(refusal?.detail.hasSuffix("is no longer free; ask for a new one") == true)
    }

    @Test("A plan for a block that has got racks since is overtaken", arguments: [0, 1])
    func grownBlock(spares: Int) throws {
        func fleet(_ racks: Int) -> Fleet {
            Fleets.parse(
                Fleets.text(
                    halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: \(racks), nodesPerRack: 4}]}]"))
        }
        var desk = JournalledBook(fleet(2))
        let block = order(.block, 1, until: noon + day, spares: spares)
        let (_, token) = try desk.book.plan(block, now: noon)
        try desk.execute(.adoptFleet(fleet(3)))
        let refusal = desk.refusal(of: block, token: token)
        #expect(refusal?.code == .planOvertaken && refusal?.detail.contains("no whole block") == true)
    }

    @Test("A plan for a part of a node is overtaken when that partition is gone, and not when its neighbour is")
    func partitionGone() throws {
        var desk = JournalledBook(Fleets.plain)
        let pair = order(.gpus(2), until: noon + day)
        let (planned, token) = try desk.book.plan(pair, now: noon)
        var other = desk
        let same = try desk.request(pair)
        #expect(same.partitions == planned.partitions)
        #expect(desk.refusal(of: pair, token: token)?.code == .planOvertaken)
        // A plan that rests on the other half stands.
        let first = try other.request(order(.gpus(4), tenant: "bob", until: noon + day))
        let (second, secondToken) = try other.book.plan(pair, now: noon)
        #expect(second.partitions[0].node == first.partitions[0].node)
        try other.execute(.releaseLease(first.number))
        #expect(try other.request(pair, token: secondToken).partitions == second.partitions)
    }

    @Test("A plan whose watts went to somebody else is overtaken, though its hardware is free")
    func wattsGone() throws {
        // Idle floor and four nodes.
        let fleet = Fleets.parse(Fleets.text(power: "[{name: feed, rating: 48400 W}]"))
        var desk = JournalledBook(fleet)
        let (planned, token) = try desk.book.plan(four, now: noon)
        let elsewhere = try desk.request(order(.rack, 1, tenant: "bob", from: noon + 12 * hour, until: noon + day))
        if Set(elsewhere.nodesInUse).isDisjoint(with: planned.nodesInUse) {
            let refusal = desk.refusal(of: four, token: token)
            #expect(refusal?.code == .planOvertaken)
        }
        // Close the planned hardware for a moment, so that somebody gets the rest of the watts elsewhere.
        var second = JournalledBook(fleet)
        let (_, secondToken) = try second.book.plan(four, now: noon)
        try second.execute(.setNodes(.cordon, nodes: [0..<4], until: nil))
        _ = try second.request(order(.node, 1, tenant: "bob", until: noon + hour))
        try second.execute(.setNodes(.uncordon, nodes: [0..<4], until: nil))
        let refusal = second.refusal(of: four, token: secondToken)
        #expect(refusal?.code == .planOvertaken)
        #expect(refusal?.detail == "the plan no longer holds: budget feed has not enough watts left; ask for a new one")
    }

    @Test("Forged, spoilt and foreign tokens are refused")
    func forged() throws {
        var desk = JournalledBook(Fleets.plain)
        let (_, token) = try desk.book.plan(four, now: noon)
        var random = SeededGenerator(seed: 5)
        var bad: [[UInt8]] = [[], [1, 2, 3], Array(token.prefix(32)), Array(token.dropLast()), token + [0]]
        for _ in 0..<200 {
            let spoilt = Spoiler.spoil(token, &random)
            if spoilt != token { bad.append(spoilt) }
        }
        for token in bad {
            let refusal = desk.refusal(of: four, token: token)
            #expect(refusal?.code == .invalid && refusal?.pointer == "/planToken")
        }
        // Of another book.
        var other = Book()
        let context = CommandContext(actor: .daemon, reason: "", requestID: "", now: noon)
        _ = try other.execute(.open(bookID: "x", secret: Array("another".utf8), fleet: Fleets.plain), context)
        _ = try other.execute(.putTenant(name: "ada", quota: Quota(), description: ""), context)
        let foreign = try other.plan(four, now: noon).token
        #expect(desk.refusal(of: four, token: foreign)?.code == .invalid)
    }

    @Test("A token serves the request it was made for, and no request that differs in any field")
    func otherRequest() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putContract(name: "c", terms: ContractTerms()))
        let (_, token) = try desk.book.plan(four, now: noon)
        let changes: [(inout LeaseOrder) -> Void] = [
            { $0.tenant = "bob" }, { $0.contract = "c" }, { $0.label = "x" }, { $0.label = "" },
            { $0.leaseClass = .standard }, { $0.lines[0].name = "other" }, { $0.lines[0].shape = .rack },
            { $0.lines[0].count = 3 }, { $0.lines[0].models = ["H100"] }, { $0.lines[0].within = .rack },
            { $0.lines.append($0.lines[0]) }, { $0.sites = ["east"] }, { $0.start = noon }, { $0.end += 1 },
            { $0.cap = .watts(699) }, { $0.cap = .percent(100) },
        ]
        for (place, change) in changes.enumerated() {
            var other = four
            change(&other)
            let refusal = desk.refusal(of: other, token: token)
            #expect(refusal?.code == .invalid && refusal?.pointer == "/planToken", "change \(place)")
        }
        #expect(try desk.request(four, token: token).state == .active)
    }

    @Test("A window asked for by its length may be taken a little later than it was planned")
    func duration() throws {
        var desk = JournalledBook(Fleets.plain)
        var hourLong = order(.node, 2, until: noon + hour)
        hourLong.durationSeconds = hour
        let (planned, token) = try desk.book.plan(hourLong, now: noon)
        desk.now += 20
        hourLong.end += 20
        #expect(try desk.request(hourLong, token: token).lines == planned.lines)
        var longer = hourLong
        longer.durationSeconds = 2 * hour
        #expect(desk.refusal(of: longer, token: token)?.pointer == "/planToken")
    }

    @Test("A plan is checked against the quota when it is taken")
    func quota() throws {
        var desk = JournalledBook(Fleets.plain)
        let (_, token) = try desk.book.plan(four, now: noon)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 8), description: ""))
        #expect(desk.refusal(of: four, token: token)?.code == .quotaExceeded)
    }

    @Test("A plan with spares is granted with the same spares")
    func spares() throws {
        var desk = JournalledBook(Fleets.plain)
        let order = order(.rack, 1, until: noon + day, spares: 1)
        let (planned, token) = try desk.book.plan(order, now: noon)
        #expect(try desk.request(order, token: token).spares == planned.spares)
    }

    @Test("A plan survives a renumbering of the fleet, and is overtaken when its hardware is retired")
    func fleets() throws {
        let more =
            "[{name: h0, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 2}]}, {name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]"
        let other = "[{name: h2, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]"
        var desk = JournalledBook(Fleets.plain)
        let (planned, token) = try desk.book.plan(four, now: noon)
        var retired = desk
        try desk.execute(.adoptFleet(Fleets.parse(Fleets.text(halls: more))))
        #expect(try desk.request(four, token: token).nodesInUse == planned.nodesInUse.map { $0 + 2 })
        try retired.execute(.adoptFleet(Fleets.parse(Fleets.text(halls: other))))
        #expect(retired.refusal(of: four, token: token)?.code == .planOvertaken)
    }
}
