// berth offer

import ArgumentParser

struct OfferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offer",
        abstract: "Ask when, where and at what price something fits, and take an offer.",
        discussion: """
            Without a subcommand: ask. Offers hold nothing; taken before it expires, one is granted exactly as it \
            stands, or refused.

            EXAMPLE
              berth offer --tenant acme --line block:64:H100 \\
                --from 2026-12-01 --to 2027-03-01 --duration 30d..90d --cap 60%..80%
              berth offer take 1
            """,
        subcommands: [OfferAsk.self, OfferTake.self], defaultSubcommand: OfferAsk.self)
}
