// What it costs to say why a request does not fit and what would.

import FleetModel
import Leasing
import Packing
import SampleBooks
import SampleFleets

/// Explanations of refusals on a book with leases of many sizes and a calendar, as the daemon gives them beside the writer.
struct Refusals {
    private static let goalP99: Int64 = 20_000_000
    private static let sampleCount = 200
    private let percents: [Int]
    private let futureCount: Int

    init(_ arguments: Arguments) throws {
        percents = try arguments.numbers("occupancy", [50, 90, 99])
        futureCount = try arguments.number("future", 10_000)
    }

    func run() {
        say("| refusal with blockers and counter-offers | full | p50 / p99 / longest | offers each | goal |")
        say("|---|---|---|---|---|")
        for percent in percents {
            let book = book(percent)
            for asked in Asked.allCases { measure(asked, book, percent) }
        }
    }

    // MARK: The book

    private func book(_ percent: Int) -> Book {
        var book = SampleBooks.leased(0)
        var seed = Seed(336_128)
        let wanted = book.fleet.gpuCount * percent / 100
        var (held, misses) = (0, 0)
        while held < wanted, misses < 300 {
            let days = Int64.random(in: 1...30, using: &seed)
            let order = Self.order([Self.randomLine(&seed)], start: nil, days: days)
            guard
                let outcome = try? book.execute(.requestLeases([order], planTokens: [nil]), SampleBooks.context).outcome
            else {
                misses += 1
                continue
            }
            misses = 0
            held += outcome.leases.reduce(0) { $0 + (book.lease($1)?.promised.gpus ?? 0) }
        }
        for _ in 0..<futureCount {
            let days = Int64.random(in: 40...400, using: &seed)
            let order = Self.order(
                [Self.line(.node, 1)], start: SampleBooks.now + days * SampleBooks.day,
                days: Int64.random(in: 1...60, using: &seed))
            _ = try? book.execute(.requestLeases([order], planTokens: [nil]), SampleBooks.context)
        }
        return book
    }

    private static func randomLine(_ seed: inout Seed) -> LeaseLine {
        switch Int.random(in: 0..<100, using: &seed) {
        case 0..<45: line(.gpus(1 << Int.random(in: 0...2, using: &seed)), 1)
        case 45..<90: line(.node, Int.random(in: 1...24, using: &seed))
        case 90..<94: line(.rack, Int.random(in: 1...4, using: &seed))
        case 94..<98: line(.nvl72, Int.random(in: 1...4, using: &seed))
        default: line(.block, 1)
        }
    }

    private static func line(_ shape: PlacementShape, _ count: Int, models: [String] = []) -> LeaseLine {
        LeaseLine(name: "line", shape: shape, count: count, models: models, within: nil)
    }

    private static func order(_ lines: [LeaseLine], start: Int64?, days: Int64, percent: Int = 50) -> LeaseOrder {
        LeaseOrder(
            tenant: SampleBooks.tenant(0), contract: nil, label: nil, leaseClass: .standard, lines: lines, sites: [],
            start: start, end: (start ?? SampleBooks.now) + days * SampleBooks.day, cap: .percent(percent),
            sparesPerDomain: 0)
    }

    // MARK: What is refused

    private enum Asked: String, CaseIterable {
        case blocks = "300 to 400 blocks"
        case deal = "1,527 NVL72 and 14 trays"
        case nodes = "10,000 H100 nodes at 100 %"
        case parts = "1,000 times 8 GPUs in one hall"
        case power = "295 MW of whole nodes"

        func order(_ seed: inout Seed) -> LeaseOrder {
            let days = Int64.random(in: 1...60, using: &seed)
            switch self {
            case .blocks:
                return Refusals.order([line(.block, Int.random(in: 300...400, using: &seed))], start: nil, days: days)
            case .deal:
                var rest = line(.node, 14, models: ["GB200"])
                rest.within = .nvl72
                rest.name = "rest"
                return Refusals.order([line(.nvl72, 1_527, models: ["GB200"]), rest], start: nil, days: days)
            case .nodes:
                return Refusals.order([line(.node, 10_000, models: ["H100"])], start: nil, days: days, percent: 100)
            case .parts:
                var parts = line(.gpus(8), 1_000)
                parts.within = .hall
                return Refusals.order([parts], start: nil, days: days)
            case .power:
                return Refusals.order(
                    [line(.power(meterWatts: 295_000_000, wholeSites: true), 1, models: ["H100"])], start: nil,
                    days: days)
            }
        }
    }

    private func measure(_ asked: Asked, _ book: Book, _ percent: Int) {
        var seed = Seed(64)
        var samples = Samples(capacity: Self.sampleCount, by: .processor)
        var (offers, granted) = (0, 0)
        for _ in 0..<Self.sampleCount {
            let order = asked.order(&seed)
            if (try? book.plan(order, now: SampleBooks.now)) != nil {
                granted += 1
                continue
            }
            let began = Stopwatch.processor.nanoseconds()
            let explanation = book.explain(order, to: .provider, now: SampleBooks.now)
            samples.add(Stopwatch.processor.nanoseconds() - began)
            offers += explanation.counterOffers.count
            if samples.count >= 20 && samples.sum > 20_000_000_000 { break }
        }
        samples.sort()
        guard !samples.isEmpty else { return say("| \(asked.rawValue): fits | \(percent) % | – | – | – |") }
        let met = samples.p99 <= Self.goalP99 ? "met" : "**missed**"
        let fits = granted > 0 ? "; \(granted) times it fits" : ""
        let each = Double(offers) / Double(samples.count)
        say(
            "| \(asked.rawValue)\(fits) | \(percent) % | \(micros(samples.p50)) / \(micros(samples.p99)) / "
                + "\(micros(samples.longest)) | \((each * 10).rounded() / 10) | p99 \(micros(Self.goalP99)): \(met) |")
    }
}
