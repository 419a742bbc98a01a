// Clauses of a contract that are more than one number.

/// What is taken off the price for months and years at first.
public struct RampDiscountSpecification: Codable, Sendable, Equatable {
    /// Calendar months from the start of a lease, or from the discount before, 1 to 120.
    public var months: Int
    /// The share that is taken off.
    public var percent: Percentage

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case months, percent
    }

    /// Every field; those left out are absent.
    public init(months: Int, percent: Percentage) {
        self.months = months
        self.percent = percent
    }
}

extension RampDiscountSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (1...120).contains(months) else {
            throw WireValueError(field: "months", expected: "1 to 120", found: "\(months)")
        }
    }
}

/// Taking capacity back for one of the causes.
public struct CauseSpecification: Codable, Sendable, Equatable {
    /// The notice, in place of the provider's.
    public var noticePeriod: WireDuration

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case noticePeriod
    }

    /// Every field; those left out are absent.
    public init(noticePeriod: WireDuration) {
        self.noticePeriod = noticePeriod
    }
}

/// Taking capacity back without a cause.
public struct ConvenienceSpecification: Codable, Sendable, Equatable {
    /// The most of a lease's GPUs at one time, in percent, 1 to 100.
    public var maxPercent: Int
    /// How often within `per`, 1 to 1,000; absent: once.
    public var maxTimes: Int?
    /// The time in which it may be that often.
    public var per: WireDuration
    /// The shortest notice.
    public var noticePeriod: WireDuration

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case maxPercent, maxTimes, per, noticePeriod
    }

    /// Every field; those left out are absent.
    public init(maxPercent: Int, maxTimes: Int? = nil, per: WireDuration, noticePeriod: WireDuration) {
        self.maxPercent = maxPercent
        self.maxTimes = maxTimes
        self.per = per
        self.noticePeriod = noticePeriod
    }
}

extension ConvenienceSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (1...100).contains(maxPercent) else {
            throw WireValueError(field: "maxPercent", expected: "1 to 100", found: "\(maxPercent)")
        }
        if let maxTimes, !(1...1_000).contains(maxTimes) {
            throw WireValueError(field: "maxTimes", expected: "1 to 1000", found: "\(maxTimes)")
        }
        guard per.seconds > 0 else {
            throw WireValueError(field: "per", expected: "more than no time", found: "\(per)")
        }
    }
}

/// The steps in which capacity goes that is taken back without a cause.
public struct OffRampSpecification: Codable, Sendable, Equatable {
    /// How many equal steps, 1 to 64.
    public var steps: Int
    /// The time from one to the next.
    public var every: WireDuration

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case steps, every
    }

    /// Every field; those left out are absent.
    public init(steps: Int, every: WireDuration) {
        self.steps = steps
        self.every = every
    }
}

extension OffRampSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (1...64).contains(steps) else {
            throw WireValueError(field: "steps", expected: "1 to 64", found: "\(steps)")
        }
        guard every.seconds > 0 else {
            throw WireValueError(field: "every", expected: "more than no time", found: "\(every)")
        }
    }
}

/// What is credited in a month of low availability.
public struct CreditBandSpecification: Codable, Sendable, Equatable {
    /// Credited when the availability is below this; the lowest such band counts.
    public var below: Percentage
    /// The share of the month's charge that is credited.
    public var percent: Percentage

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case below, percent
    }

    /// Every field; those left out are absent.
    public init(below: Percentage, percent: Percentage) {
        self.below = below
        self.percent = percent
    }
}

/// A day of the week.
public enum Weekday: String, WireEnumeration {
    case mon, tue, wed, thu, fri, sat, sun
}

/// Hours of a day, UTC.
public struct HoursSpecification: Codable, Sendable, Equatable {
    /// From this hour, 0 to 23.
    public var from: Int
    /// Until this hour, 1 to 24.
    public var until: Int

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case from, until
    }

    /// Every field; those left out are absent.
    public init(from: Int, until: Int) {
        self.from = from
        self.until = until
    }
}

extension HoursSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (0...23).contains(from) else {
            throw WireValueError(field: "from", expected: "0 to 23", found: "\(from)")
        }
        guard (from + 1...24).contains(until) else {
            throw WireValueError(field: "until", expected: "\(from + 1) to 24", found: "\(until)")
        }
    }
}

