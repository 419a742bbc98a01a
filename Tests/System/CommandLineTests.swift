// `berth` itself, on the default fleet with the two deals.

import Foundation
import Testing

extension SystemTests {
    @Suite("Command line")
    struct CommandLineTests {
        private static let scenario = "config/scenarios/two-tenants.yaml"

        private func json(_ process: ChildProcess) -> JSONValue { JSONValue(bytes: Array(process.output.utf8)) }

        @Test("two deals of 110,000 and 220,928 GPUs are applied once, add up, and pass every rule")
        func deals() throws {
            let text = try String(contentsOfFile: Program.root + "/config/fleets/colossus.yaml", encoding: .utf8)
            let home = try DaemonHome.started(fleet: text)
            let first = try home.berth("apply", Self.scenario)
            try #require(first.wait() == .exited(0), "\(first.error)")
            let revision = json(try home.berth("status", "-o", "json"))["revision"].int
            let second = try home.berth("apply", Self.scenario, "-o", "json")
            #expect(second.wait() == .exited(0), "\(second.error)")
            let status = json(try home.berth("status", "-o", "json"))
            #expect(status["revision"].int == revision)
            #expect(status["gpus"]["leased"].int == 330_928 && status["gpus"]["total"].int == 336_128)
            for site in status["watts"].array {
                #expect(try #require(site["committedWatts"].int) <= (site["limitWatts"].int ?? 0), "\(site)")
            }

            let leases = json(second)["leases"].array
            let google = try #require(leases.first { $0["tenant"].string == "google" })
            let anthropic = try #require(leases.first { $0["tenant"].string == "anthropic" })
            #expect(google["state"].string == "active" && anthropic["state"].string == "active")
            #expect(google["promised"]["gpus"].int == 110_000 && google["delivered"]["gpus"].int == 110_000)
            #expect(google["reservations"][0]["count"].int == 1_527 && google["reservations"][1]["count"].int == 14)
            #expect(anthropic["promised"]["gpus"].int == 220_928 && anthropic["capPercent"].int == 66)
            #expect(try #require(anthropic["wattsAtMeter"].int) <= 300_000_000)

            let id = google["id"].string ?? ""
            let allocation = json(try home.berth("lease", "allocation", id, "--format", "json"))["nodes"].array
            #expect(allocation.count == 27_500)
            #expect(allocation.reduce(0) { $0 + $1["gpus"].array.count } == 110_000)
            var trays: [String: Int] = [:]
            for node in allocation { trays[node["domain"].string ?? "", default: 0] += 1 }
            // 1,527 whole racks, and 14 trays of one more.
            #expect(trays.values.count { $0 == 18 } == 1_527 && trays.values.filter { $0 != 18 } == [14])

            let table = try home.berth("status")
            for words in ["110,000", "220,928"] { #expect(table.output.contains(words), "\(table.output)") }
            let verify = try home.berth("verify")
            #expect(verify.wait() == .exited(0))
            for rule in ["1", "2", "3", "4", "5", "6", "9", "10"] {
                let line = verify.output.split(separator: "\n").first {
                    $0.split(separator: " ").first.map { $0 == rule } ?? false
                }
                #expect(
                    line?.contains("holds") == true && line?.contains(where: \.isNumber) == true, "\(verify.output)")
            }
            try soldOut(home)
            try home.stop()
            try home.start()
            let after = json(try home.berth("verify", "-o", "json"))
            #expect(
                after["rules"].array.count == 9 && after["rules"].array.allSatisfy { $0["violations"].array.isEmpty })
            #expect(json(try home.berth("status", "-o", "json"))["gpus"]["leased"].int == 330_928 + 8 + 4)
            try home.stop()
        }

