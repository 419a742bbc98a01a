// Load targets over the real socket and by the CLI: plan, poll, orders, notices, a kill in the middle.

import Foundation
import Testing

extension SystemTests {
    @Suite("Load targets")
    struct LoadTargetTests {
        private let home: DaemonHome
        private let connection: HTTPConnection
        private static let path = "/v1/budgets/lab-meter/load-targets/call"

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            for tenant in ["acme", "other"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"load targets"}"#)
            }
        }

        private func lease(_ tenant: String, _ leaseClass: String) throws -> String {
            let answer = try connection.post(
                "/v1/leases",
                #"""
                {"tenant":"\#(tenant)","reservations":[{"shape":"block","count":1}],"duration":"90d",
                 "capWattsPerGpu":700,"class":"\#(leaseClass)","reason":"load targets"}
                """#)
            return try #require(answer.json["id"].string, "\(answer.text)")
        }

        @Test("a call is a plan first and then an order, a notice and a step in the tenant's poll, and outlives a kill")
        func call() throws {
            let soft = try lease("acme", "standard")
            _ = try lease("other", "guaranteed")
            let start = Int(Date().timeIntervalSince1970) + 3_600
            let body = #"{"reduceByWatts":100000,"start":"\#(Self.time(start))","duration":"2h","reason":"grid"}"#
            // 64 servers at 700 W for each of 512 GPUs: 100 kW at the meter are 82,816 W at the rack, 162 W for each GPU, 76 %.
            let plan = try connection.request("PUT", Self.path + "?dryRun=plan", body)
            #expect(plan.status == 200, "\(plan.text)")
            #expect(plan.json["lowered"][0]["lease"].string == soft && plan.json["lowered"].array.count == 1)
            #expect(plan.json["lowered"][0]["steps"][0]["capPercent"].int == 76, "\(plan.text)")
            #expect(plan.json["lowered"][0]["watts"].int == 512 * 168 && plan.json["unmet"].array.isEmpty)
            #expect(plan.json["lowered"][0]["joules"].int == 512 * 168 * 7_200)
            #expect(try connection.get(Self.path).status == 404)

            let acme = "/v1/tenants/acme/allocation"
            let index = try #require(try connection.get(acme).headers["berth-index"])
            let other = try #require(try connection.get("/v1/tenants/other/allocation").headers["berth-index"])
            let (poll, actuator) = (try home.connect(), try home.connect())
            try poll.send("GET", acme + "?index=\(index)&wait=300s")
            let none = try #require(try connection.get("/v1/orders").headers["berth-index"])
            try actuator.send("GET", "/v1/orders?index=\(none)&wait=300s")
            let set = try connection.request("PUT", Self.path, body)
            #expect(set.status == 201, "\(set.text)")
            #expect(set.json["lowered"].text == plan.json["lowered"].text, "as planned")
            let woken = try poll.receive().json
            #expect(woken["leases"][0]["curtailments"][0]["steps"][0]["capPercent"].int == 76)
            #expect(woken["notices"][0]["kind"].string == "curtailment")
            #expect(woken["notices"][0]["deadline"].string == Self.time(start))
            let orders = try actuator.receive().json["orders"].array
            #expect(orders.map { $0["action"].string } == ["cap", "lift"])
            #expect(orders.first?["capWattsPerGpu"]["H100"].int == 532 && orders.first?["lease"].string == soft)
            #expect(try connection.get("/v1/tenants/other/allocation").headers["berth-index"] == other)

            home.kill()
            try home.start()
            let after = try home.connect()
            #expect(try after.get(Self.path).json["lowered"].text == plan.json["lowered"].text, "after a kill")
            for rule in try after.get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
            let id = try #require(orders.first?["id"].string)
            let acknowledged = try after.post("/v1/orders", #"{"acknowledge":["\#(id)"]}"#)
            #expect(acknowledged.json["orders"][0]["acknowledgedAt"].string != nil, "\(acknowledged.text)")
            #expect(try after.post("/v1/orders", #"{"acknowledge":["o-999"]}"#).status == 404)
            let notice = try #require(try after.get("/v1/notices").json["notices"][0]["id"].string)
            let read = try after.post("/v1/notices/\(notice)/ack", "")
            #expect(read.json["acknowledged"].bool == true, "\(read.text)")
            let removed = try after.request("DELETE", Self.path + "?reason=withdrawn", "")
            #expect(removed.status == 200 && removed.json["lowered"].array.isEmpty, "\(removed.text)")
            #expect(try after.get("/v1/orders").json["orders"].array.isEmpty)
        }

        @Test("while it is in force the tenant's poll, watch, the status and the metrics say what holds and until when")
        func inForce() throws {
            _ = try lease("acme", "standard")
            _ = try lease("other", "guaranteed")
            // 64 servers at 700 W for each of 512 GPUs: 100 kW at the meter are 82,816 W at the rack, 162 W for each GPU, 76 %.
            let set = try connection.request(
                "PUT", Self.path, #"{"reduceByWatts":100000,"duration":"2h","reason":"grid"}"#)
            #expect(set.status == 201 && set.json["lowered"].array.count == 1, "\(set.text)")
            let end = try #require(set.json["end"].string)
            let held = try connection.get("/v1/tenants/acme/allocation").json["leases"][0]
            #expect(held["capNow"]["capPercent"].int == 76 && held["capNow"]["until"].string == end, "\(held)")
            #expect(held["capNow"]["capWattsPerGpu"]["H100"].int == 532 && held["capWattsPerGpu"].int == 700)
            let promised = try #require(held["promised"]["watts"].int)
            #expect(held["delivered"]["watts"].int == promised - 512 * 168 && held["delivered"]["gpus"].int == 512)
            let watched = try home.berth("watch", "acme", "--once").output
            #expect(watched.contains("76 % now") && watched.contains("Curtailed"), "\(watched)")
            #expect(watched.contains("H100 532 W) until \(end), instead of 700 W"), "\(watched)")
            let id = try #require(held["id"].string)
            let shown = try home.berth("lease", "show", id).output
            #expect(shown.contains("cap now") && shown.contains("until \(end)"), "\(shown)")
            let revision = try #require(try connection.get("/v1/leases/\(id)").json["revision"].int)
            #expect(shown.contains("revision   \(revision), for --if-match"), "\(shown)")
            #expect(try connection.get("/v1/tenants/other/allocation").json["leases"][0]["capNow"].isAbsent)

            // A second one that nothing meets.
            let more = try connection.request(
                "PUT", "/v1/budgets/lab-meter/load-targets/more", #"{"watts":500000,"reason":"more"}"#)
            let unmet = try #require(more.json["unmet"][0]["watts"].int, "\(more.text)")
            let status = try connection.get("/v1/status").json["loadTargets"].array
            #expect(
                status.map { $0["id"].string } == ["call", "more"] && status[0]["unmetWatts"].isAbsent, "\(status)")
            #expect(status.last?["unmetWatts"].int == unmet && status.first?["state"].string == "live")
            let words = try home.berth("status").output
            #expect(words.contains("load target call on lab-meter is live") && words.contains("not met"), "\(words)")
            let metrics = try connection.get("/metrics").text
            #expect(
                metrics.contains(
                    #"berth_load_target_unmet_watts{budget="lab-meter",kind="power",site="lab"} \#(unmet)"#),
                "\(metrics)")
        }

        @Test("a lease of several parts is one lease that is lowered, and one that is not")
        func parts() throws {
            let start = Int(Date().timeIntervalSince1970)
            func ramp(_ tenant: String, _ leaseClass: String) throws -> String {
                let steps = (1...3).map { #"{"at":"\#(Self.time(start + 3_600 * $0))","count":\#(16 + 8 * $0)}"# }
                let answer = try connection.post(
                    "/v1/leases",
                    #"""
                    {"tenant":"\#(tenant)","duration":"90d","capWattsPerGpu":700,"class":"\#(leaseClass)","reason":"ramp",
                     "reservations":[{"shape":"node","count":16,"ramp":[\#(steps.joined(separator: ","))]}]}
                    """#)
                return try #require(answer.json["id"].string, "\(answer.text)")
            }
            let soft = try ramp("acme", "standard")
            _ = try ramp("other", "guaranteed")
            let body = #"{"watts":500000,"start":"\#(Self.time(start + 6 * 3_600))","duration":"2h","reason":"grid"}"#
            let set = try connection.request("PUT", Self.path, body)
            #expect(set.json["lowered"].array.map { $0["lease"].string } == [soft], "\(set.text)")
            // 40 servers at the floor of 50 % take 350 W less for each of 320 GPUs.
            #expect(set.json["lowered"][0]["watts"].int == 320 * 350, "\(set.text)")
            #expect(set.json["lowered"][0]["joules"].int == 320 * 350 * 7_200)
            let holdouts = set.json["holdouts"].array.filter { ($0["leases"].int ?? 0) > 0 }
            #expect(!holdouts.isEmpty && holdouts.allSatisfy { $0["leases"].int == 1 }, "\(set.text)")
            let listed = try home.berth("load-target", "list").output.split(separator: "\n").last?.split(separator: " ")
            #expect(listed?.suffix(2) == ["1", "0"], "one lease, no order overdue: \(listed ?? [])")
        }

        @Test("a source that fails says whom it lowers and what it leaves unmet, first as a plan")
        func sourceLoss() throws {
            _ = try lease("acme", "standard")
            let plan = try home.berth(
                "budgets", "fail", "lab-meter", "--source", "grid", "--reason", "breaker", "--dry-run")
            #expect(plan.wait() == .exited(0) && plan.output.contains("source-loss"), "\(plan.output)\(plan.error)")
            #expect(plan.output.contains("not met") && plan.output.contains("leave out --dry-run"), "\(plan.output)")
            #expect(try connection.get("/v1/status").json["failedFeeds"].isAbsent, "a plan changes nothing")
            let failed = try home.berth("budgets", "fail", "lab-meter", "--source", "grid", "--reason", "breaker")
            #expect(failed.wait() == .exited(0) && failed.output.contains("source-loss"), "\(failed.output)")
            #expect(failed.output.contains("acme") && failed.output.contains("not met"), "\(failed.output)")
            #expect(try home.berth("status").output.contains("load target source-loss on lab-meter is live"))
            let restored = try home.berth("budgets", "restore", "lab-meter", "--source", "grid", "--reason", "closed")
            #expect(restored.wait() == .exited(0) && !restored.output.contains("source-loss"), "\(restored.output)")
        }

        @Test("bad targets are refused with what to do, and nobody is granted what is over one")
        func refusals() throws {
            _ = try lease("acme", "guaranteed")
            for (path, body, status, pointer) in [
                (Self.path, #"{"reason":"x"}"#, 400, "/watts"),
                (Self.path, #"{"watts":1,"reduceByWatts":1,"reason":"x"}"#, 400, "/watts"),
                (Self.path, #"{"watts":1}"#, 400, "/reason"),
                (Self.path, #"{"watts":1,"start":"2020-01-01T00:00:00Z","reason":"x"}"#, 400, "/start"),
                (Self.path, #"{"watts":20000000,"reason":"x"}"#, 400, "/watts"),
                (
                    Self.path, #"{"watts":1,"duration":"1h","restoreWattsPerMinute":1,"reason":"x"}"#, 400,
                    "/restoreWattsPerMinute"
                ),
                ("/v1/budgets/nowhere/load-targets/x", #"{"watts":1,"reason":"x"}"#, 404, nil),
            ] as [(String, String, Int, String?)] {
                let answer = try connection.request("PUT", path, body)
                #expect(answer.status == status && answer.json["pointer"].string == pointer, "\(body): \(answer.text)")
            }
            let set = try connection.request("PUT", Self.path, #"{"watts":500000,"duration":"1d","reason":"x"}"#)
            #expect(set.status == 201 && set.json["unmet"].array.count == 1, "\(set.text)")
            #expect(set.json["holdouts"][0]["kind"].string == "no-clause")
            let refused = try connection.post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node","count":1}],"duration":"1h"}"#)
            #expect(
                refused.status == 409 && refused.json["blockers"][0]["name"].string == "lab-meter", "\(refused.text)")
        }

        @Test("the CLI plans, sets, shows and removes, and a freeze is said by the status")
        func commands() throws {
            _ = try lease("acme", "standard")
            let plan = try home.berth(
                "load-target", "set", "lab-meter", "call", "--reduce", "100kW", "--start", "+1h", "--for", "2h",
                "--reason",
                "grid", "--dry-run")
            #expect(plan.wait() == .exited(0) && plan.output.contains("Nothing was set"), "\(plan.output)\(plan.error)")
            #expect(plan.output.contains("76 %") && plan.output.contains("0.172"), "\(plan.output)")
            #expect(try home.berth("load-target", "list").output.contains("call") == false)
            let file = try home.folder.write(
                """
                lab-meter:
                  winter:
                    reduceByWatts: 50 kW
                    start: 2027-01-11T11:00:00Z
                    duration: 4h
                    reason: winter peak
                """, to: "winter.yaml")
            for _ in 0..<2 {
                let applied = try home.berth("load-target", "apply", file)
                #expect(applied.wait() == .exited(0), "\(applied.error)")
                #expect(
                    applied.output.contains("winter") && applied.output.contains("1 lease lowered"), "\(applied.output)"
                )
            }
            #expect(try home.berth("orders").output.contains("lift"))
            #expect(try home.berth("notices").output.contains("curtailment"))
            let frozen = try home.berth("freeze", "--reason", "odd times")
            #expect(frozen.wait() == .exited(0) && frozen.output.contains("odd times"))
            #expect(try home.berth("status").output.contains("Frozen by"))
            #expect(try home.berth("freeze", "--reason", "odd times").wait() == .exited(0))
            let again = try home.berth("freeze", "--reason", "something else")
            #expect(again.wait() == .exited(4) && again.error.contains("odd times"), "\(again.error)")
            #expect(try home.berth("unfreeze", "--reason", "fine").output.contains("time goes on"))
            let removed = try home.berth("load-target", "remove", "lab-meter", "winter", "--reason", "mild")
            #expect(removed.wait() == .exited(0), "\(removed.error)")
            #expect(
                try home.berth("load-target", "remove", "lab-meter", "winter", "--reason", "mild").wait() == .exited(5))
        }

        private static func time(_ seconds: Int) -> String {
            Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        }
    }
}
