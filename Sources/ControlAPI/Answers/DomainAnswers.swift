// The topology.

/// The largest shape that could be leased in a domain now.
public struct ShapeFree: Codable, Sendable, Equatable {
    /// The unit.
    public var shape: Shape
    /// GPUs in it.
    public var gpus: Int

    /// Every field; those left out are absent.
    public init(shape: Shape, gpus: Int) {
        self.shape = shape
        self.gpus = gpus
    }
}

/// One domain of the topology.
public struct DomainAnswer: Codable, Sendable, Equatable {
    /// Its path from the site down, such as `memphis-2/h1/r001`.
    public var path: String
    /// Its level.
    public var level: TopologyLevel
    /// The platform, when all its nodes are of one.
    public var platform: String?
    /// GPUs by use.
    public var gpus: GPUCounts
    /// The largest shape free; absent: none.
    public var largestShapeFree: ShapeFree?

    /// Every field; those left out are absent.
    public init(
        path: String, level: TopologyLevel, platform: String? = nil, gpus: GPUCounts,
        largestShapeFree: ShapeFree? = nil
    ) {
        self.path = path
        self.level = level
        self.platform = platform
        self.gpus = gpus
        self.largestShapeFree = largestShapeFree
    }
}

/// A page of domains.
public struct DomainList: Codable, Sendable, Equatable {
    /// In the order of the tree.
    public var domains: [DomainAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(domains: [DomainAnswer], cursor: String? = nil) {
        self.domains = domains
        self.cursor = cursor
    }
}
