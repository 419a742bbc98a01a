// Contracts and tenants on the wire and back.

import ControlAPI
import Leasing

extension ContractTerms {
    init(_ specification: ContractSpecification) {
        self.init()
        description = specification.description ?? ""
        tenant = specification.tenant
        pricePerMonthMicros = specification.price?.perMonth?.micros
        pricePerYearMicros = specification.price?.perYear?.micros
        pricePerGPUHourMicros = specification.price?.perGpuHour?.micros
        pricePerMWhMicros = specification.price?.perMWh?.micros
        rampDiscounts = (specification.price?.rampDiscounts ?? []).map {
            RampDiscount(months: Int64($0.months), basisPoints: Int64($0.percent.hundredths))
        }
        providerNoticeSeconds = specification.providerNoticePeriod.map { Int64($0.seconds) }
        tenantNoticeSeconds = specification.tenantNoticePeriod.map { Int64($0.seconds) }
        cancellationAfter = specification.cancellationAfter?.epochSeconds
        causeNoticeSeconds = specification.reclaimForCause.map { Int64($0.noticePeriod.seconds) }
        convenience = specification.reclaimForConvenience.map {
            ConvenienceClause(
                maxPercent: Int64($0.maxPercent), maxTimes: Int64($0.maxTimes ?? 1),
                periodSeconds: Int64($0.per.seconds),
                noticeSeconds: Int64($0.noticePeriod.seconds))
        }
        offRamp = specification.offRamp.map {
            OffRampClause(steps: Int64($0.steps), intervalSeconds: Int64($0.every.seconds))
        }
        replacementSeconds = specification.replacementDeadline.map { Int64($0.seconds) }
        credits = (specification.availabilityCredits ?? []).map {
            CreditBand(belowBasisPoints: Int64($0.below.hundredths), creditBasisPoints: Int64($0.percent.hundredths))
        }
        (sites, models) = (specification.sites ?? [], specification.gpu ?? [])
        movable = specification.movable.map { MoveClause($0) }
        preemptionNoticeSeconds = specification.preemption.map { Int64($0.noticePeriod?.seconds ?? 0) }
        approvals = specification.approvals.map {
            ApprovalClause(
                forCause: $0.of.contains(.cause), forConvenience: $0.of.contains(.convenience),
                cancellation: $0.of.contains(.cancellation), expirySeconds: Int64($0.expiresAfter.seconds))
        }
        transfers = specification.transfers.map {
            TransferClause(
                needsApproval: $0.approval ?? true,
                expirySeconds: $0.expiresAfter.map { Int64($0.seconds) } ?? 7 * 86_400)
        }
        subleases = specification.subleases.map {
            SubleaseClause(
                needsApproval: $0.approval ?? true,
                expirySeconds: $0.expiresAfter.map { Int64($0.seconds) } ?? 7 * 86_400,
                maxPercent: Int64($0.maxPercent ?? 100))
        }
        commitmentSeconds = specification.commitment.map { Int64($0.seconds) }
        minimumTermSeconds = specification.minimumTerm.map { Int64($0.seconds) }
        noticeSeconds = specification.noticePeriod.map { Int64($0.seconds) }
        reclaimCauses = specification.reclaimCauses ?? []
        shedTier = specification.shedTier.map(Int64.init)
        sparesPerDomain = specification.spares.map { Int64($0.perDomain) }
        wholeRackSwapNeedsConsent = specification.wholeRackSwap?.consent
        availabilityBasisPoints = specification.availabilityTargetPercent.map { Int64($0.hundredths) }
        curtailmentNoticeSeconds = specification.curtailment.map { Int64($0.noticePeriod.seconds) }
        curtailmentHoursPerMonth = specification.curtailment?.hoursPerMonth.map(Int64.init)
        curtailmentFloorPercent = specification.curtailment?.floorPercent.map(Int64.init)
        curtailmentMayStop = specification.curtailment?.mayStop
    }
}

