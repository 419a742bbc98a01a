// The tenant's poll over the socket: what answers at once, what waits, and what wakes it.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Poll")
    struct PollTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            for tenant in ["own", "other"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"poll test"}"#)
            }
            #expect(try lease("own").status == 201)
        }

        private func lease(_ tenant: String) throws -> HTTPAnswer {
            try connection.post(
                "/v1/leases",
                #"{"tenant":"\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","reason":"poll test"}"#
            )
        }

        private static let path = "/v1/tenants/own/allocation"

        private func index() throws -> Int {
            try #require(try connection.get(Self.path).headers["berth-index"].flatMap { Int($0) })
        }

        @Test("no index, index 0, an older and a future index answer at once, whatever the wait")
        func atOnce() throws {
            let index = try index()
            for query in [
                "?wait=300s", "?index=0&wait=300s", "?index=\(index - 1)&wait=300s", "?index=999999&wait=300s",
            ] {
                let answer = try connection.get(Self.path + query)
                #expect(answer.status == 200 && answer.headers["berth-index"] == "\(index)", "\(query)")
                #expect(answer.json["index"].int == index && answer.json["tenant"].string == "own")
                #expect(answer.json["leases"].array.count == 1)
            }
        }

        @Test("a poll sleeps through 200 changes of another tenant, and its own change wakes it once")
        func others() throws {
            let index = try index()
            let waiting = try home.connect()
            try waiting.send("GET", Self.path + "?index=\(index)&wait=300s")
            for _ in 0..<100 {
                let id = try #require(try lease("other").json["id"].string)
                #expect(try connection.request("DELETE", "/v1/leases/\(id)?reason=over").status == 200)
            }
            #expect(!waiting.hasUnread)
            #expect(try self.index() == index)
            let own = try lease("own")
            let answer = try waiting.receive()
            #expect(answer.status == 200 && answer.json["index"].int ?? 0 > index)
            #expect(answer.json["leases"].array.compactMap { $0["id"].string }.contains(own.json["id"].string ?? ""))
            // The next answer on the connection is the next request's: there was exactly one.
            #expect(!waiting.hasUnread)
            #expect(try waiting.get("/healthz").json["status"].string == "ok")
        }

        @Test("a wait that ends without a change gives the same answer, or 304 to a conditional poll")
        func elapsed() throws {
            let first = try connection.get(Self.path)
            let index = try index()
            let plain = try connection.get(Self.path + "?index=\(index)&wait=1s")
            #expect(plain.status == 200 && plain.body == first.body)
            let tag = try #require(first.headers["etag"])
            let conditional = try connection.get(
                Self.path + "?index=\(index)&wait=1s", headers: ["If-None-Match": tag])
            #expect(conditional.status == 304 && conditional.body.isEmpty)
            #expect(conditional.headers["etag"] == tag && conditional.headers["berth-index"] == "\(index)")
            let stale = try connection.get(Self.path, headers: ["If-None-Match": #""0-\#(index)""#])
            #expect(stale.status == 200)
        }

        @Test("a tenant that is removed ends its polls with 404")
        func removed() throws {
            _ = try connection.request("PUT", "/v1/tenants/brief", #"{"reason":"poll test"}"#)
            let waiting = try home.connect()
            try waiting.send("GET", "/v1/tenants/brief/allocation?index=1&wait=300s")
            #expect(try connection.request("DELETE", "/v1/tenants/brief?reason=over").status == 204)
            #expect(try waiting.receive().status == 404)
        }

        @Test("polls of one tenant wake together, each with the same bytes")
        func many() throws {
            let index = try index()
            let waiting = try (0..<64).map { _ in try home.connect() }
            for poll in waiting { try poll.send("GET", Self.path + "?index=\(index)&wait=300s") }
            _ = try lease("own")
            let answers = try waiting.map { try $0.receive() }
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(answers.allSatisfy { $0.status == 200 && $0.json["index"].int ?? 0 > index })
        }

        @Test("SIGTERM answers the polls that wait, and the daemon exits with 0")
        func stopping() throws {
            let index = try index()
            let waiting = try (0..<8).map { _ in try home.connect() }
            for poll in waiting { try poll.send("GET", Self.path + "?index=\(index)&wait=300s") }
            // Answered after the polls arrived, or they are answered because the daemon stops: either is an answer.
            for _ in 0..<20 { _ = try connection.get("/healthz") }
            home.process?.signal(SIGTERM)
            for poll in waiting { #expect(try poll.receive().json["index"].int == index) }
            #expect(home.process?.wait() == .exited(0))
        }
    }
}
