// The paths of the control API, built and matched in one place.

/// Paths under `/v1`, and the few beside it.
///
/// Constants are whole paths. Functions build a path for one resource, with its name percent-encoded. The
/// `…Pattern` constants are the same paths with `{…}` where the name stands, for a router.
public enum Routes {
    /// GET: ``StatusAnswer``.
    public static let status = "/v1/status"
    /// GET: ``FleetAnswer``.
    public static let fleet = "/v1/fleet"
    /// GET: ``CapTable``.
    public static let fleetCaps = "/v1/fleet/caps"
    /// GET `?level=&within=&limit=&cursor=`: ``DomainList``.
    public static let domains = "/v1/domains"
    /// GET `?kind=&depth=`: ``BudgetList``.
    public static let budgets = "/v1/budgets"
    /// GET `?start=&end=`: ``BudgetTimeline``.
    public static let budgetTimelinePattern = "/v1/budgets/{name}/timeline"
    /// GET `?state=`: ``LoadTargetList``.
    public static let loadTargets = "/v1/load-targets"
    /// GET: ``LoadTargetAnswer``. PUT `?dryRun=plan`: ``LoadTargetRequest`` to ``LoadTargetAnswer``. DELETE `?reason=`:
    /// ``LoadTargetAnswer``.
    public static let loadTargetPattern = "/v1/budgets/{name}/load-targets/{id}"
    /// GET `?index=&wait=`: ``OrderList``. POST: ``OrderAcknowledgement`` to ``OrderList``.
    public static let orders = "/v1/orders"
    /// GET: ``NoticeList``.
    public static let notices = "/v1/notices"
    /// POST without a body: ``NoticeAnswer``.
    public static let noticeAckPattern = "/v1/notices/{id}/ack"
    /// GET `?start=&end=&step=`: ``BudgetHistory``.
    public static let budgetHistoryPattern = "/v1/budgets/{name}/history"
    /// POST: ``TelemetryRequest`` to ``TelemetryAnswer``.
    public static let telemetry = "/v1/telemetry"
    /// GET: ``DrawAlertList``.
    public static let alerts = "/v1/alerts"
    /// GET `?site=&start=&end=&step=`: ``ForecastAnswer``.
    public static let forecast = "/v1/forecast"
    /// POST `?source=`: ``FeedRequest`` to ``FeedAnswer``.
    public static let budgetFailPattern = "/v1/budgets/{name}:fail"
    /// POST `?source=`: ``FeedRequest`` to ``FeedAnswer``.
    public static let budgetRestorePattern = "/v1/budgets/{name}:restore"
    /// GET `?state=&within=&limit=&cursor=`: ``NodeList``.
    public static let nodes = "/v1/nodes"
    /// GET `?tenant=&state=&limit=&cursor=`: ``LeaseList``. POST `?dryRun=plan`: ``LeaseRequest`` to ``LeaseAnswer``, with a
    /// recurrence to ``LeaseSeriesAnswer``. DELETE `?series=&tenant=&reason=`: ``LeaseSeriesAnswer``.
    public static let leases = "/v1/leases"
    /// POST: ``LeaseBatchRequest`` to ``LeaseBatchAnswer``.
    public static let leaseBatch = "/v1/leases:batch"
    /// POST `?dryRun=plan`: ``ImportRequest`` to ``LeaseBatchAnswer``: a result for each lease, in their order.
    public static let imports = "/v1/import"
    /// POST: ``OfferRequest`` to ``OfferList``.
    public static let offers = "/v1/offers"
    /// POST `?limit=&cursor=`: ``PlanRequest`` to ``PlanAnswer``. Nothing changes.
    public static let plans = "/v1/plans"
    /// POST: ``PlanCommitRequest`` to ``PlanCommitAnswer``.
    public static let planCommit = "/v1/plans:commit"
    /// POST: ``DefragmentRequest`` to ``DefragmentAnswer``. Nothing changes.
    public static let planDefragment = "/v1/plans/defragment"
    /// GET, DELETE `?reason=`: ``LeaseAnswer``.
    public static let leasePattern = "/v1/leases/{id}"
    /// GET `?format=`: ``AllocationAnswer``, or text.
    public static let leaseAllocationPattern = "/v1/leases/{id}/allocation"
    /// POST `?dryRun=plan`: ``AmendmentRequest`` to ``LeaseAnswer``.
    public static let leaseAmendmentsPattern = "/v1/leases/{id}/amendments"
    /// GET: ``ReclaimList``. POST `?dryRun=plan`: ``ReclaimRequest`` to ``ReclaimAnswer``. DELETE `?reason=`: ``ReclaimAnswer``.
    public static let leaseReclaimPattern = "/v1/leases/{id}/reclaim"
    /// POST: ``NominationRequest`` to ``ReclaimAnswer``.
    public static let leaseNominationPattern = "/v1/leases/{id}/reclaim/nomination"
    /// POST `?dryRun=plan`: ``LeaseSplitRequest`` to ``LeaseSplitAnswer``.
    public static let leaseSplitPattern = "/v1/leases/{id}/split"
    /// GET: ``TransferList``. POST: ``TransferRequest`` to ``TransferAnswer``.
    public static let transfers = "/v1/transfers"
    /// GET: ``TransferAnswer``. POST: ``TransferReplyRequest`` to ``TransferAnswer``. DELETE `?reason=`: ``TransferAnswer``.
    public static let transferPattern = "/v1/transfers/{id}"
    /// GET `?state=&limit=&cursor=`: ``SubleaseList``. POST: ``SubleaseRequest`` to ``SubleaseAnswer``.
    public static let subleases = "/v1/subleases"
    /// GET: ``SubleaseAnswer``. POST: ``SubleaseReplyRequest`` to ``SubleaseAnswer``. DELETE `?reason=`: ``SubleaseAnswer``.
    public static let subleasePattern = "/v1/subleases/{id}"
    /// GET `?format=`: ``AllocationAnswer``, or text.
    public static let subleaseAllocationPattern = "/v1/subleases/{id}/allocation"
    /// GET: ``ApprovalList``.
    public static let approvals = "/v1/approvals"
    /// GET: ``ApprovalAnswer``. POST: ``ApprovalRequest`` to ``ApprovalAnswer``.
    public static let approvalPattern = "/v1/approvals/{id}"
    /// GET: ``GuardList``.
    public static let leaseGuardsPattern = "/v1/leases/{id}/guards"
    /// GET: ``TenantList``.
    public static let tenants = "/v1/tenants"
    /// GET: ``TenantAnswer``. PUT: ``TenantSpecification`` to ``TenantAnswer``. DELETE `?reason=`: no body.
    public static let tenantPattern = "/v1/tenants/{name}"
    /// GET `?limit=&cursor=`: ``CohortList``.
    public static let cohorts = "/v1/cohorts"
    /// GET: ``CohortAnswer``. PUT: ``CohortSpecification`` to ``CohortAnswer``. DELETE `?reason=`: no body.
    public static let cohortPattern = "/v1/cohorts/{name}"
    /// GET `?index=&wait=`: ``TenantAllocation``.
    public static let tenantAllocationPattern = "/v1/tenants/{name}/allocation"
    /// GET `?month=`: ``LedgerAnswer``.
    public static let tenantLedgerPattern = "/v1/tenants/{name}/ledger"
    /// GET `?limit=&cursor=`: ``TokenList``. POST: ``TokenRequest`` to ``TokenAnswer`` with the secret.
    public static let tenantTokensPattern = "/v1/tenants/{name}/tokens"
    /// DELETE `?reason=`: ``TokenAnswer``.
    public static let tenantTokenPattern = "/v1/tenants/{name}/tokens/{id}"
    /// GET `?owner=&limit=&cursor=`: ``TokenList``. POST: ``TokenRequest`` to ``TokenAnswer`` with the secret.
    public static let tokens = "/v1/tokens"
    /// DELETE `?reason=`: ``TokenAnswer``.
    public static let tokenPattern = "/v1/tokens/{id}"
    /// GET `?state=&limit=&cursor=`: ``FaultReportList``. POST: ``FaultReportRequest`` to ``FaultReportList``.
    public static let tenantFaultsPattern = "/v1/tenants/{name}/faults"
    /// GET `?state=&tenant=&limit=&cursor=`: ``FaultReportList``.
    public static let faults = "/v1/faults"
    /// GET: ``FaultReportAnswer``. POST: ``FaultDecisionRequest`` to ``FaultReportAnswer``.
    public static let faultPattern = "/v1/faults/{id}"
    /// GET: ``FaultPolicyAnswer``.
    public static let faultPolicy = "/v1/faults:policy"
    /// POST: ``IdentifyRequest`` to ``IdentifyAnswer``.
    public static let nodesIdentify = "/v1/nodes:identify"
    /// GET `?shape=&gpu=&nodes=&availability=&failures=&repair=`: ``SpareList``.
    public static let spares = "/v1/spares"
    /// GET: ``ContractList``.
    public static let contracts = "/v1/contracts"
    /// GET `?version=`: ``ContractExplanation``.
    public static let contractExplanationPattern = "/v1/contracts/{name}/explanation"
    /// GET `?version=`: ``ContractAnswer``. PUT: ``ContractSpecification`` to ``ContractAnswer``. DELETE `?reason=`: no body.
    public static let contractPattern = "/v1/contracts/{name}"
    /// GET `?limit=&cursor=`: ``MaintenanceList``.
    public static let maintenance = "/v1/maintenance"
    /// GET: ``MaintenanceAnswer``. PUT: ``MaintenanceSpecification`` to ``MaintenanceAnswer``. DELETE `?reason=`: no body.
    public static let maintenancePattern = "/v1/maintenance/{name}"
    /// GET `?after=&limit=&tenant=&stored=`: ``AuditEntryList``.
    public static let audit = "/v1/audit"
    /// GET `?tenant=&size=`: ``AuditHeadAnswer``.
    public static let auditHead = "/v1/audit/head"
    /// GET `?number=&tenant=&size=`: ``AuditProof``.
    public static let auditProof = "/v1/audit/proof"
    /// GET `?from=&to=&tenant=`: ``AuditConsistency``.
    public static let auditConsistency = "/v1/audit/consistency"
    /// GET `?tenant=&since=&limit=`: ``AccessList``.
    public static let auditAccess = "/v1/audit/access"
    /// GET `?after=&follow=&wait=&limit=&tenant=&kind=`: lines of ``ChangeLine`` and ``BookmarkLine``, as NDJSON or, to
    /// who accepts `text/event-stream`, as server-sent events.
    public static let events = "/v1/events"
    /// GET: ``VerifyAnswer``.
    public static let verify = "/v1/verify"
    /// POST: ``BackupRequest`` to ``BackupAnswer``.
    public static let backup = "/v1/backup"
    /// POST: ``ReasonRequest`` to ``ReloadAnswer``.
    public static let reload = "/v1/reload"
    /// POST without a body: an operator confirms the wall clock after a jump. ``ClockStatus``.
    public static let confirmClock = "/v1/clock:confirm"
    /// POST: ``ReasonRequest`` to ``ClockStatus``: nothing starts or ends by time until an operator says otherwise.
    public static let freeze = "/v1/clock:freeze"
    /// POST: ``ReasonRequest`` to ``ClockStatus``.
    public static let unfreeze = "/v1/clock:unfreeze"
    /// GET: ``UpgradeAnswer``.
    public static let upgrade = "/v1/upgrade"
    /// POST: ``ReasonRequest`` to ``UpgradeAnswer``: releases before the daemon's refuse the book from then on.
    public static let finaliseUpgrade = "/v1/upgrade:finalise"
    /// GET: ``HealthAnswer``, 200 while the process lives.
    public static let liveness = "/healthz"
    /// GET: ``HealthAnswer``, 200 when recovered and serving, else 503.
    public static let readiness = "/readyz"
    /// GET: Prometheus text.
    public static let metrics = "/metrics"
    /// GET: the OpenAPI 3.1 document.
    public static let openAPI = "/openapi.json"

