// The root command. The tree of files under Commands is the tree of commands.

import ArgumentParser
import ControlAPI

@main
struct Berth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Lease the capacity of a GPU fleet.",
        discussion: """
            berth speaks to berthd over its Unix socket: --socket PATH or --context NAME, else BERTH_SOCKET, else \
            BERTH_CONTEXT, else the current context (berth context), else ./var/berth.sock when it is there, else \
            /run/berth/control.sock. Over TCP: --url https://HOST:7411 or BERTH_URL, with a token in BERTH_TOKEN or \
            --token-file, or a client certificate.

            EXAMPLE
              berth status
              berth lease create --tenant acme --line block:4:H100 \\
                --duration 30d --cap-percent 80 --dry-run
              berth watch acme

            Times are 2026-12-01T16:00:00Z, 2026-12-01 (its first second) or +30m (from now), in every option.

            EXIT CODES
            \(exitCodes)

            Shell completion: berth completion --help
            """,
        version: "0.2.0",
        subcommands: [
            StatusCommand.self, TopCommand.self, FleetCommand.self, DomainsCommand.self, BudgetsCommand.self,
            AlertsCommand.self, ForecastCommand.self,
            NodesCommand.self, FaultCommand.self, SparesCommand.self, MaintenanceCommand.self,
            LeaseCommand.self, ExplainCommand.self, CalendarCommand.self,
            OfferCommand.self, PlanCommands.self,
            TenantCommand.self, TokenCommand.self, CohortCommand.self,
            ContractCommand.self, LedgerCommand.self, ApprovalsCommand.self,
            TransfersCommand.self, SubleaseCommand.self,
            LoadTargetCommand.self, OrdersCommand.self, NoticesCommand.self,
            FreezeCommand.self, UnfreezeCommand.self,
            ApplyCommand.self, ImportCommand.self, InventoryCommand.self, WatchCommand.self, EventsCommand.self,
            AuditCommand.self, BackupCommand.self, ReloadCommand.self, UpgradeCommand.self, VerifyCommand.self,
            ClockCommand.self,
            PackCommand.self,
            SimulateCommand.self,
            ContextCommand.self, CompletionCommand.self,
        ]
    )

    private static var exitCodes: String {
        ExitStatus.allCases
            .map { "  \($0.rawValue < 10 ? " " : "")\($0.rawValue)  \($0.meaning)" }
            .joined(separator: "\n")
    }
}
