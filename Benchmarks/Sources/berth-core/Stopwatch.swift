// Time, and what it costs to look at it.

import Foundation

/// A clock to look at.
enum Stopwatch {
    /// Time as it passes: cheap to look at, and right for what is over before anyone else can take the processor.
    case passing
    /// Processor time of this thread: what takes longer is measured so, because others share this machine.
    case processor

    @inline(__always)
    func nanoseconds() -> Int64 {
        var now = timespec()
        clock_gettime(self == .passing ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    @inline(__always)
    static func nanoseconds() -> Int64 { passing.nanoseconds() }

    /// What lies between two looks with nothing between them. It is taken off every sample.
    var costNanoseconds: Int64 { self == .passing ? Self.passingCost : Self.processorCost }

    private static let passingCost = passing.measuredCost()
    private static let processorCost = processor.measuredCost()

    /// The median of many.
    private func measuredCost() -> Int64 {
        var samples: [Int64] = []
        for _ in 0..<10_001 {
            let began = nanoseconds()
            samples.append(nanoseconds() - began)
        }
        return samples.sorted()[samples.count / 2]
    }
}

/// Samples of one thing in nanoseconds, the clock's own cost taken off.
struct Samples {
    private var samples: [Int64] = []
    private var isSorted = true
    private let costNanoseconds: Int64

    init(capacity: Int, by clock: Stopwatch = .passing) {
        samples.reserveCapacity(capacity)
        costNanoseconds = clock.costNanoseconds
    }

    var isEmpty: Bool { samples.isEmpty }
    var count: Int { samples.count }

    /// - Parameter looks: how many looks at the clock lie between the two times, the second of them included.
    @inline(__always)
    mutating func add(_ nanoseconds: Int64, looks: Int64 = 1) {
        samples.append(max(0, nanoseconds - looks * costNanoseconds))
        isSorted = false
    }

    mutating func sort() {
        if !isSorted { samples.sort() }
        isSorted = true
    }

    /// The sample at a rank from 0 to 1; they must be sorted.
    func nanoseconds(_ rank: Double) -> Int64 {
        precondition(isSorted, "percentiles are of sorted samples")
        guard !samples.isEmpty else { return 0 }
        return samples[min(samples.count - 1, Int(Double(samples.count) * rank))]
    }

    var sum: Int64 { samples.reduce(0, +) }
    var p50: Int64 { nanoseconds(0.5) }
    var p99: Int64 { nanoseconds(0.99) }
    var longest: Int64 { nanoseconds(1) }
}

/// Nanoseconds as microseconds with about three digits.
func micros(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds) / 1_000
    return String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
}
