// berth nodes

import ArgumentParser

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "Show nodes, and take them out of service and back.",
        discussion: """
            Without a subcommand: the list.

            EXAMPLE
              berth nodes --state faulty --all
              berth nodes drain 'memphis-1-h1-b012-r1-n[1-8]' --reason "new firmware"
            """,
        subcommands: [
            NodesList.self, NodesCordon.self, NodesUncordon.self, NodesDrain.self, NodesUndrain.self,
            NodesFault.self, NodesService.self, NodesRepair.self, NodesCleaned.self, NodesValidated.self,
            NodesIdentify.self,
        ],
        defaultSubcommand: NodesList.self)
}
