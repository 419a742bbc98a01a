// Granting an order of several parts: all of them, or none.

import FleetModel
import Packing

extension Book {
    /// Domains that are tried for lines within a level before the next part is given up.
    private static let domainTriesMax = 64

    /// Places and grants each part of an order over its own window, with those before it booked. A refusal names the step.
    mutating func grantParts(
        of sound: SoundOrder, _ step: inout Step
    ) throws(Refusal) -> [[LinePlacement]] {
        var avoided: [Int: [Range<Int>]] = [:]
        let (before, stepBefore) = (self, step)
        for _ in 0..<Self.domainTriesMax {
            let (placements, failure) = try grantParts(of: sound, avoiding: avoided, &step)
            guard let failure else { return placements }
            // A line within a level may have begun in a domain that cannot hold all of its parts.
            let line = sound.order.lines[failure.line]
            let tried = failure.number.flatMap {
                domainHeld(byLine: failure.line, line, liveParts(of: $0))
            }
            (self, step) = (before, stepBefore)
            guard let tried else { throw failure.refusal }
            avoided[failure.line] = ((avoided[failure.line] ?? []) + [tried]).united()
            if avoided[failure.line]!.reduce(0, { $0 + $1.count }) >= fleet.nodeCount { throw failure.refusal }
        }
        throw Refusal(
            .noCapacity,
            "no domain was found that holds all steps of each line that lies within one; \(Self.domainTriesMax) were tried"
        )
    }

    /// Why a part could not be placed.
    private struct PartFailure {
        let line: Int
        /// The lease, once its first part is granted.
        let number: UInt64?
        let refusal: Refusal
    }

    private mutating func grantParts(
        of sound: SoundOrder, avoiding avoided: [Int: [Range<Int>]], _ step: inout Step
    ) throws(Refusal) -> ([[LinePlacement]], PartFailure?) {
        let number = nextLeaseNumber
        var placements: [[LinePlacement]] = []
        for part in sound.parts {
            let lines = part.lines.map { (index: $0, line: sound.order.lines[$0]) }
            let others = placements.isEmpty ? [] : liveParts(of: number)
            switch place(part.request, of: lines, beside: others, avoiding: avoided) {
            case .placed(let found):
                var ofPart = sound.order.lines.map { _ in LinePlacement() }
                for (place, index) in part.lines.enumerated() { ofPart[index] = found[place] }
                try grant(part, of: number, sound, ofPart, &step)
                placements.append(ofPart)
            case .short(let place, _, _):
                let index = part.lines[place]
                let refusal = Refusal(.noCapacity, sound.sentence(of: part, line: index))
                let failure = PartFailure(
                    line: index, number: placements.isEmpty ? nil : number, refusal: refusal)
                return (placements, failure)
            }
        }
        return (placements, nil)
    }

    /// The first part of an order that does not fit when those before it are granted, with the book in which they are; nil
    /// when all of them fit. Changes nothing.
    func firstPartShort(
        of sound: SoundOrder
    ) -> (part: Int, line: Int, book: Book, outcome: PlacementOutcome)? {
        var fork = self
        let number = nextLeaseNumber
        var step = Step(now: sound.request.now, actor: .daemon, reason: "")
        for (place, part) in sound.parts.enumerated() {
            let lines = part.lines.map { (index: $0, line: sound.order.lines[$0]) }
            let others = place == 0 ? [] : fork.liveParts(of: number)
            switch fork.place(part.request, of: lines, beside: others, explaining: true) {
            case .short(let line, _, let outcome): return (place, part.lines[line], fork, outcome)
            case .placed(let found):
                var ofPart = sound.order.lines.map { _ in LinePlacement() }
                for (place, index) in part.lines.enumerated() { ofPart[index] = found[place] }
                if (try? fork.grant(part, of: number, sound, ofPart, &step)) == nil { return nil }
            }
        }
        return nil
    }
}

extension SoundOrder {
    /// Which step of a line does not fit.
    func sentence(of part: SoundPart, line index: Int) -> String {
        let line = order.lines[index]
        let window = part.window
        let (from, until) = (RFC3339.text(window.lowerBound), RFC3339.text(window.upperBound))
        guard parts.count > 1 else { return "line \(line.name) does not fit over the whole window" }
        let ramp = RampFunction(start..<order.end, initial: line.count, steps: line.ramp)
        return "the step of line \(line.name) to \(ramp.count(at: window.lowerBound)) at \(from) does not fit: "
            + "\(part.counts[index]) units until \(until)"
    }
}
