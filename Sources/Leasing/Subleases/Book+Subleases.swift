// How sub-leases change the book: what they are, never what is held.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    mutating func apply(_ note: SubleaseNote) {
        let sublease = note.sublease
        // Nobody is told whether there is such a tenant.
        if note.isSeen && tenantsByName[note.tenant] != nil { countChange(of: note.tenant) }
        close(sublease.number, as: sublease)
        switch note.event {
        case .declined, .withdrawn, .expired: break
        default: put(sublease)
        }
    }

    /// Takes a sub-lease off every table that knows it; one that is over from now on is accounted for first.
    private mutating func close(_ number: UInt64, as next: Sublease) {
        if let open = subleases.open[number] {
            agenda.remove(.subleaseExpires(number), at: open.expiresAt)
            subleases.open[number] = nil
        }
        if let known = subleases.inForce[number] {
            if next.endedAt != nil {
                var rows = subleases.rows[number] ?? []
                for part in parts(of: known.lease) {
                    addOpen(part, until: next.window.upperBound, to: &rows, of: known)
                }
                subleases.rows[number] = rows.isEmpty ? nil : rows
            }
            agenda.remove(.subleaseEnds(number), at: known.end)
            subleases.inForce[number] = nil
            subleases.byLease[known.lease] = nil
        }
    }

    mutating func put(_ sublease: Sublease) {
        let number = sublease.number
        subleases.nextNumber = max(subleases.nextNumber, number + 1)
        if sublease.agreedAt == nil {
            subleases.open[number] = sublease
            agenda.add(.subleaseExpires(number), at: sublease.expiresAt)
        } else if sublease.endedAt == nil {
            subleases.inForce[number] = sublease
            subleases.byLease[sublease.lease] = number
            agenda.add(.subleaseEnds(number), at: sublease.end)
        } else {
            subleases.over[number] = sublease
            foldOldest()
        }
    }

    /// Makes room: what the oldest sub-lease that is over comes to is kept with that of others of the same two tenants.
    private mutating func foldOldest() {
        guard subleases.over.count > SubleaseTable.overMax, let oldest = subleases.over.first()?.value else { return }
        let rows = subleases.rows[oldest.number] ?? []
        subleases.over[oldest.number] = nil
        subleases.rows[oldest.number] = nil
        let pair = (oldest.from, oldest.to)
        let place = subleases.closed.firstIndex { ($0.from, $0.to) >= pair } ?? subleases.closed.count
        if place == subleases.closed.count || (subleases.closed[place].from, subleases.closed[place].to) != pair {
            subleases.closed.insert(ClosedSubleases(from: oldest.from, to: oldest.to), at: place)
        }
        subleases.closed[place].count += 1
        for row in rows {
            let amount = rows.amountMicros(of: row.month, pricePerGPUHourMicros: oldest.pricePerGPUHourMicros)
            subleases.closed[place].add(.init(month: row.month, delivered: row.delivered, amountMicros: amount))
        }
    }

    // MARK: What is delivered

    /// Adds what has gone by of a part that is let, before its own account says that it has been counted.
    mutating func settleSublease(of part: Lease, until time: Int64) {
        guard let number = subleases.byLease[part.leaseNumber], let sublease = subleases.inForce[number] else { return }
        var rows = subleases.rows[number] ?? []
        addOpen(part, until: time, to: &rows, of: sublease)
        subleases.rows[number] = rows.isEmpty ? nil : rows
    }

    /// Adds what has not been accounted for of a part, as far as it lies within a sub-lease.
    func addOpen(_ part: Lease, until time: Int64, to rows: inout [SubleaseRow], of sublease: Sublease) {
        let down = downNodes(of: part, ledger.accounts[part.leaseNumber]?.down ?? [])
        part.forEachRate(until: min(time, sublease.end), down: down, in: fleet) { window, rate in
            rows.add(rate.gpus.delivered, over: window.clamped(to: sublease.window))
        }
    }

    /// What has been delivered under a sub-lease until a time, month by month. O(parts + months).
    public func subleaseRows(of sublease: Sublease, until time: Int64) -> [SubleaseRow] {
        var rows = subleases.rows[sublease.number] ?? []
        guard sublease.isInForce else { return rows }
        for part in parts(of: sublease.lease) { addOpen(part, until: time, to: &rows, of: sublease) }
        return rows
    }

    // MARK: Snapshots

    var subleasesRecord: SubleasesRecord {
        var record = SubleasesRecord()
        record.subleases = (openSubleases + subleasesInForce + subleasesOver).sorted { $0.number < $1.number }
        subleases.rows.forEach { number, rows in
            record.accounts.append(SubleasesRecord.Account(sublease: number, rows: rows))
            return true
        }
        (record.closed, record.nextNumber) = (subleases.closed, subleases.nextNumber)
        record.kept = idempotencyKeys.entries.compactMap { key, success in
            success.offer.map { KeptOffer(scope: key.scope, key: key.key, note: $0) }
        }
        for name in contractsByName.keys.sorted() {
            for (index, version) in contractsByName[name]!.versions.enumerated() {
                guard let clause = version.terms.subleases else { continue }
                record.clauses.append(
                    SubleasesRecord.ContractClause(contract: name, version: index + 1, clause: clause))
            }
        }
        return record
    }

    /// Puts what a snapshot says of sub-leases; its leases and contracts are there already.
    mutating func take(_ record: SubleasesRecord) {
        for account in record.accounts { subleases.rows[account.sublease] = account.rows }
        for sublease in record.subleases { put(sublease) }
        (subleases.closed, subleases.nextNumber) = (record.closed, record.nextNumber)
        for item in record.clauses {
            contractsByName[item.contract]!.versions[item.version - 1].terms.subleases = item.clause
        }
    }
}
