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

        /// Sends a request in two pieces, so that it cannot be taken for one that was sent before.
        private func getInPieces(_ connection: HTTPConnection, _ bytes: [UInt8]) throws -> HTTPAnswer {
            try connection.sendRaw(Array(bytes.prefix(3)))
            // Whatever has been read of it by now, an answer on another connection comes after it has arrived.
            for _ in 0..<20 { _ = try self.connection.get("/healthz") }
            try connection.sendRaw(Array(bytes.dropFirst(3)))
            return try connection.receive()
        }

        private func isSame(_ one: HTTPAnswer, _ other: HTTPAnswer) -> Bool {
            func kept(_ answer: HTTPAnswer) -> [String: String] {
                answer.headers.filter { !["berth-request-id", "date"].contains($0.key) }
            }
            return one.status == other.status && one.body == other.body && one.fieldNames == other.fieldNames
                && kept(one) == kept(other)
        }

        @Test(
            "a poll that is sent again is answered as the first was, whichever way it takes, and under an id of its own"
        )
        func again() throws {
            let tag = try #require(try connection.get(Self.path).headers["etag"])
            let fields = [
                "", "If-None-Match: \(tag)\r\n", "If-None-Match: W/\(tag)\r\n", "If-None-Match: \"x\", \(tag)\r\n",
                "Accept-Encoding: gzip\r\n", "If-None-Match: *\r\n",
            ]
            for query in ["", "?index=0", "?index=1&wait=300s", "?minRevision=1"] {
                for field in fields {
                    let bytes = Array("GET \(Self.path)\(query) HTTP/1.1\r\nHost: berth\r\n\(field)\r\n".utf8)
                    let polling = try home.connect()
                    var answers: [HTTPAnswer] = []
                    for _ in 0..<3 {
                        try polling.sendRaw(bytes)
                        answers.append(try polling.receive())
                    }
                    answers.append(try getInPieces(polling, bytes))
                    #expect(answers.allSatisfy { isSame($0, answers[0]) }, "\(query) \(field)")
                    #expect(Set(answers.map { $0.headers["berth-request-id"] ?? "" }).count == answers.count)
                    #expect(answers[0].status == (field.hasPrefix("If-None") ? 304 : 200), "\(query) \(field)")
                }
            }
        }

        @Test("a poll that is sent again sees a change, its tenant's end, and is counted in the record of access")
        func againAfterChanges() throws {
            _ = try connection.request("PUT", "/v1/tenants/brief", #"{"reason":"poll test"}"#)
            let polling = try home.connect()
            let bytes = Array("GET /v1/tenants/brief/allocation HTTP/1.1\r\nHost: berth\r\n\r\n".utf8)
            func poll() throws -> HTTPAnswer {
                try polling.sendRaw(bytes)
                return try polling.receive()
            }
            for _ in 0..<4 { #expect(try poll().json["leases"].array.isEmpty) }
            let id = try #require(try lease("brief").json["id"].string)
            #expect(try poll().json["leases"][0]["id"].string == id)
            #expect(try poll().json["leases"][0]["id"].string == id)
            let reads = try connection.get("/v1/audit/access?tenant=brief").json["access"].array
            #expect(reads.reduce(0) { $0 + ($1["reads"].int ?? 0) } == 6, "\(reads)")
        }

        @Test("a poll that is sent again ends with its tenant")
        func againWithoutTenant() throws {
            _ = try connection.request("PUT", "/v1/tenants/brief", #"{"reason":"poll test"}"#)
            let polling = try home.connect()
            let bytes = Array("GET /v1/tenants/brief/allocation HTTP/1.1\r\nHost: berth\r\n\r\n".utf8)
            func poll() throws -> HTTPAnswer {
                try polling.sendRaw(bytes)
                return try polling.receive()
            }
            for _ in 0..<3 { #expect(try poll().status == 200) }
            #expect(try connection.request("DELETE", "/v1/tenants/brief?reason=over").status == 204)
            #expect(try poll().status == 404)
            #expect(try polling.get("/healthz").status == 200)
        }

        /// Polls that have been answered, as the daemon counts them.
        private func pollsAnswered() throws -> Int {
            let lines = try connection.get("/metrics").text.split(separator: "\n")
            let counts = lines.filter {
                $0.hasPrefix("berth_http_requests_total{") && $0.contains("/v1/tenants/{name}/allocation")
            }
            return counts.reduce(0) { $0 + ($1.split(separator: " ").last.flatMap { Int(Double($0) ?? 0) } ?? 0) }
        }

        @Test(
            "who polls on and reads nothing is answered until its buffers are full and then read from no further, while others are served",
            arguments: ["", "?index=1&wait=300s"])
        func unread(_ query: String) throws {
            for _ in 0..<20 { _ = try lease("own") }
            let bytes = Array("GET \(Self.path)\(query) HTTP/1.1\r\nHost: berth\r\n\r\n".utf8)
            let size = try connection.get(Self.path).body.count
            let greedy = try home.connect()
            // The first is decoded, and what is the same from then on is not.
            try greedy.sendRaw(bytes)
            _ = try greedy.receive()
            let before = try pollsAnswered()
            let polls = 100_000
            var (sent, standstill) = (0, 0)
            // A daemon that read on would have read between any two answers to somebody else.
            while sent < polls * bytes.count, standstill < 200 {
                // Whole requests at once, and the rest of one that was cut.
                let rest = bytes[(sent % bytes.count)...]
                let count = try greedy.sendAtOnce(rest)
                sent += count
                standstill = count == 0 ? standstill + 1 : 0
                if count == 0 { #expect(try connection.get("/healthz").status == 200) }
            }
            #expect(sent < polls * bytes.count, "what nobody reads is not answered without end")
            let answered = try pollsAnswered() - before
            // The kernel's buffer, what the daemon writes beyond it, and what it was writing.
            #expect(answered > 0 && answered * size < 2 << 20, "\(answered) answers of \(size) bytes")
            #expect(try pollsAnswered() - before == answered)
            // Whoever reads again has all of them, in their order and whole.
            for _ in 0..<sent / bytes.count {
                let answer = try greedy.receive()
                #expect(answer.status == 200 && answer.body.count == size)
            }
        }

        @Test("who waits again and again and reads nothing is not written more to, while others are served")
        func unreadWaits() throws {
            for _ in 0..<300 { _ = try lease("own") }
            let size = try connection.get(Self.path).body.count
            let waiting = try home.connect()
            let before = try pollsAnswered()
            var sent = 0
            for _ in 0..<100 {
                let index = try #require(try connection.get("/v1/tenants/own").json["index"].int)
                try waiting.send("GET", Self.path + "?index=\(index)&wait=300s")
                sent += 1
                // It waits, unless the daemon does not read it any more.
                var looks = 0
                while try isNobodyWaiting(), looks < 200 { looks += 1 }
                guard looks < 200 else { break }
                let id = try #require(try lease("own").json["id"].string)
                #expect(try connection.request("DELETE", "/v1/leases/\(id)?reason=over").status == 200)
            }
            let answered = try pollsAnswered() - before
            #expect(answered > 0 && answered * size < 2 << 20, "\(answered) answers of \(size) bytes")
            #expect(sent < 100, "what nobody reads is not answered without end")
            _ = try lease("own")
            for _ in 0..<sent { #expect(try waiting.receive().status == 200) }
            #expect(try waiting.get("/healthz").status == 200)
        }

        private func isNobodyWaiting() throws -> Bool {
            try connection.get("/metrics").text.contains("\nberth_polls_waiting 0\n")
        }

        @Test("a poll in pieces, a second one behind it and other requests keep their order")
        func order() throws {
            let polling = try home.connect()
            let poll = "GET \(Self.path) HTTP/1.1\r\nHost: berth\r\n\r\n"
            let health = "GET /healthz HTTP/1.1\r\nHost: berth\r\n\r\n"
            try polling.sendRaw(Array(poll.utf8))
            #expect(try polling.receive().json["tenant"].string == "own")
            try polling.sendRaw(Array((health + poll + poll + health).utf8))
            #expect(try polling.receive().json["status"].string == "ok")
            for _ in 0..<2 { #expect(try polling.receive().json["tenant"].string == "own") }
            #expect(try polling.receive().json["status"].string == "ok")
            try polling.sendRaw(Array((poll + poll).utf8))
            for _ in 0..<2 { #expect(try polling.receive().json["tenant"].string == "own") }
        }

        @Test("what is sent behind a poll that waits is answered after it")
        func behind() throws {
            let index = try index()
            let waiting = try home.connect()
            try waiting.send("GET", Self.path + "?index=\(index)&wait=300s")
            try waiting.send("GET", "/healthz")
            try waiting.send("GET", Self.path + "?index=1&wait=300s")
            _ = try lease("other")
            #expect(!waiting.hasUnread)
            _ = try lease("own")
            #expect(try waiting.receive().json["index"].int ?? 0 > index)
            #expect(try waiting.receive().json["status"].string == "ok")
            #expect(try waiting.receive().json["tenant"].string == "own")
        }

        @Test("a client that sends no more after its poll is answered all the same")
        func halfClosed() throws {
            let index = try index()
            let waiting = try home.connect()
            try waiting.send("GET", Self.path + "?index=\(index)&wait=300s")
            waiting.endSending()
            for _ in 0..<20 { _ = try connection.get("/healthz") }
            _ = try lease("own")
            #expect(try waiting.receive().json["index"].int ?? 0 > index)
        }

        @Test("a large answer is compressed for who takes it so, under a tag of its own that counts as well")
        func compressed() throws {
            for _ in 0..<8 { #expect(try lease("own").status == 201) }
            let plain = try connection.get(Self.path)
            let zipped = try connection.get(Self.path, headers: ["Accept-Encoding": "br, gzip;q=0.5"])
            #expect(plain.headers["content-encoding"] == nil && plain.headers["vary"] == "Accept-Encoding")
            #expect(zipped.headers["content-encoding"] == "gzip" && zipped.headers["vary"] == "Accept-Encoding")
            #expect(zipped.body.prefix(2) == [0x1F, 0x8B] && zipped.body.count < plain.body.count / 2)
            // A gzip stream ends with the length of what was compressed.
            let length = zipped.body.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            #expect(length == plain.body.count)
            let tags = [try #require(plain.headers["etag"]), try #require(zipped.headers["etag"])]
            #expect(tags[0] != tags[1])
            for tag in tags {
                let answer = try connection.get(
                    Self.path, headers: ["If-None-Match": tag, "Accept-Encoding": "gzip"])
                #expect(answer.status == 304 && answer.headers["etag"] == tag)
            }
            for refused in ["gzip;q=0", "identity", "br"] {
                let answer = try connection.get(Self.path, headers: ["Accept-Encoding": refused])
                #expect(answer.headers["content-encoding"] == nil && answer.body == plain.body, "\(refused)")
            }
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
