// The samples as a table of their own, and the words at the end.

import Foundation
import Simulation

/// A file of comma-separated values with a line for each sample, written as they come.
struct SoakTable {
    private static let kinds = ["reads", "writes", "probe reads", "probe writes"]
    private static let files = ["book.sqlite", "book.sqlite-wal", "access.sqlite", "access.sqlite-wal"]
    private let file: FileHandle

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw ProofFault("\(path) cannot be written") }
        self.file = file
        var columns = [
            "second", "life", "warm", "resident_bytes", "anonymous_bytes", "proportional_bytes", "descriptors",
            "threads",
            "entries", "leases_kept", "processor_share", "driver_delay_us",
        ]
        columns += (Self.files + ["other files"]).map { $0.replacing(" ", with: "_") + "_bytes" }
        for kind in Self.kinds {
            let name = kind.replacing(" ", with: "_")
            columns += ["count", "p50_us", "p99_us", "p999_us", "max_us"].map { "\(name)_\($0)" }
        }
        try write(columns)
    }

    private func write(_ fields: [String]) throws {
        try file.write(contentsOf: Data((fields.joined(separator: ",") + "\n").utf8))
    }

    func add(_ sample: SoakSample) throws {
        var fields = [
            String(format: "%.1f", sample.second), "\(sample.life)", sample.isWarm ? "1" : "0",
            "\(sample.residentBytes)",
            "\(sample.anonymousBytes)", "\(sample.proportionalBytes)", "\(sample.descriptors)", "\(sample.threads)",
            "\(sample.entries)", "\(sample.leases.values.reduce(0, +))", String(format: "%.3f", sample.processorShare),
            "\(sample.driverDelay / 1_000)",
        ]
        let rest = sample.files.filter { !Self.files.contains($0.key) }.values.reduce(0, +)
        fields += Self.files.map { "\(sample.files[$0] ?? 0)" } + ["\(rest)"]
        for kind in Self.kinds {
            guard let latency = sample.latencies[kind] else {
                fields += ["0", "", "", "", ""]
                continue
            }
            fields += ["\(latency.count)"]
            fields += [latency.p50, latency.p99, latency.p999, latency.longest].map { "\($0 / 1_000)" }
        }
        try write(fields)
    }
}

extension SoakReport {
    /// What was seen, in words.
    func text(_ judgement: SoakJudgement) -> String {
        var lines: [String] = []
        let operations = SoakOperation.allCases.compactMap { whole[$0.rawValue]?.count }.reduce(0, +)
        if let last = samples.last {
            lines.append(
                "\(operations) operations in \(Int(last.second)) s, \(last.entries) entries, \(woken.polls) polls answered, "
                    + "\(woken.eventBytes >> 20) MiB of events, "
                    + "\(samples.count) samples, \(samples.count { $0.isWarm }) of them warm")
            let kept = last.leases.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("leases at the end: \(kept.joined(separator: ", ")); filled in \(Int(fillSeconds)) s")
            lines.append(
                String(
                    format:
                        "the daemon took %.2f of a processor (median); a thread that sleeps woke at most %.1f ms too late",
                    RobustSlope.median(samples.map(\.processorShare)),
                    Double(samples.map(\.driverDelay).max() ?? 0) / 1e6))
        }
        for (name, seconds) in [("backups", backupSeconds), ("restarts", downSeconds)] where !seconds.isEmpty {
            lines.append(
                "\(seconds.count) \(name): "
                    + String(format: "%.1f s (median), %.1f s at most", RobustSlope.median(seconds), seconds.max() ?? 0)
            )
        }
        if !refusals.isEmpty {
            let codes = refusals.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("refused: \(codes.joined(separator: ", "))")
        }
        lines += ["", "milliseconds from when a request should have been sent: p50, p99, p99.9, longest"]
        let names = ["reads", "writes", "probe reads", "probe writes"] + SoakOperation.allCases.map(\.rawValue)
        for name in names {
            guard let histogram = whole[name], let latency = LatencySummary(histogram) else { continue }
            lines.append(
                "  " + name.padding(toLength: 14, withPad: " ", startingAt: 0)
                    + String(
                        format: "%9d %9.2f %9.2f %9.2f %9.2f", latency.count, Double(latency.p50) / 1e6,
                        Double(latency.p99) / 1e6, Double(latency.p999) / 1e6, Double(latency.longest) / 1e6))
        }
        lines += ["", "since it was warm"]
        lines += judgement.series.map { "  \($0.line)" } + ["  \(judgement.book.line)"]
        lines += [
            "",
            "\(pauses.count) pauses over \(SoakWatch.pauseNotedMin / 1_000_000) ms; the longest of the daemon's own",
        ]
        for pause in pauses.sorted(by: { $0.ownNanoseconds > $1.ownNanoseconds }).prefix(12) {
            lines.append(
                "  \(pause.ownNanoseconds / 1_000_000) of \(pause.nanoseconds / 1_000_000) ms at \(Int(pause.second)) s, "
                    + "\(pause.kind): \(pause.words)")
        }
        return lines.joined(separator: "\n")
    }
}
