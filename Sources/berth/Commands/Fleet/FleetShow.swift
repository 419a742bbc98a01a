// berth fleet show

import ArgumentParser
import ControlAPI
import ControlClient

struct FleetShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the fleet in force: sites and platforms.",
        discussion: """
            EXAMPLE
              berth fleet
              berth fleet show -o yaml
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.fleet()) { fleet in
                Terminal.standardOutput.write("fleet \(fleet.name), version \(fleet.version)")
                siteTable(fleet).print()
                Terminal.standardOutput.write("")
                platformTable(fleet).print()
            }
        }
    }

    private func siteTable(_ fleet: FleetAnswer) -> Table {
        var table = Table(
            .text("SITE"), .number("NODES"), .number("GPUS"), .number("PUE"), .number("PRICE/MWH"),
            .number("G CO2/KWH"),
            .number("RELIABILITY"))
        for site in fleet.sites {
            table.add(
                .init(site.name), .init(counted(site.nodes)), .init(counted(site.gpus)), .init(rounded(site.pue)),
                .init(site.energyPricePerMWh.text), .init(counted(site.carbonGramsPerKWh)),
                .init("\(site.reliabilityPercent) %"))
        }
        return table
    }

    private func platformTable(_ fleet: FleetAnswer) -> Table {
        var table = Table(
            .text("SITE"), .text("PLATFORM"), .text("GPU"), .number("NODES"), .number("GPUS"), .number("MEMORY"),
            .number("CAP"))
        for site in fleet.sites {
            for platform in site.platforms {
                table.add(
                    .init(site.name), .init(platform.platform), .init(platform.gpu), .init(counted(platform.nodes)),
                    .init(counted(platform.gpus)), .init("\(platform.gpuMemoryGib) GiB"),
                    .init("\(platform.capWattsMin)-\(platform.capWattsMax) W"))
            }
        }
        return table
    }
}
