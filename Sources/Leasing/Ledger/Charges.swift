// What a contract costs, from its beginning to a time. A month's charge is the difference of two such figures, so that
// months add up to the micro-dollar whatever each of them rounds.

import FleetModel

/// What has become due under one contract until a time, each part rounded down.
struct ChargesToDate: Equatable {
    var perMonth: Int128 = 0
    var perYear: Int128 = 0
    var gpuHours: Int128 = 0
    var energy: Int128 = 0
}

/// What is needed to price one tenant's leases under one contract.
struct ContractAccount {
    var cover = ContractCover()
    /// Of all of its leases.
    var rows: [LedgerRow] = []
    var versions: [ContractVersion]

    /// Hundredths of a percent in one.
    private static let whole: Int128 = 10_000

    func terms(_ version: Int) -> ContractTerms? {
        versions.indices.contains(version - 1) ? versions[version - 1].terms : nil
    }

    /// Everything until the start of a month, or a time in it. O(pieces × discounts + rows).
    ///
    /// - Parameter month: rows of the months before it count, and its own when `time` is after its start.
    func charges(until time: Int64) -> ChargesToDate {
        var charges = ChargesToDate()
        charges.perMonth = base(until: time, months: 1, \.pricePerMonthMicros)
        charges.perYear = base(until: time, months: 12, \.pricePerYearMicros)
        var amounts: [(version: Int, sums: LedgerSums)] = []
        for row in rows where CalendarMonth(index: row.month).start < time {
            if let place = amounts.firstIndex(where: { $0.version == row.version }) {
                amounts[place].sums += row.sums
            } else {
                amounts.append((row.version, row.sums))
            }
        }
        for (version, sums) in amounts {
            guard let terms = terms(version) else { continue }
            charges.gpuHours += Int128(terms.pricePerGPUHourMicros ?? 0) * Int128(sums.gpus.delivered) / 3_600_000
            charges.energy += Int128(terms.pricePerMWhMicros ?? 0) * Int128(sums.meter.delivered) / 3_600_000_000
        }
        return charges
    }

    /// A price for so many months, from the start of the first lease until a time, less the discounts.
    private func base(until time: Int64, months: Int128, _ price: (ContractTerms) -> MicroDollars?) -> Int128 {
        guard let start = cover.start, start < time else { return 0 }
        var sum: Int128 = 0
        for piece in cover.clamped(to: start..<time) {
            guard let terms = terms(piece.version), let micros = price(terms) else { continue }
            let window = MonthUnits.at(piece.from)..<MonthUnits.at(piece.until)
            sum += Int128(micros) * owed(in: window, from: MonthUnits.at(start), terms.rampDiscounts)
        }
        return sum / (months * MonthUnits.ofMonth * Self.whole)
    }

    /// Units of a window, each in hundredths of a percent that discounts leave of it.
    private func owed(in window: Range<Int128>, from start: Int128, _ discounts: [RampDiscount]) -> Int128 {
        var sum = (window.upperBound - window.lowerBound) * Self.whole
        var from = start
        for discount in discounts {
            let until = from + Int128(discount.months) * MonthUnits.ofMonth
            let both = max(from, window.lowerBound)..<max(from, window.lowerBound, min(until, window.upperBound))
            sum -= (both.upperBound - both.lowerBound) * Int128(discount.basisPoints)
            from = until
        }
        return sum
    }
}
