// berth clock

import ArgumentParser

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock",
        abstract: "Confirm the daemon's clock after it has jumped.",
        discussion: """
            After a jump forward of over ten minutes that no downtime explains, nothing starts or ends by time until an \
            operator has looked at the machine's clock and confirmed it.

            EXAMPLE
              berth clock confirm
            """,
        subcommands: [ClockConfirm.self])
}
