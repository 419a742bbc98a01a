// berth contract show

import ArgumentParser
import ControlAPI
import ControlClient

struct ContractShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one contract, term by term.",
        discussion: """
            EXAMPLE
              berth contract show google-110k
              berth contract show google-110k --version 1
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The contract.", completion: .custom(LiveNames.contracts))
    var name: String

    @Option(help: "An earlier version; the newest where it is left out.")
    var version: Int?

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.contract, name)) { client in
            try output.print(try await client.contract(name, version: version)) { contractTable($0).print() }
        }
    }
}

/// A contract, a row for each term that it has.
func contractTable(_ contract: ContractAnswer) -> Table {
    let terms = contract.terms
    var table = Table(.text("TERM"), .text(contract.name))
    func add(_ term: String, _ text: String?) {
        if let text { table.add(.init(term), .init(text)) }
    }
    add("version", "\(contract.version) of \(contract.versions)" + (contract.since.map { ", since \($0)" } ?? ""))
    add("tenant", terms.tenant ?? "any")
    add("live leases", counted(contract.leases))
    for text in terms.price?.texts ?? [] { add("price", text) }
    for discount in terms.price?.rampDiscounts ?? [] {
        add("ramp discount", "\(discount.percent) % for \(discount.months) months")
    }
    add("commitment", terms.commitment?.description)
    add("minimum term", terms.minimumTerm?.description)
    add("notice period", terms.noticePeriod?.description)
    add("provider's notice", terms.providerNoticePeriod?.description)
    add("tenant's notice", terms.tenantNoticePeriod?.description)
    add("cancellation after", terms.cancellationAfter?.description)
    add("reclaim causes", terms.reclaimCauses?.joined(separator: ", "))
    add("reclaim for cause", terms.reclaimForCause.map { "\($0.noticePeriod) notice" })
    add(
        "reclaim for convenience",
        terms.reclaimForConvenience.map {
            "\($0.maxPercent) % of the GPUs, \($0.maxTimes ?? 1) in \($0.per), \($0.noticePeriod) notice"
        })
    add("off-ramp", terms.offRamp.map { "\($0.steps) steps, one every \($0.every)" })
    add("shed tier", terms.shedTier.map(String.init))
    add("spares per domain", terms.spares.map { counted($0.perDomain) })
    add("replacement deadline", terms.replacementDeadline?.description)
    add("whole-rack swap", terms.wholeRackSwap.map { $0.consent ? "with consent given" : "no consent" })
    add("availability target", terms.availabilityTargetPercent.map { "\($0) %" })
    for band in terms.availabilityCredits ?? [] { add("credit", "\(band.percent) % below \(band.below) %") }
    if terms.curtailment == nil { add("curtailment", "none allowed") }
    add("curtailment notice", terms.curtailment?.noticePeriod.description)
    add(
        "curtailment hours a month",
        terms.curtailment?.hoursPerMonth.map { counted($0) } ?? (terms.curtailment == nil ? nil : "any"))
    add("curtailment floor", terms.curtailment.map { "\($0.floorPercent ?? 50) % of each model's maximum" })
    add("curtailment may stop", terms.curtailment.map { $0.mayStop == true ? "yes" : "no" })
    add("sites", terms.sites?.joined(separator: ", "))
    add("gpu", terms.gpu?.joined(separator: ", "))
    add("movable", terms.movable.map(\.text))
    add(
        "approvals",
        terms.approvals.map { "\($0.of.map(\.rawValue).joined(separator: ", ")), expire after \($0.expiresAfter)" })
    add("preemption", terms.preemption.map { $0.noticePeriod.map { "\($0) of notice" } ?? "at once" })
    add(
        "transfers",
        terms.transfers.map {
            ($0.approval ?? true ? "with the provider's approval" : "without approval")
                + ($0.expiresAfter.map { ", offers expire after \($0)" } ?? "")
        })
    add(
        "subleases",
        terms.subleases.map {
            ($0.approval ?? true ? "with the provider's approval" : "without approval")
                + ($0.maxPercent.map { ", at most \($0) % of the GPUs" } ?? "")
                + ($0.expiresAfter.map { ", offers expire after \($0)" } ?? "")
        })
    add("description", terms.description)
    return table
}

extension MoveSpecification {
    /// As `sat, sun 2:00 to 6:00 UTC, 7d notice`.
    fileprivate var text: String {
        let days = days?.map(\.rawValue).joined(separator: ", ") ?? "any day"
        let hours = hours.map { " \($0.from):00 to \($0.until):00 UTC" } ?? ""
        return days + hours + (noticePeriod.map { ", \($0) notice" } ?? "")
    }
}
