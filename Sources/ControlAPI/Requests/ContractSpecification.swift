// The standing terms of a contract as they should be.

/// What the capacity costs. Several may be given: a base and a rate.
public struct PriceSpecification: Codable, Sendable, Equatable {
    /// For each calendar month.
    public var perMonth: Money?
    /// For each year.
    public var perYear: Money?
    /// For each GPU and hour delivered.
    public var perGpuHour: Money?
    /// For each megawatt-hour at the meter.
    public var perMWh: Money?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case perMonth, perYear, perGpuHour, perMWh
    }

    /// Every field; those left out are absent.
    public init(perMonth: Money? = nil, perYear: Money? = nil, perGpuHour: Money? = nil, perMWh: Money? = nil) {
        self.perMonth = perMonth
        self.perYear = perYear
        self.perGpuHour = perGpuHour
        self.perMWh = perMWh
    }
}

/// When watts may be lowered within the terms.
public struct CurtailmentSpecification: Codable, Sendable, Equatable {
    /// The shortest notice.
    public var noticePeriod: WireDuration
    /// The most hours in a calendar month; absent: no limit.
    public var hoursPerMonth: Int?
    /// The lowest cap in percent of each model's maximum; absent: 50.
    public var floorPercent: Int?
    /// Whether hardware may be stopped, too; absent: no.
    public var mayStop: Bool?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case noticePeriod, hoursPerMonth, floorPercent, mayStop
    }

    /// Every field; those left out are absent.
    public init(
        noticePeriod: WireDuration, hoursPerMonth: Int? = nil, floorPercent: Int? = nil, mayStop: Bool? = nil
    ) {
        self.noticePeriod = noticePeriod
        self.hoursPerMonth = hoursPerMonth
        self.floorPercent = floorPercent
        self.mayStop = mayStop
    }
}

extension CurtailmentSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if let hoursPerMonth, !(0...744).contains(hoursPerMonth) {
            throw WireValueError(field: "hoursPerMonth", expected: "0 to 744", found: "\(hoursPerMonth)")
        }
        if let floorPercent, !(1...100).contains(floorPercent) {
            throw WireValueError(field: "floorPercent", expected: "1 to 100", found: "\(floorPercent)")
        }
    }
}

/// Replacing a rack with a failed node by another whole rack.
public struct WholeRackSwapSpecification: Codable, Sendable, Equatable {
    /// Whether the tenant has consented to such a move.
    public var consent: Bool

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case consent
    }

    /// Every field; those left out are absent.
    public init(consent: Bool) {
        self.consent = consent
    }
}

/// What PUT states of a contract: the whole of it, not a change.
public struct ContractSpecification: Codable, Sendable, Equatable {
    /// The tenant it is with; absent: any tenant may lease under it.
    public var tenant: String?
    /// What it costs.
    public var price: PriceSpecification?
    /// How long the tenant is bound to pay.
    public var commitment: WireDuration?
    /// How long neither side may end it.
    public var minimumTerm: WireDuration?
    /// The notice that either side gives to end it.
    public var noticePeriod: WireDuration?
    /// For what causes capacity may be taken back; absent: for none.
    public var reclaimCauses: [String]?
    /// The order of shedding in an emergency, 1 to 9; tier 1 goes first.
    public var shedTier: Int?
    /// Units held for replacement in every lease.
    public var spares: SpareRequest?
    /// Replacement by whole racks.
    public var wholeRackSwap: WholeRackSwapSpecification?
    /// The share of promised GPU-hours to be delivered in a month.
    public var availabilityTargetPercent: Percentage?
    /// When watts may be lowered; absent: never.
    public var curtailment: CurtailmentSpecification?
    /// What it is, at most 1,024 bytes.
    public var description: String?
    /// Why this is being written, for the audit log.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case tenant, price, commitment, minimumTerm, noticePeriod, reclaimCauses, shedTier, spares, wholeRackSwap,
            availabilityTargetPercent, curtailment, description, reason
    }

    /// Every field; those left out are absent.
    public init(
        tenant: String? = nil, price: PriceSpecification? = nil, commitment: WireDuration? = nil,
        minimumTerm: WireDuration? = nil, noticePeriod: WireDuration? = nil, reclaimCauses: [String]? = nil,
        shedTier: Int? = nil, spares: SpareRequest? = nil, wholeRackSwap: WholeRackSwapSpecification? = nil,
        availabilityTargetPercent: Percentage? = nil, curtailment: CurtailmentSpecification? = nil,
        description: String? = nil, reason: String? = nil
    ) {
        self.tenant = tenant
        self.price = price
        self.commitment = commitment
        self.minimumTerm = minimumTerm
        self.noticePeriod = noticePeriod
        self.reclaimCauses = reclaimCauses
        self.shedTier = shedTier
        self.spares = spares
        self.wholeRackSwap = wholeRackSwap
        self.availabilityTargetPercent = availabilityTargetPercent
        self.curtailment = curtailment
        self.description = description
        self.reason = reason
    }
}

extension ContractSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(tenant, field: "tenant")
        if let reclaimCauses { try checkShortList(reclaimCauses, field: "reclaimCauses", of: "causes") }
        if let shedTier, !(1...9).contains(shedTier) {
            throw WireValueError(field: "shedTier", expected: "1 to 9", found: "\(shedTier)")
        }
        try checkText(description, field: "description")
        try checkText(reason, field: "reason")
    }

    /// The same statement without the reason, which describes the writing and not the contract.
    public var withoutReason: ContractSpecification {
        var copy = self
        copy.reason = nil
        return copy
    }
}
