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
    /// What is taken off the price for months and years at first, one after the other.
    public var rampDiscounts: [RampDiscountSpecification]?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case perMonth, perYear, perGpuHour, perMWh, rampDiscounts
    }

    /// Every field; those left out are absent.
    public init(
        perMonth: Money? = nil, perYear: Money? = nil, perGpuHour: Money? = nil, perMWh: Money? = nil,
        rampDiscounts: [RampDiscountSpecification]? = nil
    ) {
        self.perMonth = perMonth
        self.perYear = perYear
        self.perGpuHour = perGpuHour
        self.perMWh = perMWh
        self.rampDiscounts = rampDiscounts
    }
}

extension PriceSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        for (field, price) in [
            ("perMonth", perMonth), ("perYear", perYear), ("perGpuHour", perGpuHour), ("perMWh", perMWh),
        ] {
            guard let price, price.currency != "USD" else { continue }
            throw WireValueError(
                field: field, expected: "a price in USD, the currency of the ledger", foundText: price.currency)
        }
        if let rampDiscounts, !(1...12).contains(rampDiscounts.count) {
            throw WireValueError(field: "rampDiscounts", expected: "1 to 12 discounts", found: "\(rampDiscounts.count)")
        }
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
    /// How long the tenant is bound to pay, from the start of a lease.
    public var commitment: WireDuration?
    /// How long neither side may end a lease, from its start, except for cause.
    public var minimumTerm: WireDuration?
    /// The notice that either side gives to end a lease.
    public var noticePeriod: WireDuration?
    /// The provider's, where it is another.
    public var providerNoticePeriod: WireDuration?
    /// The tenant's, where it is another.
    public var tenantNoticePeriod: WireDuration?
    /// From when on either side may end a lease by its notice alone; absent: never.
    public var cancellationAfter: Timestamp?
    /// For what causes capacity may be taken back; absent: for none.
    public var reclaimCauses: [String]?
    /// How it is taken back for a cause.
    public var reclaimForCause: CauseSpecification?
    /// How much may be taken back without a cause, and how often; absent: nothing.
    public var reclaimForConvenience: ConvenienceSpecification?
    /// The steps in which it goes then; absent: all at once.
    public var offRamp: OffRampSpecification?
    /// The order of shedding in an emergency, 1 to 9; tier 1 goes first.
    public var shedTier: Int?
    /// Units held for replacement in every lease that names none.
    public var spares: SpareRequest?
    /// How long a failed node may be missing before it counts against availability; absent: no time.
    public var replacementDeadline: WireDuration?
    /// Replacement by whole racks.
    public var wholeRackSwap: WholeRackSwapSpecification?
    /// The share of promised GPU-hours to be delivered in a month.
    public var availabilityTargetPercent: Percentage?
    /// What is credited in months below it, the highest band first.
    public var availabilityCredits: [CreditBandSpecification]?
    /// When watts may be lowered; absent: never.
    public var curtailment: CurtailmentSpecification?
    /// Sites that its leases may lie at; absent: any.
    public var sites: [String]?
    /// GPU models that its leases may be of; absent: any.
    public var gpu: [String]?
    /// When healthy hardware may be exchanged; absent: never.
    public var movable: MoveSpecification?
    /// What needs a second operator; absent: nothing.
    public var approvals: ApprovalSpecification?
    /// How its opportunistic leases give way to others; absent: they do not.
    public var preemption: PreemptionSpecification?
    /// Whether its leases may go to another tenant; absent: not.
    public var transfers: TransferSpecification?
    /// Whether its leases may be let to other tenants; absent: not.
    public var subleases: SubleaseSpecification?
    /// What it is, at most 1,024 bytes.
    public var description: String?
    /// Why this is being written, for the audit log.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case tenant, price, commitment, minimumTerm, noticePeriod, providerNoticePeriod, tenantNoticePeriod,
            cancellationAfter, reclaimCauses, reclaimForCause, reclaimForConvenience, offRamp, shedTier, spares,
            replacementDeadline, wholeRackSwap, availabilityTargetPercent, availabilityCredits, curtailment, sites, gpu,
            movable, approvals, preemption, transfers, subleases, description, reason
    }

    /// Every field; those left out are absent.
    public init(
        tenant: String? = nil, price: PriceSpecification? = nil, commitment: WireDuration? = nil,
        minimumTerm: WireDuration? = nil, noticePeriod: WireDuration? = nil, providerNoticePeriod: WireDuration? = nil,
        tenantNoticePeriod: WireDuration? = nil, cancellationAfter: Timestamp? = nil, reclaimCauses: [String]? = nil,
        reclaimForCause: CauseSpecification? = nil, reclaimForConvenience: ConvenienceSpecification? = nil,
        offRamp: OffRampSpecification? = nil, shedTier: Int? = nil, spares: SpareRequest? = nil,
        replacementDeadline: WireDuration? = nil, wholeRackSwap: WholeRackSwapSpecification? = nil,
        availabilityTargetPercent: Percentage? = nil, availabilityCredits: [CreditBandSpecification]? = nil,
        curtailment: CurtailmentSpecification? = nil, sites: [String]? = nil, gpu: [String]? = nil,
        movable: MoveSpecification? = nil, approvals: ApprovalSpecification? = nil,
        preemption: PreemptionSpecification? = nil, transfers: TransferSpecification? = nil,
        subleases: SubleaseSpecification? = nil, description: String? = nil, reason: String? = nil
    ) {
        self.tenant = tenant
        self.price = price
        self.commitment = commitment
        self.minimumTerm = minimumTerm
        self.noticePeriod = noticePeriod
        self.providerNoticePeriod = providerNoticePeriod
        self.tenantNoticePeriod = tenantNoticePeriod
        self.cancellationAfter = cancellationAfter
        self.reclaimCauses = reclaimCauses
        self.reclaimForCause = reclaimForCause
        self.reclaimForConvenience = reclaimForConvenience
        self.offRamp = offRamp
        self.shedTier = shedTier
        self.spares = spares
        self.replacementDeadline = replacementDeadline
        self.wholeRackSwap = wholeRackSwap
        self.availabilityTargetPercent = availabilityTargetPercent
        self.availabilityCredits = availabilityCredits
        self.curtailment = curtailment
        self.sites = sites
        self.gpu = gpu
        self.movable = movable
        self.approvals = approvals
        self.preemption = preemption
        self.transfers = transfers
        self.subleases = subleases
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
        if let sites { try checkShortList(sites, field: "sites", of: "sites") }
        if let gpu { try checkShortList(gpu, field: "gpu", of: "models") }
        if let bands = availabilityCredits {
            let isFalling = zip(bands, bands.dropFirst()).allSatisfy { $0.below > $1.below && $0.percent <= $1.percent }
            guard (1...12).contains(bands.count), isFalling else {
                throw WireValueError(
                    field: "availabilityCredits",
                    expected: "1 to 12 bands, each below the one before and crediting no less", found: "other bands")
            }
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
