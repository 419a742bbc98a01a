// The bounds of what may wait for the writer.

import Leasing
import Testing

@testable import Scheduling

@Suite("The writer's queue")
struct SubmissionQueueTests {
    private static let second: Int64 = 1_000_000_000

    private func commands(_ count: Int, of role: String = "operator", at time: Int64 = 0) -> [Scheduler.Submission] {
        (0..<count).map { _ in
            let actor = Actor(name: "uid:1", role: role)
            let context = CommandContext(actor: actor, reason: "", requestID: "r", now: 0)
            return Scheduler.Submission(command: .heartbeat, context: context, queuedAt: time) { _ in }
        }
    }

    @Test("takes all of a request or none, up to its count")
    func count() {
        let queue = SubmissionQueue(countMax: 10)
        #expect(queue.add(commands(7), at: 0) == nil)
        #expect(queue.add(commands(4), at: 0) == .overloaded)
        #expect(queue.add(commands(3), at: 0) == nil)
        #expect(queue.next(dueIn: nil)?.count == 10)
        #expect(queue.add(commands(4), at: 0) == nil)
    }

    @Test("refuses what would wait too long by what the last batches took, and takes it again when they are quick")
    func pace() {
        let queue = SubmissionQueue(countMax: 10_000)
        queue.note(commands: 10, deciding: 10 * Self.second / 100, committing: Self.second)
        // The first is taken whatever it takes: 500 commands take five seconds and one batch.
        #expect(queue.add(commands(500), at: 0) == nil)
        #expect(queue.add(commands(1), at: 0) == .overloaded)
        _ = queue.next(dueIn: nil)
        #expect(queue.add(commands(350), at: 0) == nil)
        #expect(queue.add(commands(49), at: 0) == nil)
        #expect(queue.add(commands(2), at: 0) == .overloaded)
        for _ in 0..<100 { queue.note(commands: 10, deciding: 0, committing: 0) }
        #expect(queue.add(commands(500), at: 0) == nil)
    }

    @Test("refuses while the first of those that wait has waited too long, whatever batches took before")
    func stalled() {
        let queue = SubmissionQueue(countMax: 10_000)
        #expect(queue.add(commands(1, at: 5), at: 5) == nil)
        #expect(queue.add(commands(1), at: 5 + Scheduler.waitNanosecondsMax) == nil)
        #expect(queue.add(commands(1), at: 6 + Scheduler.waitNanosecondsMax) == .overloaded)
        _ = queue.next(dueIn: nil)
        #expect(queue.add(commands(1), at: 6 + Scheduler.waitNanosecondsMax) == nil)
    }

    @Test("what is left behind by a batch keeps the time at which it came")
    func leftBehind() {
        let queue = SubmissionQueue(countMax: 10_000)
        #expect(queue.add(commands(Scheduler.batchMax, at: 0), at: 0) == nil)
        #expect(queue.add(commands(1, at: 9), at: 9) == nil)
        #expect(queue.next(dueIn: nil)?.count == Scheduler.batchMax)
        #expect(queue.add(commands(1), at: 9 + Scheduler.waitNanosecondsMax) == nil)
        #expect(queue.add(commands(1), at: 10 + Scheduler.waitNanosecondsMax) == .overloaded)
    }

    @Test("a tenant that fills its share is sent away, while others and operators are taken")
    func share() {
        let queue = SubmissionQueue(countMax: 100_000)
        #expect(queue.add(commands(Scheduler.queuedOfTenantMax, of: "tenant:a"), at: 0) == nil)
        #expect(queue.add(commands(1, of: "tenant:a"), at: 0) == .tenantQueueFull("a"))
        #expect(queue.add(commands(1, of: "tenant:b"), at: 0) == nil)
        #expect(queue.add(commands(1), at: 0) == nil)
        // A batch makes room for as many.
        #expect(queue.next(dueIn: nil)?.count == Scheduler.batchMax)
        #expect(queue.add(commands(Scheduler.batchMax, of: "tenant:a"), at: 0) == nil)
        #expect(queue.add(commands(1, of: "tenant:a"), at: 0) == .tenantQueueFull("a"))
    }
}
