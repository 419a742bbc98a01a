// The fewest moves that free whole domains.
//
// Every unit on a domain has to leave it, so a domain costs as many moves as units stand on it, and no plan has fewer
// than the cheapest domains together: that is the bound. Sets of domains are tried from the cheapest up until the
// units of one all find a place outside the set. When that takes too many tries, domains are freed one by one, cheapest
// first, and the bound says how far that may be from the best.

import FleetModel
import Packing

/// A domain that could be freed.
private struct Candidate {
    var domain: DomainIndex
    var nodes: Range<Int>
    /// What stands on it: a lease's line on a node, with the units there.
    var stands: [(lease: UInt64, line: Int, node: Int, units: Int)] = []

    var cost: Int { stands.reduce(0) { $0 + $1.units } }
}

/// One search for moves.
struct Defragmenter {
    /// Sets of domains that are tried before domains are freed one by one.
    private static let triesMax = 64
    private let book: Book
    private let query: DefragmentationQuery
    private let siteMask: UInt64
    private let platformMask: UInt64
    private var candidates: [Candidate] = []
    private var obstacles: [DefragmentationObstacle] = []
    /// Domains of the shape that are wholly free then.
    private var freeDomains: [Range<Int>] = []

    init(_ query: DefragmentationQuery, in book: Book, siteMask: UInt64, platformMask: UInt64) {
        (self.query, self.book, self.siteMask, self.platformMask) = (query, book, siteMask, platformMask)
        for (offset, domain) in book.fleet.domains.enumerated() where isOfShape(domain) { look(DomainIndex(offset)) }
        // Swift's sort is stable, so that equals stay in the fleet's order.
        candidates.sort { $0.cost < $1.cost }
        freeDomains = candidates.prefix { $0.cost == 0 }.map(\.nodes)
    }

    func run() -> Defragmentation {
        var result = best() ?? oneByOne()
        result.freeAnyway = min(freeDomains.count, result.freed.count)
        result.movesMin = candidates.prefix(result.freed.count).reduce(0) { $0 + $1.cost }
        result.freed.sort { $0.offset < $1.offset }
        guard result.freed.count < query.count else { return result }
        result.obstacles = obstacles
        let without = candidates.count - result.freed.count
        if without > 0 { result.obstacles.append(DefragmentationObstacle(kind: .noPlace, domainCount: without)) }
        result.obstacles.sort { $0.domainCount > $1.domainCount }
        return result
    }

    // MARK: Candidates

    private func isOfShape(_ domain: TopologyDomain) -> Bool {
        guard siteMask >> UInt64(domain.siteOffset) & 1 == 1, let platform = domain.platformOffset,
            platformMask >> UInt64(platform) & 1 == 1
        else { return false }
        let isRackScale = book.fleet.platforms[platform].isRackScale
        switch query.shape {
        case .block: return domain.level == .block
        case .rack: return domain.level == .rack && !isRackScale
        case .nvl72: return domain.level == .rack && isRackScale
        case .node, .gpus, .mig, .power: return false
        }
    }

    /// Takes a domain up among the candidates, or notes what stands in its way.
    private mutating func look(_ index: DomainIndex) {
        let nodes = book.fleet.domains[index.offset].nodes
        var candidate = Candidate(domain: index, nodes: nodes)
        var inTheWay: Set<UInt64> = []
        for node in nodes {
            guard isOpen(node) else { return note(.hardware) }
            var leases: [UInt64] = []
            var isKept = false
            book.packing.forEachBooking(of: NodeIndex(node)) { booking in
                guard booking.start < query.by + query.seconds, booking.until > query.by else { return }
                if booking.isMaintenance {
                    isKept = true
                } else if !leases.contains(booking.lease) {
                    leases.append(booking.lease)
                }
            }
            guard !isKept else { return note(.maintenance) }
            for number in leases.sorted() {
                guard let stands = stands(of: number, on: node, leaving: nodes) else {
                    inTheWay.insert(number)
                    continue
                }
                candidate.stands += stands
            }
        }
        guard inTheWay.isEmpty else { return inTheWay.sorted().forEach { note(.lease($0)) } }
        candidates.append(candidate)
    }

