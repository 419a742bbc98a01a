// Which settings count from a reload on, and which from the next start on.

import ControlServer
import Logging

extension Settings {
    /// Settings that something is made of at the start, each with its value as text.
    private static let keptUntilRestart: [(key: String, value: @Sendable (Settings) -> String)] = [
        ("state.directory", { $0.stateDirectory }), ("state.identityFile", { $0.identityFile ?? "" }),
        ("socket.path", { $0.socketPath }), ("audit.keyFile", { $0.auditKeyFile ?? "" }),
        ("tcp.addresses", { $0.tcpAddresses.joined(separator: ",") }),
        ("tcp.certificateFile", { $0.tcpCertificateFile ?? "" }), ("tcp.keyFile", { $0.tcpKeyFile ?? "" }),
        ("tcp.clientCAFile", { $0.tcpClientCAFile ?? "" }),
        ("tcp.clientCertificates", { $0.tcpClientCertificates }),
        ("tcp.plainLoopback", { $0.tcpPlainLoopback ?? "" }),
        ("limits.connections", { "\($0.limits.connections)" }),
        ("limits.connectionsPerUser", { "\($0.limits.connectionsPerUser)" }),
        ("limits.connectionsPerAddress", { "\($0.limits.connectionsPerAddress)" }),
        ("limits.idleSeconds", { "\($0.limits.idleSeconds)" }),
        ("limits.headSeconds", { "\($0.limits.headSeconds)" }),
        ("limits.bodySeconds", { "\($0.limits.bodySeconds)" }),
        ("limits.stallSeconds", { "\($0.limits.stallSeconds)" }),
        ("numa.node", { $0.numaNode.map(String.init) ?? "" }),
    ]

    /// The settings in which `newer` differs and which only a restart changes.
    func needingRestart(in newer: Settings) -> [String] {
        Self.keptUntilRestart.filter { $0.value(self) != $0.value(newer) }.map(\.key)
    }

    /// What the control server may take while it serves.
    func serviceSettings(_ logger: Logger) throws -> ServiceSettings {
        ServiceSettings(
            callerRules: CallerRules(
                peers: try roleRules(logger), certificates: try certificateRules(),
                takesOperatorsOverTCP: takesOperatorsOverTCP),
            limits: try serverLimits(),
            loadTargetApprovalSeconds: approvalLoadTargetSeconds > 0 ? Int64(approvalLoadTargetSeconds) : nil,
            faultRules: try faultRules(), eventPatience: try eventPatience(), pepper: try PepperFile.read(self),
            requiresPepper: requiresTokenPepper)
    }

    /// Whether the next start makes TLS of something else than `other` did.
    func namesOtherIdentity(than other: Settings) -> Bool {
        needingRestart(in: other).contains { $0.hasPrefix("tcp.") }
    }

    /// Refuses rules after which nobody known here is an operator, as after a misspelt name: nobody could reload again.
    func checkOperators(in rules: CallerRules) throws {
        guard !rules.hasOperator else { return }
        let names =
            operators.isEmpty
            ? "names nobody" : "there is no such user or group as \(operators.joined(separator: ", "))"
        throw StartFailure(
            "roles.operators: \(names), so that nobody would be an operator; a user of this machine is known by user:NAME or "
                + "user:NUMBER")
    }

    /// The level of the log.
    func loggerLevel() throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: logLevel) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw StartFailure("log.level: \(logLevel) is not one of \(known)")
        }
        return level
    }
}
