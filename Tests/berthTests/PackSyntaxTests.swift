// Requests of berth pack.

import ControlAPI
import Packing
import Testing

@testable import berth

@Suite("A request of berth pack")
struct PackSyntaxTests {
    @Test("has lines, an id, a window, a cap and sites")
    func lease() throws {
        let step = try PackSyntax.parse(
            "lease nvl72:2:GB200 node:14:GB200:within=nvl72 id=google start=+2d end=2029-06-01 cap=700W site=a,b # both\n"
        )
        var expected = PackLease()
        expected.lines = [
            ReservationRequest(shape: .nvl72, count: 2, gpu: ["GB200"]),
            ReservationRequest(shape: .node, count: 14, gpu: ["GB200"], within: .nvl72),
        ]
        expected.id = "google"
        expected.start = .after(WireDuration(seconds: 172_800))
        expected.end = .on(.on(try #require(Timestamp("2029-06-01T00:00:00Z"))))
        expected.cap = .watts(700)
        expected.sites = ["a", "b"]
        #expect(step == .lease(expected))
    }

    @Test("begins at once, at the highest cap, on any site when nothing else is said")
    func defaults() throws {
        guard case .lease(let lease) = try PackSyntax.parse("lease block:4 duration=1h30m") else {
            Issue.record("it is a lease")
            return
        }
        #expect(lease.start.seconds(now: 7) == 7 && lease.cap == .percent(100))
        #expect(lease.id == nil && lease.sites.isEmpty && lease.end == .after(WireDuration(seconds: 5_400)))
    }

    @Test("is a release, a time or a report")
    func others() throws {
        #expect(try PackSyntax.parse("release 7") == .release(id: "7"))
        #expect(try PackSyntax.parse("at +3d") == .at(.after(WireDuration(seconds: 259_200))))
        #expect(try PackSyntax.parse(" report # how full") == .report)
    }

    @Test("is nothing on an empty line", arguments: ["", "\n", "   ", "# a comment", "  # another"])
    func nothing(_ text: String) throws {
        #expect(try PackSyntax.parse(text) == nil)
    }

    @Test(
        "is refused with what was expected",
        arguments: [
            ("blok:4", "expected lease, release, at or report, found blok:4"),
            ("lease duration=1d", "expected a line such as block:4 after lease, found none"),
            ("lease block:4", "expected end= or duration=, found neither"),
            ("lease block:4 duration=1d end=+2d", "expected one of end= and duration=, found end=+2d"),
            ("lease block:4 duration=1x", "expected a duration like 30d, 4h or 1h30m, found 1x"),
            ("lease block:4 duration=1d cap=66", "expected a cap like 66% or 700W, found 66"),
            ("lease block:4 duration=1d cap=0%", "expected a cap like 66% or 700W, found 0%"),
            (
                "lease block:4 duration=1d tenant=x",
                "expected id=, start=, end=, duration=, cap= or site=, found tenant=x"
            ),
            ("release", "expected release ID, found nothing more"),
            ("at tomorrow", "expected a time like +3d or 2027-01-01, found tomorrow"),
            ("report now", "expected report alone, found now"),
        ])
    func refuses(_ text: String, _ message: String) {
        let fault = #expect(throws: LineSyntax.Fault.self) { try PackSyntax.parse(text) }
        #expect(fault?.description == message)
    }
}
