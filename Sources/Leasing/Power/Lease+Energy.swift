// What curtailments have taken from a lease, to the joule.

public import FleetModel
import Packing

/// Energy at the rack that a lease was entitled to draw and was told not to.
public struct CurtailedEnergy: Equatable, Sendable {
    /// All of it, what went beyond the terms included.
    public var joules: Int64 = 0
    /// The part that went beyond the terms.
    public var breachJoules: Int64 = 0
    /// Seconds in which some of the lease was lowered.
    public var seconds: Int64 = 0
    /// Those in which some of it was lowered beyond the terms.
    public var breachSeconds: Int64 = 0

    public init() {}

    /// Joins what was taken in two windows that do not overlap.
    static func + (left: CurtailedEnergy, right: CurtailedEnergy) -> CurtailedEnergy {
        var sum = left
        sum.joules += right.joules
        sum.breachJoules += right.breachJoules
        sum.seconds += right.seconds
        sum.breachSeconds += right.breachSeconds
        return sum
    }
}

/// What was taken from a lease from its start until a time.
struct KeptEnergy: Equatable, Sendable {
    var until: Int64
    var energy: CurtailedEnergy
}

extension Lease {
    /// What curtailments took from its start until `time`, on the fleet in force and on those before it.
    public func curtailedEnergy(until time: Int64, _ fleet: Fleet) -> CurtailedEnergy {
        let from = max(start, keptEnergy?.until ?? start)
        return (keptEnergy?.energy ?? CurtailedEnergy()) + curtailedEnergy(in: from..<max(from, time), fleet)
    }

    /// What curtailments took in `window` while the lease was to be delivered: watts by which its committed draw was
    /// lowered, times seconds, summed over its hardware. Exact: the sum over all leases under a domain is what the
    /// domain's committed energy was lowered by. O(segments × curtailments).
    public func curtailedEnergy(in window: Range<Int64>, _ fleet: Fleet) -> CurtailedEnergy {
        var result = CurtailedEnergy()
        let lifetime = lifetime.clamped(to: window)
        guard !curtailments.isEmpty, !lifetime.isEmpty else { return result }
        var lowered: [Range<Int64>] = []
        var broken: [Range<Int64>] = []
        for group in drawGroups(in: fleet, evenReturned: true) where !group.curtailments.isEmpty {
            let counts = group.hardware.unitCounts(in: fleet)
            var from = lifetime.lowerBound
            let times = changes(of: group.curtailments, from: from, until: lifetime.upperBound)
            for to in times + [lifetime.upperBound] {
                defer { from = to }
                guard let level = percent(under: group.curtailments, at: from) else { continue }
                let taken = -changes(to: level.percent, at: from, in: fleet).watts(of: counts)
                let allowed = -changes(to: level.terms, at: from, in: fleet).watts(of: counts)
                result.joules += taken * (to - from)
                result.breachJoules += (taken - allowed) * (to - from)
                if taken > 0 { lowered.append(from..<to) }
                if taken > allowed { broken.append(from..<to) }
            }
        }
        result.seconds = lowered.secondsCovered
        result.breachSeconds = broken.secondsCovered
        return result
    }
}

extension Lease {
    /// The time in which it is to be delivered: none where it was given back before its start.
    private var lifetime: Range<Int64> { start..<(state == .cancelled ? start : max(start, end)) }

    /// Whether a load target lowers it, has lowered it or will: not when it is given back before that.
    public func isLowered(by target: LoadTargetKey) -> Bool {
        guard let first = curtailments.first(where: { $0.target == target })?.steps.first else { return false }
        return first.start < lifetime.upperBound
    }

    /// What one load target takes from the lease over all of its time: watts at the most, and joules.
    public func effect(of target: LoadTargetKey, in fleet: Fleet) -> (wattsMax: Watts, joules: Int64) {
        var alone = self
        alone.curtailments = curtailments.filter { $0.target == target }
        guard let first = alone.curtailments.first?.steps.first?.start else { return (0, 0) }
        let last = min(alone.curtailments[0].steps.last!.until, end)
        guard isLowered(by: target), first < last else { return (0, 0) }
        var most: Watts = 0
        for step in alone.curtailments[0].steps where step.start < end {
            var watts: Watts = 0
            for group in alone.drawGroups(in: fleet, evenReturned: true) where !group.curtailments.isEmpty {
                watts -= changes(to: step.percent, at: step.start, in: fleet).watts(
                    of: group.hardware.unitCounts(in: fleet))
            }
            most = max(most, watts)
        }
        return (most, alone.curtailedEnergy(in: first..<last, fleet).joules)
    }

