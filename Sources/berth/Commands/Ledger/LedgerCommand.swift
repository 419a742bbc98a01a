// berth ledger

import ArgumentParser

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Show monthly statements, and check them against the facts.",
        discussion: """
            EXAMPLE
              berth ledger show google --month 2026-12
              berth ledger show google --month 2026-12 -o html > google-2026-12.html
              berth ledger verify
            """,
        subcommands: [LedgerShow.self, LedgerContractCommand.self, LedgerVerify.self])
}
