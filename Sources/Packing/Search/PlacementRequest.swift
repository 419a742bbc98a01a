// What a placement is asked for, in dense indexes.

public import FleetModel

/// What one line of a request is made of.
public enum PlacementShape: Equatable, Sendable {
    /// A whole block.
    case block
    /// A whole rack of servers.
    case rack
    /// A whole rack that is one NVLink domain.
    case nvl72
    /// A whole server or NVL72 tray.
    case node
    /// That many GPUs in one legal NVLink partition of one node: 1, 2, 4 or 8. With `PlacementLine.isComposed` also 3, 5, 6
    /// and 7, as several partitions of one node.
    case gpus(Int)
    /// One MIG instance, by NVML's number of its profile.
    case mig(profileID: Int)
    /// As many whole nodes as `meterWatts` carries; with `wholeSites` it must carry every node that is accepted.
    case power(meterWatts: Watts, wholeSites: Bool)

    /// True for what is placed on part of a node.
    var isPartOfNode: Bool {
        switch self {
        case .gpus, .mig: true
        case .block, .rack, .nvl72, .node, .power: false
        }
    }

    /// Lines are placed in this order: what is hardest to place goes first.
    var rank: Int {
        switch self {
        case .block: 0
        case .nvl72: 1
        case .rack: 2
        case .node: 3
        case .power: 4
        case .gpus: 5
        case .mig: 6
        }
    }
}

/// A level inside one domain of which all units of a line must lie.
public enum WithinLevel: String, CaseIterable, Sendable {
    case site, hall, block, rack
    /// A rack that is one NVLink domain.
    case nvl72

    public var level: Level {
        switch self {
        case .site: .site
        case .hall: .hall
        case .block: .block
        case .rack, .nvl72: .rack
        }
    }
}

/// How widely the units of a line are spread.
public struct SpreadLimit: Equatable, Sendable {
    /// The domains that are looked at; `node` only for parts of nodes.
    public var level: Level
    /// The most units of the line in any one of them, at least 1.
    public var unitsMax: Int

    public init(level: Level, unitsMax: Int = 1) {
        precondition(unitsMax >= 1, "a domain may hold at least one unit")
        self.level = level
        self.unitsMax = unitsMax
    }
}

/// One line of a request.
public struct PlacementLine: Equatable, Sendable {
    public var shape: PlacementShape
    /// Units of the shape; for power it is not read.
    public var count: Int
    /// Bit `n` for platform `n` of the fleet.
    public var platformMask: UInt64
    public var within: WithinLevel?
    /// Whether GPUs may be made up of several partitions of one node.
    public var isComposed: Bool
    /// Nil to leave the spread to the packing. Not for power.
    public var spread: SpreadLimit?
    /// Only these nodes may be used, ascending ranges that do not touch; nil for the whole fleet.
    public var pins: [Range<Int>]?

    public init(
        shape: PlacementShape, count: Int, platformMask: UInt64, within: WithinLevel? = nil, isComposed: Bool = false,
        spread: SpreadLimit? = nil, pins: [Range<Int>]? = nil
    ) {
        self.isComposed = isComposed
        self.spread = spread
        self.pins = pins
        self.shape = shape
        self.count = count
        self.platformMask = platformMask
        self.within = within
    }
}

/// All lines of one lease, to be placed together or not at all.
public struct PlacementRequest: Sendable {
    public var lines: [PlacementLine]
    /// Bit `n` for site `n` of the fleet.
    public var siteMask: UInt64
    public var terms: BookingTerms
    public var now: Int64

    public init(lines: [PlacementLine], siteMask: UInt64, terms: BookingTerms, now: Int64) {
        self.lines = lines
        self.siteMask = siteMask
        self.terms = terms
        self.now = now
    }
}
