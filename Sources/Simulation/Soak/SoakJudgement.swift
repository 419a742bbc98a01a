// What a soak has seen, and whether it stayed flat.

import Foundation

/// What was seen at one moment, and in the interval before it.
public struct SoakSample: Sendable, Equatable {
    /// Since the run began.
    public var second = 0.0
    /// Counts processes of the daemon: 0, and one more after each restart.
    public var life = 0
    /// Whether what fills up by itself is full, so that from here on it counts.
    public var isWarm = false
    /// Memory in RAM, in bytes; shared pages in proportion.
    public var proportionalBytes = 0
    /// Memory in RAM, in bytes.
    public var residentBytes = 0
    /// Of that what is no file: the heap and stacks.
    public var anonymousBytes = 0
    /// Open files and connections.
    public var descriptors = 0
    /// Threads.
    public var threads = 0
    /// Bytes of each file in the state folder.
    public var files: [String: Int] = [:]
    /// Entries in the journal.
    public var entries = 0
    /// Leases and parts that are kept, by state.
    public var leases: [String: Int] = [:]
    /// Of the interval, by what was asked.
    public var latencies: [String: LatencySummary] = [:]
    /// Processor time of the daemon in the interval, as a share of one processor.
    public var processorShare = 0.0
    /// By how much a thread of the driver that sleeps woke too late at most, in nanoseconds.
    public var driverDelay: Int64 = 0

    /// Nothing seen yet.
    public init() {}
}

/// Latencies of an interval, in nanoseconds.
public struct LatencySummary: Sendable, Equatable {
    /// How many there were.
    public var count: Int
    /// The middle one.
    public var p50: Int64
    /// One in a hundred is longer.
    public var p99: Int64
    /// One in a thousand is longer.
    public var p999: Int64
    /// The longest.
    public var longest: Int64

    /// Of a histogram; nil when it is empty.
    public init?(_ histogram: LatencyHistogram) {
        guard let p50 = histogram.percentile(0.5), let p99 = histogram.percentile(0.99),
            let p999 = histogram.percentile(0.999)
        else { return nil }
        (count, longest) = (histogram.count, histogram.longest)
        (self.p50, self.p99, self.p999) = (p50, p99, p999)
    }
}

/// A time in which no answer came to a probe.
public struct SoakPause: Sendable, Equatable {
    /// Since the run began, in seconds.
    public var second: Double
    /// What was asked.
    public var kind: String
    /// From when the request was sent, late or not, to its answer, in nanoseconds.
    public var nanoseconds: Int64
    /// Of that, how long the probe or a thread of the daemon waited for a processor.
    public var machineNanoseconds: Int64
    /// What the daemon did meanwhile.
    public var words: String

    /// All of it.
    public init(second: Double, kind: String, nanoseconds: Int64, machineNanoseconds: Int64, words: String) {
        (self.second, self.kind, self.nanoseconds) = (second, kind, nanoseconds)
        (self.machineNanoseconds, self.words) = (machineNanoseconds, words)
    }

    /// What is the daemon's own.
    public var ownNanoseconds: Int64 { max(0, nanoseconds - machineNanoseconds) }
}

/// What counts as flat.
public struct SoakBounds: Sendable, Equatable {
    /// Memory.
    public var memory = FlatnessBound(perHour: 8 * 1_048_576, sharePerHour: 0.05)
    /// Open files and connections.
    public var descriptors = FlatnessBound(perHour: 4, sharePerHour: 0.01)
    /// Threads.
    public var threads = FlatnessBound(perHour: 2, sharePerHour: 0.05)
    /// Median latencies, in microseconds.
    public var p50 = FlatnessBound(perHour: 250, sharePerHour: 0.25)
    /// The 99th percentile.
    public var p99 = FlatnessBound(perHour: 2_500, sharePerHour: 0.5)
    /// Files other than the book that have become larger than SQLite lets its logs become.
    public var files = FlatnessBound(perHour: 1_048_576, sharePerHour: 0.05)
    /// A log keeps the size that it once had, up to so many bytes.
    public var settledFileBytes = 72 << 20
    /// How much more bytes an entry may take in the second half.
    public var perEntryShare = 0.1
    /// What files other than the book may come to, in bytes: the size down to which SQLite cuts the log, and as much
    /// again while a copy holds it back.
    public var sideFileBytesMax = 128 << 20
    /// The longest pause of the daemon's own, in nanoseconds.
    public var pauseMax: Int64 = 50_000_000

