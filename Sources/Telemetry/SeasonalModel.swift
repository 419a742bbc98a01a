// A plain seasonal model: how much of what is committed is drawn, by the hour of the week.

/// The share of committed watts that is drawn, as it was at the same hour of the week on average.
///
/// Where an hour of the week has no history, its hour of the day stands in, and the mean of all where that has none
/// either. Times are UTC. Slots in which fewer than 95 % of the nodes were observed are left out, since what they show is
/// less than what was drawn.
public struct SeasonalModel: Equatable, Sendable {
    /// Nodes that must be observed in a slot, in thousandths.
    public static let shareMin: Int64 = 950

    /// Sums over slots of what was drawn and what was committed.
    private struct Sums: Equatable, Sendable {
        var observed: Int64 = 0
        var committed: Int64 = 0

        mutating func add(_ slot: SlotMean) {
            observed += slot.observedWatts
            committed += slot.committedWatts
        }

        /// Drawn for each million committed; nil without history.
        var ratio: Int64? { committed > 0 ? Scale.times(observed, 1_000_000, over: committed) : nil }
    }

    private var hoursOfWeek = [Sums](repeating: Sums(), count: 168)
    private var hoursOfDay = [Sums](repeating: Sums(), count: 24)
    private var all = Sums()
    /// Slots that the model rests on.
    public private(set) var slotCount = 0
    /// When the first of them begins and the last of them ends; nil without any.
    public private(set) var span: Range<Int64>?

    /// The model of slots in the order of time. O(slots).
    public init(_ slots: some Sequence<SlotMean>) {
        for slot in slots where Self.counts(slot) {
            let hour = Self.hour(slot.start)
            hoursOfWeek[hour % 168].add(slot)
            hoursOfDay[hour % 24].add(slot)
            all.add(slot)
            slotCount += 1
            span = (span?.lowerBound ?? slot.start)..<(slot.start + SlotMean.seconds)
        }
    }

    private static func counts(_ slot: SlotMean) -> Bool {
        slot.committedWatts > 0 && slot.sharePermille >= shareMin
    }

    /// Hours since the beginning of a week; whole weeks and days make no difference to it.
    private static func hour(_ time: Int64) -> Int { Int(((time / 3_600) % 168 + 168) % 168) }

    /// Watts drawn for each million committed at `time`; nil without history. O(1).
    public func ratioMillionths(at time: Int64) -> Int64? {
        let hour = Self.hour(time)
        return hoursOfWeek[hour].ratio ?? hoursOfDay[hour % 24].ratio ?? all.ratio
    }
}

/// How wrong the model was where it can be checked.
public struct BackTest: Equatable, Sendable {
    /// The mean of the differences between forecast and observed watts, in thousandths of what was observed.
    public let errorPermille: Int64
    /// Slots that were forecast.
    public let slotCount: Int

    /// How much of the history is forecast from what came before, in seconds.
    static let testedSeconds: Int64 = 7 * 86_400
    /// Slots that must come before: a day.
    static let trainingMin = 96

    /// Forecasts the last seven days of slots, in the order of time, from those before them; nil where less than a day
    /// came before. O(slots).
    public static func run(_ slots: [SlotMean]) -> BackTest? {
        let usable = slots.filter {
            $0.committedWatts > 0 && $0.observedWatts > 0 && $0.sharePermille >= SeasonalModel.shareMin
        }
        guard let last = usable.last else { return nil }
        let border = last.start + SlotMean.seconds - testedSeconds
        let model = SeasonalModel(usable.lazy.filter { $0.start < border })
        guard model.slotCount >= trainingMin else { return nil }
        var (errors, count) = (Int64(0), 0)
        for slot in usable where slot.start >= border {
            guard let ratio = model.ratioMillionths(at: slot.start) else { continue }
            let forecast = Scale.times(slot.committedWatts, ratio, over: 1_000_000)
            errors += Scale.times(abs(forecast - slot.observedWatts), 1_000_000, over: slot.observedWatts)
            count += 1
        }
        return BackTest(errorPermille: (errors / Int64(count) + 500) / 1_000, slotCount: count)
    }
}

/// Products that do not fit into 64 bits on the way.
enum Scale {
    /// `value * factor / divisor`, rounded towards zero.
    static func times(_ value: Int64, _ factor: Int64, over divisor: Int64) -> Int64 {
        Int64(Int128(value) * Int128(factor) / Int128(divisor))
    }
}
