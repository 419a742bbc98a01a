// berth lease batch

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseBatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Request many leases in one go: all or none, or each for itself.",
        discussion: """
            The file is YAML or JSON: atomic, true for all or none, and leases, a list of requests as lease create -f \
            takes them. When each is for itself, the command ends with the exit code of the first refusal, after the \
            others have been granted.

            EXAMPLE
              berth lease batch -f wave-3.yaml
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The file; - is standard input.", valueName: "path"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Option(help: ArgumentHelp("With the same key the same requests succeed once.", valueName: "key"))
    var idempotencyKey: String?

    func run() async throws {
        try await connection.run(output) { client in
            let request = try StrictYAML.decode(LeaseBatchRequest.self, fromFile: file)
            let answer = try await client.createLeases(request, idempotencyKey: idempotencyKey)
            try output.print(answer) { answer in
                leaseTable(answer.results.compactMap(\.lease)).print()
                for (index, result) in answer.results.enumerated() {
                    guard let problem = result.problem else { continue }
                    let report = ProblemReport(problem, connectionWords: connection.words)
                    Terminal.standardError.write("Request \(index + 1) of \(answer.results.count):")
                    for line in report.lines(inColour: Terminal.standardError.usesColour) {
                        Terminal.standardError.write("  " + line)
                    }
                }
            }
            if let problem = answer.results.lazy.compactMap(\.problem).first {
                let status = problem.code?.exitStatus ?? .failed
                throw CommandFailure(
                    status: status,
                    message:
                        "\(counted(answer.results.count { $0.lease == nil })) of \(counted(answer.results.count)) were refused."
                )
            }
        }
    }
}
