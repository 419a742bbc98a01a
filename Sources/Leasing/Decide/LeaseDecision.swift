// Deciding a request for leases: is it sound, is it within quota, and what does it get?

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Grants all orders or refuses with the first that cannot be granted.
    mutating func decideLeases(
        _ orders: [LeaseOrder], _ tokens: [[UInt8]?], _ step: inout Step
    ) throws(Refusal) {
        precondition(tokens.count == orders.count, "each order has its token or nil")
        guard orders.count <= OrderLimits.leasesMax else {
            throw Refusal(.invalid, "a batch has at most \(OrderLimits.leasesMax) leases", pointer: "/leases")
        }
        for (index, order) in orders.enumerated() {
            do throws(Refusal) {
                let sound = try SoundOrder(order, in: self, now: step.now)
                let planned = try tokens[index].map { token throws(Refusal) in
                    try self.planned(by: token, sound, now: step.now)
                }
                var notices: [PendingNotice] = []
                if let planned, !planned.giving.isEmpty {
                    notices = try giveWay(planned.giving, to: sound, planned.placements, &step)
                }
                let number = nextLeaseNumber
                try grant(sound, planned: planned?.placements, &step)
                serve(notices, for: number, &step)
            } catch {
                throw error.at(index)
            }
        }
    }

    /// The first part of the lease that `planWhole` gives.
    public func plan(_ order: LeaseOrder, now: Int64) throws(Refusal) -> (lease: Lease, token: [UInt8]) {
        let (whole, token) = try planWhole(order, now: now)
        return (whole.lease, token)
    }

    /// Decides an order without granting it: the lease it would get now.
    public func planWhole(_ order: LeaseOrder, now: Int64) throws(Refusal) -> (lease: WholeLease, token: [UInt8]) {
        var fork = self
        fork.begin(at: now)
        // A plan has no number yet: the next one would tell a tenant how many leases others take.
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        let sound = try SoundOrder(order, in: fork, now: fork.time)
        var step = Step(now: fork.time, actor: .daemon, reason: "")
        let placements = try fork.grant(sound, planned: nil, &step)
        let token = planToken(for: sound, placements: placements)
        let lease = fork.known(Book.plannedLeaseNumber)
        return (fork.whole(lease), token)
    }

    /// Refuses an order that could be granted at no time, whatever is free: one that is not sound.
    public func check(_ order: LeaseOrder, now: Int64) throws(Refusal) {
        _ = try SoundOrder(order, in: self, now: max(now, time))
    }

    /// Whether `plan` would find a lease for an order, found more quickly.
    func fits(_ order: LeaseOrder, now: Int64) -> Bool {
        guard order.lines.contains(where: { !$0.ramp.isEmpty }) else { return placed(order, now: now) != nil }
        return (try? planWhole(order, now: now)) != nil
    }

    /// The hardware that `plan` would find for an order without ramps, found more quickly; nil when it would find none.
    func placed(_ order: LeaseOrder, now: Int64) -> (request: PlacementRequest, lines: [LinePlacement])? {
        var fork = self
        fork.begin(at: now)
        guard let sound = try? SoundOrder(order, in: fork, now: fork.time), sound.parts.count == 1 else { return nil }
        var outcome = PlacementOutcome()
        fork.packing.place(sound.request, into: &outcome, explaining: false)
        guard outcome.isComplete else { return nil }
        let lines = sound.lines(of: sound.parts[0], holding: outcome.lines, in: fleet)
        guard (try? fork.checkQuota(of: sound, sound.parts[0], lines)) != nil else { return nil }
        return (sound.request, outcome.lines)
    }

    /// Grants all parts of an order, or refuses it; what it was granted, by part and line. A refusal may come after some
    /// parts have been applied.
    @discardableResult
    mutating func grant(
        _ sound: SoundOrder, planned: [[LinePlacement]]?, _ step: inout Step
    ) throws(Refusal) -> [[LinePlacement]] {
        let number = nextLeaseNumber
        guard sound.parts.count > 1 else {
            let part = sound.parts[0]
            if let planned {
                try checkPlanned(planned[0], as: part.request.terms, now: step.now)
                try grant(part, of: number, sound, planned[0], &step)
                return planned
            }
            let placements: [LinePlacement]
            if let claim = try claimed(by: sound) { placements = claim } else { placements = try place(sound) }
            try grant(part, of: number, sound, placements, &step)
            return [placements]
        }
        if let planned {
            for (part, placements) in zip(sound.parts, planned) {
                try checkPlanned(placements, as: part.request.terms, now: step.now)
                try grant(part, of: number, sound, placements, &step)
            }
            return planned
        }
        return try grantParts(of: sound, &step)
    }

    private func place(_ sound: SoundOrder) throws(Refusal) -> [LinePlacement] {
        // How much of it would fit is worked out beside the writer, by `explain`.
        var outcome = PlacementOutcome()
        packing.place(sound.request, into: &outcome, explaining: false)
        guard outcome.isComplete else {
            let short = outcome.findings.indices.first { outcome.findings[$0].placed < outcome.findings[$0].wanted }!
            throw Refusal(
                .noCapacity, "line \(sound.order.lines[short].name) does not fit over the whole window")
        }
        return outcome.lines
    }

    /// Commits the grant of one part, the first one being the lease; what starts now starts in the same step.
    mutating func grant(
        _ part: SoundPart, of number: UInt64, _ sound: SoundOrder, _ placements: [LinePlacement], _ step: inout Step
    ) throws(Refusal) {
        let order = sound.order
        let lines = sound.lines(of: part, holding: placements, in: fleet)
        try checkQuota(of: sound, part, lines)
        let promise = lines.promise(cap: order.cap, in: fleet)
        var lease = Lease(
            number: nextLeaseNumber, tenant: order.tenant, contract: order.contract, label: order.label,
            leaseClass: order.leaseClass, sites: order.sites, cap: order.cap, sparesPerDomain: order.sparesPerDomain,
            lines: lines, start: part.window.lowerBound, end: part.window.upperBound,
            turnRoundSeconds: sound.turnRoundSeconds, state: .scheduled, promised: promise.capacity,
            meterWatts: promise.meterWatts)
        if lease.number == number {
            commit(.leaseGranted(LeaseRecord(lease, register: register)), &step)
            step.outcome.leases.append(lease.number)
        } else {
            lease.partOf = number
            commit(.leasePartGranted(LeaseRecord(lease, register: register)), &step)
        }
        if lease.start <= step.now { start(lease.number, &step) }
    }
}

extension [LeaseLine] {
    /// What the lines promise together, at the rack and at the meters.
    func promise(cap: PowerCap, in fleet: Fleet) -> (capacity: Capacity, meterWatts: Watts) {
        var sum = MeterSum(sites: fleet.sites)
        var capacity = Capacity()
        for line in self {
            LeaseWatts.add(line.holdings, cap: cap, in: fleet, to: &sum)
            capacity.gpus += line.holdings.placement.gpuCount(in: fleet)
            capacity.migInstances += line.holdings.slices.count
        }
        capacity.watts = sum.rackWatts.reduce(0, +)
        return (capacity, sum.meterWatts())
    }
}
