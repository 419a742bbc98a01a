// How fast this machine reads memory in a row, and how the caches are emptied.

import Foundation

/// A buffer larger than the caches.
final class Evictor {
    private typealias Lane = SIMD8<UInt64>
    private let lanes: UnsafeMutableBufferPointer<Lane>
    private var sum = Lane.zero

    init(megabytes: Int) {
        lanes = .allocate(capacity: megabytes << 20 / MemoryLayout<Lane>.size)
        lanes.initialize(repeating: Lane(repeating: 1))
    }

    deinit { lanes.deallocate() }

    var byteCount: Int { lanes.count * MemoryLayout<Lane>.size }

    /// Reads all of it. Four sums side by side, so that no addition waits for the one before.
    func evict() {
        var (first, second, third, fourth) = (Lane.zero, Lane.zero, Lane.zero, Lane.zero)
        var place = 0
        while place + 4 <= lanes.count {
            first &+= lanes[place]
            second &+= lanes[place + 1]
            third &+= lanes[place + 2]
            fourth &+= lanes[place + 3]
            place += 4
        }
        sum &+= first &+ second &+ third &+ fourth
    }

    /// Bytes a second of the best of several readings in a row: others share the machine, so the best is nearest to it.
    func bytesPerSecond(readings: Int = 9) -> Double {
        var best = Int64.max
        for _ in 0..<readings {
            let began = Stopwatch.nanoseconds()
            evict()
            best = min(best, Stopwatch.nanoseconds() - began)
        }
        precondition(sum != .zero, "what was read is used, so that it is read")
        return Double(byteCount) / Double(best) * 1e9
    }
}
