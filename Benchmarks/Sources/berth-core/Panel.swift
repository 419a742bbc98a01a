// One set of axes of a figure.

import Foundation

/// Lines over two logarithmic axes; times in nanoseconds go up.
struct Panel {
    let left: Double
    let title: String
    var axis = ""
    /// Where the lower axis is marked, and as what.
    var ticks: [(value: Double, label: String)] = []
    /// The number of each line's colour and its points.
    var series: [(style: Int, points: [(Double, Double)])] = []

    private let top = 88.0
    private let width = 340.0
    private let height = 270.0

    init(left: Double, title: String) {
        self.left = left
        self.title = title
    }

    func lines(_ decades: ClosedRange<Int>) -> [String] {
        var lines = [text(title, x: left, y: top - 14)]
        for decade in decades {
            let y = y(pow(10, Double(decade)), decades)
            lines.append(line("grid", left, y, left + width, y))
            lines.append(text(Self.time(decade), x: left - 8, y: y + 4, anchor: "end"))
        }
        let bottom = top + height
        lines.append(line("axis", left, bottom, left + width, bottom))
        for tick in ticks {
            let x = x(tick.value)
            lines.append(line("axis", x, bottom, x, bottom + 5))
            lines.append(text(tick.label, x: x, y: bottom + 20, anchor: "middle"))
        }
        lines.append(text(axis, x: left + width / 2, y: bottom + 40, anchor: "middle"))
        for item in series where !item.points.isEmpty { lines += drawn(item.points, item.style, decades) }
        return lines
    }

    private func drawn(_ points: [(Double, Double)], _ style: Int, _ decades: ClosedRange<Int>) -> [String] {
        let places = points.map { (x($0.0), y($0.1, decades)) }
        let path = places.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
        return ["<polyline class=\"s\(style)\" points=\"\(path)\"/>"]
            + places.map { "<circle class=\"s\(style)\" cx=\"\(number($0.0))\" cy=\"\(number($0.1))\" r=\"3\"/>" }
    }

    private func x(_ value: Double) -> Double {
        let (low, high) = (log10(ticks.first?.value ?? 1), log10(ticks.last?.value ?? 10))
        return left + 10 + (width - 20) * (high > low ? (log10(value) - low) / (high - low) : 0)
    }

    private func y(_ value: Double, _ decades: ClosedRange<Int>) -> Double {
        let share = (log10(max(1, value)) - Double(decades.lowerBound)) / Double(decades.count - 1)
        return top + height * (1 - share)
    }

    /// Ten to a power of nanoseconds in the unit that suits it.
    private static func time(_ decade: Int) -> String {
        let units = ["ns", "µs", "ms", "s"]
        let unit = min(decade / 3, units.count - 1)
        return "\(Int(pow(10, Double(decade - unit * 3)))) \(units[unit])"
    }

    private func line(_ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        "<line class=\"\(style)\" x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\"/>"
    }

    private func text(_ text: String, x: Double, y: Double, anchor: String = "start") -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
