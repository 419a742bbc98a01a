// What is wrong with a trace file, and where.

/// A trace file that cannot be used.
public struct TraceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file's path as it was given.
    public let file: String
    /// From 1; nil when the whole file is meant.
    public let line: Int?
    public let message: String

    public init(file: String, line: Int? = nil, message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    public var description: String { line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)" }
}
