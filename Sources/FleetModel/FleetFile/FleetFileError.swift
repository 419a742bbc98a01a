// Why a fleet file or the catalogue was refused, and where in it.

/// Why a file was refused: where it is wrong, what was expected there, and the nearest right spelling.
public struct FleetFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public let file: String
    /// From 1; 0 when the file could not be read at all.
    public let line: Int
    /// In characters, from 1; 0 when the file could not be read at all.
    public let column: Int
    public let problem: String
    public let expected: String
    public let suggestion: String?

    public init(
        file: String, line: Int, column: Int, problem: String, expected: String, suggestion: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
        self.expected = expected
        self.suggestion = suggestion
    }

    /// One line, for example `small.yaml:12:7: unknown key "ratng"; expected one of …; did you mean "rating"?`.
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        let hint = suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        return "\(place): \(problem); expected \(expected)\(hint)"
    }
}
