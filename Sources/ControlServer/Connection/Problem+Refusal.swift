// From refusals and faults to problems on the wire.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Scheduling

extension Problem {
    init(_ refusal: Refusal) {
        let code: ErrorCode =
            switch refusal.code {
            case .invalid: .badRequest
            case .notFound: .notFound
            case .noCapacity: .noCapacity
            case .quotaExceeded: .quotaExceeded
            case .wrongState: .wrongState
            case .clauseForbids: .clauseForbids
            case .inUse, .fleetConflict: .inUse
            case .planOvertaken: .planOvertaken
            case .idempotencyMismatch: .idempotencyMismatch
            case .preconditionFailed: .preconditionFailed
            case .notFinalised: .notFinalised
            }
        self.init(
            code, detail: refusal.detail, pointer: refusal.pointer,
            blockers: refusal.obstacles.isEmpty ? nil : refusal.obstacles.map { Blocker($0) })
    }

    init(_ fault: SchedulingFault) {
        switch fault {
        case .journalUnwritable(let detail):
            self.init(.journalFull, detail: "nothing was changed: \(detail)")
        case .overloaded: self.init(.overloaded, detail: "too many commands are waiting; try again")
        case .tenantQueueFull(let tenant):
            self.init(.rateLimited, detail: "too many commands of tenant \(tenant) are waiting; try again")
        case .stopping: self.init(.notReady, detail: "the daemon is stopping; try again when it is back")
        }
    }

    /// As it stands in a response's body.
    var bytes: ByteBuffer { ByteBuffer(bytes: CanonicalJSON.encode(self)) }

    /// The response that carries it.
    func response(requestID: String, allow: String? = nil, retryAfterSeconds: Int64 = 1) -> Response {
        var problem = self
        problem.requestId = requestID
        if status == 400, let pointer, !pointer.isEmpty, !detail.contains(pointer) {
            problem.detail = "\(pointer): \(detail)"
        }
        var headers = HTTPFields()
        headers[.contentType] = MediaTypes.problem
        headers[.requestID] = requestID
        if let allow { headers[.allow] = allow }
        if status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"berth\"" }
        if status == 415 { headers[.accept] = MediaTypes.json }
        if status == 503 || status == 429 || status == 507 { headers[.retryAfter] = String(retryAfterSeconds) }
        return Response(status: .init(code: status), headers: headers, body: .init(byteBuffer: problem.bytes))
    }
}
