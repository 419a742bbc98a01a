// The repeatable set of MIG requests: fill and churn.

import FleetModel
public import Packing

/// What one rule made of the requests; sums over seeds, so that means are exact.
public struct SliceOutcome: Sendable, Equatable {
    public var asked = 0
    public var placed = 0
    public var askedSlices = 0
    public var placedSlices = 0
    public var moves = 0
    /// Memory slices of all GPUs × milliseconds.
    public var capacity: Int64 = 0
    /// Memory slices in use × milliseconds.
    public var used: Int64 = 0
}

/// What a rule had placed when as many slices as there are had been asked for, in memory slices over all seeds.
public struct SliceFill: Sendable, Equatable {
    public var capacity = 0
    public var used = 0
    /// The most that any choice among the same requests could use, each taken or not.
    public var usedMax = 0
}

/// One set of requests, the same for every rule.
public struct SliceExperiment: Sendable {
    public let geometry: SliceGeometry
    public var gpuCount = 100
    public var mix: SliceMix
    /// Memory slices asked for in percent of those there are, on average.
    public var loadPercent = 100.0
    public var arrivals = 20_000
    /// The first of them are not measured, while the GPUs fill up.
    public var unmeasured = 2_000
    /// Leases that may be moved.
    public var movablePercent = 100
    public var seed: UInt64 = 1

    /// - Parameter geometry: has the six profiles of a mix.
    public init(geometry: SliceGeometry, mix: SliceMix) {
        self.geometry = geometry
        self.mix = mix
    }

    /// The requests of a seed, and empty GPUs under a rule.
    private func start(_ policy: SlicePolicy, seed: UInt64) -> (SliceWorkload, SliceRun) {
        let workload = SliceWorkload(
            geometry: geometry, mix: mix, gpuCount: gpuCount, loadPercent: loadPercent, movablePercent: movablePercent,
            seed: seed)
        return (workload, SliceRun(geometry: geometry, placer: placer(policy, seed: seed), gpuCount: gpuCount))
    }

    /// Requests come and go. Deterministic for a seed; O(arrivals × GPUs) at most.
    public func churn(_ policy: SlicePolicy, seeds: Int) -> SliceOutcome {
        var outcome = SliceOutcome()
        for offset in 0..<seeds {
            var (workload, run) = start(policy, seed: seed + UInt64(offset))
            for number in 0..<arrivals {
                let request = workload.next()
                run.end(until: request.arrivesAt)
                if number == unmeasured { run.outcome = SliceOutcome() }
                run.handle(request)
            }
            outcome += run.outcome
        }
        return outcome
    }

    /// Requests come until as many slices have been asked for as there are, and stay.
    public func fill(_ policy: SlicePolicy, seeds: Int) -> SliceFill {
        var fill = SliceFill()
        for offset in 0..<seeds {
            var (workload, run) = start(policy, seed: seed + UInt64(offset))
            var asked = SliceMultiset()
            while asked.slices < gpuCount * SliceGeometry.memorySlices {
                let drawn = workload.next()
                asked.counts[SliceMix.profileIDs.firstIndex(of: geometry.profiles[drawn.profile].profileID)!] += 1
                // Nobody leaves, and nobody knows it.
                run.handle(
                    SliceRequest(
                        profile: drawn.profile, arrivesAt: drawn.arrivesAt, endsAt: SlicePool.noEnd,
                        isMovable: drawn.isMovable))
            }
            fill.capacity += gpuCount * SliceGeometry.memorySlices
            fill.used += run.outcome.placedSlices
            fill.usedMax += asked.slicesMax(on: gpuCount)
        }
        return fill
    }

    private func placer(_ policy: SlicePolicy, seed: UInt64) -> any SlicePlacer {
        switch policy {
        case .oursNoEnds: PoolPlacer(geometry: geometry, gpuCount: gpuCount, knowsEnds: false)
        case .ours: PoolPlacer(geometry: geometry, gpuCount: gpuCount, knowsEnds: true)
        case .oursMovesInside:
            PoolPlacer(geometry: geometry, gpuCount: gpuCount, knowsEnds: true, moving: .inside)
        case .oursMovesAnywhere:
            PoolPlacer(geometry: geometry, gpuCount: gpuCount, knowsEnds: true, moving: .anywhere)
        case .freeMigration: FreeMigrationPlacer(geometry: geometry, gpuCount: gpuCount)
        default: SliceRulePlacer(geometry: geometry, gpuCount: gpuCount, policy: policy, mix: mix, seed: seed)
        }
    }
}

extension SliceOutcome {
    static func += (left: inout SliceOutcome, right: SliceOutcome) {
        left.asked += right.asked
        left.placed += right.placed
        left.askedSlices += right.askedSlices
        left.placedSlices += right.placedSlices
        left.moves += right.moves
        left.capacity += right.capacity
        left.used += right.used
    }
}