    /// The hardware of the lease under a budget domain, instances left out, spares as whole nodes.
    public func hardware(under budget: BudgetIndex, in fleet: Fleet) -> Holdings {
        var holdings = Holdings()
        for group in drawGroups(in: fleet, under: budget) {
            holdings.wholeNodes += group.hardware.wholeNodes
            holdings.partialNodes += group.hardware.partialNodes
        }
        holdings.wholeNodes = holdings.wholeNodes.coalesced()
        return holdings
    }
}

extension [Lease] {
    /// What one load target takes from parts of one lease that it lowers alike: watts at the most, of those that are there at
    /// one time, and joules.
    public func effect(of target: LoadTargetKey, in fleet: Fleet) -> (wattsMax: Watts, joules: Int64) {
        let effects = map { $0.effect(of: target, in: fleet) }
        guard effects.count > 1 else { return effects.first ?? (0, 0) }
        let most =
            map { part in
                zip(self, effects).reduce(Watts(0)) {
                    $0 + ($1.0.start <= part.start && part.start < $1.0.end ? $1.1.wattsMax : 0)
                }
            }.max() ?? 0
        return (most, effects.reduce(0) { $0 + $1.joules })
    }
}

extension WholeLease {
    /// What load targets do to it, each once however many of its parts it acts on.
    public var curtailments: [Curtailment] {
        var result: [Curtailment] = []
        for curtailment in allParts.flatMap(\.curtailments) where !result.contains(where: { $0.isLike(curtailment) }) {
            result.append(curtailment)
        }
        return result
    }

    /// What they have taken from the parts that are kept, until `time`.
    public func curtailedEnergy(until time: Int64, _ fleet: Fleet) -> CurtailedEnergy {
        var sum = CurtailedEnergy()
        for part in allParts {
            let energy = part.curtailedEnergy(until: time, fleet)
            sum.joules += energy.joules
            sum.breachJoules += energy.breachJoules
            sum.seconds = max(sum.seconds, energy.seconds)
            sum.breachSeconds = max(sum.breachSeconds, energy.breachSeconds)
        }
        return sum
    }
}

extension Curtailment {
    /// Whether it says the same of another part of a lease.
    func isLike(_ other: Curtailment) -> Bool { target == other.target && steps == other.steps }
}

extension Holdings {
    /// The platforms that it lies on, in the fleet's order.
    public func platforms(in fleet: Fleet) -> [Platform] {
        let racks = fleet.rackSegments(of: wholeNodes).map(\.rack) + sharedNodes.map { fleet.rackOfNode[$0] }
        let offsets = Set(racks.map { fleet.racks[$0.offset].platformOffset })
        return offsets.sorted().map { fleet.platforms[$0] }
    }
}

extension Book {
    /// Keeps what was taken from leases until now where this fleet tells otherwise than the one before: a domain has left it,
    /// racks hang elsewhere, hardware of a lease that is over is gone. O(curtailed leases).
    mutating func keepEnergies(of before: Book) {
        var others: [(number: UInt64, energy: CurtailedEnergy)] = []
        forEachLease { now in
            guard !now.curtailments.isEmpty, let old = before.lease(now.number) else { return true }
            let energy = old.curtailedEnergy(until: time, before.fleet)
            if energy != now.curtailedEnergy(until: time, fleet) { others.append((now.number, energy)) }
            return true
        }
        for (number, energy) in others {
            var lease = known(number)
            lease.keptEnergy = KeptEnergy(until: time, energy: energy)
            leaseBoxes[number] = LeaseBox(lease)
        }
    }

    /// What a lease's terms let load targets do to it.
    public func curtailmentTerms(of lease: Lease) -> CurtailmentTerms {
        CurtailmentTerms(lease.leaseClass, contract: terms(of: lease))
    }
}

extension LinePlacement {
    /// Units by platform of the fleet. O(segments + parts).
    func unitCounts(in fleet: Fleet) -> [UnitCount] {
        var counts = [UnitCount](repeating: UnitCount(), count: fleet.platforms.count)
        for segment in fleet.rackSegments(of: wholeNodes) {
            counts[fleet.racks[segment.rack.offset].platformOffset].nodes += segment.nodes.count
        }
        for partial in partialNodes {
            let rack = fleet.racks[fleet.rackOfNode[partial.node].offset]
            counts[rack.platformOffset].gpus += partial.moduleMask.nonzeroBitCount
        }
        return counts
    }
}

extension [Range<Int64>] {
    /// Seconds that lie in at least one of them.
    var secondsCovered: Int64 {
        var (sum, reached) = (Int64(0), Int64.min)
        for stretch in sorted(by: { $0.lowerBound < $1.lowerBound }) where stretch.upperBound > reached {
            sum += stretch.upperBound - Swift.max(reached, stretch.lowerBound)
            reached = stretch.upperBound
        }
        return sum
    }
}
