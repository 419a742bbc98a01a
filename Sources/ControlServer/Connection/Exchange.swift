// One request with what is known of its caller, and the answers to it.

import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import Leasing
import Logging
import NIOCore
import Scheduling

/// The request context: the connection and its event loop.
struct ControlContext: RequestContext {
    typealias Source = ConnectionSource

    var coreContext: CoreRequestContextStorage
    let work: ConnectionAtWork

    var channel: any Channel { work.channel }
    var connection: Connection { work.connection }

    init(source: Source) {
        coreContext = .init(source: source)
        work = source.work
    }
}

/// What a request's context is made of.
struct ConnectionSource: RequestContextSource {
    let work: ConnectionAtWork
    let logger: Logger
}

/// One request, its caller and the view it is answered from.
struct Exchange {
    let request: Request
    let context: ControlContext
    let caller: Caller
    let requestID: String
    let services: ControlServices
    /// Query parameters by name; only those that the route knows.
    let query: [String: String]
    /// The daemon's log, under the request's id.
    let logger: Logger
    /// The fleet's version when the request came, before any of its names were looked up.
    let fleetVersion: Int

    var scheduler: Scheduler { services.scheduler }
    var role: Role { caller.role }

    /// A parameter of the path, percent-decoded.
    func parameter(_ name: String) throws -> String {
        guard let raw = context.parameters.get(name), let value = raw.removingPercentEncoding else {
            throw Problem(.notFound, detail: "there is nothing at this path")
        }
        return value
    }

