// Why a request does not fit, and what would: searched on a published view, beside the writer.

import FleetModel
import HashTreeCollections
import Packing

/// Something that stands in the way of a request.
public struct Obstacle: Equatable, Sendable {
    public enum Kind: String, Sendable { case budget, fragmentation, booking, hardware, quota }

    public let kind: Kind
    public let name: String
    public let from: Int64?
    public let until: Int64?
    public let message: String
}

/// A request like the one that was refused, that would be granted now.
public struct CounterOffer: Sendable {
    public enum Kind: String, Sendable {
        case mostNow = "most-now"
        case earliestStart = "earliest-start"
        case lowerCap = "lower-cap"
        case otherSites = "other-sites"
    }

    public let kind: Kind
    public let message: String
    public let order: LeaseOrder
    public let planToken: [UInt8]
}

/// Who is told: a tenant learns nothing of others.
public enum Audience: Equatable, Sendable {
    case provider
    case tenant(String)
}

/// The obstacles to a request and what would be granted instead.
public struct Explanation: Sendable {
    public var obstacles: [Obstacle] = []
    public var counterOffers: [CounterOffer] = []
}

extension Book {
    /// Explains a refusal for want of capacity or quota. Changes nothing; takes as long as some tens of decisions.
    public func explain(_ order: LeaseOrder, to audience: Audience, now: Int64) -> Explanation {
        var explanation = Explanation()
        let now = max(now, time)
        guard let sound = try? SoundOrder(order, in: self, now: now) else { return explanation }
        let outcome = packing.place(sound.request)
        for (index, finding) in outcome.findings.enumerated() where finding.placed < finding.wanted {
            explanation.obstacles += obstacles(to: order.lines[index], finding, sound, audience)
        }
        if outcome.isComplete { explanation.obstacles.append(quotaObstacle(order)) }
        explanation.counterOffers = counterOffers(to: order, sound, outcome, now: now)
        return explanation
    }

    // MARK: Obstacles

    private func obstacles(
        to line: LeaseLine, _ finding: LineFindings, _ sound: SoundOrder, _ audience: Audience
    ) -> [Obstacle] {
        var result: [Obstacle] = []
        let models = line.models.isEmpty ? "any model" : line.models.joined(separator: ", ")
        if finding.existing < finding.wanted {
            result.append(
                Obstacle(
                    kind: .hardware, name: line.name, from: nil, until: nil,
                    message: "only \(finding.existing) units of \(line.shapeName) on \(models) exist at these sites"))
        } else if finding.closedNodes > 0 && audience == .provider {
            result.append(
                Obstacle(
                    kind: .hardware, name: line.name, from: nil, until: nil,
                    message: "\(finding.closedNodes) nodes are cordoned, draining, faulty or not ready"))
        }
        var finding = finding
        if case .power(let watts, let wholeSites) = line.shape {
            let need = sound.wholeSiteNeed(of: line, in: self)
            if need.meterWatts > watts {
                let sites = wholeSites ? "every accepted node" : "\(WattsText.grouped(finding.wanted)) nodes"
                result.append(
                    Obstacle(
                        kind: .budget, name: line.name, from: nil, until: nil,
                        message: "\(sites) would draw \(WattsText.rounded(need.meterWatts)) at the meter, "
                            + "more than the line's \(WattsText.rounded(watts))"))
            }
            for budget in need.shortBudgets where !finding.shortBudgets.contains(budget) {
                finding.shortBudgets.append(budget)
            }
        }
        for budget in finding.shortBudgets { result.append(shortage(of: budget, sound, audience)) }
        if finding.free < finding.wanted {
            result += bookings(in: sound, audience)
            let (placeable, nodes) = (finding.free, finding.freeNodes)
            if nodes > 0 && line.isMadeOfWholeDomains {
                let free = audience == .provider ? "\(nodes) nodes are free, but " : ""
                result.append(
                    Obstacle(
                        kind: .fragmentation, name: line.name, from: nil, until: nil,
                        message: "\(free)only \(placeable) whole units of \(line.shapeName) are"))
            }
        }
        return result
    }

