// Reports of hardware that misbehaves, and an operator's word on them.

/// A node that is reported, or some of its GPUs.
public struct FaultNode: Codable, Sendable, Equatable {
    /// The node's name.
    public var node: String
    /// Module ids of its GPUs, as allocations name them, from 1; absent: the node as such.
    public var modules: [Int]?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case node, modules
    }

    /// Every field; those left out are absent.
    public init(node: String, modules: [Int]? = nil) {
        self.node = node
        self.modules = modules
    }
}

extension FaultNode: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard let modules else { return }
        guard (1...8).contains(modules.count), modules.allSatisfy({ (1...8).contains($0) }) else {
            throw WireValueError(
                field: "modules", expected: "1 to 8 module ids from 1 to 8", found: "\(modules.prefix(9))")
        }
    }
}

/// What the driver asks for after an error.
public enum RecoveryAction: String, WireEnumeration {
    case none, reset, reboot
    /// Let peer-to-peer traffic end, then reset.
    case drainP2P = "drain-p2p"
    /// Let programs end, then reset.
    case drainAndReset = "drain-and-reset"
}

/// A report of hardware that misbehaves. GPUs and nodes together: 1 to 64.
public struct FaultReportRequest: Codable, Sendable, Equatable {
    /// GPUs by UUID, such as `GPU-5c89f1d2-…`, where the provider knows them.
    public var gpus: [String]?
    /// Nodes, or GPUs by node and module.
    public var nodes: [FaultNode]?
    /// The driver's error number; absent: `text` says what is wrong.
    public var xid: Int?
    /// With XID 154: what the driver asks for.
    public var recoveryAction: RecoveryAction?
    /// What was seen; at most 1,024 bytes.
    public var text: String?
    /// True to go on with the hardware for now, although it has to be replaced.
    public var keep: Bool?
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case gpus, nodes, xid, recoveryAction, text, keep, reason
    }

    /// Every field; those left out are absent.
    public init(
        gpus: [String]? = nil, nodes: [FaultNode]? = nil, xid: Int? = nil, recoveryAction: RecoveryAction? = nil,
        text: String? = nil, keep: Bool? = nil, reason: String? = nil
    ) {
        self.gpus = gpus
        self.nodes = nodes
        self.xid = xid
        self.recoveryAction = recoveryAction
        self.text = text
        self.keep = keep
        self.reason = reason
    }
}

extension FaultReportRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkText(text, field: "text")
        try checkText(reason, field: "reason")
    }
}

/// What is done about a report.
public enum FaultAct: String, WireEnumeration {
    case none
    /// Kept in mind until the node's next turn-round, which resets its GPUs.
    case note
    /// The node is closed to new allocations.
    case cordon
    /// The same, until its holders have left.
    case drain
    /// The node is out of service, and its members of leases are replaced.
    case fault
}

/// An operator's word on a report that is open.
public struct FaultDecisionRequest: Codable, Sendable, Equatable {
    /// True to act on it, false to reject it.
    public var accept: Bool
    /// What to do; absent: what the policy proposes.
    public var act: FaultAct?
    /// Why, for the audit log and for the tenant; 1 to 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case accept, act, reason
    }

    /// Every field; those left out are absent.
    public init(accept: Bool, act: FaultAct? = nil, reason: String) {
        self.accept = accept
        self.act = act
        self.reason = reason
    }
}

extension FaultDecisionRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
    }
}

/// The GPU in one module of one node.
public struct IdentifiedGPU: Codable, Sendable, Equatable {
    /// The node's name.
    public var node: String
    /// The module id, from 1.
    public var module: Int
    /// Its UUID; absent: not known any more.
    public var uuid: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case node, module, uuid
    }

    /// Every field; those left out are absent.
    public init(node: String, module: Int, uuid: String? = nil) {
        self.node = node
        self.module = module
        self.uuid = uuid
    }
}

/// Which GPUs sit where: 1 to 1,024 of them.
public struct IdentifyRequest: Codable, Sendable, Equatable {
    /// The GPUs. One that was known elsewhere has moved.
    public var gpus: [IdentifiedGPU]
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case gpus, reason
    }

    /// Every field; those left out are absent.
    public init(gpus: [IdentifiedGPU], reason: String? = nil) {
        self.gpus = gpus
        self.reason = reason
    }
}

extension IdentifyRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkText(reason, field: "reason")
    }
}
