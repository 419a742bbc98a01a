// Leases that are bound to the hardware that their tenants hold already: nothing is searched for.

import FleetModel
import Packing

extension Book {
    /// The hardware that an order claims, line by line; nil when it claims none and is to be placed.
    ///
    /// - Throws: a refusal when it is not of the units that the lines say, not allowed, or not free over the whole window.
    func claimed(by sound: SoundOrder) throws(Refusal) -> [LinePlacement]? {
        let order = sound.order
        guard order.lines.contains(where: { $0.claim != nil }) else { return nil }
        var placements: [LinePlacement] = []
        for (index, line) in order.lines.enumerated() {
            let pointer = "/reservations/\(index)/hold"
            guard let claim = line.claim else {
                throw Refusal(
                    .invalid,
                    "line \(line.name) does not say what it holds, and others do; a lease is bound as a whole",
                    pointer: pointer)
            }
            guard line.ramp.isEmpty, line.within == nil, line.spread == nil, line.pins == nil else {
                throw Refusal(
                    .invalid, "a line that says what it holds has no ramp, within, spread or pin", pointer: pointer)
            }
            try checkUnits(of: line, claim, pointer)
            try checkModels(of: line, claim, order, pointer)
            placements.append(claim)
        }
        guard let what = packing.obstacle(to: placements, as: sound.parts[0].request.terms, now: sound.request.now)
        else {
            return placements
        }
        let obstacles = obstacles(to: placements, of: sound)
        let who = obstacles.isEmpty ? "" : ": " + obstacles.map { "\($0.name), \($0.message)" }.joined(separator: "; ")
        throw Refusal(
            .noCapacity, what.replacing("is no longer free", with: "is not free") + who, obstacles: obstacles)
    }

    /// Refuses hardware that is not whole units of a line's shape, as many as it counts.
    private func checkUnits(of line: LeaseLine, _ claim: LinePlacement, _ pointer: String) throws(Refusal) {
        func fail(_ why: String) -> Refusal { Refusal(.invalid, "line \(line.name): \(why)", pointer: pointer) }
        let units: Int
        switch line.shape {
        case .node: units = claim.wholeNodes.reduce(0) { $0 + $1.count }
        case .block, .rack, .nvl72:
            let level: Level = line.shape == .block ? .block : .rack
            var domains: [Range<Int>] = []
            for node in claim.wholeNodes.joined() where domains.last?.contains(node) != true {
                let domain = domain(of: node, at: level)
                guard claim.wholeNodes.intersecting([domain]) == [domain] else {
                    throw fail(
                        "not all of \(HardwarePaths([domain], in: fleet).paths.joined(separator: ", ")) is named")
                }
                let rack = fleet.racks[fleet.rackOfNode[node].offset]
                guard line.shape != .nvl72 || fleet.platforms[rack.platformOffset].traysPerNVLinkDomain != nil else {
                    throw fail("\(HardwarePaths([domain], in: fleet).paths.joined(separator: ", ")) is no NVL72 domain")
                }
                domains.append(domain)
            }
            units = domains.count
        case .gpus(let gpus):
            if let odd = claim.partialNodes.first(where: { $0.moduleMask.nonzeroBitCount != gpus }) {
                throw fail("\(fleet.nodeName(NodeIndex(odd.node))) is not named with \(gpus) GPUs of one partition")
            }
            units = claim.partialNodes.count
        case .mig(let profileID):
            if claim.slices.contains(where: { $0.profileID != profileID }) {
                throw fail("instances of another profile")
            }
            units = claim.slices.count
        case .power: throw fail("megawatts are not held; name the nodes in a line of nodes")
        }
        guard units == line.count, units > 0 else { throw fail("\(units) units are named, and \(line.count) counted") }
        guard units <= OrderLimits.partitionsMax || claim.partialNodes.isEmpty && claim.slices.isEmpty else {
            throw fail("at most \(OrderLimits.partitionsMax) parts of nodes in one line")
        }
    }

