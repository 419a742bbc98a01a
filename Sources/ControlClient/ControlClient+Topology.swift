// Domains, budgets and nodes.

public import ControlAPI

extension ControlClient {
    /// A page of the topology, by level and within a domain's path.
    public func domains(
        level: TopologyLevel? = nil, within: String? = nil, page: Page = Page()
    ) async throws(ClientError) -> DomainList {
        let query = [("level", level?.rawValue), ("within", within)] + page.query
        return try await answer(DomainList.self, to: .get(Routes.domains, query: query))
    }

    /// What caps give and cost on each model of the fleet.
    public func capTable() async throws(ClientError) -> CapTable {
        try await answer(CapTable.self, to: .get(Routes.fleetCaps))
    }

    /// All budget domains, of one kind or of all, or those of at most so many levels from the roots.
    public func budgets(kind: BudgetKind? = nil, depth: Int? = nil) async throws(ClientError) -> BudgetList {
        try await allPages(
            of: Routes.budgets, query: [("kind", kind?.rawValue), ("depth", depth.map(String.init))],
            \BudgetList.budgets, cursor: \.cursor)
    }

    /// One budget domain over time; absent ends: from now, and as far as anything is known.
    public func budgetTimeline(
        _ name: String, start: Timestamp? = nil, end: Timestamp? = nil
    ) async throws(ClientError) -> BudgetTimeline {
        let query = [("start", start?.description), ("end", end?.description)]
        return try await answer(BudgetTimeline.self, to: .get(Routes.budgetTimeline(name), query: query))
    }

    /// A page of nodes, by state and within a domain's path.
    public func nodes(
        state: NodeState? = nil, within: String? = nil, page: Page = Page()
    ) async throws(ClientError) -> NodeList {
        let query = [("state", state?.rawValue), ("within", within)] + page.query
        return try await answer(NodeList.self, to: .get(Routes.nodes, query: query))
    }

    /// Does something to nodes.
    public func apply(
        _ verb: NodeVerb, _ request: NodeVerbRequest, isDryRun: Bool = false, idempotencyKey: String? = nil
    ) async throws(ClientError) -> NodeVerbAnswer {
        var exchange = Exchange.post(Routes.nodes(verb), query: [("dryRun", isDryRun ? "plan" : nil)], request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(NodeVerbAnswer.self, to: exchange)
    }
}
