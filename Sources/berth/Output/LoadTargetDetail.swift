// One load target in full, for people.

import ControlAPI

/// How a load target is met.
struct LoadTargetDetail {
    let target: LoadTargetAnswer
    let isPlan: Bool
    /// Whether it stands in a larger report, which lists the leases itself.
    let isPart: Bool
    /// Leases shown before the rest is only counted.
    private static let leasesMax = 20
    /// Times in which a source gives, or something is not met, that are shown before the rest is only counted.
    private static let stretchesMax = 6

    init(_ target: LoadTargetAnswer, isPlan: Bool = false, isPart: Bool = false) {
        self.target = target
        self.isPlan = isPlan || isPart
        self.isPart = isPart
    }

    func print(to terminal: Terminal = .standardOutput) {
        terminal.write(heading(inColour: terminal.usesColour))
        for line in wattLines + sourceLines { terminal.write(line) }
        if !target.lowered.isEmpty, !isPart { leases.print(to: terminal) }
        let rest = target.lowered.count - Self.leasesMax
        if rest > 0, !isPart {
            terminal.write("… and \(counted(rest)) more: berth load-target show \(target.budget) \(target.id) -o json")
        }
        for line in unmetLines { terminal.write(Style.attention.applied(to: line, inColour: terminal.usesColour)) }
        if isPlan, !isPart { terminal.write("Nothing was set; leave out --dry-run to set it.") }
    }

    private func heading(inColour: Bool) -> String {
        let name = Style.heading.applied(to: "\(target.budget) \(target.id)", inColour: inColour)
        return "\(name)  \(target.kind.rawValue) · \(isPlan ? "plan" : target.state.rawValue) · \(target.reason)"
    }

    private func line(_ title: String, _ text: String) -> String {
        "  " + title + String(repeating: " ", count: max(1, 12 - title.count)) + text
    }

    private var wattLines: [String] {
        var lines = [line("window", "\(target.start) to \(target.end.map { "\($0)" } ?? "further notice")")]
        lines.append(line("ceiling", power(target.watts)))
        if let entitled = target.entitledWatts, let committed = target.committedWatts {
            let given = mostGivenAtOnce
            lines.append(line("entitled", "\(power(entitled)) at the most in this time"))
            lines.append(
                line("committed", power(committed) + (given > 0 ? ", of which sources give up to \(power(given))" : ""))
            )
        }
        if let observed = target.observedWatts, let compliant = target.compliant {
            lines.append(line("observed", "\(power(observed)) drawn now, \(compliant ? "within" : "OVER") the ceiling"))
        }
        if let ramp = target.restoreWattsPerMinute { lines.append(line("way back", "\(power(ramp)) a minute")) }
        if target.orders.issued > 0 {
            let orders = target.orders
            lines.append(
                line(
                    "orders",
                    "\(counted(orders.issued)) issued, \(counted(orders.acknowledged)) acknowledged, "
                        + "\(counted(orders.overdue)) overdue"))
        }
        return lines
    }

    /// The most that sources give together at any time of the target.
    private var mostGivenAtOnce: Int {
        let uses = target.spent.filter { $0.start < target.end ?? $0.end }
        return uses.map { use in
            uses.filter { $0.start <= use.start && use.start < $0.end }.reduce(0) { $0 + $1.watts }
        }.max() ?? 0
    }

    private var sourceLines: [String] {
        let lines = target.spent.prefix(Self.stretchesMax).map { use in
            let hours = scaled(use.joules, by: 3_600_000_000, decimals: 1)
            let again = use.rechargedAt.map { $0 > use.end ? ", full again \($0.short)" : "" } ?? ", not filled again"
            return line(
                use.source, "\(power(use.watts)) from \(use.start.short) to \(use.end.short): \(hours) MWh\(again)")
        }
        let rest = target.spent.count - Self.stretchesMax
        guard rest > 0, let last = target.spent.map(\.end).max() else { return lines }
        return lines + [line("", "… and \(counted(rest)) more times until \(last.short): -o json has all")]
    }

    private var leases: Table {
        var table = Table(
            .number("TIER"), .word("LEASE"), .text("TENANT"), .number("LESS"), .number("MWH"), .text("STEPS"))
        for lease in target.lowered.prefix(Self.leasesMax) {
            table.add(
                .init("\(lease.tier)"), .init(lease.lease), .init(lease.tenant), .init(power(lease.watts)),
                .init(scaled(lease.joules, by: 3_600_000_000, decimals: 3)), .init(steps(lease.steps)))
        }
        return table
    }

    private var unmetLines: [String] {
        guard !target.unmet.isEmpty else { return [] }
        var lines = target.unmet.prefix(Self.stretchesMax).map { unmet in
            "not met: \(power(unmet.watts)) from \(unmet.start.short) to \(unmet.end?.short ?? "further notice")"
        }
        let rest = target.unmet.count - Self.stretchesMax
        if rest > 0, let last = target.unmet.last {
            let most = target.unmet.map(\.watts).max() ?? 0
            lines.append(
                "… and \(counted(rest)) more times until \(last.end?.short ?? "further notice"), \(power(most)) at the most"
            )
        }
        for holdout in target.holdouts {
            let leases = holdout.leases > 0 ? " by \(counted(holdout.leases, "lease"))" : ""
            lines.append("  \(power(holdout.watts)) at the rack are drawn\(leases): \(holdout.kind.phrase)")
        }
        return lines
    }
}

extension LoadTargetAnswer {
    /// Leases that are lowered, each once.
    var leaseCount: Int { Set(lowered.map(\.lease)).count }
}

/// Steps of a curtailment in a few words: `60 % 16:00Z–19:00Z`.
func steps(_ steps: [CurtailmentStepAnswer]) -> String {
    steps.map { step in
        let level = step.capPercent == 0 ? "stopped" : "\(step.capPercent) %"
        let end = step.end.map { "to \($0.short)" } ?? "on"
        return "\(level) from \(step.start.short) \(end)\(step.breach ? " (beyond its terms)" : "")"
    }.joined(separator: "; ")
}

extension HoldoutKind {
    /// Why, as the end of a sentence.
    fileprivate var phrase: String {
        switch self {
        case .noClause: "no clause lets them be lowered"
        case .atFloor: "they are at the floor of their terms"
        case .hoursUsed: "the hours that their terms allow in a month are used up"
        case .noticeTooShort: "their notice is longer than what is left"
        case .instances: "instances share the cap of their GPU"
        case .idleDraw: "idle hardware, and what draws nothing else"
        }
    }
}
