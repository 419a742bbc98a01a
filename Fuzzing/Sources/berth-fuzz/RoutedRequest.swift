// What a request asks of the book, read as the handler of its route reads it.

import FleetModel
import Packing
import Recurrence

@testable import ControlAPI
@testable import ControlServer
@testable import Leasing

/// A request as an input has it: in its first line the route, who asks (`-` for an operator, else a tenant), and what the path
/// says beyond the route, where `#1` stands for the id of lease 1; in the rest the body.
struct RoutedRequest {
    private let route: Route
    let audience: Audience
    private let path: [String]
    private let body: [UInt8]

    /// Nil for what no route takes.
    init?(_ input: Addressed) {
        guard input.words.count >= 2, let route = Route.named(input.words[0]) else { return nil }
        self.route = route
        audience = input.words[1] == "-" ? .provider : .tenant(input.words[1])
        path = Array(input.words.dropFirst(2))
        body = input.rest
    }

    /// The commands that it comes to, in order; none where it asks for an answer alone.
    ///
    /// - Throws: what the caller would be told.
    func commands(in book: Book, now: Int64) throws -> [Command] {
        if let verb = verb {
            return [try NodeHandlers.command(verb, try read(), in: book.fleet)]
        }
        return try leases(in: book, now: now) ?? nouns(in: book) ?? operations(in: book, now: now)
            ?? searches(in: book, now: now) ?? []
    }

    private var verb: ControlAPI.NodeVerb? {
        route.name.hasSuffix("Nodes") ? ControlAPI.NodeVerb(rawValue: String(route.name.dropLast(5))) : nil
    }

    private func read<Body: Decodable>() throws -> Body { try StrictJSON.decode(Body.self, from: body) }

    private func word(_ place: Int = 0) throws -> String {
        guard path.indices.contains(place) else { throw Problem(.notFound, detail: "there is nothing at this path") }
        return path[place]
    }

    private func lease(in book: Book) throws -> Lease {
        let word = try word()
        let lease = word.hasPrefix("#") ? UInt64(word.dropFirst()).flatMap { book.lease($0) } : book.lease(id: word)
        guard let lease, lease.partOf == nil, audience == .provider || audience == .tenant(lease.tenant) else {
            throw LeaseHandlers.notFound
        }
        return lease
    }

    // MARK: Leases

    private func leases(in book: Book, now: Int64) throws -> [Command]? {
        switch route.name {
        case "requestLease":
            let request: LeaseRequest = try read()
            let order = try LeaseOrder(request, in: book, now: now)
            guard let recurrence = request.recurrence else {
                return [.requestLeases([order], planTokens: [try LeaseHandlers.token(of: request)])]
            }
            let orders = try RecurringWindows(recurrence, at: "/recurrence").windows.enumerated().map { place, window in
                var order = order
                (order.start, order.end, order.durationSeconds) = (window.lowerBound, window.upperBound, nil)
                order.label = LeaseSeries.label(request.label ?? "", place: place + 1)
                return order
            }
            return [.requestSeries(request.label ?? "", orders)]
        case "requestLeases":
            let (batch, pins): (LeaseBatchRequest, PinReader) = (try read(), PinReader())
            let orders = try batch.leases.map { try LeaseOrder($0, in: book, now: now, pins: pins) }
            let tokens = try batch.leases.map { try LeaseHandlers.token(of: $0) }
            guard !orders.isEmpty, orders.count <= OrderLimits.leasesMax else { return [] }
            return batch.atomic
                ? [.requestLeases(orders, planTokens: tokens)]
                : zip(orders, tokens).map { .requestLeases([$0], planTokens: [$1]) }
        case "importLeases": return [.importBook(try importOrder(in: book, now: now))]
        case "releaseLease": return [.releaseLease(try lease(in: book).number, by: audience)]
        case "releaseSeries": return [.releaseSeries(try word(), tenant: try word(1), by: audience)]
        case "amendLease":
            let lease = try lease(in: book)
            return [.amendLease(lease.number, try amendment(of: lease, in: book))]
        case "serveReclaim":
            let request: ReclaimRequest = try read()
            guard audience == .provider || request.clause == .cancellation else { return [] }
            return [
                .serveReclaim(
                    try lease(in: book).number, ReclaimOrder(request, byTenant: audience != .provider))
            ]
        case "withdrawReclaim": return [.withdrawReclaim(try lease(in: book).number, byTenant: audience != .provider)]
        case "nominate":
            let request: NominationRequest = try read()
            let nodes = try PinReader().nodes(request.nodes, in: book.fleet, "/nodes") ?? []
            return [.nominate(try lease(in: book).number, nodes: nodes)]
        case "splitLease":
            let request: LeaseSplitRequest = try read()
            let selection = try TransferHandlers.selection(request.nodes, request.lines, in: book)
            return [.splitLease(try lease(in: book).number, selection ?? LeaseSelection(), by: audience)]
        default: return try handovers(in: book)
        }
    }

