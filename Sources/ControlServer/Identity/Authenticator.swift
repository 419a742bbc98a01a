// Who makes a request: its token, the connection's certificate, or the process at the other end.

import ControlAPI
import Hummingbird

/// Finds out who calls.
struct Authenticator: Sendable {
    let rules: CallerRules

    /// The caller of one request.
    ///
    /// - Throws: a ``Problem`` when nobody is named, or somebody without a role.
    func caller(of request: Request, on connection: Connection) throws -> Caller {
        if let certificate = connection.certificate { return try caller(of: certificate) }
        if let peer = connection.peer { return try caller(of: peer) }
        throw Problem(
            .unauthenticated, detail: "nobody is named; present a client certificate")
    }

    /// Whether a process is an operator's.
    func isOperator(_ peer: Peer) -> Bool { peer.role(by: rules.peers) == .operator }

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
