// Offers on the wire.

import ControlAPI
import Leasing
import Packing

/// Writes the offers for one request for one reader.
struct OfferEncoding {
    let book: Book
    let role: Role
    let request: OfferRequest
    let query: OfferQuery

    private var isProvider: Bool {
        if case .tenant = role { return false }
        return true
    }

    func answer(_ offers: [Offer], _ obstacles: [Obstacle]) -> OfferList {
        OfferList(
            offers: offers.map(answer),
            carbonPricePerTonne: Money(currency: "USD", micros: query.carbonMicrosPerTonne),
            blockers: obstacles.isEmpty ? nil : obstacles.map { Blocker($0) })
    }

    private func answer(_ offer: Offer) -> OfferAnswer {
        let (lease, quote) = (offer.lease, offer.quote)
        let lines = LeaseEncoding(book: book, role: role)
        let perHour = quote.microsPerDeliveredGPUHour(carbonMicrosPerTonne: query.carbonMicrosPerTonne)
        return OfferAnswer(
            objectives: offer.objectives.map { ControlAPI.OfferObjective($0) }, start: Timestamp(lease.start),
            end: Timestamp(lease.end), startsWhenTaken: offer.order.start == nil,
            promised: ControlAPI.Capacity(lease.promised), wattsAtMeter: Int(lease.meterWatts),
            reservations: lease.lines.map { lines.reservation($0) }, price: quote.price.map { OfferPrice($0) },
            cost: OfferCost(
                energyKWh: Int(quote.joules / 3_600_000), energy: .usd(quote.energyMicros),
                carbonGrams: Int(quote.carbonGrams),
                reliabilityPercent: Percentage(hundredths: Int(quote.reliabilityBasisPoints)),
                perDeliveredGpuHour: .usd(perHour)),
            packing: isProvider ? OfferPacking(offer.packing) : nil, expires: Timestamp(offer.expires),
            request: leaseRequest(of: offer))
    }

    /// The request that takes an offer.
    private func leaseRequest(of offer: Offer) -> LeaseRequest {
        var like = request.leaseRequest(start: nil)
        like.duration = offer.order.durationSeconds.map { WireDuration(seconds: $0) }
        var taking = LeaseRequest(offer.order, like: like)
        taking.planToken = PlanTokenText.text(offer.planToken)
        return taking
    }
}

extension Money {
    fileprivate static func usd(_ micros: MicroDollars) -> Money { Money(currency: "USD", micros: micros) }
}

extension OfferPrice {
    fileprivate init(_ price: ContractPrice) {
        self.init(
            total: .usd(price.totalMicros), base: price.baseMicros.map { .usd($0) },
            gpuHours: price.gpuHoursMicros.map { .usd($0) }, energy: price.energyMicros.map { .usd($0) })
    }
}

extension OfferPacking {
    fileprivate init(_ effect: PackingEffect) {
        self.init(
            wholeBlocksLeft: effect.after.wholeBlocksLeft, wholeBlocksTaken: effect.wholeBlocksTaken,
            wholeNvl72Taken: effect.wholeNVL72Taken, wholeNodesTaken: effect.wholeNodesTaken,
            largestShapeLeft: effect.after.largestShapeLeft, strandedGpus: effect.after.strandedGPUs,
            strandedWatts: Int(effect.after.strandedWatts))
    }
}

extension ControlAPI.OfferObjective {
    fileprivate init(_ objective: Leasing.OfferObjective) {
        self =
            switch objective {
            case .earliest: .earliest
            case .cheapest: .cheapest
            case .bestPacking: .bestPacking
            }
    }
}
