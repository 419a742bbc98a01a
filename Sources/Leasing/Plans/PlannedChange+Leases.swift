// What a plan does to leases, and what that earns.

public import FleetModel
import Packing

/// A lease before and after a plan.
public struct PlannedLease: Sendable {
    public let number: UInt64
    /// Nil for a lease that the plan grants.
    public let before: Lease?
    public let after: Lease
    /// The same with all of their parts.
    public let wholeBefore: WholeLease?
    public let wholeAfter: WholeLease
    /// Nodes that the plan replaces in it.
    public let replacedCount: Int

    /// Nodes in use that are down with the plan and were not without it, ascending.
    public var lostNodes: [Int] { after.downNodes.filter { before?.downNodes.contains($0) != true } }

    /// Whether the plan ends it, or lets it end.
    public var goes: Bool {
        guard let before else { return false }
        return !before.isOver && after.isOver
    }

    /// Whether it comes to hold less with the plan, or ends earlier.
    public func isReduced(in fleet: Fleet) -> Bool {
        guard let wholeBefore, !goes else { return false }
        func steps(_ whole: WholeLease) -> [Int64: Int] {
            var steps = [Int64.min: whole.promised.gpus, whole.lease.end: 0]
            for step in whole.schedule(in: fleet) { steps[step.at] = step.promised.gpus }
            return steps
        }
        let (old, new) = (steps(wholeBefore), steps(wholeAfter))
        func held(_ steps: [Int64: Int], at time: Int64) -> Int {
            steps.keys.filter { $0 <= time }.max().flatMap { steps[$0] } ?? 0
        }
        return Set(old.keys).union(new.keys).contains { held(new, at: $0) < held(old, at: $0) }
    }

    /// Whether some load target lowers it further, less or otherwise with the plan.
    public var isCurtailedOtherwise: Bool { (before?.openCurtailments ?? []) != after.openCurtailments }
}

extension Lease {
    fileprivate var isOver: Bool { state.isFinal || state == .ending }

    /// What load targets do to it, without the notices that say so.
    fileprivate var openCurtailments: [Curtailment] {
        curtailments.filter { !$0.steps.isEmpty }.map { Curtailment(target: $0.target, steps: $0.steps, notice: 0) }
    }

    /// The lowest percent of each model's highest cap that a load target holds some of it to, at some time from `time` on;
    /// nil when none does.
    public func lowestPercent(from time: Int64) -> Int? {
        guard !isOver else { return nil }
        return curtailments.lazy.flatMap(\.steps).filter { $0.until > time }.map(\.percent).min()
    }
}

extension PlannedChange {
    /// Every lease that the commands touch, those that they grant first, then in order of numbers. O(facts).
    public var leases: [PlannedLease] {
        var numbers: Set<UInt64> = []
        var replaced: [UInt64: Int] = [:]
        for fact in facts {
            switch fact {
            case .leaseGranted(let record), .leasePartAmended(let record): numbers.insert(record.leaseNumber)
            case .leaseMoved(let number, _, _), .leaseMembersDown(let number, _, _), .leaseCurtailed(let number, _, _):
                numbers.insert(number)
            case .memberReplaced(let replacement):
                numbers.insert(replacement.lease)
                replaced[replacement.lease, default: 0] += 1
            default: break
            }
        }
        let order = granted + numbers.subtracting(granted).sorted()
        return order.compactMap { number in
            guard let lease = after.lease(number), let whole = after.wholeLease(number) else { return nil }
            return PlannedLease(
                number: number, before: before.lease(number), after: lease, wholeBefore: before.wholeLease(number),
                wholeAfter: whole, replacedCount: replaced[number] ?? 0)
        }
    }

    /// What leases earn more by the plan: in each of the calendar months (UTC) from its own on, the last of them with all
    /// that comes after; months without a change are left out. Prices for months and years are owed whatever is leased and are
    /// not in it. O(leases touched × months).
    public func earnings(of leases: [PlannedLease], monthsMax: Int) -> [(start: Int64, micros: MicroDollars)] {
        var result: [(start: Int64, micros: MicroDollars)] = []
        var month = CalendarMonth(at: at)
        for place in 0..<monthsMax {
            let until = place + 1 == monthsMax ? Int64.max : month.seconds.upperBound
            let window = max(at, month.start)..<until
            let sum = leases.reduce(MicroDollars(0)) { sum, lease in
                sum + after.earnings(of: lease.after, in: window)
                    - (lease.before.map { before.earnings(of: $0, in: window) } ?? 0)
            }
            if sum != 0 { result.append((month.start, sum)) }
            month = month.next
        }
        return result
    }
}

extension Book {
    /// What a lease's GPU-hours and energy come to under its contract in a part of its window, in micro-dollars, when all of it
    /// is delivered. Energy that load targets take is not sold.
    func earnings(of lease: Lease, in window: Range<Int64>) -> MicroDollars {
        guard lease.state != .cancelled, lease.state != .failed else { return 0 }
        let part = (lease.start..<max(lease.start, lease.end)).clamped(to: window)
        guard !part.isEmpty, let terms = terms(of: lease) else { return 0 }
        let quote = quote(of: lease.lines, cap: lease.cap, seconds: part.seconds, terms: terms)
        var sum = (quote.price?.gpuHoursMicros ?? 0) + (quote.price?.energyMicros ?? 0)
        if let price = terms.pricePerMWhMicros, lease.promised.watts > 0 {
            let taken = Int128(lease.curtailedEnergy(in: part, fleet).joules)
            // At the meter as much more as all of the lease draws there.
            let measured = taken * Int128(lease.meterWatts) / Int128(lease.promised.watts)
            sum -= MicroDollars(clamping: measured * Int128(price) / 3_600_000_000)
        }
        return sum
    }
}
