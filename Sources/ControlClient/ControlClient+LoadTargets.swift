// Load targets, orders, notices, and the freeze.

public import ControlAPI
internal import NIOHTTP1

extension ControlClient {
    /// Load targets in a state; nil: those that are not over.
    public func loadTargets(state: LoadTargetState? = nil) async throws(ClientError) -> LoadTargetList {
        try await allPages(
            of: Routes.loadTargets, query: [("state", state?.rawValue)], \LoadTargetList.loadTargets,
            cursor: \.cursor)
    }

    /// One load target with what it does.
    public func loadTarget(_ id: String, on budget: String) async throws(ClientError) -> LoadTargetAnswer {
        try await answer(LoadTargetAnswer.self, to: .get(Routes.loadTarget(id, on: budget)))
    }

    /// Makes a load target what the request says, or with `isPlan` only says what it would do.
    public func setLoadTarget(
        _ id: String, on budget: String, to request: LoadTargetRequest, isPlan: Bool = false
    ) async throws(ClientError) -> LoadTargetAnswer {
        let path = Routes.path(Routes.loadTarget(id, on: budget), query: [("dryRun", isPlan ? "plan" : nil)])
        return try await answer(LoadTargetAnswer.self, to: .put(path, request))
    }

    /// Ends a load target now.
    public func removeLoadTarget(
        _ id: String, on budget: String, reason: String
    ) async throws(ClientError) -> LoadTargetAnswer {
        try await answer(
            LoadTargetAnswer.self, to: .delete(Routes.loadTarget(id, on: budget), query: [("reason", reason)]))
    }

    /// All orders that stand.
    public func orders() async throws(ClientError) -> OrderList {
        try await allPages(of: Routes.orders, \OrderList.orders, cursor: \.cursor)
    }

    /// Says that the actuator has some orders.
    public func acknowledgeOrders(_ ids: [String], reason: String? = nil) async throws(ClientError) -> OrderList {
        try await answer(
            OrderList.self, to: .post(Routes.orders, OrderAcknowledgement(acknowledge: ids, reason: reason)))
    }

    /// Notices in force that the caller may see.
    public func notices() async throws(ClientError) -> NoticeList {
        try await allPages(of: Routes.notices, \NoticeList.notices, cursor: \.cursor)
    }

    /// Says that a notice has been read.
    public func acknowledgeNotice(_ id: String, reason: String? = nil) async throws(ClientError) -> NoticeAnswer {
        try await answer(NoticeAnswer.self, to: .post(Routes.noticeAck(id), query: [("reason", reason)]))
    }

    /// Stops every time-driven change, or lets them go on.
    public func setFreeze(_ isFrozen: Bool, reason: String) async throws(ClientError) -> ClockStatus {
        let path = isFrozen ? Routes.freeze : Routes.unfreeze
        return try await answer(ClockStatus.self, to: .post(path, ReasonRequest(reason: reason)))
    }
}
