// What needs a second operator.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite("An approval") struct ApprovalTests {
    private func desk() throws -> (desk: JournalledBook, lease: Lease) {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        (terms.reclaimCauses, terms.causeNoticeSeconds) = (["harmful-use"], day)
        terms.convenience = ConvenienceClause(maxPercent: 50, maxTimes: 1, periodSeconds: day, noticeSeconds: day)
        terms.approvals = ApprovalClause(
            forCause: true, forConvenience: false, cancellation: false, expirySeconds: 4 * hour)
        try desk.execute(.putContract(name: "c", terms: terms))
        let lease = try desk.request(order(.node, 4, until: noon + 30 * day, contract: "c"))
        return (desk, lease)
    }

    private func forCause(_ lease: Lease) -> Command {
        .serveReclaim(lease.number, ReclaimOrder(clause: .cause("harmful-use")))
    }

    @Test("keeps a notice for cause until another operator gives it, and tells the tenant nothing")
    func secondOperator() throws {
        var (desk, lease) = try desk()
        let index = desk.index(of: "ada")
        let outcome = try desk.execute(forCause(lease))
        let number = try #require(outcome.approval)
        #expect(desk.book.reclaim(on: lease.number) == nil && desk.index(of: "ada") == index)
        let (approval, preview) = try #require(desk.book.openApproval(ofNoticeOn: lease.number))
        #expect(approval.number == number && approval.expiresAt == noon + 4 * hour)
        #expect(preview.steps == [ReclaimStep(at: noon + day, gpus: 0)])
        #expect(try desk.refused(forCause(lease)).code == .wrongState)
        // Whoever asked cannot approve.
        let own = try desk.refused(.answerApproval(number, approves: true))
        #expect(own.code == .clauseForbids && own.obstacles.map(\.name) == ["approvals"])
        desk.actor = "uid:2 op"
        desk.now += hour
        try desk.execute(.answerApproval(number, approves: true))
        let reclaim = try #require(desk.book.reclaim(on: lease.number))
        // The notice begins when it is approved.
        #expect(reclaim.steps == [ReclaimStep(at: noon + hour + day, gpus: 0)] && reclaim.actor == "uid:1 op")
        #expect(desk.book.openApprovals.isEmpty && desk.index(of: "ada") == index + 1)
        #expect(try desk.refused(.answerApproval(number, approves: true)).code == .notFound)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("expires, and can be declined by anybody who may answer")
    func ends() throws {
        var (desk, lease) = try desk()
        let first = try #require(try desk.execute(forCause(lease)).approval)
        desk.advance(to: noon + 4 * hour)
        #expect(desk.book.openApprovals.isEmpty)
        desk.actor = "uid:2 op"
        #expect(try desk.refused(.answerApproval(first, approves: true)).code == .notFound)
        let second = try #require(try desk.execute(forCause(lease)).approval)
        #expect(second == first + 1)
        try desk.execute(.answerApproval(second, approves: false))
        #expect(desk.book.openApprovals.isEmpty && desk.book.reclaim(on: lease.number) == nil)
        // What is refused is not asked for, and what needs no approval is done.
        #expect(
            try desk.refused(.serveReclaim(lease.number, ReclaimOrder(clause: .cause("late")))).code == .clauseForbids)
        #expect(desk.book.openApprovals.isEmpty)
        #expect(try desk.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .convenience))).approval == nil)
        #expect(desk.book.openReclaim(on: lease.number) != nil)
    }

    @Test("that no longer goes is refused and stays open")
    func overtaken() throws {
        var (desk, lease) = try desk()
        let number = try #require(try desk.execute(forCause(lease)).approval)
        try desk.execute(.serveReclaim(lease.number, ReclaimOrder(clause: .convenience)))
        desk.actor = "uid:2 op"
        #expect(try desk.refused(.answerApproval(number, approves: true)).code == .wrongState)
        #expect(desk.book.approval(number) != nil)
        try desk.execute(.withdrawReclaim(lease.number, byTenant: false))
        try desk.execute(.answerApproval(number, approves: true))
        #expect(desk.book.openReclaim(on: lease.number)?.clause == .cause("harmful-use"))
    }

    @Test("is asked for an economic load target under what is committed, and not for others")
    func loadTargets() throws {
        var desk = JournalledBook(Fleets.plain)
        var four = order(.node, 4, until: noon + 30 * day)
        four.leaseClass = .standard
        try desk.request(four)
        let committed = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        func target(_ watts: Watts, _ kind: LoadTargetKind) -> Command {
            .setLoadTarget(
                LoadTarget(
                    key: LoadTargetKey(budget: "feed", id: "t"), kind: kind, watts: watts, start: noon, end: noon + hour
                ),
                approvalSeconds: hour)
        }
        #expect(try desk.execute(target(committed, .economic)).approval == nil)
        #expect(try desk.execute(target(committed - 2_000, .physical)).approval == nil)
        try desk.execute(.removeLoadTarget(LoadTargetKey(budget: "feed", id: "t")))
        let number = try #require(try desk.execute(target(committed - 3_000, .economic)).approval)
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) == committed)
        desk.actor = "uid:2 op"
        try desk.execute(.answerApproval(number, approves: true))
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) <= committed - 3_000)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("is not got around by a plan, which shows what would be done")
    func plans() throws {
        var (desk, lease) = try desk()
        let command = PlannedCommand(forCause(lease), reason: "plan")
        let context = CommandContext(
            actor: Actor(name: "uid:1 op", role: "operator"), reason: "plan", requestID: "r", now: noon)
        let planned = try desk.book.plan([command], request: [1], at: nil, context)
        #expect(planned.after.openReclaim(on: lease.number) != nil)
        let commitment = PlanCommitment(token: planned.token, request: [1])
        let refusal = try desk.refused(.carryOut([command], commitment))
        #expect(refusal.code == .planOvertaken && refusal.detail.contains("second operator"), "\(refusal)")
    }
}
