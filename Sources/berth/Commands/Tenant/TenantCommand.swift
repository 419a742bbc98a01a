// berth tenant

import ArgumentParser

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant",
        abstract: "List, show, set and remove tenants.",
        discussion: """
            EXAMPLE
              berth tenant set acme --gpus 4096 --watts 6MW
              berth tenant list
            """,
        subcommands: [TenantListCommand.self, TenantShow.self, TenantSet.self, TenantRemove.self])
}
