// Tenants and cohorts, their polls and ledgers, contracts, approvals and plans.

import ControlAPI
import HTTPTypes

extension Route {
    static let tokens: [Route] = [
        Route(
            "listTenantTokens", .get, Routes.tenantTokensPattern, "The bearer tokens of a tenant.",
            for: Audiences.holders, query: QueryParameter.page, answers: .ok(TokenList.self), TokenHandlers.listOwn),
        Route(
            "makeTenantToken", .post, Routes.tenantTokensPattern,
            "Make a bearer token for a tenant. Its secret is in this answer and never again.",
            for: Audiences.requesters, takes: .json(TokenRequest.self), answers: .created(TokenAnswer.self),
            refusals: [.notFinalised], TokenHandlers.makeOwn),
        Route(
            "revokeTenantToken", .delete, Routes.tenantTokenPattern, "Revoke a token and all that were made with it.",
            for: Audiences.requesters, query: [.reason], answers: .ok(TokenAnswer.self), TokenHandlers.revokeOwn),
        Route(
            "listTokens", .get, Routes.tokens, "Bearer tokens of everybody.", for: Audiences.readers,
            query: [QueryParameter("owner", .text, "Only of `tenant:NAME`, `auditor` or `actuator`.")]
                + QueryParameter.page, answers: .ok(TokenList.self), TokenHandlers.list),
        Route(
            "makeToken", .post, Routes.tokens, "Make a bearer token for an auditor or an actuator.",
            for: Audiences.operators, takes: .json(TokenRequest.self), answers: .created(TokenAnswer.self),
            refusals: [.notFound, .notFinalised], TokenHandlers.make),
        Route(
            "revokeToken", .delete, Routes.tokenPattern, "Revoke a token and all that were made with it.",
            for: Audiences.operators, query: [.reason], answers: .ok(TokenAnswer.self), TokenHandlers.revoke),
    ]

    static let tenants: [Route] = [
        Route(
            "listTenants", .get, Routes.tenants, "Tenants in the order of their names.", for: Audiences.readers,
            query: QueryParameter.page, answers: .ok(TenantList.self), TenantHandlers.list),
        Route(
            "tenant", .get, Routes.tenantPattern, "One tenant.", for: Audiences.holders,
            answers: .ok(TenantAnswer.self), TenantHandlers.show),
        Route(
            "setTenant", .put, Routes.tenantPattern, "State a tenant: its quota, its cohort, its limits.",
            for: Audiences.operators, takes: .json(TenantSpecification.self), answers: .put(TenantAnswer.self),
            TenantHandlers.put),
        Route(
            "removeTenant", .delete, Routes.tenantPattern, "Remove a tenant that nothing refers to.",
            for: Audiences.operators, query: [.reason], answers: .noContent,
            refusals: [.notFinalised], TenantHandlers.remove),
        Route(
            "tenantAllocation", .get, Routes.tenantAllocationPattern,
            "The tenant's poll: all that it holds. A long poll with `?index=` and `?wait=`.", for: Audiences.holders,
            query: QueryParameter.poll,
            answers: .ok(TenantAllocation.self, headers: [.index, .entityTag], "What the tenant holds")
                .or(.notModified(headers: [.index, .entityTag])), PollHandler.poll),
        Route(
            "tenantLedger", .get, Routes.tenantLedgerPattern,
            "A tenant's statement of one month: GPU-hours, energy, credits, the amount due.", for: Audiences.holders,
            query: [
                QueryParameter(
                    "month", .pattern("^[0-9]{4}-(0[1-9]|1[0-2])$"),
                    "Such as 2026-12, not to come; absent: the present.")
            ], answers: .ok(LedgerAnswer.self), LedgerHandlers.show),
        Route(
            "listCohorts", .get, Routes.cohorts, "Cohorts in the order of their names.", for: Audiences.readers,
            query: QueryParameter.page, answers: .ok(CohortList.self), CohortHandlers.list),
        Route(
            "cohort", .get, Routes.cohortPattern, "One cohort.", for: Audiences.readers,
            answers: .ok(CohortAnswer.self), CohortHandlers.show),
        Route(
            "setCohort", .put, Routes.cohortPattern, "State a cohort, whose members lend each other idle quota.",
            for: Audiences.operators, takes: .json(CohortSpecification.self), answers: .put(CohortAnswer.self),
            CohortHandlers.put),
        Route(
            "removeCohort", .delete, Routes.cohortPattern, "Remove a cohort that nothing refers to.",
            for: Audiences.operators, query: [.reason], answers: .noContent, CohortHandlers.remove),
    ]

    static let contracts: [Route] = [
        Route(
            "listContracts", .get, Routes.contracts,
            "Contracts in the order of their names; to a tenant, those that it may lease under.",
            for: Audiences.holders, query: QueryParameter.page, answers: .ok(ContractList.self),
            ContractHandlers.list),
        Route(
            "contract", .get, Routes.contractPattern, "One contract.", for: Audiences.holders, query: [.version],
            answers: .ok(ContractAnswer.self), ContractHandlers.show),
        Route(
            "explainContract", .get, Routes.contractExplanationPattern,
            "One contract in plain words, clause by clause.",
            for: Audiences.holders, query: [.version], answers: .ok(ContractExplanation.self),
            ContractHandlers.explain),
        Route(
            "setContract", .put, Routes.contractPattern,
            "State a contract's terms. Leases keep the version that they were granted under.",
            for: Audiences.operators, takes: .json(ContractSpecification.self), answers: .put(ContractAnswer.self),
            ContractHandlers.put),
        Route(
            "removeContract", .delete, Routes.contractPattern, "Remove a contract that no lease is under.",
            for: Audiences.operators, query: [.reason], answers: .noContent, ContractHandlers.remove),
        Route(
            "listApprovals", .get, Routes.approvals, "What waits for a second operator, in the order of asking.",
            for: Audiences.readers, query: QueryParameter.page, answers: .ok(ApprovalList.self), ApprovalHandlers.list),
        Route(
            "approval", .get, Routes.approvalPattern, "One change that waits for a second operator.",
            for: Audiences.readers, answers: .ok(ApprovalAnswer.self), ApprovalHandlers.show),
        Route(
            "answerApproval", .post, Routes.approvalPattern, "Approve or decline it, as another operator.",
            for: Audiences.operators, takes: .json(ApprovalRequest.self), answers: .ok(ApprovalAnswer.self),
            ApprovalHandlers.respond),
    ]

    static let plans: [Route] = [
        Route(
            "plan", .post, Routes.plans, "What a list of commands would do to leases, watts, packing and revenue.",
            for: Audiences.operators, query: QueryParameter.page, takes: .batch(PlanRequest.self),
            answers: .ok(PlanAnswer.self), refusals: planRefusals, effect: Effect.none, PlanHandlers.plan),
        Route(
            "commitPlan", .post, Routes.planCommit, "Carry a plan out, if it still does what it was found to do.",
            for: Audiences.operators, takes: .batch(PlanCommitRequest.self), answers: .ok(PlanCommitAnswer.self),
            refusals: planRefusals + [.planOvertaken], PlanHandlers.commit),
        Route(
            "planDefragmentation", .post, Routes.planDefragment, "The fewest moves that make room for a shape.",
            for: Audiences.operators, takes: .json(DefragmentRequest.self), answers: .ok(DefragmentAnswer.self),
            refusals: [.noCapacity], effect: Effect.none, DefragmentHandlers.plan),
    ]

    private static let planRefusals: [ErrorCode] = [
        .notFound, .noCapacity, .quotaExceeded, .clauseForbids, .wrongState, .inUse,
    ]
}