/// When hardware may be exchanged for other hardware of its kind.
public struct MoveSpecification: Codable, Sendable, Equatable {
    /// The shortest notice; absent: none.
    public var noticePeriod: WireDuration?
    /// Days on which it may be (UTC); absent: every day.
    public var days: [Weekday]?
    /// Hours of those days; absent: all.
    public var hours: HoursSpecification?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case noticePeriod, days, hours
    }

    /// Every field; those left out are absent.
    public init(noticePeriod: WireDuration? = nil, days: [Weekday]? = nil, hours: HoursSpecification? = nil) {
        self.noticePeriod = noticePeriod
        self.days = days
        self.hours = hours
    }
}

extension MoveSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if let days, days.isEmpty || Set(days).count != days.count {
            throw WireValueError(field: "days", expected: "different days, one at least", found: "\(days.count) days")
        }
    }
}

/// Which of the provider's notices a second operator has to approve.
public struct ApprovalSpecification: Codable, Sendable, Equatable {
    /// The clauses under which a notice needs it.
    public var of: [ReclaimClauseName]
    /// How long it may wait.
    public var expiresAfter: WireDuration

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case of, expiresAfter
    }

    /// Every field; those left out are absent.
    public init(of: [ReclaimClauseName], expiresAfter: WireDuration) {
        self.of = of
        self.expiresAfter = expiresAfter
    }
}

extension ApprovalSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard !of.isEmpty, Set(of).count == of.count else {
            throw WireValueError(field: "of", expected: "different clauses, one at least", found: "\(of.count) clauses")
        }
        if of.contains(.preemption) {
            throw WireValueError(field: "of", expected: "cause, convenience or cancellation", found: "preemption")
        }
        guard expiresAfter.seconds > 0 else {
            throw WireValueError(field: "expiresAfter", expected: "more than no time", found: "\(expiresAfter)")
        }
    }
}

/// How opportunistic leases give way to leases of other classes.
public struct PreemptionSpecification: Codable, Sendable, Equatable {
    /// How long before that it is said; absent: not at all.
    public var noticePeriod: WireDuration?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case noticePeriod
    }

    /// The field.
    public init(noticePeriod: WireDuration? = nil) {
        self.noticePeriod = noticePeriod
    }
}

/// Whether the tenant may let other tenants use leases, or shares of them.
public struct SubleaseSpecification: Codable, Sendable, Equatable {
    /// Whether the provider has to approve each; absent: yes.
    public var approval: Bool?
    /// How long an offer stays open; absent: 7 days.
    public var expiresAfter: WireDuration?
    /// The most of the GPUs that the tenant holds under the contract that may be let at a time, in percent; absent: all.
    public var maxPercent: Int?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case approval, expiresAfter, maxPercent
    }

    /// Every field; those left out are absent.
    public init(approval: Bool? = nil, expiresAfter: WireDuration? = nil, maxPercent: Int? = nil) {
        self.approval = approval
        self.expiresAfter = expiresAfter
        self.maxPercent = maxPercent
    }
}

extension SubleaseSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if let expiresAfter, expiresAfter.seconds <= 0 {
            throw WireValueError(field: "expiresAfter", expected: "more than no time", found: "\(expiresAfter)")
        }
        if let maxPercent, !(1...100).contains(maxPercent) {
            throw WireValueError(field: "maxPercent", expected: "1 to 100", found: "\(maxPercent)")
        }
    }
}

/// Whether the tenant may hand leases, or shares of them, over to another tenant.
public struct TransferSpecification: Codable, Sendable, Equatable {
    /// Whether the provider has to approve each; absent: yes.
    public var approval: Bool?
    /// How long an offer stays open; absent: 7 days.
    public var expiresAfter: WireDuration?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case approval, expiresAfter
    }

    /// Every field; those left out are absent.
    public init(approval: Bool? = nil, expiresAfter: WireDuration? = nil) {
        self.approval = approval
        self.expiresAfter = expiresAfter
    }
}

extension TransferSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if let expiresAfter, expiresAfter.seconds <= 0 {
            throw WireValueError(field: "expiresAfter", expected: "more than no time", found: "\(expiresAfter)")
        }
    }
}
