// What every berth plan has in common: when, whether to commit, and how to tell.

import ArgumentParser
import ControlAPI
import ControlClient

struct PlanOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "When the commands take effect, as 2026-12-01T16:00:00Z or +2h; what is due until then happens first. Default: now.",
            valueName: "time"),
        transform: readMoment)
    var at: Timestamp?

    @Flag(help: "Carry it out when it would still do the same.")
    var commit = false

    @Option(
        help: ArgumentHelp("With --commit: the token of a plan made before, instead of a new plan.", valueName: "token")
    )
    var token: String?

    @Option(help: "Why, for the audit log; needed with --commit.")
    var reason: String?

    @Option(help: ArgumentHelp("How many leases to list.", valueName: "count"))
    var limit: Int = 20

    func validate() throws {
        if commit, reason?.isEmpty ?? true { throw ValidationError("Say why with --reason.") }
        if token != nil, !commit { throw ValidationError("A --token is for --commit.") }
        if commit, at != nil, token == nil {
            throw ValidationError("A plan for later is committed when its time has come: keep its token.")
        }
        guard (1...WireLimits.listLimitMax).contains(limit) else {
            throw ValidationError("--limit is 1 to \(WireLimits.listLimitMax).")
        }
    }

    /// Plans, prints the difference and, when asked to, commits.
    func run(_ request: PlanRequest, _ client: ControlClient) async throws {
        var request = request
        if let reason, request.reason == nil { request.reason = reason }
        let page = Page(limit: limit)
        let wanted = request
        if let token { return try await commit(wanted, token, nil, client) }
        let answer = try await SearchProgress.shown("planning") { try await client.plan(wanted, page: page) }
        if commit { return try await commit(wanted, answer.planToken, answer, client) }
        try output.print(answer) { PlanReport($0, commandCount: wanted.commands.count).print() }
    }

    private func commit(
        _ request: PlanRequest, _ token: String, _ plan: PlanAnswer?, _ client: ControlClient
    ) async throws {
        if let plan, output.output == .table {
            PlanReport(plan, commandCount: request.commands.count, isCommitted: true).print()
        }
        let done = try await client.commitPlan(
            PlanCommitRequest(commands: request.commands, planToken: token, reason: reason ?? ""))
        try output.print(CommittedPlan(plan: plan, commit: done)) { $0.commit.print() }
    }
}

/// A plan with what came of it, for programs.
private struct CommittedPlan: Encodable {
    var plan: PlanAnswer?
    var commit: PlanCommitAnswer
}

extension PlanCommitAnswer {
    fileprivate func print() {
        let terminal = Terminal.standardOutput
        var words = "Committed as revision \(revision)"
        if nodes > 0 { words += "; \(counted(nodes, "node")) changed" }
        if let replaced { words += "; \(counted(replaced.count, "node")) replaced in leases" }
        terminal.write(Style.good.applied(to: words + ".", inColour: terminal.usesColour))
        for lease in leases { terminal.write("  \(lease)") }
        if let degraded { terminal.write("Degraded: " + degraded.joined(separator: ", ")) }
    }
}
