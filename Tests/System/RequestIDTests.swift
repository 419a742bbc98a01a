// One id for each request: in the answer, the problem, the log and the audit log; and the caller's trace goes on.

import Foundation
import Testing

extension SystemTests {
    @Suite("Request ids")
    struct RequestIDTests {
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write("log: {level: debug}\n", to: "berthd.yaml")
            try home.start(initialise: true)
        }

        private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

        /// The line of the log for a request. It is written before the answer is, so that it is there to be waited for.
        private func logLine(_ id: String) throws -> String {
            let process = try #require(home.process)
            try #require(process.awaitError("request=\(id)"))
            return try #require(
                process.error.split(separator: "\n").map(String.init).first { $0.contains("request=\(id)") })
        }

        @Test("an accepted change has the id of its answer in the audit log, the stream and the log of the daemon")
        func accepted() throws {
            let connection = try home.connect()
            let answer = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"ids"}"#)
            let id = try #require(answer.headers["berth-request-id"])
            let entry = try #require(try connection.get("/v1/audit?limit=1000").json["entries"].array.last)
            #expect(entry["requestId"].string == id)
            let change = try EventReader(connection, "?follow=false").rest().changes.last
            #expect(change?["requestId"].string == id)
            let line = try logLine(id)
            #expect(line.contains("debug") && line.contains("status=201") || line.contains("status=200"), "\(line)")
            #expect(line.contains("route=/v1/tenants/{name}") && line.contains("method=PUT"), "\(line)")
            #expect(line.contains("role=operator") && line.contains("micros="), "\(line)")
            try home.stop()
        }

        @Test("a refusal has the id of its answer in its body and in the log")
        func refused() throws {
            let answer = try home.connect().get("/v1/leases/l-0000000000000")
            let id = try #require(answer.headers["berth-request-id"])
            #expect(answer.status == 404 && answer.json["requestId"].string == id)
            #expect(try logLine(id).contains("status=404"))
            #expect(answer.headers["traceparent"] == nil)
            try home.stop()
        }

        @Test("a caller's trace is continued in the answer and the log; a malformed one is ignored")
        func traced() throws {
            let connection = try home.connect()
            let sent = "00-\(Self.trace)-00f067aa0ba902b7-01"
            let answer = try connection.get("/healthz", headers: ["traceparent": sent])
            let parts = try #require(answer.headers["traceparent"]).split(separator: "-").map(String.init)
            #expect(parts.count == 4 && parts[0] == "00" && parts[1] == Self.trace && parts[3] == "01")
            #expect(parts[2].count == 16 && parts[2] != "00f067aa0ba902b7")
            let line = try logLine(try #require(answer.headers["berth-request-id"]))
            #expect(line.contains("trace=\(Self.trace)") && line.contains("span=\(parts[2])"), "\(line)")
            let refused = try connection.get("/v1/leases/l-x", headers: ["traceparent": sent])
            #expect(refused.status == 404 && refused.headers["traceparent"]?.contains(Self.trace) == true)
            for malformed in ["00-\(Self.trace)-00f067aa0ba902b7", sent.uppercased(), "ff" + sent.dropFirst(2), "x"] {
                let answer = try connection.get("/healthz", headers: ["traceparent": malformed])
                #expect(answer.status == 200 && answer.headers["traceparent"] == nil, "\(malformed)")
            }
            try home.stop()
        }
    }
}
