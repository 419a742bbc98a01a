// Applying facts. Total and deterministic: whatever was decided once applies again, byte for byte.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Applies one accepted change from the journal.
    public mutating func apply(_ entry: Entry) { apply(entry) { _, _ in } }

    /// The same, with a look at the book before each fact.
    package mutating func apply(_ entry: Entry, looking look: (Fact, borrowing Book) -> Void) {
        precondition(entry.revision == revision + 1, "entries apply in order of revision")
        begin(at: entry.recordedAt)
        for fact in entry.facts {
            look(fact, self)
            apply(fact)
        }
        finish(entry.idempotencyKey, facts: entry.facts)
    }

    /// Opens the next revision.
    mutating func begin(at now: Int64) {
        revision += 1
        time = max(time, now)
        packing.advance(to: time)
        ledger.effectiveAt = time
        ledger.touched = []
        subleases.pictures = []
    }

    /// Closes the revision: counts what has changed for whom hardware is let to, and keeps its success for repeated requests.
    mutating func finish(_ key: IdempotencyKey?, facts: [Fact]) {
        countOccupancies()
        guard let key else { return }
        let success = KeptSuccess(
            bodyDigest: key.bodyDigest, revision: revision, leases: leasesAnswered(by: facts), at: time,
            offer: OfferNote(lastOf: facts))
        idempotencyKeys.keep(success, under: key)
    }

    /// The leases that the answer to a change is about, each once.
    private func leasesAnswered(by facts: [Fact]) -> [UInt64] {
        var numbers: [UInt64] = []
        // What gave way is another's, and in no answer.
        var others: Set<UInt64> = []
        for case .reclaimSet(let reclaim) in facts where reclaim.clause.isPreemption { others.insert(reclaim.lease) }
        for fact in facts {
            let number: UInt64? =
                switch fact {
                case .leaseGranted(let record): record.number
                case .leasePartGranted(let record), .leasePartAmended(let record): record.leaseNumber
                case .leaseMoved(let number, .release, _): lease(number)?.leaseNumber
                case .leaseSplit(let split): split.newLease
                case .leaseTakenOver(let takeover): takeover.newLease
                default: nil
                }
            if let number, !numbers.contains(number), !others.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    mutating func apply(_ fact: Fact) {
        notePicture(before: fact)
        settleAccounts(before: fact)
        put(fact)
        noteLevel(of: fact)
        noteAccounts(after: fact)
    }

    private mutating func put(_ fact: Fact) {
        switch fact {
        case .bookOpened(let bookID, let secret, let level):
            self.bookID = bookID
            self.secret = secret
            naming = LeaseNaming(key: secret)
            formatLevel = level
        case .upgradeFinalised(let level): formatLevel = level
        case .fleetAdopted(let source, let runs, let nextID):
            applyFleet(source: source, runs: runs, nextID: nextID)
        case .tenantPut(let name, let quota, let description):
            var tenant = tenantsByName[name] ?? newTenant(name)
            tenant.quota = quota
            tenant.description = description
            tenantsByName[name] = tenant
            if tenant.share.cohort != nil { recountCohorts() }
        case .tenantRemoved(let name, let endsName):
            forgetReports(of: name)
            tokens.removeAll(of: .tenant(name))
            if endsName { endName(of: tenantsByName[name]!) }
            tenantsByName[name] = nil
            recountCohorts()
        case .tenantShared(let name, let share): self.share(share, of: name)
        case .cohortSet(let cohort): apply(cohort)
        case .cohortRemoved(let name): removeCohort(name)
        case .contractPut(let name, let terms): applyContract(name, terms)
        case .contractRemoved(let name): contractsByName[name]?.isRemoved = true
        case .leaseGranted(let record):
            guard var lease = record.lease(register: register) else {
                preconditionFailure("a granted lease holds hardware of the fleet in force")
            }
            stamp(&lease)
            lease.contractVersion = lease.contract.flatMap { contractsByName[$0]?.number } ?? 0
            insert(lease)
            nextLeaseNumber = max(nextLeaseNumber, lease.number + 1)
        case .leaseMoved(let number, let event, let at): move(number, event, at: at)
        case .leaseMembersDown(let number, let nodes, let conditions):
            var lease = known(number)
            lease.downNodes = dense(nodes).flatMap { Array($0) }
            lease.conditions = conditions
            health.waiting[number] = lease.downNodes.isEmpty ? nil : true
            replace(lease)
        case .leasePartGranted(let record), .leasePartAmended(let record):
            guard let part = record.lease(register: register) else {
                preconditionFailure("a part of a lease holds hardware of the fleet in force")
            }
            put(part)
        case .leaseSplit(let split): apply(split)
        case .leaseHandedOver(let number, let transfer, let at): handOver(number, transfer: transfer, at: at)
        case .leaseTakenOver(let takeover): apply(takeover)
        case .transferNoted(let note): apply(note)
        case .subleaseNoted(let note): apply(note)
        case .tokenMade(let token): tokens.put(token)
        case .tokenRevoked(let number, _, _): tokens.revoke(number, at: time)
        case .reclaimSet(let reclaim): apply(reclaim)
        case .approvalAsked(let approval): apply(approval)
        case .approvalEnded(let number, _): endApproval(number)
        case .leaseTermsRenewed(let number): renewTerms(of: number)
        case .leaseCapStepped(let number, _): stepCap(of: number)
        case .memberReplaced(let replacement):
            apply(replacement)
            followOffers(after: replacement)
        case .nodesSet(let nodes, let health, let note):
            if health == .open { resolveReports(on: dense(nodes), byOpening: true) }
            for range in dense(nodes) { for node in range { set(health, note, on: node) } }
        case .nodesCleaned(let nodes):
            for range in dense(nodes) { for node in range { cleanedNodes[UInt64(node)] = true } }
        case .nodesReturned(let nodes):
            resolveReports(on: dense(nodes), byOpening: false)
            returnNodes(dense(nodes))
        case .nodesOverdue(let nodes):
            for range in dense(nodes) { for node in range { setOverdue(node) } }
        case .feedFailed(let failure): apply(failure)
        case .feedRestored(let budget, let source): restoreFeed(budget, source)
        case .nodesDarkened(let nodes): darken(dense(nodes))
        case .maintenanceSet(let record): apply(record)
        case .maintenanceRemoved(let name): removeMaintenance(name)
        case .maintenanceOver(let name, _): endFirstWindow(ofMaintenance: name)
        case .gpusIdentified(let identities): applyIdentities(identities)
        case .faultReported(let report): apply(report)
        case .faultDecided(let verdict): apply(verdict)
        case .repairBegun(let nodes, let note): beginRepair(of: dense(nodes), note)
        case .spareReturned(let spare): apply(spare)
        default: precondition(applyPower(fact), "every fact is applied")
        }
    }

    // MARK: Leases

    func known(_ number: UInt64) -> Lease {
        guard let lease = lease(number) else { preconditionFailure("a fact is about a lease that exists") }
        return lease
    }

    func dense(_ ids: [IDRange]) -> [Range<Int>] {
        guard let nodes = register.dense(ids) else { preconditionFailure("a fact is about hardware in force") }
        return nodes
    }

    /// Puts a lease, or a part of one, into every table that knows it.
    mutating func insert(_ lease: Lease) {
        keepingCount(of: lease.leaseNumber) { $0.putOn(lease) }
    }

    /// Stores a changed lease and counts the change in its tenant's answer.
    mutating func replace(_ lease: Lease) {
        var lease = lease
        stamp(&lease)
        leaseBoxes[lease.number] = LeaseBox(lease)
    }

    /// Counts a change of a lease in its tenant's answer and notes in the lease when that was.
    mutating func stamp(_ lease: inout Lease) {
        lease.tenantIndex = countChange(of: lease.tenant)
        lease.revision = revision
    }

    /// Counts a change of a tenant's answer: once for each entry, however many facts it takes. The tenant's index from then on.
    @discardableResult
    mutating func countChange(of tenant: String) -> UInt64 { tenantsByName[tenant]!.countChange(in: revision) }

    private mutating func move(_ number: UInt64, _ event: LeaseEvent, at: Int64) {
        var lease = known(number)
        guard let next = lease.state.after(event) else {
            preconditionFailure("\(event.name) does not happen to a lease that is \(lease.state.name)")
        }
        let before = lease.dueEvents
        switch next {
        case .ending where event == .release:
            unbook(lease)
            promise(lease, sign: -1)
            lease.end = min(lease.end, max(at, lease.start + 1))
            promise(lease, sign: 1)
            book(lease)
        case .expired, .cancelled, .reclaimed, .preempted, .failed, .transferred:
            unbook(lease)
            promise(lease, sign: -1)
        default: break
        }
        if next == .ending || next.isFinal {
            (lease.downNodes, lease.conditions) = ([], [])
            health.waiting[number] = nil
        }
        lease.state = next
        let isBack = [.expired, .reclaimed, .preempted].contains(next)
        let shown = isBack ? wholeLease(number).map { ($0.state, $0.nextChangeAt) } : nil
        if !isBack { stamp(&lease) }
        keepingCount(of: lease.leaseNumber) { book in
            book.leaseBoxes[lease.number] = LeaseBox(lease)
            book.moveDueEvents(from: before, to: lease.dueEvents)
        }
        if next == .ending || next.isFinal { removeOrders(of: number) }
        guard isBack else { return }
        // Of a part that comes back before the others the tenant is shown nothing, so nothing is counted.
        let isSeen = shown.map { before in wholeLease(number).map { ($0.state, $0.nextChangeAt) == before } != true }
        if isSeen != false { replace(lease) }
        forgetReports(on: lease)
    }

    private mutating func moveDueEvents(
        from before: [(at: Int64, event: DueEvent)], to after: [(at: Int64, event: DueEvent)]
    ) {
        func isIn(_ list: [(at: Int64, event: DueEvent)], _ due: (at: Int64, event: DueEvent)) -> Bool {
            list.contains { $0.at == due.at && $0.event == due.event }
        }
        for due in before where !isIn(after, due) { agenda.remove(due.event, at: due.at) }
        for due in after where !isIn(before, due) { agenda.add(due.event, at: due.at) }
    }

    /// All parts of a lease come under the newest version of its contract.
    private mutating func renewTerms(of number: UInt64) {
        for part in [known(number)] + otherParts(of: number) {
            var part = part
            part.contractVersion = part.contract.flatMap { contractsByName[$0]?.number } ?? 0
            replace(part)
        }
    }

    /// The next of a lease's caps holds from now on. It is booked already.
    private mutating func stepCap(of number: UInt64) {
        var lease = known(number)
        precondition(lease.capStepsBegun < lease.capSteps.count, "a cap that begins was agreed")
        for due in lease.dueEvents { agenda.remove(due.event, at: due.at) }
        lease.capStepsBegun += 1
        replace(lease)
        for due in lease.dueEvents { agenda.add(due.event, at: due.at) }
    }

    /// A report that a node is clean goes with the turn-round it was made in.
    private mutating func forgetReports(on lease: Lease) {
        guard !cleanedNodes.isEmpty else { return }
        let shared = lease.lines.flatMap { $0.holdings.sharedNodes.map { $0..<$0 + 1 } }
        for range in lease.bookedNodes + shared {
            for node in range where !isInTurnRound(node, now: time) { cleanedNodes[UInt64(node)] = nil }
        }
    }

    // MARK: Nodes

    mutating func set(_ health: NodeHealth, _ note: NodeNote, on node: Int) {
        noteReliability(health, of: node)
        noteHealth(health, of: node)
        let before = notes[UInt64(node)]
        if let until = before?.until { agenda.remove(.nodeUntil(node), at: until) }
        guard health != .open else { return open(node, beneath: before?.beneath) }
        var note = note
        if health == .faulty || health == .validating {
            note.beneath = note.beneath ?? closure(of: node, before) ?? before?.beneath
        }
        notes[UInt64(node)] = note
        packing.setHealth(health, of: NodeIndex(node), closedUntil: note.until ?? .max)
        if let until = note.until { agenda.add(.nodeUntil(node), at: until) }
    }

    /// Opens a node, or puts back the cordon or drain that its failure came upon.
    private mutating func open(_ node: Int, beneath closure: Closure?) {
        notes[UInt64(node)] = nil
        packing.setHealth(.open, of: NodeIndex(node), closedUntil: .min)
        if let closure, closure.until.map({ $0 > time }) ?? true { set(closure.health, closure.note, on: node) }
    }

    private func closure(of node: Int, _ note: NodeNote?) -> Closure? {
        let health = packing.health(of: NodeIndex(node))
        guard let note, health == .cordoned || health == .draining else { return nil }
        return Closure(health: health, reason: note.reason, actor: note.actor, since: note.since, until: note.until)
    }

    private mutating func setOverdue(_ node: Int) {
        var mask = packing.notReadyModules(of: NodeIndex(node))
        packing.forEachBooking(of: NodeIndex(node)) { booking in
            if booking.end <= time && lease(booking.lease)?.state == .ending { mask |= booking.moduleMask }
        }
        packing.setNotReadyModules(mask, of: NodeIndex(node))
    }

    /// Leases whose turn-round goes on on some of these nodes, ascending.
    func leasesInTurnRound(on ranges: [Range<Int>]) -> [UInt64] {
        var numbers: [UInt64] = []
        for range in ranges {
            for node in range {
                packing.forEachBooking(of: NodeIndex(node)) { booking in
                    guard booking.end <= time, !numbers.contains(booking.lease) else { return }
                    if lease(booking.lease)?.state == .ending { numbers.append(booking.lease) }
                }
            }
        }
        return numbers.sorted()
    }

    private mutating func returnNodes(_ ranges: [Range<Int>]) {
        let ended = leasesInTurnRound(on: ranges)
        for range in ranges {
            for node in range {
                cleanedNodes[UInt64(node)] = nil
                packing.setNotReadyModules(0, of: NodeIndex(node))
                if packing.health(of: NodeIndex(node)) == .validating { set(.open, .blank, on: node) }
            }
        }
        for number in ended {
            var lease = known(number)
            unbook(lease, on: ranges)
            lease.returnedNodes = (lease.returnedNodes + ranges).united()
            leaseBoxes[number] = LeaseBox(lease)
        }
    }
}

extension Lease {
    /// The events that time brings next, each at its time.
    var dueEvents: [(at: Int64, event: DueEvent)] {
        switch state {
        case .scheduled: [(start, .leaseStart(number))] + dueCapStep + duePower
        case .starting, .active: [(end, .leaseEnd(number))] + dueCapStep + duePower
        case .ending: [(until, .leaseReturn(number))]
        case .expired, .cancelled, .reclaimed, .preempted, .failed, .transferred: []
        }
    }

    private var dueCapStep: [(at: Int64, event: DueEvent)] {
        guard capStepsBegun < capSteps.count, capSteps[capStepsBegun].at < end else { return [] }
        return [(capSteps[capStepsBegun].at, .leaseCapStep(number))]
    }

    private var duePower: [(at: Int64, event: DueEvent)] { powerDueAt.map { [($0, .leasePower(number))] } ?? [] }

    func hasReturned(_ node: Int) -> Bool { returnedNodes.contains { $0.contains(node) } }

    /// Whole nodes of all lines, in use and spare, that are still booked.
    public var bookedNodes: [Range<Int>] {
        let all = lines.count == 1 ? lines[0].holdings.bookedNodes : lines.flatMap(\.holdings.bookedNodes).coalesced()
        return returnedNodes.isEmpty ? all : all.subtracting(returnedNodes)
    }
}
