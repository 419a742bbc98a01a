// Time zones of the IANA database, as the system's library has them.

import Foundation

/// What a recurrence asks of a time zone.
public protocol ZoneOffsets: Sendable {
    /// Seconds that local time is ahead of UTC at an instant.
    func offset(at instant: Int64) -> Int64
}

/// A time zone by its IANA name, such as `America/Chicago`.
public struct NamedTimeZone: ZoneOffsets {
    public let name: String
    private let zone: TimeZone

    /// - Throws: when the database has no such name.
    public init(_ name: String) throws(RecurrenceError) {
        let isKnown = name == "UTC" || (name.contains("/") && TimeZone.knownTimeZoneIdentifiers.contains(name))
        guard isKnown, let zone = TimeZone(identifier: name) else {
            throw RecurrenceError(
                .timeZone,
                "there is no time zone \"\(name.prefix(64))\"; name one of the IANA database, such as America/Chicago, or UTC"
            )
        }
        self.name = name
        self.zone = zone
    }

    public func offset(at instant: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(instant))))
    }
}

extension ZoneOffsets {
    /// The instant of a local time, as RFC 5545 §3.3.5 has it: of a time that comes twice the first, and a time that is
    /// left out counted with the offset before the gap.
    public func instant(of local: LocalMoment) -> Int64 {
        // Offsets lie between -12 and +14 hours, so the instant lies between these two.
        let before = offset(at: local.seconds - 15 * 3_600)
        if offset(at: local.seconds - before) == before { return local.seconds - before }
        let after = offset(at: local.seconds + 13 * 3_600)
        return offset(at: local.seconds - after) == after ? local.seconds - after : local.seconds - before
    }
}
