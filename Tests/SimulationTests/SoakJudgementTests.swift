// What a soak's judgement finds: each check on data in which there is something to find, and on data in which there is
// nothing.

import Simulation
import Testing

@Suite("Soak judgement")
struct SoakJudgementTests {
    /// An hour of samples, each five seconds one, as noisy as a busy machine makes them and flat, then changed.
    private func samples(
        count: Int = 720, _ change: (inout SoakSample, Double) -> Void = { _, _ in }
    ) -> [SoakSample] {
        var random = SimulationRandom(seed: 5)
        /// Evenly between -1 and 1, and ten times that now and then.
        func noise() -> Double {
            let wild = random.below(40) == 0 ? 10.0 : 1.0
            return (Double(random.below(2_001)) / 1_000 - 1) * wild
        }
        return (0..<count).map { number in
            let hours = Double(number) * 5 / 3_600
            var sample = SoakSample()
            sample.second = hours * 3_600
            sample.isWarm = number > 60
            sample.residentBytes = Int(220e6 + 4e6 * noise())
            sample.anonymousBytes = Int(180e6 + 4e6 * noise())
            sample.descriptors = Int(450 + 6 * noise())
            sample.threads = Int(14 + noise())
            sample.entries = number * 2_000
            sample.files = [
                "book.sqlite": sample.entries * 900 + Int(500_000 * noise()),
                "book.sqlite-wal": Int(20e6 + 5e5 * noise()),
            ]
            for (name, p50, p99) in [("reads", 400.0, 3_000.0), ("writes", 1_500.0, 9_000.0)] {
                var histogram = LatencyHistogram()
                histogram.record(1)
                var summary = LatencySummary(histogram)!
                summary.p50 = Int64(1_000 * p50 * (1 + 0.05 * noise()))
                summary.p99 = Int64(1_000 * p99 * (1 + 0.2 * noise()))
                sample.latencies[name] = summary
            }
            change(&sample, hours)
            return sample
        }
    }

    private func violations(_ samples: [SoakSample], pauses: [SoakPause] = []) -> [String] {
        SoakJudgement(samples: samples, pauses: pauses).violations
    }

    @Test("a noisy run that is flat passes")
    func flat() {
        let judgement = SoakJudgement(samples: samples(), pauses: [])
        #expect(judgement.violations.isEmpty, "\(judgement.violations)")
        #expect(judgement.series.count == 8 && judgement.series.allSatisfy { $0.growth != nil })
        #expect(judgement.book.halves != nil)
    }

    @Test("a leak of 20 MB an hour is found below noise of 80 MB, and one of 2 MB is within bounds")
    func leak() {
        let leaking = violations(samples { $0.anonymousBytes += Int(20e6 * $1) })
        #expect(leaking.count == 1 && leaking.first?.hasPrefix("anonymous memory grows by ") == true, "\(leaking)")
        #expect(violations(samples { $0.anonymousBytes += Int(2e6 * $1) }).isEmpty)
    }

    @Test("a leak in each of several processes is found, though each begins anew")
    func leakAcrossRestarts() {
        func restarted(_ leak: Double) -> [SoakSample] {
            samples { sample, hours in
                sample.life = Int(hours * 4)
                sample.residentBytes += Int(leak * (hours - Double(sample.life) / 4))
            }
        }
        #expect(violations(restarted(200e6)).map { $0.prefix(15) } == ["resident memory"])
        #expect(violations(restarted(0)).isEmpty)
    }

    @Test("what grows before the run is warm does not count")
    func warmUp() {
        let filling = samples { sample, hours in
            sample.residentBytes += Int(400e6 * min(hours, 0.5))
            sample.isWarm = hours > 0.5
        }
        #expect(violations(filling).isEmpty)
        let cold = filling.map { sample in
            var sample = sample
            sample.isWarm = true
            return sample
        }
        #expect(violations(cold).count == 1)
    }

    @Test("descriptors and threads that are never given back are found")
    func descriptors() {
        let leaking = violations(
            samples {
                $0.descriptors += Int(12 * $1)
                $0.threads += Int(8 * $1)
            })
        #expect(leaking.map { $0.prefix(7) } == ["descrip", "threads"], "\(leaking)")
    }

    @Test("latency that rises is found, a few slow intervals are not")
    func latency() {
        let rising = violations(samples { $0.latencies["writes"]!.p50 += Int64(900_000 * $1) })
        #expect(rising.count == 1 && rising[0].hasPrefix("p50 of writes grows by "), "\(rising)")
        let risingTail = violations(samples { $0.latencies["reads"]!.p99 += Int64(6_000_000 * $1) })
        #expect(risingTail.count == 1 && risingTail[0].hasPrefix("p99 of reads grows by "), "\(risingTail)")
        let slowNowAndThen = samples { sample, hours in
            if Int(hours * 720) % 20 == 7 { sample.latencies["writes"]!.p99 *= 30 }
        }
        #expect(violations(slowNowAndThen).isEmpty)
    }

    @Test("a book that takes more for each entry is found, one that grows with entries is not")
    func perEntry() {
        let swelling = violations(
            samples { sample, hours in
                if hours > 0.55 { sample.files["book.sqlite"]! += Int((hours - 0.55) * 720 * 2_000 * 300) }
            })
        #expect(swelling.count == 1 && swelling[0].hasPrefix("book.sqlite takes "), "\(swelling)")
    }

