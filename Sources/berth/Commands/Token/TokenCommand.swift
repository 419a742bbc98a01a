// berth token

import ArgumentParser
import ControlAPI

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke bearer tokens.",
        discussion: """
            A token lets a program in over TCP. It belongs to a tenant, to auditors or to actuators, has scopes and an end, and \
            its secret is shown once.

            EXAMPLE
              berth token create ci --tenant acme --scope read --expires-in 30d
              berth token list --tenant acme
              berth token revoke ci --tenant acme
            """,
        subcommands: [TokenCreate.self, TokenListCommand.self, TokenRevoke.self])
}

/// Tokens, a row each.
func tokenTable(_ tokens: [TokenAnswer]) -> Table {
    var table = Table(
        .word("TOKEN"), .text("NAME"), .text("OWNER"), .word("STATE"), .text("SCOPES"), .word("EXPIRES"),
        .word("LAST USED"), .word("PEPPER"))
    for token in tokens {
        table.add(
            .init(token.id), .init(token.name), .init(token.owner), .init(token.state.rawValue, token.state.style),
            .init(token.scopes.map(\.rawValue).joined(separator: ",")), .init(token.expiresAt.short),
            .init(token.lastUsed?.short ?? "-"),
            .init(token.pepper?.rawValue ?? "-", token.pepper ?? .current == .current ? .plain : .bad))
    }
    return table
}

extension TokenState {
    var style: Style {
        switch self {
        case .live: .good
        case .expired: .plain
        case .revoked: .attention
        }
    }
}
