// Writing a line of a kind.

public import Logging

extension Logger {
    /// The name under which a line's metadata has its kind.
    public static let kindKey = "event"

    /// Writes a line of a kind, at the level that its kind has.
    public func log(
        _ kind: LineKind, _ message: @autoclosure () -> Logger.Message, metadata: @autoclosure () -> Metadata = [:],
        file: String = #fileID, function: String = #function, line: UInt = #line
    ) {
        log(
            kind: kind.rawValue, level: kind.level, message(), metadata: metadata(), file: file, function: function,
            line: line)
    }

    /// Writes a line of a kind that another table has: `refused.` with the code of an error, or the kind of an accepted change.
    public func log(
        kind: String, level: Level, _ message: @autoclosure () -> Logger.Message,
        metadata: @autoclosure () -> Metadata, file: String = #fileID, function: String = #function, line: UInt = #line
    ) {
        guard level >= logLevel else { return }
        var metadata = metadata()
        metadata[Self.kindKey] = "\(kind)"
        log(level: level, message(), metadata: metadata, file: file, function: function, line: line)
    }
}
