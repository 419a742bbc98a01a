// Deciding transfers: one tenant offers, another one takes over, and the provider agrees where the contract asks for it.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Offers a lease, or a share of it, to another tenant. Nothing of the lease changes.
    mutating func decideTransfer(
        _ order: TransferOrder, of number: UInt64, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        let lease = try divisible(number, audience, now: step.now)
        let clause = try transferClause(of: lease)
        guard order.to != lease.tenant else {
            throw Refusal(.invalid, "the lease is \(order.to)'s already; to divide it, split it", pointer: "/to")
        }
        // A tenant is not told who else there is.
        if audience == .provider && tenant(order.to) == nil {
            throw Refusal(.invalid, "there is no tenant \(order.to)", pointer: "/to")
        }
        if let open = openTransfer(of: number) {
            throw Refusal(
                .wrongState,
                "the lease is offered to \(open.to) until \(RFC3339.text(open.expiresAt)); withdraw that first")
        }
        if let open = openSublease(of: number) {
            throw Refusal(
                .wrongState,
                "\(open.to) is offered to use the lease until \(RFC3339.text(open.expiresAt)) (\(subleaseID(open.number))); "
                    + "withdraw that first")
        }
        guard openTransfers.count(where: { $0.from == lease.tenant }) < TransferTable.openMax else {
            throw Refusal(
                .wrongState,
                "\(TransferTable.openMax) leases of \(lease.tenant) are offered to others; withdraw some first")
        }
        var transfer = Transfer(
            number: transfers.nextNumber, lease: number, from: lease.tenant, to: order.to,
            nodes: register.permanent(order.selection?.nodes ?? []), units: order.selection?.units ?? [],
            proposedBy: step.actor.name, reason: step.reason, proposedAt: step.now,
            expiresAt: step.now + min(clause?.expirySeconds ?? TransferTable.expirySeconds, OrderLimits.horizonSeconds),
            offered: .blank, needsProvider: clause?.needsApproval ?? true)
        transfer.offered = try offer(transfer, order.selection, step)
        // Whoever offers agrees by it.
        switch audience {
        case .tenant: transfer.holderAgreed = true
        case .provider: transfer.providerAgreed = transfer.needsProvider
        }
        note(transfer, .proposed, .offered, &step)
        step.outcome.transfer = transfer.number
        step.outcome.leases = [number]
    }

    /// One side agrees or declines; when nobody is missing the lease is handed over at once.
    mutating func decideReply(
        _ reply: TransferReply, to number: UInt64, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        var transfer = try open(number, audience, now: step.now)
        step.outcome.transfer = number
        guard reply.accepts else { return note(transfer, .declined, .declined, &step) }
        guard audience == transfer.to.audience || reply.contract == nil && reply.label == nil else {
            throw Refusal(.invalid, "the receiver alone names its contract and its label", pointer: "/contract")
        }
        let event: TransferNote.Event
        switch audience {
        case .provider:
            guard transfer.needsProvider else {
                throw Refusal(.wrongState, "the contract does not ask for the provider's approval")
            }
            guard !transfer.providerAgreed else { throw Self.agreed }
            guard transfer.receiverAgreed else {
                throw Refusal(
                    .wrongState,
                    "\(transfer.to) has not said yet under which contract it takes the lease; approve it then")
            }
            (transfer.providerAgreed, event) = (true, .providerAgreed)
        case transfer.from.audience:
            guard !transfer.holderAgreed else { throw Self.agreed }
            (transfer.holderAgreed, event) = (true, .holderAgreed)
        default:
            guard !transfer.receiverAgreed else { throw Self.agreed }
            try settleTerms(of: &transfer, reply)
            (transfer.receiverAgreed, event) = (true, .receiverAgreed)
        }
        note(transfer, event, event, &step)
        if transfer.isAgreed { try carryOut(transfer, by: audience, &step) }
    }

    /// The holder, or the provider, takes an offer back.
    mutating func decideWithdrawal(
        ofTransfer number: UInt64, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        let transfer = try open(number, audience, now: step.now)
        guard audience == .provider || audience == transfer.from.audience else {
            throw Refusal(.wrongState, "who offers a lease withdraws it; whom it is offered to declines it")
        }
        step.outcome.transfer = number
        note(transfer, .withdrawn, .withdrawn, &step)
    }

    private static var agreed: Refusal { Refusal(.wrongState, "you have agreed already") }

    private func open(_ number: UInt64, _ audience: Audience, now: Int64) throws(Refusal) -> Transfer {
        guard let transfer = transfer(number), transfer.expiresAt > now,
            audience == .provider || audience == transfer.from.audience
                || audience == transfer.to.audience && tenant(transfer.to) != nil
        else {
            throw Refusal(.notFound, "there is no such transfer; it may have been answered or have expired")
        }
        return transfer
    }

    /// The clause under which a lease goes to another tenant; nil without a contract, which binds nobody in advance.
    private func transferClause(of lease: Lease) throws(Refusal) -> TransferClause? {
        guard let terms = terms(of: lease) else { return nil }
        guard let clause = terms.transfers else {
            throw Refusal(
                forbiddenBy: .transfers,
                "contract \(lease.contract!) has no clause transfers, so that its leases go to nobody else",
                why: "no clause lets a lease go to another tenant")
        }
        return clause
    }

    /// Notes what happened in the logs of both tenants.
    mutating func note(
        _ transfer: Transfer, _ event: TransferNote.Event, _ other: TransferNote.Event, _ step: inout Step
    ) {
        commit(.transferNoted(TransferNote(tenant: transfer.from, event: event, transfer: transfer)), &step)
        guard tenant(transfer.to) != nil else { return }
        commit(.transferNoted(TransferNote(tenant: transfer.to, event: other, transfer: transfer)), &step)
    }

    /// An offer that nobody has answered in time.
    mutating func expireTransfer(_ number: UInt64, _ step: inout Step) {
        guard let transfer = transfer(number) else { return }
        note(transfer, .expired, .expired, &step)
    }

    // MARK: What is offered

    private func selection(of transfer: Transfer) throws(Refusal) -> LeaseSelection? {
        guard !transfer.isWhole else { return nil }
        guard let selection = selection(offered: transfer.offered, nodes: transfer.nodes, units: transfer.units)
        else { throw Self.overtaken }
        return selection
    }

    /// What a transfer is about, as it is now.
    private func offer(
        _ transfer: Transfer, _ selection: LeaseSelection?, _ step: Step
    ) throws(Refusal) -> LeaseRecord {
        var (trial, ignored, number) = (self, step, transfer.lease)
        if let selection { number = try trial.decideSplit(of: number, selection, by: .provider, &ignored) }
        return trial.offered(number)
    }

    private func isAsOffered(_ transfer: Transfer, _ step: Step) throws(Refusal) -> Bool {
        do throws(Refusal) {
            return try offer(transfer, try selection(of: transfer), step).isOffered(as: transfer.offered)
        } catch {
            // Units that were named and are no longer held.
            if error.code == .invalid { return false }
            throw error
        }
    }

    private static var overtaken: Refusal {
        Refusal(.planOvertaken, "the lease has changed since it was offered; offer it again")
    }

    // MARK: On whose terms

    /// Settles under which contract the receiver takes a lease over, and whether the provider has to agree to that.
    private func settleTerms(of transfer: inout Transfer, _ reply: TransferReply) throws(Refusal) {
        guard let lease = lease(transfer.lease) else { throw Self.overtaken }
        transfer.label = reply.label
        let name = reply.contract ?? lease.contract
        transfer.contract = name
        transfer.keepsTerms = name == lease.contract
        guard let name else { return }
        guard let newest = contract(name), newest.tenant.map({ $0 == transfer.to }) ?? true else {
            throw Refusal(
                .invalid,
                reply.contract == nil
                    ? "the lease is under a contract that \(transfer.to) cannot take over; name one of its own"
                    : "there is no contract \(name) that \(transfer.to) may lease under", pointer: "/contract")
        }
        let terms = transfer.keepsTerms ? self.terms(of: lease)! : newest
        try check(transfer, terms)
        if transfer.keepsTerms {
            try checkBasePrice(of: transfer, lease, terms)
        } else if self.terms(of: lease).map({ !terms.costsTheSame(as: $0) }) ?? true {
            // On other terms than those that it may have offered the lease on.
            (transfer.needsProvider, transfer.providerAgreed) = (true, false)
        }
    }

    /// Whether the terms that a receiver agreed to are still those that it would come under: none were stated since the offer.
    private func hasItsTerms(_ transfer: Transfer) -> Bool {
        if let name = transfer.contract, !transfer.keepsTerms {
            guard let contract = contractHistory(name) else { return false }
            return contract.versions.last?.since.map { $0 <= transfer.proposedAt } ?? true
        }
        if let name = transfer.contract, contract(name) == nil { return false }
        let earlier = ledger.accounts[transfer.lease]?.earlier ?? []
        return !earlier.contains { $0.until > transfer.proposedAt }
    }

    /// The price for months and years of a contract is owed by each tenant for all of its leases: it goes along with none.
    private func checkBasePrice(of transfer: Transfer, _ lease: Lease, _ terms: ContractTerms) throws(Refusal) {
        guard terms.hasBasePrice else { return }
        throw Refusal(
            forbiddenBy: .price,
            "clause price of contract \(lease.contract!) is for months or years and for all leases together, so that it goes along "
                + "with none of them; \(transfer.to) takes the lease under a contract of its own", pointer: "/contract")
    }

    /// Refuses a contract whose sites and models do not have what is offered.
    private func check(_ transfer: Transfer, _ terms: ContractTerms) throws(Refusal) {
        guard let lines = transfer.offered.lease(register: register)?.lines else { throw Self.overtaken }
        for line in lines {
            for node in line.holdings.bookedNodes.joined().lazy.map({ $0 }) + line.holdings.sharedNodes {
                let rack = fleet.racks[fleet.rackOfNode[node].offset]
                let (site, model) = (fleet.sites[rack.siteOffset].name, fleet.platforms[rack.platformOffset].gpu)
                if !terms.sites.isEmpty && !terms.sites.contains(site) {
                    throw Refusal(
                        forbiddenBy: .sites, "clause sites of the contract does not allow \(site)", pointer: "/contract"
                    )
                }
                if !terms.models.isEmpty && !terms.models.contains(model) {
                    throw Refusal(
                        forbiddenBy: .models, "clause gpu of the contract does not allow \(model)", pointer: "/contract"
                    )
                }
            }
        }
    }

    // MARK: Handing over

    /// Hands a lease over at somebody's word, who is told of the others' affairs nothing if it cannot be.
    private mutating func carryOut(
        _ transfer: Transfer, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        do throws(Refusal) {
            try handOver(transfer, by: audience, &step)
        } catch {
            switch audience {
            case transfer.from.audience where error.code == .quotaExceeded:
                throw Refusal(.quotaExceeded, "\(transfer.to) cannot take the lease over as things stand")
            case transfer.to.audience where error.code != .quotaExceeded && error != Self.thisMoment:
                throw Self.overtaken
            default: throw error
            }
        }
    }

    private static var thisMoment: Refusal {
        Refusal(.wrongState, "the lease changes at this very moment; try again")
    }

    private mutating func handOver(
        _ transfer: Transfer, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        _ = try transferClause(of: try divisible(transfer.lease, audience, now: step.now))
        guard try isAsOffered(transfer, step) else { throw Self.overtaken }
        guard hasItsTerms(transfer) else { throw Self.overtaken }
        var number = transfer.lease
        if let selection = try selection(of: transfer) {
            number = try decideSplit(of: number, selection, by: .provider, &step)
        }
        let lease = known(number)
        let parts = liveParts(of: number).filter { $0.state != .ending }
        guard !parts.contains(where: { $0.isInWindow && $0.start >= step.now }) else {
            throw Self.thisMoment
        }
        var takeover = LeaseTakeover(transfer: transfer.number, from: number)
        takeover.keepsTerms = transfer.keepsTerms
        if let name = transfer.contract {
            takeover.contractVersion = transfer.keepsTerms ? lease.contractVersion : contractHistory(name)!.number
        }
        takeover.down = (ledger.accounts[number]?.down ?? [])
        let first = nextLeaseNumber
        for (offset, part) in parts.enumerated() {
            var taken = part.taken(
                by: transfer, number: first + UInt64(offset), of: offset == 0 ? nil : first, at: step.now)
            taken.promise(in: fleet)
            takeover.records.append(LeaseRecord(taken, register: register))
            takeover.sources.append(part.number)
        }
        commit(.leaseHandedOver(number: number, transfer: transfer.number, at: step.now), &step)
        var trial = self
        for record in takeover.records {
            let part = record.lease(register: register)!
            let gpus = part.quotaGPUs(in: fleet)
            for (stretch, watts) in wattStretches(of: part) {
                try trial.checkQuota(
                    of: transfer.to, part.leaseClass, gpus: gpus, watts: watts, over: stretch)
            }
            // The next part counts with this one.
            trial.promise(part, sign: 1)
        }
        commit(.leaseTakenOver(takeover), &step)
        step.outcome.leases = [takeover.newLease]
        for part in liveParts(of: takeover.newLease) where part.isInWindow {
            noteDown(part.number, part.downNodes, &step)
        }
        planOthersAnew(than: [], &step)
    }
}

