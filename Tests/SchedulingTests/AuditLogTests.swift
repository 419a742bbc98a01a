// The audit log: every change in the book's log, each tenant's share in its own, and proofs that hold with a key alone.

import Journaling
import Leasing
import MerkleLog
import Scheduling
import Simulation
import Testing

@Suite("The audit log")
struct AuditLogTests {
    private let signer = HeadSigner(seed: Array(0..<32))!

    private func log(_ bench: Bench) -> AuditLog { AuditLog(scheduler: bench.scheduler, signer: signer) }

    private func holds(_ proof: EntryProof) -> Bool {
        let head = proof.head.head
        return signer.key.hasSigned(proof.head)
            && MerkleProof.isIncluded(
                proof.leaf, index: proof.number - 1, size: head.size, path: proof.path, root: head.root)
            && proof.content.map { MerkleHash.leaf($0) == proof.leaf } ?? (proof.number == 1)
    }

    /// Two tenants take and give back leases in turn; time ends others.
    private func busy(_ bench: Bench, rounds: Int = 12) async {
        for name in ["acme", "rival"] { _ = await bench.putTenant(name) }
        for round in 0..<rounds {
            for name in ["acme", "rival"] where round % 3 != 0 || name == "rival" {
                let granted = await bench.submit(bench.request(name, seconds: 100))
                guard round % 2 == 0, let number = granted.outcome?.leases.first else { continue }
                _ = await bench.submit(.releaseLease(number))
            }
            bench.clock.advance(seconds: 50)
            _ = await bench.submit(.heartbeat)
        }
    }

