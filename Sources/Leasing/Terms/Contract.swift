// The standing terms that a lease refers to. They are stored and shown; clauses that act read them.

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
    public var commitmentSeconds: Int64?
    public var minimumTermSeconds: Int64?
    public var noticeSeconds: Int64?
    /// Causes for which the provider may reclaim.
    public var reclaimCauses: [String] = []
    /// Order of shedding: tier 1 goes first.
    public var shedTier: Int64?
    public var sparesPerDomain: Int64?
    /// Whether a whole rack may be swapped, and if so whether only with the tenant's consent.
    public var wholeRackSwapNeedsConsent: Bool?
    /// Promised availability in hundredths of a percent: 9,900 is 99 %.
    public var availabilityBasisPoints: Int64?
    public var curtailmentNoticeSeconds: Int64?
    public var curtailmentHoursPerMonth: Int64?
    /// The lowest cap in percent of each model's highest.
    public var curtailmentFloorPercent: Int64?
    /// Whether hardware may be stopped, too.
    public var curtailmentMayStop: Bool?

    public init() {}
}
