// Domains and nodes, what is done to them, maintenance, spares, and reports of faults.

import ControlAPI
import HTTPTypes

extension Route {
    static let hardware: [Route] =
        [
            Route(
                "listDomains", .get, Routes.domains, "Domains of the topology with their GPUs by use.",
                for: Audiences.provider,
                query: [QueryParameter("level", TopologyLevel.self, "Only domains of this level."), .within]
                    + QueryParameter.page, answers: .ok(DomainList.self), DomainHandlers.list),
            Route(
                "listNodes", .get, Routes.nodes, "Nodes with their state and holder.", for: Audiences.provider,
                query: [QueryParameter("state", NodeState.self, "Only nodes in this state."), .within]
                    + QueryParameter.page, answers: .ok(NodeList.self), NodeHandlers.list),
            Route(
                "identifyGpus", .post, Routes.nodesIdentify, "Say which GPU, by UUID, is which module of which node.",
                for: Audiences.reporters, takes: .batch(IdentifyRequest.self), answers: .ok(IdentifyAnswer.self),
                FaultHandlers.identify),
            Route(
                "listMaintenance", .get, Routes.maintenance, "Windows in which nodes are kept free of leases.",
                for: Audiences.provider, query: QueryParameter.page, answers: .ok(MaintenanceList.self),
                MaintenanceHandlers.list),
            Route(
                "maintenance", .get, Routes.maintenancePattern, "One maintenance.", for: Audiences.provider,
                answers: .ok(MaintenanceAnswer.self), MaintenanceHandlers.show),
            Route(
                "setMaintenance", .put, Routes.maintenancePattern, "Keep nodes free of leases in windows.",
                for: Audiences.operators, takes: .json(MaintenanceSpecification.self),
                answers: .put(MaintenanceAnswer.self), refusals: [.noCapacity], MaintenanceHandlers.put),
            Route(
                "removeMaintenance", .delete, Routes.maintenancePattern, "End a maintenance.",
                for: Audiences.operators, query: [.reason], answers: .noContent, MaintenanceHandlers.remove),
            Route(
                "spares", .get, Routes.spares, "How many spares an availability needs, domain by domain.",
                for: Audiences.all,
                query: [
                    QueryParameter("shape", .words(["block", "rack", "nvl72"]), "Only domains of this shape."),
                    QueryParameter("gpu", .name, "Only domains of this GPU model."),
                    QueryParameter(
                        "nodes", .integer(1...10_000),
                        "Of so many nodes, in place of the fleet's domains; without `shape`."
                    ),
                    QueryParameter(
                        "availability", .decimal(0...100),
                        "In percent, above 0 and under 100: the fewest spares for it."),
                    QueryParameter(
                        "failures", .decimal(0...1_000),
                        "Failures for each 1,000 node-days, in place of the known rate."),
                    QueryParameter(
                        "repair", .duration, "Time to repair, in place of the known one; at most 3,660 days."),
                ], answers: .ok(SpareList.self), SpareHandlers.show),
        ] + NodeVerb.allCases.map(verb)

    private static func verb(_ verb: NodeVerb) -> Route {
        let isReport = [.fault, .cleaned, .validated].contains(verb)
        let summary =
            switch verb {
            case .cordon: "Give nodes to no new lease."
            case .uncordon: "Give them out again."
            case .drain: "Cordon nodes, and wait until their holders have left."
            case .undrain: "End that."
            case .fault: "Report nodes as faulty: leases on them are given others, or are degraded."
            case .service: "Say that failed nodes are being repaired."
            case .repair: "Say that failed nodes have been repaired; they are validated before they are used again."
            case .cleaned: "Report nodes as cleaned."
            case .validated: "Report nodes as validated, and so as free."
            }
        return Route(
            verb.rawValue + "Nodes", .post, Routes.nodes(verb), summary,
            for: isReport ? Audiences.reporters : Audiences.operators, query: [.dryRun],
            takes: .json(NodeVerbRequest.self),
            answers: .ok(NodeVerbAnswer.self, "What was done, or with `dryRun=plan` would be")
        ) { try await NodeHandlers.apply(verb, $0) }
    }

    private static let faultState = QueryParameter("state", FaultState.self, "Only reports in this state.")

    static let faults: [Route] = [
        Route(
            "listTenantFaults", .get, Routes.tenantFaultsPattern, "A tenant's fault reports, newest first.",
            for: Audiences.holders, query: [faultState] + QueryParameter.page, answers: .ok(FaultReportList.self),
            FaultHandlers.listOwn),
        Route(
            "reportFaults", .post, Routes.tenantFaultsPattern,
            "Report faults of GPUs or nodes that the tenant holds: by UUID or node, with an XID or in words.",
            for: Audiences.requesters, takes: .json(FaultReportRequest.self),
            answers: .created(FaultReportList.self), FaultHandlers.report),
        Route(
            "listFaults", .get, Routes.faults, "Fault reports of all tenants and of telemetry, newest first.",
            for: Audiences.readers, query: [faultState, .tenant] + QueryParameter.page,
            answers: .ok(FaultReportList.self), refusals: [.notFound], FaultHandlers.list),
        Route(
            "fault", .get, Routes.faultPattern, "One fault report.", for: Audiences.holders,
            answers: .ok(FaultReportAnswer.self), FaultHandlers.show),
        Route(
            "decideFault", .post, Routes.faultPattern, "Decide on a fault report.", for: Audiences.operators,
            takes: .json(FaultDecisionRequest.self), answers: .ok(FaultReportAnswer.self), FaultHandlers.decide),
        Route(
            "faultPolicy", .get, Routes.faultPolicy, "What is done by itself on which XID.", for: Audiences.all,
            answers: .ok(FaultPolicyAnswer.self), FaultHandlers.policy),
    ]
}
