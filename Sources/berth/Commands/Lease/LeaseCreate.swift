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
              berth lease create -f request.yaml
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

    @Option(help: ArgumentHelp("With the same key the same request succeeds once.", valueName: "key"))
    var idempotencyKey: String?

    func validate() throws {
        if file == nil { return try request.checkComplete() }
        if request.isGiven { throw ValidationError("Give a file or options, not both.") }
    }

    func run() async throws {
        try await connection.run(output) { client in
            let wanted = try file.map { try StrictYAML.decode(LeaseRequest.self, fromFile: $0) } ?? request.leaseRequest
            if wanted.recurrence != nil {
                let series = try await client.createSeries(wanted, isDryRun: dryRun, idempotencyKey: idempotencyKey)
                return try output.print(series) { printAnswer($0) }
            }
            let lease = try await client.createLease(wanted, isDryRun: dryRun, idempotencyKey: idempotencyKey)
            try output.print(lease) { printAnswer($0, to: wanted) }
        }
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
