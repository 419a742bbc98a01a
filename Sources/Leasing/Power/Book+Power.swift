// Load targets, curtailments and orders as the book keeps them.

import FleetModel
import Packing

/// What the book knows of load targets, orders and the freeze.
struct PowerState: Sendable {
    /// By key.
    var targets: [LoadTarget] = []
    var orders = OrderTable()
    /// The number of the next order or notice.
    var nextNumber: UInt64 = 1
    /// Changes to the list of orders so far, from 1.
    var ordersIndex: UInt64 = 1
    var ordersChangedAt: UInt64 = 0
    var freeze: Freeze?
}

extension Book {
    /// Load targets that are kept, over or not, in the order of their keys.
    public var loadTargets: [LoadTarget] { power.targets }

    public func loadTarget(_ key: LoadTargetKey) -> LoadTarget? { power.targets.first { $0.key == key } }

    /// Why nothing starts or ends by time; nil when it does.
    public var freeze: Freeze? { power.freeze }

    /// The number of changes to the list of orders, from 1.
    public var ordersIndex: UInt64 { power.ordersIndex }

    /// Calls `body` for each order that is kept, in order of numbers, until it returns false.
    public func forEachOrder(_ body: (PowerOrder) throws -> Bool) rethrows {
        try power.orders.forEach(body)
    }

    /// Orders that are overdue. O(orders).
    public var overdueOrderCount: Int {
        var count = 0
        forEachOrder { order in
            if order.isOverdue { count += 1 }
            return true
        }
        return count
    }

    public func order(_ number: UInt64) -> PowerOrder? { power.orders[number] }

    /// Leases that a load target lowers, has lowered or will, in order of their numbers. O(leases).
    public func leases(loweredBy key: LoadTargetKey) -> [Lease] {
        leases(under: key).filter { $0.isLowered(by: key) }
    }

    /// Leases of which some step of a load target is kept, in order of their numbers. O(leases).
    public func leases(under key: LoadTargetKey) -> [Lease] {
        var found: [Lease] = []
        forEachLease { lease in
            if lease.curtailments.contains(where: { $0.target == key }) { found.append(lease) }
            return true
        }
        return found
    }

    /// What sources of a root give for all of its load targets.
    func sourceUses(of budget: String) -> [SourceUse] {
        power.targets.lazy.filter { $0.key.budget == budget }.flatMap(\.spent)
    }

    /// Days that a load target is kept after its end: permit hours are counted by the year.
    static let loadTargetDaysKept: Int64 = 400

    // MARK: Applying

    mutating func apply(_ target: LoadTarget) {
        power.targets.removeAll {
            $0.key == target.key
                || ($0.until < time - Book.loadTargetDaysKept * 86_400 && !$0.spent.contains { $0.rechargedAt > time })
        }
        // A target that ends as it begins never was.
        if target.until > target.start || !target.spent.isEmpty {
            let place = power.targets.firstIndex { target.key < $0.key } ?? power.targets.endIndex
            power.targets.insert(target, at: place)
        }
        refreshCeilings()
    }

    /// Puts the limits under the targets that are live or to come, and under what recharging batteries draw.
    mutating func refreshCeilings() {
        var ceilings: [Ceiling] = []
        for target in power.targets {
            guard let budget = fleet.budget(named: target.key.budget) else { continue }
            if target.until > time {
                var times = Set([target.start, target.until])
                for use in target.spent {
                    times.formUnion([use.start, use.end].filter { target.start < $0 && $0 < target.until })
                }
                let sorted = times.sorted()
                for (from, until) in zip(sorted, sorted.dropFirst()) {
                    let given = target.spent.reduce(0) { $0 + ($1.start <= from && from < $1.end ? $1.watts : 0) }
                    ceilings.append(
                        Ceiling(budget: budget, start: from, until: until, watts: target.watts + given))
                }
            }
            let steps = fleet.budgets[budget.offset].limitSteps
            for recharge in target.recharges where recharge.end > time {
                let least = steps.enumerated().filter { index, step in
                    step.at < recharge.end && (index + 1 == steps.count || steps[index + 1].at > recharge.start)
                }.map(\.element.watts).min()!
                ceilings.append(
                    Ceiling(
                        budget: budget, start: recharge.start, until: recharge.end, watts: least - recharge.watts))
            }
        }
        packing.setCeilings(ceilings)
    }

    /// Puts what a target does to a lease in place of what it did, and issues the orders that follow.
    mutating func applyCurtailment(of number: UInt64, _ target: LoadTargetKey, _ steps: [CurtailmentStep]) {
        var lease = known(number)
        if let due = lease.powerDueAt { agenda.remove(.leasePower(number), at: due) }
        if !lease.state.isFinal { commitDraw(of: lease, sign: -1) }
        lease.set(steps, of: target, notice: power.nextNumber)
        lease.settlePower(at: time)
        if !lease.state.isFinal { commitDraw(of: lease, sign: 1) }
        withdrawOrders(of: number, target)
        power.nextNumber += 1
        issueOrders(of: number, target, steps)
        replace(lease)
        if let due = lease.powerDueAt { agenda.add(.leasePower(number), at: due) }
    }

