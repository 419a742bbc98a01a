// Plans: commands carried out together, on a fork to see what they would do, or on the book when that still holds.

import FleetModel
import Packing

/// What commands would do, beside the book that they were tried on.
public struct PlannedChange: Sendable {
    /// The book at the time of the plan, without the commands.
    public let before: Book
    /// The same with them.
    public let after: Book
    /// When they take effect, seconds since 1970.
    public let at: Int64
    /// What they decide, in order.
    public let facts: [Fact]
    /// The leases that they grant, in the order of the commands.
    public let granted: [UInt64]
    /// What commits them while they would decide the same.
    public let token: [UInt8]
}

extension Book {
    /// Tries commands on a fork, in order, all or none.
    ///
    /// - Parameters:
    ///   - request: the request's commands as bytes; the token is good for the same bytes only.
    ///   - at: when they take effect; nil for now. What is due until then happens first.
    /// - Throws: the refusal of the first command that cannot be carried out, with its place in `orderIndex`.
    ///
    /// A fork is O(1), and the rest is what the commands themselves cost.
    public func plan(
        _ commands: [PlannedCommand], request: [UInt8], at: Int64?, _ context: CommandContext
    ) throws(Refusal) -> PlannedChange {
        let (before, time) = try fork(at: at, context)
        var (fork, context) = (before, context)
        (context.now, context.idempotencyKey) = (time, nil)
        let (entry, outcome) = try fork.execute(.carryOut(commands, nil), context)
        let facts = entry?.facts ?? []
        let effects = PlanEffects(facts, in: fork, newFrom: before.nextLeaseNumber)
        return PlannedChange(
            before: before, after: fork, at: time, facts: facts,
            granted: outcome.leases.filter { $0 >= before.nextLeaseNumber },
            token: planToken(
                PlanTerms(
                    at: at, request: request, marks: before.tenantMarks(Command.carryOut(commands, nil).namedTenants),
                    effects: effects)))
    }

    /// The book as the command in a place of a plan would find it, when all before it are granted.
    public func planned(
        _ commands: ArraySlice<PlannedCommand>, at: Int64?, _ context: CommandContext
    ) throws(Refusal) -> Book {
        let (before, time) = try fork(at: at, context)
        var (fork, context) = (before, context)
        (context.now, context.idempotencyKey) = (time, nil)
        _ = try fork.execute(.carryOut(Array(commands), nil), context)
        return fork
    }

    /// A fork at a time, with everything that is due until then.
    private func fork(at: Int64?, _ context: CommandContext) throws(Refusal) -> (book: Book, time: Int64) {
        let now = max(context.now, time)
        if let at, at < now {
            throw Refusal(.invalid, "a plan is for now or later; leave `at` out for now", pointer: "/at")
        }
        if let at, at > now + OrderLimits.horizonSeconds {
            throw Refusal(.invalid, "a plan is at most 50 years ahead", pointer: "/at")
        }
        var fork = self
        // Leases of a plan have no numbers yet: the next ones may be somebody else's by then.
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        let due = CommandContext(actor: .daemon, reason: "time", requestID: context.requestID, now: at ?? now)
        while let next = fork.nextDueAt, next <= due.now {
            if try !fork.execute(.advance, due).outcome.hasMoreDue { break }
        }
        return (fork, due.now)
    }

    /// Carries commands out in order; with a commitment only when they decide what they decided in the plan.
    mutating func decidePlan(
        _ commands: [PlannedCommand], _ commitment: PlanCommitment?, _ step: inout Step
    ) throws(Refusal) {
        guard (1...PlanLimits.commandsMax).contains(commands.count) else {
            throw Refusal(
                .invalid, "a plan has 1 to \(PlanLimits.commandsMax) commands", pointer: "/commands")
        }
        let marks = commitment == nil ? [] : tenantMarks(Command.carryOut(commands, nil).namedTenants)
        let terms = try commitment.map { (commitment) throws(Refusal) in
            try planTerms(of: commitment, marks: marks, now: step.now)
        }
        let newFrom = nextLeaseNumber
        for (index, planned) in commands.enumerated() {
            var part = Step(now: step.now, actor: step.actor, reason: planned.reason)
            part.use = commitment == nil ? .whatIf : .committedPlan
            do throws(Refusal) {
                try decide(planned.command, &part)
            } catch {
                guard terms != nil else { throw error.at(index) }
                throw Refusal(
                    .planOvertaken,
                    "the plan no longer holds: its command \(index + 1) is refused now: \(error.detail); plan again",
                    orderIndex: index)
            }
            step.facts += part.facts
            step.outcome.add(part.outcome)
        }
        guard let terms else { return }
        let differences = terms.effects.differences(to: PlanEffects(step.facts, in: self, newFrom: newFrom))
        guard differences.isEmpty else {
            throw Refusal(
                .planOvertaken,
                "the plan no longer holds: \(differences.joined(separator: "; ")); plan again to see what it would do now"
            )
        }
    }
}

extension Outcome {
    /// Counts what one more command of a plan did.
    fileprivate mutating func add(_ other: Outcome) {
        leases += other.leases
        nodeCount += other.nodeCount
        replacements += other.replacements
        degraded += other.degraded.filter { !degraded.contains($0) }
        loadTarget = other.loadTarget ?? loadTarget
    }
}
