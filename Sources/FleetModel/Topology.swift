// The topology tree: domains of equal connectivity, each one a range of nodes.

/// A level of the topology, from the widest to the narrowest.
public enum Level: String, CaseIterable, Comparable, Sendable {
    case site, hall, block, rack, node

    public var depth: Int {
        switch self {
        case .site: 0
        case .hall: 1
        case .block: 2
        case .rack: 3
        case .node: 4
        }
    }

    public static func < (left: Level, right: Level) -> Bool { left.depth < right.depth }
}

/// One domain of the topology above the node: a site, hall, block or rack.
public struct TopologyDomain: Sendable {
    public let level: Level
    /// Path from the site, for example `memphis-1/h1/b012/r3`.
    public let path: String
    /// Nil for a site.
    public let parent: DomainIndex?
    /// Which site of `Fleet.sites` this domain lies in.
    public let siteOffset: Int
    /// The nodes below it; depth-first numbering makes every domain one range.
    public let nodes: Range<Int>
    /// The racks below it.
    public let racks: Range<Int>
    /// The platform, when everything below is of one.
    public let platformOffset: Int?

    public init(
        level: Level, path: String, parent: DomainIndex?, siteOffset: Int, nodes: Range<Int>, racks: Range<Int>,
        platformOffset: Int?
    ) {
        self.level = level
        self.path = path
        self.parent = parent
        self.siteOffset = siteOffset
        self.nodes = nodes
        self.racks = racks
        self.platformOffset = platformOffset
    }
}

/// One rack: the unit that hangs from the budget trees and holds nodes of one platform.
public struct Rack: Sendable {
    public let domain: DomainIndex
    /// The block the rack belongs to, when it belongs to one.
    public let block: DomainIndex?
    public let siteOffset: Int
    public let platformOffset: Int
    public let nodes: Range<Int>
    /// Node names are `path` with dashes, then this letter and a number padded to `nodeNumberWidth`.
    public let nodeLetter: String
    public let nodeNumberWidth: Int

    public init(
        domain: DomainIndex, block: DomainIndex?, siteOffset: Int, platformOffset: Int, nodes: Range<Int>,
        nodeLetter: String, nodeNumberWidth: Int
    ) {
        self.domain = domain
        self.block = block
        self.siteOffset = siteOffset
        self.platformOffset = platformOffset
        self.nodes = nodes
        self.nodeLetter = nodeLetter
        self.nodeNumberWidth = nodeNumberWidth
    }

    /// What a node of the rack is called in it, for example `n1` or `t08`.
    func ownName(of node: NodeIndex) -> String {
        let number = String(node.offset - nodes.lowerBound + 1)
        guard number.utf8.count < nodeNumberWidth else { return nodeLetter + number }
        return nodeLetter + String(repeating: "0", count: nodeNumberWidth - number.utf8.count) + number
    }
}

/// How a site cleans and validates units between two holders.
public struct TurnRound: Equatable, Sendable {
    public enum Ending: String, CaseIterable, Sendable {
        /// The phases end by themselves after their planned time.
        case timer
        /// The phases end when a provisioner reports `cleaned` and `validated`.
        case report
    }

    public let cleaningSeconds: Int64
    public let validatingSeconds: Int64
    public let ending: Ending
    public var totalSeconds: Int64 { cleaningSeconds + validatingSeconds }

    public init(cleaningSeconds: Int64, validatingSeconds: Int64, ending: Ending) {
        self.cleaningSeconds = cleaningSeconds
        self.validatingSeconds = validatingSeconds
        self.ending = ending
    }
}

/// One site and what is true of all of it.
public struct Site: Equatable, Sendable {
    public let name: String
    /// Power usage effectiveness in thousandths: 1,200 is a PUE of 1.20.
    public let pueThousandths: Int64
    /// Network and storage, in thousandths of what the racks draw.
    public let networkPermille: Int64
    /// Micro-dollars for one megawatt-hour.
    public let energyPriceMicrosPerMWh: Int64
    public let carbonGramsPerKWh: Int64
    /// Reliability of the supply in hundredths of a percent: 9,990 is 99.90 %.
    public let reliabilityBasisPoints: Int64
    public let turnRound: TurnRound

    public init(
        name: String, pueThousandths: Int64, networkPermille: Int64, energyPriceMicrosPerMWh: Int64,
        carbonGramsPerKWh: Int64, reliabilityBasisPoints: Int64, turnRound: TurnRound
    ) {
        self.name = name
        self.pueThousandths = pueThousandths
        self.networkPermille = networkPermille
        self.energyPriceMicrosPerMWh = energyPriceMicrosPerMWh
        self.carbonGramsPerKWh = carbonGramsPerKWh
        self.reliabilityBasisPoints = reliabilityBasisPoints
        self.turnRound = turnRound
    }

    /// What `rackWatts` at the site's racks are at its meter, rounded up.
    public func meterWatts(rackWatts: Watts) -> Watts {
        (rackWatts * (1000 + networkPermille) * pueThousandths + 999_999) / 1_000_000
    }
}
