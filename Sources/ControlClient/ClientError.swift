// What can come back instead of an answer.

public import ControlAPI

/// Why a call gave no answer.
public enum ClientError: Error, Sendable, Equatable {
    /// The daemon answered with a refusal or a failure of its own. When it said so, the seconds after which to try
    /// again.
    case refused(Problem, retryAfterSeconds: Int?)
    /// The daemon was not reached, or the connection broke. What a write did is then not known.
    case unreachable(address: String, cause: TransportCause)
    /// Something answered, but not in this API's words.
    case incomprehensible(status: Int, detail: String)
    /// The request is larger than the daemon takes, and was not sent.
    case requestTooLarge(bytes: Int, bytesMax: Int)

    /// How `berth` ends.
    public var exitStatus: ExitStatus {
        switch self {
        case .refused(let problem, _): problem.code?.exitStatus ?? (problem.status < 500 ? .badRequest : .daemonFault)
        case .unreachable: .unreachable
        case .incomprehensible: .daemonFault
        case .requestTooLarge: .badRequest
        }
    }
}

/// Why the socket gave no answer.
public enum TransportCause: Error, Sendable, Equatable {
    /// There is no socket at the path.
    case noSocket
    /// There is a socket, and nobody listens on it.
    case nobodyListens
    /// The caller may not open the socket.
    case noPermission
    /// The path is longer than a socket's address can hold.
    case pathTooLong(bytesMax: Int)
    /// No answer within the time allowed.
    case noAnswer(seconds: Int)
    /// TLS was not agreed on: the daemon's certificate is not trusted, or it does not take the caller's.
    case notTrusted(TLSFault)
    /// The connection ended before the answer was whole.
    case closed
    /// No machine has the name in the address.
    case unknownHost
    /// What the client was told cannot be used.
    case setting(String)
    /// Anything else, in the words of the layer below.
    case other(String)
}

extension ClientError: CustomStringConvertible {
    /// What happened, for a person.
    public var description: String {
        switch self {
        case .refused(let problem, _): "\(problem.title): \(problem.detail)"
        case .unreachable(let address, let cause): "no answer on \(address): \(cause.description)"
        case .incomprehensible(let status, let detail): "an answer with status \(status) makes no sense: \(detail)"
        case .requestTooLarge(let bytes, let bytesMax):
            "the request has \(bytes) bytes, and the daemon takes at most \(bytesMax)"
        }
    }

    /// What the caller can do about it; nil when the answer itself says so.
    public var advice: String? {
        switch self {
        case .refused(_, let retryAfterSeconds):
            retryAfterSeconds.map { "Try again in \($0) s." }
        case .unreachable(_, let cause): cause.advice
        case .incomprehensible: "Is it berthd that listens there, and of the same version?"
        case .requestTooLarge: "Split it into several."
        }
    }
}

extension TransportCause: CustomStringConvertible {
    /// What happened, for a person.
    public var description: String {
        switch self {
        case .noSocket: "there is no socket"
        case .nobodyListens: "nobody listens on it"
        case .noPermission: "permission denied"
        case .pathTooLong(let bytesMax): "a socket's path has at most \(bytesMax) bytes"
        case .noAnswer(let seconds): "nothing came within \(seconds) s"
        case .notTrusted(let fault): fault.description
        case .closed: "the connection was closed before the answer came"
        case .unknownHost: "no machine has that name"
        case .setting(let words): words
        case .other(let words): words
        }
    }

    fileprivate var advice: String {
        switch self {
        case .notTrusted(let fault): fault.advice
        case .unknownHost: "Look at the address: --url https://HOST:PORT."
        case .setting: "See: berth --help"
        case .noSocket: "Is berthd running? Name its socket with --socket PATH or BERTH_SOCKET."
        case .nobodyListens: "Is berthd running? Name where it listens with --socket PATH or --url URL."
        case .noPermission: "Ask to be added to the group that owns the socket."
        case .pathTooLong: "Use a shorter path, such as one under /run."
        case .noAnswer: "Look at the daemon's log; a write may or may not have been done."
        case .closed, .other:
            "Is berthd running? After a write, look before you repeat it, or repeat it with its idempotency key."
        }
    }
}
