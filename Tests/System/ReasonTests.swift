// Reasons of writes that say nothing else, and pages of lists that once had none.

import ControlAPI
import Foundation
import Testing

extension SystemTests {
    @Suite("Reasons and pages")
    struct ReasonTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            for tenant in ["acme", "other"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"reasons"}"#)
            }
        }

        /// The newest entry of the audit log.
        private func last() throws -> JSONValue {
            try #require(try connection.get("/v1/audit?limit=1000").json["entries"].array.last)
        }

        private func lease(_ tenant: String) throws -> String {
            let answer = try connection.post(
                "/v1/leases",
                #"""
                {"tenant":"\#(tenant)","reservations":[{"shape":"block","count":1}],"duration":"90d",
                 "capWattsPerGpu":700,"reason":"reasons"}
                """#)
            return try #require(answer.json["id"].string, "\(answer.text)")
        }

        @Test("acknowledgements keep their reason in the audit log, and orders come in pages")
        func acknowledgements() throws {
            for tenant in ["acme", "other"] { _ = try lease(tenant) }
            // Far enough away that no order is late by itself.
            let start = Timestamp(epochSeconds: Int64(Date().timeIntervalSince1970) + 86_400)
            let set = try connection.request(
                "PUT", "/v1/budgets/lab-meter/load-targets/call",
                #"{"reduceByWatts":200000,"start":"\#(start)","duration":"2h","reason":"grid"}"#)
            try #require(set.status == 201, "\(set.text)")

            let all = try connection.get("/v1/orders").json
            #expect(all["orders"].array.count > 1 && all["cursor"].isAbsent, "\(all)")
            var (paged, cursor): ([String?], String?) = ([], nil)
            repeat {
                let page = try connection.get("/v1/orders?limit=1" + (cursor.map { "&cursor=\($0)" } ?? "")).json
                #expect(page["orders"].array.count == 1 && page["index"].int == all["index"].int)
                paged += page["orders"].array.map { $0["id"].string }
                cursor = page["cursor"].string
            } while cursor != nil
            #expect(paged == all["orders"].array.map { $0["id"].string })

            let id = try #require(paged.first ?? nil)
            let orders = try connection.post("/v1/orders", #"{"acknowledge":["\#(id)"],"reason":"caps are set"}"#)
            #expect(orders.json["orders"].array.map { $0["id"].string } == [id], "\(orders.text)")
            #expect(try last()["reason"].string == "caps are set")
            let other = try #require(paged.last ?? nil)
            #expect(try home.berth("orders", "ack", other, "--reason", "by hand").wait() == .exited(0))
            #expect(try last()["reason"].string == "by hand")

            let notices = try connection.get("/v1/notices").json["notices"].array.compactMap { $0["id"].string }
            let notice = try #require(notices.first)
            let read = try connection.post("/v1/notices/\(notice)/ack?reason=the%20job%20is%20smaller", "")
            #expect(read.status == 200, "\(read.text)")
            #expect(try last()["reason"].string == "the job is smaller")
            let seen = try home.berth("notices", "ack", try #require(notices.last), "--reason", "seen")
            #expect(seen.wait() == .exited(0), "\(seen.error)")
            #expect(try last()["reason"].string == (notices.count > 1 ? "seen" : "the job is smaller"))
        }

        @Test("a backup stands in the audit log with who and why, and in the stream of events")
        func backup() throws {
            let path = home.folder("copy.sqlite")
            let before = try last()["number"].int
            #expect(try home.berth("backup", path, "--reason", "to the vault").wait() == .exited(0))
            let entry = try last()
            #expect(entry["number"].int == before.map { $0 + 1 } && entry["reason"].string == "to the vault")
            #expect(entry["what"][0].string == "begin a backup to \(path)" && entry["actor"].string?.isEmpty == false)
            let events = try EventReader(try home.connect(), "?follow=false&kind=backup.").rest().changes
            #expect(events.map { $0["events"][0]["kind"].string } == ["backup.begun"])
            // One that is refused is none.
            #expect(try home.berth("backup", path, "--reason", "again").wait() != .exited(0))
            #expect(try last()["number"].int == entry["number"].int)
        }

        @Test("the timer's script drops what a process that has gone left of a backup, and nothing else")
        func leftovers() throws {
            let folder = home.folder("backups")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let gone = try ChildProcess("/bin/sh", ["-c", "echo $$"])
            gone.wait()
            let dead = try #require(Int(gone.output.trimmingCharacters(in: .whitespacesAndNewlines)))
            let name = "berth-20291201T000000Z.sqlite"
            let alive = "\(name).partial-\(getpid())-1"
            let others = [
                "note.sqlite.partial-\(dead)-1", "\(name).partial-\(dead)", "berth-x.sqlite.partial-\(dead)-1",
            ]
            for left in ["\(name).partial-\(dead)-1", "\(name).partial-\(dead)-12-journal", alive] + others {
                try Data("pages".utf8).write(to: URL(fileURLWithPath: folder + "/" + left))
            }
            let script = try ChildProcess(
                "/bin/sh", [Program.root + "/systemd/backup", folder],
                environment: ["BERTH": Program.berth, "BERTH_SOCKET": home.socket, "BERTH_BACKUPS_KEPT": "1"])
            #expect(script.wait() == .exited(0), "\(script.error)")
            let kept = Set(try FileManager.default.contentsOfDirectory(atPath: folder))
            #expect(kept.isSuperset(of: others + [alive]) && kept.count == others.count + 2, "\(kept)")
            #expect(kept.contains { $0.hasSuffix(".sqlite") })
        }

        @Test("a backup to a place that cannot be is refused before anything is noted, and the book stays sound")
        func backupPlaces() throws {
            let before = try last()["number"].int
            let link = home.folder("link")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: home.state)
            func refused(_ path: String) throws -> String {
                let answer = try connection.post("/v1/backup", #"{"path":"\#(path)","reason":"r"}"#)
                #expect(answer.status == 400 && answer.json["pointer"].string == "/path", "\(path): \(answer.text)")
                return answer.text
            }
            for text in [#"\u0000b"#, #"\u001b[2J"#, #"\n"#, #"\u009b"#, #"\u202e"#] {
                #expect(try refused(home.folder("a") + text).contains("control characters"))
            }
            for folder in [home.state, link, home.state + "/../state"] {
                #expect(try refused(folder + "/book.sqlite-journal").contains("the book's own files"))
            }
            #expect(try refused(home.folder("nowhere") + "/copy").contains("there is no folder"))
            #expect(try last()["number"].int == before)
            #expect(try home.berth("verify").wait() == .exited(0))
            #expect(try home.berth("backup", home.folder("sound.sqlite")).wait() == .exited(0))
            try home.stop()
            #expect(try home.berth("audit", "verify", home.state + "/book.sqlite").wait() == .exited(0))
            try home.start()
        }

        @Test("a lease that is let says so beside what its provider may do; guards and notices come in pages")
        func letting() throws {
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"30d","reason":"r"}"#)
            let id = try #require(answer.json["id"].string, "\(answer.text)")
            let guards = "/v1/leases/\(id)/guards"
            #expect(try connection.get(guards).json["letting"].isAbsent)
            let offer = try connection.post("/v1/subleases", #"{"lease":"\#(id)","to":"other","reason":"r"}"#)
            let sublease = try #require(offer.json["id"].string, "\(offer.text)")
            for tenant in ["acme", "other"] { try agree(sublease, as: tenant) }
            let letting = try connection.get(guards).json["letting"]
            #expect(letting["to"].string == "other" && letting["sublease"].string == sublease, "\(letting)")
            #expect(letting["until"].string == answer.json["end"].string)
            let words = try home.berth("lease", "guards", id).output
            #expect(words.contains("let to other until"), "\(words)")

            let verbs = try connection.get(guards).json["guards"].array.map { $0["verb"].string }
            let first = try connection.get(guards + "?limit=4").json
            let cursor = try #require(first["cursor"].string)
            let second = try connection.get(guards + "?limit=100&cursor=\(cursor)").json
            #expect(first["guards"].array.count == 4 && second["cursor"].isAbsent)
            #expect((first["guards"].array + second["guards"].array).map { $0["verb"].string } == verbs)

            // What a plan would end of it is told.
            let plan = try connection.post(
                "/v1/plans", #"{"commands":[{"release":{"lease":"\#(id)"}}],"reason":"what if"}"#)
            try #require(plan.status == 200, "\(plan.text)")
            #expect(plan.json["subleases"][0]["id"].string == sublease, "\(plan.text)")
            #expect(plan.json["subleases"][0]["state"].string == "over")
        }

        private func agree(_ sublease: String, as tenant: String) throws {
            let made = try connection.post(
                "/v1/tenants/\(tenant)/tokens", #"{"name":"voice","reason":"r"}"#)
            let token = try #require(made.json["token"].string, "\(made.text)")
            // On the Unix socket a token counts before the process that shows it.
            let answer = try connection.request(
                "POST", "/v1/subleases/\(sublease)", #"{"accept":true,"reason":"agreed"}"#,
                headers: ["Authorization": "Bearer \(token)"])
            #expect(answer.status == 200, "\(answer.text)")
        }
    }
}