    private func shortage(of budget: BudgetIndex, _ sound: SoundOrder, _ audience: Audience) -> Obstacle {
        let domain = fleet.budgets[budget.offset]
        guard audience == .provider else {
            return Obstacle(
                kind: .budget, name: domain.kind.rawValue, from: nil, until: nil,
                message: "other commitments leave too little \(domain.kind.rawValue)")
        }
        let terms = sound.request.terms
        let left = packing.headroom(of: budget, from: terms.start, until: terms.until)
        let measured = domain.measuredWatts(rackWatts: max(0, left))
        let tight = tightest(budget, terms)
        return Obstacle(
            kind: .budget, name: domain.name, from: tight.lowerBound, until: tight.upperBound,
            message: "only \(WattsText.rounded(measured)) are left of \(WattsText.rounded(domain.limit(at: tight.lowerBound)))")
    }

    /// The stretch of the window in which a budget has least left.
    private func tightest(_ budget: BudgetIndex, _ terms: BookingTerms) -> Range<Int64> {
        let limits = fleet.budgets[budget.offset].rackLimitSteps.map(\.at)
        let committed = packing.committedTimeline(of: budget).steps(from: terms.start, until: terms.until)
        let times = Set(committed.map(\.at) + limits.filter { $0 > terms.start && $0 < terms.until }).sorted()
        var least: (left: Watts, range: Range<Int64>) = (.max, terms.start..<terms.until)
        for (offset, time) in times.enumerated() {
            let end = offset + 1 < times.count ? times[offset + 1] : terms.until
            let left = packing.headroom(of: budget, from: time, until: time + 1)
            if left < least.left {
                least = (left, time..<end)
            } else if left == least.left && least.range.upperBound == time {
                least.range = least.range.lowerBound..<end
            }
        }
        return least.range
    }

    /// The largest leases in the window on the accepted sites.
    private func bookings(in sound: SoundOrder, _ audience: Audience) -> [Obstacle] {
        var overlapping: [Lease] = []
        forEachLease { lease in
            let terms = sound.request.terms
            if !lease.state.isFinal, lease.start < terms.until, terms.start < lease.until { overlapping.append(lease) }
            return true
        }
        if case .tenant(let name) = audience {
            let own = overlapping.filter { $0.tenant == name }
            let others =
                own.count == overlapping.count
                ? [] : [Obstacle(kind: .booking, name: "other commitments", from: nil, until: nil,
                    message: "other commitments hold hardware in this window")]
            return own.prefix(5).map(booking) + others
        }
        overlapping.sort {
            $0.promised.gpus != $1.promised.gpus ? $0.promised.gpus > $1.promised.gpus : $0.number < $1.number
        }
        return overlapping.prefix(5).map(booking)
    }

    private func booking(_ lease: Lease) -> Obstacle {
        Obstacle(
            kind: .booking, name: naming.id(of: lease.number), from: lease.start, until: lease.until,
            message: "\(lease.tenant) holds \(WattsText.grouped(lease.promised.gpus)) GPUs")
    }

    private func quotaObstacle(_ order: LeaseOrder) -> Obstacle {
        let quota = tenant(order.tenant)?.quota ?? Quota()
        var limits: [String] = []
        if let gpus = quota.gpus { limits.append("\(WattsText.grouped(gpus)) GPUs") }
        if let watts = quota.watts { limits.append("\(WattsText.rounded(watts)) at the rack") }
        return Obstacle(
            kind: .quota, name: order.tenant, from: nil, until: nil,
            message: "the quota is \(limits.joined(separator: " and "))")
    }

    // MARK: Counter-offers

