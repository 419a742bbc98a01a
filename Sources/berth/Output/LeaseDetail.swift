// One lease in full, for people.

import ControlAPI

/// What was granted: where, how much, at what cap, and what to expect of it.
struct LeaseDetail {
    let lease: LeaseAnswer
    /// Paths shown for each line before the rest is only counted.
    private static let pathsMax = 12
    /// Titles stand in front of what they are of.
    private static let titleWidth = 11

    init(_ lease: LeaseAnswer) { self.lease = lease }

    func print(to terminal: Terminal = .standardOutput) {
        for line in lines(inColour: terminal.usesColour, columnCount: terminal.columnCount) { terminal.write(line) }
    }

    /// - Parameter columnCount: where lines are broken, between words; nil: nowhere.
    func lines(inColour: Bool, columnCount: Int?) -> [String] {
        lines(inColour: inColour).flatMap {
            WordWrap.lines($0, columnCount: columnCount, indent: Self.titleWidth + 2)
        }
    }

    private func lines(inColour: Bool) -> [String] {
        [heading(inColour: inColour)] + windowLines + holdingLines + capLines(inColour: inColour)
            + lease.reservations.flatMap(reservationLines) + spareLines + scheduleLines
            + conditionLines(inColour: inColour) + downLines(inColour: inColour)
            + curtailmentLines
            + shortfallLines
            + decisionLines
    }

    private func heading(inColour: Bool) -> String {
        let contract = lease.contract.map { name in lease.contractVersion.map { "\(name) v\($0)" } ?? name }
        let parts = [lease.tenant, contract, lease.label].compactMap(\.self)
        return Style.heading.applied(to: lease.id, inColour: inColour) + "  " + parts.joined(separator: " · ") + "  "
            + lease.state.style.applied(to: lease.state.rawValue, inColour: inColour)
    }

    private func line(_ title: String, _ text: String) -> String {
        "  " + title + String(repeating: " ", count: max(1, Self.titleWidth - title.count)) + text
    }

    private var windowLines: [String] {
        [
            line("window", "\(lease.start) to \(lease.end), \(lease.leaseClass.rawValue)"),
            line("revision", "\(lease.revision), for --if-match"),
        ]
    }

    private var holdingLines: [String] {
        var lines = [
            line(
                "holds",
                "\(lease.promised.hardware), \(power(lease.promised.watts)) at the rack, "
                    + "\(power(lease.wattsAtMeter)) at the meter")
        ]
        if lease.delivered != lease.promised {
            lines.append(
                line(
                    "delivered", "\(lease.delivered.hardware), \(power(lease.delivered.watts)) at the rack")
            )
        }
        if let sublease = lease.sublease { lines.append(line("let", "by sub-lease \(sublease)")) }
        return lines
    }

    private func capLines(inColour: Bool) -> [String] {
        var lines: [String] = []
        if let watts = lease.capWattsPerGpu { lines.append(line("cap", "\(counted(watts)) W for each GPU")) }
        if let percent = lease.capPercent {
            let isFound = lease.decision?.highestCap != nil
            let remark = isFound ? ", the highest at which all of it fits" : ""
            lines.append(line("cap", "\(percent) % of each model's maximum\(remark)"))
        }
        if let now = lease.capNow {
            lines.append(line("cap now", Style.attention.applied(to: now.text, inColour: inColour)))
        }
        if let text = lease.throughput?.text { lines.append(line("throughput", text)) }
        if let preempts = lease.decision?.preempts {
            let rest = preempts.count - Self.pathsMax
            let more = rest > 0 ? ", and \(counted(rest)) more" : ""
            lines.append(line("gives way", preempts.prefix(Self.pathsMax).joined(separator: ", ") + more))
        }
        if let next = lease.decision?.highestCap?.next {
            lines.append(line("", "at \(next.percent) % it would not fit:"))
            lines += next.blockers.map { line("", "  \($0.kind.rawValue) \($0.name): \($0.message)") }
        }
        return lines
    }

    private func reservationLines(_ reservation: ReservationAnswer) -> [String] {
        let models = reservation.gpu.map { " of " + $0.joined(separator: ", ") } ?? ""
        var lines = [
            line(reservation.name, counted(reservation.count) + " × " + reservation.unit + models + reservation.terms)
        ]
        if let ramp = reservation.ramp {
            let steps = ramp.map { "\(counted($0.count)) from \($0.at)" }
            lines.append(line("", "then " + steps.joined(separator: ", ")))
        }
        lines += reservation.allocation.prefix(Self.pathsMax).map { line("", $0) }
        let restCount = reservation.allocation.count - Self.pathsMax
        if restCount > 0 {
            lines.append(line("", "… and \(counted(restCount)) more: berth lease show \(lease.id) -o json"))
        }
        return lines
    }

    /// What holds from later times on.
    private var scheduleLines: [String] {
        (lease.schedule ?? []).enumerated().map { index, step in
            let watts = step.capWattsPerGpu.map { "\(counted($0)) W for each GPU" }
            let cap = watts ?? step.capPercent.map { "\($0) % of each model's maximum" } ?? ""
            return line(
                index == 0 ? "then" : "",
                "from \(step.at): \(step.promised.hardware), \(power(step.promised.watts)) at the rack, cap \(cap)")
        }
    }

    private func conditionLines(inColour: Bool) -> [String] {
        lease.conditions.map { condition in
            let type = Style.attention.applied(to: condition.type.rawValue, inColour: inColour)
            return line("condition", "\(type) since \(condition.since): \(condition.reason)")
        }
    }

