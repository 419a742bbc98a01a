// Scans over stretches of a column, many elements at a time.

/// Comparisons of up to 64 neighbours at once, answered as the bits of one word.
enum VectorScan {
    /// Bit `n` set where element `n` is at least `threshold`. At most 64 elements; O(count / vector width).
    @inline(__always)
    static func atLeast(_ threshold: Int64, _ values: UnsafeBufferPointer<Int64>) -> UInt64 {
        let count = min(64, values.count)
        let lanes = SIMD8<UInt64>(1, 2, 4, 8, 16, 32, 64, 128)
        let least = SIMD8<Int64>(repeating: threshold)
        var (bits, place) = (UInt64(0), 0)
        while place + 8 <= count {
            let eight = unsafe UnsafeRawPointer(values.baseAddress! + place).loadUnaligned(as: SIMD8<Int64>.self)
            bits |= lanes.replacing(with: 0, where: eight .< least).wrappedSum() << UInt64(place)
            place += 8
        }
        while place < count {
            if unsafe values[place] >= threshold { bits |= 1 << UInt64(place) }
            place += 1
        }
        return bits
    }
}
