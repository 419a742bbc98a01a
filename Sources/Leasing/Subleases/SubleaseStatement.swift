// What two tenants owe each other for sub-leases in a month. Both read the same lines, so that they cannot differ.

import FleetModel

/// One sub-lease in a statement, or those between the same two tenants together that are no longer kept.
public struct SubleaseLine: Equatable, Sendable {
    /// Nil for sub-leases that are no longer kept.
    public var sublease: UInt64?
    /// How many it stands for.
    public var count = 1
    /// The lease that is let; nil for those no longer kept.
    public var lease: UInt64?
    /// Who holds it, and is owed.
    public var from: String
    /// Who uses it, and owes.
    public var to: String
    /// The tenant's own name for it.
    public var label: String?
    /// Thousandths of a GPU times seconds.
    public var delivered: Int64
    /// Nil where nothing was agreed, and for those no longer kept.
    public var pricePerGPUHourMicros: MicroDollars?
    public var amountMicros: MicroDollars
}

extension Book {
    /// The lines of one month until a time: those that are kept by number, then those no longer kept. O(sub-leases × parts).
    func subleaseLines(
        of month: CalendarMonth, until time: Int64, where isMeant: (_ pair: (from: String, to: String)) -> Bool
    ) -> [SubleaseLine] {
        guard subleases.nextNumber > 1 else { return [] }
        var lines: [SubleaseLine] = []
        let kept = (subleasesInForce + subleasesOver).filter { isMeant(($0.from, $0.to)) }
        for sublease in kept.sorted(by: { $0.number < $1.number }) {
            let rows = subleaseRows(of: sublease, until: time)
            guard let delivered = rows.first(where: { $0.month == month.index })?.delivered else { continue }
            lines.append(
                SubleaseLine(
                    sublease: sublease.number, lease: sublease.lease, from: sublease.from, to: sublease.to,
                    label: sublease.label, delivered: delivered,
                    pricePerGPUHourMicros: sublease.pricePerGPUHourMicros,
                    amountMicros: rows.amountMicros(
                        of: month.index, pricePerGPUHourMicros: sublease.pricePerGPUHourMicros)))
        }
        for pair in subleases.closed where isMeant((pair.from, pair.to)) {
            guard let sums = pair.months.first(where: { $0.month == month.index }) else { continue }
            lines.append(
                SubleaseLine(
                    sublease: nil, count: pair.count, lease: nil, from: pair.from, to: pair.to,
                    delivered: sums.delivered, amountMicros: sums.amountMicros))
        }
        return lines
    }
}