    /// POST: ``NodeVerbRequest`` to ``NodeVerbAnswer``.
    public static func nodes(_ verb: NodeVerb) -> String { nodes + ":" + verb.rawValue }
    /// The timeline of one budget domain.
    public static func budgetTimeline(_ name: String) -> String { budgets + "/" + segment(name) + "/timeline" }
    /// One load target.
    public static func loadTarget(_ id: String, on budget: String) -> String {
        budgets + "/" + segment(budget) + "/load-targets/" + segment(id)
    }
    /// The acknowledgement of one notice.
    public static func noticeAck(_ id: String) -> String { notices + "/" + segment(id) + "/ack" }
    /// The history of one budget domain.
    public static func budgetHistory(_ name: String) -> String { budgets + "/" + segment(name) + "/history" }
    /// A budget domain, or a source of it, fails.
    public static func failBudget(_ name: String) -> String { budgets + "/" + segment(name) + ":fail" }
    /// A budget domain, or a source of it, is restored.
    public static func restoreBudget(_ name: String) -> String { budgets + "/" + segment(name) + ":restore" }
    /// One lease.
    public static func lease(_ id: String) -> String { leases + "/" + segment(id) }
    /// The allocation of one lease.
    public static func leaseAllocation(_ id: String) -> String { lease(id) + "/allocation" }
    /// The amendments of one lease.
    public static func leaseAmendments(_ id: String) -> String { lease(id) + "/amendments" }
    /// The notices on one lease.
    public static func leaseReclaim(_ id: String) -> String { lease(id) + "/reclaim" }
    /// What the tenant of one lease wants to go first.
    public static func leaseNomination(_ id: String) -> String { leaseReclaim(id) + "/nomination" }
    /// What the contract of one lease allows.
    public static func leaseGuards(_ id: String) -> String { lease(id) + "/guards" }
    /// The split of one lease.
    public static func leaseSplit(_ id: String) -> String { lease(id) + "/split" }
    /// One transfer.
    public static func transfer(_ id: String) -> String { transfers + "/" + segment(id) }
    /// One sub-lease.
    public static func sublease(_ id: String) -> String { subleases + "/" + segment(id) }
    /// What is used under one sub-lease.
    public static func subleaseAllocation(_ id: String) -> String { sublease(id) + "/allocation" }
    /// One tenant.
    public static func tenant(_ name: String) -> String { tenants + "/" + segment(name) }
    /// One cohort.
    public static func cohort(_ name: String) -> String { cohorts + "/" + segment(name) }
    /// The poll of one tenant.
    public static func tenantAllocation(_ name: String) -> String { tenant(name) + "/allocation" }
    /// The statement of one tenant.
    public static func tenantLedger(_ name: String) -> String { tenant(name) + "/ledger" }
    /// The fault reports of one tenant.
    public static func tenantFaults(_ name: String) -> String { tenant(name) + "/faults" }
    /// The tokens of one tenant.
    public static func tenantTokens(_ name: String) -> String { tenant(name) + "/tokens" }
    /// One token of one tenant.
    public static func tenantToken(_ id: String, of name: String) -> String { tenantTokens(name) + "/" + segment(id) }
    /// One token.
    public static func token(_ id: String) -> String { tokens + "/" + segment(id) }
    /// One fault report.
    public static func fault(_ id: String) -> String { faults + "/" + segment(id) }
    /// One maintenance.
    public static func maintenance(_ name: String) -> String { maintenance + "/" + segment(name) }
    /// One approval.
    public static func approval(_ id: String) -> String { approvals + "/" + segment(id) }
    /// One contract.
    public static func contract(_ name: String) -> String { contracts + "/" + segment(name) }