    /// Commits, or takes off, what curtailments change in the draw of a lease's bookings; with `ranges`, on these nodes alone.
    mutating func commitDraw(of lease: Lease, on ranges: [Range<Int>]? = nil, sign: Watts) {
        var changes: [(LinePlacement, [DrawChange], Range<Int64>)] = []
        lease.forEachDrawChange(in: fleet, on: ranges) { changes.append(($0, $1, $2)) }
        for (hardware, draw, window) in changes {
            let signed = draw.map { DrawChange(nodeWatts: sign * $0.nodeWatts, gpuWatts: sign * $0.gpuWatts) }
            packing.changeDraw(of: hardware, by: signed, over: window)
        }
    }

    // MARK: Orders

    /// Orders that are not yet due go; those whose deadline is past stay until what follows them is due.
    private mutating func withdrawOrders(of lease: UInt64, _ target: LoadTargetKey) {
        for order in power.orders.orders(ofLease: lease) where order.target == target && order.deadline >= time {
            remove(order)
        }
    }

    mutating func issueOrders(of lease: UInt64, _ target: LoadTargetKey, _ steps: [CurtailmentStep]) {
        for (index, step) in steps.enumerated() {
            if step.start >= time { issue(lease, target, at: step.start, percent: step.percent) }
            let isLast = index + 1 == steps.count || steps[index + 1].start > step.until
            if isLast, step.until >= time, step.until < .max { issue(lease, target, at: step.until, percent: nil) }
        }
    }

    private mutating func issue(_ lease: UInt64, _ target: LoadTargetKey, at deadline: Int64, percent: Int?) {
        let order = PowerOrder(
            number: power.nextNumber, lease: lease, target: target, deadline: deadline, percent: percent,
            issuedAt: time)
        power.nextNumber += 1
        put(order)
    }

    mutating func put(_ order: PowerOrder) {
        if let due = power.orders[order.number]?.overdueAt { agenda.remove(.orderOverdue(order.number), at: due) }
        power.orders.put(order)
        if let due = order.overdueAt { agenda.add(.orderOverdue(order.number), at: due) }
        noteOrdersChanged()
    }

    mutating func remove(_ order: PowerOrder) {
        if let due = order.overdueAt { agenda.remove(.orderOverdue(order.number), at: due) }
        power.orders.remove(order)
        noteOrdersChanged()
    }

    /// Orders of a lease that is over have nothing left to act on.
    mutating func removeOrders(of lease: UInt64) {
        for order in power.orders.orders(ofLease: lease) { remove(order) }
    }

    private mutating func noteOrdersChanged() {
        guard power.ordersChangedAt != revision else { return }
        power.ordersIndex += 1
        power.ordersChangedAt = revision
    }
}

extension Lease {
    /// Sets what a target does; an acknowledgement holds while the steps stay as they are.
    mutating func set(_ steps: [CurtailmentStep], of target: LoadTargetKey, notice: UInt64) {
        let place = curtailments.firstIndex { $0.target == target }
        if steps.isEmpty {
            if let place { curtailments.remove(at: place) }
        } else if let place {
            curtailments[place] = Curtailment(target: target, steps: steps, notice: notice)
        } else {
            curtailments.append(Curtailment(target: target, steps: steps, notice: notice))
        }
    }

    /// When one of its curtailments next begins or ends, or nil.
    var powerDueAt: Int64? {
        guard isInUse, !curtailments.isEmpty else { return nil }
        return curtailments.lazy.flatMap(\.steps).flatMap { [$0.start, $0.until] }
            .filter { powerSettledAt < $0 && $0 < end }.min()
    }

    /// When what its curtailments do next looks different, or nil: a step may follow another one of the same depth.
    var powerChangesAt: Int64? {
        var later = self
        while let due = later.powerDueAt {
            later.settlePower(at: due)
            if later.conditions != conditions || later.curtailmentLevels != curtailmentLevels { return due }
        }
        return nil
    }

    /// Whether its window is still to come or going on.
    private var isInUse: Bool { state == .scheduled || state == .starting || state == .active }

    /// Brings the condition that says so up to what its curtailments do at `time`.
    mutating func settlePower(at time: Int64) {
        powerSettledAt = time
        let since = conditions.first { $0.kind == .curtailed }?.since ?? time
        conditions.removeAll { $0.kind == .curtailed }
        guard isInUse, let level = percent(under: Array(curtailments.indices), at: time) else { return }
        let live = curtailments.filter { $0.steps.contains { $0.start <= time && time < $0.until } }
        let names = live.map { "\($0.target.id) on \($0.target.budget)" }.joined(separator: ", ")
        let what = level.percent == 0 ? "stopped" : "capped at \(level.percent) % of each model's maximum"
        conditions.append(Condition(kind: .curtailed, reason: "\(what) under load target \(names)", since: since))
    }
}
