// Requests for offers as they arrive: ranges, alternatives, and what is refused where.

import Testing

@testable import ControlAPI

@Suite("A request for offers")
struct OfferRequestTests {
    private func decode(_ text: String) throws(RequestBodyError) -> OfferRequest {
        try StrictJSON.decode(OfferRequest.self, from: Array(text.utf8))
    }

    @Test("ranges, single values and alternatives are read, and written so that they read the same")
    func roundTrip() throws {
        let request = try decode(
            """
            {"tenant":"acme","contract":"acme-1",
             "reservations":[
               {"name":"a","shape":"block","count":64,"gpu":["H100"],"orElse":[{"shape":"rack"},{"shape":"node","count":9}]},
               {"shape":"gpu","gpus":4,"spread":{"level":"rack","max":2}}],
             "sites":["memphis-1"],"earliest":{"from":"2026-12-01T00:00:00Z"},"duration":{"min":"30d","max":"90d"},
             "capPercent":70,"objectives":["cheapest"],"validFor":"1h",
             "carbonPricePerTonne":{"currency":"USD","micros":0}}
            """)
        #expect(
            request.reservations[0].orElse == [
                AlternativeShape(shape: .rack), AlternativeShape(shape: .node, count: 9),
            ])
        #expect(request.reservations[1].reservation.spread == SpreadRequest(level: .rack, max: 2))
        #expect(request.duration?.max.description == "90d" && request.capPercent == ValueRange(70))
        #expect(try decode(String(decoding: CanonicalJSON.encode(request), as: UTF8.self)) == request)
    }

    @Test(
        "what does not go together is refused where it is",
        arguments: [
            (#""duration":"30d","start":"2026-12-01T00:00:00Z","earliest":{}"#, "/earliest"),
            (#""end":"2026-12-01T00:00:00Z","earliest":{}"#, "/end"),
            (
                #""duration":"30d","earliest":{"from":"2026-12-02T00:00:00Z","to":"2026-12-01T00:00:00Z"}"#,
                "/earliest/to"
            ),
            (#""duration":"30d","earliest":{"until":"2026-12-02T00:00:00Z"}"#, "/earliest/until"),
            (#""duration":30"#, "/duration"), (#""duration":{"min":"30d"}"#, "/duration/max"),
            (#""duration":"30d","capPercent":0"#, "/capPercent"),
            (#""duration":"30d","capPercent":1,"capWattsPerGpu":700"#, "/capPercent"),
            (#""duration":"30d","objectives":[]"#, "/objectives"),
            (#""duration":"30d","objectives":["earliest","earliest"]"#, "/objectives"),
            (#""duration":"30d","carbonPricePerTonne":{"currency":"EUR","micros":1}"#, "/carbonPricePerTonne"),
            (#""duration":"30d","planToken":"x""#, "/planToken"),
        ])
    func refused(_ more: String, _ pointer: String) {
        do {
            _ = try decode(#"{"tenant":"acme","reservations":[{"shape":"block"}],\#(more)}"#)
            Issue.record("taken: \(more)")
        } catch {
            #expect(error.pointer == pointer, "\(error)")
        }
    }

    @Test("the combinations of shapes are bounded")
    func combinations() {
        let line = #"{"shape":"block","orElse":[{"shape":"rack"}]}"#
        func body(_ count: Int) -> String {
            #"{"tenant":"a","duration":"1d","reservations":["#
                + Array(repeating: line, count: count).joined(separator: ",")
                + "]}"
        }
        #expect(throws: Never.self) { try decode(body(4)) }
        #expect(throws: RequestBodyError.self) { try decode(body(5)) }
        #expect(throws: RequestBodyError.self) { try decode(body(64)) }
    }
}
