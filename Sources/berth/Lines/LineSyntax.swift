// One line of a lease on the command line.

import ControlAPI

/// The grammar of `--line`: `SHAPE:AMOUNT[:MODEL,…][:OPTION…]`.
enum LineSyntax {
    /// The grammar as help tells it.
    static let help = """
        A line is SHAPE:AMOUNT, then what it needs, in any order:
          SHAPE:AMOUNT[:MODEL,MODEL...][:within=LEVEL][:spread=LEVEL/MAX]
              [:pin=PATH]...[:composed][:name=NAME]

          block:4                      4 blocks of 512 GPUs
          rack:2                       2 whole racks
          nvl72:20:GB200,GB300         20 NVL72 racks of either model
          node:14:GB200:within=nvl72   14 trays in one NVLink domain
          gpu:2x4                      2 partitions of 4 GPUs each (1, 2, 4 or 8)
          gpu:2x3:composed             2 times 3 GPUs of one node (3, 5, 6 or 7)
          mig:7x1g.10gb:H100           7 MIG instances of the profile 1g.10gb
          watts:300MW:H100,H200        as many nodes as 300 MW at the meter carry
          node:64:spread=rack/4        64 nodes, at most 4 in any one rack
          node:9:pin=memphis-1/h1/b003:pin=memphis-2-h1-r001-t[01-18]
                                       9 nodes of that block and those trays

        Levels: site, hall, block, rack, nvl72; spread also node, for gpu and mig. A pin is the path of a domain, the \
        name of a node, or a host list of either.
        """

    /// Why a text is no line.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads a line. Ranges of values are the daemon's to check.
    ///
    /// - Parameter mayBeNone: whether the amount may be 0, for a line that a ramp says the rest of.
    static func parse(_ text: String, mayBeNone: Bool = false) throws(Fault) -> ReservationRequest {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2 else { throw Fault(description: "\"\(text)\" is not SHAPE:AMOUNT, such as block:4") }
        let shapeWord = parts.removeFirst()
        guard let shape = Shape(rawValue: shapeWord) else {
            let shapes = Shape.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(description: "\"\(shapeWord)\" is no shape; there are \(shapes)")
        }
        var line = ReservationRequest(shape: shape)
        let amount = parts.removeFirst()
        let isNone = mayBeNone && (amount == "0" || amount.hasPrefix("0x")) && shape != .watts
        try setAmount(isNone ? "1" + amount.dropFirst() : amount, of: &line)
        if isNone { line.count = 0 }
        for part in parts { try setOption(part, of: &line) }
        return line
    }

    private static func setAmount(_ text: String, of line: inout ReservationRequest) throws(Fault) {
        switch line.shape {
        case .block, .rack, .nvl72, .node: line.count = try whole(text)
        case .gpu:
            let (count, size) = try product(text, example: "2x4, two partitions of 4 GPUs")
            line.count = count
            line.gpus = try whole(size)
        case .mig:
            let (count, profile) = try product(text, example: "7x1g.10gb, seven instances of the profile 1g.10gb")
            guard !profile.isEmpty else { throw Fault(description: "\"\(text)\" names no profile, such as 1g.10gb") }
            line.count = count
            line.profile = profile
        case .watts: line.megawatts = try megawatts(text)
        }
    }

    private static func setOption(_ text: String, of line: inout ReservationRequest) throws(Fault) {
        if text == "composed" {
            line.composed = true
            return
        }
        guard let equals = text.firstIndex(of: "=") else {
            guard line.gpu == nil, !text.isEmpty else {
                throw Fault(
                    description: "\"\(text)\" is neither GPU models, given once, nor composed, \(options)")
            }
            line.gpu = text.split(separator: ",").map(String.init)
            return
        }
        let value = String(text[text.index(after: equals)...])
        switch text[..<equals] {
        case "within": line.within = try level(value)
        case "spread": line.spread = try spread(value)
        case "pin": line.pin = (line.pin ?? []) + [value]
        case "name": line.name = value
        default: throw Fault(description: "\"\(text[..<equals])=\" is not one of \(options)")
        }
    }

    private static let options = "within=, spread=, pin= or name="

    private static func spread(_ text: String) throws(Fault) -> SpreadRequest {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let level = TopologyLevel(rawValue: parts[0]) else {
            let levels = TopologyLevel.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(description: "\"\(parts[0])\" is no level; there are \(levels)")
        }
        return SpreadRequest(level: level, max: parts.count == 2 ? try whole(parts[1]) : nil)
    }

    private static func whole(_ text: String) throws(Fault) -> Int {
        guard let number = Int(text), number > 0 else {
            throw Fault(description: "\"\(text)\" is not a number above 0")
        }
        return number
    }

    private static func product(_ text: String, example: String) throws(Fault) -> (Int, String) {
        let factors = text.split(separator: "x", maxSplits: 1).map(String.init)
        guard factors.count == 2 else { throw Fault(description: "\"\(text)\" is not an amount like \(example)") }
        return (try whole(factors[0]), factors[1])
    }

    /// Reads a level that units can share.
    static func level(_ text: String) throws(Fault) -> TopologyLevel {
        guard let level = TopologyLevel(rawValue: text), level != .node else {
            let levels = TopologyLevel.allCases.filter { $0 != .node }.map(\.rawValue).joined(separator: ", ")
            throw Fault(description: "\"\(text)\" is no level; there are \(levels)")
        }
        return level
    }

    private static let units: [(suffix: String, megawatts: Double)] = [("MW", 1), ("kW", 1e-3), ("W", 1e-6)]

    /// Reads a power with its unit in watts; it may be nothing.
    static func watts(_ text: String) throws(Fault) -> Int {
        let isNothing = units.contains { text.hasSuffix($0.suffix) && number(in: text, before: $0.suffix) == 0 }
        return isNothing ? 0 : try megawatts(text).watts
    }

    /// A number that stands before a unit, with or without a space.
    private static func number(in text: String, before unit: String) -> Double? {
        let digits = text.dropLast(unit.count)
        return Double(digits.last == " " ? digits.dropLast() : digits)
    }

    /// Reads a power with its unit.
    static func megawatts(_ text: String) throws(Fault) -> Megawatts {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = number(in: text, before: unit.suffix),
                let power = Megawatts(megawatts: number * unit.megawatts)
            else { break }
            return power
        }
        throw Fault(description: "\"\(text)\" is not a power like 300MW, 1.5MW or 250kW")
    }

    /// The text that reads back as a line.
    static func text(of line: ReservationRequest) -> String {
        var parts = [line.shape.rawValue]
        switch line.shape {
        case .block, .rack, .nvl72, .node: parts.append("\(count(of: line))")
        case .gpu: parts.append("\(count(of: line))x\(line.gpus ?? 1)")
        case .mig: parts.append("\(count(of: line))x\(line.profile ?? "")")
        case .watts: parts.append("\(line.megawatts?.description ?? "0")MW")
        }
        if let models = line.gpu { parts.append(models.joined(separator: ",")) }
        if line.composed == true { parts.append("composed") }
        if let within = line.within { parts.append("within=" + within.rawValue) }
        if let spread = line.spread { parts.append("spread=" + text(of: spread)) }
        parts += (line.pin ?? []).map { "pin=" + $0 }
        if let name = line.name { parts.append("name=" + name) }
        return parts.joined(separator: ":")
    }

    private static func count(of line: ReservationRequest) -> Int { line.count ?? (line.ramp == nil ? 1 : 0) }

    /// A level and, where it was given, the most units.
    static func text(of spread: SpreadRequest) -> String {
        spread.level.rawValue + (spread.max.map { "/\($0)" } ?? "")
    }
}
