// Rule 7, from facts alone: what the provider took from leases under a contract, it took under a clause.

import Leasing

/// Looks at one change after the other.
///
/// It asks neither the guards nor the decisions: what a lease holds over its time is summed before and after a change, and
/// where the provider's change left less there must be a notice in it that is as long as the contract says.
struct ContractRules {
    private(set) var report = RuleReport(7, "the landlord takes nothing that no clause allows")
    private var notices = 0
    private var splits = 0
    private var handovers = 0
    /// Who has agreed to transfers, by number.
    private var agreed: [UInt64: Set<String>] = [:]
    private var changes = 0
    private var sublets = SubleaseRules()

    /// What was looked at, too.
    var finished: RuleReport {
        var report = report
        for violation in sublets.violations { report.violate(violation) }
        report.count("sub-leases", sublets.count)
        report.count("provider's changes to leases under contracts", changes)
        report.count("notices", notices)
        report.count("splits", splits)
        report.count("handovers", handovers)
        return report
    }

    mutating func look(at entry: Entry, before: Book, after: Book) {
        var noticed: Set<UInt64> = []
        for case .reclaimSet(let reclaim) in entry.facts {
            noticed.insert(reclaim.lease)
            if reclaim.servedAt == entry.recordedAt { checkNotice(reclaim, entry, before) }
        }
        checkTransfers(entry, before, after)
        sublets.look(at: entry, before: before, after: after)
        guard entry.actor.role == "operator" else { return }
        for number in leases(changedBy: entry, in: before) where !noticed.contains(number) {
            guard let lease = before.lease(number), before.terms(of: lease) != nil else { continue }
            changes += 1
            let (held, left) = (
                gpuSeconds(of: number, in: before, from: entry.recordedAt),
                gpuSeconds(of: number, in: after, from: entry.recordedAt)
            )
            if left < held {
                report.violate(
                    "entry \(entry.revision) took \(held - left) GPU-seconds from lease \(number) without a notice")
            }
        }
    }

    /// A lease that is split or changes hands loses and wins nothing, and changes hands only when both tenants have said so.
    private mutating func checkTransfers(_ entry: Entry, _ before: Book, _ after: Book) {
        var (lost, won): (Int64, Int64) = (0, 0)
        for fact in entry.facts {
            switch fact {
            case .transferNoted(let note):
                let transfer = note.transfer
                for tenant in [transfer.from, transfer.to] where entry.actor.role == "tenant:\(tenant)" {
                    let says: [TransferNote.Event] =
                        tenant == transfer.from ? [.proposed, .holderAgreed] : [.receiverAgreed]
                    if says.contains(note.event) { agreed[transfer.number, default: []].insert(tenant) }
                }
            case .leaseSplit(let split):
                splits += 1
                won += gpuSeconds(of: split.newLease, in: after, from: entry.recordedAt)
                if before.lease(split.lease) != nil {
                    lost += gpuSeconds(of: split.lease, in: before, from: entry.recordedAt)
                    won += gpuSeconds(of: split.lease, in: after, from: entry.recordedAt)
                }
            case .leaseTakenOver(let takeover):
                handovers += 1
                won += gpuSeconds(of: takeover.newLease, in: after, from: entry.recordedAt)
                if before.lease(takeover.from) != nil {
                    lost += gpuSeconds(of: takeover.from, in: before, from: entry.recordedAt)
                }
                let consent = agreed.removeValue(forKey: takeover.transfer) ?? []
                let holder = after.lease(takeover.from)?.tenant ?? ""
                if !consent.contains(holder) || !consent.contains(takeover.tenant) {
                    report.violate("entry \(entry.revision) handed a lease over without the word of both tenants")
                }
            default: break
            }
        }
        if lost != won {
            report.violate("entry \(entry.revision) made \(won) GPU-seconds of \(lost) in splitting or handing over")
        }
    }

    private mutating func checkNotice(_ reclaim: Reclaim, _ entry: Entry, _ book: Book) {
        notices += 1
        if reclaim.clause.isPreemption, let lease = book.lease(reclaim.lease) {
            // Without a contract nobody is bound.
            let shortest = book.terms(of: lease).map { $0.preemptionNoticeSeconds ?? .max } ?? 0
            if lease.leaseClass != .opportunistic || reclaim.deadline - reclaim.servedAt < shortest {
                report.violate("entry \(entry.revision) let lease \(reclaim.lease) give way against its terms")
            }
            return
        }
        guard let lease = book.lease(reclaim.lease), let terms = book.terms(of: lease) else {
            return report.violate("entry \(entry.revision) served a notice on a lease without a contract")
        }
        let (shortest, isAllowed): (Int64, Bool) =
            switch reclaim.clause {
            case .cause(let cause):
                (terms.causeNoticeSeconds ?? terms.providerNotice, terms.reclaimCauses.contains(cause))
            case .convenience: (terms.convenience?.noticeSeconds ?? .max, terms.convenience != nil)
            case .cancellation(byTenant: true): (terms.tenantNotice, true)
            case .cancellation(byTenant: false): (terms.providerNotice, terms.cancellationAfter != nil)
            case .preemption: (.max, false)
            }
        if !isAllowed { report.violate("entry \(entry.revision) served a notice that no clause allows") }
        if reclaim.deadline - reclaim.servedAt < shortest {
            report.violate(
                "entry \(entry.revision) served a notice of \(reclaim.deadline - reclaim.servedAt) s, not \(shortest) s"
            )
        }
    }

    /// The leases that facts of an entry change, each once, that were there before.
    private func leases(changedBy entry: Entry, in book: Book) -> [UInt64] {
        var numbers: Set<UInt64> = []
        for fact in entry.facts {
            switch fact {
            case .leaseMoved(let number, .release, _): numbers.insert(book.lease(number)?.leaseNumber ?? number)
            case .leasePartAmended(let record): numbers.insert(record.leaseNumber)
            default: break
            }
        }
        return numbers.sorted()
    }

    /// GPUs times seconds that a lease is to hold from a time on, its parts together.
    private func gpuSeconds(of number: UInt64, in book: Book, from time: Int64) -> Int64 {
        book.parts(of: number).reduce(0) { sum, part in
            guard part.isInWindow || part.state == .scheduled else { return sum }
            return sum + Int64(part.promised.gpus) * max(0, part.end - max(part.start, time))
        }
    }
}