extension String {
    /// A tenant as one side of a transfer.
    fileprivate var audience: Audience { .tenant(self) }
}

extension Lease {
    /// The same as a lease of its receiver's, from a time on.
    fileprivate func taken(by transfer: Transfer, number: UInt64, of lease: UInt64?, at time: Int64) -> Lease {
        var part = Lease(
            number: number, tenant: transfer.to, contract: transfer.contract, label: transfer.label,
            leaseClass: leaseClass, sites: sites, cap: cap(at: max(start, time)), sparesPerDomain: sparesPerDomain,
            lines: lines, start: max(start, time), end: end, turnRoundSeconds: turnRoundSeconds, state: state,
            conditions: conditions, promised: promised, meterWatts: meterWatts, downNodes: downNodes)
        part.partOf = lease
        part.capSteps = capSteps.filter { $0.at > part.start }
        return part
    }
}

extension ContractTerms {
    /// Whether a lease that leaves the other contract for this one costs and binds no less, and the price of neither is for
    /// all leases together.
    fileprivate func costsTheSame(as other: ContractTerms) -> Bool {
        // Every clause binds somebody; only whose it is, and what it is called, may differ.
        var (own, others) = (self, other)
        (own.tenant, own.description) = (nil, "")
        (others.tenant, others.description) = (nil, "")
        return !hasBasePrice && own == others
    }
}
