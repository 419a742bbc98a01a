// Ramps and amendments over the real socket, through a restart in the middle of a ramp.

import Foundation
import Testing

extension SystemTests {
    @Suite("Amendments")
    struct AmendmentTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"amendments"}"#)
        }

        private func time(inSeconds seconds: Int) -> String {
            let formatter = ISO8601DateFormatter()
            return formatter.string(
                from: Date(
                    timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded(.down)
                        + Double(seconds)))
        }

        /// A lease of nodes that ramps from 2 to `count` at a time.
        private func ramped(to count: Int, at time: String) throws -> JSONValue {
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","reservations":[{"name":"nodes","shape":"node","count":2,"ramp":[{"at":"\#(time)","count":\#(count)}]}],"duration":"30d","capWattsPerGpu":700,"reason":"ramp"}"#
            )
            try #require(answer.status == 201, "\(answer.text)")
            return answer.json
        }

        private func amend(_ id: String, _ body: String, query: String = "") throws -> (status: Int, json: JSONValue) {
            let answer = try connection.post("/v1/leases/\(id)/amendments" + query, body)
            return (answer.status, answer.json)
        }

        private func checkRules() throws {
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("A ramp is one lease to everybody, goes on after a kill, and steps at its time")
        func ramp() throws {
            let lease = try ramped(to: 6, at: time(inSeconds: 3))
            let id = lease["id"].string ?? ""
            #expect(lease["promised"]["gpus"].int == 16 && lease["schedule"][0]["promised"]["gpus"].int == 48)
            #expect(lease["reservations"][0]["ramp"][0]["count"].int == 6)
            #expect(lease["nextChangeAt"].string == lease["schedule"][0]["at"].string)
            #expect(try connection.get("/v1/leases").json["leases"].array.count == 1)
            home.kill()
            try home.start()
            // The poll wakes when the step comes, however long the restart took.
            let waiting = try home.connect()
            var poll = try waiting.get("/v1/tenants/acme/allocation").json
            while poll["leases"][0]["promised"]["gpus"].int != 48 {
                let index = try #require(poll["index"].int)
                poll = try waiting.get("/v1/tenants/acme/allocation?index=\(index)&wait=60s").json
            }
            #expect(poll["leases"].array.count == 1 && poll["leases"][0]["id"].string == id)
            let status = try waiting.get("/v1/status").json
            #expect(status["leases"]["active"].int == 1 && status["gpus"]["leased"].int == 48)
            #expect(try waiting.get("/v1/leases/\(id)/allocation").json["nodes"].array.count == 6)
            try checkRules()
            #expect(try waiting.request("DELETE", "/v1/leases/\(id)").status == 200)
            // What began this very second is held for as long as a window lasts at least.
            while !poll["leases"].array.isEmpty {
                let index = try #require(poll["index"].int)
                poll = try waiting.get("/v1/tenants/acme/allocation?index=\(index)&wait=60s").json
            }
            #expect(try waiting.get("/v1/status").json["gpus"]["leased"].int == 0)
            try checkRules()
        }

        @Test("Amendments apply whole or not at all, as a dry run change nothing, and mind If-Match")
        func amendments() throws {
            let far = time(inSeconds: 86_400)
            let lease = try ramped(to: 4, at: far)
            let (id, revision) = (lease["id"].string ?? "", lease["revision"].int ?? 0)
            let change =
                #"{"extendBy":"30d","capWattsPerGpu":500,"from":"\#(far)","reservations":[{"name":"nodes","count":3}]}"#
            let plan = try amend(id, change, query: "?dryRun=plan")
            #expect(plan.status == 200 && plan.json["schedule"][0]["capWattsPerGpu"].int == 500, "\(plan.json)")
            #expect(try connection.get("/v1/leases/\(id)").json["revision"].int == revision)

            let impossible = try amend(id, #"{"reservations":[{"name":"nodes","count":10000}]}"#, query: "?dryRun=plan")
            #expect(
                impossible.status == 409 && impossible.json["type"].string == "errors#no-capacity", "\(impossible.json)"
            )

            let stale = try connection.request(
                "POST", "/v1/leases/\(id)/amendments", change, headers: ["If-Match": "\"\(revision + 1)\""])
            #expect(stale.status == 412 && stale.json["type"].string == "errors#precondition-failed")
            let done = try connection.request(
                "POST", "/v1/leases/\(id)/amendments", change, headers: ["If-Match": "\"\(revision)\""])
            #expect(done.status == 200, "\(done.text)")
            #expect(done.json["promised"]["gpus"].int == 16)
            #expect(done.json["reservations"][0]["ramp"][0]["count"].int == 3)
            #expect(done.json["schedule"][0]["promised"]["gpus"].int == 24)

            let tooMuch = try amend(id, #"{"extendBy":"1d","reservations":[{"name":"nodes","count":9000}]}"#)
            #expect(tooMuch.status == 409 && !tooMuch.json["blockers"].array.isEmpty, "\(tooMuch.json)")
            #expect(try connection.get("/v1/leases/\(id)").json["end"].string == done.json["end"].string)
            for body in [
                "{}", #"{"end":"2020-01-01T00:00:00Z"}"#, #"{"capPercent":0}"#, #"{"from":"\#(far)"}"#,
                #"{"reservations":[{"name":"other","count":1}]}"#, #"{"extendBy":"1d","end":"\#(far)"}"#,
                #"{"reservations":[{"name":"nodes","count":1,"gpu":["H200"]}]}"#, #"{"more":1}"#,
            ] {
                let answer = try amend(id, body)
                #expect(answer.status == 400, "\(body): \(answer.json)")
            }
            #expect(try amend("l-0000000000000", #"{"extendBy":"1d"}"#).status == 404)
            try checkRules()
        }

        @Test("berth amends, shows the steps, and ends with the code of a refusal")
        func commandLine() throws {
            let create = try home.berth(
                "lease", "create", "--tenant", "acme", "--label", "train", "--line", "node:2:name=nodes", "--ramp",
                "nodes=2099-01-01:6", "--end", "2099-06-01", "--cap-watts", "700", "-o", "json")
            // The end is more than fifty years away.
            #expect(create.wait() == .exited(2), "\(create.output)")
            let year = Calendar(identifier: .gregorian).component(.year, from: .now) + 1
            let made = try home.berth(
                "lease", "create", "--tenant", "acme", "--label", "train", "--line", "node:2:name=nodes", "--ramp",
                "nodes=\(year)-03-01:6,\(year)-04-01:4", "--end", "\(year)-06-01", "--cap-watts", "700")
            try #require(made.wait() == .exited(0), "\(made.error)")
            #expect(made.output.contains("then 6 from \(year)-03-01T00:00:00Z, 4 from \(year)-04-01T00:00:00Z"))
            let amended = try home.berth("lease", "amend", "train", "--cap", "60%", "--from", "\(year)-03-15")
            try #require(amended.wait() == .exited(0), "\(amended.error)")
            #expect(amended.output.contains("from \(year)-03-15T00:00:00Z: 48 GPUs"))
            let stale = try home.berth("lease", "amend", "train", "--extend", "30d", "--if-match", "1")
            #expect(stale.wait() == .exited(4))
            let none = try home.berth("lease", "amend", "train", "--count", "nodes=9000")
            #expect(none.wait() == .exited(3) && none.error.contains("In the way"))
        }
    }
}
