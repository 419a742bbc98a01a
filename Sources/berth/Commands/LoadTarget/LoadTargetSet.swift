// berth load-target set

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct LoadTargetSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a load target, in place of what was set under its id before.",
        discussion: """
            The start is the deadline: from there on the target holds. Leases whose terms ask for a longer notice than is \
            left until then are lowered once their notice is over.

            EXAMPLE
              berth load-target set memphis-1-meter grid-call --reduce 60MW --start 2026-12-01T16:00:00Z --for 3h \\
                --restore 10MW --reason "call from the grid"
              berth load-target set memphis-1-substation-a transformer --watts 120MW --physical \\
                --reason "transformer at 70 %"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The budget domain; berth budgets lists them.")
    var budget: String

    @Argument(help: "Your own name for the target.")
    var id: String

    @Option(
        help: ArgumentHelp("The ceiling where the domain is measured, as 240MW.", valueName: "power"),
        transform: readWatts)
    var watts: Int?

    @Option(
        help: ArgumentHelp("The ceiling as so much less than what leases are entitled to then.", valueName: "power"),
        transform: readWatts)
    var reduce: Int?

    @Option(
        help: ArgumentHelp("The deadline, as 2026-12-01T16:00:00Z or +30m. Default: now.", valueName: "time"),
        transform: readMoment)
    var start: Timestamp?

    @Option(help: ArgumentHelp("When it ends. Default: when it is replaced or removed.", valueName: "time"))
    var end: Timestamp?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long it holds, as 3h.", valueName: "duration"))
    var duration: WireDuration?

    @Flag(help: "A limit of the plant or the grid: met beyond the terms of leases where it has to be.")
    var physical = false

    @Option(
        help: ArgumentHelp("How much may come back each minute after the end. Default: all.", valueName: "power"),
        transform: readWatts)
    var restore: Int?

    @Option(help: "Why, for the audit log.")
    var reason: String

    @Flag(help: "Only say what it would do.")
    var dryRun = false

    func validate() throws {
        if (watts == nil) == (reduce == nil) { throw ValidationError("Give --watts or --reduce.") }
        if end != nil && duration != nil { throw ValidationError("Give --end or --for.") }
    }

    func run() async throws {
        let request = LoadTargetRequest(
            watts: watts, reduceByWatts: reduce, start: start, end: end, duration: duration,
            kind: physical ? .physical : nil, restoreWattsPerMinute: restore, reason: reason)
        try await connection.run { client in
            let answer = try await client.setLoadTarget(id, on: budget, to: request, isPlan: dryRun)
            try output.print(answer) { LoadTargetDetail($0, isPlan: dryRun).print() }
        }
    }
}

/// Reads a time, or a length of time from now with a plus before it.
func readMoment(_ text: String) throws -> Timestamp {
    if text.hasPrefix("+") {
        guard let length = WireDuration(String(text.dropFirst())) else {
            throw ValidationError("\(text) is no length of time; write +30m or +2h.")
        }
        return Timestamp(epochSeconds: Int64(Date().timeIntervalSince1970) + length.seconds)
    }
    guard let time = Timestamp(argument: text) else {
        throw ValidationError("\(text) is no time; write 2026-12-01T16:00:00Z, 2026-12-01 or +30m.")
    }
    return time
}
