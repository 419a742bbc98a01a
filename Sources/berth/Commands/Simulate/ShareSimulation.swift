// The answer of berth simulate shares.

import Simulation

/// What every policy made of one run.
struct ShareSimulation: Encodable {
    let nodes: Int
    let gpus: Int
    let loadPercent: Int
    let policies: [ShareSimulationRow]

    func printTable() {
        Terminal.standardOutput.write(
            "\(counted(nodes, "node")), \(counted(gpus, "GPU")); allocated GPUs at each load asked for, in percent")
        var table = Table(
            .word("POLICY"), .number("@95"), .number("@100"), .number("@110"), .number("@130"),
            .number("FIRST REFUSAL"), .number("FREE GPUS @100"), .number("FRAGMENTED").optional,
            .number("ACCEPTED").optional, .number("P50").optional, .number("P99").optional, .number("MEAN").optional)
        for row in policies {
            table.add(
                .init(row.policy), .init(percent(row.allocatedPercentAt95)), .init(percent(row.allocatedPercentAt100)),
                .init(percent(row.allocatedPercentAt110)), .init(percent(row.allocatedPercentAt130)),
                .init(percent(row.firstRefusalPercent)), .init(percent(row.freeGPUsAt100)),
                .init(percent(row.fragmentedPercentAt100)), .init(percent(row.acceptedPercent)),
                .init(time(row.decisionNanosP50)), .init(time(row.decisionNanosP99)),
                .init(time(row.decisionNanosMean)))
        }
        table.print()
    }

    private func percent(_ value: Double?) -> String {
        value.map { scaled(Int(($0 * 100).rounded()), by: 100, decimals: 2) } ?? "-"
    }

    private func time(_ nanoseconds: Int?) -> String {
        nanoseconds.map { scaled($0, by: 1_000, decimals: 2) + " us" } ?? "-"
    }
}

/// What one policy made of it. Percentages are of the capacity, the accepted ones of the arrivals.
struct ShareSimulationRow: Encodable {
    let policy: String
    let allocatedPercentAt95: Double?
    let allocatedPercentAt100: Double?
    let allocatedPercentAt110: Double?
    let allocatedPercentAt130: Double?
    /// The load at which a task with GPUs was first refused.
    let firstRefusalPercent: Double?
    let freeGPUsAt100: Double?
    let fragmentedPercentAt100: Double
    let acceptedPercent: Double
    let decisionNanosP50: Int?
    let decisionNanosP99: Int?
    let decisionNanosMean: Int?

    init(_ policy: SharePolicy, _ outcome: InflationOutcome) {
        self.policy = policy.rawValue
        allocatedPercentAt95 = outcome.allocatedPercent(at: 95)
        allocatedPercentAt100 = outcome.allocatedPercent(at: 100)
        allocatedPercentAt110 = outcome.allocatedPercent(at: 110)
        allocatedPercentAt130 = outcome.allocatedPercent(at: 130)
        firstRefusalPercent = outcome.firstRefusalPercent
        let gpus = Double(outcome.capacityMilli) / 1_000
        freeGPUsAt100 = outcome.allocatedPercent(at: 100).map { gpus * (100 - $0) / 100 }
        fragmentedPercentAt100 = 100 * outcome.fragmentedMilli / Double(outcome.capacityMilli)
        acceptedPercent = 100 * Double(outcome.acceptedCount) / Double(max(1, outcome.arrivalCount))
        decisionNanosP50 = outcome.nanoseconds(percentile: 50)
        decisionNanosP99 = outcome.nanoseconds(percentile: 99)
        decisionNanosMean = outcome.nanosecondsMean
    }
}
