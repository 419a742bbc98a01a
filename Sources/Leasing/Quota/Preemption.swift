// Which opportunistic leases would give way to a request that finds no room beside them: searched on a published view,
// beside the writer.
//
// The order in which they give way is fair: the tenant that holds the most beyond its own quota gives first, and of its leases
// the youngest, which has lost the least. The fewest in that order are looked for; of those, what does not stand in the way
// stays.

import FleetModel
import HashTreeCollections
import Packing

/// A request that is granted when some opportunistic leases give way.
public struct Preemption: Sendable {
    /// The lease that it would get.
    public let lease: WholeLease
    /// With which it gets it.
    public let planToken: [UInt8]
    /// The leases that give way, all of them or some of their units.
    public let leases: [UInt64]
}

extension Book {
    /// What would have to give way so that an order is granted; nil where nothing may, or nothing helps.
    ///
    /// Leases whose notice is over in time alone are counted on. Takes some tens of decisions, each after as many ends as
    /// there are opportunistic leases that give way.
    public func preempting(_ order: LeaseOrder, now: Int64) -> Preemption? {
        let now = max(now, time)
        guard order.leaseClass.isFirm, let sound = try? SoundOrder(order, in: self, now: now) else { return nil }
        let candidates = inFairOrder(candidates(for: sound, now: now), at: sound.start)
        guard !candidates.isEmpty, let placements = placements(of: sound, without: candidates, now: now) else {
            return nil
        }
        // The fewest in that order.
        var (low, high, best) = (1, candidates.count, placements)
        while low < high {
            let middle = (low + high) / 2
            if let found = self.placements(of: sound, without: Array(candidates[..<middle]), now: now) {
                (high, best) = (middle, found)
            } else {
                low = middle + 1
            }
        }
        return preemption(of: sound, best, among: Array(candidates[..<high]), now: now)
    }

    /// An order refused for want of room or quota, from the first start on for which opportunistic leases give way.
    func offerPreempting(_ order: LeaseOrder, _ sound: SoundOrder, now: Int64) -> CounterOffer? {
        guard order.leaseClass.isFirm, order.lines.allSatisfy({ $0.ramp.isEmpty }) else { return nil }
        var starts: Set<Int64> = []
        forEachLease { lease in
            if lease.partOf == nil, lease.leaseClass == .opportunistic, lease.tenant != order.tenant,
                lease.start < order.end,
                sound.start < lease.until, mayGiveWay(lease, now: now)
            {
                let ready = now + (terms(of: lease)?.preemptionNoticeSeconds ?? 0) + lease.turnRoundSeconds
                starts.insert(max(ready + Self.takingSeconds, sound.start))
            }
            return true
        }
        for start in starts.sorted().prefix(Self.startsTriedMax) {
            var later = order
            later.start = start
            later.end = sound.order.end - sound.start + start
            guard let found = preempting(later, now: now) else { continue }
            return CounterOffer(
                kind: .preempting,
                message: "all of it from \(RFC3339.text(start)) on, when opportunistic leases have given way",
                order: later,
                planToken: found.planToken)
        }
        return nil
    }

    private static let startsTriedMax = 8
    /// How long there is to take such an offer.
    private static let takingSeconds: Int64 = 300

    /// Leases that can be over when an order begins, and would not be.
    private func candidates(for sound: SoundOrder, now: Int64) -> [Lease] {
        var result: [Lease] = []
        forEachLease { lease in
            if lease.partOf == nil, lease.leaseClass == .opportunistic, lease.tenant != sound.order.tenant,
                lease.start < sound.order.end,
                sound.start < lease.until, mayGiveWay(lease, now: now),
                lastMoment(of: lease, for: sound.start, now: now) != nil
            {
                result.append(lease)
            }
            return true
        }
        return result
    }

    private func inFairOrder(_ leases: [Lease], at time: Int64) -> [UInt64] {
        var names: [String] = []
        var queues: [(excess: Int64, leases: [Lease])] = []
        // In order of numbers, so that the last of each tenant is its youngest.
        for lease in leases {
            if let place = names.firstIndex(of: lease.tenant) {
                queues[place].leases.append(lease)
            } else {
                let tenant = tenantsByName[lease.tenant]!
                names.append(lease.tenant)
                queues.append((tenant.gpuTimeline.value(at: time) - (tenant.quota[.gpus] ?? 0), [lease]))
            }
        }
        var result: [UInt64] = []
        while let place = queues.indices.filter({ !queues[$0].leases.isEmpty })
            .max(by: {
                (queues[$0].excess, queues[$0].leases.last!.number) < (
                    queues[$1].excess, queues[$1].leases.last!.number
                )
            })
        {
            let lease = queues[place].leases.removeLast()
            queues[place].excess -= Int64(gpus(of: lease.number, at: max(time, lease.start)))
            result.append(lease.number)
        }
        return result
    }

