// Refusals on the wire (RFC 9457).

/// What kind of thing is in the way.
public enum BlockerKind: String, WireEnumeration {
    /// A budget domain has too few watts.
    case budget
    /// Enough is free, but not together.
    case fragmentation
    /// Other leases hold it.
    case booking
    /// The hardware is absent, faulty or cannot form the shape.
    case hardware
    /// The tenant's quota.
    case quota
    /// A clause of the contract.
    case clause
    /// A lease that gives way to the class that was asked for, though not as soon.
    case `class`
}

/// One thing in the way.
public struct Blocker: Codable, Sendable, Equatable {
    /// What kind of thing.
    public var kind: BlockerKind
    /// Its name; to a tenant, others' bookings are `other commitments`.
    public var name: String
    /// From when it is in the way.
    public var from: Timestamp?
    /// Until when; absent: no end in sight.
    public var until: Timestamp?
    /// What it lacks, in words and numbers.
    public var message: String

    /// Every field; those left out are absent.
    public init(kind: BlockerKind, name: String, from: Timestamp? = nil, until: Timestamp? = nil, message: String) {
        self.kind = kind
        self.name = name
        self.from = from
        self.until = until
        self.message = message
    }
}

/// In what way a counter-offer differs from the request.
public enum CounterOfferKind: String, WireEnumeration {
    /// The most that fits now.
    case mostNow = "most-now"
    /// All of it, later.
    case earliestStart = "earliest-start"
    /// The same hardware at a lower cap.
    case lowerCap = "lower-cap"
    /// As many GPUs in smaller domains: racks for blocks, nodes for racks, or not all in one domain.
    case smallerDomains = "smaller-domains"
    /// The same elsewhere.
    case otherSites = "other-sites"
    /// All of it, for which opportunistic leases give way.
    case preempting
}

/// A request that would be granted as things stand.
public struct CounterOffer: Codable, Sendable, Equatable {
    /// How it differs.
    public var kind: CounterOfferKind
    /// What it gives, in words and numbers.
    public var message: String
    /// The request to send.
    public var request: LeaseRequest
    /// What to send with it to be granted exactly as planned.
    public var planToken: String?

    /// Every field; those left out are absent.
    public init(kind: CounterOfferKind, message: String, request: LeaseRequest, planToken: String? = nil) {
        self.kind = kind
        self.message = message
        self.request = request
        self.planToken = planToken
    }
}

/// Why a request was refused or failed.
public struct Problem: Codable, Sendable, Equatable, Error {
    /// Which kind: `errors#` and the code.
    public var type: String
    /// The kind in words, always the same.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// What happened this time.
    public var detail: String
    /// For a wrong body: RFC 6901 pointer to the value.
    public var pointer: String?
    /// For a wrong body: what should have been there.
    public var expected: String?
    /// Under which id the daemon logged it.
    public var requestId: String?
    /// For capacity: what is in the way.
    public var blockers: [Blocker]?
    /// For capacity: what would be granted.
    public var counterOffers: [CounterOffer]?

    /// Every field; those left out are absent.
    public init(
        type: String, title: String, status: Int, detail: String, pointer: String? = nil, expected: String? = nil,
        requestId: String? = nil, blockers: [Blocker]? = nil, counterOffers: [CounterOffer]? = nil
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.pointer = pointer
        self.expected = expected
        self.requestId = requestId
        self.blockers = blockers
        self.counterOffers = counterOffers
    }
}

extension Problem {
    /// The code behind ``type``, or nil when this version does not know it.
    public var code: ErrorCode? { ErrorCode(typeReference: type) }

    /// A problem of one kind, with that kind's title and status.
    public init(
        _ code: ErrorCode, detail: String, pointer: String? = nil, expected: String? = nil,
        requestId: String? = nil, blockers: [Blocker]? = nil, counterOffers: [CounterOffer]? = nil
    ) {
        self.init(
            type: code.typeReference, title: code.title, status: code.status, detail: detail, pointer: pointer,
            expected: expected, requestId: requestId, blockers: blockers, counterOffers: counterOffers)
    }

    /// The problem that a wrong body is.
    public init(_ error: RequestBodyError, requestId: String? = nil) {
        self.init(
            error.code, detail: error.description, pointer: error.pointer, expected: error.expected,
            requestId: requestId)
    }
}