    private var spareLines: [String] {
        guard let spares = lease.spares else { return [] }
        let out = spares.held - spares.ready
        let missing = spares.granted - spares.held
        let parts = [
            "\(counted(spares.ready)) of \(counted(spares.granted)) ready",
            missing > 0 ? "\(counted(missing)) taken over, until what failed is back" : nil,
            out > 0 ? "\(counted(out)) down" : nil,
        ]
        return [line("spares", parts.compactMap(\.self).joined(separator: "; "))]
    }

    /// Nodes that are down, and by when each has to be replaced.
    private func downLines(inColour: Bool) -> [String] {
        let down = lease.down ?? []
        var lines = down.prefix(Self.pathsMax).map { node in
            let by = node.replaceBy.map { "to be replaced by \($0)" } ?? "counted since then"
            let overdue = node.overdue == true && node.replaceBy != nil ? ", overdue" : ""
            return line(
                "down",
                "\(node.node) since \(node.since), " + Style.attention.applied(to: by + overdue, inColour: inColour))
        }
        if down.count > Self.pathsMax { lines.append(line("", "… and \(counted(down.count - Self.pathsMax)) more")) }
        return lines
    }

    private var curtailmentLines: [String] {
        var lines = (lease.curtailments ?? []).map { curtailment in
            line(
                "curtailed", "\(curtailment.loadTarget) on \(curtailment.budget): \(steps(curtailment.steps))")
        }
        if let energy = lease.curtailed {
            let taken = scaled(energy.joules, by: 3_600_000_000, decimals: 3)
            let broken = scaled(energy.breachJoules, by: 3_600_000_000, decimals: 3)
            lines.append(
                line(
                    "",
                    "\(taken) MWh at the rack not drawn so far"
                        + (energy.breachJoules > 0 ? ", \(broken) MWh of them beyond its terms" : "")))
        }
        return lines
    }

    private var shortfallLines: [String] {
        guard let shortfall = lease.expectedShortfall else { return [] }
        return [
            line(
                "shortfall",
                "to be expected from failure rates: \(rounded(shortfall.nodesDown)) nodes "
                    + "(\(rounded(shortfall.gpusDown)) GPUs) down at any time"),
            line(
                "",
                "\(rounded(shortfall.failuresPerDay)) failures a day, \(rounded(shortfall.repairDays)) days a repair"
            ),
        ]
    }

    private var decisionLines: [String] {
        guard let decision = lease.decision else { return [] }
        let left = decision.largestShapeLeft.map { "largest left: \(counted($0.count)) × \($0.shape.rawValue)" }
        let parts = [
            "in \(counted(decision.micros)) µs", counted(decision.wholeBlocksLeft, "whole block") + " left", left,
            "stranded: \(counted(decision.strandedGpus, "GPU")), \(power(decision.strandedWatts))",
        ]
        return [line("decided", parts.compactMap(\.self).joined(separator: "; "))]
    }
}

extension ReservationAnswer {
    /// What the line counts, such as `nvl72` or `gpu×4`.
    var unit: String {
        switch shape {
        case .gpu: "gpu×\(gpus ?? 1)" + (composed == true ? " composed" : "")
        case .mig: profile ?? shape.rawValue
        case .watts: "node for \(megawatts?.description ?? "?") MW"
        default: shape.rawValue
        }
    }

    /// Where it was asked to lie, after a comma; nothing when it may lie anywhere.
    fileprivate var terms: String {
        var terms: [String] = []
        if let within { terms.append("within one \(within.rawValue)") }
        if let spread { terms.append("at most \(counted(spread.max ?? 1)) in each \(spread.level.rawValue)") }
        if let pin {
            let rest = pin.count - Self.pinsMax
            let more = rest > 0 ? " and \(counted(rest)) more" : ""
            terms.append("pinned to " + pin.prefix(Self.pinsMax).joined(separator: ", ") + more)
        }
        return terms.map { ", " + $0 }.joined()
    }

    /// Pins shown before the rest is only counted.
    private static let pinsMax = 4
}

extension CapNowAnswer {
    /// The lowest cap in few characters.
    var percentText: String { capPercent == 0 ? "stopped" : "\(capPercent) %" }

    /// The lowest caps and until when they hold.
    var text: String {
        let watts = capWattsPerGpu.sorted.map { "\($0.name) \(counted($0.count)) W" }.joined(separator: ", ")
        let caps = capPercent == 0 ? "stopped" : "\(capPercent) % of each model's maximum (\(watts))"
        return "\(caps) \(until.map { "until \($0)" } ?? "until further notice")"
    }
}

extension Capacity {
    /// GPUs and instances, such as `8 GPUs` or `7 MIG instances`.
    var hardware: String {
        let instances = migInstances ?? 0
        let gpus = gpus > 0 || instances == 0 ? counted(gpus, "GPU") : nil
        return [gpus, instances > 0 ? counted(instances, "MIG instance") : nil].compactMap(\.self)
            .joined(separator: ", ")
    }

    /// The same in a column of GPUs: `8`, `7 MIG` or `8 + 7 MIG`.
    var gpuColumn: String {
        guard let migInstances, migInstances > 0 else { return counted(gpus) }
        return (gpus > 0 ? counted(gpus) + " + " : "") + counted(migInstances) + " MIG"
    }
}

extension LeaseState {
    var style: Style {
        switch self {
        case .active: .good
        case .pending, .scheduled, .starting, .ending: .attention
        case .reclaimed, .preempted, .failed: .bad
        case .expired, .cancelled, .transferred: .quiet
        }
    }
}
