// One notice, for people.

import ControlAPI

/// A notice with its steps.
struct ReclaimDetail {
    let reclaim: ReclaimAnswer

    init(_ reclaim: ReclaimAnswer) { self.reclaim = reclaim }

    /// What becomes of the lease, in a few words.
    var what: String {
        switch reclaim.clause {
        case .cause: "reclaimed for cause (\(reclaim.cause ?? ""))"
        case .convenience: "reclaimed for convenience"
        case .cancellation: reclaim.byTenant ? "cancelled by its tenant" : "cancelled by the provider"
        case .preemption: "gives way to a lease whose class comes first"
        }
    }

    var lines: [String] {
        var lines = ["\(reclaim.approval ?? reclaim.id ?? "a notice")  lease \(reclaim.lease) \(what)"]
        func add(_ title: String, _ text: String?) {
            if let text { lines.append("  " + title + String(repeating: " ", count: max(1, 19 - title.count)) + text) }
        }
        if let approval = reclaim.approval {
            add("waits", "for a second operator: berth approvals approve \(approval) --reason …")
        }
        add(
            reclaim.approval == nil ? "served" : "asked",
            "\(reclaim.servedAt)" + (reclaim.actor.map { " by \($0)" } ?? "") + ": \(reclaim.reason)")
        var before = reclaim.gpusBefore
        for step in reclaim.steps {
            add(
                "\(step.at.short)",
                "\(counted(before - step.gpus, "GPU")) \(before - step.gpus == 1 ? "goes" : "go"), "
                    + (step.gpus == 0 ? "none stays" : "\(counted(step.gpus)) stay"))
            before = step.gpus
        }
        if let quote = reclaim.quote {
            add("due from now on", "\(quote.charge.text), and \(quote.chargeOtherwise.text) without it")
            add("owed until", quote.owedUntil.map { "\($0.short), for months and years" })
            if quote.creditThisMonth.micros > 0 { add("credited so far", "\(quote.creditThisMonth.text) this month") }
        }
        add("goes first", reclaim.nominated?.joined(separator: " "))
        add(
            "acknowledged",
            reclaim.withdrawnAt == nil && reclaim.approval == nil
                ? reclaim.acknowledgedAt.map { "\($0)" } ?? "not yet" : nil)
        add("withdrawn", reclaim.withdrawnAt.map { "\($0)" })
        return lines
    }

    func print() {
        for line in lines { Terminal.standardOutput.write(line) }
    }
}
