// The step function of committed watts against a plain list of values, one for each second.

import FleetModel
import Testing

@testable import Packing

/// The committed watts of one budget.
private struct Timeline {
    private var watts: CommittedWatts
    private(set) var instant: Int64 = .min

    init(floor: Watts) { watts = CommittedWatts(floors: [5, floor, 7], allocator: HeapPages()) }

    var bound: Watts { watts.bound(of: 1) }
    mutating func add(_ amount: Watts, from start: Int64, until: Int64) {
        watts.add(amount, to: 1, from: start, until: until, instant: instant)
    }
    mutating func settle(at time: Int64) {
        instant = max(instant, time)
        watts.settle(1, instant: instant)
    }
    func peak(from start: Int64, until: Int64) -> Watts { watts.peak(of: 1, from: start, until: until) }
    func value(at time: Int64) -> Watts { watts.value(of: 1, at: time) }
    func steps(from start: Int64, until: Int64) -> [LimitStep] { watts.steps(of: 1, from: start, until: until) }
}

@Suite("A timeline of committed watts is a list of values, one for each second")
struct CommittedWattsTests {
    private struct Interval {
        let watts: Watts
        let start: Int
        let end: Int
    }

    private func check(_ timeline: Timeline, _ values: [Watts], _ random: inout SeededGenerator) {
        for _ in 0..<200 {
            let start = random.pick(0...values.count - 2)
            let end = random.chance(50) ? random.pick(start + 1...values.count - 1) : start + 1
            #expect(timeline.peak(from: Int64(start), until: Int64(end)) == values[start..<end].max()!)
            #expect(timeline.value(at: Int64(start)) == values[start])
        }
        let steps = timeline.steps(from: 0, until: Int64(values.count))
        var expected = [LimitStep(at: 0, watts: values[0])]
        for second in 1..<values.count where values[second] != values[second - 1] {
            expected.append(LimitStep(at: Int64(second), watts: values[second]))
        }
        #expect(steps == expected)
    }

    @Test("values, peaks and steps are those of the list, while intervals come and go", arguments: [40, 600, 4_000])
    func likeAList(seconds: Int) {
        var random = SeededGenerator(seed: UInt64(seconds))
        var timeline = Timeline(floor: 1_000)
        var values = [Watts](repeating: 1_000, count: seconds)
        var intervals: [Interval] = []
        // Thousands of steps split leaves many times over.
        let rounds = seconds == 4_000 ? 1_500 : 300
        for round in 0..<rounds {
            if !intervals.isEmpty && random.chance(round < rounds / 2 ? 20 : 55) {
                let old = intervals.remove(at: random.pick(0...intervals.count - 1))
                timeline.add(-old.watts, from: Int64(old.start), until: Int64(old.end))
                for second in old.start..<old.end { values[second] -= old.watts }
            } else {
                let start = random.pick(0...seconds - 2)
                let end = random.chance(30) ? start + 1 : random.pick(start + 1...seconds - 1)
                let new = Interval(watts: Watts(random.pick(1...900)), start: start, end: end)
                intervals.append(new)
                timeline.add(new.watts, from: Int64(start), until: Int64(end))
                for second in start..<end { values[second] += new.watts }
            }
            // After every change, since the next one may put a wrong sum right again.
            #expect(timeline.peak(from: 0, until: Int64(seconds)) == values.max()!)
            #expect(timeline.value(at: Int64(seconds - 2)) == values[seconds - 2])
            if round % 100 == 99 { check(timeline, values, &random) }
        }
        for old in intervals { timeline.add(-old.watts, from: Int64(old.start), until: Int64(old.end)) }
        #expect(timeline.steps(from: .min, until: .max) == [LimitStep(at: .min, watts: 1_000)])
        #expect(timeline.peak(from: .min, until: .max) == 1_000)
    }

    @Test("over a thousand steps in order, peaks over any window are found across cells")
    func manyChunks() {
        var random = SeededGenerator(seed: 77)
        var timeline = Timeline(floor: 0)
        var values = [Watts](repeating: 0, count: 3_001)
        for second in stride(from: 0, to: 3_000, by: 2) {
            let watts = Watts(random.pick(1...1_000_000))
            timeline.add(watts, from: Int64(second), until: Int64(second + 1))
            values[second] = watts
        }
        #expect(timeline.steps(from: -1, until: 3_001).count == 3_001)
        check(timeline, values, &random)
    }

    @Test("a peak looks neither at what is before its window nor at what is after, wherever a cell ends")
    func windowsEndAtSteps() {
        // Values rise by one each second up to the middle and then fall by one each second.
        let middle: Int64 = 700
        var timeline = Timeline(floor: 0)
        for second in 0..<middle { timeline.add(1, from: second, until: 2 * middle - second) }
        for second in 1...middle {
            #expect(timeline.peak(from: 0, until: second) == second)
            #expect(timeline.peak(from: 2 * middle - second, until: 3 * middle) == second)
        }
    }

    @Test("an interval that begins where another ends does not overlap it")
    func touchingIntervals() {
        var timeline = Timeline(floor: 10)
        timeline.add(5, from: 0, until: 100)
        timeline.add(5, from: 100, until: 200)
        #expect(timeline.peak(from: 0, until: 200) == 15)
        #expect(timeline.steps(from: -1, until: 300).map(\.at) == [-1, 0, 200])
        #expect((timeline.value(at: -1), timeline.value(at: 199), timeline.value(at: 200)) == (10, 15, 10))
    }

    @Test("a copy does not follow what is added to the original")
    func copiesAreIndependent() {
        var timeline = Timeline(floor: 0)
        timeline.add(7, from: 1, until: 3)
        let copy = timeline
        timeline.add(7, from: 2, until: 4)
        #expect((copy.peak(from: 0, until: 9), timeline.peak(from: 0, until: 9)) == (7, 14))
    }

    @Test("settling as time goes on drops the past, keeps the rest, and makes the bound the peak that is left")
    func settling() {
        var random = SeededGenerator(seed: 5)
        var timeline = Timeline(floor: 50)
        var values = [Watts](repeating: 50, count: 2_000)
        var intervals: [Interval] = []
        for now in stride(from: 0, to: 1_900, by: 3) {
            if now % 9 == 0 { timeline.settle(at: Int64(now)) }
            for _ in 0..<3 {
                // Some begin before the instant, as those of a restored book do.
                let start = random.pick(max(0, now - 5)...min(1_998, now + 200))
                let new = Interval(
                    watts: Watts(random.pick(1...900)), start: start, end: random.pick(start + 1...1_999))
                timeline.add(new.watts, from: Int64(start), until: Int64(new.end))
                for second in start..<new.end { values[second] += new.watts }
                intervals.append(new)
            }
            while intervals.count > 40 {
                let old = intervals.remove(at: random.pick(0...intervals.count - 1))
                timeline.add(-old.watts, from: Int64(old.start), until: Int64(old.end))
                for second in old.start..<old.end { values[second] -= old.watts }
            }
            let from = max(now, Int(max(0, timeline.instant)))
            let until = random.pick(from + 1...1_999)
            #expect(timeline.bound >= values[from...].max()!)
            #expect(timeline.peak(from: Int64(from), until: Int64(until)) == values[from..<until].max()!)
            if random.chance(20) {
                timeline.settle(at: Int64(now))
                #expect(timeline.bound == values[now...].max()!)
            }
        }
    }
}
