// berth token list

import ArgumentParser
import ControlAPI
import ControlClient

struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tokens with their scopes, ends and last use.",
        discussion: """
            Operators and auditors see all of them; a tenant names itself.

            EXAMPLE
              berth token list --tenant acme
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    @Option(help: "Only this tenant's.")
    var tenant: String?

    func run() async throws {
        try await connection.run(output) { client in
            let tokens = try await pages.collect { page in
                let list: TokenList
                if let tenant {
                    list = try await client.tokens(ofTenant: tenant, page: page)
                } else {
                    list = try await client.tokens(page: page)
                }
                return (list.tokens, list.cursor)
            }
            try output.print(TokenList(tokens: tokens)) { tokenTable($0.tokens).print() }
        }
    }
}
