// What a search writes down on its way.

import FleetModel

/// Free units that share a parent: nodes of a rack, racks of a block or hall, blocks of a hall.
struct UnitGroup: BitwiseCopyable {
    /// Free units in it.
    var count: Int32
    /// For nodes the rack; else the first rack or block of those it is made of.
    var first: Int32
    /// Behind the last of those.
    var end: Int32
    /// 1 when taking its units would break a block that is whole, else 0.
    var rank: Int32
    /// For nodes: bit `n` for a free node `n` of the rack.
    var mask: UInt64
    /// For nodes, and for racks of blocks: how the window matches what is held around them.
    var match = NeighbourMatch.unasked
}

/// A node that a part of a node may be taken from.
struct PartCandidate: BitwiseCopyable {
    let node: Int
    let modules: UInt8
    let match: NeighbourMatch
}

/// What is left of the order of buckets of one group.
struct BucketSequence: BitwiseCopyable {
    let entries: Table<BucketOrder.Entry>
    var head: Int
    let end: Int

    @inline(__always) var first: BucketOrder.Entry { entries[head] }
}

/// Where a search stands in one bucket.
struct BucketCursor: BitwiseCopyable {
    let group: Int
    let bucket: Int
    /// The next node to look at, `Int.max` when there is none.
    var node: Int
}

/// A domain that a line might lie within.
struct DomainPlace: BitwiseCopyable {
    var domain: Int32
    var firstGroup: Int32
    var endGroup: Int32
    /// Free units inside.
    var free: Int32
}
