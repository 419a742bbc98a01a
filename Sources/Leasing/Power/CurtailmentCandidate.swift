// One lease that a load target may lower, and by how much.

import FleetModel
import Packing

/// A lease with hardware under the target's domain.
struct CurtailmentCandidate {
    struct Draw {
        var window: Range<Int64>
        /// At the rack, less what the hardware draws when it is stopped.
        var watts: Watts
    }

    let lease: Lease
    let terms: CurtailmentTerms
    /// Time in the month of the deadline that it has been lowered, or will be.
    let secondsInMonth: Int64
    private let groups: [(acting: [Int], counts: [UnitCount])]
    /// What the plan does to it, in order of time, not overlapping.
    private(set) var added: [CurtailmentStep] = []

    init(lease: Lease, terms: CurtailmentTerms, groups: [DrawGroup], secondsInMonth: Int64, in book: Book) {
        self.lease = lease
        self.terms = terms
        self.secondsInMonth = secondsInMonth
        self.groups = groups.map { ($0.curtailments, $0.hardware.unitCounts(in: book.fleet)) }
    }

    // MARK: Draw

    /// What it draws over a window, stretch by stretch, over what it would draw if it were stopped.
    func draw(in window: Range<Int64>, fleet: Fleet, trying trial: CurtailmentStep? = nil) -> [Draw] {
        let all = Set(groups.flatMap(\.acting)).sorted()
        var times = Set(lease.changes(of: all, from: window.lowerBound, until: window.upperBound))
        for step in added.overlapping(from: window.lowerBound, until: window.upperBound) + (trial.map { [$0] } ?? []) {
            times.formUnion([step.start, step.until].filter { window.lowerBound < $0 && $0 < window.upperBound })
        }
        var (result, from) = ([Draw](), window.lowerBound)
        for to in times.sorted() + [window.upperBound] {
            let instant = from
            let stopped = lease.changes(to: 0, at: instant, in: fleet)
            let own = [added.step(at: instant), trial].compactMap(\.self)
                .filter { $0.start <= instant && instant < $0.until }.map(\.percent).min()
            let watts = groups.reduce(Watts(0)) { sum, group in
                let percent = [lease.percent(under: group.acting, at: instant)?.percent, own].compactMap(\.self).min()
                return sum + lease.changes(to: percent, at: instant, in: fleet).watts(of: group.counts)
                    - stopped.watts(of: group.counts)
            }
            result.append(Draw(window: from..<to, watts: watts))
            from = to
        }
        return result
    }

    /// The highest percent, not under `floor`, that takes off what is missing all over a stretch, or as much as `floor` takes;
    /// nil when nothing can be taken off.
    func percent(covering shortage: Shortage, in stretch: Range<Int64>, floor: Int, fleet: Fleet) -> Int? {
        let before = draw(in: stretch, fleet: fleet)
        func gains(_ percent: Int) -> [Watts] {
            let trial = CurtailmentStep(
                start: stretch.lowerBound, until: stretch.upperBound, percent: percent, termsPercent: percent)
            let after = draw(in: stretch, fleet: fleet, trying: trial)
            // The trial begins and ends with the stretch, so both have the same windows.
            return zip(before, after).map { $0.watts - $1.watts }
        }
        let most = gains(floor)
        guard most.contains(where: { $0 > 0 }) else { return nil }
        let wanted = zip(before, most).map { min(max(0, shortage.highest(in: $0.window)), $1) }
        // A stop is all or nothing: what is between it and the lowest cap has been tried before.
        guard floor > 0 else { return 0 }
        var (low, high) = (floor, 100)
        while low < high {
            let middle = (low + high + 1) / 2
            if zip(gains(middle), wanted).allSatisfy({ $0 >= $1 }) { low = middle } else { high = middle - 1 }
        }
        return low
    }

    // MARK: Terms

