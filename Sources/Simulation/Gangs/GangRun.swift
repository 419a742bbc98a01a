// One rule at work on one stream of gangs.

import FleetModel
import Packing

/// The fleet under one rule. Every placement is booked in a `PackingState`, whose check decides for all rules alike
/// whether it is legal and powered.
struct GangRun {
    private let experiment: GangExperiment
    private let policy: GangPolicy
    private var rule: GangRule
    private var ground: GangGround
    private var state: PackingState
    private var outcome = GangOutcome()
    private var endings = EventQueue()
    private var leases: [(placement: LinePlacement, terms: BookingTerms, gpus: Int)] = []
    private var waiting: [GangRequest] = []
    private var firstWaiting = 0
    private var now: Int64
    private let lastArrival: Int64
    private var usedGPUs = 0

    init(experiment: GangExperiment, policy: GangPolicy, seed: UInt64) {
        self.experiment = experiment
        self.policy = policy
        rule = GangRule(policy: policy, random: SimulationRandom(seed: seed))
        ground = GangGround(fleet: experiment.fleet)
        state = PackingState(fleet: experiment.fleet)
        now = experiment.workload.requests.first?.arrivesAt ?? 0
        lastArrival = experiment.workload.requests.last?.arrivesAt ?? 0
    }

    private var fleet: Fleet { experiment.fleet }

    /// Lets time pass, with all gangs that end in it.
    mutating func pass(to time: Int64) {
        while let event = endings.removeFirst(until: time) {
            count(until: event.at)
            state.advance(to: now)
            let lease = leases[event.number]
            state.unbookNodes(lease.placement.wholeNodes, as: lease.terms)
            for part in lease.placement.partialNodes {
                state.unbookModules(part.moduleMask, of: part.node, as: lease.terms)
            }
            ground.apply(lease.placement, isTaken: false)
            usedGPUs -= lease.gpus
            serveQueue()
        }
        count(until: time)
        state.advance(to: now)
    }

    mutating func arrive(_ request: GangRequest) {
        outcome.asked += 1
        outcome.askedGPUs += request.gpus
        let offered = min(request.seconds, lastArrival - now)
        outcome.offeredGPUSeconds += Int64(request.gpus) * offered
        guard experiment.queues else {
            if !place(request) { noteRefusal(of: request) }
            return
        }
        waiting.append(request)
        serveQueue()
    }

    /// Ends the run. Where gangs queue, time goes on until all have been placed or nothing more ends.
    consuming func finish() -> GangOutcome {
        while experiment.queues, firstWaiting < waiting.count, let next = endings.first { pass(to: next.at) }
        outcome.decisionNanoseconds.sort()
        return outcome
    }

    private mutating func serveQueue() {
        while firstWaiting < waiting.count, place(waiting[firstWaiting]) {
            outcome.waitedSeconds += now - waiting[firstWaiting].arrivesAt
            firstWaiting += 1
        }
        if firstWaiting > 1_024 {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
    }

    private mutating func count(until time: Int64) {
        let end = min(time, lastArrival)
        if end > now {
            outcome.capacityGPUSeconds += Int64(fleet.gpuCount) * (end - now)
            outcome.usedGPUSeconds += Int64(usedGPUs) * (end - now)
        }
        now = max(now, time)
    }

    // MARK: Placing

    private mutating func place(_ request: GangRequest) -> Bool {
        let terms = BookingTerms(
            lease: UInt64(leases.count + 1), start: now, end: now + request.seconds, until: now + request.seconds,
            cap: .percent(experiment.capPercent))
        let began = ContinuousClock.now
        let choice = policy == .ours ? search(request, terms) : rule.choose(request, on: ground)
        let took = (ContinuousClock.now - began).components
        outcome.decisionNanoseconds.append(took.seconds * 1_000_000_000 + took.attoseconds / 1_000_000_000)
        guard let choice else { return false }
        if state.obstacle(to: [choice], as: terms, now: now) != nil {
            outcome.refusedForPower += 1
            return false
        }
        book(choice, terms, request)
        return true
    }

    private func search(_ request: GangRequest, _ terms: BookingTerms) -> LinePlacement? {
        let line = PlacementLine(
            shape: request.shape.placementShape, count: request.shape.count, platformMask: request.platformMask)
        let found = state.place(PlacementRequest(lines: [line], siteMask: .max, terms: terms, now: now))
        return found.isComplete ? found.lines[0] : nil
    }

    private mutating func book(_ choice: LinePlacement, _ terms: BookingTerms, _ request: GangRequest) {
        let gpus = choice.gpuCount(in: fleet)
        precondition(gpus == request.gpus, "a gang gets what it asked for")
        state.bookNodes(choice.wholeNodes, as: terms)
        for part in choice.partialNodes { state.bookModules(part.moduleMask, of: part.node, as: terms) }
        ground.apply(choice, isTaken: true)
        endings.add(leases.count, at: terms.end)
        leases.append((choice, terms, gpus))
        usedGPUs += gpus
        outcome.placed += 1
        outcome.placedGPUs += gpus
        noteSpan(of: choice, request)
    }

    // MARK: Measuring

    private mutating func noteRefusal(of request: GangRequest) {
        guard ground.freeGPUs(for: request) >= request.gpus else { return }
        outcome.refusedThoughFree += 1
        if outcome.usedPermilleAtFirstRefusal == nil {
            outcome.usedPermilleAtFirstRefusal = usedGPUs * 1_000 / fleet.gpuCount
        }
    }

    /// Blocks and racks touched by whole nodes, beside the fewest that hold as many.
    private mutating func noteSpan(of choice: LinePlacement, _ request: GangRequest) {
        guard case .nodes = request.shape else { return }
        let segments = fleet.rackSegments(of: choice.wholeNodes)
        let (nodes, racks) = (choice.nodeCount, segments.count)
        let groups = Set(segments.map { ground.groupOfRack[$0.rack.offset] }).count
        let rackSize = segments.map { fleet.racks[$0.rack.offset].nodes.count }.max() ?? 1
        let groupSize = segments.map { ground.nodesOfGroup[ground.groupOfRack[$0.rack.offset]] }.max() ?? 1
        outcome.racksSpanned += racks
        outcome.groupsSpanned += groups
        outcome.racksLeast += (nodes + rackSize - 1) / rackSize
        outcome.groupsLeast += (nodes + groupSize - 1) / groupSize
    }

    mutating func sample() {
        let report = state.report(at: now)
        var largest = 0
        for (group, racks) in ground.racksOfGroup.enumerated() {
            let gpus = fleet.platform(of: RackIndex(racks[0])).gpusPerNode
            largest = max(largest, ground.freeNodesOfGroup[group] * gpus)
        }
        outcome.samples.append(
            GangSample(
                at: now, freeGPUs: report.gpus.free, wholeBlocks: report.wholeBlocksLeft,
                wholeNVL72: report.wholeNVL72Left, wholeNodes: report.wholeNodesLeft, largestGPUs: largest,
                brokenPermille: ground.brokenPermille, strandedGPUs: report.strandedGPUs,
                strandedWatts: report.strandedWatts))
    }
}
