// A name made of labels: `{Hostname}`, `{instance:short}`, `memphis-1/h1/{rack}`.

/// A text with labels in braces.
///
/// `{label}` stands for the label's whole value, `{label:host}` for it without a port, and `{label:short}` without a port
/// and without a domain.
struct LabelTemplate: Equatable, Sendable {
    private enum Form: String { case whole, host, short }

    private enum Part: Equatable, Sendable {
        case text(String)
        case label(String, Form)
    }

    private let parts: [Part]
    /// As it was written.
    let text: String

    /// Reads a template, or gives nil.
    init?(_ text: String) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            let words = rest[rest.index(after: open)..<close].split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(words.count), !words[0].isEmpty,
                let form = words.count == 1 ? .whole : Form(rawValue: String(words[1]))
            else { return nil }
            parts.append(.label(String(words[0]), form))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        guard !parts.isEmpty, !rest.contains("}") else { return nil }
        self.parts = parts
        self.text = text
    }

    /// The text with the labels' values; nil when one of them is not there.
    func filled(with labels: [String: String]) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .label(let name, let form):
                guard let value = labels[name], !value.isEmpty else { return nil }
                result += Self.cut(value, form)
            }
        }
        return result
    }

    private static func cut(_ value: String, _ form: Form) -> Substring {
        guard form != .whole else { return Substring(value) }
        // An address in brackets may have colons of its own.
        if value.hasPrefix("["), let end = value.firstIndex(of: "]") {
            return value[value.index(after: value.startIndex)..<end]
        }
        let host = value.prefix { $0 != ":" }
        let isAddress = host.allSatisfy { $0.isNumber || $0 == "." }
        return form == .short && !isAddress ? host.prefix { $0 != "." } : host
    }
}
