// What shows who calls, as the document has it.

import ControlAPI
import Leasing

/// The schemes of the document, and which of them lets whom use a route.
enum SecuritySchemes {
    private static let (token, certificate) = ("bearerToken", "clientCertificate")

    private static let tokenWords = """
        A token that `POST /v1/tenants/{name}/tokens` or `POST /v1/tokens` has made: it names a tenant, an auditor or an \
        actuator, and counts before whatever the connection shows. The names in an operation's requirement are the scopes that \
        the token must have.
        """

    private static let certificateWords = """
        A client certificate over TLS 1.3, whose SPIFFE name or subject `roles.certificates` of berthd.yaml gives a role. An \
        operator's is taken only with `roles.tcpOperators: true`.
        """

    /// The components.
    static let node: JSONNode = [
        "bearerToken": [
            "type": "http", "scheme": "bearer", "bearerFormat": "berth_…", "description": .string(tokenWords),
        ],
        "clientCertificate": ["type": "mutualTLS", "description": .string(certificateWords)],
    ]

    /// What the empty requirement stands for, which no scheme can say.
    static let peerCredentials = """
        On the Unix socket a request needs to show nothing: the kernel says which process is at the other end, and \
        `roles` of berthd.yaml gives its user and groups a role. The empty requirement of each operation stands for that; over \
        TCP it lets nobody in.
        """

    /// The requirement of one route: any one of these is enough.
    static func requirement(of route: Route) -> JSONNode {
        var alternatives: [JSONNode] = []
        // No token is an operator's.
        let owners = RoleKind.allCases.filter { $0 != .operator && route.roles.contains($0) }
        if !owners.isEmpty {
            alternatives.append(.object([JSONNode.Member(token, .array(route.scope.names.map { .string($0) }))]))
        }
        alternatives.append(.object([JSONNode.Member(certificate, .array([]))]))
        alternatives.append([:])
        return .array(alternatives)
    }
}
