// `berth lease create` that asks and waits, `berth explain` and `berth calendar`, with the real daemon.

import Foundation
import Testing

extension SystemTests {
    @Suite("Commands on leases")
    struct LeaseCommandTests {
        private let home: DaemonHome

        init() throws {
            home = try DaemonHome.started()
            _ = try home.berth("tenant", "set", "acme", "--gpus", "1024", "--reason", "x")
        }

        private func json(_ process: ChildProcess) -> JSONValue { JSONValue(bytes: Array(process.output.utf8)) }

        private func terminal(_ arguments: String...) throws -> PseudoTerminal {
            try PseudoTerminal(Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket])
        }

        private var leaseCount: Int {
            get throws { json(try home.berth("lease", "list", "-o", "json"))["leases"].array.count }
        }

        @Test("a lease that is waited for is active when the command ends")
        func waits() throws {
            let lease = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "node:1", "--start", "+2s", "--duration", "1d",
                "--wait",
                "-o", "json")
            #expect(lease.wait() == .exited(0) && json(lease)["state"].string == "active", "\(lease.error)")
            #expect(lease.error.contains("is scheduled, begins at"), "\(lease.error)")
            let both = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "node:1", "--duration", "1d", "--wait", "--dry-run")
            #expect(both.wait() == .exited(64))
        }

        @Test("a lease that ends before it was active ends the wait with what it is")
        func neverActive() throws {
            let waiting = try ChildProcess(
                Program.berth,
                [
                    "lease", "create", "--tenant", "acme", "--label", "late", "--line", "node:1", "--start", "+1d",
                    "--duration",
                    "1d", "--wait",
                ], environment: ["BERTH_SOCKET": home.socket])
            try #require(waiting.awaitError("is scheduled"))
            #expect(try home.berth("lease", "release", "acme/late").wait() == .exited(0))
            #expect(waiting.wait() == .exited(1) && waiting.error.contains("was never active"), "\(waiting.error)")
        }

        @Test("a lease that is asked about is shown first, and taken on yes alone")
        func asks() throws {
            let arguments = ["lease", "create", "--tenant", "acme", "--line", "block:1", "--duration", "1d", "--ask"]
            for (answer, status) in [("n\n", 1), ("y\n", 0)] {
                let terminal = try PseudoTerminal(
                    Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket], rows: 40, columns: 120)
                let asked = try #require(terminal.awaitOutput("Take it? [y/N]"), "\(terminal.output)")
                #expect(terminal.output.contains("lab/h1/b") && terminal.output.contains("at the meter"))
                terminal.type(answer)
                #expect(terminal.wait() == .exited(Int32(status)), "\(terminal.output)")
                #expect(try leaseCount == (status == 0 ? 1 : 0) && asked > 0)
            }
            let piped = try ChildProcess(Program.berth, arguments, environment: ["BERTH_SOCKET": home.socket])
            #expect(piped.wait() == .exited(64) && piped.error.contains("asks on a terminal"), "\(piped.error)")
        }

        @Test("a lease can be asked for step by step, with the command that asks for the same")
        func interactive() throws {
            let terminal = try terminal("lease", "create", "--interactive")
            var place = 0
            for (question, answer) in [
                ("Tenant (acme) [acme]", ""), ("Contract [none]", ""), ("What, as", "node:2"), ("And besides", ""),
                ("Sites, with commas (lab) [any]", ""), ("Start", ""), ("How long", "7d"), ("Power cap", "80 %"),
                ("Class", ""),
                ("Your own name", "mine"), ("Why", "trial"), ("Take it?", "y"),
            ] {
                place = try #require(terminal.awaitOutput(question, after: place), "\(question): \(terminal.output)")
                terminal.type(answer + "\n")
            }
            #expect(terminal.wait() == .exited(0), "\(terminal.output)")
            #expect(
                terminal.output.contains(
                    "berth lease create --tenant acme --label mine --line node:2 --duration 7d --cap-percent 80 --class standard "
                        + "--reason trial"), "\(terminal.output)")
            #expect(try leaseCount == 1)
        }

        @Test("a batch is taken as a whole, or each for itself with the exit code of the first refusal")
        func batch() throws {
            let one = "{tenant: acme, reservations: [{shape: node, count: 1}], duration: 1d}"
            let tooMuch = "{tenant: acme, reservations: [{shape: block, count: 9}], duration: 1d}"
            func send(_ leases: String, atomic: Bool) throws -> ChildProcess {
                let path = try home.folder.write("atomic: \(atomic)\nleases: [\(leases)]\n", to: "batch.yaml")
                let process = try home.berth("lease", "batch", "-f", path, "-o", "json")
                process.wait()
                return process
            }
            #expect(try send("\(one), \(tooMuch)", atomic: true).wait() == .exited(3))
            #expect(try leaseCount == 0)
            let each = try send("\(one), \(tooMuch)", atomic: false)
            #expect(each.wait() == .exited(3) && each.error.contains("1 of 2 were refused"), "\(each.error)")
            #expect(json(each)["results"][1]["problem"]["status"].int == 409)
            #expect(try send("\(one), \(one)", atomic: true).wait() == .exited(0))
            #expect(try leaseCount == 3)
        }

        @Test("an explanation says what a lease lies in, what is in the way elsewhere, and what its contract allows")
        func explains() throws {
            for (label, line) in [("part", "node:3"), ("whole", "block:1:pin=lab/h1/b4")] {
                let lease = try home.berth(
                    "lease", "create", "--tenant", "acme", "--label", label, "--line", line, "--duration", "7d")
                #expect(lease.wait() == .exited(0), "\(lease.error)")
            }
            let text = try home.berth("explain", "acme/part", "--at", "lab/h1/b4")
            #expect(text.wait() == .exited(0), "\(text.error)")
            for words in ["Why here", "packed among others", "Why not at lab/h1/b4", "In the way", "What applies now"] {
                #expect(text.output.contains(words), "\(words): \(text.output)")
            }
            let free = json(
                try home.berth("explain", "acme/part", "--at", "lab/h1/b4", "--at", "lab/h1/b3", "-o", "json"))
            #expect(free["elsewhere"][0]["problem"]["status"].int == 409 && free["elsewhere"][0]["lease"].isAbsent)
            #expect(free["elsewhere"][1]["lease"]["planToken"].string != nil, "\(free)")
            #expect(free["shared"][0]["gpus"]["leased"].int == 24, "\(free)")
            #expect(try leaseCount == 2)
            let nowhere = try home.berth("explain", "acme/part", "--at", "lab/h9")
            #expect(nowhere.wait() == .exited(2), "\(nowhere.error)")
        }

        @Test("a calendar has everything that falls into its time, and nothing else")
        func calendar() throws {
            for (label, start) in [("now", "+1m"), ("far", "+300d")] {
                let lease = try home.berth(
                    "lease", "create", "--tenant", "acme", "--label", label, "--line", "node:1", "--start", start,
                    "--duration", "5d")
                #expect(lease.wait() == .exited(0), "\(lease.error)")
            }
            let maintenance = try home.berth(
                "maintenance", "set", "switches", "--nodes", "lab/h1/b4", "--start", "+5d", "--duration", "1d",
                "--reason", "x")
            #expect(maintenance.wait() == .exited(0), "\(maintenance.error)")
            let chart = try home.berth("calendar", "--for", "30d")
            #expect(chart.wait() == .exited(0), "\(chart.error)")
            for words in ["LEASES", "now", "MAINTENANCE", "switches", "NOT LEASED", "lab"] {
                #expect(chart.output.contains(words), "\(words): \(chart.output)")
            }
            #expect(!chart.output.contains("far"))
            let elsewhere = json(try home.berth("calendar", "--within", "lab/h1/b3", "-o", "json"))
            #expect(elsewhere["maintenance"].array.isEmpty && elsewhere["unleased"].isAbsent)
            let later = json(try home.berth("calendar", "--start", "+301d", "--for", "2d", "-o", "json"))
            #expect(later["leases"].array.count == 1 && later["leases"][0]["label"].string == "far")
            #expect(later["unleased"][0]["steps"][0]["gpusLeast"].int == 2_040, "\(later["unleased"])")
        }
    }
}
