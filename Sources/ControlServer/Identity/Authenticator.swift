// Who makes a request: its token, the connection's certificate, or the process at the other end.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Scheduling

/// Finds out who calls.
struct Authenticator: Sendable {
    let live: LiveSettings
    let scheduler: Scheduler
    let tokenUse: TokenUse

    private var rules: CallerRules { live.settings.callerRules }

    /// The caller of one request. A token says more than the connection that it comes over, so it counts first.
    ///
    /// - Throws: a ``Problem`` when nobody is named, or somebody without a role, and ``Throttled``.
    func caller(of request: Request, on connection: Connection) throws -> Caller {
        let number = live.rulesNumber
        var caller: Caller
        if let header = request.headers[.authorization] {
            caller = try self.caller(of: header, connection)
        } else {
            caller = try self.caller(of: connection)
        }
        // Rules that change meanwhile are looked at again.
        caller.rules = number
        return caller
    }

    /// The caller that a connection shows by itself.
    func caller(of connection: Connection) throws -> Caller {
        if let certificate = connection.certificate { return try caller(of: certificate) }
        if let peer = connection.peer { return try caller(of: peer) }
        throw Problem(
            .unauthenticated,
            detail: "nobody is named; send a token as `Authorization: Bearer berth_…`, or present a client certificate")
    }

    /// Whether a process is an operator's.
    func isOperator(_ peer: Peer) -> Bool { peer.role(by: rules.peers) == .operator }

    /// One answer for tokens that are unknown, over or revoked. Only such are slowed down, so that nobody can lock out a
    /// token that counts.
    private func caller(of header: String, _ connection: Connection) throws -> Caller {
        let now = scheduler.now
        if let token = token(in: header), token.isLive(at: now) {
            tokenUse.note(token.number, at: now)
            return Caller(evidence: .token(token), role: Role(token.owner), actorName: "token:\(token.name)")
        }
        if let seconds = live.failures.take("\(connection.origin)", at: scheduler.clock.steadyNanoseconds) {
            throw Throttled(
                detail: "too many refused tokens come from here; try again in \(seconds) s", seconds: seconds)
        }
        throw Self.unknownToken
    }

    /// What is answered to a token that does not count, whatever the reason.
    static var unknownToken: Problem {
        Problem(.unauthenticated, detail: "this token does not count: it is unknown, over or revoked")
    }

    /// The token that a header shows, whether or not it is over: one under the pepper in force, or one without a pepper where none
    /// is required.
    private func token(in header: String) -> AccessToken? {
        guard let plain = Self.digest(in: header) else { return nil }
        let book = scheduler.view.book
        let settings = live.settings
        if let token = book.token(digest: plain), token.pepper == nil { return settings.holds(token) ? token : nil }
        guard let pepper = settings.pepper, let token = book.token(digest: pepper.digest(of: plain)),
            token.pepper == pepper.id
        else { return nil }
        return token
    }

    private static func digest(in header: String) -> [UInt8]? {
        let words = header.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return TokenText.digest(of: words[1])
    }

    private func caller(of peer: Peer) throws -> Caller {
        guard let role = peer.role(by: rules.peers) else {
            guard !peer.isUnnamed else {
                throw Problem(
                    .forbidden,
                    detail:
                        "\(peer.actorName) is how the kernel shows users that it cannot name to the daemon, which runs "
                        + "in a user namespace; none of them has a role")
            }
            throw Problem(
                .forbidden,
                detail: "\(peer.actorName) has no role; an operator can give one under `roles` in berthd.yaml")
        }
        return Caller(evidence: .peer(uid: peer.uid), role: role, actorName: peer.actorName)
    }

    private func caller(of names: CertificateNames) throws -> Caller {
        let role = rules.certificates.lazy.compactMap { $0.role(of: names) }.first
        guard let role else {
            throw Problem(
                .forbidden,
                detail:
                    "\(names.actorName) has no role; an operator can give one under `roles.certificates` in berthd.yaml"
            )
        }
        guard role != .operator || rules.takesOperatorsOverTCP else {
            throw Problem(
                .forbidden,
                detail: "operators act on the Unix socket; `roles.tcpOperators: true` in berthd.yaml lets them over TCP"
            )
        }
        return Caller(evidence: .certificate, role: role, actorName: names.actorName)
    }
}

extension Role {
    /// What a token's owner is.
    init(_ owner: TokenOwner) {
        self =
            switch owner {
            case .tenant(let name): .tenant(name)
            case .auditor: .auditor
            case .actuator: .actuator
            }
    }
}
