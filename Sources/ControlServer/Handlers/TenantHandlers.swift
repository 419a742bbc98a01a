// Tenants, and the tenant's poll.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Packing
import Scheduling
import Synchronization

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

    static var notFound: Problem { Problem(.notFound, detail: "there is no such tenant") }
}

/// The tenant's poll: answered at once when something changed, else when it does.
enum PollHandler {
    static func poll(_ exchange: Exchange) async throws -> Response {
        let known = try exchange.query("index", "a number") { UInt64($0) }
        var view = exchange.scheduler.view
        var tenant = try TenantHandlers.visibleTenant(exchange, in: view)
        if let known, known != 0, known == tenant.index {
            let (scheduler, name) = (exchange.scheduler, tenant.name)
            try await exchange.waitForChange(of: name) { scheduler.view.book.tenant(name)?.index == known }
            view = exchange.scheduler.view
            tenant = try TenantHandlers.visibleTenant(exchange, in: view)
        }
        exchange.noteAccess(to: tenant.name)
        var headers = exchange.headers(view: view)
        let tag = "\"\(exchange.services.epoch)-\(tenant.index)\""
        headers[.eTag] = tag
        headers[.index] = String(tenant.index)
        if exchange.request.headers[values: .ifNoneMatch].contains(tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = MediaTypes.json
        let body = exchange.services.pollBodies.body(of: tenant, in: view.book)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
    }
}

extension Exchange {
    /// Waits as long as `?wait=` says for a change of an answer that is still the one that the caller knows.
    func waitForChange(of name: String, isStillCurrent: @escaping () -> Bool) async throws {
        let wait = try query("wait", "a duration like 60s, at most 300s") { WireDuration($0)?.seconds } ?? 0
        guard wait > 0 else { return }
        let seconds = min(wait, Int64(WireLimits.waitSecondsMax))
        // Polls that began together do not end together.
        let jitter = Int64.random(in: 0...(seconds * 1_000 / 16))
        await services.polls.wait(
            for: name, upTo: .milliseconds(seconds * 1_000 + jitter), on: context.channel.eventLoop,
            isStillCurrent: isStillCurrent)
    }
}

/// Poll answers as bytes, made once for each change of a tenant's answer.
final class PollBodies: Sendable {
    private let bodies = Mutex<[String: (index: UInt64, body: ByteBuffer)]>([:])

    func body(of tenant: Tenant, in book: Book) -> ByteBuffer {
        if let kept = bodies.withLock({ $0[tenant.name] }), kept.index == tenant.index { return kept.body }
        let body = ByteBuffer(bytes: CanonicalJSON.encode(allocation(of: tenant, in: book)))
        bodies.withLock { bodies in
            if (bodies[tenant.name]?.index ?? 0) < tenant.index { bodies[tenant.name] = (tenant.index, body) }
        }
        return body
    }

    /// Forgets tenants that are gone.
    func forget(_ names: Set<String>, in book: Book) {
        bodies.withLock { bodies in
            for name in names where bodies[name] != nil && book.tenant(name) == nil { bodies[name] = nil }
        }
    }

    private func allocation(of tenant: Tenant, in book: Book) -> TenantAllocation {
        let encoding = LeaseEncoding(book: book, role: .tenant(tenant.name))
        var (leases, held) = ([HeldLease](), [Lease]())
        var nextChangeAt: Int64?
        tenant.leases.forEach { number, _ in
            guard let lease = book.wholeLease(number) else { return true }
            leases.append(encoding.held(lease))
            held += lease.parts
            if let change = lease.nextChangeAt { nextChangeAt = min(nextChangeAt ?? change, change) }
            return true
        }
        let notices = NoticeEncoding(book: book, now: book.time).notices(of: held).map {
            Notice(id: $0.id, kind: $0.kind, deadline: $0.deadline, acknowledged: $0.acknowledged)
        }
        let transfers = TransferEncoding(book: book, role: .tenant(tenant.name)).notices(to: tenant.name)
        let subleases = SubleaseEncoding(book: book, role: .tenant(tenant.name))
        let (sublet, letChangesAt) = subleases.held(by: tenant.name)
        if let change = letChangesAt { nextChangeAt = min(nextChangeAt ?? change, change) }
        let faults = book.faultReports(of: tenant.name).filter { !$0.state.isFinal }.map {
            FaultReportAnswer($0, in: book, forProvider: false)
        }
        return TenantAllocation(
            tenant: tenant.name, index: Int(tenant.index), nextChangeAt: nextChangeAt.map { Timestamp($0) },
            leases: leases,
            notices: (notices + transfers + subleases.notices(to: tenant.name)).sorted {
                ($0.deadline, $0.id) < ($1.deadline, $1.id)
            },
            faults: faults.isEmpty ? nil : faults, subleases: sublet.isEmpty ? nil : sublet)
    }
}
