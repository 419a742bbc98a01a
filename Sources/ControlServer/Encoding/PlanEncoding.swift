// What a plan would do, on the wire.

import ControlAPI
import FleetModel
import Leasing
import Packing

/// Writes the difference that a plan makes, for operators.
struct PlanEncoding {
    let change: PlannedChange
    /// The places of the commands that grant a lease, in order.
    let grantingCommands: [Int]
    /// Which of the leases touched are listed.
    let listed: Range<Int>

    func answer(micros: Int, cursor: (Int) -> String) -> PlanAnswer {
        let leases = change.leases
        let (before, after) = (change.before.figures(at: change.at), change.after.figures(at: change.at))
        let shown = listed.clamped(to: leases.indices)
        let earnings = change.earnings(of: leases, monthsMax: WireLimits.planMonthsMax)
        return PlanAnswer(
            at: Timestamp(change.at), planToken: PlanTokenText.text(change.token), micros: micros,
            leases: counts(leases), changes: leases[shown].map(answer),
            cursor: shown.upperBound < leases.count ? cursor(shown.upperBound) : nil,
            gpus: Comparison(ControlAPI.GPUCounts(before.report.gpus), ControlAPI.GPUCounts(after.report.gpus)),
            packing: Comparison(PlanPacking(before.report), PlanPacking(after.report)),
            budgets: zip(before.roots, after.roots).map { PlanBudget($0, $1) },
            tightest: before.tightest.flatMap { old in
                after.tightest.map { Comparison(PlanHeadroom(old), PlanHeadroom($0)) }
            },
            revenue: earnings.map {
                PlanRevenue(
                    month: String(RFC3339.text($0.start).prefix(7)), change: Money(currency: "USD", micros: $0.micros))
            },
            day: Comparison(PlanDay(before.day), PlanDay(after.day)), loadTargets: loadTargets,
            subleases: subleases)
    }

    private func counts(_ leases: [PlannedLease]) -> PlanLeaseCounts {
        var counts = PlanLeaseCounts()
        for lease in leases {
            if lease.before == nil { counts.appear += 1 }
            if lease.goes { counts.go += 1 }
            if let before = lease.before, before.state != lease.after.state { counts.changeState += 1 }
            if lease.isReduced(in: change.after.fleet) { counts.reduced += 1 }
            if lease.isCurtailedOtherwise { counts.curtailed += 1 }
            let lost = lease.lostNodes.count
            counts.nodesLost += lost
            if lost > 0 { counts.loseNodes += 1 }
            counts.nodesMoved += lease.replacedCount
            if lease.replacedCount > 0 { counts.moved += 1 }
        }
        return counts
    }

    private func answer(_ lease: PlannedLease) -> PlanLeaseChange {
        let (before, after, fleet) = (lease.before, lease.after, change.after.fleet)
        let place = change.granted.firstIndex(of: lease.number)
        let lost = lease.lostNodes.map { $0..<$0 + 1 }.coalesced()
        let schedule = lease.wholeAfter.schedule(in: fleet)
        return PlanLeaseChange(
            lease: before == nil ? nil : change.after.naming.id(of: lease.after.leaseNumber),
            command: place.map { grantingCommands[$0] }, tenant: after.tenant, label: after.label,
            stateBefore: lease.wholeBefore.map { ControlAPI.LeaseState($0.state) },
            stateAfter: ControlAPI.LeaseState(lease.wholeAfter.state),
            end: Timestamp(after.end), endBefore: before.map { Timestamp($0.end) },
            promised: ControlAPI.Capacity(lease.wholeAfter.promised),
            gpusDelivered: Comparison(lease.wholeBefore?.delivered.gpus ?? 0, lease.wholeAfter.delivered.gpus),
            capPercentBefore: before?.lowestPercent(from: change.at),
            capPercentAfter: after.lowestPercent(from: change.at),
            nodesLost: lost.isEmpty ? nil : HardwarePaths(lost, in: fleet).paths, nodesMoved: lease.replacedCount,
            schedule: schedule.isEmpty ? nil : schedule.map { ControlAPI.ScheduleStep($0) },
            allocation: before == nil ? after.lines.flatMap { LeaseHardware.paths(of: $0.holdings, in: fleet) } : nil)
    }

    private var subleases: [SubleaseAnswer]? {
        var last: [UInt64: SubleaseNote] = [:]
        for case .subleaseNoted(let note) in change.facts { last[note.sublease.number] = note }
        let encoding = SubleaseEncoding(book: change.after, role: .operator)
        let answers = last.keys.sorted().compactMap { number -> SubleaseAnswer? in
            let (sublease, event) = (last[number]!.sublease, last[number]!.event)
            // That an offer's time is over is no doing of the plan.
            guard event != .expired else { return nil }
            let state: ControlAPI.SubleaseState? =
                switch event {
                case .declined: .declined
                case .withdrawn: .withdrawn
                default: nil
                }
            return encoding.answer(sublease, as: state)
        }
        return answers.isEmpty ? nil : answers
    }

    private var loadTargets: [LoadTargetAnswer] {
        var keys: [LoadTargetKey] = []
        for fact in change.facts {
            if case .loadTargetSet(let target) = fact, !keys.contains(target.key) { keys.append(target.key) }
        }
        let encoding = LoadTargetEncoding(book: change.after, now: change.at)
        return keys.compactMap { change.after.loadTarget($0) }.map(encoding.answer)
    }
}

extension PlanPacking {
    fileprivate init(_ report: PackingReport) {
        self.init(
            wholeBlocksLeft: report.wholeBlocksLeft, wholeNvl72Left: report.wholeNVL72Left,
            wholeNodesLeft: report.wholeNodesLeft, largestShapeLeft: report.largestShapeLeft,
            strandedGpus: report.strandedGPUs, strandedWatts: Int(report.strandedWatts))
    }
}

extension PlanBudget {
    fileprivate init(_ before: RootFigures, _ after: RootFigures) {
        self.init(
            name: after.name, committedWatts: Comparison(Int(before.committedWatts), Int(after.committedWatts)),
            headroomWatts: Comparison(Int(before.headroomWatts), Int(after.headroomWatts)))
    }
}

extension PlanHeadroom {
    fileprivate init(_ figures: RootFigures) { self.init(budget: figures.name, watts: Int(figures.headroomWatts)) }
}

extension PlanDay {
    fileprivate init(_ day: DayFigures) {
        self.init(
            energyKWh: Int(day.joules / 3_600_000), cost: Money(currency: "USD", micros: day.costMicros),
            carbonGrams: Int(day.carbonGrams))
    }
}
