// A request for offers: a lease request in which ranges may stand for values.

/// What offers may aim at.
public enum OfferObjective: String, WireEnumeration {
    /// The earliest start.
    case earliest
    /// The least expected cost of a GPU-hour delivered: energy, carbon and the reliability of the supply.
    case cheapest
    /// The placement that leaves most of the fleet whole.
    case bestPacking
}

/// What a tenant would like to hold, to be answered with priced placements that can be taken.
///
/// Exactly one of ``end`` and ``duration`` is given, and at most one cap. A start in a range needs a duration.
public struct OfferRequest: Codable, Sendable, Equatable {
    /// The tenant's name.
    public var tenant: String
    /// The contract's name, whose prices the offers carry; absent: no standing terms.
    public var contract: String?
    /// The requester's own name for the lease.
    public var label: String?
    /// The lines, 1 to 64; with their alternatives at most 16 combinations.
    public var reservations: [OfferLine]
    /// Sites accepted; absent: any.
    public var sites: [String]?
    /// When it begins; absent, without ``earliest`` too: now.
    public var start: Timestamp?
    /// Between when and when it begins.
    public var earliest: StartRange?
    /// When it ends, exclusive. From now on means then: from when the offer expires.
    public var end: Timestamp?
    /// How long it lasts: the longest that fits.
    public var duration: ValueRange<WireDuration>?
    /// Power cap of each GPU in watts: the highest that fits.
    public var capWattsPerGpu: ValueRange<Int>?
    /// Power cap in whole percent of each model's maximum: the highest that fits.
    public var capPercent: ValueRange<Int>?
    /// How firmly it is held; absent: `standard`.
    public var leaseClass: LeaseClass?
    /// Units held for replacement; absent: none.
    public var spares: SpareRequest?
    /// Why, for the audit log when the offer is taken.
    public var reason: String?
    /// What the offers aim at, one offer for each; absent: all three.
    public var objectives: [OfferObjective]?
    /// How long the offers can be taken, 1 m to 1 d; absent: 15 m.
    public var validFor: WireDuration?
    /// What a metric ton of carbon dioxide counts for in ``OfferObjective/cheapest``; absent: 190 dollars.
    public var carbonPricePerTonne: Money?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case tenant, contract, label, reservations, sites, start, earliest, end, duration, capWattsPerGpu, capPercent
        case leaseClass = "class"
        case spares, reason, objectives, validFor, carbonPricePerTonne
    }

    /// Every field; those left out are absent.
    public init(
        tenant: String, contract: String? = nil, label: String? = nil, reservations: [OfferLine],
        sites: [String]? = nil, start: Timestamp? = nil, earliest: StartRange? = nil, end: Timestamp? = nil,
        duration: ValueRange<WireDuration>? = nil, capWattsPerGpu: ValueRange<Int>? = nil,
        capPercent: ValueRange<Int>? = nil, leaseClass: LeaseClass? = nil, spares: SpareRequest? = nil,
        reason: String? = nil, objectives: [OfferObjective]? = nil, validFor: WireDuration? = nil,
        carbonPricePerTonne: Money? = nil
    ) {
        self.tenant = tenant
        self.contract = contract
        self.label = label
        self.reservations = reservations
        self.sites = sites
        self.start = start
        self.earliest = earliest
        self.end = end
        self.duration = duration
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.leaseClass = leaseClass
        self.spares = spares
        self.reason = reason
        self.objectives = objectives
        self.validFor = validFor
        self.carbonPricePerTonne = carbonPricePerTonne
    }

    /// The lease request of the first shape of every line, with the shortest window and the lowest cap.
    ///
    /// - Parameter start: when it begins; nil for now.
    public func leaseRequest(start: Timestamp?) -> LeaseRequest {
        LeaseRequest(
            tenant: tenant, contract: contract, label: label, reservations: reservations.map(\.reservation),
            sites: sites, start: start, end: end, duration: duration?.min, capWattsPerGpu: capWattsPerGpu?.min,
            capPercent: capPercent?.min, leaseClass: leaseClass, spares: spares, reason: reason)
    }
}

extension OfferRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try leaseRequest(start: start).check()
        try checkStart()
        try checkCaps()
        let combinations = reservations.reduce(1) { min($0, WireLimits.combinationsMax) * ($1.orElse.count + 1) }
        guard combinations <= WireLimits.combinationsMax else {
            throw WireValueError(
                field: "reservations",
                expected: "at most \(WireLimits.combinationsMax) combinations of shapes over all lines",
                found: "more")
        }
        if let objectives, objectives.isEmpty || Set(objectives).count < objectives.count {
            throw WireValueError(
                field: "objectives", expected: "each objective once, and at least one", found: "another list")
        }
        if let validFor, !(60...86_400).contains(validFor.seconds) {
            throw WireValueError(field: "validFor", expected: "1m to 1d", found: "\(validFor)")
        }
        if let carbonPricePerTonne {
            guard carbonPricePerTonne.currency == "USD", (0...100_000_000_000).contains(carbonPricePerTonne.micros)
            else {
                throw WireValueError(
                    field: "carbonPricePerTonne", expected: "0 to 100,000 US dollars", found: "another amount")
            }
        }
    }

    private func checkStart() throws(WireValueError) {
        guard earliest != nil else { return }
        if start != nil {
            throw WireValueError(field: "earliest", expected: "a start or a range of starts, not both", found: "both")
        }
        if end != nil {
            throw WireValueError(
                field: "end", expected: "a duration beside earliest, since the window moves with its start",
                found: "an end")
        }
    }

    private func checkCaps() throws(WireValueError) {
        if let capPercent, capPercent.max > 100 {
            throw WireValueError(field: "capPercent", expected: "1 to 100", found: "\(capPercent.max)")
        }
        if let capWattsPerGpu, capWattsPerGpu.max > 10_000 {
            throw WireValueError(field: "capWattsPerGpu", expected: "1 to 10000", found: "\(capWattsPerGpu.max)")
        }
    }
}
