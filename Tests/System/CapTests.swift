// What caps give and cost, over the real socket and by the CLI.

import Foundation
import Testing

extension SystemTests {
    @Suite("Caps")
    struct CapTests {
        @Test("the table and a lease say what a cap leaves of the throughput")
        func throughput() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"caps"}"#)
            let platforms = try connection.get("/v1/fleet/caps").json["platforms"].array
            #expect(platforms.count == 1 && platforms[0]["gpu"].string == "H100")
            let rows = platforms[0]["caps"].array
            // 200 W is the lowest cap of an H100: 28.6 %.
            #expect(rows.map { $0["capPercent"].int } == [100, 90, 80, 70, 60, 50, 40, 30])
            let row = rows[3]
            // A node is 4,600 W and eight GPUs; at 70 % 8,520 W of 10,200 W.
            #expect(row["capWattsPerGpu"].int == 490 && row["nodeWatts"].int == 8_520)
            #expect(row["throughput"]["pretrain"].int == 833 && row["throughput"]["inference"].int == 907)
            #expect(
                row["throughputPerWatt"]["pretrain"].int == 997 && row["throughputPerWatt"]["inference"].int == 1_085)
            let table = try home.berth("fleet", "caps")
            #expect(table.output.contains("8,520 W") && table.output.contains("83.3 %"), "\(table.output)")
            #expect(try home.berth("fleet").output.contains("lab"))

            func lease(_ cap: String) throws -> JSONValue {
                try connection.post(
                    "/v1/leases?dryRun=plan",
                    #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1h",\#(cap)}"#
                ).json["throughput"]
            }
            #expect(try lease(#""capPercent":70"#)["finetune"].int == 923)
            #expect(try lease(#""capWattsPerGpu":200"#)["pretrain"].int == 249)
            let made = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "node:1", "--duration", "1h", "--cap-percent", "70",
                "--dry-run")
            #expect(made.output.contains("pre-training 83.3 %"), "\(made.output)\(made.error)")
        }

        @Test("a domain that is oversubscribed carries more leases, and says what that risks")
        func oversubscribed() throws {
            // Four blocks of 64 nodes at 10.2 kW are 2,611.2 kW at the rack; the hall's board is built for 2 MW.
            let text = Fleets.turning.replacing(
                "rating: 10 MW\n        measuredAt: meter",
                with: "rating: 2 MW\n        measuredAt: rack\n        derate: 80\n        oversubscription: 1.25")
            try #require(text != Fleets.turning)
            let home = try DaemonHome.started(fleet: text)
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"risk"}"#)
            func provision() throws -> JSONValue {
                try connection.get("/v1/budgets?kind=power").json["budgets"][0]["provision"]
            }
            let idle = try provision()
            #expect(idle["nameplateWatts"].int == 2_611_200 && idle["provisionedWatts"].int == 2_000_000)
            #expect(idle["nameplatePermille"].int == 1_305 && idle["deratedWatts"].int == 1_600_000)
            #expect(idle["oversubscriptionPermille"].int == 1_250 && idle["risk"].isAbsent)
            // Full it is at its rating, 400 kW over what it carries for good, and does not trip.
            #expect(idle["riskWhenFull"]["overDeratedWatts"].int == 400_000)
            #expect(idle["riskWhenFull"]["overRatingWatts"].int == 0 && idle["riskWhenFull"]["carriedSeconds"].isAbsent)
            let lease = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","reservations":[{"shape":"node","count":150}],"duration":"1h","capWattsPerGpu":700}"#
            )
            #expect(lease.status == 201, "\(lease.text)")
            // 150 nodes at 10.2 kW and 106 that idle.
            let committed = try connection.get("/v1/budgets?kind=power").json["budgets"][0]["committedWatts"].int ?? 0
            #expect(committed > 1_600_000)
            #expect(try provision()["risk"]["overDeratedWatts"].int == committed - 1_600_000)
            let table = try home.berth("budgets", "provision")
            #expect(table.output.contains("1.25") && table.output.contains("within the rating"), "\(table.output)")
        }
    }
}
