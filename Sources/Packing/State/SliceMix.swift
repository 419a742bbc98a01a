// Which MIG profiles are in demand.

/// How many MIG instances of each profile of one platform are booked.
struct SliceMix: Equatable, Sendable {
    private var booked: [Int]

    init(profileCount: Int) { booked = [Int](repeating: 0, count: profileCount) }

    mutating func add(_ count: Int, profile: Int) { booked[profile] += count }

    /// The share of each profile in sixteenths, at least one; empty while none is booked.
    var weights: [Int] {
        let total = booked.reduce(0, +)
        guard total > 0 else { return [] }
        let counted = total + booked.count
        return booked.map { max(1, (16 * ($0 + 1) + counted / 2) / counted) }
    }
}
