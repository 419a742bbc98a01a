// A scheduler on a small fleet, a journal in memory and a clock that is moved by hand.

import FleetModel
import Foundation
import Journaling
import Leasing
import Logging
import Packing
import Scheduling
import Synchronization

/// Everything that a scheduler's test needs.
final class Bench: Sendable {
    static let start: Int64 = 1_800_000_000

    let journal: MemoryJournal
    let clock: ManualClock
    let scheduler: Scheduler
    let broken = BrokenBox()

    init(journal: MemoryJournal = Bench.newJournal(), clock: ManualClock = ManualClock(wallSeconds: Bench.start)) throws
    {
        self.journal = journal
        self.clock = clock
        let book =
            journal.lastSequence == 0
            ? try Recovery.open(
                journal, secret: Array(0..<32), fleet: try Bench.smallFleet(), now: clock.wallSeconds)
            : try Recovery.book(from: journal)
        scheduler = Scheduler(
            book: book, journal: journal, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onBrokenJournal: { [broken] in broken.add($0) })
        scheduler.start()
    }

    static func newJournal() -> MemoryJournal {
        MemoryJournal(bookID: String(repeating: "ab", count: 16), projections: Projections.tables)
    }

    static func smallFleet() throws -> Fleet {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try FleetFile.load(
            path: root.appendingPathComponent("config/fleets/small.yaml").path, catalogue: try Catalogue.builtIn())
    }

    func context(_ key: String? = nil) -> CommandContext {
        CommandContext(
            actor: Actor(name: "uid:0 root", role: "operator"), reason: "test", requestID: "r-1",
            idempotencyKey: key.map { IdempotencyKey(scope: "uid:0", key: $0, bodyDigest: [1]) }, now: 0)
    }

    func submit(_ command: Command, key: String? = nil) async -> Answer {
        await scheduler.submit(command, context(key))
    }

    func putTenant(_ name: String) async -> Answer {
        await submit(.putTenant(name: name, quota: Quota(), description: ""))
    }

    /// A request for one GPU for an hour.
    func request(_ tenant: String, start: Int64? = nil, seconds: Int64 = 3_600) -> Command {
        let line = LeaseLine(name: "gpu", shape: .gpus(1), count: 1, models: ["H100"], within: nil)
        let order = LeaseOrder(
            tenant: tenant, contract: nil, label: nil, leaseClass: .standard, lines: [line], sites: [], start: start,
            end: (start ?? clock.wallSeconds) + seconds, cap: .percent(50), sparesPerDomain: 0)
        return .requestLeases([order], planTokens: [nil])
    }
}

/// Faults that would have ended the process.
final class BrokenBox: Sendable {
    private let faults = Mutex<[JournalFault]>([])
    func add(_ fault: JournalFault) { faults.withLock { $0.append(fault) } }
    var all: [JournalFault] { faults.withLock { $0 } }
}

extension Answer {
    var outcome: Outcome? {
        if case .accepted(let outcome, _, _) = self { return outcome }
        return nil
    }

    var view: PublishedView? {
        switch self {
        case .accepted(_, let view, _), .refused(_, let view): view
        case .faulted: nil
        }
    }

    var refusal: Refusal? {
        if case .refused(let refusal, _) = self { return refusal }
        return nil
    }

    var fault: SchedulingFault? {
        if case .faulted(let fault) = self { return fault }
        return nil
    }
}
