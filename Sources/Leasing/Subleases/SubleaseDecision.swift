// Deciding sub-leases: one tenant offers to let, another one agrees, and the provider where the contract asks for it.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Offers to let a lease, or a share of it, to another tenant. Nothing of the lease changes.
    mutating func decideSublease(
        _ order: SubleaseOrder, of number: UInt64, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        let lease = try divisible(number, audience, now: step.now)
        let clause = try subleaseClause(of: lease)
        try checkParties(order, lease, audience)
        let end = try end(of: order, lease, now: step.now)
        let expirySeconds = min(clause?.expirySeconds ?? SubleaseTable.expirySeconds, OrderLimits.horizonSeconds)
        var sublease = Sublease(
            number: subleases.nextNumber, lease: number, from: lease.tenant, to: order.to,
            nodes: register.permanent(order.selection?.nodes ?? []), units: order.selection?.units ?? [],
            proposedBy: step.actor.name, reason: step.reason, proposedAt: step.now,
            expiresAt: min(step.now + expirySeconds, end), offered: .blank, end: end,
            pricePerGPUHourMicros: order.pricePerGPUHourMicros, noticeSeconds: order.noticeSeconds,
            needsProvider: clause?.needsApproval ?? true)
        sublease.offered = try offer(sublease, order.selection, step)
        // Whoever offers agrees by it.
        switch audience {
        case .tenant: sublease.holderAgreed = true
        case .provider: sublease.providerAgreed = sublease.needsProvider
        }
        note(sublease, .proposed, .offered, &step)
        step.outcome.sublease = sublease.number
        step.outcome.leases = [number]
    }

    /// One side agrees or declines; when nobody is missing the tenant may use what is let at once.
    mutating func decideReply(
        toSublease number: UInt64, accepts: Bool, label: String?, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        var sublease = try openSublease(number, audience, now: step.now)
        step.outcome.sublease = number
        guard accepts else { return note(sublease, .declined, .declined, &step) }
        guard audience == .tenant(sublease.to) || label == nil else {
            throw Refusal(.invalid, "\(sublease.to) alone gives it a label", pointer: "/label")
        }
        let event: SubleaseNote.Event
        switch audience {
        case .provider:
            guard sublease.needsProvider else {
                throw Refusal(.wrongState, "the contract does not ask for the provider's approval")
            }
            guard !sublease.providerAgreed else { throw Self.hasAgreed }
            (sublease.providerAgreed, event) = (true, .providerAgreed)
        case .tenant(sublease.from):
            guard !sublease.holderAgreed else { throw Self.hasAgreed }
            (sublease.holderAgreed, event) = (true, .holderAgreed)
        default:
            guard !sublease.tenantAgreed else { throw Self.hasAgreed }
            (sublease.tenantAgreed, sublease.label, event) = (true, label, .tenantAgreed)
        }
        note(sublease, event, event, &step)
        if sublease.isAgreed { try begin(sublease, by: audience, &step) }
    }

    /// Takes an offer back, gives back what is let, or ends it as was agreed.
    mutating func decideEnd(
        ofSublease number: UInt64, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        step.outcome.sublease = number
        guard var sublease = subleases.inForce[number], isParty(audience, of: sublease) else {
            let open = try openSublease(number, audience, now: step.now)
            guard audience == .provider || audience == .tenant(open.from) else {
                throw Refusal(.wrongState, "who offers to let withdraws it; whom it is offered to declines it")
            }
            return note(open, .withdrawn, .withdrawn, &step)
        }
        switch audience {
        case .provider:
            throw Refusal(
                .wrongState,
                "\(sublease.from) and \(sublease.to) alone end it; what the lease under it is bound by, its contract says"
            )
        case .tenant(sublease.to): end(sublease, .handedBack, at: step.now, &step)
        case .tenant:
            let end = try endAfterNotice(sublease, now: step.now)
            if end <= step.now { return self.end(sublease, .ended, at: step.now, &step) }
            (sublease.noticeGivenAt, sublease.end) = (step.now, end)
            note(sublease, .noticeGiven, .noticeGiven, &step)
        }
    }

    /// When a sub-lease ends if its holder gives notice now.
    private func endAfterNotice(_ sublease: Sublease, now: Int64) throws(Refusal) -> Int64 {
        let until = RFC3339.text(end(of: sublease))
        guard let seconds = sublease.noticeSeconds else {
            throw Refusal(
                .wrongState, "it was agreed until \(until) and without a notice period; \(sublease.to) may give it back"
            )
        }
        guard sublease.noticeGivenAt == nil else {
            throw Refusal(.wrongState, "notice was given already; it ends at \(until)")
        }
        let end = now + seconds
        guard end < sublease.end else {
            throw Refusal(
                .wrongState,
                "a notice of \(durationText(seconds)) would be over at \(RFC3339.text(end)); it ends at \(until) anyway"
            )
        }
        return end
    }

    private static var hasAgreed: Refusal { Refusal(.wrongState, "you have agreed already") }

    private func isParty(_ audience: Audience, of sublease: Sublease) -> Bool {
        audience == .provider || audience == .tenant(sublease.from) || audience == .tenant(sublease.to)
    }

    private func openSublease(_ number: UInt64, _ audience: Audience, now: Int64) throws(Refusal) -> Sublease {
        guard let sublease = sublease(number), isParty(audience, of: sublease),
            audience != .tenant(sublease.to) || tenant(sublease.to) != nil
        else { throw Refusal(.notFound, "there is no such sub-lease") }
        if sublease.endedAt != nil { throw Refusal(.wrongState, "the sub-lease is over") }
        if sublease.agreedAt != nil { throw Refusal(.wrongState, "the sub-lease is agreed and in force") }
        guard sublease.expiresAt > now else { throw Refusal(.notFound, "the offer has expired") }
        return sublease
    }

    // MARK: What is offered

    private func checkParties(
        _ order: SubleaseOrder, _ lease: Lease, _ audience: Audience
    ) throws(Refusal) {
        guard order.to != lease.tenant else {
            throw Refusal(.invalid, "the lease is \(order.to)'s own", pointer: "/to")
        }
        // A tenant is not told who else there is.
        if audience == .provider && tenant(order.to) == nil {
            throw Refusal(.invalid, "there is no tenant \(order.to)", pointer: "/to")
        }
        if let open = openSublease(of: lease.number) {
            throw Refusal(
                .wrongState,
                "\(open.to) is offered to use it until \(RFC3339.text(open.expiresAt)) (\(subleaseID(open.number))); "
                    + "withdraw that first")
        }
        if let open = openTransfer(of: lease.number) {
            throw Refusal(
                .wrongState,
                "the lease is offered to \(open.to) for good until \(RFC3339.text(open.expiresAt)); withdraw that first"
            )
        }
        guard openSubleases.count(where: { $0.from == lease.tenant }) < SubleaseTable.openMax else {
            throw Refusal(
                .wrongState,
                "\(SubleaseTable.openMax) sub-leases of \(lease.tenant) are offered to others; withdraw some first")
        }
    }

    /// When it is to end; the other terms are looked at, too.
    private func end(of order: SubleaseOrder, _ lease: Lease, now: Int64) throws(Refusal) -> Int64 {
        guard (0...OrderLimits.horizonSeconds).contains(order.noticeSeconds ?? 0) else {
            throw Refusal(.invalid, "the notice period is longer than 50 years", pointer: "/noticePeriod")
        }
        guard (0...OrderLimits.priceMicrosMax).contains(order.pricePerGPUHourMicros ?? 0) else {
            throw Refusal(
                .invalid, "a price for each GPU-hour is from nothing to a million dollars", pointer: "/pricePerGpuHour")
        }
        let end = order.end ?? lease.end
        guard end <= lease.end else {
            throw Refusal(
                .invalid, "the lease itself ends at \(RFC3339.text(lease.end)); what is let ends by then",
                pointer: "/end")
        }
        guard end > max(now, lease.start) else {
            throw Refusal(.invalid, "the end is \(end > now ? "not after the start" : "in the past")", pointer: "/end")
        }
        return end
    }

    /// The clause under which a lease is let; nil without a contract, which binds nobody in advance.
    private func subleaseClause(of lease: Lease) throws(Refusal) -> SubleaseClause? {
        guard let terms = terms(of: lease) else { return nil }
        guard let clause = terms.subleases else {
            throw Refusal(
                forbiddenBy: .subleases,
                "contract \(lease.contract!) has no clause subleases, so that its leases are let to nobody",
                why: "no clause lets another tenant use a lease")
        }
        return clause
    }

    private func selection(of sublease: Sublease) throws(Refusal) -> LeaseSelection? {
        guard !sublease.isWhole else { return nil }
        guard let selection = selection(offered: sublease.offered, nodes: sublease.nodes, units: sublease.units)
        else { throw Self.isOvertaken }
        return selection
    }

    /// What a sub-lease is about, as it is now.
    private func offer(
        _ sublease: Sublease, _ selection: LeaseSelection?, _ step: Step
    ) throws(Refusal) -> LeaseRecord {
        var (trial, ignored, number) = (self, step, sublease.lease)
        if let selection { number = try trial.decideSplit(of: number, selection, by: .provider, &ignored) }
        try trial.checkShare(of: number, over: max(step.now, sublease.offered.start)..<sublease.end)
        return trial.offered(number)
    }

    private func isAsOffered(_ sublease: Sublease, _ step: Step) throws(Refusal) -> Bool {
        do throws(Refusal) {
            return try offer(sublease, try selection(of: sublease), step).isOffered(as: sublease.offered)
        } catch {
            // Units that were named and are no longer held.
            if error.code == .invalid { return false }
            throw error
        }
    }

    private static var isOvertaken: Refusal {
        Refusal(.planOvertaken, "the lease has changed since it was offered; offer it again")
    }

    /// Refuses to let more at a time than the contract allows, of all that the tenant holds under it: splitting a lease is no way around
    /// that. O(parts of the tenant).
    private func checkShare(of number: UInt64, over window: Range<Int64>) throws(Refusal) {
        let lease = known(number)
        guard let percent = try subleaseClause(of: lease)?.maxPercent, percent < 100 else { return }
        var changes: [Int64: (held: Int64, isLet: Int64)] = [:]
        tenantsByName[lease.tenant]!.leases.forEach { other, _ in
            guard known(other).contract == lease.contract else { return true }
            let letWindow = other == number ? window : sublease(on: other).map { $0.start..<max($0.start, $0.end) }
            for part in liveParts(of: other) where part.state != .ending && part.start < part.end {
                let gpus = part.lines.reduce(0) { $0 + $1.holdings.milliGPUs(in: fleet) }
                let held = part.start..<part.end
                changes[held.lowerBound, default: (0, 0)].held += gpus
                changes[held.upperBound, default: (0, 0)].held -= gpus
                guard let isLet = letWindow?.clamped(to: held), !isLet.isEmpty else { continue }
                changes[isLet.lowerBound, default: (0, 0)].isLet += gpus
                changes[isLet.upperBound, default: (0, 0)].isLet -= gpus
            }
            return true
        }
        var (held, isLet): (Int64, Int64) = (0, 0)
        for time in changes.keys.sorted() where time < window.upperBound {
            (held, isLet) = (held + changes[time]!.held, isLet + changes[time]!.isLet)
            guard time >= window.lowerBound, isLet * 100 > held * percent else { continue }
            throw Refusal(
                forbiddenBy: .subleases,
                "clause subleases of contract \(lease.contract!) lets at most \(percent) % of what \(lease.tenant) holds under it "
                    + "be let at a time; from \(RFC3339.text(time)) on it would be more")
        }
    }

    // MARK: Beginning and ending

    /// Lets the tenant use it from now on, at the last one's word.
    private mutating func begin(_ offer: Sublease, by audience: Audience, _ step: inout Step) throws(Refusal) {
        do throws(Refusal) {
            var sublease = offer
            let lease = try divisible(sublease.lease, audience, now: step.now)
            let clause = try subleaseClause(of: lease)
            if clause?.needsApproval ?? true, !sublease.providerAgreed { throw Self.isOvertaken }
            guard sublease.end > max(step.now, lease.start), sublease.end <= lease.end,
                try isAsOffered(sublease, step)
            else { throw Self.isOvertaken }
            if let selection = try selection(of: sublease) {
                sublease.lease = try decideSplit(of: sublease.lease, selection, by: .provider, &step)
                (sublease.nodes, sublease.units) = ([], [])
            }
            sublease.agreedAt = step.now
            note(sublease, .begun, .begun, &step)
            step.outcome.leases = [sublease.lease]
        } catch {
            // Whoever takes it is told nothing of what has become of the lease under it.
            if audience == .tenant(offer.to) { throw Self.isOvertaken }
            throw error
        }
    }

    private mutating func end(_ sublease: Sublease, _ ending: Sublease.Ending, at time: Int64, _ step: inout Step) {
        var sublease = sublease
        (sublease.endedAt, sublease.ending) = (min(max(time, sublease.agreedAt!), sublease.end), ending)
        note(sublease, .over, .over, &step)
    }

    /// The time of a sub-lease is over.
    mutating func endSublease(_ number: UInt64, _ step: inout Step) {
        guard let sublease = subleases.inForce[number] else { return }
        end(sublease, sublease.noticeGivenAt == nil ? .expired : .ended, at: sublease.end, &step)
    }

    /// A sub-lease is over with the lease under it, whatever ended that.
    mutating func endSublease(after fact: Fact, _ step: inout Step) {
        guard !subleases.byLease.isEmpty, case .leaseMoved(let number, let event, let at) = fact,
            event == .end || event == .release, let lease = lease(number)?.leaseNumber,
            let sublease = sublease(on: lease)
        else { return }
        guard parts(of: lease).allSatisfy({ $0.state == .ending || $0.state.isFinal }) else { return }
        end(sublease, at < sublease.end ? .cut : sublease.noticeGivenAt == nil ? .expired : .ended, at: at, &step)
    }

    /// An offer that nobody has answered in time.
    mutating func expireSublease(_ number: UInt64, _ step: inout Step) {
        guard let sublease = subleases.open[number] else { return }
        note(sublease, .expired, .expired, &step)
    }

    /// Notes what happened in the logs of both tenants.
    private mutating func note(
        _ sublease: Sublease, _ event: SubleaseNote.Event, _ other: SubleaseNote.Event, _ step: inout Step
    ) {
        commit(.subleaseNoted(SubleaseNote(tenant: sublease.from, event: event, sublease: sublease)), &step)
        guard tenant(sublease.to) != nil else { return }
        commit(.subleaseNoted(SubleaseNote(tenant: sublease.to, event: other, sublease: sublease)), &step)
    }
}
