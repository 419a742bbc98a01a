// Reads the catalogue's data and refuses a platform that contradicts itself or a number without a source.

struct CatalogueReader {
    private let sources: Set<String>
    private var partitionTables: [String: [NVLinkPartition]] = [:]
    private var migShapes: [MIGProfile] = []

    static func read(text: String, file: String) throws(FleetFileError) -> Catalogue {
        let root = try YAMLDocument.root(text: text, file: file)
        let fields = try YAMLFields(
            root, of: "a catalogue",
            keys: ["version", "sources", "partitionTables", "migGeometry", "throughput", "platforms"])
        _ = try fields.required("version").integer(1...1)
        var sources = Set<String>()
        for (key, value) in try YAMLFields(fields.required("sources"), of: "sources", keys: nil).all {
            _ = try value.text("a source")
            sources.insert(try key.text())
        }
        var reader = CatalogueReader(sources: sources)
        for (key, value) in try YAMLFields(fields.required("partitionTables"), of: "partition tables", keys: nil).all {
            reader.partitionTables[try key.text()] = try reader.partitions(value)
        }
        reader.migShapes = try reader.migGeometry(fields.required("migGeometry"))
        var platforms: [Platform] = []
        for value in try fields.required("platforms").list(of: "platforms", countMax: 1_000) {
            let platform = try reader.platform(value)
            if platforms.contains(where: { $0.name == platform.name }) {
                throw value.failure("platform \"\(platform.name)\" stands twice", expected: "each platform once")
            }
            platforms.append(platform)
        }
        let throughput = try YAMLFields(
            fields.required("throughput"), of: "throughput",
            keys: ["source", "basis", "note", "capPermille", "classes"])
        try reader.checkSource(throughput)
        return Catalogue(platforms: platforms, throughput: try Self.throughput(throughput))
    }

    private init(sources: Set<String>) { self.sources = sources }

    private enum Basis: String, CaseIterable { case seen, derived, inferred, recalled, planning }

    /// Checks that what `fields` state has a known source, and a note wherever it was worked out or chosen.
    private func checkSource(_ fields: YAMLFields) throws(FleetFileError) {
        let source = try fields.required("source")
        let name = try source.text("a source")
        guard sources.contains(name) else {
            throw source.failure(
                "unknown source \"\(name)\"", expected: "a key of sources",
                suggestion: Spelling.nearest(to: name, among: sources.sorted()))
        }
        let basis = try fields.optional("basis")?.choice(of: Basis.self) ?? .seen
        if let note = fields.optional("note") {
            _ = try note.text()
        } else if basis != .seen && basis != .recalled {
            throw fields.value.failure("a \(basis.rawValue) number says not how", expected: "a note")
        }
    }

    private func number(
        _ fields: YAMLFields, _ key: String, _ range: ClosedRange<Int64>
    ) throws(FleetFileError) -> Int64 {
        let entry = try YAMLFields(fields.required(key), of: key, keys: ["value", "source", "basis", "note"])
        try checkSource(entry)
        return try entry.required("value").integer(range)
    }

    private func moduleMask(_ value: YAMLValue) throws(FleetFileError) -> UInt8 {
        var mask: UInt8 = 0
        for module in try value.list(of: "module ids", countMax: 8) {
            let bit = UInt8(1) << UInt8(try module.integer(1...8) - 1)
            guard mask & bit == 0 else { throw module.failure("the module stands twice", expected: "each once") }
            mask |= bit
        }
        return mask
    }

    private func partitions(_ value: YAMLValue) throws(FleetFileError) -> [NVLinkPartition] {
        let fields = try YAMLFields(value, of: "a partition table", keys: ["source", "basis", "note", "partitions"])
        try checkSource(fields)
        var result: [NVLinkPartition] = []
        for entry in try fields.required("partitions").list(of: "partitions", countMax: 255) {
            let partition = try YAMLFields(entry, of: "a partition", keys: ["id", "modules"])
            result.append(
                NVLinkPartition(
                    id: try partition.required("id").count(0...255),
                    moduleMask: try moduleMask(partition.required("modules"))))
        }
        return result.sorted { ($1.gpuCount, $0.id) < ($0.gpuCount, $1.id) }
    }

    private func migGeometry(_ value: YAMLValue) throws(FleetFileError) -> [MIGProfile] {
        let fields = try YAMLFields(value, of: "the MIG geometry", keys: ["source", "basis", "note", "profiles"])
        try checkSource(fields)
        var result: [MIGProfile] = []
        for entry in try fields.required("profiles").list(of: "profiles", countMax: 64) {
            let profile = try YAMLFields(
                entry, of: "a MIG profile", keys: ["id", "computeSlices", "memorySlices", "starts", "instancesMax"])
            let memorySlices = try profile.required("memorySlices").count(1...8)
            var starts: [Int] = []
            for start in try profile.required("starts").list(of: "starts", countMax: 8) {
                starts.append(try start.count(0...8 - memorySlices))
            }
            result.append(
                MIGProfile(
                    name: "", profileID: try profile.required("id").count(0...255),
                    computeSlices: try profile.required("computeSlices").count(1...7), memorySlices: memorySlices,
                    starts: starts, instancesMax: try profile.required("instancesMax").count(1...7)))
        }
        return result
    }

    private func migProfiles(_ value: YAMLValue) throws(FleetFileError) -> [MIGProfile] {
        let fields = try YAMLFields(value, of: "MIG", keys: ["source", "basis", "note", "names"])
        try checkSource(fields)
        var result: [MIGProfile] = []
        for (key, name) in try YAMLFields(fields.required("names"), of: "MIG names", keys: nil).all {
            let profileID = try key.count(0...255)
            guard let shape = migShapes.first(where: { $0.profileID == profileID }) else {
                throw key.unexpected("a profile id of migGeometry")
            }
            result.append(
                MIGProfile(
                    name: try name.text(), profileID: profileID, computeSlices: shape.computeSlices,
                    memorySlices: shape.memorySlices, starts: shape.starts, instancesMax: shape.instancesMax))
        }
        return result
    }

