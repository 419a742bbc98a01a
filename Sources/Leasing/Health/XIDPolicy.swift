// What each of the driver's error numbers leads to.

/// What the driver asks for after an error (`gpu_recovery_action`, reported with XID 154).
public enum RecoveryAction: UInt8, CaseIterable, Sendable {
    case none, reset, reboot, drainP2P, drainAndReset

    /// As requests spell it.
    public var name: String {
        switch self {
        case .none: "none"
        case .reset: "reset"
        case .reboot: "reboot"
        case .drainP2P: "drain-p2p"
        case .drainAndReset: "drain-and-reset"
        }
    }

    public init?(name: String) {
        guard let action = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = action
    }
}

/// What an error says of the hardware.
public enum FaultClass: UInt8, CaseIterable, Sendable {
    /// A program failed; the GPU is sound.
    case application
    /// The GPU goes on; it is reset when its node is next turned round.
    case note
    /// The GPU has to be taken out, but not this minute.
    case drain
    /// The GPU is lost: out at once.
    case fault
    /// Nobody has said what it means: an operator decides.
    case unknown

    public var name: String {
        switch self {
        case .application: "application"
        case .note: "note"
        case .drain: "drain"
        case .fault: "fault"
        case .unknown: "unknown"
        }
    }
}

/// One line of the policy.
public struct XIDRule: Equatable, Sendable {
    public let xid: Int64
    public let meaning: String
    /// Nil for 154, which is what its recovery action is.
    public let faultClass: FaultClass?
    /// Where the number and what to do about it come from.
    public let source: String
}

/// The policy as data. Numbers that are not in it are unknown.
public enum XIDPolicy {
    public static let recoveryXID: Int64 = 154
    /// The largest number that a report may name.
    public static let xidMax: Int64 = 999

    private static let deviceHealth = "NVIDIA k8s DRA driver, device_health.go"
    private static let validation = "docs.nvidia.com/health-validation checks/xid"
    private static let crusoe = "docs.crusoecloud.com instance-health"
    private static let pageRetirement = "docs.nvidia.com/deploy/dynamic-page-retirement"
    private static let runbook = "ai-infrastructure.net runbook-gpu-fault-rma"
    private static let memoryErrors = "docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt"

    /// Ascending by number.
    public static let rules: [XIDRule] = [
        XIDRule(xid: 13, meaning: "graphics engine exception", faultClass: .application, source: deviceHealth),
        XIDRule(xid: 31, meaning: "GPU memory page fault", faultClass: .application, source: deviceHealth),
        XIDRule(xid: 43, meaning: "GPU stopped processing", faultClass: .application, source: deviceHealth),
        XIDRule(xid: 45, meaning: "preemptive cleanup", faultClass: .application, source: deviceHealth),
        XIDRule(xid: 46, meaning: "GPU stopped", faultClass: .drain, source: validation),
        XIDRule(xid: 48, meaning: "double-bit ECC error", faultClass: .drain, source: "\(validation); \(crusoe)"),
        XIDRule(xid: 63, meaning: "row remapping recorded, pending a reset", faultClass: .note, source: pageRetirement),
        XIDRule(xid: 64, meaning: "row remapping failed", faultClass: .drain, source: "\(crusoe); \(pageRetirement)"),
        XIDRule(xid: 68, meaning: "video processor exception", faultClass: .application, source: deviceHealth),
        XIDRule(xid: 74, meaning: "NVLink error", faultClass: .drain, source: crusoe),
        XIDRule(xid: 79, meaning: "GPU fell off the bus", faultClass: .fault, source: crusoe),
        XIDRule(xid: 94, meaning: "contained ECC error", faultClass: .note, source: runbook),
        XIDRule(xid: 95, meaning: "uncontained ECC error", faultClass: .fault, source: crusoe),
        XIDRule(xid: 109, meaning: "context switch timeout", faultClass: .application, source: deviceHealth),
        XIDRule(xid: 119, meaning: "GSP timeout", faultClass: .drain, source: "\(validation); \(crusoe)"),
        XIDRule(xid: 120, meaning: "GSP error", faultClass: .drain, source: "\(validation); \(crusoe)"),
        XIDRule(xid: 140, meaning: "unrecovered ECC error", faultClass: .drain, source: "\(validation); \(crusoe)"),
        XIDRule(xid: 143, meaning: "GPU initialisation failed", faultClass: .drain, source: "\(validation); \(crusoe)"),
        XIDRule(xid: 154, meaning: "recovery action changed", faultClass: nil, source: memoryErrors),
    ]

    public static func rule(_ xid: Int64) -> XIDRule? { rules.first { $0.xid == xid } }

    /// What a recovery action leads to.
    public static func faultClass(_ action: RecoveryAction) -> FaultClass {
        switch action {
        case .none: .application
        case .drainP2P, .drainAndReset: .drain
        case .reset, .reboot: .fault
        }
    }

    /// What an error leads to; without a number, or of 154 without its action, that is for an operator to say.
    public static func faultClass(_ xid: Int64?, _ action: RecoveryAction?) -> FaultClass {
        guard let xid else { return .unknown }
        if xid == recoveryXID { return action.map { faultClass($0) } ?? .unknown }
        return rule(xid)?.faultClass ?? .unknown
    }
}
