// What a what-if plan costs, and whether the writer is held up by it.

import FleetModel
import Foundation
import Leasing
import Packing
import SampleBooks
import SampleFleets
import Synchronization

/// Plans on forks of a full book, as the daemon makes them beside the writer, while another thread writes as the writer does:
/// it decides on its own copy and publishes a copy after each change.
struct Forks {
    private static let forkGoal: Int64 = 50_000_000
    private static let writerGoal: Int64 = 1_000_000
    private let sampleCount: Int
    private let leaseCount: Int

    init(_ arguments: Arguments) throws {
        sampleCount = try arguments.number("samples", 400)
        leaseCount = try arguments.number("leases", 10_000)
    }

    func run() {
        let book = book()
        say(
            "\(book.fleet.gpuCount) GPUs, \(leases(book)) leases, \(book.packing.report(at: SampleBooks.now).gpus.leased) GPUs leased"
        )
        say("")
        say(
            "| what-if plan, on a fork | p50 / p99 / longest | with its figures | goal | writer's p50 / p99 / longest | goal |"
        )
        say("|---|---|---|---|---|---|")
        let alone = Writer(book).run { for _ in 0..<sampleCount { _ = book.fleet.gpuCount } }
        say("| none; the writer alone | – | – | – | \(Self.times(alone)) | – |")
        for asked in Asked.allCases { measure(asked, book) }
    }

    // MARK: The book

    /// Both deals and leases of a node or of some GPUs, now and to come.
    private func book() -> Book {
        var book = SampleBooks.leased(0)
        var seed = Seed(336_128)
        func line(_ shape: PlacementShape, _ count: Int, _ models: [String] = []) -> LeaseLine {
            LeaseLine(name: "line-\(count)", shape: shape, count: count, models: models, within: nil)
        }
        func request(_ lines: [LeaseLine], start: Int64? = nil, days: Int64, sites: [String] = []) {
            let order = LeaseOrder(
                tenant: SampleBooks.tenant(0), contract: nil, label: nil, leaseClass: .standard, lines: lines,
                sites: sites, start: start, end: (start ?? SampleBooks.now) + days * SampleBooks.day, cap: .percent(50),
                sparesPerDomain: 0)
            _ = try? book.execute(.requestLeases([order], planTokens: [nil]), SampleBooks.context)
        }
        var trays = line(.node, 14, ["GB200"])
        trays.within = .nvl72
        request([line(.nvl72, 1_527, ["GB200"]), trays], days: 900, sites: ["memphis-2"])
        request([line(.block, 214, ["H100"]), line(.node, 54, ["H100"])], days: 900, sites: ["memphis-1"])
        while leases(book) < leaseCount {
            let isLater = Bool.random(using: &seed)
            let start = isLater ? SampleBooks.now + Int64.random(in: 40...400, using: &seed) * SampleBooks.day : nil
            let shape: PlacementShape =
                Bool.random(using: &seed) ? .node : .gpus(1 << Int.random(in: 0...2, using: &seed))
            request([line(shape, 1)], start: start, days: Int64.random(in: 1...30, using: &seed))
        }
        return book
    }

    private func leases(_ book: Book) -> Int {
        book.leaseCount(in: .active) + book.leaseCount(in: .scheduled) + book.leaseCount(in: .starting)
    }

    // MARK: What is asked

    private enum Asked: String, CaseIterable {
        case grant = "grant one node"
        case release = "release the 110,000 GPUs of a deal"
        case target = "lower a site by 60 MW"
        case feed = "fail a substation"

