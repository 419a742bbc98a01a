// Steps of curtailments laid over each other, against a list of every second.

import Testing

@testable import Leasing

@Suite struct CurtailmentStepsTests {
    private func step(_ window: Range<Int64>, _ percent: Int, terms: Int?) -> CurtailmentStep {
        CurtailmentStep(start: window.lowerBound, until: window.upperBound, percent: percent, termsPercent: terms)
    }

    @Test("The lower holds where steps lie over each other, and alike neighbours are one", arguments: 1...200)
    func againstEverySecond(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var seconds = [(percent: Int, terms: Int?)?](repeating: nil, count: 60)
        var steps: [CurtailmentStep] = []
        for _ in 0..<25 {
            let start = Int64.random(in: 0..<60, using: &generator)
            let until = Int64.random(in: start...60, using: &generator)
            let percent = Int.random(in: 0..<4, using: &generator)
            let terms = generator.isOne(in: 3) ? nil : Int.random(in: percent..<5, using: &generator)
            let over = steps.filter { $0.start < until && start < $0.until }.count
            let touched = steps.lay(step(start..<until, percent, terms: terms))
            #expect(touched <= over + 2)
            for second in Int(start)..<Int(until) {
                guard let old = seconds[second] else {
                    seconds[second] = (percent, terms)
                    continue
                }
                seconds[second] = (min(old.percent, percent), [old.terms, terms].compactMap(\.self).min())
            }
            for second in 0..<60 {
                let found = steps.step(at: Int64(second))
                #expect(found?.percent == seconds[second]?.percent && found?.termsPercent == seconds[second]?.terms)
            }
            for (one, next) in zip(steps, steps.dropFirst()) {
                #expect(one.until <= next.start)
                let isAlike = one.percent == next.percent && one.termsPercent == next.termsPercent
                #expect(one.until < next.start || !isAlike)
            }
            #expect(steps.allSatisfy { $0.start < $0.until })
            let some = steps.overlapping(from: start, until: until)
            #expect(Array(some) == steps.filter { $0.start < until && start < $0.until })
        }
    }

    @Test func stepsThatFollowOneAnotherLookAtOneEach() {
        var (steps, looked) = ([CurtailmentStep](), 0)
        // Two hours of each day for 48 years.
        for day in Int64(0)..<17_520 {
            let start = day * 86_400
            looked += steps.lay(step(start..<start + 7_200, 50, terms: 50))
        }
        #expect(steps.count == 17_520 && looked == 17_519)
        // One over ten of them looks at those and their two neighbours.
        #expect(steps.lay(step(864_000..<864_000 + 9 * 86_400 + 7_200, 0, terms: nil)) == 12)
    }
}
