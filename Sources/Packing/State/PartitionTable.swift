// What can be made of the free GPUs of a node, for each of the at most 256 sets of free modules.

import FleetModel

/// The numbers of GPUs on one node that a request may ask for, as the indexes of tables.
enum PartitionSize {
    /// Sizes of one legal partition, and after them those that are made of several.
    static let counts = [1, 2, 4, 8, 3, 5, 6, 7]
    static let slots = counts.count
    /// The slots that are one partition.
    static let single = 0..<4

    /// The slot of a number of GPUs; nil when there is none, or when it is made of several and may not be.
    static func index(of gpuCount: Int, isComposed: Bool = false) -> Int? {
        guard let index = counts.firstIndex(of: gpuCount), isComposed || single.contains(index) else { return nil }
        return index
    }
}

/// Tables over the sets of free modules of one platform's nodes.
///
/// Sets of which the same number of GPUs and of partitions of each size are free are one **class**: whatever is placed
/// on them leaves as much. There are 21 on an HGX board (and the empty one) where a full scan sees every node.
struct PartitionTable: Sendable {
    /// One choice of modules: the mask, and the partition's id.
    struct Choice: BitwiseCopyable {
        let mask: UInt8
        let id: Int16
    }

    let moduleMask: UInt8
    /// The class of each mask; 0 is the class of nothing free, 1 that of a node free as a whole.
    let classOfMask: Table<UInt8>
    /// By class: a mask of it.
    let maskOfClass: Table<UInt8>
    /// By size index × 256 + mask: the free partition that breaks least, or an empty mask.
    private let choices: Table<Choice>
    /// By size index × 256 + mask: how many partitions of the size are free.
    private let counts: Table<UInt8>

    init(_ platform: Platform, in arena: TableArena) {
        moduleMask = platform.moduleMask
        let masks = (0...255).map { UInt8($0) & platform.moduleMask }
        let choices = PartitionSize.counts.flatMap { size in
            masks.map { mask -> Choice in
                guard let parts = platform.leastBreakingParts(of: size, in: mask) else { return Choice(mask: 0, id: 0) }
                return Choice(mask: parts.reduce(0) { $0 | $1.moduleMask }, id: Int16(parts[0].id))
            }
        }
        let counts = PartitionSize.counts[PartitionSize.single].flatMap { size in
            masks.map { UInt8(platform.partitionCount(of: size, in: $0)) }
        }
        var signatures: [[UInt8]] = []
        var classOfMask = [UInt8](repeating: 0, count: 256)
        var maskOfClass: [UInt8] = []
        for mask in [0, platform.moduleMask] + masks {
            let signature = [UInt8(mask.nonzeroBitCount)] + (0..<4).map { counts[$0 * 256 + Int(mask)] }
            if !signatures.contains(signature) {
                signatures.append(signature)
                maskOfClass.append(mask)
            }
            classOfMask[Int(mask)] = UInt8(signatures.firstIndex(of: signature)!)
        }
        self.choices = arena.table(choices)
        self.counts = arena.table(counts)
        self.classOfMask = arena.table(classOfMask)
        self.maskOfClass = arena.table(maskOfClass)
    }

    var classCount: Int { maskOfClass.count }

    /// Buckets that nodes of the platform can be in: one for each class, three for the whole ones, none for the empty.
    var bucketCount: Int { classCount + 1 }

    /// The partition of a size that leaves most of 8, then 4, then 2 free; an empty mask when none is free.
    @inline(__always)
    func choice(sizeIndex: Int, free: UInt8) -> Choice { choices[sizeIndex << 8 | Int(free)] }

    @inline(__always)
    func hasPartition(sizeIndex: Int, free: UInt8) -> Bool { choices[sizeIndex << 8 | Int(free)].mask != 0 }

    func partitionCount(sizeIndex: Int, free: UInt8) -> Int { Int(counts[sizeIndex << 8 | Int(free)]) }
}

extension Platform {
    /// How many partitions of that size are free in full; those of one size never overlap.
    func partitionCount(of gpuCount: Int, in free: UInt8) -> Int {
        partitions.count { $0.gpuCount == gpuCount && $0.moduleMask & ~free == 0 }
    }

    /// Disjoint free partitions of so many GPUs together: one of that size where there can be one, else the largest that
    /// fit first, each the least breaking one; nil when there are none.
    func leastBreakingParts(of gpuCount: Int, in free: UInt8) -> [NVLinkPartition]? {
        guard PartitionSize.index(of: gpuCount) == nil else {
            return leastBreakingPartition(of: gpuCount, in: free).map { [$0] }
        }
        return parts(of: gpuCount, sizeMax: 4, in: free)
    }

    private func parts(of gpuCount: Int, sizeMax: Int, in free: UInt8) -> [NVLinkPartition]? {
        if gpuCount == 0 { return [] }
        for size in [4, 2, 1] where size <= min(gpuCount, sizeMax) {
            guard let part = leastBreakingPartition(of: size, in: free) else { continue }
            if let others = parts(of: gpuCount - size, sizeMax: size, in: free & ~part.moduleMask) {
                return [part] + others
            }
        }
        return nil
    }

    /// Of the free partitions of a size, the one after which most larger partitions are still free, the largest
    /// sizes first; then the lowest id.
    func leastBreakingPartition(of gpuCount: Int, in free: UInt8) -> NVLinkPartition? {
        var best: (partition: NVLinkPartition, left: [Int])?
        for partition in partitions where partition.gpuCount == gpuCount && partition.moduleMask & ~free == 0 {
            let left = [8, 4, 2].map { partitionCount(of: $0, in: free & ~partition.moduleMask) }
            if let found = best, !found.left.lexicographicallyPrecedes(left) { continue }
            best = (partition, left)
        }
        return best?.partition
    }
}