    /// One contract in plain words.
    public static func contractExplanation(_ name: String) -> String { contract(name) + "/explanation" }

    /// A path with the query parameters that have a value, percent-encoded, in the order given.
    public static func path(_ path: String, query: [(name: String, value: String?)]) -> String {
        let pairs = query.compactMap { name, value in value.map { name + "=" + segment($0) } }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// One step of a path or one value of a query: everything but RFC 3986's unreserved characters is percent-encoded.
    public static func segment(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte < 0x80, isUnreserved(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return result
    }

    private static func isUnreserved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": true
        default: false
        }
    }
}

/// The headers that are Berth's own or that both ends must spell alike.
public enum HeaderNames {
    /// The revision that an answer shows, on every answer to operators and auditors.
    public static let revision = "Berth-Revision"
    /// The tenant's index, on the tenant's poll.
    public static let index = "Berth-Index"
    /// The id under which the daemon logs the request.
    public static let requestId = "Berth-Request-Id"
    /// The caller's key for retrying a write.
    public static let idempotencyKey = "Idempotency-Key"
    /// The condition of a conditional poll.
    public static let ifNoneMatch = "If-None-Match"
    /// The condition of a guarded write.
    public static let ifMatch = "If-Match"
    /// The version of an answer.
    public static let entityTag = "ETag"
}
