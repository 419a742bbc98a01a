// Sub-leases as the book keeps them.

import FleetModel
import Packing

/// Sub-leases by number, and what has been delivered under them. A value on shared pages, as the book is.
struct SubleaseTable: Sendable {
    /// Offered: somebody has still to agree.
    var open = RadixTable<Sublease>()
    var inForce = RadixTable<Sublease>()
    /// The sub-lease that is in force on each lease that is let. Derived, so not stored.
    var byLease = RadixTable<UInt64>()
    var over = RadixTable<Sublease>()
    /// What has been added up of those in force and over, by number.
    var rows = RadixTable<[SubleaseRow]>()
    /// Of sub-leases that are no longer kept, in order of both tenants.
    var closed: [ClosedSubleases] = []
    var nextNumber: UInt64 = 1
    /// How those in force that the entry is about looked before it, by number. Lasts for one entry.
    var pictures: [(number: UInt64, picture: OccupancyPicture)] = []

    /// Offers that are open at one time at most, for each tenant that lets.
    static let openMax = 100
    /// How long an offer stays open where no contract says it.
    static let expirySeconds: Int64 = 7 * 86_400
    /// Those that are over and stay readable; older ones remain in the statements.
    static let overMax = 1_000
}

/// GPUs that were delivered under a sub-lease in one calendar month, in thousandths of a GPU times seconds.
public struct SubleaseRow: Equatable, Sendable {
    /// `CalendarMonth.index`.
    public var month: Int64
    public var delivered: Int64
}

/// What the sub-leases between two tenants come to that are no longer kept.
struct ClosedSubleases: Equatable, Sendable {
    struct Month: Equatable, Sendable {
        var month: Int64
        var delivered: Int64
        var amountMicros: Int64
    }

    var from: String
    var to: String
    var count = 0
    /// Ascending.
    var months: [Month] = []

    mutating func add(_ added: Month) {
        let place = months.firstIndex { $0.month >= added.month } ?? months.count
        if place < months.count && months[place].month == added.month {
            months[place].delivered += added.delivered
            months[place].amountMicros += added.amountMicros
        } else {
            months.insert(added, at: place)
        }
    }
}

extension [SubleaseRow] {
    /// Adds a rate over a window, month by month.
    mutating func add(_ milliGPUs: Int64, over window: Range<Int64>) {
        var from = window.lowerBound
        while from < window.upperBound {
            let month = CalendarMonth(at: from)
            let to = Swift.min(window.upperBound, month.seconds.upperBound)
            add(delivered: milliGPUs * (to - from), month: month.index)
            from = to
        }
    }

    mutating func add(delivered: Int64, month: Int64) {
        guard delivered != 0 else { return }
        let place = firstIndex { $0.month >= month } ?? count
        if place < count && self[place].month == month {
            self[place].delivered += delivered
        } else {
            insert(SubleaseRow(month: month, delivered: delivered), at: place)
        }
    }

    /// What a price makes of one month: the difference of two sums that are rounded down, so that months add up whatever each of
    /// them rounds.
    func amountMicros(of month: Int64, pricePerGPUHourMicros price: MicroDollars?) -> MicroDollars {
        func due(_ isMeant: (Int64) -> Bool) -> Int128 {
            let delivered = reduce(Int128(0)) { isMeant($1.month) ? $0 + Int128($1.delivered) : $0 }
            return Int128(price ?? 0) * delivered / 3_600_000
        }
        return MicroDollars(clamping: due { $0 <= month } - due { $0 < month })
    }
}
