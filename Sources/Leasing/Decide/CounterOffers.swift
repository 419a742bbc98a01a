// What would be granted instead of a request that does not fit.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Counter-offers to an order of which `outcome` is what could be placed.
    func counterOffers(
        to order: LeaseOrder, _ sound: SoundOrder, _ outcome: PlacementOutcome, now: Int64
    ) -> [CounterOffer] {
        var offers: [CounterOffer] = []
        if let most = mostNow(of: order, outcome, now: now) { offers.append(most) }
        if outcome.findings.contains(where: { !$0.shortBudgets.isEmpty }), let lower = lowerCap(order, now: now) {
            offers.append(lower)
        }
        if !order.sites.isEmpty {
            var anywhere = order
            anywhere.sites = []
            for index in anywhere.lines.indices { nameModels(of: &anywhere.lines[index]) }
            if let offer = offer(.otherSites, "all of it now, at any site", anywhere, now: now) { offers.append(offer) }
        }
        if let smaller = inSmallerDomains(order, sound, outcome, now: now) {
            offers.append(
                CounterOffer(
                    kind: .smallerDomains, message: smaller.message, order: smaller.order, planToken: smaller.token))
        }
        if !outcome.isComplete,
            let later = earliestStart(
                order, sound, fitsNowUnderLowerCap: offers.contains { $0.kind == .lowerCap }, now: now)
        {
            offers.append(later)
        }
        if !offers.contains(where: { $0.order.start == order.start }), let smaller = smallerShape(order, now: now) {
            offers.append(smaller)
        }
        return offers
    }

    /// Names the models of a line of MIG instances, whose profile's name may be another's at other sites.
    private func nameModels(of line: inout LeaseLine) {
        guard case .mig(let profileID) = line.shape, let profile = line.profile, line.models.isEmpty else { return }
        let platforms = fleet.platforms(withProfile: profileID, named: profile)
        let models = fleet.platforms.indices.filter { platforms >> UInt64($0) & 1 == 1 }.map { fleet.platforms[$0].gpu }
        line.models = Set(models).sorted()
    }

    func offer(_ kind: CounterOffer.Kind, _ message: String, _ order: LeaseOrder, now: Int64) -> CounterOffer? {
        guard let plan = try? planWhole(order, now: now) else { return nil }
        return CounterOffer(kind: kind, message: message, order: order, planToken: plan.token)
    }

    /// The offer of an order of which the hardware has been found.
    private func offer(
        _ kind: CounterOffer.Kind, _ message: String, _ found: (order: LeaseOrder, lines: [LinePlacement]), now: Int64
    ) -> CounterOffer {
        CounterOffer(
            kind: kind, message: message, order: found.order,
            planToken: planToken(order: found.order, placements: found.lines, now: now))
    }

    /// The same request with what could be placed of each line; under a quota, with what the quota leaves.
    private func mostNow(of order: LeaseOrder, _ outcome: PlacementOutcome, now: Int64) -> CounterOffer? {
        var most = order
        for index in most.lines.indices {
            if case .power = most.lines[index].shape {
                var sum = MeterSum(sites: fleet.sites)
                let holdings = Holdings(wholeNodes: outcome.lines[index].wholeNodes)
                LeaseWatts.add(holdings, cap: order.cap, in: fleet, to: &sum)
                let watts = sum.meterWatts()
                most.lines[index].shape = .power(meterWatts: watts, wholeSites: false)
                most.lines[index].count = watts > 0 ? 1 : 0
            } else {
                most.lines[index].count = min(order.lines[index].count, outcome.findings[index].placed)
            }
        }
        most.lines.removeAll { $0.count <= 0 }
        guard !most.lines.isEmpty else { return nil }
        if outcome.isComplete { return mostUnderQuota(most, now: now) }
        return offer(.mostNow, "the most that fits now: \(most.summary)", most, now: now)
            ?? mostUnderQuota(most, now: now)
    }

    /// What the tenant's quota leaves of an order for which there is room; nil without a quota.
    ///
    /// - Parameter otherwise: in what it differs besides, as the end of the message.
    private func mostUnderQuota(_ order: LeaseOrder, otherwise: String = "", now: Int64) -> CounterOffer? {
        guard let quota = tenant(order.tenant)?.quota, quota != Quota() else { return nil }
        // All lines shrink by the same share; the largest share that the quota allows is found by halving.
        let whole = order.lines.reduce(1_000) { max($0, $1.count) }
        var (low, high) = (0, whole)
        var best: CounterOffer?
        while low < high {
            let share = (low + high + 1) / 2
            var smaller = order
            for index in smaller.lines.indices {
                if case .power(let watts, _) = order.lines[index].shape {
                    smaller.lines[index].shape = .power(
                        meterWatts: max(1, watts / Watts(whole) * Watts(share)), wholeSites: false)
                } else {
                    smaller.lines[index].count = order.lines[index].count * share / whole
                }
            }
            smaller.lines.removeAll { $0.count == 0 }
            let found =
                smaller.lines.isEmpty
                ? nil
                : offer(
                    .mostNow, "the most that the quota allows now: \(smaller.summary)\(otherwise)", smaller, now: now)
            if let found {
                best = found
                low = share
            } else if smaller.lines.isEmpty {
                low = share
            } else {
                high = share - 1
            }
        }
        return best
    }

    func lowerCap(_ order: LeaseOrder, now: Int64) -> CounterOffer? {
        guard let best = underLowerCap(order, now: now) else { return nil }
        return offer(.lowerCap, "all of it now at \(best.order.cap.phrase)", best, now: now)
    }

    /// The order at the highest lower cap at which it would be granted.
    func underLowerCap(
        _ order: LeaseOrder, now: Int64
    ) -> (order: LeaseOrder, lines: [LinePlacement])? {
        let below: CapRange
        switch order.cap {
        case .watts(let watts) where watts > 1: below = .watts(1...Int(watts) - 1)
        case .percent(let percent) where percent > 1: below = .percent(1...percent - 1)
        case .watts, .percent: return nil
        }
        let least = below.cap(lowestLegal(below, for: order))
        return highestFitting(below.from(least), for: order, now: now)
    }

    /// The earliest start in the next years at which all of it fits; at a lower cap if it never fits at this one.
    private func earliestStart(
        _ order: LeaseOrder, _ sound: SoundOrder, fitsNowUnderLowerCap: Bool, now: Int64
    ) -> CounterOffer? {
        let starts = sound.start...sound.start + Self.offerYears * 366 * 86_400
        func starting(at time: Int64) -> LeaseOrder {
            var later = order
            later.start = time
            later.end = order.end - sound.start + time
            return later
        }
        if let found = packing.earliestStart(of: sound.request, in: starts), found.start > sound.start {
            return offer(.earliestStart, "all of it from a later start", starting(at: found.start), now: now)
        }
        // Where a lower cap is enough now, nobody waits for one; and what no lower cap would fit fits at none.
        if fitsNowUnderLowerCap { return nil }
        var lowest = sound.request
        let terms = lowest.terms
        lowest.terms = BookingTerms(
            lease: terms.lease, start: terms.start, end: terms.end, until: terms.until, cap: lowestCap(of: order))
        guard let found = packing.earliestStart(of: lowest, in: starts), found.start > sound.start,
            let lower = underLowerCap(starting(at: found.start), now: now)
        else { return nil }
        return offer(.earliestStart, "all of it from a later start at \(lower.order.cap.phrase)", lower, now: now)
    }

    /// How far ahead a later start is offered.
    static let offerYears: Int64 = 3

    /// The lowest cap that every accepted model takes, in the order's own unit.
    private func lowestCap(of order: LeaseOrder) -> PowerCap {
        let models = Set(order.lines.flatMap(\.models))
        let accepted = fleet.platforms.filter { models.isEmpty || models.contains($0.gpu) }
        switch order.cap {
        case .watts: return .watts(accepted.map(\.power.capWattsMin).max() ?? 0)
        case .percent:
            let lowest = (1...100).first { percent in accepted.allSatisfy { PowerCap.percent(percent).isLegal(on: $0) }
            }
            return .percent(lowest ?? 100)
        }
    }

    /// The largest single unit that fits now: on the models and sites asked for, else at any site, else of any model.
    private func smallerShape(_ order: LeaseOrder, now: Int64) -> CounterOffer? {
        let shapes: [PlacementShape] = [.block, .nvl72, .rack, .node, .gpus(8), .gpus(4), .gpus(2), .gpus(1)]
        // Of instances there is no smaller shape: whoever asked for parts of GPUs has no use for blocks.
        if order.lines.allSatisfy({ $0.profile != nil }) { return nil }
        let (models, pins) = order.lines.count == 1 ? (order.lines[0].models, order.lines[0].pins) : ([], nil)
        for (models, sites, words) in [
            (models, order.sites, ""), (models, [], " at another site"), ([], [], " of another model"),
        ] {
            for shape in shapes {
                var smaller = order
                (smaller.sites, smaller.sparesPerDomain) = (sites, 0)
                smaller.lines = [
                    LeaseLine(
                        name: order.lines[0].name, shape: shape, count: 1, models: models, within: nil, pins: pins)
                ]
                let fitting = fits(smaller, now: now) ? smaller : underLowerCap(smaller, now: now)?.order
                guard var fitting else { continue }
                fitting.lines[0].count = unitCount(like: order, of: fitting, now: now)
                let at = fitting.cap == order.cap ? "" : " at \(fitting.cap.phrase)"
                return offer(.mostNow, "what fits now: \(fitting.summary)\(words)\(at)", fitting, now: now)
                    ?? mostUnderQuota(fitting, otherwise: words + at, now: now)
            }
        }
        return nil
    }
}

