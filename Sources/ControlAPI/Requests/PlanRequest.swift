// What-if plans: commands on a fork of the book, and the commitment to what they were found to do.

/// Commands to try in order, all or none.
public struct PlanRequest: Codable, Sendable, Equatable {
    /// 1 to 256.
    public var commands: [PlanCommand]
    /// When they take effect; what is due until then happens first. Absent: now.
    public var at: Timestamp?
    /// Why, for commands that have no reason of their own.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case commands, at, reason
    }

    /// Every field; those left out are absent.
    public init(commands: [PlanCommand], at: Timestamp? = nil, reason: String? = nil) {
        self.commands = commands
        self.at = at
        self.reason = reason
    }
}

extension PlanRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkCommands(commands)
        try checkText(reason, field: "reason")
    }
}

/// A plan to carry out: the same commands, and the token that they were answered with.
public struct PlanCommitRequest: Codable, Sendable, Equatable {
    /// The commands of the plan, unchanged.
    public var commands: [PlanCommand]
    /// What the plan was answered with.
    public var planToken: String
    /// Why, for the audit log and for commands that have no reason of their own; 1 to 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case commands, planToken, reason
    }

    /// Every field.
    public init(commands: [PlanCommand], planToken: String, reason: String) {
        self.commands = commands
        self.planToken = planToken
        self.reason = reason
    }
}

extension PlanCommitRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkCommands(commands)
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
        guard (1...WireLimits.planTokenBytesMax).contains(planToken.utf8.count) else {
            throw WireValueError(
                field: "planToken", expected: "the planToken of a plan", found: "\(planToken.utf8.count) bytes")
        }
    }
}

private func checkCommands(_ commands: [PlanCommand]) throws(WireValueError) {
    guard (1...WireLimits.planCommandsMax).contains(commands.count) else {
        throw WireValueError(
            field: "commands", expected: "1 to \(WireLimits.planCommandsMax) commands", found: "\(commands.count)")
    }
}

/// One command of a plan, under the name of what it does; exactly one field.
public struct PlanCommand: Codable, Sendable, Equatable {
    /// Request a lease.
    public var reserve: LeaseRequest?
    /// Cancel a lease before its start, end it after.
    public var release: PlanRelease?
    /// Serve a notice on a lease.
    public var reclaim: PlanReclaim?
    /// Set a load target: curtail what it has to.
    public var loadTarget: PlanLoadTarget?
    /// End a load target.
    public var removeLoadTarget: PlanLoadTargetRemoval?
    /// A budget domain, or a source of it, carries nothing.
    public var failFeed: PlanFeed?
    /// It carries again.
    public var restoreFeed: PlanFeed?
    /// A verb on nodes.
    public var nodes: PlanNodeVerb?
    /// Keep nodes free of leases in windows.
    public var maintenance: PlanMaintenance?
    /// End a maintenance.
    public var removeMaintenance: PlanRemoval?
    /// A tenant as it should be.
    public var tenant: PlanTenant?
    /// A contract as it should be.
    public var contract: PlanContract?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case reserve, release, reclaim, loadTarget, removeLoadTarget, failFeed, restoreFeed, nodes, maintenance
        case removeMaintenance, tenant, contract
    }

    /// Every field; all but one are left out.
    public init(
        reserve: LeaseRequest? = nil, release: PlanRelease? = nil, reclaim: PlanReclaim? = nil,
        loadTarget: PlanLoadTarget? = nil,
        removeLoadTarget: PlanLoadTargetRemoval? = nil, failFeed: PlanFeed? = nil, restoreFeed: PlanFeed? = nil,
        nodes: PlanNodeVerb? = nil, maintenance: PlanMaintenance? = nil, removeMaintenance: PlanRemoval? = nil,
        tenant: PlanTenant? = nil, contract: PlanContract? = nil
    ) {
        self.reserve = reserve
        self.release = release
        self.reclaim = reclaim
        self.loadTarget = loadTarget
        self.removeLoadTarget = removeLoadTarget
        self.failFeed = failFeed
        self.restoreFeed = restoreFeed
        self.nodes = nodes
        self.maintenance = maintenance
        self.removeMaintenance = removeMaintenance
        self.tenant = tenant
        self.contract = contract
    }

    /// The name of its one field.
    public var name: String { given.first?.rawValue ?? "nothing" }

    private var given: [CodingKeys] {
        let fields: [(CodingKeys, Bool)] = [
            (.reserve, reserve != nil), (.release, release != nil), (.reclaim, reclaim != nil),
            (.loadTarget, loadTarget != nil),
            (.removeLoadTarget, removeLoadTarget != nil), (.failFeed, failFeed != nil),
            (.restoreFeed, restoreFeed != nil), (.nodes, nodes != nil), (.maintenance, maintenance != nil),
            (.removeMaintenance, removeMaintenance != nil), (.tenant, tenant != nil), (.contract, contract != nil),
        ]
        return fields.filter(\.1).map(\.0)
    }
}

extension PlanCommand: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard given.count == 1 else {
            throw WireValueError(
                field: given.dropFirst().first?.rawValue,
                expected: "one of " + CodingKeys.allCases.map(\.rawValue).joined(separator: ", "),
                found: given.isEmpty ? "none" : given.map(\.rawValue).joined(separator: " and "))
        }
        if let reserve, reserve.recurrence != nil || reserve.highestCap == true {
            throw WireValueError(
                field: "reserve", expected: "one window and a cap that is given",
                found: reserve.recurrence == nil ? "the highest cap" : "a recurrence")
        }
    }
}
