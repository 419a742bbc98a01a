// The short form of `make soak`: whether it goes its whole way. What it would find takes hours and a machine of its
// own.

import Foundation
import Testing

extension SystemTests {
    @Suite("Soak")
    struct SoakTests {
        private let folder: ScratchFolder

        init() throws { folder = try ScratchFolder() }

        private func soak(_ arguments: String...) throws -> ChildProcess {
            let process = try ChildProcess(
                Program.berthProof,
                [
                    "soak", "--fleet", Program.root + "/config/fleets/small.yaml", "--state", folder("s"),
                    "--csv", folder("soak.csv"),
                ] + arguments)
            process.wait()
            return process
        }

        @Test("every operation is asked for, a restart is lived through, and samples are kept")
        func short() throws {
            let run = try soak(
                "--daemon", Program.berthd, "--operations", "900", "--leases", "60", "--tenants", "6", "--polls", "12",
                "--clients", "6", "--writes", "150", "--reads", "150", "--turn-round", "0", "--sample-every", "0.5",
                "--restart-every", "0.02", "--probe-micros", "20000", "--warm-up", "0", "--seed", "7", "--report-only")
            #expect(run.wait() == .exited(0), "\(run.output) \(run.error)")
            for name in [
                "request", "extend", "recap", "release", "node", "lease", "list", "allocation", "plan", "probe reads",
                "probe writes", "restarts: ", "polls answered", "book.sqlite: ",
            ] {
                #expect(run.output.contains(name), "\(name): \(run.output)")
            }
            let lines = try String(contentsOfFile: folder("soak.csv"), encoding: .utf8).split(separator: "\n")
            let fieldCounts = Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
            #expect(lines.count > 2 && fieldCounts.count == 1 && lines[0].hasPrefix("second,life,warm,resident_bytes,"))
            let lives = Set(lines.dropFirst().map { $0.split(separator: ",")[1] })
            #expect(lives.count > 1, "samples of several lives: \(lives)")
        }

        @Test("a daemon that is none is found at once, and what there is of it is kept")
        func none() throws {
            let run = try soak("--daemon", "/bin/false", "--operations", "10", "--report-only")
            #expect(run.wait() == .exited(1) && run.output.contains("the daemon does not start"), "\(run.output)")
            #expect(FileManager.default.fileExists(atPath: folder("s/fleet.yaml")))
        }

        @Test("what it cannot use is refused before anything is started")
        func refused() throws {
            for (arguments, words) in [
                (["--minutes", "0"], "above 0"), (["--hours", "1", "--minutes", "1"], "not both"),
                (["--leases", "0"], "1 or more"), (["--sample-every", "0"], "--sample-every"),
                (["--daemon", "/nowhere"], "/nowhere"), (["--fleet", "/nowhere.yaml"], "/nowhere.yaml"),
            ] {
                let run = try ChildProcess(Program.berthProof, ["soak"] + arguments)
                #expect(run.wait() == .exited(64) && run.error.contains(words), "\(arguments): \(run.error)")
            }
        }
    }
}
