// What stands above and below the panes.

import ControlAPI

extension TopFrame {
    func header(_ columns: Int) -> [StyledText] {
        let right: StyledText
        if let trouble = state.trouble {
            right = StyledText(trouble, .bad)
        } else if isPage {
            right = ""
        } else {
            right = state.isPaused ? StyledText("paused", .attention) : StyledText("live", .good)
        }
        let left = StyledText("berth top  ", .heading) + subject
        let space = columns - left.width - right.width
        let first =
            space >= 1
            ? left + StyledText(String(repeating: " ", count: space)) + right
            : left.cut(to: max(0, columns - right.width - 1), mark: glyphs.cut) + " " + right
        return [first] + summary(columns) + troubles
    }

    private var subject: StyledText {
        let time = String(snapshot.now.description.replacing("T", with: " "))
        switch snapshot.subject {
        case .fleet(let status):
            return StyledText("\(status.fleet.name), revision \(counted(status.revision)), \(time)")
        case .tenant(let name, let index, _): return StyledText("\(name), index \(counted(index)), \(time)")
        }
    }

    private func summary(_ columns: Int) -> [StyledText] {
        switch snapshot.subject {
        case .fleet(let status):
            let gpus = status.gpus
            let words =
                "\(counted(gpus.total)) GPUs: \(share(gpus.leased, of: gpus.total)) leased, \(counted(gpus.free)) free, "
                + "\(counted(gpus.held)) held, \(counted(gpus.faulty)) faulty"
            let leases = status.leases.sorted.filter { LeaseState(rawValue: $0.name)?.isOver != true }
                .map { "\(counted($0.count)) \($0.name)" }
            let left = snapshot.leasesLeftOut
            let rest = left > 0 ? " (\(counted(left)) not shown)" : ""
            let tail = leases.isEmpty ? "; no leases" : "; leases: " + leases.joined(separator: ", ") + rest
            return [StyledText(words) + StyledText(tail)]
        case .tenant(_, _, let next):
            let holds = snapshot.leases.filter { !$0.state.isOver }
            let gpus = holds.reduce(0) { $0 + $1.delivered.gpus }
            let watts = holds.reduce(0) { $0 + $1.delivered.watts }
            let change = next.map { "; next change \($0.short)" } ?? ""
            return [
                StyledText(
                    "\(counted(gpus, "GPU")) and \(power(watts)) at the rack in \(counted(holds.count, "lease"))\(change)"
                )
            ]
        }
    }

    /// What an operator should know before anything else, a line each.
    private var troubles: [StyledText] {
        guard case .fleet(let status) = snapshot.subject else { return [] }
        var lines: [StyledText] = []
        if !status.journal.writable {
            lines.append(
                StyledText("The journal cannot be written: \(status.journal.detail ?? "no reason given")", .bad))
        }
        if status.clock.frozen { lines.append(StyledText("The clock has jumped: berth clock confirm", .bad)) }
        if let freeze = status.clock.freeze {
            lines.append(StyledText("Frozen by \(freeze.actor): \(freeze.reason): berth unfreeze", .bad))
        }
        let unmet = (status.loadTargets ?? []).compactMap(\.unmetWatts).reduce(0, +)
        let counts = [
            status.loadTargets.map {
                "\(counted($0.count, "load target"))" + (unmet > 0 ? ", \(power(unmet)) not met" : "")
            },
            status.failedFeeds.map { counted($0.count, "failed feed") },
            status.overdueOrders.map { counted($0, "overdue order") },
            status.openFaults.map { counted($0, "open fault report") },
            status.alerts.map { "\(counted($0.count, "budget")) near the limit by draw" },
        ].compactMap(\.self)
        if !counts.isEmpty {
            lines.append(StyledText(counts.joined(separator: "; "), unmet > 0 ? .bad : .attention))
        }
        return lines
    }

    func footer(_ columns: Int) -> StyledText {
        if let draft = state.draft {
            return StyledText("tenants with: \(draft)_", .heading)
                + StyledText("  Enter shows them, Esc leaves it", .quiet)
        }
        let keys = [
            "q quit", "Tab pane", "arrows scroll", "z zoom", "s sort: \(state.order.rawValue)", "/ tenant",
            state.isPaused ? "p go on" : "p pause", "? help",
        ]
        return StyledText(keys.joined(separator: "  "), .quiet)
    }

    var helpLines: [StyledText] {
        [
            "",
            StyledText("  Keys", .heading),
            "  q, Ctrl-C           quit",
            "  Tab, left, right    the next pane, the one before",
            "  up, down, j, k      scroll by one; Page Up, Page Down by ten; Home, End",
            "  z, Enter            one pane on all of the screen, and back",
            "  s                   sort leases by size, watts, next change, tenant, state",
            "  /                   leases of tenants with what you type in their names",
            "  Esc                 leases of all tenants",
            "  p, space            pause, and go on",
            "  r                   read everything again now",
            "  Ctrl-Z, Ctrl-L      suspend; draw again",
            "",
            "  A bar of use has what is leased, held, faulty and free; a bar of power what is",
            "  committed of the limit in force, with a mark where readings say that it is.",
            "  A state with ! has conditions.",
            "",
            "  Any key goes back.",
        ]
    }
}
