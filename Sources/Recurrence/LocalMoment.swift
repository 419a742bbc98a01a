// A date and a time of day as a clock on the wall shows them.

import FleetModel

/// A local date and time, without saying where: `2026-12-01T20:00`.
public struct LocalMoment: Hashable, Sendable, CustomStringConvertible {
    /// The seconds since 1970-01-01T00:00 that a clock which is never changed would show.
    public let seconds: Int64

    public init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads `2026-12-01T20:00` or `2026-12-01T20:00:00`, from 1970 to 9999; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count == 16 || text.utf8.count == 19, !text.contains("Z") else { return nil }
        guard let seconds = RFC3339.seconds((text.utf8.count == 16 ? text + ":00" : text) + "Z") else { return nil }
        self.seconds = seconds
    }

    /// Days since 1970-01-01.
    var day: Int64 { seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0) }
    /// 0 to 86,399.
    var secondOfDay: Int64 { (seconds % 86_400 + 86_400) % 86_400 }

    public var description: String {
        let text = String(RFC3339.text(seconds).dropLast())
        return text.hasSuffix(":00") ? String(text.dropLast(3)) : text
    }
}
