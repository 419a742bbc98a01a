// One line of an order, checked and in the dense terms that a search reads.

import FleetModel
import Packing

extension SoundOrder {
    static func placementLine(
        _ order: LeaseOrder, _ index: Int, in book: Book
    ) throws(Refusal) -> PlacementLine {
        let (line, fleet) = (order.lines[index], book.fleet)
        let pointer = "/reservations/\(index)"
        try checkShape(line, pointer)
        try checkSpread(line, pointer)
        var platforms = try platformMask(line.models, in: fleet, pointer: pointer + "/gpu")
        if case .mig(let profileID) = line.shape {
            platforms &= try profileMask(line, profileID, platforms, in: fleet, pointer + "/profile")
        }
        if line.spread?.over == .nvl72 {
            guard platforms & rackScaleMask(in: fleet) != 0 else {
                throw Refusal(
                    .invalid, "no accepted model stands in NVL72 racks; spread it over racks",
                    pointer: pointer + "/spread/level")
            }
            platforms &= rackScaleMask(in: fleet)
        }
        try checkCap(order.cap, platforms, in: fleet)
        return PlacementLine(
            shape: line.shape, count: try countWithSpares(order, line, pointer), platformMask: platforms,
            within: line.within, isComposed: line.isComposed, spread: line.spread?.limit,
            pins: try pins(line, in: book, pointer + "/pin"))
    }

    // MARK: Shapes

    private static func checkShape(_ line: LeaseLine, _ pointer: String) throws(Refusal) {
        guard (1...OrderLimits.countMax).contains(line.count) else {
            throw Refusal(.invalid, "the count is 1 to \(OrderLimits.countMax)", pointer: pointer + "/count")
        }
        switch line.shape {
        case .gpus(let gpus): try checkPartition(of: gpus, isComposed: line.isComposed, pointer + "/gpus")
        case .block, .rack, .nvl72, .node, .mig, .power:
            if line.isComposed {
                throw Refusal(.invalid, "only GPUs of one node can be composed", pointer: pointer + "/composed")
            }
        }
        switch line.shape {
        case .gpus, .mig:
            guard line.count <= OrderLimits.partitionsMax else {
                throw Refusal(
                    .invalid,
                    "a line has at most \(OrderLimits.partitionsMax) partitions or instances; lease whole nodes instead",
                    pointer: pointer + "/count")
            }
        case .power where line.within != nil:
            throw Refusal(
                .invalid, "a line in megawatts is placed over whole sites, so it has no `within`",
                pointer: pointer + "/within")
        case .block, .rack, .nvl72, .node, .power: break
        }
    }

    private static func checkPartition(of gpus: Int, isComposed: Bool, _ pointer: String) throws(Refusal) {
        if [1, 2, 4, 8].contains(gpus) { return }
        guard [3, 5, 6, 7].contains(gpus) else {
            throw Refusal(.invalid, "an NVLink partition has 1, 2, 4 or 8 GPUs", pointer: pointer)
        }
        guard isComposed else {
            throw Refusal(
                .invalid,
                "no NVLink partition has \(gpus) GPUs; with `composed` they are made up of several on one node",
                pointer: pointer)
        }
    }

    /// The platforms whose profile of that number has the line's name for it.
    private static func profileMask(
        _ line: LeaseLine, _ profileID: Int, _ accepted: UInt64, in fleet: Fleet, _ pointer: String
    ) throws(Refusal) -> UInt64 {
        guard let profile = line.profile else {
            throw Refusal(.invalid, "a line of MIG instances names their profile", pointer: pointer)
        }
        let platforms = fleet.platforms(withProfile: profileID, named: profile)
        guard platforms & accepted != 0 else {
            throw Refusal(.invalid, "no accepted model has the MIG profile \(profile)", pointer: pointer)
        }
        return platforms
    }

    private static func rackScaleMask(in fleet: Fleet) -> UInt64 {
        fleet.platforms.enumerated().reduce(0) { $0 | ($1.element.isRackScale ? 1 << UInt64($1.offset) : 0) }
    }

    // MARK: Spread and pins

    private static func checkSpread(_ line: LeaseLine, _ pointer: String) throws(Refusal) {
        guard let spread = line.spread else { return }
        guard (1...OrderLimits.countMax).contains(spread.unitsMax) else {
            throw Refusal(
                .invalid, "at least 1 and at most \(OrderLimits.countMax) units lie in each \(spread.over.rawValue)",
                pointer: pointer + "/spread/max")
        }
        guard let unit = line.spreadUnit else {
            throw Refusal(.invalid, "a line in megawatts has no units to spread", pointer: pointer + "/spread")
        }
        guard spread.over.level.depth < unit else {
            throw Refusal(
                .invalid,
                "a unit of this line is no smaller than a \(spread.over.rawValue); spread it over a higher level",
                pointer: pointer + "/spread/level")
        }
        if let within = line.within, spread.over.level <= within.level {
            throw Refusal(
                .invalid,
                "the line lies within one \(within.rawValue), so it can be spread over lower levels only",
                pointer: pointer + "/spread/level")
        }
    }

    private static func pins(_ line: LeaseLine, in book: Book, _ pointer: String) throws(Refusal) -> [Range<Int>]? {
        guard let ids = line.pins else { return nil }
        guard let nodes = book.register.dense(ids), !nodes.isEmpty else {
            throw Refusal(.invalid, "some of the hardware that the line is pinned to is retired", pointer: pointer)
        }
        return nodes.united()
    }
}

extension LeaseLine {
    /// How deep in the topology a unit lies, parts of nodes below nodes; nil for power.
    fileprivate var spreadUnit: Int? {
        switch shape {
        case .block: Level.block.depth
        case .rack, .nvl72: Level.rack.depth
        case .node: Level.node.depth
        case .gpus, .mig: Level.node.depth + 1
        case .power: nil
        }
    }
}
