// What a contract lets the provider do with a lease, and from when on.

import FleetModel

/// Something that the provider can want to do with a lease.
public enum LandlordVerb: String, CaseIterable, Sendable {
    /// End it earlier, or hold less, without notice.
    case shorten
    /// A lower cap for good.
    case lowerCap = "lower-cap"
    case reclaimForCause = "reclaim-for-cause"
    case reclaimForConvenience = "reclaim-for-convenience"
    /// End it before its end after a notice.
    case cancel
    /// Give its hardware to a lease whose class comes first.
    case preempt
    /// Exchange healthy hardware.
    case move
    /// Lower its watts for a while.
    case curtail
    /// Stop its hardware for a while.
    case shed
    /// Take its hardware out of service when the lease is over.
    case drain
    /// Other terms.
    case reprice
}

/// Whether a contract allows a verb.
public struct GuardVerdict: Equatable, Sendable {
    public let verb: LandlordVerb
    public let isAllowed: Bool
    /// The clause that allows or forbids it; nil without a contract.
    public let clause: Clause?
    /// The first time at which it could take effect if it was begun as early as can be; nil for never, or for at once.
    public let from: Int64?
    public let text: String
}

/// What the verdicts on one lease rest on.
struct LeaseGuard {
    let lease: Lease
    let terms: ContractTerms
    let name: String
    let now: Int64
    /// When capacity was reclaimed for convenience, ascending.
    let convenienceTimes: [Int64]

    /// Nil for a lease without a contract, which binds nobody.
    init?(_ lease: Lease, in book: Book, now: Int64) {
        guard let name = lease.contract, let terms = book.terms(of: lease) else { return nil }
        (self.lease, self.terms, self.name, self.now) = (lease, terms, name, now)
        convenienceTimes = book.convenienceTimes(of: lease)
    }

    func verdict(_ verb: LandlordVerb) -> GuardVerdict {
        switch verb {
        case .shorten: shortening
        case .lowerCap:
            refused(
                verb, .curtailment, "a cap is lowered for a while by a load target, and for good by the tenant alone")
        case .reclaimForCause: reclaimForCause
        case .reclaimForConvenience: reclaimForConvenience
        case .cancel: cancellation
        case .preempt: preemption
        case .move: move
        case .curtail: curtailment
        case .shed: shedding
        case .drain:
            allowed(verb, nil, "drained hardware stays with the lease until its end", from: lease.end)
        case .reprice:
            refused(
                verb, .price,
                "the lease is under version \(lease.contractVersion), and only its tenant takes another one")
        }
    }

    // MARK: Ending it

    private var termEnd: Int64 { terms.termEnd(of: lease) }

    private var shortening: GuardVerdict {
        let ways = [cancellation, reclaimForConvenience].filter { $0.from != nil }
        guard let way = ways.min(by: { $0.from! < $1.from! }), let from = way.from, from < lease.end else {
            return refused(
                .shorten, .cancellationAfter, "no clause lets the provider end it before its end, or reduce it at once")
        }
        let means = way.verb == .cancel ? "a cancellation" : "a reclaim for convenience"
        return refused(
            .shorten, way.clause ?? .noticePeriod,
            "the provider ends or reduces it after a notice: with \(means) from \(RFC3339.text(from)) on", from: from)
    }

    private var reclaimForCause: GuardVerdict {
        guard !terms.reclaimCauses.isEmpty else {
            return refused(.reclaimForCause, .reclaimCauses, "no cause is named for which it could be reclaimed")
        }
        return allowed(
            .reclaimForCause, .reclaimCauses, "for \(terms.reclaimCauses.joined(separator: " or "))",
            from: now + terms.causeNotice)
    }

    private var reclaimForConvenience: GuardVerdict {
        guard let clause = terms.convenience else {
            return refused(.reclaimForConvenience, .reclaimForConvenience, "nothing may be reclaimed without a cause")
        }
        if now < termEnd {
            return refused(
                .reclaimForConvenience, .minimumTerm, "its minimum term lasts until \(RFC3339.text(termEnd))",
                from: termEnd + clause.noticeSeconds)
        }
        let recent = convenienceTimes.filter { $0 > now - clause.periodSeconds }
        if recent.count >= clause.maxTimes {
            let next = recent[recent.count - Int(clause.maxTimes)] + clause.periodSeconds
            return refused(
                .reclaimForConvenience, .reclaimForConvenience,
                "it was used \(recent.count) times within \(durationText(clause.periodSeconds)), and may be again from "
                    + RFC3339.text(next) + " on", from: next + clause.noticeSeconds)
        }
        return allowed(
            .reclaimForConvenience, .reclaimForConvenience, "at most \(clause.maxPercent) % of its GPUs",
            from: now + clause.noticeSeconds)
    }

