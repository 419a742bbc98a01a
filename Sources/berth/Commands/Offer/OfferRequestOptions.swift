// A request for offers as options.

import ArgumentParser
import ControlAPI

struct OfferRequestOptions: ParsableArguments {
    @Option(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(
        help: ArgumentHelp("The contract whose prices apply.", valueName: "name"),
        completion: .custom(LiveNames.contracts))
    var contract: String?

    @Option(help: ArgumentHelp("Your own name for the lease.", valueName: "name"))
    var label: String?

    @Option(
        help: ArgumentHelp("A line, as above; repeat for more.", valueName: "line"), transform: Self.readLine)
    var line: [OfferLine] = []

    @Option(
        name: [.customLong("site"), .customLong("sites")],
        help: ArgumentHelp("Sites accepted, with commas or repeated. Default: any.", valueName: "name,..."),
        completion: .custom(LiveNames.sites))
    var site: [String] = []

    @Option(
        help: ArgumentHelp("All units of each line in one domain of this level.", valueName: "level"),
        transform: readLevel)
    var within: TopologyLevel?

    @Option(help: ArgumentHelp("The earliest start, as 2026-12-01. Default: now.", valueName: "time"))
    var from: Timestamp?

    @Option(help: ArgumentHelp("The latest start.", valueName: "time"))
    var to: Timestamp?

    @Option(help: ArgumentHelp("The one start, instead of --from and --to.", valueName: "time"))
    var start: Timestamp?

    @Option(help: ArgumentHelp("When it ends. This or --duration.", valueName: "time"))
    var end: Timestamp?

    @Option(
        help: ArgumentHelp("How long, as 30d or 30d..90d: the longest that fits.", valueName: "duration"),
        transform: Self.readDuration)
    var duration: ValueRange<WireDuration>?

    @Option(
        help: ArgumentHelp(
            "Power cap of each GPU, as 80%, 60%..80% or 500W..700W: the highest that fits. Default: 100%.",
            valueName: "cap"), transform: Self.readCap)
    var cap: RangeSyntax.Cap?

    @Option(
        help: ArgumentHelp(
            "earliest, cheapest or best-packing; repeat for more. Default: all.", valueName: "objective"),
        transform: Self.readObjective)
    var objective: [OfferObjective] = []

    @Option(name: .customLong("class"), help: "How firmly it is held. Default: standard.")
    var leaseClass: LeaseClass?

    @Option(help: ArgumentHelp("Spare nodes held in each domain.", valueName: "nodes"))
    var spares: Int?

    @Option(help: ArgumentHelp("How long the offers can be taken. Default: 15m.", valueName: "duration"))
    var validFor: WireDuration?

    @Option(
        help: ArgumentHelp(
            "US dollars that a ton of carbon dioxide counts for in cheapest. Default: 190.", valueName: "dollars"))
    var carbonPrice: Int?

    @Option(help: "Why, for the audit log when it is taken.")
    var reason: String?

    /// Whether any of them is given.
    var isGiven: Bool { tenant != nil || !line.isEmpty || end != nil || duration != nil }

    func checkComplete() throws {
        if tenant == nil { throw ValidationError("Missing --tenant (or --file).") }
        if line.isEmpty { throw ValidationError("Missing --line, such as --line block:4.") }
        if (end == nil) == (duration == nil) { throw ValidationError("Give --end or --duration.") }
        if start != nil, from != nil || to != nil { throw ValidationError("Give --start, or --from and --to.") }
        if end != nil, from != nil || to != nil {
            throw ValidationError("Give --duration beside --from and --to: the window moves with its start.")
        }
        if let from, let to, to < from { throw ValidationError("--to is before --from.") }
        if let carbonPrice, !(0...100_000).contains(carbonPrice) {
            throw ValidationError("--carbon-price is from 0 to 100000.")
        }
    }

    var offerRequest: OfferRequest {
        var lines = line
        for index in lines.indices where lines[index].reservation.within == nil {
            lines[index].reservation.within = within
        }
        let sites = site.flatMap { $0.split(separator: ",").map(String.init) }
        var (percent, watts): (ValueRange<Int>?, ValueRange<Int>?)
        switch cap {
        case .percent(let range): percent = range
        case .watts(let range): watts = range
        case nil: break
        }
        return OfferRequest(
            tenant: tenant ?? "", contract: contract, label: label, reservations: lines,
            sites: sites.isEmpty ? nil : sites, start: start,
            earliest: from == nil && to == nil ? nil : StartRange(from: from, to: to), end: end, duration: duration,
            capWattsPerGpu: watts, capPercent: percent, leaseClass: leaseClass,
            spares: spares.map(SpareRequest.init(perDomain:)), reason: reason,
            objectives: objective.isEmpty ? nil : objective, validFor: validFor,
            carbonPricePerTonne: carbonPrice.map { Money(currency: "USD", micros: Int64($0) * 1_000_000) })
    }

    // MARK: Reading

    private static func readLine(_ text: String) throws -> OfferLine {
        do {
            return try OfferLineSyntax.parse(text)
        } catch {
            throw ValidationError("\(error.description). See: berth offer ask --help")
        }
    }

    private static func readDuration(_ text: String) throws -> ValueRange<WireDuration> {
        do { return try RangeSyntax.durations(text) } catch { throw ValidationError(error.description) }
    }

    private static func readCap(_ text: String) throws -> RangeSyntax.Cap {
        do { return try RangeSyntax.cap(text) } catch { throw ValidationError(error.description) }
    }

    private static func readObjective(_ text: String) throws -> OfferObjective {
        guard let objective = OfferObjective.allCases.first(where: { $0.words == text || $0.rawValue == text }) else {
            let known = OfferObjective.allCases.map(\.words).joined(separator: ", ")
            throw ValidationError("\"\(text)\" is no objective; there are \(known)")
        }
        return objective
    }
}

extension OfferObjective {
    /// The word on a command line.
    var words: String {
        switch self {
        case .earliest: "earliest"
        case .cheapest: "cheapest"
        case .bestPacking: "best-packing"
        }
    }
}
