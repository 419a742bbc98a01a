// What was measured, as tables for people and as one for programs.

import Foundation

enum CoreReport {
    // MARK: Decisions

    static let decisionsHeading = [
        "| work | full | place | place and commit | release | cold, p50 | allocations | goal |",
        "|---|---|---|---|---|---|---|---|",
    ]

    static func decisionLine(_ measurement: Measurement, percent: Int) -> String {
        let row = measurement.row
        let refused = measurement.fits ? measurement.refuse.count : 0
        let left = refused > 0 ? "; \(refused) of \(refused + measurement.place.count) refused, left out" : ""
        let start = "| \(row.title)\(left) | \(percent) % | "
        guard measurement.fits else {
            let part = measurement.shortfall.map { "\($0.placed) of \($0.wanted) placed; " } ?? ""
            return start + "does not fit (\(part)said in \(micros(measurement.refuse.p50))) | | | | | |"
        }
        let allocations = measurement.allocationsPerDecision
        let cells = [
            times(measurement.place), times(measurement.decide), times(measurement.release),
            micros(measurement.cold.p50), allocations == 0 ? "0" : String(format: "%.3f", allocations),
            goal(row, measurement.decide),
        ]
        return start + cells.joined(separator: " | ") + " |"
    }

    static func startsLine(_ starts: EarliestStarts, percent: Int) -> String {
        let met = starts.found.p99 <= EarliestStarts.goalP99 ? "met" : "**missed**"
        let none =
            starts.none.isEmpty ? "" : "; \(starts.none.count) times there is none, said in \(micros(starts.none.p50))"
        return "| earliest start for \(EarliestStarts.blockCount) blocks, \(starts.medianDaysAhead) days ahead\(none) "
            + "| \(percent) % | \(times(starts.found)) | – | – | – | – | p99 \(micros(EarliestStarts.goalP99)): \(met) |"
    }

    private static func times(_ samples: Samples) -> String {
        "\(micros(samples.p50)) / \(micros(samples.p99)) / \(micros(samples.longest))"
    }

    private static func goal(_ row: CoreRow, _ decide: Samples) -> String {
        func verdict(_ goal: Int64, _ measured: Int64, _ name: String) -> String {
            let ratio = String(format: "%.1f", Double(measured) / Double(goal))
            return "\(name) \(micros(goal)): \(measured <= goal ? "met" : "**missed \(ratio) times**")"
        }
        let parts = [
            row.goalP50.map { verdict($0, decide.p50, "p50") }, row.goalP99.map { verdict($0, decide.p99, "p99") },
        ]
        let said = parts.compactMap(\.self).joined(separator: ", ")
        return said.isEmpty ? "–" : said
    }

    // MARK: Memory

    static let memoryHeading = """
        | full | leases | bytes a GPU | of these the calendar | make the empty state | make it and book all again |
        |---|---|---|---|---|---|
        """

    static func memoryLine(_ report: OccupancyReport) -> String {
        let memory = report.memory
        let cells = [
            "\(report.percent) %", "\(memory.liveCount)", memory.bytesPerGPU(memory.ownedBytes),
            memory.bytesPerGPU(memory.calendarBytes), String(format: "%.1f ms", Double(memory.makeNanoseconds) / 1e6),
            String(format: "%.1f ms", Double(memory.rebuildNanoseconds) / 1e6),
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    // MARK: The floor

    /// The floor is the time in which the lines that a decision touches could be read one after another.
    static func floorHeading(bandwidth: Double) -> String {
        """
        One core reads \(String(format: "%.1f", bandwidth / 1e9)) GB/s in a row. Floor: the lines of 64 bytes that placing \
        and committing touch, read at that rate. Instructions by callgrind, on what it simulates of the machine.

        | work | full | instructions: place + commit | data references | lines touched | floor, ns | warm p50 / floor \
        | cold p50 / floor |
        |---|---|---|---|---|---|---|---|
        """
    }

    static func floorNanoseconds(_ counts: InstructionCounts, bandwidth: Double) -> Double {
        counts.linesTouched * 64 / bandwidth * 1e9
    }

    static func floorLines(_ report: OccupancyReport, bandwidth: Double) -> [String] {
        report.measurements.compactMap { measurement in
            guard let counts = report.counts[measurement.row.key], measurement.fits else { return nil }
            let floor = floorNanoseconds(counts, bandwidth: bandwidth)
            func ratio(_ samples: Samples) -> String { String(format: "%.1f", Double(samples.p50) / floor) }
            let cells = [
                measurement.row.title, "\(report.percent) %",
                "\(whole(counts.placeInstructions)) + \(whole(counts.commitInstructions))",
                whole(counts.dataReferences), whole(counts.linesTouched), whole(floor), ratio(measurement.decide),
                ratio(measurement.cold),
            ]
            return "| " + cells.joined(separator: " | ") + " |"
        }
    }

    private static func whole(_ number: Double) -> String { String(format: "%.0f", number) }

    // MARK: For programs

    static func csv(_ reports: [OccupancyReport], bandwidth: Double) -> String {
        var lines = [
            "occupancy_percent,work,granted,refused,place_p50_ns,place_p99_ns,place_max_ns,decide_p50_ns,decide_p99_ns,"
                + "decide_max_ns,release_p50_ns,release_p99_ns,release_max_ns,cold_p50_ns,refuse_p50_ns,"
                + "allocations_per_decision,place_instructions,commit_instructions,data_references,lines_touched,"
                + "floor_ns,bytes_per_gpu,calendar_bytes_per_gpu,leases"
        ]
        for report in reports {
            for measurement in report.measurements { lines.append(csvLine(measurement, report, bandwidth)) }
            guard let starts = report.starts else { continue }
            let times = "\(starts.found.p50),\(starts.found.p99),\(starts.found.longest)"
            lines.append(
                "\(report.percent),earliest-start,\(starts.found.count),\(starts.none.count),\(times)"
                    + String(repeating: ",", count: 17))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func csvLine(_ measurement: Measurement, _ report: OccupancyReport, _ bandwidth: Double) -> String {
        var cells = [
            "\(report.percent)", measurement.row.key, "\(measurement.decide.count)", "\(measurement.refuse.count)",
        ]
        for samples in [measurement.place, measurement.decide, measurement.release] {
            let times = samples.isEmpty ? ["", "", ""] : ["\(samples.p50)", "\(samples.p99)", "\(samples.longest)"]
            cells += times
        }
        cells.append(measurement.cold.isEmpty ? "" : "\(measurement.cold.p50)")
        cells.append(measurement.refuse.isEmpty ? "" : "\(measurement.refuse.p50)")
        cells.append(measurement.fits ? String(format: "%.4f", measurement.allocationsPerDecision) : "")
        if let counts = report.counts[measurement.row.key] {
            cells += [counts.placeInstructions, counts.commitInstructions, counts.dataReferences, counts.linesTouched]
                .map(whole)
            cells.append(whole(floorNanoseconds(counts, bandwidth: bandwidth)))
        } else {
            cells += ["", "", "", "", ""]
        }
        let memory = report.memory
        cells += [
            memory.bytesPerGPU(memory.ownedBytes), memory.bytesPerGPU(memory.calendarBytes), "\(memory.liveCount)",
        ]
        return cells.joined(separator: ",")
    }
}
