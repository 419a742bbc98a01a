// Feeds and sources that have failed.

import FleetModel
import Packing

/// A budget domain that carries nothing, or a source that feeds no root, until it is restored.
public struct FeedFailure: Equatable, Sendable, FieldCoded {
    /// The domain's name.
    public var budget: String
    /// The source of a root; nil when the domain itself has failed.
    public var source: String?
    public var reason: String
    public var actor: String
    public var since: Int64

    static var blank: FeedFailure { FeedFailure(budget: "", source: nil, reason: "", actor: "", since: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&budget)
        try coder.code(&source)
        try coder.code(&reason)
        try coder.code(&actor)
        try coder.code(&since)
    }

    func isOf(_ budget: String, _ source: String?) -> Bool { self.budget == budget && self.source == source }

    static func isBefore(_ one: FeedFailure, _ other: FeedFailure) -> Bool {
        (one.budget, one.source ?? "") < (other.budget, other.source ?? "")
    }
}

/// What has failed, and the nodes that are dark by it.
struct FeedState: Sendable {
    /// In order of domains and sources.
    var failures: [FeedFailure] = []
    /// Faulty nodes, by dense index, that only lack a feed: they come back when it does.
    var darkNodes = RadixTable<Bool>()
}
