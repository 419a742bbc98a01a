// What berth simulate gangs prints.

import Simulation

/// Two tables over the rules: what was placed, and what shape the fleet was in.
struct GangTables {
    /// The runs of each rule, one for each seed.
    let outcomes: [(name: String, runs: [GangOutcome])]
    let queues: Bool

    func print() {
        placed.print()
        Terminal.standardOutput.write("")
        fleet.print()
    }

    /// What would be placed if moves cost nothing.
    static func printCeiling(_ runs: [GangOutcome]) {
        func sum(_ value: (GangOutcome) -> Int) -> Int { runs.reduce(0) { $0 + value($1) } }
        let accepted = percent(sum(\.placedGPUs), of: sum(\.askedGPUs))
        let used = percent(sum { Int($0.usedGPUSeconds) }, of: sum { Int($0.capacityGPUSeconds) })
        Terminal.standardOutput.write("")
        Terminal.standardOutput.write(
            "If all could be moved at any time, first come, first served: GPUs accepted \(accepted), allocated \(used)")
    }

    private var placed: Table {
        var table = Table(
            .word("RULE"), .number("ACCEPTED"), .number("GPUS ACCEPTED"), .number("ALLOCATED"), .number("OF ASKED"),
            .number("REFUSED THOUGH FREE"), .number("FIRST AT"), .number(queues ? "WAIT" : "NO POWER"),
            .number("BLOCKS/LEAST"), .number("RACKS/LEAST"), .number("P50"), .number("P99"))
        for (name, runs) in outcomes {
            func sum(_ value: (GangOutcome) -> Int) -> Int { runs.reduce(0) { $0 + value($1) } }
            let first = runs.compactMap(\.usedPermilleAtFirstRefusal)
            let used = sum { Int($0.usedGPUSeconds) }
            let waited = scaled(sum { Int($0.waitedSeconds) } / max(1, sum(\.asked)), by: 3_600, decimals: 1) + " h"
            table.add(
                .init(name), .init(Self.percent(sum(\.placed), of: sum(\.asked))),
                .init(Self.percent(sum(\.placedGPUs), of: sum(\.askedGPUs))),
                .init(Self.percent(used, of: sum { Int($0.capacityGPUSeconds) })),
                .init(Self.percent(used, of: sum { Int($0.offeredGPUSeconds) })),
                .init(counted(sum(\.refusedThoughFree))),
                .init(first.isEmpty ? "-" : share(first.reduce(0, +), of: first.count * 1_000)),
                .init(queues ? waited : counted(sum(\.refusedForPower))),
                .init(ratio(sum(\.groupsSpanned), sum(\.groupsLeast))),
                .init(ratio(sum(\.racksSpanned), sum(\.racksLeast))),
                .init(micros(runs, percentile: 50)), .init(micros(runs, percentile: 99)))
        }
        return table
    }

    private var fleet: Table {
        var table = Table(
            .word("RULE"), .number("WHOLE BLOCKS"), .number("AT END"), .number("WHOLE NVL72"), .number("AT END"),
            .number("LARGEST FREE"), .number("LEAST"), .number("ON BROKEN NODES"), .number("STRANDED GPUS"),
            .number("STRANDED"))
        for (name, runs) in outcomes {
            let samples = runs.flatMap(\.samples)
            func mean(_ value: (GangSample) -> Int) -> Int {
                samples.isEmpty ? 0 : samples.reduce(0) { $0 + value($1) } * 100 / samples.count
            }
            func end(_ value: (GangSample) -> Int) -> String {
                let last = runs.compactMap(\.samples.last).map(value)
                return last.isEmpty ? "-" : scaled(last.reduce(0, +), by: last.count, decimals: 1)
            }
            table.add(
                .init(name), .init(scaled(mean(\.wholeBlocks), by: 100, decimals: 2)), .init(end(\.wholeBlocks)),
                .init(scaled(mean(\.wholeNVL72), by: 100, decimals: 2)), .init(end(\.wholeNVL72)),
                .init(counted(mean(\.largestGPUs) / 100, "GPU")),
                .init(counted(samples.map(\.largestGPUs).min() ?? 0, "GPU")),
                .init(scaled(mean(\.brokenPermille), by: 1_000, decimals: 1) + " %"),
                .init(scaled(mean(\.strandedGPUs), by: 100, decimals: 1)),
                .init(power(mean { Int($0.strandedWatts) } / 100)))
        }
        return table
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : scaled(part * 100, by: whole, decimals: 2) + " %"
    }

    private func ratio(_ part: Int, _ whole: Int) -> String {
        whole == 0 ? "-" : scaled(part, by: whole, decimals: 3)
    }

    /// The mean over the seeds of a percentile.
    private func micros(_ runs: [GangOutcome], percentile: Int) -> String {
        let sum = runs.reduce(0) { $0 + Int($1.decisionNanoseconds(percentile: percentile)) }
        return scaled(sum / max(1, runs.count), by: 1_000, decimals: 1) + " µs"
    }
}
