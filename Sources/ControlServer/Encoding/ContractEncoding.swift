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
            perGpuHour: Money(usd: terms.pricePerGPUHourMicros), perMWh: Money(usd: terms.pricePerMWhMicros))
        if price == PriceSpecification() { price = nil }
        self.init(
            tenant: terms.tenant, price: price, commitment: WireDuration(terms.commitmentSeconds),
            minimumTerm: WireDuration(terms.minimumTermSeconds), noticePeriod: WireDuration(terms.noticeSeconds),
            reclaimCauses: terms.reclaimCauses.isEmpty ? nil : terms.reclaimCauses,
            shedTier: terms.shedTier.map(Int.init),
            spares: terms.sparesPerDomain.map { SpareRequest(perDomain: Int($0)) },
            wholeRackSwap: terms.wholeRackSwapNeedsConsent.map { WholeRackSwapSpecification(consent: $0) },
            availabilityTargetPercent: terms.availabilityBasisPoints.map { Percentage(hundredths: Int($0)) },
            curtailment: terms.curtailmentNoticeSeconds.map {
                CurtailmentSpecification(
                    noticePeriod: WireDuration(seconds: $0),
                    hoursPerMonth: terms.curtailmentHoursPerMonth.map(Int.init),
                    floorPercent: terms.curtailmentFloorPercent.map(Int.init), mayStop: terms.curtailmentMayStop)
            }, description: terms.description.isEmpty ? nil : terms.description)
    }
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
