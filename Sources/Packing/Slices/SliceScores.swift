// How much of a GPU an instance spoils for those to come.

import FleetModel

/// Fragmentation scores of every state of a GPU for one mix of requests.
///
/// After FGD (Weng et al., ATC'23), on memory slices: the fragmentation F of a state is the free slices that a request
/// drawn from the mix cannot use, summed over the profiles by weight. An instance goes where F grows least, on the GPU
/// and at the start. Scores are integers in units of weight × slices; nothing is rounded. O(1) to look up.
///
/// `weightMax` keeps every sum within 32 bits.
public struct SliceScores: Sendable {
    public let weights: [Int]
    private let fragmentations: [Int32]
    private let gradients: [Int32]
    private let starts: [Int8]

    public static var weightMax: Int { 1_000_000 }
    /// The gradient of a profile that does not fit.
    public static var doesNotFit: Int32 { .max }

    /// - Parameter weights: how often each profile is asked for, in the order of the geometry's profiles and in any
    ///   unit; 0 to `weightMax` each.
    /// - Complexity: O(states × profiles² × starts); some 100,000 steps.
    public init(geometry: SliceGeometry, weights: [Int]) {
        precondition(weights.count == geometry.profileCount, "each profile has a weight")
        precondition(weights.allSatisfy { (0...Self.weightMax).contains($0) }, "a weight is within its bounds")
        self.weights = weights
        let fragmentations = (0..<SliceState.count).map { raw in
            Self.fragmentation(of: SliceState(rawValue: UInt16(raw)), geometry, weights)
        }
        var gradients = [Int32](repeating: Self.doesNotFit, count: geometry.profileCount * SliceState.count)
        var starts = [Int8](repeating: -1, count: gradients.count)
        for profile in 0..<geometry.profileCount {
            for raw in 0..<SliceState.count {
                let state = SliceState(rawValue: UInt16(raw))
                let place = profile * SliceState.count + raw
                for start in geometry.profiles[profile].starts
                where geometry.starts(of: profile, in: state) >> UInt8(start) & 1 == 1 {
                    let after = geometry.state(state, adding: profile, at: start)
                    let gradient = fragmentations[after.offset] - fragmentations[raw]
                    guard gradient < gradients[place] else { continue }
                    (gradients[place], starts[place]) = (gradient, Int8(start))
                }
            }
        }
        self.fragmentations = fragmentations
        self.gradients = gradients
        self.starts = starts
    }

    /// Free slices of a GPU in `state` that requests of the mix cannot use, in weight × slices.
    public func fragmentation(of state: SliceState) -> Int32 { fragmentations[state.offset] }

    /// By how much F grows when `profile` is placed at its best start; negative when it uses what few others can, and
    /// `doesNotFit` when there is no start.
    public func gradient(of profile: Int, in state: SliceState) -> Int32 {
        gradients[profile * SliceState.count + state.offset]
    }

    /// The start at which `profile` blocks least, the lowest of equals; nil when none is free.
    public func bestStart(of profile: Int, in state: SliceState) -> Int? {
        let start = starts[profile * SliceState.count + state.offset]
        return start < 0 ? nil : Int(start)
    }

    private static func fragmentation(of state: SliceState, _ geometry: SliceGeometry, _ weights: [Int]) -> Int32 {
        var sum = 0
        for profile in 0..<geometry.profileCount {
            let usable = geometry.room(for: profile, in: state) * geometry.profiles[profile].memorySlices
            sum += weights[profile] * (state.freeSlices - usable)
        }
        return Int32(sum)
    }
}
