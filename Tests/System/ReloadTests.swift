// Reloading: all of a new configuration comes into force while the daemon serves, or none of it.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Reload")
    struct ReloadTests {
        private static let auditor = 4_711

        private let home: DaemonHome
        private let manager: NotifySocket

        init() throws {
            home = try DaemonHome()
            manager = try NotifySocket(in: home.folder)
            home.config = try home.folder.write("log: {level: info}\n", to: "berthd.yaml")
            try home.start(initialise: true, environment: ["NOTIFY_SOCKET": manager.path])
            _ = try manager.messages { $0["READY"] == "1" }
        }

        private func configure(_ text: String) throws { _ = try home.folder.write(text, to: "berthd.yaml") }

        private func reload(_ connection: HTTPConnection? = nil) throws -> HTTPAnswer {
            try (connection ?? home.connect()).post("/v1/reload", #"{"reason":"test"}"#)
        }

        /// The status of a read that needs the role of an auditor.
        private func auditorsRead() throws -> Int {
            try home.asUser(Self.auditor, in: 0, "GET", "/v1/tenants").status
        }

        @Test("new settings come into force on open connections too, and what needs a restart is named")
        func settings() throws {
            let connection = try home.connect()
            #expect(try auditorsRead() == 403)
            try configure(
                """
                roles: {auditors: ["user:\(Self.auditor)"]}
                limits: {tokenDays: 3, idleSeconds: 80}
                numa: {node: 1}

                """)
            let answer = try reload(connection)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json["needsRestart"].array.compactMap(\.string) == ["limits.idleSeconds", "numa.node"])
            #expect(answer.json["fleetChanged"].bool == false && answer.json["fleetVersion"].int == 1)
            #expect(try auditorsRead() == 200)
            let token = #"{"name":"reports","role":"auditor","expiresIn":"4d"}"#
            let refused = try connection.post("/v1/tokens", token)
            #expect(refused.status == 400 && refused.text.contains("a token lives at most 3 days"), "\(refused.text)")
            try configure("roles: {auditors: []}\n")
            #expect(try reload(connection).status == 200)
            #expect(try auditorsRead() == 403)
        }

        @Test("a reload that takes a role takes it from polls that are sent again, and from those that wait, too")
        func polls() throws {
            try #require(geteuid() == 0 && ThreadUser.isAvailable, "needs root")
            let (given, taken) = ("roles: {tenants: [\"user:\(Self.auditor)=acme\"]}\n", "roles: {tenants: []}\n")
            try configure(given)
            let connection = try home.connect()
            #expect(try reload(connection).status == 200)
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"test"}"#)
            chmod(home.socket, 0o666)
            // Who is at the other end is known when a connection is made, and not asked again.
            let socket = home.socket
            let others = try concurrently(1) { _ in
                Result {
                    try ThreadUser.become(uid: Self.auditor, gid: 0)
                    return try Connections(
                        again: HTTPConnection(path: socket), waiting: HTTPConnection(path: socket))
                }
            }[0].get()
            let path = "/v1/tenants/acme/allocation"
            #expect(try (0..<3).map { _ in try others.again.get(path).status } == [200, 200, 200])
            try others.waiting.send("GET", path + "?index=1&wait=300s")
            #expect(try others.again.get(path + "?index=1&wait=1s").status == 200)

            // A reload that leaves the role as it was changes nothing.
            #expect(try reload(connection).status == 200)
            #expect(try others.again.get(path).status == 200)
            try configure(taken)
            #expect(try reload(connection).status == 200)
            #expect(try (0..<2).map { _ in try others.again.get(path).status } == [403, 403])
            let lease = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
            #expect(try connection.post("/v1/leases", lease).status == 201)
            let late = try others.waiting.receive()
            #expect(late.status == 403 && late.text.contains("a reload"), "\(late.text)")
        }

        @Test("a reload that takes a role takes it from a request whose body is to come, which is told nothing")
        func body() throws {
            try #require(geteuid() == 0 && ThreadUser.isAvailable, "needs root")
            try configure("roles: {operators: [\"user:0\", \"user:\(Self.auditor)\"]}\n")
            let connection = try home.connect()
            #expect(try reload(connection).status == 200)
            chmod(home.socket, 0o666)
            let socket = home.socket
            let other = try concurrently(1) { _ in
                Result {
                    try ThreadUser.become(uid: Self.auditor, gid: 0)
                    let other = try HTTPConnection(path: socket)
                    return Connections(again: other, waiting: other)
                }
            }[0].get().again
            let head =
                "PUT /v1/tenants/acme HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
                + "Content-Length: 14\r\nExpect: 100-continue\r\n\r\n"
            func put() throws -> HTTPAnswer {
                try other.sendRaw(Array(#"{"reason":"x"}"#.utf8))
                return try other.receive()
            }
            try other.sendRaw(Array(head.utf8))
            let done = try put()
            #expect(done.status == 201 && done.headers["berth-revision"] != nil)
            // "100 Continue" comes before the caller is looked at, which may so happen after the reload, too.
            var isTaken = false
            for _ in 0..<20 where !isTaken {
                try configure("roles: {operators: [\"user:0\", \"user:\(Self.auditor)\"]}\n")
                #expect(try reload(connection).status == 200)
                try other.sendRaw(Array(head.utf8))
                try other.awaitUnread()
                try configure("roles: {operators: [\"user:0\"]}\n")
                #expect(try reload(connection).status == 200)
                let refused = try put()
                #expect(refused.status == 403 && refused.headers["berth-revision"] == nil, "\(refused.text)")
                isTaken = refused.text.contains("a reload")
            }
            #expect(isTaken)
        }

        @Test(
            "the service manager hears RELOADING with its time, then READY; of a refusal it hears why until one succeeds"
        )
        func notifications() throws {
            try configure("roles: {auditors: [\"user:\(Self.auditor)\"]}\nlog: {levle: info}\n")
            let refused = try reload()
            #expect(refused.status == 409 && refused.json["type"].string == "errors#reload-refused", "\(refused.text)")
            #expect(refused.json["detail"].string?.contains("berthd.yaml:2:7: unknown setting log.levle") == true)
            #expect(try auditorsRead() == 403, "nothing of it is in force")
            let told = try manager.messages { $0["READY"] == "1" }
            let reloading = try #require(told.first { $0["RELOADING"] == "1" })
            #expect(reloading["MONOTONIC_USEC"].flatMap { UInt64($0) } ?? 0 > 0)
            #expect(told.last?["STATUS"]?.contains("the last reload was refused") == true, "\(told)")
            #expect(told.last?["STATUS"]?.contains("log.levle") == true)
            let status = try home.connect().get("/v1/status").json["reloadRefusal"]
            #expect(status["detail"].string?.contains("log.levle") == true && status["at"].string != nil)
            #expect(try home.berth("status").output.contains("the reload at "))
            try configure("log: {level: info}\n")
            #expect(try reload().status == 200)
            #expect(try home.connect().get("/v1/status").json["reloadRefusal"].isAbsent)
            let after = try manager.messages { $0["READY"] == "1" }
            #expect(after.last?["STATUS"]?.contains("refused") == false, "\(after)")
        }

        @Test("SIGHUP reloads as the command does")
        func signal() throws {
            try configure("roles: {auditors: [\"user:\(Self.auditor)\"]}\n")
            home.process?.signal(SIGHUP)
            _ = try manager.messages { $0["READY"] == "1" }
            #expect(try auditorsRead() == 200)
            try configure("roles: {auditors: maybe}\n")
            home.process?.signal(SIGHUP)
            _ = try manager.messages { $0["READY"] == "1" }
            #expect(try auditorsRead() == 200)
            #expect(home.process?.error.contains("the new configuration cannot be used") == true)
        }

        @Test(
            "a new fleet file comes into force; one that is wrong, or takes what is leased, takes all else down with it"
        )
        func fleet() throws {
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"reload"}"#)
            let lease = #"{"tenant":"acme","reservations":[{"shape":"block","count":4}],"duration":"30d","reason":"r"}"#
            #expect(try connection.post("/v1/leases", lease).status == 201)
            try configure("roles: {auditors: [\"user:\(Self.auditor)\"]}\n")
            let conflict = try { () throws -> HTTPAnswer in
                _ = try home.folder.write(Fleets.smaller, to: "fleet.yaml")
                return try reload(connection)
            }()
            #expect(conflict.status == 409, "\(conflict.text)")
            let proposal = try connection.get("/v1/status").json["fleetProposal"]
            #expect(proposal["accepted"].bool == false)
            let wrong = try { () throws -> HTTPAnswer in
                _ = try home.folder.write(Fleets.turning.replacing("pue", with: "puh"), to: "fleet.yaml")
                return try reload(connection)
            }()
            #expect(
                wrong.status == 409 && wrong.json["detail"].string?.contains("fleet.yaml:") == true, "\(wrong.text)")
            #expect(try auditorsRead() == 403)
            #expect(try connection.get("/v1/status").json["fleet"]["version"].int == 1)
            _ = try home.folder.write(Fleets.turning, to: "fleet.yaml")
            #expect(try reload(connection).status == 200)
            #expect(try connection.get("/v1/status").json["fleetProposal"].isAbsent, "what was refused is mended")
            _ = try home.folder.write(Fleets.turning.replacing("80.25", with: "81.25"), to: "fleet.yaml")
            let good = try reload(connection)
            #expect(good.status == 200 && good.json["fleetChanged"].bool == true, "\(good.text)")
            #expect(good.json["fleetVersion"].int == 2)
            #expect(try connection.get("/v1/status").json["fleetProposal"]["accepted"].bool == true)
            #expect(try auditorsRead() == 200)
            let entries = try connection.get("/v1/audit?limit=1000").json["entries"].array
            #expect(entries.last?["reason"].string == "test", "\(entries.last as Any)")
        }

        @Test("why a reload was refused is for operators, and quotes nothing of a file; others hear that it was")
        func refusalDetail() throws {
            try configure("roles: {auditors: [\"user:\(Self.auditor)\"]}\n")
            #expect(try reload().status == 200)
            // A file of settings that is none, as where a name was mistaken.
            try configure("-----BEGIN: PRIVATE: KEY-----\nbXkgc2VjcmV0\n")
            let refused = try reload()
            #expect(refused.status == 409 && refused.text.contains("berthd.yaml"), "\(refused.text)")
            #expect(!refused.text.contains("bXkgc2VjcmV0") && !refused.text.contains("PRIVATE"), "\(refused.text)")
            let own = try home.connect().get("/v1/status").json["reloadRefusal"]
            #expect(own["detail"].string?.contains("berthd.yaml") == true)
            let others = try home.asUser(Self.auditor, in: 0, "GET", "/v1/status").json["reloadRefusal"]
            #expect(others["at"].string == own["at"].string && others["detail"].isAbsent)
            try configure("log: {level: info}\n")
            #expect(try reload().status == 200)
        }

        @Test("names of operators of which none is known are refused, and so is TLS that the next start cannot take")
        func shutOut() throws {
            let connection = try home.connect()
            try configure("roles: {operators: [\"user:no-such-user\", \"group:no-such-group\"]}\n")
            let nobody = try reload(connection)
            #expect(nobody.status == 409 && nobody.text.contains("nobody would be an operator"), "\(nobody.text)")
            try configure("roles: {operators: []}\n")
            let empty = try reload(connection)
            #expect(empty.status == 409 && empty.text.contains("roles.operators: names nobody"), "\(empty.text)")
            try configure("roles: {operators: [\"user:no-such-user\", \"user:\(getuid())\"]}\n")
            #expect(try reload(connection).status == 200)
            let place = #"addresses: ["127.0.0.1:0"]"#
            try configure("tcp: {\(place), certificateFile: /nowhere/cert.pem, keyFile: /nowhere/key.pem}\n")
            let missing = try reload(connection)
            #expect(missing.status == 409 && missing.text.contains("/nowhere/cert.pem"), "\(missing.text)")
            try configure("tcp: {\(place)}\n")
            let without = try reload(connection)
            #expect(without.status == 409 && without.text.contains("tcp.certificateFile"), "\(without.text)")
        }

        @Test("the command waits for the result, says it, and ends by it; only an operator may")
        func command() throws {
            try configure("roles: {auditors: [\"user:\(Self.auditor)\"]}\nnuma: {node: 3}\n")
            let good = try home.berth("reload")
            #expect(
                good.wait() == .exited(0) && good.output == "reloaded\nneeds a restart: numa.node\n", "\(good.output)")
            let other = try home.asUser(Self.auditor, in: 0, "POST", "/v1/reload", #"{"reason":"mine"}"#)
            #expect(other.status == 403)
            try configure("numa: {node: maybe}\n")
            let bad = try home.berth("reload", "--reason", "numa")
            #expect(bad.wait() == .exited(4) && bad.error.contains("numa.node must be a number"), "\(bad.error)")
        }
    }
}

/// Two connections that another thread has made; used by one thread at a time.
private struct Connections: @unchecked Sendable {
    let again: HTTPConnection
    let waiting: HTTPConnection
}
