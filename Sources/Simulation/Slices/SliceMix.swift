// Which MIG profiles are asked for, and how often.

import FleetModel
import Packing

/// Weights of the six profiles, from the smallest to the whole GPU: 1g, 1g with two memory slices, 2g, 3g, 4g, 7g.
public struct SliceMix: Equatable, Sendable {
    public let name: String
    /// In any unit; one for each of `profileIDs`.
    public let weights: [Int]

    /// NVML's profile ids that the weights are of.
    public static let profileIDs = [19, 15, 14, 9, 5, 0]
    /// The mixes of the repeatable set, in percent but for the first.
    public static let named = [
        SliceMix(name: "uniform", weights: [1, 1, 1, 1, 1, 1]),
        SliceMix(name: "skew-small", weights: [30, 25, 20, 10, 10, 5]),
        SliceMix(name: "skew-big", weights: [5, 10, 10, 20, 25, 30]),
        SliceMix(name: "bimodal", weights: [30, 15, 5, 5, 15, 30]),
    ]

    public init(name: String, weights: [Int]) {
        precondition(weights.count == Self.profileIDs.count, "each profile has a weight")
        precondition(weights.allSatisfy { $0 >= 0 } && weights.contains { $0 > 0 }, "something is asked for")
        self.name = name
        self.weights = weights
    }

    /// The mix of that name, or of six weights with commas between them; nil when the text is neither.
    public init?(parsing text: String) {
        if let known = Self.named.first(where: { $0.name == text }) {
            self = known
            return
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let weights = parts.compactMap(\.self)
        guard parts.count == Self.profileIDs.count, weights.count == parts.count,
            weights.allSatisfy({ (0...SliceScores.weightMax).contains($0) }), weights.contains(where: { $0 > 0 })
        else { return nil }
        self.init(name: text, weights: weights)
    }

    /// The weights in the order of a geometry's profiles; 0 for those that are not in the mix.
    func weights(for geometry: SliceGeometry) -> [Int] {
        geometry.profiles.map { profile in
            Self.profileIDs.firstIndex(of: profile.profileID).map { weights[$0] } ?? 0
        }
    }
}
