// The alerts of all budget domains, and the last readings of each, which show a trend.

import FleetModel

/// Alerts over one fleet version.
struct AlertTable: Sendable {
    private struct Sample: Sendable {
        var at = ReadingTable.never
        var watts: Watts = 0
        var nodesObserved = 0
    }

    /// The last three readings that are far enough apart, oldest first; the last may be nearer.
    private struct Trend: Sendable {
        var first = Sample()
        var middle = Sample()
        var last = Sample()
    }

    private(set) var alerts: [DrawAlert?]
    private var trends: [Trend]

    init(count: Int) {
        alerts = [DrawAlert?](repeating: nil, count: count)
        trends = [Trend](repeating: Trend(), count: count)
    }

    /// In the order of the domains.
    var live: [DrawAlert] { alerts.compactMap(\.self) }

    /// Looks at what one domain draws now. A domain without readings keeps its alert: silence clears nothing.
    mutating func look(
        at budget: BudgetIndex, _ draw: ObservedDraw?, limit: Watts, now: Int64, _ rules: AlertRules
    ) -> AlertChange? {
        guard let draw else { return nil }
        note(draw, of: budget.offset)
        let projected = projection(of: budget.offset, limit: limit)
        let kind: AlertKind? =
            if draw.watts >= limit {
                .overLimit
            } else if isAtLeast(draw.watts, rules.raisePermille, of: limit) {
                .nearLimit
            } else if projected != nil {
                .rising
            } else {
                nil
            }
        let isAbove = kind != nil || isAtLeast(draw.watts, rules.clearPermille, of: limit)
        guard var alert = alerts[budget.offset] else {
            guard let kind else { return nil }
            let alert = DrawAlert(
                budget: budget, kind: kind, since: now, watts: draw.watts, limitWatts: limit, peakWatts: draw.watts,
                peakAt: draw.at, projectedWatts: projected, observedAt: draw.at,
                lastAbove: (now, draw.nodesObserved))
            alerts[budget.offset] = alert
            return .raised(alert)
        }
        let before = alert.kind
        alert.watts = draw.watts
        alert.limitWatts = limit
        alert.observedAt = draw.at
        alert.projectedWatts = projected
        if draw.watts > alert.peakWatts { (alert.peakWatts, alert.peakAt) = (draw.watts, draw.at) }
        if let kind { alert.kind = max(alert.kind, kind) }
        if isAbove {
            alert.lastAbove = (now, draw.nodesObserved)
        } else if draw.nodesObserved >= alert.lastAbove.nodesObserved
            || now >= alert.lastAbove.at + AlertRules.blindSecondsMax
        {
            alerts[budget.offset] = nil
            return .cleared(alert)
        }
        alerts[budget.offset] = alert
        return alert.kind > before ? .worsened(alert) : nil
    }

    private func isAtLeast(_ watts: Watts, _ permille: Int64, of limit: Watts) -> Bool {
        watts * 1_000 >= limit * permille
    }

    private mutating func note(_ draw: ObservedDraw, of offset: Int) {
        let sample = Sample(at: draw.at, watts: draw.watts, nodesObserved: draw.nodesObserved)
        guard draw.at > trends[offset].last.at else {
            trends[offset].last = sample
            return
        }
        if isApart(trends[offset].middle, trends[offset].last) {
            trends[offset].first = trends[offset].middle
            trends[offset].middle = trends[offset].last
        } else if trends[offset].middle.at == ReadingTable.never {
            trends[offset].middle = sample
        }
        trends[offset].last = sample
    }

    private func isApart(_ earlier: Sample, _ later: Sample) -> Bool {
        earlier.at != ReadingTable.never && later.at - earlier.at >= AlertRules.trendSecondsMin
    }

    /// Where the slower of the last two rises leads in as much time again; nil where that is under the limit.
    ///
    /// Two rises, because a job that starts makes one step and then stays. A sum over more nodes than before is no rise.
    private func projection(of offset: Int, limit: Watts) -> Watts? {
        let (first, middle, last) = (trends[offset].first, trends[offset].middle, trends[offset].last)
        guard isApart(first, middle), isApart(middle, last), first.watts < middle.watts, middle.watts < last.watts,
            last.nodesObserved <= middle.nodesObserved, middle.nodesObserved <= first.nodesObserved
        else { return nil }
        let earlier = (middle.watts - first.watts) * (last.at - middle.at) / (middle.at - first.at)
        let projected = last.watts + min(earlier, last.watts - middle.watts)
        return projected >= limit ? projected : nil
    }
}
