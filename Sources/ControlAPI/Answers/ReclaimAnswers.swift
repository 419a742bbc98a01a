// Notices that were served, and what a contract lets the provider do.

/// A notice that was served on a lease.
public struct ReclaimAnswer: Codable, Sendable, Equatable {
    /// Its id, by which it is acknowledged; absent while it is not served.
    public var id: String?
    /// Which lease.
    public var lease: String
    /// Under which clause.
    public var clause: ReclaimClauseName
    /// For which cause; absent: without one.
    public var cause: String?
    /// Whether the tenant served it.
    public var byTenant: Bool
    /// When.
    public var servedAt: Timestamp
    /// When the first of it goes.
    public var deadline: Timestamp
    /// GPUs that the lease held then.
    public var gpusBefore: Int
    /// What stays from when on.
    public var steps: [ReclaimStep]
    /// What the tenant wants to go first.
    public var nominated: [String]?
    /// When the other side said that it knows; absent: not yet.
    public var acknowledgedAt: Timestamp?
    /// When it was taken back; absent: it was not.
    public var withdrawnAt: Timestamp?
    /// Who served it; the other side is not told.
    public var actor: String?
    /// Why.
    public var reason: String
    /// The approval that it waits for; absent: none, and it is served.
    public var approval: String?
    /// What it changes of what is due, where it is only planned and the lease has a contract.
    public var quote: NoticeQuote?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, lease, clause, cause, byTenant, servedAt, deadline, gpusBefore, steps, nominated, acknowledgedAt,
            withdrawnAt, actor, reason, approval, quote
    }

    /// Every field; those left out are absent.
    public init(
        id: String? = nil, lease: String, clause: ReclaimClauseName, cause: String? = nil, byTenant: Bool,
        servedAt: Timestamp,
        deadline: Timestamp, gpusBefore: Int, steps: [ReclaimStep], nominated: [String]? = nil,
        acknowledgedAt: Timestamp? = nil, withdrawnAt: Timestamp? = nil, actor: String? = nil, reason: String,
        approval: String? = nil, quote: NoticeQuote? = nil
    ) {
        self.quote = quote
        self.id = id
        self.lease = lease
        self.clause = clause
        self.cause = cause
        self.byTenant = byTenant
        self.servedAt = servedAt
        self.deadline = deadline
        self.gpusBefore = gpusBefore
        self.steps = steps
        self.nominated = nominated
        self.acknowledgedAt = acknowledgedAt
        self.withdrawnAt = withdrawnAt
        self.actor = actor
        self.reason = reason
        self.approval = approval
    }
}

/// What a notice would change of what is due under the lease's contract, from now on and if everything is delivered as it is booked.
public struct NoticeQuote: Codable, Sendable, Equatable {
    /// What is due from now on when it is served.
    public var charge: Money
    /// What is due from now on when it is not.
    public var chargeOtherwise: Money
    /// Until when the prices for months and years are owed when it is served; absent: there are none.
    public var owedUntil: Timestamp?
    /// What this month's statement credits so far, which stays.
    public var creditThisMonth: Money

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case charge, chargeOtherwise, owedUntil, creditThisMonth
    }

    /// Every field; those left out are absent.
    public init(charge: Money, chargeOtherwise: Money, owedUntil: Timestamp? = nil, creditThisMonth: Money) {
        self.charge = charge
        self.chargeOtherwise = chargeOtherwise
        self.owedUntil = owedUntil
        self.creditThisMonth = creditThisMonth
    }
}

/// Every notice that was served on one lease.
public struct ReclaimList: Codable, Sendable, Equatable {
    /// Oldest first, those withdrawn included.
    public var reclaims: [ReclaimAnswer]
    /// The signed head of the tenant's audit log, in which each of them stands; absent while nothing is signed.
    public var auditHead: AuditHead?
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case reclaims, auditHead, cursor
    }

    /// Every field; those left out are absent.
    public init(reclaims: [ReclaimAnswer], auditHead: AuditHead? = nil, cursor: String? = nil) {
        self.reclaims = reclaims
        self.auditHead = auditHead
        self.cursor = cursor
    }
}

/// Whether a contract lets the provider do something with a lease.
public struct GuardAnswer: Codable, Sendable, Equatable {
    /// What.
    public var verb: String
    /// Whether it may be begun now.
    public var allowed: Bool
    /// The clause that allows or forbids it.
    public var clause: String?
    /// The first time at which it could take effect; absent: never, or at once.
    public var from: Timestamp?
    /// In words.
    public var text: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case verb, allowed, clause, from, text
    }

    /// Every field; those left out are absent.
    public init(verb: String, allowed: Bool, clause: String? = nil, from: Timestamp? = nil, text: String) {
        self.verb = verb
        self.allowed = allowed
        self.clause = clause
        self.from = from
        self.text = text
    }
}

/// What the contract of a lease lets the provider do with it.
public struct GuardList: Codable, Sendable, Equatable {
    /// Which lease.
    public var lease: String
    /// Its contract; absent: none, and nothing binds either side.
    public var contract: String?
    /// The version that it is under.
    public var contractVersion: Int?
    /// To whom it is let; absent: to nobody.
    public var letting: LettingAnswer?
    /// Every verb of the provider.
    public var guards: [GuardAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case lease, contract, contractVersion, letting, guards, cursor
    }

    /// Every field; those left out are absent.
    public init(
        lease: String, contract: String? = nil, contractVersion: Int? = nil, letting: LettingAnswer? = nil,
        guards: [GuardAnswer], cursor: String? = nil
    ) {
        self.lease = lease
        self.contract = contract
        self.contractVersion = contractVersion
        self.letting = letting
        self.guards = guards
        self.cursor = cursor
    }
}

/// To whom a lease is let. As long as it is, its tenant does not release, split, hand over or change it, and nobody makes it larger.
public struct LettingAnswer: Codable, Sendable, Equatable {
    /// The sub-lease.
    public var sublease: String
    /// Who uses it.
    public var to: String
    /// Until when at the latest.
    public var until: Timestamp
    /// How long before its end the tenant of the lease may end it; absent: not before its end.
    public var noticePeriod: WireDuration?

    /// Every field; those left out are absent.
    public init(sublease: String, to: String, until: Timestamp, noticePeriod: WireDuration? = nil) {
        self.sublease = sublease
        self.to = to
        self.until = until
        self.noticePeriod = noticePeriod
    }
}
