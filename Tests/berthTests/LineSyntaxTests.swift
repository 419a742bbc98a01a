// Lines of a lease on the command line.

import ControlAPI
import Testing

@testable import berth

@Suite("A line on the command line")
struct LineSyntaxTests {
    static let examples: [(String, ReservationRequest)] = [
        ("block:4", ReservationRequest(shape: .block, count: 4)),
        ("rack:2", ReservationRequest(shape: .rack, count: 2)),
        ("nvl72:20:GB200,GB300", ReservationRequest(shape: .nvl72, count: 20, gpu: ["GB200", "GB300"])),
        ("node:14:GB200:within=nvl72", ReservationRequest(shape: .node, count: 14, gpu: ["GB200"], within: .nvl72)),
        ("gpu:2x4", ReservationRequest(shape: .gpu, count: 2, gpus: 4)),
        (
            "watts:300MW:H100,H200",
            ReservationRequest(shape: .watts, megawatts: Megawatts(watts: 300_000_000), gpu: ["H100", "H200"])
        ),
        ("mig:7x1g.10gb:H200", ReservationRequest(shape: .mig, count: 7, profile: "1g.10gb", gpu: ["H200"])),
        ("gpu:2x3:composed", ReservationRequest(shape: .gpu, count: 2, gpus: 3, composed: true)),
        (
            "node:64:spread=rack/4",
            ReservationRequest(shape: .node, count: 64, spread: SpreadRequest(level: .rack, max: 4))
        ),
        ("node:2:spread=block", ReservationRequest(shape: .node, count: 2, spread: SpreadRequest(level: .block))),
        (
            "node:9:within=hall:spread=rack:pin=memphis-1/h1/b003:pin=memphis-2-h1-r[001-010,12]-t[01-18]",
            ReservationRequest(
                shape: .node, count: 9, within: .hall, spread: SpreadRequest(level: .rack),
                pin: ["memphis-1/h1/b003", "memphis-2-h1-r[001-010,12]-t[01-18]"])
        ),
        ("node:1:within=rack:name=rest", ReservationRequest(name: "rest", shape: .node, count: 1, within: .rack)),
    ]

    @Test("reads as help says, and is written the same", arguments: examples)
    func reads(_ text: String, _ line: ReservationRequest) throws {
        #expect(try LineSyntax.parse(text) == line)
        #expect(LineSyntax.text(of: line) == text)
    }

    @Test("takes power in kilowatts and watts too")
    func readsPower() throws {
        #expect(try LineSyntax.parse("watts:250kW").megawatts?.watts == 250_000)
        #expect(try LineSyntax.parse("watts:900W").megawatts?.watts == 900)
        #expect(try LineSyntax.parse("watts:1.5MW").megawatts?.watts == 1_500_000)
    }

    @Test(
        "is refused when it is not a line",
        arguments: [
            "", "block", "block:", "block:x", "block:0", "blok:1", "gpu:4", "gpu:2x", "mig:1", "mig:1x", "mig:x1g.10gb",
            "watts:300", "watts:MW",
            "node:1:within=node", "node:1:within=floor", "node:1:spread=floor", "node:1:spread=rack/0",
            "node:1:spread=rack/", "node:1:size=3", "node:1:H100:H200", "node:1:",
        ])
    func refuses(_ text: String) {
        #expect(throws: LineSyntax.Fault.self) { try LineSyntax.parse(text) }
    }
}
