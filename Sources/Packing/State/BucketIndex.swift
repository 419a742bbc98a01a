// Which nodes stand in which bucket, so that the first of a bucket is found without looking at the others.

/// Sets of nodes by group and bucket, each a bitmap with two levels of summary above it.
///
/// Finding the first node at or after another is three to five loads at any size; a change is at most three
/// words and a count. 8 bytes hold 64 nodes of one bucket; words that were never written share one page.
struct BucketIndex: Sendable {
    private let layout: BucketLayout
    private var words: PagedColumn<UInt64>
    /// Nodes in each bucket.
    private var counts: PagedColumn<Int32>

    init(_ layout: BucketLayout, allocator: any PageAllocator) {
        self.layout = layout
        words = PagedColumn(repeating: 0, count: layout.wordCount, allocator: allocator)
        counts = PagedColumn(repeating: 0, count: layout.bucketCount, allocator: allocator)
    }

    var ownedBytes: Int { words.ownedBytes + counts.ownedBytes }

    @inline(__always)
    func isEmpty(_ group: Int, _ bucket: Int) -> Bool { counts[layout.bucket(group, bucket)] == 0 }

    /// The first node at or after `node` in a bucket, or `Int.max`.
    @inline(__always)
    func first(_ group: Int, _ bucket: Int, from node: Int) -> Int {
        let place = layout.place(group, bucket)
        let bit = max(0, node - place.firstNode)
        if bit >= place.nodeCount { return .max }
        let word = bit >> 6
        let here = words[place.base + word] & (~0 << UInt64(bit & 63))
        if here != 0 { return place.firstNode + word << 6 + here.trailingZeroBitCount }
        return firstAfter(word, place)
    }

    private func firstAfter(_ word: Int, _ place: BucketLayout.Place) -> Int {
        let next = word + 1
        if next >= place.wordCount { return .max }
        let middleBase = place.base + place.wordCount
        var middle = next >> 6
        var summary = words[middleBase + middle] & (~0 << UInt64(next & 63))
        if summary == 0 {
            let nextMiddle = middle + 1
            if nextMiddle >= place.middleCount { return .max }
            let topBase = middleBase + place.middleCount
            var top = nextMiddle >> 6
            var tops = words[topBase + top] & (~0 << UInt64(nextMiddle & 63))
            while tops == 0 {
                top += 1
                if top << 6 >= place.middleCount { return .max }
                tops = words[topBase + top]
            }
            middle = top << 6 + tops.trailingZeroBitCount
            summary = words[middleBase + middle]
        }
        let found = middle << 6 + summary.trailingZeroBitCount
        return place.firstNode + found << 6 + words[place.base + found].trailingZeroBitCount
    }

    /// Puts `count` nodes from `node` on into a bucket; none of them may be in it. At most 64.
    @inline(__always)
    mutating func insert(_ group: Int, _ bucket: Int, nodes node: Int, count: Int = 1) {
        counts[layout.bucket(group, bucket)] += Int32(count)
        let place = layout.place(group, bucket)
        let bit = node - place.firstNode
        set(place, word: bit >> 6, bits: ones(count) << UInt64(bit & 63))
        if bit & 63 + count > 64 { set(place, word: bit >> 6 + 1, bits: ones(count) >> UInt64(64 - bit & 63)) }
    }

    /// Takes `count` nodes from `node` on out of a bucket that they are all in. At most 64.
    @inline(__always)
    mutating func remove(_ group: Int, _ bucket: Int, nodes node: Int, count: Int = 1) {
        counts[layout.bucket(group, bucket)] -= Int32(count)
        let place = layout.place(group, bucket)
        let bit = node - place.firstNode
        clear(place, word: bit >> 6, bits: ones(count) << UInt64(bit & 63))
        if bit & 63 + count > 64 { clear(place, word: bit >> 6 + 1, bits: ones(count) >> UInt64(64 - bit & 63)) }
    }

