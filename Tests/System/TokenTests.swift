// Bearer tokens: shown once, scoped, ending, revoked at once, and kept by the book.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Tokens")
    struct TokenTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                tcp: {plainLoopback: "127.0.0.1:0"}
                limits: {failuresBurst: 3, failuresPerMinute: 1, tokenDays: 100}

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"tokens"}"#)
            }
        }

        /// Makes a token as whoever `caller` is.
        private func make(
            _ body: String, for tenant: String? = "acme", by caller: HTTPConnection? = nil,
            headers: [String: String] = [:]
        ) throws -> HTTPAnswer {
            let path = tenant.map { "/v1/tenants/\($0)/tokens" } ?? "/v1/tokens"
            return try (caller ?? connection).post(path, body, headers: headers)
        }

        private func bearer(_ token: String) -> [String: String] { ["Authorization": "Bearer \(token)"] }

        /// An answer over TCP to whoever shows a token.
        private func ask(
            _ token: String?, _ method: String = "GET", _ target: String, _ body: String? = nil
        ) throws -> HTTPAnswer {
            let over = try HTTPConnection(port: try #require(try home.ports().first))
            return try over.request(method, target, body, headers: token.map(bearer) ?? [:])
        }

        private func secret(_ body: String, for tenant: String? = "acme") throws -> (id: String, token: String) {
            let made = try make(body, for: tenant)
            try #require(made.status == 201, "\(made.text)")
            return (try #require(made.json["id"].string), try #require(made.json["token"].string))
        }

        @Test("what still runs under a token that is revoked ends with it, and is told nothing new")
        func ends() throws {
            let (id, token) = try secret(#"{"name":"ci"}"#)
            let port = try #require(try home.ports().first)
            let stream = try EventReader(try HTTPConnection(port: port), headers: bearer(token))
            let index = try ask(token, "GET", "/v1/tenants/acme/allocation").json["index"].int ?? 0
            let waiting = try HTTPConnection(port: port)
            try waiting.send("GET", "/v1/tenants/acme/allocation?index=\(index)&wait=300s", headers: bearer(token))
            // What comes back on the stream shows that the poll before it has been taken.
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"description":"x","reason":"x"}"#)
            #expect(try stream.change()["events"][0]["kind"].string == "tenant.put")
            #expect(try connection.request("DELETE", "/v1/tenants/acme/tokens/\(id)?reason=x").status == 200)
            let lease = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
            #expect(try connection.post("/v1/leases", lease).status == 201)
            let rest = try stream.rest()
            #expect(rest.changes.isEmpty && rest.last?["ends"].string?.contains("token") == true, "\(rest)")
            let late = try waiting.receive()
            #expect(late.status == 401 && late.headers["www-authenticate"] != nil, "\(late.text)")
        }

        @Test(
            "a request whose body comes after its token was revoked, or its tenant was removed and made again, is refused"
        )
        func lateBodies() throws {
            let lease = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
            let port = try #require(try home.ports().first)
            func begin() throws -> (HTTPConnection, String) {
                let (id, token) = try secret(#"{"name":"ci"}"#)
                let over = try HTTPConnection(port: port)
                try over.sendRaw(
                    Array(
                        ("POST /v1/leases HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer \(token)\r\nExpect: 100-continue\r\n"
                            + "Content-Type: application/json\r\nContent-Length: \(lease.utf8.count)\r\n\r\n").utf8))
                // It says that it goes on when the head has been read.
                try over.awaitUnread()
                try over.sendRaw(Array(lease.utf8.prefix(10)))
                return (over, id)
            }
            let (revoked, id) = try begin()
            #expect(try connection.request("DELETE", "/v1/tenants/acme/tokens/\(id)?reason=x").status == 200)
            try revoked.sendRaw(Array(lease.utf8.dropFirst(10)))
            #expect(try revoked.receive().status == 401)
            let (removed, _) = try begin()
            #expect(try connection.request("DELETE", "/v1/tenants/acme?reason=x").status == 204)
            #expect(try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"x"}"#).status == 201)
            try removed.sendRaw(Array(lease.utf8.dropFirst(10)))
            #expect(try removed.receive().status == 401)
            #expect(try connection.get("/v1/leases?tenant=acme").json["leases"].array.isEmpty)
        }

        @Test("a poll that is sent again under a token is refused once the token is revoked")
        func repeats() throws {
            let (id, token) = try secret(#"{"name":"ci"}"#)
            let over = try HTTPConnection(port: try #require(try home.ports().first))
            func poll() throws -> Int {
                try over.get("/v1/tenants/acme/allocation", headers: bearer(token)).status
            }
            #expect(try (0..<3).map { _ in try poll() } == [200, 200, 200])
            #expect(try connection.request("DELETE", "/v1/tenants/acme/tokens/\(id)?reason=x").status == 200)
            #expect(try (0..<2).map { _ in try poll() } == [401, 401])
        }

        @Test("all tokens of one owner end at once, after a word of whoever asks, and others go on")
        func revokeAll() throws {
            for name in ["one", "two"] { _ = try secret(#"{"name":"\#(name)"}"#) }
            let other = try secret(#"{"name":"one"}"#, for: "rival")
            _ = try secret(#"{"name":"look","role":"auditor"}"#, for: nil)
            let asked = try home.berth("token", "revoke", "--tenant", "acme")
            #expect(asked.wait() == .exited(64) && asked.error.contains("--yes"), "\(asked.error)")
            func live(_ owner: String) throws -> Int {
                let tokens = try connection.get("/v1/tokens?owner=\(owner)").json["tokens"].array
                return tokens.count { $0["state"].string == "live" }
            }
            #expect(try live("tenant:acme") == 2)
            let revoked = try home.berth("token", "revoke", "--tenant", "acme", "--yes", "--reason", "stolen")
            #expect(revoked.wait() == .exited(0), "\(revoked.error)")
            #expect(try live("tenant:acme") == 0 && live("tenant:rival") == 1 && live("auditor") == 1)
            #expect(try home.berth("token", "revoke", "look", "--role", "auditor").wait() == .exited(0))
            #expect(try live("auditor") == 0)
            #expect(try ask(other.token, "GET", "/v1/tenants/rival").status == 200)
            #expect(other.id.hasPrefix("k-"))
            let near = try home.berth("token", "create", "x", "--tenant", "acmee")
            #expect(near.wait() == .exited(5) && near.error.contains("Did you mean acme?"), "\(near.error)")
            let list = try home.berth("lease", "list", "--tenant", "acmee")
            #expect(list.wait() == .exited(5) && list.error.contains("Did you mean acme?"), "\(list.error)")
            #expect(try home.berth("lease", "list", "--tenant", "acme").wait() == .exited(0))
        }

        @Test("a token lets its tenant in over TCP, is shown once, and is found by its digest after a restart")
        func life() throws {
            let made = try make(#"{"name":"ci","reason":"build host"}"#)
            try #require(made.status == 201, "\(made.text)")
            #expect(made.headers["cache-control"] == "no-store")
            let token = try #require(made.json["token"].string)
            #expect(token.hasPrefix("berth_") && token.utf8.count == 55)
            #expect(made.json["scopes"].array.compactMap(\.string) == ["read", "request", "report"])
            #expect(try ask(token, "GET", "/v1/tenants/acme").status == 200)
            #expect(try ask(token, "GET", "/v1/tenants/rival").status == 404)
            #expect(try ask(token, "GET", "/v1/status").status == 403)
            let lease = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
            #expect(try ask(token, "POST", "/v1/leases", lease).status == 201)
            // On the Unix socket a token counts before the process that shows it.
            #expect(try connection.request("GET", "/v1/status", headers: bearer(token)).status == 403)

            let listed = try connection.get("/v1/tenants/acme/tokens").json["tokens"][0]
            #expect(listed["token"].isAbsent && listed["lastUsed"].string != nil && listed["state"].string == "live")
            #expect(listed["createdBy"].string?.hasPrefix("uid:") == true)
            let own = try ask(token, "GET", "/v1/tenants/acme/tokens").json["tokens"][0]
            #expect(own["name"].string == "ci" && own["createdBy"].isAbsent)
            let log = try connection.get("/v1/audit?limit=1000").json["entries"].array
            #expect(log.contains { $0["actor"].string == "token:ci" && $0["role"].string == "tenant:acme" })

            try home.stop()
            // The secret is nowhere on disk.
            for file in try FileManager.default.subpathsOfDirectory(atPath: home.state) {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: home.state + "/" + file))
                #expect(bytes.range(of: Data(token.utf8)) == nil, "\(file)")
            }
            try home.start()
            #expect(try ask(token, "GET", "/v1/tenants/acme").status == 200)
            let again = try home.connect()
            #expect(try again.get("/v1/tenants/acme/tokens").json["tokens"][0]["lastUsed"].string != nil)
            for rule in try again.get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("unknown, revoked and mistyped tokens get one answer, 401, and a revoked one gets it at once")
        func revoked() throws {
            let (id, token) = try secret(#"{"name":"ci"}"#)
            #expect(try ask(token, "GET", "/v1/leases").status == 200)
            let revoked = try connection.request("DELETE", "/v1/tenants/acme/tokens/\(id)?reason=lost")
            #expect(revoked.status == 200 && revoked.json["state"].string == "revoked", "\(revoked.text)")
            let (_, other) = try secret(#"{"name":"other"}"#, for: "rival")
            #expect(try connection.request("DELETE", "/v1/tenants/rival?reason=gone").status == 204)
            var answers = [try ask(token, "GET", "/v1/leases"), try ask(other, "GET", "/v1/leases")]
            answers.append(try ask("berth_" + String(repeating: "0", count: 43) + "2CZclj", "GET", "/v1/leases"))
            for answer in answers {
                #expect(answer.status == 401 && answer.headers["www-authenticate"] == #"Bearer realm="berth""#)
                #expect(answer.json["detail"].string == answers[0].json["detail"].string)
            }
            #expect(try connection.request("DELETE", "/v1/tenants/acme/tokens/\(id)").status == 200, "again")
            #expect(try connection.request("DELETE", "/v1/tenants/acme/tokens/t-nothing").status == 404)
        }

        @Test("refused tokens are slowed down by address with a true time to wait, and one that counts is not")
        func slowed() throws {
            let (_, token) = try secret(#"{"name":"ci"}"#)
            let wrong = (0..<5).map { "berth_\($0)" }
            let answers = try wrong.map { try ask($0, "GET", "/v1/leases") }
            #expect(answers.map(\.status) == [401, 401, 401, 429, 429])
            let wait = try #require(answers[4].headers["retry-after"].flatMap { Int($0) })
            #expect((1...60).contains(wait) && answers[4].json["type"].string == "errors#rate-limited")
            #expect(try ask(token, "GET", "/v1/leases").status == 200)
        }

        @Test("a token does what its scopes say and no more")
        func scopes() throws {
            let lease = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
            let fault = #"{"nodes":[{"node":"lab-h1-b4-r8-n8"}],"text":"odd"}"#
            let tokens = #"{"name":"child"}"#
            for (scope, statuses) in [
                ("read", [200, 403, 403, 403]), ("request", [403, 201, 403, 403]), ("report", [403, 403, 404, 403]),
                ("tokens", [403, 403, 403, 400]),
            ] {
                let (_, token) = try secret(#"{"name":"\#(scope)","scopes":["\#(scope)"]}"#)
                let answers = [
                    try ask(token, "GET", "/v1/leases"), try ask(token, "POST", "/v1/leases", lease),
                    try ask(token, "POST", "/v1/tenants/acme/faults", fault),
                    try ask(token, "POST", "/v1/tenants/acme/tokens", tokens),
                ]
                #expect(answers.map(\.status) == statuses, "\(scope): \(answers.map(\.text))")
            }
        }

        @Test("a token makes none that may do more or lives longer, and takes what it made along")
        func children() throws {
            let (id, parent) = try secret(
                #"{"name":"parent","scopes":["read","tokens"],"expiresIn":"2d"}"#)
            func child(_ body: String) throws -> HTTPAnswer { try ask(parent, "POST", "/v1/tenants/acme/tokens", body) }
            #expect(try child(#"{"name":"more","scopes":["read","request"]}"#).status == 400)
            #expect(try child(#"{"name":"longer","scopes":["read"],"expiresIn":"3d"}"#).status == 400)
            let made = try child(#"{"name":"child"}"#)
            #expect(made.status == 201 && made.json["scopes"].array.compactMap(\.string) == ["read"], "\(made.text)")
            let token = try #require(made.json["token"].string)
            #expect(try ask(token, "GET", "/v1/leases").status == 200)
            #expect(try ask(parent, "GET", "/v1/tenants/rival/tokens").status == 404)
            #expect(try ask(parent, "POST", "/v1/tenants/rival/tokens", #"{"name":"x"}"#).status == 404)
            // Nor does it revoke what may do more than itself.
            let (strong, _) = try secret(#"{"name":"strong","scopes":["request"]}"#)
            #expect(try ask(parent, "DELETE", "/v1/tenants/acme/tokens/\(strong)").status == 403)
            #expect(try connection.request("DELETE", "/v1/tokens/\(id)?reason=x").status == 200)
            #expect(try ask(token, "GET", "/v1/leases").status == 401)
            #expect(try ask(parent, "GET", "/v1/leases").status == 401)
        }

        @Test("what a token may be is checked, and a repeated request does not show a secret again")
        func bodies() throws {
            for (body, pointer) in [
                (#"{"name":"a b"}"#, "/name"), (#"{"name":"a","scopes":[]}"#, "/scopes"),
                (#"{"name":"a","scopes":["all"]}"#, "/scopes/0"), (#"{"name":"a","expiresIn":"0s"}"#, "/expiresIn"),
                (#"{"name":"a","expiresIn":"101d"}"#, "/expiresIn"), (#"{"name":"a","role":"auditor"}"#, "/role"),
            ] {
                let answer = try make(body)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(body): \(answer.text)")
            }
            let key = ["Idempotency-Key": "one"]
            let first = try make(#"{"name":"a"}"#, headers: key)
            let second = try make(#"{"name":"a"}"#, headers: key)
            #expect(first.status == 201 && second.status == 201 && second.json["id"].string == first.json["id"].string)
            #expect(first.json["token"].string != nil && second.json["token"].isAbsent)
            #expect(try make(#"{"name":"a"}"#).status == 409)
            #expect(try make(#"{"name":"a"}"#, for: "none").status == 404)
        }

        @Test("an auditor's token reads everything and changes nothing, also by the command line over TCP")
        func auditor() throws {
            let made = try home.berth("token", "create", "audit", "--role", "auditor", "--expires-in", "7d")
            #expect(made.wait() == .exited(0), "\(made.error)")
            let token = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(token.hasPrefix("berth_") && made.error.contains("only time that it is shown"))
            #expect(try ask(token, "GET", "/v1/status").headers["berth-revision"] != nil)
            #expect(try ask(token, "PUT", "/v1/tenants/new", "{}").status == 403)
            #expect(try ask(token, "POST", "/v1/tokens", #"{"name":"x","role":"auditor"}"#).status == 403)

            let url = "http://127.0.0.1:\(try #require(try home.ports().first))"
            func berth(_ arguments: [String], _ environment: [String: String]) throws -> ChildProcess {
                let process = try ChildProcess(Program.berth, arguments, environment: environment)
                process.wait()
                return process
            }
            let listed = try berth(["token", "list"], ["BERTH_URL": url, "BERTH_TOKEN": token])
            #expect(listed.wait() == .exited(0) && listed.output.contains("auditor"), "\(listed.error)")
            let file = try home.folder.write(token + "\n", to: "token")
            let status = try berth(["status", "--url", url, "--token-file", file], [:])
            #expect(status.wait() == .exited(0) && status.output.contains("fleet turning"), "\(status.error)")
            let nobody = try berth(["status", "--url", url], [:])
            #expect(nobody.wait() == .exited(6), "\(nobody.error)")
            let revoke = try home.berth("token", "revoke", "none", "--tenant", "acme")
            #expect(revoke.wait() == .exited(5), "\(revoke.error)")
        }
    }
}
