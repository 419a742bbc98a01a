// What a plan would do, for people: before and after.

import ControlAPI

struct PlanReport {
    private let plan: PlanAnswer
    private let commandCount: Int
    private let isCommitted: Bool
    /// What is said at the end; nil: how to commit the plan.
    private let closing: [String]?

    init(_ plan: PlanAnswer, commandCount: Int, isCommitted: Bool = false, closing: [String]? = nil) {
        self.closing = closing
        self.plan = plan
        self.commandCount = commandCount
        self.isCommitted = isCommitted
    }

    func print(to terminal: Terminal = .standardOutput) {
        let heading = "\(counted(commandCount, "command")) at \(plan.at)"
        terminal.write(
            Style.heading.applied(to: heading, inColour: terminal.usesColour)
                + "  \(scaled(plan.micros, by: 1_000, decimals: 1)) ms on a fork of the book")
        figures.print(to: terminal)
        terminal.write("")
        terminal.write("Leases: " + leaseWords)
        if !plan.changes.isEmpty { leases.print(to: terminal) }
        if plan.cursor != nil { terminal.write("… and more: --limit, or -o json") }
        for sublease in plan.subleases ?? [] {
            terminal.write(
                "Sub-lease \(sublease.id) of \(sublease.from) to \(sublease.to): \(sublease.state.rawValue)"
                    + (sublease.ending.map { ", \($0.rawValue)" } ?? ""))
        }
        for target in plan.loadTargets { LoadTargetDetail(target, isPart: true).print(to: terminal) }
        if !plan.revenue.isEmpty {
            terminal.write("")
            revenue.print(to: terminal)
        }
        guard !isCommitted else { return }
        terminal.write("")
        let commit = [
            "Nothing has changed. The same with --commit --reason … carries it out while it still does the same;",
            "or with this token: \(plan.planToken)",
        ]
        for line in closing ?? commit { terminal.write(line) }
    }

    // MARK: Figures

    private var figures: Table {
        var table = Table(.text(""), .number("BEFORE"), .number("AFTER"), .number("CHANGE"))
        func add(
            _ title: String, _ figures: Comparison<Int>, isGood: Bool? = nil, _ text: (Int) -> String = { counted($0) }
        ) {
            let change = figures.after - figures.before
            let sign = change > 0 ? "+" : ""
            let style: Style =
                change == 0 || isGood == nil ? .plain : (change > 0) == isGood ? .good : .attention
            table.add(
                .init(title), .init(text(figures.before)), .init(text(figures.after)),
                .init(change == 0 ? "" : sign + text(change), style))
        }
        let (gpus, packing) = (plan.gpus, plan.packing)
        add("GPUs leased", gpus.map(\.leased), isGood: true)
        add("GPUs free", gpus.map(\.free))
        add("GPUs held", gpus.map(\.held))
        add("GPUs faulty", gpus.map(\.faulty), isGood: false)
        add("whole blocks left", packing.map(\.wholeBlocksLeft), isGood: true)
        add("whole NVL72 left", packing.map(\.wholeNvl72Left), isGood: true)
        add("whole nodes left", packing.map(\.wholeNodesLeft), isGood: true)
        add("stranded GPUs", packing.map(\.strandedGpus), isGood: false)
        add("stranded power", packing.map(\.strandedWatts), isGood: false) { power($0) }
        for budget in plan.budgets {
            add("\(budget.name) committed", budget.committedWatts) { power($0) }
            add("\(budget.name) least left", budget.headroomWatts, isGood: true) { power($0) }
        }
        add("energy a day, MWh", plan.day.map(\.energyKWh)) { scaled($0, by: 1_000, decimals: 1) }
        add("cost of energy a day", plan.day.map { Int($0.cost.micros / 1_000_000) }) { "$" + counted($0) }
        add("carbon dioxide a day, t", plan.day.map(\.carbonGrams)) { scaled($0, by: 1_000_000, decimals: 1) }
        table.add(
            .init("largest shape left"), .init(words(packing.before.largestShapeLeft)),
            .init(words(packing.after.largestShapeLeft)), "")
        if let tightest = plan.tightest {
            table.add(
                .init("tightest domain"), .init("\(tightest.before.budget) \(power(tightest.before.watts))"),
                .init("\(tightest.after.budget) \(power(tightest.after.watts))"), "")
        }
        return table
    }

    private func words(_ shape: ShapeCount?) -> String {
        shape.map { "\(counted($0.count)) \($0.shape.rawValue)" } ?? "none"
    }

    // MARK: Leases

    private var leaseWords: String {
        let counts = plan.leases
        let parts = [
            (counts.appear, "granted"), (counts.go, "ended"), (counts.changeState, "in another state"),
            (counts.reduced, "that end earlier or come to hold less"), (counts.curtailed, "curtailed otherwise"),
            (counts.moved, "with nodes replaced"),
            (counts.loseNodes, "with nodes lost"),
        ].filter { $0.0 > 0 }.map { "\(counted($0.0)) \($0.1)" }
        return parts.isEmpty ? "none touched" : parts.joined(separator: ", ")
    }

    private var leases: Table {
        var table = Table(
            .word("LEASE"), .text("TENANT"), .word("STATE"), .number("GPUS"), .word("CAP"), .text("WHAT").optional)
        for lease in plan.changes {
            let (delivered, after) = (lease.gpusDelivered, lease.stateAfter.rawValue)
            let state = lease.stateBefore.map { $0 == lease.stateAfter ? after : "\($0.rawValue) → \(after)" }
            let isLess = delivered.after < delivered.before
            let gpus =
                delivered.before == delivered.after || lease.stateBefore == nil
                ? counted(lease.stateBefore == nil ? lease.promised.gpus : delivered.after)
                : "\(counted(delivered.before)) → \(counted(delivered.after))"
            table.add(
                .init(lease.lease ?? "new, command \((lease.command ?? 0) + 1)"),
                .init(lease.tenant + (lease.label.map { "/\($0)" } ?? "")), .init(state ?? after),
                .init(gpus, isLess ? .attention : .plain), .init(cap(lease)), .init(nodes(lease)))
        }
        return table
    }

    private func cap(_ lease: PlanLeaseChange) -> String {
        func text(_ percent: Int?) -> String { percent.map { $0 == 0 ? "stopped" : "\($0) %" } ?? "as agreed" }
        let (before, after) = (lease.capPercentBefore, lease.capPercentAfter)
        if before == after { return after == nil ? "" : text(after) }
        return "\(text(before)) → \(text(after))"
    }

    private func nodes(_ lease: PlanLeaseChange) -> String {
        var parts = lease.allocation ?? []
        if lease.nodesMoved > 0 { parts.append("\(counted(lease.nodesMoved, "node")) replaced") }
        if let lost = lease.nodesLost { parts.append("lost: " + lost.joined(separator: " ")) }
        if let before = lease.endBefore, before != lease.end { parts.append("ends \(lease.end.short)") }
        for step in lease.schedule ?? [] {
            parts.append("\(counted(step.promised.gpus, "GPU")) from \(step.at.short)")
        }
        return parts.joined(separator: ", ")
    }

    private var revenue: Table {
        var table = Table(.word("MONTH"), .number("REVENUE"))
        for month in plan.revenue {
            table.add(
                .init(month.month),
                .init(
                    (month.change.micros > 0 ? "+" : "") + month.change.text,
                    month.change.micros < 0 ? .attention : .good))
        }
        return table
    }
}

extension Comparison {
    fileprivate func map<Other>(_ figure: (Value) -> Other) -> Comparison<Other> {
        Comparison<Other>(figure(before), figure(after))
    }
}
