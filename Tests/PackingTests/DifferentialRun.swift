// One seeded run of requests and other events over one random fleet, the search beside the slow model.

import FleetModel
import Packing
@testable import Simulation

/// How often each kind of answer was given; a test that only ever refuses shows nothing.
struct AnswerTally {
    struct Counts {
        var granted = 0
        var refusedForSpace = 0
        var refusedForWatts = 0
    }

    var byShape: [String: Counts] = [:]
    var requests = 0
    var checksHeld = 0
    var checksRefused = 0

    mutating func add(_ other: AnswerTally) {
        requests += other.requests
        checksHeld += other.checksHeld
        checksRefused += other.checksRefused
        byShape.merge(other.byShape) { left, right in
            Counts(
                granted: left.granted + right.granted, refusedForSpace: left.refusedForSpace + right.refusedForSpace,
                refusedForWatts: left.refusedForWatts + right.refusedForWatts)
        }
    }
}

struct DifferentialRun {
    private struct LiveLease {
        var terms: BookingTerms
        var placements: [LinePlacement]
    }

    private var state: PackingState
    private var model: SlowModel
    private var gauge = PackingGauge()
    private var requests: RandomRequests
    private var leases: [LiveLease] = []
    private var remembered: [[LinePlacement]] = []
    private var now = RandomFleet.epoch
    /// Few in some runs, so that large shapes find room, and many in others.
    private let leasesMax: Int
    private(set) var tally = AnswerTally()

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let mood = BudgetMood.allCases[Int(seed % 3)]
        let fleet = try RandomFleet.make(&random, mood: mood, isLarge: seed % 16 == 0)
        leasesMax = [3, 6, 12][Int(seed / 3 % 3)]
        // One instruction set after another, of those that this machine has.
        let sets = InstructionSet.allCases.filter(\.isAvailable)
        state = PackingState(fleet: fleet, instructionSet: sets[Int(seed) % sets.count])
        model = SlowModel(fleet: fleet)
        requests = RandomRequests(fleet: fleet, random: random)
    }

    /// Runs `count` requests, with other events between them.
    mutating func run(requests count: Int) throws(Mismatch) {
        for step in 0..<count {
            do {
                if requests.random.chance(45) { try otherEvent() }
                try request()
                try checkGauge()
            } catch {
                throw Mismatch("step \(step): \(error.description)")
            }
        }
        try checkRules()
    }

    private mutating func checkRules() throws(Mismatch) {
        try RuleCheck.noModuleTwice(state, model)
        try RuleCheck.wattsWithinLimits(state, model)
        try RuleCheck.gpuCountsAddUp(state, model, now: now)
        let (report, expected) = (state.report(at: now), model.report(at: now, of: state))
        guard report == expected else { throw Mismatch("\(report) is not \(expected)") }
    }

    /// A report that follows the changes is the one that looks at everything.
    private mutating func checkGauge() throws(Mismatch) {
        let (report, expected) = (gauge.report(on: state, at: now), state.report(at: now))
        guard report == expected else { throw Mismatch("following the changes \(report) is not \(expected)") }
    }

    // MARK: Requests

    private mutating func request() throws(Mismatch) {
        let request = requests.request(now: now)
        let outcome = state.place(request)
        let expected = model.place(request)
        try compare(outcome, expected, request)
        var unexplained = PlacementOutcome()
        state.place(request, into: &unexplained, explaining: false)
        guard unexplained.isComplete == outcome.isComplete, !outcome.isComplete || unexplained.lines == outcome.lines
        else { throw Mismatch("\(request) is answered otherwise when nothing is to be explained") }
        count(request, outcome)
        if outcome.lines.contains(where: { $0.nodeCount > 0 }) {
            remembered.append(outcome.lines)
            if remembered.count > 6 { remembered.removeFirst() }
        }
        guard outcome.isComplete else { return }
        try RuleCheck.isLegal(outcome, for: request, in: model.fleet)
        if leases.count < leasesMax && requests.random.chance(85) {
            try book(LiveLease(terms: request.terms, placements: outcome.lines))
        }
    }

    private func compare(
        _ outcome: PlacementOutcome, _ expected: SlowAnswer, _ request: PlacementRequest
    ) throws(Mismatch) {
        let lines = zip(outcome.lines, outcome.findings).map { line, findings in
            SlowAnswer.Line(
                wholeNodes: line.wholeNodes.flatMap { Array($0) }, partitions: line.partialNodes, slices: line.slices,
                placed: findings.placed, isComplete: findings.placed >= findings.wanted)
        }
        guard outcome.isComplete == expected.isComplete, lines == expected.lines else {
            throw Mismatch("\(request)\n  got \(lines)\n  expected \(expected.lines)")
        }
    }

    private mutating func count(_ request: PlacementRequest, _ outcome: PlacementOutcome) {
        tally.requests += 1
        var name = "several lines"
        if request.lines.count == 1 {
            switch request.lines[0].shape {
            case .block: name = "block"
            case .rack: name = "rack"
            case .nvl72: name = "nvl72"
            case .node: name = "node"
            case .power(_, let wholeSites): name = wholeSites ? "power of whole sites" : "power"
            case .gpus(let size): name = PartialNode.isSize(size) ? "gpus \(size)" : "gpus composed"
            case .mig: name = "mig"
            }
        }
        if outcome.isComplete {
            tally.byShape[name, default: AnswerTally.Counts()].granted += 1
        } else if model.place(request, ignoringWatts: true).isComplete {
            tally.byShape[name, default: AnswerTally.Counts()].refusedForWatts += 1
        } else {
            tally.byShape[name, default: AnswerTally.Counts()].refusedForSpace += 1
        }
    }

    // MARK: Everything else

    private mutating func otherEvent() throws(Mismatch) {
        now += Int64(requests.random.pick(0...2))
        // Whether and when the state is moved on changes no answer.
        if requests.random.chance(60) { state.advance(to: now) }
        switch requests.random.pick(1...100) {
        case ...38: try release()
        case ...45: try giveOneNodeBack()
        case ...60: try endEarly()
        case ...75: try close()
        case ...82: setNotReady()
        default: try takeNamedHardware()
        }
    }

    private mutating func release() throws(Mismatch) {
        guard !leases.isEmpty else { return }
        // Leases whose time is over go first, as they would.
        let over = leases.firstIndex { $0.terms.until <= now }
        try unbook(leases.remove(at: over ?? requests.random.pick(0...leases.count - 1)))
    }

    private mutating func endEarly() throws(Mismatch) {
        guard !leases.isEmpty else { return }
        let index = requests.random.pick(0...leases.count - 1)
        let terms = leases[index].terms
        let end = terms.start + Int64(requests.random.pick(1...Int(terms.end - terms.start)))
        let until = min(terms.until, end + Int64(requests.random.pick(0...3)))
        var lease = leases.remove(at: index)
        try unbook(lease)
        lease.terms = BookingTerms(lease: terms.lease, start: terms.start, end: end, until: until, cap: terms.cap)
        try book(lease)
    }

    /// Takes one node off a lease that keeps the others, as a replacement does.
    private mutating func giveOneNodeBack() throws(Mismatch) {
        let choices = leases.indices.flatMap { lease in
            leases[lease].placements.indices.filter { !leases[lease].placements[$0].wholeNodes.isEmpty }
                .map { (lease: lease, line: $0) }
        }
        guard !choices.isEmpty else { return }
        let (lease, line) = requests.random.pick(from: choices)
        let nodes = leases[lease].placements[line].wholeNodes.flatMap { Array($0) }
        let node = requests.random.pick(from: nodes)
        state.unbookNodes([node..<node + 1], as: leases[lease].terms)
        model.holdings[node].removeAll { $0.lease == leases[lease].terms.lease }
        leases[lease].placements[line].wholeNodes = nodes.filter { $0 != node }.map { $0..<$0 + 1 }.coalesced()
        try checkRules()
    }

    private mutating func close() throws(Mismatch) {
        let node = requests.random.pick(0...model.fleet.nodeCount - 1)
        let health = requests.random.pick(from: NodeHealth.allCases)
        let until = requests.random.pick(from: [
            .min, .min, .min, .min, now, now + Int64(requests.random.pick(1...20)), .max,
        ])
        state.setHealth(health, of: NodeIndex(node), closedUntil: until)
        model.closedUntil[node] = until
        guard state.closedUntil(NodeIndex(node)) == until, state.health(of: NodeIndex(node)) == health else {
            throw Mismatch("node \(node) does not know that it is closed")
        }
    }

    private mutating func setNotReady() {
        let node = requests.random.pick(0...model.fleet.nodeCount - 1)
        let mask = requests.random.chance(70) ? 0 : UInt8(requests.random.pick(0...255)) & model.fleet.moduleMasks[node]
        state.setNotReadyModules(mask, of: NodeIndex(node))
        model.notReady[node] = mask
    }

    /// Asks whether hardware chosen earlier or at random can be had, and takes it when it can.
    private mutating func takeNamedHardware() throws(Mismatch) {
        let isRemembered = !remembered.isEmpty && requests.random.chance(60)
        let placements = isRemembered ? requests.random.pick(from: remembered) : requests.placements()
        let terms = requests.terms(now: now)
        guard accept(terms.cap, placements) else { return }
        let request = PlacementRequest(lines: [], siteMask: .max, terms: terms, now: now)
        let obstacle = state.obstacle(to: placements, as: terms, now: now)
        let canHold = model.canHold(placements, request)
        guard (obstacle == nil) == canHold else {
            throw Mismatch("\(placements) as \(terms): found \(obstacle ?? "no obstacle"), expected \(canHold)")
        }
        tally.checksHeld += canHold ? 1 : 0
        tally.checksRefused += canHold ? 0 : 1
        if canHold && leases.count < leasesMax { try book(LiveLease(terms: terms, placements: placements)) }
    }

    /// The check does not ask whether the cap is legal, so neither does this test.
    private func accept(_ cap: PowerCap, _ placements: [LinePlacement]) -> Bool {
        nodes(of: placements).allSatisfy { cap.isLegal(on: model.platform(of: $0)) }
    }

    private func nodes(of placements: [LinePlacement]) -> [Int] {
        placements.flatMap { $0.wholeNodes.flatMap { Array($0) } + $0.partialNodes.map(\.node) + $0.slices.map(\.node) }
    }

    // MARK: Booking in both

    private mutating func book(_ lease: LiveLease) throws(Mismatch) {
        for placement in lease.placements {
            if !placement.wholeNodes.isEmpty { state.bookNodes(placement.wholeNodes, as: lease.terms) }
            for partial in placement.partialNodes {
                state.bookModules(partial.moduleMask, of: partial.node, as: lease.terms)
            }
            for slice in placement.slices { state.bookSlice(slice, as: lease.terms) }
        }
        for holding in holdings(of: lease) { model.holdings[holding.node].append(holding) }
        leases.append(lease)
        try checkRules()
    }

    private mutating func unbook(_ lease: LiveLease) throws(Mismatch) {
        for placement in lease.placements.reversed() {
            for slice in placement.slices { state.unbookSlice(slice, as: lease.terms) }
            for partial in placement.partialNodes {
                state.unbookModules(partial.moduleMask, of: partial.node, as: lease.terms)
            }
            if !placement.wholeNodes.isEmpty { state.unbookNodes(placement.wholeNodes, as: lease.terms) }
        }
        for node in nodes(of: lease.placements) {
            model.holdings[node].removeAll { $0.lease == lease.terms.lease }
        }
        try checkRules()
    }

    private func holdings(of lease: LiveLease) -> [Holding] {
        lease.placements.flatMap { placement in
            let whole = placement.wholeNodes.flatMap { $0.map { ($0, model.fleet.moduleMasks[$0], false) } }
            let parts = placement.partialNodes.map { ($0.node, $0.moduleMask, true) }
            let slices = placement.slices.map { slice in
                var holding = holding(lease.terms, slice.node, slice.moduleMask, isPartition: false)
                holding.slice = HeldSlice(slice, on: model.platform(of: slice.node))
                return holding
            }
            return slices + (whole + parts).map { holding(lease.terms, $0.0, $0.1, isPartition: $0.2) }
        }
    }

    private func holding(_ terms: BookingTerms, _ node: Int, _ modules: UInt8, isPartition: Bool) -> Holding {
        let power = model.platform(of: node).power
        let capWatts: Watts
        switch terms.cap {
        case .watts(let watts): capWatts = watts
        case .percent(let percent): capWatts = power.capWattsMax * Watts(percent) / 100
        }
        return Holding(
            lease: terms.lease, node: node, modules: modules, start: terms.start, until: terms.until,
            capWatts: capWatts,
            isPartition: isPartition)
    }
}

extension PartialNode {
    /// Whether a partition may have so many GPUs.
    static func isSize(_ gpuCount: Int) -> Bool { [1, 2, 4, 8].contains(gpuCount) }
}
