// What a soak takes from answers. It is looked for and not decoded, so that the driver leaves the daemon its processor.

import Foundation

enum SoakAnswers {
    /// Ids of leases.
    static func leases(in body: [UInt8]) -> [String] { texts(after: #""id":"l-"#, keeping: 2, in: body) }

    /// Names of nodes.
    static func names(in body: [UInt8]) -> [String] { texts(after: #""name":""#, keeping: 0, in: body) }

    private static func texts(after mark: String, keeping kept: Int, in body: [UInt8]) -> [String] {
        let mark = Array(mark.utf8)
        var texts: [String] = []
        var place = 0
        while let found = body[place...].firstIndex(of: 34) {
            guard body[found...].starts(with: mark) else {
                place = found + 1
                continue
            }
            let begin = found + mark.count
            guard let end = body[begin...].firstIndex(of: 34) else { break }
            texts.append(String(decoding: body[begin - kept..<end], as: UTF8.self))
            place = end + 1
        }
        return texts
    }

    /// A metric without labels.
    static func metric(_ name: String, in text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { line in
            Double(line.dropFirst(name.count + 1)).map { Int($0) }
        }
    }

    /// The series of a metric with one label, by its value; `start` is all before the label's quotation mark.
    static func metrics(_ start: String, in text: String) -> [String: Int] {
        var found: [String: Int] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix(start) {
            let parts = line.dropFirst(start.count).split(separator: "\"")
            guard parts.count == 2, let value = Double(parts[1].drop { $0 == "}" || $0 == " " }) else { continue }
            found[String(parts[0])] = Int(value)
        }
        return found
    }
}