    private func handovers(in book: Book) throws -> [Command]? {
        switch route.name {
        case "proposeTransfer":
            let request: TransferRequest = try read()
            guard let lease = book.lease(id: request.lease) else { throw LeaseHandlers.notFound }
            let selection = try TransferHandlers.selection(request.nodes, request.lines, in: book)
            return [.proposeTransfer(lease.number, TransferOrder(to: request.to, selection: selection), by: audience)]
        case "answerTransfer":
            let request: TransferReplyRequest = try read()
            let reply = TransferReply(accepts: request.accept, contract: request.contract, label: request.label)
            return [.answerTransfer(try number(), reply, by: audience)]
        case "withdrawTransfer": return [.withdrawTransfer(try number(), by: audience)]
        case "proposeSublease":
            let request: SubleaseRequest = try read()
            guard let lease = book.lease(id: request.lease) else { throw LeaseHandlers.notFound }
            let order = SubleaseOrder(
                to: request.to, selection: try TransferHandlers.selection(request.nodes, request.lines, in: book),
                end: request.end?.epochSeconds, pricePerGPUHourMicros: request.pricePerGpuHour?.micros,
                noticeSeconds: request.noticePeriod?.seconds)
            return [.proposeSublease(lease.number, order, by: audience)]
        case "answerSublease":
            let request: SubleaseReplyRequest = try read()
            return [.answerSublease(try number(), accepts: request.accept, label: request.label, by: audience)]
        case "endSublease": return [.endSublease(try number(), by: audience)]
        default: return nil
        }
    }

    private func number() throws -> UInt64 {
        guard let number = UInt64(try word()) else { throw Problem(.notFound, detail: "there is no such number") }
        return number
    }

    private func amendment(of lease: Lease, in book: Book) throws -> Amendment {
        let (request, pins): (AmendmentRequest, PinReader) = (try read(), PinReader())
        var cap: PowerCap?
        if let watts = request.capWattsPerGpu { cap = .watts(Int64(watts)) }
        if let percent = request.capPercent { cap = .percent(percent) }
        let lines = try (request.reservations ?? []).enumerated().map { place, item in
            guard let line = item.added else {
                let ramp = item.ramp.map { $0.map { Leasing.RampStep($0) } }
                return LineAmendment(name: item.name, change: ramp.map { .ramp($0) } ?? .count(item.count ?? 0))
            }
            return LineAmendment(
                name: item.name,
                change: .added(try LeaseLine(line, index: place, sites: lease.sites, named: item.name, in: book, pins)))
        }
        return Amendment(
            end: request.end?.epochSeconds, extendBySeconds: request.extendBy?.seconds, cap: cap, lines: lines,
            from: request.from?.epochSeconds, adoptsTerms: request.adoptTerms ?? false, audience: audience)
    }