        /// What `make run` says that succeeds and is refused.
        private func soldOut(_ home: DaemonHome) throws {
            #expect(try home.berth("tenant", "set", "acme", "--gpus", "4096", "--reason", "trial").wait() == .exited(0))
            let nodes = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "node:2:GB200", "--site", "memphis-2", "--duration",
                "7d", "--cap-watts", "800", "-o", "json")
            #expect(nodes.wait() == .exited(0), "\(nodes.error)")
            #expect(json(nodes)["promised"]["gpus"].int == 8, "\(nodes.output)")
            let gpus = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "gpu:1x4:GB200", "--site", "memphis-2", "--duration",
                "1d")
            #expect(gpus.wait() == .exited(0), "\(gpus.error)")
            let refused = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "block:4:H100", "--site", "memphis-1", "--duration",
                "30d")
            #expect(refused.wait() == .exited(3), "\(refused.error)")
            #expect(refused.error.contains("anthropic"), "\(refused.error)")
        }

        @Test("exit codes say how a command ended")
        func exitCodes() throws {
            let home = try DaemonHome.started()
            #expect(try home.berth("status").wait() == .exited(0))
            #expect(try home.berth("lease", "show", "l-nothing").wait() == .exited(5))
            #expect(try home.berth("tenant", "set", "acme", "--gpus", "8", "--reason", "x").wait() == .exited(0))
            let overQuota = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "node:2", "--duration", "1d")
            #expect(overQuota.wait() == .exited(3) && overQuota.error.contains("quota"), "\(overQuota.error)")
            let noRoom = try home.berth("lease", "create", "--tenant", "acme", "--line", "block:9", "--duration", "1d")
            #expect(noRoom.wait() == .exited(3), "\(noRoom.error)")
            #expect(try home.berth("lease", "create", "--tenant", "acme").wait() == .exited(64))
            #expect(try home.berth("explode").wait() == .exited(64))
            for arguments in [["status"], ["tenant", "list"]] {
                let away = try ChildProcess(
                    Program.berth, arguments, environment: ["BERTH_SOCKET": home.folder("none.sock")])
                #expect(away.wait() == .exited(9) && away.error.contains("none.sock"), "\(away.error)")
            }
        }

        @Test("a refusal is a problem document on stderr where the answer would be JSON or YAML")
        func refusals() throws {
            let home = try DaemonHome.started()
            #expect(try home.berth("tenant", "set", "acme", "--gpus", "8", "--reason", "x").wait() == .exited(0))
            for (arguments, status, type) in [
                (["lease", "create", "--tenant", "acme", "--line", "node:2", "--duration", "1d"], 3, "quota-exceeded"),
                (["offer", "--tenant", "acme", "--line", "node:2", "--duration", "1d"], 3, "quota-exceeded"),
                (["lease", "show", "l-nothing"], 5, "not-found"),
                (["nodes", "cordon", "nowhere", "--reason", "x"], 2, "bad-request"),
                (["plan", "release", "l-nothing"], 5, "not-found"),
            ] {
                let process = try ChildProcess(
                    Program.berth, arguments + ["-o", "json"], environment: ["BERTH_SOCKET": home.socket])
                #expect(process.wait() == .exited(Int32(status)), "\(arguments): \(process.error)")
                #expect(process.output.isEmpty, "\(arguments): \(process.output)")
                let problem = JSONValue(bytes: Array(process.error.utf8))
                #expect(problem["type"].string == "errors#\(type)", "\(arguments): \(process.error)")
                if status == 3 {
                    #expect(problem["blockers"][0]["kind"].string == "quota")
                    #expect(problem["counterOffers"][0]["request"]["reservations"][0]["count"].int == 1)
                }
            }
            let yaml = try home.berth("lease", "show", "l-nothing", "-o", "yaml")
            #expect(yaml.wait() == .exited(5) && yaml.error.contains("type: errors#not-found"), "\(yaml.error)")
        }

        @Test("the ratio of nameplate to limit is rounded alike wherever it is shown")
        func ratio() throws {
            let home = try DaemonHome.started()
            func cells(_ command: String) throws -> [Substring] {
                let lines = try home.berth("budgets", command).output.split(separator: "\n")
                let meter = try #require(lines.first { $0.hasPrefix("lab-meter") }, "\(lines)")
                return meter.split(separator: /\ {2,}/)
            }
            // 256 servers at 10,200 W are 3,152,940 W at the meter: 315 permille of 10 MW.
            #expect(try cells("list").last == "0.32")
            #expect(try cells("provision")[3] == "0.32")
        }

        @Test("every listing as JSON is what the socket answers, field by field")
        func json() throws {
            let home = try DaemonHome.started()
            for arguments in [
                ["tenant", "set", "acme", "--reason", "x"], ["cohort", "set", "research", "--reason", "x"],
                ["lease", "create", "--tenant", "acme", "--label", "mine", "--line", "node:2", "--duration", "7d"],
                [
                    "maintenance", "set", "switches", "--nodes", "lab/h1/b4", "--start", "+5d", "--duration", "1d",
                    "--reason", "x",
                ],
                [
                    "load-target", "set", "lab-meter", "call", "--watts", "9MW", "--start", "+1d", "--for", "3h",
                    "--reason", "x",
                ],
            ] {
                let process = try ChildProcess(Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket])
                #expect(process.wait() == .exited(0), "\(arguments): \(process.error)")
            }
            let connection = try home.connect()
            for (arguments, target) in [
                (["fleet"], "fleet"), (["domains"], "domains"), (["domains", "--level", "hall"], "domains?level=hall"),
                (["budgets"], "budgets"), (["budgets", "list", "--depth", "1"], "budgets?depth=1"),
                (["nodes"], "nodes"),
                (["lease", "list"], "leases"), (["lease", "list", "--tenant", "acme"], "leases?tenant=acme"),
                (["tenant", "list"], "tenants"), (["tenant", "show", "acme"], "tenants/acme"),
                (["cohort", "list"], "cohorts"),
                (["contract", "list"], "contracts"), (["maintenance", "list"], "maintenance"),
                (["load-target", "list"], "load-targets"), (["orders"], "orders"), (["notices"], "notices"),
                (["alerts"], "alerts"), (["approvals"], "approvals"), (["transfers"], "transfers"),
                (["fault"], "faults"),
                (["audit", "list"], "audit"),
            ] {
                let process = try ChildProcess(
                    Program.berth, arguments + ["-o", "json"], environment: ["BERTH_SOCKET": home.socket])
                #expect(process.wait() == .exited(0), "\(arguments): \(process.error)")
                let answer = try connection.get("/v1/" + target)
                #expect(answer.status == 200, "\(target): \(answer.text)")
                #expect(
                    try sorted(Array(process.output.utf8)) == sorted(answer.body), "\(arguments): \(process.output)")
            }
            let copy = home.folder("copy.sqlite")
            #expect(try home.berth("backup", copy).wait() == .exited(0))
            #expect(FileManager.default.fileExists(atPath: copy))
        }

        /// JSON in one spelling, without the cursor, which a command has followed as far as it was to.
        private func sorted(_ bytes: [UInt8]) throws -> String {
            var object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
            object["cursor"] = nil
            // A head is signed anew for each answer.
            object["auditHead"] = nil
            let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
            return String(decoding: data, as: UTF8.self)
        }
    }
}
