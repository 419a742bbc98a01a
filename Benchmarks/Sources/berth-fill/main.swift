// Makes a book of a given size through the real writer and the real journal, without the socket.

import FleetModel
import Foundation
import Journaling
import Leasing
import Logging
import SampleBooks
import Scheduling

/// Fills a new book with leases of one GPU, then with cordons that are taken back, until it holds enough facts.
struct Fill {
    static let batch = 256
    let scheduler: Scheduler
    var facts = 0

    init(directory: String) throws {
        let parent = URL(fileURLWithPath: directory).deletingLastPathComponent().path
        let identity = parent + "/book-id"
        let id = (0..<32).map { _ in "0123456789abcdef".randomElement()! }
        try SQLiteJournal.initialise(directory: directory, bookID: String(id), identityFile: identity)
        let journal = try SQLiteJournal.open(
            directory: directory, identityFile: identity, projections: Projections.tables,
            projectionVersion: Projections.version)
        let clock = SystemClock()
        let book = try Recovery.open(
            journal, secret: Array(0..<32), fleet: SampleBooks.fleet, now: clock.wallSeconds)
        scheduler = Scheduler(book: book, journal: journal, clock: clock, logger: Logger(label: "fill")) { fault in
            fatalError("\(fault)")
        }
        scheduler.start()
    }

    mutating func submit(_ commands: [Command]) async {
        for answer in await scheduler.submitAll(commands.map { ($0, SampleBooks.context) }) {
            guard case .accepted = answer else { fatalError("a command was not accepted: \(answer)") }
        }
    }

    mutating func run(leases: Int, facts wanted: Int) async {
        await submit(
            (0..<SampleBooks.tenantCount).map { number in
                .putTenant(name: SampleBooks.tenant(number), quota: Quota(), description: "")
            })
        var start = Date()
        for first in stride(from: 0, to: leases, by: Self.batch) {
            await submit(
                (first..<min(leases, first + Self.batch)).map { number in
                    .requestLeases([SampleBooks.oneGPU(number)], planTokens: [nil])
                })
        }
        report("leases, decided and durable, batches of \(Self.batch), no socket", leases, since: start)
        // A grant that starts at once is two facts.
        let rest = max(0, wanted - 2 * leases - SampleBooks.tenantCount - 2)
        start = Date()
        for first in stride(from: 0, to: rest, by: 1_000) {
            await submit(
                (first..<min(rest, first + 1_000)).map { number in
                    .setNodes(number % 2 == 0 ? .cordon : .uncordon, nodes: [30_000..<30_001], until: nil)
                })
        }
        report("other facts", rest, since: start)
    }

    private func report(_ what: String, _ count: Int, since start: Date) {
        let seconds = Date().timeIntervalSince(start)
        print("\(what): \(count) in \(String(format: "%.2f", seconds)) s, \(Int(Double(count) / seconds))/s")
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let leases = Int(arguments[2]), let facts = Int(arguments[3]) else {
    print("berth-fill STATE-DIRECTORY LEASES FACTS")
    exit(64)
}
var fill = try Fill(directory: arguments[1])
await fill.run(leases: leases, facts: facts)
print("revision \(fill.scheduler.view.book.revision)")
// The process ends as by kill -9: no last snapshot, so that a start has entries to replay.
exit(0)
