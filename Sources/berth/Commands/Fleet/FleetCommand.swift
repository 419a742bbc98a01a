// berth fleet

import ArgumentParser

struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Show the fleet in force: sites, platforms, and what power caps cost.",
        discussion: """
            Without a subcommand: sites and platforms.

            EXAMPLE
              berth fleet
              berth fleet caps
            """,
        subcommands: [FleetShow.self, FleetCaps.self],
        defaultSubcommand: FleetShow.self)
}
