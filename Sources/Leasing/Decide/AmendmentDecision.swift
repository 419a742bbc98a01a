// Deciding an amendment: every change of it applies to the book in turn, and the first that cannot undoes them all.
//
// The order lets one change make room for the next: first what is given up (an earlier end, fewer units, a lower cap),
// then what is prolonged, then what is added. Watts and quota are looked at when all of it stands.

import FleetModel
import HashTreeCollections
import Packing

/// An amendment on its way, with what has to be looked at in the end.
struct AmendmentCourse {
    let number: UInt64
    let amendment: Amendment
    let now: Int64
    /// From when caps and counts change.
    let from: Int64
    let oldEnd: Int64
    var newEnd: Int64
    /// Hardware whose watts have risen, and when.
    var risen: [(hardware: LinePlacement, window: Range<Int64>)] = []
    /// Nodes whose units go before others.
    var firstToGo: [Range<Int>] = []
}

extension Book {
    /// Changes a lease as a whole, or refuses. A refusal may come after some of it has been applied.
    mutating func decideAmendment(
        _ amendment: Amendment, of number: UInt64, _ step: inout Step
    ) throws(Refusal) {
        guard let lease = lease(number), lease.partOf == nil else {
            throw Refusal(.notFound, "there is no such lease")
        }
        try checkMatch(amendment, lease)
        guard lease.state == .scheduled || lease.isInWindow else {
            throw Refusal(
                .wrongState, "the lease is \(whole(lease).state.name); only one that is not over can be amended")
        }
        guard !liveParts(of: number).contains(where: { ($0.nextDueAt ?? .max) <= step.now }) else {
            throw Refusal(.wrongState, changeIsDue(amendment.audience))
        }
        var course = try course(of: amendment, lease, now: step.now)
        let isLet = whatIsLet(of: number, now: step.now)
        step.outcome.leases = [number]
        try renewTerms(of: lease, amendment, &step)
        let targets = try addLines(course, &step)
        try checkContract(course, targets)
        if course.newEnd < course.oldEnd { shorten(&course, &step) }
        let kept = min(course.oldEnd, course.newEnd)
        // A change may begin in what the lease is extended by.
        let agreed = min(course.from, kept)..<kept
        for (index, target) in targets { try giveUpWhatIsToCome(index, target, over: agreed, course, &step) }
        for (index, target) in targets { try cut(index, to: target, over: agreed, course, &step) }
        if let cap = amendment.cap { try recap(to: cap, &course, &step) }
        if course.newEnd > course.oldEnd {
            try extend(&course, &step)
            for (index, target) in targets {
                try cut(index, to: target, over: max(course.from, kept)..<course.newEnd, course, &step)
            }
        }
        try grow(to: targets, &course, &step)
        try checkLeaves(isLet, by: amendment.audience, now: step.now)
        try checkOutcome(course, &step)
        planOthersAnew(than: [], &step)
    }

    /// Decides an amendment without applying it: the lease as it would be.
    ///
    /// - Parameter explaining: whether a refusal says what is in the way, which takes as long as a few decisions.
    public func plan(
        _ amendment: Amendment, of number: UInt64, now: Int64, explaining: Bool = false
    ) throws(Refusal) -> WholeLease {
        var fork = self
        fork.begin(at: now)
        // What a plan grants has no number yet.
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        var step = Step(now: fork.time, actor: .daemon, reason: "")
        step.explains = explaining
        try fork.decideAmendment(amendment, of: number, &step)
        return fork.whole(fork.known(number))
    }

    // MARK: What is asked

    private func checkMatch(_ amendment: Amendment, _ lease: Lease) throws(Refusal) {
        guard let match = amendment.ifMatch else { return }
        let whole = whole(lease)
        let revision = amendment.audience == .provider ? whole.revision : whole.tenantIndex
        guard match == revision else {
            throw Refusal(
                .preconditionFailed,
                "the lease is at revision \(revision), not \(match): read it again and decide again")
        }
    }

    /// Why a lease cannot be amended of which a change is due that has not been applied.
    func changeIsDue(_ audience: Audience) -> String {
        guard let freeze else { return "the lease changes at this very moment; try again" }
        // Who has frozen what and why is the provider's own business.
        guard audience == .provider else {
            return "a change of the lease is due and the provider has frozen what time drives; it can be amended when "
                + "that goes on"
        }
        return
            "a change of the lease is due, and time-driven changes are frozen since \(RFC3339.text(freeze.since)) by "
            + "\(freeze.actor): \(freeze.reason); `berth unfreeze` comes first"
    }

    private func course(
        of amendment: Amendment, _ lease: Lease, now: Int64
    ) throws(Refusal) -> AmendmentCourse {
        if let from = amendment.from, from < now {
            throw Refusal(.invalid, "the change is to begin in the past; leave `from` out for now", pointer: "/from")
        }
        var (newEnd, pointer) = (lease.end, "/end")
        if let end = amendment.end { newEnd = end }
        if let seconds = amendment.extendBySeconds {
            (newEnd, pointer) = (lease.end + min(seconds, 2 * OrderLimits.horizonSeconds), "/extendBy")
        }
        guard newEnd > max(now, lease.start) else {
            let what = newEnd > lease.start ? "in the past" : "not after its start"
            throw Refusal(
                .invalid, "the new end is \(what); to give the lease back now, release it", pointer: pointer)
        }
        guard newEnd <= now + OrderLimits.horizonSeconds else {
            throw Refusal(.invalid, "the end is more than 50 years away", pointer: pointer)
        }
        let from = max(amendment.from ?? now, lease.start)
        guard from < newEnd else {
            throw Refusal(.invalid, "the change is to begin when the lease is over", pointer: "/from")
        }
        return AmendmentCourse(
            number: lease.number, amendment: amendment, now: now, from: from, oldEnd: lease.end, newEnd: newEnd)
    }

