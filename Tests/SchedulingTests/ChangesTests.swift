// Accepted changes for those who watch: the same from memory and from the journal, and bounded.

import Journaling
import Leasing
import Testing

@testable import Scheduling

@Suite("Changes")
struct ChangesTests {
    private func change(_ revision: UInt64, facts: Int = 1) -> AcceptedChange {
        let entry = Entry(
            revision: revision, recordedAt: 0, actor: .daemon, reason: "", requestID: "", idempotencyKey: nil,
            facts: Array(repeating: .unfrozen, count: facts))
        return AcceptedChange(entry: entry, subjects: Array(repeating: nil, count: facts))
    }

    @Test("from any place the rest comes in order, in as many pieces as asked for")
    func order() {
        let recent = RecentChanges(after: 10)
        #expect(recent.changes(after: 10, limit: 5) == [])
        #expect(recent.changes(after: 9, limit: 5) == nil)
        var next: UInt64 = 11
        for size in [1, 3, 1, 7, 2] as [UInt64] {
            recent.append((next..<next + size).map { change($0) })
            next += size
        }
        #expect(recent.last == 24)
        for after in 10...24 as ClosedRange<UInt64> {
            for limit in [1, 2, 5, 100] {
                let end = min(24, after + UInt64(limit))
                let expected = after < end ? Array(after + 1...end) : []
                #expect(recent.changes(after: after, limit: limit)?.map(\.entry.revision) == expected)
            }
        }
        #expect(recent.changes(after: 99, limit: 1) == [])
    }

    @Test("what is over the bounds leaves, oldest first, and a batch that is too large is never held")
    func bounds() {
        let recent = RecentChanges(after: 0)
        let batches = UInt64(RecentChanges.batchesMax)
        for revision in 1...batches + 3 { recent.append([change(revision)]) }
        #expect(recent.changes(after: 2, limit: 1) == nil)
        #expect(recent.changes(after: 3, limit: 1)?.first?.entry.revision == 4)
        recent.append([change(batches + 4, facts: RecentChanges.factsMax - 1)])
        #expect(recent.changes(after: batches + 1, limit: 1) == nil)
        #expect(recent.changes(after: batches + 2, limit: 9)?.map(\.entry.revision) == [batches + 3, batches + 4])
        recent.append([change(batches + 5, facts: RecentChanges.factsMax + 1)])
        #expect(recent.last == batches + 5)
        #expect(recent.changes(after: batches + 4, limit: 1) == nil)
        #expect(recent.changes(after: batches + 5, limit: 1) == [])
        recent.append([change(batches + 6)])
        #expect(recent.changes(after: batches + 5, limit: 9)?.map(\.entry.revision) == [batches + 6])
    }

    @Test("a scheduler gives the same changes from memory and from its journal, with whom they are about")
    func both() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        for _ in 0..<5 { _ = await bench.submit(bench.request("acme")) }
        let last = bench.scheduler.lastRevision
        #expect(last == bench.scheduler.view.book.revision)
        let stored = try bench.journal.changes(after: 1, limit: 100)
        #expect(stored.last?.entry.revision == last)
        #expect(try bench.scheduler.changes(after: 1, limit: 100) == stored)
        #expect(stored.last?.subjects.first??.tenant == "acme")
        #expect(bench.scheduler.tenantsChanged(after: 1) == ["acme"])
        #expect(bench.scheduler.tenantsChanged(after: 0) == nil)
        bench.scheduler.stop()
        // After a restart nothing is in memory, and the same comes all the same.
        let again = try Bench(journal: bench.journal, clock: bench.clock)
        #expect(try again.scheduler.changes(after: 1, limit: 100) == stored)
        again.scheduler.stop()
    }

    @Test("nobody is shown what could not be written")
    func undone() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let last = bench.scheduler.lastRevision
        bench.journal.failNextAppend(with: .full(path: "book.sqlite", detail: "no room"))
        _ = await bench.submit(bench.request("acme"))
        #expect(bench.scheduler.lastRevision == last)
        #expect(try bench.scheduler.changes(after: last, limit: 9).isEmpty)
        bench.scheduler.stop()
    }
}
