// Cohorts: tenants that lend each other idle quota.

import ControlAPI
import Hummingbird
import Leasing
import Scheduling

enum CohortHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (names, cursor) = try exchange.page(of: view.book.cohortNames, in: view)
        let cohorts = names.map { answer(view.book.cohort($0)!, view.book) }
        return exchange.answer(CohortList(cohorts: cohorts, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        guard let cohort = view.book.cohort(try exchange.parameter("name")) else { throw notFound }
        return exchange.answer(answer(cohort, view.book), view: view)
    }

    static func put(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.checkedName()
        let body = try await exchange.body()
        let request = try exchange.decode(CohortSpecification.self, from: body)
        let isNew = exchange.scheduler.view.book.cohort(name) == nil
        let share = QuotaShare(
            cohort: request.parent, borrowing: Quota(request.borrowingLimit), lending: Quota(request.lendingLimit))
        let cohort = Cohort(
            name: name, quota: Quota(request.quota), share: share, description: request.description ?? "")
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(.putCohort(cohort), context)
        guard let cohort = view.book.cohort(name) else { throw notFound }
        return exchange.answer(answer(cohort, view.book), isNew ? .created : .ok, view: view)
    }

    static func remove(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.parameter("name")
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (_, view, _) = try await exchange.submit(.removeCohort(name: name), context)
        return Response(status: .noContent, headers: exchange.headers(view: view))
    }

    private static func answer(_ cohort: Cohort, _ book: Book) -> CohortAnswer {
        let members = book.members(ofCohort: cohort.name)
        let specification = CohortSpecification(
            parent: cohort.share.cohort, quota: QuotaSpecification(stated: cohort.quota),
            borrowingLimit: QuotaSpecification(stated: cohort.share.borrowing),
            lendingLimit: QuotaSpecification(stated: cohort.share.lending),
            description: cohort.description.isEmpty ? nil : cohort.description)
        return CohortAnswer(
            name: cohort.name, specification: specification,
            capacity: QuotaSpecification(book.capacity(ofCohort: cohort.name) ?? Quota()),
            used: QuotaSpecification(book.usage(ofCohort: cohort.name, at: book.time)),
            tenants: members.tenants, cohorts: members.cohorts)
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such cohort") }
}

extension Quota {
    init(_ specification: QuotaSpecification?) {
        self.init(gpus: specification?.gpus, watts: specification?.watts.map(Int64.init))
    }
}

extension QuotaSpecification {
    init(_ quota: Quota) { self.init(gpus: quota.gpus, watts: quota.watts.map(Int.init)) }

    /// Nil where it limits nothing.
    init?(stated quota: Quota) {
        guard quota != Quota() else { return nil }
        self.init(quota)
    }
}
