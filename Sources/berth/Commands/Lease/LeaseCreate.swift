// berth lease create

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Request a lease, from options or from a file.",
        discussion: """
            All lines are granted, or none. A refusal names what is in the way and prints commands that would be \
            granted.

            \(LineSyntax.help)

            \(RampSyntax.help)

            EXAMPLE
              berth lease create --tenant acme --line block:4:H100 \\
                --duration 30d --cap-percent 80
              berth lease create --tenant google --contract google-110k \\
                --line nvl72:1527:GB200 --line node:14:GB200:within=nvl72 \\
                --site memphis-2 --end 2029-06-01 --cap-watts 1000
              berth lease create --tenant anthropic --site memphis-1 \\
                --line watts:300MW:H100,H200,GB200 --highest-cap \\
                --end 2029-06-01 --dry-run
              berth lease create --tenant acme --label nights --line node:8 \\
                --every 'FREQ=WEEKLY;BYDAY=MO,TU' --time-zone America/Chicago \\
                --start 2026-12-01T20:00 --duration 10h
              berth lease create --tenant google --site memphis-2 \\
                --line nvl72:64:GB200:name=racks --ramp racks=2027-01-15:214 \\
                --start 2026-12-01 --end 2029-06-01 --cap-watts 1000
              berth lease create -f request.yaml --ask --wait
              berth lease create --interactive
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "What is requested") var request: LeaseRequestOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Read the request from a YAML or JSON file; - is standard input.", valueName: "path"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Flag(help: "Decide without taking; prints a plan token.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Be asked for each part of the request, on a terminal.")
    var interactive = false

    @Flag(help: "See where it would lie, and be asked before it is taken.")
    var ask = false

    @Flag(help: "Wait until it is active; tell what it waits for on the way.")
    var wait = false

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?

    func validate() throws {
        if dryRun, wait { throw ValidationError("With --dry-run there is nothing to wait for.") }
        if interactive {
            if file != nil || request.isGiven { throw ValidationError("Give --interactive or a request, not both.") }
            return
        }
        if file == nil { return try request.checkComplete() }
        if request.isGiven { throw ValidationError("Give a file or options, not both.") }
    }

    func run() async throws {
        try await connection.run(output) { client in
            var wanted = try await wanted(client)
            if wanted.recurrence != nil {
                if wait || ask {
                    throw CommandFailure(status: .usage, message: "--ask and --wait are for one lease, not a series.")
                }
                let series = try await client.createSeries(wanted, isDryRun: dryRun, idempotencyKey: idempotencyKey)
                return try output.print(series) { printAnswer($0) }
            }
            if !dryRun, ask || interactive { wanted = try await approved(wanted, client) }
            var lease = try await client.createLease(wanted, isDryRun: dryRun, idempotencyKey: idempotencyKey)
            if wait { lease = try await LeaseWait(client: client, terminal: .standardError).untilActive(lease) }
            try output.print(lease) { printAnswer($0, to: wanted) }
        }
    }

    private func wanted(_ client: ControlClient) async throws -> LeaseRequest {
        if let file { return try StrictYAML.decode(LeaseRequest.self, fromFile: file) }
        guard interactive else { return request.leaseRequest }
        let dialogue = try Dialogue.onTerminal(for: "--interactive")
        let wanted = try await LeaseInterview(dialogue: dialogue, known: .read(client)).request()
        dialogue.say("The same as a command:\n  " + LeaseCommandLine(wanted, connectionWords: connection.words).text)
        return wanted
    }

    /// The request with the plan of where it would lie, which the person at the terminal has seen and wants.
    private func approved(_ wanted: LeaseRequest, _ client: ControlClient) async throws -> LeaseRequest {
        let dialogue = try Dialogue.onTerminal(for: "--ask")
        let plan = try await client.createLease(wanted, isDryRun: true)
        dialogue.say("This would be granted:")
        let terminal = Terminal.standardError
        for line in LeaseDetail(plan).lines(inColour: terminal.usesColour, columnCount: terminal.columnCount) {
            dialogue.say(line)
        }
        guard try dialogue.confirms("Take it?") else {
            throw CommandFailure(status: .failed, message: "Nothing was taken.")
        }
        var approved = wanted
        approved.planToken = wanted.planToken ?? plan.planToken
        return approved
    }

    /// Windows of a series shown before the rest is only counted.
    private static let windowsMax = 12

    private func printAnswer(_ series: LeaseSeriesAnswer) {
        if dryRun { Terminal.standardOutput.write("Nothing was taken. This would be granted:") }
        leaseTable(Array(series.leases.prefix(Self.windowsMax))).print()
        let rest = series.leases.count - Self.windowsMax
        if rest > 0, let last = series.leases.last {
            Terminal.standardOutput.write(
                "… and \(counted(rest)) more until \(last.end): berth lease list --tenant \(last.tenant) --all")
        }
        guard let end = series.bookedUntil else { return }
        Terminal.standardOutput.write("The rule has no end; it is booked until \(end).")
    }

    private func printAnswer(_ lease: LeaseAnswer, to wanted: LeaseRequest) {
        if dryRun { Terminal.standardOutput.write("Nothing was taken. This would be granted:") }
        LeaseDetail(lease).print()
        guard let planToken = lease.planToken else { return }
        let command = LeaseCommandLine(wanted, planToken: planToken, connectionWords: connection.words)
        Terminal.standardOutput.write("To take exactly this:\n  " + command.text)
    }
}
