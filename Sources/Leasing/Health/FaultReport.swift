// What somebody says of hardware that misbehaves, and what became of it.

import FleetModel
import Packing

/// A report of one node, or of some of its GPUs.
public struct FaultReport: Equatable, Sendable {
    public enum State: UInt8, CaseIterable, Sendable {
        /// An operator has to decide.
        case open
        /// It was acted on, by the policy or by an operator.
        case accepted
        /// Nothing is wrong with the hardware, or so it was decided.
        case rejected
        /// The hardware has been put right since.
        case resolved

        public var name: String {
            switch self {
            case .open: "open"
            case .accepted: "accepted"
            case .rejected: "rejected"
            case .resolved: "resolved"
            }
        }

        public var isFinal: Bool { self == .rejected || self == .resolved }
    }

    /// What was done with the node.
    public enum Act: UInt8, CaseIterable, Sendable {
        case none
        /// Kept in mind until its next turn-round, which resets the GPU.
        case note
        case cordon
        case drain
        case fault

        public var name: String {
            switch self {
            case .none: "none"
            case .note: "note"
            case .cordon: "cordon"
            case .drain: "drain"
            case .fault: "fault"
            }
        }
    }

    public internal(set) var number: UInt64
    /// Who reports; nil for what the provider has measured itself.
    public internal(set) var tenant: String?
    /// The tenant's leases that held the hardware then.
    public internal(set) var leases: [UInt64] = []
    /// The node's permanent id.
    public internal(set) var node: UInt32
    /// The GPUs; 0 for the node as such.
    public internal(set) var moduleMask: UInt8 = 0
    /// The GPUs that sat there when it was reported, as far as they were known.
    var identity = NodeIdentity.blank
    public internal(set) var xid: Int64?
    public internal(set) var recovery: RecoveryAction?
    public internal(set) var text = ""
    /// Whether the tenant goes on with the hardware until it says otherwise.
    public internal(set) var keeps = false
    public internal(set) var actor = ""
    public internal(set) var at: Int64 = 0
    public internal(set) var state = State.open
    public internal(set) var act = Act.none
    /// Why, in words that the tenant may read.
    public internal(set) var remark = ""
    /// Who decided, where that was an operator.
    public internal(set) var decidedBy: String?
    /// When its state last changed.
    public internal(set) var decidedAt: Int64 = 0

    /// The UUID of one of its modules, from 1, as it was known then.
    public func uuid(ofModule module: Int) -> GPUUUID? { identity.uuid(ofModule: module - 1) }

    /// What its error leads to.
    public var faultClass: FaultClass { XIDPolicy.faultClass(xid, recovery) }

    /// Whether it says the same of the same hardware.
    func covers(_ modules: UInt8, _ xid: Int64?, _ recovery: RecoveryAction?) -> Bool {
        guard self.xid == xid, self.recovery == recovery else { return false }
        return moduleMask == 0 ? modules == 0 : modules != 0 && modules & ~moduleMask == 0
    }
}

extension FaultReport: FieldCoded {
    static var blank: FaultReport { FaultReport(number: 0, node: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&tenant)
        try coder.code(&leases)
        try coder.code(&node)
        try coder.code(&moduleMask)
        try coder.code(&identity)
        try coder.code(&xid)
        try coder.code(&recovery, blank: .none) { (action, coder) throws(CodingFault) in try coder.code(&action) }
        try coder.code(&text)
        try coder.code(&keeps)
        try coder.code(&actor)
        try coder.code(&at)
        try coder.code(&state)
        try coder.code(&act)
        try coder.code(&remark)
        try coder.code(&decidedBy)
        try coder.code(&decidedAt)
    }
}

/// What an operator decided of a report.
public struct FaultVerdict: Equatable, Sendable, FieldCoded {
    public var number: UInt64
    public var tenant: String?
    public var state: FaultReport.State
    var act: FaultReport.Act
    var remark: String
    var actor: String

    static var blank: FaultVerdict {
        FaultVerdict(number: 0, tenant: nil, state: .open, act: .none, remark: "", actor: "")
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&tenant)
        try coder.code(&state)
        try coder.code(&act)
        try coder.code(&remark)
        try coder.code(&actor)
    }
}

/// What a report is about, as it is asked.
public enum FaultTarget: Sendable {
    case gpu(GPUUUID)
    /// A node by name, and its modules from 1; none for the node as such.
    case node(String, modules: [Int])
}

/// A report of one or more nodes and GPUs, as it is asked for.
public struct FaultOrder: Sendable {
    /// Nil for the provider.
    public var tenant: String?
    /// Each with where it stands in the request.
    public var targets: [(target: FaultTarget, pointer: String)]
    public var xid: Int64?
    public var recovery: RecoveryAction?
    public var text: String
    public var keeps: Bool
    /// Whether the policy acts by itself; otherwise an operator decides.
    public var isAutomatic: Bool

    public init(
        tenant: String?, targets: [(target: FaultTarget, pointer: String)], xid: Int64? = nil,
        recovery: RecoveryAction? = nil, text: String = "", keeps: Bool = false, isAutomatic: Bool = true
    ) {
        self.tenant = tenant
        self.targets = targets
        self.xid = xid
        self.recovery = recovery
        self.text = text
        self.keeps = keeps
        self.isAutomatic = isAutomatic
    }
}

/// Bounds of fault reports.
public enum FaultLimits {
    /// GPUs and nodes in one report.
    public static let targetsMax = 64
    /// Reports of one tenant, or of the provider, that are open or accepted.
    public static let unsettledMax = 256
    public static let providerUnsettledMax = 4_096
    /// Settled reports that are kept of each.
    public static let settledMax = 100
    /// The same report within so many seconds of a settled one is that one.
    public static let repeatSeconds: Int64 = 3_600

    /// Nodes that a tenant's own reports may have out of service at one time without an operator: one in 32 of those that
    /// it holds, and two in any case.
    static func automaticNodes(ofHeld nodes: Int) -> Int { max(2, nodes / 32) }
}
