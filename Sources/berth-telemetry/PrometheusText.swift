// Reads Prometheus' text form, as exporters write it.

/// One sample: a metric with its labels, its value, and perhaps a time of its own.
struct PrometheusSample: Equatable, Sendable {
    var metric: String
    var labels: [String: String]
    var value: Double
    /// Milliseconds since 1970; nil: the moment of the scrape.
    var millisecondsSince1970: Int64?
}

/// A line that is not Prometheus' text form.
struct PrometheusTextError: Error, Equatable, CustomStringConvertible {
    let line: Int
    let expected: String

    var description: String { "line \(line): expected \(expected)" }
}

/// The text form, version 0.0.4: comments, and lines of `metric{label="value",…} value [milliseconds]`.
///
/// A metric that nobody asked for is checked no further than its name, since an exporter's other metrics are no concern
/// of ours; a sample that is asked for must be right in every character.
enum PrometheusText {
    /// The samples of the metrics named. O(bytes).
    static func samples(
        of metrics: Set<String>, in text: some Sequence<UInt8>
    ) throws(PrometheusTextError) -> [PrometheusSample] {
        var samples: [PrometheusSample] = []
        var number = 0
        for line in Array(text).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            var reader = LineReader(line, number: number)
            reader.skipBlanks()
            guard let first = reader.peek, first != UInt8(ascii: "#") else { continue }
            let name = try reader.name(allowsColon: true)
            if metrics.contains(name) { samples.append(try reader.sample(of: name)) }
        }
        return samples
    }
}

/// One line, read from left to right.
private struct LineReader {
    private let bytes: ArraySlice<UInt8>
    private let number: Int
    private var index: Int

    init(_ bytes: ArraySlice<UInt8>, number: Int) {
        self.bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        self.number = number
        index = bytes.startIndex
    }

    var peek: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

    mutating func skipBlanks() {
        while peek == UInt8(ascii: " ") || peek == UInt8(ascii: "\t") { index += 1 }
    }

    mutating func name(allowsColon: Bool) throws(PrometheusTextError) -> String {
        let start = index
        while let byte = peek, Self.isName(byte, isFirst: index == start, allowsColon) { index += 1 }
        guard index > start else { throw fault("a name") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    mutating func sample(of metric: String) throws(PrometheusTextError) -> PrometheusSample {
        skipBlanks()
        var labels: [String: String] = [:]
        if take(UInt8(ascii: "{")) {
            skipBlanks()
            while !take(UInt8(ascii: "}")) {
                let name = try name(allowsColon: false)
                skipBlanks()
                guard take(UInt8(ascii: "=")) else { throw fault("= after the label \(name)") }
                skipBlanks()
                guard labels.updateValue(try quoted(), forKey: name) == nil else { throw fault("each label once") }
                skipBlanks()
                if take(UInt8(ascii: ",")) {
                    skipBlanks()
                } else if peek != UInt8(ascii: "}") {
                    throw fault("a comma or } after a label")
                }
            }
        }
        guard let value = Double(word()) else { throw fault("a number") }
        let time = word()
        guard time.isEmpty || Int64(time) != nil else { throw fault("a time in milliseconds") }
        guard word().isEmpty else { throw fault("the end of the line") }
        return PrometheusSample(metric: metric, labels: labels, value: value, millisecondsSince1970: Int64(time))
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index += 1
        return true
    }

    private mutating func quoted() throws(PrometheusTextError) -> String {
        guard take(UInt8(ascii: "\"")) else { throw fault("a value in quotation marks") }
        var text: [UInt8] = []
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else { throw fault("UTF-8") }
                return text
            case UInt8(ascii: "\\"):
                switch peek {
                case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(bytes[index])
                default: throw fault("\\\\, \\\" or \\n")
                }
                index += 1
            default: text.append(byte)
            }
        }
        throw fault("a closing quotation mark")
    }

    private mutating func word() -> String {
        skipBlanks()
        let start = index
        while let byte = peek, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isName(_ byte: UInt8, isFirst: Bool, _ allowsColon: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
        case UInt8(ascii: ":"): allowsColon
        default: false
        }
    }

    private func fault(_ expected: String) -> PrometheusTextError {
        PrometheusTextError(line: number, expected: expected)
    }
}
