// berth fleet caps

import ArgumentParser
import ControlAPI
import ControlClient

struct FleetCaps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caps",
        abstract: "Show what power caps give and cost on each GPU model.",
        discussion: """
            Throughput is that of pre-training, fine-tuning and batch inference as a share of what it is without a cap: \
            measured on A100 and applied to the other models by the share that the cap is of their highest. The same for \
            each watt of the node is above 100 % where a cap gets more work out of the same power.

            EXAMPLE
              berth fleet caps
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.capTable()) { table($0).print() }
        }
    }

    private func table(_ caps: CapTable) -> Table {
        var table = Table(
            .word("GPU"), .number("CAP"), .number("PER GPU"), .number("NODE"), .number("PRETRAIN"), .number("FINETUNE"),
            .number("INFERENCE"), .number("PRETRAIN/W"), .number("FINETUNE/W"), .number("INFERENCE/W"))
        for platform in caps.platforms {
            for row in platform.caps {
                let (gives, perWatt) = (row.throughput, row.throughputPerWatt)
                table.add(
                    .init(platform.gpu), .init("\(row.capPercent) %"), .init("\(counted(row.capWattsPerGpu)) W"),
                    .init("\(counted(row.nodeWatts)) W"), .init(permilleText(gives.pretrain)),
                    .init(permilleText(gives.finetune)), .init(permilleText(gives.inference)),
                    .init(permilleText(perWatt.pretrain)), .init(permilleText(perWatt.finetune)),
                    .init(permilleText(perWatt.inference)))
            }
        }
        return table
    }
}

/// A share in permille as percent with one decimal, or that it is unknown.
func permilleText(_ permille: Int?) -> String {
    permille.map { "\($0 / 10).\($0 % 10) %" } ?? "unknown"
}

extension CapThroughput {
    /// The three classes in a line; nil at the highest cap, where nothing is lost.
    var text: String? {
        if [pretrain, finetune, inference] == [1_000, 1_000, 1_000] { return nil }
        return "pre-training \(permilleText(pretrain)), fine-tuning \(permilleText(finetune)), inference "
            + "\(permilleText(inference)) of that without a cap, by the curve of A100"
    }
}
