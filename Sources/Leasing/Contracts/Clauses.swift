// Terms of a contract that are more than one number.

/// A share taken off the price for months and years in the first months of a lease, or in those after the discount before.
public struct RampDiscount: Equatable, Sendable {
    /// Calendar months, from the start of the lease.
    public var months: Int64
    /// Hundredths of a percent that are taken off.
    public var basisPoints: Int64

    public init(months: Int64, basisPoints: Int64) {
        self.months = months
        self.basisPoints = basisPoints
    }
}

/// Taking capacity back without a cause.
public struct ConvenienceClause: Equatable, Sendable {
    /// The most of a lease's GPUs at one time, in percent of what it then holds.
    public var maxPercent: Int64
    /// How often within `periodSeconds`.
    public var maxTimes: Int64
    public var periodSeconds: Int64
    public var noticeSeconds: Int64

    public init(maxPercent: Int64, maxTimes: Int64, periodSeconds: Int64, noticeSeconds: Int64) {
        self.maxPercent = maxPercent
        self.maxTimes = maxTimes
        self.periodSeconds = periodSeconds
        self.noticeSeconds = noticeSeconds
    }
}

/// How what is taken back goes: in equal steps, the first when the notice is over.
public struct OffRampClause: Equatable, Sendable {
    public var steps: Int64
    public var intervalSeconds: Int64

    public init(steps: Int64, intervalSeconds: Int64) {
        self.steps = steps
        self.intervalSeconds = intervalSeconds
    }
}

/// What is credited in a month whose availability is below a figure.
public struct CreditBand: Equatable, Sendable {
    /// Hundredths of a percent of the promised GPU-hours.
    public var belowBasisPoints: Int64
    /// Hundredths of a percent of the month's charge.
    public var creditBasisPoints: Int64

    public init(belowBasisPoints: Int64, creditBasisPoints: Int64) {
        self.belowBasisPoints = belowBasisPoints
        self.creditBasisPoints = creditBasisPoints
    }
}

/// When hardware may be exchanged for other hardware of its kind.
public struct MoveClause: Equatable, Sendable {
    public var noticeSeconds: Int64
    /// Days of the week (UTC) on which it may be; bit 0 is Monday.
    public var weekdays: UInt8
    /// Hours of the day (UTC): from the first until the second, 0 to 24.
    public var hours: Range<Int64>

    public static let everyDay: UInt8 = 0x7f

    public init(noticeSeconds: Int64, weekdays: UInt8 = everyDay, hours: Range<Int64> = 0..<24) {
        self.noticeSeconds = noticeSeconds
        self.weekdays = weekdays
        self.hours = hours
    }
}

/// Which of the provider's notices a second operator has to approve.
public struct ApprovalClause: Equatable, Sendable {
    public var forCause: Bool
    public var forConvenience: Bool
    public var cancellation: Bool
    /// How long it may wait.
    public var expirySeconds: Int64

    public init(forCause: Bool, forConvenience: Bool, cancellation: Bool, expirySeconds: Int64) {
        self.forCause = forCause
        self.forConvenience = forConvenience
        self.cancellation = cancellation
        self.expirySeconds = expirySeconds
    }

    /// How long a notice waits for a second operator, or nil when it needs none.
    func seconds(for clause: ReclaimClause) -> Int64? {
        let isNeeded =
            switch clause {
            case .cause: forCause
            case .convenience: forConvenience
            case .cancellation(let byTenant): cancellation && !byTenant
            case .preemption: false
            }
        return isNeeded ? expirySeconds : nil
    }
}

/// Whether the tenant may hand leases, or shares of them, over to another tenant.
public struct TransferClause: Equatable, Sendable {
    /// Whether the provider has to agree to each.
    public var needsApproval: Bool
    /// How long an offer stays open.
    public var expirySeconds: Int64

    public init(needsApproval: Bool, expirySeconds: Int64) {
        self.needsApproval = needsApproval
        self.expirySeconds = expirySeconds
    }
}

/// Whether the tenant may let other tenants use leases, or shares of them, while it keeps them.
public struct SubleaseClause: Equatable, Sendable {
    /// Whether the provider has to agree to each.
    public var needsApproval: Bool
    /// How long an offer stays open.
    public var expirySeconds: Int64
    /// The most of the GPUs that the tenant holds under the contract that may be let at a time, in percent.
    public var maxPercent: Int64

    public init(needsApproval: Bool, expirySeconds: Int64, maxPercent: Int64 = 100) {
        self.needsApproval = needsApproval
        self.expirySeconds = expirySeconds
        self.maxPercent = maxPercent
    }
}

/// The name of a clause, as the contract's document spells it.
public enum Clause: String, CaseIterable, Sendable {
    case tenant
    case price
    case rampDiscounts = "price.rampDiscounts"
    case commitment, minimumTerm, noticePeriod, providerNoticePeriod, tenantNoticePeriod, cancellationAfter
    case reclaimCauses
    case reclaimForCause
    case reclaimForConvenience
    case offRamp
    case shedTier, spares, replacementDeadline, wholeRackSwap, availabilityTargetPercent, availabilityCredits
    case curtailment
    case curtailmentFloor = "curtailment.floorPercent"
    case sites
    case models = "gpu"
    case movable, approvals, preemption, transfers, subleases

    /// Where it stands in the contract's document.
    public var pointer: String { "/" + rawValue.split(separator: ".").joined(separator: "/") }
}
