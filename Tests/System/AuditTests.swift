// The audit log over the real socket, and from files with no daemon.

import Foundation
import GRDB
import Glibc
import Testing

extension SystemTests {
    @Suite("Audit")
    struct AuditTests {
        private func json(_ process: ChildProcess) -> JSONValue { JSONValue(bytes: Array(process.output.utf8)) }

        private func lease(_ tenant: String) -> String {
            #"{"tenant":"\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","reason":"audit"}"#
        }

        /// A daemon with two tenants that hold leases.
        private func busy() throws -> DaemonHome {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"audit"}"#)
                for _ in 0..<4 { #expect(try connection.post("/v1/leases", lease(tenant)).status == 201) }
            }
            return home
        }

        @Test("every change is listed once with who, when, why and under which request")
        func list() throws {
            let home = try busy()
            let connection = try home.connect()
            let granted = try connection.post("/v1/leases", lease("acme"))
            let revision = try connection.get("/v1/status").json["revision"].int ?? 0
            var entries: [JSONValue] = []
            while true {
                let page = try connection.get("/v1/audit?limit=4&after=\(entries.count)").json["entries"].array
                if page.isEmpty { break }
                entries += page
            }
            #expect(entries.compactMap { $0["number"].int } == Array(1...revision))
            let last = try #require(entries.last { $0["what"].text.contains("grant") })
            #expect(last["actor"].string?.hasPrefix("uid:") == true && last["role"].string == "operator")
            #expect(last["reason"].string == "audit")
            #expect(last["requestId"].string == granted.headers["berth-request-id"])
            #expect(last["what"][0].string == "grant lease \(granted.json["id"].string ?? "")")
            for target in ["/v1/audit/proof?number=999", "/v1/audit/proof?number=0", "/v1/audit/head?size=999"] {
                #expect(try connection.get(target).status == 404)
            }
            for target in ["/v1/audit?after=x", "/v1/audit/proof", "/v1/audit/consistency", "/v1/audit?limit=0"] {
                #expect(try connection.get(target).status == 400)
            }
            try home.stop()
        }

        @Test("a head of one size is the same after kill -9 and a restart, and begins the later ones")
        func killed() throws {
            let home = try busy()
            let kept = try home.berth("audit", "head", "-o", "json").output
            let before = JSONValue(bytes: Array(kept.utf8))["head"]
            let size = try #require(before["size"].int)
            let connection = try home.connect()
            for _ in 0..<3 { _ = try connection.post("/v1/leases", lease("rival")) }
            home.kill()
            try home.start()
            let after = json(try home.berth("audit", "head", "--size", "\(size)", "-o", "json"))["head"]
            #expect(after["root"].string == before["root"].string && after["keyId"].string == before["keyId"].string)
            let now = json(try home.berth("audit", "head", "-o", "json"))["head"]
            #expect(now["size"].int == size + 3)
            let key = try home.berth("audit", "key").output.trimmingCharacters(in: .whitespacesAndNewlines)
            let file = try home.folder.write(kept, to: "head.json")
            let follow = try home.berth("audit", "follow", file, "--key", key)
            #expect(follow.wait() == .exited(0), "\(follow.error)")
            let other = try DaemonHome.started()
            let lost = try other.berth("audit", "follow", file, "--key", key)
            #expect(lost.wait() == .exited(5) || lost.wait() == .exited(1), "\(lost.error)")
            try other.stop()
            let again = try home.connect()
            let proof = try again.get("/v1/audit/consistency?from=\(size)").json
            #expect(proof["head"]["root"].string == now["root"].string && !proof["path"].array.isEmpty)
            #expect(try home.berth("verify").wait() == .exited(0))
            try home.stop()
        }

