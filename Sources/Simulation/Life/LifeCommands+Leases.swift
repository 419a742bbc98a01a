// What is asked for: leases of every shape, with plans, and changes to them.

import FleetModel
import Leasing
import Packing

extension LifeCommands {
    mutating func request() -> Command {
        if let plan = plans.last, random.isOne(in: 4) {
            plans.removeLast()
            return .requestLeases([plan.order], planTokens: [plan.token])
        }
        let count = random.isOne(in: 5) ? random.pick(2...4) : 1
        let orders = (0..<count).map { _ in anyOrder() }
        if random.isOne(in: 6), let plan = try? book.plan(orders[0], now: now) {
            plans.append((orders[0], plan.token))
        }
        return .requestLeases(orders, planTokens: orders.map { _ in nil })
    }

    /// What is idle goes to opportunistic leases, and later somebody wants it.
    mutating func spot() -> Command {
        let (isFirm, nodes) = (random.isOne(in: 2), random.pick(2...9))
        let shape: PlacementShape = random.isOne(in: 4) ? .gpus(2) : .node
        var order = order(
            LeaseLine(name: "line", shape: shape, count: nodes, models: [], within: nil), tenant: tenant(),
            from: isFirm ? now + 2_400 : nil,
            until: now + 2_400 + [day, 9 * day].randomElement(using: &random)!, cap: .percent(40))
        if random.isOne(in: 4) { order.lines = [anyLine(0, hasSpares: false)] }
        order.contract = random.isOne(in: 3) ? contract(for: order.tenant) : nil
        order.leaseClass = isFirm ? .guaranteed : .opportunistic
        let found =
            (try? book.plan(order, now: now)) == nil ? book.preempting(order, now: now) : nil
        return .requestLeases([order], planTokens: [found?.planToken])
    }

    /// A contract that a tenant may lease under, now and then one that is not there.
    mutating func contract(for tenant: String) -> String? {
        if random.isOne(in: 10) { return "c9" }
        return book.contractNames.filter { book.contract($0)!.tenant.map { $0 == tenant } ?? true }
            .randomElement(using: &random)
    }

    mutating func anyOrder() -> LeaseOrder {
        let starts: [Int64?] = [nil, nil, nil, 1, hour, day, 20 * day]
        let start = starts.randomElement(using: &random)!.map { now + $0 }
        let lengths: [Int64] = [1, 600, hour, 5 * hour, day, 30 * day]
        let caps: [PowerCap] = [.watts(700), .watts(400), .percent(66), .percent(100), .watts(1_000)]
        let spares = random.isOne(in: 4) ? random.pick(1...2) : 0
        let tenant = tenant()
        var result = order(
            LeaseLine(name: "line", shape: .node, count: 1, models: [], within: nil), tenant: tenant, from: start,
            until: (start ?? now) + lengths.randomElement(using: &random)!,
            cap: caps.randomElement(using: &random)!, spares: spares,
            contract: random.isOne(in: 2) ? contract(for: tenant) : nil,
            sites: random.isOne(in: 5) ? ["west"] : random.isOne(in: 4) ? ["east"] : [])
        result.leaseClass = LeaseClass.allCases.randomElement(using: &random)!
        result.lines = (0..<(random.isOne(in: 4) ? 2 : 1)).map { anyLine($0, hasSpares: spares > 0) }
        if random.isOne(in: 3) {
            let start = start ?? now
            for index in result.lines.indices where random.isOne(in: 2) {
                result.lines[index].ramp = anyRamp(from: start, until: result.end)
                if random.isOne(in: 2) { result.lines[index].count = 0 }
            }
        }
        return result
    }

    /// Up to four steps up and down inside a window, now and then one outside it.
    mutating func anyRamp(from start: Int64, until end: Int64) -> [RampStep] {
        let times = (0..<random.pick(1...4)).map { _ in
            Int64.random(in: start...max(start, random.isOne(in: 20) ? end : end - 1), using: &random)
        }
        return Set(times).sorted().map { RampStep(at: $0, count: random.pick(0...4)) }
    }

    mutating func anyLine(_ place: Int, hasSpares: Bool) -> LeaseLine {
        let shapes: [PlacementShape] =
            hasSpares
            ? [.rack, .nvl72, .node, .block]
            : [
                .node, .node, .gpus(1), .gpus(2), .gpus(4), .gpus(8), .rack, .nvl72, .block,
                .power(meterWatts: 40_000, wholeSites: false),
            ]
        let shape = shapes.randomElement(using: &random)!
        var within: WithinLevel? = random.isOne(in: 3) ? WithinLevel.allCases.randomElement(using: &random)! : nil
        if hasSpares && shape == .node { within = .rack }
        let models =
            random.isOne(in: 3)
            ? [["H100"], ["H200"], ["GB200"], ["H100", "H200"]].randomElement(using: &random)! : []
        var line = LeaseLine(
            name: "line \(place)", shape: shape, count: shape == .block ? 1 : random.pick(1...4),
            models: models, within: within)
        if !hasSpares { makePartial(&line) }
        addTerms(&line)
        return line
    }

