// Why a request does not fit, and what would: searched on a published view, beside the writer.

import FleetModel
import HashTreeCollections
import Packing

/// Something that stands in the way of a request.
public struct Obstacle: Equatable, Sendable {
    public enum Kind: String, Sendable { case budget, fragmentation, booking, hardware, quota, clause, `class` }

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
        case smallerDomains = "smaller-domains"
        case otherSites = "other-sites"
        case preempting
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
        let now = max(now, time)
        guard let sound = try? SoundOrder(order, in: self, now: now) else { return Explanation() }
        if sound.parts.count > 1 { return explainRamp(sound, to: audience, now: now) }
        let outcome = packing.place(sound.request)
        var offers = counterOffers(to: order, sound, outcome, now: now)
        if let offer = offerPreempting(order, sound, now: now) { offers.append(offer) }
        return Explanation(obstacles: obstacles(to: order, sound, outcome, audience), counterOffers: offers)
    }

    /// What is in the way of an order, without what would be granted instead; nothing when it fits. As long as a few
    /// decisions.
    public func obstacles(to order: LeaseOrder, for audience: Audience, now: Int64) -> [Obstacle] {
        let now = max(now, time)
        guard let sound = try? SoundOrder(order, in: self, now: now), !fits(order, now: now) else { return [] }
        return obstacles(to: order, sound, packing.place(sound.request), audience)
    }

    // MARK: Obstacles

    private func obstacles(
        to order: LeaseOrder, _ sound: SoundOrder, _ outcome: PlacementOutcome, _ audience: Audience
    ) -> [Obstacle] {
        var result = quotaObstacles(to: sound, outcome, audience)
        for (index, finding) in outcome.findings.enumerated() where finding.placed < finding.wanted {
            result += obstacles(to: order.lines[index], finding, sound, audience)
        }
        return result
    }

    func obstacles(
        to line: LeaseLine, _ finding: LineFindings, _ sound: SoundOrder, _ audience: Audience
    ) -> [Obstacle] {
        var result: [Obstacle] = []
        let models = line.models.isEmpty ? "any model" : line.models.joined(separator: ", ")
        if finding.existing < finding.wanted {
            result.append(
                Obstacle(
                    kind: .hardware, name: line.name, from: nil, until: nil,
                    message: "only \(finding.existing) units of \(line.shapeName) on \(models) exist "
                        + place(of: line, in: sound)))
        } else if finding.closedNodes > 0 && audience == .provider {
            result.append(
                Obstacle(
                    kind: .hardware, name: line.name, from: sound.start, until: reopening(sound),
                    message: "\(finding.closedNodes) nodes are cordoned, draining, faulty or not ready"))
        }
        var finding = finding
        if case .power(let watts, true) = line.shape {
            let need = sound.wholeSiteNeed(of: line, in: self)
            if need.meterWatts > watts {
                result.append(
                    Obstacle(
                        kind: .budget, name: line.name, from: nil, until: nil,
                        message: "every accepted node would draw \(WattsText.rounded(need.meterWatts)) at the meter, "
                            + "more than the line's \(WattsText.rounded(watts))"))
            }
            for budget in need.shortBudgets where !finding.shortBudgets.contains(budget) {
                finding.shortBudgets.append(budget)
            }
        }
        result += shortages(of: finding.shortBudgets, for: line, sound, audience)
        if finding.free < finding.wanted {
            result += bookings(of: line, in: sound, audience)
            let (placeable, nodes) = (finding.free, finding.freeNodes)
            // Fragments are what is free beside the whole units.
            let unit = UnitKinds(fleet, sites: sound.order.sites).nodeCountMax(ofUnitsOf: line) ?? 1
            if line.isMadeOfWholeDomains && nodes > placeable * unit {
                let whole = "only \(placeable) whole units of \(line.shapeName) are"
                result.append(
                    Obstacle(
                        kind: .fragmentation, name: line.name, from: sound.start, until: sound.order.end,
                        message: audience == .provider ? "\(nodes) nodes are free, but \(whole)" : "\(whole) free"))
            }
        }
        if let spread = line.spread, finding.shortBudgets.isEmpty, finding.free >= finding.wanted {
            result.append(
                Obstacle(
                    kind: .fragmentation, name: line.name, from: sound.start, until: sound.order.end,
                    message: "\(finding.placed) units are free with at most \(spread.unitsMax) in each "
                        + spread.over.rawValue))
        }
        if result.isEmpty && finding.free < finding.wanted {
            result.append(
                Obstacle(
                    kind: .hardware, name: line.name, from: sound.start, until: sound.order.end,
                    message: "only \(WattsText.grouped(finding.free)) units of \(line.shapeName) are free "
                        + place(of: line, in: sound)))
        }
        if result.isEmpty {
            result.append(
                Obstacle(
                    kind: .hardware, name: line.name, from: nil, until: nil,
                    message: "nothing \(place(of: line, in: sound)) is made so that this line could lie in it"))
        }
        return result
    }

    /// The largest leases in the window on hardware that the line accepts.
    private func bookings(of line: LeaseLine, in sound: SoundOrder, _ audience: Audience) -> [Obstacle] {
        let terms = sound.request.terms
        let pins = line.pins.map { register.nodesLeft(of: $0) }
        let place = sound.order.lines.firstIndex { $0.name == line.name } ?? 0
        let platforms = fleet.platforms.indices.filter {
            packing.accepts(sound.request.lines[place], onPlatform: $0, as: terms)
        }
        // Few are named, so few are kept.
        var (named, areOthers) = ([Lease](), false)
        forEachLease { lease in
            guard !lease.state.isFinal, lease.start < terms.until, terms.start < lease.until,
                isInTheWay(lease, on: platforms, pinnedTo: pins, sound)
            else { return true }
            switch audience {
            case .provider: Self.keepLargest(lease, in: &named)
            case .tenant(lease.tenant): if named.count < Self.bookingsNamedMax { named.append(lease) }
            case .tenant: areOthers = true
            }
            return true
        }
        let kept = maintenance(over: terms.start, until: terms.until) { nodes in
            accepts(nodes, on: platforms, pinnedTo: pins, sound)
        }
        if audience != .provider && !kept.isEmpty { areOthers = true }
        let others = Obstacle(
            kind: .booking, name: "other commitments", from: nil, until: nil,
            message: "other commitments hold hardware in this window")
        let windows = audience == .provider ? kept.prefix(Self.bookingsNamedMax).map(obstacle) : []
        return named.map { booking($0, in: sound) } + windows + (areOthers ? [others] : [])
    }

    private static let bookingsNamedMax = 5

    /// Keeps the leases of most GPUs, of as many those with the lowest numbers; leases come in the order of theirs.
    private static func keepLargest(_ lease: Lease, in kept: inout [Lease]) {
        let place = kept.firstIndex { $0.promised.gpus < lease.promised.gpus } ?? kept.endIndex
        guard place < bookingsNamedMax else { return }
        kept.insert(lease, at: place)
        if kept.count > bookingsNamedMax { kept.removeLast() }
    }

    /// Whether a lease holds hardware of the platforms and at a site that a line accepts, among what it is pinned to.
    private func isInTheWay(
        _ lease: Lease, on platforms: [Int], pinnedTo pins: [Range<Int>]?, _ sound: SoundOrder
    ) -> Bool {
        lease.lines.contains { held in
            fleet.rackSegments(of: held.holdings.bookedNodes).contains {
                accepts($0.nodes, on: platforms, pinnedTo: pins, sound)
            }
                || held.holdings.sharedNodes.contains { accepts($0..<$0 + 1, on: platforms, pinnedTo: pins, sound) }
        }
    }

    /// Whether some nodes of one rack are such as a line accepts.
    private func accepts(
        _ nodes: Range<Int>, on platforms: [Int], pinnedTo pins: [Range<Int>]?, _ sound: SoundOrder
    ) -> Bool {
        let rack = fleet.rackOfNode[nodes.lowerBound]
        return sound.request.siteMask >> fleet.racks[rack.offset].siteOffset & 1 == 1
            && platforms.contains(fleet.racks[rack.offset].platformOffset)
            && pins.map { !$0.intersecting([nodes]).isEmpty } ?? true
    }

    /// Paths named of what a line is pinned to.
    private static let pinsNamedMax = 3

    /// Where a line may lie, in words: at the sites that it and its contract leave, among what it is pinned to.
    private func place(of line: LeaseLine, in sound: SoundOrder) -> String {
        let sites = fleet.sites.indices.filter { sound.request.siteMask >> $0 & 1 == 1 }.map { fleet.sites[$0].name }
        let here = sites.count == fleet.sites.count ? "at these sites" : "at \(sites.joined(separator: ", "))"
        guard let pins = line.pins else { return here }
        let paths = register.nodesLeft(of: pins).flatMap { nodes in
            // A whole domain by its own name: a site has more blocks than anybody reads.
            fleet.domains.first { $0.nodes == nodes }.map { [$0.path] } ?? HardwarePaths([nodes], in: fleet).paths
        }
        let rest = paths.count - Self.pinsNamedMax
        let named = paths.prefix(Self.pinsNamedMax).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        return "\(here) among \(named.isEmpty ? "the nodes" : named), which the line is pinned to"
    }

    private func obstacle(_ maintenance: Maintenance, _ window: Range<Int64>) -> Obstacle {
        Obstacle(
            kind: .booking, name: maintenance.name, from: window.lowerBound, until: window.upperBound,
            message: "maintenance of \(WattsText.grouped(maintenance.nodeCount)) nodes: \(maintenance.plan.reason)")
    }

    private func booking(_ lease: Lease, in sound: SoundOrder) -> Obstacle {
        let now = sound.request.now
        if sound.order.leaseClass.isFirm, let whole = self.lease(lease.leaseNumber), mayGiveWay(whole, now: now) {
            let from = now + (terms(of: whole)?.preemptionNoticeSeconds ?? 0) + whole.turnRoundSeconds
            return Obstacle(
                kind: .class, name: naming.id(of: lease.leaseNumber), from: lease.start, until: lease.until,
                message: "\(lease.tenant) holds \(lease.promised.phrase) as opportunistic, and gives way to a start at "
                    + "\(RFC3339.text(from)) or later")
        }
        return Obstacle(
            kind: .booking, name: naming.id(of: lease.leaseNumber), from: lease.start, until: lease.until,
            message: "\(lease.tenant) holds \(lease.promised.phrase)")
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
        case .mig: profile ?? "mig"
        case .power: "watts"
        }
    }

    var isMadeOfWholeDomains: Bool {
        switch shape {
        case .block, .rack, .nvl72: true
        case .node, .gpus, .mig, .power: false
        }
    }
}

extension Capacity {
    /// GPUs and instances in a few words.
    fileprivate var phrase: String {
        let gpus = gpus > 0 || migInstances == 0 ? "\(WattsText.grouped(gpus)) GPUs" : nil
        let instances = migInstances > 0 ? "\(WattsText.grouped(migInstances)) MIG instances" : nil
        return [gpus, instances].compactMap(\.self).joined(separator: " and ")
    }
}