    @Test(
        "a log that is never cut is found by its growth, one that was large once by its size, and a small one may grow")
    func sideFiles() {
        #expect(violations(samples { $0.files["book.sqlite-wal"]! += Int(8e6 * $1) }).isEmpty)
        let growing = violations(samples { $0.files["book.sqlite-wal"]! += Int(80e6 + 8e6 * $1) })
        #expect(growing.count == 1 && growing[0].hasPrefix("book.sqlite-wal grows by "), "\(growing)")
        let large = violations(
            samples { sample, hours in if Int(hours * 720) == 300 { sample.files["book.sqlite-wal"] = 300_000_000 } })
        #expect(large == ["book.sqlite-wal came to 300000000 bytes, where 134217728 are allowed"])
    }

    @Test("a pause over 50 ms is found, unless the machine is what paused")
    func pauses() {
        func pause(_ milliseconds: Int64, machine: Int64) -> SoakPause {
            SoakPause(
                second: 61, kind: "probe writes", nanoseconds: milliseconds * 1_000_000,
                machineNanoseconds: machine * 1_000_000, words: "a snapshot")
        }
        #expect(violations(samples(), pauses: [pause(49, machine: 0), pause(90, machine: 45)]).isEmpty)
        #expect(
            violations(samples(), pauses: [pause(90, machine: 20)]) == [
                "a pause of 90 ms at 61 s, seen by probe writes, of which 70 ms are the daemon's own: a snapshot"
            ])
    }

    @Test("a run that is too short for a slope says so and accuses nobody")
    func short() {
        let judgement = SoakJudgement(samples: samples(count: 66) { $0.residentBytes += Int(1e12 * $1) }, pauses: [])
        #expect(judgement.violations.isEmpty)
        #expect(judgement.series.allSatisfy { $0.growth == nil && $0.line.contains("too few samples") })
        #expect(SoakJudgement(samples: [], pauses: []).violations.isEmpty)
    }
}

@Suite("Robust slopes")
struct RobustSlopeTests {
    @Test("a line has its slope, whatever a quarter of its points says")
    func line() throws {
        let points = (0..<100).map { SeriesPoint(x: Double($0), y: $0 % 4 == 1 ? 1e9 : 3 * Double($0) + 7) }
        let slope = try #require(RobustSlope(points))
        #expect(abs(slope.slope - 3) < 1e-9)
        let level = try #require(RobustSlope((0..<100).map { SeriesPoint(x: Double($0), y: 5) }))
        #expect(level.slope == 0 && level.lowest == 0 && level.highest == 0)
    }

    @Test("the slope of pure noise has 0 within its bounds, and that of a trend under the noise has not")
    func confidence() throws {
        var random = SimulationRandom(seed: 11)
        let noise = (0..<300).map { SeriesPoint(x: Double($0), y: Double(random.below(1_000))) }
        let flat = try #require(RobustSlope(noise))
        #expect(flat.lowest < 0 && flat.highest > 0)
        let rising = try #require(RobustSlope(noise.map { SeriesPoint(x: $0.x, y: $0.y + $0.x) }))
        #expect(rising.lowest > 0 && rising.lowest < 1 && rising.highest > 1)
    }

    @Test("groups are not held against each other, and many points are thinned")
    func groups() throws {
        let steps = (0..<400).map { SeriesPoint(x: Double($0), y: Double($0 / 100 * 1_000), group: $0 / 100) }
        #expect(try #require(RobustSlope(steps)).slope == 0)
        #expect(try #require(RobustSlope(steps.map { SeriesPoint(x: $0.x, y: $0.y) })).slope > 5)
        let many = (0..<100_000).map { SeriesPoint(x: Double($0), y: 2 * Double($0)) }
        #expect(abs(try #require(RobustSlope(many)).slope - 2) < 1e-9)
    }

    @Test("no slope goes through fewer than two places")
    func none() {
        #expect(RobustSlope([]) == nil)
        #expect(RobustSlope([SeriesPoint(x: 1, y: 1), SeriesPoint(x: 1, y: 9)]) == nil)
    }
}

@Suite("Latency histograms")
struct LatencyHistogramTests {
    @Test("percentiles are those of the sorted figures, at most 1/64 too large")
    func percentiles() throws {
        var (random, histogram, figures) = (SimulationRandom(seed: 3), LatencyHistogram(), [Int64]())
        for _ in 0..<20_000 {
            let figure = random.exponential(mean: 800_000)
            figures.append(figure)
            histogram.record(figure)
        }
        figures.sort()
        for rank in [0.001, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = figures[max(1, Int((20_000 * rank).rounded(.up))) - 1]
            let found = try #require(histogram.percentile(rank))
            #expect(found >= exact && Double(found) <= Double(exact) * (1 + 1.0 / 64), "\(rank)")
        }
        #expect(histogram.count == 20_000 && histogram.longest == figures.last)
    }

    @Test("small ones are exact, odd ones are taken, and two add up")
    func ends() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(0.5) == nil && LatencySummary(histogram) == nil)
        for figure in [Int64(-5), 0, 63, 64, 127, 128, .max] { histogram.record(figure) }
        #expect(histogram.percentile(1) == .max && histogram.percentile(0.01) == 0)
        #expect(histogram.percentile(3 / 7.0) == 63 && histogram.percentile(4 / 7.0) == 64)
        var sum = histogram
        sum.add(histogram)
        #expect(sum.count == 14 && sum.percentile(0.5) == histogram.percentile(0.5))
    }
}
