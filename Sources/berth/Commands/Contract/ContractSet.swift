// berth contract set

import ArgumentParser
import ControlAPI
import ControlClient

struct ContractSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "State a contract's terms, whether or not it is there.",
        discussion: """
            The whole contract is stated: a term that is left out is none.

            EXAMPLE
              berth contract set acme-2027 -f - <<'END'
              tenant: acme
              price: {perGpuHour: {currency: USD, micros: 2990000}}
              noticePeriod: 90d
              END
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The contract.", completion: .custom(LiveNames.contracts))
    var name: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The terms, as YAML or JSON; - is standard input.", valueName: "path"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    func run() async throws {
        try await connection.run(output) { client in
            let terms = try StrictYAML.decode(ContractSpecification.self, fromFile: file)
            try output.print(try await client.setContract(name, to: terms)) { contractTable($0).print() }
        }
    }
}
