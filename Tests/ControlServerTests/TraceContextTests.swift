// W3C Trace Context: read strictly, continued, and never trusted with more than its fields.

import HTTPTypes
import Testing

@testable import ControlServer

@Suite("Trace context")
struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private static let good = "00-\(trace)-\(span)-01"

    @Test("a traceparent is continued under the same trace with a span of one's own")
    func continued() throws {
        let context = try #require(TraceContext(Self.good))
        #expect(context.traceID == Self.trace && context.spanID == Self.span && context.flags == 1)
        #expect(context.text == Self.good)
        let next = context.next()
        #expect(next.traceID == Self.trace && next.spanID != Self.span && next.flags == 1)
        #expect(TraceContext(next.text) == next)
    }

    @Test("a later version is read by what this one knows and answered as this one")
    func later() throws {
        let context = try #require(TraceContext("cc-\(Self.trace)-\(Self.span)-09-what-comes"))
        #expect(context.text == "00-\(Self.trace)-\(Self.span)-09")
        #expect(TraceContext("cc-\(Self.trace)-\(Self.span)-09") != nil)
        #expect(TraceContext("cc-\(Self.trace)-\(Self.span)-09.what") == nil)
    }

    @Test(
        "anything else is no trace",
        arguments: [
            "", "00", "\(good)-", "\(good)0", "ff-\(trace)-\(span)-01", "00-\(trace.uppercased())-\(span)-01",
            "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-\(String(repeating: "0", count: 16))-01",
            "00-\(trace)-\(span)-0x", "0-\(trace)-\(span)-001", "00_\(trace)-\(span)-01", "00-\(span)-\(trace)-01",
            "00-\(trace)-\(span)-1", " \(good)", "+0-\(trace)-\(span)-01", "00-\(trace)-\(span)-+1",
        ])
    func malformed(text: String) {
        #expect(TraceContext(text) == nil)
    }

    @Test("two traceparents are none")
    func several() {
        var headers = HTTPFields()
        headers[.traceparent] = Self.good
        #expect(TraceContext(headers)?.traceID == Self.trace)
        headers.append(HTTPField(name: .traceparent, value: Self.good))
        #expect(TraceContext(headers) == nil)
    }
}
