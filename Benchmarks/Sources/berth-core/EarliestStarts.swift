// When a request could begin that does not fit now.

import Packing
import SampleFleets

/// Searches of the calendar for the earliest start of blocks.
struct EarliestStarts {
    static let blockCount = 64
    static let goalP99: Int64 = 5_000_000
    private static let sampleCount = 200
    /// How far ahead is looked, in days: as far as the calendar of the sample fleets reaches.
    private static let daysAhead: Int64 = 461

    private(set) var found = Samples(capacity: Self.sampleCount, by: .processor)
    /// Times of saying that there is none.
    private(set) var none = Samples(capacity: Self.sampleCount, by: .processor)
    /// How far ahead the starts lie, in days, in the middle.
    private(set) var medianDaysAhead: Int64 = 0

    init(on state: PackingState) {
        var seed = Seed(64)
        let lines = [OccupiedFleet.line(.block, Self.blockCount)]
        let starts = SampleFleets.now...SampleFleets.now + Self.daysAhead * SampleFleets.day
        var daysAhead: [Int64] = []
        for number in 0..<Self.sampleCount {
            let terms = OccupiedFleet.terms(UInt64(number), days: Int64.random(in: 1...30, using: &seed))
            let request = PlacementRequest(lines: lines, siteMask: .max, terms: terms, now: SampleFleets.now)
            let began = Stopwatch.processor.nanoseconds()
            let answer = state.earliestStart(of: request, in: starts)
            let elapsed = Stopwatch.processor.nanoseconds() - began
            if let answer {
                found.add(elapsed)
                daysAhead.append((answer.start - SampleFleets.now) / SampleFleets.day)
            } else {
                none.add(elapsed)
            }
        }
        found.sort()
        none.sort()
        if !daysAhead.isEmpty { medianDaysAhead = daysAhead.sorted()[daysAhead.count / 2] }
    }
}
