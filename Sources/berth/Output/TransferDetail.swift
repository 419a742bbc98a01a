// One transfer, for people.

import ControlAPI

/// A transfer with what is offered in it.
struct TransferDetail {
    let transfer: TransferAnswer

    init(_ transfer: TransferAnswer) { self.transfer = transfer }

    /// Who has still to agree.
    var waitsFor: String {
        var missing: [String] = []
        if !transfer.holderAgreed { missing.append(transfer.from) }
        if !transfer.receiverAgreed { missing.append(transfer.to) }
        if transfer.providerAgreed == false { missing.append("the provider") }
        return missing.isEmpty ? "nobody" : missing.joined(separator: ", ")
    }

    var lines: [String] {
        let what =
            switch transfer.state {
            case .open: "waits for \(waitsFor)"
            case .done: "is done"
            case .declined: "is declined"
            case .withdrawn: "is withdrawn"
            }
        var lines = ["\(transfer.id)  from \(transfer.from) to \(transfer.to) \(what)"]
        func add(_ title: String, _ text: String?) {
            if let text { lines.append("  " + title + String(repeating: " ", count: max(1, 12 - title.count)) + text) }
        }
        let share = transfer.whole.map { $0 ? "all of it" : "a share of it" }
        add("lease", transfer.lease.map { $0 + (share.map { ", \($0)" } ?? "") })
        add(
            "granted",
            transfer.granted.map { "lease \($0)" + (transfer.contract.map { " under contract \($0)" } ?? "") })
        add("holds", "\(transfer.promised.hardware), \(power(transfer.promised.watts)) at the rack")
        add(
            "cap",
            transfer.capWattsPerGpu.map { "\(counted($0)) W for each GPU" } ?? transfer.capPercent.map { "\($0) %" })
        for step in transfer.schedule ?? [] { add("from \(step.at.short)", step.offered) }
        add("class", transfer.leaseClass.rawValue)
        add("start", transfer.start.map { "\($0)" })
        add("end", "\(transfer.end)")
        for line in transfer.reservations {
            add(line.name, "\(counted(line.count)) × \(line.shape.rawValue)  " + line.allocation.joined(separator: " "))
        }
        add("contract", transfer.granted == nil ? transfer.contract : nil)
        add("offered", "\(transfer.proposedAt): \(transfer.reason)")
        add("expires", transfer.state == .open ? "\(transfer.expiresAt)" : nil)
        return lines
    }

    func print() {
        for line in lines { Terminal.standardOutput.write(line) }
    }
}

extension ScheduleStep {
    /// What there is from then on, and at which cap.
    var offered: String {
        let cap = capWattsPerGpu.map { ", \(counted($0)) W for each GPU" } ?? capPercent.map { ", \($0) %" } ?? ""
        return "\(promised.hardware), \(power(promised.watts)) at the rack\(cap)"
    }
}
