// Lease requests as they arrive: what is taken, and what is refused where.

import Testing

@testable import ControlAPI

private func decode(_ text: String) throws(RequestBodyError) -> LeaseRequest {
    try StrictJSON.decode(LeaseRequest.self, from: Array(text.utf8))
}

private let line = #"{"shape":"block","count":4}"#

@Suite("A lease request")
struct LeaseRequestTests {
    @Test("the request of the API document is read field by field")
    func exampleIsRead() throws {
        let request = try decode(
            """
            {"tenant":"google","contract":"google-110k",
             "reservations":[
               {"name":"racks","shape":"nvl72","count":1527,"gpu":["GB200"]},
               {"name":"rest","shape":"node","count":14,"gpu":["GB200"],"within":"nvl72"}],
             "sites":["memphis-2"],
             "end":"2029-06-01T00:00:00Z",
             "capWattsPerGpu":1000,"class":"guaranteed","reason":"contract google-110k, first delivery"}
            """)
        #expect(
            request
                == LeaseRequest(
                    tenant: "google", contract: "google-110k",
                    reservations: [
                        ReservationRequest(name: "racks", shape: .nvl72, count: 1_527, gpu: ["GB200"]),
                        ReservationRequest(name: "rest", shape: .node, count: 14, gpu: ["GB200"], within: .nvl72),
                    ],
                    sites: ["memphis-2"], end: Timestamp("2029-06-01T00:00:00Z"), capWattsPerGpu: 1_000,
                    leaseClass: .guaranteed, reason: "contract google-110k, first delivery"))
    }

    @Test("what is written is read back as the same request")
    func roundTrip() throws {
        let request = LeaseRequest(
            tenant: "anthropic", label: "colossus-1",
            reservations: [
                ReservationRequest(shape: .watts, megawatts: Megawatts(watts: 1_500_000)),
                ReservationRequest(shape: .node, count: 3, within: .rack),
                ReservationRequest(
                    shape: .mig, count: 7, profile: "1g.10gb", spread: SpreadRequest(level: .node, max: 2),
                    pin: ["memphis-1/h1/b003", "memphis-2-h1-r[001-010]-t[01,18]"]),
                ReservationRequest(shape: .gpu, gpus: 3, composed: true, spread: SpreadRequest(level: .nvl72)),
            ],
            duration: WireDuration(seconds: 5_400), highestCap: true, spares: SpareRequest(perDomain: 1),
            reason: "tab\t, quote \", backslash \\, newline \n, slash /, é")
        let bytes = CanonicalJSON.encode(request)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(try decode(text) == request)
        #expect(text.contains(#""megawatts":1.5"#))
        #expect(text.contains(#""duration":"1h30m""#))
        #expect(text.contains(#"slash /, é"#))
    }

    struct Refusal: CustomTestStringConvertible {
        let body: String
        let code: ErrorCode
        let pointer: String
        let expected: String
        var suggestion: String?
        var testDescription: String { "\(pointer) of \(body)" }
    }

    static let refusals: [Refusal] = [
        Refusal(
            body: #"{"tennant":"a","reservations":[\#(line)],"duration":"1d"}"#, code: .unknownField,
            pointer: "/tennant", expected: "one of tenant, contract", suggestion: "tenant"),
        Refusal(
            body: #"{"tenant":"a","reservations":[\#(line),{"shape":"node","cuont":1}],"duration":"1d"}"#,
            code: .unknownField, pointer: "/reservations/1/cuont", expected: "one of name", suggestion: "count"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"blok"}],"duration":"1d"}"#, code: .badRequest,
            pointer: "/reservations/0/shape", expected: "one of block, rack", suggestion: "block"),
        Refusal(
            body: #"{"tenant":7,"reservations":[\#(line)],"duration":"1d"}"#, code: .badRequest,
            pointer: "/tenant", expected: "a string"),
        Refusal(
            body: #"{"tenant":"a","duration":"1d"}"#, code: .badRequest, pointer: "/reservations",
            expected: "an array"),
        Refusal(
            body: #"{"tenant":"a","reservations":[],"duration":"1d"}"#, code: .badRequest,
            pointer: "/reservations", expected: "1 to 64 lines"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","count":0}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/count", expected: "1 to 10000000"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","count":1.0}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/count", expected: "a whole number"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","count":99999999999999999999}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/count", expected: "a whole number from"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"gpu","count":1}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/gpus", expected: "a value, which shape gpu needs"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"gpu","gpus":3}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/gpus",
            expected: "1, 2, 4 or 8, or \"composed\": true beside it"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"gpu","gpus":9,"composed":true}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/gpus", expected: "1, 2, 4 or 8, or with composed"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","composed":true}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/composed", expected: "no such field for shape node"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"mig","count":1}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/profile", expected: "a value, which shape mig needs"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"gpu","gpus":1,"profile":"1g.10gb"}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/profile", expected: "no such field for shape gpu"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","spread":{"level":"node"}}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/spread", expected: "a level above node"),
        Refusal(
            body:
                #"{"tenant":"a","reservations":[{"shape":"node","spread":{"level":"rack","max":0}}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/spread/max", expected: "1 to 10000000"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","spread":{"levle":"rack"}}],"duration":"1d"}"#,
            code: .unknownField, pointer: "/reservations/0/spread/levle", expected: "one of level, max",
            suggestion: "level"),
        Refusal(
            body:
                #"{"tenant":"a","reservations":[{"shape":"watts","megawatts":1,"spread":{"level":"rack"}}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/spread", expected: "no spread beside megawatts"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","pin":[]}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/pin", expected: "1 to 64 pins"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","pin":["a",""]}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/pin", expected: "pins of 1 to 1024 bytes"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","gpus":4}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/gpus", expected: "no such field for shape node"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"watts","megawatts":0.0000005}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/megawatts", expected: "a number of megawatts"),
        Refusal(
            body: #"{"tenant":"a","reservations":[{"shape":"node","within":"node"}],"duration":"1d"}"#,
            code: .badRequest, pointer: "/reservations/0/within", expected: "a level above node"),
        Refusal(
            body: #"{"tenant":"a","reservations":[\#(line)]}"#, code: .badRequest, pointer: "/end",
            expected: "an end or a duration"),
        Refusal(
            body: #"{"tenant":"a","reservations":[\#(line)],"duration":"1d","end":"2029-06-01T00:00:00Z"}"#,
            code: .badRequest, pointer: "/duration", expected: "an end or a duration, not both"),
        Refusal(
            body: #"{"tenant":"a","reservations":[\#(line)],"end":"2029-06-01"}"#, code: .badRequest,
            pointer: "/end", expected: "a time in UTC like 2029-06-01T00:00:00Z"),
        Refusal(
            body: #"{"tenant":"a","reservations":[\#(line)],"duration":"1d","capPercent":50,"highestCap":true}"#,
            code: .badRequest, pointer: "/highestCap", expected: "only one of"),
        Refusal(
            body: #"{"tenant":"a b","reservations":[\#(line)],"duration":"1d"}"#, code: .badRequest,
            pointer: "/tenant", expected: "a name of 1 to 63"),
        Refusal(
            body: #"{"tenant":"a","reservations":[\#(line)],"duration":"1d","spares":{"perdomain":1}}"#,
            code: .unknownField, pointer: "/spares/perdomain", expected: "one of perDomain",
            suggestion: "perDomain"),
    ]

    @Test("is refused with the pointer to its fault", arguments: refusals)
    func refusesWithPointer(_ refusal: Refusal) {
        let error = #expect(throws: RequestBodyError.self) { try decode(refusal.body) }
        #expect(error?.code == refusal.code)
        #expect(error?.pointer == refusal.pointer)
        #expect(error?.expected.hasPrefix(refusal.expected) == true, "\(error?.expected ?? "")")
        #expect(error?.suggestion == refusal.suggestion)
    }
}
