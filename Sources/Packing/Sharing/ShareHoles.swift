// GPUs of which a part is taken, by what is left of them.

/// What is free of every device, and for each rest of 1 to 999 thousandths the nodes that have such a device.
struct ShareHoles: Sendable {
    /// By rank and device.
    private var frees: ContiguousArray<Int16>
    private(set) var nodes: RankSets
    /// Bit set for each rest that some node has.
    private(set) var present: ContiguousArray<UInt64>

    init(rankCount: Int) {
        frees = ContiguousArray(repeating: 0, count: rankCount * ShareRequest.gpuCountMax)
        nodes = RankSets(rankCount: rankCount, setCount: ShareRequest.wholeMilli)
        present = ContiguousArray(repeating: 0, count: DevicePrices.wordCount)
    }

    /// Gives a node its free devices.
    mutating func fill(_ rank: Int, gpuCount: Int) {
        for device in 0..<gpuCount {
            frees[rank * ShareRequest.gpuCountMax + device] = Int16(ShareRequest.wholeMilli)
        }
    }

    @inline(__always)
    func free(_ rank: Int, _ device: Int) -> Int { Int(frees[rank * ShareRequest.gpuCountMax + device]) }

    mutating func set(_ rank: Int, _ device: Int, free: Int) {
        let old = self.free(rank, device)
        frees[rank * ShareRequest.gpuCountMax + device] = Int16(free)
        if isHole(old), !has(rank, old) {
            nodes.remove(rank, from: old)
            if nodes.count(of: old) == 0 { present[old >> 6] &= ~(1 << UInt64(old & 63)) }
        }
        if isHole(free), count(rank, free) == 1 {
            nodes.insert(rank, into: free)
            present[free >> 6] |= 1 << UInt64(free & 63)
        }
    }

    private func isHole(_ free: Int) -> Bool { free > 0 && free < ShareRequest.wholeMilli }

    private func has(_ rank: Int, _ free: Int) -> Bool { count(rank, free) > 0 }

    private func count(_ rank: Int, _ free: Int) -> Int {
        let start = rank * ShareRequest.gpuCountMax
        var count = 0
        for place in start..<start + ShareRequest.gpuCountMax where frees[place] == Int16(free) { count += 1 }
        return count
    }
}
