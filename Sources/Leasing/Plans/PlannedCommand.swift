// What a plan is made of: commands in order, each with its reason.

/// Bounds of one plan.
public enum PlanLimits {
    public static let commandsMax = 256
}

/// One command of a plan.
public struct PlannedCommand: Sendable {
    public var command: Command
    /// Why, as facts that keep a reason have it.
    public var reason: String

    public init(_ command: Command, reason: String) {
        precondition(command.mayBePlanned, "a plan is made of changes that can be asked for one by one")
        self.command = command
        self.reason = reason
    }
}

/// A plan that is to be carried out: what it was made of, and the token that it gave.
public struct PlanCommitment: Sendable {
    public var token: [UInt8]
    /// The request's commands as bytes that are the same for the same commands.
    public var request: [UInt8]

    public init(token: [UInt8], request: [UInt8]) {
        self.token = token
        self.request = request
    }
}

extension Command {
    /// Whether it can stand in a plan: a change of somebody's own, not what time or the daemon does.
    public var mayBePlanned: Bool {
        switch self {
        case .requestLeases(let orders, _): orders.count == 1
        case .releaseLease, .serveReclaim, .withdrawReclaim, .putMaintenance, .removeMaintenance, .failFeed,
            .restoreFeed, .setNodes, .setLoadTarget,
            .removeLoadTarget, .putTenant, .removeTenant, .putCohort, .removeCohort, .putContract, .removeContract:
            true
        case .open, .adoptFleet, .requestSeries, .releaseSeries, .amendLease, .acknowledgeOrders, .acknowledgeNotice,
            .setFreeze, .confirmClock, .noteBackup, .finaliseUpgrade, .nominate, .answerApproval, .identifyGPUs,
            .reportFault,
            .decideFault, .importBook, .splitLease,
            .proposeTransfer, .answerTransfer, .withdrawTransfer, .proposeSublease, .answerSublease, .endSublease,
            .makeToken, .revokeToken, .carryOut, .advance,
            .heartbeat:
            false
        }
    }
}
