// Letting a lease over the real socket: what its holder, the tenant of the sub-lease and a third one see and do.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Sub-leases", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct SubleaseTests {
        private static let (acme, rival, third, group) = (43_101, 43_102, 43_103, 43_110)
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
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"sub-leases"}"#)
            }
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        /// The answer to one request of another user.
        private func asUser(
            _ uid: Int, _ method: String, _ target: String, _ body: String? = nil
        ) throws -> HTTPAnswer {
            try home.asUser(uid, in: Self.group, method, target, body)
        }

        private func lease(contract: String? = nil) throws -> String {
            let under = contract.map { #","contract":"\#($0)""# } ?? ""
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","duration":"30d","label":"mine","reservations":[{"name":"racks","shape":"rack","count":3}]\#(under)}"#
            )
            return try #require(answer.json["id"].string, "\(answer.text)")
        }

        private func index(_ tenant: String, _ connection: HTTPConnection? = nil) throws -> Int {
            let answer = try (connection ?? self.connection).get("/v1/tenants/\(tenant)/allocation")
            return try #require(answer.json["index"].int)
        }

        @Test(
            "a share is let with the words of both, used across a restart, and given back; a third one sees nothing of it"
        )
        func letting() throws {
            let terms =
                #"{"price":{"perGpuHour":{"currency":"USD","micros":2990000}},"subleases":{"approval":false,"maxPercent":50},"reason":"signed"}"#
            #expect(try connection.request("PUT", "/v1/contracts/open", terms).status == 201)
            let clauses = try connection.get("/v1/contracts/open/explanation").json["clauses"].array
            #expect(clauses.contains { $0["text"].string?.contains("at most 50 % of the GPUs") == true })
            let id = try lease(contract: "open")
            let before = try ["acme", "rival", "third"].map { try index($0) }
            func offer(_ share: String) -> String {
                #"{"lease":"\#(id)","to":"rival"\#(share),"pricePerGpuHour":{"currency":"USD","micros":1500000},"reason":"idle"}"#
            }
            let share = #","lines":[{"name":"racks","count":1}]"#
            #expect(try asUser(Self.rival, "POST", "/v1/subleases", offer(share)).status == 404)
            let whole = try asUser(Self.acme, "POST", "/v1/subleases", offer(""))
            #expect(whole.status == 409 && whole.json["blockers"][0]["name"].string == "subleases", "\(whole.text)")
            #expect(try ["acme", "rival", "third"].map { try index($0) } == before)
            let offered = try asUser(Self.acme, "POST", "/v1/subleases", offer(share))
            let sublease = try #require(offered.json["id"].string, "\(offered.text)")
            #expect(offered.status == 201 && offered.json["promised"]["gpus"].int == 64)
            #expect(try ["acme", "rival", "third"].map { try index($0) } == [before[0] + 1, before[1] + 1, before[2]])
            // What each is told of the other.
            let path = "/v1/subleases/\(sublease)"
            let seen = try asUser(Self.rival, "GET", path).json
            #expect(seen["from"].string == "acme" && seen["lease"].string == nil && seen["state"].string == "offered")
            let notices = try asUser(Self.rival, "GET", "/v1/tenants/rival/allocation").json["notices"].array
            #expect(notices.map { $0["kind"].string } == ["sublease"] && notices[0]["id"].string == sublease)
            #expect(try asUser(Self.third, "GET", path).status == 404)
            #expect(try asUser(Self.third, "GET", "/v1/subleases").json["subleases"].array.isEmpty)
            #expect(try asUser(Self.third, "POST", path, #"{"accept":true,"reason":"x"}"#).status == 404)
            let agreed = try asUser(Self.rival, "POST", path, #"{"accept":true,"label":"ours","reason":"yes"}"#)
            #expect(agreed.status == 200 && agreed.json["state"].string == "active", "\(agreed.text)")
            #expect(try ["acme", "rival", "third"].map { try index($0) } == [before[0] + 2, before[1] + 2, before[2]])
            let held = try #require(try asUser(Self.acme, "GET", path).json["lease"].string)
            #expect(try asUser(Self.acme, "GET", path).json["label"].string == nil)
            #expect(try asUser(Self.rival, "GET", "/v1/leases/\(held)").status == 404)
            try home.stop()
            try home.start()
            let again = try home.connect()
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
            #expect(try ["acme", "rival"].map { try index($0, again) } == [before[0] + 2, before[1] + 2])
            let used = try asUser(Self.rival, "GET", "/v1/tenants/rival/allocation").json["subleases"][0]
            #expect(
                used["id"].string == sublease && used["used"]["delivered"]["gpus"].int == 64
                    && used["label"].string == "ours")
            let hosts = try asUser(Self.rival, "GET", "\(path)/allocation?format=hostlist")
            #expect(hosts.status == 200)
            #expect(try asUser(Self.acme, "GET", "/v1/leases/\(held)/allocation?format=hostlist").text == hosts.text)
            #expect(try asUser(Self.third, "GET", "\(path)/allocation").status == 404)
            let released = try asUser(Self.acme, "DELETE", "/v1/leases/\(held)?reason=mine")
            #expect(
                released.status == 409 && released.json["detail"].string?.contains(sublease) == true, "\(released.text)"
            )
            #expect(try asUser(Self.acme, "DELETE", "\(path)?reason=mine").status == 409)
            // A node of it fails and is replaced: its tenant sees that, and reports one itself.
            let node = try asUser(Self.rival, "GET", "\(path)/allocation").json["nodes"][0]["node"].string
            let failed = try again.post("/v1/nodes:fault", #"{"nodes":"\#(node ?? "")","reason":"fan"}"#)
            #expect(failed.status == 200, "\(failed.text)")
            #expect(try index("rival", again) == before[1] + 3)
            let other = try asUser(Self.rival, "GET", "\(path)/allocation").json["nodes"][1]["node"].string ?? ""
            let report = try asUser(
                Self.rival, "POST", "/v1/tenants/rival/faults",
                #"{"nodes":[{"node":"\#(other)"}],"xid":79,"reason":"gone"}"#)
            #expect(report.status == 201 && !report.text.contains(held), "\(report.text)")
            // Each side's statement has the same amount, and neither of them is due to the provider.
            var owed = try asUser(Self.rival, "GET", "/v1/tenants/rival/ledger").json
            // Of less than a second nothing is owed yet.
            while owed["owed"].array.isEmpty {
                owed = try asUser(Self.rival, "GET", "/v1/tenants/rival/ledger").json
            }
            let owing = try asUser(Self.acme, "GET", "/v1/tenants/acme/ledger").json
            #expect(owed["due"]["micros"].int == 0 && owed["leases"].array.isEmpty)
            #expect(owed["owed"][0]["from"].string == "acme" && owing["receivable"][0]["to"].string == "rival")
            let done = try asUser(Self.rival, "DELETE", "\(path)?reason=done")
            #expect(done.status == 200 && done.json["ending"].string == "handed-back", "\(done.text)")
            let (last, same) = (
                try asUser(Self.rival, "GET", "/v1/tenants/rival/ledger").json["owed"][0]["amount"]["micros"].int,
                try asUser(Self.acme, "GET", "/v1/tenants/acme/ledger").json["receivable"][0]["amount"]["micros"].int
            )
            #expect(last == same && last != nil)
            #expect(try asUser(Self.rival, "GET", "/v1/tenants/rival/allocation").json["subleases"].array.isEmpty)
            #expect(try asUser(Self.acme, "GET", "/v1/leases/\(held)").json["state"].string == "active")
            for (uid, words) in [(Self.acme, "is let to rival"), (Self.rival, "use a lease of acme")] {
                #expect(try asUser(uid, "GET", "/v1/audit?limit=1000").text.contains(words))
            }
            #expect(!(try asUser(Self.third, "GET", "/v1/audit?limit=1000").text.contains("acme")))
            let verified = try home.berth("verify")
            #expect(verified.wait() == .exited(0), "\(verified.output)")
            try home.stop()
        }

        @Test("what is let is offered, listed, approved and ended on the command line")
        func commands() throws {
            let id = try lease()
            let offered = try home.berth(
                "sublease", "offer", id, "--to", "rival", "--price", "1.50", "--notice", "0s", "--until", "+2d",
                "--reason", "idle")
            #expect(offered.wait() == .exited(0), "\(offered.error)")
            #expect(
                offered.output.contains("from acme to rival waits for acme, rival")
                    && !offered.output.contains("the provider") && offered.output.contains("cap  "), "\(offered.output)"
            )
            let sublease = try #require(try connection.get("/v1/subleases").json["subleases"][0]["id"].string)
            let list = try home.berth("sublease")
            #expect(list.wait() == .exited(0) && list.output.contains("SUB-LEASE"), "\(list.output)")
            let approved = try home.berth("sublease", "accept", sublease, "--reason", "fine")
            #expect(approved.wait() == .exited(4) && approved.error.contains("you have agreed already"))
            for arguments in [["offer", id, "--to", "rival"], ["accept", sublease], ["decline", sublease]] {
                let silent = try ChildProcess(
                    Program.berth, ["sublease"] + arguments + ["--reason", ""],
                    environment: ["BERTH_SOCKET": home.socket])
                #expect(silent.wait() != .exited(0) && silent.error.contains("reason"), "\(silent.error)")
            }
            #expect(try home.berth("sublease", "allocation", sublease).wait() == .exited(4))
            for uid in [Self.acme, Self.rival] {
                let answer = try asUser(uid, "POST", "/v1/subleases/\(sublease)", #"{"accept":true,"reason":"yes"}"#)
                #expect(answer.status == 200, "\(answer.text)")
            }
            let shown = try home.berth("sublease", "show", sublease)
            #expect(shown.wait() == .exited(0) && shown.output.contains("$1.50 for each GPU-hour"), "\(shown.output)")
            let held = try home.berth("lease", "show", id)
            #expect(held.wait() == .exited(0) && held.output.contains("by sub-lease \(sublease)"), "\(held.output)")
            let hosts = try home.berth("sublease", "allocation", sublease, "--format", "hostlist")
            #expect(hosts.wait() == .exited(0) && !hosts.output.isEmpty)
            #expect(try home.berth("sublease", "end", sublease, "--reason", "x").wait() == .exited(4))
            #expect(
                try asUser(Self.acme, "DELETE", "/v1/subleases/\(sublease)?reason=over").json["ending"].string
                    == "ended")
            let over = try home.berth("sublease", "list", "--state", "over")
            #expect(over.wait() == .exited(0) && over.output.contains("ended by acme"), "\(over.output)")
            #expect(
                try home.berth("sublease", "offer", id, "--to", "rival", "--price", "x", "--reason", "y").wait()
                    == .exited(64))
            #expect(try home.berth("verify").wait() == .exited(0))
            try home.stop()
        }

        @Test("a repeated key is answered for the offer that it made, as it is now, and an offer says what is to come")
        func repeated() throws {
            let time = Date(timeIntervalSinceNow: 864_000).ISO8601Format()
            let lease = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","duration":"30d","reservations":[{"name":"racks","shape":"rack","count":2,"ramp":[{"at":"\#(time)","count":3}]}]}"#
            )
            let id = try #require(lease.json["id"].string, "\(lease.text)")
            let body = #"{"lease":"\#(id)","to":"rival","reason":"idle"}"#
            func offer(_ key: String?) throws -> HTTPAnswer {
                try connection.request(
                    "POST", "/v1/subleases", body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
            }
            let first = try offer("one")
            let path = "/v1/subleases/\(try #require(first.json["id"].string, "\(first.text)"))"
            #expect(first.json["schedule"][0]["promised"]["gpus"].int == 192 && first.json["capPercent"].int != nil)
            #expect(first.json["reservations"][0]["ramp"][0]["count"].int == 3, "\(first.text)")
            let key = ["Idempotency-Key": "end"]
            let ended = try connection.request("DELETE", "\(path)?reason=kept", headers: key)
            #expect(ended.status == 200 && ended.json["state"].string == "withdrawn", "\(ended.text)")
            let second = try offer(nil)
            #expect(second.status == 201 && second.json["id"].string != first.json["id"].string)
            #expect(try offer("one").status == 404)
            let again = try connection.request("DELETE", "\(path)?reason=kept", headers: key)
            #expect(again.status == 200 && again.json["state"].string == "withdrawn", "\(again.text)")
            // Offered under a key, agreed, and asked for again.
            let other = "/v1/subleases/\(second.json["id"].string ?? "")"
            #expect(try connection.request("DELETE", "\(other)?reason=kept").status == 200)
            let third = try offer("two")
            for uid in [Self.acme, Self.rival] {
                let answer = try asUser(
                    uid, "POST", "/v1/subleases/\(third.json["id"].string ?? "")", #"{"accept":true,"reason":"yes"}"#)
                #expect(answer.status == 200, "\(answer.text)")
            }
            let active = try offer("two")
            #expect(active.json["id"].string == third.json["id"].string && active.json["state"].string == "active")
            try home.stop()
        }
    }
}
