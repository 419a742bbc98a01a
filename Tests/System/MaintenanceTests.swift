// Maintenance windows over the real socket and by the CLI.

import Foundation
import Testing

extension SystemTests {
    @Suite("Maintenance")
    struct MaintenanceTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"maintenance"}"#)
        }

        private func put(_ name: String, _ body: String) throws -> HTTPAnswer {
            try connection.request("PUT", "/v1/maintenance/\(name)", body)
        }

        private func checkRules() throws {
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("a window that runs shows on its nodes, is packed around, survives a kill, and can be taken off")
        func running() throws {
            let made = try put(
                "bmc", #"{"nodes":"lab/h1/b1","start":null,"duration":"30d","reason":"BMC firmware"}"#)
            try #require(made.status == 201, "\(made.text)")
            #expect(made.json["nodeCount"].int == 64 && made.json["active"].bool == true, "\(made.text)")
            #expect(made.json["nodes"][0].string == "lab/h1/b1" && made.json["windows"].array.count == 1)
            let nodes = try connection.get("/v1/nodes?state=maintenance&limit=100").json["nodes"].array
            #expect(nodes.count == 64 && nodes.allSatisfy { $0["reason"].string == "bmc: BMC firmware" })
            #expect(nodes[0]["until"].string == made.json["windows"][0]["end"].string && nodes[0]["gpusFree"].int == 0)
            #expect(nodes[0]["by"].string?.hasPrefix("uid:") == true && nodes[0]["holder"].isAbsent)
            let gpus = try connection.get("/v1/status").json["gpus"]
            #expect(gpus["held"].int == 512 && gpus["leased"].int == 0, "\(gpus)")

            let lease = #"{"tenant":"acme","reservations":[{"shape":"block","count":4}],"duration":"1h"}"#
            let refused = try connection.post("/v1/leases", lease)
            #expect(refused.status == 409, "\(refused.text)")
            #expect(refused.json["blockers"].array.contains { $0["name"].string == "bmc" }, "\(refused.text)")
            let later = refused.json["counterOffers"].array.first { $0["kind"].string == "earliest-start" }
            #expect(later?["request"]["start"].string == made.json["windows"][0]["end"].string, "\(refused.text)")
            let three = try connection.post("/v1/leases", lease.replacing(#""count":4"#, with: #""count":3"#))
            #expect(three.status == 201, "\(three.text)")

            home.kill()
            try home.start()
            try checkRules()
            let fresh = try home.connect()
            #expect(try fresh.get("/v1/maintenance/bmc").body == made.body)
            #expect(try fresh.get("/v1/maintenance").json["maintenance"].array.count == 1)
            #expect(try fresh.request("DELETE", "/v1/maintenance/bmc?reason=early").status == 204)
            #expect(try fresh.request("DELETE", "/v1/maintenance/bmc").status == 404)
            #expect(try fresh.get("/v1/maintenance/bmc").status == 404)
            #expect(try fresh.get("/v1/nodes?state=maintenance").json["nodes"].array.isEmpty)
            try checkRules()
        }

        @Test("where a lease holds a node it is refused, with the lease and the first free time")
        func refused() throws {
            let lease = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","reservations":[{"shape":"node","pin":["lab/h1/b2/r1"]}],"#
                    + #""start":"2032-03-02T00:00:00Z","end":"2032-03-03T00:00:00Z"}"#)
            let id = try #require(lease.json["id"].string, "\(lease.text)")
            let answer = try put(
                "pumps",
                #"{"nodes":"lab/h1/b[1-2]","reason":"pumps","recurrence":{"rule":"FREQ=MONTHLY;BYDAY=1TU;COUNT=6","#
                    + #""timeZone":"America/Chicago","start":"2032-01-06T06:00","duration":"4h"}}"#)
            #expect(answer.status == 409, "\(answer.text)")
            let detail = answer.json["detail"].string ?? ""
            #expect(detail.contains("window 3 of 6") && detail.contains(id), "\(detail)")
            #expect(detail.contains("from 2032-03-03T00:00:00Z"), "\(detail)")
            #expect(
                answer.json["blockers"][0]["name"].string == id
                    && answer.json["blockers"][0]["kind"].string == "booking")
            #expect(try connection.get("/v1/maintenance").json["maintenance"].array.isEmpty)
        }

        @Test("what is wrong with a specification is refused where it stands")
        func unsound() throws {
            for (body, pointer) in [
                (#"{"nodes":"lab/h9","duration":"1h","reason":"x"}"#, "/nodes"),
                (#"{"nodes":"lab/h1/b[","duration":"1h","reason":"x"}"#, "/nodes"),
                (#"{"nodes":"lab/h1/b1","duration":"1h"}"#, "/reason"),
                (#"{"nodes":"lab/h1/b1","duration":"1h","reason":""}"#, "/reason"),
                (#"{"nodes":"lab/h1/b1","reason":"x"}"#, "/duration"),
                (#"{"nodes":"lab/h1/b1","duration":"0s","reason":"x"}"#, "/duration"),
                (#"{"nodes":"lab/h1/b1","start":"2020-01-01T00:00:00Z","duration":"1h","reason":"x"}"#, "/start"),
                (#"{"nodes":"lab/h1/b1","duration":"1h","reason":"x","until":"x"}"#, "/until"),
                (
                    #"{"nodes":"lab/h1/b1","reason":"x","recurrence":{"rule":"FREQ=DAILY","timeZone":"UTC","start":"#
                        + #""2032-01-06T06:00","duration":"25h"}}"#, "/recurrence/duration"
                ),
                (
                    #"{"nodes":"lab/h1","reason":"x","recurrence":{"rule":"FREQ=HOURLY","timeZone":"UTC","start":"#
                        + #""2032-01-06T06:00","duration":"1h"}}"#, "/recurrence/rule"
                ),
            ] {
                let answer = try put("m", body)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(body): \(answer.text)")
            }
            #expect(try put("a%20b", #"{"nodes":"lab/h1/b1","duration":"1h","reason":"x"}"#).status == 400)
        }

        @Test("the CLI sets, lists, shows and removes it")
        func commandLine() throws {
            let set = try home.berth(
                "maintenance", "set", "pumps", "--nodes", "lab/h1/b[1-2]", "--every", "FREQ=MONTHLY;BYDAY=1SU;COUNT=12",
                "--time-zone", "America/Chicago", "--start", "2032-01-04T04:00", "--duration", "3h", "--reason",
                "coolant pumps")
            #expect(set.wait() == .exited(0), "\(set.error)")
            #expect(set.output.contains("128") && set.output.contains("coolant pumps"), "\(set.output)")
            let list = try home.berth("maintenance")
            #expect(list.output.contains("pumps") && list.output.contains("2032-01-04 10:00Z"), "\(list.output)")
            let show = try home.berth("maintenance", "show", "pumps")
            // Memphis is five hours behind UTC in summer.
            #expect(
                show.output.contains("2032-07-04T09:00:00Z") && show.output.contains("BYDAY=1SU"), "\(show.output)")
            let table = try home.berth("maintenance", "list", "-o", "json")
            #expect(JSONValue(bytes: Array(table.output.utf8))["maintenance"][0]["windows"].array.count == 12)
            let copy = home.folder("copy.sqlite")
            #expect(try home.berth("backup", copy).wait() == .exited(0))
            #expect(try home.berth("maintenance", "remove", "pumps", "--reason", "x").wait() == .exited(0))
            #expect(try home.berth("maintenance", "remove", "pumps").wait() == .exited(5))
            #expect(
                try home.berth(
                    "maintenance", "set", "x", "--nodes", "lab", "--start", "2032-01-04T04:00", "--duration",
                    "1h", "--reason", "y"
                ).wait() == .exited(64))
            try checkRules()
        }
    }
}
