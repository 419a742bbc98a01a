// berth status

import ArgumentParser
import ControlAPI
import ControlClient

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the daemon, the fleet, its power, and what each tenant holds.",
        discussion: """
            EXAMPLE
              berth status
              berth status -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            let status = try await client.status()
            guard output.output == .table else { return try output.print(status) { _ in } }
            printSummary(status)
            wattsTable(status).print()
            printAlerts(status)
            try await printHoldings(client)
        }
    }

    private func printSummary(_ status: StatusAnswer) {
        let terminal = Terminal.standardOutput
        let fleet = status.fleet
        terminal.write("berthd \(status.version), revision \(counted(status.revision)), up since \(status.startedAt)")
        terminal.write(
            "fleet \(fleet.name) (version \(fleet.version)): \(counted(fleet.sites, "site")), "
                + "\(counted(fleet.nodes, "node")), \(counted(fleet.gpus, "GPU"))")
        let gpus = status.gpus
        terminal.write(
            "GPUs: \(counted(gpus.leased)) leased (\(share(gpus.leased, of: gpus.total))), \(counted(gpus.free)) free, "
                + "\(counted(gpus.held)) held, \(counted(gpus.faulty)) faulty")
        let leases = status.leases.sorted.map { "\(counted($0.count)) \($0.name)" }
        terminal.write("leases: " + (leases.isEmpty ? "none" : leases.joined(separator: ", ")))
        printTroubles(status)
        terminal.write("")
    }

    private func printTroubles(_ status: StatusAnswer) {
        let terminal = Terminal.standardOutput
        if !status.journal.writable {
            let words =
                "The journal cannot be written: \(status.journal.detail ?? "no reason given"). Nothing can change."
            terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
        }
        if status.clock.frozen {
            let words = "The clock has jumped: nothing starts or ends by time until: berth clock confirm"
            terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
        }
        if let freeze = status.clock.freeze {
            let words =
                "Frozen by \(freeze.actor) since \(freeze.since): \(freeze.reason). Nothing starts or ends by time until: "
                + "berth unfreeze"
            terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
        }
        printListeners(status.listeners ?? [], at: status.now)
        if let numa = status.numa, let node = numa.node {
            Terminal.standardOutput.write(
                "scheduler: NUMA node \(node) of \(numa.nodes)"
                    + (numa.bookPercent.map { ", with \($0) % of the book's memory as it started" } ?? "")
                    + (numa.fault.map { "; \($0)" } ?? ""))
        }
        if let upgrade = status.upgrade {
            let words =
                "The upgrade is not finalised; release \(upgrade.readableFrom) still reads the book: berth upgrade status"
            terminal.write(Style.attention.applied(to: words, inColour: terminal.usesColour))
        }
        printFailures(status.failedFeeds ?? [])
        printLoadTargets(status.loadTargets ?? [])
        if let orders = status.overdueOrders {
            let words = "\(counted(orders, "order")) to the actuator not acknowledged in time: berth orders"
            terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
        }
        if let faults = status.openFaults {
            let words = "\(counted(faults, "fault report")) to decide on: berth fault --state open"
            terminal.write(Style.attention.applied(to: words, inColour: terminal.usesColour))
        }
        if let refusal = status.reloadRefusal {
            let why = refusal.detail.map { ": " + $0 } ?? "; an operator sees why"
            let words = "the reload at \(refusal.at) was refused, and what was before stays\(why)"
            terminal.write(Style.attention.applied(to: words, inColour: terminal.usesColour))
        }
        if let proposal = status.fleetProposal {
            let words = "fleet file: \(proposal.accepted ? "accepted" : "refused"): \(proposal.detail)"
            terminal.write(
                (proposal.accepted ? Style.plain : .attention).applied(to: words, inColour: terminal.usesColour))
        }
    }

    /// A certificate that ends within this many days is worth a word.
    private static let certificateDays: Int64 = 14

    private func printListeners(_ listeners: [ListenerStatus], at now: Timestamp) {
        let terminal = Terminal.standardOutput
        for listener in listeners {
            if let fault = listener.certificateFault {
                let words = "\(listener.place): a newer certificate cannot be used: \(fault)"
                terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
            }
            guard let end = listener.certificateExpiresAt,
                end.epochSeconds < now.epochSeconds + Self.certificateDays * 86_400
            else { continue }
            let words = "\(listener.place): the certificate ends at \(end)"
            terminal.write(Style.attention.applied(to: words, inColour: terminal.usesColour))
        }
    }

    /// Load targets shown before the rest is only counted.
    private static let loadTargetsMax = 10

    private func printLoadTargets(_ targets: [LoadTargetSummary]) {
        let terminal = Terminal.standardOutput
        for target in targets.prefix(Self.loadTargetsMax) {
            let window =
                target.state == .live
                ? target.end.map { "until \($0)" } ?? "until further notice" : "from \(target.start)"
            let unmet = target.unmetWatts.map { ", \(power($0)) not met" } ?? ""
            let words =
                "load target \(target.id) on \(target.budget) is \(target.state.rawValue): \(power(target.watts)) \(window)\(unmet)"
            let style: Style = target.unmetWatts == nil ? .attention : .bad
            terminal.write(style.applied(to: words, inColour: terminal.usesColour))
        }
        let rest = targets.count - Self.loadTargetsMax
        if rest > 0 { terminal.write("… and \(counted(rest)) more: berth load-target list") }
    }

    private func wattsTable(_ status: StatusAnswer) -> Table {
        var table = Table(
            .text("SITE"), .number("COMMITTED"), .number("LIMIT"), .number("USED"), .number("HEADROOM"),
            .number("OBSERVED"))
        for site in status.watts {
            table.add(
                .init(site.site), .init(power(site.committedWatts)), .init(power(site.limitWatts)),
                .init(share(site.committedWatts, of: site.limitWatts)),
                .init(power(site.limitWatts - site.committedWatts)), .init(observed(site)))
        }
        return table
    }

    private func observed(_ site: SiteWatts) -> String {
        guard let watts = site.observedWatts else { return "-" }
        guard let share = site.observedShare, share.hundredths < 10_000 else { return power(watts) }
        return power(watts) + " (\(share) % of nodes)"
    }

    private func printAlerts(_ status: StatusAnswer) {
        guard let alerts = status.alerts else { return }
        let terminal = Terminal.standardOutput
        terminal.write("")
        let words = "\(counted(alerts.count, "budget domain")) near the limit by observed draw:"
        terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
        AlertsCommand.table(Array(alerts.prefix(10))).print()
        if alerts.count > 10 { terminal.write("… and \(counted(alerts.count - 10)) more: berth alerts") }
    }

    private func printHoldings(_ client: ControlClient) async throws {
        let (holdings, areMore) = try await TenantHoldings.collect(from: client)
        guard !holdings.isEmpty else { return }
        Terminal.standardOutput.write("")
        TenantHoldings.table(holdings).print()
        if areMore { Terminal.standardOutput.write("… and more: berth tenant list --all") }
    }
}
