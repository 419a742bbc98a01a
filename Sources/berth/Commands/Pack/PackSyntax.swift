// How requests to berth pack are written.

import ControlAPI
import Packing

/// One line of the input.
enum PackStep: Equatable {
    case lease(PackLease)
    case release(id: String)
    case at(PackTime)
    case report
}

/// A moment as it is written: after the clock of the session, or in UTC.
enum PackTime: Equatable {
    case after(WireDuration)
    case on(Timestamp)

    /// Seconds since 1970 when the clock shows `now`.
    func seconds(now: Int64) -> Int64 {
        switch self {
        case .after(let duration): now + duration.seconds
        case .on(let time): time.epochSeconds
        }
    }
}

/// A lease that is asked for.
struct PackLease: Equatable {
    /// What its end is counted from.
    enum End: Equatable {
        case on(PackTime)
        case after(WireDuration)
    }

    var lines: [ReservationRequest] = []
    var id: String?
    var start = PackTime.after(WireDuration(seconds: 0))
    var end: End?
    var cap = PowerCap.percent(100)
    var sites: [String] = []
}

enum PackSyntax {
    /// The grammar as help tells it.
    static let help = """
        Requests, one a line; what follows a # is left out:
          lease LINE [LINE...] duration=30d [id=NAME] [start=TIME] [cap=66%|cap=700W] [site=NAME,NAME]
          lease LINE [LINE...] end=TIME ...
          release ID    gives a lease back at once, without a turn-round
          at TIME       moves the clock on; leases that have ended are gone
          report        says how the fleet is packed

        A TIME is +3d or +1h30m from the clock, or 2027-01-01 or 2027-01-01T12:00:00Z. Without a start a lease begins \
        at once, without a cap it has each model's highest, without an id its number, counted from 1.
        """

    /// Reads a line; nil when nothing is on it.
    static func parse(_ text: String) throws(LineSyntax.Fault) -> PackStep? {
        let words = text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let verb = words.first else { return nil }
        let rest = words.dropFirst()
        switch verb {
        case "lease": return .lease(try lease(rest))
        case "release": return .release(id: try only(rest, of: "release ID"))
        case "at": return .at(try time(try only(rest, of: "at TIME")))
        case "report":
            guard rest.isEmpty else { throw expected("report alone", rest.joined(separator: " ")) }
            return .report
        default: throw expected("lease, release, at or report", verb)
        }
    }

    private static func lease(_ words: ArraySlice<String>) throws(LineSyntax.Fault) -> PackLease {
        var lease = PackLease()
        for word in words {
            guard let (name, value) = option(word) else {
                lease.lines.append(try LineSyntax.parse(word))
                continue
            }
            switch name {
            case "id": lease.id = value
            case "start": lease.start = try time(value)
            case "end", "duration":
                guard lease.end == nil else { throw expected("one of end= and duration=", word) }
                lease.end = name == "end" ? .on(try time(value)) : .after(try duration(value))
            case "cap": lease.cap = try cap(value)
            case "site": lease.sites = value.split(separator: ",").map(String.init)
            default: throw expected("id=, start=, end=, duration=, cap= or site=", word)
            }
        }
        guard !lease.lines.isEmpty else { throw expected("a line such as block:4 after lease", "none") }
        guard lease.end != nil else { throw expected("end= or duration=", "neither") }
        return lease
    }

    /// The two sides of `name=value`; nil for a line, whose options stand behind a colon.
    private static func option(_ word: String) -> (name: String, value: String)? {
        guard let equals = word.firstIndex(of: "="), !word[..<equals].contains(":") else { return nil }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private static func only(_ words: ArraySlice<String>, of form: String) throws(LineSyntax.Fault) -> String {
        guard let word = words.first, words.count == 1 else {
            throw expected(form, words.isEmpty ? "nothing more" : words.joined(separator: " "))
        }
        return word
    }

    private static func time(_ text: String) throws(LineSyntax.Fault) -> PackTime {
        if text.hasPrefix("+") { return .after(try duration(text == "+0" ? "0s" : String(text.dropFirst()))) }
        guard let time = Timestamp(argument: text) else { throw expected("a time like +3d or 2027-01-01", text) }
        return .on(time)
    }

    private static func duration(_ text: String) throws(LineSyntax.Fault) -> WireDuration {
        guard let duration = WireDuration(text) else { throw expected("a duration like 30d, 4h or 1h30m", text) }
        return duration
    }

    private static func cap(_ text: String) throws(LineSyntax.Fault) -> PowerCap {
        let number = Int(text.dropLast()) ?? 0
        switch text.last {
        case "%" where (1...100).contains(number): return .percent(number)
        case "W" where (1...100_000).contains(number): return .watts(Int64(number))
        default: throw expected("a cap like 66% or 700W", text)
        }
    }

    static func expected(_ what: String, _ found: String) -> LineSyntax.Fault {
        LineSyntax.Fault(description: "expected \(what), found \(found)")
    }
}
