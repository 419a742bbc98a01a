// The daemon's life: first start, second start, refused starts, stopping under load, backup.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Life")
    struct LifeTests {
        private static func lease(_ tenant: String = "acme") -> String {
            #"{"tenant":"\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","reason":"life"}"#
        }

        private func withTenant() throws -> DaemonHome {
            let home = try DaemonHome.started()
            _ = try home.connect().request("PUT", "/v1/tenants/acme", #"{"reason":"life"}"#)
            return home
        }

        /// Starts the daemon, which must refuse, and returns what it says.
        private func refusal(_ home: DaemonHome, initialise: Bool = false, code: Int32 = 65) throws -> String {
            let process = try home.launch(initialise: initialise)
            #expect(process.wait() == .exited(code))
            #expect(process.error.contains("berthd: "))
            return process.error
        }

        @Test("a start without a book is refused unless it is told to make one, and made only once")
        func initialising() throws {
            let home = try DaemonHome()
            let first = try refusal(home)
            #expect(first.contains("no such folder") && first.contains("initialise"), "\(first)")
            #expect(!FileManager.default.fileExists(atPath: home.state))
            try home.start(initialise: true)
            try home.stop()
            let second = try refusal(home, initialise: true)
            #expect(second.contains("exists already"), "\(second)")
            try home.start()
            try home.stop()
        }

        @Test("a second daemon on the same book is refused and told who holds it")
        func second() throws {
            let home = try withTenant()
            let connection = try home.connect()
            let socket = home.socket
            let sameSocket = try refusal(home, code: 1)
            #expect(sameSocket.contains("another daemon") || sameSocket.contains("held by"), "\(sameSocket)")
            home.socket = home.folder("other.sock")
            let text = try refusal(home, code: 1)
            #expect(text.contains("held by process \(home.process?.pid ?? 0)"), "\(text)")
            home.socket = socket
            // The first goes on, on its socket.
            #expect(try connection.get("/healthz").status == 200)
            #expect(try home.connect().get("/healthz").status == 200)
        }

        @Test("a book that is gone while its id is still kept looks like an unmounted volume, not like a first start")
        func unmounted() throws {
            let home = try withTenant()
            try home.stop()
            try FileManager.default.moveItem(atPath: home.state, toPath: home.folder("elsewhere"))
            let missing = try refusal(home)
            #expect(missing.contains("mount"), "\(missing)")
            try FileManager.default.createDirectory(atPath: home.state, withIntermediateDirectories: true)
            let empty = try refusal(home)
            #expect(empty.contains("mount") || empty.contains("volume"), "\(empty)")
            _ = try refusal(home, initialise: true)
            #expect(!FileManager.default.fileExists(atPath: home.state + "/book.sqlite"))
            try FileManager.default.removeItem(atPath: home.state)
            try FileManager.default.moveItem(atPath: home.folder("elsewhere"), toPath: home.state)
            try home.start()
            #expect(try home.connect().get("/v1/tenants/acme").status == 200)
        }

        @Test("another book than the one whose id is kept is refused, with both named")
        func otherBook() throws {
            let (home, other) = (try withTenant(), try withTenant())
            try home.stop()
            try other.stop()
            home.state = other.state
            let text = try refusal(home)
            #expect(text.contains("is expected and book"), "\(text)")
        }

        @Test("a damaged book is refused, with where and what to do, and is left as it is")
        func damaged() throws {
            let home = try withTenant()
            let connection = try home.connect()
            for _ in 0..<50 { _ = try connection.post("/v1/leases", Self.lease()) }
            try home.stop()
            let book = home.state + "/book.sqlite"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: book))
            for offset in stride(from: 4_096, to: bytes.count, by: 512) { bytes[offset] ^= 0xff }
            try bytes.write(to: URL(fileURLWithPath: book))
            let before = try Data(contentsOf: URL(fileURLWithPath: book))
            let text = try refusal(home)
            #expect(text.contains("damaged") && text.contains("book.sqlite"), "\(text)")
            #expect(text.contains("berthd --restore") && text.contains("nothing was repaired"), "\(text)")
            let after = try Data(contentsOf: URL(fileURLWithPath: book))
            #expect(after == before)
        }

        @Test(
            "clients in the middle of a body and with an answer they do not read keep the daemon from stopping only so long"
        )
        func stalled() throws {
            let home = try DaemonHome()
            let config = "limits: {bodySeconds: 100000, stallSeconds: 100000, idleSeconds: 100000}\n"
            home.config = try home.folder.write(config, to: "berthd.yaml")
            try home.start(initialise: true)
            let (body, deaf) = (try home.connect(), try home.connect())
            try body.sendRaw(
                Array(
                    "PUT /v1/tenants/acme HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
                        .utf8))
            // More answers than the socket takes.
            let head = Array("GET /openapi.json HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
            for _ in 0..<8 { try deaf.sendRaw(head) }
            try deaf.awaitUnread()
            #expect(try home.connect().get("/healthz").status == 200)
            let process = try #require(home.process)
            process.signal(SIGTERM)
            #expect(process.wait() == .exited(0))
            #expect(process.error.contains("requests-cut-off"), "\(process.error)")
            #expect(throws: ConnectionLost.self) { try body.receive() }
        }

        @Test("SIGTERM under load exits with 0 and loses no answer")
        func stopUnderLoad() throws {
            let home = try withTenant()
            let (socket, pid) = (home.socket, home.process!.pid)
            let killSwitch = KillSwitch(after: 200) { kill(pid, SIGTERM) }
            let logs = concurrently(8) { _ -> (ids: [String], other: [String]) in
                var log: (ids: [String], other: [String]) = ([], [])
                guard let connection = try? HTTPConnection(path: socket) else { return log }
                while let answer = try? connection.post("/v1/leases", Self.lease()) {
                    if answer.status == 201 {
                        log.ids.append(answer.json["id"].string ?? "")
                    }
                    // What comes too late is told to come again.
                    else if answer.status != 503 {
                        log.other.append(answer.text)
                    }
                    killSwitch.answered()
                }
                return log
            }
            #expect(home.process?.wait() == .exited(0))
            try home.start()
            let connection = try home.connect()
            let answered = Set(logs.flatMap(\.ids))
            var found = Set<String>()
            var cursor: String?
            repeat {
                let page = try connection.get("/v1/leases?limit=1000" + (cursor.map { "&cursor=\($0)" } ?? "")).json
                found.formUnion(page["leases"].array.compactMap { $0["id"].string })
                cursor = page["cursor"].string
            } while cursor != nil
            #expect(answered.count >= 200 && answered.isSubset(of: found))
            let others = logs.flatMap(\.other)
            #expect(others.isEmpty, "\(others.prefix(3))")
        }

        @Test(
            "a restart gives the same book: digest, answers byte for byte, indexes and tags", arguments: [true, false])
        func restart(inOrder: Bool) throws {
            let home = try withTenant()
            var connection = try home.connect()
            var ids: [String] = []
            for _ in 0..<20 {
                ids.append(try #require(try connection.post("/v1/leases", Self.lease()).json["id"].string))
            }
            _ = try connection.post("/v1/nodes:cordon", #"{"nodes":"lab-h1-b3-r1-n[1-4]","reason":"life"}"#)
            _ = try connection.request("PUT", "/v1/contracts/acme-1", #"{"tenant":"acme","reason":"life"}"#)
            let targets =
                [
                    "/v1/leases?limit=1000", "/v1/tenants/acme/allocation", "/v1/tenants", "/v1/contracts",
                    "/v1/nodes?limit=1000", "/v1/domains?limit=1000", "/v1/fleet",
                ]
                + ids.flatMap { ["/v1/leases/\($0)", "/v1/leases/\($0)/allocation"] }
            func answers() throws -> [HTTPAnswer] { try targets.map { try connection.get($0) } }
            let (before, digest) = (try answers(), try connection.get("/v1/verify").json["digest"].string)
            if inOrder { try home.stop() } else { home.kill() }
            try home.start()
            connection = try home.connect()
            let after = try answers()
            #expect(try connection.get("/v1/verify").json["digest"].string == digest)
            for (target, (old, new)) in zip(targets, zip(before, after)) {
                #expect(old.status == 200 && old.body == new.body, "\(target)")
                for header in ["etag", "berth-index", "berth-revision"] {
                    #expect(old.headers[header] == new.headers[header], "\(target) \(header)")
                }
            }
        }

        @Test("a backup taken under load is a whole book at one revision")
        func backup() throws {
            let home = try withTenant()
            let (socket, copy) = (home.socket, home.folder("copy.sqlite"))
            let results = concurrently(5) { index -> Int in
                guard let connection = try? HTTPConnection(path: socket) else { return 0 }
                if index == 4 {
                    let answer = try? connection.post("/v1/backup", #"{"path":"\#(copy)"}"#)
                    return answer?.status == 201 ? answer?.json["revision"].int ?? 0 : 0
                }
                let answers = (0..<60).map { _ in try? connection.post("/v1/leases", Self.lease()).status }
                return answers.count { $0 == 201 }
            }
            #expect(Array(results.dropLast()) == [60, 60, 60, 60] && results[4] > 0, "\(results)")
            let connection = try home.connect()
            let again = try connection.post("/v1/backup", #"{"path":"\#(copy)"}"#)
            #expect(again.status == 409, "\(again.text)")
            let leases = try connection.get("/v1/leases?limit=1000").json["leases"].array.compactMap { $0["id"].string }
            try home.stop()

            let restored = try DaemonHome()
            try FileManager.default.createDirectory(atPath: restored.state, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: copy, toPath: restored.state + "/book.sqlite")
            try restored.start()
            let other = try restored.connect()
            let there = try other.get("/v1/leases?limit=1000").json["leases"].array.compactMap { $0["id"].string }
            #expect(there == Array(leases.prefix(there.count)))
            let verified = try other.get("/v1/verify").json
            #expect(try #require(verified["revision"].int) >= results[4])
            for rule in verified["rules"].array { #expect(rule["violations"].array.isEmpty, "\(rule)") }
        }

        @Test("a fleet file that conflicts with leases leaves the fleet in force, and the status says why")
        func fleetConflict() throws {
            let home = try withTenant()
            #expect(
                try home.connect().post(
                    "/v1/leases",
                    #"{"tenant":"acme","reservations":[{"shape":"block","count":4}],"duration":"30d","reason":"life"}"#
                ).status == 201)
            try home.stop()
            home.fleet = try home.folder.write(Fleets.smaller, to: "smaller.yaml")
            try home.start()
            let connection = try home.connect()
            let status = try connection.get("/v1/status").json
            #expect(status["fleet"]["gpus"].int == 2_048 && status["fleet"]["version"].int == 1)
            #expect(status["fleetProposal"]["accepted"].bool == false)
            #expect(status["fleetProposal"]["detail"].string?.contains("smaller.yaml") == true, "\(status)")
            for lease in try connection.get("/v1/leases?state=active").json["leases"].array {
                _ = try connection.request("DELETE", "/v1/leases/\(lease["id"].string ?? "")?reason=over")
            }
            // The release is over when the tenant's answer has nothing left.
            var index = 0
            while true {
                let poll = try connection.get("/v1/tenants/acme/allocation?index=\(index)&wait=60s").json
                index = poll["index"].int ?? 0
                if poll["leases"].array.isEmpty { break }
            }
            try home.stop()
            try home.start()
            let adopted = try home.connect().get("/v1/status").json
            #expect(adopted["fleet"]["gpus"].int == 1_024 && adopted["fleet"]["version"].int == 2)
            #expect(adopted["fleetProposal"]["accepted"].bool == true)
        }

        @Test("settings come from the environment over the file, and an unknown one is refused with its line")
        func settings() throws {
            let home = try DaemonHome()
            let config = try home.folder.write(
                "socket:\n  path: \(home.folder("file.sock"))\nstate:\n  directory: \(home.state)\n", to: "berthd.yaml")
            let (socket, arguments) = (home.folder("environment.sock"), ["--config", config, "--fleet", home.fleet])
            let process = try ChildProcess(
                Program.berthd, arguments + ["--initialise"], environment: ["BERTHD_SOCKET_PATH": socket])
            try #require(process.awaitError("serving fleet"), "\(process.error)")
            #expect(try HTTPConnection(path: socket).get("/healthz").status == 200)
            let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
            #expect(mode == 0o660)
            process.signal(SIGTERM)
            #expect(process.wait() == .exited(0))

            let wrong = try home.folder.write("log:\n  level: info\n\nsocket:\n  pahth: x\n", to: "wrong.yaml")
            let refused = try ChildProcess(Program.berthd, ["--config", wrong])
            #expect(refused.wait() == .exited(78))
            #expect(refused.error.contains("wrong.yaml:5:3: unknown setting socket.pahth"), "\(refused.error)")
        }

        @Test("a fleet file is checked without a book, and a wrong one is refused with line and column")
        func checkFleet() throws {
            let home = try DaemonHome()
            let good = try ChildProcess(Program.berthd, ["--check-fleet", home.fleet])
            #expect(good.wait() == .exited(0) && good.output.contains("2,048"), "\(good.output)")
            let text = Fleets.turning.replacing("cleaning: 0s", with: "cleening: 0s")
            let bad = try ChildProcess(
                Program.berthd, ["--check-fleet", try home.folder.write(text, to: "bad.yaml")])
            #expect(bad.wait() == .exited(EX_CONFIG))
            #expect(bad.error.contains("bad.yaml:10:") && bad.error.contains("cleaning"), "\(bad.error)")
        }
    }
}
