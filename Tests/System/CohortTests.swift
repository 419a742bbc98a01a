// Cohorts and opportunistic leases over the real socket: what is lent, and who gives way.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Cohorts", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct CohortTests {
        private static let (acme, rival, third, group) = (43_001, 43_002, 43_003, 43_100)
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                roles:
                  operators: ["user:root"]
                  tenants: ["user:\(Self.acme)=acme", "user:\(Self.rival)=rival", "user:\(Self.third)=third"]

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        private func restart() throws {
            try home.stop()
            try home.start()
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        private func asUser(
            _ uid: Int, _ method: String, _ target: String, _ body: String? = nil
        ) throws -> HTTPAnswer {
            try home.asUser(uid, in: Self.group, method, target, body)
        }

        private func berth(_ arguments: String...) throws -> String {
            let run = try ChildProcess(Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket])
            let status = run.wait()
            #expect(status == .exited(0), "\(arguments): \(run.output) \(run.error)")
            return run.output
        }

        /// A cohort of acme and rival with 64 GPUs each, and a contract whose leases give way after ten minutes.
        private func setUp() throws {
            _ = try berth("cohort", "set", "labs", "--description", "both labs", "--reason", "shared budget")
            for tenant in ["acme", "rival"] {
                _ = try berth("tenant", "set", tenant, "--gpus", "64", "--cohort", "labs", "--reason", "joins")
            }
            _ = try berth("tenant", "set", "third", "--reason", "new")
            let contract = try home.folder.write(
                "preemption: {noticePeriod: 10m}\nreason: spot market\n", to: "spot.yaml")
            _ = try berth("contract", "set", "spot", "-f", contract)
        }

        private func request(
            _ tenant: String, nodes: Int, _ leaseClass: String, contract: String? = nil, start: String? = nil,
            more: String = ""
        ) -> String {
            let fields = [
                #""tenant":"\#(tenant)","duration":"30d","class":"\#(leaseClass)""#,
                contract.map { #""contract":"\#($0)""# }, start.map { #""start":"\#($0)""# },
                #""reservations":[{"shape":"node","count":\#(nodes)}]"#, more.isEmpty ? nil : more,
            ]
            return "{" + fields.compactMap(\.self).joined(separator: ",") + "}"
        }

        @Test("what one tenant leaves idle another holds, as the cohort says, before and after a restart")
        func lending() throws {
            try setUp()
            let path = "/v1/leases"
            let firm = try asUser(Self.acme, "POST", path, request("acme", nodes: 9, "standard"))
            #expect(firm.status == 409 && firm.json["type"].string == "errors#quota-exceeded", "\(firm.text)")
            #expect(firm.json["blockers"].array.map { $0["name"].string } == ["acme", "labs"])
            let spot = try asUser(
                Self.acme, "POST", path, request("acme", nodes: 12, "opportunistic", contract: "spot"))
            #expect(spot.status == 201, "\(spot.text)")
            try restart()
            let table = try berth("cohort", "list")
            #expect(table.contains("labs") && table.contains("96") && table.contains("128"), "\(table)")
            #expect(try berth("tenant", "list").contains("labs"))
            // Of whoever uses it the other one learns nothing.
            let rival = try asUser(Self.rival, "POST", path, request("rival", nodes: 5, "opportunistic"))
            #expect(rival.status == 409 && !rival.text.contains("acme"), "\(rival.text)")
            let told =
                [rival.json["detail"].string ?? ""] + rival.json["blockers"].array.map { $0["message"].string ?? "" }
            #expect(told.count > 1 && !told.contains { $0.contains("96") || $0.contains("128") }, "\(told)")
            for target in ["/v1/cohorts", "/v1/cohorts/labs", "/v1/tenants/acme"] {
                #expect([403, 404].contains(try asUser(Self.rival, "GET", target).status), "\(target)")
            }
            let own = try asUser(Self.rival, "GET", "/v1/tenants/rival").json
            #expect(own["cohort"].string == "labs" && own["quota"]["gpus"].int == 64)
            let remove = try home.berth("cohort", "remove", "labs")
            #expect(remove.wait() != .exited(0) && remove.error.contains("acme"), "\(remove.error)")
        }

        @Test(
            "who has lent gets it back: the opportunistic lease is given notice and ends preempted, nobody else hears of it"
        )
        func givingWay() throws {
            try setUp()
            let connection = try home.connect()
            let spot = try connection.post("/v1/leases", request("acme", nodes: 16, "opportunistic", contract: "spot"))
            let held = try #require(spot.json["id"].string, "\(spot.text)")
            let guards = try berth("lease", "guards", held)
            #expect(guards.contains("preempt"), "\(guards)")
            func index(_ tenant: String) throws -> Int? {
                try connection.get("/v1/tenants/\(tenant)/allocation").json["index"].int
            }
            // At once nothing gives way, and the answer says from when on it does.
            let refused = try connection.post("/v1/leases", request("rival", nodes: 4, "guaranteed"))
            #expect(refused.status == 409, "\(refused.text)")
            let offer = try #require(refused.json["counterOffers"].array.first { $0["kind"].string == "preempting" })
            let start = try #require(offer["request"]["start"].string)
            let stays = try connection.post(
                "/v1/leases", request("rival", nodes: 4, "guaranteed", start: start, more: #""preempt":false"#))
            #expect(stays.status == 409 && !stays.text.contains("preempting"), "\(stays.text)")
            let before = try (index("acme"), index("rival"), index("third"))
            let planned = try connection.post(
                "/v1/leases?dryRun=plan", request("rival", nodes: 4, "guaranteed", start: start))
            #expect(planned.json["decision"]["preempts"].array.map { $0.string } == [held], "\(planned.text)")
            let granted = try asUser(
                Self.rival, "POST", "/v1/leases", request("rival", nodes: 4, "guaranteed", start: start))
            #expect(
                granted.status == 201 && !granted.text.contains(held) && !granted.text.contains("acme"),
                "\(granted.text)")
            let after = try (index("acme"), index("rival"), index("third"))
            #expect(after.0 == before.0! + 1 && after.1 == before.1! + 1 && after.2 == before.2)
            try restart()
            let poll = try asUser(Self.acme, "GET", "/v1/tenants/acme/allocation")
            #expect(poll.json["notices"][0]["kind"].string == "preemption", "\(poll.text)")
            let notices = try asUser(Self.acme, "GET", "/v1/leases/\(held)/reclaim")
            #expect(notices.json["reclaims"][0]["clause"].string == "preemption" && !notices.text.contains("rival"))
            #expect(notices.json["reclaims"][0]["steps"][0]["gpus"].int == 96)
            let shown = try berth("lease", "notices", held)
            #expect(shown.contains("gives way"), "\(shown)")
            let verify = try berth("verify")
            #expect(!verify.contains("FAIL"), "\(verify)")
            // Nobody serves such a notice by hand.
            let served = try home.connect().post(
                "/v1/leases/\(held)/reclaim", #"{"clause":"preemption","reason":"mine"}"#)
            #expect(served.status == 400, "\(served.text)")
        }
    }
}
