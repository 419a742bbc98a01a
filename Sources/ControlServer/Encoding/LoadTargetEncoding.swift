// Load targets and orders on the wire.

import ControlAPI
import FleetModel
import Leasing
import Packing

/// Writes load targets of one book as they are at one time.
struct LoadTargetEncoding {
    let book: Book
    let now: Int64
    /// What is drawn on a domain now where it is measured, by readings; nil when none counts.
    var observed: (BudgetIndex) -> Watts? = { _ in nil }

    func answer(_ target: LoadTarget) -> LoadTargetAnswer {
        let state = state(of: target)
        let peaks = peaks(of: target)
        let drawn = state == .live ? book.fleet.budget(named: target.key.budget).flatMap(observed) : nil
        var orders = OrderCounts(issued: 0, acknowledged: 0, overdue: 0)
        book.forEachOrder { order in
            guard order.target == target.key else { return true }
            orders.issued += 1
            if order.acknowledgedAt != nil { orders.acknowledged += 1 }
            if order.isOverdue { orders.overdue += 1 }
            return true
        }
        return LoadTargetAnswer(
            budget: target.key.budget, id: target.key.id, kind: ControlAPI.LoadTargetKind(target.kind), state: state,
            watts: Int(target.watts), start: Timestamp(target.start), end: target.end.map { Timestamp($0) },
            restoreWattsPerMinute: target.restoreWattsPerMinute.map(Int.init), reason: target.reason,
            actor: target.actor, setAt: Timestamp(target.setAt), entitledWatts: peaks?.entitled,
            committedWatts: peaks?.committed, observedWatts: drawn.map { Int($0) },
            compliant: drawn.map { $0 <= target.watts + given(target) }, spent: target.spent.map(answer),
            lowered: lowered(by: target),
            unmet: target.unmet.map {
                UnmetAnswer(start: Timestamp($0.start), end: end($0.until), watts: Int($0.watts))
            },
            holdouts: target.holdouts.map {
                HoldoutAnswer(kind: HoldoutKind($0.kind), leases: $0.leases, watts: Int($0.watts))
            }, orders: orders)
    }

    func state(of target: LoadTarget) -> LoadTargetState {
        target.until <= now ? .over : target.start <= now ? .live : .scheduled
    }

    /// What sources give now.
    private func given(_ target: LoadTarget) -> Watts {
        target.spent.reduce(0) { $0 + ($1.start <= now && now < $1.end ? $1.watts : 0) }
    }

    /// The most that leases are entitled to and that is committed in what is left of its time.
    private func peaks(of target: LoadTarget) -> (entitled: Int, committed: Int)? {
        guard let index = book.fleet.budget(named: target.key.budget), target.until > now else { return nil }
        let budget = book.fleet.budgets[index.offset]
        let from = max(target.start, now, book.time)
        let entitled = book.packing.entitledPeak(of: index, from: from, until: target.until)
        let committed = book.packing.committedSteps(of: index, from: from, until: target.until).map(\.watts).max() ?? 0
        return (Int(budget.measuredWatts(rackWatts: entitled)), Int(budget.measuredWatts(rackWatts: committed)))
    }

    private func answer(_ use: SourceUse) -> SourceUseAnswer {
        SourceUseAnswer(
            source: use.source, start: Timestamp(use.start), end: Timestamp(use.end), watts: Int(use.watts),
            joules: Int(use.joules), rechargedAt: end(use.rechargedAt))
    }

    private func lowered(by target: LoadTarget) -> [LoweredLease] {
        // Parts of one lease that are lowered alike are one.
        var groups: [(steps: [CurtailmentStep], parts: [Lease])] = []
        for lease in book.leases(loweredBy: target.key) {
            let held = lease.curtailments.first { $0.target == target.key }!.steps
            if let place = groups.firstIndex(where: {
                $0.parts[0].leaseNumber == lease.leaseNumber && $0.steps == held
            }) {
                groups[place].parts.append(lease)
            } else {
                groups.append((held, [lease]))
            }
        }
        return groups.map { group in
            let lease = group.parts[0]
            let effect = group.parts.effect(of: target.key, in: book.fleet)
            return LoweredLease(
                lease: book.naming.id(of: lease.leaseNumber), tenant: lease.tenant,
                tier: book.curtailmentTerms(of: lease).tier,
                steps: steps(group.steps), watts: Int(effect.wattsMax), joules: Int(effect.joules))
        }.sorted { ($0.tier, $0.lease) < ($1.tier, $1.lease) }
    }

