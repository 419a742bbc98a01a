// berth lease reclaim, cancel and withdraw: notices.

import ArgumentParser
import ControlAPI
import ControlClient

/// What every command that serves a notice takes.
struct NoticeOptions: ParsableArguments {
    @Flag(help: "Decide without serving: what would go when.")
    var dryRun = false

    @Option(help: "Why; the other side is told.")
    var reason: String

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?
}

struct LeaseReclaim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reclaim",
        abstract: "Take capacity back under a clause of the contract.",
        discussion: """
            The contract decides whether, how much and how soon; berth lease guards says what it allows. What goes is \
            free for others from its step on.

            EXAMPLE
              berth lease reclaim l-7kq2 --cause harmful-use --reason "case 17"
              berth lease reclaim l-7kq2 --convenience --gpus 4096 \\
                --reason "own training" --dry-run
              berth lease reclaim l-7kq2 --convenience \\
                --off-ramp 2027-03-01:4096,2027-04-01:2048 --reason "own training"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    @Option(help: ArgumentHelp("One of the contract's causes.", valueName: "cause"))
    var cause: String?

    @Flag(help: "Without a cause, as the contract's reclaimForConvenience allows.")
    var convenience = false

    @Option(help: ArgumentHelp("How many GPUs go. Default: as many as may.", valueName: "count"))
    var gpus: Int?

    @Option(
        help: ArgumentHelp("GPUs that stay from each time on, as TIME:GPUS,TIME:GPUS.", valueName: "steps"),
        transform: readOffRamp)
    var offRamp: [ReclaimStep] = []

    @OptionGroup var notice: NoticeOptions

    func validate() throws {
        if (cause != nil) == convenience { throw ValidationError("Give --cause or --convenience.") }
        if gpus != nil && !offRamp.isEmpty { throw ValidationError("Give --gpus or --off-ramp, not both.") }
    }

    func run() async throws {
        let request = ReclaimRequest(
            clause: convenience ? .convenience : .cause, cause: cause, gpus: gpus,
            offRamp: offRamp.isEmpty ? nil : offRamp, reason: notice.reason)
        try await connection.run(output) { client in
            try await notice.serve(request, on: reference.id(client), client, output)
        }
    }
}

struct LeaseCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Give notice to end a lease before its end.",
        discussion: """
            Either side may, as the contract's cancellationAfter and minimumTerm allow, with its own notice period.

            EXAMPLE
              berth lease cancel l-7kq2 --reason "moving" --dry-run
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference
    @OptionGroup var notice: NoticeOptions

    func run() async throws {
        let request = ReclaimRequest(clause: .cancellation, reason: notice.reason)
        try await connection.run(output) { client in
            try await notice.serve(request, on: reference.id(client), client, output)
        }
    }
}

struct LeaseWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take back a notice that was served on a lease.",
        discussion: """
            The lease gets back what would have gone, as long as nobody else was granted it.

            EXAMPLE
              berth lease withdraw l-7kq2 --reason "supply has come"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    @Option(help: "Why, for the audit log.")
    var reason: String

    func run() async throws {
        try await connection.run(output) { client in
            let reclaim = try await client.withdrawNotice(on: try await reference.id(client), reason: reason)
            try output.print(reclaim) { ReclaimDetail($0).print() }
        }
    }
}

struct LeaseNominate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nominate",
        abstract: "Say, as its tenant, what goes first of a lease under notice.",
        discussion: """
            EXAMPLE
              berth lease nominate l-7kq2 'memphis-1-h1-b001-r[1-4]'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    @Argument(
        help: "Nodes that the lease holds as a whole: paths, names or host lists.", completion: .custom(LiveNames.nodes)
    )
    var nodes: [String]

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            let request = NominationRequest(nodes: nodes, reason: reason)
            let reclaim = try await client.nominate(on: try await reference.id(client), request)
            try output.print(reclaim) { ReclaimDetail($0).print() }
        }
    }
}

struct LeaseNotices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices",
        abstract: "Show every notice that was served on a lease.",
        discussion: """
            EXAMPLE
              berth lease notices l-7kq2
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.notices(on: try await reference.id(client))) { list in
                if list.reclaims.isEmpty { Terminal.standardOutput.write("No notice was served on it.") }
                for reclaim in list.reclaims { ReclaimDetail(reclaim).print() }
            }
        }
    }
}

extension NoticeOptions {
    fileprivate func serve(
        _ request: ReclaimRequest, on id: String, _ client: ControlClient, _ output: OutputOptions
    ) async throws {
        let reclaim = try await client.serveNotice(
            on: id, request, isDryRun: dryRun, idempotencyKey: idempotencyKey)
        try output.print(reclaim) { reclaim in
            if dryRun { Terminal.standardOutput.write("Nothing was served. This is what it would be:") }
            ReclaimDetail(reclaim).print()
        }
    }
}

/// Reads `--off-ramp`.
private func readOffRamp(_ text: String) throws -> [ReclaimStep] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { item in
        guard let colon = item.lastIndex(of: ":"), let at = Timestamp(argument: String(item[..<colon])),
            let gpus = Int(item[item.index(after: colon)...]), gpus >= 0
        else { throw ValidationError("\"\(item)\" is not TIME:GPUS, such as 2027-03-01:4096") }
        return ReclaimStep(at: at, gpus: gpus)
    }
}
