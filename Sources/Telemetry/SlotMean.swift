// Means over a quarter of an hour: the history of what is drawn beside what was committed.

public import FleetModel

/// What one series was over one slot, as sums over its samples, so that two parts of a slot add up exactly.
public struct SlotMean: Equatable, Sendable {
    /// The length of a slot in seconds.
    public static let seconds: Int64 = 900
    /// How long means are kept, in seconds: 60 days.
    public static let keptSeconds: Int64 = 60 * 86_400

    /// A budget domain's name, or ``siteSeries(_:)``.
    public var series: String
    /// When the slot begins, in seconds since 1970, UTC; a multiple of ``seconds``.
    public var start: Int64
    public var samples: Int64
    /// Sums over the samples, in watts where the series is measured.
    public var observedSum: Int64
    public var committedSum: Int64
    /// Sum over the samples of the share of nodes observed, in thousandths.
    public var shareSum: Int64

    /// Every field.
    public init(
        series: String, start: Int64, samples: Int64, observedSum: Int64, committedSum: Int64, shareSum: Int64
    ) {
        self.series = series
        self.start = start
        self.samples = samples
        self.observedSum = observedSum
        self.committedSum = committedSum
        self.shareSum = shareSum
    }

    public var observedWatts: Watts { samples == 0 ? 0 : observedSum / samples }
    public var committedWatts: Watts { samples == 0 ? 0 : committedSum / samples }
    public var sharePermille: Int64 { samples == 0 ? 0 : shareSum / samples }

    /// The series of a whole site at its meter. No budget domain's name has a colon.
    public static func siteSeries(_ site: String) -> String { "site:\(site)" }

    /// Slots in the order of time, taken together over longer steps that begin at multiples of `seconds`.
    public static func gathered(_ slots: [SlotMean], everySeconds seconds: Int64) -> [SlotMean] {
        var result: [SlotMean] = []
        for slot in slots {
            let start = slot.start - (slot.start % seconds + seconds) % seconds
            if let last = result.indices.last, result[last].start == start {
                result[last].samples += slot.samples
                result[last].observedSum += slot.observedSum
                result[last].committedSum += slot.committedSum
                result[last].shareSum += slot.shareSum
            } else {
                result.append(slot)
                result[result.count - 1].start = start
            }
        }
        return result
    }

    /// Adds one sample.
    mutating func add(observed: Watts, committed: Watts, sharePermille: Int64) {
        samples += 1
        observedSum += observed
        committedSum += committed
        shareSum += sharePermille
    }
}

/// Samples since they were last taken, by slot.
struct SlotTable: Sendable {
    /// Slots that wait at most; what comes beyond is given up.
    static let waitingMax = 65_536

    private struct Key: Hashable, Comparable, Sendable {
        let start: Int64
        let series: String

        static func < (left: Key, right: Key) -> Bool { (left.start, left.series) < (right.start, right.series) }
    }

    private var slots: [Key: SlotMean] = [:]

    /// Adds one sample of a series at a moment.
    mutating func add(_ series: String, at now: Int64, observed: Watts, committed: Watts, sharePermille: Int64) {
        let start = now - (now % SlotMean.seconds + SlotMean.seconds) % SlotMean.seconds
        let key = Key(start: start, series: series)
        guard slots[key] != nil || slots.count < Self.waitingMax else { return }
        let none = SlotMean(
            series: series, start: start, samples: 0, observedSum: 0, committedSum: 0, shareSum: 0)
        slots[key, default: none].add(observed: observed, committed: committed, sharePermille: sharePermille)
    }

    /// Gives the slots in the order of time and series, and forgets them.
    mutating func take() -> [SlotMean] {
        let keys = slots.keys.sorted()
        defer { slots = [:] }
        return keys.map { slots[$0]! }
    }
}