    func steps(_ steps: [CurtailmentStep]) -> [CurtailmentStepAnswer] {
        steps.map {
            CurtailmentStepAnswer(
                start: Timestamp($0.start), end: end($0.until), capPercent: $0.percent, breach: $0.isBreach)
        }
    }

    func answer(_ curtailment: Curtailment) -> CurtailmentAnswer {
        CurtailmentAnswer(
            budget: curtailment.target.budget, loadTarget: curtailment.target.id, steps: steps(curtailment.steps),
            notice: book.noticeID(of: curtailment), acknowledged: curtailment.acknowledgedAt != nil)
    }

    // MARK: Orders

    /// All orders that stand and can be told, in order of deadlines.
    func orders() -> [PowerOrder] {
        var orders: [PowerOrder] = []
        book.forEachOrder { order in
            if book.lease(order.lease) != nil, book.fleet.budget(named: order.target.budget) != nil {
                orders.append(order)
            }
            return true
        }
        return orders.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
    }

    func answer(_ order: PowerOrder) -> OrderAnswer? {
        guard let lease = book.lease(order.lease), let budget = book.fleet.budget(named: order.target.budget) else {
            return nil
        }
        let hardware = lease.hardware(under: budget, in: book.fleet)
        var caps: NamedCounts?
        if let percent = order.percent, percent > 0 {
            var watts = NamedCounts([:])
            for platform in hardware.platforms(in: book.fleet) {
                let lowest = max(platform.power.capWattsMin, platform.power.capWatts(percent: percent))
                watts[platform.gpu] = Int(min(lease.cap(at: order.deadline).watts(on: platform), lowest))
            }
            caps = watts
        }
        let action: OrderAction = order.percent == nil ? .lift : order.percent == 0 ? .stop : .cap
        return OrderAnswer(
            id: OrderID.text(order.number), action: action, deadline: Timestamp(order.deadline),
            capPercent: action == .cap ? order.percent : nil, capWattsPerGpu: caps,
            lease: book.naming.id(of: lease.leaseNumber), nodes: LeaseHardware.paths(of: hardware, in: book.fleet),
            budget: order.target.budget, loadTarget: order.target.id, issuedAt: Timestamp(order.issuedAt),
            acknowledgedAt: order.acknowledgedAt.map { Timestamp($0) }, overdue: order.isOverdue)
    }

    private func end(_ time: Int64) -> Timestamp? { time == .max ? nil : Timestamp(time) }
}

/// Ids of orders, which only the provider's people and programs see.
enum OrderID {
    static func text(_ number: UInt64) -> String { "o-\(number)" }
    static func number(_ text: String) -> UInt64? { text.hasPrefix("o-") ? UInt64(text.dropFirst(2)) : nil }
}

extension ControlAPI.LoadTargetKind {
    init(_ kind: Leasing.LoadTargetKind) {
        self =
            switch kind {
            case .economic: .economic
            case .physical: .physical
            }
    }
}

extension Leasing.LoadTargetKind {
    init(_ kind: ControlAPI.LoadTargetKind) {
        self =
            switch kind {
            case .economic: .economic
            case .physical: .physical
            }
    }
}

extension HoldoutKind {
    init(_ kind: Holdout.Kind) {
        self =
            switch kind {
            case .noClause: .noClause
            case .atFloor: .atFloor
            case .hoursUsed: .hoursUsed
            case .noticeTooShort: .noticeTooShort
            case .instances: .instances
            case .idleDraw: .idleDraw
            }
    }
}
