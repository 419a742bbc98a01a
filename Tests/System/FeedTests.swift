// The loss of a feed over the real socket and by the CLI.

import Foundation
import Testing

extension SystemTests {
    @Suite("Feeds")
    struct FeedTests {
        /// The four blocks on feeds `a` and `b`, and the first two blocks' racks on a loop of their own.
        private static let fleet = Fleets.turning.replacing(
            "measuredAt: meter\n",
            with: """
                measuredAt: meter
                        children:
                          - {name: feed-a, rating: 10 MW}
                          - {name: feed-b, rating: 10 MW}

                """)

        @Test("one of two feeds costs redundancy, both make nodes dark, and one of them brings them back")
        func feeds() throws {
            try #require(Self.fleet != Fleets.turning)
            let home = try DaemonHome.started(fleet: Self.fleet)
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"feeds"}"#)
            let lease = try connection.post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"block","count":1}],"duration":"1d"}"#)
            let id = try #require(lease.json["id"].string, "\(lease.text)")
            func feed(_ path: String) throws -> HTTPAnswer {
                try connection.post("/v1/budgets/\(path)", #"{"reason":"breaker"}"#)
            }

            let first = try feed("feed-a:fail")
            #expect(first.status == 200 && first.json["nodes"].int == 0, "\(first.text)")
            let carried = first.json["failedFeeds"][0]
            #expect(
                carried["racksCarried"].int == 32 && carried["racksDark"].int == 0
                    && carried["budget"].string == "feed-a")
            #expect(try connection.get("/v1/leases/\(id)").json["conditions"].array.isEmpty)
            let budgets = try connection.get("/v1/budgets").json["budgets"].array
            #expect(budgets.first { $0["name"].string == "feed-a" }?["failures"][0]["reason"].string == "breaker")
            #expect(budgets.first { $0["name"].string == "feed-b" }?["failures"].isAbsent == true)
            #expect(try feed("feed-a:fail").status == 409)
            #expect(try feed("feed-x:fail").status == 404)
            #expect(try feed("feed-b:restore").status == 409)
            #expect(try connection.post("/v1/budgets/feed-b:fail", #"{"reason":""}"#).status == 400)
            #expect(try connection.get("/v1/budgets/feed-b:fail").status == 405)

            let second = try home.berth("budgets", "fail", "feed-b", "--reason", "flood")
            #expect(
                second.wait() == .exited(0) && second.output.contains("256 nodes dark"),
                "\(second.output)\(second.error)")
            #expect(second.output.contains(id) && second.output.contains("32 racks dark"), "\(second.output)")
            #expect(try connection.get("/v1/leases/\(id)").json["conditions"][0]["type"].string == "Degraded")
            #expect(try connection.get("/v1/status").json["gpus"]["faulty"].int == 2_048)
            let node = try connection.get("/v1/nodes?limit=1").json["nodes"][0]
            #expect(node["state"].string == "faulty" && node["reason"].string == "feed-b has failed: flood")
            #expect(try home.berth("status").output.contains("feed feed-b has failed"))

            home.kill()
            try home.start()
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
            let restored = try home.berth("budgets", "restore", "feed-a", "--reason", "closed")
            #expect(
                restored.wait() == .exited(0) && restored.output.contains("256 nodes being validated"),
                "\(restored.output)")
            let source = try home.berth("budgets", "fail", "lab-meter", "--source", "grid", "--reason", "storm")
            #expect(source.wait() == .exited(0) && source.output.contains("firm sources left: 0 W"), "\(source.output)")
            #expect(try home.berth("budgets").output.contains("source grid of lab-meter has failed"))
            #expect(
                try home.berth("budgets", "restore", "lab-meter", "--source", "grid", "--reason", "x").wait()
                    == .exited(0))
            #expect(
                try home.berth("budgets", "fail", "lab-meter", "--source", "sun", "--reason", "x").wait() == .exited(5))
        }
    }
}
