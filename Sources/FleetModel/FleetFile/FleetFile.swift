// The fleet file: a fleet written down compactly in YAML. The format is described in docs/fleet-file.md.

#if canImport(Glibc)
    internal import Glibc
#endif

/// Reads fleet files. A file with any error is refused whole.
public enum FleetFile {
    /// Reads the fleet file at `path`.
    ///
    /// - Throws: where the file is wrong, or why it could not be read (then line and column are 0).
    public static func load(path: String, catalogue: Catalogue) throws(FleetFileError) -> Fleet {
        try parse(text: readText(path), file: path, catalogue: catalogue)
    }

    /// Reads `text`; `file` is only what errors call it.
    ///
    /// - Throws: where the text is wrong.
    /// - Complexity: O(text + racks × budgets per rack).
    public static func parse(text: String, file: String, catalogue: Catalogue) throws(FleetFileError) -> Fleet {
        let root = try YAMLDocument.root(text: text, file: file)
        let fields = try YAMLFields(root, of: "a fleet file", keys: ["version", "name", "sites"])
        _ = try fields.required("version").integer(1...1)
        let nameValue = try fields.required("name")
        let name = try nameValue.text("a name")
        guard DomainName.isSiteName(name) else { throw nameValue.unexpected(DomainName.siteNameExpected) }

        let siteValues = try fields.required("sites").list(of: "sites", countMax: FleetFileLimits.sitesMax)
        guard !siteValues.isEmpty else { throw fields.key("sites").failure("no sites", expected: "at least one site") }
        var topology = TopologyBuilder(catalogue: catalogue)
        var sites: [Site] = []
        var siteFields: [YAMLFields] = []
        for value in siteValues {
            let fields = try YAMLFields(value, of: "a site", keys: SiteReader.keys)
            sites.append(try SiteReader.site(fields))
            try topology.addSite(fields, siteOffset: sites.count - 1)
            siteFields.append(fields)
        }
        var budgets = BudgetBuilder(topology: topology, sites: sites)
        for (siteOffset, fields) in siteFields.enumerated() {
            try budgets.addTrees(fields, siteOffset: siteOffset)
        }
        let fleet = Fleet(
            name: name, source: text, platforms: topology.platforms, sites: sites, domains: topology.domains,
            racks: topology.racks, budgets: budgets.domains, budgetChains: budgets.chains)
        try budgets.checkIdleFloors(of: fleet)
        return fleet
    }

    private static func readText(_ path: String) throws(FleetFileError) -> String {
        func refuse(_ problem: String, _ expected: String) -> FleetFileError {
            FleetFileError(file: path, line: 0, column: 0, problem: problem, expected: expected)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw refuse("cannot be opened: \(String(cString: strerror(errno)))", "a readable fleet file")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: FleetFileLimits.bytesMax + 1)
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, room) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw refuse("cannot be read: \(String(cString: strerror(errno)))", "a readable fleet file")
            }
            if got == 0 { break }
            count += got
        }
        guard count <= FleetFileLimits.bytesMax else {
            throw refuse("the file is too large", "at most \(FleetFileLimits.bytesMax) bytes")
        }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw refuse("the file is not text", "UTF-8")
        }
        return text
    }
}
