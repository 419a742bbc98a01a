// The platforms that Berth knows: data that is built into the program, each number with its source.

/// The platforms that a fleet file may name.
public struct Catalogue: Sendable {
    /// All platforms in the order of the data.
    public let platforms: [Platform]
    /// What caps cost in throughput.
    public let throughput: ThroughputCurves

    /// A catalogue of other platforms, for tests and simulations.
    public init(platforms: [Platform]) {
        self.init(platforms: platforms, throughput: ThroughputCurves())
    }

    init(platforms: [Platform], throughput: ThroughputCurves) {
        self.platforms = platforms
        self.throughput = throughput
    }

    /// The catalogue that ships with Berth.
    ///
    /// - Throws: where the built-in data is wrong; a build whose tests pass never does.
    /// - Complexity: parses some 20 KiB of text the first time, O(1) from then on.
    public static func builtIn() throws(FleetFileError) -> Catalogue { try shipped.get() }

    private static let shipped = Result<Catalogue, FleetFileError> { () throws(FleetFileError) in
        let text = String(decoding: PackageResources.platforms_yaml, as: UTF8.self)
        return try CatalogueReader.read(text: text, file: "platforms.yaml")
    }

    /// The platform of that name, for example `hgx-h100`.
    public func platform(named name: String) -> Platform? {
        platforms.first { $0.name == name }
    }

    /// All platform names in the order of the data.
    public var names: [String] { platforms.map(\.name) }
}
