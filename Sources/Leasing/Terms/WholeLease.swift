// A lease as its holder sees it: all of its parts together.

public import FleetModel
public import Packing

/// What a lease holds from a time on.
public struct ScheduleStep: Equatable, Sendable {
    public var at: Int64
    /// What is promised from then on.
    public var promised: Capacity
    public var cap: PowerCap
}

/// A lease and its parts as they are together, at the revision of the book that it was read from.
///
/// Everything here follows from the states of the parts, not from the clock, so that it changes only when the tenant's
/// index moves. A lease that has not begun is shown as it will begin, one that is over as it ended.
public struct WholeLease: Sendable {
    /// Its first part: who holds it, on what terms, from when to when.
    public let lease: Lease
    public let state: LeaseState
    /// One of each kind, over all parts.
    public let conditions: [Condition]
    /// The revision of the last change to any part.
    public let revision: UInt64
    /// The tenant's index at that change.
    public let tenantIndex: UInt64
    /// The lines with what they hold now.
    public let lines: [LeaseLine]
    /// The cap that holds now.
    public let cap: PowerCap
    public let promised: Capacity
    public let meterWatts: Watts
    /// What it has now: less nodes that are down, and in watts less what load targets take.
    public let delivered: Capacity
    /// The caps that load targets hold it to now; nil when they lower nothing.
    public let curtailedCap: CurtailedCap?
    /// Nodes in use that are down, ascending.
    public let downNodes: [Int]
    /// When any of that next changes by itself, or nil.
    public let nextChangeAt: Int64?
    /// The parts that make up what is held now.
    public let parts: [Lease]
    /// All parts that are kept.
    let allParts: [Lease]
    /// All parts that are not over.
    let liveParts: [Lease]

    /// - Parameter parts: the further parts that are kept, in order of numbers.
    /// - Parameter notice: the condition that a notice in force brings.
    init(_ lease: Lease, parts others: [Lease], state: LeaseState, notice: Condition?, in fleet: Fleet) {
        self.lease = lease
        self.state = state
        let all = [lease] + others
        allParts = all
        liveParts = all.filter { !$0.state.isFinal }
        let held =
            others.isEmpty
            ? all
            : all.filter { part in
                if part.partOf == nil { return true }
                switch lease.state {
                case .scheduled: return part.state == .scheduled && part.start == lease.start
                case .starting, .active: return part.isInWindow
                case .ending, .expired, .cancelled, .reclaimed, .preempted, .failed, .transferred:
                    return part.end == lease.end && part.state != .cancelled
                }
            }
        parts = held
        conditions = Self.together(held.flatMap(\.conditions) + (notice.map { [$0] } ?? []))
        revision = all.reduce(0) { max($0, $1.revision) }
        tenantIndex = all.reduce(0) { max($0, $1.tenantIndex) }
        lines = Self.lines(of: held, named: lease.lines)
        cap = lease.capInForce
        if held.count == 1 && lease.capStepsBegun == 0 {
            (promised, meterWatts) = (lease.promised, lease.meterWatts)
        } else {
            let promise = lines.promise(cap: cap, in: fleet)
            (promised, meterWatts) = (promise.capacity, promise.meterWatts)
        }
        var delivered = promised
        for part in held where !part.isInWindow || !part.downNodes.isEmpty {
            let missing = part.isInWindow ? part.missing(in: fleet) : part.promisedNow(in: fleet)
            delivered.gpus -= missing.gpus
            delivered.watts -= missing.watts
            delivered.migInstances -= missing.migInstances
        }
        curtailedCap = held.compactMap { $0.curtailedCap(in: fleet) }.reduce(nil) { $0?.and($1) ?? $1 }
        delivered.watts = max(0, delivered.watts - (curtailedCap?.watts ?? 0))
        self.delivered = held.contains(where: \.isInWindow) ? delivered : Capacity()
        downNodes = Set(held.flatMap(\.downNodes)).sorted()
        // A lease that is ending is over when the last of its parts is.
        nextChangeAt =
            state == .ending
            ? liveParts.map(\.until).max()
            : liveParts.filter { $0.state != .ending }.compactMap(\.nextChangeAt).min()
    }

