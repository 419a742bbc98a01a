// Taking over what runs, over the real socket and on the command line.

import Foundation
import Testing

extension SystemTests {
    @Suite("Taking over") struct ImportTests {
        private let home: DaemonHome

        init() throws { home = try DaemonHome.started() }

        private static let running = """
            tenants:
              acme: {quota: {gpus: 512}}
            contracts:
              deal: {tenant: acme, noticePeriod: 30d}
            leases:
              training:
                tenant: acme
                contract: deal
                end: 2035-01-01T00:00:00Z
                capWattsPerGpu: 650
                class: guaranteed
                hosts: ["lab/h1/b1/r[1-2]"]
                gpus: ["lab/h1/b2/r1/n1:1,2,3,4"]
              serving:
                tenant: rival
                end: 2035-01-01T00:00:00Z
                capPercent: 100
                mig: ["lab/h1/b2/r1/n2:3:1g.10gb@0,2"]
            """

        @Test(
            "a file is checked, taken over as a whole, and nothing happens the second time; a conflict names both lines"
        )
        func takeOver() throws {
            let file = try home.folder.write(Self.running, to: "running.yaml")
            let early = try home.berth("import", file, "--dry-run")
            #expect(early.wait() == .exited(2) && early.error.contains("\(file):"), "\(early.error)")
            #expect(early.error.contains("there is no tenant rival") && early.error.contains("nothing was changed"))
            #expect(try home.connect().get("/v1/tenants/acme").status == 404)
            _ = try home.connect().request("PUT", "/v1/tenants/rival", #"{"reason":"there"}"#)
            let planned = try home.berth("import", file, "--dry-run")
            #expect(planned.wait() == .exited(0), "\(planned.error)")
            #expect(planned.output.contains("2 leases with 132 GPUs would be bound"), "\(planned.output)")
            #expect(try home.connect().get("/v1/leases").json["leases"].array.isEmpty)
            let done = try home.berth("import", file)
            #expect(
                done.wait() == .exited(0) && done.output.contains("2 leases with 132 GPUs are bound"), "\(done.error)")
            let leases = try home.connect().get("/v1/leases").json["leases"].array
            let lines = leases.flatMap { $0["reservations"].array }.flatMap { $0["allocation"].array }.compactMap(
                \.string)
            #expect(
                lines.contains("lab/h1/b2/r1/n1:1,2,3,4") && lines.contains("lab/h1/b2/r1/n2:3:1g.10gb@0,2"), "\(lines)"
            )
            #expect(leases.map { $0["label"].string }.contains("running.training"))
            let again = try home.berth("import", file)
            #expect(again.wait() == .exited(0) && again.output.contains("2 there already"), "\(again.output)")
            let other = try home.folder.write(
                Self.running.replacing("running", with: "other").replacing("training:", with: "second:"),
                to: "second.yaml")
            let conflict = try home.berth("import", other)
            #expect(conflict.wait() == .exited(3), "\(conflict.output)")
            #expect(conflict.error.contains("acme (running.training) holds some of it"), "\(conflict.error)")
            #expect(conflict.error.contains("second.yaml:"))
            #expect(try home.berth("verify").wait() == .exited(0))
            // Elsewhere nobody may say what it holds.
            let hold =
                #"{"tenant":"rival","duration":"1d","reservations":[{"shape":"node","hold":["lab/h1/b3/r1/n1"]}]}"#
            #expect(try home.connect().post("/v1/leases", hold).status == 400)
            try home.stop()
        }

        @Test("an inventory that differs is told with its nodes and leases, and with the exit code")
        func inventory() throws {
            let connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"there"}"#)
            let lease = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","duration":"30d","reservations":[{"shape":"node","pin":["lab/h1/b1/r1/n1"]}]}"#)
            let id = try #require(lease.json["id"].string, "\(lease.text)")
            let names = try connection.get("/v1/nodes?limit=2").json["nodes"].array.compactMap { $0["name"].string }
            func rows(_ node: String, watts: Int, from first: Int = 1) -> String {
                (first...8).map { "\(node),\($0),GPU-\(node)-\($0),NVIDIA H100 80GB HBM3,\(watts)\n" }.joined()
            }
            let head = "node,module,uuid,name,watts\n"
            let same = try home.folder.write(head + rows(names[0], watts: 600) + rows(names[1], watts: 60), to: "a.csv")
            let equal = try home.berth("inventory", "diff", same)
            #expect(equal.wait() == .exited(0), "\(equal.output)\(equal.error)")
            #expect(equal.output.contains("0 differences in 2 nodes with 16 GPUs"), "\(equal.output)")
            #expect(equal.output.contains("16 UUIDs not known to the book"))
            let other = try home.folder.write(
                head + rows(names[0], watts: 600, from: 2) + rows(names[1], watts: 500) + rows("elsewhere", watts: 1),
                to: "b.csv")
            let differs = try home.berth("inventory", "diff", other, "--earlier", same, "--uuids")
            #expect(differs.wait() == .exited(1), "\(differs.error)")
            for text in ["GPU missing", id, "draws though free", "not in the fleet", "3 differences"] {
                #expect(differs.output.contains(text), "\(text) in \(differs.output)")
            }
            let json = try home.berth("inventory", "diff", other, "-o", "json")
            #expect(json.wait() == .exited(1) && json.output.contains("missing-gpu"), "\(json.output)")
            try home.stop()
        }
    }
}
