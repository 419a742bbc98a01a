// The stored form of contracts.
//
// A fact keeps its form for ever: clauses that came later are coded after those that were there, and a contract without
// them is written as it always was.

extension ContractTerms: FieldCoded {
    static var blank: ContractTerms { ContractTerms() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&description)
        try coder.code(&tenant)
        try coder.code(&pricePerMonthMicros)
        try coder.code(&pricePerYearMicros)
        try coder.code(&pricePerGPUHourMicros)
        try coder.code(&pricePerMWhMicros)
        try coder.code(&commitmentSeconds)
        try coder.code(&minimumTermSeconds)
        try coder.code(&noticeSeconds)
        try coder.code(&reclaimCauses)
        try coder.code(&shedTier)
        try coder.code(&sparesPerDomain)
        try coder.code(&wholeRackSwapNeedsConsent)
        try coder.code(&availabilityBasisPoints)
        try coder.code(&curtailmentNoticeSeconds)
        try coder.code(&curtailmentHoursPerMonth)
    }
}

extension ContractTerms {
    /// The number of the fact that says all of them.
    var storedAs: UInt64 {
        if subleases != nil { return 71 }
        if preemptionNoticeSeconds != nil { return transfers == nil ? 68 : 69 }
        if transfers != nil { return 59 }
        if laterClauses != LaterClauses() { return 50 }
        return curtailmentClause == CurtailmentClause() ? 5 : 25
    }

    /// Clauses that the first two stored forms leave out.
    var laterClauses: LaterClauses {
        get {
            LaterClauses(
                rampDiscounts: rampDiscounts, providerNoticeSeconds: providerNoticeSeconds,
                tenantNoticeSeconds: tenantNoticeSeconds, cancellationAfter: cancellationAfter,
                causeNoticeSeconds: causeNoticeSeconds, convenience: convenience, offRamp: offRamp,
                replacementSeconds: replacementSeconds, credits: credits, sites: sites, models: models,
                movable: movable, approvals: approvals)
        }
        set {
            rampDiscounts = newValue.rampDiscounts
            (providerNoticeSeconds, tenantNoticeSeconds) = (
                newValue.providerNoticeSeconds, newValue.tenantNoticeSeconds
            )
            (cancellationAfter, causeNoticeSeconds) = (newValue.cancellationAfter, newValue.causeNoticeSeconds)
            (convenience, offRamp, replacementSeconds) = (
                newValue.convenience, newValue.offRamp, newValue.replacementSeconds
            )
            (credits, sites, models, movable) = (newValue.credits, newValue.sites, newValue.models, newValue.movable)
            approvals = newValue.approvals
        }
    }
}

/// Clauses of a contract that came after its first stored forms.
struct LaterClauses: Equatable, Sendable, FieldCoded {
    var rampDiscounts: [RampDiscount] = []
    var providerNoticeSeconds: Int64?
    var tenantNoticeSeconds: Int64?
    var cancellationAfter: Int64?
    var causeNoticeSeconds: Int64?
    var convenience: ConvenienceClause?
    var offRamp: OffRampClause?
    var replacementSeconds: Int64?
    var credits: [CreditBand] = []
    var sites: [String] = []
    var models: [String] = []
    var movable: MoveClause?
    var approvals: ApprovalClause?

    static var blank: LaterClauses { LaterClauses() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&rampDiscounts)
        try coder.code(&providerNoticeSeconds)
        try coder.code(&tenantNoticeSeconds)
        try coder.code(&cancellationAfter)
        try coder.code(&causeNoticeSeconds)
        try coder.code(&convenience, blank: .blank) { (clause, coder) throws(CodingFault) in try coder.code(&clause) }
        try coder.code(&offRamp, blank: .blank) { (clause, coder) throws(CodingFault) in try coder.code(&clause) }
        try coder.code(&replacementSeconds)
        try coder.code(&credits)
        try coder.code(&sites)
        try coder.code(&models)
        try coder.code(&movable, blank: .blank) { (clause, coder) throws(CodingFault) in try coder.code(&clause) }
        try coder.code(&approvals, blank: .blank) { (clause, coder) throws(CodingFault) in try coder.code(&clause) }
    }
}