    /// Refuses hardware that the line's models, the order's sites or its cap do not allow.
    private func checkModels(
        of line: LeaseLine, _ claim: LinePlacement, _ order: LeaseOrder, _ pointer: String
    ) throws(Refusal) {
        let nodes = claim.wholeNodes + (claim.partialNodes.map(\.node) + claim.slices.map(\.node)).map { $0..<$0 + 1 }
        var seen: Set<Int> = []
        for range in nodes {
            for node in range where seen.insert(fleet.rackOfNode[node].offset).inserted {
                let rack = fleet.racks[fleet.rackOfNode[node].offset]
                let (site, platform) = (fleet.sites[rack.siteOffset].name, fleet.platforms[rack.platformOffset])
                let name = fleet.nodeName(NodeIndex(node))
                guard order.sites.isEmpty || order.sites.contains(site) else {
                    throw Refusal(.invalid, "\(name) is at \(site), which is not among the sites", pointer: pointer)
                }
                guard line.models.isEmpty || line.models.contains(platform.gpu) else {
                    throw Refusal(
                        .invalid,
                        "\(name) has \(platform.gpu), and line \(line.name) is of "
                            + line.models.joined(separator: ", "), pointer: pointer)
                }
                guard order.cap.isLegal(on: platform) else {
                    throw Refusal(.invalid, "\(platform.gpu) of \(name) does not take that cap", pointer: pointer)
                }
            }
        }
    }

    /// Leases and maintenance that hold some of the hardware over the window, for the provider.
    private func obstacles(to placements: [LinePlacement], of sound: SoundOrder) -> [Obstacle] {
        let order = sound.order
        var lines = order.lines
        for (index, placement) in placements.enumerated() { lines[index].holdings = Holdings(placement) }
        let part = Lease(
            number: Book.plannedLeaseNumber, tenant: order.tenant, contract: nil, label: nil,
            leaseClass: order.leaseClass, sites: [], cap: order.cap, sparesPerDomain: 0, lines: lines,
            start: sound.start, end: order.end, turnRoundSeconds: sound.turnRoundSeconds, state: .scheduled,
            promised: Capacity(), meterWatts: 0)
        var result: [Obstacle] = []
        for (number, start) in bookings(inTheWayOf: part, over: part.start..<part.until) where result.count < 8 {
            guard number < Booking.maintenanceFirst else {
                result.append(
                    Obstacle(
                        kind: .booking, name: "maintenance", from: start, until: nil,
                        message: "some of it is in maintenance then"))
                continue
            }
            let other = known(number)
            let name = naming.id(of: other.leaseNumber)
            guard !result.contains(where: { $0.name == name }) else { continue }
            let label = other.label.map { " (\($0))" } ?? ""
            result.append(
                Obstacle(
                    kind: .booking, name: name, from: other.start, until: other.until,
                    message: "\(other.tenant)\(label) holds some of it"))
        }
        return result
    }
}

/// What is to be in a book at once: tenants, contracts, and leases on the hardware that is held already.
public struct ImportOrder: Sendable {
    public var tenants: [(name: String, quota: Quota, share: QuotaShare, description: String)]
    public var contracts: [(name: String, terms: ContractTerms)]
    public var leases: [LeaseOrder]

    public init(
        tenants: [(name: String, quota: Quota, share: QuotaShare, description: String)] = [],
        contracts: [(name: String, terms: ContractTerms)] = [], leases: [LeaseOrder] = []
    ) {
        self.tenants = tenants
        self.contracts = contracts
        self.leases = leases
    }
}

extension Book {
    /// Takes all of it over, or nothing. A refusal may come after some of it has been applied, and says in `orderIndex` which
    /// lease it is about.
    mutating func decideImport(_ order: ImportOrder, _ step: inout Step) throws(Refusal) {
        for tenant in order.tenants {
            try decide(
                .putTenant(
                    name: tenant.name, quota: tenant.quota, share: tenant.share, description: tenant.description),
                &step)
        }
        for contract in order.contracts { try decideContract(contract.name, contract.terms, &step) }
        try decideLeases(order.leases, order.leases.map { _ in nil }, &step)
    }

    /// What would be in the way of each lease if those before it that can be were taken over, and the lease as it would be where
    /// nothing is. Nothing changes.
    public func planImport(
        _ order: ImportOrder, _ context: CommandContext
    ) throws(Refusal) -> (book: Book, leases: [Result<UInt64, Refusal>]) {
        var (fork, context) = (self, context)
        (context.now, context.idempotencyKey) = (max(context.now, time), nil)
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        let frame = ImportOrder(tenants: order.tenants, contracts: order.contracts)
        _ = try fork.execute(.importBook(frame), context)
        var leases: [Result<UInt64, Refusal>] = []
        for lease in order.leases {
            do throws(Refusal) {
                let outcome = try fork.execute(.requestLeases([lease], planTokens: [nil]), context).outcome
                leases.append(.success(outcome.leases[0]))
            } catch {
                leases.append(.failure(error))
            }
        }
        return (fork, leases)
    }
}
