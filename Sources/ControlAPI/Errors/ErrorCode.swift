// Every way in which a request can end other than well: one table of code, status, exit code, title and anchor.

/// The stable name of a failure. Scripts and dashboards may rely on its text; it never changes its meaning.
///
/// Each code has one row here, which fixes its HTTP status, the exit code of `berth`, and its place in
/// `docs/errors.md`.
public enum ErrorCode: String, WireEnumeration {
    case badRequest = "bad-request"
    case notJSON = "not-json"
    case unknownField = "unknown-field"
    case unknownParameter = "unknown-parameter"
    case unauthenticated
    case forbidden
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case noCapacity = "no-capacity"
    case quotaExceeded = "quota-exceeded"
    case clauseForbids = "clause-forbids"
    case wrongState = "wrong-state"
    case inUse = "in-use"
    case planOvertaken = "plan-overtaken"
    case reloadRefused = "reload-refused"
    case notFinalised = "not-finalised"
    case historyGone = "history-gone"
    case preconditionFailed = "precondition-failed"
    case bodyTooLarge = "body-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case idempotencyMismatch = "idempotency-mismatch"
    case rateLimited = "rate-limited"
    case headersTooLarge = "headers-too-large"
    case internalError = "internal"
    case notReady = "not-ready"
    case overloaded
    case journalFull = "journal-full"
}

/// How `berth` ends, for scripts. Values are stable.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done.
    case success = 0
    /// `berth verify` found a rule broken, `berth inventory diff` a difference, or a scenario cannot be completed.
    case failed = 1
    /// The request itself was wrong.
    case badRequest = 2
    /// There is no room: capacity or quota.
    case noRoom = 3
    /// A rule or the present state of things forbids it.
    case forbiddenByState = 4
    /// Not there, or not yours to see.
    case notFound = 5
    /// Not yours to do.
    case notPermitted = 6
    /// Not now; the same command may succeed later.
    case tryLater = 7
    /// The daemon failed.
    case daemonFault = 8
    /// The daemon could not be reached.
    case unreachable = 9
    /// The command line was wrong (`EX_USAGE`).
    case usage = 64

    /// What the code says, for the root command's help.
    public var meaning: String {
        switch self {
        case .success: "done"
        case .failed:
            "verify found a broken rule, inventory a difference, a scenario cannot be completed, or what was asked about "
                + "was not wanted or never came"
        case .badRequest: "the request is wrong: a field, a value or the body"
        case .noRoom: "no capacity or over quota; blockers and counter-offers are on stderr"
        case .forbiddenByState: "a clause, a state, a plan or a precondition forbids it"
        case .notFound: "not there, or not yours to see"
        case .notPermitted: "not yours to do"
        case .tryLater: "not now: over the rate, not ready, or the journal cannot be written"
        case .daemonFault: "the daemon failed; the request id is in its log"
        case .unreachable: "the daemon cannot be reached on its socket"
        case .usage: "the command line is wrong"
        }
    }
}

extension ErrorCode {
    /// One row of the table.
    private struct Row {
        let status: Int
        let exitStatus: ExitStatus
        let title: String
    }

    private var row: Row {
        switch self {
        case .badRequest: Row(status: 400, exitStatus: .badRequest, title: "The request is not valid")
        case .notJSON: Row(status: 400, exitStatus: .badRequest, title: "The body is not JSON")
        case .unknownField: Row(status: 400, exitStatus: .badRequest, title: "The body has an unknown field")
        case .unknownParameter: Row(status: 400, exitStatus: .badRequest, title: "The query has an unknown parameter")
        case .unauthenticated: Row(status: 401, exitStatus: .notPermitted, title: "The caller is not known")
        case .forbidden: Row(status: 403, exitStatus: .notPermitted, title: "The caller may not do this")
        case .notFound: Row(status: 404, exitStatus: .notFound, title: "There is nothing here to see")
        case .methodNotAllowed: Row(status: 405, exitStatus: .badRequest, title: "The path does not take this method")
        case .noCapacity: Row(status: 409, exitStatus: .noRoom, title: "There is no capacity for this")
        case .quotaExceeded: Row(status: 409, exitStatus: .noRoom, title: "The tenant's quota does not allow this")
        case .clauseForbids: Row(status: 409, exitStatus: .forbiddenByState, title: "The contract does not allow this")
        case .wrongState:
            Row(status: 409, exitStatus: .forbiddenByState, title: "The present state does not allow this")
        case .inUse: Row(status: 409, exitStatus: .forbiddenByState, title: "Something still refers to this")
        case .planOvertaken: Row(status: 409, exitStatus: .forbiddenByState, title: "The plan has been overtaken")
        case .reloadRefused:
            Row(status: 409, exitStatus: .forbiddenByState, title: "The new configuration cannot be used")
        case .notFinalised:
            Row(status: 409, exitStatus: .forbiddenByState, title: "The upgrade has to be finalised first")
        case .historyGone: Row(status: 410, exitStatus: .notFound, title: "The history asked for is gone")
        case .preconditionFailed:
            Row(status: 412, exitStatus: .forbiddenByState, title: "The revision has moved on")
        case .bodyTooLarge: Row(status: 413, exitStatus: .badRequest, title: "The body is too large")
        case .unsupportedMediaType: Row(status: 415, exitStatus: .badRequest, title: "The body is of the wrong type")
        case .idempotencyMismatch:
            Row(status: 422, exitStatus: .forbiddenByState, title: "The idempotency key was used for another body")
        case .rateLimited: Row(status: 429, exitStatus: .tryLater, title: "Too many requests")
        case .headersTooLarge: Row(status: 431, exitStatus: .badRequest, title: "The headers are too large")
        case .internalError: Row(status: 500, exitStatus: .daemonFault, title: "The daemon failed")
        case .notReady: Row(status: 503, exitStatus: .tryLater, title: "The daemon is not ready")
        case .overloaded: Row(status: 503, exitStatus: .tryLater, title: "The daemon has too much to do")
        case .journalFull: Row(status: 507, exitStatus: .tryLater, title: "The journal cannot be written")
        }
    }

    /// The HTTP status.
    public var status: Int { row.status }

    /// How `berth` ends.
    public var exitStatus: ExitStatus { row.exitStatus }

    /// The short, unchanging title for a person.
    public var title: String { row.title }

    /// The anchor of the section in `docs/errors.md`; also the end of a problem's `type`.
    public var anchor: String { rawValue }

    /// A problem's `type`: a relative reference into the documentation.
    public var typeReference: String { "errors#" + anchor }

    /// The code behind a problem's `type`, or nil when this version does not know it.
    public init?(typeReference: String) {
        guard typeReference.hasPrefix("errors#") else { return nil }
        self.init(rawValue: String(typeReference.dropFirst("errors#".count)))
    }
}
