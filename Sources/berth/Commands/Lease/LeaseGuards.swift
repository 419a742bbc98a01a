// berth lease guards

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseGuards: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guards",
        abstract: "Say what its contract lets the provider do with a lease, and from when on.",
        discussion: """
            EXAMPLE
              berth lease guards google/two-tenants.google
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.lease, reference.lease)) { client in
            try output.print(try await client.guards(on: try await reference.id(client))) { list in
                let contract = list.contract.map { "contract \($0), version \(list.contractVersion ?? 1)" }
                Terminal.standardOutput.write("\(list.lease), \(contract ?? "no contract, which binds neither side")")
                if let letting = list.letting {
                    Terminal.standardOutput.write(
                        "let to \(letting.to) until \(letting.until.short) (\(letting.sublease)); before that is over its tenant does not release, "
                            + "split, hand over or change it, and nobody makes it larger")
                }
                var table = Table(
                    .word("VERB"), .word("NOW"), .word("CLAUSE"), .word("TAKES EFFECT"), .text("WHY"))
                for item in list.guards {
                    table.add(
                        .init(item.verb), .init(item.allowed ? "yes" : "no", item.allowed ? .good : .bad),
                        .init(item.clause ?? "-"), .init(item.from?.short ?? "-"), .init(item.text))
                }
                table.print()
            }
        }
    }
}
