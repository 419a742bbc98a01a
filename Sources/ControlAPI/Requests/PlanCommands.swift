// The commands of a plan that are spelt in the path of a request of their own.

/// Release of a lease.
public struct PlanRelease: Codable, Sendable, Equatable {
    /// Its id.
    public var lease: String
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case lease, reason
    }

    /// Every field; those left out are absent.
    public init(lease: String, reason: String? = nil) {
        self.lease = lease
        self.reason = reason
    }
}

extension PlanRelease: CheckedOnDecoding {
    func check() throws(WireValueError) { try checkText(reason, field: "reason") }
}

/// A notice, as ``ReclaimRequest`` has it, with its lease.
public struct PlanReclaim: Codable, Sendable, Equatable {
    /// The lease's id.
    public var lease: String
    /// Under which clause. A tenant names cancellation alone.
    public var clause: ReclaimClauseName
    /// Which cause, with the clause cause.
    public var cause: String?
    /// How many GPUs go, with the clause convenience; absent: as many as the clause allows.
    public var gpus: Int?
    /// What stays from when on; absent: what the contract's off-ramp says, or all goes when the notice is over.
    public var offRamp: [ReclaimStep]?
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case lease, clause, cause, gpus, offRamp, reason
    }

    /// Every field; those left out are absent.
    public init(
        lease: String, clause: ReclaimClauseName, cause: String? = nil, gpus: Int? = nil, offRamp: [ReclaimStep]? = nil,
        reason: String? = nil
    ) {
        self.lease = lease
        self.clause = clause
        self.cause = cause
        self.gpus = gpus
        self.offRamp = offRamp
        self.reason = reason
    }
}

extension PlanReclaim: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try request(reason: "a plan").check()
    }
}

extension PlanReclaim {
    /// The request that it is.
    public func request(reason: String) -> ReclaimRequest {
        ReclaimRequest(clause: clause, cause: cause, gpus: gpus, offRamp: offRamp, reason: self.reason ?? reason)
    }
}

/// A load target, as ``LoadTargetRequest`` has it, with its domain and id.
public struct PlanLoadTarget: Codable, Sendable, Equatable {
    /// The budget domain.
    public var budget: String
    /// The target's name within the domain.
    public var id: String
    /// The ceiling in watts, where the domain is measured. This or `reduceByWatts`.
    public var watts: Int?
    /// The ceiling as so many watts less than what is committed at the deadline.
    public var reduceByWatts: Int?
    /// The deadline. Absent: when the plan takes effect.
    public var start: Timestamp?
    /// When it ends; absent (with no `duration`): until it is replaced or removed.
    public var end: Timestamp?
    /// How long it holds, instead of `end`.
    public var duration: WireDuration?
    /// How far it is met; absent: `economic`.
    public var kind: LoadTargetKind?
    /// How many watts at the rack may come back each minute after the end; absent: all at once.
    public var restoreWattsPerMinute: Int?
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case budget, id, watts, reduceByWatts, start, end, duration, kind, restoreWattsPerMinute, reason
    }

    /// A load target of a domain.
    public init(_ request: LoadTargetRequest, id: String, on budget: String) {
        self.budget = budget
        self.id = id
        watts = request.watts
        reduceByWatts = request.reduceByWatts
        start = request.start
        end = request.end
        duration = request.duration
        kind = request.kind
        restoreWattsPerMinute = request.restoreWattsPerMinute
        reason = request.reason
    }

    /// The request that sets it.
    public func request(reason otherwise: String) -> LoadTargetRequest {
        LoadTargetRequest(
            watts: watts, reduceByWatts: reduceByWatts, start: start, end: end, duration: duration, kind: kind,
            restoreWattsPerMinute: restoreWattsPerMinute, reason: reason ?? otherwise)
    }
}

extension PlanLoadTarget: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(id, field: "id")
        try request(reason: "a plan").check()
    }
}

/// The end of a load target.
public struct PlanLoadTargetRemoval: Codable, Sendable, Equatable {
    /// The budget domain.
    public var budget: String
    /// The target's name within the domain.
    public var id: String
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case budget, id, reason
    }

    /// Every field; those left out are absent.
    public init(budget: String, id: String, reason: String? = nil) {
        self.budget = budget
        self.id = id
        self.reason = reason
    }
}

extension PlanLoadTargetRemoval: CheckedOnDecoding {
    func check() throws(WireValueError) { try checkText(reason, field: "reason") }
}

/// A feed, or a source of a root, that fails or is restored.
public struct PlanFeed: Codable, Sendable, Equatable {
    /// The budget domain.
    public var budget: String
    /// A source of the domain, not the domain itself.
    public var source: String?
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case budget, source, reason
    }

    /// Every field; those left out are absent.
    public init(budget: String, source: String? = nil, reason: String? = nil) {
        self.budget = budget
        self.source = source
        self.reason = reason
    }
}

extension PlanFeed: CheckedOnDecoding {
    func check() throws(WireValueError) { try checkText(reason, field: "reason") }
}

/// A verb on nodes, as ``NodeVerbRequest`` has it.
public struct PlanNodeVerb: Codable, Sendable, Equatable {
    /// What is done to them.
    public var verb: NodeVerb
    /// A host list of nodes or domains, such as `memphis-1-h1-b012-r3-n[1-8]` or `memphis-1/h1/b[003-004]`.
    public var nodes: String
    /// Until when it is meant to last; absent: until undone.
    public var until: Timestamp?
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case verb, nodes, until, reason
    }

    /// Every field; those left out are absent.
    public init(verb: NodeVerb, nodes: String, until: Timestamp? = nil, reason: String? = nil) {
        self.verb = verb
        self.nodes = nodes
        self.until = until
        self.reason = reason
    }
}

extension PlanNodeVerb: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try NodeVerbRequest(nodes: nodes, reason: reason ?? "a plan", until: until).check()
    }
}

/// Something that is removed by its name.
public struct PlanRemoval: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, reason
    }

    /// Every field; those left out are absent.
    public init(name: String, reason: String? = nil) {
        self.name = name
        self.reason = reason
    }
}

extension PlanRemoval: CheckedOnDecoding {
    func check() throws(WireValueError) { try checkText(reason, field: "reason") }
}