extension ContractSpecification {
    init(_ terms: ContractTerms) {
        var price: PriceSpecification? = PriceSpecification(
            perMonth: Money(usd: terms.pricePerMonthMicros), perYear: Money(usd: terms.pricePerYearMicros),
            perGpuHour: Money(usd: terms.pricePerGPUHourMicros), perMWh: Money(usd: terms.pricePerMWhMicros),
            rampDiscounts: terms.rampDiscounts.orNone?.map {
                RampDiscountSpecification(months: Int($0.months), percent: Percentage(hundredths: Int($0.basisPoints)))
            })
        if price == PriceSpecification() { price = nil }
        self.init(
            tenant: terms.tenant, price: price, commitment: WireDuration(terms.commitmentSeconds),
            minimumTerm: WireDuration(terms.minimumTermSeconds), noticePeriod: WireDuration(terms.noticeSeconds),
            providerNoticePeriod: WireDuration(terms.providerNoticeSeconds),
            tenantNoticePeriod: WireDuration(terms.tenantNoticeSeconds),
            cancellationAfter: terms.cancellationAfter.map { Timestamp($0) }, reclaimCauses: terms.reclaimCauses.orNone,
            reclaimForCause: WireDuration(terms.causeNoticeSeconds).map { CauseSpecification(noticePeriod: $0) },
            reclaimForConvenience: terms.convenience.map { ConvenienceSpecification($0) },
            offRamp: terms.offRamp.map {
                OffRampSpecification(steps: Int($0.steps), every: WireDuration(seconds: $0.intervalSeconds))
            }, shedTier: terms.shedTier.map(Int.init),
            spares: terms.sparesPerDomain.map { SpareRequest(perDomain: Int($0)) },
            replacementDeadline: WireDuration(terms.replacementSeconds),
            wholeRackSwap: terms.wholeRackSwapNeedsConsent.map { WholeRackSwapSpecification(consent: $0) },
            availabilityTargetPercent: terms.availabilityBasisPoints.map { Percentage(hundredths: Int($0)) },
            availabilityCredits: terms.credits.orNone?.map {
                CreditBandSpecification(
                    below: Percentage(hundredths: Int($0.belowBasisPoints)),
                    percent: Percentage(hundredths: Int($0.creditBasisPoints)))
            },
            curtailment: terms.curtailmentNoticeSeconds.map {
                CurtailmentSpecification(
                    noticePeriod: WireDuration(seconds: $0),
                    hoursPerMonth: terms.curtailmentHoursPerMonth.map(Int.init),
                    floorPercent: terms.curtailmentFloorPercent.map(Int.init), mayStop: terms.curtailmentMayStop)
            }, sites: terms.sites.orNone, gpu: terms.models.orNone,
            movable: terms.movable.map { MoveSpecification($0) },
            approvals: terms.approvals.map { ApprovalSpecification($0) },
            preemption: terms.preemptionNoticeSeconds.map {
                PreemptionSpecification(noticePeriod: $0 > 0 ? WireDuration(seconds: $0) : nil)
            },
            transfers: terms.transfers.map {
                TransferSpecification(approval: $0.needsApproval, expiresAfter: WireDuration(seconds: $0.expirySeconds))
            },
            subleases: terms.subleases.map {
                SubleaseSpecification(
                    approval: $0.needsApproval, expiresAfter: WireDuration(seconds: $0.expirySeconds),
                    maxPercent: $0.maxPercent < 100 ? Int($0.maxPercent) : nil)
            },
            description: terms.description.isEmpty ? nil : terms.description)
    }
}

extension ConvenienceSpecification {
    fileprivate init(_ clause: ConvenienceClause) {
        self.init(
            maxPercent: Int(clause.maxPercent), maxTimes: Int(clause.maxTimes),
            per: WireDuration(seconds: clause.periodSeconds), noticePeriod: WireDuration(seconds: clause.noticeSeconds))
    }
}

extension ApprovalSpecification {
    fileprivate init(_ clause: ApprovalClause) {
        let all: [(ReclaimClauseName, Bool)] = [
            (.cause, clause.forCause), (.convenience, clause.forConvenience), (.cancellation, clause.cancellation),
        ]
        self.init(of: all.filter(\.1).map(\.0), expiresAfter: WireDuration(seconds: clause.expirySeconds))
    }
}

extension MoveClause {
    fileprivate init(_ specification: MoveSpecification) {
        self.init(noticeSeconds: Int64(specification.noticePeriod?.seconds ?? 0))
        if let days = specification.days {
            weekdays = Weekday.allCases.enumerated().reduce(0) { mask, item in
                days.contains(item.element) ? mask | 1 << UInt8(item.offset) : mask
            }
        }
        if let given = specification.hours { hours = Int64(given.from)..<Int64(given.until) }
    }
}

extension MoveSpecification {
    fileprivate init(_ clause: MoveClause) {
        let days = Weekday.allCases.enumerated().filter { clause.weekdays >> UInt8($0.offset) & 1 == 1 }.map(\.element)
        self.init(
            noticePeriod: clause.noticeSeconds > 0 ? WireDuration(seconds: clause.noticeSeconds) : nil,
            days: clause.weekdays == MoveClause.everyDay ? nil : days,
            hours: clause.hours == 0..<24
                ? nil
                : HoursSpecification(from: Int(clause.hours.lowerBound), until: Int(clause.hours.upperBound)))
    }
}

extension Array {
    /// Nil when it is empty, as a field that is left out.
    fileprivate var orNone: [Element]? { isEmpty ? nil : self }
}

extension Money {
    fileprivate init?(usd micros: MicroDollars?) {
        guard let micros else { return nil }
        self.init(currency: "USD", micros: micros)
    }
}

extension WireDuration {
    fileprivate init?(_ seconds: Int64?) {
        guard let seconds else { return nil }
        self.init(seconds: seconds)
    }
}
