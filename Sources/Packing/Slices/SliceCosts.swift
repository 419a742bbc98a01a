// What room on a GPU is worth to the requests that are still to come.

import FleetModel

/// The price of a memory slice of room for each profile, and what a placement costs at these prices.
///
/// FGD weighs the room that a placement takes from each profile by how often the profile is asked for. On a pool in
/// which all GPUs are alike this forgets how much room there is: the last place for a big instance is worth more than
/// the hundredth. So the weight is divided by the square root of the room that the pool still has for the profile;
/// the root keeps the order of FGD where nothing is scarce, while the room itself would overrule it.
struct SliceCosts: Sendable {
    private let geometry: SliceGeometry
    /// Requests seen for each profile, halved together from time to time so that the mix may change.
    private var asked: ContiguousArray<Int64>
    private var askedTotal: Int64 = 0
    /// Instances of each profile alone that the whole pool has room for.
    private var rooms: ContiguousArray<Int64>
    private var prices: ContiguousArray<Int64>
    /// The same with the prices of the whole pool, by state: what all room of a GPU in it is worth.
    private var worths: ContiguousArray<Int64>

    private static var askedMax: Int64 { 4_096 }

    init(geometry: SliceGeometry, gpuCount: Int) {
        self.geometry = geometry
        asked = ContiguousArray(repeating: 1, count: geometry.profileCount)
        askedTotal = Int64(geometry.profileCount)
        rooms = []
        for profile in 0..<geometry.profileCount {
            rooms.append(Int64(gpuCount * geometry.room(for: profile, in: .empty)))
        }
        prices = ContiguousArray(repeating: 0, count: geometry.profileCount)
        worths = ContiguousArray(repeating: 0, count: SliceState.count)
        for profile in 0..<geometry.profileCount { prices[profile] = price(of: profile) }
    }

    /// Counts a request of a profile, whether it can be placed or not.
    mutating func note(_ profile: Int) {
        asked[profile] += 1
        askedTotal += 1
        if askedTotal > Self.askedMax {
            askedTotal = 0
            for other in asked.indices {
                asked[other] /= 2
                askedTotal += asked[other]
            }
        }
        for other in prices.indices { prices[other] = price(of: other) }
        for state in geometry.reachable { worths[state.offset] = worth(of: state) }
    }

    /// Follows a GPU from one state to another.
    mutating func move(from old: SliceState, to new: SliceState) {
        for profile in rooms.indices {
            rooms[profile] += Int64(geometry.room(for: profile, in: new) - geometry.room(for: profile, in: old))
        }
    }

    /// What an instance of `profile` at `start` of a GPU in `state` takes from others, at the prices of now.
    func loss(_ profile: Int, at start: Int, in state: SliceState) -> Int64 {
        worths[state.offset] - worths[geometry.state(state, adding: profile, at: start).offset]
    }

    /// What occupying a window costs while a GPU is in `state`.
    func loss(of window: UInt8, takesMedia: Bool, in state: SliceState) -> Int64 {
        let after = SliceState(
            memoryMask: state.memoryMask | window, hasMediaTaken: state.hasMediaTaken || takesMedia)
        return worths[state.offset] - worths[after.offset]
    }

    private func worth(of state: SliceState) -> Int64 {
        var sum: Int64 = 0
        for profile in prices.indices { sum += prices[profile] * Int64(geometry.room(for: profile, in: state)) }
        return sum
    }

    /// At most 2^31: 2^12 requests × 8 slices × 2^18 / 2^4, and some 2^37 for all room of a GPU.
    private func price(of profile: Int) -> Int64 {
        let root = Int64((UInt64(max(0, rooms[profile]) + 1) << 8).squareRoot)
        return asked[profile] * Int64(geometry.profiles[profile].memorySlices) << 18 / root
    }
}

extension UInt64 {
    /// The root rounded down, by Newton's method on integers. O(log log n).
    var squareRoot: UInt64 {
        guard self > 1 else { return self }
        var root: UInt64 = 1 << UInt64((65 - leadingZeroBitCount) / 2)
        while true {
            let next = (root + self / root) / 2
            if next >= root { return root }
            root = next
        }
    }
}