extension Reclaim: FieldCoded {
    static var blank: Reclaim {
        Reclaim(
            lease: 0, notice: 0, clause: .convenience, servedAt: 0, actor: "", reason: "",
            steps: [ReclaimStep(at: 0, gpus: 0)], gpusBefore: 0)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (lease, notice, clause, servedAt) = (lease, notice, clause, servedAt)
        var (actor, reason, steps, gpusBefore) = (actor, reason, steps, gpusBefore)
        var (acknowledgedAt, withdrawnAt, nominated, cuts) = (acknowledgedAt, withdrawnAt, nominated, cuts)
        try coder.code(&lease)
        try coder.code(&notice)
        try coder.code(&clause)
        try coder.code(&servedAt)
        try coder.code(&actor)
        try coder.code(&reason)
        try coder.code(&steps)
        try coder.code(&gpusBefore)
        try coder.code(&acknowledgedAt)
        try coder.code(&withdrawnAt)
        try coder.code(&nominated)
        try coder.code(&cuts)
        var gone = gone
        try coder.code(&gone, blank: .blank) { (record, coder) throws(CodingFault) in
            try record.codeAsPart(with: &coder)
        }
        guard !steps.isEmpty, zip(steps, steps.dropFirst()).allSatisfy({ $0.at < $1.at && $0.gpus > $1.gpus }) else {
            throw coder.fault("the steps of a notice are not in order")
        }
        self = Reclaim(
            lease: lease, notice: notice, clause: clause, servedAt: servedAt, actor: actor, reason: reason,
            steps: steps,
            gpusBefore: gpusBefore, acknowledgedAt: acknowledgedAt, withdrawnAt: withdrawnAt, nominated: nominated,
            cuts: cuts, gone: gone)
    }
}

extension Reclaim.Cut: FieldCoded {
    static var blank: Reclaim.Cut { Reclaim.Cut(part: 0, end: 0, capSteps: []) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&part)
        try coder.code(&end)
        try coder.code(&capSteps)
    }
}

extension ReclaimStep: FieldCoded {
    static var blank: ReclaimStep { ReclaimStep(at: 0, gpus: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&at)
        try coder.code(&gpus)
        guard gpus >= 0 else { throw coder.fault("fewer GPUs than none") }
    }
}

extension ReclaimClause: FieldCoded {
    static var blank: ReclaimClause { .convenience }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (kind, cause): (UInt8, String) =
            switch self {
            case .cause(let cause): (0, cause)
            case .convenience: (1, "")
            case .cancellation(let byTenant): (byTenant ? 3 : 2, "")
            case .preemption(let lease): (4, lease == 0 ? "" : String(lease))
            }
        try coder.code(&kind)
        try coder.code(&cause)
        switch kind {
        case 0: self = .cause(cause)
        case 1: self = .convenience
        case 2, 3: self = .cancellation(byTenant: kind == 3)
        case 4:
            guard let lease = cause.isEmpty ? 0 : UInt64(cause) else { throw coder.fault("giving way to no lease") }
            self = .preemption(for: lease)
        default: throw coder.fault("unknown clause \(kind)")
        }
    }
}

extension RampDiscount: FieldCoded {
    static var blank: RampDiscount { RampDiscount(months: 1, basisPoints: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&months)
        try coder.code(&basisPoints)
        guard months > 0, (0...10_000).contains(basisPoints) else { throw coder.fault("discount out of range") }
    }
}

extension ConvenienceClause: FieldCoded {
    static var blank: ConvenienceClause {
        ConvenienceClause(maxPercent: 1, maxTimes: 1, periodSeconds: 1, noticeSeconds: 0)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&maxPercent)
        try coder.code(&maxTimes)
        try coder.code(&periodSeconds)
        try coder.code(&noticeSeconds)
        guard (1...100).contains(maxPercent), maxTimes > 0, periodSeconds > 0, noticeSeconds >= 0 else {
            throw coder.fault("reclaim clause out of range")
        }
    }
}

