// The windows that a ramped order is made of.

import FleetModel
import Packing

/// One window of an order with what is held over it.
struct SoundPart {
    let window: Range<Int64>
    /// Units of each line of the order; 0 for lines that this part has nothing of.
    let counts: [Int]
    /// The lines that it has something of, by index.
    let lines: [Int]
    /// The placement of those lines, in their order.
    let request: PlacementRequest
}

extension LeaseLine {
    /// The most units that it comes to in a window.
    func peakCount(over window: Range<Int64>) -> Int {
        RampFunction(window, initial: count, steps: ramp).steps.reduce(0) { max($0, $1.count) }
    }
}

extension SoundOrder {
    /// Where a lease begins for which nobody said when: at the first step, if it would hold nothing before that.
    static func firstStep(of order: LeaseOrder) -> Int64? {
        let firsts = order.lines.map { $0.count == 0 ? $0.ramp.first?.at : nil }
        return firsts.contains(nil) ? nil : firsts.compactMap(\.self).min()
    }

    static func checkRamps(of order: LeaseOrder, start: Int64, now: Int64) throws(Refusal) {
        for (index, line) in order.lines.enumerated() where !line.ramp.isEmpty {
            let pointer = "/reservations/\(index)/ramp"
            if case .power = line.shape {
                throw Refusal(.invalid, "a line in megawatts has no ramp; give it as whole nodes", pointer: pointer)
            }
            guard line.ramp.count <= OrderLimits.rampStepsMax else {
                throw Refusal(.invalid, "a ramp has at most \(OrderLimits.rampStepsMax) steps", pointer: pointer)
            }
            try checkSteps(line.ramp, from: start, until: order.end, now: now, pointer)
        }
    }

    static func checkSteps(
        _ steps: [RampStep], from start: Int64, until end: Int64, now: Int64, _ pointer: String
    ) throws(Refusal) {
        var before = start - 1
        for (place, step) in steps.enumerated() {
            let at = "\(pointer)/\(place)/at"
            if step.at < now { throw Refusal(.invalid, "the step is in the past", pointer: at) }
            if step.at < start { throw Refusal(.invalid, "the step is before the lease begins", pointer: at) }
            if step.at >= end { throw Refusal(.invalid, "the step is not before the lease's end", pointer: at) }
            if step.at <= before { throw Refusal(.invalid, "steps come in order, each at a later time", pointer: at) }
            guard (0...OrderLimits.countMax).contains(step.count) else {
                throw Refusal(
                    .invalid, "a step is to 0 to \(OrderLimits.countMax) units", pointer: "\(pointer)/\(place)/count")
            }
            before = step.at
        }
    }

    /// The windows of an order: the whole one first, with what is held throughout.
    static func windows(of lines: [LeaseLine], over whole: Range<Int64>) -> [(window: Range<Int64>, counts: [Int])] {
        var result = [(window: whole, counts: lines.map { _ in 0 })]
        for (index, line) in lines.enumerated() {
            for stretch in RampFunction(whole, initial: line.count, steps: line.ramp).stretches {
                var place = result.firstIndex { $0.window == stretch.window }
                if place == nil {
                    result.append((stretch.window, lines.map { _ in 0 }))
                    place = result.count - 1
                }
                result[place!].counts[index] += stretch.count
            }
        }
        let rest = result.dropFirst().sorted {
            ($0.window.lowerBound, -$0.window.upperBound) < ($1.window.lowerBound, -$1.window.upperBound)
        }
        return [result[0]] + rest
    }

    static func parts(
        of order: LeaseOrder, _ whole: PlacementRequest, turnRound: Int64
    ) throws(Refusal) -> [SoundPart] {
        let windows = windows(of: order.lines, over: whole.terms.start..<whole.terms.end)
        guard windows.count > 1 else {
            return [
                SoundPart(
                    window: windows[0].window, counts: windows[0].counts, lines: Array(order.lines.indices),
                    request: whole)
            ]
        }
        var parts: [SoundPart] = []
        for (window, counts) in windows {
            let lines = order.lines.indices.filter { counts[$0] > 0 }
            let terms = BookingTerms(
                lease: whole.terms.lease + UInt64(parts.count), start: window.lowerBound, end: window.upperBound,
                until: window.upperBound + turnRound, cap: order.cap)
            var request = PlacementRequest(lines: [], siteMask: whole.siteMask, terms: terms, now: whole.now)
            for index in lines {
                var (line, placement) = (order.lines[index], whole.lines[index])
                line.count = counts[index]
                placement.count = try countWithSpares(order, line, "/reservations/\(index)")
                request.lines.append(placement)
            }
            parts.append(SoundPart(window: window, counts: counts, lines: lines, request: request))
        }
        return parts
    }
}
