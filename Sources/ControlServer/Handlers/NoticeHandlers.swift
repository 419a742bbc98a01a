// Notices to tenants.

import ControlAPI
import Hummingbird
import Leasing
import MerkleLog
import Scheduling

enum NoticeHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let encoding = NoticeEncoding(book: view.book, now: exchange.scheduler.now)
        let (notices, cursor) = try exchange.page(of: encoding.notices(of: visible(exchange, view)), in: view)
        let log: LogName = if case .tenant(let own) = exchange.role { .tenant(own) } else { .book }
        return exchange.answer(
            NoticeList(notices: notices, auditHead: await exchange.auditHead(of: log), cursor: cursor), view: view)
    }

    static func acknowledge(_ exchange: Exchange) async throws -> Response {
        let before = exchange.scheduler.view
        let id = try exchange.parameter("id")
        guard let number = before.book.noticeNumber(of: id),
            let lease = visible(exchange, before).first(where: { lease in
                lease.curtailments.contains { $0.notice == number }
                    || before.book.reclaims(of: lease.number).contains { $0.notice == number }
            })
        else { throw notFound }
        let context = try exchange.commandContext(reason: exchange.query["reason"] ?? "notice read", body: [])
        let (_, view, _) = try await exchange.submit(.acknowledgeNotice(number, lease: lease.number), context)
        let encoding = NoticeEncoding(book: view.book, now: exchange.scheduler.now)
        let notices = view.book.lease(lease.number).map { encoding.notices(of: [$0]) } ?? []
        guard let notice = notices.first(where: { $0.id == id }) else { throw notFound }
        return exchange.answer(notice, view: view)
    }

    /// Leases with notices that the caller may see.
    private static func visible(_ exchange: Exchange, _ view: PublishedView) -> [Lease] {
        var leases: [Lease] = []
        view.book.forEachLease { lease in
            guard !lease.curtailments.isEmpty || !view.book.reclaims(of: lease.number).isEmpty, !lease.state.isFinal
            else {
                return true
            }
            if case .tenant(let own) = exchange.role, lease.tenant != own { return true }
            leases.append(lease)
            return true
        }
        return leases
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such notice") }
}
