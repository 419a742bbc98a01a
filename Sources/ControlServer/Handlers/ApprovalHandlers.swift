// What waits for a second operator.

import ControlAPI
import Hummingbird
import Leasing
import Scheduling

enum ApprovalHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (page, cursor) = try exchange.page(of: view.book.openApprovals, in: view)
        let approvals = page.map { answer($0, view.book, exchange) }
        return exchange.answer(ApprovalList(approvals: approvals, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        return exchange.answer(answer(try wanted(exchange, in: view.book), view.book, exchange), view: view)
    }

    static func respond(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(ApprovalRequest.self, from: body)
        let approval = try wanted(exchange, in: exchange.scheduler.view.book)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(
            .answerApproval(approval.number, approves: request.approve), context)
        return exchange.answer(answer(approval, view.book, exchange), view: view)
    }

    private static func wanted(_ exchange: Exchange, in book: Book) throws -> Approval {
        guard let number = ApprovalID.number(try exchange.parameter("id")), let approval = book.approval(number) else {
            throw Problem(
                .notFound, detail: "there is no such approval; it may have been answered or have expired")
        }
        return approval
    }

    private static func answer(_ approval: Approval, _ book: Book, _ exchange: Exchange) -> ApprovalAnswer {
        var answer = ApprovalAnswer(
            id: ApprovalID.text(approval.number), askedBy: approval.askedBy, reason: approval.reason,
            askedAt: Timestamp(approval.askedAt), expiresAt: Timestamp(approval.expiresAt))
        switch approval.subject {
        case .reclaim(_, let preview):
            answer.reclaim = NoticeEncoding(book: book, now: exchange.scheduler.now).answer(preview, to: exchange.role)
            answer.reclaim?.id = nil
        case .loadTarget(let target):
            answer.loadTarget = PlanLoadTarget(target, reason: approval.reason)
        }
        return answer
    }
}

extension PlanLoadTarget {
    /// A load target as it was asked for.
    fileprivate init(_ target: LoadTarget, reason: String) {
        let length = target.end.map { $0 - target.start }
        self.init(
            LoadTargetRequest(
                watts: Int(target.watts), start: target.startsWhenSet ? nil : Timestamp(target.start),
                end: target.startsWhenSet ? nil : target.end.map { Timestamp($0) },
                duration: target.startsWhenSet ? length.map { WireDuration(seconds: $0) } : nil,
                kind: target.kind == .physical ? .physical : .economic,
                restoreWattsPerMinute: target.restoreWattsPerMinute.map(Int.init), reason: reason),
            id: target.key.id, on: target.key.budget)
    }
}

/// Ids of approvals, which only the provider's people see.
enum ApprovalID {
    static func text(_ number: UInt64) -> String { "a-\(number)" }
    static func number(_ text: String) -> UInt64? { text.hasPrefix("a-") ? UInt64(text.dropFirst(2)) : nil }
}
