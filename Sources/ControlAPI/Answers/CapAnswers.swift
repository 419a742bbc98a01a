// What power caps cost.

/// Throughput in permille of what it is without a cap, by class of workload; absent where it is unknown.
///
/// From caps measured on one model and applied to the others by the share of the highest cap: see docs/power.md.
public struct CapThroughput: Codable, Sendable, Equatable {
    /// Training from the beginning.
    public var pretrain: Int?
    /// Training further.
    public var finetune: Int?
    /// Answering in batches.
    public var inference: Int?

    /// Every field; those left out are absent.
    public init(pretrain: Int? = nil, finetune: Int? = nil, inference: Int? = nil) {
        self.pretrain = pretrain
        self.finetune = finetune
        self.inference = inference
    }
}

/// One cap on one platform.
public struct CapRow: Codable, Sendable, Equatable {
    /// The cap in percent of the model's maximum.
    public var capPercent: Int
    /// The cap in watts for each GPU.
    public var capWattsPerGpu: Int
    /// What a node commits with all of its GPUs at this cap, at the rack.
    public var nodeWatts: Int
    /// What is left of the throughput.
    public var throughput: CapThroughput
    /// Throughput for each watt of the node, in permille of what it is at the highest cap.
    public var throughputPerWatt: CapThroughput

    /// Every field.
    public init(
        capPercent: Int, capWattsPerGpu: Int, nodeWatts: Int, throughput: CapThroughput,
        throughputPerWatt: CapThroughput
    ) {
        self.capPercent = capPercent
        self.capWattsPerGpu = capWattsPerGpu
        self.nodeWatts = nodeWatts
        self.throughput = throughput
        self.throughputPerWatt = throughputPerWatt
    }
}

/// Caps on one platform.
public struct PlatformCaps: Codable, Sendable, Equatable {
    /// The platform.
    public var platform: String
    /// Its GPU model.
    public var gpu: String
    /// Legal caps, the highest first.
    public var caps: [CapRow]

    /// Every field.
    public init(platform: String, gpu: String, caps: [CapRow]) {
        self.platform = platform
        self.gpu = gpu
        self.caps = caps
    }
}

/// Caps on every platform of the fleet.
public struct CapTable: Codable, Sendable, Equatable {
    /// In the order of the catalogue.
    public var platforms: [PlatformCaps]

    /// The one field.
    public init(platforms: [PlatformCaps]) {
        self.platforms = platforms
    }
}
