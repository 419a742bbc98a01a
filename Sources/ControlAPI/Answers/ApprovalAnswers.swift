// Changes that wait for a second operator.

/// A change that one operator has asked for and another one has to approve.
public struct ApprovalAnswer: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Who asked.
    public var askedBy: String
    /// Why.
    public var reason: String
    /// When.
    public var askedAt: Timestamp
    /// From when on it can no longer be approved.
    public var expiresAt: Timestamp
    /// The notice, as it would have been served when it was asked for.
    public var reclaim: ReclaimAnswer?
    /// The load target.
    public var loadTarget: PlanLoadTarget?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, askedBy, reason, askedAt, expiresAt, reclaim, loadTarget
    }

    /// Every field; those left out are absent.
    public init(
        id: String, askedBy: String, reason: String, askedAt: Timestamp, expiresAt: Timestamp,
        reclaim: ReclaimAnswer? = nil, loadTarget: PlanLoadTarget? = nil
    ) {
        self.id = id
        self.askedBy = askedBy
        self.reason = reason
        self.askedAt = askedAt
        self.expiresAt = expiresAt
        self.reclaim = reclaim
        self.loadTarget = loadTarget
    }
}

/// What waits for a second operator.
public struct ApprovalList: Codable, Sendable, Equatable {
    /// In the order in which it was asked for.
    public var approvals: [ApprovalAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case approvals, cursor
    }

    /// Every field; those left out are absent.
    public init(approvals: [ApprovalAnswer], cursor: String? = nil) {
        self.approvals = approvals
        self.cursor = cursor
    }
}

/// A second operator's answer.
public struct ApprovalRequest: Codable, Sendable, Equatable {
    /// True to approve, false to decline.
    public var approve: Bool
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case approve, reason
    }

    /// Every field; those left out are absent.
    public init(approve: Bool, reason: String) {
        self.approve = approve
        self.reason = reason
    }
}

extension ApprovalRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkReason(reason)
    }
}
