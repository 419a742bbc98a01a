// Plans of commands: what they would do, and when they may be committed.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("Plans") struct PlanTests {
    private let request = Array("the same commands".utf8)

    private func context(_ desk: JournalledBook) -> CommandContext {
        CommandContext(actor: Actor(name: "op", role: "operator"), reason: "plan", requestID: "r", now: desk.now)
    }

    private func reserve(_ order: LeaseOrder) -> PlannedCommand {
        PlannedCommand(.requestLeases([order], planTokens: [nil]), reason: "plan")
    }

    private func plan(
        _ commands: [PlannedCommand], _ desk: JournalledBook, at: Int64? = nil
    ) throws(Refusal) -> PlannedChange {
        try desk.book.plan(commands, request: request, at: at, context(desk))
    }

    private func commit(
        _ commands: [PlannedCommand], _ token: [UInt8], _ desk: inout JournalledBook
    ) throws(Refusal) -> Outcome {
        try desk.execute(.carryOut(commands, PlanCommitment(token: token, request: request)))
    }

    private func refusal(
        _ commands: [PlannedCommand], _ token: [UInt8], _ desk: inout JournalledBook
    ) -> Refusal? {
        desk.refusal(of: .carryOut(commands, PlanCommitment(token: token, request: request)))
    }

    @Test("A plan changes nothing, and committed later it does what it said, at the later time")
    func asPlanned() throws {
        var desk = JournalledBook(Fleets.plain)
        let old = try desk.request(order(.node, 2, until: noon + day))
        let commands = [
            PlannedCommand(.releaseLease(old.number), reason: "plan"),
            reserve(order(.node, 3, tenant: "bob", until: noon + day)),
        ]
        let digest = desk.book.digest()
        let planned = try plan(commands, desk)
        #expect(desk.book.digest() == digest)
        let leases = planned.leases
        #expect(leases.map(\.number) == [planned.granted[0], old.number])
        #expect(leases[0].before == nil && leases[0].after.tenant == "bob" && leases[1].goes)
        desk.now += 90
        let outcome = try commit(commands, planned.token, &desk)
        #expect(outcome.leases.count == 2 && outcome.leases[0] == old.number)
        let granted = desk.lease(outcome.leases[1])
        #expect(granted.lines == leases[0].after.lines && granted.start == noon + 90)
        #expect(desk.lease(old.number).state == .ending)
        #expect(BookRules.violations(of: desk.book) == [])
        // What is committed is not there to be committed again.
        #expect(refusal(commands, planned.token, &desk)?.code == .planOvertaken)
    }

    @Test("All or none: the first command that is refused is named, and nothing stays of those before it")
    func allOrNone() throws {
        let desk = JournalledBook(Fleets.plain)
        let commands = [
            reserve(order(.node, 5, until: noon + day)), reserve(order(.node, 4, until: noon + day)),
            PlannedCommand(.releaseLease(99), reason: "plan"),
        ]
        let digest = desk.book.digest()
        do {
            _ = try plan(commands, desk)
            Issue.record("nine nodes of eight are refused")
        } catch {
            #expect(error.code == .noCapacity && error.orderIndex == 1)
        }
        #expect(desk.book.digest() == digest)
        // What stands before it is there to be explained.
        let fork = try desk.book.planned(commands[..<1], at: nil, context(desk))
        #expect(fork.packing.report(at: noon).wholeNodesLeft == 3)
    }

    @Test("Churn elsewhere does not void a plan; churn under it does, and is named; in no case is anything half done")
    func churn() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day))
        let node = lease.nodesInUse[0]
        let commands = [PlannedCommand(.setNodes(.fault, nodes: [node..<node + 1], until: nil), reason: "plan")]
        let planned = try plan(commands, desk)
        let moved = try #require(planned.leases.first)
        #expect(moved.number == lease.number && moved.replacedCount == 1 && moved.lostNodes.isEmpty)
        let new = try #require(moved.after.nodesInUse.first { !lease.nodesInUse.contains($0) })

        // Somewhere that the plan does not rest on.
        var other = desk
        let free = (0..<8).reversed().first { !lease.nodesInUse.contains($0) && $0 != new }!
        try other.set(.cordon, free)
        _ = try commit(commands, planned.token, &other)
        #expect(other.lease(lease.number).nodesInUse == moved.after.nodesInUse)

        // The node that it would have moved to.
        try desk.set(.cordon, new)
        let why = try #require(refusal(commands, planned.token, &desk))
        #expect(why.code == .planOvertaken)
        #expect(why.detail.contains("nodes replaced in leases: 1 as before, but others"), "\(why.detail)")
    }

    @Test("A token is good for its own book and its own commands, from its own time on")
    func tokens() throws {
        var desk = JournalledBook(Fleets.plain)
        let commands = [reserve(order(.node, 1, until: noon + 30 * day))]
        let token = try plan(commands, desk).token
        var forged = token
        forged[forged.count - 1] ^= 1
        #expect(refusal(commands, forged, &desk)?.pointer == "/planToken")
        let others = PlanCommitment(token: token, request: Array("other commands".utf8))
        #expect(desk.refusal(of: .carryOut(commands, others))?.pointer == "/planToken")
        let (_, leaseToken) = try desk.book.plan(order(.node, 1, until: noon + day), now: noon)
        #expect(refusal(commands, leaseToken, &desk)?.pointer == "/planToken")

        let later = try plan(commands, desk, at: noon + hour).token
        #expect(refusal(commands, later, &desk)?.code == .wrongState)
        desk.now = noon + hour
        #expect(try commit(commands, later, &desk).leases.count == 1)
        #expect(throws: Refusal.self) { try plan(commands, desk, at: noon) }
    }

    @Test("What is due until the time of a plan happens first")
    func later() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + hour))
        let commands = [reserve(order(.node, 8, until: noon + day))]
        #expect(throws: Refusal.self) { try plan(commands, desk) }
        let planned = try plan(commands, desk, at: noon + 2 * hour)
        #expect(planned.before.lease(lease.number)?.state == .expired)
        #expect(planned.leases.map(\.number) == planned.granted && planned.at == noon + 2 * hour)
        #expect(desk.lease(lease.number).state == .active)
    }

    @Test("A load target's plan says what it lowers, and is overtaken when it would lower it further")
    func loadTarget() throws {
        var desk = JournalledBook(Fleets.plain)
        var standard = order(.node, 4, until: noon + 30 * day)
        standard.leaseClass = .standard
        let lease = try desk.request(standard)
        let drawn = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        var target = LoadTarget(
            key: LoadTargetKey(budget: "feed", id: "grid"), kind: .economic, watts: drawn - 3_000, start: noon,
            end: noon + hour)
        target.startsWhenSet = true
        let commands = [PlannedCommand(.setLoadTarget(target), reason: "plan")]
        let planned = try plan(commands, desk)
        let change = try #require(planned.leases.first)
        #expect(change.number == lease.number && change.isCurtailedOtherwise)
        #expect(change.after.lowestPercent(from: noon) == 86 && change.before?.lowestPercent(from: noon) == nil)
        desk.now += 300
        var same = desk
        _ = try commit(commands, planned.token, &same)
        #expect(same.lease(lease.number).lowestPercent(from: noon + 300) == 86)
        // A node more draws 10,200 W where an idle one drew less: more has to be lowered.
        _ = try desk.request(order(.node, 1, tenant: "bob", until: noon + day))
        let why = try #require(refusal(commands, planned.token, &desk))
        #expect(why.code == .planOvertaken)
        #expect(why.detail.contains("leases curtailed, or how far: 1 as before, but others"), "\(why.detail)")
    }

    @Test("Revenue follows the contract's prices month by month")
    func revenue() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.pricePerGPUHourMicros = 2_000_000
        try desk.execute(.putContract(name: "two", terms: terms))
        let lease = try desk.request(order(.node, 1, until: noon + 40 * day, contract: "two"))
        let planned = try plan([PlannedCommand(.releaseLease(lease.number, by: .tenant("ada")), reason: "plan")], desk)
        // Noon is 2027-01-15T08:00:00Z: 16 days and 16 hours of January, and 23 days and 8 hours of February.
        let earnings = planned.earnings(of: planned.leases, monthsMax: 24)
        let lost = [Int64(16 * 24 + 16), Int64(23 * 24 + 8)].map { -8 * 2_000_000 * $0 }
        #expect(
            zip(earnings.map(\.micros), lost).map { $0 - $1 }.allSatisfy { $0.magnitude <= 8 * 2_000_000 / 3_600 * 2 })
        #expect(earnings.map(\.start) == [1_798_761_600, 1_801_440_000])
        // All of it in one month is the same sum.
        #expect(
            planned.earnings(of: planned.leases, monthsMax: 1).map(\.micros) == [earnings.map(\.micros).reduce(0, +)])
    }
}
