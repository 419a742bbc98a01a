// Random requests over a random fleet, and the other things that happen to it.

import FleetModel
import Packing

struct RandomRequests {
    let fleet: Fleet
    var random: SeededGenerator
    private var nextLease: UInt64 = 1
    /// The shapes that this fleet has at least one unit of.
    private let shapes: [PlacementShape]
    private let fullMeterWatts: Int
    private let profileIDs: [Int]

    init(fleet: Fleet, random: SeededGenerator) {
        self.fleet = fleet
        self.random = random
        var shapes: [PlacementShape] = [.node, .gpus(1), .gpus(2), .gpus(4)]
        let isRackScale = fleet.racks.map { fleet.platforms[$0.platformOffset].isRackScale }
        if isRackScale.contains(true) { shapes += [.nvl72, .nvl72] }
        if isRackScale.contains(false) { shapes += [.block, .block, .rack, .rack, .gpus(8)] }
        self.shapes = shapes
        // One that no platform has, and often those that are cut small.
        profileIDs = [1_000] + Set(fleet.platforms.flatMap { $0.migProfiles.map(\.profileID) }).sorted()
        var watts = 0
        for rack in fleet.racks {
            let platform = fleet.platforms[rack.platformOffset]
            let node = platform.power.nodeOverheadWatts + Watts(platform.gpusPerNode) * platform.power.capWattsMax
            watts += rack.nodes.count * Int(node)
        }
        fullMeterWatts = watts
    }

    mutating func request(now: Int64) -> PlacementRequest {
        let lines = (0..<(random.chance(75) ? 1 : random.pick(2...3))).map { _ in line() }
        let siteMask: UInt64 = random.chance(85) ? .max : UInt64(random.pick(1...3))
        return PlacementRequest(lines: lines, siteMask: siteMask, terms: terms(now: now), now: now)
    }

    /// A few stretches of nodes, sometimes none at all.
    private mutating func pins() -> [Range<Int>]? {
        guard random.chance(12) else { return nil }
        let cuts = Set((0..<2 * random.pick(1...3)).map { _ in random.pick(0...fleet.nodeCount) }).sorted()
        return stride(from: 0, to: cuts.count - 1, by: 2).map { cuts[$0]..<cuts[$0 + 1] }
    }

    mutating func terms(now: Int64) -> BookingTerms {
        let start = now + Int64(random.chance(50) ? 0 : random.pick(0...30))
        let end = start + Int64(random.pick(1...25))
        defer { nextLease += 1 }
        return BookingTerms(
            lease: nextLease, start: start, end: end, until: end + Int64(random.pick(0...3)), cap: cap())
    }

    private mutating func cap() -> PowerCap {
        random.chance(50)
            ? .watts(
                Watts(random.pick(from: [199, 200, 201, 250, 300, 350, 400, 500, 500, 600, 700, 701, 1000, 1200])))
            : .percent(random.pick(from: [17, 29, 30, 33, 40, 50, 50, 66, 75, 100]))
    }

    private mutating func line() -> PlacementLine {
        var shape =
            random.chance(95) ? random.pick(from: shapes) : random.pick(from: [.block, .rack, .nvl72, .gpus(8)])
        if random.chance(8) { shape = .gpus(random.pick(from: [3, 5, 6, 7])) }
        if random.chance(25) { shape = .mig(profileID: random.pick(from: profileIDs)) }
        if random.chance(14) {
            shape = .power(meterWatts: Watts(random.pick(1_000...fullMeterWatts)), wholeSites: random.chance(35))
            if random.chance(15) { shape = .power(meterWatts: .max / 2, wholeSites: true) }
        }
        var count = random.chance(65) ? 1 : 2
        switch shape {
        case .node, .gpus, .mig: if random.chance(40) { count = random.pick(2...7) }
        default: if random.chance(15) { count = random.pick(2...4) }
        }
        let all = (1 << UInt64(fleet.platforms.count)) - 1
        let platforms: UInt64 =
            random.chance(60) ? .max : random.chance(60) ? UInt64(all) : UInt64(random.pick(0...all))
        let within: WithinLevel? = random.chance(20) ? random.pick(from: WithinLevel.allCases) : nil
        return PlacementLine(
            shape: shape, count: count, platformMask: platforms, within: within, isComposed: random.chance(70),
            spread: spread(shape), pins: pins())
    }

    private mutating func spread(_ shape: PlacementShape) -> SpreadLimit? {
        guard random.chance(20) else { return nil }
        switch shape {
        case .power: return nil
        case .gpus, .mig:
            return SpreadLimit(level: random.pick(from: Level.allCases), unitsMax: random.pick(1...3))
        case .block, .rack, .nvl72, .node:
            return SpreadLimit(level: random.pick(from: [.site, .hall, .block, .rack]), unitsMax: random.pick(1...4))
        }
    }

    private mutating func slice() -> GPUSlice {
        let node = random.pick(0...fleet.nodeCount - 1)
        let platform = fleet.platform(of: NodeIndex(node))
        let profile = random.pick(from: platform.migProfiles)
        return GPUSlice(
            node: node, moduleMask: 1 << UInt8(random.pick(0...platform.gpusPerNode - 1)), profileID: profile.profileID,
            start: random.pick(from: profile.starts))
    }

    /// Hardware named at random, legal or not.
    mutating func placements() -> [LinePlacement] {
        (0..<random.pick(1...2)).map { _ in
            var placement = LinePlacement()
            for _ in 0..<random.pick(0...2) {
                let first = random.pick(0...fleet.nodeCount - 1)
                placement.wholeNodes.append(first..<min(fleet.nodeCount, first + random.pick(1...3)))
            }
            for _ in 0..<random.pick(0...2) {
                let node = random.pick(0...fleet.nodeCount - 1)
                let partition = random.pick(from: fleet.platform(of: NodeIndex(node)).partitions)
                placement.partialNodes.append(
                    PartialNode(node: node, moduleMask: partition.moduleMask, partitionID: partition.id))
            }
            if random.chance(40) { placement.slices.append(slice()) }
            return placement
        }
    }
}
