// Requests that are read in one pass are read as `Decodable` reads them, and all others are left to it.

import Testing

@testable import ControlAPI

@Suite("Reading in one pass")
struct QuickReadingTests {
    private func document(_ text: String) throws -> JSONDocument { try JSONParser.parse(Array(text.utf8)) }

    private static let usual = [
        #"{"tenant":"a","reservations":[{"shape":"gpu","gpus":1}],"duration":"365d"}"#,
        #"""
        {"reservations":[{"name":"l","shape":"node","count":3,"within":"hall"},{"shape":"mig","profile":"1g.10gb"}],
         "tenant":"a","contract":"c","label":"x","reason":"w h y","start":"2029-01-01T00:00:00Z","end":"2029-06-01T00:00:00Z",
         "capPercent":60,"class":"opportunistic"}
        """#,
        #"{"tenant":"a","reservations":[{"shape":"block"}],"duration":"1h30m","capWattsPerGpu":500,"class":"standard"}"#,
    ]

    @Test("gives what the containers give", arguments: usual)
    func same(_ text: String) throws {
        let document = try document(text)
        let quick = try #require(LeaseRequest(quickly: document, at: 0))
        #expect(quick == (try StrictJSON.decodeByContainers(LeaseRequest.self, from: document)))
    }

    @Test("gives what the containers give for a batch")
    func batch() throws {
        let document = try document(#"{"atomic":true,"leases":["# + Self.usual.joined(separator: ",") + "]}")
        let quick = try #require(LeaseBatchRequest(quickly: document, at: 0))
        #expect(quick.leases.count == 3 && quick.atomic)
        #expect(quick == (try StrictJSON.decodeByContainers(LeaseBatchRequest.self, from: document)))
    }

    @Test(
        "leaves what is rarer, wrong or incomplete to the containers",
        arguments: [
            #"{"tenant":"a","reservations":[{"shape":"gpu","gpus":1}]}"#,
            #"{"tenant":"a","reservations":[],"duration":"1d"}"#,
            #"{"reservations":[{"shape":"block"}],"duration":"1d"}"#,
            #"{"tenant":"\u0061","reservations":[{"shape":"block"}],"duration":"1d"}"#,
            #"{"tenant":"a","reservations":[{"shape":"cube"}],"duration":"1d"}"#,
            #"{"tenant":"a","reservations":[{"shape":"block","count":0}],"duration":"1d"}"#,
            #"{"tenant":"a","reservations":[{"shape":"block","count":1.5}],"duration":"1d"}"#,
            #"{"tenant":"a","reservations":[{"shape":"block","colour":"red"}],"duration":"1d"}"#,
            #"{"tenant":"a","reservations":[{"shape":"block"}],"duration":"1d","colour":"red"}"#,
            #"{"tenant":"a","reservations":[{"shape":"block"}],"duration":"1d","capPercent":101}"#,
            #"{"tenant":"a","reservations":[{"shape":"block"}],"duration":"1d","capPercent":9,"capWattsPerGpu":9}"#,
            #"{"tenant":"a","reservations":[{"shape":"block"}],"duration":"1d","reason":null}"#,
            #"{"tenant":1,"reservations":[{"shape":"block"}],"duration":"1d"}"#,
            #"{"tenant":"a","reservations":{"shape":"block"},"duration":"1d"}"#,
            #"[]"#, #""a""#,
        ])
    func left(_ text: String) throws {
        #expect(LeaseRequest(quickly: try document(text), at: 0) == nil)
    }

    @Test("a batch with one lease that is not usual is left as a whole, and its fault keeps its place")
    func place() throws {
        let body =
            #"{"atomic":false,"leases":["# + Self.usual[0] + #",{"tenant":"a","reservations":[],"duration":"1d"}]}"#
        #expect(LeaseBatchRequest(quickly: try document(body), at: 0) == nil)
        do {
            _ = try StrictJSON.decode(LeaseBatchRequest.self, from: Array(body.utf8))
            Issue.record("a lease without lines was read")
        } catch {
            #expect(error.pointer == "/leases/1/reservations")
        }
    }
}
