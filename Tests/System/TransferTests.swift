// Splitting and handing over over the real socket: what each of two tenants sees and does, and what a third one does not.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Transfers", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct TransferTests {
        private static let (acme, rival, third, group) = (43_001, 43_002, 43_003, 43_100)
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                roles:
                  operators: ["user:root"]
                  tenants: ["user:\(Self.acme)=acme", "user:\(Self.rival)=rival", "user:\(Self.third)=third"]

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            connection = try home.connect()
            for tenant in ["acme", "rival", "third"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"transfers"}"#)
            }
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        /// The answer to one request of another user.
        private func asUser(
            _ uid: Int, _ method: String, _ target: String, _ body: String? = nil
        ) throws -> HTTPAnswer {
            try home.asUser(uid, in: Self.group, method, target, body)
        }

        private func lease(_ count: Int = 3, contract: String? = nil) throws -> String {
            let under = contract.map { #","contract":"\#($0)""# } ?? ""
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","duration":"30d","label":"mine","reservations":[{"name":"racks","shape":"rack","count":\#(count)}]\#(under)}"#
            )
            return try #require(answer.json["id"].string, "\(answer.text)")
        }

        private func index(_ tenant: String) throws -> Int {
            try #require(try connection.get("/v1/tenants/\(tenant)/allocation").json["index"].int)
        }

        @Test("a split is planned, done, and survives a restart; the tenant's poll moves once and nobody else's")
        func split() throws {
            let id = try lease()
            let before = try ["acme", "rival"].map(index)
            let body = #"{"lines":[{"name":"racks","count":1}],"reason":"half"}"#
            let planned = try asUser(Self.acme, "POST", "/v1/leases/\(id)/split?dryRun=plan", body)
            #expect(planned.status == 200 && planned.json["split"]["promised"]["gpus"].int == 64, "\(planned.text)")
            #expect(try ["acme", "rival"].map(index) == before)
            #expect(try asUser(Self.rival, "POST", "/v1/leases/\(id)/split", body).status == 404)
            let done = try asUser(Self.acme, "POST", "/v1/leases/\(id)/split", body)
            #expect(done.status == 201 && done.json["lease"]["id"].string == id, "\(done.text)")
            let split = try #require(done.json["split"]["id"].string)
            #expect(try index("acme") == before[0] + 1)
            #expect(try index("rival") == before[1])
            #expect(done.json["lease"]["promised"]["gpus"].int == 128 && done.json["split"]["label"].string == "mine")
            let path = try #require(done.json["split"]["reservations"][0]["allocation"][0].string)
            let all = try asUser(Self.acme, "POST", "/v1/leases/\(split)/split", #"{"nodes":["\#(path)"]}"#)
            #expect(all.status == 400, "\(all.text)")
            #expect(try asUser(Self.acme, "POST", "/v1/leases/\(id)/split", #"{"reason":"x"}"#).status == 400)
            try home.stop()
            try home.start()
            let again = try home.connect()
            let shown = try again.get("/v1/leases/\(split)").json
            #expect(shown["state"].string == "active" && shown["promised"]["gpus"].int == 64)
            #expect(try home.berth("verify").wait() == .exited(0))
            try home.stop()
        }

        @Test("a lease goes from one tenant to the other with the words of both, and a third one sees nothing of it")
        func handOver() throws {
            let terms =
                #"{"price":{"perGpuHour":{"currency":"USD","micros":2990000}},"transfers":{"approval":false},"reason":"signed"}"#
            #expect(try connection.request("PUT", "/v1/contracts/open", terms).status == 201)
            let clauses = try connection.get("/v1/contracts/open/explanation").json["clauses"].array
            #expect(clauses.contains { $0["text"].string?.hasPrefix("The tenant may hand a lease") == true })
            let id = try lease(contract: "open")
            // The lease has to be a second old before it changes hands.
            let start = try #require(try connection.get("/v1/leases/\(id)").json["start"].string)
            let before = try ["acme", "rival", "third"].map(index)
            let body = #"{"lease":"\#(id)","to":"rival","lines":[{"name":"racks","count":1}],"reason":"too many"}"#
            #expect(try asUser(Self.rival, "POST", "/v1/transfers", body).status == 404)
            let offered = try asUser(Self.acme, "POST", "/v1/transfers", body)
            let transfer = try #require(offered.json["id"].string, "\(offered.text)")
            #expect(offered.status == 201 && offered.json["promised"]["gpus"].int == 64)
            #expect(try ["acme", "rival", "third"].map(index) == [before[0] + 1, before[1] + 1, before[2]])
            // What each is told of the other.
            let seen = try asUser(Self.rival, "GET", "/v1/transfers/\(transfer)").json
            #expect(seen["from"].string == "acme" && seen["lease"].string == nil && seen["reason"].string == "too many")
            #expect(seen["reservations"][0]["allocation"].array.count == 1)
            #expect(try asUser(Self.third, "GET", "/v1/transfers/\(transfer)").status == 404)
            #expect(try asUser(Self.third, "GET", "/v1/transfers").json["transfers"].array.isEmpty)
            let notices = try asUser(Self.rival, "GET", "/v1/tenants/rival/allocation").json["notices"].array
            #expect(notices.map { $0["kind"].string } == ["transfer"] && notices[0]["id"].string == transfer)
            let stranger = try asUser(Self.third, "POST", "/v1/transfers/\(transfer)", #"{"accept":true,"reason":"x"}"#)
            #expect(stranger.status == 404)
            // Both agree.
            var done = try asUser(
                Self.rival, "POST", "/v1/transfers/\(transfer)", #"{"accept":true,"label":"ours","reason":"yes"}"#)
            while done.json["detail"].string == "the lease changes at this very moment; try again" {
                done = try asUser(
                    Self.rival, "POST", "/v1/transfers/\(transfer)",
                    #"{"accept":true,"label":"ours","reason":"yes"}"#)
            }
            #expect(done.status == 200 && done.json["state"].string == "done", "\(done.text)")
            let granted = try #require(done.json["granted"].string)
            #expect(try ["acme", "rival", "third"].map(index) == [before[0] + 2, before[1] + 2, before[2]])
            let held = try asUser(Self.rival, "GET", "/v1/leases/\(granted)").json
            #expect(held["state"].string == "active" && held["label"].string == "ours" && held["start"].string != start)
            #expect(held["reservations"][0]["allocation"].array.count == 1)
            #expect(try asUser(Self.acme, "GET", "/v1/leases/\(granted)").status == 404)
            let left = try asUser(Self.acme, "GET", "/v1/leases?state=transferred").json["leases"].array
            #expect(left.count == 1 && left[0]["promised"]["gpus"].int == 64)
            // Each has its own part in its own log, and the third nothing.
            for (uid, tenant, words) in [
                (Self.acme, "acme", ["offer lease", "hand over lease"]),
                (Self.rival, "rival", ["be offered a lease of acme", "take over lease"]),
            ] {
                let log = try asUser(uid, "GET", "/v1/audit?limit=1000").text
                for word in words { #expect(log.contains(word), "\(tenant): \(word) in \(log)") }
            }
            #expect(!(try asUser(Self.third, "GET", "/v1/audit?limit=1000").text.contains("acme")))
            try home.stop()
            try home.start()
            #expect(try home.berth("verify").wait() == .exited(0))
            try home.stop()
        }

        @Test("what is offered is declined, withdrawn or approved on the command line")
        func commands() throws {
            let id = try lease()
            let table = try home.berth("lease", "transfer", id, "--to", "rival", "--reason", "moves")
            #expect(table.wait() == .exited(0), "\(table.error)")
            #expect(table.output.contains("from acme to rival waits for acme, rival\n"), "\(table.output)")
            let list = try connection.get("/v1/transfers").json["transfers"].array
            let transfer = try #require(list.first?["id"].string)
            let shown = try home.berth("transfers")
            #expect(shown.wait() == .exited(0) && shown.output.contains("WAITS FOR"), "\(shown.output)")
            let early = try home.berth("transfers", "accept", transfer, "--reason", "fine")
            #expect(early.wait() == .exited(4), "\(early.output)")
            let silent = try home.berth("lease", "transfer", id, "--to", "rival", "--reason", "")
            #expect(silent.wait() != .exited(0) && silent.error.contains("reason"), "\(silent.error)")
            let both = try home.berth("sublease", "offer", id, "--to", "rival", "--reason", "idle")
            #expect(both.wait() == .exited(4) && both.error.contains("withdraw that first"), "\(both.error)")
            let withdrawn = try home.berth("transfers", "withdraw", transfer, "--reason", "kept")
            #expect(withdrawn.wait() == .exited(0) && withdrawn.output.contains("is withdrawn"), "\(withdrawn.error)")
            #expect(try home.berth("transfers", "show", transfer).wait() == .exited(5))
            let split = try home.berth("lease", "split", id, "--count", "racks=1", "--dry-run")
            #expect(split.wait() == .exited(0) && split.output.contains("Nothing was changed."), "\(split.error)")
            #expect(try home.berth("lease", "split", id).wait() == .exited(64))
            try home.stop()
        }
    }
}
