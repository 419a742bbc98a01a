// What a fleet file amounts to, in text: the answer of `berthd --check-fleet`.

/// The totals of a fleet by site, platform and budget.
public enum FleetReport {
    /// The report on `fleet`, with limits as they are in force at `time` (seconds since 1970, UTC).
    ///
    /// Watts of budgets are where each budget is measured, and for budgets that are alike those of the one with the
    /// least to spare. Lines end with a line feed. O(racks × budgets per rack).
    public static func text(of fleet: Fleet, at time: Int64) -> String {
        let demand = FleetDemand(fleet)
        var lines = [
            "Fleet \(fleet.name): \(counted(fleet.sites.count, "site")), \(counted(fleet.gpuCount, "GPU")), "
                + "\(counted(fleet.nodeCount, "node")), \(counted(fleet.racks.count, "rack")), "
                + counted(fleet.budgets.count, "budget domain")
        ]
        for siteOffset in fleet.sites.indices {
            lines.append("")
            lines += siteLines(fleet, siteOffset)
            lines.append("")
            lines += platformTable(fleet, siteOffset).lines(indent: "  ")
            lines.append("")
            lines += budgetTable(fleet, siteOffset, demand, time).lines(indent: "  ")
            lines.append("")
            lines += capLines(fleet, siteOffset, demand, time)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func siteLines(_ fleet: Fleet, _ siteOffset: Int) -> [String] {
        let site = fleet.sites[siteOffset]
        let domains = fleet.domains.filter { $0.siteOffset == siteOffset }
        let gpuCount = fleet.racks.reduce(0) { sum, rack in
            rack.siteOffset == siteOffset
                ? sum + rack.nodes.count * fleet.platforms[rack.platformOffset].gpusPerNode : sum
        }
        let nodeCount = domains.first?.nodes.count ?? 0
        let halls = domains.count { $0.level == .hall }
        let blocks = domains.count { $0.level == .block }
        let racks = domains.count { $0.level == .rack }
        var lines = [
            "Site \(site.name): \(counted(gpuCount, "GPU")), \(counted(nodeCount, "node")), \(counted(racks, "rack")), "
                + "\(counted(blocks, "block")), \(counted(halls, "hall"))",
            "  PUE \(decimal(site.pueThousandths, 3)), network and storage \(decimal(site.networkPermille, 1)) %, "
                + "energy $\(decimal(site.energyPriceMicrosPerMWh, 6)) per MWh, "
                + "\(site.carbonGramsPerKWh) g CO2 per kWh, "
                + "reliability \(decimal(site.reliabilityBasisPoints, 2)) %",
            "  turn-round \(site.turnRound.cleaningSeconds) s cleaning and \(site.turnRound.validatingSeconds) s"
                + " validating, ended by \(site.turnRound.ending.rawValue)",
        ]
        for budget in fleet.budgets where budget.siteOffset == siteOffset && !budget.sources.isEmpty {
            lines.append("  \(budget.name) is fed by")
            lines += sourceTable(budget.sources).lines(indent: "    ")
        }
        return lines
    }

    private static func sourceTable(_ sources: [PowerSource]) -> TextTable {
        var table = TextTable([
            ("SOURCE", .left), ("KIND", .left), ("POWER", .right), ("ENERGY", .right), ("PERMIT", .right),
            ("NOTICE", .right),
        ])
        for source in sources {
            table.add([
                source.name, source.kind.rawValue, WattsText.short(source.watts),
                source.energyJoules > 0 ? "\(decimal(source.energyJoules / 36_000, 5)) MWh" : "-",
                source.permitHoursPerYear.map { "\(WattsText.grouped($0)) h a year" } ?? "-",
                source.curtailmentNoticeSeconds.map { "\(WattsText.grouped($0)) s" } ?? "-",
            ])
        }
        return table
    }

    private static func platformTable(_ fleet: Fleet, _ siteOffset: Int) -> TextTable {
        var table = TextTable([
            ("PLATFORM", .left), ("RACKS", .right), ("NODES", .right), ("GPUS", .right), ("IDLE AT RACK", .right),
            ("NAMEPLATE AT RACK", .right),
        ])
        for (offset, platform) in fleet.platforms.enumerated() {
            let racks = fleet.racks.filter { $0.siteOffset == siteOffset && $0.platformOffset == offset }
            guard !racks.isEmpty else { continue }
            let nodeCount = Watts(racks.reduce(0) { $0 + $1.nodes.count })
            let power = platform.power
            let rackWatts = Watts(racks.count) * power.rackOverheadWatts
            let fullNode = platform.nodeWatts(leasedGPUs: platform.gpusPerNode, capWatts: power.capWattsMax)
            table.add([
                platform.name, WattsText.grouped(racks.count), WattsText.grouped(nodeCount),
                WattsText.grouped(nodeCount * Watts(platform.gpusPerNode)),
                WattsText.rounded(rackWatts + nodeCount * power.nodeIdleWatts),
                WattsText.rounded(rackWatts + nodeCount * fullNode),
            ])
        }
        return table
    }

    private static func budgetTable(_ fleet: Fleet, _ siteOffset: Int, _ demand: FleetDemand, _ time: Int64)
        -> TextTable
    {
        var table = TextTable([
            ("BUDGET", .left), ("KIND", .left), ("COUNT", .right), ("AT", .left), ("RATING", .right),
            ("LIMIT NOW", .right), ("IDLE FLOOR", .right), ("NAMEPLATE", .right), ("HIGHEST CAP", .right),
        ])
        for group in BudgetGroup.groups(of: fleet, siteOffset: siteOffset) {
            let tightest = group.members.min {
                spare(fleet, $0, demand, time) < spare(fleet, $1, demand, time)
            }!
            let budget = fleet.budgets[tightest.offset]
            let percent = group.members.map { demand.highestCapPercent(of: $0, at: time) ?? 0 }.min() ?? 0
            table.add([
                String(repeating: "  ", count: group.depth) + group.label(in: fleet), budget.kind.rawValue,
                WattsText.grouped(group.members.count), budget.measuredAt.rawValue,
                WattsText.rounded(budget.ratingWatts), WattsText.rounded(budget.limit(at: time)),
                WattsText.rounded(budget.measuredWatts(rackWatts: demand.idleFloorWatts(of: tightest))),
                WattsText.rounded(budget.measuredWatts(rackWatts: demand.watts(of: tightest, capPercent: 100))),
                percent == 0 ? "none" : "\(percent) %",
            ])
        }
        return table
    }

    /// What `budget` leaves at nameplate; negative where it cannot carry that.
    private static func spare(_ fleet: Fleet, _ budget: BudgetIndex, _ demand: FleetDemand, _ time: Int64) -> Watts {
        fleet.budgets[budget.offset].rackLimit(at: time) - demand.watts(of: budget, capPercent: 100)
    }

    private static func capLines(_ fleet: Fleet, _ siteOffset: Int, _ demand: FleetDemand, _ time: Int64) -> [String] {
        let site = fleet.sites[siteOffset].name
        guard let percent = demand.highestCapPercent(ofSite: siteOffset, at: time) else {
            return ["  All of \(site) does not fit even at the lowest cap."]
        }
        guard percent < 100 else { return ["  All of \(site) fits at nameplate."] }
        let broken = demand.budgetsBroken(ofSite: siteOffset, capPercent: percent + 1, at: time)
        let names = broken.prefix(3).map { fleet.budgets[$0.offset].name }.joined(separator: ", ")
        let rest = broken.count > 3 ? " and \(WattsText.grouped(broken.count - 3)) more" : ""
        return [
            "  All of \(site) fits at \(percent) % of each model's highest cap; "
                + "\(percent + 1) % breaks \(names)\(rest)."
        ]
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(WattsText.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// `scaled` with its point put back and zeros at the end left out.
    private static func decimal(_ scaled: Int64, _ places: Int) -> String {
        let unit = (0..<places).reduce(Int64(1)) { unit, _ in unit * 10 }
        var digits = String(scaled % unit + unit).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return WattsText.grouped(scaled / unit) + (digits.isEmpty ? "" : ".\(digits)")
    }
}
