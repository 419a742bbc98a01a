// Bad requests as they are on the wire: each gets the status of the table, and nothing changes.

import Foundation
import Testing

extension SystemTests {
    @Suite("Refusals")
    struct RefusalTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"quota":{"gpus":1024},"reason":"refusals"}"#)
            _ = try connection.request("PUT", "/v1/tenants/big", #"{"reason":"refusals"}"#)
        }

        /// One bad request and what it must be answered with.
        struct Bad: Sendable, CustomTestStringConvertible {
            var method = "POST"
            var target = "/v1/leases"
            var body: String?
            var headers: [String: String] = [:]
            let status: Int
            let code: String
            var pointer: String?

            var testDescription: String { "\(method) \(target) \(body?.prefix(120) ?? "")" }
        }

        private static func lease(_ change: (inout [String: String]) -> Void) -> String {
            var fields = [
                "tenant": #""acme""#, "reservations": #"[{"shape":"gpu","gpus":1}]"#, "duration": #""1d""#,
                "reason": #""refusals""#,
            ]
            change(&fields)
            return "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
                + "}"
        }

        private static let good = lease { _ in }

        private static let notJSON: [Bad] = ["", "{", "tenant=acme", "[1,]", #"{"tenant":"acme"} x"#, "\u{0}"].map {
            Bad(body: $0, status: 400, code: "not-json")
        }

        private static let badBodies: [Bad] = [
            Bad(body: "[]", status: 400, code: "bad-request"),
            Bad(body: "{}", status: 400, code: "bad-request"),
            Bad(body: lease { $0["tenant"] = "7" }, status: 400, code: "bad-request", pointer: "/tenant"),
            Bad(body: lease { $0["tenant"] = "null" }, status: 400, code: "bad-request", pointer: "/tenant"),
            Bad(body: lease { $0["tenants"] = "7" }, status: 400, code: "unknown-field", pointer: "/tenants"),
            Bad(
                body: lease { $0["reservations"] = #"[{"shape":"gpu","gpus":1},{"shape":"gpu","gpus":1,"colour":1}]"# },
                status: 400, code: "unknown-field", pointer: "/reservations/1/colour"),
            Bad(
                body: lease { $0["reservations"] = #"[{"shape":"gpu","gpus":3}]"# }, status: 400, code: "bad-request",
                pointer: "/reservations/0/gpus"),
            Bad(
                body: lease { $0["reservations"] = #"[{"shape":"node","count":0}]"# }, status: 400, code: "bad-request",
                pointer: "/reservations/0/count"),
            Bad(
                body: lease { $0["reservations"] = #"[{"shape":"node","count":1.5}]"# }, status: 400,
                code: "bad-request", pointer: "/reservations/0/count"),
            Bad(
                body: lease { $0["reservations"] = #"[{"shape":"node","count":99999999999999999999}]"# }, status: 400,
                code: "bad-request", pointer: "/reservations/0/count"),
            Bad(
                body: lease { $0["reservations"] = #"[{"shape":"moon"}]"# }, status: 400, code: "bad-request",
                pointer: "/reservations/0/shape"),
            Bad(body: lease { $0["reservations"] = "[]" }, status: 400, code: "bad-request", pointer: "/reservations"),
            Bad(body: lease { $0["duration"] = #""soon""# }, status: 400, code: "bad-request", pointer: "/duration"),
            Bad(body: lease { $0["start"] = #""yesterday""# }, status: 400, code: "bad-request", pointer: "/start"),
            Bad(
                body: lease { $0["start"] = #""2020-01-01T00:00:00Z""# }, status: 400, code: "bad-request",
                pointer: "/start"),
            Bad(
                body: lease { $0["capPercent"] = "101" }, status: 400, code: "bad-request", pointer: "/capPercent"),
            Bad(
                body: lease {
                    $0["capPercent"] = "50"
                    $0["capWattsPerGpu"] = "500"
                }, status: 400, code: "bad-request"),
            Bad(body: lease { $0["class"] = #""gold""# }, status: 400, code: "bad-request", pointer: "/class"),
            Bad(body: lease { $0["reason"] = "[\"\"]" }, status: 400, code: "bad-request", pointer: "/reason"),
            Bad(
                body: lease { $0["planToken"] = #""!""# }, status: 400, code: "bad-request", pointer: "/planToken"),
            Bad(body: lease { $0["sites"] = #"["nowhere"]"# }, status: 400, code: "bad-request", pointer: "/sites/0"),
            Bad(
                body: String(repeating: "[", count: 200) + String(repeating: "]", count: 200), status: 400,
                code: "not-json"),
            Bad(
                target: "/v1/leases:batch", body: #"{"atomic":true,"leases":[\#(good),{"tenant":1}]}"#, status: 400,
                code: "bad-request", pointer: "/leases/1/tenant"),
            Bad(
                method: "PUT", target: "/v1/tenants/acme", body: #"{"quota":{"gpus":-1}}"#, status: 400,
                code: "bad-request", pointer: "/quota/gpus"),
            Bad(
                method: "PUT", target: "/v1/tenants/acme", body: #"{"quota":{"gpu":1}}"#, status: 400,
                code: "unknown-field", pointer: "/quota/gpu"),
            Bad(method: "PUT", target: "/v1/tenants/%20", body: "{}", status: 400, code: "bad-request"),
            Bad(
                method: "PUT", target: "/v1/contracts/c", body: #"{"tenant":"acme","price":{"perMonth":1}}"#,
                status: 400, code: "bad-request", pointer: "/price/perMonth"),
            Bad(
                target: "/v1/nodes:cordon", body: #"{"nodes":"lab-h1-b1-r1-n1"}"#, status: 400, code: "bad-request",
                pointer: "/reason"),
            Bad(
                target: "/v1/nodes:cordon", body: #"{"nodes":"nowhere-[1-3]","reason":"x"}"#, status: 400,
                code: "bad-request", pointer: "/nodes"),
            Bad(
                target: "/v1/nodes:cordon", body: #"{"nodes":"n[1-","reason":"x"}"#, status: 400, code: "bad-request",
                pointer: "/nodes"),
            Bad(
                target: "/v1/nodes:cordon", body: #"{"nodes":"n[1-999999999]","reason":"x"}"#, status: 400,
                code: "bad-request", pointer: "/nodes"),
            Bad(
                target: "/v1/backup", body: #"{"path":"relative"}"#, status: 400, code: "bad-request", pointer: "/path"),
        ]

        private static let queries: [Bad] = [
            ("/v1/status?x=1", "unknown-parameter"), ("/v1/leases?colour=red", "unknown-parameter"),
            ("/v1/leases?limit=0", "bad-request"), ("/v1/leases?limit=1001", "bad-request"),
            ("/v1/leases?limit=ten", "bad-request"), ("/v1/leases?cursor=!", "bad-request"),
            ("/v1/leases?state=gone", "bad-request"), ("/v1/domains?level=planet", "bad-request"),
            ("/v1/domains?within=moon", "bad-request"), ("/v1/budgets?kind=love", "bad-request"),
            ("/v1/nodes?state=new", "bad-request"), ("/v1/status?minRevision=x", "bad-request"),
            ("/v1/budgets/lab-meter/timeline?start=now", "bad-request"),
            ("/v1/tenants/acme/allocation?index=-1", "bad-request"),
            ("/v1/tenants/acme/allocation?index=1&wait=long", "bad-request"),
            ("/v1/tenants/acme/allocation?wait=long", "bad-request"), ("/v1/orders?wait=long", "bad-request"),
            ("/v1/audit?after=9223372036854775808", "bad-request"), ("/v1/leases?limit=1&limit=2", "bad-request"),
            ("/v1/leases?minRevision=999999", "bad-request"), ("/v1/budgets?limit=0", "bad-request"),
        ].map { Bad(method: "GET", target: $0.0, status: 400, code: $0.1) }

        private static let others: [Bad] = [
            Bad(target: "/v1/leases?dryRun=yes", body: good, status: 400, code: "bad-request"),
            Bad(
                body: good, headers: ["Idempotency-Key": String(repeating: "k", count: 129)], status: 400,
                code: "bad-request"),
            Bad(method: "GET", target: "/v1/leases/l-nothing", status: 404, code: "not-found"),
            Bad(method: "DELETE", target: "/v1/leases/l-nothing", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v1/leases/l-nothing/allocation", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v1/tenants/nobody", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v1/tenants/nobody/allocation", status: 404, code: "not-found"),
            Bad(method: "DELETE", target: "/v1/tenants/nobody", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v1/contracts/none", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v1/budgets/none/timeline", status: 404, code: "not-found"),
            Bad(body: lease { $0["tenant"] = #""nobody""# }, status: 400, code: "bad-request", pointer: "/tenant"),
            Bad(body: lease { $0["contract"] = #""none""# }, status: 400, code: "bad-request", pointer: "/contract"),
            Bad(method: "GET", target: "/", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v2/status", status: 404, code: "not-found"),
            Bad(method: "POST", target: "/v1/nodes:explode", body: "{}", status: 404, code: "not-found"),
            Bad(method: "GET", target: "/v1/leases/a/b/c/d", status: 404, code: "not-found"),
            Bad(
                body: lease {
                    $0["reservations"] = #"[{"shape":"gpu","gpus":1,"name":"a"},{"shape":"gpu","gpus":1,"name":"a"}]"#
                },
                status: 400, code: "bad-request", pointer: "/reservations/1/name"),
            Bad(body: good, headers: ["Content-Type": "text/plain"], status: 415, code: "unsupported-media-type"),
            Bad(
                body: good, headers: ["Content-Type": "application/jsonp"], status: 415, code: "unsupported-media-type"),
            Bad(
                target: "/v1/leases/l-1/reclaim", body: #"{"clause":"cause","cause":"x","reason":""}"#, status: 400,
                code: "bad-request", pointer: "/reason"),
            Bad(
                method: "DELETE", target: "/v1/leases/l-1?minRevision=1&reason=x", status: 400,
                code: "unknown-parameter"),
            Bad(
                body: good, headers: ["Content-Type": "application/x-www-form-urlencoded"], status: 415,
                code: "unsupported-media-type"),
            Bad(
                body: lease { $0["reason"] = "\"" + String(repeating: "x", count: 1 << 20) + "\"" }, status: 413,
                code: "body-too-large"),
            Bad(
                method: "PUT", target: "/v1/tenants/acme", body: String(repeating: " ", count: (1 << 20) + 1),
                status: 413, code: "body-too-large"),
            Bad(
                target: "/v1/leases:batch", body: String(repeating: " ", count: (16 << 20) + 1), status: 413,
                code: "body-too-large"),
        ]

        private static let methods: [Bad] = [
            ("DELETE", "/v1/status"), ("POST", "/v1/status"), ("PUT", "/v1/leases"), ("PATCH", "/v1/leases"),
            ("DELETE", "/v1/offers"), ("POST", "/v1/leases/l-1"), ("GET", "/v1/nodes:cordon"),
            ("GET", "/v1/leases:batch"), ("POST", "/v1/tenants"), ("PATCH", "/v1/tenants/acme"),
            ("OPTIONS", "/v1/verify"), ("TRACE", "/v1/leases"), ("PROPFIND", "/v1/nodes:cordon"),
        ].map { Bad(method: $0.0, target: $0.1, status: 405, code: "method-not-allowed") }

        @Test("each bad request has its status, code and pointer, and changes nothing")
        func table() throws {
            let before = try connection.get("/v1/verify").json
            for bad in Self.notJSON + Self.badBodies + Self.queries + Self.others + Self.methods {
                // A refused body may end the connection, as HTTP allows.
                let connection = try home.connect()
                let answer: HTTPAnswer
                do {
                    try? connection.send(bad.method, bad.target, bad.body, headers: bad.headers)
                    answer = try connection.receive()
                } catch {
                    Issue.record("\(bad.testDescription): no answer: \(error)")
                    continue
                }
                let problem = answer.json
                #expect(answer.status == bad.status, "\(bad.testDescription): \(answer.text)")
                #expect(answer.isProblem, "\(bad.testDescription): \(answer.headers)")
                #expect(problem["type"].string == "errors#\(bad.code)", "\(bad.testDescription): \(answer.text)")
                #expect(problem["status"].int == answer.status, "\(bad.testDescription)")
                #expect(problem["title"].string?.isEmpty == false && problem["detail"].string?.isEmpty == false)
                #expect(problem["requestId"].string == answer.headers["berth-request-id"])
                if let pointer = bad.pointer {
                    #expect(problem["pointer"].string == pointer, "\(bad.testDescription): \(answer.text)")
                    #expect(problem["detail"].string?.contains(pointer) == true, "\(answer.text)")
                }
                if bad.status == 405 { #expect(answer.headers["allow"]?.isEmpty == false, "\(bad.testDescription)") }
                if bad.status == 415 { #expect(answer.headers["accept"] == "application/json") }
                let now = try self.connection.get("/v1/status").json
                #expect(now["revision"].int == before["revision"].int, "\(bad.testDescription) changed something")
            }
            #expect(try connection.get("/v1/verify").json["digest"].string == before["digest"].string)
        }

        @Test("what is not HTTP, and headers without end, get an answer or a closed connection, and the daemon goes on")
        func wire() throws {
            let endless =
                "GET /v1/status HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: 64 << 10) + "\r\n\r\n"
            let many = "GET /v1/status HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 500) + "\r\n"
            var statuses: [String: Int] = [:]
            for (name, bytes) in [
                ("long", endless), ("many", many), ("garbage", "\u{1}\u{2}\r\n\r\n"), ("no version", "GET /\r\n\r\n"),
                (
                    "two lengths",
                    "POST /v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"
                ),
            ] {
                let raw = try home.connect()
                try? raw.sendRaw(Array(bytes.utf8))
                do { statuses[name] = try raw.receive().status } catch { statuses[name] = 0 }
            }
            // NIO ends these before there is a request to answer in our own words.
            for name in ["long", "many"] { #expect([400, 431].contains(statuses[name]), "\(statuses)") }
            for name in ["garbage", "no version", "two lengths"] {
                #expect([0, 400].contains(statuses[name]), "\(name)")
            }
            // One that says nothing and one that never ends its body hold nobody up.
            let silent = try home.connect()
            let half = try home.connect()
            try half.sendRaw(Array("POST /v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{".utf8))
            #expect(try connection.get("/healthz").status == 200)
            withExtendedLifetime((silent, half)) {}
        }

        @Test("a body in chunks is read like another, and bounded like another")
        func chunked() throws {
            let body = Self.good
            let head =
                "POST /v1/leases?dryRun=plan HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Type: application/json\r\n\r\n"
            let size = String(body.utf8.count, radix: 16)
            try connection.sendRaw(Array("\(head)\(size)\r\n\(body)\r\n0\r\n\r\n".utf8))
            #expect(try connection.receive().status == 200)
            let large = try home.connect()
            let megabyte = String(repeating: " ", count: 1 << 20)
            try? large.sendRaw(Array("\(head)100000\r\n\(megabyte)\r\n1\r\n \r\n0\r\n\r\n".utf8))
            #expect(try large.receive().status == 413)
        }

        @Test("a refusal for want of room names what is in the way, and its counter-offers are granted")
        func noRoom() throws {
            func body(_ tenant: String, _ count: Int) -> String {
                #"{"tenant":"\#(tenant)","reservations":[{"shape":"node","count":\#(count)}],"duration":"1d","reason":"x"}"#
            }
            #expect(try connection.post("/v1/leases", body("big", 56)).status == 201)
            for (tenant, count, code) in [("acme", 129, "quota-exceeded"), ("big", 257, "no-capacity")] {
                let revision = try connection.get("/v1/status").json["revision"].int
                let refused = try connection.post("/v1/leases", body(tenant, count))
                #expect(refused.status == 409 && refused.isProblem, "\(refused.text)")
                #expect(refused.json["type"].string == "errors#\(code)")
                #expect(!refused.json["blockers"].array.isEmpty && !refused.json["counterOffers"].array.isEmpty)
                for blocker in refused.json["blockers"].array {
                    #expect(blocker["kind"].string != nil && blocker["message"].string?.isEmpty == false)
                }
                #expect(try connection.get("/v1/status").json["revision"].int == revision)
                let offer = refused.json["counterOffers"][0]
                var request = offer["request"].value as? [String: Any] ?? [:]
                request["planToken"] = offer["planToken"].string
                let bytes = try JSONSerialization.data(withJSONObject: request)
                let taken = try connection.post("/v1/leases", String(decoding: bytes, as: UTF8.self))
                #expect(taken.status == 201, "\(offer): \(taken.text)")
            }
            // The quota let 128 nodes through; with the 56 before, 72 were left.
            #expect(try connection.get("/v1/status").json["gpus"]["free"].int == 0)
        }

        @Test("an idempotency key with another body is refused with 422 and changes nothing")
        func otherBody() throws {
            let key = ["Idempotency-Key": "one"]
            let first = try connection.post("/v1/leases", Self.good, headers: key)
            #expect(first.status == 201)
            let revision = try connection.get("/v1/status").json["revision"].int
            let other = try connection.post("/v1/leases", Self.lease { $0["duration"] = #""2d""# }, headers: key)
            #expect(other.status == 422 && other.isProblem)
            let same = try connection.post("/v1/leases", Self.good, headers: key)
            #expect(same.status == 201 && same.json["id"].string == first.json["id"].string)
            #expect(same.headers["location"] == first.headers["location"])
            #expect(try connection.get("/v1/status").json["revision"].int == revision)
        }

        @Test("what is still referred to, and what is over, refuses with 409")
        func states() throws {
            let lease = try connection.post("/v1/leases", Self.good).json["id"].string ?? ""
            #expect(try connection.request("DELETE", "/v1/tenants/acme?reason=x").status == 409)
            #expect(try connection.request("DELETE", "/v1/leases/\(lease)?reason=x").status == 200)
            let again = try connection.request("DELETE", "/v1/leases/\(lease)?reason=x")
            #expect(again.status == 409 && again.isProblem, "\(again.text)")
        }
    }
}
