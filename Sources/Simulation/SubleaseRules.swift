// Rule 7 of sub-leases, from facts alone: who has said so, and what is let stays let.

import Leasing

/// Looks at one change after the other, as `ContractRules` does.
struct SubleaseRules {
    private(set) var violations: [String] = []
    /// How many have begun.
    private(set) var count = 0
    /// Who has agreed to those that are offered, by number.
    private var agreed: [UInt64: Set<String>] = [:]
    /// Those in force, by the lease under them.
    private var inForce: [UInt64: Sublease] = [:]

    mutating func look(at entry: Entry, before: Book, after: Book) {
        for case .subleaseNoted(let note) in entry.facts {
            // Both tenants have the same note; one of them is looked at.
            if note.tenant == note.sublease.from { look(at: note, entry, before, after) }
        }
        guard !inForce.isEmpty else { return }
        for lease in inForce.keys.sorted() {
            let isLive = after.parts(of: lease).contains { $0.isInWindow || $0.state == .scheduled }
            if !isLive { violations.append("entry \(entry.revision) left lease \(lease) let that is over") }
        }
        for case .leasePartAmended(let record) in entry.facts {
            guard let sublease = inForce[record.leaseNumber], (sublease.agreedAt ?? .max) < entry.recordedAt,
                entry.actor.role == "tenant:\(sublease.from)", !entry.preempts(sublease.lease)
            else { continue }
            let (held, left) = (
                gpuSeconds(of: sublease, in: before, from: entry.recordedAt),
                gpuSeconds(of: sublease, in: after, from: entry.recordedAt)
            )
            if held != left {
                violations.append(
                    "entry \(entry.revision) made \(left) of \(held) GPU-seconds that are let of lease \(sublease.lease)"
                )
            }
        }
    }

    private mutating func look(at note: SubleaseNote, _ entry: Entry, _ before: Book, _ after: Book) {
        let sublease = note.sublease
        switch note.event {
        case .proposed, .holderAgreed, .tenantAgreed:
            for tenant in [sublease.from, sublease.to] where entry.actor.role == "tenant:\(tenant)" {
                agreed[sublease.number, default: []].insert(tenant)
            }
        case .begun:
            count += 1
            let consent = agreed.removeValue(forKey: sublease.number) ?? []
            if consent != [sublease.from, sublease.to] {
                violations.append("entry \(entry.revision) let a lease without the word of both tenants")
            }
            if let other = inForce.updateValue(sublease, forKey: sublease.lease), other.number != sublease.number {
                violations.append("entry \(entry.revision) let lease \(sublease.lease) twice at a time")
            }
            let lease = after.lease(sublease.lease)
            if lease?.tenant != sublease.from || sublease.end > lease?.end ?? .min {
                violations.append("entry \(entry.revision) let lease \(sublease.lease) for longer than it is held")
            }
        case .noticeGiven:
            let known = inForce.updateValue(sublease, forKey: sublease.lease)
            checkEnd(sublease, of: known, at: sublease.end, entry)
        case .over:
            let known = inForce.removeValue(forKey: sublease.lease)
            if sublease.ending == .handedBack && entry.actor.role != "tenant:\(sublease.to)" {
                violations.append("entry \(entry.revision) gave back what \(sublease.to) uses without its word")
            }
            if sublease.ending == .cut, entry.actor.role == "tenant:\(sublease.from)", !entry.preempts(sublease.lease) {
                violations.append(
                    "entry \(entry.revision) took lease \(sublease.lease) from \(sublease.to), which it is let to")
            }
            if sublease.ending == .ended && known?.noticeGivenAt == nil {
                checkEnd(sublease, of: known, at: sublease.endedAt ?? .min, entry)
            }
        case .offered, .providerAgreed, .declined, .withdrawn, .expired: break
        }
    }

    /// The holder ends it no sooner than was agreed.
    private mutating func checkEnd(_ sublease: Sublease, of known: Sublease?, at end: Int64, _ entry: Entry) {
        let notice = known?.noticeSeconds ?? .max
        if entry.actor.role != "tenant:\(sublease.from)" || end - entry.recordedAt < notice {
            violations.append("entry \(entry.revision) ends sub-lease \(sublease.number) sooner than was agreed")
        }
    }

    /// GPUs times seconds that are let from a time on.
    private func gpuSeconds(of sublease: Sublease, in book: Book, from time: Int64) -> Int64 {
        book.parts(of: sublease.lease).reduce(0) { sum, part in
            guard part.isInWindow || part.state == .scheduled else { return sum }
            let from = max(part.start, time, sublease.start)
            return sum + Int64(part.promised.gpus) * max(0, min(part.end, sublease.end) - from)
        }
    }
}

extension Entry {
    /// Whether it makes a lease give way: what its class says, whoever has asked for something that comes first.
    fileprivate func preempts(_ lease: UInt64) -> Bool {
        facts.contains { fact in
            if case .reclaimSet(let reclaim) = fact {
                reclaim.lease == lease && reclaim.clause.isPreemption
            } else {
                false
            }
        }
    }
}
