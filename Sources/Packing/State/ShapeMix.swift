// Which sizes of partition are in demand, and in which order the classes of nodes are used for each.

/// How many partitions of each size are booked: the mix that fragmentation is measured over.
///
/// It is read off the book rather than off the requests, so that a restart has the same one.
struct ShapeMix: Equatable, Sendable {
    /// Booked partitions of 1, 2, 4 and 8 GPUs.
    private var booked = SIMD4<Int64>()

    mutating func add(_ count: Int64, sizeIndex: Int) { booked[sizeIndex] += count }

    /// Whether the weights are these; without a division, since it is asked after every booking.
    @inline(__always)
    func hasWeights(_ weights: SIMD4<Int64>) -> Bool {
        let total = booked.wrappedSum() + 4
        for index in 0..<4 {
            let (share, weight) = (16 * (booked[index] + 1) + total / 2, weights[index])
            guard share < (weight + 1) * total, weight == 1 || share >= weight * total else { return false }
        }
        return true
    }

    /// The share of each size in sixteenths, at least one.
    var weights: SIMD4<Int64> {
        let total = booked.wrappedSum() + 4
        var result = SIMD4<Int64>()
        for index in 0..<4 { result[index] = max(1, (16 * (booked[index] + 1) + total / 2) / total) }
        return result
    }
}

/// For one mix: the buckets of nodes of each platform in the order in which they are used for a partition of a size.
///
/// The order is that of the fragmentation gradient of Weng et al., "Beware of Fragmentation" (USENIX ATC'23): first where
/// the placement raises the GPUs that a request drawn from the mix could not use least. F of a node is the sum over the
/// sizes, each with its weight, of the free GPUs that lie in no free partition of that size, and of those
/// of a broken node for a request of a whole node. A table by class, so a decision looks at no node for it.
final class BucketOrder: Sendable {
    /// One bucket of a platform, with what it costs to use it.
    struct Entry: BitwiseCopyable {
        /// Compared first to last: gradient, free GPUs, wholeness. Lower is used first.
        let key: Int64
        let bucket: Int32
    }

    /// How much a request of a whole node counts for.
    static let nodeWeight: Int64 = 4

    /// The mix of partition sizes that this was made for; not read where it orders the states of cut GPUs.
    let weights: SIMD4<Int64>
    /// Where MIG instances of each profile start in each state; empty for partitions.
    let slices: SliceScores?
    private let arena = TableArena()
    private let starts: Table<Int32>
    let entries: Table<Entry>

    /// The order for partitions: a slot for each platform and size.
    init(weights: SIMD4<Int64>, partitions: [PartitionTable]) {
        var starts: [Int32] = []
        var entries: [Entry] = []
        for table in partitions {
            for sizeIndex in 0..<PartitionSize.slots {
                starts.append(Int32(entries.count))
                entries += Self.order(table, sizeIndex: sizeIndex, weights: weights)
            }
        }
        starts.append(Int32(entries.count))
        self.weights = weights
        slices = nil
        self.starts = arena.table(starts)
        self.entries = arena.table(entries)
    }

    /// The order of the states of cut GPUs: a slot for each profile. The key is the gradient and then the state.
    init(_ geometry: SliceGeometry, weights: [Int], firstBucket: Int) {
        let scores = SliceScores(geometry: geometry, weights: weights)
        var starts: [Int32] = []
        var entries: [Entry] = []
        for profile in 0..<geometry.profileCount {
            starts.append(Int32(entries.count))
            for (ordinal, state) in geometry.reachable.enumerated()
            where scores.bestStart(of: profile, in: state) != nil {
                let key = Int64(scores.gradient(of: profile, in: state)) << 16 | Int64(state.rawValue)
                entries.append(Entry(key: key, bucket: Int32(firstBucket + ordinal)))
            }
            entries[Int(starts[profile])...].sort { $0.key < $1.key }
        }
        starts.append(Int32(entries.count))
        self.weights = SIMD4()
        slices = scores
        self.starts = arena.table(starts)
        self.entries = arena.table(entries)
    }

    /// The places of the entries of a slot.
    @inline(__always)
    func range(slot: Int) -> Range<Int> { Int(starts[slot])..<Int(starts[slot + 1]) }

    /// The places of a platform's entries for a size.
    @inline(__always)
    func range(platform: Int, sizeIndex: Int) -> Range<Int> { range(slot: platform * PartitionSize.slots + sizeIndex) }

    @inline(__always)
    subscript(place: Int) -> Entry { entries[place] }

    /// The key of a bucket in a slot; the highest when nothing of that size fits there. O(buckets).
    func key(slot: Int, bucket: Int) -> Int64 {
        for place in range(slot: slot) where entries[place].bucket == bucket { return entries[place].key }
        return .max
    }

    /// GPUs of a node in a state that a request drawn from the mix cannot use, times the weights.
    static func fragmentation(_ table: PartitionTable, free: UInt8, weights: SIMD4<Int64>) -> Int64 {
        let count = Int64(free.nonzeroBitCount)
        var sum = free == table.moduleMask ? 0 : nodeWeight * count
        for index in 0..<4 {
            let usable = Int64(table.partitionCount(sizeIndex: index, free: free) * PartitionSize.counts[index])
            sum += weights[index] * (count - usable)
        }
        return sum
    }

    private static func order(_ table: PartitionTable, sizeIndex: Int, weights: SIMD4<Int64>) -> [Entry] {
        var result: [Entry] = []
        for place in 1..<table.classCount {
            let free = table.maskOfClass[place]
            let choice = table.choice(sizeIndex: sizeIndex, free: free)
            guard choice.mask != 0 else { continue }
            let gradient =
                fragmentation(table, free: free & ~choice.mask, weights: weights)
                - fragmentation(table, free: free, weights: weights)
            for wholeness in 0..<(place == 1 ? Wholeness.count : 1) {
                let key = gradient << 8 | Int64(free.nonzeroBitCount) << 4 | Int64(wholeness)
                result.append(Entry(key: key, bucket: Int32(Bucket.of(class: place, wholeness: wholeness))))
            }
        }
        return result.sorted { ($0.key, $0.bucket) < ($1.key, $1.bucket) }
    }
}

/// How much around a node that is free as a whole is whole with it; using the least of it breaks least.
enum Wholeness {
    static let rackBroken = 0
    /// Its rack is free as a whole but its block is not.
    static let rackWhole = 1
    /// Its rack is, and so is its block where it has one; an NVL72 has none.
    static let allWhole = 2
    static let count = 3
}

/// The set that a node is indexed in: its class, and for a whole node its wholeness too.
enum Bucket {
    /// Classes of nodes that are not free as a whole keep their number, less one; the whole ones follow.
    @inline(__always)
    static func of(class place: Int, wholeness: Int) -> Int { place == 1 ? wholeness : place + 1 }
}