    /// Adds the lines that the lease has not, with nothing in them; what each line that is named is to come to, by index.
    private mutating func addLines(
        _ course: AmendmentCourse, _ step: inout Step
    ) throws(Refusal) -> [(index: Int, target: RampFunction)] {
        var lease = known(course.number)
        var targets: [(Int, RampFunction)] = []
        for (place, item) in course.amendment.lines.enumerated() {
            let pointer = "/reservations/\(place)"
            var index = lease.lines.firstIndex { $0.name == item.name }
            if targets.contains(where: { $0.0 == index }) {
                throw Refusal(.invalid, "line \(item.name) is named twice", pointer: pointer + "/name")
            }
            var (initial, steps, first) = (0, [RampStep](), course.from)
            switch item.change {
            case .count(let count): initial = count
            case .ramp(let ramp): (steps, first) = (ramp, ramp.first?.at ?? course.from)
            case .added(var line):
                guard index == nil else {
                    throw Refusal(
                        .invalid, "the lease has a line \(item.name); name it with a count or a ramp alone",
                        pointer: pointer + "/shape")
                }
                (initial, steps) = (line.count, line.ramp)
                (line.count, line.ramp) = (0, [])
                index = lease.lines.count
                lease.lines.append(line)
            }
            guard let index else {
                let names = lease.lines.map(\.name).joined(separator: ", ")
                throw Refusal(
                    .invalid, "the lease has no line \(item.name); it has \(names), and a new line needs a shape",
                    pointer: pointer + "/name")
            }
            if case .power = lease.lines[index].shape {
                throw Refusal(
                    .invalid, "a line in megawatts is as large as its power; lease another one for more",
                    pointer: pointer)
            }
            guard (0...OrderLimits.countMax).contains(initial) else {
                throw Refusal(
                    .invalid, "a line comes to 0 to \(OrderLimits.countMax) units", pointer: pointer + "/count")
            }
            try SoundOrder.checkSteps(
                steps, from: course.from, until: course.newEnd, now: course.now, pointer + "/ramp")
            if case .ramp = item.change {
                targets.append((index, RampFunction(first..<course.newEnd, initial: initial, steps: steps)))
            } else {
                targets.append((index, RampFunction(course.from..<course.newEnd, initial: initial, steps: steps)))
            }
        }
        guard lease.lines.count <= OrderLimits.linesMax else {
            throw Refusal(.invalid, "a lease has at most \(OrderLimits.linesMax) lines", pointer: "/reservations")
        }
        if lease.lines.count > known(course.number).lines.count { commitAmended(lease, &step) }
        return targets
    }

    // MARK: What it came to

    func checkOutcome(_ course: AmendmentCourse, _ step: inout Step) throws(Refusal) {
        let lease = known(course.number)
        let parts = liveParts(of: course.number)
        guard parts.contains(where: { $0.holdsSomething && $0.state != .ending && $0.end > course.from }) else {
            throw Refusal(
                .invalid, "that would leave the lease with nothing; to give it back, release it",
                pointer: "/reservations")
        }
        guard parts.count <= OrderLimits.partsMax else {
            throw Refusal(
                .wrongState, "the lease would be made of more than \(OrderLimits.partsMax) parts; end some first")
        }
        for (hardware, window) in course.risen {
            let window = max(window.lowerBound, course.now)..<window.upperBound
            guard let budget = packing.overloadedBudget(above: hardware, over: window) else { continue }
            throw overloaded(budget, window, course.amendment.audience)
        }
        guard !course.risen.isEmpty else { return }
        for (_, window) in course.risen where window.lowerBound < lease.end {
            try checkQuota(
                of: lease.tenant, lease.leaseClass,
                over: max(window.lowerBound, course.now)..<min(window.upperBound, lease.end))
        }
    }

    private func overloaded(_ budget: BudgetIndex, _ window: Range<Int64>, _ audience: Audience) -> Refusal {
        let domain = fleet.budgets[budget.offset]
        guard audience == .provider else {
            let obstacle = Obstacle(
                kind: .budget, name: domain.kind.rawValue, from: nil, until: nil,
                message: "other commitments leave too little \(domain.kind.rawValue)")
            return Refusal(
                .noCapacity, "there is too little \(domain.kind.rawValue) for the change", obstacles: [obstacle])
        }
        let missing = -packing.headroom(of: budget, from: window.lowerBound, until: window.upperBound)
        let obstacle = Obstacle(
            kind: .budget, name: domain.name, from: window.lowerBound, until: window.upperBound,
            message: "\(missing) W too little at the rack")
        return Refusal(
            .noCapacity, "budget \(domain.name) has \(missing) W too little at the rack for the change",
            obstacles: [obstacle])
    }

    // MARK: Facts

    /// Commits a part as it is from now on, with its promise worked out again.
    mutating func commitAmended(_ part: Lease, _ step: inout Step) {
        var part = part
        part.promise(in: fleet)
        commit(.leasePartAmended(LeaseRecord(part, register: register)), &step)
    }

    /// Commits a further part of a lease, and starts it when its window has begun.
    mutating func commitGranted(_ part: Lease, _ step: inout Step) {
        var part = part
        part.promise(in: fleet)
        commit(.leasePartGranted(LeaseRecord(part, register: register)), &step)
        if part.state == .scheduled && part.start <= step.now { start(part.number, &step) }
    }
}

extension Lease {
    /// Works its promise out from what it holds.
    mutating func promise(in fleet: Fleet) {
        let promise = lines.promise(cap: cap, in: fleet)
        (promised, meterWatts) = (promise.capacity, promise.meterWatts)
    }
}
