// berth lease amend

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseAmend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend",
        abstract: "Change a lease: its end, its cap, how much it holds.",
        discussion: """
            All changes of one command apply together, or none does, and nobody is moved for them. What stays keeps its \
            hardware. --from says when a cap or a count begins to hold; without it they hold at once.

            EXAMPLE
              berth lease amend l-7kq2 --extend 30d
              berth lease amend l-7kq2 --cap 60% --from 2027-01-01
              berth lease amend l-7kq2 --count racks=1600 --if-match 42
              berth lease amend l-7kq2 --ramp racks=2027-01-15:214,2028-06-01:0
              berth lease amend l-7kq2 --line node:4:GB200:name=more --dry-run
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    @Option(help: ArgumentHelp("When it is to end, as 2029-06-01 or 2029-06-01T12:00:00Z.", valueName: "time"))
    var end: Timestamp?

    @Option(help: ArgumentHelp("How much later it is to end, as 30d or 4h.", valueName: "duration"))
    var extend: WireDuration?

    @Option(
        help: ArgumentHelp("Power cap of each GPU, as 700W or 60%.", valueName: "cap"), transform: CapArgument.init)
    var cap: CapArgument?

    @Option(
        help: ArgumentHelp("What a line is to come to, as NAME=COUNT; repeat for more.", valueName: "count"),
        transform: readCount)
    var count: [LineAmendmentRequest] = []

    @Option(
        help: ArgumentHelp("Units of a line from later times on; repeat for more.", valueName: "ramp"),
        transform: readRamp)
    var ramp: [NamedRamp] = []

    @Option(
        help: ArgumentHelp("A line to add, as for create, with a name; repeat for more.", valueName: "line"),
        transform: readLine)
    var line: [ReservationRequest] = []

    @Option(help: ArgumentHelp("When the cap and the counts begin to hold. Default: now.", valueName: "time"))
    var from: Timestamp?

    @Flag(help: "Come under the newest version of the contract, which only the tenant may ask for.")
    var adoptTerms = false

    @Option(help: ArgumentHelp("Only while the lease is at this revision.", valueName: "revision"))
    var ifMatch: Int?

    @Flag(help: "Decide without applying.")
    var dryRun = false

    @Option(help: "Why, for the audit log.")
    var reason: String?

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?

    func validate() throws {
        if end != nil, extend != nil { throw ValidationError("Give --end or --extend, not both.") }
        if line.contains(where: { $0.name == nil }) {
            throw ValidationError("Give a line that is added a name, such as node:4:name=more.")
        }
        guard end != nil || extend != nil || cap != nil || !lines.isEmpty || adoptTerms else {
            throw ValidationError("Give a change: --extend, --end, --cap, --count, --ramp, --line or --adopt-terms.")
        }
    }

    private var lines: [LineAmendmentRequest] {
        let names = line.compactMap(\.name)
        let added = line.map { line in
            var line = line
            line.ramp = ramp.first { $0.name == line.name }?.steps
            return LineAmendmentRequest(adding: line)
        }
        let ramps = ramp.filter { !names.contains($0.name) }
        return count + ramps.map { LineAmendmentRequest(name: $0.name, ramp: $0.steps) } + added
    }

    func run() async throws {
        let request = AmendmentRequest(
            end: end, extendBy: extend, capWattsPerGpu: cap?.watts, capPercent: cap?.percent,
            reservations: lines.isEmpty ? nil : lines, from: from,
            adoptTerms: adoptTerms ? true : nil, reason: reason)
        try await connection.run(output, seeking: SoughtName(.lease, reference.lease)) { client in
            let lease = try await client.amendLease(
                try await reference.id(client), request, ifMatch: ifMatch, isDryRun: dryRun,
                idempotencyKey: idempotencyKey)
            try output.print(lease) { lease in
                if dryRun { Terminal.standardOutput.write("Nothing was changed. This is what it would be:") }
                LeaseDetail(lease).print()
            }
        }
    }
}

/// A cap in watts or in percent.
struct CapArgument {
    var watts: Int?
    var percent: Int?

    init(_ text: String) throws {
        if text.hasSuffix("%") {
            percent = Int(text.dropLast())
        } else if text.hasSuffix("W") {
            watts = Int(text.dropLast())
        }
        if watts == nil && percent == nil {
            throw ValidationError("\"\(text)\" is not a cap like 700W or 60%")
        }
    }
}

/// Reads `--count`.
private func readCount(_ text: String) throws -> LineAmendmentRequest {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let count = Int(parts[1]), count >= 0 else {
        throw ValidationError("\"\(text)\" is not NAME=COUNT, such as racks=1600")
    }
    return LineAmendmentRequest(name: parts[0], count: count)
}
