// The daemon's settings: from a file, from the environment, or as shipped.

import Configuration
import ControlAPI
import ControlServer
import DaemonLog
import Foundation
import Logging
import SystemPackage
import Telemetry
import Yams

/// Every setting with its shipped value.
struct Settings {
    var fleetFile = "config/fleets/colossus.yaml"
    var stateDirectory = "var/state"
    /// The book's id is also kept here, beside the configuration; nil keeps it in the state's parent folder.
    var identityFile: String?
    var socketPath = "var/berth.sock"
    /// The private key of the audit log's heads; nil keeps it in the state directory, where it is made when it is missing.
    var auditKeyFile: String?
    /// The secret under which tokens are made; nil: none.
    var tokenPepperFile: String?
    /// Whether tokens that were made without the pepper do not count.
    var requiresTokenPepper = false
    /// `user:NAME` or `group:NAME`, by name or number; `user:self` is whoever runs the daemon.
    var operators = ["user:self", "user:root"]
    var auditors: [String] = []
    var actuators: [String] = []
    /// `user:NAME=TENANT` or `group:NAME=TENANT`.
    var tenants: [String] = []
    /// How long a reading of observed power counts.
    var telemetryFreshSeconds = 120
    /// Percent of a budget domain's limit at which its draw raises an alert, and under which it is cleared.
    var telemetryRaisePercent = 95
    var telemetryClearPercent = 90
    /// How long an economic load target under what is committed waits for a second operator; 0: none is needed.
    var approvalLoadTargetSeconds = 0
    /// `act` on what tenants report and telemetry shows as the policy says, or `propose` it to operators.
    var faultsFromTenants = "act"
    var faultsFromTelemetry = "act"
    /// Where TLS is spoken, such as `0.0.0.0:7411`.
    var tcpAddresses: [String] = []
    var tcpCertificateFile: String?
    var tcpKeyFile: String?
    /// The authorities of client certificates.
    var tcpClientCAFile: String?
    /// `none`, `optional` or `required`; by itself `optional` where there are authorities.
    var tcpClientCertificates = "none"
    /// Where plain text is spoken, on this machine alone.
    var tcpPlainLoopback: String?
    /// Names in client certificates with their roles.
    var certificates: [String] = []
    /// Whether operators may come over TCP.
    var takesOperatorsOverTCP = false
    /// What one client may cost.
    var limits = ServerLimits()
    /// Seconds without a line after which a stream of events gets a bookmark, and in which its reader must take something.
    var eventsBookmarkSeconds = 30
    var eventsStallSeconds = 60
    /// The NUMA node of the scheduler; nil takes the one with most free memory.
    var numaNode: Int?
    var logLevel = "info"

    private enum Kind: String {
        case text = "a text"
        case number = "a number from 0"
        case list = "a list of texts"
        case flag = "true or false"
    }

    private static let ownKinds: KeyValuePairs<String, Kind> = [
        "fleet.file": .text, "state.directory": .text, "state.identityFile": .text, "socket.path": .text,
        "audit.keyFile": .text, "tokens.pepperFile": .text, "tokens.requirePepper": .flag,
        "roles.operators": .list, "roles.auditors": .list, "roles.actuators": .list, "roles.tenants": .list,
        "telemetry.freshSeconds": .number, "telemetry.raisePercent": .number, "telemetry.clearPercent": .number,
        "roles.certificates": .list, "roles.tcpOperators": .flag,
        "tcp.addresses": .list, "tcp.certificateFile": .text, "tcp.keyFile": .text, "tcp.clientCAFile": .text,
        "tcp.clientCertificates": .text, "tcp.plainLoopback": .text,
        "approvals.loadTargetSeconds": .number, "faults.tenants": .text, "faults.telemetry": .text,
        "events.bookmarkSeconds": .number, "events.stallSeconds": .number,
        "numa.node": .number, "log.level": .text,
    ]
    private static let kinds: [(key: String, value: Kind)] =
        ownKinds.map { ($0.key, $0.value) } + ServerLimits.settings.map { ("limits." + $0.name, .number) }
    private static var keys: [String] { kinds.map(\.key) }

