// The small languages of the command line: lines, ramps, ranges, moments and requests to berth pack.

@testable import ControlAPI

#if canImport(CommandFiles)
    @testable import CommandFiles
#else
    @testable import berth
#endif

extension FuzzTarget {
    static let commandTexts = FuzzTarget(
        "command-texts", "lines, ramps, ranges and times of the command line", bytesMax: 512,
        words: { Array(readers.keys).sorted().map { $0 + "\n" } + samples.map(\.1) },
        seeds: { samples.enumerated().map { ("\($0 + 1)-\($1.0)", Addressed.bytes($1.0, $1.1)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        do { try reader(input.text) } catch { say(error) }
        return true
    }

    private static let readers: [String: @Sendable (String) throws -> Void] = [
        "line": { text in
            let line = try LineSyntax.parse(text)
            let written = LineSyntax.text(of: line)
            guard let again = try? LineSyntax.parse(written) else {
                fatalError("a line that was written reads back: \(written)")
            }
            require(LineSyntax.text(of: again) == written, "a line that was written reads back as the same")
        },
        "offer": { _ = try OfferLineSyntax.parse($0) },
        "durations": { _ = try RangeSyntax.durations($0) },
        "cap": { _ = try RangeSyntax.cap($0) },
        "ramp": { text in
            let ramp = try RampSyntax.parse(text)
            require((try? RampSyntax.parse(RampSyntax.text(of: ramp))) == ramp, "a ramp reads back as the same")
        },
        "pack": { text in
            guard case .lease(let lease)? = try PackSyntax.parse(text) else { return }
            _ = lease.start.seconds(now: Sample.opened)
            if case .on(let time)? = lease.end { _ = time.seconds(now: Sample.opened) }
        },
        "watts": { _ = (try LineSyntax.watts($0), try? LineSyntax.megawatts($0), try? readPower($0)) },
        "moment": { _ = try readMoment($0) },
        "level": { _ = try LineSyntax.level($0) },
        "path": { _ = DomainPath.meet($0, $0) },
    ]

    private static let samples: [(String, String)] = [
        ("line", "block:64:H100"), ("line", "gpu:2x4:within=rack:name=a"), ("line", "mig:3x1g.10gb:spread=node/2"),
        ("line", "watts:12.5MW:H100,H200"), ("line", "node:2:pin=h1/b1:composed"),
        ("offer", "block:64:H100:or=rack:or=gpu/4x4"),
        ("durations", "30d..90d"), ("cap", "60%..80%"), ("cap", "700W"),
        ("ramp", "racks=2027-01-15:214,2028-06-01T00:00:00Z:100"),
        ("pack", "lease block:4 gpu:1x4 duration=30d id=a start=+1h cap=66% site=a,b # x"), ("pack", "at +3d"),
        ("pack", "release a"), ("pack", "report"), ("watts", "60 kW"), ("watts", "1.5MW"), ("moment", "+30m"),
        ("moment", "2026-12-01"), ("level", "nvl72"), ("path", "memphis-2/h[1-7]/r[001-200]"),
    ]
}
