// Sub-leases: what is offered, what is used, and what was.

/// Where a sub-lease stands.
public enum SubleaseState: String, WireEnumeration {
    /// Somebody has still to agree.
    case offered
    /// Everybody has agreed; it is used, or will be when the lease under it begins.
    case active
    case over
    case declined, withdrawn
}

/// How a sub-lease came to its end.
public enum SubleaseEnding: String, WireEnumeration {
    /// Its time was over.
    case expired
    /// The tenant gave it back.
    case handedBack = "handed-back"
    /// The holder ended it as was agreed.
    case ended
    /// The lease under it was over before.
    case cut
}

/// What a tenant uses under a sub-lease.
public struct OccupancyAnswer: Codable, Sendable, Equatable {
    /// Where the lease under it stands.
    public var state: LeaseState
    /// What is true besides.
    public var conditions: [Condition]
    /// What is promised.
    public var promised: Capacity
    /// What there is now, in watts less what load targets take.
    public var delivered: Capacity
    /// Power cap of each GPU in watts.
    public var capWattsPerGpu: Int?
    /// Power cap in percent of each model's maximum.
    public var capPercent: Int?
    /// What is promised from each later time on at which it changes; absent: it does not.
    public var schedule: [ScheduleStep]?
    /// Nodes that are down, at most 64 of them; absent: none.
    public var down: [String]?
    /// The lower cap that load targets hold it to now; absent: none.
    public var capNow: CapNowAnswer?
    /// When any of it next changes by itself.
    public var nextChangeAt: Timestamp?
    /// What is held, as compact paths over all lines.
    public var allocation: [String]

    /// Every field; those left out are absent.
    public init(
        state: LeaseState, conditions: [Condition], promised: Capacity, delivered: Capacity,
        capWattsPerGpu: Int? = nil, capPercent: Int? = nil, schedule: [ScheduleStep]? = nil, down: [String]? = nil,
        capNow: CapNowAnswer? = nil, nextChangeAt: Timestamp? = nil, allocation: [String]
    ) {
        self.state = state
        self.conditions = conditions
        self.promised = promised
        self.delivered = delivered
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.schedule = schedule
        self.down = down
        self.capNow = capNow
        self.nextChangeAt = nextChangeAt
        self.allocation = allocation
    }
}

/// One sub-lease that is in force, as its holder or its tenant polls it.
public struct HeldSublease: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Who holds the lease.
    public var from: String
    /// Who uses it.
    public var to: String
    /// The lease that is let; its tenant is not told.
    public var lease: String?
    /// The tenant's own name for it; the holder is not told.
    public var label: String?
    /// Since when it is used.
    public var start: Timestamp
    /// When it ends.
    public var end: Timestamp
    /// What is used; its holder has the lease itself.
    public var used: OccupancyAnswer?

    /// Every field; those left out are absent.
    public init(
        id: String, from: String, to: String, lease: String? = nil, label: String? = nil, start: Timestamp,
        end: Timestamp, used: OccupancyAnswer? = nil
    ) {
        self.id = id
        self.from = from
        self.to = to
        self.lease = lease
        self.label = label
        self.start = start
        self.end = end
        self.used = used
    }
}