    /// Reads the settings; the environment (`BERTHD_…`) wins over the file.
    static func read(file: String?) async throws -> Settings {
        try refuseUnknownVariables()
        var providers: [any ConfigProvider] = [EnvironmentVariablesProvider().prefixKeys(with: "berthd")]
        if let file {
            try refuseUnknownKeys(in: file)
            do {
                providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)))
            } catch {
                throw StartFailure("the settings in \(file) cannot be read: \(error)")
            }
        }
        let reader = ConfigReader(providers: providers)
        var settings = Settings()
        settings.fleetFile = reader.string(forKey: "fleet.file", default: settings.fleetFile)
        settings.stateDirectory = reader.string(forKey: "state.directory", default: settings.stateDirectory)
        settings.identityFile = reader.string(forKey: "state.identityFile")
        settings.socketPath = reader.string(forKey: "socket.path", default: settings.socketPath)
        settings.auditKeyFile = reader.string(forKey: "audit.keyFile")
        settings.tokenPepperFile = reader.string(forKey: "tokens.pepperFile")
        settings.requiresTokenPepper = reader.bool(
            forKey: "tokens.requirePepper", default: settings.requiresTokenPepper)
        settings.operators = reader.stringArray(forKey: "roles.operators", default: settings.operators)
        settings.auditors = reader.stringArray(forKey: "roles.auditors", default: settings.auditors)
        settings.actuators = reader.stringArray(forKey: "roles.actuators", default: settings.actuators)
        settings.tenants = reader.stringArray(forKey: "roles.tenants", default: settings.tenants)
        settings.telemetryFreshSeconds = reader.int(
            forKey: "telemetry.freshSeconds", default: settings.telemetryFreshSeconds)
        settings.telemetryRaisePercent = reader.int(
            forKey: "telemetry.raisePercent", default: settings.telemetryRaisePercent)
        settings.telemetryClearPercent = reader.int(
            forKey: "telemetry.clearPercent", default: settings.telemetryClearPercent)
        settings.approvalLoadTargetSeconds = reader.int(
            forKey: "approvals.loadTargetSeconds", default: settings.approvalLoadTargetSeconds)
        settings.faultsFromTenants = reader.string(forKey: "faults.tenants", default: settings.faultsFromTenants)
        settings.faultsFromTelemetry = reader.string(
            forKey: "faults.telemetry", default: settings.faultsFromTelemetry)
        settings.readListeners(reader)
        settings.eventsBookmarkSeconds = reader.int(
            forKey: "events.bookmarkSeconds", default: settings.eventsBookmarkSeconds)
        settings.eventsStallSeconds = reader.int(
            forKey: "events.stallSeconds", default: settings.eventsStallSeconds)
        settings.numaNode = reader.int(forKey: "numa.node")
        settings.logLevel = reader.string(forKey: "log.level", default: settings.logLevel)
        return settings
    }

    private mutating func readListeners(_ reader: ConfigReader) {
        tcpAddresses = reader.stringArray(forKey: "tcp.addresses", default: tcpAddresses)
        tcpCertificateFile = reader.string(forKey: "tcp.certificateFile")
        tcpKeyFile = reader.string(forKey: "tcp.keyFile")
        tcpClientCAFile = reader.string(forKey: "tcp.clientCAFile")
        tcpClientCertificates = reader.string(
            forKey: "tcp.clientCertificates", default: tcpClientCAFile == nil ? "none" : "optional")
        tcpPlainLoopback = reader.string(forKey: "tcp.plainLoopback")
        certificates = reader.stringArray(forKey: "roles.certificates", default: certificates)
        takesOperatorsOverTCP = reader.bool(forKey: "roles.tcpOperators", default: takesOperatorsOverTCP)
        for (name, path) in ServerLimits.settings {
            limits[keyPath: path] = reader.int(
                forKey: ConfigKey(["limits", name]), default: limits[keyPath: path])
        }
    }

    /// A key that is not known is a mistake, not a wish.
    private static func refuseUnknownKeys(in file: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw StartFailure("the settings in \(file) cannot be read: \(error.localizedDescription)")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw StartFailure("\(error.place(in: file)) is not YAML: \(error.summary)")
        }
        guard let root, root.scalar?.string != "" else { return }
        guard let sections = root.mapping else { throw StartFailure("\(file) must hold settings by name") }
        for (name, section) in sections {
            guard let section = section.mapping else {
                throw unknown(name.string ?? "?", at: name.mark, in: file)
            }
            for (key, value) in section {
                let setting = "\(name.string ?? "").\(key.string ?? "")"
                guard let kind = kinds.first(where: { $0.key == setting })?.value else {
                    throw unknown(setting, at: key.mark, in: file)
                }
                guard fits(value, kind) else {
                    throw StartFailure("\(place(value.mark, in: file)): \(setting) must be \(kind.rawValue)")
                }
            }
        }
    }

    private static func fits(_ value: Node, _ kind: Kind) -> Bool {
        switch kind {
        case .text: value.scalar.map { !$0.string.isEmpty && $0.string != "null" && $0.string != "~" } ?? false
        case .number: value.scalar.flatMap { Int($0.string) }.map { $0 >= 0 } ?? false
        case .flag: value.scalar.map { ["true", "false"].contains($0.string) } ?? false
        case .list: value.sequence.map { $0.allSatisfy { $0.scalar != nil } } ?? false
        }
    }

    /// A misspelt variable is a mistake too.
    private static func refuseUnknownVariables() throws {
        let known = Set(keys.map(variable))
        for name in ProcessInfo.processInfo.environment.keys.sorted()
        where name.hasPrefix("BERTHD_") && !known.contains(name) {
            throw StartFailure("unknown variable \(name); there are \(known.sorted().joined(separator: ", "))")
        }
    }

    /// `BERTHD_STATE_IDENTITY_FILE` for `state.identityFile`.
    private static func variable(_ key: String) -> String {
        "BERTHD_"
            + key.reduce(into: "") { name, letter in
                if letter == "." {
                    name += "_"
                } else {
                    name += letter.isUppercase ? "_\(letter)" : letter.uppercased()
                }
            }
    }

    private static func place(_ mark: Mark?, in file: String) -> String {
        mark.map { "\(file):\($0.line):\($0.column)" } ?? file
    }

    private static func unknown(_ key: String, at mark: Mark?, in file: String) -> StartFailure {
        return StartFailure(
            "\(place(mark, in: file)): unknown setting \(key); the settings are \(keys.joined(separator: ", "))")
    }

    /// Where the book's id is kept beside the configuration.
    var identityPath: String {
        identityFile
            ?? URL(fileURLWithPath: stateDirectory).deletingLastPathComponent()
            .appendingPathComponent("book-id").path
    }

    /// How readings of observed power are judged.
    func readingRules() throws -> ReadingRules {
        guard (1...86_400).contains(telemetryFreshSeconds) else {
            throw StartFailure("telemetry.freshSeconds: \(telemetryFreshSeconds) is not 1 to 86400")
        }
        return ReadingRules(freshSeconds: Int64(telemetryFreshSeconds))
    }

    /// How patient streams of events are.
    func eventPatience() throws -> EventPatience {
        for (key, value) in [
            ("events.bookmarkSeconds", eventsBookmarkSeconds), ("events.stallSeconds", eventsStallSeconds),
        ] where !(1...3_600).contains(value) { throw StartFailure("\(key): \(value) is not 1 to 3600") }
        return EventPatience(
            bookmarkSeconds: Int64(eventsBookmarkSeconds), stallSeconds: Int64(eventsStallSeconds))
    }

    /// Where the policy on faults acts by itself.
    func faultRules() throws -> FaultRules {
        for (key, value) in [("faults.tenants", faultsFromTenants), ("faults.telemetry", faultsFromTelemetry)]
        where value != "act" && value != "propose" {
            throw StartFailure("\(key): \(value) is neither act nor propose")
        }
        return FaultRules(actsOnReports: faultsFromTenants == "act", actsOnTelemetry: faultsFromTelemetry == "act")
    }

    /// When alerts of observed power are raised and cleared.
    func alertRules() throws -> AlertRules {
        guard (2...100).contains(telemetryRaisePercent), (1..<telemetryRaisePercent).contains(telemetryClearPercent)
        else {
            throw StartFailure(
                "telemetry.raisePercent is 2 to 100 and telemetry.clearPercent less than that; they are "
                    + "\(telemetryRaisePercent) and \(telemetryClearPercent)")
        }
        return AlertRules(
            raisePermille: Int64(telemetryRaisePercent) * 10, clearPermille: Int64(telemetryClearPercent) * 10)
    }

    /// The rules for the control socket; a name that the machine does not know is reported and skipped.
    func roleRules(_ logger: Logger) throws -> [RoleRule] {
        var rules: [RoleRule] = []
        for (names, role) in [(operators, Role.operator), (auditors, .auditor), (actuators, .actuator)] {
            for name in names { if let rule = try rule(name, role, logger) { rules.append(rule) } }
        }
        for entry in tenants {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, ResourceName.isValid(parts[1]) else {
                throw StartFailure("roles.tenants: \(entry) is not user:NAME=TENANT or group:NAME=TENANT")
            }
            if let rule = try rule(parts[0], .tenant(parts[1]), logger) { rules.append(rule) }
        }
        return rules
    }

    private func rule(_ subject: String, _ role: Role, _ logger: Logger) throws -> RoleRule? {
        let rule: RoleRule?
        if let number = UnnamedNumbers.named(by: subject) {
            throw StartFailure(
                "roles: \(subject) is \(number), the number by which the kernel shows everybody whom it cannot name here; "
                    + "it can have no role")
        }
        if subject == "user:self" {
            rule = RoleRule(subject: .user(getuid()), role: role)
        } else if subject.hasPrefix("user:") {
            rule = RoleRule(user: String(subject.dropFirst(5)), role: role)
        } else if subject.hasPrefix("group:") {
            rule = RoleRule(group: String(subject.dropFirst(6)), role: role)
        } else {
            throw StartFailure("roles: \(subject) is not user:NAME or group:NAME")
        }
        if rule == nil {
            logger.log(
                .roleUnknown, "no such user or group; the role is not given",
                metadata: ["subject": "\(subject)", "role": "\(role)"])
        }
        return rule
    }
}

extension YamlError {
    /// What is wrong, without the lines of the file around it: they may be a secret, where a setting names a wrong file.
    fileprivate var summary: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            problem
        case .reader: "it is not text in UTF-8 without control characters"
        case .duplicatedKeysInMapping: "a setting stands twice"
        default: "it cannot be read"
        }
    }

    fileprivate func place(in file: String) -> String {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            "\(file):\(mark.line):\(mark.column)"
        case .duplicatedKeysInMapping(_, let context): "\(file):\(context.mark.line):\(context.mark.column)"
        default: file
        }
    }
}