    private var cancellation: GuardVerdict {
        guard let after = terms.cancellationAfter else {
            return refused(.cancel, .cancellationAfter, "the provider cannot end it by notice alone")
        }
        let first = max(after, termEnd)
        if now < first {
            let clause: Clause = after >= termEnd ? .cancellationAfter : .minimumTerm
            return refused(
                .cancel, clause, "notice may be given from \(RFC3339.text(first)) on",
                from: first + terms.providerNotice)
        }
        return allowed(
            .cancel, .cancellationAfter, "with \(durationText(terms.providerNotice)) of notice",
            from: now + terms.providerNotice)
    }

    private var preemption: GuardVerdict {
        guard lease.leaseClass == .opportunistic else {
            return refused(.preempt, .preemption, "only opportunistic leases give way to others")
        }
        guard let seconds = terms.preemptionNoticeSeconds else {
            return refused(.preempt, .preemption, "no clause lets it give way to others")
        }
        return allowed(
            .preempt, .preemption, seconds == 0 ? "at once" : "after \(durationText(seconds)) of notice",
            from: now + seconds)
    }

    // MARK: While it runs

    private var move: GuardVerdict {
        guard let clause = terms.movable else {
            return refused(.move, .movable, "healthy hardware is exchanged only if the tenant asks for it")
        }
        return allowed(
            .move, .movable, "after its notice, at the agreed times",
            from: clause.window(from: now + clause.noticeSeconds).lowerBound)
    }

    private var curtailment: GuardVerdict {
        let limits = CurtailmentTerms(lease.leaseClass, contract: terms)
        guard let floor = limits.floorPercent else {
            return refused(.curtail, .curtailment, "its watts are lowered for a physical limit only, as a breach")
        }
        return allowed(
            .curtail, .curtailment,
            "to \(floor) %" + (limits.secondsPerMonth.map { ", for at most \(durationText($0)) in a month" } ?? ""),
            from: now + limits.noticeSeconds)
    }

    private var shedding: GuardVerdict {
        let limits = CurtailmentTerms(lease.leaseClass, contract: terms)
        guard limits.mayStop, limits.floorPercent != nil else {
            return refused(.shed, .curtailment, "its hardware is stopped for a physical limit only, as a breach")
        }
        return allowed(.shed, .curtailment, "in tier \(limits.tier)", from: now + limits.noticeSeconds)
    }

    private func allowed(_ verb: LandlordVerb, _ clause: Clause?, _ text: String, from: Int64? = nil) -> GuardVerdict {
        GuardVerdict(verb: verb, isAllowed: true, clause: clause, from: from, text: text)
    }

    private func refused(_ verb: LandlordVerb, _ clause: Clause, _ text: String, from: Int64? = nil) -> GuardVerdict {
        GuardVerdict(verb: verb, isAllowed: false, clause: clause, from: from, text: text)
    }
}

extension GuardVerdict {
    /// The refusal that it is.
    func refusal(contract: String) -> Refusal {
        let clause = clause ?? .noticePeriod
        return Refusal(
            forbiddenBy: clause, "clause \(clause.rawValue) of contract \(contract) does not allow this: \(text)",
            why: text, from: from)
    }
}

extension Book {
    /// What the terms of a lease let the provider do with it, verb by verb. Without a contract there is nothing to reclaim
    /// under, and everything else is allowed.
    public func verdicts(on lease: Lease, now: Int64) -> [GuardVerdict] {
        let notices: [LandlordVerb] = [.reclaimForCause, .reclaimForConvenience, .cancel]
        return LandlordVerb.allCases.map { verb in
            if let open = openReclaim(on: lease.number), notices.contains(verb) || verb == .shorten {
                return GuardVerdict(
                    verb: verb, isAllowed: false, clause: nil, from: nil,
                    text: "a notice is in force, \(open.clause.text) from \(RFC3339.text(open.deadline)) on")
            }
            if let binding = LeaseGuard(lease, in: self, now: now) { return binding.verdict(verb) }
            if verb == .preempt, lease.leaseClass.isFirm {
                return GuardVerdict(
                    verb: verb, isAllowed: false, clause: nil, from: nil,
                    text: "only opportunistic leases give way to others")
            }
            let isNotice = notices.contains(verb)
            return GuardVerdict(
                verb: verb, isAllowed: !isNotice, clause: nil, from: nil,
                text: isNotice
                    ? "the lease has no contract, and needs no notice: release it"
                    : "the lease has no contract that binds anybody")
        }
    }