    /// The whole body, up to `limit` bytes.
    func body(limit: Int = WireLimits.bodyBytesMax) async throws -> [UInt8] {
        let type = request.headers[.contentType]
        if let type, !MediaTypes.isJSON(type) {
            throw Problem(.unsupportedMediaType, detail: "bodies are application/json in UTF-8, not \(type)")
        }
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge(limit) }
        do {
            let buffer = try await request.body.collect(upTo: limit)
            // A page that somebody looks at can send what has no type; nobody else forgets it.
            guard type != nil || buffer.readableBytes == 0 else {
                throw Problem(
                    .unsupportedMediaType, detail: "the body has no type; send content-type: application/json")
            }
            // It may have been long in coming.
            guard services.authenticator.stillCounts(standing) else { throw Authenticator.ended(standing) }
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge(limit)
        }
    }

    private func tooLarge(_ limit: Int) -> Problem {
        Problem(.bodyTooLarge, detail: "the body is over \(limit) bytes; send it in parts")
    }

    /// Reads a body strictly.
    func decode<Body: Decodable>(_ type: Body.Type, limit: Int = WireLimits.bodyBytesMax) async throws -> Body {
        try decode(type, from: try await body(limit: limit))
    }

    func decode<Body: Decodable>(_ type: Body.Type, from bytes: [UInt8]) throws -> Body {
        do {
            return try StrictJSON.decode(type, from: bytes)
        } catch {
            throw Problem(error)
        }
    }

    // MARK: Query

    func query<Value>(_ name: String, _ expected: String, _ read: (String) -> Value?) throws -> Value? {
        guard let text = query[name] else { return nil }
        guard let value = read(text) else {
            throw Problem(.badRequest, detail: "?\(name)=\(text): expected \(expected)", expected: expected)
        }
        return value
    }

    /// How many items a list may have.
    func limit() throws -> Int {
        try query("limit", "1 to \(WireLimits.listLimitMax)") { text in
            Int(text).flatMap { (1...WireLimits.listLimitMax).contains($0) ? $0 : nil }
        } ?? WireLimits.listLimitDefault
    }

    /// Where a list goes on.
    func cursor() throws -> UInt64 {
        try query("cursor", "a cursor from an earlier answer") { Cursor(text: $0)?.next } ?? 0
    }

    // MARK: Commands

    /// Who asks, why, and under which key.
    func commandContext(reason: String?, body: [UInt8]) throws -> CommandContext {
        try commandContext(reason: reason, digest: keyedDigest(of: body))
    }

    /// What the body is known by under the request's idempotency key; nil without a key. Made once for all parts of a batch.
    func keyedDigest(of body: [UInt8]) -> [UInt8]? {
        guard request.headers[.idempotencyKey] != nil else { return nil }
        return IdempotencyKey.digest(method: request.method.rawValue, path: request.uri.description, body: body)
    }

    /// The same for one part of a batch.
    func commandContext(reason: String?, digest: [UInt8]?, part: Int? = nil) throws -> CommandContext {
        if let reason, WireLimits.hasControlCharacters(reason) || reason.utf8.count > WireLimits.textBytesMax {
            throw Problem(
                .badRequest, detail: "a reason is up to \(WireLimits.textBytesMax) bytes without control characters",
                pointer: "/reason")
        }
        var key: IdempotencyKey?
        if let digest, let header = request.headers[.idempotencyKey] {
            guard (1...WireLimits.idempotencyKeyBytesMax).contains(header.utf8.count),
                !WireLimits.hasControlCharacters(header)
            else {
                throw Problem(
                    .badRequest,
                    detail: "an Idempotency-Key has 1 to \(WireLimits.idempotencyKeyBytesMax) bytes")
            }
            key = IdempotencyKey(
                scope: caller.idempotencyScope, key: part.map { "\(header)#\($0)" } ?? header, bodyDigest: digest)
        }
        return CommandContext(
            actor: Actor(name: caller.actorName, role: role.description), reason: reason ?? "", requestID: requestID,
            idempotencyKey: key, now: 0, fleetVersion: fleetVersion)
    }

    /// Submits a command and returns what it did, or throws the problem it met.
    func submit(_ command: Command, _ context: CommandContext) async throws -> (Outcome, PublishedView, Int64) {
        switch await scheduler.submit(command, context) {
        case .accepted(let outcome, let view, let took): return (outcome, view, took)
        case .refused(let refusal, _): throw Problem(refusal)
        case .faulted(let fault): throw Problem(fault)
        }
    }

    /// Counts refusals that told a tenant what there is no room for.
    func chargeSearches(_ count: Int) {
        guard case .tenant(let tenant) = role, count > 0 else { return }
        services.searches.charge(tenant, count, at: scheduler.clock.steadyNanoseconds)
    }

    // MARK: Answers

    /// A JSON answer; operators and auditors see the revision it was read at.
    func answer(
        _ value: some Encodable, _ status: HTTPResponse.Status = .ok, view: PublishedView,
        headers extra: HTTPFields = HTTPFields()
    ) -> Response {
        answer(bytes: CanonicalJSON.encode(value), status, view: view, headers: extra)
    }

    func answer(
        bytes: [UInt8], _ status: HTTPResponse.Status = .ok, view: PublishedView,
        headers extra: HTTPFields = HTTPFields()
    ) -> Response {
        var headers = headers(view: view)
        for field in extra { headers[field.name] = field.value }
        headers[.contentType] = MediaTypes.json
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    func headers(view: PublishedView) -> HTTPFields {
        var headers = HTTPFields()
        headers[.requestID] = requestID
        if role == .operator || role == .auditor { headers[.revision] = String(view.revision) }
        return headers
    }
}

extension HTTPField.Name {
    static let revision = HTTPField.Name(HeaderNames.revision)!
    static let index = HTTPField.Name(HeaderNames.index)!
    static let requestID = HTTPField.Name(HeaderNames.requestId)!
    static let idempotencyKey = HTTPField.Name(HeaderNames.idempotencyKey)!
}

/// A place in a list, opaque on the wire.
struct Cursor {
    let revision: UInt64
    let next: UInt64

    init(revision: UInt64, next: UInt64) {
        self.revision = revision
        self.next = next
    }

    init?(text: String) {
        guard let data = Data(base64Encoded: text), let plain = String(data: data, encoding: .utf8) else { return nil }
        let parts = plain.split(separator: ".").compactMap { UInt64($0) }
        guard parts.count == 2 else { return nil }
        (revision, next) = (parts[0], parts[1])
    }

    var text: String { Data("\(revision).\(next)".utf8).base64EncodedString() }
}
