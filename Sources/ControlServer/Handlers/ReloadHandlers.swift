// Reading the daemon's configuration again.

import ControlAPI
import Hummingbird
import Scheduling

enum ReloadHandlers {
    static func reload(_ exchange: Exchange) async throws -> Response {
        let request = try await exchange.decode(ReasonRequest.self)
        let order = ReloadOrder(
            actor: exchange.caller.actorName, role: "\(exchange.role)", reason: request.reason,
            requestID: exchange.requestID)
        let answer = try await exchange.services.reload(order)
        return exchange.answer(answer, view: exchange.scheduler.view)
    }
}
