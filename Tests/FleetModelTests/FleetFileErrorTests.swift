// Bad fleet files: each is refused with the place, what was expected and the nearest right spelling.

import FleetModel
import Testing

@Suite struct FleetFileErrorTests {
    struct BadFile: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        /// `line:column`.
        let place: String
        let problem: String
        var suggestion: String?
        var testDescription: String { name }
    }

    private static let block = "{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 2}"

    static let badFiles: [BadFile] = [
        BadFile(
            name: "unknown key", text: FleetFixtures.file(power: "[{name: feed, ratng: 1 MW}]"), place: "12:26",
            problem: "unknown key \"ratng\" in a power domain", suggestion: "rating"),
        BadFile(
            name: "unknown key at the top", text: FleetFixtures.file(extra: "site: []"), place: "13:1",
            problem: "unknown key \"site\" in a fleet file", suggestion: "sites"),
        BadFile(
            name: "missing key", text: FleetFixtures.file(power: "[{name: feed}]"), place: "12:13",
            problem: "a power domain lacks the key \"rating\""),
        BadFile(
            name: "unit in the wrong case", text: FleetFixtures.file(power: "[{name: feed, rating: 300 Mw}]"),
            place: "12:34", problem: "unknown unit \"Mw\"", suggestion: "300 MW"),
        BadFile(
            name: "no unit", text: FleetFixtures.file(power: "[{name: feed, rating: 300}]"), place: "12:34",
            problem: "found \"300\" without a unit"),
        BadFile(
            name: "a fraction of a watt", text: FleetFixtures.file(power: "[{name: feed, rating: 1.0005 kW}]"),
            place: "12:34", problem: "found \"1.0005 kW\""),
        BadFile(
            name: "too many watts", text: FleetFixtures.file(power: "[{name: feed, rating: 1001 GW}]"), place: "12:34",
            problem: "\"1001 GW\" is out of range"),
        BadFile(
            name: "derate out of range", text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW, derate: 101}]"),
            place: "12:48", problem: "found \"101\""),
        BadFile(
            name: "unknown measuring point",
            text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW, measuredAt: metre}]"), place: "12:52",
            problem: "found \"metre\"", suggestion: "meter"),
        BadFile(
            name: "unknown platform",
            text: FleetFixtures.file(
                halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h10, racks: 2, nodesPerRack: 2}]}]"),
            place: "11:54", problem: "unknown platform \"hgx-h10\"", suggestion: "hgx-h100"),
        BadFile(
            name: "rack-scale platform in a block",
            text: FleetFixtures.file(
                halls: "[{name: h1, blocks: [{name: b1, platform: gb200-nvl72, racks: 2, nodesPerRack: 2}]}]"),
            place: "11:54", problem: "gb200-nvl72 is sold by the rack"),
        BadFile(
            name: "text for a number",
            text: FleetFixtures.file(
                halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: two, nodesPerRack: 2}]}]"),
            place: "11:71", problem: "found \"two\""),
        BadFile(
            name: "a mapping for a list", text: FleetFixtures.file(power: "{name: feed, rating: 1 MW}"), place: "12:12",
            problem: "found a mapping"),
        BadFile(
            name: "bad pattern", text: FleetFixtures.file(halls: "[{name: \"h[4-1]\", blocks: [\(block)]}]"),
            place: "11:20", problem: "found \"h[4-1]\""),
        BadFile(
            name: "dash in a hall", text: FleetFixtures.file(halls: "[{name: h-1, blocks: [\(block)]}]"),
            place: "11:20", problem: "found \"h-1\""),
        BadFile(
            name: "block twice", text: FleetFixtures.file(halls: "[{name: h1, blocks: [\(block), \(block)]}]"),
            place: "11:99", problem: "the name \"east-h1-b1\" stands twice"),
        BadFile(
            name: "budget name twice",
            text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW}, {name: feed, rating: 1 MW}]"),
            place: "12:48", problem: "the budget name \"feed\" stands twice"),
        BadFile(
            name: "feeds an unknown domain",
            text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW, feeds: h1/b2}]"), place: "12:47",
            problem: "no domain \"east/h1/b2\"", suggestion: "h1/b1"),
        BadFile(
            name: "a rack without power",
            text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW, feeds: h1/b1/r1}]"), place: "12:5",
            problem: "rack east/h1/b1/r2 hangs from no power tree"),
        BadFile(
            name: "a child outside its parent",
            text: FleetFixtures.file(
                power: "[{name: top, rating: 1 MW}, {name: feed, rating: 1 MW, feeds: h1/b1/r1, children: "
                    + "[{name: low, rating: 1 MW, feeds: h1/b1/r2}]}]"
            ), place: "12:128", problem: "east/h1/b1/r2 is not below \"feed\""),
        BadFile(
            name: "too little for the idle floor", text: FleetFixtures.file(power: "[{name: feed, rating: 7599 W}]"),
            place: "12:34",
            problem: "budget \"feed\" cannot carry its racks when idle: "
                + "they draw 7.6 kW at the rack and it leaves 7.599 kW"),
        BadFile(
            name: "steps out of order",
            text: FleetFixtures.file(
                power: "[{name: feed, rating: 1 MW, schedule: [{from: 2027-02-01T00:00:00Z, limit: 1 MW}, "
                    + "{from: 2027-01-01T00:00:00Z, limit: 1 MW}]}]"
            ), place: "12:101", problem: "the step begins before the one above it"),
        BadFile(
            name: "a day that does not exist",
            text: FleetFixtures.file(
                power: "[{name: feed, rating: 1 MW, schedule: [{from: 2027-02-29T00:00:00Z, limit: 1 MW}]}]"),
            place: "12:58", problem: "found \"2027-02-29T00:00:00Z\""),
        BadFile(
            name: "a rule at an unknown level",
            text: FleetFixtures.file(
                power: "[{name: feed, rating: 1 MW, each: [{level: hal, suffix: a, rating: 1 MW}]}]"),
            place: "12:55", problem: "found \"hal\"", suggestion: "hall"),
        BadFile(
            name: "a rule that makes nothing",
            text: FleetFixtures.file(
                power: "[{name: feed, rating: 1 MW, each: "
                    + "[{level: rack, platform: gb200-nvl72, suffix: a, rating: 1 MW}]}]"
            ),
            place: "12:47", problem: "the rule makes no budget domain"),
        BadFile(
            name: "energy on a turbine",
            text: FleetFixtures.file(
                power: "[{name: feed, rating: 1 MW, sources: [{name: t, kind: turbine, power: 1 MW, energy: 1 MWh}]}]"),
            place: "12:88", problem: "a turbine stores no energy"),
        BadFile(
            name: "key twice", text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW, rating: 2 MW}]"),
            place: "12:26", problem: "the key \"rating\" stands more than once, first here"),
        BadFile(
            name: "syntax", text: FleetFixtures.file(power: "[{name: feed, rating: 1 MW"), place: "13:1",
            problem: "while parsing a flow mapping: did not find expected ',' or '}'"),
        BadFile(
            name: "alias", text: FleetFixtures.file(power: "[{name: &a feed, rating: *a}]"), place: "12:37",
            problem: "an alias"),
        BadFile(name: "empty", text: "", place: "1:1", problem: "the file is empty"),
        BadFile(
            name: "two documents", text: "version: 1\n---\nversion: 1\n", place: "2:1",
            problem: "expected a single document in the stream: but found another document"),
        BadFile(
            name: "future version", text: "version: 2\nname: a\nsites: []\n", place: "1:10", problem: "found \"2\""),
    ]

    @Test(arguments: badFiles)
    func `A bad file is refused where it is wrong`(bad: BadFile) {
        let error = #expect(throws: FleetFileError.self) { try FleetFixtures.parse(bad.text) }
        #expect(error.map { "\($0.line):\($0.column)" } == bad.place)
        #expect(error?.problem == bad.problem)
        #expect(error?.suggestion == bad.suggestion)
        #expect(error?.expected.isEmpty == false)
    }

    @Test func `The file that the bad ones are made from is right`() throws {
        #expect(try FleetFixtures.parse(FleetFixtures.file()).nodeCount == 4)
    }

    @Test func `An error reads as one line with place, problem, expectation and suggestion`() {
        let error = FleetFileError(
            file: "colossus.yaml", line: 12, column: 7, problem: "unknown key \"ratng\"",
            expected: "one of rating, derate", suggestion: "rating")
        #expect(
            error.description
                == "colossus.yaml:12:7: unknown key \"ratng\"; expected one of rating, derate; did you mean \"rating\"?"
        )
    }

    @Test func `A file that cannot be opened says why without a place`() throws {
        let error = #expect(throws: FleetFileError.self) {
            try FleetFile.load(path: "/nowhere/fleet.yaml", catalogue: FleetFixtures.catalogue)
        }
        #expect(
            error?.description
                == "/nowhere/fleet.yaml: cannot be opened: No such file or directory; expected a readable fleet file")
    }

    @Test func `Nested aliases and endless brackets are refused at once`() {
        var bomb = "a0: &a0 [x]\n"
        for level in 1..<40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(throws: FleetFileError.self) { try FleetFixtures.parse(bomb) }
        #expect(throws: FleetFileError.self) { try FleetFixtures.parse(bomb.replacing("\n", with: "\u{2028}")) }
        for opening in ["[", "{a: ", "- "] {
            let lines = repeatElement(String(repeating: opening, count: 1_000), count: 100)
            #expect(throws: FleetFileError.self) { try FleetFixtures.parse(lines.joined(separator: "\n")) }
        }
    }

    @Test func `Too many nodes, names and bytes are refused before they are made`() {
        let wide =
            "[{name: \"h[1-99999]\", blocks: "
            + "[{name: \"b[1-99999]\", platform: hgx-h100, racks: 9999, nodesPerRack: 999}]}]"
        #expect(throws: FleetFileError.self) { try FleetFixtures.parse(FleetFixtures.file(halls: wide)) }
        let names = "[{name: \"h[1-9999][1-9999]\", blocks: [\(Self.block)]}]"
        #expect(throws: FleetFileError.self) { try FleetFixtures.parse(FleetFixtures.file(halls: names)) }
        let long = String(repeating: "# comment\n", count: 500_000)
        #expect(throws: FleetFileError.self) { try FleetFixtures.parse(FleetFixtures.file(extra: long)) }
    }

    @Test func `Random damage to a good file never does worse than an error`() throws {
        let good = Array(
            FleetFixtures.file(power: "[{name: feed, rating: 1 MW, each: [{level: rack, suffix: a, rating: 1 MW}]}]")
                .utf8)
        let noise = Array("[]{}:,-#&*!|>'\"%@ \n\t0123456789abcMWk.".utf8)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<1_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let offset = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[offset] = noise.randomElement(using: &generator)!
                case 1: bytes.insert(noise.randomElement(using: &generator)!, at: offset)
                default: bytes.remove(at: offset)
                }
            }
            do {
                _ = try FleetFixtures.parse(String(decoding: bytes, as: UTF8.self))
            } catch {
                #expect(error.line > 0 && error.column > 0)
            }
        }
    }
}
