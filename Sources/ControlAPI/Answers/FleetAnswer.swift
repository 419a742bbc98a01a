// What exists.

/// The hardware of one platform at one site.
public struct PlatformSummary: Codable, Sendable, Equatable {
    /// The platform's name in the catalogue.
    public var platform: String
    /// The GPU model.
    public var gpu: String
    /// Nodes.
    public var nodes: Int
    /// GPUs.
    public var gpus: Int
    /// Memory of each GPU in GiB.
    public var gpuMemoryGib: Int
    /// The lowest cap of a GPU in watts.
    public var capWattsMin: Int
    /// The highest cap of a GPU in watts.
    public var capWattsMax: Int

    /// Every field; those left out are absent.
    public init(
        platform: String, gpu: String, nodes: Int, gpus: Int, gpuMemoryGib: Int, capWattsMin: Int, capWattsMax: Int
    ) {
        self.platform = platform
        self.gpu = gpu
        self.nodes = nodes
        self.gpus = gpus
        self.gpuMemoryGib = gpuMemoryGib
        self.capWattsMin = capWattsMin
        self.capWattsMax = capWattsMax
    }
}

/// One site.
public struct SiteSummary: Codable, Sendable, Equatable {
    /// The site.
    public var name: String
    /// Watts at the meter for each watt at the rack.
    public var pue: Double
    /// What a megawatt-hour costs there.
    public var energyPricePerMWh: Money
    /// Grams of CO2 equivalent for each kilowatt-hour.
    public var carbonGramsPerKWh: Int
    /// The share of time that its supply is expected to stand.
    public var reliabilityPercent: Percentage
    /// Nodes.
    public var nodes: Int
    /// GPUs.
    public var gpus: Int
    /// Its hardware by platform.
    public var platforms: [PlatformSummary]

    /// Every field; those left out are absent.
    public init(
        name: String, pue: Double, energyPricePerMWh: Money, carbonGramsPerKWh: Int, reliabilityPercent: Percentage,
        nodes: Int, gpus: Int, platforms: [PlatformSummary]
    ) {
        self.name = name
        self.pue = pue
        self.energyPricePerMWh = energyPricePerMWh
        self.carbonGramsPerKWh = carbonGramsPerKWh
        self.reliabilityPercent = reliabilityPercent
        self.nodes = nodes
        self.gpus = gpus
        self.platforms = platforms
    }
}

/// The fleet in force.
public struct FleetAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The number of its version, from 1.
    public var version: Int
    /// Its sites.
    public var sites: [SiteSummary]

    /// Every field; those left out are absent.
    public init(name: String, version: Int, sites: [SiteSummary]) {
        self.name = name
        self.version = version
        self.sites = sites
    }
}
