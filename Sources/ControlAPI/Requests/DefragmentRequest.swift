// Whole domains that are wanted free by a time.

/// What is to be free, and from when on.
public struct DefragmentRequest: Codable, Sendable, Equatable {
    /// `block`, `rack` or `nvl72`.
    public var shape: Shape
    /// How many of them.
    public var count: Int
    /// From when on.
    public var by: Timestamp
    /// For how long; absent: 1 day.
    public var duration: WireDuration?
    /// Sites accepted; absent: any.
    public var sites: [String]?
    /// GPU models accepted; absent: any.
    public var gpu: [String]?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case shape, count, by, duration, sites, gpu
    }

    /// Every field; those left out are absent.
    public init(
        shape: Shape, count: Int, by: Timestamp, duration: WireDuration? = nil, sites: [String]? = nil,
        gpu: [String]? = nil
    ) {
        self.shape = shape
        self.count = count
        self.by = by
        self.duration = duration
        self.sites = sites
        self.gpu = gpu
    }
}

extension DefragmentRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard shape == .block || shape == .rack || shape == .nvl72 else {
            throw WireValueError(field: "shape", expected: "block, rack or nvl72", found: shape.rawValue)
        }
        guard (1...WireLimits.domainsFreedMax).contains(count) else {
            throw WireValueError(field: "count", expected: "1 to \(WireLimits.domainsFreedMax)", found: "\(count)")
        }
        if let duration, duration.seconds == 0 {
            throw WireValueError(field: "duration", expected: "at least 1s", found: "0s")
        }
        if let sites { try checkShortList(sites, field: "sites", of: "sites") }
        if let gpu { try checkShortList(gpu, field: "gpu", of: "GPU models") }
    }
}
