// Snapshots: the whole book as bytes, trusted only as far as they make sense.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct SnapshotTests {
    /// A book with something of everything.
    private static func full() throws -> JournalledBook {
        var desk = JournalledBook(Fleets.reported)
        desk.replaysAll = false
        try desk.execute(.putContract(name: "c", terms: FactFixtures.terms))
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 500, watts: 1 << 30), description: "first"))
        _ = try desk.request(order(.node, 2, until: noon + hour, contract: "c", label: "one"))
        _ = try desk.request(order(.gpus(2), 3, tenant: "bob", until: noon + 10 * day, cap: .percent(66)))
        _ = try desk.request(order(.node, 2, from: noon + 5 * hour, until: noon + day, within: .rack, spares: 1))
        let cancelled = try desk.request(order(from: noon + day, until: noon + 2 * day))
        try desk.execute(
            .releaseLease(cancelled.number), key: IdempotencyKey(scope: "ada", key: "k", bodyDigest: [1, 2, 3]))
        desk.advance(to: noon + hour + 5)
        try desk.set(.cleaned, desk.lease(1).nodesInUse[0])
        try desk.set(.validated, desk.lease(1).nodesInUse[1])
        try desk.set(.fault, 7)
        try desk.set(.cordon, 6, until: noon + day)
        let windows = [noon + 3 * day..<noon + 3 * day + hour, noon + 4 * day..<noon + 4 * day + hour]
        try desk.execute(.putMaintenance("pumps", Maintenance.Plan(nodes: [6..<8], windows: windows, reason: "x")))
        try desk.execute(.failFeed("feed", source: nil))
        return desk
    }

    @Test("A snapshot of a snapshot is the same bytes")
    func stable() throws {
        let desk = try Self.full()
        let bytes = desk.book.snapshot()
        #expect(try Book(snapshot: bytes).snapshot() == bytes)
        desk.checkRestart()
    }

    @Test("The book before its first fact has no snapshot to restore")
    func empty() {
        #expect(throws: CodingFault.self) { try Book(snapshot: Book().snapshot()) }
        #expect(throws: CodingFault.self) { try Book(snapshot: []) }
    }

    @Test("A snapshot of another format is refused by its version")
    func version() throws {
        var bytes = try Self.full().book.snapshot()
        bytes[0] = 17
        #expect(throws: CodingFault(offset: 2, problem: "snapshot of format 17; this program reads formats 1 to 16")) {
            try Book(snapshot: bytes)
        }
    }

    @Test("A book whose next lease would have a number that is taken is no book")
    func nextLease() throws {
        let desk = try Self.full()
        var (record, reader) = (BookRecord(), FieldReader(desk.book.snapshot()))
        try record.code(with: &reader)
        #expect(record.flaw(in: desk.book.fleet) == nil)
        record.nextLeaseNumber -= 1
        #expect(record.flaw(in: desk.book.fleet) == "leases are not in order")
    }

    @Test("Instances of a GPU that a node does not have are no book")
    func slicesBeyondTheNode() throws {
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: Fleets.nvl72)))
        _ = try desk.request(order(of: instances(1, "1g.23gb"), until: noon + day, cap: .watts(1_000)))
        var (record, reader) = (BookRecord(), FieldReader(desk.book.snapshot()))
        try record.code(with: &reader)
        for (module, isBook) in [(0, true), (3, true), (4, false), (7, false)] {
            record.leases[0].lines[0].hardware.slices[0].slice.moduleMask = 1 << UInt8(module)
            var writer = FieldWriter()
            try record.code(with: &writer)
            let bytes = writer.bytes
            if isBook {
                #expect(try Book(snapshot: bytes).lease(1)?.slices.map(\.moduleMask) == [1 << UInt8(module)])
            } else {
                #expect(throws: CodingFault.self, "module \(module)") { try Book(snapshot: bytes) }
            }
        }
    }

    @Test("Only a book with a lease that needs it is written in format 2, and it is checked as strictly")
    func formats() throws {
        var desk = JournalledBook(Fleets.plain, level: 1)
        _ = try desk.request(order(until: noon + day))
        #expect(desk.book.snapshot()[0] == 1)
        _ = try desk.request(order(of: instances(3, spread: LineSpread(over: .node)), until: noon + day))
        _ = try desk.request(
            order(of: instances(1), instances(1, "3g.40gb", id: 9, named: "two"), tenant: "bob", until: noon + day))
        let bytes = desk.book.snapshot()
        #expect(bytes[0] == 2)
        for count in 0..<bytes.count {
            #expect(throws: CodingFault.self, "\(count) bytes") { try Book(snapshot: Array(bytes[..<count])) }
        }
        var random = SeededGenerator(seed: 8)
        for round in 0..<3_000 {
            // The terms and the instances stand at the end.
            let spoilt = Spoiler.spoil(bytes, in: bytes.count - 160..<bytes.count, &random)
            guard let book = try? Book(snapshot: spoilt) else { continue }
            #expect(BookRules.violations(of: book).isEmpty || book.digest() != desk.book.digest(), "round \(round)")
        }
    }

    @Test("No prefix of a snapshot is a book")
    func prefixes() throws {
        let bytes = try Self.full().book.snapshot()
        for count in 0..<bytes.count {
            #expect(throws: CodingFault.self, "\(count) bytes") { try Book(snapshot: Array(bytes[..<count])) }
        }
    }

    @Test("Spoilt snapshots give a fault or a book that lives on", arguments: [UInt64(21), 22])
    func spoilt(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let desk = try Self.full()
        let good = desk.book.snapshot()
        // Most of a small snapshot is the fleet's text; what follows it is what this test is about.
        let text = Array(desk.book.fleet.source.utf8)
        let start = (0..<good.count - text.count).first { Array(good[$0..<$0 + text.count]) == text }!
        let rest = start + text.count..<good.count
        var books = 0
        for round in 0..<1_000 {
            let bytes = Spoiler.spoil(good, in: random.isOne(in: 20) ? 0..<start : rest, &random)
            guard var book = try? Book(snapshot: bytes) else { continue }
            books += 1
            let digest = book.digest()
            #expect(try Book(snapshot: book.snapshot()).digest() == digest, "seed \(seed), round \(round)")
            // What it took for a book must also live: time brings every lease to its end.
            let context = CommandContext(
                actor: .daemon, reason: "", requestID: "", now: max(book.time, noon + 100 * day))
            for _ in 0..<20 { _ = try? book.execute(.advance, context) }
        }
        #expect(books > 20, "some spoilt bytes are only other names and times")
    }
}
