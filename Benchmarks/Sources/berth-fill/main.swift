// Makes a book of a given size through the real writer and the real journal, without the socket.

import FleetModel
import Foundation
import Journaling
import Leasing
import Logging
import SampleBooks
import Scheduling

/// Puts the sample book into a new journal, then cordons and uncordons a node until there are enough facts.
struct Fill {
    static let batch = 256
    let scheduler: Scheduler
    let leases: Int

    init(directory: String, leases: Int) throws {
        let entries = SampleBooks.entries(leases: leases)
        let identity = URL(fileURLWithPath: directory).deletingLastPathComponent().path + "/book-id"
        try SQLiteJournal.initialise(directory: directory, bookID: SampleBooks.bookID, identityFile: identity)
        let journal = try SQLiteJournal.open(
            directory: directory, identityFile: identity, projections: Projections.tables,
            projectionVersion: Projections.version)
        let start = Date()
        for first in stride(from: 0, to: entries.count, by: Self.batch) {
            let batch = entries[first..<min(entries.count, first + Self.batch)]
            try journal.append(
                batch.map { $0.encoded() }, expectedSequence: journal.lastSequence, epoch: journal.identity.epoch,
                projecting: batch.map { Projections.auditRow($0, about: []) },
                level: FormatLevel.current.number)
        }
        Self.report("journal alone: entries of one lease in batches of \(Self.batch)", entries.count, since: start)
        scheduler = Scheduler(
            book: try Recovery.book(from: journal), journal: journal, clock: SystemClock(),
            logger: Logger(label: "fill")
        ) { fault in
            fatalError("\(fault)")
        }
        scheduler.start()
        self.leases = leases
    }

    func run(facts wanted: Int) async {
        // A grant that starts at once is two facts.
        let rest = max(0, wanted - 2 * leases - SampleBooks.openingCount - 1)
        let start = Date()
        for first in stride(from: 0, to: rest, by: Self.batch) {
            await submit(
                (first..<min(rest, first + Self.batch)).map { number in
                    .setNodes(number % 2 == 0 ? .cordon : .uncordon, nodes: [30_000..<30_001], until: nil)
                })
        }
        Self.report("writer without socket: node verbs in batches of \(Self.batch)", rest, since: start)
    }

    private func submit(_ commands: [Command]) async {
        for answer in await scheduler.submitAll(commands.map { ($0, SampleBooks.context) }) {
            guard case .accepted = answer else { fatalError("a command was not accepted: \(answer)") }
        }
    }

    private static func report(_ what: String, _ count: Int, since start: Date) {
        let seconds = Date().timeIntervalSince(start)
        print("\(what): \(Int(Double(count) / seconds)) durable/s (\(count) in \(String(format: "%.1f", seconds)) s)")
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let leases = Int(arguments[2]), let facts = Int(arguments[3]) else {
    print("berth-fill STATE-DIRECTORY LEASES FACTS")
    exit(64)
}
let fill = try Fill(directory: arguments[1], leases: leases)
await fill.run(facts: facts)
// The process ends as by kill -9: no last snapshot, so that a start has entries to replay.
exit(0)
