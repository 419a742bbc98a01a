// The JSON text itself: what is not JSON, and what readers would disagree on.

import Testing

@testable import ControlAPI

private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
}

private func parse(_ text: String) throws(RequestBodyError) {
    _ = try StrictJSON.decode(Anything.self, from: Array(text.utf8))
}

@Suite("Strict JSON")
struct StrictJSONTests {
    @Test(
        "takes every form that RFC 8259 has",
        arguments: [
            "null", " true ", "[]", "{}", "[[],{}]", #"{"":0}"#, "-0", "0.5", "1e5", "-1.25E-3", #""\ud83d\ude00""#,
            #""\u0041\n\/""#, "\t[1,\r\n2]",
        ])
    func takesJSON(_ text: String) throws {
        try parse(text)
    }

    @Test(
        "refuses what is not JSON",
        arguments: [
            "", " ", "nul", "nulll", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":}", "01",
            "1.", ".5",
            "+1", "1e", "- 1", "NaN", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\udc00\"",
            "\"\\ud800\\u0041\"", "\"\t\"", "[1]]", "{}{}", "[1", "// a\n1", "]", "}", "[}", "{]",
        ])
    func refusesOtherText(_ text: String) {
        let error = #expect(throws: RequestBodyError.self) { try parse(text) }
        #expect(error?.code == .notJSON)
        #expect(error?.pointer == "")
    }

    @Test("refuses a name given twice, also when one is written with escapes and when there are many")
    func refusesDuplicates() {
        let many = (0..<100).map { "\"n\($0)\":0" }.joined(separator: ",")
        for text in [#"{"a":1,"b":2,"a":3}"#, #"[{"a":1,"\u0061":2}]"#, "{\(many),\"n99\":1}"] {
            let error = #expect(throws: RequestBodyError.self) { try parse(text) }
            #expect(error?.code == .notJSON)
            #expect(error?.expected.hasSuffix("only once") == true)
        }
    }

    @Test("refuses bytes that are not UTF-8")
    func refusesInvalidUTF8() {
        #expect(throws: RequestBodyError.self) {
            try StrictJSON.decode(Anything.self, from: [0x22, 0xC3, 0x28, 0x22])
        }
    }

    @Test("refuses nesting beyond its bound without exhausting the stack")
    func refusesDeepNesting() throws {
        let depth = WireLimits.jsonDepthMax
        try parse(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        #expect(throws: RequestBodyError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test("says the line and column where the text stops being JSON")
    func saysLineAndColumn() {
        let error = #expect(throws: RequestBodyError.self) { try parse("{\n  \"a\": 1,\n  b: 2\n}") }
        #expect(error?.found == "something else at line 3, column 3")
    }

    @Test("points through escaped names")
    func escapesPointers() {
        let error = #expect(throws: RequestBodyError.self) {
            try StrictJSON.decode([String: [Int]].self, from: Array(#"{"ok":[],"a/b~c":[0,"x"]}"#.utf8))
        }
        #expect(error?.pointer == "/a~1b~0c/1")
    }

    @Test("ignores unknown fields when told to, and only then")
    func ignoresUnknownFields() throws {
        let bytes = Array(#"{"gpus":8,"watts":1000,"later":[1,{"x":null}]}"#.utf8)
        let capacity = try StrictJSON.decode(Capacity.self, from: bytes, unknownFields: .ignored)
        #expect(capacity == Capacity(gpus: 8, watts: 1_000))
        let error = #expect(throws: RequestBodyError.self) { try StrictJSON.decode(Capacity.self, from: bytes) }
        #expect(error?.pointer == "/later")
    }

    @Test("never crashes on a damaged request, wherever the damage is")
    func survivesDamage() {
        let request = LeaseRequest(
            tenant: "a", reservations: [ReservationRequest(shape: .gpu, count: 2, gpus: 4)],
            duration: WireDuration(seconds: 60), reason: "é \" \u{1F600}")
        let bytes = CanonicalJSON.encode(request)
        var generator = SeededGenerator(seed: 7)
        for position in bytes.indices {
            _ = try? StrictJSON.decode(LeaseRequest.self, from: Array(bytes[..<position]))
            for _ in 0..<16 {
                var damaged = bytes
                damaged[position] = UInt8.random(in: 0...255, using: &generator)
                _ = try? StrictJSON.decode(LeaseRequest.self, from: damaged)
            }
        }
    }
}
