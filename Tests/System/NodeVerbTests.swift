// Verbs on nodes over the socket: tried first, asked about where they are many.

import Foundation
import Testing

extension SystemTests {
    @Suite("Node verbs")
    struct NodeVerbTests {
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome.started()
            _ = try home.connect().request("PUT", "/v1/tenants/acme", #"{"reason":"a customer"}"#)
        }

        private func cordoned() throws -> Int {
            try home.connect().get("/v1/nodes?state=cordoned&limit=1000").json["nodes"].array.count
        }

        private var nodeCount: Int {
            get throws { try #require(home.connect().get("/v1/status").json["fleet"]["nodes"].int) }
        }

        /// What an answer says of leases.
        private func consequences(of answer: HTTPAnswer) -> [String] {
            answer.json["replaced"].array.map { "\($0["lease"].string ?? ""): \($0["to"].string ?? "")" }
                + answer.json["degraded"].array.compactMap(\.string)
        }

        @Test("a dry run says what would be done, and changes nothing; the answer counts nodes and GPUs")
        func dryRun() throws {
            let connection = try home.connect()
            let lease = try connection.post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"block"}],"duration":"1d","reason":"r"}"#)
            try #require(lease.status == 201, "\(lease.text)")
            let id = try #require(lease.json["id"].string)
            let node = try #require(
                connection.get("/v1/leases/\(id)/allocation").json["nodes"][0]["node"].string)
            let before = try connection.get("/v1/status").json["revision"].int
            let plan = try connection.post("/v1/nodes:fault?dryRun=plan", #"{"nodes":"\#(node)","reason":"fan"}"#)
            #expect(plan.status == 200 && plan.json["nodes"].int == 1 && plan.json["gpus"].int == 8, "\(plan.text)")
            #expect(try connection.get("/v1/status").json["revision"].int == before)
            #expect(try connection.get("/v1/nodes?state=faulty").json["nodes"].array.isEmpty)
            let refused = try connection.post("/v1/nodes:repair?dryRun=plan", #"{"nodes":"\#(node)","reason":"x"}"#)
            #expect(refused.status == 409, "\(refused.text)")
            let done = try connection.post("/v1/nodes:fault", #"{"nodes":"\#(node)","reason":"fan"}"#)
            let (planned, happened) = (consequences(of: plan), consequences(of: done))
            #expect(planned == happened && planned.count == 1, "\(done.text)")
        }

        @Test("the command asks before a verb on many nodes; without a terminal it wants --yes")
        func asks() throws {
            let count = try nodeCount
            try #require(count > 64)
            let all = try #require(home.connect().get("/v1/domains?level=site").json["domains"][0]["path"].string)
            let alone = try home.berth("nodes", "cordon", all, "--reason", "r")
            #expect(alone.wait() == .exited(64) && alone.error.contains("--yes"), "\(alone.error)")
            let plan = try home.berth("nodes", "cordon", all, "--reason", "r", "--dry-run")
            #expect(plan.wait() == .exited(0) && plan.output.contains("would be changed"), "\(plan.output)")
            #expect(try cordoned() == 0)
            for (answer, changes) in [("n", false), ("y", true)] {
                let terminal = try PseudoTerminal(
                    Program.berth, ["nodes", "cordon", all, "--reason", "r"], environment: ["BERTH_SOCKET": home.socket]
                )
                try #require(terminal.awaitOutput("[y/N]") != nil)
                terminal.type(answer + "\n")
                #expect(terminal.wait() == .exited(changes ? 0 : 1))
                #expect(try (cordoned() > 64) == changes)
            }
            let some = try home.berth("nodes", "uncordon", all, "--yes", "--reason", "r")
            #expect(some.wait() == .exited(0) && some.output.contains("uncordon: "), "\(some.error)")
            #expect(try cordoned() == 0)
        }

        @Test("If-Match is refused where it guards nothing")
        func ifMatch() throws {
            let answer = try home.connect().request(
                "POST", "/v1/nodes:cordon", #"{"nodes":"x","reason":"r"}"#, headers: ["If-Match": "\"3\""])
            #expect(answer.status == 400 && answer.text.contains("If-Match guards nothing here"), "\(answer.text)")
        }
    }
}
