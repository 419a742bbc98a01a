// Moves that free racks, against every choice of racks counted out.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("Defragmentation") struct DefragmentationTests {
    /// Five racks of four nodes with watts for all.
    private static let fleet = Fleets.parse(
        Fleets.text(
            halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 5, nodesPerRack: 4}]}]",
            turnRound: "{cleaning: 0s, validating: 0s, endsBy: timer}"))

    private func pinned(_ node: Int, _ leaseClass: LeaseClass, _ desk: JournalledBook) -> LeaseOrder {
        var result = order(.node, 1, until: noon + 30 * day)
        result.leaseClass = leaseClass
        result.lines[0].pins = desk.book.register.permanent([node..<node + 1])
        return result
    }

    /// A lease on a node that is free to go anywhere: it was put there by closing all else.
    private func stand(
        on node: Int, _ leaseClass: LeaseClass, until end: Int64 = noon + 30 * day, contract: String? = nil,
        _ desk: inout JournalledBook
    ) throws -> Lease {
        let others = (0..<20).filter { $0 != node }
        let closed = others.filter { desk.book.packing.health(of: NodeIndex($0)) == .open }
        for other in closed { _ = try desk.quietly(.setNodes(.cordon, nodes: [other..<other + 1], until: nil)) }
        var wanted = order(.node, 1, until: end, contract: contract)
        wanted.leaseClass = leaseClass
        let number = try desk.quietly(.requestLeases([wanted], planTokens: [nil])).leases[0]
        for other in closed { _ = try desk.quietly(.setNodes(.uncordon, nodes: [other..<other + 1], until: nil)) }
        return desk.lease(number)
    }

    private func query(_ count: Int, by: Int64 = noon + day) -> DefragmentationQuery {
        DefragmentationQuery(shape: .rack, count: count, by: by, seconds: day)
    }

    @Test("Random racks are freed by as few moves as every choice of racks counted out needs", arguments: 0..<60)
    func againstEveryChoice(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var desk = JournalledBook(Self.fleet)
        var (cost, isHeld) = ([Int](repeating: 0, count: 5), [Bool](repeating: false, count: 5))
        for node in 0..<20 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<5: break
            case 5..<11:
                _ = try stand(on: node, .opportunistic, &desk)
                cost[node / 4] += 1
            default:
                _ = try stand(on: node, .guaranteed, &desk)
                isHeld[node / 4] = true
            }
        }
        let free = (0..<5).map { rack in
            (rack * 4..<rack * 4 + 4).count { node in
                desk.book.packing.freeModules(of: node, from: noon, until: noon + 40 * day, now: noon) == 0xFF
            }
        }
        for count in 1...4 {
            var least: Int?
            for chosen in 0..<32 where chosen.nonzeroBitCount == count {
                let racks = (0..<5).filter { chosen >> $0 & 1 == 1 }
                guard !racks.contains(where: { isHeld[$0] }) else { continue }
                let moves = racks.reduce(0) { $0 + cost[$1] }
                // A rack that is free as a whole stays so.
                let room = (0..<5).filter { !racks.contains($0) && free[$0] < 4 }.reduce(0) { $0 + free[$1] }
                if moves <= room { least = min(least ?? moves, moves) }
            }
            let digest = desk.book.digest()
            let found = try desk.book.defragmentation(for: query(count), now: noon)
            #expect(desk.book.digest() == digest)
            if let least {
                #expect(
                    found.freed.count == count && found.moves.count == least, "\(count) racks of \(cost), free \(free)")
                #expect(found.movesMin <= least && found.obstacles.isEmpty)
            } else {
                #expect(found.freed.count < count && !found.obstacles.isEmpty)
            }
            check(found, desk)
        }
    }

    /// That moves are of leases that may be moved, off freed racks, to nodes that are free and stay so, each once.
    private func check(_ found: Defragmentation, _ desk: JournalledBook) {
        let freed = found.freed.map { desk.book.fleet.domains[$0.offset].nodes }
        for move in found.moves {
            #expect(
                desk.lease(move.lease).leaseClass == .opportunistic && desk.lease(move.lease).nodesInUse == [move.from])
            #expect(freed.contains { $0.contains(move.from) } && !freed.contains { $0.contains(move.to) })
            #expect(desk.book.packing.freeModules(of: move.to, from: noon, until: noon + 30 * day, now: noon) == 0xFF)
        }
        #expect(Set(found.moves.map(\.to)).count == found.moves.count)
        #expect(Set(found.moves.map(\.from)).count == found.moves.count)
    }

    @Test("What ends in time costs nothing, and what is pinned, under a contract or in maintenance stays")
    func terms() throws {
        var desk = JournalledBook(Self.fleet)
        // Rack 0 comes free by itself; rack 1 has one that may go; rack 2 one that is pinned to it; rack 3 a contract's.
        _ = try stand(on: 0, .guaranteed, until: noon + hour, &desk)
        let free = try stand(on: 4, .opportunistic, &desk)
        let pinned = try desk.request(pinned(8, .opportunistic, desk))
        try desk.execute(.putContract(name: "c", terms: ContractTerms()))
        let bound = try stand(on: 12, .guaranteed, &desk)
        let found = try desk.book.defragmentation(for: query(3), now: noon)
        // Rack 4 is free; the cheapest three are those with none and rack 1.
        #expect(found.freed.map { desk.book.fleet.domains[$0.offset].nodes.lowerBound } == [0, 4, 16])
        #expect(found.freeAnyway == 2 && found.moves.map(\.lease) == [free.number] && found.movesMin == 1)
        let more = try desk.book.defragmentation(for: query(4), now: noon)
        #expect(more.freed.count == 3)
        #expect(more.obstacles.contains { $0.kind == .lease(bound.number) })
        #expect(more.obstacles.contains { $0.kind == .noPlace && $0.domainCount == 1 }, "\(pinned.number)")
        #expect(throws: Refusal.self) { try desk.book.defragmentation(for: query(1, by: noon - 1), now: noon) }
    }

    @Test("A lease under a contract is moved at the times agreed there, after its notice")
    func agreedTimes() throws {
        var desk = JournalledBook(Self.fleet)
        var terms = ContractTerms()
        // Noon is Friday, 15 January 2027, 8:00 UTC; Saturdays from 2:00 to 6:00.
        terms.movable = MoveClause(noticeSeconds: hour, weekdays: 0b010_0000, hours: 2..<6)
        try desk.execute(.putContract(name: "c", terms: terms))
        for rack in 0..<5 { _ = try stand(on: 4 * rack, .guaranteed, contract: rack == 0 ? "c" : nil, &desk) }
        let saturday: Int64 = 1_800_064_800
        let found = try desk.book.defragmentation(for: query(1), now: noon)
        #expect(found.moves.map(\.from) == [0] && found.moves.first?.window == saturday...saturday + 4 * hour - 1)
        // Wanted before that, nothing can be moved.
        let early = try desk.book.defragmentation(for: query(1, by: saturday - 1), now: noon)
        #expect(early.freed.isEmpty && early.moves.isEmpty)
    }

    @Test("A lease is moved early enough for the turn-round of what it leaves, or not at all")
    func turnRound() throws {
        let slow = Fleets.parse(
            Fleets.text(halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]"))
        var desk = JournalledBook(slow)
        var wanted = order(.node, 1, until: noon + 30 * day)
        wanted.leaseClass = .opportunistic
        let first = try desk.request(wanted)
        var half = wanted
        half.leaseClass = .guaranteed
        half.lines[0].pins = desk.book.register.permanent([4..<5])
        if first.nodesInUse[0] >= 4 { half.lines[0].pins = desk.book.register.permanent([0..<1]) }
        _ = try desk.request(half)
        let soon = try desk.book.defragmentation(for: query(1, by: noon + 1_799), now: noon)
        #expect(soon.freed.isEmpty && soon.obstacles.contains { $0.kind == .lease(first.number) })
        let later = try desk.book.defragmentation(for: query(1, by: noon + 1_800), now: noon)
        #expect(later.moves.map(\.window) == [noon...noon] && later.moves[0].isRunning && later.moves[0].gpus == 8)
    }
}
