// What is delivered under sub-leases once more, from the facts alone.

import FleetModel

/// Follows sub-leases beside `LedgerReplay`, which adds to them what the leases under them deliver.
struct SubleaseReplay {
    private var subleases: [UInt64: Sublease] = [:]
    private var byLease: [UInt64: UInt64] = [:]
    private var rows: [UInt64: [LedgerRow]] = [:]

    /// Leases that are let, ascending.
    var leases: [UInt64] { byLease.keys.sorted() }

    func isInForce(_ number: UInt64) -> Bool { subleases[number]?.isInForce == true }

    func inForce(on lease: UInt64) -> Sublease? { byLease[lease].flatMap { subleases[$0] } }

    mutating func take(_ sublease: Sublease) {
        guard sublease.agreedAt != nil else { return }
        subleases[sublease.number] = sublease
        byLease[sublease.lease] = sublease.isInForce ? sublease.number : nil
    }

    /// Calls a tenant that was removed by the name that it has since.
    mutating func rename(_ name: String, to former: String) {
        for number in subleases.keys { subleases[number]!.rename(name, to: former) }
    }

    mutating func add(_ added: [LedgerRow], to number: UInt64) { rows[number, default: []].add(added) }

    /// What a book says otherwise until a time; empty when it agrees.
    func differences(from book: Book, until time: Int64) -> [String] {
        var found: [String] = []
        var closed: [String: [Int64: (delivered: Int64, amount: Int64)]] = [:]
        var months: [String: Set<Int64>] = [:]
        for number in subleases.keys.sorted() {
            let sublease = subleases[number]!
            var delivered: [SubleaseRow] = []
            for row in rows[number] ?? [] { delivered.add(delivered: row.sums.gpus.delivered, month: row.month) }
            let pair = "\(sublease.from)\n\(sublease.to)"
            months[pair, default: []].formUnion(delivered.map(\.month))
            guard let kept = book.sublease(number) else {
                for row in delivered {
                    let amount = amountMicros(of: row.month, delivered, sublease.pricePerGPUHourMicros)
                    let sum = closed[pair]?[row.month] ?? (0, 0)
                    closed[pair, default: [:]][row.month] = (sum.delivered + row.delivered, sum.amount + amount)
                }
                continue
            }
            let rows = book.subleaseRows(of: kept, until: time)
            if rows != delivered {
                found.append("sub-lease \(book.subleaseID(number)): the book has \(rows), its facts give \(delivered)")
            }
        }
        for pair in months.keys.sorted() {
            for month in months[pair]!.sorted() {
                found += differences(of: pair, month, closed[pair]?[month] ?? (0, 0), book, time)
            }
        }
        return found
    }

    /// Whether both statements of a month have the same lines, and the amounts that the facts give.
    private func differences(
        of pair: String, _ month: Int64, _ closed: (delivered: Int64, amount: Int64), _ book: Book, _ time: Int64
    ) -> [String] {
        let names = pair.split(separator: "\n").map(String.init)
        let calendar = CalendarMonth(index: month)
        let owed = book.statement(of: names[1], month: calendar, now: time).owed.filter { $0.from == names[0] }
        let receivable = book.statement(of: names[0], month: calendar, now: time).receivable.filter {
            $0.to == names[1]
        }
        var found: [String] = []
        if owed != receivable {
            found.append("in \(calendar.text) \(names[1]) owes \(names[0]) something else than that is owed by it")
        }
        var (delivered, amount) = closed
        for number in subleases.keys.sorted() where book.sublease(number) != nil {
            let sublease = subleases[number]!
            guard (sublease.from, sublease.to) == (names[0], names[1]) else { continue }
            var sums: [SubleaseRow] = []
            for row in rows[number] ?? [] { sums.add(delivered: row.sums.gpus.delivered, month: row.month) }
            delivered += sums.first { $0.month == month }?.delivered ?? 0
            amount += amountMicros(of: month, sums, sublease.pricePerGPUHourMicros)
        }
        let stated = owed.reduce((Int64(0), Int64(0))) { ($0.0 + $1.delivered, $0.1 + $1.amountMicros) }
        if stated != (delivered, amount) {
            found.append(
                "in \(calendar.text) \(names[1]) owes \(names[0]) \(stated.1) micro-dollars, and \(amount) by the facts"
            )
        }
        return found
    }

    /// The slow way to what is owed for a month: all until its end, less all until its start.
    private func amountMicros(of month: Int64, _ rows: [SubleaseRow], _ price: MicroDollars?) -> Int64 {
        var (before, through) = (Int128(0), Int128(0))
        for row in rows {
            if row.month < month { before += Int128(row.delivered) }
            if row.month <= month { through += Int128(row.delivered) }
        }
        let rate = Int128(price ?? 0)
        return Int64(rate * through / 3_600_000 - rate * before / 3_600_000)
    }
}