    /// What an order is placed on when some leases have ended for it; nil when it does not fit even so.
    private func placements(of sound: SoundOrder, without leases: [UInt64], now: Int64) -> [[LinePlacement]]? {
        var (fork, step) = planning(at: now)
        for number in leases {
            fork.end(number, at: sound.start - fork.known(number).turnRoundSeconds, &step)
        }
        return fork.onIdleFirst(sound, beside: self, &step) ?? (try? fork.grant(sound, planned: nil, &step))
    }

    /// Places an order on what is idle in another state as far as it goes, and the rest here; nil where its lines do not come apart.
    private mutating func onIdleFirst(
        _ sound: SoundOrder, beside idle: Book, _ step: inout Step
    ) -> [[LinePlacement]]? {
        var (first, rest) = (sound.asked, sound.asked)
        let findings = idle.packing.place(sound.request).findings
        guard sound.parts.count == 1, findings.count == first.lines.count else { return nil }
        for (index, finding) in findings.enumerated() {
            guard first.lines[index].comesApart else { return nil }
            first.lines[index].count = min(finding.placed, first.lines[index].count)
            rest.lines[index].count -= first.lines[index].count
        }
        func orders(_ order: LeaseOrder) -> (order: LeaseOrder, lines: [Int]) {
            var order = order
            let lines = order.lines.indices.filter { order.lines[$0].count > 0 }
            order.lines = lines.map { order.lines[$0] }
            return (order, lines)
        }
        let (here, there) = (orders(first), orders(rest))
        guard !here.lines.isEmpty, !there.lines.isEmpty, let onIdle = idle.placed(here.order, now: step.now)?.lines,
            let soundHere = try? SoundOrder(here.order, in: self, now: step.now)
        else { return nil }
        var trial = self
        guard (try? trial.grant(soundHere, planned: [onIdle], &step)) != nil,
            let soundThere = try? SoundOrder(there.order, in: trial, now: step.now),
            let others = try? trial.grant(soundThere, planned: nil, &step)
        else { return nil }
        var result = sound.asked.lines.map { _ in LinePlacement() }
        for (place, index) in here.lines.enumerated() { result[index] = onIdle[place] }
        for (place, index) in there.lines.enumerated() {
            result[index].wholeNodes = (result[index].wholeNodes + others[0][place].wholeNodes).coalesced()
            result[index].partialNodes += others[0][place].partialNodes
        }
        return [result]
    }

    /// The order on its hardware, with what has to give way for that.
    private func preemption(
        of sound: SoundOrder, _ placements: [[LinePlacement]], among leases: [UInt64], now: Int64
    ) -> Preemption? {
        func granted(_ giving: GivingWay) -> WholeLease? {
            var (fork, step) = planning(at: now)
            do {
                _ = try fork.giveWay(giving, to: sound, placements, &step)
                let number = fork.nextLeaseNumber
                _ = try fork.grant(sound, planned: placements, &step)
                return fork.whole(fork.known(number))
            } catch {
                return nil
            }
        }
        var giving = GivingWay(parts: leases.filter { stands($0, on: placements) })
        if let lease = granted(giving) { return preemption(lease, giving, sound, placements) }
        // Their watts, or their part of a quota, are wanted as well.
        var lease: WholeLease?
        for number in leases where !giving.parts.contains(number) {
            giving.wholes.append(number)
            lease = granted(giving)
            if lease != nil { break }
        }
        if lease == nil {
            (giving.parts, giving.wholes) = ([], leases)
            lease = granted(giving)
        }
        guard var found = lease else { return nil }
        for number in giving.wholes.dropLast().prefix(Self.wholesTriedMax) {
            var fewer = giving
            fewer.wholes.removeAll { $0 == number }
            guard let lease = granted(fewer) else { continue }
            (giving, found) = (fewer, lease)
        }
        return preemption(found, giving, sound, placements)
    }

    /// Leases that are tried to be left alone, one by one.
    private static let wholesTriedMax = 64

    private func preemption(
        _ lease: WholeLease, _ giving: GivingWay, _ sound: SoundOrder, _ placements: [[LinePlacement]]
    ) -> Preemption {
        Preemption(
            lease: lease, planToken: planToken(for: sound, placements: placements, giving: giving),
            leases: (giving.parts + giving.wholes).sorted())
    }

    /// Whether some of a lease stands where an order was placed.
    private func stands(_ number: UInt64, on placements: [[LinePlacement]]) -> Bool {
        liveParts(of: number).contains { part in
            part.lines.contains { line in
                placements.contains { $0.contains { $0.shares(with: line.holdings) } }
            }
        }
    }

    /// A copy to try changes on, in which what is granted has no number yet.
    private func planning(at now: Int64) -> (book: Book, step: Step) {
        var fork = self
        fork.begin(at: now)
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        return (fork, Step(now: fork.time, actor: .daemon, reason: ""))
    }
}

extension LeaseLine {
    /// Whether some of its units can be chosen apart from the others.
    fileprivate var comesApart: Bool {
        guard within == nil, spread == nil, !isComposed, ramp.isEmpty else { return false }
        return switch shape {
        case .block, .rack, .nvl72, .node, .gpus: true
        case .mig, .power: false
        }
    }
}
