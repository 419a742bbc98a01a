// Offers.

public import ControlAPI

extension ControlClient {
    /// Asks for offers; at most ten minutes, since the search waits for others before it.
    public func offers(for request: OfferRequest) async throws(ClientError) -> OfferList {
        var exchange = Exchange.post(Routes.offers, request)
        exchange.timeoutSeconds = 600
        return try await answer(OfferList.self, to: exchange)
    }
}
