// berth ledger contract

import ArgumentParser
import ControlAPI
import ControlClient

struct LedgerContractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contract",
        abstract: "Show what one contract comes to in a calendar month.",
        discussion: """
            EXAMPLE
              berth ledger contract google-110k --month 2026-12
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var options: StatementOptions

    @Argument(help: "The contract, which must be with one tenant.", completion: .custom(LiveNames.contracts))
    var name: String

    func run() async throws {
        try await connection.run(options.plain, seeking: SoughtName(.contract, name)) { client in
            guard let tenant = try await client.contract(name).terms.tenant else {
                throw CommandFailure(
                    status: .failed, message: "contract \(name) is with no tenant in particular",
                    advice: "show a tenant's statement: berth ledger show TENANT")
            }
            try options.print(try await client.ledger(of: tenant, month: options.month).only(name))
        }
    }
}

extension LedgerAnswer {
    /// The part of a statement that is about one contract.
    func only(_ name: String) -> LedgerAnswer {
        var part = self
        part.leases = leases.filter { $0.contract == name }
        part.contracts = contracts.filter { $0.contract == name }
        let nothing = Money(currency: due.currency, micros: 0)
        part.sums = part.contracts.first?.sums ?? .none
        part.charge = part.contracts.first?.charge ?? nothing
        part.credit = part.contracts.first?.credit ?? nothing
        part.due = part.contracts.first?.due ?? nothing
        // What tenants owe each other is under no contract.
        (part.owed, part.receivable) = (nil, nil)
        return part
    }
}

extension LedgerAmounts {
    /// Nothing at all.
    fileprivate static var none: LedgerAmounts {
        let energy = LedgerEnergy(promised: 0, delivered: 0, curtailed: 0, breach: 0)
        let gpus = LedgerGPUs(
            promised: 0, delivered: 0, degraded: 0, excused: 0, lateAtStart: 0, stopped: 0, curtailed: 0, breach: 0,
            breachStopped: 0, lateAtHandBack: 0)
        return LedgerAmounts(gpuMilliseconds: gpus, joulesAtRack: energy, joulesAtMeter: energy)
    }
}
