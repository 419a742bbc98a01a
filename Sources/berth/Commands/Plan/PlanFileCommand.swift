// berth plan FILE

import ArgumentParser
import ControlAPI

struct PlanFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file",
        abstract: "Plan the commands of a file.",
        discussion: """
            The file is YAML or JSON: a list of commands, each under the name of what it does, with the fields of the request \
            that does it. The names: reserve, release, loadTarget, removeLoadTarget, failFeed, restoreFeed, nodes, \
            maintenance, removeMaintenance, tenant, contract.

              commands:
                - failFeed: {budget: memphis-1-h1-msb}
                - release: {lease: l-7kq2}
                - reserve:
                    tenant: acme
                    reservations: [{shape: block, count: 4, gpu: [H100]}]
                    duration: 30d

            EXAMPLE
              berth plan what-if.yaml --at 2026-12-01T16:00:00Z
              berth plan what-if.yaml --commit --reason "agreed on Monday"
            """)

    @OptionGroup var plan: PlanOptions

    @Argument(help: "The file; - for standard input.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    func run() async throws {
        try await plan.connection.run(plan.output) { client in
            var request = try StrictYAML.decode(PlanRequest.self, fromFile: file, powers: loadTargetPowers)
            if plan.at != nil { request.at = plan.at }
            try await plan.run(request, client)
        }
    }
}