    /// `insert` for any number of neighbours.
    mutating func insertAll(_ group: Int, _ bucket: Int, nodes: Range<Int>) {
        for node in stride(from: nodes.lowerBound, to: nodes.upperBound, by: 64) {
            insert(group, bucket, nodes: node, count: min(64, nodes.upperBound - node))
        }
    }

    /// `remove` for any number of neighbours.
    mutating func removeAll(_ group: Int, _ bucket: Int, nodes: Range<Int>) {
        for node in stride(from: nodes.lowerBound, to: nodes.upperBound, by: 64) {
            remove(group, bucket, nodes: node, count: min(64, nodes.upperBound - node))
        }
    }

    @inline(__always)
    private func ones(_ count: Int) -> UInt64 { count == 64 ? ~0 : (1 << UInt64(count)) &- 1 }

    @inline(__always)
    private mutating func set(_ place: BucketLayout.Place, word: Int, bits: UInt64) {
        let before = words[place.base + word]
        words[place.base + word] = before | bits
        guard before == 0 else { return }
        let middle = place.base + place.wordCount + word >> 6
        let summary = words[middle]
        words[middle] = summary | 1 << UInt64(word & 63)
        guard summary == 0 else { return }
        let top = place.base + place.wordCount + place.middleCount + word >> 12
        words[top] |= 1 << UInt64(word >> 6 & 63)
    }

    @inline(__always)
    private mutating func clear(_ place: BucketLayout.Place, word: Int, bits: UInt64) {
        let left = words[place.base + word] & ~bits
        words[place.base + word] = left
        guard left == 0 else { return }
        let middle = place.base + place.wordCount + word >> 6
        let summary = words[middle] & ~(1 << UInt64(word & 63))
        words[middle] = summary
        guard summary == 0 else { return }
        let top = place.base + place.wordCount + place.middleCount + word >> 12
        words[top] &= ~(1 << UInt64(word >> 6 & 63))
    }
}

/// Where the words of each group's buckets lie.
struct BucketLayout: Sendable {
    /// The words of one bucket: bits of nodes, bits of words that are not empty, bits of those again.
    struct Place {
        let base: Int
        let firstNode: Int
        let nodeCount: Int
        let wordCount: Int
        let middleCount: Int
    }

    private struct Group: BitwiseCopyable {
        let base: Int64
        let stride: Int64
        let firstNode: Int64
        let nodeCount: Int64
        let wordCount: Int64
        let middleCount: Int64
        let firstBucket: Int64
    }

    private let groups: Table<Group>
    let wordCount: Int
    let bucketCount: Int

    /// A layout for groups of nodes, each with its first node, its end and its number of buckets.
    init(_ groups: [(nodes: Range<Int>, bucketCount: Int)], in arena: TableArena) {
        var made: [Group] = []
        var (base, buckets) = (0, 0)
        for group in groups {
            let words = (group.nodes.count + 63) / 64
            let middles = (words + 63) / 64
            let tops = (middles + 63) / 64
            let stride = words + middles + tops
            made.append(
                Group(
                    base: Int64(base), stride: Int64(stride), firstNode: Int64(group.nodes.lowerBound),
                    nodeCount: Int64(group.nodes.count), wordCount: Int64(words), middleCount: Int64(middles),
                    firstBucket: Int64(buckets)))
            base += stride * group.bucketCount
            buckets += group.bucketCount
        }
        self.groups = arena.table(made)
        (wordCount, bucketCount) = (base, buckets)
    }

    @inline(__always)
    func place(_ group: Int, _ bucket: Int) -> Place {
        let place = groups[group]
        return Place(
            base: Int(place.base) + bucket * Int(place.stride), firstNode: Int(place.firstNode),
            nodeCount: Int(place.nodeCount), wordCount: Int(place.wordCount), middleCount: Int(place.middleCount))
    }

    @inline(__always)
    func bucket(_ group: Int, _ bucket: Int) -> Int { Int(groups[group].firstBucket) + bucket }
}
