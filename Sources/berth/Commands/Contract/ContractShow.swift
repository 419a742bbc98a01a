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
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The contract.")
    var name: String

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.contract(name)) { contractTable($0).print() }
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
    add("tenant", terms.tenant ?? "any")
    add("live leases", counted(contract.leases))
    for text in terms.price?.texts ?? [] { add("price", text) }
    add("commitment", terms.commitment?.description)
    add("minimum term", terms.minimumTerm?.description)
    add("notice period", terms.noticePeriod?.description)
    add("reclaim causes", terms.reclaimCauses?.joined(separator: ", "))
    add("shed tier", terms.shedTier.map(String.init))
    add("spares per domain", terms.spares.map { counted($0.perDomain) })
    add("whole-rack swap", terms.wholeRackSwap.map { $0.consent ? "with consent given" : "no consent" })
    add("availability target", terms.availabilityTargetPercent.map { "\($0) %" })
    if terms.curtailment == nil { add("curtailment", "none allowed") }
    add("curtailment notice", terms.curtailment?.noticePeriod.description)
    add(
        "curtailment hours a month",
        terms.curtailment?.hoursPerMonth.map { counted($0) } ?? (terms.curtailment == nil ? nil : "any"))
    add("curtailment floor", terms.curtailment.map { "\($0.floorPercent ?? 50) % of each model's maximum" })
    add("curtailment may stop", terms.curtailment.map { $0.mayStop == true ? "yes" : "no" })
    add("description", terms.description)
    return table
}