extension OffRampClause: FieldCoded {
    static var blank: OffRampClause { OffRampClause(steps: 1, intervalSeconds: 1) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&steps)
        try coder.code(&intervalSeconds)
        guard steps > 0, intervalSeconds > 0 else { throw coder.fault("off-ramp out of range") }
    }
}

extension CreditBand: FieldCoded {
    static var blank: CreditBand { CreditBand(belowBasisPoints: 0, creditBasisPoints: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&belowBasisPoints)
        try coder.code(&creditBasisPoints)
    }
}

extension ApprovalClause: FieldCoded {
    static var blank: ApprovalClause {
        ApprovalClause(forCause: false, forConvenience: false, cancellation: false, expirySeconds: 1)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&forCause)
        try coder.code(&forConvenience)
        try coder.code(&cancellation)
        try coder.code(&expirySeconds)
        guard expirySeconds > 0 else { throw coder.fault("an approval that expires at once") }
    }
}

extension ReclaimOrder: FieldCoded {
    static var blank: ReclaimOrder { ReclaimOrder(clause: .convenience) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&clause)
        try coder.code(&steps)
        try coder.code(&gpus)
    }
}

extension Approval: FieldCoded {
    static var blank: Approval {
        Approval(number: 0, subject: .loadTarget(.blank), askedBy: "", reason: "", askedAt: 0, expiresAt: 1)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (number, subject, askedBy) = (number, subject, askedBy)
        var (reason, askedAt, expiresAt) = (reason, askedAt, expiresAt)
        try coder.code(&number)
        try coder.code(&subject)
        try coder.code(&askedBy)
        try coder.code(&reason)
        try coder.code(&askedAt)
        try coder.code(&expiresAt)
        self = Approval(
            number: number, subject: subject, askedBy: askedBy, reason: reason, askedAt: askedAt, expiresAt: expiresAt)
    }
}

extension Approval.Subject: FieldCoded {
    static var blank: Approval.Subject { .loadTarget(.blank) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (isTarget, order, preview, target) = (true, ReclaimOrder.blank, Reclaim.blank, LoadTarget.blank)
        switch self {
        case .reclaim(let asked, let planned): (isTarget, order, preview) = (false, asked, planned)
        case .loadTarget(let asked): target = asked
        }
        try coder.code(&isTarget)
        if isTarget {
            try coder.code(&target)
            self = .loadTarget(target)
        } else {
            try coder.code(&order)
            try coder.code(&preview)
            self = .reclaim(order, preview)
        }
    }
}

extension TransferClause: FieldCoded {
    static var blank: TransferClause { TransferClause(needsApproval: true, expirySeconds: 1) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&needsApproval)
        try coder.code(&expirySeconds)
        guard expirySeconds > 0 else { throw coder.fault("a transfer that expires at once") }
    }
}

extension SubleaseClause: FieldCoded {
    static var blank: SubleaseClause { SubleaseClause(needsApproval: true, expirySeconds: 1) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&needsApproval)
        try coder.code(&expirySeconds)
        try coder.code(&maxPercent)
        guard expirySeconds > 0, (1...100).contains(maxPercent) else {
            throw coder.fault("a clause on sub-leases out of range")
        }
    }
}

extension MoveClause: FieldCoded {
    static var blank: MoveClause { MoveClause(noticeSeconds: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (first, last) = (hours.lowerBound, hours.upperBound)
        try coder.code(&noticeSeconds)
        try coder.code(&weekdays)
        try coder.code(&first)
        try coder.code(&last)
        guard 0 <= first, first < last, last <= 24, weekdays > 0, weekdays <= Self.everyDay else {
            throw coder.fault("hours of moves out of range")
        }
        hours = first..<last
    }
}
