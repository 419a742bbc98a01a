// Prometheus' text form: one family after the other, each with its help and its type.

import Scheduling

/// A text of metrics being written.
struct MetricsText {
    enum Kind: String { case gauge, counter, histogram }

    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// One sample of the family begun last.
    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: some BinaryInteger) {
        append(name, labels, "\(value)")
    }

    /// One sample that is a number of seconds, or another fraction.
    mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, fraction value: Double) {
        append(name, labels, "\(value)")
    }

    /// A family of one sample without labels.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        family(name, kind, help)
        sample(name, [:], value)
    }

    /// The same of a fraction.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, fraction value: Double) {
        family(name, kind, help)
        sample(name, [:], fraction: value)
    }

    /// One histogram of the family begun last.
    ///
    /// - Parameter divisor: by what recorded figures are divided: 1e9 for seconds of nanoseconds.
    mutating func histogram(
        _ name: String, _ labels: KeyValuePairs<String, String>, _ histogram: Histogram, dividedBy divisor: Double = 1
    ) {
        let labels = labels.map { (key: $0.key, value: $0.value) }
        var count: UInt64 = 0
        for (place, bound) in histogram.bounds.enumerated() {
            count += histogram.counts[place]
            append(name + "_bucket", labels + [("le", Self.number(Double(bound) / divisor))], "\(count)")
        }
        count += histogram.counts[histogram.bounds.count]
        append(name + "_bucket", labels + [("le", "+Inf")], "\(count)")
        append(name + "_sum", labels, "\(Double(histogram.sum) / divisor)")
        append(name + "_count", labels, "\(count)")
    }

    private mutating func append(
        _ name: String, _ labels: some Sequence<(key: String, value: String)>, _ value: String
    ) {
        text += name
        var separator = "{"
        for (key, value) in labels {
            text += "\(separator)\(key)=\"\(Self.escaped(value))\""
            separator = ","
        }
        text += separator == "," ? "} \(value)\n" : " \(value)\n"
    }

    /// Whole numbers without a point, as they are read.
    private static func number(_ value: Double) -> String {
        value == value.rounded() ? "\(Int64(value))" : "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
