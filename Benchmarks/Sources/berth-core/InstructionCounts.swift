// Instructions and cache lines of a decision, from callgrind.

import Foundation
import Probes

/// What callgrind counted for one row, each for one decision.
struct InstructionCounts {
    var placeInstructions = 0.0
    var commitInstructions = 0.0
    /// Reads and writes of data while placing and committing.
    var dataReferences = 0.0
    /// Different lines of 64 bytes that a decision touches, of data.
    var linesTouched = 0.0

    /// The simulated first-level cache is made large, so that within one decision a line misses once: from empty caches
    /// its misses are the lines touched. Before each decision four times its size is read, which empties it.
    private static let cache = "--D1=2097152,16,64"
    private static let lastLevel = "--LL=8388608,16,64"
    static let evictedMegabytes = 8

    /// Why there are none; nil when there can be some.
    static func obstacle() -> String? {
        if !probe_callgrind_is_known() { return "valgrind's header was not there when this was built" }
        return ["valgrind", "strip"].first { path(of: $0) == nil }.map { "\($0) is not installed" }
    }

    private static func path(of program: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
            .first(where: FileManager.default.isExecutableFile)
    }

    /// Runs a program to its end; one that fails is told with the last line that it logged.
    private static func run(_ program: String, _ arguments: [String], log: URL? = nil) throws {
        guard let path = path(of: program) else { throw CoreFault("\(program) is not installed") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = log.flatMap { try? String(contentsOf: $0, encoding: .utf8) }?.split(separator: "\n").last ?? ""
            throw CoreFault("\(program) ended with \(process.terminationStatus) \(said)")
        }
    }

    /// Counts the rows at one occupancy, by key; a row that does not fit is left out.
    static func measured(
        rows: [CoreRow], fleetPath: String, percent: Int, future: Int
    ) throws -> [String: InstructionCounts] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("berth-core-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Older valgrinds give up on the compiler's debugging information.
        let program = folder.appendingPathComponent("program").path
        try run(
            "strip",
            ["--strip-debug", "-o", program, URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path])
        try run(
            "valgrind",
            [
                "--quiet", "--log-file=\(folder.path)/log", "--tool=callgrind", "--instr-atstart=no",
                "--collect-atstart=no", "--cache-sim=yes", cache,
                lastLevel, "--callgrind-out-file=\(folder.path)/out", program, "counted", "--fleet", fleetPath,
                "--occupancy", "\(percent)", "--future", "\(future)", "--rows",
                rows.map(\.key).joined(separator: ","),
            ], log: folder.appendingPathComponent("log"))
        try FileManager.default.removeItem(atPath: program)
        var counts: [String: InstructionCounts] = [:]
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            try read(String(contentsOf: file, encoding: .utf8), into: &counts)
        }
        return counts
    }

    /// Reads one file: its name stands in `desc: Trigger`, its sums in `summary` or `totals` in the order of `events`.
    private static func read(_ text: String, into counts: inout [String: InstructionCounts]) throws {
        var (name, events, sums) = ("", [Substring](), [Double]())
        for line in text.split(separator: "\n") {
            if line.hasPrefix("desc: Trigger: Client Request: ") {
                name = line.dropFirst("desc: Trigger: Client Request: ".count).trimmingCharacters(in: .whitespaces)
            } else if line.hasPrefix("events: ") {
                events = line.split(separator: " ").dropFirst().map { $0 }
            } else if line.hasPrefix("totals: ") || (line.hasPrefix("summary: ") && sums.isEmpty) {
                sums = line.split(separator: " ").dropFirst().compactMap { Double($0) }
            }
        }
        let parts = name.split(separator: "/").map(String.init)
        guard parts.count == 2, let row = CoreRow.all.first(where: { $0.key == parts[0] }),
            let part = CountedRun.Part(rawValue: parts[1])
        else { return }
        let decisions = Double(CountedRun.count(row, part))
        func sum(_ event: String) -> Double {
            guard let place = events.firstIndex(of: Substring(event)), place < sums.count else { return 0 }
            return sums[place] / decisions
        }
        var found = counts[row.key] ?? InstructionCounts()
        switch part {
        case .place:
            found.placeInstructions = sum("Ir")
            found.dataReferences += sum("Dr") + sum("Dw")
        case .commit:
            found.commitInstructions = sum("Ir")
            found.dataReferences += sum("Dr") + sum("Dw")
        case .cold: found.linesTouched = sum("D1mr") + sum("D1mw")
        }
        counts[row.key] = found
    }
}
