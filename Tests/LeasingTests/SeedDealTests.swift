// The two deals that Berth was planned for, over a year, month by month by hand.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct SeedDealTests {
    private func at(_ text: String) -> Int64 { RFC3339.seconds(text)! }

    /// What is due in each month from the first to the last, read once the lease is over, and the same read as each month ends.
    private func due(
        from start: String, until end: String, first: String, months: Int64, _ terms: ContractTerms
    ) throws -> [MicroDollars] {
        var desk = JournalledBook(Fleets.plain)
        desk.now = at(start) - day
        desk.advance(to: at(start) - day)
        try desk.execute(.putContract(name: "deal", terms: terms))
        try desk.request(order(.node, 8, from: at(start), until: at(end), contract: "deal"))
        let index = CalendarMonth(text: first)!.index
        let all = (index..<index + months).map { CalendarMonth(index: $0) }
        var soon: [MicroDollars] = []
        for month in all {
            desk.advance(to: month.seconds.upperBound)
            let statement = desk.book.statement(of: "ada", month: month, now: desk.now)
            #expect(statement.isClosed && statement.creditMicros == 0)
            soon.append(statement.dueMicros)
        }
        let late = all.map { desk.book.statement(of: "ada", month: $0, now: desk.now).dueMicros }
        #expect(late == soon)
        let before = CalendarMonth(index: index - 1)
        #expect(desk.book.statement(of: "ada", month: before, now: desk.now).contracts == [])
        #expect(desk.book.statement(of: "ada", month: all.last!.next, now: desk.now).dueMicros == 0)
        return late
    }

    private var monthly: ContractTerms {
        var terms = ContractTerms()
        terms.pricePerMonthMicros = 920_000_000 * 1_000_000
        terms.rampDiscounts = [RampDiscount(months: 2, basisPoints: 4_000)]
        return terms
    }

    private var yearly: ContractTerms {
        var terms = ContractTerms()
        terms.pricePerYearMicros = 3_500_000_000 * 1_000_000
        return terms
    }

    @Test("920 million dollars a month, two months of them at 40 % off")
    func aMonthAtATime() throws {
        let due = try due(
            from: "2027-02-01T00:00:00Z", until: "2028-02-01T00:00:00Z", first: "2027-02", months: 12, monthly)
        // 60 % of 920 million is 552 million.
        #expect(due == [552, 552, 920, 920, 920, 920, 920, 920, 920, 920, 920, 920].map { $0 * 1_000_000_000_000 })
        #expect(due.reduce(0, +) == 10_304 * 1_000_000_000_000)
    }

    @Test("The same from the middle of a month: the discount ends in the middle of one, too")
    func aMonthAtATimeFromItsMiddle() throws {
        let due = try due(
            from: "2027-02-15T00:00:00Z", until: "2028-02-15T00:00:00Z", first: "2027-02", months: 13, monthly)
        // Half of February is 14 of 28 days: 276. March is 552. Half of April at 552 and half at 920: 736. The last fourteen of the 29
        // days of February 2028 are 12,880 / 29 million.
        let whole: [MicroDollars] = [276, 552, 736, 920, 920, 920, 920, 920, 920, 920, 920, 920]
        #expect(due.dropLast() == (whole.map { $0 * 1_000_000_000_000 })[...])
        #expect(due.last == 444_137_931_034_482)
        #expect(due.reduce(0, +) == 9_844_000_000_000_000 + 444_137_931_034_482)
    }

    @Test("3.5 billion dollars a year in twelve months that sum exactly and differ by a micro-dollar at the most")
    func aYearInMonths() throws {
        let due = try due(
            from: "2027-03-01T00:00:00Z", until: "2028-03-01T00:00:00Z", first: "2027-03", months: 12, yearly)
        // A twelfth is 291,666,666.666666 and two thirds of a micro-dollar, so two of three months are one higher.
        let low: MicroDollars = 291_666_666_666_666
        #expect(due == [low, low + 1, low + 1, low, low + 1, low + 1, low, low + 1, low + 1, low, low + 1, low + 1])
        #expect(due.reduce(0, +) == 3_500_000_000_000_000)
    }

    @Test("The same from the middle of a month sums exactly, too")
    func aYearFromTheMiddleOfAMonth() throws {
        let due = try due(
            from: "2027-03-16T12:00:00Z", until: "2028-03-16T12:00:00Z", first: "2027-03", months: 13, yearly)
        // March has 31 days, of which 15.5 are left: half a month, 145,833,333.333333 and a third. Each month from then on ends at
        // half a month more, so its rounding is that of n − 1/2 twelfths.
        let low: MicroDollars = 291_666_666_666_666
        let half: MicroDollars = 145_833_333_333_333
        #expect(due[0] == half && due[1] == low + 1 && due[2] == low && due[3] == low + 1)
        #expect(due[1..<12].allSatisfy { $0 == low || $0 == low + 1 })
        #expect(due[12] == half + 1 || due[12] == half)
        #expect(due.reduce(0, +) == 3_500_000_000_000_000)
    }
}
