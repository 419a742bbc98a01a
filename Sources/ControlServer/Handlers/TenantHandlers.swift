// Tenants.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import Packing
import Scheduling

enum TenantHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (names, cursor) = try exchange.page(of: view.book.tenantNames, in: view)
        let tenants = names.map { answer(view.book.tenant($0)!, view.book, exchange) }
        return exchange.answer(TenantList(tenants: tenants, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let tenant = try visibleTenant(exchange, in: view)
        return exchange.answer(answer(tenant, view.book, exchange), view: view)
    }

    static func put(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.checkedName()
        let body = try await exchange.body()
        let request = try exchange.decode(TenantSpecification.self, from: body)
        let isNew = exchange.scheduler.view.book.tenant(name) == nil
        let share = QuotaShare(
            cohort: request.cohort, borrowing: Quota(request.borrowingLimit), lending: Quota(request.lendingLimit))
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let command = Command.putTenant(
            name: name, quota: Quota(request.quota), share: share, description: request.description ?? "")
        let (_, view, _) = try await exchange.submit(command, context)
        guard let tenant = view.book.tenant(name) else { throw notFound }
        return exchange.answer(answer(tenant, view.book, exchange), isNew ? .created : .ok, view: view)
    }

    static func remove(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.parameter("name")
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (_, view, _) = try await exchange.submit(.removeTenant(name: name), context)
        return Response(status: .noContent, headers: exchange.headers(view: view))
    }

    private static func answer(_ tenant: Tenant, _ book: Book, _ exchange: Exchange) -> TenantAnswer {
        var (holds, meter) = (Leasing.Capacity(), Int64(0))
        tenant.leases.forEach { number, _ in
            if let lease = book.wholeLease(number), lease.state == .active || lease.state == .starting {
                holds.gpus += lease.promised.gpus
                holds.migInstances += lease.promised.migInstances
                holds.watts += lease.promised.watts
                meter += lease.meterWatts
            }
            return true
        }
        return TenantAnswer(
            name: tenant.name, index: Int(tenant.index), quota: QuotaSpecification(stated: tenant.quota),
            cohort: tenant.share.cohort, borrowingLimit: QuotaSpecification(stated: tenant.share.borrowing),
            lendingLimit: QuotaSpecification(stated: tenant.share.lending),
            description: tenant.description.isEmpty ? nil : tenant.description, holds: ControlAPI.Capacity(holds),
            wattsAtMeter: Int(meter), leases: tenant.leases.count)
    }

    static func visibleTenant(_ exchange: Exchange, in view: PublishedView) throws -> Tenant {
        let name = try exchange.parameter("name")
        if case .tenant(let own) = exchange.role, name != own { throw notFound }
        guard let tenant = view.book.tenant(name) else { throw notFound }
        return tenant
    }

    /// Whose account the path names: a tenant's, or that of one that was removed, which its provider goes on to see.
    static func accountedTenant(_ exchange: Exchange, in view: PublishedView) throws -> String {
        let name = try exchange.parameter("name")
        if exchange.role == .operator || exchange.role == .auditor, view.book.isFormerTenant(name) { return name }
        return try visibleTenant(exchange, in: view).name
    }

    static var notFound: Problem { Problem(.notFound, detail: "there is no such tenant") }
}
