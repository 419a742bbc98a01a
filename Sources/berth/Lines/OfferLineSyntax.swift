// One line of a request for offers on the command line.

import ControlAPI

/// The grammar of `berth offer --line`: a lease's line, and `:or=SHAPE[/AMOUNT]` for each shape that would do instead.
enum OfferLineSyntax {
    /// The grammar as help tells it.
    static let help =
        LineSyntax.help + """


            A line of an offer may also name shapes that would do instead, the better first, as or=SHAPE or \
            or=SHAPE/AMOUNT. Without an amount it is as many as have the same GPUs in all.

              block:64:H100:or=rack:or=node      64 blocks, else as many racks, else nodes
              nvl72:4:or=node/72                 4 NVL72 racks, else 72 trays
              node:2:H100:or=gpu/4x4             2 servers, else 4 times 4 GPUs
            """

    static func parse(_ text: String) throws(LineSyntax.Fault) -> OfferLine {
        var (plain, alternatives) = ([Substring](), [AlternativeShape]())
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            if part.hasPrefix("or=") {
                alternatives.append(try alternative(String(part.dropFirst(3))))
            } else {
                plain.append(part)
            }
        }
        return OfferLine(try LineSyntax.parse(plain.joined(separator: ":")), orElse: alternatives)
    }

    private static func alternative(_ text: String) throws(LineSyntax.Fault) -> AlternativeShape {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let shape = Shape(rawValue: parts[0]), shape != .mig, shape != .watts else {
            throw LineSyntax.Fault(
                description: "or=\(parts[0]) is no shape with a number of GPUs; there are block, rack, nvl72, node, gpu"
            )
        }
        if shape == .gpu, parts.count == 1 {
            throw LineSyntax.Fault(description: "or=gpu needs an amount like or=gpu/2x4, two partitions of 4 GPUs")
        }
        guard parts.count == 2 else { return AlternativeShape(shape: shape) }
        let line = try LineSyntax.parse("\(shape.rawValue):\(parts[1])")
        return AlternativeShape(shape: shape, count: line.count, gpus: line.gpus)
    }
}

/// Ranges as `A..B`, or one value.
enum RangeSyntax {
    /// Reads `30d..90d` or `30d`.
    static func durations(_ text: String) throws(LineSyntax.Fault) -> ValueRange<WireDuration> {
        let expected = "a duration like 30d, or a range of them like 30d..90d"
        return try range(text, expected) { WireDuration($0) }
    }

    /// A cap in percent or in watts.
    enum Cap: Equatable {
        case percent(ValueRange<Int>)
        case watts(ValueRange<Int>)
    }

    /// Reads `60%..80%`, `60..80%`, `70%`, `500W..700W` or `700W`.
    static func cap(_ text: String) throws(LineSyntax.Fault) -> Cap {
        let expected = "a cap like 80% or 700W, or a range of them like 60%..80%"
        guard let unit = text.last, unit == "%" || unit == "W" else {
            throw LineSyntax.Fault(description: "\"\(text)\" is not \(expected)")
        }
        let values = try range(text, expected) { part in Int(part.last == unit ? part.dropLast() : part[...]) }
        return unit == "%" ? .percent(values) : .watts(values)
    }

    private static func range<Value>(
        _ text: String, _ expected: String, _ read: (String) -> Value?
    ) throws(LineSyntax.Fault) -> ValueRange<Value> {
        var ends = [text]
        if let dots = text.firstRange(of: "..") {
            ends = [String(text[..<dots.lowerBound]), String(text[dots.upperBound...])]
        }
        let values = ends.compactMap(read)
        guard values.count == ends.count, values[0] <= values[values.count - 1] else {
            throw LineSyntax.Fault(description: "\"\(text)\" is not \(expected)")
        }
        return ValueRange(values[0], values[values.count - 1])
    }
}