    private func importOrder(in book: Book, now: Int64) throws -> ImportOrder {
        let (request, pins): (ImportRequest, PinReader) = (try read(), PinReader())
        var order = ImportOrder()
        for tenant in request.tenants ?? [] {
            let stated = tenant.specification
            let share = QuotaShare(
                cohort: stated.cohort, borrowing: Quota(stated.borrowingLimit), lending: Quota(stated.lendingLimit))
            order.tenants.append((tenant.name, Quota(stated.quota), share, stated.description ?? ""))
        }
        order.contracts = (request.contracts ?? []).map { ($0.name, ContractTerms($0.specification)) }
        for lease in request.leases
        where lease.reservations.allSatisfy({ $0.hold != nil }) && lease.recurrence == nil && lease.planToken == nil {
            order.leases.append(try LeaseOrder(lease, in: book, now: now, pins: pins, isImport: true))
        }
        return order
    }

    // MARK: Nouns

    private func nouns(in book: Book) throws -> [Command]? {
        switch route.name {
        case "setTenant":
            let request: TenantSpecification = try read()
            let share = QuotaShare(
                cohort: request.cohort, borrowing: Quota(request.borrowingLimit), lending: Quota(request.lendingLimit))
            return [
                .putTenant(
                    name: try name(), quota: Quota(request.quota), share: share, description: request.description ?? "")
            ]
        case "removeTenant": return [.removeTenant(name: try word())]
        case "setCohort":
            let request: CohortSpecification = try read()
            let share = QuotaShare(
                cohort: request.parent, borrowing: Quota(request.borrowingLimit), lending: Quota(request.lendingLimit))
            let cohort = Cohort(
                name: try name(), quota: Quota(request.quota), share: share, description: request.description ?? "")
            return [.putCohort(cohort)]
        case "removeCohort": return [.removeCohort(name: try word())]
        case "setContract": return [.putContract(name: try name(), terms: ContractTerms(try read()))]
        case "removeContract": return [.removeContract(name: try word())]
        case "makeTenantToken", "makeToken":
            let request: TokenRequest = try read()
            let owner: TokenOwner = try route.name == "makeToken" ? .auditor : .tenant(word())
            let scopes = (request.scopes ?? []).reduce(into: TokenScopes()) { scopes, name in
                for scope in TokenScopes.named where scope.name == name.rawValue { scopes.insert(scope.scope) }
            }
            return [
                .makeToken(
                    TokenOrder(
                        owner: owner, name: request.name, scopes: scopes, digest: Array(0..<32),
                        lifeSeconds: min(request.expiresIn?.seconds ?? 86_400, 366 * 86_400), parent: nil))
            ]
        case "revokeToken": return [.revokeToken(try number())]
        default: return nil
        }
    }

    private func name() throws -> String {
        let name = try word()
        guard ResourceName.isValid(name) else { throw Problem(.badRequest, detail: "\(name) is not a name") }
        return name
    }

    // MARK: Operations

