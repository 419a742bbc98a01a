// berth token revoke

import ArgumentParser
import ControlAPI
import ControlClient

struct TokenRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a token, and all that were made with it, at once.",
        discussion: """
            Without a token all live ones of --tenant or --role end, after they have been shown and you have said yes.

            EXAMPLE
              berth token revoke ci --tenant acme --reason "the build host was replaced"
              berth token revoke k-7kq2m0c9x41rz
              berth token revoke --tenant acme --reason "the laptop was stolen"
              berth token revoke --role auditor --yes --reason "the audit is over"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(
        help: """
            The token's id, or with --tenant or --role the name of a live one. Left out: all live ones of that owner.
            """)
    var token: String?

    @Option(help: "The tenant whose it is.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: "Instead of a tenant: auditor or actuator.")
    var role: TokenRole?

    @Flag(help: "Do not ask before all tokens of an owner end.")
    var yes = false

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func validate() throws {
        if tenant != nil && role != nil { throw ValidationError("Name --tenant NAME or --role ROLE, not both.") }
        if token == nil && tenant == nil && role == nil {
            throw ValidationError("Name a token, or an owner with --tenant NAME or --role ROLE.")
        }
    }

    func run() async throws {
        try await connection.run(output, seeking: tenant.map { SoughtName(.tenant, $0) }) { client in
            let live = tenant == nil && role == nil ? [] : try await owned(client).filter { $0.state == .live }
            guard let token else { return try await revokeAll(live, client) }
            let id = live.first { $0.name == token }?.id ?? token
            let revoked = try await client.revokeToken(id, ofTenant: tenant, reason: reason)
            try output.print(revoked) { tokenTable([$0]).print() }
        }
    }

    private func revokeAll(_ live: [TokenAnswer], _ client: ControlClient) async throws {
        let owner = tenant ?? role?.rawValue ?? ""
        guard !live.isEmpty else {
            Terminal.standardError.write("\(owner) has no live token")
            return try output.print(TokenList(tokens: [])) { _ in }
        }
        if !yes {
            let dialogue = try Dialogue.onTerminal(
                for: "Ending all tokens of \(owner)", instead: "See them with berth token list, and give --yes.")
            for line in tokenTable(live).lines(columnCountMax: Terminal.standardError.columnCount, inColour: false) {
                dialogue.say(line)
            }
            guard try dialogue.confirms("End \(live.count == 1 ? "it" : "all \(counted(live.count))")?") else {
                throw CommandFailure(status: .failed, message: "Nothing was revoked.")
            }
        }
        var revoked: [TokenAnswer] = []
        for token in live {
            revoked.append(try await client.revokeToken(token.id, ofTenant: tenant, reason: reason))
        }
        try output.print(TokenList(tokens: revoked)) { tokenTable($0.tokens).print() }
    }

    /// The tokens of the owner that was named.
    private func owned(_ client: ControlClient) async throws -> [TokenAnswer] {
        var (tokens, cursor): ([TokenAnswer], String?) = ([], nil)
        repeat {
            let page = Page(limit: WireLimits.listLimitMax, cursor: cursor)
            let list: TokenList
            if let tenant {
                list = try await client.tokens(ofTenant: tenant, page: page)
            } else {
                list = try await client.tokens(owner: role?.rawValue, page: page)
            }
            tokens += list.tokens
            cursor = list.cursor
        } while cursor != nil
        return tokens
    }
}
