// A book whose every change is journalled and checked against a replay and a snapshot.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// A book under test. After each step the same book must come out of its entries and out of its snapshot (rule 5),
/// and a refused command must have left no trace.
struct JournalledBook {
    private(set) var book = Book()
    private(set) var entries: [Entry] = []
    /// Applies each entry as it comes, when replaying all of them each time would take too long.
    private var follower = Book()
    var replaysAll = true
    private var digest = Book().digest()
    var now = noon
    /// Who acts.
    var actor = "uid:1 op"

    /// A book on `fleet` with tenants `ada` and `bob` without limits.
    init(_ fleet: Fleet, level: UInt64 = FormatLevel.current.number) {
        _ = try! execute(.open(bookID: "book", secret: Array("a secret of the book".utf8), fleet: fleet, level: level))
        _ = try! execute(.putTenant(name: "ada", quota: Quota(), description: ""))
        _ = try! execute(.putTenant(name: "bob", quota: Quota(), description: ""))
    }

    @discardableResult
    mutating func execute(_ command: Command, key: IdempotencyKey? = nil) throws(Refusal) -> Outcome {
        let context = CommandContext(
            actor: Actor(name: actor, role: "operator"), reason: "test", requestID: "r-\(entries.count)",
            idempotencyKey: key, now: now)
        if digest.isEmpty { digest = book.digest() }
        do throws(Refusal) {
            let (entry, outcome) = try book.execute(command, context)
            if let entry {
                record(entry)
            } else {
                #expect(book.digest() == digest, "what writes no entry changes nothing")
            }
            return outcome
        } catch {
            #expect(book.digest() == digest, "what is refused changes nothing")
            throw error
        }
    }

    /// Executes a command without checking anything, for tests of many thousand.
    mutating func quietly(_ command: Command) throws(Refusal) -> Outcome {
        let context = CommandContext(
            actor: Actor(name: "uid:1 op", role: "operator"), reason: "test", requestID: "r", now: now)
        let (entry, outcome) = try book.execute(command, context)
        if let entry {
            entries.append(entry)
            follower.apply(entry)
            digest = ""
        }
        return outcome
    }

    /// The refusal of a command that must not succeed.
    mutating func refusal(of command: Command, key: IdempotencyKey? = nil) -> Refusal? {
        do throws(Refusal) {
            try execute(command, key: key)
            return nil
        } catch { return error }
    }

    /// The refusal of a command that must not succeed; a test ends where it does.
    mutating func refused(_ command: Command) throws -> Refusal {
        let refusal = refusal(of: command)
        return try #require(refusal)
    }

    /// The refusal of a request for one lease that must not be granted.
    mutating func refusal(of order: LeaseOrder, token: [UInt8]? = nil) -> Refusal? {
        refusal(of: .requestLeases([order], planTokens: [token]))
    }

    /// The refusal of a request for one lease that must not be granted; a test ends where it is.
    mutating func refused(_ order: LeaseOrder, token: [UInt8]? = nil) throws -> Refusal {
        try refused(.requestLeases([order], planTokens: [token]))
    }

    private mutating func record(_ entry: Entry) {
        do {
            let read = try Entry(decoding: entry.encoded())
            #expect(read == entry)
            entries.append(read)
            follower.apply(read)
        } catch {
            Issue.record("an entry reads back: \(error)")
        }
        checkReplay()
    }

    private mutating func checkReplay() {
        digest = book.digest()
        #expect(follower.digest() == digest, "the entries so far give the same book")
        guard replaysAll else { return }
        checkRestart()
    }

    /// Replays everything from nothing, and restores the snapshot.
    func checkRestart() {
        let digest = book.digest()
        var replayed = Book()
        for entry in entries { replayed.apply(entry) }
        #expect(replayed.digest() == digest, "a replay from nothing gives the same book")
        do {
            let restored = try Book(snapshot: book.snapshot())
            #expect(restored.digest() == digest, "a snapshot gives the same book")
            #expect(restored.nextDueAt == book.nextDueAt)
            for state in LeaseState.allCases {
                #expect(restored.leaseCount(in: state) == book.leaseCount(in: state))
            }
            for name in book.tenantNames { BookRules.compareHoldings(of: name, restored, book) }
            for budget in book.fleet.budgets.indices {
                let (now, before) = (restored, book)
                #expect(
                    now.packing.committedSteps(of: BudgetIndex(budget), from: book.time, until: .max)
                        == before.packing.committedSteps(of: BudgetIndex(budget), from: book.time, until: .max),
                    "budget \(budget) commits the same after a restart")
            }
        } catch {
            Issue.record("a snapshot reads back: \(error)")
        }
    }

    // MARK: Shorthands

    /// Requests one lease and gives it as it stands.
    @discardableResult
    mutating func request(_ order: LeaseOrder, token: [UInt8]? = nil) throws(Refusal) -> Lease {
        let outcome = try execute(.requestLeases([order], planTokens: [token]))
        return lease(outcome.leases[0])
    }

    func lease(_ number: UInt64) -> Lease { book.lease(number)! }

    /// Lets time reach `time`, applying what is due on the way at once, as after a downtime.
    mutating func advance(to time: Int64) {
        now = time
        do throws(Refusal) {
            while try execute(.advance).hasMoreDue {}
        } catch { Issue.record("time is never refused: \(error)") }
    }

    @discardableResult
    mutating func set(_ verb: NodeVerb, _ nodes: Int..., until: Int64? = nil) throws(Refusal) -> Outcome {
        try execute(.setNodes(verb, nodes: nodes.map { $0..<$0 + 1 }.coalesced(), until: until))
    }

    /// Brings a lease under the newest version of its contract, as its tenant may.
    mutating func adoptTerms(_ lease: Lease) throws(Refusal) {
        try execute(.amendLease(lease.number, Amendment(adoptsTerms: true, audience: .tenant(lease.tenant))))
    }

    func index(of tenant: String) -> UInt64 { book.tenant(tenant)!.index }

    /// The format of a snapshot of the book where it is written at the first level.
    var format: UInt8 {
        var book = book
        book.formatLevel = 1
        return book.snapshot()[0]
    }

    /// Facts of the last entry.
    var lastFacts: [Fact] { entries.last!.facts }
}