    /// Whether a node can be handed over at the wanted time.
    private func isOpen(_ node: Int) -> Bool {
        let packing = book.packing
        switch packing.health(of: NodeIndex(node)) {
        case .faulty, .validating, .draining: return false
        case .open, .cordoned:
            return packing.closedUntil(NodeIndex(node)) <= query.by && packing.notReadyModules(of: NodeIndex(node)) == 0
        }
    }

    /// What a lease has on a node, when all of it may leave a domain; nil otherwise.
    private func stands(
        of number: UInt64, on node: Int, leaving nodes: Range<Int>
    ) -> [(lease: UInt64, line: Int, node: Int, units: Int)]? {
        guard let lease = book.lease(number), book.mayBeMoved(lease), lease.sparesPerDomain == 0,
            lease.state == .scheduled || lease.state == .starting || lease.state == .active,
            moveWindow(of: lease) != nil
        else { return nil }
        var found: [(lease: UInt64, line: Int, node: Int, units: Int)] = []
        for (index, line) in lease.lines.enumerated() where line.holdings.uses(node) {
            switch line.shape {
            case .block, .rack, .nvl72, .power: return nil
            case .node: found.append((number, index, node, 1))
            case .gpus, .mig: found.append((number, index, node, line.unitNodes.count { $0 == node }))
            }
            guard let within = line.within else { continue }
            // All of the line stays inside one domain, which must be wider than the one that is to be freed.
            guard book.domain(of: node, at: within.level).count > nodes.count else { return nil }
        }
        return found
    }

    private mutating func note(_ kind: DefragmentationObstacle.Kind) {
        if let place = obstacles.firstIndex(where: { $0.kind == kind }) {
            obstacles[place].domainCount += 1
        } else {
            obstacles.append(DefragmentationObstacle(kind: kind, domainCount: 1))
        }
    }

    // MARK: Choosing

    /// The cheapest set of domains whose units all find a place, when it is found in some tries.
    private func best() -> Defragmentation? {
        guard candidates.count >= query.count else { return nil }
        let costs = candidates.map(\.cost)
        var open: [(cost: Int, places: [Int])] = [(costs.prefix(query.count).reduce(0, +), Array(0..<query.count))]
        var known = Set(open.map(\.places))
        for _ in 0..<Self.triesMax {
            guard
                let next = open.indices.min(by: {
                    (open[$0].cost, open[$0].places.last!) < (open[$1].cost, open[$1].places.last!)
                })
            else { return nil }
            let (cost, places) = open.remove(at: next)
            if let found = freeing(places.map { candidates[$0] }) { return found }
            // Every set is reached by letting one domain at a time make way for the next dearer one.
            for (index, place) in places.enumerated() {
                let later = place + 1
                guard later < candidates.count, index + 1 == places.count || places[index + 1] > later else { continue }
                var other = places
                other[index] = later
                if known.insert(other).inserted { open.append((cost + costs[later] - costs[place], other)) }
            }
        }
        return nil
    }

    /// As many domains as can be freed one after the other, cheapest first.
    private func oneByOne() -> Defragmentation {
        var (result, fork) = (Defragmentation(), book)
        for candidate in candidates where result.freed.count < query.count {
            let chosen = result.freed.map { book.fleet.domains[$0.offset].nodes } + [candidate.nodes]
            // A unit of an earlier domain may have come to stand here: freeing it again would move it twice.
            guard !result.moves.contains(where: { candidate.nodes.contains($0.to) }) else { continue }
            var trial = fork
            guard let moves = empty(candidate, of: &trial, keeping: chosen) else { continue }
            fork = trial
            result.moves += moves
            result.freed.append(candidate.domain)
        }
        return result
    }

    private func freeing(_ domains: [Candidate]) -> Defragmentation? {
        var (result, fork) = (Defragmentation(), book)
        let chosen = domains.map(\.nodes)
        for candidate in domains {
            guard let moves = empty(candidate, of: &fork, keeping: chosen) else { return nil }
            result.moves += moves
            result.freed.append(candidate.domain)
        }
        return result
    }

