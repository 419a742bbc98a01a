// berth spares

import ArgumentParser
import ControlAPI
import ControlClient

struct SparesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spares",
        abstract: "Show how many spares a promised availability needs.",
        discussion: """
            Nodes fail and are repaired each on its own. Rates are the catalogue's, or the fleet's own once it has \
            seen 30 failures, or those that are given.

            ALL UP is how often everything that is promised is up; GPU-HOURS the share of the promised hours that is \
            delivered on average, which is what a contract's availabilityTargetPercent speaks of.

            EXAMPLE
              berth spares --shape nvl72 --availability 99.5
              berth spares --nodes 64 --gpu H100 --availability 99.9 \\
                --failures 6.5 --repair 3d
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "The domain: block, rack or nvl72; all that the fleet has where it is left out.")
    var shape: Shape?

    @Option(help: ArgumentHelp("Only of this GPU model.", valueName: "model"))
    var gpu: String?

    @Option(help: ArgumentHelp("So many nodes, in place of a domain of the fleet.", valueName: "n"))
    var nodes: Int?

    @Option(help: ArgumentHelp("What is promised.", valueName: "percent"))
    var availability: Double?

    @Option(help: ArgumentHelp("Failures for each 1,000 days of a node.", valueName: "n"))
    var failures: Double?

    @Option(help: ArgumentHelp("From failure to service, as 1d.", valueName: "duration"))
    var repair: WireDuration?

    func run() async throws {
        try await connection.run(output) { client in
            let list = try await client.spares(
                shape: shape, gpu: gpu, nodes: nodes, availability: availability, failures: failures, repair: repair)
            try output.print(list) { list in
                for (index, table) in list.tables.enumerated() {
                    if index > 0 { Terminal.standardOutput.write("") }
                    print(table)
                }
            }
        }
    }

    private func print(_ answer: SpareAnswer) {
        let terminal = Terminal.standardOutput
        let what = [answer.shape?.rawValue, answer.platform].compactMap(\.self).joined(separator: " of ")
        terminal.write(
            Style.heading.applied(to: "\(what), \(counted(answer.nodes, "node"))", inColour: terminal.usesColour))
        terminal.write(
            "  \(decimal(answer.failuresPer1000NodeDays)) failures for each 1,000 node-days (\(answer.failuresBasis.rawValue)), "
                + "\(decimal(answer.repairHours)) hours a repair (\(answer.repairBasis.rawValue)): each node is down "
                + "\(decimal(answer.downPercent)) % of the time")
        if let record = answer.record {
            let repairs =
                record.repairHours.map { ", \(decimal($0)) hours a repair over \(counted(record.repairs))" } ?? ""
            terminal.write(
                "  this fleet since \(record.since): \(counted(record.failures, "failure")) after the first, "
                    + "\(decimal(record.failuresPer1000NodeDays)) for each 1,000 node-days\(repairs)")
        }
        var table = Table(
            .number("SPARES"), .number("NODES"), .number("GPUS"), .number("ALL UP"), .number("GPU-HOURS"), .text(""))
        for row in answer.rows {
            let marks = [
                row.spares == answer.sparesForGpuHours ? "GPU-hours \(decimal(availability ?? 0)) %" : nil,
                row.spares == answer.sparesForAllUp ? "all up \(decimal(availability ?? 0)) %" : nil,
            ].compactMap(\.self)
            table.add(
                .init(counted(row.spares), marks.isEmpty ? .plain : .good), .init(counted(row.nodes)),
                .init(counted(row.gpus)), .init(decimal(row.allUpPercent) + " %"),
                .init(decimal(row.gpuHoursPercent) + " %"), .init(marks.joined(separator: ", ")))
        }
        table.print()
        if availability != nil && answer.sparesForAllUp == nil { terminal.write("  no number of spares reaches that") }
    }

    /// Up to four places, without zeros at the end.
    private func decimal(_ value: Double) -> String {
        let scaled = Int((value * 10_000).rounded())
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: 10_000)
        guard rest > 0 else { return counted(whole) }
        var digits = String(repeating: "0", count: 4 - String(rest).count) + String(rest)
        while digits.hasSuffix("0") { digits.removeLast() }
        return counted(whole) + "." + digits
    }
}
