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

/// A notice to a lease whose units have been ended for an order that is still to be granted.
struct PendingNotice {
    let lease: UInt64
    /// Its parts as they were.
    let before: [Lease]
    let gpusBefore: Int
    let steps: [ReclaimStep]
}

extension Book {
    /// Ends what stands in the way of a placement of an order, in time for it: the notices of that, to be served once the
    /// order is granted. A refusal may come after some of it has been applied.
    mutating func giveWay(
        _ giving: GivingWay, to sound: SoundOrder, _ placements: [[LinePlacement]], _ step: inout Step
    ) throws(Refusal) -> [PendingNotice] {
        var pending: [PendingNotice] = []
        // What stood there may have gone in the meantime.
        if hasRoom(for: sound, placements, now: step.now) { return [] }
        let overtaken = Refusal(
            .planOvertaken, "the plan no longer holds: what was to give way no longer does in time; ask for a new one")
        for number in giving.parts + giving.wholes {
            // For their watts or quota alone no more end than it takes.
            if giving.wholes.contains(number), hasRoom(for: sound, placements, now: step.now) { break }
            guard let lease = lease(number), lease.partOf == nil, lease.tenant != sound.order.tenant,
                mayGiveWay(lease, now: step.now), let last = lastMoment(of: lease, for: sound.start, now: step.now)
            else { throw overtaken }
            let stands = zip(sound.parts, placements).contains { isHeld($1, by: number, $0) }
            guard stands || giving.wholes.contains(number) else { throw overtaken }
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
            pending.append(
                PendingNotice(
                    lease: number, before: before, gpusBefore: held,
                    steps: steps.isEmpty ? [ReclaimStep(at: last, gpus: 0)] : steps))
        }
        return pending
    }

    /// Serves the notices of what gives way to a lease that has been granted.
    mutating func serve(_ notices: [PendingNotice], for lease: UInt64, _ step: inout Step) {
        guard !notices.isEmpty else { return }
        for notice in notices {
            let reclaim = Reclaim(
                lease: notice.lease, notice: power.nextNumber, clause: .preemption(for: lease), servedAt: step.now,
                actor: step.actor.name, reason: "its hardware goes to a lease whose class comes first",
                steps: notice.steps, gpusBefore: notice.gpusBefore)
            note(reclaim, changedFrom: notice.before, &step)
            step.outcome.preempted.append(notice.lease)
        }
        planOthersAnew(than: [], &step)
    }

    /// Withdraws the notices of what was to give way to a lease that will not begin, as far as nobody else has been granted it.
    mutating func withdrawNotices(for lease: UInt64, _ step: inout Step) {
        var wanted: [Reclaim] = []
        reclaimsByLease.forEach { number, _ in
            // One that was followed by others is part of what they go by.
            if let last = openReclaim(on: number), last.clause == .preemption(for: lease), last.deadline > step.now {
                wanted.append(last)
            }
            return true
        }
        for var reclaim in wanted {
            var (trial, trialStep) = (self, step)
            do {
                try trial.restore(reclaim, .provider, &trialStep)
                reclaim.withdrawnAt = step.now
                trial.commit(.reclaimSet(reclaim), &trialStep)
                (self, step) = (trial, trialStep)
            } catch { continue }
        }
    }

    /// Whether an order can be granted on its hardware as things stand.
    private func hasRoom(for sound: SoundOrder, _ placements: [[LinePlacement]], now: Int64) -> Bool {
        zip(sound.parts, placements).allSatisfy { part, placed in
            (try? checkPlanned(placed, as: part.request.terms, now: now)) != nil
                && (try? checkQuota(of: sound, part, sound.lines(of: part, holding: placed, in: fleet))) != nil
        }
    }

    /// Whether a lease is one that gives way: what was granted as opportunistic, is not over, and is under no other notice.
    func mayGiveWay(_ lease: Lease, now: Int64) -> Bool {
        guard lease.leaseClass == .opportunistic, lease.state == .scheduled || lease.isInWindow,
            lease.contract == nil || terms(of: lease)?.preemptionNoticeSeconds != nil
        else { return false }
        // What its own tenant has announced for later protects it from nothing.
        return openReclaims(on: lease.number).allSatisfy {
            $0.clause.isPreemption || $0.clause == .cancellation(byTenant: true)
        }
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
