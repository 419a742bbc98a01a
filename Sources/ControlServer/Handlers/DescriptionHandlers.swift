// The OpenAPI document.

import ControlAPI
import HTTPTypes
import Hummingbird
import Scheduling

enum DescriptionHandlers {
    static func show(_ exchange: Exchange) async throws -> Response {
        let document = APIDocument.current
        var headers = HTTPFields()
        headers[.eTag] = document.entityTag
        if exchange.request.headers[values: .ifNoneMatch].contains(document.entityTag) {
            for field in exchange.headers(view: exchange.scheduler.view) { headers[field.name] = field.value }
            return Response(status: .notModified, headers: headers)
        }
        return exchange.answer(bytes: document.text, view: exchange.scheduler.view, headers: headers)
    }
}
