// Why a ramp does not fit, and what would: the step that falls short, the most at each step, the same later.

import FleetModel
import Packing

extension Book {
    /// Explains the refusal of an order of several parts: what is in the way of the first step that does not fit.
    func explainRamp(_ sound: SoundOrder, to audience: Audience, now: Int64) -> Explanation {
        var explanation = Explanation()
        let order = sound.order
        guard let short = firstPartShort(of: sound) else {
            if let tenant = tenant(order.tenant), tenant.quota != Quota() {
                explanation.obstacles += quotaObstacles(tenant, over: sound.start..<order.end, audience)
            }
            return explanation
        }
        let part = sound.parts[short.part]
        if let alone = try? SoundOrder(order.alone(part), in: short.book, now: now) {
            // Parts of the very lease that stand in the way are not what somebody has to know.
            let own = naming.id(of: nextLeaseNumber)
            explanation.obstacles = short.book.quotaObstacles(to: alone, short.outcome, audience)
            for (place, finding) in short.outcome.findings.enumerated() where finding.placed < finding.wanted {
                explanation.obstacles += short.book.obstacles(
                    to: alone.order.lines[place], finding, alone, audience
                ).filter { $0.name != own }
            }
        }
        let isShortOfWatts = short.outcome.findings.contains { !$0.shortBudgets.isEmpty }
        explanation.counterOffers = [
            mostAtEachStep(of: sound, now: now),
            isShortOfWatts ? lowerCap(order, now: now) : nil,
            laterRamp(sound, now: now),
        ].compactMap(\.self)
        return explanation
    }

    /// The same ramp with every step lowered to what fits.
    private func mostAtEachStep(of sound: SoundOrder, now: Int64) -> CounterOffer? {
        var order = sound.order
        for _ in 0..<Self.partsLoweredMax {
            guard let sound = try? SoundOrder(order, in: self, now: now) else { return nil }
            guard let short = firstPartShort(of: sound) else {
                return offer(.mostNow, "the most that fits at each step: \(order.summary)", order, now: now)
            }
            let part = sound.parts[short.part]
            let placed = part.lines.firstIndex(of: short.line).map { short.outcome.findings[$0].placed } ?? 0
            let missing = max(1, part.counts[short.line] - placed)
            order.lines[short.line].lower(by: missing, over: part.window, of: sound.start..<order.end)
            if order.lines[short.line].peakCount(over: sound.start..<order.end) == 0 {
                order.lines.remove(at: short.line)
            }
            if order.lines.isEmpty { return nil }
        }
        return nil
    }

    private static let partsLoweredMax = 64

    /// The same ramp from a later start.
    private func laterRamp(_ sound: SoundOrder, now: Int64) -> CounterOffer? {
        var order = sound.order
        order.start = sound.start
        for _ in 0..<Self.shiftsMax {
            guard let sound = try? SoundOrder(order, in: self, now: now), let short = firstPartShort(of: sound) else {
                return order.start == sound.start
                    ? nil : offer(.earliestStart, "all of it from a later start", order, now: now)
            }
            let part = sound.parts[short.part]
            let latest = part.window.lowerBound + Self.offerYears * 366 * 86_400
            guard
                let found = short.book.packing.earliestStart(
                    of: part.request, in: part.window.lowerBound + 1...latest)
            else { return nil }
            order.shift(by: found.start - part.window.lowerBound)
        }
        return nil
    }

    private static let shiftsMax = 8
}

extension LeaseOrder {
    /// An order of one part of this one by itself.
    fileprivate func alone(_ part: SoundPart) -> LeaseOrder {
        var order = self
        order.lines = part.lines.map { index in
            var line = lines[index]
            (line.count, line.ramp) = (part.counts[index], [])
            return line
        }
        (order.start, order.end, order.durationSeconds) = (part.window.lowerBound, part.window.upperBound, nil)
        return order
    }

    /// Moves all of its times.
    fileprivate mutating func shift(by seconds: Int64) {
        start = start.map { $0 + seconds }
        end += seconds
        for index in lines.indices {
            for step in lines[index].ramp.indices { lines[index].ramp[step].at += seconds }
        }
    }
}

extension LeaseLine {
    /// Takes units off over a part of its window.
    fileprivate mutating func lower(by units: Int, over part: Range<Int64>, of whole: Range<Int64>) {
        let ramp = RampFunction(whole, initial: count, steps: ramp)
        let times = Set(ramp.steps.map(\.at) + [part.lowerBound, part.upperBound]).sorted()
        var steps: [RampStep] = []
        for time in times where time < whole.upperBound {
            let count = max(0, ramp.count(at: time) - (part.contains(time) ? units : 0))
            if steps.last?.count != count { steps.append(RampStep(at: time, count: count)) }
        }
        count = steps.first?.count ?? 0
        self.ramp = Array(steps.dropFirst())
    }
}
