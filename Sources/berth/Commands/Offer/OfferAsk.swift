// berth offer ask

import ArgumentParser
import ControlAPI
import ControlClient

struct OfferAsk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Ask for offers: the earliest, the cheapest and the best packing.",
        discussion: """
            Prints what fits, when, where and at what price. Each offer is kept, so that `berth offer take N` takes it \
            unchanged until it expires. When nothing fits: what is in the way, and what would be granted instead.

            \(OfferLineSyntax.help)

            EXAMPLE
              berth offer --tenant acme --line block:64:H100 \\
                --from 2026-12-01 --to 2027-03-01 --duration 30d..90d --cap 60%..80%
              berth offer --tenant acme --line block:4:or=node --duration 30d \\
                --objective cheapest --save offers
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "What is asked for") var request: OfferRequestOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Read the request from a YAML or JSON file; - is standard input.", valueName: "path"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Also write each offer into this folder, ready for berth lease create --file.", valueName: "folder"),
        completion: .directory)
    var save: String?

    @Flag(help: "The same as --output json.")
    var json = false

    func validate() throws {
        if file == nil { return try request.checkComplete() }
        if request.isGiven { throw ValidationError("Give a file or options, not both.") }
    }

    func run() async throws {
        var output = output
        if json { output.output = .json }
        try await connection.run(output) { [output] client in
            let wanted = try file.map { try StrictYAML.decode(OfferRequest.self, fromFile: $0) } ?? request.offerRequest
            SavedOffers.forget()
            let list: OfferList
            do {
                list = try await SearchProgress.shown("searching") { try await client.offers(for: wanted) }
            } catch let error as ClientError {
                guard case .refused(let problem, _) = error, !(problem.counterOffers ?? []).isEmpty else { throw error }
                if output.output != .table {
                    _ = SavedOffers.keep(requests(of: problem))
                    throw error
                }
                printRefusal(problem)
                throw ArgumentParser.ExitCode(error.exitStatus.rawValue)
            }
            if let save { try SavedOffers.write(list.offers.map(\.request), into: save) }
            try output.print(list) { printOffers($0) }
        }
    }

    private func printOffers(_ list: OfferList) {
        let commands = taking(list.offers.map(\.request))
        let report = OfferReport(list, commands: commands)
        let terminal = Terminal.standardOutput
        report.table.print(to: terminal)
        for line in report.details(inColour: terminal.usesColour) { terminal.write(line) }
    }

    /// What is in the way, and what would be granted, numbered and kept like offers.
    private func printRefusal(_ problem: Problem) {
        let terminal = Terminal.standardError
        let inColour = terminal.usesColour
        let offers = problem.counterOffers ?? []
        var told = problem
        told.counterOffers = nil
        for line in ProblemReport(told).lines(inColour: inColour) { terminal.write(line) }
        terminal.write("")
        terminal.write(Style.heading.applied(to: "Would be granted now:", inColour: inColour))
        for (index, (offer, command)) in zip(offers, taking(requests(of: problem))).enumerated() {
            let kind = Style.good.applied(to: offer.kind.words, inColour: inColour)
            terminal.write("  \(index + 1)  \(kind): \(offer.message)")
            terminal.write("     \(offer.request.windowText)")
            terminal.write("     \(command)")
        }
    }

    /// What would be granted, as requests that take exactly that.
    private func requests(of problem: Problem) -> [LeaseRequest] {
        (problem.counterOffers ?? []).map { offer in
            var request = offer.request
            request.planToken = offer.planToken
            return request
        }
    }

    /// The command that takes each request: short where they could be kept.
    private func taking(_ requests: [LeaseRequest]) -> [String] {
        if SavedOffers.keep(requests) {
            let options = connection.words.map { " " + shellQuoted($0) }.joined()
            return requests.indices.map { "berth offer take \($0 + 1)\(options)" }
        }
        return requests.map { LeaseCommandLine($0, connectionWords: connection.words).text }
    }
}

extension LeaseRequest {
    /// When it would begin and end, in words.
    var windowText: String {
        let begin = start.map { "from \($0)" } ?? "from now"
        return begin + (end.map { " to \($0)" } ?? "") + (duration.map { " for \($0)" } ?? "")
    }
}
