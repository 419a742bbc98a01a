// Leases as wholes, and the parts that they are made of.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// A lease with its parts as they stand together, or nil when there is none of that number. Any of its parts may be
    /// named. O(parts × racks held), O(1) for a lease without further parts.
    public func wholeLease(_ number: UInt64) -> WholeLease? {
        guard let part = lease(number), let first = lease(part.leaseNumber) else { return nil }
        return whole(first)
    }

    func whole(_ lease: Lease) -> WholeLease {
        let others = otherParts(of: lease.number)
        return WholeLease(
            lease, parts: others, state: state(of: lease, others), notice: noticeCondition(of: lease), in: fleet)
    }

    /// Calls `body` for each lease that is kept, parts together, in order of numbers, until it returns false.
    public func forEachWholeLease(from number: UInt64 = 0, _ body: (WholeLease) throws -> Bool) rethrows {
        try forEachLease(from: number) { lease in try lease.partOf == nil ? body(whole(lease)) : true }
    }

    /// A lease and its further parts as far as they are kept, the lease itself first; none for a number that is unknown.
    public func parts(of number: UInt64) -> [Lease] { lease(number).map { [$0] + otherParts(of: number) } ?? [] }

    /// The further parts of a lease that are kept, ascending.
    func otherParts(of number: UInt64) -> [Lease] {
        guard !furtherParts.isEmpty, let parts = furtherParts[number] else { return [] }
        return parts.compactMap { lease($0) }
    }

    /// All parts of a lease that are not over, the lease itself first.
    func liveParts(of number: UInt64) -> [Lease] {
        ([known(number)] + otherParts(of: number)).filter { !$0.state.isFinal }
    }

    /// Where a lease stands, its parts taken together: over when all of them are, delivered when one that holds something is.
    private func state(of lease: Lease, _ others: [Lease]) -> LeaseState {
        guard !others.isEmpty else { return lease.state }
        let all = [lease] + others
        switch lease.state {
        case .scheduled, .ending: return lease.state
        case .starting, .active:
            let holding = all.filter { $0.isInWindow && $0.holdsSomething }
            return holding.isEmpty || holding.contains { $0.state == .active } ? .active : .starting
        case .expired, .cancelled, .reclaimed, .preempted, .failed, .transferred:
            if others.contains(where: { !$0.state.isFinal }) { return .ending }
            let hasFailed = !lease.holdsSomething && others.allSatisfy { $0.state == .failed }
            return hasFailed ? .failed : lease.state
        }
    }

    // MARK: Changing parts

    /// Puts a part in place of the one of its number, or beside the others as a new one.
    mutating func put(_ part: Lease) {
        var part = part
        stamp(&part)
        part.contractVersion = lease(part.leaseNumber)?.contractVersion ?? 0
        keepingCount(of: part.leaseNumber) { book in
            book.forgetParts(of: part.leaseNumber)
            let old = book.lease(part.number)
            part.origin = old?.origin
            book.carryCurtailments(to: &part, from: old)
            // What one part held until now and another one holds from now on is accounted for.
            let from = book.ledger.effectiveAt
            part.accountedUntil = old.map(\.accountedUntil) ?? (part.start < from ? from : Int64.min)
            if let old { book.takeOff(old) }
            book.putOn(part)
        }
        nextLeaseNumber = max(nextLeaseNumber, part.number + 1)
    }

    /// What load targets do to a part stays when it is amended; a new one is lowered as a part of its lease is that was there.
    private func carryCurtailments(to part: inout Lease, from old: Lease?) {
        let source = old ?? liveParts(of: part.leaseNumber).first { !$0.curtailments.isEmpty }
        guard let source else { return }
        part.curtailments = source.curtailments
        if let old {
            (part.powerSettledAt, part.keptEnergy) = (old.powerSettledAt, old.keptEnergy)
        } else {
            part.settlePower(at: time)
        }
    }

    /// Runs a change of some parts of a lease and keeps what is counted by leases in step with it.
    mutating func keepingCount(of number: UInt64, _ change: (inout Book) -> Void) {
        let before = wholeState(of: number)
        change(&self)
        guard let after = wholeState(of: number) else { preconditionFailure("a lease stays while its parts change") }
        guard before != after else { return }
        if let before { stateCounts[Int(before.rawValue)] -= 1 }
        stateCounts[Int(after.rawValue)] += 1
        if after.isFinal {
            if let before, !before.isFinal { retire(known(number)) }
        } else if before?.isFinal != false {
            tenantsByName[leaseBoxes[number]!.lease.tenant]!.leases[number] = true
        }
    }

    /// Where the lease of a number stands as a whole. Cheap for a lease of one part, which is not copied for it.
    private func wholeState(of number: UInt64) -> LeaseState? {
        guard let box = leaseBoxes[number] else { return nil }
        if furtherParts.isEmpty || furtherParts[number] == nil { return box.lease.state }
        return state(of: box.lease, otherParts(of: number))
    }

    /// Stores a part and books what it holds.
    mutating func putOn(_ part: Lease) {
        leaseBoxes[part.number] = LeaseBox(part)
        if let lease = part.partOf, furtherParts[lease]?.contains(part.number) != true {
            furtherParts[lease] = (furtherParts[lease] ?? []) + [part.number]
        }
        guard !part.state.isFinal else { return }
        if !part.downNodes.isEmpty { health.waiting[part.number] = true }
        book(part)
        promise(part, sign: 1)
        for due in part.dueEvents { agenda.add(due.event, at: due.at) }
    }

    /// Takes off what `putOn` did, but for the part itself.
    mutating func takeOff(_ part: Lease) {
        guard !part.state.isFinal else { return }
        unbook(part)
        promise(part, sign: -1)
        for due in part.dueEvents { agenda.remove(due.event, at: due.at) }
    }

    /// Forgets further parts of a lease that are over, but for those that were lowered: what was taken from them counts.
    private mutating func forgetParts(of number: UInt64) {
        guard let parts = furtherParts[number] else { return }
        let left = parts.filter { lease($0).map { !$0.state.isFinal || !$0.curtailments.isEmpty } ?? false }
        for part in parts where !left.contains(part) { leaseBoxes[part] = nil }
        furtherParts[number] = left.isEmpty ? nil : left
    }

    /// Keeps a lease that is over for a while; the oldest make room.
    private mutating func retire(_ lease: Lease) {
        tenantsByName[lease.tenant]!.leases[lease.number] = nil
        finalLeases[nextFinalPlace] = lease.number
        nextFinalPlace += 1
        guard finalLeases.count > Book.finalLeasesMax, let oldest = finalLeases.first() else { return }
        finalLeases[oldest.key] = nil
        guard let gone = self.lease(oldest.value) else { return }
        stateCounts[Int(state(of: gone, otherParts(of: gone.number)).rawValue)] -= 1
        closeAccount(of: gone)
        for part in [gone.number] + (furtherParts[gone.number] ?? []) { leaseBoxes[part] = nil }
        furtherParts[gone.number] = nil
        reclaimsByLease[gone.number] = nil
    }

    // MARK: Quota

    /// Adds what a part promises to what its tenant holds, or takes it off.
    mutating func promise(_ part: Lease, sign: Int64) {
        guard part.start < part.end else { return }
        // Every grant comes by here, and most tenants are in no cohort.
        let (gpus, stretches) = (sign * Int64(part.quotaGPUs(in: fleet)), wattStretches(of: part))
        if tenantsByName[part.tenant]!.countAlone(gpus, stretches, sign: sign, over: part.start..<part.end) { return }
        for resource in QuotaResource.allCases {
            let changes = usage(resource, of: part).map { UsageChange(window: $0.window, amount: sign * $0.amount) }
            count(resource, of: part.tenant, changes, isFirm: part.leaseClass.isFirm)
        }
    }

    /// What a part counts for in its tenant's quota.
    func usage(_ resource: QuotaResource, of part: Lease) -> [UsageChange] {
        switch resource {
        case .gpus: [UsageChange(window: part.start..<part.end, amount: Int64(part.quotaGPUs(in: fleet)))]
        case .watts: wattStretches(of: part).map { UsageChange(window: $0.window, amount: $0.watts) }
        }
    }

    /// The watts that a part promises in each stretch of its window, as its caps change.
    func wattStretches(of part: Lease) -> [(window: Range<Int64>, watts: Watts)] {
        part.capStretches.compactMap { stretch in
            let window = stretch.window.clamped(to: part.start..<part.end)
            guard !window.isEmpty else { return nil }
            let isBooked = stretch.cap == part.cap
            let watts =
                isBooked ? part.promised.watts : part.lines.promise(cap: stretch.cap, in: fleet).capacity.watts
            return (window, watts)
        }
    }
}
