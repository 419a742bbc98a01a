// Fault reports: made by tenants and operators, listed, decided; and which GPUs sit where.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import Packing
import Scheduling

enum FaultHandlers {
    // MARK: A tenant's own

    static func listOwn(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let tenant = try TenantHandlers.visibleTenant(exchange, in: view)
        return try page(view.book.faultReports(of: tenant.name), view, exchange)
    }

    static func report(_ exchange: Exchange) async throws -> Response {
        let tenant = try TenantHandlers.visibleTenant(exchange, in: exchange.scheduler.view)
        let body = try await exchange.body()
        let request = try exchange.decode(FaultReportRequest.self, from: body)
        let order = try order(request, of: tenant.name, exchange)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(.reportFault(order), context)
        // What was known before is among them, so that a repeated report finds its reports.
        var found: [FaultReport] = []
        let reports = view.book.faultReports(of: tenant.name)
        for (target, _) in order.targets {
            guard let report = reports.last(where: { $0.isAnswer(to: target, order, in: view.book) }) else { continue }
            if !found.contains(where: { $0.number == report.number }) { found.append(report) }
        }
        let answers = found.map { answer($0, view.book, exchange) }
        return exchange.answer(FaultReportList(faults: answers), .created, view: view)
    }

    private static func order(
        _ request: FaultReportRequest, of tenant: String, _ exchange: Exchange
    ) throws -> FaultOrder {
        var targets: [(target: FaultTarget, pointer: String)] = []
        for (index, text) in (request.gpus ?? []).enumerated() {
            guard let uuid = GPUUUID(text) else {
                throw Problem(
                    .badRequest, detail: "\(text) is not a GPU's UUID", pointer: "/gpus/\(index)",
                    expected: "a UUID such as GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5")
            }
            targets.append((.gpu(uuid), "/gpus/\(index)"))
        }
        for (index, node) in (request.nodes ?? []).enumerated() {
            targets.append((.node(node.node, modules: node.modules ?? []), "/nodes/\(index)"))
        }
        return FaultOrder(
            tenant: tenant, targets: targets, xid: request.xid.map { Int64($0) },
            recovery: request.recoveryAction.flatMap { Leasing.RecoveryAction(name: $0.rawValue) },
            text: request.text ?? "", keeps: request.keep ?? false,
            isAutomatic: exchange.services.faultRules.actsOnReports)
    }

