// berth explain

import ArgumentParser
import ControlAPI
import ControlClient

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a lease is where it is, why not elsewhere, and what applies to it.",
        discussion: """
            Why not elsewhere is asked by a dry run that is pinned there: at each domain of --at, else at every other site. \
            Nothing is taken. What it shows of others is what the caller may see.

            EXAMPLE
              berth explain l-7kq2
              berth explain google/two-tenants.google --at memphis-1
              berth explain l-7kq2 --at memphis-2/h8 --at memphis-2/h7 -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    @Option(
        help: ArgumentHelp("Why it is not at this domain; repeat for more.", valueName: "path"),
        completion: .custom(LiveNames.domains))
    var at: [String] = []

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.lease, reference.lease)) { client in
            let id = try await reference.id(client)
            try output.print(try await LeaseExplanation.read(id, at: at, client)) { explanation in
                let terminal = Terminal.standardOutput
                for line in explanation.lines(inColour: terminal.usesColour) { terminal.write(line) }
            }
        }
    }
}
