// berth lease split and transfer

import ArgumentParser
import ControlAPI
import ControlClient

/// What of a lease is meant.
struct LeaseShareOptions: ParsableArguments {
    @Argument(
        help: "Nodes of which everything is meant that the lease holds there: paths, names or host lists.",
        completion: .custom(LiveNames.nodes))
    var nodes: [String] = []

    @Option(
        help: ArgumentHelp("The last units of a line, as NAME=COUNT; repeat for more.", valueName: "count"),
        transform: readUnits)
    var count: [UnitCountRequest] = []

    var nodesAsked: [String]? { nodes.isEmpty ? nil : nodes }
    var countsAsked: [UnitCountRequest]? { count.isEmpty ? nil : count }
}

struct LeaseSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Make some of what a lease holds a lease of its own.",
        discussion: """
            Both leases are the same tenant's, on the same terms, until the same end, and nothing is moved or turned \
            round. Clauses count on from the start of the lease that there was.

            EXAMPLE
              berth lease split l-7kq2 'memphis-1-h1-b001-r[1-2]-n[1-8]'
              berth lease split l-7kq2 --count racks=4 --dry-run
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference
    @OptionGroup var share: LeaseShareOptions

    @Flag(help: "Decide without splitting.")
    var dryRun = false

    @Option(help: "Why, for the audit log.")
    var reason: String?

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?

    func validate() throws {
        if share.nodes.isEmpty && share.count.isEmpty {
            throw ValidationError("Say what goes: nodes, or units of a line with --count NAME=COUNT.")
        }
    }

    func run() async throws {
        let request = LeaseSplitRequest(nodes: share.nodesAsked, lines: share.countsAsked, reason: reason)
        try await connection.run(output) { client in
            let answer = try await client.splitLease(
                try await reference.id(client), request, isDryRun: dryRun, idempotencyKey: idempotencyKey)
            try output.print(answer) { answer in
                if dryRun { Terminal.standardOutput.write("Nothing was changed. This is what it would be:") }
                Terminal.standardOutput.write(
                    "\(answer.lease.id) keeps \(answer.lease.promised.hardware); \(answer.split.promised.hardware) are a lease of "
                        + "their own:")
                LeaseDetail(answer.split).print()
            }
        }
    }
}

struct LeaseTransfer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer",
        abstract: "Offer a lease, or a share of it, to another tenant.",
        discussion: """
            It goes over when the other tenant has agreed, and the provider where the contract asks for that: no \
            hardware is moved or turned round, and each tenant pays for its own time. A share becomes a lease of its \
            own first. berth transfers shows what is open.

            EXAMPLE
              berth lease transfer l-7kq2 --to bob --reason "project moves"
              berth lease transfer l-7kq2 'memphis-1-h1-b001-r1' --to bob \\
                --reason "spare rack"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference
    @OptionGroup var share: LeaseShareOptions

    @Option(
        help: ArgumentHelp("The tenant that it is offered to.", valueName: "tenant"),
        completion: .custom(LiveNames.tenants))
    var to: String

    @Option(help: "Why; the other side is told.")
    var reason: String

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?

    func run() async throws {
        try await connection.run(output) { client in
            let request = TransferRequest(
                lease: try await reference.id(client), to: to, nodes: share.nodesAsked, lines: share.countsAsked,
                reason: reason)
            let transfer = try await client.proposeTransfer(request, idempotencyKey: idempotencyKey)
            try output.print(transfer) { TransferDetail($0).print() }
        }
    }
}

/// Reads `--count`.
private func readUnits(_ text: String) throws -> UnitCountRequest {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let count = Int(parts[1]), count > 0 else {
        throw ValidationError("\"\(text)\" is not NAME=COUNT, such as racks=4")
    }
    return UnitCountRequest(name: parts[0], count: count)
}
