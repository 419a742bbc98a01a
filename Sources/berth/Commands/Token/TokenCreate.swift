// berth token create

import ArgumentParser
import ControlAPI
import ControlClient

struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token and print its secret, once.",
        discussion: """
            The secret alone goes to standard output, so that it can go into a file; what else there is to know goes to standard \
            error. Scopes are read, request (leases and offers), report (faults, acknowledgements) and tokens (making tokens \
            that do no more and live no longer).

            EXAMPLE
              umask 077; berth token create ci --tenant acme --scope read --scope request > ci.token
              berth token create audit --role auditor --expires-in 7d
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "A name for it.")
    var name: String

    @Option(help: "The tenant whose it is.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: "Instead of a tenant: auditor or actuator.")
    var role: TokenRole?

    @Option(
        name: .customLong("scope"),
        help: "What it may be used for; repeat for several. Left out: read, request and report.")
    var scopes: [TokenScope] = []

    @Option(help: ArgumentHelp("How long it lives; 90d when left out.", valueName: "duration"))
    var expiresIn: WireDuration?

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func validate() throws {
        guard (tenant == nil) != (role == nil) else { throw ValidationError("Name --tenant NAME or --role ROLE.") }
    }

    func run() async throws {
        try await connection.run(output, seeking: tenant.map { SoughtName(.tenant, $0) }) { client in
            let request = TokenRequest(
                name: name, scopes: scopes.isEmpty ? nil : scopes, expiresIn: expiresIn, role: role, reason: reason)
            let made = try await client.makeToken(request, forTenant: tenant)
            try output.print(made) { made in
                Terminal.standardError.write(
                    "token \(made.name) (\(made.id)) of \(made.owner) until \(made.expiresAt): "
                        + made.scopes.map(\.rawValue).joined(separator: ", "))
                Terminal.standardError.write("This is the only time that it is shown:")
                Terminal.standardOutput.write(made.token ?? "")
            }
        }
    }
}
