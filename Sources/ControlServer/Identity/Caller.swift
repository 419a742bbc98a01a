// Who asks, whatever shows it: a process on the Unix socket, a client certificate or a token.

import Leasing

/// Who makes a request and what it may do. Everything behind authentication knows callers by this alone.
struct Caller: Equatable, Sendable {
    /// What showed who it is.
    enum Evidence: Equatable, Sendable {
        /// The kernel's word on a process of this machine.
        case peer(uid: UInt32)
        /// A certificate that a configured authority has signed.
        case certificate
        /// A bearer token.
        case token(AccessToken)
    }

    let evidence: Evidence
    let role: Role
    /// As the audit log names it: `uid:1000 ada`, `cert:spiffe://berth.example/tenant/acme`, `token:NAME`.
    let actorName: String
    /// The number of the rules that were in force when it was found out.
    var rules: UInt64 = 0

    /// The token that was shown; nil where another thing shows who it is.
    var token: AccessToken? { if case .token(let token) = evidence { token } else { nil } }

    /// Within what an idempotency key is one key: a tenant's keys are its own whoever sends them.
    var idempotencyScope: String {
        if case .tenant = role { return role.description }
        switch evidence {
        case .peer(let uid): return "uid:\(uid)"
        case .certificate, .token: return actorName
        }
    }
}