        @Test(
            "a book, a backup and an export are checked with no daemon; a tampered and a cut copy are found, and where")
        func files() throws {
            let home = try busy()
            let (copy, export, head, key) = (
                home.folder("copy.sqlite"), home.folder("audit.ndjson"), home.folder("head.json"), home.folder("key")
            )
            #expect(try home.berth("backup", copy).wait() == .exited(0))
            #expect(try home.berth("audit", "export", "--to", export).wait() == .exited(0))
            let headText = try home.berth("audit", "head", "-o", "json").output
            _ = try home.folder.write(headText, to: "head.json")
            _ = try home.folder.write(try home.berth("audit", "key").output, to: "key")
            let size = try #require(JSONValue(bytes: Array(headText.utf8))["head"]["size"].int)
            let live = try home.berth("audit", "verify", home.state + "/book.sqlite", "--key", key, "--head", head)
            #expect(live.wait() == .exited(0), "\(live.error)")
            try home.stop()
            for file in [home.state + "/book.sqlite", copy, export] {
                let sound = try home.berth("audit", "verify", file, "--key", key, "--head", head, "-o", "json")
                #expect(sound.wait() == .exited(0), "\(sound.error)")
                #expect(json(sound)["entries"].int == size && json(sound)["findings"].array.isEmpty)
            }

            func wrong(_ file: String, at revision: Int) throws {
                let found = try home.berth("audit", "verify", file, "--key", key, "--head", head, "-o", "json")
                #expect(found.wait() == .exited(1))
                #expect(json(found)["firstRevision"].int == revision, "\(found.output)")
                #expect(found.error.contains("entry \(revision)"), "\(found.error)")
            }
            let queue = try DatabaseQueue(path: copy)
            try queue.write { try $0.execute(sql: "UPDATE facts SET bytes = x'01' WHERE sequence = 5") }
            try wrong(copy, at: 5)
            try queue.write { database in
                let chain = try #require(
                    try Data.fetchOne(database, sql: "SELECT chain FROM facts WHERE sequence = 4"))
                try database.execute(
                    sql: "DELETE FROM facts WHERE sequence > 4; DELETE FROM audit WHERE revision > 4")
                try database.execute(
                    sql: "UPDATE meta SET value = ? WHERE key = 'head'",
                    arguments: [Data([4, 0, 0, 0, 0, 0, 0, 0]) + chain])
            }
            try queue.close()
            try wrong(copy, at: 5)
            let lines = try String(contentsOfFile: export, encoding: .utf8).split(separator: "\n").map(String.init)
            var edited = lines
            edited[6] = edited[6].replacing(#""reason":"audit""#, with: #""reason":"other""#)
            try wrong(try home.folder.write(edited.joined(separator: "\n") + "\n", to: "edited"), at: 6)
            edited = lines
            edited.remove(at: 3)
            try wrong(try home.folder.write(edited.joined(separator: "\n") + "\n", to: "removed"), at: 3)
            try wrong(try home.folder.write(lines[..<6].joined(separator: "\n") + "\n", to: "cut"), at: 6)
            let none = try home.berth("audit", "verify", home.folder("none"))
            #expect(none.wait() == .exited(2))
        }
    }

    @Suite(
        "Audit by roles", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct AuditRoleTests {
        private static let (acme, auditor, actuator, group) = (42_001, 42_003, 42_004, 42_100)
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                roles:
                  auditors: ["user:\(Self.auditor)"]
                  actuators: ["user:\(Self.actuator)"]
                  tenants: ["user:\(Self.acme)=acme"]

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"for \#(tenant)"}"#)
            }
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        private func answers(
            as uid: Int, _ targets: [(method: String, target: String, body: String?)]
        ) throws -> [HTTPAnswer] {
            let socket = home.socket
            return try concurrently(1) { _ in
                Result {
                    try ThreadUser.become(uid: uid, gid: Self.group)
                    let connection = try HTTPConnection(path: socket)
                    return try targets.map { try connection.request($0.method, $0.target, $0.body) }
                }
            }[0].get()
        }

        private func get(as uid: Int, _ targets: String...) throws -> [HTTPAnswer] {
            try answers(as: uid, targets.map { ("GET", $0, nil) })
        }

        private func lease(_ tenant: String) -> String {
            #"{"tenant":"\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","reason":"by \#(tenant)"}"#
        }

        @Test("a tenant sees its own log alone, and others' changes move neither its numbers nor its head")
        func tenant() throws {
            let own = try answers(as: Self.acme, [("POST", "/v1/leases", lease("acme"))])
            #expect(own[0].status == 201)
            let before = try get(as: Self.acme, "/v1/audit", "/v1/audit/head", "/v1/audit/proof?number=2")
            #expect(before.allSatisfy { $0.status == 200 && $0.headers["berth-revision"] == nil })
            let entries = before[0].json["entries"].array
            #expect(entries.compactMap { $0["number"].int } == [1, 2] && before[0].json["log"].string == "tenant:acme")
            #expect(entries[0]["actor"].isAbsent && entries[0]["requestId"].isAbsent)
            #expect(entries[0]["reason"].string == "for acme" && entries[0]["role"].string == "operator")
            #expect(entries[1]["actor"].string?.hasPrefix("uid:\(Self.acme)") == true)
            #expect(entries[1]["requestId"].string == own[0].headers["berth-request-id"])
            for answer in before { #expect(!answer.text.contains("rival")) }
            for _ in 0..<20 { #expect(try connection.post("/v1/leases", lease("rival")).status == 201) }
            let after = try get(as: Self.acme, "/v1/audit", "/v1/audit/head", "/v1/audit/proof?number=2")
            #expect(after[0].body == before[0].body)
            for field in ["size", "root"] {
                #expect(after[1].json["head"][field].text == before[1].json["head"][field].text)
            }
            #expect(after[2].json["path"].text == before[2].json["path"].text)
            let hidden = try get(
                as: Self.acme, "/v1/audit?tenant=rival", "/v1/audit?tenant=none", "/v1/audit/head?tenant=rival",
                "/v1/audit/proof?number=1&tenant=rival", "/v1/audit/consistency?from=1&tenant=rival",
                "/v1/audit?stored=true", "/v1/audit/proof?number=3", "/v1/audit/head?size=3")
            #expect(hidden.allSatisfy { $0.status == 404 && $0.isProblem }, "\(hidden.map(\.text))")
            #expect(hidden[0].json["detail"].string == hidden[1].json["detail"].string)
        }

        @Test("a proof that a tenant was given holds with the public key alone, and no other does")
        func proof() throws {
            #expect(try answers(as: Self.acme, [("POST", "/v1/leases", lease("acme"))])[0].status == 201)
            let answer = try get(as: Self.acme, "/v1/audit/proof?number=2")[0]
            let key = try home.berth("audit", "key").output.trimmingCharacters(in: .whitespacesAndNewlines)
            let file = try home.folder.write(answer.text, to: "proof.json")
            try home.stop()
            let holds = try home.berth("audit", "verify", "--proof", file, "--key", key)
            #expect(holds.wait() == .exited(0) && holds.output.contains("grant lease l-"), "\(holds.error)")
            let swaps = [
                ("by acme", "by acne"), (#""number":2"#, #""number":1"#), ("number 2", "number 1"),
                (#""size":2"#, #""size":3"#), (#""path":[""#, #""path":["0"#),
            ]
            for (from, to) in swaps {
                let wrong = answer.text.replacing(from, with: to)
                try #require(wrong != answer.text, "\(from)")
                let path = try home.folder.write(wrong, to: "wrong.json")
                let refused = try home.berth("audit", "verify", "--proof", path, "--key", key)
                #expect(refused.wait() == .exited(1), "\(from): \(refused.output)")
            }
            let other = String(key.dropLast(2)) + (key.hasSuffix("00") ? "01" : "00")
            let refused = try home.berth("audit", "verify", "--proof", file, "--key", other)
            #expect(refused.wait() == .exited(1) || refused.wait() == .exited(2))
        }

        @Test("who reads what a tenant holds is counted, told to it, and outlives a stop")
        func access() throws {
            let id = try #require(
                try answers(as: Self.acme, [("POST", "/v1/leases", lease("acme"))])[0].json["id"].string)
            for _ in 0..<3 { _ = try get(as: Self.acme, "/v1/tenants/acme/allocation") }
            let reads = ["/v1/leases/\(id)", "/v1/leases/\(id)/allocation", "/v1/tenants/acme/allocation"]
            for target in reads { #expect(try get(as: Self.auditor, target)[0].status == 200) }
            // What is refused was not read.
            #expect(try get(as: Self.acme, "/v1/tenants/rival/allocation")[0].status == 404)
            func sums(_ answer: HTTPAnswer) -> [String: Int] {
                answer.json["access"].array.reduce(into: [:]) { sums, row in
                    #expect(row["tenant"].string == "acme", "\(row)")
                    sums["\(row["role"].string ?? "-") \(row["actor"].string ?? "-")", default: 0] +=
                        row["reads"].int ?? 0
                }
            }
            let expected = ["tenant:acme uid:\(Self.acme)": 3, "auditor uid:\(Self.auditor)": 3]
            let seen = try get(as: Self.acme, "/v1/audit/access", "/v1/audit/access?tenant=acme")
            #expect(sums(seen[0]) == expected && seen[1].body == seen[0].body, "\(seen[0].text)")
            let hidden = try get(as: Self.acme, "/v1/audit/access?tenant=rival", "/v1/audit/access?tenant=none")
            #expect(
                hidden.allSatisfy { $0.status == 404 }
                    && hidden[0].json["detail"].string == hidden[1].json["detail"].string)
            try home.stop()
            try home.start()
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
            #expect(sums(try get(as: Self.auditor, "/v1/audit/access?tenant=acme")[0]) == expected)
            #expect(
                try get(as: Self.auditor, "/v1/audit/access?since=2099-01-01T00:00:00Z")[0].json["access"].array.isEmpty
            )
            #expect(try get(as: Self.actuator, "/v1/audit/access")[0].status == 403)
            #expect(try home.berth("audit", "access", "--tenant", "acme").output.contains("auditor"))
        }

        @Test("an auditor reads all logs, an actuator none")
        func others() throws {
            let all = ["/v1/audit", "/v1/audit?tenant=rival", "/v1/audit/head", "/v1/audit/proof?number=2"]
            for target in all {
                #expect(try get(as: Self.auditor, target)[0].status == 200)
                #expect(try get(as: Self.actuator, target)[0].status == 403)
            }
        }
    }
}
