// What berth load-target set and berth plan load-target say of a target.

import ArgumentParser
import ControlAPI

struct LoadTargetOptions: ParsableArguments {
    @Argument(help: "The budget domain; berth budgets lists them.", completion: .custom(LiveNames.budgets))
    var budget: String

    @Argument(help: "Your own name for the target.")
    var id: String

    @Option(
        help: ArgumentHelp("The ceiling where the domain is measured, as 240MW.", valueName: "power"),
        transform: readPower)
    var watts: Int?

    @Option(
        help: ArgumentHelp("The ceiling as so much less than what leases are entitled to then.", valueName: "power"),
        transform: readPower)
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
        transform: readPower)
    var restore: Int?

    func validate() throws {
        if (watts == nil) == (reduce == nil) { throw ValidationError("Give --watts or --reduce.") }
        if end != nil && duration != nil { throw ValidationError("Give --end or --for.") }
    }

    /// The request that sets it.
    func request(reason: String) -> LoadTargetRequest {
        LoadTargetRequest(
            watts: watts, reduceByWatts: reduce, start: start, end: end, duration: duration,
            kind: physical ? .physical : nil, restoreWattsPerMinute: restore, reason: reason)
    }
}
