// What a budget domain draws, as far as readings say.

public import FleetModel

/// On what an observed draw rests.
public enum ObservedBasis: String, Sendable {
    /// A meter of the domain itself.
    case meter
    /// Meters and nodes below it, nothing added.
    case measured
    /// Readings of GPUs or nodes, with what is around them taken from the catalogue.
    case partlyEstimated = "partly-estimated"
}

/// What a budget domain draws at one moment.
public struct ObservedDraw: Equatable, Sendable {
    /// Watts where the domain is measured; of the nodes observed only, so with a share under 1,000 a lower bound.
    public var watts: Watts
    /// The time of the newest reading in it.
    public var at: Int64
    /// Nodes whose draw is in it.
    public var nodesObserved: Int
    /// Nodes below the domain.
    public var nodeCount: Int
    public var basis: ObservedBasis

    /// Nodes observed in thousandths of all, rounded down.
    public var sharePermille: Int { nodeCount == 0 ? 1_000 : nodesObserved * 1_000 / nodeCount }
}

/// A sum of draws at the rack.
struct DrawSum: Equatable, Sendable {
    var rackWatts: Watts = 0
    var at = ReadingTable.never
    var nodesObserved = 0
    var isEstimated = false

    var isEmpty: Bool { at == ReadingTable.never }

    static func += (left: inout DrawSum, right: DrawSum) {
        guard !right.isEmpty else { return }
        left.rackWatts += right.rackWatts
        left.at = max(left.at, right.at)
        left.nodesObserved += right.nodesObserved
        left.isEstimated = left.isEstimated || right.isEstimated
    }
}
