// Numbers with units as people write them, read exactly: what has no exact integer is refused, never rounded.

extension YAMLValue {
    /// Watts with their unit, for example `300 MW` or `132.5 kW`.
    func watts() throws(FleetFileError) -> Watts {
        try quantity(
            units: [("W", 1), ("kW", 1_000), ("MW", 1_000_000), ("GW", 1_000_000_000)],
            what: "watts", example: "300 MW", range: 1...FleetFileLimits.wattsMax)
    }

    /// Energy with its unit, for example `811 MWh`, in joules.
    func joules() throws(FleetFileError) -> Int64 {
        try quantity(
            units: [("Wh", 3_600), ("kWh", 3_600_000), ("MWh", 3_600_000_000), ("GWh", 3_600_000_000_000)],
            what: "energy", example: "811 MWh", range: 1...FleetFileLimits.joulesMax)
    }

    /// A duration of whole seconds with its unit, for example `30m`.
    func seconds(max secondsMax: Int64 = 366 * 86_400) throws(FleetFileError) -> Int64 {
        try quantity(
            units: [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)],
            what: "a duration", example: "30m", range: 0...secondsMax)
    }

    /// A decimal of at most `places` places, in units of its last place: `1.20` with three places is 1,200.
    func decimal(places: Int, _ range: ClosedRange<Int64>) throws(FleetFileError) -> Int64 {
        let unit = power(of: 10, places)
        let expected =
            "a number from \(Self.plain(range.lowerBound, unit)) to \(Self.plain(range.upperBound, unit))"
            + " with at most \(places) decimals"
        let digits = try text(expected)
        guard let scaled = Self.scaled(digits[...], by: unit), range.contains(scaled) else {
            throw unexpected(expected)
        }
        return scaled
    }

    /// A time as RFC 3339 has it, whole seconds, for example `2026-07-01T00:00:00Z`; seconds since 1970, UTC.
    func time() throws(FleetFileError) -> Int64 {
        let expected = "a time such as 2026-07-01T00:00:00Z"
        guard let seconds = RFC3339.seconds(try text(expected)) else { throw unexpected(expected) }
        return seconds
    }

    private func quantity(
        units: [(name: String, size: Int64)], what: String, example: String, range: ClosedRange<Int64>
    ) throws(FleetFileError) -> Int64 {
        let names = units.map { $0.name }
        let expected = "\(what) with a unit (\(names.joined(separator: ", "))), for example \(example)"
        let written = try text(expected)
        let number = written.prefix { $0.isNumber || $0 == "." }
        let unitName = written.dropFirst(number.count).drop { $0 == " " }
        guard !number.isEmpty else { throw unexpected(expected) }
        guard let unit = units.first(where: { $0.name == unitName }) else {
            let right = names.first { $0.lowercased() == unitName.lowercased() }
            let problem =
                unitName.isEmpty ? "found \(summary) without a unit" : "unknown unit \"\(unitName.prefix(20))\""
            let separator = written.contains(" ") || what != "a duration" ? " " : ""
            throw failure(problem, expected: expected, suggestion: right.map { "\(number)\(separator)\($0)" })
        }
        guard let amount = Self.scaled(number, by: unit.size) else { throw unexpected(expected) }
        guard range.contains(amount) else {
            throw failure(
                "\(summary) is out of range",
                expected: "\(what) from \(range.lowerBound) to \(range.upperBound) in the smallest unit")
        }
        return amount
    }

    /// `digits × unit` when that is a whole number that fits; nil for anything but digits and one point.
    private static func scaled(_ digits: Substring, by unit: Int64) -> Int64? {
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let wholePart = parts.first, let whole = digitsOnly(wholePart), parts.count == 1 || !parts[1].isEmpty
        else { return nil }
        let product = whole.multipliedReportingOverflow(by: unit)
        guard !product.overflow else { return nil }
        guard parts.count == 2 else { return product.partialValue }
        guard parts[1].count <= 15, let fraction = digitsOnly(parts[1]) else { return nil }
        var denominator: Int64 = 1
        for _ in parts[1] { denominator *= 10 }
        let scaledFraction = fraction.multipliedFullWidth(by: unit)
        let division = denominator.dividingFullWidth(scaledFraction)
        guard division.remainder == 0 else { return nil }
        let sum = product.partialValue.addingReportingOverflow(division.quotient)
        return sum.overflow ? nil : sum.partialValue
    }

    private static func digitsOnly(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    private static func plain(_ scaled: Int64, _ unit: Int64) -> String {
        guard scaled % unit != 0 else { return String(scaled / unit) }
        var fraction = String(scaled % unit + unit).dropFirst()
        while fraction.last == "0" { fraction = fraction.dropLast() }
        return "\(scaled / unit).\(fraction)"
    }

    private func power(of base: Int64, _ exponent: Int) -> Int64 {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }
}
