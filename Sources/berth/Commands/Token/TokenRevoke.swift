// berth token revoke

import ArgumentParser
import ControlAPI
import ControlClient

struct TokenRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a token, and all that were made with it, at once.",
        discussion: """
            EXAMPLE
              berth token revoke ci --tenant acme --reason "the build host was replaced"
              berth token revoke t-7kq2m0c9x41rz
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The token's id, or with --tenant the name of a live one.")
    var token: String

    @Option(help: "The tenant whose it is.")
    var tenant: String?

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            let id = try await id(client)
            let revoked = try await client.revokeToken(id, ofTenant: tenant, reason: reason)
            try output.print(revoked) { tokenTable([$0]).print() }
        }
    }

    /// A name stands for the live token of that name.
    private func id(_ client: ControlClient) async throws -> String {
        guard let tenant else { return token }
        var cursor: String?
        repeat {
            let list = try await client.tokens(ofTenant: tenant, page: Page(limit: 1_000, cursor: cursor))
            if let found = list.tokens.first(where: { $0.state == .live && $0.name == token }) { return found.id }
            cursor = list.cursor
        } while cursor != nil
        return token
    }
}
