// berth fault accept, reject

import ArgumentParser
import ControlAPI
import ControlClient

struct FaultAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Act on a report that is open.",
        discussion: """
            Without --act it is done what the policy proposes; of an error that it does not know, nothing is proposed.

            EXAMPLE
              berth fault accept f-3k1w8h2c9x4ez --reason "seen in the log of the BMC"
              berth fault accept f-3k1w8h2c9x4ez --act drain --reason "slow link"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The report.")
    var id: String

    @Option(help: "What to do: none, note, cordon, drain or fault.")
    var act: FaultAct?

    @Option(help: "Why, for the audit log and for the tenant.")
    var reason: String

    func run() async throws {
        try await connection.run(output) { client in
            let request = FaultDecisionRequest(accept: true, act: act, reason: reason)
            try output.print(try await client.decideFault(id, request)) { FaultDetail($0).print() }
        }
    }
}

struct FaultReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Say of a report that is open that nothing is wrong with the hardware.",
        discussion: """
            A node that was only closed for it opens again.

            EXAMPLE
              berth fault reject f-3k1w8h2c9x4ez --reason "passed every test"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The report.")
    var id: String

    @Option(help: "Why, for the audit log and for the tenant.")
    var reason: String

    func run() async throws {
        try await connection.run(output) { client in
            let request = FaultDecisionRequest(accept: false, reason: reason)
            try output.print(try await client.decideFault(id, request)) { FaultDetail($0).print() }
        }
    }
}
