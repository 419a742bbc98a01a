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
                let placements: [LinePlacement]
                if let token = tokens[index] {
                    placements = try planned(by: token, order: order, sound, now: step.now)
                } else {
                    placements = try place(sound)
                }
                try checkQuota(of: sound, placements)
                grant(sound, placements, &step)
            } catch {
                throw error.at(index)
            }
        }
    }

    /// Decides an order without granting it: the lease it would get now.
    public func plan(_ order: LeaseOrder, now: Int64) throws(Refusal) -> (lease: Lease, token: [UInt8]) {
        var fork = self
        fork.begin(at: now)
        let sound = try SoundOrder(order, in: fork, now: fork.time)
        let placements = try fork.place(sound)
        try fork.checkQuota(of: sound, placements)
        var step = Step(now: fork.time, actor: .daemon, reason: "")
        // A plan has no number yet: the next one would tell a tenant how many leases others take.
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        let number = fork.nextLeaseNumber
        fork.grant(sound, placements, &step)
        return (fork.known(number), planToken(order: order, placements: placements))
    }

    /// Refuses an order that could be granted at no time, whatever is free: one that is not sound.
    public func check(_ order: LeaseOrder, now: Int64) throws(Refusal) {
        _ = try SoundOrder(order, in: self, now: max(now, time))
    }

    /// Whether `plan` would find a lease for an order, found more quickly.
    func fits(_ order: LeaseOrder, now: Int64) -> Bool { placed(order, now: now) != nil }

    /// The hardware that `plan` would find for an order, found more quickly; nil when it would find none.
    func placed(_ order: LeaseOrder, now: Int64) -> (request: PlacementRequest, lines: [LinePlacement])? {
        var fork = self
        fork.begin(at: now)
        guard let sound = try? SoundOrder(order, in: fork, now: fork.time) else { return nil }
        var outcome = PlacementOutcome()
        fork.packing.place(sound.request, into: &outcome, explaining: false)
        guard outcome.isComplete, (try? fork.checkQuota(of: sound, outcome.lines)) != nil else { return nil }
        return (sound.request, outcome.lines)
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

    private func checkQuota(of sound: SoundOrder, _ placements: [LinePlacement]) throws(Refusal) {
        let order = sound.order
        let tenant = tenantsByName[order.tenant]!
        let lines = sound.lines(holding: placements, in: fleet)
        let promised = lines.promise(cap: order.cap, in: fleet)
        if let limit = tenant.quota.gpus {
            let held = tenant.gpuTimeline.peak(from: sound.start, until: order.end)
            let gpus = lines.reduce(promised.capacity.gpus) { $0 + $1.holdings.quotaGPUs(ofInstancesIn: fleet) }
            guard held + Int64(gpus) <= Int64(limit) else {
                throw Refusal(
                    .quotaExceeded,
                    "tenant \(order.tenant) may hold \(limit) GPUs and holds up to \(held) in this window; "
                        + "\(gpus) more are too many")
            }
        }
        if let limit = tenant.quota.watts {
            let held = tenant.wattTimeline.peak(from: sound.start, until: order.end)
            guard held + promised.capacity.watts <= limit else {
                throw Refusal(
                    .quotaExceeded,
                    "tenant \(order.tenant) may hold \(limit) W at the rack and holds up to \(held) W in this "
                        + "window; \(promised.capacity.watts) W more are too many")
            }
        }
    }

    /// Commits the grant; a lease that starts now starts in the same step.
    private mutating func grant(_ sound: SoundOrder, _ placements: [LinePlacement], _ step: inout Step) {
        let order = sound.order
        let lines = sound.lines(holding: placements, in: fleet)
        let promise = lines.promise(cap: order.cap, in: fleet)
        let lease = Lease(
            number: nextLeaseNumber, tenant: order.tenant, contract: order.contract, label: order.label,
            leaseClass: order.leaseClass, sites: order.sites, cap: order.cap, sparesPerDomain: order.sparesPerDomain,
            lines: lines, start: sound.start, end: order.end, turnRoundSeconds: sound.turnRoundSeconds,
            state: .scheduled, promised: promise.capacity, meterWatts: promise.meterWatts)
        commit(.leaseGranted(LeaseRecord(lease, register: register)), &step)
        step.outcome.leases.append(lease.number)
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
