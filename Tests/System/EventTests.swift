// The stream of changes over the socket: in order, without gaps, resumed across restarts, and nobody else's.

import Foundation
import GRDB
import Glibc
import Testing

extension SystemTests {
    @Suite("Events")
    struct EventTests {
        private func lease(_ tenant: String) -> String {
            #"{"tenant":"\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","reason":"events"}"#
        }

        /// A daemon with a tenant, and `leases` leases of it.
        private func busy(leases: Int = 4, settings: String? = nil) throws -> DaemonHome {
            let home = try DaemonHome()
            home.config = try settings.map { try home.folder.write($0, to: "berthd.yaml") }
            try home.start(initialise: true)
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"events"}"#)
            for _ in 0..<leases { #expect(try connection.post("/v1/leases", lease("acme")).status == 201) }
            return home
        }

        private func revision(_ home: DaemonHome) throws -> Int {
            try #require(try home.connect().get("/v1/status").json["revision"].int)
        }

        /// What there is after a place, read to its end.
        private func all(_ home: DaemonHome, _ query: String = "") throws -> [JSONValue] {
            try EventReader(try home.connect(), "?follow=false" + query).rest()
        }

        @Test("every change comes once, in order, in the words of the audit log, with its request id and figures")
        func list() throws {
            let home = try busy()
            let connection = try home.connect()
            let granted = try connection.post("/v1/leases", lease("acme"))
            let lines = try all(home)
            let changes = lines.changes
            #expect(changes.compactMap { $0["revision"].int } == Array(1...(try revision(home))))
            #expect(lines.first?["bookmark"].int == 0 && lines.first?["epoch"].int == 1)
            #expect(lines.last?["bookmark"].int == changes.count)
            let audit = try connection.get("/v1/audit?limit=1000").json["entries"].array
            for (change, entry) in zip(changes, audit) {
                #expect(
                    change["events"].array.compactMap { $0["what"].string } == entry["what"].array.compactMap(\.string))
                #expect(change["at"].string == entry["recordedAt"].string)
                #expect(change["requestId"].string == entry["requestId"].string)
            }
            let last = try #require(changes.last { $0["events"][0]["kind"].string == "lease.granted" })
            #expect(last["requestId"].string == granted.headers["berth-request-id"])
            let event = last["events"][0]
            #expect(event["lease"].string == granted.json["id"].string && event["tenant"].string == "acme")
            #expect(event["gpus"].int == 1 && event["class"].string == "standard")
            #expect(event["watts"].int == granted.json["promised"]["watts"].int)
            #expect(event["end"].string == granted.json["end"].string)
            try home.stop()
        }

        @Test("a stream gets changes as they are made, and its bookmark first")
        func follow() throws {
            let home = try busy()
            let connection = try home.connect()
            let reader = try EventReader(try home.connect())
            #expect(reader.head.headers["content-type"] == "application/x-ndjson")
            #expect(try reader.next()?["bookmark"].int == (try revision(home)))
            for _ in 0..<50 {
                let granted = try connection.post("/v1/leases", lease("acme"))
                let change = try reader.change()
                #expect(change["revision"].int == granted.headers["berth-revision"].flatMap { Int($0) })
                #expect(change["events"][0]["lease"].string == granted.json["id"].string)
            }
            try home.stop()
        }

        @Test("resumed after any line, across kill -9 and restarts, nothing is missed or told twice")
        func resume() throws {
            let home = try busy(leases: 20)
            let before = try all(home).changes.map(\.text)
            for after in [0, 1, 7, before.count - 1, before.count] {
                #expect(try all(home, "&after=\(after)").changes.map(\.text) == Array(before.dropFirst(after)))
                #expect(try all(home, "&after=1-\(after)").changes.map(\.text) == Array(before.dropFirst(after)))
            }
            home.kill()
            try home.start()
            // Nothing of it is in memory now: the same lines come from the journal.
            #expect(try all(home).changes.map(\.text) == before)
            let reader = try EventReader(try home.connect(), "?after=\(before.count - 3)")
            #expect(try (0..<3).map { _ in try reader.change().text } == Array(before.suffix(3)))
            #expect(try home.connect().post("/v1/leases", lease("acme")).status == 201)
            #expect(try reader.change()["revision"].int == before.count + 1)
            try home.stop()
        }

