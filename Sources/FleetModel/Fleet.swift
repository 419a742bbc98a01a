// One version of the fleet: what exists, numbered densely. Immutable once built.

/// One version of the fleet.
///
/// Nodes are numbered depth first over sites, halls, blocks and racks as the fleet file lists them, so every
/// domain is a range. Indexes are valid for this version only; facts use permanent ids (`HardwareRegister`).
public final class Fleet: Sendable {
    public let name: String
    /// The fleet file's text, kept so that the fleet in force can be journalled and rebuilt.
    public let source: String
    public let platforms: [Platform]
    public let sites: [Site]
    /// All domains above the node, depth first.
    public let domains: [TopologyDomain]
    public let racks: [Rack]
    /// Parents before children.
    public let budgets: [BudgetDomain]
    /// For each rack, every budget domain that its draw counts in, each once, ascending.
    ///
    /// A rack on two feeds has both here in full, so each feed carries it when the other is lost.
    public let budgetChains: [[BudgetIndex]]
    public let nodeCount: Int
    public let gpuCount: Int
    /// The rack of each node.
    public let rackOfNode: [RackIndex]
    /// One bit for each GPU module of each node.
    public let moduleMasks: [UInt8]
    /// The offsets of each rack's site and platform, apart from the rest so that a search can skip racks fast.
    public let rackKeys: [(site: Int, platform: Int)]

    /// For each domain, the offset of the first one after it that is not below it.
    let subtreeEnds: [Int]
    /// What the names of each rack's nodes begin with, up to the letter.
    private let nodePrefixes: [String]
    private let domainByPath: [String: DomainIndex]
    private let budgetByName: [String: BudgetIndex]
    private let rackByNodePrefix: [String: RackIndex]

    /// Assembles a fleet from parts that the reader has checked.
    public init(
        name: String, source: String, platforms: [Platform], sites: [Site], domains: [TopologyDomain],
        racks: [Rack], budgets: [BudgetDomain], budgetChains: [[BudgetIndex]]
    ) {
        precondition(racks.count == budgetChains.count, "each rack has its chain of budgets")
        self.name = name
        self.source = source
        self.platforms = platforms
        self.sites = sites
        self.domains = domains
        self.racks = racks
        self.budgets = budgets
        self.budgetChains = budgetChains
        var rackOfNode: [RackIndex] = []
        var moduleMasks: [UInt8] = []
        var gpuCount = 0
        for (offset, rack) in racks.enumerated() {
            precondition(rack.nodes.lowerBound == rackOfNode.count, "nodes are numbered rack by rack")
            rackOfNode.append(contentsOf: repeatElement(RackIndex(offset), count: rack.nodes.count))
            moduleMasks.append(
                contentsOf: repeatElement(platforms[rack.platformOffset].moduleMask, count: rack.nodes.count))
            gpuCount += rack.nodes.count * platforms[rack.platformOffset].gpusPerNode
        }
        self.rackOfNode = rackOfNode
        self.moduleMasks = moduleMasks
        rackKeys = racks.map { ($0.siteOffset, $0.platformOffset) }
        self.nodeCount = rackOfNode.count
        self.gpuCount = gpuCount
        domainByPath = Dictionary(
            domains.enumerated().map { ($1.path, DomainIndex($0)) }, uniquingKeysWith: { first, _ in first })
        budgetByName = Dictionary(
            budgets.enumerated().map { ($1.name, BudgetIndex($0)) }, uniquingKeysWith: { first, _ in first })
        nodePrefixes = racks.map { Fleet.nodePrefix(domains[$0.domain.offset].path) }
        rackByNodePrefix = Dictionary(
            nodePrefixes.enumerated().map { ($1, RackIndex($0)) }, uniquingKeysWith: { first, _ in first })
        subtreeEnds = Fleet.subtreeEnds(of: domains)
    }

    @inlinable public func platform(of rack: RackIndex) -> Platform { platforms[racks[rack.offset].platformOffset] }
    @inlinable public func platform(of node: NodeIndex) -> Platform { platform(of: rackOfNode[node.offset]) }
    public func site(of rack: RackIndex) -> Site { sites[racks[rack.offset].siteOffset] }

    public func domain(path: String) -> DomainIndex? { domainByPath[path] }
    public func budget(named name: String) -> BudgetIndex? { budgetByName[name] }

    /// The name of a node, for example `memphis-1-h1-b012-r3-n1`. O(length).
    public func nodeName(_ node: NodeIndex) -> String {
        let rack = rackOfNode[node.offset].offset
        return nodePrefixes[rack] + racks[rack].ownName(of: node)
    }

    /// The path of a node, for example `memphis-1/h1/b012/r3/n1`. O(length).
    public func nodePath(_ node: NodeIndex) -> String {
        let rack = racks[rackOfNode[node.offset].offset]
        return domains[rack.domain.offset].path + "/" + rack.ownName(of: node)
    }

    /// The node of that name, or nil. O(length).
    public func node(named name: String) -> NodeIndex? {
        guard let dash = name.lastIndex(of: "-") else { return nil }
        guard let index = rackByNodePrefix[String(name[...dash])] else { return nil }
        let rack = racks[index.offset]
        let suffix = name[name.index(after: dash)...]
        guard suffix.hasPrefix(rack.nodeLetter), let number = Int(suffix.dropFirst(rack.nodeLetter.count)),
            (1...rack.nodes.count).contains(number)
        else { return nil }
        let node = NodeIndex(rack.nodes.lowerBound + number - 1)
        return nodeName(node) == name ? node : nil
    }

    /// The domain at `level` that holds `rack`, or nil where the rack has none (an NVL72 has no block).
    public func domain(of rack: RackIndex, at level: Level) -> DomainIndex? {
        var current: DomainIndex? = racks[rack.offset].domain
        while let index = current {
            if domains[index.offset].level == level { return index }
            current = domains[index.offset].parent
        }
        return nil
    }

    /// Splits ranges of nodes at the borders of racks. O(racks touched).
    public func rackSegments(of ranges: [Range<Int>]) -> [(rack: RackIndex, nodes: Range<Int>)] {
        var segments: [(rack: RackIndex, nodes: Range<Int>)] = []
        for range in ranges {
            var node = range.lowerBound
            while node < range.upperBound {
                let rack = rackOfNode[node]
                let end = min(range.upperBound, racks[rack.offset].nodes.upperBound)
                segments.append((rack, node..<end))
                node = end
            }
        }
        return segments
    }

    /// By nodes, not by level: a hall's NVL72 racks follow its last block and are deeper than a block.
    private static func subtreeEnds(of domains: [TopologyDomain]) -> [Int] {
        var ends = [Int](repeating: domains.count, count: domains.count)
        var open: [Int] = []
        for (offset, domain) in domains.enumerated() {
            while let last = open.last, domains[last].nodes.upperBound <= domain.nodes.lowerBound {
                ends[last] = offset
                open.removeLast()
            }
            open.append(offset)
        }
        return ends
    }

    private static func nodePrefix(_ path: String) -> String {
        String(path.map { $0 == "/" ? "-" : $0 }) + "-"
    }
}
