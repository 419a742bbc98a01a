// berth load-target set

import ArgumentParser
import ControlAPI
import ControlClient

struct LoadTargetSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a load target, in place of what was set under its id before.",
        discussion: """
            The start is the deadline: from there on the target holds. Leases whose terms ask for a longer notice than is \
            left until then are lowered once their notice is over.

            EXAMPLE
              berth load-target set memphis-1-meter grid-call --reduce 60MW \\
                --start 2026-12-01T16:00:00Z --for 3h --restore 10MW \\
                --reason "call from the grid"
              berth load-target set memphis-1-substation-a transformer \\
                --watts 120MW --physical --reason "transformer at 70 %"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @OptionGroup var target: LoadTargetOptions

    @Option(help: "Why, for the audit log.")
    var reason: String

    @Flag(help: "Only say what it would do.")
    var dryRun = false

    func validate() throws { try target.validate() }

    func run() async throws {
        let request = target.request(reason: reason)
        try await connection.run(output) { client in
            let answer = try await client.setLoadTarget(target.id, on: target.budget, to: request, isPlan: dryRun)
            try output.print(answer) { LoadTargetDetail($0, isPlan: dryRun).print() }
        }
    }
}
