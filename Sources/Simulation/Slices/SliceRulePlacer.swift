// The published rules, each as a scan over all GPUs.

import FleetModel
import Packing

/// GPUs on which one of the simple rules works.
struct SliceRulePlacer: SlicePlacer {
    private let geometry: SliceGeometry
    private let policy: SlicePolicy
    private let scores: SliceScores
    private let blocked: [Int]
    private var states: [SliceState]
    private var freeCompute: [Int]
    private var last = -1
    private var random: SimulationRandom

    init(geometry: SliceGeometry, gpuCount: Int, policy: SlicePolicy, mix: SliceMix, seed: UInt64) {
        self.geometry = geometry
        self.policy = policy
        scores = SliceScores(geometry: geometry, weights: mix.weights(for: geometry))
        blocked = (0..<SliceState.count).map { Self.blockedSlices(of: SliceState(rawValue: UInt16($0)), geometry) }
        states = Array(repeating: .empty, count: gpuCount)
        freeCompute = Array(repeating: SliceGeometry.computeSlices, count: gpuCount)
        random = SimulationRandom(seed: seed ^ 0x5151)
    }

    mutating func place(_ request: SliceRequest) -> (place: SlicePlacement, moves: [SliceMove])? {
        guard let gpu = choose(request.profile) else { return nil }
        let start = start(of: request.profile, on: gpu)
        states[gpu] = geometry.state(states[gpu], adding: request.profile, at: start)
        freeCompute[gpu] -= geometry.profiles[request.profile].computeSlices
        last = gpu
        return (SlicePlacement(gpu: gpu, start: start), [])
    }

    mutating func release(_ profile: Int, at place: SlicePlacement) {
        states[place.gpu] = geometry.state(states[place.gpu], removing: profile, at: place.start)
        freeCompute[place.gpu] += geometry.profiles[profile].computeSlices
    }

    private mutating func choose(_ profile: Int) -> Int? {
        switch policy {
        case .random:
            let fitting = states.indices.filter { fits(profile, $0) }
            return fitting.isEmpty ? nil : fitting[random.below(fitting.count)]
        case .roundRobin:
            let order = Array(states.indices[(last + 1)...]) + Array(states.indices[...max(last, 0)])
            return order.first { fits(profile, $0) }
        default:
            var best: (gpu: Int, cost: Int)?
            for gpu in states.indices where fits(profile, gpu) {
                let cost = cost(of: profile, on: gpu)
                if best == nil || cost < best!.cost { best = (gpu, cost) }
            }
            return best?.gpu
        }
    }

    private func fits(_ profile: Int, _ gpu: Int) -> Bool { geometry.starts(of: profile, in: states[gpu]) != 0 }

    private func start(of profile: Int, on gpu: Int) -> Int {
        guard policy == .leastGrowth else { return scores.bestStart(of: profile, in: states[gpu])! }
        let legal = geometry.profiles[profile].starts.filter {
            geometry.starts(of: profile, in: states[gpu]) >> UInt8($0) & 1 == 1
        }
        return legal.min { growth(profile, at: $0, on: gpu) < growth(profile, at: $1, on: gpu) }!
    }

    /// What the rule wants least of; the lowest GPU of equals wins.
    private func cost(of profile: Int, on gpu: Int) -> Int {
        let wanted = geometry.profiles[profile]
        return switch policy {
        case .bestFit: states[gpu].freeSlices
        case .dotProduct:
            wanted.memorySlices * states[gpu].freeSlices * SliceGeometry.computeSlices
                + wanted.computeSlices * freeCompute[gpu] * SliceGeometry.memorySlices
        case .leastGrowth: growth(profile, at: start(of: profile, on: gpu), on: gpu)
        case .fgd: Int(scores.gradient(of: profile, in: states[gpu]))
        default: gpu
        }
    }

    private func growth(_ profile: Int, at start: Int, on gpu: Int) -> Int {
        blocked[geometry.state(states[gpu], adding: profile, at: start).offset] - blocked[states[gpu].offset]
    }

    /// Memory slices of the windows that are occupied in part, over all profiles and starts.
    private static func blockedSlices(of state: SliceState, _ geometry: SliceGeometry) -> Int {
        var sum = 0
        for (offset, profile) in geometry.profiles.enumerated() where SliceMix.profileIDs.contains(profile.profileID) {
            for start in profile.starts {
                let window = geometry.window(of: offset, at: start)
                let taken = window & state.memoryMask
                if taken != 0 && taken != window { sum += profile.memorySlices }
            }
        }
        return sum
    }
}
