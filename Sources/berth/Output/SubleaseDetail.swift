// One sub-lease, for people.

import ControlAPI

/// A sub-lease with what is offered, used or was.
struct SubleaseDetail {
    let sublease: SubleaseAnswer

    init(_ sublease: SubleaseAnswer) { self.sublease = sublease }

    /// Where it stands: of an offer, who has still to agree.
    var stands: String {
        switch sublease.state {
        case .offered:
            var missing: [String] = []
            if !sublease.holderAgreed { missing.append(sublease.from) }
            if !sublease.tenantAgreed { missing.append(sublease.to) }
            if sublease.providerAgreed == false { missing.append("the provider") }
            return "waits for " + (missing.isEmpty ? "nobody" : missing.joined(separator: ", "))
        case .active: return sublease.noticeGivenAt == nil ? "is in force" : "is in force, under notice"
        case .over: return "is over" + (ending.map { ", " + $0 } ?? "")
        case .declined: return "is declined"
        case .withdrawn: return "is withdrawn"
        }
    }

    private var ending: String? {
        switch sublease.ending {
        case .expired: "its time was"
        case .handedBack: "given back"
        case .ended: "ended by \(sublease.from)"
        case .cut: "cut with the lease"
        case nil: nil
        }
    }

    var lines: [String] {
        var lines = ["\(sublease.id)  from \(sublease.from) to \(sublease.to) \(stands)"]
        func add(_ title: String, _ text: String?) {
            if let text { lines.append("  " + title + String(repeating: " ", count: max(1, 12 - title.count)) + text) }
        }
        let share = sublease.whole.map { $0 ? ", all of it" : ", a share of it" } ?? ""
        add("lease", sublease.lease.map { $0 + share })
        add("label", sublease.label)
        let held = sublease.used?.promised ?? sublease.promised
        add("holds", "\(held.hardware), \(power(held.watts)) at the rack")
        if let used = sublease.used {
            add("state", used.state.rawValue)
            if used.delivered != used.promised {
                add("delivered", "\(used.delivered.hardware), \(power(used.delivered.watts))")
            }
            for condition in used.conditions { add(condition.type.rawValue, condition.reason) }
            add("down", used.down.map { $0.joined(separator: ", ") })
            add("cap now", used.capNow.map(\.text))
            add("cap", used.capWattsPerGpu.map { "\(counted($0)) W for each GPU" } ?? used.capPercent.map { "\($0) %" })
            for step in used.schedule ?? [] { add("from \(step.at.short)", step.promised.hardware) }
        }
        if sublease.used == nil {
            add(
                "cap",
                sublease.capWattsPerGpu.map { "\(counted($0)) W for each GPU" } ?? sublease.capPercent.map { "\($0) %" }
            )
            for step in sublease.schedule ?? [] { add("from \(step.at.short)", step.offered) }
        }
        add("class", sublease.leaseClass.rawValue)
        add("start", sublease.start.map { "\($0)" })
        add("end", "\(sublease.end)")
        for line in sublease.reservations {
            add(line.name, "\(counted(line.count)) × \(line.shape.rawValue)  " + line.allocation.joined(separator: " "))
        }
        add("price", sublease.pricePerGpuHour.map { "\($0.text) for each GPU-hour delivered" })
        add(
            "notice",
            sublease.noticePeriod.map { "\($0) from \(sublease.from)" }
                ?? "\(sublease.from) may not end it before its end")
        add("offered", "\(sublease.proposedAt): \(sublease.reason)")
        add("expires", sublease.expiresAt.map { "\($0)" })
        add("over since", sublease.endedAt.map { "\($0)" })
        return lines
    }

    func print() {
        for line in lines { Terminal.standardOutput.write(line) }
    }
}
