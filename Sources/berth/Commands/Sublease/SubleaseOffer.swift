// berth sublease offer, accept, decline and end

import ArgumentParser
import ControlAPI
import ControlClient

struct SubleaseOffer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "offer", abstract: "Offer to let a lease, or a share of it, to another tenant.",
        discussion: """
            A share becomes a lease of its own first, when everybody has agreed. What the other tenant then owes for \
            GPU-hours that are delivered stands in the statements of both, and in nothing that is due to the provider.

            EXAMPLE
              berth sublease offer l-7kq2 --to bob --reason "idle until May"
              berth sublease offer train --count racks=4 --to bob --until +30d \\
                --price 1.50 --notice 2d --reason "four racks are spare"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference
    @OptionGroup var share: LeaseShareOptions

    @Option(help: ArgumentHelp("The tenant that it is offered to.", valueName: "tenant"))
    var to: String

    @Option(help: ArgumentHelp("When it ends. Default: with the lease.", valueName: "time"))
    var until: Timestamp?

    @Option(
        help: ArgumentHelp("US dollars for each GPU-hour delivered. Default: nothing.", valueName: "dollars"),
        transform: readDollars)
    var price: Money?

    @Option(
        help: ArgumentHelp(
            "After which notice the holder may end it before its end. Default: it may not.", valueName: "duration"))
    var notice: WireDuration?

    @Option(help: "Why; the other side is told.")
    var reason: String

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?

    func run() async throws {
        try await connection.run(output) { client in
            let request = SubleaseRequest(
                lease: try await reference.id(client), to: to, nodes: share.nodesAsked, lines: share.countsAsked,
                end: until, pricePerGpuHour: price, noticePeriod: notice, reason: reason)
            let sublease = try await client.proposeSublease(request, idempotencyKey: idempotencyKey)
            try output.print(sublease) { SubleaseDetail($0).print() }
        }
    }
}

/// What every answer takes.
struct SubleaseAnswerOptions: ParsableArguments {
    @Argument(help: "The sub-lease.")
    var id: String

    @Option(help: "Why, for the audit log.")
    var reason: String
}

struct SubleaseAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Agree, as its tenant, as its holder or for the provider.",
        discussion: """
            EXAMPLE
              berth sublease accept s-4hzk --label ours --reason "agreed"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var sublease: SubleaseAnswerOptions

    @Option(help: ArgumentHelp("The tenant's own name for it.", valueName: "text"))
    var label: String?

    func run() async throws {
        let request = SubleaseReplyRequest(accept: true, label: label, reason: sublease.reason)
        try await connection.run(output) { client in
            try output.print(try await client.respond(toSublease: sublease.id, request)) { SubleaseDetail($0).print() }
        }
    }
}

struct SubleaseDecline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline", abstract: "Decline what is offered, for any of the sides.",
        discussion: """
            EXAMPLE
              berth sublease decline s-4hzk --reason "not needed"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var sublease: SubleaseAnswerOptions

    func run() async throws {
        let request = SubleaseReplyRequest(accept: false, reason: sublease.reason)
        try await connection.run(output) { client in
            try output.print(try await client.respond(toSublease: sublease.id, request)) { SubleaseDetail($0).print() }
        }
    }
}

struct SubleaseEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Withdraw an offer, give back what is used, or end what is let.",
        discussion: """
            Who uses it gives it back at once. Who lets it takes back an offer at once, and what is agreed after the \
            notice that was agreed; without one it lasts until its end.

            EXAMPLE
              berth sublease end s-4hzk --reason "done early"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var sublease: SubleaseAnswerOptions

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.endSublease(sublease.id, reason: sublease.reason)
            try output.print(answer) { SubleaseDetail($0).print() }
        }
    }
}

/// Reads `--price`: dollars with up to six decimals.
private func readDollars(_ text: String) throws -> Money {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let fraction = parts.count == 2 ? parts[1] : ""
    let digits = parts[0] + fraction + String(repeating: "0", count: max(0, 6 - fraction.count))
    guard fraction.count <= 6, parts.count == 1 || !fraction.isEmpty, !parts[0].isEmpty,
        digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let micros = Int64(digits)
    else { throw ValidationError("\"\(text)\" is not an amount in dollars, such as 1.50") }
    return Money(currency: "USD", micros: micros)
}
