// One line of a lease.

public import FleetModel
public import Packing

/// How widely the units of a line are spread.
public struct LineSpread: Equatable, Sendable {
    /// The domains that are looked at.
    public enum Over: String, CaseIterable, Sendable {
        case site, hall, block, rack
        /// Racks that are one NVLink domain; the line then lies in such racks only.
        case nvl72
        /// For parts of nodes only.
        case node

        public var level: Level {
            switch self {
            case .site: .site
            case .hall: .hall
            case .block: .block
            case .rack, .nvl72: .rack
            case .node: .node
            }
        }
    }

    public var over: Over
    /// The most units of the line in any one of them, at least 1.
    public var unitsMax: Int

    public init(over: Over, unitsMax: Int = 1) {
        self.over = over
        self.unitsMax = unitsMax
    }

    /// As the search reads it; `unitsMax` must be at least 1.
    var limit: SpreadLimit { SpreadLimit(level: over.level, unitsMax: unitsMax) }
}

/// One line of a lease: shape × count, with what it may be made of and what it is made of.
public struct LeaseLine: Equatable, Sendable {
    public var name: String
    public var shape: PlacementShape
    public var count: Int
    /// GPU models accepted; empty for any.
    public var models: [String]
    public var within: WithinLevel?
    /// The name of the profile, for MIG instances; platforms that name it otherwise are not accepted.
    public var profile: String?
    /// Whether GPUs may be made up of several partitions of one node.
    public var isComposed: Bool
    public var spread: LineSpread?
    /// Only these nodes may be used, by permanent id; nil for any.
    public var pins: [IDRange]?
    public var holdings = Holdings()
    /// Exactly the hardware that the line is to be bound to, as it is asked for; nil to place it, and in a line that was granted.
    public var claim: LinePlacement?
    /// Counts that hold from later times on, ascending, as they are asked for; `count` then holds before the first of them.
    /// Empty in a line that was granted: its lease has parts instead.
    public var ramp: [RampStep] = []

    public init(
        name: String, shape: PlacementShape, count: Int, models: [String], within: WithinLevel?,
        profile: String? = nil, isComposed: Bool = false, spread: LineSpread? = nil, pins: [IDRange]? = nil,
        ramp: [RampStep] = []
    ) {
        self.ramp = ramp
        self.name = name
        self.shape = shape
        self.count = count
        self.models = models
        self.within = within
        self.profile = profile
        self.isComposed = isComposed
        self.spread = spread
        self.pins = pins
    }

    /// The level inside one domain of which a replacement must lie.
    public var domainLevel: Level {
        switch shape {
        case .block: .block
        case .rack, .nvl72, .power: .rack
        case .node, .gpus, .mig: within?.level ?? .rack
        }
    }

    /// A node for each unit that is held, spares too: what a spread counts. Units of parts stand on one node each.
    var unitNodes: [Int] {
        switch shape {
        case .gpus(let gpus):
            var (nodes, counted) = ([Int](), 0)
            for partial in holdings.partialNodes {
                counted += partial.moduleMask.nonzeroBitCount
                if counted >= gpus { (nodes, counted) = (nodes + [partial.node], 0) }
            }
            return nodes
        case .mig: return holdings.slices.map(\.node)
        case .block, .rack, .nvl72, .node, .power: return holdings.bookedNodes.flatMap { Array($0) }
        }
    }
}
