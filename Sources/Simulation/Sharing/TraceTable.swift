// Reading tables and lists of numbers, strictly.

import Foundation

/// The lines of a file of comma-separated values with a heading; quotes are not part of the format.
struct TraceTable {
    let file: String
    private let places: [Int?]
    private let lines: [Substring]
    private let width: Int

    /// Data lines.
    var count: Int { lines.count }

    /// - Parameters:
    ///   - columns: the columns to read; others may exist.
    ///   - optional: columns that read as empty when the heading lacks them.
    init(_ text: String, file: String, columns: [String], optional: Set<String> = []) throws(TraceError) {
        self.file = file
        var lines = Self.lines(of: text)
        guard let heading = lines.first else { throw TraceError(file: file, message: "is empty") }
        lines.removeFirst()
        let names = heading.split(separator: ",", omittingEmptySubsequences: false)
        var places: [Int?] = []
        for column in columns {
            let place = names.firstIndex { $0 == column }
            guard place != nil || optional.contains(column) else {
                throw TraceError(file: file, line: 1, message: "has no column \(column)")
            }
            places.append(place)
        }
        guard !lines.isEmpty else { throw TraceError(file: file, message: "has a heading and no lines") }
        self.places = places
        self.lines = lines
        width = names.count
    }

    /// The fields of a data line, in the order of the columns asked for.
    func fields(_ index: Int) throws(TraceError) -> [Substring] {
        let fields = lines[index].split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == width else {
            throw error(index, "has \(fields.count) fields, the heading \(width)")
        }
        return places.map { $0.map { fields[$0] } ?? "" }
    }

    /// A whole number within a range.
    func number(
        _ text: Substring, _ name: String, in range: ClosedRange<Int>, line index: Int
    ) throws(TraceError) -> Int {
        guard let value = Int(text), range.contains(value) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw error(index, "\(name) is a whole number, \(bounds), not \"\(text)\"")
        }
        return value
    }

    func error(_ index: Int, _ message: String) -> TraceError {
        TraceError(file: file, line: index + 2, message: message)
    }

    /// One whole number on each line, within a range.
    static func numbers(_ text: String, file: String, below count: Int) throws(TraceError) -> [Int] {
        var numbers: [Int] = []
        for (index, line) in lines(of: text).enumerated() {
            guard let value = Int(line), (0..<count).contains(value) else {
                throw TraceError(
                    file: file, line: index + 1, message: "is a whole number from 0 to \(count - 1), not \"\(line)\"")
            }
            numbers.append(value)
        }
        guard !numbers.isEmpty else { throw TraceError(file: file, message: "is empty") }
        return numbers
    }

    /// The text of a file.
    static func text(of file: String) throws(TraceError) -> String {
        do {
            return try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            let reason = FileManager.default.fileExists(atPath: file) ? "cannot be read as UTF-8" : "does not exist"
            throw TraceError(file: file, message: reason)
        }
    }

    private static func lines(of text: String) -> [Substring] {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