    // MARK: All

    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        var reports: [FaultReport] = []
        if let tenant = exchange.query["tenant"] {
            reports = view.book.faultReports(of: tenant)
        } else {
            view.book.forEachFaultReport { report in
                reports.append(report)
                return true
            }
        }
        return try page(reports, view, exchange)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        return exchange.answer(answer(try wanted(exchange, in: view.book), view.book, exchange), view: view)
    }

    static func decide(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(FaultDecisionRequest.self, from: body)
        let report = try wanted(exchange, in: exchange.scheduler.view.book)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let act = request.act.flatMap { act in FaultReport.Act.allCases.first { $0.name == act.rawValue } }
        let (_, view, _) = try await exchange.submit(
            .decideFault(report.number, accepts: request.accept, act: act), context)
        let decided = view.book.faultReport(id: view.book.faultID(report.number)) ?? report
        return exchange.answer(answer(decided, view.book, exchange), view: view)
    }

    /// The same answer whether it is not there or somebody else's.
    private static func wanted(_ exchange: Exchange, in book: Book) throws -> FaultReport {
        let report = book.faultReport(id: try exchange.parameter("id"))
        if case .tenant(let own) = exchange.role, report?.tenant != own { throw notFound }
        guard let report else { throw notFound }
        return report
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such fault report") }

    private static func page(
        _ reports: [FaultReport], _ view: PublishedView, _ exchange: Exchange
    ) throws -> Response {
        let state = try exchange.query("state", "open, accepted, rejected or resolved") { FaultState(rawValue: $0) }
        let (limit, start) = (try exchange.limit(), Int(clamping: try exchange.cursor()))
        let wanted = reports.filter { report in state.map { $0.rawValue == report.state.name } ?? true }
        let page = wanted.dropFirst(start).prefix(limit)
        let next = start + page.count
        // The book's revision would tell a tenant how much others change.
        let revision = exchange.role == .operator || exchange.role == .auditor ? view.revision : 0
        let cursor = next < wanted.count ? Cursor(revision: revision, next: UInt64(next)).text : nil
        return exchange.answer(
            FaultReportList(faults: page.map { answer($0, view.book, exchange) }, cursor: cursor), view: view)
    }

    private static func answer(_ report: FaultReport, _ book: Book, _ exchange: Exchange) -> FaultReportAnswer {
        FaultReportAnswer(report, in: book, forProvider: exchange.audience == .provider)
    }

    // MARK: Policy

    static func policy(_ exchange: Exchange) async throws -> Response {
        exchange.answer(FaultPolicyAnswer(rules: rules), view: exchange.scheduler.view)
    }

    private static var rules: [FaultRule] {
        XIDPolicy.rules.flatMap { rule in
            guard let faultClass = rule.faultClass else {
                return Leasing.RecoveryAction.allCases.map { action in
                    self.rule(rule, ControlAPI.RecoveryAction(rawValue: action.name), XIDPolicy.faultClass(action))
                }
            }
            return [self.rule(rule, nil, faultClass)]
        }
    }

    private static func rule(
        _ rule: XIDRule, _ action: ControlAPI.RecoveryAction?, _ faultClass: Leasing.FaultClass
    ) -> FaultRule {
        let acts: (FaultAct, FaultAct) =
            switch faultClass {
            case .application, .unknown: (.none, .none)
            case .note: (.note, .note)
            case .drain: (.fault, .drain)
            case .fault: (.fault, .fault)
            }
        return FaultRule(
            xid: Int(rule.xid), recoveryAction: action, meaning: rule.meaning,
            faultClass: ControlAPI.FaultClass(rawValue: faultClass.name)!, whenReported: acts.0, whenMeasured: acts.1,
            source: rule.source)
    }

    // MARK: Identity

    static func identify(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body(limit: WireLimits.batchBodyBytesMax)
        let request = try exchange.decode(IdentifyRequest.self, from: body)
        let fleet = exchange.scheduler.view.book.fleet
        var gpus: [GPUIdentification] = []
        for (index, gpu) in request.gpus.enumerated() {
            guard let node = fleet.node(named: gpu.node) else {
                throw Problem(
                    .badRequest, detail: "there is no node \(gpu.node)", pointer: "/gpus/\(index)/node",
                    expected: "a node such as \(fleet.nodeName(NodeIndex(0)))")
            }
            let uuid = gpu.uuid.flatMap { GPUUUID($0) }
            if let text = gpu.uuid, uuid == nil {
                throw Problem(
                    .badRequest, detail: "\(text) is not a GPU's UUID", pointer: "/gpus/\(index)/uuid",
                    expected: "a UUID such as GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5")
            }
            gpus.append(GPUIdentification(node: node.offset, module: gpu.module, uuid: uuid))
        }
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (outcome, view, _) = try await exchange.submit(.identifyGPUs(gpus), context)
        return exchange.answer(
            IdentifyAnswer(
                nodes: outcome.nodeCount, identifiedGpus: view.book.identifiedGPUs, revision: Int(view.revision)),
            view: view)
    }
}

extension FaultReport {
    /// Whether it is what came of one target of an order.
    fileprivate func isAnswer(to target: FaultTarget, _ order: FaultOrder, in book: Book) -> Bool {
        guard xid == order.xid, recovery == order.recovery else { return false }
        switch target {
        case .gpu(let uuid):
            return moduleMask == 0
                || LeaseHardware.moduleIDs(of: moduleMask).contains { self.uuid(ofModule: $0) == uuid }
        case .node(let name, let modules):
            guard let node = book.register.node(of: PermanentNodeID(node)), book.fleet.nodeName(node) == name else {
                return false
            }
            return moduleMask == 0 || modules.allSatisfy { moduleMask >> ($0 - 1) & 1 == 1 } && !modules.isEmpty
        }
    }
}

extension FaultReportAnswer {
    /// A report as somebody may see it: who decided is the provider's affair.
    init(_ report: FaultReport, in book: Book, forProvider isProvider: Bool) {
        let node = book.register.node(of: PermanentNodeID(report.node))
        let modules = LeaseHardware.moduleIDs(of: report.moduleMask)
        self.init(
            id: book.faultID(report.number), state: FaultState(rawValue: report.state.name)!,
            act: FaultAct(rawValue: report.act.name)!, remark: report.remark, tenant: report.tenant,
            leases: report.leases.isEmpty ? nil : report.leases.map { book.naming.id(of: $0) },
            node: node.map { book.fleet.nodeName($0) },
            gpus: modules.isEmpty
                ? nil : modules.map { AllocatedGPU(module: $0, uuid: report.uuid(ofModule: $0)?.text) },
            xid: report.xid.map { Int($0) }, meaning: report.xid.flatMap { XIDPolicy.rule($0)?.meaning },
            recoveryAction: report.recovery.flatMap { ControlAPI.RecoveryAction(rawValue: $0.name) },
            faultClass: ControlAPI.FaultClass(rawValue: report.faultClass.name)!,
            text: report.text.isEmpty ? nil : report.text, keep: report.keeps ? true : nil, at: Timestamp(report.at),
            changedAt: Timestamp(report.decidedAt), by: isProvider ? report.actor : nil,
            decidedBy: isProvider ? report.decidedBy : nil)
    }
}