    /// Refuses a verb that the lease's contract does not allow now.
    func check(_ verb: LandlordVerb, on lease: Lease, now: Int64) throws(Refusal) {
        guard let binding = LeaseGuard(lease, in: self, now: now) else { return }
        let verdict = binding.verdict(verb)
        guard verdict.isAllowed else { throw verdict.refusal(contract: binding.name) }
    }

    /// Refuses to end a lease before its end, where its contract binds who asks.
    func checkMayEnd(_ lease: Lease, by audience: Audience, now: Int64) throws(Refusal) {
        switch audience {
        case .provider: try check(.shorten, on: lease, now: now)
        case .tenant: try checkTenantMayRelease(lease, now: now)
        }
    }

    /// Refuses an amendment that takes something from one side that the contract holds the other to.
    func checkContract(
        _ course: AmendmentCourse, _ targets: [(index: Int, target: RampFunction)]
    ) throws(Refusal) {
        let lease = known(course.number)
        if let open = openReclaim(on: lease.number) {
            throw Refusal(
                .wrongState,
                "a notice is in force on the lease, \(open.clause.text) from \(RFC3339.text(open.deadline)) on; it is not "
                    + "amended before that is withdrawn or over")
        }
        guard terms(of: lease) != nil else { return }
        let parts = liveParts(of: course.number)
        let lowers = targets.contains { index, target in
            let times =
                parts.map(\.start).filter { target.window.contains($0) } + [target.window.lowerBound]
                + target.steps.map(\.at)
            return times.contains { time in
                parts.reduce(0) { $0 + ($1.covers(time) ? $1.count(ofLine: index) : 0) } > target.count(at: time)
            }
        }
        if course.newEnd < course.oldEnd || lowers {
            try checkMayEnd(lease, by: course.amendment.audience, now: course.now)
        }
        guard case .provider = course.amendment.audience, let cap = course.amendment.cap else { return }
        let isLower = parts.contains { part in
            part.capStretches.contains {
                $0.window.upperBound > course.from && $0.cap.isHigher(than: cap, in: fleet)
            }
        }
        if isLower { try check(.lowerCap, on: lease, now: course.now) }
    }

    /// Refuses the tenant to give a lease back before it may.
    private func checkTenantMayRelease(_ lease: Lease, now: Int64) throws(Refusal) {
        guard let terms = terms(of: lease) else { return }
        let ending = try terms.tenantEnding(lease, now: now)
        guard ending > now else { return }
        let clause: Clause =
            ending == terms.termEnd(of: lease)
            ? .minimumTerm : terms.tenantNoticeSeconds == nil ? .noticePeriod : .tenantNoticePeriod
        throw Refusal(
            forbiddenBy: clause,
            "clause \(clause.rawValue) of the contract does not allow this now; a cancellation would end the lease at "
                + RFC3339.text(ending), from: ending)
    }
}

extension ContractTerms {
    /// Until when neither side may end a lease.
    func termEnd(of lease: Lease) -> Int64 { minimumTermSeconds.map { lease.termStart + $0 } ?? .min }

    /// When a lease ends if its tenant gives notice now; refused before the contract lets either side do so.
    func tenantEnding(_ lease: Lease, now: Int64) throws(Refusal) -> Int64 {
        if let after = cancellationAfter, now < after {
            throw Refusal(
                forbiddenBy: .cancellationAfter,
                "clause cancellationAfter of the contract lets notice be given from \(RFC3339.text(after)) on",
                from: max(after + tenantNotice, termEnd(of: lease)))
        }
        return max(now + tenantNotice, termEnd(of: lease))
    }
}

extension MoveClause {
    /// The first stretch from a time on in which hardware may be exchanged. O(1).
    public func window(from time: Int64) -> Range<Int64> {
        let daySeconds: Int64 = 86_400
        for offset in Int64(0)...7 {
            let day = time / daySeconds + offset
            // 1 January 1970 was a Thursday; bit 0 is Monday.
            guard weekdays >> UInt8((day + 3) % 7) & 1 == 1 else { continue }
            let opens = day * daySeconds + hours.lowerBound * 3_600
            let closes = day * daySeconds + hours.upperBound * 3_600
            if time < closes { return max(time, opens)..<closes }
        }
        preconditionFailure("a clause names a day at least")
    }
}