    /// Makes some lines ones of instances or of composed GPUs.
    mutating func makePartial(_ line: inout LeaseLine) {
        if random.isOne(in: 4) {
            let profiles = [("1g.10gb", 19), ("1g.10gb+me", 20), ("3g.40gb", 9), ("1g.18gb", 19), ("2g.47gb", 14)]
            let profile = profiles.randomElement(using: &random)!
            (line.profile, line.shape, line.models) = (profile.0, .mig(profileID: profile.1), [])
            line.count = random.pick(1...9)
        } else if random.isOne(in: 6) {
            line.shape = .gpus([3, 5, 6, 7, 2].randomElement(using: &random)!)
            line.isComposed = !random.isOne(in: 10)
        }
    }

    mutating func addTerms(_ line: inout LeaseLine) {
        if random.isOne(in: 5) {
            line.spread = LineSpread(
                over: LineSpread.Over.allCases.randomElement(using: &random)!,
                unitsMax: random.pick(1...2))
        }
        if random.isOne(in: 8) {
            let count = book.fleet.nodeCount
            let first = random.pick(0..<count)
            let last = random.pick(first..<count)
            line.pins = book.register.permanent([0..<min(first, 2), first..<last + 1].united())
        }
    }

    /// One or several changes to a lease, most of them to one that can be changed.
    mutating func amendment() -> Command {
        var live: [Lease] = []
        book.forEachLease { lease in
            if lease.partOf == nil && (lease.isInWindow || lease.state == .scheduled) { live.append(lease) }
            return true
        }
        guard let lease = live.randomElement(using: &random), !random.isOne(in: 12) else {
            return .amendLease(anyLease(), Amendment(extendBySeconds: hour))
        }
        var amendment = Amendment()
        if random.isOne(in: 3) {
            switch random.pick(0..<3) {
            case 0: amendment.extendBySeconds = [1, hour, day, 20 * day].randomElement(using: &random)!
            case 1: amendment.end = Int64.random(in: now...max(now, lease.end), using: &random)
            default: amendment.end = lease.end + Int64.random(in: 1...day, using: &random)
            }
        }
        if random.isOne(in: 3) {
            amendment.cap = [.watts(700), .watts(400), .watts(550), .percent(66), .percent(100), .percent(50)]
                .randomElement(using: &random)!
        }
        if random.isOne(in: 2) { amendment.lines = lineAmendments(of: lease) }
        if random.isOne(in: 2) {
            amendment.from = Int64.random(in: now...max(now, lease.end), using: &random)
        }
        if random.isOne(in: 4), let whole = book.wholeLease(lease.number) {
            amendment.ifMatch = random.isOne(in: 4) ? whole.revision - 1 : whole.revision
        }
        return .amendLease(lease.number, amendment)
    }

    mutating func lineAmendments(of lease: Lease) -> [LineAmendment] {
        var result: [LineAmendment] = []
        for line in lease.lines where random.isOne(in: 2) {
            let isRamp = random.isOne(in: 3)
            let ramp = anyRamp(from: max(now, lease.start), until: max(now, lease.end))
            let count = max(0, line.count + random.pick(-3...3))
            result.append(LineAmendment(name: line.name, change: isRamp ? .ramp(ramp) : .count(count)))
        }
        if random.isOne(in: 4) {
            var line = anyLine(lease.lines.count, hasSpares: lease.sparesPerDomain > 0)
            line.name = "line \(lease.lines.count)"
            result.append(LineAmendment(name: line.name, change: .added(line)))
        }
        return result
    }

    mutating func anyLease() -> UInt64 {
        UInt64.random(
            in: max(1, book.nextLeaseNumber - min(book.nextLeaseNumber, 25))...book.nextLeaseNumber,
            using: &random)
    }

    mutating func tenant() -> String { ["ada", "bob", "eve"].randomElement(using: &random)! }

    /// A guaranteed lease of one line.
    private func order(
        _ line: LeaseLine, tenant: String, from start: Int64? = nil, until end: Int64, cap: PowerCap, spares: Int = 0,
        contract: String? = nil, sites: [String] = []
    ) -> LeaseOrder {
        LeaseOrder(
            tenant: tenant, contract: contract, label: nil, leaseClass: .guaranteed, lines: [line], sites: sites,
            start: start, end: end, cap: cap, sparesPerDomain: spares)
    }
}
