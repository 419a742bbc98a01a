// Everything that an observatory knows: over one fleet version, and carried over to the next.

import FleetModel

struct ObservatoryState: Sendable {
    var rules: ReadingRules
    var alertRules: AlertRules
    var tables: DomainTables?
    var readings: ReadingTable?
    var alerts = AlertTable(count: 0)
    var slots = SlotTable()
    var counts = ObservationCounts()
    var report: (at: Int64, report: DrawReport)?

    init(rules: ReadingRules, alertRules: AlertRules) {
        self.rules = rules
        self.alertRules = alertRules
    }
}

extension ObservatoryState {
    /// Goes over to a later fleet version, if it is another one. Alerts begin anew.
    mutating func adopt(_ fleet: Fleet) {
        guard tables?.fleet !== fleet else { return }
        if let old = tables?.fleet, let readings {
            self.readings = readings.carried(from: old, to: fleet)
        } else {
            readings = ReadingTable(fleet)
        }
        tables = DomainTables(fleet)
        alerts = AlertTable(count: fleet.budgets.count)
        report = nil
    }

    mutating func look(_ conditions: DrawConditions, _ now: Int64) -> (DrawReport, [AlertChange]) {
        let (tables, readings) = (self.tables!, self.readings!)
        let draws = readings.draws(tables, since: now - rules.freshSeconds)
        var changes: [AlertChange] = []
        for offset in draws.indices {
            let budget = BudgetIndex(offset)
            guard let draw = draws[offset] else { continue }
            let change = alerts.look(
                at: budget, draw, limit: conditions.limitWatts(budget), now: now, alertRules)
            if case .raised = change { counts.alertsRaised += 1 }
            if let change { changes.append(change) }
        }
        let report = DrawReport(
            draws: draws,
            nameplateWatts: tables.fleet.budgets.indices.map {
                tables.fleet.budgets[$0].measuredWatts(rackWatts: tables.nameplateWatts[$0])
            },
            siteDraws: tables.powerRoots.map { Self.sum(of: $0, draws, tables) }, upper: tables.upper,
            alerts: alerts.live)
        return (report, changes)
    }

    /// Power roots taken together.
    private static func sum(of roots: [Int], _ draws: [ObservedDraw?], _ tables: DomainTables) -> ObservedDraw? {
        let observed = roots.compactMap { draws[$0] }
        guard let first = observed.first else { return nil }
        let total = ObservedDraw(
            watts: observed.reduce(0) { $0 + $1.watts }, at: observed.map(\.at).max() ?? first.at,
            nodesObserved: observed.reduce(0) { $0 + $1.nodesObserved },
            nodeCount: roots.reduce(0) { $0 + tables.nodeCounts[$1] },
            basis: observed.contains { $0.basis == .partlyEstimated } ? .partlyEstimated : first.basis)
        return total
    }

    /// One sample of every site and upper domain that is observed.
    mutating func sample(_ report: DrawReport, _ conditions: DrawConditions, _ now: Int64) {
        let tables = self.tables!
        for offset in report.upper {
            guard let draw = report.draws[offset] else { continue }
            slots.add(
                tables.fleet.budgets[offset].name, at: now, observed: draw.watts,
                committed: conditions.committedWatts(BudgetIndex(offset)), sharePermille: Int64(draw.sharePermille))
        }
        for (site, draw) in zip(tables.fleet.sites.indices, report.siteDraws) {
            guard let draw else { continue }
            let committed = tables.powerRoots[site].reduce(Watts(0)) {
                $0 + conditions.committedWatts(BudgetIndex($1))
            }
            slots.add(
                SlotMean.siteSeries(tables.fleet.sites[site].name), at: now, observed: draw.watts,
                committed: committed, sharePermille: Int64(draw.sharePermille))
        }
    }
}
