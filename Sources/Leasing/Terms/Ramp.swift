// A line's quantity as a step function of time, and the windows that it is made of.

/// How many units of a line are held from a time on.
public struct RampStep: Equatable, Sendable {
    public var at: Int64
    public var count: Int

    public init(at: Int64, count: Int) {
        self.at = at
        self.count = count
    }
}

/// As many units of one line over one window.
struct RampStretch: Equatable, Sendable {
    var window: Range<Int64>
    var count: Int
}

/// A step function of units over one window: `initial` from its start, then what each step says.
struct RampFunction: Equatable, Sendable {
    let window: Range<Int64>
    /// Ascending, inside the window; the first one at its start.
    private(set) var steps: [RampStep]

    /// Steps before the window say what it begins with, those after it say nothing.
    init(_ window: Range<Int64>, initial: Int, steps: [RampStep] = []) {
        self.window = window
        let first = steps.last { $0.at <= window.lowerBound }?.count ?? initial
        self.steps = [RampStep(at: window.lowerBound, count: first)]
        for step in steps where step.at > window.lowerBound && step.at < window.upperBound {
            if step.count != self.steps.last!.count { self.steps.append(step) }
        }
    }

    func count(at time: Int64) -> Int { steps.last { $0.at <= time }?.count ?? 0 }

    /// The windows that make it up: a step up begins one that lasts to the end, a step down ends those that began last.
    /// In order of their starts, longer ones first. O(steps).
    var stretches: [RampStretch] {
        var open: [RampStep] = []
        var result: [RampStretch] = []
        var held = 0
        for step in steps {
            if step.count > held { open.append(RampStep(at: step.at, count: step.count - held)) }
            var excess = held - step.count
            while excess > 0 {
                var last = open.removeLast()
                let count = min(excess, last.count)
                result.append(RampStretch(window: last.at..<step.at, count: count))
                (excess, last.count) = (excess - count, last.count - count)
                if last.count > 0 { open.append(last) }
            }
            held = step.count
        }
        result += open.map { RampStretch(window: $0.at..<window.upperBound, count: $0.count) }
        return result.sorted {
            ($0.window.lowerBound, -$0.window.upperBound) < ($1.window.lowerBound, -$1.window.upperBound)
        }
    }
}