    @Test("the book's log has every entry, and each proves under the head of any size that has it")
    func book() async throws {
        let bench = try Bench()
        await busy(bench)
        let log = log(bench)
        let head = try await log.head(of: .book).head
        #expect(head.size == bench.journal.lastSequence && head.log == .book && head.epoch == 1)
        let entries = try log.entries(after: 0, limit: 10_000)
        #expect(entries.map(\.entry.revision) == Array(1...head.size))
        for size in [head.size, head.size - 1, 2] {
            for number in 1...size {
                let proof = try await log.proof(of: number, in: .book, size: size)
                #expect(holds(proof))
                #expect(proof.content == (number == 1 ? nil : entries[Int(number) - 1].stored))
            }
        }
        await #expect(throws: AuditFault.outOfRange(size: head.size)) {
            try await log.proof(of: head.size + 1, in: .book)
        }
        await #expect(throws: AuditFault.outOfRange(size: head.size)) { try await log.proof(of: 0, in: .book) }
        await #expect(throws: AuditFault.outOfRange(size: head.size)) {
            try await log.head(of: .book, size: head.size + 1)
        }
        bench.scheduler.stop()
    }

    @Test("a tenant's log counts its own entries alone and says nothing of others")
    func tenants() async throws {
        let bench = try Bench()
        let log = log(bench)
        await busy(bench)
        let before = try await log.head(of: .tenant("acme")).head
        let entries = try await log.entries(of: "acme", after: 0, limit: 10_000)
        #expect(entries.map(\.number) == Array(1...before.size) && entries.count > 10)
        #expect(entries.allSatisfy { !$0.what.isEmpty })
        let bookID = bench.journal.identity.bookID
        for entry in entries {
            let text = entry.text(of: "acme", bookID: bookID)
            #expect(!text.contains("rival") && !text.contains("uid:0") && !text.contains("r-1"))
        }
        // What others do leaves head and proofs as they are.
        _ = await bench.submit(bench.request("rival"))
        let after = try await log.head(of: .tenant("acme")).head
        #expect(after == before)
        #expect(try await log.head(of: .tenant("nobody")).head.size == 0)
        for number in 1...before.size { #expect(holds(try await log.proof(of: number, in: .tenant("acme")))) }
        await #expect(throws: AuditFault.outOfRange(size: before.size)) {
            try await log.proof(of: before.size + 1, in: .tenant("acme"))
        }
        bench.scheduler.stop()
    }

    @Test("an entry says by whom and why to the tenant that made it, why to the one that it is all about, else neither")
    func shares() async throws {
        let bench = try Bench()
        let log = log(bench)
        _ = await bench.putTenant("acme")
        var context = bench.context()
        context.actor = Actor(name: "uid:7 ada", role: "tenant:acme")
        context.reason = "a line\nand \\ another"
        context.requestID = "r-own"
        let granted = await bench.scheduler.submit(bench.request("acme"), context)
        let number = try #require(granted.outcome?.leases.first)
        let id = try #require(granted.view).book.naming.id(of: number)
        let entries = try await log.entries(of: "acme", after: 0, limit: 10)
        let bookID = bench.journal.identity.bookID
        #expect(
            entries[0].text(of: "acme", bookID: bookID) == """
                berth audit entry 1
                book \(bookID)
                tenant acme
                number 1
                at 2027-01-15T08:00:00Z
                role operator
                reason test
                what put tenant acme

                """)
        #expect(
            entries[1].text(of: "acme", bookID: bookID) == """
                berth audit entry 1
                book \(bookID)
                tenant acme
                number 2
                at 2027-01-15T08:00:00Z
                role tenant:acme
                actor uid:7 ada
                request r-own
                reason a line\\nand \\\\ another
                what grant lease \(id)
                what start lease \(id)
                what deliver lease \(id)

                """)
        _ = await bench.putTenant("rival")
        let both = ["acme", "rival"].map { PlannedCommand(bench.request($0), reason: "a plan for both") }
        _ = await bench.submit(.carryOut(both, nil))
        for tenant in ["acme", "rival"] {
            let shared = try #require(try await log.entries(of: tenant, after: 0, limit: 10).last)
            #expect(shared.what.count == 3 && shared.what[0].hasPrefix("grant lease l-"))
            #expect(shared.role == "operator" && shared.reason == nil && shared.actor == nil && shared.requestID == nil)
        }
        bench.scheduler.stop()
    }

    @Test("what another tenant's request did to a tenant is told as the provider's doing, without a word of the other")
    func others() throws {
        let entry = Entry(
            revision: 7, recordedAt: Bench.start, actor: Actor(name: "uid:9 eve", role: "tenant:rival"),
            reason: "rival wants it", requestID: "r-rival", idempotencyKey: nil,
            facts: [.leaseMembersDown(number: 3, nodes: [], conditions: [])])
        let share = TenantEntry(
            entry, about: [FactSubject(tenant: "acme", lease: 3)], tenant: "acme", number: 1,
            naming: LeaseNaming(key: [1]))
        let text = share.text(of: "acme", bookID: String(repeating: "ab", count: 16))
        #expect(share.role == "provider" && share.reason == nil && share.actor == nil && share.requestID == nil)
        #expect(!text.contains("rival") && !text.contains("eve"))
    }

    @Test("a contract that goes is told to the tenant that had it")
    func contracts() async throws {
        let bench = try Bench()
        let log = log(bench)
        _ = await bench.putTenant("acme")
        var terms = ContractTerms()
        terms.tenant = "acme"
        _ = await bench.submit(.putContract(name: "acme-1", terms: terms))
        _ = await bench.submit(.removeContract(name: "acme-1"))
        _ = await bench.submit(.removeTenant(name: "acme"))
        let words = try await log.entries(of: "acme", after: 0, limit: 10).map(\.what)
        #expect(
            words == [["put tenant acme"], ["put contract acme-1"], ["remove contract acme-1"], ["remove tenant acme"]])
        bench.scheduler.stop()
        let again = try Bench(journal: bench.journal.reopened())
        #expect(try await self.log(again).entries(of: "acme", after: 0, limit: 10).map(\.what) == words)
        again.scheduler.stop()
    }

    @Test("who is made under a removed tenant's name has a log of its own, of which nothing is in the one before")
    func usedName() async throws {
        let bench = try Bench()
        for _ in 0..<2 {
            _ = await bench.putTenant("acme")
            let granted = await bench.submit(bench.request("acme", seconds: 100))
            _ = await bench.submit(.releaseLease(try #require(granted.outcome?.leases.first)))
            bench.clock.advance(seconds: 100_000)
            _ = await bench.submit(.heartbeat)
            _ = await bench.submit(.removeTenant(name: "acme"))
        }
        _ = await bench.putTenant("acme")
        for _ in 0..<2 {
            let log = log(bench)
            let (first, second, third) = try await (
                log.entries(of: "acme~1", after: 0, limit: 10), log.entries(of: "acme~2", after: 0, limit: 10),
                log.entries(of: "acme", after: 0, limit: 10)
            )
            #expect(first.count == 5 && first.last?.what == ["remove tenant acme"])
            #expect(second.count == 5 && second.first?.what == ["put tenant acme"])
            #expect(third.map(\.what) == [["put tenant acme"]])
            let spans = [
                try await log.span(of: "acme~1"), try await log.span(of: "acme~2"), try await log.span(of: "acme"),
            ]
            #expect(spans.map(\.base) == [0, 1_000_000, 2_000_000] && spans.map(\.isEnded) == [true, true, false])
            let names = ["acme~1", "acme~2", "acme"]
            var heads: [TreeHead] = []
            for name in names {
                let proof = try await log.proof(of: 1, in: .tenant(name))
                #expect(holds(proof))
                heads.append(proof.head.head)
            }
            // No two logs are signed under one name.
            #expect(heads.map(\.log) == [.tenant("acme"), .tenant("acme~2"), .tenant("acme~3")])
            #expect(heads.map(\.size) == [5, 5, 1])
            try Recovery.rebuildProjections(of: bench.journal)
        }
        bench.scheduler.stop()
    }

    @Test("heads of one size are the same after a restart, and earlier ones are shown to begin later ones")
    func restart() async throws {
        let bench = try Bench()
        await busy(bench, rounds: 4)
        let logs: [LogName] = [.book, .tenant("acme"), .tenant("rival")]
        var heads: [LogName: TreeHead] = [:]
        for name in logs { heads[name] = try await log(bench).head(of: name).head }
        await busy(bench, rounds: 30)
        bench.scheduler.stop()
        let again = try Bench(journal: bench.journal.reopened())
        let log = log(again)
        for name in logs {
            let old = try #require(heads[name])
            var same = try await log.head(of: name, size: old.size).head
            same.signedAt = old.signedAt
            #expect(same == old)
            let (path, head) = try await log.consistency(of: name, from: old.size, to: nil)
            #expect(head.head.size > old.size && signer.key.hasSigned(head))
            #expect(
                MerkleProof.isConsistent(
                    from: old.size, old.root, to: head.head.size, head.head.root, path: path))
        }
        again.scheduler.stop()
    }

    @Test("a long tenant log proves entries of old tiles")
    func longLog() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let commands = (0..<700).map { number in
            (Command.putTenant(name: "acme", quota: Quota(gpus: number), description: ""), bench.context())
        }
        _ = await bench.scheduler.submitAll(commands)
        let log = log(bench)
        for number in [1, 2, 256, 257, 400, 512, 513, 701] as [UInt64] {
            for size in [701, 699] as [UInt64] where number <= size {
                #expect(holds(try await log.proof(of: number, in: .tenant("acme"), size: size)))
            }
        }
        bench.scheduler.stop()
    }

    @Test("heads are kept by the writer when something has changed, and only then")
    func kept() async throws {
        let bench = try Bench()
        let log = log(bench)
        for round in 0..<3 {
            _ = await bench.putTenant("t\(round)")
            for _ in 0..<3 { log.keepHead() }
            _ = await bench.submit(.heartbeat)
        }
        let heads = try bench.journal.keptHeads()
        #expect(heads.map(\.head.size) == [2, 3, 4])
        #expect(heads.allSatisfy { signer.key.hasSigned($0) })
        bench.scheduler.stop()
    }

    @Test("rule 9 holds of a book whose subjects were written as it went")
    func ruleNine() async throws {
        let bench = try Bench()
        await busy(bench)
        let reports = try Verification.run(bench.scheduler.view.book, journal: bench.journal, now: bench.scheduler.now)
        #expect(reports.allSatisfy { $0.violations.isEmpty })
        bench.scheduler.stop()
    }
}
