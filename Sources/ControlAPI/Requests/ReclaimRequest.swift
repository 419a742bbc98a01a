// Notices that end a lease or take some of it back.

/// Under which clause a notice is served.
public enum ReclaimClauseName: String, WireEnumeration {
    /// One of the contract's reclaim causes.
    case cause
    /// The contract's reclaim for convenience.
    case convenience
    /// The end of the lease by notice alone, for either side.
    case cancellation
    /// An opportunistic lease gives way to one whose class comes first. Nobody serves it: such a lease is requested.
    case preemption
}

/// How many GPUs a lease keeps from a time on.
public struct ReclaimStep: Codable, Sendable, Equatable {
    /// From when.
    public var at: Timestamp
    /// How many stay.
    public var gpus: Int

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case at, gpus
    }

    /// Every field; those left out are absent.
    public init(at: Timestamp, gpus: Int) {
        self.at = at
        self.gpus = gpus
    }
}

extension ReclaimStep: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard gpus >= 0 else { throw WireValueError(field: "gpus", expected: "0 or more", found: "\(gpus)") }
    }
}

/// A notice that is to be served.
public struct ReclaimRequest: Codable, Sendable, Equatable {
    /// Under which clause. A tenant names cancellation alone.
    public var clause: ReclaimClauseName
    /// Which cause, with the clause cause.
    public var cause: String?
    /// How many GPUs go, with the clause convenience; absent: as many as the clause allows.
    public var gpus: Int?
    /// What stays from when on; absent: what the contract's off-ramp says, or all goes when the notice is over.
    public var offRamp: [ReclaimStep]?
    /// Why, for the audit log and for the other side; at most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case clause, cause, gpus, offRamp, reason
    }

    /// Every field; those left out are absent.
    public init(
        clause: ReclaimClauseName, cause: String? = nil, gpus: Int? = nil, offRamp: [ReclaimStep]? = nil, reason: String
    ) {
        self.clause = clause
        self.cause = cause
        self.gpus = gpus
        self.offRamp = offRamp
        self.reason = reason
    }
}

extension ReclaimRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if clause == .preemption {
            throw WireValueError(
                field: "clause", expected: "cause, convenience or cancellation: leases give way by themselves",
                found: "preemption")
        }
        if (cause != nil) != (clause == .cause) {
            throw WireValueError(
                field: "cause", expected: clause == .cause ? "the cause" : "a cause with the clause cause alone",
                found: cause == nil ? "none" : "one")
        }
        if gpus != nil, offRamp != nil || clause != .convenience {
            throw WireValueError(
                field: "gpus", expected: "a number without an off-ramp and with the clause convenience alone",
                found: "one")
        }
        if let gpus, gpus < 1 { throw WireValueError(field: "gpus", expected: "at least 1", found: "\(gpus)") }
        if let offRamp, !(1...WireLimits.rampStepsMax).contains(offRamp.count) {
            throw WireValueError(
                field: "offRamp", expected: "1 to \(WireLimits.rampStepsMax) steps", found: "\(offRamp.count)")
        }
        try checkReason(reason)
    }
}

/// What the tenant wants to go first.
public struct NominationRequest: Codable, Sendable, Equatable {
    /// Nodes that the lease holds as a whole: paths, names or host lists.
    public var nodes: [String]
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case nodes, reason
    }

    /// Every field; those left out are absent.
    public init(nodes: [String], reason: String? = nil) {
        self.nodes = nodes
        self.reason = reason
    }
}

extension NominationRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkShortList(nodes, field: "nodes", of: "host lists")
        try checkText(reason, field: "reason")
    }
}

/// Refuses a reason that says nothing, or is longer than free text may be.
func checkReason(_ reason: String) throws(WireValueError) {
    if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
    try checkText(reason, field: "reason")
}
