// One method on one path: what it is for, who may use it, what it takes and what it answers.

import ControlAPI
import HTTPTypes

/// The body that a request has.
struct RequestBody: Sendable {
    let type: any WireType.Type
    /// The most bytes.
    let limit: Int

    static func json(_ type: any WireType.Type) -> RequestBody {
        RequestBody(type: type, limit: WireLimits.bodyBytesMax)
    }

    /// For batches of many.
    static func batch(_ type: any WireType.Type) -> RequestBody {
        RequestBody(type: type, limit: WireLimits.batchBodyBytesMax)
    }
}

/// One method on one path. It cannot be without roles and without an answer.
struct Route: Sendable {
    typealias Handler = @Sendable (Exchange) async throws -> ControlResponse

    /// What becomes of the book.
    enum Effect: Sendable {
        case none, change
        /// It stays as it is, and something beside it changes: what is drawn, or a file.
        case beside
    }

    /// Its name in the document, and of the function in a generated client.
    let name: String
    let method: HTTPRequest.Method
    /// With parameters as `{name}`.
    let pattern: String
    let summary: String
    let roles: RoleSet
    let query: [QueryParameter]
    let request: RequestBody?
    let answers: Answers
    /// How it can be refused, beside what every route of its kind can be.
    private let ownRefusals: [ErrorCode]
    let effect: Effect
    /// Whether `If-Match` guards it.
    let isGuarded: Bool
    let handler: Handler

    init(
        _ name: String, _ method: HTTPRequest.Method, _ pattern: String, _ summary: String, for roles: RoleSet,
        query: [QueryParameter] = [], takes request: RequestBody? = nil, answers: Answers,
        refusals: [ErrorCode] = [], effect: Effect? = nil, isGuarded: Bool = false, _ handler: @escaping Handler
    ) {
        self.name = name
        self.method = method
        self.pattern = pattern
        self.summary = summary
        self.roles = roles
        self.query = query
        self.request = request
        self.answers = answers
        ownRefusals = refusals
        self.effect = effect ?? (method == .get ? .none : .change)
        self.isGuarded = isGuarded
        self.handler = handler
    }

    /// Names of the parameters in the path, in their order.
    var pathParameters: [String] {
        pattern.split(separator: "/").compactMap { step in
            guard let open = step.firstIndex(of: "{"), let close = step.firstIndex(of: "}") else { return nil }
            return String(step[step.index(after: open)..<close])
        }
    }

    /// Every way in which it can be refused, in the order of the table of errors.
    var refusals: [ErrorCode] {
        var codes: Set<ErrorCode> = [
            .badRequest, .unknownParameter, .unauthenticated, .forbidden, .headersTooLarge, .internalError, .notReady,
        ]
        codes.formUnion(ownRefusals)
        if roles.contains(.tenant) { codes.insert(.rateLimited) }
        if !pathParameters.isEmpty { codes.insert(.notFound) }
        if request != nil { codes.formUnion([.notJSON, .unknownField, .bodyTooLarge, .unsupportedMediaType]) }
        if effect == .change {
            codes.formUnion([.wrongState, .inUse, .clauseForbids, .idempotencyMismatch, .overloaded, .journalFull])
        }
        if isGuarded { codes.insert(.preconditionFailed) }
        return ErrorCode.allCases.filter(codes.contains)
    }

    /// Whether its answer tells what there is room for.
    var isAdmission: Bool {
        method == .post
            && [
                Routes.offers, Routes.leases, Routes.leaseBatch, Routes.leaseAmendmentsPattern,
                Routes.leaseReclaimPattern, Routes.leaseSplitPattern,
            ].contains(pattern)
    }
}
