// Maintenance windows.

public import ControlAPI

extension ControlClient {
    /// A page of maintenance.
    public func maintenance(page: Page = Page()) async throws(ClientError) -> MaintenanceList {
        try await answer(MaintenanceList.self, to: .get(Routes.maintenance, query: page.query))
    }

    /// One maintenance.
    public func maintenance(_ name: String) async throws(ClientError) -> MaintenanceAnswer {
        try await answer(MaintenanceAnswer.self, to: .get(Routes.maintenance(name)))
    }

    /// Makes a maintenance what the specification says, whether or not it was there.
    public func setMaintenance(
        _ name: String, to specification: MaintenanceSpecification
    ) async throws(ClientError) -> MaintenanceAnswer {
        try await answer(MaintenanceAnswer.self, to: .put(Routes.maintenance(name), specification))
    }

    /// Takes a maintenance off the calendar.
    public func removeMaintenance(_ name: String, reason: String? = nil) async throws(ClientError) {
        try await send(.delete(Routes.maintenance(name), query: [("reason", reason)]))
    }
}