    private func operations(in book: Book, now: Int64) throws -> [Command]? {
        switch route.name {
        case "setMaintenance":
            return [
                .putMaintenance(try name(), try MaintenanceHandlers.plan(try read(), in: book.fleet, now: now).plan)
            ]
        case "removeMaintenance": return [.removeMaintenance(try word())]
        case "identifyGpus":
            let request: IdentifyRequest = try read()
            return [
                .identifyGPUs(
                    try request.gpus.map { gpu in
                        guard let node = book.fleet.node(named: gpu.node) else {
                            throw Problem(.badRequest, detail: "there is no node \(gpu.node)")
                        }
                        let uuid = gpu.uuid.flatMap { GPUUUID($0) }
                        guard (uuid == nil) == (gpu.uuid == nil) else { throw Problem(.badRequest, detail: "no UUID") }
                        return GPUIdentification(node: node.offset, module: gpu.module, uuid: uuid)
                    })
            ]
        case "reportFaults":
            let request: FaultReportRequest = try read()
            let gpus = (request.gpus ?? []).compactMap { GPUUUID($0) }.map { (FaultTarget.gpu($0), "/gpus") }
            let nodes = (request.nodes ?? []).map { (FaultTarget.node($0.node, modules: $0.modules ?? []), "/nodes") }
            return [
                .reportFault(
                    FaultOrder(
                        tenant: try word(), targets: gpus + nodes, xid: request.xid.map { Int64($0) },
                        recovery: request.recoveryAction.flatMap { Leasing.RecoveryAction(name: $0.rawValue) },
                        text: request.text ?? "", keeps: request.keep ?? false))
            ]
        case "decideFault":
            let request: FaultDecisionRequest = try read()
            let act = request.act.flatMap { act in FaultReport.Act.allCases.first { $0.name == act.rawValue } }
            return [.decideFault(try number(), accepts: request.accept, act: act)]
        case "setLoadTarget":
            let (request, key): (LoadTargetRequest, _) = (
                try read(), LoadTargetKey(budget: try word(), id: try word(1))
            )
            let seconds: Int64? = path.count > 2 ? 3_600 : nil
            return [
                .setLoadTarget(
                    try LoadTargetHandlers.target(request, key, in: book, now: now), approvalSeconds: seconds)
            ]
        case "removeLoadTarget": return [.removeLoadTarget(LoadTargetKey(budget: try word(), id: try word(1)))]
        case "acknowledgeOrders":
            let request: OrderAcknowledgement = try read()
            let numbers = request.acknowledge.compactMap { OrderID.number($0) }
            return [.acknowledgeOrders(numbers.filter { book.order($0) != nil })]
        case "failFeed": return [.failFeed(try word(), source: path.count > 1 ? path[1] : nil)]
        case "restoreFeed": return [.restoreFeed(try word(), source: path.count > 1 ? path[1] : nil)]
        case "answerApproval":
            let request: ApprovalRequest = try read()
            return [.answerApproval(try number(), approves: request.approve)]
        case "freezeTime": return [.setFreeze(true)]
        case "unfreezeTime": return [.setFreeze(false)]
        case "finaliseUpgrade": return [.finaliseUpgrade]
        default: return nil
        }
    }

    // MARK: Searches

    private func searches(in book: Book, now: Int64) throws -> [Command]? {
        switch route.name {
        case "findOffers":
            let request: OfferRequest = try read()
            let query = try OfferQuery(request, in: book, now: now)
            let offers = try book.offers(for: query, now: now)
            let encoding = OfferEncoding(
                book: book, role: Sample.role(of: audience), request: request, query: query)
            _ = CanonicalJSON.encode(encoding.answer(offers, []))
        case "planDefragmentation":
            let request: DefragmentRequest = try read()
            let shape: PlacementShape =
                switch request.shape {
                case .block: .block
                case .nvl72: .nvl72
                default: .rack
                }
            let query = DefragmentationQuery(
                shape: shape, count: request.count, by: request.by.epochSeconds,
                seconds: request.duration?.seconds ?? 86_400, sites: request.sites ?? [], models: request.gpu ?? [])
            _ = try book.defragmentation(for: query, now: now)
        case "plan":
            let request: PlanRequest = try read()
            let at = request.at?.epochSeconds
            let reason = request.reason ?? "a plan"
            let reader = PlanReader(book: book, now: max(now, at ?? now), reason: reason, approvalSeconds: nil)
            let change = try book.plan(
                try reader.commands(request.commands), request: CanonicalJSON.encode(request.commands), at: at,
                Sample.context(at: now))
            let places = request.commands.indices.filter { request.commands[$0].reserve != nil }
            let answer = PlanEncoding(change: change, grantingCommands: places, listed: 0..<100).answer(micros: 1) {
                Cursor(revision: book.revision, next: UInt64($0)).text
            }
            _ = CanonicalJSON.encode(answer)
        case "commitPlan":
            let request: PlanCommitRequest = try read()
            guard let token = PlanTokenText.bytes(request.planToken) else { return [] }
            let reader = PlanReader(book: book, now: now, reason: request.reason, approvalSeconds: nil)
            let commitment = PlanCommitment(token: token, request: CanonicalJSON.encode(request.commands))
            return [.carryOut(try reader.commands(request.commands), commitment)]
        default: return nil
        }
        return []
    }
}
