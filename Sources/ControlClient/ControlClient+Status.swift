// How the daemon is, and what it is asked to do with its book.

public import ControlAPI
internal import NIOHTTP1

extension ControlClient {
    /// The daemon and the fleet at a glance.
    public func status() async throws(ClientError) -> StatusAnswer {
        try await answer(StatusAnswer.self, to: .get(Routes.status))
    }

    /// The fleet in force.
    public func fleet() async throws(ClientError) -> FleetAnswer {
        try await answer(FleetAnswer.self, to: .get(Routes.fleet))
    }

    /// Whether the process lives.
    public func liveness() async throws(ClientError) -> HealthAnswer {
        try await answer(HealthAnswer.self, to: .get(Routes.liveness))
    }

    /// Whether the daemon has recovered and serves; a refusal with ``ErrorCode/notReady`` while it does not.
    public func readiness() async throws(ClientError) -> HealthAnswer {
        try await answer(HealthAnswer.self, to: .get(Routes.readiness))
    }

    /// Checks the rules on the live book. Takes as long as the book is large; at most ten minutes.
    public func verify() async throws(ClientError) -> VerifyAnswer {
        var exchange = Exchange.get(Routes.verify)
        exchange.timeoutSeconds = 600
        return try await answer(VerifyAnswer.self, to: exchange)
    }

    /// Writes a consistent copy of the book on the daemon's machine; at most ten minutes.
    ///
    /// - Parameter path: an absolute path where nothing is yet.
    public func backup(to path: String, reason: String? = nil) async throws(ClientError) -> BackupAnswer {
        var exchange = Exchange.post(Routes.backup, BackupRequest(path: path, reason: reason))
        exchange.timeoutSeconds = 600
        return try await answer(BackupAnswer.self, to: exchange)
    }

    /// Has the daemon read its settings, its fleet file and its certificates again, and waits for what comes of it; at most
    /// ten minutes.
    public func reload(reason: String) async throws(ClientError) -> ReloadAnswer {
        var exchange = Exchange.post(Routes.reload, ReasonRequest(reason: reason))
        exchange.timeoutSeconds = 600
        return try await answer(ReloadAnswer.self, to: exchange)
    }

    /// Which releases read the book, and what waits for the upgrade to be finalised.
    public func upgradeStatus() async throws(ClientError) -> UpgradeAnswer {
        try await answer(UpgradeAnswer.self, to: .get(Routes.upgrade))
    }

    /// Has the book written at the daemon's format level, so that releases before it refuse it from then on.
    public func finaliseUpgrade(reason: String) async throws(ClientError) -> UpgradeAnswer {
        try await answer(UpgradeAnswer.self, to: .post(Routes.finaliseUpgrade, ReasonRequest(reason: reason)))
    }

    /// Confirms the wall clock after a jump, so that what time drives goes on.
    public func confirmClock(reason: String? = nil) async throws(ClientError) -> ClockStatus {
        try await answer(ClockStatus.self, to: .post(Routes.confirmClock, query: [("reason", reason)]))
    }

    /// The daemon's metrics in Prometheus' text form.
    public func metrics() async throws(ClientError) -> String {
        let exchange = Exchange.get(Routes.metrics)
        return String(decoding: try await collect(try await open(exchange), exchange), as: UTF8.self)
    }
}
