// The panes of berth top as tables.

import ControlAPI

extension TopSnapshot {
    /// The rows of a pane.
    func table(of pane: TopPane, _ state: TopState) -> PaneTable {
        switch pane {
        case .domains: domainTable
        case .leases: leaseTable(leases(for: state))
        case .power: powerTable
        case .notices: noticeTable
        case .events: eventTable
        }
    }

    /// The leases that are shown, in their order.
    func leases(for state: TopState) -> [TopLease] {
        state.order.sorted(leases.filter { state.filter.isEmpty || $0.tenant.contains(state.filter) })
    }

    private var domainTable: PaneTable {
        var table = PaneTable(
            .text("DOMAINS"), .bar("USE"), .number("GPUS", rank: 4), .number("LEASED"), .number("FREE"),
            .number("HELD", rank: 1), .number("FAULTY", rank: 2), .text("LARGEST FREE", rank: 3))
        for domain in domains {
            let gpus = domain.gpus
            let largest = domain.largestShapeFree.map {
                $0.shape == .gpu ? "gpu x\($0.gpus)" : "\($0.shape.rawValue) (\($0.gpus))"
            }
            table.add(
                "\(indented(domain.path))", .bar(bar(gpus)), "\(counted(gpus.total))", "\(counted(gpus.leased))",
                .styled(counted(gpus.free), gpus.free > 0 ? .good : .quiet),
                .styled(counted(gpus.held), gpus.held > 0 ? .attention : .quiet),
                .styled(counted(gpus.faulty), gpus.faulty > 0 ? .bad : .quiet),
                .styled(largest ?? "-", largest == nil ? .quiet : .plain))
        }
        return table
    }

    /// A path's last step, as deep as it lies.
    private func indented(_ path: String) -> String {
        let steps = path.split(separator: "/")
        return String(repeating: "  ", count: steps.count - 1) + (steps.last ?? "")
    }

    private func bar(_ gpus: GPUCounts) -> Bar {
        Bar(
            shares: [
                Bar.Share(amount: gpus.leased, fill: .full, style: .good),
                Bar.Share(amount: gpus.held, fill: .half, style: .attention),
                Bar.Share(amount: gpus.faulty, fill: .half, style: .bad),
            ], whole: gpus.total)
    }

    private func leaseTable(_ leases: [TopLease]) -> PaneTable {
        // To a tenant it says nothing new.
        let tenantRank = if case .tenant = subject { 5 } else { 0 }
        var table = PaneTable(
            .text("LEASES"), .text("TENANT", rank: tenantRank), .text("LABEL", rank: 3, widthMax: 20), .text("STATE"),
            .number("GPUS"),
            .number("RACK", rank: 2), .number("CAP", rank: 4), .text("NEXT CHANGE", widthMax: 28))
        for lease in leases {
            let mark = lease.conditions.isEmpty ? "" : "!"
            table.add(
                "\(lease.id)", "\(lease.tenant)", .styled(lease.label ?? "-", lease.label == nil ? .quiet : .plain),
                .styled(lease.state.rawValue + mark, mark.isEmpty ? lease.state.style : .attention),
                .styled(
                    lease.isShort
                        ? "\(counted(lease.delivered.gpus))/\(lease.promised.gpuColumn)" : lease.promised.gpuColumn,
                    lease.isShort ? .attention : .plain),
                "\(power(lease.promised.watts))", .styled(lease.cap, lease.isCurtailed ? .attention : .plain),
                "\(lease.next.map(words) ?? "-")")
        }
        return table
    }

    private var powerTable: PaneTable {
        var table = PaneTable(
            .text("POWER"), .bar("COMMITTED OF LIMIT"), .number("COMMITTED", rank: 1), .number("OBSERVED", rank: 2),
            .number("LIMIT"), .number("USED"))
        for (budget, depth) in budgetTree {
            let isTight = budget.headroomWatts * 20 < budget.limitWatts
            let style: Style = budget.headroomWatts < 0 ? .bad : isTight ? .attention : .good
            table.add(
                .styled(
                    String(repeating: "  ", count: depth) + budget.name, budget.failures == nil ? .plain : .bad),
                .bar(
                    Bar(
                        shares: [Bar.Share(amount: budget.committedWatts, fill: .full, style: style)],
                        whole: max(1, budget.limitWatts), mark: budget.observedWatts)),
                "\(power(budget.committedWatts))", "\(budget.observedWatts.map(power) ?? "-")",
                "\(power(budget.limitWatts))",
                .styled(share(budget.committedWatts, of: budget.limitWatts), isTight ? style : .plain))
        }
        return table
    }

    /// Budgets with how many levels are above each.
    private var budgetTree: [(budget: BudgetAnswer, depth: Int)] {
        var depths: [String: Int] = [:]
        return budgets.map { budget in
            let depth = budget.parent.flatMap { depths[$0] }.map { $0 + 1 } ?? 0
            depths[budget.name] = depth
            return (budget, depth)
        }
    }

    private var noticeTable: PaneTable {
        var table = PaneTable(.text("NOTICES"), .text("KIND"), .text("ACKNOWLEDGED"), .rest("DEADLINE"))
        for notice in notices {
            table.add(
                "\(notice.id)", .styled(notice.kind.rawValue, .attention),
                .styled(notice.acknowledged ? "yes" : "no", notice.acknowledged ? .plain : .attention),
                "\(notice.deadline.short), \(untilText(notice.deadline))")
        }
        return table
    }

    private var eventTable: PaneTable {
        var table = PaneTable(
            .text("EVENTS"), .text("BY", rank: 1, widthMax: 12), .rest("WHAT"), .text("REASON", rank: 2, widthMax: 24))
        for event in events {
            table.add(
                "\(clock(event.at))", "\(event.by)",
                "\(event.what.joined(separator: ", "))",
                .styled(event.reason ?? "", .quiet))
        }
        return table
    }

    /// The time of day; of another day the date with it.
    private func clock(_ time: Timestamp) -> String {
        let text = time.description
        let isToday = text.prefix(10) == now.description.prefix(10)
        return isToday
            ? String(text.dropFirst(11).prefix(8)) : "\(text.dropFirst(5).prefix(5)) \(text.dropFirst(11).prefix(5))"
    }

    /// What comes next and when. A turn-round without an end in sight waits for whoever cleans.
    private func words(_ change: TopLease.Change) -> String {
        guard let at = change.at, !(change == .turnRound(until: at) && at <= now) else { return "in turn-round" }
        return "\(change.words) \(untilText(at))"
    }

    private func untilText(_ time: Timestamp) -> String { remaining(time.epochSeconds - now.epochSeconds) }
}

/// A length of time in its two largest units: `in 3d 4h`, or `now` when it is over.
func remaining(_ seconds: Int64) -> String {
    guard seconds > 0 else { return "now" }
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60)
    if days >= 100 { return "in \(counted(Int(days)))d" }
    if days > 0 { return "in \(days)d" + (hours > 0 ? " \(hours)h" : "") }
    if hours > 0 { return "in \(hours)h" + (minutes > 0 ? " \(minutes)m" : "") }
    return minutes > 0 ? "in \(minutes)m" : "in \(seconds)s"
}
