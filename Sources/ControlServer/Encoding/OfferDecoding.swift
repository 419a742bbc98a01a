// Requests for offers as the book reads them.

import ControlAPI
import FleetModel
import Leasing
import Packing

extension OfferQuery {
    /// US dollars for a metric ton of carbon dioxide where the request names no price: what the United States' EPA took
    /// for its harm in 2020 ("Report on the Social Cost of Greenhouse Gases", November 2023, at 2 %).
    private static let carbonMicrosPerTonneDefault: Int64 = 190_000_000
    private static let validSecondsDefault: Int64 = 900
    /// How far ahead a start is looked for that has no latest time.
    private static let startSecondsMax: Int64 = 3 * 366 * 86_400

    /// What a request asks for, with names of hardware and profiles as `book` has them.
    init(_ request: OfferRequest, in book: Book, now: Int64) throws {
        let validSeconds = request.validFor?.seconds ?? Self.validSecondsDefault
        let start = try Self.start(of: request, validSeconds: validSeconds, now: now)
        let variants = try Self.variants(of: request, in: book, now: now)
        let length: Length =
            if let duration = request.duration {
                .seconds(duration.min.seconds...duration.max.seconds)
            } else {
                .until(request.end?.epochSeconds ?? 0)
            }
        let caps: CapRange =
            if let watts = request.capWattsPerGpu {
                .watts(watts.min...watts.max)
            } else {
                .percent((request.capPercent?.min ?? 100)...(request.capPercent?.max ?? 100))
            }
        let objectives = request.objectives ?? ControlAPI.OfferObjective.allCases
        self.init(
            order: try LeaseOrder(request.leaseRequest(start: nil), in: book, now: now), variants: variants,
            start: start, length: length, caps: caps, objectives: objectives.map { Leasing.OfferObjective($0) },
            validSeconds: validSeconds,
            carbonMicrosPerTonne: request.carbonPricePerTonne?.micros ?? Self.carbonMicrosPerTonneDefault)
    }

    private static func start(of request: OfferRequest, validSeconds: Int64, now: Int64) throws -> Start {
        if let start = request.start { return .at(start.epochSeconds) }
        if let range = request.earliest {
            let from = max(now, range.from?.epochSeconds ?? now)
            let to = range.to?.epochSeconds ?? from + startSecondsMax
            guard from <= to else {
                throw Problem(
                    .badRequest, detail: "the latest start is in the past", pointer: "/earliest/to",
                    expected: "a time to come")
            }
            return .within(from...to)
        }
        guard let end = request.end?.epochSeconds else { return .whenTaken }
        // Taken later, a window from now to a fixed end would be shorter and its price another; so it begins when the
        // offer expires.
        guard end > now + validSeconds else {
            throw Problem(
                .badRequest, detail: "the window ends before the offer would expire", pointer: "/end",
                expected: "a later end, a shorter validFor, or a duration")
        }
        return .at(now + validSeconds)
    }

    // MARK: Shapes

    /// Every combination of shapes, those first whose lines are nearest to their first choices.
    private static func variants(of request: OfferRequest, in book: Book, now: Int64) throws -> [OfferVariant] {
        var combinations: [[Int]] = [[]]
        for line in request.reservations {
            combinations = combinations.flatMap { head in (0...line.orElse.count).map { head + [$0] } }
        }
        let ordered = combinations.sorted { left, right in
            let (a, b) = (left.reduce(0, +), right.reduce(0, +))
            return a != b ? a < b : left.lexicographicallyPrecedes(right)
        }
        let first = try LeaseOrder(request.leaseRequest(start: nil), in: book, now: now)
        return try ordered.map { choices in
            var (changed, words) = (request.leaseRequest(start: nil), [String]())
            for (index, choice) in choices.enumerated() where choice > 0 {
                let alternative = request.reservations[index].orElse[choice - 1]
                var line = changed.reservations[index]
                line.take(alternative)
                if line.gpu == nil {
                    let models = book.models(ofUnitsOf: first.lines[index], sites: request.sites ?? [])
                    line.gpu = models.isEmpty ? nil : models
                }
                changed.reservations[index] = line
                if alternative.count == nil {
                    let pointer = "/reservations/\(index)/orElse/\(choice - 1)"
                    changed.reservations[index].count = try count(
                        like: first.lines[index], of: LeaseOrder(changed, in: book, now: now).lines[index],
                        sites: request.sites ?? [], in: book, pointer)
                }
                words.append("line \(first.lines[index].name) as \(alternative.shape.rawValue)")
            }
            return OfferVariant(
                lines: try LeaseOrder(changed, in: book, now: now).lines, instead: words.joined(separator: " and "))
        }
    }

    /// How many units of another shape have exactly as many GPUs as a line.
    private static func count(
        like line: LeaseLine, of other: LeaseLine, sites: [String], in book: Book, _ pointer: String
    ) throws -> Int {
        func size(_ line: LeaseLine) throws -> Int {
            let sizes = book.gpuCounts(ofUnitsOf: line, sites: sites)
            guard sizes.count == 1 else {
                let found =
                    sizes.isEmpty ? "no unit" : "units of \(sizes.map(String.init).joined(separator: " and ")) GPUs"
                throw Problem(
                    .badRequest,
                    detail:
                        "the accepted sites have \(found) of shape \(line.shapeName) for this line, so no count is as many GPUs",
                    pointer: pointer, expected: "a count, or one GPU model")
            }
            return sizes[0]
        }
        let (wanted, unit) = (line.count * (try size(line)), try size(other))
        guard wanted.isMultiple(of: unit) else {
            throw Problem(
                .badRequest, detail: "\(wanted) GPUs are no whole number of \(other.shapeName) of \(unit) GPUs",
                pointer: pointer, expected: "a count")
        }
        return wanted / unit
    }
}

extension ReservationRequest {
    /// Puts another shape in place of the line's own; what it leaves out stays.
    fileprivate mutating func take(_ alternative: AlternativeShape) {
        shape = alternative.shape
        count = alternative.count ?? 1
        gpus = alternative.gpus
        composed = alternative.composed
        gpu = alternative.gpu ?? gpu
        within = alternative.within ?? within
    }
}

extension Leasing.OfferObjective {
    fileprivate init(_ objective: ControlAPI.OfferObjective) {
        self =
            switch objective {
            case .earliest: .earliest
            case .cheapest: .cheapest
            case .bestPacking: .bestPacking
            }
    }
}
