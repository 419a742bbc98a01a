// What the rest of a GPU is worth to the parts of GPUs that are asked for.
//
// A 530-milli rest still takes a 470-milli request, a 190-milli rest next to nothing. How much a rest is worth is a
// question of linear programming: the dual of the fractional cutting-stock problem (Gilmore and Gomory, 1961) gives
// each size a price so that no GPU can hold more than one GPU's worth, and the requests together are worth as many
// GPUs as they need at least. With these prices a placement wastes exactly what the rest loses beyond the price of
// the request.
//
// The optimum is sought in twelfths of a GPU, where the vertices that matter lie (halves, thirds, quarters), by
// starting from known dual feasible functions (Fekete and Schepers, 2001) and climbing. Integers throughout.

/// Prices of the sizes that are asked for, and of every rest of a GPU.
struct DevicePrices: Sendable {
    /// What a whole GPU is worth.
    static var unitsPerGPU: Int { 12 }

    /// By thousandths free on a GPU, 0 to 1,000: the most that requests it can still take are worth.
    private(set) var rests: ContiguousArray<Int32>
    /// By loss and by thousandths free: bit set for the rests on which a size wastes just that, for each size seen.
    private var masks: ContiguousArray<UInt64> = []
    private var maskOffsets: ContiguousArray<Int32>

    /// Words of a set of rests.
    static var wordCount: Int { 16 }
    /// Losses are 0 to `unitsPerGPU`.
    static var lossCount: Int { unitsPerGPU + 1 }

    /// - Parameter demand: how many requests there are for each size, ascending, sizes within 1...999.
    init(demand: [(milli: Int, count: Int)]) {
        rests = ContiguousArray(repeating: 0, count: ShareRequest.wholeMilli + 1)
        maskOffsets = ContiguousArray(repeating: -1, count: ShareRequest.wholeMilli + 1)
        var climb = PriceClimb(demand: demand)
        let prices = climb.run()
        let values = climb.values(prices)
        for milli in 0..<ShareRequest.wholeMilli { rests[milli] = values[milli / climb.grain] }
        rests[ShareRequest.wholeMilli] = Int32(Self.unitsPerGPU)
        for (milli, _) in demand { addMasks(for: milli) }
    }

    /// The price of a request for `milli` thousandths of a GPU.
    func price(of milli: Int) -> Int { Int(rests[milli]) }

    /// What is wasted when `milli` is taken from a GPU of which `free` is free: 0 to `unitsPerGPU`.
    func loss(taking milli: Int, from free: Int) -> Int {
        max(0, Int(rests[free] - rests[free - milli] - rests[milli]))
    }

    /// Makes sure that `word` can be asked for a size.
    mutating func addMasks(for milli: Int) {
        guard maskOffsets[milli] < 0 else { return }
        let offset = masks.count
        maskOffsets[milli] = Int32(offset)
        masks.append(contentsOf: repeatElement(0, count: Self.lossCount * Self.wordCount))
        for free in milli..<ShareRequest.wholeMilli {
            masks[offset + loss(taking: milli, from: free) * Self.wordCount + free >> 6] |= 1 << UInt64(free & 63)
        }
    }

    /// One of the words of the set of rests below 1,000 on which `milli` wastes just `loss`.
    @inline(__always)
    func word(_ word: Int, of milli: Int, loss: Int) -> UInt64 {
        masks[Int(maskOffsets[milli]) + loss * Self.wordCount + word]
    }
}
