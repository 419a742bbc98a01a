// What-if plans: tried on a fork beside the writer, and committed by the writer when they still do the same.

import ControlAPI
import Hummingbird
import Leasing
import Packing
import Scheduling

enum PlanHandlers {
    static func plan(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body(limit: WireLimits.batchBodyBytesMax)
        let request = try exchange.decode(PlanRequest.self, from: body)
        let first = Int(clamping: try exchange.cursor())
        let listed = first..<first + (try exchange.limit())
        let (view, now) = exchange.present
        let reason = request.reason ?? "a plan"
        var context = try exchange.commandContext(reason: reason, body: body)
        (context.idempotencyKey, context.now) = (nil, now)
        let at = request.at?.epochSeconds
        let commands = try PlanReader(
            book: view.book, now: max(now, at ?? now), reason: reason, approvalSeconds: nil
        ).commands(
            request.commands)
        let bytes = CanonicalJSON.encode(request.commands)
        let answer: Result<PlanAnswer, Refusal> = await exchange.services.searcher.plan(
            commands, bytes, at: at, context, in: view.book, clock: exchange.scheduler.clock
        ) { change, micros in
            PlanEncoding(change: change, grantingCommands: request.grantingCommands, listed: listed).answer(
                micros: micros
            ) { Cursor(revision: view.revision, next: UInt64($0)).text }
        }
        switch answer {
        case .success(let answer): return exchange.answer(answer, view: view)
        case .failure(let refusal):
            throw await explained(refusal, commands, request.commands, at: at, context, in: view, exchange)
        }
    }

    static func commit(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body(limit: WireLimits.batchBodyBytesMax)
        let request = try exchange.decode(PlanCommitRequest.self, from: body)
        guard let token = PlanTokenText.bytes(request.planToken) else {
            throw Problem(
                .badRequest, detail: "this is not a plan token", pointer: "/planToken", expected: "a planToken")
        }
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (view, now) = exchange.present
        let reader = PlanReader(
            book: view.book, now: now, reason: request.reason,
            approvalSeconds: exchange.services.loadTargetApprovalSeconds)
        let commitment = PlanCommitment(token: token, request: CanonicalJSON.encode(request.commands))
        if let key = context.idempotencyKey, view.book.keepsSuccess(under: key) {
            // It is not decided again, so that commands which can no longer be read do no harm.
            let commands = try? reader.commands(request.commands)
            let again = commands.map { Command.carryOut($0, commitment) } ?? .heartbeat
            return answer(try await exchange.submit(again, context).0, exchange.scheduler.view, exchange)
        }
        let commands = try reader.commands(request.commands)
        let (outcome, after, _) = try await exchange.submit(.carryOut(commands, commitment), context)
        return answer(outcome, after, exchange)
    }

    private static func answer(_ outcome: Outcome, _ view: PublishedView, _ exchange: Exchange) -> Response {
        let nodes = NodeHandlers.answer(outcome, in: view.book)
        let answer = PlanCommitAnswer(
            revision: nodes.revision, leases: outcome.leases.map { view.book.naming.id(of: $0) }, nodes: nodes.nodes,
            replaced: nodes.replaced, degraded: nodes.degraded)
        return exchange.answer(answer, view: view)
    }

    /// A refusal says which command it is about; one for want of room says what is in the way and what would fit, as the
    /// commands before it leave the fleet.
    private static func explained(
        _ refusal: Refusal, _ commands: [PlannedCommand], _ requests: [PlanCommand], at: Int64?,
        _ context: CommandContext, in view: PublishedView, _ exchange: Exchange
    ) async -> Problem {
        let index = refusal.orderIndex
        // What is wrong with the plan itself is told as it is.
        guard refusal.pointer != "/at", refusal.pointer != "/commands", requests.indices.contains(index) else {
            return Problem(refusal)
        }
        var problem = Problem(refusal)
        problem.detail = "command \(index + 1) of \(requests.count), \(requests[index].name): \(problem.detail)"
        if refusal.code == .noCapacity || refusal.code == .quotaExceeded,
            let request = requests[index].reserve, case .requestLeases(let orders, _) = commands[index].command,
            let fork = try? await exchange.services.searcher.run({
                try index == 0
                    ? view.book : view.book.planned(commands[..<index], at: at, context)
            })
        {
            let explanation = await exchange.services.searcher.explain(
                orders[0], to: exchange.audience, in: fork, now: max(context.now, at ?? context.now))
            problem.blockers = explanation.obstacles.map { Blocker($0) }
            problem.counterOffers = explanation.counterOffers.map { ControlAPI.CounterOffer($0, like: request) }
        }
        return problem.inside("/commands/\(index)/\(requests[index].name)")
    }
}

extension PlanRequest {
    /// The places of the commands that grant a lease.
    fileprivate var grantingCommands: [Int] { commands.indices.filter { commands[$0].reserve != nil } }
}

extension Searcher {
    /// Tries commands on a fork of a view and measures what they change.
    func plan(
        _ commands: [PlannedCommand], _ request: [UInt8], at: Int64?, _ context: CommandContext, in book: Book,
        clock: any Clock, _ measure: @Sendable (PlannedChange, Int) -> PlanAnswer
    ) -> Result<PlanAnswer, Refusal> {
        let start = clock.steadyNanoseconds
        do throws(Refusal) {
            let change = try book.plan(commands, request: request, at: at, context)
            return .success(measure(change, Int((clock.steadyNanoseconds - start + 999) / 1_000)))
        } catch {
            return .failure(error)
        }
    }
}
