// The standing terms that a lease refers to. Clauses that act read them.

/// Money in millionths of a dollar.
public typealias MicroDollars = Int64

/// A contract between the provider and a tenant. Nil fields are terms that it does not have.
public struct ContractTerms: Equatable, Sendable {
    public var description = ""
    /// The tenant that may refer to it; nil for any.
    public var tenant: String?
    public var pricePerMonthMicros: MicroDollars?
    public var pricePerYearMicros: MicroDollars?
    public var pricePerGPUHourMicros: MicroDollars?
    public var pricePerMWhMicros: MicroDollars?
    /// What is taken off the price for months and years at first, one after the other.
    public var rampDiscounts: [RampDiscount] = []
    /// How long the tenant is bound to pay, from a lease's start.
    public var commitmentSeconds: Int64?
    /// How long neither side may end a lease, from its start; for cause alone the provider may.
    public var minimumTermSeconds: Int64?
    /// The notice that either side gives, where it has none of its own.
    public var noticeSeconds: Int64?
    public var providerNoticeSeconds: Int64?
    public var tenantNoticeSeconds: Int64?
    /// From when on either side may give notice to end a lease before its end.
    public var cancellationAfter: Int64?
    /// Causes for which the provider may reclaim.
    public var reclaimCauses: [String] = []
    /// The notice of a reclaim for cause; nil for the provider's.
    public var causeNoticeSeconds: Int64?
    public var convenience: ConvenienceClause?
    public var offRamp: OffRampClause?
    /// Order of shedding: tier 1 goes first.
    public var shedTier: Int64?
    public var sparesPerDomain: Int64?
    /// How long a failed node may be missing before it counts against availability.
    public var replacementSeconds: Int64?
    /// Whether a whole rack may be swapped, and if so whether only with the tenant's consent.
    public var wholeRackSwapNeedsConsent: Bool?
    /// Promised availability in hundredths of a percent: 9,900 is 99 %.
    public var availabilityBasisPoints: Int64?
    /// What is credited when a month's availability is below a figure, in falling order of the figures.
    public var credits: [CreditBand] = []
    public var curtailmentNoticeSeconds: Int64?
    public var curtailmentHoursPerMonth: Int64?
    /// The lowest cap in percent of each model's highest.
    public var curtailmentFloorPercent: Int64?
    /// Whether hardware may be stopped, too.
    public var curtailmentMayStop: Bool?
    /// Names of the sites that its leases may lie on; empty for any.
    public var sites: [String] = []
    /// GPU models that its leases may be of; empty for any.
    public var models: [String] = []
    public var movable: MoveClause?
    public var approvals: ApprovalClause?
    /// The notice after which its opportunistic leases give way to leases of other classes; nil where they never do.
    public var preemptionNoticeSeconds: Int64?
    /// Whether its leases may go to another tenant; nil for not.
    public var transfers: TransferClause?
    /// Whether its leases may be let to other tenants; nil for not.
    public var subleases: SubleaseClause?

    public init() {}

    /// Seconds of notice that the provider gives to end a lease.
    public var providerNotice: Int64 { providerNoticeSeconds ?? noticeSeconds ?? 0 }
    /// Seconds of notice that the tenant gives to end a lease.
    public var tenantNotice: Int64 { tenantNoticeSeconds ?? noticeSeconds ?? 0 }
    /// Seconds of notice of a reclaim for cause.
    public var causeNotice: Int64 { causeNoticeSeconds ?? providerNotice }

    /// Whether it costs anything.
    var hasPrice: Bool { hasBasePrice || pricePerGPUHourMicros != nil || pricePerMWhMicros != nil }
    /// Whether it costs something whatever is delivered.
    var hasBasePrice: Bool { pricePerMonthMicros != nil || pricePerYearMicros != nil }
}