    private static let platformKeys = [
        "name", "gpu", "gpuProduct", "gpuMemoryMiB", "gpusPerNode", "traysPerNVLinkDomain", "nodeOverheadWatts",
        "capWattsMin", "capWattsMax", "gpuIdleWatts", "nodeIdleWatts", "rackOverheadWatts",
        "failuresPerMillionNodeDays", "repairHours", "partitionTable", "affinity", "mig",
    ]

    private func platform(_ value: YAMLValue) throws(FleetFileError) -> Platform {
        let fields = try YAMLFields(value, of: "a platform", keys: Self.platformKeys)
        let gpusPerNode = Int(try number(fields, "gpusPerNode", 1...8))
        var traysPerNVLinkDomain: Int?
        if fields.optional("traysPerNVLinkDomain") != nil {
            traysPerNVLinkDomain = Int(
                try number(fields, "traysPerNVLinkDomain", 1...Int64(FleetFileLimits.nodesPerRackMax)))
        }
        let table = try fields.required("partitionTable")
        guard let partitions = partitionTables[try table.text()] else {
            throw table.unexpected("a key of partitionTables")
        }
        guard partitions.allSatisfy({ Int($0.moduleMask) < 1 << gpusPerNode }) else {
            throw table.failure("a partition has modules beyond the node's", expected: "modules 1 to \(gpusPerNode)")
        }
        let (numa, nics) = try affinity(fields.required("affinity"), gpusPerNode: gpusPerNode)
        return Platform(
            name: try fields.required("name").text(), gpu: try fields.required("gpu").text(),
            gpuProduct: try fields.required("gpuProduct").text(),
            gpuMemoryMiB: Int(try number(fields, "gpuMemoryMiB", 1...100_000_000)), gpusPerNode: gpusPerNode,
            traysPerNVLinkDomain: traysPerNVLinkDomain, power: try power(fields, gpusPerNode: gpusPerNode),
            reliability: PlatformReliability(
                failuresPerMillionNodeDays: try number(fields, "failuresPerMillionNodeDays", 0...1_000_000),
                repairHours: try number(fields, "repairHours", 1...8_784)),
            partitions: partitions, numa: numa, nics: nics, migProfiles: try migProfiles(fields.required("mig")))
    }

    private func power(_ fields: YAMLFields, gpusPerNode: Int) throws(FleetFileError) -> PlatformPower {
        let watts: ClosedRange<Int64> = 0...1_000_000
        let capWattsMin = try number(fields, "capWattsMin", watts)
        let capWattsMax = try number(fields, "capWattsMax", capWattsMin...1_000_000)
        let gpuIdleWatts = try number(fields, "gpuIdleWatts", 0...capWattsMin)
        let nodeOverheadWatts = try number(fields, "nodeOverheadWatts", watts)
        return PlatformPower(
            nodeOverheadWatts: nodeOverheadWatts, capWattsMin: capWattsMin, capWattsMax: capWattsMax,
            gpuIdleWatts: gpuIdleWatts,
            nodeIdleWatts: try number(
                fields, "nodeIdleWatts", 0...nodeOverheadWatts + Int64(gpusPerNode) * gpuIdleWatts),
            rackOverheadWatts: try number(fields, "rackOverheadWatts", watts))
    }

    /// NUMA nodes, and the network devices put from PCI order into the order of module ids.
    private func affinity(
        _ value: YAMLValue, gpusPerNode: Int
    ) throws(FleetFileError) -> (numa: [NUMANode], nics: [String]) {
        let fields = try YAMLFields(
            value, of: "affinity", keys: ["source", "basis", "note", "modulesInPCIOrder", "nicsInPCIOrder", "numa"])
        try checkSource(fields)
        let modules = try fields.required("modulesInPCIOrder")
        let devices = try fields.required("nicsInPCIOrder")
        let moduleList = try modules.list(of: "module ids", countMax: 8)
        let deviceList = try devices.list(of: "network devices", countMax: 8)
        let allModules = UInt8(truncatingIfNeeded: (1 << gpusPerNode) - 1)
        guard try moduleMask(modules) == allModules else {
            throw modules.failure("not each module of the node once", expected: "modules 1 to \(gpusPerNode)")
        }
        guard deviceList.count == gpusPerNode else {
            throw devices.failure("\(deviceList.count) devices", expected: "one for each of \(gpusPerNode) GPUs")
        }
        var nics = [String](repeating: "", count: gpusPerNode)
        for (module, device) in zip(moduleList, deviceList) {
            nics[try module.count(1...gpusPerNode) - 1] = try device.text("a device name")
        }
        var numa: [NUMANode] = []
        var covered: UInt8 = 0
        for entry in try fields.required("numa").list(of: "NUMA nodes", countMax: 64) {
            let node = try YAMLFields(entry, of: "a NUMA node", keys: ["number", "cpus", "modules"])
            let mask = try moduleMask(node.required("modules"))
            guard mask & covered == 0, mask & ~allModules == 0 else {
                throw entry.failure("a module of another NUMA node or none", expected: "each module once")
            }
            covered |= mask
            numa.append(
                NUMANode(
                    number: try node.required("number").count(0...1_023), cpus: try node.required("cpus").text(),
                    moduleMask: mask))
        }
        guard covered == allModules else {
            throw value.failure("a module has no NUMA node", expected: "each module once")
        }
        return (numa, nics)
    }
}