        @Test("while changes stream in by hundreds, readers that come and go see the same sequence")
        func many() throws {
            let home = try busy(leases: 0)
            let socket = home.socket
            let body = lease("acme")
            let start = try revision(home)
            let results = concurrently(6) { index -> Result<[Int], any Error> in
                Result {
                    let connection = try HTTPConnection(path: socket)
                    if index < 2 {
                        for _ in 0..<100 { _ = try connection.post("/v1/leases", body) }
                        return []
                    }
                    var seen: [Int] = []
                    while seen.count < 200 {
                        let after = seen.last ?? start
                        let limit = min(17 * index, 200 - seen.count)
                        let reader = try EventReader(
                            try HTTPConnection(path: socket), "?after=\(after)&limit=\(limit)&kind=lease.granted")
                        seen += try reader.rest().changes.compactMap { $0["revision"].int }
                    }
                    return seen
                }
            }
            for result in results.dropFirst(2) {
                #expect(try result.get().prefix(200).elementsEqual(start + 1...start + 200))
            }
            try home.stop()
        }

        @Test("filters by kind and tenant leave lines out and move the bookmark all the same")
        func filters() throws {
            let home = try busy()
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/rival", #"{"reason":"events"}"#)
            let own = try connection.post("/v1/leases", lease("rival"))
            _ = try connection.post(
                "/v1/nodes:cordon", #"{"nodes":"lab-h1-b4-r8-n8","reason":"fan"}"#)
            let head = try revision(home)
            let rival = try all(home, "&tenant=rival")
            #expect(rival.changes.count == 2 && rival.last?["bookmark"].int == head)
            #expect(rival.changes.last?["events"][0]["lease"].string == own.json["id"].string)
            let nodes = try all(home, "&kind=node.").changes
            #expect(nodes.count == 1)
            let event = try #require(nodes.first)["events"][0]
            #expect(event["kind"].string == "node.cordoned" && event["nodeCount"].int == 1)
            #expect(event["nodes"].array.compactMap(\.string) == ["lab/h1/b4/r8/n8"])
            #expect(try all(home, "&kind=tenant.put,node.").changes.count == 3)
            #expect(try all(home, "&limit=2").changes.count == 2)
            for query in [
                "?kind=leese.", "?kind=", "?after=x", "?after=-1", "?limit=0", "?follow=1", "?wait=301s",
                "?follow=false&wait=1s", "?since=1",
            ] {
                let answer = try connection.get("/v1/events" + query)
                #expect(answer.status == 400 && answer.isProblem, "\(query): \(answer.text)")
            }
            try home.stop()
        }

        @Test("a wait that is over ends the stream with a bookmark, and idle streams get bookmarks")
        func bookmarks() throws {
            let home = try busy(settings: "events: {bookmarkSeconds: 1}\n")
            let head = try revision(home)
            let short = try EventReader(try home.connect(), "?wait=0s&after=\(head - 1)").rest()
            #expect(short.changes.count == 1 && short.last?["bookmark"].int == head)
            let idle = try EventReader(try home.connect())
            for _ in 0..<3 { #expect(try idle.next()?["bookmark"].int == head) }
            try home.stop()
        }

        @Test("a place that this book never had, or had before a backup was put back, is 410 and says what to do")
        func gone() throws {
            let home = try busy()
            let connection = try home.connect()
            let head = try revision(home)
            let future = try connection.get("/v1/events?after=\(head + 1)")
            #expect(future.status == 410 && future.isProblem && future.text.contains("list again"))
            let backup = home.folder("backup.sqlite")
            #expect(try home.berth("backup", backup).wait() == .exited(0))
            for _ in 0..<3 { _ = try connection.post("/v1/leases", lease("acme")) }
            try home.stop()
            let restored = try DaemonHome()
            let restore = try ChildProcess(
                Program.berthd,
                [
                    "--fleet", restored.fleet, "--state", restored.state, "--socket", restored.socket, "--restore",
                    backup,
                ], environment: ["BERTHD_STATE_IDENTITY_FILE": restored.identity])
            defer { restore.signal(SIGKILL) }
            try #require(restore.awaitError("serving fleet"), "\(restore.error)")
            #expect(try restored.connect().get("/v1/events?after=1-\(head)").status == 410)
            #expect(try restored.connect().get("/v1/events?after=\(head + 3)").status == 410)
            #expect(try all(restored, "&after=2-\(head - 1)").first?["epoch"].int == 2)
            restore.signal(SIGTERM)
            #expect(restore.wait() == .exited(0))
        }

        @Test("history that cannot be read is 410, and what comes after it is still there")
        func damaged() throws {
            let home = try busy(leases: 8)
            home.kill()
            try home.start()
            // Nothing of it is in memory, and the older part is lost while the daemon runs.
            var configuration = Configuration()
            configuration.busyMode = .timeout(30)
            try DatabaseQueue(path: home.state + "/book.sqlite", configuration: configuration).write { database in
                try database.execute(sql: "DELETE FROM facts WHERE sequence <= 4")
            }
            let connection = try home.connect()
            let head = try revision(home)
            let lost = try connection.get("/v1/events?after=0&follow=false")
            #expect(lost.status == 410 && lost.text.contains("list again"), "\(lost.status) \(lost.text)")
            #expect(try all(home, "&after=\(head - 1)").changes.count == 1)
            home.kill()
        }

        @Test("a page gets server-sent events with ids, and goes on after its Last-Event-ID")
        func page() throws {
            let home = try busy()
            let head = try revision(home)
            let accept = ["Accept": "text/event-stream"]
            let reader = try EventReader(try home.connect(), "?after=\(head - 1)", headers: accept)
            #expect(reader.head.headers["content-type"] == "text/event-stream")
            var lines: [String] = []
            while lines.last?.hasPrefix("data: ") != true { lines.append(try #require(try reader.line())) }
            #expect(lines.first == "retry: 2000" && lines.contains("id: 1-\(head)"), "\(lines)")
            #expect(JSONValue(bytes: Array(lines.last!.utf8.dropFirst(6)))["revision"].int == head)
            // The browser repeats the address that it began with.
            let again = try EventReader(
                try home.connect(), "?after=0&follow=false",
                headers: accept.merging(["Last-Event-ID": "1-\(head)"]) { $1 })
            var rest: [String] = []
            while let line = try again.line() { rest.append(line) }
            #expect(!rest.contains { $0.hasPrefix("data:") } && rest.contains("id: 1-\(head)"), "\(rest)")
            let wrong = try home.connect().get("/v1/events", headers: ["Last-Event-ID": "x"])
            #expect(wrong.status == 400)
            try home.stop()
        }

        @Test("on SIGTERM streams end with a line that says so, and the daemon exits with 0")
        func stopping() throws {
            let home = try busy()
            let readers = try (0..<8).map { _ in try EventReader(try home.connect()) }
            for reader in readers { _ = try reader.next() }
            home.process?.signal(SIGTERM)
            for reader in readers {
                let last = try #require(try reader.rest().last)
                #expect(last["ends"].string?.contains("stopping") == true)
            }
            #expect(home.process?.wait() == .exited(0))
        }

        @Test("a reader that takes nothing is cut off, and neither writes nor other readers wait for it")
        func stalled() throws {
            let home = try busy(leases: 0, settings: "events: {stallSeconds: 1}\n")
            let connection = try home.connect()
            // A batch of leases makes more lines than socket buffers hold.
            let one = lease("acme")
            let batch =
                #"{"atomic":false,"leases":["# + Array(repeating: one, count: 1_000).joined(separator: ",") + "]}"
            #expect(try connection.post("/v1/leases:batch", batch).status == 200)
            let stalled = try home.connect()
            for _ in 0..<4 { try stalled.send("GET", "/v1/events?after=0") }
            let other = try EventReader(try home.connect())
            _ = try other.next()
            let granted = try connection.post("/v1/leases", one)
            #expect(try other.change()["revision"].int == granted.headers["berth-revision"].flatMap { Int($0) })
            try #require(home.process?.awaitError("took nothing for long") == true)
            // Its place is free again: only the other reader's is taken.
            var streams = 2
            for _ in 0..<1_200 where streams > 1 {
                let text = try connection.get("/metrics").text
                streams =
                    text.split(separator: "\n").first { $0.hasPrefix("berth_event_streams ") }
                    .flatMap { Int($0.split(separator: " ")[1]) } ?? 2
                if streams > 1 { Glibc.poll(nil, 0, 50) }
            }
            #expect(streams == 1)
            try home.stop()
        }

        @Test(
            "a tenant's stream is its own changes, counted by themselves, with nobody else's names or numbers",
            .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
        func tenant() throws {
            let (acme, group) = (42_001, 42_100)
            let home = try DaemonHome()
            home.config = try home.folder.write(
                "roles: {tenants: [\"user:\(acme)=acme\"]}\n", to: "berthd.yaml")
            try home.start(initialise: true)
            #expect(chown(home.socket, 0, gid_t(group)) == 0)
            let connection = try home.connect()
            for tenant in ["rival", "acme"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"events"}"#)
                for _ in 0..<3 { #expect(try connection.post("/v1/leases", lease(tenant)).status == 201) }
            }
            func lines(_ query: String) throws -> (answer: HTTPAnswer, lines: [JSONValue]) {
                let answer = try home.asUser(acme, in: group, "GET", "/v1/events" + query)
                return (answer, answer.text.split(separator: "\n").map { JSONValue(bytes: Array($0.utf8)) })
            }
            let own = try lines("?follow=false")
            #expect(own.answer.status == 200 && own.answer.headers["berth-revision"] == nil)
            #expect(own.lines.changes.compactMap { $0["number"].int } == [1, 2, 3, 4])
            #expect(own.lines.last?["bookmark"].int == 4)
            for line in own.lines.changes {
                #expect(line["revision"].isAbsent && line["actor"].isAbsent && line["requestId"].isAbsent)
                #expect(line["role"].string == "operator")
            }
            #expect(!own.answer.text.contains("rival"))
            #expect(try lines("?tenant=rival").answer.status == 404)
            // Its places are its own, whatever the book's revision.
            #expect(try lines("?after=5").answer.status == 410)
            #expect(try lines("?follow=false&after=1-3").lines.changes.count == 1)
            // Others' changes give it nothing while it waits, its own a line; and a load target's name is not in it.
            let socket = home.socket
            let waited = concurrently(2) { index -> Swift.Result<String, any Error> in
                Swift.Result {
                    if index == 0 {
                        try ThreadUser.become(uid: acme, gid: group)
                        return try HTTPConnection(path: socket).get("/v1/events?after=4&limit=1").text
                    }
                    let connection = try HTTPConnection(path: socket)
                    for tenant in ["rival", "rival", "acme"] {
                        _ = try connection.post("/v1/leases", lease(tenant))
                    }
                    return ""
                }
            }
            let text = try waited[0].get()
            #expect(text.contains(#""number":5"#) && !text.contains("rival"), "\(text)")
            let path = "/v1/budgets/lab-meter/load-targets/secret"
            let target = try connection.request("PUT", path, #"{"reduceByWatts":3000,"reason":"secret"}"#)
            #expect(target.status == 201, "\(target.text)")
            let curtailed = try lines("?follow=false&kind=lease.curtailed").answer.text
            #expect(curtailed.contains("curtail lease l-") && !curtailed.contains("secret"), "\(curtailed)")
            #expect(try all(home, "&kind=lease.curtailed").changes[0]["events"][0]["loadTarget"].string == "secret")
            try home.stop()
        }

        @Test("one caller has so many streams and no more; an ended one frees its place")
        func places() throws {
            let home = try busy()
            var readers = try (0..<64).map { _ in try EventReader(try home.connect()) }
            for reader in readers { _ = try reader.next() }
            let refused = try home.connect().get("/v1/events")
            #expect(refused.status == 429 && refused.headers["retry-after"] != nil, "\(refused.text)")
            readers.removeLast()
            var status = 429
            for _ in 0..<1_200 where status != 200 {
                status = try home.connect().get("/v1/events?follow=false&limit=1").status
                if status != 200 { Glibc.poll(nil, 0, 50) }
            }
            #expect(status == 200)
            try home.stop()
        }

        @Test("berth events prints changes, and follows across a restart without missing any")
        func commandLine() throws {
            let home = try busy(leases: 2)
            let table = try home.berth("events", "--kind", "lease.granted")
            #expect(
                table.wait() == .exited(0) && table.output.contains("lease.granted  grant lease l-"), "\(table.error)")
            let head = try revision(home)
            let follower = try ChildProcess(
                Program.berth,
                ["events", "--follow", "--after", "\(head)", "--limit", "3", "--kind", "lease.granted", "-o", "json"],
                environment: ["BERTH_SOCKET": home.socket])
            defer { follower.signal(SIGKILL) }
            #expect(try home.connect().post("/v1/leases", lease("acme")).status == 201)
            for _ in 0..<1_200 where follower.output.isEmpty { Glibc.poll(nil, 0, 50) }
            try home.stop()
            try #require(follower.awaitError("the daemon is stopping"))
            try home.start()
            for _ in 0..<2 { #expect(try home.connect().post("/v1/leases", lease("acme")).status == 201) }
            #expect(follower.wait() == .exited(0), "\(follower.error)")
            let lines = follower.output.split(separator: "\n").map { JSONValue(bytes: Array($0.utf8)) }
            let expected = try all(home, "&after=\(head)&kind=lease.granted").changes
            #expect(lines.map(\.text) == expected.map(\.text) && lines.count == 3)
            #expect(try home.berth("events", "--after", "9999").wait() == .exited(5))
            #expect(try home.berth("events", "--kind", "leese.").wait() == .exited(2))
            try home.stop()
        }
    }
}
