// Steps of one lease under one target: in order of time, not overlapping, found by halving.

extension [CurtailmentStep] {
    /// Those that lie in a window with some of their time. O(log) to find them.
    func overlapping(from start: Int64, until: Int64) -> ArraySlice<CurtailmentStep> {
        let first = firstPlace { $0.until > start }
        return self[first..<Swift.max(first, firstPlace { $0.start >= until })]
    }

    /// The one in force at a time. O(log).
    func step(at time: Int64) -> CurtailmentStep? {
        overlapping(from: time, until: time + 1).first
    }

    /// Lays a step over what is there: where two lie over each other the lower holds, and what terms allow is the lower of both.
    /// Alike neighbours become one. O(log + steps that it lies over), and O(steps behind it) where their number changes.
    ///
    /// - Returns: how many steps were looked at.
    @discardableResult
    mutating func lay(_ step: CurtailmentStep) -> Int {
        guard step.start < step.until else { return 0 }
        let here = overlapping(from: step.start, until: step.until).indices
        // The neighbours may be like what comes beside them.
        let touched = Swift.max(0, here.lowerBound - 1)..<Swift.min(count, here.upperBound + 1)
        var (result, reached) = ([CurtailmentStep](), step.start)
        for old in self[touched] {
            result.append(step, from: reached, until: Swift.min(old.start, step.until))
            result.append(old, from: old.start, until: Swift.min(old.until, step.start))
            var both = old
            both.percent = Swift.min(old.percent, step.percent)
            both.termsPercent = [old.termsPercent, step.termsPercent].compactMap(\.self).min()
            result.append(
                both, from: Swift.max(old.start, step.start), until: Swift.min(old.until, step.until))
            result.append(old, from: Swift.max(old.start, step.until), until: old.until)
            reached = Swift.max(reached, Swift.min(old.until, step.until))
        }
        result.append(step, from: reached, until: step.until)
        replaceSubrange(touched, with: result)
        return touched.count
    }

    /// Appends a stretch of a step, if it has any time; to the last one where it goes on like it.
    private mutating func append(_ step: CurtailmentStep, from start: Int64, until: Int64) {
        guard start < until else { return }
        if let last, last.until == start, last.percent == step.percent, last.termsPercent == step.termsPercent {
            self[count - 1].until = until
        } else {
            append(
                CurtailmentStep(start: start, until: until, percent: step.percent, termsPercent: step.termsPercent))
        }
    }

    /// The first place from which on a condition holds.
    private func firstPlace(where holds: (CurtailmentStep) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
