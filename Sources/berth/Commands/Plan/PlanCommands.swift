// berth plan

import ArgumentParser

struct PlanCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "See what changes would do to leases, watts, fragmentation and revenue.",
        discussion: """
            Without a subcommand: a file of commands. They are tried in order on a fork of the live book, all or none, \
            and nothing changes; with --commit they are carried out when they would still do the same.

            EXAMPLE
              berth plan what-if.yaml
              berth plan fail-feed memphis-1-h1-msb
              berth plan load-target memphis-1-meter grid-call --reduce 60MW --for 3h
              berth plan release acme/training --commit --reason "ends early"
            """,
        subcommands: [
            PlanFileCommand.self, PlanFailFeedCommand.self, PlanLoadTargetCommand.self, PlanReleaseCommand.self,
            PlanDefragmentCommand.self,
        ], defaultSubcommand: PlanFileCommand.self)
}