    /// The lines with what some parts hold of each.
    private static func lines(of parts: [Lease], named lines: [LeaseLine]) -> [LeaseLine] {
        guard parts.count > 1 else { return parts.first?.lines ?? lines }
        return lines.indices.map { index in
            var line = lines[index]
            let held = parts.compactMap { $0.lines.indices.contains(index) ? $0.lines[index] : nil }
            line.count = held.reduce(0) { $0 + $1.count }
            line.holdings = Holdings(
                wholeNodes: held.flatMap(\.holdings.wholeNodes).coalesced(),
                partialNodes: held.flatMap(\.holdings.partialNodes), slices: held.flatMap(\.holdings.slices),
                spareNodes: held.flatMap(\.holdings.spareNodes).sorted())
            return line
        }
    }

    /// The earliest of each kind, with every reason.
    private static func together(_ conditions: [Condition]) -> [Condition] {
        ConditionKind.allCases.compactMap { kind in
            let same = conditions.filter { $0.kind == kind }
            guard let since = same.map(\.since).min() else { return nil }
            return Condition(kind: kind, reason: same.map(\.reason).joined(separator: "; "), since: since)
        }
    }

    // MARK: What is to come

    /// The times ahead at which what is held or its cap changes, the end left out.
    private var timesToCome: [Int64] {
        var times = lease.capStepsToCome.map(\.at)
        for part in liveParts where part.partOf != nil {
            if !parts.contains(where: { $0.number == part.number }) && part.state == .scheduled {
                times.append(part.start)
            }
            if part.state != .ending { times.append(part.end) }
        }
        let begun = lease.state == .scheduled ? lease.start : Int64.min
        return Set(times.filter { $0 > begun && $0 < lease.end }).sorted()
    }

    private func parts(at time: Int64) -> [Lease] {
        liveParts.filter { $0.state != .ending && $0.start <= time && time < $0.end }
    }

    /// The lines with what they hold, and the cap, from each later time on at which units or cap change.
    var stepsToCome: [(at: Int64, lines: [LeaseLine], cap: PowerCap)] {
        var steps: [(at: Int64, lines: [LeaseLine], cap: PowerCap)] = []
        var last = (counts: lines.map(\.count), cap: cap)
        for time in timesToCome {
            let held = Self.lines(of: parts(at: time), named: lease.lines)
            let next = (counts: held.map(\.count), cap: lease.cap(at: time))
            if next != last { steps.append((time, held, next.cap)) }
            last = next
        }
        return steps
    }

    /// What is promised from each later time on at which it changes. O(steps × racks).
    public func schedule(in fleet: Fleet) -> [ScheduleStep] {
        var (steps, last) = ([ScheduleStep](), ScheduleStep(at: 0, promised: promised, cap: cap))
        for time in timesToCome {
            let lines = Self.lines(of: parts(at: time), named: lease.lines)
            let cap = lease.cap(at: time)
            let step = ScheduleStep(at: time, promised: lines.promise(cap: cap, in: fleet).capacity, cap: cap)
            if step.promised != last.promised || step.cap != last.cap { steps.append(step) }
            last = step
        }
        return steps
    }

    /// Units of a line from each later time on at which they change.
    public func ramp(ofLine index: Int) -> [RampStep] {
        var (steps, last) = ([RampStep](), lines.indices.contains(index) ? lines[index].count : 0)
        for time in timesToCome {
            let count = parts(at: time).reduce(0) {
                $0 + ($1.lines.indices.contains(index) ? $1.lines[index].count : 0)
            }
            if count != last { steps.append(RampStep(at: time, count: count)) }
            last = count
        }
        return steps
    }
}

extension Lease {
    /// Whether any of its lines holds hardware.
    var holdsSomething: Bool {
        lines.contains { !$0.holdings.isEmpty }
    }

    /// What the nodes that are down take from it.
    func missing(in fleet: Fleet) -> Capacity {
        var missing = Capacity()
        for node in downNodes {
            for line in lines {
                let capacity = line.holdings.capacity(on: node, cap: capInForce, in: fleet)
                missing.gpus += capacity.gpus
                missing.watts += capacity.watts
                missing.migInstances += capacity.migInstances
            }
        }
        return missing
    }
}

extension Holdings {
    /// Whether nothing is held, in use or spare.
    public var isEmpty: Bool {
        wholeNodes.isEmpty && partialNodes.isEmpty && slices.isEmpty && spareNodes.isEmpty
    }
}
