// Every route: who may use it, what its query may say, and what answers it.

import ControlAPI
import HTTPTypes

/// A set of roles, tenants taken together.
enum Audiences {
    static let all: Set<RoleKind> = [.operator, .auditor, .actuator, .tenant]
    static let provider: Set<RoleKind> = [.operator, .auditor, .actuator]
    static let readers: Set<RoleKind> = [.operator, .auditor]
    static let holders: Set<RoleKind> = [.operator, .auditor, .tenant]
    static let requesters: Set<RoleKind> = [.operator, .tenant]
    static let operators: Set<RoleKind> = [.operator]
    /// Those that report what hardware does.
    static let reporters: Set<RoleKind> = [.operator, .actuator]
}

/// A role without its name.
enum RoleKind: Hashable {
    case `operator`, auditor, actuator, tenant

    init(_ role: Role) {
        self =
            switch role {
            case .operator: .operator
            case .auditor: .auditor
            case .actuator: .actuator
            case .tenant: .tenant
            }
    }
}

/// One method on one path.
struct Route: Sendable {
    typealias Handler = @Sendable (Exchange) async throws -> ControlResponse

    let method: HTTPRequest.Method
    /// With parameters as `{name}`.
    let pattern: String
    let allowed: Set<RoleKind>
    let query: Set<String>
    let handler: Handler

    init(
        _ method: HTTPRequest.Method, _ pattern: String, _ allowed: Set<RoleKind>, query: Set<String> = [],
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.allowed = allowed
        self.query = query
        self.handler = handler
    }

