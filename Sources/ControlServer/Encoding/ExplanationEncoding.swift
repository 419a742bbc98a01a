// Blockers and counter-offers on the wire.

import ControlAPI
import Leasing

extension Blocker {
    init(_ obstacle: Obstacle) {
        let kind: BlockerKind =
            switch obstacle.kind {
            case .budget: .budget
            case .fragmentation: .fragmentation
            case .booking: .booking
            case .hardware: .hardware
            case .quota: .quota
            case .clause: .clause
            case .class: .class
            }
        self.init(
            kind: kind, name: obstacle.name, from: obstacle.from.map { Timestamp($0) },
            until: obstacle.until.map { Timestamp($0) }, message: obstacle.message)
    }
}

extension ControlAPI.CounterOffer {
    init(_ offer: Leasing.CounterOffer, like original: LeaseRequest) {
        let kind: CounterOfferKind =
            switch offer.kind {
            case .mostNow: .mostNow
            case .earliestStart: .earliestStart
            case .lowerCap: .lowerCap
            case .smallerDomains: .smallerDomains
            case .otherSites: .otherSites
            case .preempting: .preempting
            }
        self.init(
            kind: kind, message: offer.message, request: LeaseRequest(offer.order, like: original),
            planToken: PlanTokenText.text(offer.planToken))
    }
}
