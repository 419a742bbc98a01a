// The one writer: durable before answered, undone when the journal cannot be written, driven by time.

import Dispatch
import Journaling
import Leasing
import Packing
import Scheduling
import Simulation
import Synchronization
import Testing

@Suite("The scheduler")
struct SchedulerTests {
    @Test("what is answered is in the journal, and a recovery gives the same book")
    func durable() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let answer = await bench.submit(bench.request("acme"))
        let number = try #require(answer.outcome?.leases.first)
        #expect(answer.view?.book.lease(number)?.state == .active)
        let recovered = try Recovery.book(from: bench.journal)
        #expect(recovered.digest() == answer.view?.book.digest())
        bench.scheduler.stop()
    }

    @Test("a full disk undoes the batch, keeps answering reads, and writes resume")
    func fullDisk() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let before = bench.scheduler.view.book.digest()
        bench.journal.failNextAppend(with: .full(path: "book.sqlite", detail: "no room"))
        let refused = await bench.submit(bench.request("acme"), key: "k")
        guard case .journalUnwritable = refused.fault else {
            Issue.record("answered \(refused)")
            return
        }
        #expect(bench.scheduler.view.book.digest() == before)
        #expect(!bench.scheduler.journalHealth.isWritable)
        #expect(bench.broken.all.isEmpty)
        let granted = await bench.submit(bench.request("acme"), key: "k")
        #expect(granted.outcome?.leases.count == 1)
        #expect(granted.outcome?.isRepeated == false)
        #expect(bench.scheduler.journalHealth.isWritable)
        #expect(try Recovery.book(from: bench.journal).digest() == bench.scheduler.view.book.digest())
        bench.scheduler.stop()
    }

    @Test("a failed sync ends the process instead of being tried again")
    func failedSync() async throws {
        let bench = try Bench()
        bench.journal.failNextAppend(with: .syncFailed(path: "book.sqlite", detail: "EIO"))
        // Nobody is answered: the process would be gone.
        bench.scheduler.submit([(.putTenant(name: "acme", quota: Quota(), description: ""), bench.context())]) {
            _, answer in
            Issue.record("answered \(answer)")
        }
        bench.scheduler.stop()
        #expect(bench.broken.all == [.syncFailed(path: "book.sqlite", detail: "EIO")])
        #expect(bench.scheduler.view.book.tenant("acme") == nil)
    }

    @Test("leases start and end when their time comes, once it is looked at")
    func time() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let start = Bench.start + 100
        let number = try #require(
            await bench.submit(bench.request("acme", start: start, seconds: 50)).outcome?.leases.first)
        #expect(bench.scheduler.view.book.lease(number)?.state == .scheduled)
        bench.clock.advance(seconds: 100)
        _ = await bench.submit(.heartbeat)
        #expect(bench.scheduler.view.book.lease(number)?.state == .active)
        bench.clock.advance(seconds: 50)
        _ = await bench.submit(.heartbeat)
        #expect(bench.scheduler.view.book.lease(number)?.state == .ending)
        bench.clock.advance(seconds: 7 * 86_400)
        bench.clock.jump(seconds: 0)
        _ = await bench.submit(.heartbeat)
        #expect(bench.scheduler.view.book.lease(number)?.state == .expired)
        bench.scheduler.stop()
    }

    @Test("a jump of the wall clock freezes time until it is confirmed")
    func jump() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let start = Bench.start + 3_600
        let number = try #require(await bench.submit(bench.request("acme", start: start)).outcome?.leases.first)
        bench.clock.jump(seconds: 3_600)
        _ = await bench.submit(.heartbeat)
        #expect(bench.scheduler.isTimeFrozen)
        #expect(bench.scheduler.view.book.lease(number)?.state == .scheduled)
        bench.scheduler.confirmTime()
        _ = await bench.submit(.heartbeat)
        #expect(!bench.scheduler.isTimeFrozen)
        #expect(bench.scheduler.view.book.lease(number)?.state == .active)
        bench.scheduler.stop()
    }

    @Test("a small jump is taken as the clock being set right, and time never goes back")
    func smallJump() async throws {
        let bench = try Bench()
        bench.clock.jump(seconds: 599)
        _ = await bench.putTenant("acme")
        #expect(!bench.scheduler.isTimeFrozen)
        let time = bench.scheduler.view.book.time
        #expect(time == Bench.start + 599)
        bench.clock.jump(seconds: -5_000)
        _ = await bench.putTenant("other")
        #expect(bench.scheduler.view.book.time == time)
        bench.scheduler.stop()
    }

    @Test("downtime is no jump: what came due meanwhile applies in order at the restart")
    func downtime() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let first = try #require(
            await bench.submit(bench.request("acme", start: Bench.start + 10, seconds: 100_000)).outcome?.leases.first)
        let second = try #require(
            await bench.submit(bench.request("acme", start: Bench.start + 20, seconds: 30)).outcome?.leases.first)
        bench.scheduler.stop()
        let later = ManualClock(wallSeconds: Bench.start + 50_000)
        let again = try Bench(journal: bench.journal.reopened(), clock: later)
        _ = await again.submit(.heartbeat)
        #expect(!again.scheduler.isTimeFrozen)
        #expect(again.scheduler.view.book.lease(first)?.state == .active)
        #expect(again.scheduler.view.book.lease(second)?.state == .expired)
        again.scheduler.stop()
    }

    @Test("a thousand concurrent requests are each answered once, and the journal holds exactly those granted")
    func concurrency() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let granted = await withTaskGroup(of: UInt64?.self) { group in
            for _ in 0..<1_000 {
                group.addTask { await bench.submit(bench.request("acme")).outcome?.leases.first }
            }
            var granted: [UInt64] = []
            for await number in group { if let number { granted.append(number) } }
            return granted
        }
        // The small fleet has 512 H100s.
        #expect(granted.count == 512)
        #expect(Set(granted).count == 512)
        let recovered = try Recovery.book(from: bench.journal)
        #expect(granted.allSatisfy { recovered.lease($0) != nil })
        #expect(recovered.digest() == bench.scheduler.view.book.digest())
        bench.scheduler.stop()
    }

    @Test("the observer hears of a tenant's own changes only")
    func observer() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        _ = await bench.putTenant("other")
        let box = HeardBox()
        bench.scheduler.observe { _, tenants in box.add(tenants) }
        _ = await bench.submit(bench.request("other"))
        _ = await bench.submit(bench.request("acme"))
        #expect(box.all == [["other"], ["acme"]])
        bench.scheduler.stop()
    }

    @Test("the observer hears of both sides of what is let, and of whoever uses it when the lease under it changes")
    func observerOfSubleases() async throws {
        let bench = try Bench()
        for tenant in ["acme", "other", "third"] { _ = await bench.putTenant(tenant) }
        let lease = try #require(await bench.submit(bench.request("acme")).outcome?.leases.first)
        let box = HeardBox()
        bench.scheduler.observe { _, tenants in box.add(tenants) }
        _ = await bench.submit(.proposeSublease(lease, SubleaseOrder(to: "other"), by: .tenant("acme")))
        #expect(box.all == [["acme", "other"]])
        for audience: Audience in [.tenant("other"), .provider] {
            _ = await bench.submit(.answerSublease(1, accepts: true, by: audience))
        }
        let node = try #require(bench.scheduler.view.book.lease(lease)?.lines[0].holdings.sharedNodes.first)
        _ = await bench.submit(.setNodes(.fault, nodes: [node..<node + 1], until: nil))
        // That the user has agreed is in its own answer alone, while the provider has not.
        #expect(box.all == [["acme", "other"], ["other"], ["acme", "other"], ["acme", "other"]], "\(box.all)")
        bench.scheduler.stop()
    }

    @Test("a probe is answered after all that came before it, not while the writer is stuck, and writes no fact")
    func probe() async throws {
        let bench = try Bench()
        let (held, answers) = (DispatchSemaphore(value: 0), HeardBox())
        bench.scheduler.observe { _, _ in
            held.wait()
            answers.add(["stuck no more"])
        }
        let revision = bench.scheduler.view.book.revision + 1
        bench.scheduler.submit([(.putTenant(name: "acme", quota: Quota(), description: ""), bench.context())]) { _, _ in
        }
        bench.scheduler.probe { answers.add(["writable: \($0.isWritable)"]) }
        #expect(answers.all.isEmpty)
        held.signal()
        bench.scheduler.stop()
        #expect(answers.all == [["stuck no more"], ["writable: true"]])
        #expect(bench.scheduler.view.book.revision == revision && bench.journal.lastSequence == revision)
    }

    @Test("a probe is answered by a full disk too, and the next one finds that there is room again")
    func probeOfFullDisk() async throws {
        let bench = try Bench()
        let answers = HeardBox()
        bench.journal.failNextAppend(with: .full(path: "book.sqlite", detail: "no room"))
        await withCheckedContinuation { done in
            bench.scheduler.probe {
                answers.add(["writable: \($0.isWritable)"])
                done.resume()
            }
        }
        #expect(!bench.scheduler.journalHealth.isWritable)
        bench.scheduler.probe { answers.add(["writable: \($0.isWritable)"]) }
        bench.scheduler.stop()
        #expect(answers.all == [["writable: false"], ["writable: true"]])
        #expect(bench.scheduler.journalHealth.isWritable && bench.broken.all.isEmpty)
    }

    @Test("a probe of a book that takes no more writes is answered, and one whose sync fails ends the process")
    func probeOfBrokenJournal() async throws {
        let condemned = try Bench()
        let answers = HeardBox()
        condemned.scheduler.refuseWrites("the journal is damaged")
        condemned.scheduler.probe { answers.add([$0.detail ?? ""]) }
        condemned.scheduler.stop()
        #expect(answers.all == [["the journal is damaged"]])
        let broken = try Bench()
        broken.journal.failNextAppend(with: .syncFailed(path: "book.sqlite", detail: "EIO"))
        broken.scheduler.probe { _ in }
        broken.scheduler.stop()
        #expect(broken.broken.all == [.syncFailed(path: "book.sqlite", detail: "EIO")])
    }

    @Test("facts that cannot be read are looked at again and refuse nothing; damage refuses every write")
    func olderFacts() async throws {
        let bench = try Bench()
        let detail = "Too many open files"
        var answers: [JournalFault?] = [
            .unreadable(operation: "opening", path: "book.sqlite", detail: detail),
            .locked(path: "book.sqlite", byWhom: "x"), nil,
        ]
        var pauses = 0
        let verify = { () throws(JournalFault) in
            if let fault = answers.removeFirst() { throw fault }
        }
        bench.scheduler.verifyOlderFacts(verify, pause: { pauses += 1 })
        #expect(answers.isEmpty && pauses == 2 && bench.scheduler.journalHealth.isWritable)
        #expect(await bench.putTenant("acme").outcome != nil)

        let damage = JournalFault.damaged(path: "book.sqlite", sequence: 3, what: "x", remedy: "y")
        bench.scheduler.verifyOlderFacts({ () throws(JournalFault) in throw damage }, pause: { pauses += 1 })
        #expect(pauses == 2 && !bench.scheduler.journalHealth.isWritable)
        #expect(await bench.putTenant("other").outcome == nil)
        bench.scheduler.stop()
    }

    @Test("a recovery tells how far it has come, by facts and not by entries, up to all of it")
    func recoveryProgress() async throws {
        let bench = try Bench()
        for index in 0..<1_100 { _ = await bench.putTenant("t\(index)") }
        let progress = Mutex<[Recovery.Progress]>([])
        _ = try Recovery.book(from: bench.journal) { step in progress.withLock { $0.append(step) } }
        let steps = progress.withLock { $0 }
        #expect(steps.count > 1 && zip(steps, steps.dropFirst()).allSatisfy { $0.applied < $1.applied })
        #expect(steps.last?.applied == bench.journal.lastSequence && steps.last?.total == bench.journal.lastSequence)
        bench.scheduler.stop()
        // From the last snapshot there is nothing to come on with.
        var calls = 0
        _ = try Recovery.book(from: bench.journal) { _ in calls += 1 }
        #expect(calls == 0)
    }

    @Test("stopping answers what is queued and refuses what comes later")
    func stopping() async throws {
        let bench = try Bench()
        let answered = HeardBox()
        bench.scheduler.submit([(.putTenant(name: "acme", quota: Quota(), description: ""), bench.context())]) {
            _, answer in
            answered.add(answer.outcome == nil ? ["not accepted"] : ["accepted"])
        }
        bench.scheduler.stop()
        #expect(answered.all == [["accepted"]])
        #expect(await bench.putTenant("late").fault == .stopping)
        // A clean stop leaves a snapshot, so that the next start reads little.
        #expect(try bench.journal.latestSnapshot()?.sequence == bench.journal.lastSequence)
    }

    @Test("a repeated request in one batch gets the first one's success")
    func repeated() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let request = bench.request("acme")
        let answers = await bench.scheduler.submitAll([(request, bench.context("k")), (request, bench.context("k"))])
        #expect(answers[0].outcome?.leases == answers[1].outcome?.leases)
        #expect(answers[1].outcome?.isRepeated == true)
        #expect(bench.scheduler.view.book.leaseCount(in: .active) == 1)
        bench.scheduler.stop()
    }

    @Test("the rules hold, and the check finds what was tampered with")
    func verification() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        for _ in 0..<20 { _ = await bench.submit(bench.request("acme")) }
        bench.scheduler.stop()
        let book = bench.scheduler.view.book
        let reports = try Verification.run(book, journal: bench.journal, now: bench.scheduler.now)
        #expect(reports.map(\.rule) == [1, 2, 3, 4, 5, 6, 7, 9, 10])
        #expect(reports.flatMap(\.violations) == [])
        #expect(reports.first?.checked.first?.count == 20)
        // A book that is ahead of its journal: rules 4 and 5 must say so.
        var ahead = book
        let context = CommandContext(actor: .daemon, reason: "", requestID: "", now: bench.scheduler.now)
        _ = try ahead.execute(.putTenant(name: "ghost", quota: Quota(), description: ""), context)
        let broken = try Verification.run(ahead, journal: bench.journal, now: bench.scheduler.now)
        #expect(broken.filter { !$0.violations.isEmpty }.map(\.rule) == [4, 5])
    }

    @Test("what the provider takes from a lease under a contract without a notice is found")
    func landlord() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        var terms = ContractTerms()
        (terms.providerNoticeSeconds, terms.tenantNoticeSeconds, terms.cancellationAfter) = (3_600, 0, 0)
        _ = await bench.submit(.putContract(name: "c", terms: terms))
        for _ in 0..<2 {
            var order = bench.request("acme", seconds: 7_200)
            if case .requestLeases(var orders, let tokens) = order {
                orders[0].contract = "c"
                order = .requestLeases(orders, planTokens: tokens)
            }
            _ = await bench.submit(order)
        }
        _ = await bench.submit(.serveReclaim(1, ReclaimOrder(clause: .cancellation(byTenant: false))))
        var book = bench.scheduler.view.book
        #expect(
            try Verification.run(book, journal: bench.journal, now: bench.scheduler.now).flatMap(\.violations) == [])
        // The operator ends the other one in its tenant's name.
        _ = await bench.submit(.releaseLease(2, by: .tenant("acme")))
        bench.scheduler.stop()
        book = bench.scheduler.view.book
        let reports = try Verification.run(book, journal: bench.journal, now: bench.scheduler.now)
        #expect(reports.filter { !$0.violations.isEmpty }.map(\.rule) == [7], "\(reports)")
    }

    @Test("the tables are what a rebuild from facts makes of them")
    func projections() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        for _ in 0..<5 { _ = await bench.submit(bench.request("acme", seconds: 10)) }
        bench.clock.advance(seconds: 11)
        _ = await bench.submit(.heartbeat)
        bench.scheduler.stop()
        let names = ["leases", "tenants", "contracts", "audit", "ledger"]
        let written = names.map { bench.journal.rows(of: $0) }
        try Recovery.rebuildProjections(of: bench.journal)
        let rebuilt = names.map { bench.journal.rows(of: $0) }
        #expect(Set(written[0]) == Set(rebuilt[0]))
        #expect(Set(written[3]) == Set(rebuilt[3]))
        #expect(written[0].count == 5)
        #expect(written[3].count == Int(bench.journal.lastSequence))
        // Five leases of a GPU for ten seconds each.
        #expect(Set(written[4]) == Set(rebuilt[4]) && written[4].count == 5)
        #expect(written[4].allSatisfy { $0[6] == .integer(10_000) && $0[7] == .integer(10_000) })
    }

    @Test("an account that is not what its facts give is found, with the lease and the month")
    func accounts() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        let lease = try #require(await bench.submit(bench.request("acme", seconds: 10)).outcome?.leases.first)
        bench.clock.advance(seconds: 3_600)
        _ = await bench.submit(.heartbeat)
        bench.scheduler.stop()
        let book = bench.scheduler.view.book
        let sound = try LedgerRules(book, journal: bench.journal, now: bench.scheduler.now).check()
        #expect(sound.violations == [] && sound.checked.map(\.count) == [1, 1])
        try bench.journal.rebuildProjections([])
        let broken = try LedgerRules(book, journal: bench.journal, now: bench.scheduler.now).check()
        let name = "the table's row of lease \(book.naming.id(of: lease)), 2027-01"
        #expect(broken.violations.count == 1 && broken.violations[0].hasPrefix(name), "\(broken.violations)")
    }
}

/// Sets in the order they were heard.
final class HeardBox: Sendable {
    private let heard = Mutex<[Set<String>]>([])
    func add(_ set: Set<String>) { heard.withLock { $0.append(set) } }
    var all: [Set<String>] { heard.withLock { $0 } }
}
