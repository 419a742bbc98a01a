// GPUs sorted by state, so that a choice looks at states and not at GPUs.

/// For each state, the set of GPUs in it: one bit for each GPU, and one bit for each word of 64 that is not zero.
///
/// O(1) to move a GPU; the lowest GPU of a state is found in O(GPUs / 4,096). Nothing is allocated after `init`.
struct SliceBuckets: Sendable {
    private let wordCount: Int
    private let summaryCount: Int
    /// The row of each state; -1 for states that cannot be reached.
    private let rows: [Int16]
    private var words: ContiguousArray<UInt64>
    private var summaries: ContiguousArray<UInt64>
    private(set) var counts: ContiguousArray<Int32>

    init(gpuCount: Int, states: [SliceState]) {
        wordCount = (gpuCount + 63) / 64
        summaryCount = (wordCount + 63) / 64
        var rows = [Int16](repeating: -1, count: SliceState.count)
        for (row, state) in states.enumerated() { rows[state.offset] = Int16(row) }
        self.rows = rows
        words = ContiguousArray(repeating: 0, count: wordCount * states.count)
        summaries = ContiguousArray(repeating: 0, count: summaryCount * states.count)
        counts = ContiguousArray(repeating: 0, count: SliceState.count)
    }

    func count(in state: SliceState) -> Int { Int(counts[state.offset]) }

    mutating func insert(_ gpu: Int, in state: SliceState) {
        let row = Int(rows[state.offset])
        precondition(row >= 0, "a GPU is in a state that can be reached")
        words[row * wordCount + gpu >> 6] |= 1 << UInt64(gpu & 63)
        summaries[row * summaryCount + gpu >> 12] |= 1 << UInt64(gpu >> 6 & 63)
        counts[state.offset] += 1
    }

    mutating func remove(_ gpu: Int, from state: SliceState) {
        let row = Int(rows[state.offset])
        let word = row * wordCount + gpu >> 6
        precondition(words[word] >> UInt64(gpu & 63) & 1 == 1, "a GPU that leaves a state was in it")
        words[word] &= ~(1 << UInt64(gpu & 63))
        if words[word] == 0 { summaries[row * summaryCount + gpu >> 12] &= ~(1 << UInt64(gpu >> 6 & 63)) }
        counts[state.offset] -= 1
    }

    /// The lowest GPU of a state that is not below `from`, or nil.
    func first(in state: SliceState, from: Int = 0) -> Int? {
        let row = Int(rows[state.offset])
        guard row >= 0, from >> 6 < wordCount else { return nil }
        let here = words[row * wordCount + from >> 6] & (.max << UInt64(from & 63))
        if here != 0 { return from & ~63 | here.trailingZeroBitCount }
        var word = from >> 6 + 1
        while word < wordCount {
            let summary = summaries[row * summaryCount + word >> 6] & (.max << UInt64(word & 63))
            guard summary == 0 else {
                let found = word & ~63 | summary.trailingZeroBitCount
                return found << 6 | words[row * wordCount + found].trailingZeroBitCount
            }
            word = (word | 63) + 1
        }
        return nil
    }
}
