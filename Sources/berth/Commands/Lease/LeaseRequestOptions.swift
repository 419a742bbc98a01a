// A lease request as options.

import ArgumentParser
import ControlAPI

struct LeaseRequestOptions: ParsableArguments {
    @Option(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(
        help: ArgumentHelp("The contract it is under.", valueName: "name"), completion: .custom(LiveNames.contracts))
    var contract: String?

    @Option(help: ArgumentHelp("Your own name for the lease.", valueName: "name"))
    var label: String?

    @Option(help: ArgumentHelp("A line, as above; repeat for more.", valueName: "line"), transform: readLine)
    var line: [ReservationRequest] = []

    @Option(
        help: ArgumentHelp("Units of a line from later times on; repeat for more lines.", valueName: "ramp"),
        transform: readRamp)
    var ramp: [NamedRamp] = []

    @Option(
        help: ArgumentHelp("A site accepted; repeat for more. Default: any.", valueName: "name"),
        completion: .custom(LiveNames.sites))
    var site: [String] = []

    @Option(
        help: ArgumentHelp("All units of each line in one domain of this level.", valueName: "level"),
        transform: readLevel)
    var within: TopologyLevel?

    @Option(
        help: ArgumentHelp(
            "When it begins, as 2026-12-01 or 2026-12-01T12:00:00Z; with --every in local time, as 2026-12-01T20:00. "
                + "Default: now.", valueName: "time"))
    var start: StartTime?

    @Option(help: ArgumentHelp("When it ends. This or --duration.", valueName: "time"))
    var end: Timestamp?

    @Option(help: ArgumentHelp("How long it lasts, as 30d or 4h.", valueName: "duration"))
    var duration: WireDuration?

    @OptionGroup var recurrence: RecurrenceOptions

    @Option(help: ArgumentHelp("Power cap of each GPU in watts.", valueName: "watts"))
    var capWatts: Int?

    @Option(help: ArgumentHelp("Power cap in percent of each model's maximum.", valueName: "percent"))
    var capPercent: Int?

    @Flag(help: "At the highest whole percentage at which all of it fits.")
    var highestCap = false

    @Option(name: .customLong("class"), help: "How firmly it is held. Default: standard.")
    var leaseClass: LeaseClass?

    @Flag(help: "Opportunistic leases do not give way to it.")
    var noPreempt = false

    @Option(help: ArgumentHelp("Spare nodes held in each domain.", valueName: "nodes"))
    var spares: Int?

    @Option(help: "Why, for the audit log.")
    var reason: String?

    @Option(help: ArgumentHelp("Take exactly what this plan proposed.", valueName: "token"))
    var plan: String?

    /// Whether any of them is given.
    var isGiven: Bool { tenant != nil || !line.isEmpty || end != nil || duration != nil }

    func checkComplete() throws {
        if tenant == nil { throw ValidationError("Missing --tenant (or --file).") }
        if line.isEmpty { throw ValidationError("Missing --line, such as --line block:4.") }
        try recurrence.check(start: start, duration: duration)
        if recurrence.isGiven {
            if end != nil { throw ValidationError("Give --duration with --every, not --end.") }
            if label == nil { throw ValidationError("Missing --label: the name of the series.") }
        }
        if line.contains(where: { $0.count == 0 }) && ramp.isEmpty {
            throw ValidationError("A line of 0 units needs a --ramp that says when it comes to more.")
        }
        let names = line.enumerated().map { $0.element.name ?? "line-\($0.offset + 1)" }
        if let stray = ramp.first(where: { !names.contains($0.name) }) {
            throw ValidationError(
                "There is no line \(stray.name) for its ramp; there are \(names.joined(separator: ", ")).")
        }
        if let twice = ramp.map(\.name).first(where: { name in ramp.count { $0.name == name } > 1 }) {
            throw ValidationError(
                "The line \(twice) has two ramps; write one, as \(twice)=2027-01-15:214,2028-06-01:100.")
        }
        if (end == nil) == (duration == nil) { throw ValidationError("Give --end or --duration.") }
        if [capWatts != nil, capPercent != nil, highestCap].count(where: \.self) > 1 {
            throw ValidationError("Give one of --cap-watts, --cap-percent and --highest-cap.")
        }
    }

    var leaseRequest: LeaseRequest {
        var lines = line
        for index in lines.indices where lines[index].within == nil { lines[index].within = within }
        let recurrence = recurrence.request(start: start, duration: duration)
        for (index, line) in lines.enumerated() {
            lines[index].ramp = ramp.first { $0.name == line.name ?? "line-\(index + 1)" }?.steps
        }
        return LeaseRequest(
            tenant: tenant ?? "", contract: contract, label: label, reservations: lines,
            sites: site.isEmpty ? nil : site, start: recurrence == nil ? start?.timestamp : nil, end: end,
            duration: recurrence == nil ? duration : nil, capWattsPerGpu: capWatts,
            capPercent: capPercent, highestCap: highestCap ? true : nil, leaseClass: leaseClass,
            preempt: noPreempt ? false : nil, spares: spares.map(SpareRequest.init(perDomain:)), reason: reason,
            planToken: plan, recurrence: recurrence)
    }
}
