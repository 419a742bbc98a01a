// Opportunistic leases give way to one whose class comes first: what of them stands on its hardware ends in time for it.

import FleetModel
import HashTreeCollections
import Packing

/// The leases that give way for a request.
struct GivingWay: Equatable, Sendable {
    /// Those whose units end that stand where the request was placed.
    var parts: [UInt64] = []
    /// Those that end as a whole, for their watts or for the quota that they have borrowed.
    var wholes: [UInt64] = []

    var isEmpty: Bool { parts.isEmpty && wholes.isEmpty }
}

extension Book {
    /// Ends what stands in the way of a placement of an order, in time for it. A refusal may come after some of it has been
    /// applied.
    mutating func giveWay(
        _ giving: GivingWay, to sound: SoundOrder, _ placements: [[LinePlacement]], _ step: inout Step
    ) throws(Refusal) {
        for number in giving.parts + giving.wholes {
            guard let lease = lease(number), lease.partOf == nil, mayGiveWay(lease, now: step.now),
                let last = lastMoment(of: lease, for: sound.start, now: step.now)
            else {
                throw Refusal(
                    .planOvertaken,
                    "the plan no longer holds: a lease that was to give way no longer does; ask for a new one")
            }
            let before = liveParts(of: number)
            let held = gpus(of: number, at: max(last, lease.start))
            var ends: [Int64] = []
            if !giving.wholes.contains(number) && !before.contains(where: \.endsAsAWhole) {
                for (part, placed) in zip(sound.parts, placements) {
                    let at = part.window.lowerBound - lease.turnRoundSeconds
                    if try takeUnits(of: number, standingOn: placed, from: at, until: part.request.terms.until, &step) {
                        ends.append(at)
                    }
                }
            }
            if ends.isEmpty || zip(sound.parts, placements).contains(where: { isHeld($1, by: number, $0) }) {
                end(number, at: last, &step)
                ends = [last]
            } else if !liveParts(of: number).contains(where: { $0.holdsSomething && $0.end > ends.max()! }) {
                end(number, at: ends.max()!, &step)
            }
            var steps: [ReclaimStep] = []
            for at in Set(ends).sorted() {
                let left = gpus(of: number, at: max(at, known(number).start))
                if left < steps.last?.gpus ?? max(1, held) { steps.append(ReclaimStep(at: at, gpus: left)) }
            }
            let reclaim = Reclaim(
                lease: number, notice: power.nextNumber, clause: .preemption, servedAt: step.now,
                actor: step.actor.name, reason: "its hardware goes to a lease whose class comes first",
                steps: steps.isEmpty ? [ReclaimStep(at: last, gpus: 0)] : steps, gpusBefore: held)
            note(reclaim, changedFrom: before, &step)
            step.outcome.preempted.append(number)
        }
        planOthersAnew(than: [], &step)
    }

    /// Whether a lease is one that gives way: what was granted as opportunistic, is not over, and is under no other notice.
    func mayGiveWay(_ lease: Lease, now: Int64) -> Bool {
        guard lease.leaseClass == .opportunistic, lease.state == .scheduled || lease.isInWindow,
            lease.contract == nil || terms(of: lease)?.preemptionNoticeSeconds != nil
        else { return false }
        return openReclaims(on: lease.number).allSatisfy { $0.clause == .preemption }
            && !liveParts(of: lease.number).contains { ($0.nextDueAt ?? .max) <= now }
    }

    /// When a lease has to end so that its hardware is ready for another one's start; nil where its notice is longer.
    func lastMoment(of lease: Lease, for start: Int64, now: Int64) -> Int64? {
        let last = start - lease.turnRoundSeconds
        // A window that has begun lasts at least a second.
        if lease.isInWindow && last <= lease.start { return nil }
        return last >= now + (terms(of: lease)?.preemptionNoticeSeconds ?? 0) ? last : nil
    }

    /// Takes the units of a lease from a time on that stand on some hardware; whether there were any.
    private mutating func takeUnits(
        of number: UInt64, standingOn placed: [LinePlacement], from time: Int64, until: Int64, _ step: inout Step
    ) throws(Refusal) -> Bool {
        var hasTaken = false
        for index in known(number).lines.indices {
            for part in liveParts(of: number) where part.start < until && part.end > time && part.state != .ending {
                let units = units(ofLine: index, of: part).filter { unit in
                    placed.contains { $0.shares(with: unit.hardware) }
                }
                guard !units.isEmpty else { continue }
                try take(units, ofLine: index, off: part, at: max(time, part.start), &step)
                hasTaken = true
            }
        }
        return hasTaken
    }

    /// Whether parts of a lease still stand on hardware that a part of an order was placed on.
    private func isHeld(_ placed: [LinePlacement], by number: UInt64, _ part: SoundPart) -> Bool {
        let terms = part.request.terms
        return liveParts(of: number).contains { held in
            held.start < terms.until && terms.start < held.until
                && held.lines.contains { line in placed.contains { $0.shares(with: line.holdings) } }
        }
    }

    /// Ends all of a lease at a time.
    mutating func end(_ number: UInt64, at time: Int64, _ step: inout Step) {
        guard time > step.now, time > known(number).start else {
            return releaseParts(of: number, &step)
        }
        let oldEnd = known(number).end
        var course = AmendmentCourse(
            number: number, amendment: Amendment(), now: step.now, from: time, oldEnd: oldEnd, newEnd: time)
        shorten(&course, &step)
    }
}

extension Lease {
    /// Whether its units cannot go one by one: instances count for no GPUs, and a line in megawatts is as large as its power.
    fileprivate var endsAsAWhole: Bool { hasPowerLines || lines.contains { !$0.holdings.slices.isEmpty } }
}

extension LinePlacement {
    /// Whether some of this hardware is among what a line holds.
    func shares(with holdings: Holdings) -> Bool {
        if !wholeNodes.intersecting(holdings.bookedNodes).isEmpty { return true }
        let shared = holdings.sharedModules
        if shared.contains(where: { item in wholeNodes.contains { $0.contains(item.node) } }) { return true }
        func meets(_ node: Int, _ modules: UInt8) -> Bool {
            holdings.bookedNodes.contains { $0.contains(node) }
                || shared.contains { $0.node == node && $0.modules & modules != 0 }
        }
        return partialNodes.contains { meets($0.node, $0.moduleMask) }
            || slices.contains { meets($0.node, $0.moduleMask) }
    }
}
