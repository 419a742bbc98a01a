// Amounts as people read them.

import ControlAPI

/// A count with commas between thousands.
func counted(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
        text.append(digit)
    }
    return number < 0 ? "-" + text : text
}

/// A count and what is counted.
func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    counted(number) + " " + (number == 1 ? one : many ?? one + "s")
}

/// A power in watts, kilowatts or megawatts.
func power(_ watts: Int) -> String {
    switch watts.magnitude {
    case 0..<1_000: "\(watts) W"
    case 1_000..<1_000_000: scaled(watts, by: 1_000, decimals: 1) + " kW"
    default: scaled(watts, by: 1_000_000, decimals: 2) + " MW"
    }
}

/// An integer divided by a scale, rounded to some decimals.
func scaled(_ value: Int, by scale: Int, decimals: Int) -> String {
    var unit = 1
    for _ in 0..<decimals { unit *= 10 }
    // In two steps, since the energy of years in joules has no room for more digits.
    let parts = value.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
    let rounded = (Int(parts.remainder) * unit + scale / 2) / scale
    let (whole, fraction) = (Int(parts.quotient) + rounded / unit, rounded % unit)
    let digits = String(fraction)
    let text = counted(whole) + "." + String(repeating: "0", count: decimals - digits.count) + digits
    return value < 0 ? "-" + text : text
}

/// A fraction with about three digits, such as a number of nodes that are down on average.
func rounded(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let decimals = hundredths.magnitude >= 10_000 ? 0 : hundredths.magnitude >= 1_000 ? 1 : 2
    return decimals == 0 ? counted((hundredths + 50) / 100) : scaled(hundredths, by: 100, decimals: decimals)
}

/// A share of a whole in percent, or a dash of nothing.
func share(_ part: Int, of whole: Int) -> String {
    whole == 0 ? "-" : scaled(part * 100, by: whole, decimals: 1) + " %"
}

extension Timestamp {
    /// The date, and the time of day unless it is midnight: `2029-06-01`, `2026-12-01 14:30Z`.
    var short: String {
        let text = description
        let isMidnight = epochSeconds.isMultiple(of: 86_400)
        return isMidnight ? String(text.prefix(10)) : "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))Z"
    }
}

extension Money {
    /// The amount with its currency, with cents only where there are some.
    var text: String {
        let hasCents = !micros.isMultiple(of: 1_000_000)
        let amount =
            hasCents ? scaled(Int(micros), by: 1_000_000, decimals: 2) : counted(Int(micros / 1_000_000))
        return currency == "USD" ? "$" + amount : currency + " " + amount
    }
}
