// What an account adds up: GPUs and energy over time, in integers.

import FleetModel

/// GPUs over time, in thousandths of a GPU times seconds: a GPU for a second is 1,000, a MIG instance counts by its memory
/// slices, 125 each. A rate has the same fields for one second.
///
/// `promised` is `delivered + down + late + stopped`.
public struct GPUSums: Equatable, Sendable {
    public var promised: Int64 = 0
    /// Handed over, up, and not stopped.
    public var delivered: Int64 = 0
    /// Handed over and down since.
    public var down: Int64 = 0
    /// The part of `down` within the contract's replacement deadline.
    public var excused: Int64 = 0
    /// Not handed over although the window has begun.
    public var late: Int64 = 0
    /// Stopped by a load target.
    public var stopped: Int64 = 0
    /// Up, and lowered or stopped as far as the terms allow.
    public var curtailed: Int64 = 0
    /// Up, and lowered or stopped beyond the terms.
    public var breach: Int64 = 0
    /// The part of `stopped` beyond the terms.
    public var breachStopped: Int64 = 0
    /// In a turn-round that is over its time because nobody has reported it. In no promise.
    public var handBack: Int64 = 0

    static func += (left: inout GPUSums, right: GPUSums) { left.add(right, times: 1) }

    mutating func add(_ rate: GPUSums, times seconds: Int64) {
        promised += rate.promised * seconds
        delivered += rate.delivered * seconds
        down += rate.down * seconds
        excused += rate.excused * seconds
        late += rate.late * seconds
        stopped += rate.stopped * seconds
        curtailed += rate.curtailed * seconds
        breach += rate.breach * seconds
        breachStopped += rate.breachStopped * seconds
        handBack += rate.handBack * seconds
    }
}

/// Energy in joules, of promised hardware alone. A rate has the same fields in watts.
public struct EnergySums: Equatable, Sendable {
    public var promised: Int64 = 0
    /// Less what is down, late, lowered or stopped.
    public var delivered: Int64 = 0
    /// Taken by load targets within the terms.
    public var curtailed: Int64 = 0
    /// Taken beyond them.
    public var breach: Int64 = 0

    mutating func add(_ rate: EnergySums, times seconds: Int64) {
        promised += rate.promised * seconds
        delivered += rate.delivered * seconds
        curtailed += rate.curtailed * seconds
        breach += rate.breach * seconds
    }
}

/// All sums of one account over one time.
public struct LedgerSums: Equatable, Sendable {
    public var gpus = GPUSums()
    /// At the racks.
    public var rack = EnergySums()
    /// At the meters of the sites.
    public var meter = EnergySums()

    public init() {}

    public static func += (left: inout LedgerSums, right: LedgerSums) { left.add(right, times: 1) }

    mutating func add(_ rate: LedgerSums, times seconds: Int64) {
        gpus.add(rate.gpus, times: seconds)
        rack.add(rate.rack, times: seconds)
        meter.add(rate.meter, times: seconds)
    }
}

/// The sums of one calendar month under one version of a contract.
public struct LedgerRow: Equatable, Sendable {
    /// `CalendarMonth.index`.
    public var month: Int64
    /// 0 without a contract.
    public var version: Int
    public var sums = LedgerSums()
}

extension [LedgerRow] {
    /// Adds to the row of a month and version, in the order of both. O(1) for the last one.
    mutating func add(_ sums: LedgerSums, times seconds: Int64 = 1, month: Int64, version: Int) {
        var place = count
        while place > 0, (month, version) < (self[place - 1].month, self[place - 1].version) { place -= 1 }
        if place == 0 || (self[place - 1].month, self[place - 1].version) != (month, version) {
            insert(LedgerRow(month: month, version: version), at: place)
            place += 1
        }
        self[place - 1].sums.add(sums, times: seconds)
    }

    /// Adds a rate over a window, month by month. O(months).
    mutating func add(_ rate: LedgerSums, over window: Range<Int64>, version: Int) {
        var from = window.lowerBound
        while from < window.upperBound {
            let month = CalendarMonth(at: from)
            let to = Swift.min(window.upperBound, month.seconds.upperBound)
            add(rate, times: to - from, month: month.index, version: version)
            from = to
        }
    }

    mutating func add(_ rows: [LedgerRow]) {
        for row in rows { add(row.sums, month: row.month, version: row.version) }
    }

    /// The sums of one month, whatever the version.
    func sums(of month: Int64) -> LedgerSums {
        reduce(into: LedgerSums()) { if $1.month == month { $0 += $1.sums } }
    }
}