    private func counterOffers(
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
            if let offer = offer(.otherSites, "all of it now, at any site", anywhere, now: now) { offers.append(offer) }
        }
        if !outcome.isComplete, let later = earliestStart(order, sound, now: now) { offers.append(later) }
        if offers.isEmpty, let smaller = smallerShape(order, now: now) { offers.append(smaller) }
        return offers
    }

    private func offer(_ kind: CounterOffer.Kind, _ message: String, _ order: LeaseOrder, now: Int64) -> CounterOffer? {
        guard let plan = try? plan(order, now: now) else { return nil }
        return CounterOffer(kind: kind, message: message, order: order, planToken: plan.token)
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
    }

    private func mostUnderQuota(_ order: LeaseOrder, now: Int64) -> CounterOffer? {
        // All lines shrink by the same share; the largest share that the quota allows is found by halving.
        var (low, high) = (0, 1_000)
        var best: CounterOffer?
        while low < high {
            let permille = (low + high + 1) / 2
            var smaller = order
            for index in smaller.lines.indices {
                if case .power(let watts, _) = order.lines[index].shape {
                    smaller.lines[index].shape = .power(
                        meterWatts: max(1, watts * Watts(permille) / 1_000), wholeSites: false)
                } else {
                    smaller.lines[index].count = order.lines[index].count * permille / 1_000
                }
            }
            smaller.lines.removeAll { $0.count == 0 }
            let found =
                smaller.lines.isEmpty
                ? nil : offer(.mostNow, "the most that the quota allows now: \(smaller.summary)", smaller, now: now)
            if let found {
                best = found
                low = permille
            } else if smaller.lines.isEmpty {
                low = permille
            } else {
                high = permille - 1
            }
        }
        return best
    }

    private func lowerCap(_ order: LeaseOrder, now: Int64) -> CounterOffer? {
        let highest: Int
        switch order.cap {
        case .watts(let watts): highest = Int(watts) - 1
        case .percent(let percent): highest = percent - 1
        }
        func capped(_ value: Int) -> LeaseOrder {
            var lower = order
            lower.cap =
                switch order.cap {
                case .watts: .watts(Watts(value))
                case .percent: .percent(value)
                }
            return lower
        }
        var (low, high) = (1, highest)
        var best: Int?
        while low <= high {
            let middle = (low + high) / 2
            if (try? plan(capped(middle), now: now)) != nil {
                best = middle
                low = middle + 1
            } else if isIllegal(capped(middle).cap, order) {
                low = middle + 1
            } else {
                high = middle - 1
            }
        }
        guard let best else { return nil }
        let unit =
            switch order.cap {
            case .watts: "W for each GPU"
            case .percent: "% of each model's maximum"
            }
        return offer(.lowerCap, "all of it now at \(best) \(unit)", capped(best), now: now)
    }

    /// Whether a cap is too low for every accepted model.
    private func isIllegal(_ cap: PowerCap, _ order: LeaseOrder) -> Bool {
        let models = Set(order.lines.flatMap(\.models))
        return !fleet.platforms.contains { (models.isEmpty || models.contains($0.gpu)) && cap.isLegal(on: $0) }
    }

    /// The first end of a lease in the way at which all of it fits, of the next 48.
    private func earliestStart(_ order: LeaseOrder, _ sound: SoundOrder, now: Int64) -> CounterOffer? {
        var times: [Int64] = []
        forEachLease { lease in
            if !lease.state.isFinal && lease.until > sound.start { times.append(lease.until) }
            return true
        }
        for time in Set(times).sorted().prefix(48) {
            var later = order
            later.start = time
            later.end = order.end - sound.start + time
            if let offer = offer(.earliestStart, "all of it from a later start", later, now: now) { return offer }
        }
        return nil
    }

    /// The largest single unit of a smaller shape that fits now.
    private func smallerShape(_ order: LeaseOrder, now: Int64) -> CounterOffer? {
        let shapes: [PlacementShape] = [.block, .nvl72, .rack, .node, .gpus(8), .gpus(4), .gpus(2), .gpus(1)]
        for sites in order.sites.isEmpty ? [[]] : [order.sites, []] {
            for shape in shapes {
                var smaller = order
                smaller.sites = sites
                smaller.sparesPerDomain = 0
                let models = order.lines.count == 1 ? order.lines[0].models : []
                smaller.lines = [LeaseLine(name: order.lines[0].name, shape: shape, count: 1, models: models, within: nil)]
                if let offer = offer(.mostNow, "the most that fits now: \(smaller.summary)", smaller, now: now) {
                    return offer
                }
            }
        }
        return nil
    }
}

extension LeaseLine {
    /// The shape in a word.
    public var shapeName: String {
        switch shape {
        case .block: "block"
        case .rack: "rack"
        case .nvl72: "nvl72"
        case .node: "node"
        case .gpus(let count): "gpu×\(count)"
        case .power: "watts"
        }
    }

    var isMadeOfWholeDomains: Bool {
        switch shape {
        case .block, .rack, .nvl72: true
        case .node, .gpus: within != nil
        case .power: false
        }
    }
}

extension LeaseOrder {
    /// The lines in a few words.
    var summary: String {
        lines.map { line in
            if case .power(let watts, _) = line.shape { return "\(WattsText.rounded(watts)) of whole nodes" }
            return "\(WattsText.grouped(line.count)) × \(line.shapeName)"
        }.joined(separator: " + ")
    }
}
