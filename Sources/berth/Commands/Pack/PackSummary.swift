// What a whole input came to.

/// Times of all decisions.
struct PackTally {
    private(set) var grantedCount = 0
    private(set) var refusedCount = 0
    private(set) var placeNanoseconds: [UInt32] = []
    private(set) var commitNanoseconds: [UInt32] = []

    mutating func add(_ times: PackTimes) {
        placeNanoseconds.append(UInt32(clamping: times.place))
        if let commit = times.commit {
            grantedCount += 1
            commitNanoseconds.append(UInt32(clamping: commit))
        } else {
            refusedCount += 1
        }
    }
}

/// Percentiles of one kind of time.
struct PackPercentiles: Encodable {
    let p50Nanoseconds: Int
    let p99Nanoseconds: Int
    let maxNanoseconds: Int

    /// Nil of no samples.
    init?(_ samples: [UInt32]) {
        let sorted = samples.sorted()
        guard let last = sorted.last else { return nil }
        p50Nanoseconds = Int(sorted[sorted.count / 2])
        p99Nanoseconds = Int(sorted[sorted.count * 99 / 100])
        maxNanoseconds = Int(last)
    }
}

struct PackSummary: Encodable {
    let granted: Int
    let refused: Int
    let live: Int
    let place: PackPercentiles?
    let commit: PackPercentiles?
    let packing: PackReport

    init(tally: PackTally, liveCount: Int, report: PackReport) {
        granted = tally.grantedCount
        refused = tally.refusedCount
        live = liveCount
        place = PackPercentiles(tally.placeNanoseconds)
        commit = PackPercentiles(tally.commitNanoseconds)
        packing = report
    }
}
