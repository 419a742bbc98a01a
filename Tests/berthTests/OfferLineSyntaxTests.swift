// Lines and ranges of offers on the command line.

import ControlAPI
import Testing

@testable import berth

@Suite("An offer's line on the command line")
struct OfferLineSyntaxTests {
    @Test("shapes that would do instead are read in their order, wherever they stand")
    func alternatives() throws {
        let line = try OfferLineSyntax.parse("block:64:or=rack/512:H100:or=node:or=gpu/8x4:within=site")
        #expect(
            line
                == OfferLine(
                    ReservationRequest(shape: .block, count: 64, gpu: ["H100"], within: .site),
                    orElse: [
                        AlternativeShape(shape: .rack, count: 512), AlternativeShape(shape: .node),
                        AlternativeShape(shape: .gpu, count: 8, gpus: 4),
                    ]))
        #expect(try OfferLineSyntax.parse("node:2") == OfferLine(ReservationRequest(shape: .node, count: 2)))
    }

    @Test(
        "what is no shape with GPUs is refused",
        arguments: ["block:1:or=mig", "block:1:or=watts/3MW", "block:1:or=", "block:1:or=gpu", "block:1:or=rack/0"])
    func refused(_ text: String) {
        #expect(throws: LineSyntax.Fault.self) { try OfferLineSyntax.parse(text) }
    }

    @Test("ranges have two ends or one value")
    func ranges() throws {
        let month = WireDuration(seconds: 30 * 86_400)
        #expect(try RangeSyntax.durations("30d") == ValueRange(month))
        #expect(try RangeSyntax.durations("30d..90d") == ValueRange(month, WireDuration(seconds: 90 * 86_400)))
        #expect(try RangeSyntax.cap("60%..80%") == .percent(ValueRange(60, 80)))
        #expect(try RangeSyntax.cap("60..80%") == .percent(ValueRange(60, 80)))
        #expect(try RangeSyntax.cap("700W") == .watts(ValueRange(700)))
    }

    @Test(
        "what is no range is refused",
        arguments: ["", "80", "80%..60%", "60W..80%", "%", "60%..", "..60%", "1.5%", "60%..70%..80%"])
    func badCaps(_ text: String) {
        #expect(throws: LineSyntax.Fault.self) { try RangeSyntax.cap(text) }
    }

    @Test("durations that go down, or are none, are refused", arguments: ["", "90d..30d", "30", "30d.."])
    func badDurations(_ text: String) {
        #expect(throws: LineSyntax.Fault.self) { try RangeSyntax.durations(text) }
    }
}
