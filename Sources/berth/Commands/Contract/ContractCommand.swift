// berth contract

import ArgumentParser

struct ContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "List, show, explain, set and remove contracts.",
        discussion: """
            EXAMPLE
              berth contract set acme-2027 -f acme-2027.yaml
              berth contract explain acme-2027
            """,
        subcommands: [
            ContractListCommand.self, ContractShow.self, ContractExplain.self, ContractSet.self, ContractRemove.self,
        ])
}