extension Book {
    /// How many of one unit, of which one fits, hold as many GPUs as an order asks for; or as many of them as fit.
    private func unitCount(like order: LeaseOrder, of one: LeaseOrder, now: Int64) -> Int {
        guard let single = try? planWhole(one, now: now).lease.promised.gpus, single > 0 else { return 1 }
        let wanted = order.lines.reduce(0) { $0 + $1.count * gpusOfUnit($1.shape) }
        var several = one
        several.lines[0].count = min(OrderLimits.partitionsMax, max(1, wanted / single))
        guard let sound = try? SoundOrder(several, in: self, now: max(now, time)) else { return 1 }
        return max(1, packing.place(sound.request).findings[0].placed)
    }

    /// GPUs of a unit on the platform that has most in it; 0 for power and MIG instances.
    private func gpusOfUnit(_ shape: PlacementShape) -> Int {
        func most(_ level: Level) -> Int {
            let domains = fleet.domains.filter { $0.level == level }
            return domains.map { domain in
                domain.nodes.count * fleet.platform(of: RackIndex(domain.racks.lowerBound)).gpusPerNode
            }.max() ?? 0
        }
        return switch shape {
        case .block: most(.block)
        case .rack, .nvl72: most(.rack)
        case .node: fleet.platforms.map(\.gpusPerNode).max() ?? 0
        case .gpus(let count): count
        case .mig, .power: 0
        }
    }
}

extension PowerCap {
    /// The cap in a few words.
    var phrase: String {
        switch self {
        case .watts(let watts): "\(watts) W for each GPU"
        case .percent(let percent): "\(percent) % of each model's maximum"
        }
    }
}

extension LeaseOrder {
    /// The lines in a few words.
    var summary: String {
        lines.map { line in
            if case .power(let watts, _) = line.shape { return "\(WattsText.rounded(watts)) of whole nodes" }
            let counts = ([line.count] + line.ramp.map(\.count)).drop { $0 == 0 }
            return counts.map { WattsText.grouped($0) }.joined(separator: ", then ") + " × \(line.shapeName)"
        }.joined(separator: " + ")
    }
}
