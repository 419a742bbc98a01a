// Windows that come again, as options.

import ArgumentParser
import ControlAPI

/// A start as it is typed: in UTC, or beside a rule in local time.
struct StartTime: ExpressibleByArgument {
    let text: String
    /// The moment, when it is one in UTC.
    let timestamp: Timestamp?

    init?(argument: String) {
        timestamp = Timestamp(argument: argument)
        text = argument
        let isLocal = (argument.utf8.count == 16 || argument.utf8.count == 19) && argument.contains("T")
        if timestamp == nil && !isLocal { return nil }
    }
}

/// `--every` and `--time-zone`.
struct RecurrenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Again and again by this rule of RFC 5545, as FREQ=WEEKLY;BYDAY=MO,TU or FREQ=MONTHLY;BYDAY=1SU;COUNT=12.",
            valueName: "rule"))
    var every: String?

    @Option(help: ArgumentHelp("The rule's time zone, as America/Chicago.", valueName: "name"))
    var timeZone: String?

    var isGiven: Bool { every != nil }

    func check(start: StartTime?, duration: WireDuration?) throws {
        guard isGiven else {
            if timeZone != nil { throw ValidationError("--time-zone goes with --every.") }
            if let start, start.timestamp == nil {
                throw ValidationError(
                    "--start \(start.text) is in no time zone: write it in UTC, as 2026-12-01T12:00:00Z, or give --every."
                )
            }
            return
        }
        if timeZone == nil { throw ValidationError("Missing --time-zone, such as America/Chicago.") }
        guard let start else { throw ValidationError("Missing --start: when the first window begins in local time.") }
        if start.timestamp != nil {
            throw ValidationError("With --every, --start is in local time, as 2026-12-01T20:00.")
        }
        if duration == nil { throw ValidationError("Missing --duration of each window.") }
    }

    /// The recurrence, when there is one; `check` has passed.
    func request(start: StartTime?, duration: WireDuration?) -> RecurrenceRequest? {
        guard let every, let timeZone, let start, let duration else { return nil }
        return RecurrenceRequest(rule: every, timeZone: timeZone, start: start.text, duration: duration)
    }
}
