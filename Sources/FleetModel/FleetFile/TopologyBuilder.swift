// Builds the topology tree from a fleet file, depth first, so that every domain is a range of nodes.

struct TopologyBuilder {
    let catalogue: Catalogue
    /// The platforms in use, in order of first use.
    private(set) var platforms: [Platform] = []
    private(set) var domains: [TopologyDomain] = []
    private(set) var racks: [Rack] = []
    private var nodeCount = 0
    /// Paths with dashes, as node names begin: no two domains may share one.
    private var dashedPaths = Set<String>()

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    mutating func addSite(_ fields: YAMLFields, siteOffset: Int) throws(FleetFileError) {
        let nameValue = try fields.required("name")
        let place = try open(.site, path: nameValue.text(), parent: nil, siteOffset: siteOffset, at: nameValue)
        let halls = try fields.required("halls")
        for hall in try halls.list(of: "halls") {
            try addHalls(hall, below: place)
        }
        guard racks.count > place.firstRack else { throw halls.failure("no racks", expected: "halls with racks") }
        close(place)
    }

    private mutating func addHalls(_ value: YAMLValue, below site: OpenDomain) throws(FleetFileError) {
        let fields = try YAMLFields(value, of: "a hall", keys: ["name", "blocks", "racks"])
        let nameValue = try fields.required("name")
        for name in try segments(nameValue) {
            let hall = try open(
                .hall, path: "\(site.path)/\(name)", parent: site.index, siteOffset: site.siteOffset, at: nameValue)
            if let blocks = fields.optional("blocks") {
                for block in try blocks.list(of: "blocks") { try addBlocks(block, below: hall) }
            }
            if let racks = fields.optional("racks") {
                for rack in try racks.list(of: "racks") { try addRackScaleRacks(rack, below: hall) }
            }
            guard racks.count > hall.firstRack else {
                throw value.failure("the hall holds nothing", expected: "\"blocks\" or \"racks\"")
            }
            close(hall)
        }
    }

    private mutating func addBlocks(_ value: YAMLValue, below hall: OpenDomain) throws(FleetFileError) {
        let fields = try YAMLFields(value, of: "a block", keys: ["name", "platform", "racks", "nodesPerRack"])
        let platformValue = try fields.required("platform")
        let platformOffset = try platform(platformValue)
        guard !platforms[platformOffset].isRackScale else {
            throw platformValue.failure(
                "\(platforms[platformOffset].name) is sold by the rack", expected: "it under \"racks\" of the hall")
        }
        let rackCount = try fields.required("racks").count(1...10_000)
        let nodesPerRack = try fields.required("nodesPerRack").count(1...FleetFileLimits.nodesPerRackMax)
        let nameValue = try fields.required("name")
        for name in try segments(nameValue) {
            let block = try open(
                .block, path: "\(hall.path)/\(name)", parent: hall.index, siteOffset: hall.siteOffset, at: nameValue)
            let width = String(rackCount).count
            for number in 1...rackCount {
                let digits = String(number)
                let rackName = "r" + String(repeating: "0", count: width - digits.count) + digits
                try addRack(
                    name: rackName, nodes: nodesPerRack, letter: "n", platformOffset: platformOffset, below: block,
                    at: nameValue)
            }
            close(block)
        }
    }

    private mutating func addRackScaleRacks(_ value: YAMLValue, below hall: OpenDomain) throws(FleetFileError) {
        let fields = try YAMLFields(value, of: "racks", keys: ["name", "platform"])
        let platformValue = try fields.required("platform")
        let platformOffset = try platform(platformValue)
        guard let trays = platforms[platformOffset].traysPerNVLinkDomain else {
            throw platformValue.failure(
                "\(platforms[platformOffset].name) is not sold by the rack", expected: "it under \"blocks\" of the hall"
            )
        }
        let nameValue = try fields.required("name")
        for name in try segments(nameValue) {
            try addRack(
                name: name, nodes: trays, letter: "t", platformOffset: platformOffset, below: hall, at: nameValue)
        }
    }

    private mutating func addRack(
        name: String, nodes: Int, letter: String, platformOffset: Int, below parent: OpenDomain, at value: YAMLValue
    ) throws(FleetFileError) {
        let rack = try open(
            .rack, path: "\(parent.path)/\(name)", parent: parent.index, siteOffset: parent.siteOffset, at: value)
        let range = nodeCount..<nodeCount + nodes
        nodeCount += nodes
        guard nodeCount <= FleetFileLimits.nodesMax else {
            throw value.failure("more than \(FleetFileLimits.nodesMax) nodes", expected: "a smaller fleet")
        }
        racks.append(
            Rack(
                domain: rack.index, block: parent.level == .block ? parent.index : nil, siteOffset: parent.siteOffset,
                platformOffset: platformOffset, nodes: range, nodeLetter: letter,
                nodeNumberWidth: String(nodes).count))
        close(rack)
    }

    /// A domain whose end is not known yet.
    private struct OpenDomain {
        let level: Level
        let index: DomainIndex
        let path: String
        let siteOffset: Int
        let firstNode: Int
        let firstRack: Int
    }

    private mutating func open(
        _ level: Level, path: String, parent: DomainIndex?, siteOffset: Int, at value: YAMLValue
    ) throws(FleetFileError) -> OpenDomain {
        let dashed = String(decoding: path.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
        guard dashedPaths.insert(dashed).inserted else {
            throw value.failure("the name \"\(dashed)\" stands twice", expected: "each name once")
        }
        let place = OpenDomain(
            level: level, index: DomainIndex(domains.count), path: path, siteOffset: siteOffset, firstNode: nodeCount,
            firstRack: racks.count)
        domains.append(
            TopologyDomain(
                level: level, path: path, parent: parent, siteOffset: siteOffset, nodes: nodeCount..<nodeCount,
                racks: racks.count..<racks.count, platformOffset: nil))
        return place
    }

    private mutating func close(_ place: OpenDomain) {
        let opened = domains[place.index.offset]
        let rackRange = place.firstRack..<racks.count
        let first = racks[place.firstRack].platformOffset
        let isOfOnePlatform = racks[rackRange].allSatisfy { $0.platformOffset == first }
        domains[place.index.offset] = TopologyDomain(
            level: opened.level, path: opened.path, parent: opened.parent, siteOffset: opened.siteOffset,
            nodes: place.firstNode..<nodeCount, racks: rackRange, platformOffset: isOfOnePlatform ? first : nil)
    }

    private func segments(_ value: YAMLValue) throws(FleetFileError) -> [String] {
        let names = try NamePattern.names(value)
        guard names.allSatisfy(DomainName.isSegment) else { throw value.unexpected(DomainName.segmentExpected) }
        return names
    }

    private mutating func platform(_ value: YAMLValue) throws(FleetFileError) -> Int {
        let expected = "one of \(catalogue.names.joined(separator: ", "))"
        let name = try value.text(expected)
        if let offset = platforms.firstIndex(where: { $0.name == name }) { return offset }
        guard let platform = catalogue.platform(named: name) else {
            throw value.failure(
                "unknown platform \(value.summary)", expected: expected,
                suggestion: Spelling.nearest(to: name, among: catalogue.names))
        }
        platforms.append(platform)
        return platforms.count - 1
    }
}