    /// Those that a soak has by itself.
    public init() {}
}

/// The judgement of a whole soak.
public struct SoakJudgement: Sendable {
    /// The book; every other file is beside it.
    public static let bookName = "book.sqlite"
    /// Latencies that are held to be flat.
    public static let judgedLatencies = ["reads", "writes"]

    /// Samples after it was warm that all of it is judged by, at least.
    public static let samplesMin = 2 * FlatnessVerdict.pointsMin

    /// Of each series.
    public let series: [FlatnessVerdict]
    /// Of the book.
    public let book: PerEntryVerdict
    /// Pauses that are too long.
    public let longPauses: [SoakPause]
    /// What is wrong, in words; empty when all is well.
    public let violations: [String]

    /// Judges what was seen; samples before it was warm do not count, but their pauses do.
    public init(samples: [SoakSample], pauses: [SoakPause], bounds: SoakBounds = SoakBounds()) {
        let warm = samples.filter(\.isWarm)
        func series(
            _ name: String, _ unit: String, _ bound: FlatnessBound, _ figure: (SoakSample) -> Double?
        ) -> FlatnessVerdict {
            FlatnessVerdict(
                name, unit: unit,
                warm.compactMap { sample in
                    figure(sample).map { SeriesPoint(x: sample.second, y: $0, group: sample.life) }
                }, within: bound)
        }
        var verdicts = [
            series("resident memory", "bytes", bounds.memory) { Double($0.residentBytes) },
            series("anonymous memory", "bytes", bounds.memory) { Double($0.anonymousBytes) },
            series("descriptors", "", bounds.descriptors) { Double($0.descriptors) },
            series("threads", "", bounds.threads) { Double($0.threads) },
        ]
        for name in Self.judgedLatencies {
            verdicts.append(
                series("p50 of \(name)", "µs", bounds.p50) { $0.latencies[name].map { Double($0.p50) / 1_000 } })
            verdicts.append(
                series("p99 of \(name)", "µs", bounds.p99) { $0.latencies[name].map { Double($0.p99) / 1_000 } })
        }
        let names = Set(warm.flatMap { $0.files.keys }).subtracting([Self.bookName]).sorted()
        for name in names {
            let verdict = series(name, "bytes", bounds.files) { $0.files[name].map(Double.init) }
            if verdict.largest > Double(bounds.settledFileBytes) { verdicts.append(verdict) }
        }
        book = PerEntryVerdict(
            Self.bookName,
            warm.compactMap { sample in
                sample.files[Self.bookName].map { SeriesPoint(x: Double(sample.entries), y: Double($0)) }
            }, shareMax: bounds.perEntryShare)
        self.series = verdicts
        longPauses = pauses.filter { $0.ownNanoseconds > bounds.pauseMax }
        var violations = verdicts.compactMap(\.violation) + [book.violation].compactMap(\.self)
        for name in names {
            let largest = samples.compactMap { $0.files[name] }.max() ?? 0
            if largest > bounds.sideFileBytesMax {
                violations.append("\(name) came to \(largest) bytes, where \(bounds.sideFileBytesMax) are allowed")
            }
        }
        for pause in longPauses.prefix(20) {
            violations.append(
                "a pause of \(pause.nanoseconds / 1_000_000) ms at \(Int(pause.second)) s, seen by \(pause.kind), of which "
                    + "\(pause.ownNanoseconds / 1_000_000) ms are the daemon's own: \(pause.words)")
        }
        if longPauses.count > 20 { violations.append("\(longPauses.count) such pauses in all") }
        self.violations = violations
    }
}