        func command(_ book: Book) -> Command {
            switch self {
            case .grant: return .requestLeases([SampleBooks.oneNode()], planTokens: [nil])
            case .release: return .releaseLease(1)
            case .target:
                let root = book.fleet.budgets.indices.first {
                    book.fleet.budgets[$0].parent == nil && book.fleet.budgets[$0].kind == .power
                }!
                let budget = book.fleet.budgets[root]
                let committed = budget.measuredWatts(
                    rackWatts: book.packing.committedWatts(of: BudgetIndex(root), at: SampleBooks.now))
                return .setLoadTarget(
                    LoadTarget(
                        key: LoadTargetKey(budget: budget.name, id: "call"), kind: .economic,
                        watts: committed - 60_000_000, start: SampleBooks.now, end: SampleBooks.now + 3 * 3_600))
            case .feed:
                let feed = book.fleet.budgets.first { $0.parent != nil && $0.kind == .power }!
                return .failFeed(feed.name, source: nil)
            }
        }
    }

    private func measure(_ asked: Asked, _ book: Book) {
        let commands = [PlannedCommand(asked.command(book), reason: "measuring")]
        var plans = Samples(capacity: sampleCount, by: .processor)
        var figures = Samples(capacity: sampleCount, by: .processor)
        let writer = Writer(book)
        let held = writer.run {
            for _ in 0..<sampleCount {
                let view = writer.view
                let began = Stopwatch.processor.nanoseconds()
                guard let change = try? view.plan(commands, request: [], at: nil, SampleBooks.context) else {
                    fatalError("the plan is refused: \(asked.rawValue)")
                }
                plans.add(Stopwatch.processor.nanoseconds() - began)
                _ = (change.before.figures(at: change.at), change.after.figures(at: change.at), change.leases)
                figures.add(Stopwatch.processor.nanoseconds() - began, looks: 2)
                if plans.count >= 20 && figures.sum > 10_000_000_000 { break }
            }
        }
        plans.sort()
        figures.sort()
        let met = plans.longest <= Self.forkGoal ? "met" : "**missed**"
        let isHeld = held.longest <= Self.writerGoal ? "met" : "**missed**"
        say(
            "| \(asked.rawValue) | \(Self.times(plans)) | \(Self.times(figures)) | \(micros(Self.forkGoal)): \(met) | "
                + "\(Self.times(held)) | longest \(micros(Self.writerGoal)): \(isHeld) |")
    }

    private static func times(_ samples: Samples) -> String {
        "\(micros(samples.p50)) / \(micros(samples.p99)) / \(micros(samples.longest))"
    }
}

/// A thread that grants and releases a node as the daemon's writer does, and how long each change held it, in processor time: what
/// others on this machine take is not counted, what sharing its pages costs is.
private final class Writer: Sendable {
    private let published: Mutex<Book>
    private let isEnough = Mutex(false)

    init(_ book: Book) { published = Mutex(book) }

    /// The newest view.
    var view: Book { published.withLock { $0 } }

    /// Writes while `body` runs. Gives what each change took, publishing included.
    func run(_ body: () -> Void) -> Samples {
        let result = Mutex(Samples(capacity: 1 << 20, by: .processor))
        let hasEnded = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            var book = view
            // A lease that has not begun leaves nothing behind when it is released.
            let later = SampleBooks.oneNode(from: SampleBooks.now + 500 * SampleBooks.day)
            var samples = Samples(capacity: 1 << 20, by: .processor)
            repeat {
                var last: UInt64?
                for _ in 0..<2 {
                    let command =
                        last.map { Command.releaseLease($0) }
                        ?? .requestLeases([later], planTokens: [nil])
                    let began = Stopwatch.processor.nanoseconds()
                    guard let outcome = try? book.execute(command, SampleBooks.context).outcome else {
                        fatalError("a node is granted and released")
                    }
                    published.withLock { $0 = book }
                    samples.add(Stopwatch.processor.nanoseconds() - began)
                    last = outcome.leases.first
                }
            } while !isEnough.withLock { $0 }
            samples.sort()
            result.withLock { $0 = samples }
            hasEnded.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        body()
        isEnough.withLock { $0 = true }
        hasEnded.wait()
        return result.withLock { $0 }
    }
}
