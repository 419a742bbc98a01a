// Watts and counts as people read them.

/// Watts and counts as people read them: `300 MW`, `132.006 kW`, `336,128`.
public enum WattsText {
    /// Exact watts in the largest unit of W, kW and MW that leaves at least 1, with up to six decimals.
    public static func short(_ watts: Watts) -> String {
        let magnitude = watts.magnitude
        let (unit, size): (String, UInt64) =
            magnitude >= 1_000_000 ? ("MW", 1_000_000) : magnitude >= 1_000 ? ("kW", 1_000) : ("W", 1)
        var text = grouped(magnitude / size)
        let fraction = magnitude % size
        if fraction > 0 {
            var decimals = String(fraction + size).dropFirst()
            while decimals.last == "0" { decimals = decimals.dropLast() }
            text += ".\(decimals)"
        }
        return (watts < 0 ? "-" : "") + text + " " + unit
    }

    /// Watts with one decimal, rounded to the nearest: in MW from ten megawatts on, else in kW.
    public static func rounded(_ watts: Watts) -> String {
        let magnitude = watts.magnitude
        guard magnitude >= 1_000 else { return short(watts) }
        let (unit, size): (String, UInt64) = magnitude >= 10_000_000 ? ("MW", 1_000_000) : ("kW", 1_000)
        let tenths = (magnitude + size / 20) / (size / 10)
        return (watts < 0 ? "-" : "") + "\(grouped(tenths / 10)).\(tenths % 10) \(unit)"
    }

    /// Digits in groups of three.
    public static func grouped(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (position, digit) in digits.enumerated() {
            if position > 0 && (digits.count - position) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
