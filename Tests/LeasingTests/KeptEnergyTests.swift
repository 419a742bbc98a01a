// What load targets took from leases stays in their ledgers when the fleet no longer tells.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes under one feed, measured at the rack. A node at 700 W draws 10,200 W.
@Suite struct KeptEnergyTests {
    private static func fleet(_ budget: String, blocks: [String] = ["b1"]) -> Fleet {
        let text = blocks.map { "{name: \($0), platform: hgx-h100, racks: 2, nodesPerRack: 4}" }.joined(separator: ", ")
        return Fleets.parse(
            Fleets.text(halls: "[{name: h1, blocks: [\(text)]}]", power: "[{name: \(budget), rating: 1 MW}]"))
    }

    private func lower(_ desk: inout JournalledBook, on budget: String, at start: Int64) throws {
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: start)
        let target = LoadTarget(
            key: LoadTargetKey(budget: budget, id: "grid"), kind: .economic, watts: drawn - 3_000, start: start,
            end: start + hour)
        try desk.execute(.setLoadTarget(target))
    }

    private func energy(_ desk: JournalledBook, _ lease: UInt64) -> CurtailedEnergy {
        desk.lease(lease).curtailedEnergy(until: desk.book.time, desk.book.fleet)
    }

    private func standard(_ nodes: Int, until end: Int64) -> LeaseOrder {
        var result = order(.node, nodes, until: end)
        result.leaseClass = .standard
        return result
    }

    @Test func aDomainThatLeavesTakesNothingOutOfTheLedger() throws {
        var desk = JournalledBook(Self.fleet("feed"))
        let lease = try desk.request(standard(4, until: noon + 30 * day)).number
        // 94 W for each of 32 GPUs: 86 % of 700 W is 98 W less, 3,136 W.
        try lower(&desk, on: "feed", at: noon)
        desk.advance(to: noon + 2 * hour)
        #expect(energy(desk, lease).joules == 3_136 * hour && desk.format == 3)
        try desk.execute(.adoptFleet(Self.fleet("other")))
        #expect(energy(desk, lease).joules == 3_136 * hour && energy(desk, lease).seconds == hour)
        // What is taken on the next fleet adds to it, on the one after that too.
        try lower(&desk, on: "other", at: noon + 3 * hour)
        desk.advance(to: noon + 5 * hour)
        #expect(energy(desk, lease).joules == 2 * 3_136 * hour && energy(desk, lease).seconds == 2 * hour)
        try desk.execute(.adoptFleet(Self.fleet("third")))
        #expect(energy(desk, lease).joules == 2 * 3_136 * hour && energy(desk, lease).breachJoules == 0)
        #expect(BookRules.violations(of: desk.book) == [])
        // It stands in the snapshot, of which no shorter one is a book.
        let bytes = desk.book.snapshot()
        #expect(desk.format == 8)
        let again = try Book(snapshot: bytes)
        #expect(again.snapshot() == bytes && again.lease(lease)?.keptEnergy == desk.lease(lease).keptEnergy)
        for count in 0..<bytes.count {
            #expect(throws: CodingFault.self, "\(count) bytes") { try Book(snapshot: Array(bytes[..<count])) }
        }
        // An amendment leaves it alone.
        try desk.execute(.amendLease(lease, Amendment(end: noon + 20 * day)))
        #expect(energy(desk, lease).joules == 2 * 3_136 * hour)
    }

    @Test func aLeaseThatIsOverKeepsItWhenItsHardwareLeaves() throws {
        var desk = JournalledBook(Self.fleet("feed", blocks: ["b1", "b2"]))
        let lease = try desk.request(standard(16, until: noon + 2 * hour)).number
        // 24 W for each of 128 GPUs: 96 % of 700 W is 28 W less, 3,584 W.
        try lower(&desk, on: "feed", at: noon)
        desk.advance(to: noon + day)
        try desk.execute(.adoptFleet(Self.fleet("feed")))
        #expect(desk.lease(lease).state == .expired && desk.lease(lease).nodesInUse == [])
        #expect(energy(desk, lease).joules == 128 * 28 * hour)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aFleetThatTellsTheSameKeepsTheSnapshotAsItWas() throws {
        var desk = JournalledBook(Self.fleet("feed"))
        let lease = try desk.request(standard(4, until: noon + 30 * day)).number
        try lower(&desk, on: "feed", at: noon)
        desk.advance(to: noon + 2 * hour)
        try desk.execute(.adoptFleet(Self.fleet("feed", blocks: ["b0", "b1"])))
        #expect(desk.lease(lease).keptEnergy == nil && desk.format == 3)
        #expect(energy(desk, lease).joules == 3_136 * hour)
    }

    @Test func keptEnergyOutOfRangeIsNoBook() throws {
        var sound = NumberedEnergy(number: 1, kept: KeptEnergy(until: noon, energy: CurtailedEnergy()))
        (sound.kept.energy.joules, sound.kept.energy.breachJoules) = (10, 10)
        (sound.kept.energy.seconds, sound.kept.energy.breachSeconds) = (2, 2)
        #expect(sound.isSound(at: noon) && !sound.isSound(at: noon - 1))
        let spoil: [(inout CurtailedEnergy) -> Void] = [
            { $0.joules = -1 }, { $0.joules = 9 }, { $0.breachJoules = -1 }, { $0.seconds = 1 },
            { $0.breachSeconds = -1 }, { $0.joules = .max },
        ]
        for change in spoil {
            var other = sound
            change(&other.kept.energy)
            #expect(!other.isSound(at: noon))
        }
    }
}
