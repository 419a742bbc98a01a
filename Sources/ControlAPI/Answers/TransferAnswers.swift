// Leases that were split, and transfers.

/// A lease that became two.
public struct LeaseSplitAnswer: Codable, Sendable, Equatable {
    /// What stays of it.
    public var lease: LeaseAnswer
    /// What is a lease of its own from now on.
    public var split: LeaseAnswer

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case lease, split
    }

    /// Every field; those left out are absent.
    public init(lease: LeaseAnswer, split: LeaseAnswer) {
        self.lease = lease
        self.split = split
    }
}

/// Where a transfer stands.
public enum TransferState: String, WireEnumeration {
    /// Somebody has still to agree.
    case open
    /// The lease is held by the receiver.
    case done
    case declined, withdrawn
}

/// A lease, or a share of one, that one tenant offers to another.
public struct TransferAnswer: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Where it stands.
    public var state: TransferState
    /// The lease that is offered; its receiver is not told.
    public var lease: String?
    /// Who holds it.
    public var from: String
    /// Whom it is offered to.
    public var to: String
    /// Whether it is all of the lease; its receiver is not told.
    public var whole: Bool?
    /// What is offered.
    public var promised: Capacity
    /// The same, line by line.
    public var reservations: [ReservationAnswer]
    /// How firmly it is held.
    public var leaseClass: LeaseClass
    /// When the lease begins, where it has not; absent: it runs.
    public var start: Timestamp?
    /// When it ends.
    public var end: Timestamp
    /// Power cap of each GPU in watts.
    public var capWattsPerGpu: Int?
    /// Power cap in percent of each model's maximum.
    public var capPercent: Int?
    /// What is offered from each later time on at which it changes; absent: it does not.
    public var schedule: [ScheduleStep]?
    /// Whether the holder has agreed.
    public var holderAgreed: Bool
    /// Whether the receiver has agreed.
    public var receiverAgreed: Bool
    /// Whether the provider has agreed; absent: it need not.
    public var providerAgreed: Bool?
    /// The contract that the receiver takes it under; the holder is not told.
    public var contract: String?
    /// When it was offered.
    public var proposedAt: Timestamp
    /// From when on nobody can agree any more.
    public var expiresAt: Timestamp
    /// Why it is offered.
    public var reason: String
    /// The receiver's lease, once it is one; the holder is not told.
    public var granted: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, state, lease, from, to, whole, promised, reservations
        case leaseClass = "class"
        case start, end, capWattsPerGpu, capPercent, schedule, holderAgreed, receiverAgreed, providerAgreed, contract,
            proposedAt,
            expiresAt, reason, granted
    }

    /// Every field; those left out are absent.
    public init(
        id: String, state: TransferState, lease: String? = nil, from: String, to: String, whole: Bool? = nil,
        promised: Capacity, reservations: [ReservationAnswer], leaseClass: LeaseClass, start: Timestamp? = nil,
        end: Timestamp, capWattsPerGpu: Int? = nil, capPercent: Int? = nil, schedule: [ScheduleStep]? = nil,
        holderAgreed: Bool, receiverAgreed: Bool, providerAgreed: Bool? = nil, contract: String? = nil,
        proposedAt: Timestamp, expiresAt: Timestamp,
        reason: String, granted: String? = nil
    ) {
        self.id = id
        self.state = state
        self.lease = lease
        self.from = from
        self.to = to
        self.whole = whole
        self.promised = promised
        self.reservations = reservations
        self.leaseClass = leaseClass
        self.start = start
        self.end = end
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.schedule = schedule
        self.holderAgreed = holderAgreed
        self.receiverAgreed = receiverAgreed
        self.providerAgreed = providerAgreed
        self.contract = contract
        self.proposedAt = proposedAt
        self.expiresAt = expiresAt
        self.reason = reason
        self.granted = granted
    }
}

/// Transfers that are open.
public struct TransferList: Codable, Sendable, Equatable {
    /// In the order in which they were offered.
    public var transfers: [TransferAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case transfers, cursor
    }

    /// Every field; those left out are absent.
    public init(transfers: [TransferAnswer], cursor: String? = nil) {
        self.transfers = transfers
        self.cursor = cursor
    }
}