    static let all: [Route] =
        [
            Route(.get, Routes.liveness, Audiences.all, StatusHandlers.healthy),
            Route(.get, Routes.readiness, Audiences.all, StatusHandlers.ready),
            Route(.get, Routes.status, Audiences.provider, StatusHandlers.status),
            Route(.get, Routes.fleet, Audiences.provider, StatusHandlers.fleet),
            Route(.get, Routes.fleetCaps, Audiences.provider, CapHandlers.table),
            Route(.get, Routes.verify, Audiences.readers, StatusHandlers.verify),
            Route(
                .get, Routes.audit, Audiences.holders, query: ["after", "limit", "tenant", "stored"], AuditHandlers.list
            ),
            Route(.get, Routes.auditHead, Audiences.holders, query: ["tenant", "size"], AuditHandlers.head),
            Route(
                .get, Routes.auditProof, Audiences.holders, query: ["number", "tenant", "size"], AuditHandlers.proof),
            Route(
                .get, Routes.auditConsistency, Audiences.holders, query: ["from", "to", "tenant"],
                AuditHandlers.consistency),
            Route(
                .get, Routes.auditAccess, Audiences.holders, query: ["tenant", "since", "limit"], AccessHandlers.list),
            Route(.post, Routes.backup, Audiences.operators, StatusHandlers.backup),
            Route(.post, Routes.confirmClock, Audiences.operators, StatusHandlers.confirmClock),
            Route(
                .get, Routes.domains, Audiences.provider, query: ["level", "within", "limit", "cursor"],
                DomainHandlers.list),
            Route(.get, Routes.budgets, Audiences.provider, query: ["kind"], BudgetHandlers.list),
            Route(
                .get, Routes.budgetTimelinePattern, Audiences.provider, query: ["start", "end"],
                BudgetHandlers.timeline),
            Route(.get, Routes.loadTargets, Audiences.provider, query: ["state"], LoadTargetHandlers.list),
            Route(.get, Routes.loadTargetPattern, Audiences.provider, LoadTargetHandlers.show),
            Route(.put, Routes.loadTargetPattern, Audiences.operators, query: ["dryRun"], LoadTargetHandlers.put),
            Route(.delete, Routes.loadTargetPattern, Audiences.operators, query: ["reason"], LoadTargetHandlers.remove),
            Route(.get, Routes.orders, Audiences.provider, query: ["index", "wait"], OrderHandlers.list),
            Route(.post, Routes.orders, [.operator, .actuator], OrderHandlers.acknowledge),
            Route(.get, Routes.notices, Audiences.holders, NoticeHandlers.list),
            Route(.post, Routes.noticeAckPattern, Audiences.requesters, NoticeHandlers.acknowledge),
            Route(.post, Routes.freeze, Audiences.operators, FreezeHandlers.freeze),
            Route(.post, Routes.unfreeze, Audiences.operators, FreezeHandlers.unfreeze),
            Route(
                .get, Routes.budgetHistoryPattern, Audiences.provider, query: ["start", "end", "step"],
                HistoryHandlers.history),
            Route(.post, Routes.telemetry, Audiences.reporters, TelemetryHandlers.take),
            Route(.get, Routes.alerts, Audiences.provider, TelemetryHandlers.alerts),
            Route(
                .get, Routes.forecast, Audiences.readers, query: ["site", "start", "end", "step"],
                ForecastHandlers.forecast),
            Route(.get, Routes.metrics, Audiences.provider, MetricsHandlers.metrics),
            Route(.post, Routes.budgetFailPattern, Audiences.operators, query: ["source"], FeedHandlers.fail),
            Route(.post, Routes.budgetRestorePattern, Audiences.operators, query: ["source"], FeedHandlers.restore),
            Route(
                .get, Routes.nodes, Audiences.provider, query: ["state", "within", "limit", "cursor"], NodeHandlers.list
            ),
            Route(
                .get, Routes.leases, Audiences.holders, query: ["tenant", "state", "limit", "cursor"],
                LeaseHandlers.list),
            Route(.post, Routes.leases, Audiences.requesters, query: ["dryRun"], LeaseHandlers.create),
            Route(
                .delete, Routes.leases, Audiences.requesters, query: ["series", "tenant", "reason"],
                SeriesHandlers.release),
            Route(.post, Routes.leaseBatch, Audiences.requesters, LeaseHandlers.createBatch),
            Route(.post, Routes.imports, Audiences.operators, query: ["dryRun"], ImportHandlers.run),
            Route(.post, Routes.offers, Audiences.requesters, OfferHandlers.create),
            Route(.post, Routes.plans, Audiences.operators, query: ["limit", "cursor"], PlanHandlers.plan),
            Route(.post, Routes.planDefragment, Audiences.operators, DefragmentHandlers.plan),
            Route(.post, Routes.planCommit, Audiences.operators, PlanHandlers.commit),
            Route(.get, Routes.leasePattern, Audiences.holders, LeaseHandlers.show),
            Route(.delete, Routes.leasePattern, Audiences.requesters, query: ["reason"], LeaseHandlers.release),
            Route(
                .get, Routes.leaseAllocationPattern, Audiences.all, query: ["format"], AllocationHandlers.show),
            Route(
                .post, Routes.leaseAmendmentsPattern, Audiences.requesters, query: ["dryRun"],
                AmendmentHandlers.amend),
            Route(.get, Routes.leaseReclaimPattern, Audiences.holders, ReclaimHandlers.list),
            Route(
                .post, Routes.leaseReclaimPattern, Audiences.requesters, query: ["dryRun"], ReclaimHandlers.serve),
            Route(
                .delete, Routes.leaseReclaimPattern, Audiences.requesters, query: ["reason"], ReclaimHandlers.withdraw),
            Route(.post, Routes.leaseNominationPattern, [.tenant], ReclaimHandlers.nominate),
            Route(
                .post, Routes.leaseSplitPattern, Audiences.requesters, query: ["dryRun"], TransferHandlers.split),
            Route(.get, Routes.transfers, Audiences.holders, TransferHandlers.list),
            Route(.post, Routes.transfers, Audiences.requesters, TransferHandlers.propose),
            Route(.get, Routes.transferPattern, Audiences.holders, TransferHandlers.show),
            Route(.post, Routes.transferPattern, Audiences.requesters, TransferHandlers.respond),
            Route(
                .delete, Routes.transferPattern, Audiences.requesters, query: ["reason"], TransferHandlers.withdraw),
            Route(.get, Routes.approvals, Audiences.readers, ApprovalHandlers.list),
            Route(.get, Routes.approvalPattern, Audiences.readers, ApprovalHandlers.show),
            Route(.post, Routes.approvalPattern, Audiences.operators, ApprovalHandlers.respond),
            Route(.get, Routes.leaseGuardsPattern, Audiences.holders, ReclaimHandlers.guards),
            Route(.get, Routes.tenants, Audiences.readers, query: ["limit", "cursor"], TenantHandlers.list),
            Route(.get, Routes.tenantPattern, Audiences.holders, TenantHandlers.show),
            Route(.put, Routes.tenantPattern, Audiences.operators, TenantHandlers.put),
            Route(.delete, Routes.tenantPattern, Audiences.operators, query: ["reason"], TenantHandlers.remove),
            Route(.get, Routes.cohorts, Audiences.readers, query: ["limit", "cursor"], CohortHandlers.list),
            Route(.get, Routes.cohortPattern, Audiences.readers, CohortHandlers.show),
            Route(.put, Routes.cohortPattern, Audiences.operators, CohortHandlers.put),
            Route(.delete, Routes.cohortPattern, Audiences.operators, query: ["reason"], CohortHandlers.remove),
            Route(
                .get, Routes.tenantAllocationPattern, Audiences.holders, query: ["index", "wait"], PollHandler.poll),
            Route(.get, Routes.tenantLedgerPattern, Audiences.holders, query: ["month"], LedgerHandlers.show),
            Route(
                .get, Routes.tenantFaultsPattern, Audiences.holders, query: ["state", "limit", "cursor"],
                FaultHandlers.listOwn),
            Route(.post, Routes.tenantFaultsPattern, Audiences.requesters, FaultHandlers.report),
            Route(
                .get, Routes.faults, Audiences.readers, query: ["state", "tenant", "limit", "cursor"],
                FaultHandlers.list),
            Route(.get, Routes.faultPattern, Audiences.holders, FaultHandlers.show),
            Route(.post, Routes.faultPattern, Audiences.operators, FaultHandlers.decide),
            Route(.get, Routes.faultPolicy, Audiences.all, FaultHandlers.policy),
            Route(.post, Routes.nodesIdentify, Audiences.reporters, FaultHandlers.identify),
            Route(
                .get, Routes.spares, Audiences.all,
                query: ["shape", "gpu", "nodes", "availability", "failures", "repair"], SpareHandlers.show),
            Route(.get, Routes.contracts, Audiences.holders, query: ["limit", "cursor"], ContractHandlers.list),
            Route(.get, Routes.contractPattern, Audiences.holders, query: ["version"], ContractHandlers.show),
            Route(
                .get, Routes.contractExplanationPattern, Audiences.holders, query: ["version"],
                ContractHandlers.explain),
            Route(.put, Routes.contractPattern, Audiences.operators, ContractHandlers.put),
            Route(.delete, Routes.contractPattern, Audiences.operators, query: ["reason"], ContractHandlers.remove),
            Route(.get, Routes.maintenance, Audiences.provider, query: ["limit", "cursor"], MaintenanceHandlers.list),
            Route(.get, Routes.maintenancePattern, Audiences.provider, MaintenanceHandlers.show),
            Route(.put, Routes.maintenancePattern, Audiences.operators, MaintenanceHandlers.put),
            Route(
                .delete, Routes.maintenancePattern, Audiences.operators, query: ["reason"], MaintenanceHandlers.remove),
        ]
        + NodeVerb.allCases.map { verb in
            let isReport = [.fault, .cleaned, .validated].contains(verb)
            return Route(
                .post, Routes.nodes(verb), isReport ? [.operator, .actuator] : Audiences.operators
            ) { try await NodeHandlers.apply(verb, $0) }
        }
}
