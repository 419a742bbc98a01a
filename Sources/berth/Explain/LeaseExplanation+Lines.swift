// An explanation as a person reads it.

import ControlAPI

extension LeaseExplanation {
    /// Paths and blockers shown before the rest is only counted.
    private static let itemsMax = 6

    func lines(inColour: Bool) -> [String] {
        func heading(_ text: String) -> String { Style.heading.applied(to: text, inColour: inColour) }
        var lines = [titleLine(inColour: inColour), "", heading("Why here")]
        lines += boundLines + placeLines
        for other in elsewhere {
            lines += ["", heading(other.problem == nil ? "At \(other.at)" : "Why not at \(other.at)")]
            lines += elsewhereLines(other, inColour: inColour)
        }
        if !elsewhere.isEmpty {
            lines += ["  (Asked for as a second lease beside this one, so that what it holds counts against it.)"]
        }
        lines += ["", heading("What applies now")]
        return lines + conditionLines(inColour: inColour) + powerLines + guardLines(inColour: inColour)
    }

    private func titleLine(inColour: Bool) -> String {
        let names = [lease.tenant, lease.contract, lease.label].compactMap(\.self).joined(separator: " · ")
        return Style.heading.applied(to: lease.id, inColour: inColour) + "  \(names)  "
            + lease.state.style.applied(to: lease.state.rawValue, inColour: inColour)
            + ", \(lease.start) to \(lease.end)"
    }

    // MARK: Here

    /// What left no choice.
    private var boundLines: [String] {
        var lines: [String] = []
        if let contract {
            let terms = contract.terms
            if let sites = terms.sites {
                lines.append("contract \(contract.name) allows the sites \(sites.joined(separator: ", "))")
            }
            if let models = terms.gpu {
                lines.append("contract \(contract.name) allows \(models.joined(separator: ", "))")
            }
        }
        lines += lease.reservations.compactMap { line in
            let terms = [
                line.gpu.map { "of \($0.joined(separator: " or "))" }, line.within.map { "within one \($0.rawValue)" },
                line.spread.map { "at most \(counted($0.max ?? 1)) in each \($0.level.rawValue)" },
                line.pin.map { "pinned to \($0.prefix(Self.itemsMax).joined(separator: ", "))" },
            ].compactMap(\.self)
            guard !terms.isEmpty else { return nil }
            return
                "\(line.name) was asked for as \(counted(line.count)) × \(line.unit), \(terms.joined(separator: ", "))"
        }
        lines.append(
            "every budget above it carries \(power(lease.promised.watts)) at the rack at its cap of \(lease.capText)")
        return lines.map { "  " + $0 }
    }

    /// Where it went, and what that leaves beside it.
    private var placeLines: [String] {
        var lines = lease.reservations.flatMap { line -> [String] in
            let halls = TenantHoldings.foldedHalls(of: line.allocation).joined(separator: ", ")
            let isWhole = [.block, .rack, .nvl72].contains(line.shape)
            let words = isWhole ? "each a whole one, shared with nobody" : "packed among others"
            return ["  \(line.name): \(counted(line.count)) × \(line.unit) in \(halls), \(words)"]
                + line.allocation.prefix(Self.itemsMax).map { "    \($0)" } + rest(line.allocation.count)
        }
        for domain in shared ?? [] {
            let gpus = domain.gpus
            let others =
                gpus.leased > 0 ? "\(counted(gpus.leased)) of \(counted(gpus.total)) GPUs leased" : "nothing leased yet"
            let left = domain.largestShapeFree.map {
                ", the largest shape left \($0.shape.rawValue) of \(counted($0.gpus, "GPU"))"
            }
            lines.append("  \(domain.path) has \(others)\(left ?? ", nothing left")")
        }
        lines.append(
            "  Of all places that fit, the one that breaks least of what is still whole; see docs/placement.md.")
        return lines
    }

    private func rest(_ count: Int) -> [String] {
        count > Self.itemsMax
            ? ["    … and \(counted(count - Self.itemsMax)) more: berth lease show \(lease.id) -o json"] : []
    }

    // MARK: Elsewhere

    private func elsewhereLines(_ other: Elsewhere, inColour: Bool) -> [String] {
        if let answer = other.lease {
            let paths = answer.paths
            return ["  It would fit there now, at \(power(answer.promised.watts)) at the rack:"]
                + paths.prefix(Self.itemsMax).map { "    \($0)" } + rest(paths.count)
        }
        guard let problem = other.problem else { return [] }
        let blockers = problem.blockers ?? []
        var lines = ["  \(problem.title): \(problem.detail)"]
        lines += blockerLines(Array(blockers.prefix(Self.itemsMax)), inColour: inColour).map { "  " + $0 }
        if blockers.count > Self.itemsMax { lines.append("    … and \(counted(blockers.count - Self.itemsMax)) more") }
        return lines
    }

    // MARK: Now

    private func conditionLines(inColour: Bool) -> [String] {
        var lines = lease.conditions.map {
            "  \(Style.attention.applied(to: $0.type.rawValue, inColour: inColour)) since \($0.since): \($0.reason)"
        }
        lines += notices.map { notice in
            let cause = notice.cause.map { " (\($0))" } ?? ""
            return
                "  notice \(notice.id ?? "") under the clause \(notice.clause.rawValue)\(cause), by \(notice.deadline): \(notice.reason)"
        }
        if let now = lease.capNow { lines.append("  a load target holds its cap at \(now.text)") }
        lines += (lease.curtailments ?? []).map { "  load target \($0.loadTarget) on \($0.budget): \(steps($0.steps))" }
        return lines
    }

    private var powerLines: [String] {
        (sites ?? []).map { site in
            "  \(site.site): \(power(site.committedWatts)) of \(power(site.limitWatts)) committed at the meter, "
                + "\(power(site.limitWatts - site.committedWatts)) left"
        }
    }

    private func guardLines(inColour: Bool) -> [String] {
        guards.guards.map { item in
            let answer = item.allowed ? "may" : "may not"
            let clause = item.clause.map { " (\($0))" } ?? ""
            let from = item.from.map { ", from \($0.short)" } ?? ""
            return "  the provider \(answer) \(item.verb)\(clause)\(from): \(item.text)"
        }
    }
}
