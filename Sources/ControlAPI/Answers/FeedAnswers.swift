// Feeds and sources that fail.

/// A budget domain that has failed, or a source of a root.
public struct FailedFeed: Codable, Sendable, Equatable {
    /// The domain.
    public var budget: String
    /// The source; absent: the domain itself.
    public var source: String?
    /// Why.
    public var reason: String
    /// Who said so.
    public var by: String
    /// Since when.
    public var since: Timestamp
    /// Racks below it that another feed carries: they have lost their redundancy and nothing else. Absent for a source.
    public var racksCarried: Int?
    /// Racks below it that no feed reaches: their nodes are faulty until it is restored. Absent for a source.
    public var racksDark: Int?
    /// For a source: the watts of the root's firm sources that stand.
    public var firmWattsLeft: Int?

    /// Every field; those left out are absent.
    public init(
        budget: String, source: String? = nil, reason: String, by: String, since: Timestamp, racksCarried: Int? = nil,
        racksDark: Int? = nil, firmWattsLeft: Int? = nil
    ) {
        self.budget = budget
        self.source = source
        self.reason = reason
        self.by = by
        self.since = since
        self.racksCarried = racksCarried
        self.racksDark = racksDark
        self.firmWattsLeft = firmWattsLeft
    }
}

/// Why a feed is said to have failed or to be restored.
public struct FeedRequest: Codable, Sendable, Equatable {
    /// Why, for the audit log; 1 to 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case reason
    }

    /// The one field.
    public init(reason: String) {
        self.reason = reason
    }
}

extension FeedRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
    }
}

/// What a failure or a restoration did.
public struct FeedAnswer: Codable, Sendable, Equatable {
    /// The number of the change.
    public var revision: Int
    /// What has failed and is not restored, this one included.
    public var failedFeeds: [FailedFeed]
    /// Nodes that became dark, or that came back and are being validated.
    public var nodes: Int
    /// Nodes that were replaced in leases.
    public var replaced: [NodeReplacement]?
    /// Leases that now have less than promised.
    public var degraded: [String]?
    /// For a source: the load targets of its root, in force or to come, as they are met now; absent: none.
    public var loadTargets: [LoadTargetAnswer]?

    /// Every field; those left out are absent.
    public init(
        revision: Int, failedFeeds: [FailedFeed], nodes: Int, replaced: [NodeReplacement]? = nil,
        degraded: [String]? = nil, loadTargets: [LoadTargetAnswer]? = nil
    ) {
        self.revision = revision
        self.failedFeeds = failedFeeds
        self.nodes = nodes
        self.replaced = replaced
        self.degraded = degraded
        self.loadTargets = loadTargets
    }
}
