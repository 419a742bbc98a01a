// Contracts over the real socket: what the landlord may, notices, and what a tenant sees and does about them.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Contracts", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct ContractTests {
        private static let (acme, rival, second, group) = (43_001, 43_002, 43_003, 43_100)
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                roles:
                  operators: ["user:root", "user:\(Self.second)"]
                  tenants: ["user:\(Self.acme)=acme", "user:\(Self.rival)=rival"]

                approvals:
                  loadTargetSeconds: 3600

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"contracts"}"#)
            }
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        private func put(_ terms: String) throws -> HTTPAnswer {
            try connection.request("PUT", "/v1/contracts/deal", terms)
        }

        private func lease(_ line: String) throws -> String {
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","contract":"deal","duration":"365d","reservations":[\#(line)],"label":"deal"}"#)
            return try #require(answer.json["id"].string, "\(answer.text)")
        }

        /// The answer to one request of another user.
        private func asUser(
            _ uid: Int, _ method: String, _ target: String, _ body: String? = nil
        ) throws -> HTTPAnswer {
            try home.asUser(uid, in: Self.group, method, target, body)
        }

        private static let terms = #"""
            {"tenant":"acme","price":{"perMonth":{"currency":"USD","micros":920000000000000},
              "rampDiscounts":[{"months":2,"percent":40}]},"minimumTerm":"180d","commitment":"180d","noticePeriod":"90d",
             "reclaimCauses":["harmful-use"],"reclaimForCause":{"noticePeriod":"7d"},
             "reclaimForConvenience":{"maxPercent":50,"per":"365d","noticePeriod":"30d"},
             "offRamp":{"steps":2,"every":"14d"},"movable":{"noticePeriod":"7d","days":["sat","sun"]},"reason":"signed"}
            """#

        @Test(
            "a contract is read back as it was stated, by version and in plain words, and one that contradicts itself is not taken"
        )
        func statement() throws {
            let refused = try put(
                #"{"commitment":"90d","minimumTerm":"180d","price":{"perMonth":{"currency":"USD","micros":1}}}"#)
            #expect(
                refused.status == 400 && refused.json["detail"].string?.contains("commitment and minimumTerm") == true)
            #expect(refused.json["pointer"].string == "/commitment", "\(refused.text)")
            #expect(try connection.get("/v1/contracts/deal").status == 404)
            #expect(try put(Self.terms).status == 201)
            #expect(try put(Self.terms.replacing("\"90d\"", with: "\"60d\"")).json["version"].int == 2)
            let first = try connection.get("/v1/contracts/deal?version=1").json
            #expect(first["version"].int == 1 && first["versions"].int == 2 && first["since"].string != nil)
            #expect(first["terms"]["noticePeriod"].string == "90d")
            #expect(first["terms"]["price"]["rampDiscounts"][0]["percent"].int == 40)
            #expect(first["terms"]["movable"]["days"].array.map { $0.string } == ["sat", "sun"])
            #expect(try connection.get("/v1/contracts/deal").json["terms"]["noticePeriod"].string == "60d")
            #expect(try connection.get("/v1/contracts/deal?version=3").status == 400)
            let clauses = try connection.get("/v1/contracts/deal/explanation?version=1").json["clauses"].array
            #expect(clauses.contains { $0["text"].string == "Either side ends a lease with 90 days of notice." })
            // Its tenant reads it, others do not see that it is there.
            #expect(try asUser(Self.acme, "GET", "/v1/contracts/deal/explanation").status == 200)
            #expect(try asUser(Self.rival, "GET", "/v1/contracts/deal/explanation").status == 404)
            let shown = try home.berth("contract", "explain", "deal", "--version", "1")
            #expect(
                shown.wait() == .exited(0) && shown.output.contains("40 % less in the first 2 calendar months"),
                "\(shown.output)")
            let table = try home.berth("contract", "show", "deal").output
            #expect(table.contains("2 of 2") && table.contains("50 % of the GPUs, 1 in 365d, 30d notice"), "\(table)")
        }

        @Test("the landlord's verbs are refused with the clause and the first date, and the tenant reads the same")
        func guards() throws {
            _ = try put(Self.terms)
            let id = try lease(#"{"shape":"rack","count":2}"#)
            let start = try #require(try connection.get("/v1/leases/\(id)").json["start"].string)
            for (method, target, body) in [
                ("DELETE", "/v1/leases/\(id)?reason=want-it", nil),
                (
                    "POST", "/v1/leases/\(id)/amendments",
                    #"{"reservations":[{"name":"line-1","count":1}],"reason":"x"}"#
                ),
                ("POST", "/v1/leases/\(id)/reclaim", #"{"clause":"convenience","reason":"own use"}"#),
            ] {
                let refused = try connection.request(method, target, body)
                #expect(refused.status == 409, "\(refused.text)")
                #expect(refused.json["type"].string?.hasSuffix("clause-forbids") == true)
                let blocker = refused.json["blockers"][0]
                #expect(
                    blocker["kind"].string == "clause" && blocker["name"].string == "minimumTerm", "\(refused.text)")
                #expect(try #require(blocker["until"].string) > start, "the first date is named")
            }
            let cause = try connection.post(
                "/v1/leases/\(id)/reclaim", #"{"clause":"cause","cause":"late","reason":"x"}"#)
            #expect(cause.status == 409 && cause.json["blockers"][0]["name"].string == "reclaimCauses")
            let own = try asUser(Self.acme, "GET", "/v1/leases/\(id)/guards").json
            #expect(own["contract"].string == "deal" && own["contractVersion"].int == 1)
            let shorten = try #require(own["guards"].array.first { $0["verb"].string == "shorten" })
            #expect(shorten["allowed"].bool == false && shorten["clause"].string == "minimumTerm")
            #expect(try asUser(Self.rival, "GET", "/v1/leases/\(id)/guards").status == 404)
            let listed = try home.berth("lease", "guards", "deal")
            #expect(listed.wait() == .exited(0) && listed.output.contains("reclaim-for-cause"), "\(listed.output)")
            let exit = try home.berth("lease", "reclaim", "deal", "--convenience", "--reason", "own use")
            #expect(exit.wait() == .exited(4) && exit.error.contains("minimumTerm"), "\(exit.error)")
        }

        @Test("a notice is planned, served, polled, nominated, read and withdrawn, and outlives a kill")
        func notice() throws {
            _ = try put(Self.terms.replacing(#""minimumTerm":"180d","#, with: ""))
            let id = try lease(#"{"shape":"node","count":8}"#)
            let reclaim = "/v1/leases/\(id)/reclaim"
            let body = #"{"clause":"convenience","reason":"own use"}"#
            let index = try #require(try asUser(Self.acme, "GET", "/v1/tenants/acme/allocation").json["index"].int)
            let planned = try connection.post(reclaim + "?dryRun=plan", body)
            #expect(
                planned.status == 200 && planned.json["steps"].array.map { $0["gpus"].int } == [48, 32],
                "\(planned.text)")
            // A price for months is not lowered by what goes.
            #expect(planned.json["quote"]["charge"]["micros"].int ?? 0 > 0)
            #expect(
                planned.json["quote"]["charge"]["micros"].int == planned.json["quote"]["chargeOtherwise"]["micros"].int,
                "\(planned.text)")
            #expect(try connection.get(reclaim).json["reclaims"].array.isEmpty)
            let served = try connection.post(reclaim, body)
            #expect(served.status == 201, "\(served.text)")
            #expect(try connection.post(reclaim, body).status == 409)
            home.kill()
            try home.start()
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
            let poll = try asUser(Self.acme, "GET", "/v1/tenants/acme/allocation?index=\(index)").json
            #expect(poll["notices"][0]["kind"].string == "reclaim" && poll["notices"][0]["acknowledged"].bool == false)
            #expect(poll["leases"][0]["conditions"][0]["type"].string == "NoticeServed")
            let notice = try #require(poll["notices"][0]["id"].string)
            #expect(notice == served.json["id"].string)
            // Its tenant sees why and not by whom; others see nothing of it.
            let seen = try asUser(Self.acme, "GET", reclaim).json["reclaims"][0]
            #expect(seen["reason"].string == "own use" && seen["actor"].isAbsent)
            // The head that its tenant's log is signed with goes with it, and is one of the log itself.
            let head = try asUser(Self.acme, "GET", reclaim).json["auditHead"]
            let size = try #require(head["size"].int)
            let log = try asUser(Self.acme, "GET", "/v1/audit/head?size=\(size)").json["head"]
            #expect(head["log"].string == "tenant:acme" && head["root"].string == log["root"].string && size > 2)
            #expect(try asUser(Self.acme, "GET", "/v1/notices").json["auditHead"]["root"].string == log["root"].string)
            #expect(try home.connect().get("/v1/notices").json["auditHead"]["log"].string == "book")
            #expect(try asUser(Self.rival, "GET", reclaim).status == 404)
            #expect(try asUser(Self.rival, "POST", "/v1/notices/\(notice)/ack").status == 404)
            #expect(try asUser(Self.acme, "POST", "/v1/notices/\(notice)/ack").json["acknowledged"].bool == true)
            // It is the tenant that says what goes first, and only the provider that takes capacity back.
            let held = try asUser(Self.acme, "GET", "/v1/leases/\(id)/allocation").json["nodes"].array.compactMap {
                $0["node"].string
            }
            let nomination = #"{"nodes":["\#(held[3])","\#(held[5])"]}"#
            #expect(try home.connect().post(reclaim + "/nomination", nomination).status == 403)
            let nominated = try asUser(Self.acme, "POST", reclaim + "/nomination", nomination)
            #expect(nominated.status == 200 && !nominated.json["nominated"].isAbsent, "\(nominated.text)")
            #expect(try asUser(Self.acme, "POST", reclaim, body).status == 403)
            #expect(try asUser(Self.acme, "DELETE", reclaim + "?reason=no").status == 409)
            let withdrawn = try home.berth("lease", "withdraw", "deal", "--reason", "supply has come")
            #expect(withdrawn.wait() == .exited(0) && withdrawn.output.contains("withdrawn"), "\(withdrawn.output)")
            let after = try asUser(Self.acme, "GET", "/v1/tenants/acme/allocation").json
            #expect(after["notices"].array.isEmpty && after["leases"][0]["conditions"].array.isEmpty)
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("a tenant that may not leave at once gives notice, and takes newer terms by amending")
        func tenant() throws {
            let terms = Self.terms.replacing(
                #""minimumTerm":"180d","#, with: #""cancellationAfter":"2026-01-01T00:00:00Z","#)
            _ = try put(terms)
            let id = try lease(#"{"shape":"node"}"#)
            let release = try asUser(Self.acme, "DELETE", "/v1/leases/\(id)")
            #expect(
                release.status == 409 && release.json["blockers"][0]["name"].string == "noticePeriod", "\(release.text)"
            )
            let cancelled = try asUser(
                Self.acme, "POST", "/v1/leases/\(id)/reclaim", #"{"clause":"cancellation","reason":"moving"}"#)
            #expect(cancelled.status == 201 && cancelled.json["byTenant"].bool == true, "\(cancelled.text)")
            let end = try connection.get("/v1/leases/\(id)").json["end"].string
            #expect(end == cancelled.json["deadline"].string)
            #expect(try connection.get("/v1/notices").json["notices"][0]["kind"].string == "termination")
            #expect(try asUser(Self.acme, "DELETE", "/v1/leases/\(id)/reclaim?reason=stay").status == 200)
            _ = try put(terms.replacing(#""90d""#, with: #""60d""#))
            #expect(try connection.get("/v1/leases/\(id)").json["contractVersion"].int == 1)
            let adopt = #"{"adoptTerms":true,"reason":"agreed"}"#
            let refused = try connection.post("/v1/leases/\(id)/amendments", adopt)
            #expect(refused.status == 409 && refused.json["blockers"][0]["name"].string == "price", "\(refused.text)")
            let adopted = try asUser(Self.acme, "POST", "/v1/leases/\(id)/amendments", adopt)
            #expect(adopted.status == 200 && adopted.json["contractVersion"].int == 2, "\(adopted.text)")
        }

        @Test("a notice and a load target wait for a second operator, who is not the first")
        func approvals() throws {
            let clause = #""approvals":{"of":["cause"],"expiresAfter":"1h"},"reason":"signed"}"#
            #expect(try put(Self.terms.replacing(#""reason":"signed"}"#, with: clause)).status == 201)
            let id = try lease(#"{"shape":"node","count":4}"#)
            let body = #"{"clause":"cause","cause":"harmful-use","reason":"case 17"}"#
            let planned = try connection.post("/v1/leases/\(id)/reclaim?dryRun=plan", body)
            #expect(planned.status == 200 && planned.json["approval"].isAbsent, "\(planned.text)")
            let asked = try connection.post("/v1/leases/\(id)/reclaim", body)
            #expect(asked.status == 202, "\(asked.text)")
            let approval = try #require(asked.json["approval"].string)
            #expect(try asUser(Self.acme, "GET", "/v1/notices").json["notices"].array.isEmpty)
            #expect(try asUser(Self.acme, "GET", "/v1/approvals").status == 403)
            let yes = #"{"approve":true,"reason":"checked"}"#
            let own = try connection.post("/v1/approvals/\(approval)", yes)
            #expect(own.status == 409 && own.json["blockers"][0]["name"].string == "approvals", "\(own.text)")
            #expect(try home.berth("approvals").output.contains("reclaimed for cause (harmful-use)"))
            let approved = try asUser(Self.second, "POST", "/v1/approvals/\(approval)", yes)
            #expect(approved.status == 200, "\(approved.text)")
            #expect(try asUser(Self.acme, "GET", "/v1/notices").json["notices"][0]["kind"].string == "reclaim")
            #expect(try connection.get("/v1/approvals").json["approvals"].array.isEmpty)
            // Half of what is committed there.
            let budget = try connection.get("/v1/budgets").json["budgets"][0]
            let name = try #require(budget["name"].string)
            let watts = try #require(budget["committedWatts"].int) / 2
            let target = #"{"watts":\#(watts),"duration":"1h","reason":"price"}"#
            let path = "/v1/budgets/\(name)/load-targets/peak"
            let waiting = try connection.request("PUT", path, target)
            #expect(waiting.status == 202 && waiting.json["approval"].string == "a-2", "\(waiting.text)")
            #expect(try connection.get(path).status == 404)
            let no = try home.berth("approvals", "decline", "a-2", "--reason", "not yet")
            #expect(no.wait() == .exited(0) && no.output.contains("load target peak"), "\(no.error)")
            #expect(try connection.get("/v1/approvals/a-2").status == 404)
        }
    }
}
