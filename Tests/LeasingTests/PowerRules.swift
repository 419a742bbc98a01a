// What load targets do, worked out again GPU by GPU from what each lease says of its curtailments.

import FleetModel
import Packing

@testable import Leasing

enum PowerRules {
    /// The instants at which something of load targets changes.
    static func instants(_ live: [Lease], _ book: Book) -> Set<Int64> {
        var result: Set<Int64> = []
        for target in book.loadTargets {
            result.formUnion([target.start, target.until])
            for use in target.spent { result.formUnion([use.start, use.end]) }
        }
        for lease in live {
            for step in lease.curtailments.flatMap(\.steps) { result.formUnion([step.start, step.until]) }
        }
        return result.filter { $0 > book.time && $0 < .max }
    }

    /// What each budget carries with curtailments, given what it would carry without them.
    static func drawn(_ entitled: [Watts], _ live: [Lease], _ fleet: Fleet, at instant: Int64) -> [Watts] {
        var sums = entitled
        for lease in live where lease.start <= instant && instant < lease.until && !lease.curtailments.isEmpty {
            let whole = Set(lease.lines.flatMap(\.holdings.bookedNodes).flatMap { Array($0) })
            for (node, mask) in BookRules.held(lease, fleet) {
                let platform = fleet.platform(of: NodeIndex(node))
                guard let percent = lowest(lease, node, fleet, at: instant) else { continue }
                let cap = lease.cap(at: instant).watts(on: platform)
                let power = platform.power
                var less: Watts
                if percent > 0 {
                    let lowered = min(cap, max(power.capWattsMin, power.capWattsMax * Watts(percent) / 100))
                    less =
                        Watts(mask.nonzeroBitCount) * (max(cap, power.gpuIdleWatts) - max(lowered, power.gpuIdleWatts))
                } else if whole.contains(node) {
                    less = power.nodeOverheadWatts + Watts(platform.gpusPerNode) * cap - power.nodeIdleWatts
                } else {
                    less = Watts(mask.nonzeroBitCount) * max(0, cap - power.gpuIdleWatts)
                }
                for budget in fleet.budgetChains[fleet.rackOfNode[node].offset] { sums[budget.offset] -= less }
            }
        }
        return sums
    }

    private static func lowest(_ lease: Lease, _ node: Int, _ fleet: Fleet, at instant: Int64) -> Int? {
        let names = fleet.budgetChains[fleet.rackOfNode[node].offset].map { fleet.budgets[$0.offset].name }
        return lease.curtailments.filter { names.contains($0.target.budget) }.flatMap(\.steps)
            .filter { $0.start <= instant && instant < $0.until }.map(\.percent).min()
    }

    /// Load targets that more is drawn under than they let, beyond what they own up to.
    static func overTargets(_ sums: [Watts], _ book: Book, at instant: Int64) -> [String] {
        book.loadTargets.compactMap { target in
            guard target.isLive(at: instant), let budget = book.fleet.budget(named: target.key.budget) else {
                return nil
            }
            let drawn = book.fleet.budgets[budget.offset].measuredWatts(rackWatts: sums[budget.offset])
            let given = target.spent.filter { $0.start <= instant && instant < $0.end }.reduce(0) { $0 + $1.watts }
            let missed = target.unmet.filter { $0.start <= instant && instant < $0.until }.reduce(0) { $0 + $1.watts }
            return drawn > target.watts + given + missed
                ? "load target \(target.key) at \(instant): \(drawn) W over \(target.watts) + \(given) + \(missed) W"
                : nil
        }
    }

    /// Load targets that count from now on on more than the sources of the fleet give: watts at an instant, seconds of a
    /// permit in a year, or a battery's energy within one target.
    static func withoutBacking(_ book: Book) -> [String] {
        var result: [String] = []
        for domain in book.fleet.budgets {
            let targets = book.loadTargets.filter { $0.key.budget == domain.name }
            let reserves = SourcePlan.reserves(of: domain, without: book.failedSources(of: domain.name))
            for target in targets where target.until > book.time {
                for use in target.spent where use.end > book.time {
                    guard let source = reserves.first(where: { $0.name == use.source }) else {
                        result.append("load target \(target.key) counts on \(use.source), which does not stand by")
                        continue
                    }
                    let all = targets.flatMap(\.spent).filter { $0.source == use.source }
                    let begin = max(use.start, book.time)
                    let instants = [begin] + all.map(\.start).filter { begin < $0 && $0 < use.end }
                    for instant in instants {
                        let sum = all.filter { $0.start <= instant && instant < $0.end }.reduce(0) { $0 + $1.watts }
                        if sum > source.watts { result.append("\(use.source) gives \(sum) W at \(instant)") }
                    }
                    guard source.kind == .turbine else {
                        let sum = target.spent.filter { $0.source == use.source && $0.end > book.time }
                            .reduce(0) { $0 + $1.watts * ($1.end - max($1.start, book.time)) }
                        if sum > source.energyJoules { result.append("\(use.source) gives \(sum) J") }
                        continue
                    }
                    guard let hours = source.permitHoursPerYear else { continue }
                    var seconds: [Int64: Int64] = [:]
                    for run in all {
                        for part in (run.start..<run.end).byCalendarYear {
                            seconds[part.year, default: 0] += part.seconds.seconds
                        }
                    }
                    for part in (begin..<use.end).byCalendarYear where seconds[part.year]! > hours * 3_600 {
                        result.append("\(use.source) runs \(seconds[part.year]!) s of the year \(part.year)")
                    }
                }
            }
        }
        return result
    }

    /// Curtailments that go beyond their lease's terms and are not owned up to, or that an economic target makes.
    static func beyondTerms(_ live: [Lease], _ book: Book) -> [String] {
        var result: [String] = []
        for lease in live {
            for curtailment in lease.curtailments {
                let kind = book.loadTarget(curtailment.target)?.kind
                for step in curtailment.steps where step.isBreach && kind == .economic {
                    result.append("lease \(lease.number): \(step) goes beyond its terms for an economic target")
                }
            }
        }
        return result
    }
}
