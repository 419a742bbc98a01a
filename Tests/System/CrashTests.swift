// The short form of `make test-crash`: every kind of end, on the daemon that the tests have built.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Crash", .enabled(if: Program.compiler != nil, "needs a C compiler"))
    struct CrashTests {
        private let folder: ScratchFolder
        private let library: String

        init() throws {
            folder = try ScratchFolder()
            library = folder("faults.so")
            let compiler = try ChildProcess(
                try #require(Program.compiler),
                ["-shared", "-fPIC", "-o", library, Program.root + "/scripts/crash/faults.c"])
            try #require(compiler.wait() == .exited(0), "\(compiler.error)")
        }

        private func crash(_ arguments: String...) throws -> ChildProcess {
            let process = try ChildProcess(
                Program.berthProof,
                ["crash", "--daemon", Program.berthd, "--library", library, "--state", folder("c")] + arguments)
            process.wait()
            return process
        }

        /// `BERTH_TEST_SEED` repeats a run's requests and faults.
        @Test(
            "nothing that clients saw is wrong, however the daemon ends",
            arguments: ["kill", "stop", "clock", "full", "io", "slow", "files", "memory", "power"])
        func ends(fault: String) throws {
            let seed = ProcessInfo.processInfo.environment["BERTH_TEST_SEED"] ?? "\(UInt32.random(in: 0...UInt32.max))"
            let run = try crash("--fault", fault, "--kills", "6", "--clients", "12", "--answers", "40", "--seed", seed)
            #expect(run.wait() == .exited(0), "\(run.output) \(run.error)")
            #expect(run.output.contains("\(fault) 6"), "\(run.output)")
        }

        @Test("a disk that lies about its syncs is found out when the power goes")
        func lyingDisk() throws {
            let run = try crash("--fault", "power", "--kills", "6", "--lying-disk", "--seed", "1")
            #expect(run.wait() == .exited(1), "\(run.output)")
            // An answer is gone, or the book that lost pages is refused.
            #expect(
                run.output.contains("is not in the log: it is lost") || run.output.contains("book.sqlite: damaged: "),
                "\(run.output)")
            #expect(run.output.contains("berth-proof crash --seed 1 --round 0 --fault power"))
        }

        @Test("what it cannot use is refused before anything is started")
        func refused() throws {
            for (arguments, words) in [
                (["--kills", "0"], "1 or more"), (["--fault", "kill,rust"], "fault"),
                (["--seconds", "0"], "--seconds"), (["--daemon", "/nowhere"], "/nowhere"),
            ] {
                let run = try ChildProcess(Program.berthProof, ["crash", "--library", library] + arguments)
                #expect(run.wait() == .exited(64) && run.error.contains(words), "\(arguments): \(run.error)")
            }
        }

        @Test("a daemon that is none is found at once, and what there is of it is kept")
        func none() throws {
            let run = try ChildProcess(
                Program.berthProof,
                ["crash", "--daemon", "/bin/false", "--library", library, "--state", folder("c"), "--kills", "1"])
            #expect(run.wait() == .exited(1) && run.output.contains("the daemon does not start"), "\(run.output)")
            #expect(FileManager.default.fileExists(atPath: folder("c/round-0/history.json")))
        }
    }
}
