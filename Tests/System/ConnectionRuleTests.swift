// What HTTP/1 says of a connection: its end, its host, its order.

import Foundation
import Testing

extension SystemTests {
    @Suite("Connections and their rules")
    struct ConnectionRuleTests {
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome.started()
        }

        @Test("HTTP/1.0 is answered in HTTP/1.0, without chunks, and the connection ends")
        func old() throws {
            _ = try home.connect().request("PUT", "/v1/tenants/acme", #"{"reason":"old"}"#)
            let lease = try home.connect().post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#)
            let id = try #require(lease.json["id"].string)
            for target in ["/v1/status", "/v1/leases/\(id)/allocation", "/v1/nothing"] {
                let connection = try home.connect()
                try connection.sendRaw(Array("GET \(target) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8))
                let answer = try connection.receiveHead()
                #expect(answer.headers["connection"] == "close" && !answer.isChunked, "\(target)")
                let body = try connection.rest()
                #expect(!JSONValue(bytes: body).isAbsent, "\(target): \(String(decoding: body, as: UTF8.self))")
            }
        }

        @Test("a request names one host, and only HTTP/1.0 may leave it out")
        func host() throws {
            for fields in ["", "Host: a\r\nHost: b\r\n"] {
                let connection = try home.connect()
                try connection.sendRaw(Array("GET /v1/status HTTP/1.1\r\n\(fields)\r\nGET /v1/status".utf8))
                let answer = try connection.receive()
                #expect(answer.status == 400 && answer.isProblem && answer.headers["connection"] == "close")
                #expect(throws: ConnectionLost.self) { try connection.receive() }
            }
        }

        @Test("the connection ends after the request that asks for it, whatever comes behind")
        func close() throws {
            let connection = try home.connect()
            let last = "GET /healthz HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n"
            try connection.sendRaw(Array(("GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n" + last + last).utf8))
            #expect(try connection.receive().headers["connection"] == nil)
            #expect(try connection.receive().headers["connection"] == "close")
            #expect(throws: ConnectionLost.self) { try connection.receive() }
        }

        @Test(
            "the word that ends a connection may stand among others, with spaces and tabs beside it",
            arguments: ["close\t", "\tclose", " close \t ", "x,\tClose\t, y", "keep-alive, close"])
        func closeAmongSpaces(_ value: String) throws {
            let connection = try home.connect()
            try connection.sendRaw(
                Array("GET /healthz HTTP/1.1\r\nHost: b\r\nConnection:\(value)\r\n\r\n".utf8))
            #expect(try connection.receive().headers["connection"] == "close")
            #expect(throws: ConnectionLost.self) { try connection.receive() }
        }

        @Test("requests sent at once are answered in their order, those behind a poll after it")
        func order() throws {
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"order"}"#)
            func head(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: b\r\n\r\n" }
            let body = #"{"reason":"again"}"#
            try connection.sendRaw(
                Array(
                    (head("/v1/tenants/acme/allocation?index=1&wait=300s") + head("/v1/nothing")
                        + "PUT /v1/tenants/other HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" + head("/healthz")).utf8))
            let other = try home.connect()
            _ = try other.post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#)
            let poll = try connection.receive()
            #expect(poll.status == 200 && poll.headers["berth-index"] == "2")
            #expect(try (0..<3).map { _ in try connection.receive().status } == [404, 201, 200])
        }

        @Test("a head that is too long behind a poll that waits is refused after the poll's answer")
        func longBehindPoll() throws {
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"long"}"#)
            try connection.send("GET", "/v1/tenants/acme/allocation?index=1&wait=300s")
            try connection.sendRaw(Array("GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\n\r\n".utf8))
            _ = try home.connect().post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#)
            #expect(try connection.receive().status == 200)
            let refusal = try connection.receive()
            #expect(refusal.status == 431 && refusal.isProblem && refusal.headers["connection"] == "close")
            #expect(throws: ConnectionLost.self) { try connection.receive() }
        }

        @Test(
            "who waits and goes leaves no wait behind, whichever way it waits",
            arguments: ["", "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n", "orders"])
        func gone(_ fields: String) throws {
            let control = try home.connect()
            _ = try control.request("PUT", "/v1/tenants/acme", #"{"reason":"gone"}"#)
            let path = fields == "orders" ? "/v1/orders" : "/v1/tenants/acme/allocation"
            let index = try control.get(path).headers["berth-index"] ?? ""
            let more = fields == "orders" ? "" : fields
            let poll = Array("GET \(path)?index=\(index)&wait=300s HTTP/1.1\r\nHost: b\r\n\(more)\r\n".utf8)
            for _ in 0..<100 { try home.connect().sendRaw(poll) }
            // Half of them are given up when they wait, the others before.
            let late = try (0..<100).map { _ in try home.connect() }
            for connection in late { try connection.sendRaw(poll) }
            while try waiting(control) == 0 {}
            for connection in late { connection.end() }
            while try waiting(control) > 0 {}
        }

        private func waiting(_ connection: HTTPConnection) throws -> Int {
            let text = try connection.get("/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix("berth_polls_waiting ") }
            return try #require(line.flatMap { Int($0.split(separator: " ")[1].prefix { $0 != "." }) })
        }

        @Test("a request for another protocol is answered in this one, and the connection ends")
        func upgrade() throws {
            let connection = try home.connect()
            try connection.sendRaw(
                Array(
                    "GET /healthz HTTP/1.1\r\nHost: b\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n"
                        .utf8))
            let answer = try connection.receive()
            #expect(answer.status == 200 && answer.headers["connection"] == "close")
            #expect(throws: ConnectionLost.self) { try connection.receive() }
        }

        @Test("the bytes of a poll that was answered before mean nothing within another request's head")
        func within() throws {
            let connection = try home.connect()
            let control = try home.connect()
            _ = try control.request("PUT", "/v1/tenants/acme", #"{"reason":"within"}"#)
            let poll = Array("GET /v1/tenants/acme/allocation HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
            for _ in 0..<3 {
                try connection.sendRaw(poll)
                #expect(try connection.receive().status == 200)
            }
            let head = "GET /healthz HTTP/1.1\r\nHost: b\r\n\r\nPOST /v1/x HTTP/1.1\r\nHost: b\r\nX-"
            try connection.sendRaw(Array(head.utf8))
            #expect(try connection.receive().status == 200)
            try connection.sendRaw(poll)
            #expect(try connection.receive().status == 400)
        }

        @Test("HEAD is answered without a body, and the connection goes on")
        func head() throws {
            let connection = try home.connect()
            #expect(try connection.request("HEAD", "/v1/status").status == 405)
            #expect(try connection.get("/healthz").status == 200)
        }

        @Test(
            "bodies are JSON and say so",
            arguments: [
                ("", 415), ("text/plain", 415), ("application/json; charset=latin1", 415), ("application/jsonx", 415),
                ("application/json", 201), ("Application/JSON ; Charset=\"UTF-8\"", 201),
            ])
        func type(_ type: String, _ status: Int) throws {
            let connection = try home.connect()
            let body = #"{"reason":"type"}"#
            let field = type.isEmpty ? "" : "Content-Type: \(type)\r\n"
            try connection.sendRaw(
                Array(
                    "PUT /v1/tenants/acme HTTP/1.1\r\nHost: b\r\n\(field)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                        .utf8))
            let answer = try connection.receive()
            #expect(answer.status == status, "\(type): \(answer.text)")
            #expect(try connection.get("/healthz").status == 200)
        }
    }
}
