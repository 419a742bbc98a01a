// Clients that are slow, many, or send what is no request: each costs itself only.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Slow and hostile clients")
    struct SlowClientTests {
        private static func home(_ limits: String) throws -> DaemonHome {
            let home = try DaemonHome()
            home.config = try home.folder.write("limits: {\(limits)}\n", to: "berthd.yaml")
            try home.start(initialise: true)
            return home
        }

        /// Waits for the other side to close without an answer.
        private func awaitEnd(of connection: HTTPConnection) {
            #expect(throws: ConnectionLost.self) { try connection.receive() }
        }

        @Test("half a head, half a body and no request at all end by themselves, while others are answered")
        func slow() throws {
            let home = try Self.home("headSeconds: 1, bodySeconds: 1, idleSeconds: 1")
            let (head, body, idle) = (try home.connect(), try home.connect(), try home.connect())
            try head.sendRaw(Array("GET /v1/status HTTP/1.1\r\nHost: b".utf8))
            try body.sendRaw(
                Array("POST /v1/leases HTTP/1.1\r\nHost: b\r\nContent-Length: 100\r\n\r\n{".utf8))
            #expect(try home.connect().get("/v1/status").status == 200)
            awaitEnd(of: head)
            awaitEnd(of: body)
            awaitEnd(of: idle)
            #expect(try home.connect().get("/v1/status").status == 200)
        }

        @Test("an answer that takes long outlives every one of these times")
        func patient() throws {
            let home = try Self.home("headSeconds: 1, bodySeconds: 1, idleSeconds: 1")
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"slow"}"#)
            let answer = try connection.get("/v1/tenants/acme/allocation?index=1&wait=4s")
            #expect(answer.status == 200 && answer.headers["berth-index"] == "1")
        }

        @Test("too much head, no HTTP and a broken body are refused as problems, and the connection ends")
        func malformed() throws {
            let home = try DaemonHome.started()
            let long = String(repeating: "a", count: 40_000)
            let many = (0..<150).map { "X-\($0): y\r\n" }.joined()
            for (request, status) in [
                ("GET /v1/status HTTP/1.1\r\nHost: b\r\nX: \(long)\r\n\r\n", 431),
                ("GET /\(long) HTTP/1.1\r\nHost: b\r\n\r\n", 431), ("GET /v1/status HTTP/1.1\r\n\(many)\r\n", 431),
                ("nonsense\r\n\r\n", 400), ("GET /v1/status HTTP/9.9\r\n\r\n", 400),
                (
                    "POST /v1/leases HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n", 400
                ),
            ] {
                let connection = try home.connect()
                try connection.sendRaw(Array(request.utf8))
                let answer = try connection.receive()
                #expect(answer.status == status && answer.isProblem, "\(request.prefix(40)): \(answer.text)")
                #expect(answer.headers["connection"] == "close" && answer.json["status"].int == status)
                awaitEnd(of: connection)
            }
        }

        @Test(
            "a body that is announced or sent too large is refused before it is there, and its rest is not waited for")
        func endless() throws {
            let home = try DaemonHome.started()
            let announced = try home.connect()
            try announced.sendRaw(
                Array("POST /v1/leases HTTP/1.1\r\nHost: b\r\nContent-Length: 99999999999\r\n\r\n{".utf8))
            let refused = try announced.receive()
            #expect(refused.status == 413 && refused.isProblem && refused.headers["connection"] == "close")
            awaitEnd(of: announced)

            let endless = try home.connect()
            try endless.sendRaw(
                Array("POST /v1/leases HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
            let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
            for _ in 0..<17 { try endless.sendRaw(chunk) }
            let answer = try endless.receive()
            #expect(answer.status == 413 && answer.isProblem, "\(answer.text)")
            #expect(throws: ConnectionLost.self) { while true { try endless.sendRaw(chunk) } }

            // What is small is read to its end, and the connection goes on.
            let small = try home.connect()
            #expect(try small.post("/v1/nothing", #"{"a":1}"#).status == 404)
            #expect(try small.get("/v1/status").status == 200)
        }

        @Test("a client that says so is told to go on with its body")
        func expectation() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            try connection.sendRaw(
                Array(
                    ("PUT /v1/tenants/acme HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\nContent-Length: 14\r\n"
                        + "Content-Type: application/json\r\n\r\n").utf8))
            try connection.awaitUnread()
            try connection.sendRaw(Array(#"{"reason":"x"}"#.utf8))
            #expect(try connection.receive().status == 201)
        }

        private func put(_ fields: String, version: String = "1.1") -> String {
            "PUT /v1/tenants/acme HTTP/\(version)\r\nHost: b\r\n\(fields)Content-Length: 14\r\n"
                + "Content-Type: application/json\r\n\r\n"
        }

        @Test("a client whose request stands behind another one is told to go on when it is that one's turn")
        func expectationInTurn() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"x"}"#)
            let poll = "GET /v1/tenants/acme/allocation?index=1&wait=300s HTTP/1.1\r\nHost: b\r\n\r\n"
            for first in ["GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n", poll] {
                try connection.sendRaw(Array((first + put("Expect: 100-Continue\t\r\n")).utf8))
                if first == poll {
                    #expect(!connection.hasUnread, "not before the poll's answer")
                    _ = try home.connect().post(
                        "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#)
                }
                #expect(try connection.receive().status == 200)
                try connection.awaitUnread()
                #expect(try connection.receiveInterim() == 100)
                try connection.sendRaw(Array(#"{"reason":"x"}"#.utf8))
                #expect(try connection.receive().status == 200)
            }
        }

        @Test("nobody is told to go on who speaks HTTP/1.0, has nothing to send or expects something else")
        func noExpectation() throws {
            let home = try DaemonHome.started()
            let body = #"{"reason":"x"}"#
            for request in [
                put("Expect: 100-continue\r\n", version: "1.0") + body, put("Expect: 200-maybe\r\n") + body,
                "GET /healthz HTTP/1.1\r\nHost: b\r\nExpect: 100-continue\r\n\r\n",
            ] {
                let connection = try home.connect()
                try connection.sendRaw(Array(request.utf8))
                let status = try connection.receiveInterim()
                #expect((200...201).contains(status), "\(request): \(status)")
            }
        }

        @Test("as many fields behind a body as before one are refused alike, also when another request is in hand")
        func trailers() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"x"}"#)
            let many = (0..<4_096).map { "X-\($0): y\r\n" }.joined()
            let request =
                "PUT /v1/tenants/acme HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\ne\r\n{\"reason\":\"x\"}\r\n0\r\n"
            #expect(try accepted(request + "X-Sum: y\r\n\r\n", home) == 200)
            for first in ["", "/healthz", "/v1/tenants/acme/allocation?index=1&wait=300s"] {
                let connection = try home.connect()
                let head = first.isEmpty ? "" : "GET \(first) HTTP/1.1\r\nHost: b\r\n\r\n"
                try connection.sendRaw(Array((head + request + many + "\r\n").utf8))
                if first.contains("wait") {
                    _ = try home.connect().post(
                        "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#)
                }
                if !first.isEmpty { #expect(try connection.receive().status == 200) }
                let refusal = try connection.receive()
                #expect(refusal.status == 431 && refusal.isProblem, "\(first): \(refusal.text)")
                #expect(refusal.headers["connection"]?.lowercased() == "close")
                awaitEnd(of: connection)
            }
        }

        private func accepted(_ request: String, _ home: DaemonHome) throws -> Int {
            let connection = try home.connect()
            try connection.sendRaw(Array(request.utf8))
            return try connection.receive().status
        }

        @Test("of one user's connections those beyond its bound are refused with an answer, and room comes back")
        func ofOne() throws {
            let home = try Self.home("connectionsPerUser: 20")
            try #require(geteuid() == 0 && ThreadUser.isAvailable, "needs root")
            chmod(home.socket, 0o666)
            let socket = home.socket
            // An operator is never among those that are counted out.
            let own = try (0..<40).map { _ in try home.connect() }
            for connection in own { #expect(try connection.get("/healthz").status == 200) }
            let statuses = try concurrently(1) { _ in
                Result {
                    try ThreadUser.become(uid: 42_050, gid: 42_050)
                    var open: [HTTPConnection] = []
                    var statuses: [Int] = []
                    for _ in 0..<25 {
                        let connection = try HTTPConnection(path: socket)
                        statuses.append(try connection.get("/healthz").status)
                        open.append(connection)
                    }
                    return statuses
                }
            }[0].get()
            #expect(statuses == [Int](repeating: 403, count: 20) + [Int](repeating: 503, count: 5))
            #expect(try home.connect().get("/healthz").status == 200)
        }

        @Test("ten thousand connections at once are held, and the one after them is answered")
        func many() throws {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            try #require(limit.rlim_max > 11_000, "needs a limit on open files over 11,000")
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let home = try DaemonHome.started()
            let connections = try (0..<10_000).map { _ in try home.connect() }
            let last = try home.connect()
            #expect(try last.get("/v1/status").status == 200)
            for index in stride(from: 0, to: connections.count, by: 997) {
                #expect(try connections[index].get("/healthz").status == 200, "\(index)")
            }
        }
    }
}
