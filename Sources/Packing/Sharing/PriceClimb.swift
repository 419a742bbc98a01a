// Finding prices for parts of a GPU, in twelfths.

/// A search for the prices under which all demand is worth most while nothing that fits one GPU is worth more than it.
struct PriceClimb {
    private let sizes: [Int]
    private let counts: [Int]
    /// The greatest common divisor of all sizes and of 1,000; sizes are counted in it.
    let grain: Int
    private let capacity: Int
    private var units: Int { DevicePrices.unitsPerGPU }

    /// Distinct sizes that are priced; of more, the most popular.
    static var sizeCountMax: Int { 64 }

    init(demand: [(milli: Int, count: Int)]) {
        var kept = demand
        if kept.count > Self.sizeCountMax {
            kept.sort { $0.count != $1.count ? $0.count > $1.count : $0.milli < $1.milli }
            kept.removeLast(kept.count - Self.sizeCountMax)
            kept.sort { $0.milli < $1.milli }
        }
        let grain = kept.reduce(ShareRequest.wholeMilli) { Self.divisor($0, $1.milli) }
        self.grain = grain
        sizes = kept.map { $0.milli / grain }
        counts = kept.map(\.count)
        capacity = ShareRequest.wholeMilli / grain
    }

    /// The best prices found, by size. O(sizes² × capacity × sweeps).
    mutating func run() -> [Int] {
        guard !sizes.isEmpty else { return [] }
        var best = raised(bestStart())
        var isClimbing = true
        while isClimbing {
            isClimbing = false
            for index in sizes.indices {
                guard let exchanged = exchanged(best, raising: index), worth(exchanged) > worth(best) else { continue }
                best = exchanged
                isClimbing = true
            }
        }
        return best
    }

    /// The most that requests fitting in each rest are worth: the unbounded knapsack. O(capacity × sizes).
    func values(_ prices: [Int]) -> [Int32] {
        var values = [Int32](repeating: 0, count: capacity + 1)
        guard let smallest = sizes.first else { return values }
        for rest in stride(from: smallest, through: capacity, by: 1) {
            var value = values[rest - 1]
            for (index, size) in sizes.enumerated() {
                if size > rest { break }
                value = max(value, values[rest - size] + Int32(prices[index]))
            }
            values[rest] = value
        }
        return values
    }

    // MARK: Steps

    private func worth(_ prices: [Int]) -> Int { zip(prices, counts).reduce(0) { $0 + $1.0 * $1.1 } }

    private func isFeasible(_ prices: [Int]) -> Bool { values(prices)[capacity] <= units }

    /// The best of the dual feasible functions x → ⌊(k + 1) x⌋ / k that twelfths can express.
    private func bestStart() -> [Int] {
        var best = [Int](repeating: 0, count: sizes.count)
        for parts in 1...units where units.isMultiple(of: parts) {
            let prices = sizes.map { size -> Int in
                let scaled = (parts + 1) * size
                // Where (k + 1) x is whole, x itself is the value; a twelfth below it stays feasible.
                let whole = scaled.isMultiple(of: capacity) ? size * units / capacity : nil
                return whole ?? scaled / capacity * (units / parts)
            }
            if isFeasible(prices), worth(prices) > worth(best) { best = prices }
        }
        return best
    }

    /// Raises prices one by one, the most popular sizes first, as far as they go.
    private func raised(_ start: [Int]) -> [Int] {
        var prices = start
        let order = sizes.indices.sorted { counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1 }
        for index in order {
            // As many of one size as fit bound its price, and mostly show without a packing that it cannot rise.
            while (prices[index] + 1) * (capacity / sizes[index]) <= units {
                prices[index] += 1
                if !isFeasible(prices) {
                    prices[index] -= 1
                    break
                }
            }
        }
        return prices
    }

    /// Raises one price, lowers what then stands in its way, cheapest first, and raises what it can.
    private func exchanged(_ start: [Int], raising index: Int) -> [Int]? {
        guard (start[index] + 1) * (capacity / sizes[index]) <= units else { return nil }
        var prices = start
        prices[index] += 1
        while true {
            let values = values(prices)
            guard values[capacity] > units else { return raised(prices) }
            let packed = packed(prices, values)
            let lowered = packed.filter { $0 != index && prices[$0] > 0 }.min {
                counts[$0] != counts[$1] ? counts[$0] < counts[$1] : $0 < $1
            }
            guard let lowered else { return nil }
            prices[lowered] -= 1
        }
    }

    /// The sizes of a packing of one GPU that is worth most.
    private func packed(_ prices: [Int], _ values: [Int32]) -> [Int] {
        var rest = capacity
        var packed: [Int] = []
        while rest > 0 && values[rest] > 0 {
            let index = sizes.indices.first {
                sizes[$0] <= rest && prices[$0] > 0 && values[rest - sizes[$0]] + Int32(prices[$0]) == values[rest]
            }
            if let index {
                packed.append(index)
                rest -= sizes[index]
            } else {
                rest -= 1
            }
        }
        return packed
    }

    private static func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
}
