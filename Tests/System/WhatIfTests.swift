// What-if plans over the real socket and by the CLI.

import Foundation
import Testing

extension SystemTests {
    @Suite("Plans")
    struct WhatIfTests {
        private func home() throws -> (DaemonHome, HTTPConnection) {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"plans"}"#)
            _ = try connection.request(
                "PUT", "/v1/contracts/c1",
                #"{"tenant":"acme","price":{"perGpuHour":{"currency":"USD","micros":2000000}},"noticePeriod":"0s","#
                    + #""cancellationAfter":"2026-01-01T00:00:00Z","reason":"plans"}"#)
            return (home, connection)
        }

        private func lease(_ connection: HTTPConnection, blocks: Int, _ more: String = "") throws -> String {
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","duration":"10d","reservations":[{"shape":"block","count":\#(blocks)}]\#(more)}"#)
            return try #require(answer.json["id"].string, "\(answer.text)")
        }

        @Test("a plan is the difference, changes nothing, outlives a restart, and its token commits it once")
        func difference() throws {
            let (home, connection) = try home()
            // It begins long after now, so that its end by notice gives back all of it.
            let id = try lease(connection, blocks: 1, #","contract":"c1","start":"2060-01-01T00:00:00Z""#)
            let revision = try connection.get("/v1/status").json["revision"].int
            let commands =
                #"[{"reclaim":{"lease":"\#(id)","clause":"cancellation"}},{"reserve":{"tenant":"acme","contract":"c1","duration":"20d","#
                + #""reservations":[{"shape":"block","count":2}],"capPercent":60}}]"#
            let planned = try connection.post("/v1/plans", #"{"commands":\#(commands)}"#)
            let plan = planned.json
            try #require(planned.status == 200, "\(planned.text)")
            #expect(plan["leases"]["appear"].int == 1 && plan["leases"]["go"].int == 1)
            #expect(plan["gpus"]["before"]["leased"].int == 0 && plan["gpus"]["after"]["leased"].int == 1_024)
            #expect(plan["packing"]["before"]["wholeBlocksLeft"].int == 4)
            #expect(plan["packing"]["after"]["wholeBlocksLeft"].int == 2)
            let budget = plan["budgets"][0]
            #expect(budget["name"].string == "lab-meter")
            let watts = budget["committedWatts"]
            #expect(try #require(watts["before"].int) < #require(watts["after"].int))
            let left = budget["headroomWatts"]
            #expect(try #require(left["before"].int) > #require(left["after"].int))
            // 1,024 GPUs for 20 days in place of 512 for 10, at 2 dollars an hour.
            let revenue = plan["revenue"].array.compactMap { $0["change"]["micros"].int }.reduce(0, +)
            #expect(revenue == 737_280_000_000, "\(plan["revenue"])")
            #expect(plan["changes"][0]["lease"].isAbsent && plan["changes"][0]["command"].int == 1)
            #expect(plan["changes"][1]["lease"].string == id && plan["changes"][1]["stateAfter"].string == "cancelled")
            #expect(try connection.get("/v1/status").json["revision"].int == revision)
            let one = try connection.post("/v1/plans?limit=1", #"{"commands":\#(commands)}"#).json
            #expect(one["changes"].array.count == 1)
            let cursor = try #require(one["cursor"].string)
            let next = try connection.post("/v1/plans?limit=1&cursor=\(cursor)", #"{"commands":\#(commands)}"#).json
            #expect(next["changes"][0]["lease"].string == id && next["cursor"].isAbsent)

            home.kill()
            try home.start()
            let again = try home.connect()
            let token = try #require(plan["planToken"].string)
            let body = #"{"commands":\#(commands),"planToken":"\#(token)","reason":"agreed"}"#
            let done = try again.post("/v1/plans:commit", body, headers: ["Idempotency-Key": "k"])
            #expect(done.status == 200 && done.json["leases"].array.count == 2, "\(done.text)")
            #expect(try again.post("/v1/plans:commit", body, headers: ["Idempotency-Key": "k"]).text == done.text)
            let late = try again.post("/v1/plans:commit", body)
            #expect(late.status == 409 && late.json["type"].string?.hasSuffix("plan-overtaken") == true, "\(late.text)")
            #expect(try again.get("/v1/status").json["gpus"]["leased"].int == 1_024)
            for rule in try again.get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("what is wrong or refused names the command, and what is in its way")
        func refusals() throws {
            let (home, connection) = try home()
            defer { withExtendedLifetime(home) {} }
            func post(_ commands: String) throws -> HTTPAnswer {
                try connection.post("/v1/plans", #"{"commands":[\#(commands)]}"#)
            }
            let block = #"{"reserve":{"tenant":"acme","duration":"1d","reservations":[{"shape":"block","count":3}]}}"#
            let full = try post(block + "," + block)
            #expect(full.status == 409 && full.json["pointer"].string == "/commands/1/reserve", "\(full.text)")
            #expect(!full.json["blockers"].array.isEmpty)
            // What would fit is what the first command leaves.
            let offer = full.json["counterOffers"].array.first { $0["kind"].string == "most-now" }
            #expect(offer?["request"]["reservations"][0]["count"].int == 1, "\(full.text)")
            for (commands, pointer) in [
                ("", "/commands"), ("{}", "/commands/0"),
                (#"{"failFeed":{"budget":"x"},"release":{"lease":"l"}}"#, "/commands/0/failFeed"),
                (#"{"evict":{"lease":"l"}}"#, "/commands/0/evict"),
                (#"{"reclaim":{"lease":"l","clause":"cause"}}"#, "/commands/0/reclaim/cause"),
                (#"{"failFeed":{"budget":"lab-meter","why":"x"}}"#, "/commands/0/failFeed/why"),
                (#"{"loadTarget":{"budget":"lab-meter","id":"a"}}"#, "/commands/0/loadTarget/watts"),
            ] {
                let answer = try post(commands)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(answer.text)")
            }
            #expect(try post(#"{"release":{"lease":"l-none"}}"#).status == 404)
            #expect(try post(#"{"failFeed":{"budget":"none"}}"#).status == 404)
            #expect(
                try connection.post(
                    "/v1/plans", #"{"commands":[{"failFeed":{"budget":"lab-meter"}}],"at":"2020-01-01T00:00:00Z"}"#
                ).json["pointer"].string == "/at")
            let wrong = try connection.post(
                "/v1/plans:commit",
                #"{"commands":[{"failFeed":{"budget":"lab-meter"}}],"planToken":"bm8","reason":"x"}"#)
            #expect(wrong.status == 400 && wrong.json["pointer"].string == "/planToken", "\(wrong.text)")
        }

        @Test("moves that free a rack, by the socket and the CLI; a lease under a contract is named as in the way")
        func defragment() throws {
            let (home, connection) = try home()
            defer { withExtendedLifetime(home) {} }
            func node(_ name: String, _ more: String) throws -> String {
                let others = "\(name)-r[2-8]-n[1-8]"
                _ = try connection.post("/v1/nodes:cordon", #"{"nodes":"\#(others)","reason":"x"}"#)
                let answer = try connection.post(
                    "/v1/leases",
                    #"{"tenant":"acme","duration":"10d","reservations":[{"shape":"node","count":1,"pin":["lab/h1/b1"]}]\#(more)}"#
                )
                _ = try connection.post("/v1/nodes:uncordon", #"{"nodes":"\#(others)","reason":"x"}"#)
                return try #require(answer.json["id"].string, "\(answer.text)")
            }
            // One in the first rack, and with that block closed to the rest of it, no rack of the others is touched.
            let free = try node("lab-h1-b1", #","class":"opportunistic""#)
            func ask(_ shape: String, _ count: Int) throws -> JSONValue {
                let answer = try connection.post(
                    "/v1/plans/defragment", #"{"shape":"\#(shape)","count":\#(count),"by":"2060-01-01T00:00:00Z"}"#)
                #expect(answer.status == 200, "\(answer.text)")
                return answer.json
            }
            // By 2060 it is over by itself.
            #expect(try ask("block", 4)["freeAnyway"].int == 4)
            let soon = try home.berth("plan", "defragment", "--shape", "rack", "--count", "31", "--by", "+1d")
            #expect(
                soon.wait() == .exited(0) && soon.output.contains("31 of them without a move"),
                "\(soon.output)\(soon.error)")
            let all = try home.berth("plan", "defragment", "--shape", "rack", "--count", "32", "--by", "+1d")
            #expect(all.wait() == .exited(0) && all.output.contains("31 of 32") && all.output.contains("no place"))
            // Bound to the block by its pin, and the block is wanted whole.
            let bound = try node("lab-h1-b1", #","contract":"c1","class":"opportunistic""#)
            let blocks = try home.berth("plan", "defragment", "--shape", "block", "--count", "4", "--by", "+1d")
            #expect(blocks.wait() == .exited(0) && blocks.output.contains("3 of 4"), "\(blocks.output)\(blocks.error)")
            #expect(
                blocks.output.contains("\(bound): holds 1 domain") && !blocks.output.contains("\(free):"),
                "\(blocks.output)")
            for (body, pointer) in [
                (#"{"shape":"node","count":1,"by":"2060-01-01T00:00:00Z"}"#, "/shape"),
                (#"{"shape":"rack","count":0,"by":"2060-01-01T00:00:00Z"}"#, "/count"),
                (#"{"shape":"rack","count":1,"by":"2020-01-01T00:00:00Z"}"#, "/by"),
                (#"{"shape":"rack","count":1,"by":"2060-01-01T00:00:00Z","gpu":["X1"]}"#, "/gpu/0"),
            ] {
                let answer = try connection.post("/v1/plans/defragment", body)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(answer.text)")
            }
        }

        @Test("the CLI shows before and after, and commits when asked to")
        func commandLine() throws {
            let (home, connection) = try home()
            let id = try lease(connection, blocks: 2)
            let dark = try home.berth("plan", "fail-feed", "lab-meter")
            #expect(dark.wait() == .exited(0), "\(dark.error)")
            #expect(dark.output.contains("GPUs faulty") && dark.output.contains("+2,048"), "\(dark.output)")
            #expect(dark.output.contains(id) && dark.output.contains("1,024 → 0"), "\(dark.output)")
            #expect(dark.output.contains("Nothing has changed."))
            let target = try home.berth("plan", "load-target", "lab-meter", "call", "--reduce", "300kW", "--for", "2h")
            #expect(target.wait() == .exited(0), "\(target.error)")
            #expect(
                target.output.contains("as agreed → ") && target.output.contains("lab-meter call"), "\(target.output)")
            #expect(try connection.get("/v1/budgets/lab-meter/load-targets/call").status == 404)

            let file = try home.folder.write(
                """
                commands:
                  - release: {lease: \(id)}
                  - nodes: {verb: cordon, nodes: lab-h1-b1-r1-n1}
                """, to: "plan.yaml")
            let json = try home.berth("plan", file, "-o", "json")
            #expect(JSONValue(bytes: Array(json.output.utf8))["leases"]["go"].int == 1, "\(json.output)\(json.error)")
            #expect(try home.berth("plan", file, "--commit").wait() == .exited(64))
            let done = try home.berth("plan", file, "--commit", "--reason", "agreed")
            #expect(done.wait() == .exited(0) && done.output.contains("Committed as revision"), "\(done.error)")
            #expect(try connection.get("/v1/leases/\(id)").json["state"].string != "active")
            #expect(try connection.get("/v1/nodes?state=cordoned").json["nodes"].array.count == 1)
            let again = try home.berth("plan", file, "--commit", "--reason", "agreed")
            #expect(again.wait() == .exited(4), "\(again.output)\(again.error)")
        }
    }
}
