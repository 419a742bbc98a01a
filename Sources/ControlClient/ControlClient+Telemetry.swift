// Readings in, alerts out.

public import ControlAPI

extension ControlClient {
    /// Gives the daemon a batch of readings.
    public func report(_ request: TelemetryRequest) async throws(ClientError) -> TelemetryAnswer {
        var exchange = Exchange.post(Routes.telemetry, request)
        exchange.bodyBytesMax = WireLimits.batchBodyBytesMax
        return try await answer(TelemetryAnswer.self, to: exchange)
    }

    /// The budget domains whose observed draw is near their limits.
    public func alerts() async throws(ClientError) -> DrawAlertList {
        try await answer(DrawAlertList.self, to: .get(Routes.alerts))
    }
}
