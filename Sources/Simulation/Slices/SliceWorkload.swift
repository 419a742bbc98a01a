// Requests for MIG instances, drawn from a mix.

import FleetModel
import Packing

/// One request for an instance.
struct SliceRequest: Equatable {
    let profile: Int
    /// Milliseconds.
    let arrivesAt: Int64
    let endsAt: Int64
    let isMovable: Bool
}

/// Draws requests: exponential gaps and lives, profiles by weight.
struct SliceWorkload {
    private let weights: [Int]
    private let gapMean: Double
    private let movablePercent: Int
    private var random: SimulationRandom
    /// Whether a lease may be moved is drawn apart, so that it changes nothing else.
    private var moveRandom: SimulationRandom
    private var now: Int64 = 0

    /// A day. Only the ratio of lives and gaps matters.
    static let lifeMean = 86_400_000.0

    /// - Parameter loadPercent: memory slices asked for, in percent of those of all GPUs, on average over time.
    init(
        geometry: SliceGeometry, mix: SliceMix, gpuCount: Int, loadPercent: Double, movablePercent: Int, seed: UInt64
    ) {
        weights = mix.weights(for: geometry)
        let total = weights.reduce(0, +)
        let slices = zip(weights, geometry.profiles).reduce(0) { $0 + $1.0 * $1.1.memorySlices }
        let capacity = Double(gpuCount * SliceGeometry.memorySlices) * loadPercent / 100
        gapMean = Self.lifeMean * Double(slices) / Double(total) / capacity
        self.movablePercent = movablePercent
        random = SimulationRandom(seed: seed)
        moveRandom = SimulationRandom(seed: ~seed)
    }

    mutating func next() -> SliceRequest {
        now += random.exponential(mean: gapMean)
        let profile = random.offset(weights: weights)
        let life = random.exponential(mean: Self.lifeMean)
        let isMovable = moveRandom.below(100) < movablePercent
        return SliceRequest(profile: profile, arrivesAt: now, endsAt: now + life, isMovable: isMovable)
    }
}
