// A placement on paper, with its price, that can be taken unchanged until it expires.

import FleetModel
public import Packing

/// What taking an offer does to the packing, at the time when its window begins.
public struct PackingEffect: Equatable, Sendable {
    public let before: PackingReport
    public let after: PackingReport

    public var wholeBlocksTaken: Int { before.wholeBlocksLeft - after.wholeBlocksLeft }
    public var wholeNVL72Taken: Int { before.wholeNVL72Left - after.wholeNVL72Left }
    public var wholeNodesTaken: Int { before.wholeNodesLeft - after.wholeNodesLeft }

    /// What it costs later requests: first whole blocks, then NVL72 racks, then nodes that are whole no more, then GPUs and
    /// watts that nobody can use any more. The less the better.
    var harm: [Int64] {
        [
            Int64(wholeBlocksTaken), Int64(wholeNVL72Taken), Int64(wholeNodesTaken),
            Int64(after.strandedGPUs - before.strandedGPUs), after.strandedWatts - before.strandedWatts,
        ]
    }
}

/// One offer.
public struct Offer: Sendable {
    /// What it is the best answer to.
    public internal(set) var objectives: [OfferObjective]
    /// The order that takes it, together with the token; its start is nil when the window begins at the moment of taking.
    public let order: LeaseOrder
    /// What it would be if it were taken at once.
    public let lease: Lease
    public let quote: Quote
    public let packing: PackingEffect
    /// From then on it cannot be taken.
    public let expires: Int64
    public let planToken: [UInt8]
}

extension Book {
    /// Offers for a query, at most one for each objective, in the order of the query's; those that are the same once.
    ///
    /// Refuses what could be granted at no time, and what fits nowhere in the ranges. As long as some hundreds of
    /// decisions, so it runs on a view; the grant checks again.
    public func offers(for query: OfferQuery, now: Int64) throws(Refusal) -> [Offer] {
        let search = try OfferSearch(query, in: self, now: max(now, time))
        let offers = search.run()
        guard offers.isEmpty else { return offers }
        throw search.refusal()
    }

    /// The order that says best why there is no offer: the first variant, at the first start and the lowest cap.
    public func leastOrder(of query: OfferQuery, now: Int64) throws(Refusal) -> LeaseOrder {
        try OfferSearch(query, in: self, now: max(now, time)).leastOrder
    }
}
