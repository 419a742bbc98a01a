// One step: a command becomes facts that are applied, or a refusal that changes nothing.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Whether a request with this key would be given a kept success again.
    public func keepsSuccess(under key: IdempotencyKey) -> Bool { idempotencyKeys.success(key, now: time) != nil }

    /// Decides and applies one command.
    ///
    /// Returns the entry to journal, nil when nothing changed (a repeated request, a heartbeat, nothing due).
    /// Deterministic in the book, the command and the context. On refusal the book is as it was.
    public mutating func execute(
        _ command: Command, _ context: CommandContext
    ) throws(Refusal) -> (entry: Entry?, outcome: Outcome) {
        if let key = context.idempotencyKey, let kept = idempotencyKeys.success(key, now: context.now) {
            guard kept.bodyDigest == key.bodyDigest else {
                throw Refusal(
                    .idempotencyMismatch,
                    "the idempotency key \(key.key) was used for another request in the last 24 hours; use a new key")
            }
            // Only whoever sees every tenant is told that there was another one.
            guard !isOfEarlierTenant(kept, command) else {
                let isTenants = key.scope.hasPrefix(TokenOwner.tenant("").name)
                let use = isTenants ? "another request" : "who had the tenant's name before"
                throw Refusal(
                    .idempotencyMismatch,
                    "the idempotency key \(key.key) was used for \(use) in the last 24 hours; use a new key")
            }
            var outcome = Outcome()
            (outcome.leases, outcome.offer) = (kept.leases, kept.offer)
            outcome.isRepeated = true
            return (nil, outcome)
        }
        if let version = context.fleetVersion, version != fleetVersion, command.namesNodes {
            throw Refusal(
                .fleetConflict,
                "another fleet came into force while this was on its way, with other nodes; send it again")
        }
        // Only a batch can fail after its first change; for the rest no copy is kept, so that pages stay unshared.
        let undo = command.isBatch ? self : nil
        let opened = (revision, time)
        begin(at: context.now)
        var step = Step(now: time, actor: context.actor, reason: context.reason)
        do {
            try decide(command, &step)
        } catch {
            precondition(step.facts.isEmpty || undo != nil, "what is refused has changed nothing")
            if let undo { self = undo } else { (revision, time) = opened }
            throw error
        }
        guard !step.facts.isEmpty else {
            (revision, time) = opened
            return (nil, step.outcome)
        }
        finish(context.idempotencyKey, facts: step.facts)
        step.outcome.offer = OfferNote(lastOf: step.facts)
        let entry = Entry(
            revision: revision, recordedAt: time, actor: context.actor, reason: context.reason,
            requestID: context.requestID, idempotencyKey: context.idempotencyKey, facts: step.facts)
        return (entry, step.outcome)
    }

    mutating func decide(_ command: Command, _ step: inout Step) throws(Refusal) {
        switch command {
        case .open(let bookID, let secret, let fleet, let level):
            precondition(!isOpened, "a book is opened once")
            commit(.bookOpened(bookID: bookID, secret: secret, level: level), &step)
            let register = HardwareRegister(first: fleet)
            commit(
                .fleetAdopted(source: fleet.source, runs: Book.runs(of: register), nextID: register.nextID), &step)
        case .adoptFleet(let fleet): try decideFleet(fleet, &step)
        case .putTenant(let name, let quota, let share, let description):
            try decideTenant(name, quota, share, description, &step)
        case .removeTenant(let name): try decideRemoval(ofTenant: name, &step)
        case .putCohort(let cohort): try decideCohort(cohort, &step)
        case .removeCohort(let name): try decideRemoval(ofCohort: name, &step)
        case .putContract(let name, let terms): try decideContract(name, terms, &step)
        case .removeContract(let name): try decideRemoval(ofContract: name, &step)
        case .requestLeases(let orders, let tokens): try decideLeases(orders, tokens, &step)
        case .requestSeries(let name, let orders): try decideSeries(name, orders, &step)
        case .releaseSeries(let name, let tenant, let audience):
            try decideRelease(ofSeries: name, of: tenant, by: audience, &step)
        case .amendLease(let number, let amendment): try decideAmendment(amendment, of: number, &step)
        case .releaseLease(let number, let audience): try decideRelease(of: number, by: audience, &step)
        case .serveReclaim(let number, let order): try decideReclaim(order, of: number, &step)
        case .answerApproval(let number, let approves): try decideApproval(number, approves: approves, &step)
        case .withdrawReclaim(let number, let byTenant):
            try decideReclaimWithdrawal(of: number, byTenant: byTenant, &step)
        case .nominate(let number, let nodes): try decideNomination(nodes, of: number, &step)
        case .importBook(let order): try decideImport(order, &step)
        case .splitLease(let number, let selection, let audience):
            try decideSplit(of: number, selection, by: audience, &step)
        case .proposeTransfer(let number, let order, let audience):
            try decideTransfer(order, of: number, by: audience, &step)
        case .answerTransfer(let number, let reply, let audience):
            try decideReply(reply, to: number, by: audience, &step)
        case .withdrawTransfer(let number, let audience):
            try decideWithdrawal(ofTransfer: number, by: audience, &step)
        case .proposeSublease(let number, let order, let audience):
            try decideSublease(order, of: number, by: audience, &step)
        case .answerSublease(let number, let accepts, let label, let audience):
            try decideReply(toSublease: number, accepts: accepts, label: label, by: audience, &step)
        case .endSublease(let number, let audience): try decideEnd(ofSublease: number, by: audience, &step)
        case .makeToken(let order): try decideToken(order, &step)
        case .revokeToken(let number): try decideRevocation(ofToken: number, &step)
        case .putMaintenance(let name, let plan): try decideMaintenance(name, plan, &step)
        case .removeMaintenance(let name): try decideMaintenanceRemoval(name, &step)
        case .failFeed(let name, let source): try decideFailure(ofFeed: name, source: source, &step)
        case .restoreFeed(let name, let source): try decideRestoration(ofFeed: name, source: source, &step)
        case .setNodes(let verb, let nodes, let until): try decide(verb, on: nodes, until: until, &step)
        case .identifyGPUs(let gpus): try decideIdentification(gpus, &step)
        case .reportFault(let order): try decideFaultReport(order, &step)
        case .decideFault(let number, let accepts, let act): try decideFault(number, accepts: accepts, act: act, &step)
        case .setLoadTarget(let target, let seconds): try decideLoadTarget(target, approvalSeconds: seconds, &step)
        case .removeLoadTarget(let key): try decideLoadTargetRemoval(key, &step)
        case .acknowledgeOrders(let numbers): try decideOrderAcknowledgement(numbers, &step)
        case .acknowledgeNotice(let notice, let lease): try decideNoticeAcknowledgement(notice, of: lease, &step)
        case .setFreeze(let isFrozen): try decideFreeze(isFrozen, &step)
        case .confirmClock: if has(.clockConfirmed) { commit(.clockConfirmed, &step) }
        case .noteBackup(let path):
            let fact = Fact.backupBegun(path: path)
            if has(fact) { commit(fact, &step) }
        case .finaliseUpgrade: decideFinalisation(&step)
        case .carryOut(let commands, let commitment): try decidePlan(commands, commitment, &step)
        case .advance: decideWhatIsDue(&step)
        case .heartbeat: break
        }
    }

    /// Applies a fact that has just been decided and notes it for the entry.
    mutating func commit(_ fact: Fact, _ step: inout Step) {
        precondition(has(fact) || fact.setsLevel, "a fact is written where the book's level has it")
        step.facts.append(fact)
        apply(fact)
        endSublease(after: fact, &step)
        endOffers(after: fact, &step)
    }

    private mutating func decideRemoval(ofTenant name: String, _ step: inout Step) throws(Refusal) {
        guard let tenant = tenant(name) else { throw Refusal(.notFound, "there is no tenant \(name)") }
        guard tenant.leases.isEmpty else {
            throw Refusal(
                .inUse, "tenant \(name) has \(tenant.leases.count) leases that are not over; release them first")
        }
        for contract in contractNames where self.contract(contract)!.tenant == name {
            throw Refusal(.inUse, "contract \(contract) is with tenant \(name); remove the contract first")
        }
        if let open = openTransfers.first(where: { $0.to == name }) {
            throw Refusal(
                .inUse, "a lease of \(open.from) is offered to tenant \(name); withdraw or decline that first")
        }
        if let sublet = (subleasesInForce + openSubleases).first(where: { $0.to == name }) {
            throw Refusal(
                .inUse,
                "a lease of \(sublet.from) is let to tenant \(name), or offered to be (\(subleaseID(sublet.number))); that ends first"
            )
        }
        // Without it, whoever is made under the name later would be the same tenant, and find what this one left.
        let removal = Fact.tenantRemoved(name: name, endsName: true)
        guard has(removal) else { throw .notFinalised("the removal of a tenant", at: formatLevel) }
        commit(removal, &step)
    }

    private mutating func decideRelease(
        of number: UInt64, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        guard let lease = lease(number), lease.partOf == nil else {
            throw Refusal(.notFound, "there is no such lease")
        }
        guard lease.state.after(.release) != nil else {
            throw Refusal(.wrongState, "the lease is \(lease.state.name); only one that is not over can be released")
        }
        if case .tenant = audience { try checkIsNotLet(lease, "released", by: audience) }
        try checkMayEnd(lease, by: audience, now: step.now)
        releaseParts(of: number, &step)
        if lease.state == .scheduled { withdrawNotices(for: number, &step) }
        step.outcome.leases = [number]
    }

    /// Gives back all parts of a lease that are not over.
    mutating func releaseParts(of number: UInt64, _ step: inout Step) {
        for part in liveParts(of: number) where part.state.after(.release) != nil {
            commit(.leaseMoved(number: part.number, event: .release, at: step.now), &step)
        }
    }
}

/// What one command has decided so far.
struct Step {
    enum Use { case alone, whatIf, committedPlan }

    let now: Int64
    /// When what is being decided takes effect: the time it was due when time brings it, else `now`.
    var at: Int64
    let actor: Actor
    let reason: String
    /// How far what is decided counts.
    var use = Use.alone
    /// Whether a refusal is to say what is in the way, which takes long: so beside the writer only.
    var explains = false
    var facts: [Fact] = []
    var outcome = Outcome()

    init(now: Int64, actor: Actor, reason: String) {
        self.now = now
        at = now
        self.actor = actor
        self.reason = reason
    }
}