    // MARK: Moving

    /// Moves everything off a domain, to nodes outside `chosen` and outside domains that are free as a whole.
    private func empty(_ candidate: Candidate, of fork: inout Book, keeping chosen: [Range<Int>]) -> [PlannedMove]? {
        var moves: [PlannedMove] = []
        let kept = (chosen + freeDomains).united()
        for stand in candidate.stands {
            guard let lease = fork.lease(stand.lease), let window = moveWindow(of: lease) else { return nil }
            let allowed = places(of: lease.lines[stand.line], on: stand.node, of: lease).subtracting(kept)
            let found = fork.replacements(
                for: stand.node, of: lease, line: stand.line, at: window.lowerBound, elsewhere: allowed)
            guard found.count == stand.units else { return nil }
            for replacement in found {
                fork.apply(.memberReplaced(replacement))
                moves.append(
                    PlannedMove(
                        lease: stand.lease, from: stand.node,
                        to: fork.dense([IDRange(first: replacement.new, count: 1)])[0].lowerBound,
                        gpus: gpus(of: replacement, on: stand.node), window: window,
                        isRunning: lease.start <= window.lowerBound, turnRoundSeconds: lease.turnRoundSeconds))
            }
        }
        return moves
    }

    /// From when to when a lease can be moved so that what it leaves is turned round in time.
    private func moveWindow(of lease: Lease) -> ClosedRange<Int64>? {
        // What has not begun can be placed otherwise until it begins.
        let last = lease.start > book.time ? min(query.by, lease.start) : query.by - lease.turnRoundSeconds
        guard let clause = book.terms(of: lease)?.movable else { return book.time <= last ? book.time...last : nil }
        let agreed = clause.window(from: book.time + clause.noticeSeconds)
        return agreed.lowerBound <= last ? agreed.lowerBound...min(last, agreed.upperBound - 1) : nil
    }

    /// The nodes that a line's unit may lie on besides those where it is: the lease's sites, and the domain that the
    /// line stays in.
    private func places(of line: LeaseLine, on node: Int, of lease: Lease) -> [Range<Int>] {
        if let within = line.within { return [book.domain(of: node, at: within.level)] }
        let sites = book.fleet.domains.filter { domain in
            domain.level == .site
                && (lease.sites.isEmpty || lease.sites.contains(book.fleet.sites[domain.siteOffset].name))
        }
        return sites.map(\.nodes).coalesced()
    }

    private func gpus(of replacement: Replacement, on node: Int) -> Int {
        if let parts = replacement.parts {
            return parts.given.slices.count
                + parts.given.partitions.reduce(0) { $0 + $1.moduleMask.nonzeroBitCount }
        }
        let mask = replacement.oldModuleMask == 0 ? book.fleet.moduleMasks[node] : replacement.oldModuleMask
        return mask.nonzeroBitCount
    }
}

extension Book {
    /// The fewest moves found that free domains by a time; fewer domains than asked for when there is no more to be had.
    ///
    /// Nothing is moved. O(nodes of the shape's domains + tries × moves).
    public func defragmentation(for query: DefragmentationQuery, now: Int64) throws(Refusal) -> Defragmentation {
        var fork = self
        fork.begin(at: now)
        switch query.shape {
        case .block, .rack, .nvl72: break
        case .node, .gpus, .mig, .power:
            throw Refusal(.invalid, "whole domains are freed: block, rack or nvl72", pointer: "/shape")
        }
        guard query.by >= fork.time, query.by <= fork.time + OrderLimits.horizonSeconds else {
            throw Refusal(.invalid, "the time is from now on and at most 50 years ahead", pointer: "/by")
        }
        guard (1...OrderLimits.countMax).contains(query.count), query.seconds > 0 else {
            throw Refusal(.invalid, "at least one domain is freed, for at least a second", pointer: "/count")
        }
        let sites = try SoundOrder.siteMask(query.sites, in: fleet)
        let platforms = try SoundOrder.platformMask(query.models, in: fleet, pointer: "/gpu")
        return Defragmenter(query, in: fork, siteMask: sites, platformMask: platforms).run()
    }
}