/// A lease, or a share of one, that one tenant lets to another.
public struct SubleaseAnswer: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Where it stands.
    public var state: SubleaseState
    /// Who holds the lease, and stays bound by it.
    public var from: String
    /// Who uses it.
    public var to: String
    /// The lease that is let; its tenant is not told.
    public var lease: String?
    /// Whether it is all of the lease; its tenant is not told.
    public var whole: Bool?
    /// The tenant's own name for it; the holder is not told.
    public var label: String?
    /// What was offered.
    public var promised: Capacity
    /// The same, line by line, with what is held now.
    public var reservations: [ReservationAnswer]
    /// Power cap of each GPU in watts, as it was offered.
    public var capWattsPerGpu: Int?
    /// Power cap in percent of each model's maximum, as it was offered.
    public var capPercent: Int?
    /// What is offered from each later time on at which it changes; absent: it does not, or it is no longer offered.
    public var schedule: [ScheduleStep]?
    /// How firmly the lease is held.
    public var leaseClass: LeaseClass
    /// From when on it is used, where that is known.
    public var start: Timestamp?
    /// When it ends, or the lease under it where that comes first.
    public var end: Timestamp
    /// What the tenant owes the holder for each GPU-hour delivered; absent: nothing.
    public var pricePerGpuHour: Money?
    /// After which notice the holder may end it; absent: it may not.
    public var noticePeriod: WireDuration?
    /// Whether the holder has agreed.
    public var holderAgreed: Bool
    /// Whether the tenant has agreed.
    public var tenantAgreed: Bool
    /// Whether the provider has agreed; absent: it need not.
    public var providerAgreed: Bool?
    /// When it was offered.
    public var proposedAt: Timestamp
    /// From when on nobody can agree any more; absent: it is no longer offered.
    public var expiresAt: Timestamp?
    /// When everybody had agreed.
    public var agreedAt: Timestamp?
    /// When the holder gave notice.
    public var noticeGivenAt: Timestamp?
    /// When it was over.
    public var endedAt: Timestamp?
    /// How it was over.
    public var ending: SubleaseEnding?
    /// Why it is offered.
    public var reason: String
    /// What is used; absent: nothing, yet or any more.
    public var used: OccupancyAnswer?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, state, from, to, lease, whole, label, promised, reservations, capWattsPerGpu, capPercent, schedule
        case leaseClass = "class"
        case start, end, pricePerGpuHour, noticePeriod, holderAgreed, tenantAgreed, providerAgreed, proposedAt,
            expiresAt, agreedAt, noticeGivenAt, endedAt, ending, reason, used
    }

    /// Every field; those left out are absent.
    public init(
        id: String, state: SubleaseState, from: String, to: String, lease: String? = nil, whole: Bool? = nil,
        label: String? = nil, promised: Capacity, reservations: [ReservationAnswer], capWattsPerGpu: Int? = nil,
        capPercent: Int? = nil, schedule: [ScheduleStep]? = nil, leaseClass: LeaseClass,
        start: Timestamp? = nil, end: Timestamp, pricePerGpuHour: Money? = nil, noticePeriod: WireDuration? = nil,
        holderAgreed: Bool, tenantAgreed: Bool, providerAgreed: Bool? = nil, proposedAt: Timestamp,
        expiresAt: Timestamp? = nil, agreedAt: Timestamp? = nil, noticeGivenAt: Timestamp? = nil,
        endedAt: Timestamp? = nil, ending: SubleaseEnding? = nil, reason: String, used: OccupancyAnswer? = nil
    ) {
        self.id = id
        self.state = state
        self.from = from
        self.to = to
        self.lease = lease
        self.whole = whole
        self.label = label
        self.promised = promised
        self.reservations = reservations
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.schedule = schedule
        self.leaseClass = leaseClass
        self.start = start
        self.end = end
        self.pricePerGpuHour = pricePerGpuHour
        self.noticePeriod = noticePeriod
        self.holderAgreed = holderAgreed
        self.tenantAgreed = tenantAgreed
        self.providerAgreed = providerAgreed
        self.proposedAt = proposedAt
        self.expiresAt = expiresAt
        self.agreedAt = agreedAt
        self.noticeGivenAt = noticeGivenAt
        self.endedAt = endedAt
        self.ending = ending
        self.reason = reason
        self.used = used
    }
}

/// Sub-leases that the caller has a part in.
public struct SubleaseList: Codable, Sendable, Equatable {
    /// In the order in which they were offered.
    public var subleases: [SubleaseAnswer]
    /// Where the list goes on; absent: this is the end.
    public var cursor: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case subleases, cursor
    }

    /// Every field; those left out are absent.
    public init(subleases: [SubleaseAnswer], cursor: String? = nil) {
        self.subleases = subleases
        self.cursor = cursor
    }
}
