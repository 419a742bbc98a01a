// Whether a multiset of instances fits on some GPUs at all, exactly and at once.

import FleetModel
import Packing

/// Instances by profile, in the order of `SliceMix.profileIDs`, that may be packed anew at any time.
///
/// Exact for NVIDIA's placement table. Every window lies in one half of a GPU, so halves are filled apart. A lower half
/// holds a 4g, a 3g or two pairs of slices; an upper half a 3g, or a pair and a last pair that takes one 1g of either
/// memory or nothing. A 4g needs a lower half; a 3g takes an upper one first, since a lower one can do all that an
/// upper one can; a 2g needs a full pair; a 1g with two memory slices takes a last pair first, and uses it better than
/// a plain 1g does.
struct SliceMultiset: Equatable {
    var counts = [Int](repeating: 0, count: SliceMix.profileIDs.count)

    var slices: Int { zip(counts, [1, 2, 2, 4, 4, 8]).reduce(0) { $0 + $1.0 * $1.1 } }

    /// Whether all of it fits on `gpuCount` GPUs. O(1).
    func fits(on gpuCount: Int) -> Bool {
        guard let pairs = Self.pairs(on: gpuCount, wholes: counts[5], fours: counts[4], threes: counts[3]) else {
            return false
        }
        let full = pairs.full - counts[2]
        let last = min(counts[1], pairs.last)
        let rest = full - (counts[1] - last)
        return full >= 0 && rest >= 0 && counts[0] <= (pairs.last - last) + 2 * rest
    }

    /// The pairs that are left after the instances that take a half or more; nil when those do not fit.
    static func pairs(on gpuCount: Int, wholes: Int, fours: Int, threes: Int) -> (full: Int, last: Int)? {
        let gpus = gpuCount - wholes
        guard gpus >= fours, 2 * gpus >= fours + threes else { return nil }
        let upper = max(0, gpus - threes)
        let lower = gpus - fours - max(0, threes - gpus)
        return (2 * lower + upper, upper)
    }

    /// The most memory slices of instances out of `self` that fit on `gpuCount` GPUs, any of them left out.
    ///
    /// Exact: all numbers of 7g, 4g, 3g and 2g are tried, and the 1g fill the rest greedily. O(product of their counts).
    func slicesMax(on gpuCount: Int) -> Int {
        var best = 0
        for wholes in 0...min(counts[5], gpuCount) {
            for fours in 0...counts[4] {
                for threes in 0...counts[3] {
                    guard let pairs = Self.pairs(on: gpuCount, wholes: wholes, fours: fours, threes: threes) else {
                        break
                    }
                    let held = 8 * wholes + 4 * fours + 4 * threes
                    for twos in 0...min(counts[2], pairs.full) {
                        let full = pairs.full - twos
                        let doubles = min(counts[1], pairs.last + full)
                        let last = min(doubles, pairs.last)
                        let singles = min(counts[0], (pairs.last - last) + 2 * (full - (doubles - last)))
                        best = max(best, held + 2 * twos + 2 * doubles + singles)
                    }
                }
            }
        }
        return best
    }
}

/// First come first served on GPUs that are packed anew for each request.
struct FreeMigrationPlacer: SlicePlacer {
    private let kinds: [Int?]
    private let gpuCount: Int
    private var held = SliceMultiset()

    init(geometry: SliceGeometry, gpuCount: Int) {
        kinds = geometry.profiles.map { SliceMix.profileIDs.firstIndex(of: $0.profileID) }
        self.gpuCount = gpuCount
    }

    mutating func place(_ request: SliceRequest) -> (place: SlicePlacement, moves: [SliceMove])? {
        guard let kind = kinds[request.profile] else { return nil }
        held.counts[kind] += 1
        if held.fits(on: gpuCount) { return (SlicePlacement(gpu: -1, start: -1), []) }
        held.counts[kind] -= 1
        return nil
    }

    mutating func release(_ profile: Int, at place: SlicePlacement) { held.counts[kinds[profile]!] -= 1 }
}
