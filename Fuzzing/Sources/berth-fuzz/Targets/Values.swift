// Small values that stand in many places: times, lengths, rules by which windows come again, UUIDs, amounts.

@testable import ControlAPI
@testable import ControlServer
@testable import FleetModel
@testable import Leasing
@testable import Recurrence

extension FuzzTarget {
    static let values = FuzzTarget(
        "values", "times, durations, recurrences, UUIDs and amounts", bytesMax: 512,
        words: {
            readers.keys.sorted().map { $0 + "\n" } + samples.map(\.1) + ["FREQ=", ";BYDAY=", ";UNTIL=", "-1FR"]
        },
        seeds: { samples.enumerated().map { ("\($0 + 1)-\($1.0)", Addressed.bytes($1.0, $1.1)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        do { try reader(input.text) } catch { say(error) }
        return true
    }

    private static let readers: [String: @Sendable (String) throws -> Void] = [
        "time": { text in
            if let seconds = RFC3339.seconds(text) {
                require(RFC3339.seconds(RFC3339.text(seconds)) == seconds || seconds < 0, "a time reads back")
            }
            if let time = Timestamp(text) { require(time.description == text, "a time has one spelling") }
            if let moment = LocalMoment(text) { require(LocalMoment(moment.description) == moment) }
        },
        "seconds": { text in
            let seconds = text.utf8.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
            let written = RFC3339.text(seconds)
            let isReadable = (0..<253_402_300_800).contains(seconds)
            require(!isReadable || RFC3339.seconds(written) == seconds, "a time reads back")
            _ = (LocalMoment(seconds: seconds).description, CalendarMonth(at: seconds))
        },
        "duration": { text in
            guard let length = WireDuration(text) else { return }
            require(WireDuration(length.description) == length, "a length reads back as the same")
        },
        "recurrence": { text in
            // The rule, the zone, the start and the length, a line each.
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let rule = try RecurrenceRule(lines[0])
            guard lines.count >= 4, let start = LocalMoment(lines[2]), let length = WireDuration(lines[3]) else {
                return
            }
            let series = try RecurringWindows(
                rule: rule, zone: try NamedTimeZone(lines[1]), start: start, durationSeconds: length.seconds)
            let windows = series.windows
            require(!windows.isEmpty && windows.count <= RecurringWindows.countMax, "a series has some windows")
            require(zip(windows, windows.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "in order")
        },
        "uuid": { text in
            guard let uuid = GPUUUID(text) else { return }
            require(GPUUUID(uuid.text) == uuid && uuid.text == text.lowercased().replacing("gpu-", with: "GPU-"))
        },
        "json": { text in
            let bytes = Array(text.utf8)
            readBack(Timestamp.self, bytes)
            readBack(WireDuration.self, bytes)
            readBack(Percentage.self, bytes)
            readBack(Megawatts.self, bytes)
            readBack(Money.self, bytes)
            readBack(JSONNode.self, bytes)
        },
        "name": { text in
            if ResourceName.isValid(text) { require(text.utf8.count <= WireLimits.nameBytesMax) }
            _ = WireLimits.hasControlCharacters(text)
            _ = (NamePattern.self, Book.formerTenant(text), OrderID.number(text))
        },
    ]

    private static func readBack<Value: Codable>(_ type: Value.Type, _ bytes: [UInt8]) {
        guard let value = try? StrictJSON.decode(type, from: bytes) else { return }
        let text = CanonicalJSON.encode(value)
        guard let again = try? StrictJSON.decode(type, from: text) else {
            fatalError("\(type): what was written reads back: \(String(decoding: text, as: UTF8.self))")
        }
        require(CanonicalJSON.encode(again) == text, "what was written reads back as the same")
    }

    private static let samples: [(String, String)] = [
        ("time", "2029-06-01T00:00:00Z"), ("time", "2029-06-01T00:00:00+02:00"), ("time", "2026-12-01T20:00"),
        ("seconds", "\u{0}\u{0}\u{0}\u{1}abcd"), ("seconds", "zzzzzzzz"),
        ("duration", "1h30m"), ("duration", "100000d"),
        ("recurrence", "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR;COUNT=5\nAmerica/Chicago\n2027-03-01T02:30\n3h"),
        ("recurrence", "FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20271224T060000Z;WKST=SU\nUTC\n2027-01-18T20:00\n2h"),
        ("recurrence", "freq=daily;byhour=3;byminute=30\nEurope/Berlin\n2027-03-27T03:30\n1h"),
        ("recurrence", "FREQ=MONTHLY;BYMONTHDAY=-31,31\nUTC\n9998-12-31T00:00\n1d"),
        ("uuid", "GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5"), ("json", "\"2029-06-01T00:00:00Z\""), ("json", "99.95"),
        ("json", "\"99.95\""), ("json", #"{"currency": "USD", "micros": 2100000}"#), ("json", "12.5"),
        ("json", #"{"a": [1, -2.5e3, "\ud83d\ude00\u0000", true, null]}"#), ("name", "acme~2"), ("name", "o-17"),
    ]
}
