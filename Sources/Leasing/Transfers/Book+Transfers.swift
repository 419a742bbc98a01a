// How splits and handovers change the book.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// One lease becomes two. Both have the window, the caps and the curtailments of the one, so that nothing that is
    /// counted over them changes.
    mutating func apply(_ split: LeaseSplit) {
        let whole = known(split.lease)
        countChange(of: whole.tenant)
        let origin = LeaseOrigin(
            lease: split.lease, at: time, termStart: whole.termStart, convenienceTimes: convenienceTimes(of: whole))
        // Since when nodes are down, and which versions held before, is known of both.
        if let account = ledger.accounts[split.lease] {
            ledger.accounts[split.newLease] = LeaseAccount(earlier: account.earlier, down: account.down)
        }
        let kept = split.kept.map { carrying(part(of: $0), from: known($0.number)) }
        var gone: [Lease] = []
        for (record, source) in zip(split.split, split.sources) {
            let old = known(source)
            var part = carrying(part(of: record), from: old)
            part.contractVersion = whole.contractVersion
            part.origin = record.part.partOf == nil ? origin : nil
            // What was taken on fleets before stays with the lease that was there.
            part.keptEnergy = old.keptEnergy.map { KeptEnergy(until: $0.until, energy: CurtailedEnergy()) }
            part.accountedUntil = part.start < ledger.effectiveAt ? ledger.effectiveAt : .min
            gone.append(part)
        }
        keepingCount(of: split.lease) { book in
            for part in kept { book.takeOff(book.known(part.number)) }
            for part in kept { book.putOn(part) }
        }
        put(gone, curtailedAs: split.sources)
    }

    /// Another tenant holds from now on what was handed over just before.
    mutating func apply(_ takeover: LeaseTakeover) {
        let old = known(takeover.from)
        countChange(of: takeover.tenant)
        var origin = LeaseOrigin(
            lease: takeover.from, at: time, termStart: takeover.records[0].start, convenienceTimes: [])
        if takeover.keepsTerms {
            (origin.termStart, origin.convenienceTimes) = (old.termStart, convenienceTimes(of: old))
        }
        if !takeover.down.isEmpty { ledger.accounts[takeover.newLease] = LeaseAccount(down: takeover.down) }
        let parts = takeover.records.map { record in
            var part = part(of: record)
            part.revision = revision
            part.tenantIndex = tenantsByName[part.tenant]!.index
            part.contractVersion = takeover.contractVersion
            part.origin = record.part.partOf == nil ? origin : nil
            return part
        }
        put(parts, curtailedAs: takeover.sources)
    }

    /// Puts the parts of a lease that is new, each lowered by load targets as the part that it was taken from.
    private mutating func put(_ parts: [Lease], curtailedAs sources: [UInt64]) {
        var parts = parts
        for (index, source) in sources.enumerated() {
            for curtailment in known(source).curtailments {
                let steps = curtailment.steps.filter { $0.until > parts[index].start }
                guard !steps.isEmpty, let budget = fleet.budget(named: curtailment.target.budget),
                    !parts[index].hardware(under: budget, in: fleet).isEmpty
                else { continue }
                parts[index].curtailments.append(
                    Curtailment(target: curtailment.target, steps: steps, notice: power.nextNumber))
                power.nextNumber += 1
            }
            parts[index].settlePower(at: time)
        }
        keepingCount(of: parts[0].number) { book in for part in parts { book.putOn(part) } }
        nextLeaseNumber = max(nextLeaseNumber, parts.map(\.number).max()! + 1)
        for part in parts {
            for curtailment in part.curtailments {
                issueOrders(of: part.number, curtailment.target, curtailment.steps)
            }
        }
    }

    /// A lease is no longer its tenant's: what it holds goes on in other hands, so that nothing is turned round.
    mutating func handOver(_ number: UInt64, transfer: UInt64, at: Int64) {
        for var part in liveParts(of: number) where part.state != .ending {
            guard let next = part.state.after(.handOver) else {
                preconditionFailure("a lease that is \(part.state.name) is not handed over")
            }
            for due in part.dueEvents { agenda.remove(due.event, at: due.at) }
            unbook(part)
            promise(part, sign: -1)
            if part.isInWindow { part.end = min(part.end, at) }
            (part.state, part.downNodes, part.conditions) = (next, [], [])
            keepingCount(of: number) { $0.leaseBoxes[part.number] = LeaseBox(part) }
            removeOrders(of: part.number)
            replace(part)
        }
        endTransfer(transfer)
    }

    mutating func apply(_ note: TransferNote) {
        let transfer = note.transfer
        // Nobody is told whether there is such a tenant.
        if note.isSeen && tenantsByName[note.tenant] != nil { countChange(of: note.tenant) }
        endTransfer(transfer.number)
        transfers.nextNumber = max(transfers.nextNumber, transfer.number + 1)
        if !note.event.isEnd { open(transfer) }
    }

    mutating func open(_ transfer: Transfer) {
        transfers.open[transfer.number] = transfer
        agenda.add(.transferExpires(transfer.number), at: transfer.expiresAt)
    }

    private mutating func endTransfer(_ number: UInt64) {
        guard let transfer = transfers.open[number] else { return }
        agenda.remove(.transferExpires(number), at: transfer.expiresAt)
        transfers.open[number] = nil
    }

    private func part(of record: LeaseRecord) -> Lease {
        guard let part = record.lease(register: register) else {
            preconditionFailure("a part of a lease holds hardware of the fleet in force")
        }
        return part
    }

    /// A part with what its record does not say.
    private func carrying(_ part: Lease, from old: Lease) -> Lease {
        var part = part
        part.revision = revision
        part.tenantIndex = tenantsByName[part.tenant]!.index
        (part.contractVersion, part.origin) = (old.contractVersion, old.origin)
        part.powerSettledAt = old.powerSettledAt
        part.accountedUntil = old.accountedUntil
        if part.number == old.number { (part.curtailments, part.keptEnergy) = (old.curtailments, old.keptEnergy) }
        return part
    }

    // MARK: Snapshots

    var transfersRecord: TransfersRecord {
        var record = TransfersRecord()
        forEachLease { lease in
            if let origin = lease.origin {
                record.origins.append(TransfersRecord.Origin(lease: lease.number, origin: origin))
            }
            return true
        }
        (record.open, record.nextNumber) = (openTransfers, transfers.nextNumber)
        for name in contractsByName.keys.sorted() {
            for (index, version) in contractsByName[name]!.versions.enumerated() {
                guard let clause = version.terms.transfers else { continue }
                record.clauses.append(
                    TransfersRecord.ContractClause(contract: name, version: index + 1, clause: clause))
            }
        }
        return record
    }

    /// Puts what a snapshot says of transfers; its leases and contracts are there already.
    mutating func take(_ record: TransfersRecord) {
        for item in record.origins {
            var lease = known(item.lease)
            lease.origin = item.origin
            leaseBoxes[item.lease] = LeaseBox(lease)
        }
        for transfer in record.open { open(transfer) }
        transfers.nextNumber = record.nextNumber
        for item in record.clauses {
            contractsByName[item.contract]!.versions[item.version - 1].terms.transfers = item.clause
        }
    }
}
