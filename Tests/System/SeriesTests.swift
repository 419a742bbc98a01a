// Series of leases by a rule, over the real socket and by the CLI.

import Foundation
import Testing

extension SystemTests {
    @Suite("Series")
    struct SeriesTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"series"}"#)
            }
        }

        /// Monday evenings in Memphis on either side of the change to daylight time on 14 March 2032.
        private static func series(
            _ label: String = "nights", line: String = #"{"shape":"block","count":3}"#, tenant: String = "acme",
            rule: String = "FREQ=WEEKLY;COUNT=3", start: String = "2032-03-01T20:00", more: String = ""
        ) -> String {
            #"{"tenant":"\#(tenant)","label":"\#(label)","reservations":[\#(line)],"recurrence":{"rule":"\#(rule)","#
                + #""timeZone":"America/Chicago","start":"\#(start)","duration":"10h"},"reason":"series"\#(more)}"#
        }

        private func checkRules() throws {
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("a rule is granted as a lease for each window, survives a kill, and is released as a whole")
        func granted() throws {
            let plan = try connection.post("/v1/leases?dryRun=plan", Self.series())
            #expect(plan.status == 200 && plan.json["leases"].array.count == 3, "\(plan.text)")
            #expect(try connection.get("/v1/leases").json["leases"].array.isEmpty, "a plan takes nothing")

            let made = try connection.post("/v1/leases", Self.series(), headers: ["Idempotency-Key": "one"])
            try #require(made.status == 201, "\(made.text)")
            let leases = made.json["leases"].array
            #expect(made.json["series"].string == "nights" && made.json["bookedUntil"].isAbsent)
            #expect(leases.map { $0["label"].string } == ["nights#1", "nights#2", "nights#3"])
            #expect(
                leases.map { $0["start"].string }
                    == ["2032-03-02T02:00:00Z", "2032-03-09T02:00:00Z", "2032-03-16T01:00:00Z"])
            #expect(leases[2]["end"].string == "2032-03-16T11:00:00Z" && leases[0]["promised"]["gpus"].int == 1_536)
            let again = try connection.post("/v1/leases", Self.series(), headers: ["Idempotency-Key": "one"])
            #expect(again.status == 201 && again.body == made.body)
            let twice = try connection.post("/v1/leases", Self.series())
            #expect(twice.status == 409 && twice.text.contains("nights"), "\(twice.text)")

            home.kill()
            try home.start()
            try checkRules()
            let fresh = try home.connect()
            #expect(try fresh.get("/v1/leases").json["leases"].array.count == 3)
            let missing = try fresh.request("DELETE", "/v1/leases?series=nights&tenant=rival")
            #expect(missing.status == 404)
            let released = try fresh.request("DELETE", "/v1/leases?series=nights&reason=over")
            #expect(released.status == 200, "\(released.text)")
            #expect(
                released.json["leases"].array.map { $0["state"].string } == ["cancelled", "cancelled", "cancelled"])
            #expect(try fresh.request("DELETE", "/v1/leases?series=nights").status == 404)
            #expect(try fresh.request("DELETE", "/v1/leases").status == 400)
            try checkRules()
        }

        @Test("one window that does not fit refuses all of them, with its place and what is in the way")
        func refused() throws {
            let other = try connection.post(
                "/v1/leases",
                #"{"tenant":"rival","reservations":[{"shape":"block","count":2}],"start":"2032-03-09T10:00:00Z","#
                    + #""end":"2032-03-09T11:00:00Z"}"#)
            let id = try #require(other.json["id"].string, "\(other.text)")
            for path in ["/v1/leases", "/v1/leases?dryRun=plan"] {
                let answer = try connection.post(path, Self.series())
                #expect(answer.status == 409, "\(answer.text)")
                let detail = answer.json["detail"].string ?? ""
                #expect(
                    detail.contains("window 2 of 3") && detail.contains("2032-03-09T02:00:00Z"), "\(detail)")
                #expect(answer.json["blockers"].array.contains { $0["name"].string == id }, "\(answer.text)")
                #expect(answer.json["counterOffers"].isAbsent)
            }
            #expect(try connection.get("/v1/leases?tenant=acme").json["leases"].array.isEmpty)
        }

        @Test("what is wrong with a recurrence is refused where it stands")
        func unsound() throws {
            for (body, pointer) in [
                (Self.series(rule: "FREQ=YEARLY"), "/recurrence/rule"),
                (Self.series(start: "2032-03-01"), "/recurrence/start"),
                (Self.series(rule: "FREQ=WEEKLY;BYDAY=TU;COUNT=2"), "/recurrence/start"),
                (Self.series(rule: "FREQ=DAILY;COUNT=1001"), "/recurrence/rule"),
                (Self.series(start: "2020-03-02T20:00"), "/recurrence/start"),
                (Self.series().replacing("America/Chicago", with: "Moon/Tycho"), "/recurrence/timeZone"),
                (Self.series().replacing("10h", with: "8d"), "/recurrence/duration"),
                (Self.series().replacing(#""timeZone""#, with: #""zone""#), "/recurrence/zone"),
                (Self.series().replacing(#""label":"nights","#, with: ""), "/label"),
                (Self.series(more: #","start":"2032-03-02T02:00:00Z""#), "/start"),
                (Self.series(more: #","duration":"10h""#), "/duration"),
                (Self.series(more: #","planToken":"x""#), "/planToken"),
                (Self.series(more: #","highestCap":true"#), "/highestCap"),
                (Self.series("a#b"), "/label"),
            ] {
                let answer = try connection.post("/v1/leases", body)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(body): \(answer.text)")
            }
            let batch = try connection.post("/v1/leases:batch", #"{"atomic":true,"leases":[\#(Self.series())]}"#)
            #expect(batch.status == 400 && batch.json["pointer"].string == "/leases/0/recurrence", "\(batch.text)")
        }

        @Test("the CLI asks for a series and releases it")
        func commandLine() throws {
            let arguments = [
                "lease", "create", "--tenant", "acme", "--label", "weekends", "--line", "node:2", "--every",
                "FREQ=WEEKLY;BYDAY=SA", "--time-zone", "Europe/Berlin", "--start", "2032-01-03T22:00", "--duration",
                "6h",
            ]
            func berth(_ arguments: [String]) throws -> ChildProcess {
                let process = try ChildProcess(Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket])
                process.wait()
                return process
            }
            let made = try berth(arguments)
            #expect(made.wait() == .exited(0), "\(made.error)")
            // Every Saturday from 3 January 2032 to 3 January 2037, five years later to the day.
            let lines = made.output.split(separator: "\n")
            try #require(lines.count == 15, "\(made.output.suffix(300))")
            #expect(lines[12].contains("weekends#12"))
            #expect(lines[13] == "… and 250 more until 2037-01-04T03:00:00Z: berth lease list --tenant acme --all")
            #expect(lines[14].contains("no end; it is booked until 2037-01-04T03:00:00Z"))
            let listed = try berth(["lease", "list", "--tenant", "acme", "--all"]).output.split(separator: "\n")
            #expect(listed.count == 263 && listed.last?.contains("weekends#262") == true)
            #expect(try berth(["lease", "show", "weekends#7"]).output.contains("weekends#7"))
            for wrong in [
                [
                    "lease", "create", "--tenant", "acme", "--line", "node:1", "--start", "2032-01-03T22:00",
                    "--duration", "6h",
                ],
                ["lease", "release"], ["lease", "release", "l-1", "--series", "x"],
                [
                    "lease", "create", "--tenant", "acme", "--line", "node:1", "--every", "FREQ=DAILY", "--duration",
                    "6h",
                ],
            ] {
                #expect(try berth(wrong).wait() == .exited(64), "\(wrong)")
            }
            let released = try berth(["lease", "release", "--series", "weekends", "--reason", "enough"])
            #expect(released.wait() == .exited(0) && released.output.contains("cancelled"), "\(released.error)")
            #expect(try berth(["lease", "release", "--series", "weekends"]).wait() == .exited(5))
            try checkRules()
        }
    }
}
