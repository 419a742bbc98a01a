// Sets of nodes by rank, of which the first is found fast.

/// Many sets over the same ranks: a bit for each rank, and above it a bit for each word that is not zero.
///
/// Insertion and removal are O(1); the next rank is found in O(ranks / 4,096). Memory is given to a set when it gets
/// its first rank and taken back with its last, so that nothing is allocated once enough sets have existed at once.
struct RankSets: Sendable {
    private let wordCount: Int
    private let summaryCount: Int
    private let stride: Int
    /// The place of each set in `words` divided by `stride`, or -1 for an empty set.
    private var places: ContiguousArray<Int32>
    private var counts: ContiguousArray<Int32>
    private var words: ContiguousArray<UInt64> = []
    private var unused: ContiguousArray<Int32> = []

    /// - Parameter setCount: sets to begin with; `grow` adds more.
    init(rankCount: Int, setCount: Int) {
        wordCount = max(1, (rankCount + 63) / 64)
        summaryCount = (wordCount + 63) / 64
        stride = wordCount + summaryCount
        places = ContiguousArray(repeating: -1, count: setCount)
        counts = ContiguousArray(repeating: 0, count: setCount)
    }

    /// Adds empty sets at the end.
    mutating func grow(by setCount: Int) {
        places.append(contentsOf: repeatElement(-1, count: setCount))
        counts.append(contentsOf: repeatElement(0, count: setCount))
    }

    @inline(__always) func count(of set: Int) -> Int { Int(counts[set]) }

    mutating func insert(_ rank: Int, into set: Int) {
        let base = place(of: set)
        words[base + summaryCount + rank >> 6] |= 1 << UInt64(rank & 63)
        words[base + rank >> 12] |= 1 << UInt64(rank >> 6 & 63)
        counts[set] += 1
    }

    mutating func remove(_ rank: Int, from set: Int) {
        let base = Int(places[set]) * stride
        let word = base + summaryCount + rank >> 6
        precondition(words[word] >> UInt64(rank & 63) & 1 == 1, "a node that leaves a set was in it")
        words[word] &= ~(1 << UInt64(rank & 63))
        if words[word] == 0 { words[base + rank >> 12] &= ~(1 << UInt64(rank >> 6 & 63)) }
        counts[set] -= 1
        if counts[set] == 0 {
            unused.append(places[set])
            places[set] = -1
        }
    }

    /// The lowest rank of a set that is not below `from`, or -1.
    @inline(__always)
    func next(in set: Int, from: Int = 0) -> Int {
        guard places[set] >= 0, from >> 6 < wordCount else { return -1 }
        let base = Int(places[set]) * stride
        let here = words[base + summaryCount + from >> 6] & (.max << UInt64(from & 63))
        if here != 0 { return from & ~63 | here.trailingZeroBitCount }
        var word = from >> 6 + 1
        while word < wordCount {
            let summary = words[base + word >> 6] & (.max << UInt64(word & 63))
            guard summary == 0 else {
                let found = word & ~63 | summary.trailingZeroBitCount
                return found << 6 | words[base + summaryCount + found].trailingZeroBitCount
            }
            word = (word | 63) + 1
        }
        return -1
    }

    private mutating func place(of set: Int) -> Int {
        if places[set] < 0 {
            if unused.isEmpty {
                unused.append(Int32(words.count / stride))
                words.append(contentsOf: repeatElement(0, count: stride))
            }
            places[set] = unused.removeLast()
        }
        return Int(places[set]) * stride
    }
}
