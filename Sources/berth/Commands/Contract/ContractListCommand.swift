// berth contract list

import ArgumentParser
import ControlAPI
import ControlClient

struct ContractListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List contracts with their price and terms.",
        discussion: """
            EXAMPLE
              berth contract list
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    func run() async throws {
        try await connection.run(output) { client in
            let contracts = try await pages.collect { page in
                let list = try await client.contracts(page: page)
                return (list.contracts, list.cursor)
            }
            try output.print(ContractList(contracts: contracts)) { table($0.contracts).print() }
        }
    }

    private func table(_ contracts: [ContractAnswer]) -> Table {
        var table = Table(
            .text("CONTRACT"), .text("TENANT"), .number("LEASES"), .number("PRICE"), .number("NOTICE"),
            .text("RECLAIM CAUSES"), .text("DESCRIPTION"))
        for contract in contracts {
            let terms = contract.terms
            table.add(
                .init(contract.name), .init(terms.tenant ?? "any"), .init(counted(contract.leases)),
                .init(terms.price?.texts.joined(separator: " + ") ?? "-"),
                .init(terms.noticePeriod?.description ?? "-"),
                .init(terms.reclaimCauses?.joined(separator: ", ") ?? "-"), .init(terms.description ?? ""))
        }
        return table
    }
}

extension PriceSpecification {
    /// Each part of the price, as `$920,000,000 a month`.
    var texts: [String] {
        [
            perMonth.map { $0.text + " a month" }, perYear.map { $0.text + " a year" },
            perGpuHour.map { $0.text + " a GPU-hour" }, perMWh.map { $0.text + " a MWh" },
        ].compactMap(\.self)
    }
}
