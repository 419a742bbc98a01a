// berth offer take

import ArgumentParser
import ControlAPI
import ControlClient

struct OfferTake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take",
        abstract: "Take an offer of the last answer, unchanged.",
        discussion: """
            It is granted exactly as it was offered, or refused with what has changed. Taking the same offer again \
            gives the same lease.

            EXAMPLE
              berth offer take 1 --reason "order 4711"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The offer's number in the last answer.")
    var number: Int

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            let offers = try SavedOffers.read()
            guard offers.indices.contains(number - 1) else {
                throw CommandFailure(
                    status: .badRequest,
                    message: "There is no offer \(number); the last answer had \(counted(offers.count, "offer")).")
            }
            var offer = offers[number - 1]
            if let reason { offer.request.reason = reason }
            let lease = try await client.createLease(offer.request, idempotencyKey: offer.key)
            try output.print(lease) { LeaseDetail($0).print() }
        }
    }
}