    /// The parts of a stretch in which the hours that each month allows are not used up.
    func allowed(in stretch: Range<Int64>) -> [Range<Int64>] {
        guard let limit = terms.secondsPerMonth else { return [stretch] }
        var (result, from) = ([Range<Int64>](), stretch.lowerBound)
        while from < stretch.upperBound {
            let month = CalendarMonth(at: from).seconds
            let to = min(stretch.upperBound, month.upperBound)
            let own = added.overlapping(from: month.lowerBound, until: month.upperBound).filter { !$0.isBreach }
                .map { ($0.start..<$0.until).clamped(to: month) }
            // Time in which it is lowered already costs nothing more.
            let used = lease.secondsCurtailed(in: month, beside: own)
            let free = own.reduce(0) { $0 + $1.clamped(to: from..<to).seconds }
            let left = min(to - from, max(0, limit - used) + free)
            if left > 0 { result.append(from..<from + left) }
            from = to
        }
        return result
    }

    /// The percent that its terms hold it to all over a stretch; nil when they do not lower it.
    func termsPercent(during stretch: Range<Int64>) -> Int? {
        guard let step = added.step(at: stretch.lowerBound), !step.isBreach, stretch.upperBound <= step.until else {
            return nil
        }
        return step.percent
    }

    /// Why it draws what it draws at an instant, after all was tried.
    func reason(at instant: Int64, _ target: LoadTarget, now: Int64) -> Holdout.Kind {
        guard terms.floorPercent != nil || lease.leaseClass == .opportunistic else { return .noClause }
        if added.step(at: instant) != nil { return .atFloor }
        if instant < now + terms.noticeSeconds { return .noticeTooShort }
        if terms.secondsPerMonth != nil && allowed(in: instant..<instant + 1).isEmpty { return .hoursUsed }
        return .atFloor
    }

    // MARK: Adding

    /// Adds a step; where several lie over each other the lowest holds.
    mutating func add(_ step: CurtailmentStep) { added.lay(step) }

    /// Holds the last step for longer.
    mutating func extend(until: Int64) {
        added[added.count - 1].until = min(until, lease.until)
    }

    /// Lets the lease's draw come back from its last step on, so that `restored` and what comes back of it are never more
    /// than `ramp` for each minute since `first`. Returns what is restored with it.
    mutating func restore(
        from first: Int64, step: CurtailmentStep, ramp: Watts, restored: Watts, fleet: Fleet
    ) -> Watts {
        let lowest = draw(in: first - 1..<first, fleet: fleet)[0].watts
        var (minute, percent) = (restored / ramp, step.percent)
        while percent < 100, first + 60 * minute < lease.until {
            minute += 1
            let at = first + 60 * (minute - 1)
            // Through this minute it stays where it is; then as high as the ramp lets it.
            add(
                CurtailmentStep(
                    start: min(added[added.count - 1].until, at), until: min(at + 60, lease.until), percent: percent,
                    // What its terms allow is no breach on the way back either.
                    termsPercent: step.isBreach ? step.termsPercent.map { max($0, percent) } : percent))
            let room = lowest + ramp * minute - restored
            var (low, high) = (percent, 100)
            while low < high {
                let middle = (low + high + 1) / 2
                if watts(at: middle, on: at + 60, fleet) <= room { low = middle } else { high = middle - 1 }
            }
            percent = low
        }
        return restored + max(0, watts(at: 100, on: first + 60 * minute, fleet) - lowest)
    }

    /// What it draws at a percent at some time, over what it draws stopped.
    private func watts(at percent: Int, on time: Int64, _ fleet: Fleet) -> Watts {
        let (level, stopped) = (
            lease.changes(to: percent, at: time, in: fleet), lease.changes(to: 0, at: time, in: fleet)
        )
        return groups.reduce(0) { $0 + level.watts(of: $1.counts) - stopped.watts(of: $1.counts) }
    }
}

extension Lease {
    /// Time in a window in which some load target lowers the lease within its terms, each second once.
    func secondsCurtailed(in window: Range<Int64>, beside more: [Range<Int64>] = []) -> Int64 {
        var stretches = more
        for curtailment in curtailments {
            let steps = curtailment.steps.overlapping(from: window.lowerBound, until: window.upperBound)
            for step in steps where !step.isBreach {
                stretches.append((step.start..<max(step.start, min(step.until, until))).clamped(to: window))
            }
        }
        return stretches.secondsCovered
    }
}

extension Range<Int64> {
    var seconds: Int64 { upperBound - lowerBound }
}
