// How facts move the accounts of leases.
//
// An account is brought up to date just before a fact changes what one of the lease's parts promises or delivers, up to
// when the fact takes effect. Between two such facts nothing is written: whoever reads adds what has gone by since.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Brings accounts up to date that a fact is about to change, and notes when it takes effect.
    mutating func settleAccounts(before fact: Fact) {
        switch fact {
        case .leaseMoved(let number, let event, let at):
            ledger.effectiveAt = at
            switch event {
            case .end, .release: settleAccount(ofPart: number, until: at)
            // What was late is down from then on.
            case .deliver: if !known(number).downNodes.isEmpty { settleAccount(ofPart: number, until: at) }
            case .start, .return, .takeBack, .giveWay, .handOver: break
            }
        case .leaseCapStepped(_, let at), .leasePowerSettled(_, let at), .maintenanceOver(_, let at):
            ledger.effectiveAt = at
        case .leaseMembersDown(let number, _, _), .leaseCurtailed(let number, _, _):
            settleAccount(ofPart: number, until: ledger.effectiveAt)
        case .memberReplaced(let replacement): settleAccount(ofPart: replacement.lease, until: ledger.effectiveAt)
        case .leasePartGranted(let record), .leasePartAmended(let record):
            settleAccount(ofPart: record.number, until: ledger.effectiveAt)
        case .leaseTermsRenewed(let number): endVersion(of: number)
        case .leaseSplit(let split): settleAccounts(ofLease: split.lease)
        case .leaseHandedOver(let number, _, let at):
            ledger.effectiveAt = at
            settleAccounts(ofLease: number)
        case .nodesSet(let nodes, .open, _): noteTimer(of: nodes)
        case .nodesReturned(let nodes):
            noteTimer(of: nodes)
            settleOverdue(nodes)
        default: break
        }
    }

    /// Notes what accounts need to know of a fact that has been applied.
    mutating func noteAccounts(after fact: Fact) {
        switch fact {
        case .leaseMembersDown(let number, _, _): noteDown(known(number).leaseNumber)
        case .memberReplaced(let replacement):
            let lease = known(replacement.lease).leaseNumber
            if ledger.accounts[lease]?.down.since(replacement.old) != nil { noteDown(lease) }
        case .leasePartGranted(let record), .leasePartAmended(let record): noteDown(record.leaseNumber)
        case .leaseMoved(let number, .end, _), .leaseMoved(let number, .release, _):
            if let lease = lease(number)?.leaseNumber, ledger.accounts[lease]?.down.isEmpty == false { noteDown(lease) }
        case .nodesOverdue(let nodes): noteOverdue(nodes)
        case .leaseSplit(let split):
            noteDown(split.lease)
            noteDown(split.newLease)
        case .leaseHandedOver(let number, _, _): noteDown(number)
        case .leaseTakenOver(let takeover): noteDown(takeover.newLease)
        default: break
        }
    }

    /// A closure or validation of one node that ends by time takes effect when it was due, unless time was frozen.
    private mutating func noteTimer(of nodes: [IDRange]) {
        guard freeze == nil, nodes.count == 1, nodes[0].count == 1 else { return }
        let node = dense(nodes)[0].lowerBound
        if let until = notes[UInt64(node)]?.until, until <= time { ledger.effectiveAt = until }
    }

    // MARK: What is promised and delivered

    /// Adds what has gone by of a part, if there is one of that number, to the account of its lease.
    private mutating func settleAccount(ofPart number: UInt64, until time: Int64) {
        guard var part = lease(number), part.isInWindow else { return }
        let (from, until) = (part.accountedFrom, min(part.end, time))
        guard from < until else { return }
        if !subleases.byLease.isEmpty { settleSublease(of: part, until: until) }
        var account = ledger.accounts[part.leaseNumber] ?? LeaseAccount()
        addOpen(part, until: until, down: account.down, to: &account.rows)
        ledger.changeAccount(of: part.leaseNumber, touching: from) { $0 = account }
        part.accountedUntil = until
        leaseBoxes[number] = LeaseBox(part)
    }

    private mutating func settleAccounts(ofLease number: UInt64) {
        for part in parts(of: number) { settleAccount(ofPart: part.number, until: ledger.effectiveAt) }
    }

    /// Adds what has not been accounted for of a part to some rows.
    func addOpen(_ part: Lease, until time: Int64, down: [DownUnit], to rows: inout [LedgerRow]) {
        let version = part.contractVersion
        part.forEachRate(until: time, down: downNodes(of: part, down), in: fleet) { window, rate in
            rows.add(rate, over: window, version: version)
        }
    }

    /// The nodes of a part that are down, with the time until which each is excused.
    func downNodes(of part: Lease, _ down: [DownUnit]) -> [DownNode] {
        guard !part.downNodes.isEmpty else { return [] }
        let seconds = terms(of: part)?.replacementSeconds ?? 0
        return part.downNodes.map { node in
            let since = down.since(register.id(of: NodeIndex(node)).number) ?? part.start
            return DownNode(node: node, excusedUntil: since + min(seconds, LedgerState.secondsMax))
        }
    }

    /// Keeps since when each node of a lease that is down has been.
    private mutating func noteDown(_ number: UInt64) {
        let parts = [known(number)] + otherParts(of: number)
        let ids = Set(parts.flatMap(\.downNodes)).map { register.id(of: NodeIndex($0)).number }.sorted()
        let known = ledger.accounts[number]?.down ?? []
        guard ids != known.map(\.node) else { return }
        let down = ids.map { DownUnit(node: $0, since: known.since($0) ?? ledger.effectiveAt) }
        ledger.changeAccount(of: number) { $0.down = down }
    }

    /// Another version of its contract holds for a lease from now on.
    private mutating func endVersion(of number: UInt64) {
        let lease = known(number)
        for part in [lease] + otherParts(of: number) { settleAccount(ofPart: part.number, until: ledger.effectiveAt) }
        guard lease.contract != nil else { return }
        let earlier = EarlierVersion(version: lease.contractVersion, until: ledger.effectiveAt)
        ledger.changeAccount(of: number) { $0.earlier.append(earlier) }
    }

    // MARK: Reading

    /// The account of a lease until a time, month by month; empty when there is no such lease. O(parts + months).
    public func ledgerRows(of number: UInt64, until time: Int64) -> [LedgerRow] {
        guard let lease = lease(number), lease.partOf == nil else { return [] }
        var account = ledger.accounts[number] ?? LeaseAccount()
        for part in [lease] + otherParts(of: number) {
            addOpen(part, until: time, down: account.down, to: &account.rows)
        }
        if !ledger.overdue.isEmpty {
            for unit in overdueUnits where unit.lease == number { unit.add(until: time, to: &account.rows) }
        }
        return account.rows
    }

    /// What of it stands in the account, without what has gone by since. O(1).
    public func settledLedgerRows(of number: UInt64) -> [LedgerRow] { ledger.accounts[number]?.rows ?? [] }

    /// Accounts that the last entry has added to, each with the first month that it did so to.
    public var touchedAccounts: [(lease: UInt64, month: Int64)] { ledger.touched }

    /// Units whose turn-round is over its time, by node.
    var overdueUnits: [OverdueUnit] {
        var units: [OverdueUnit] = []
        ledger.overdue.forEach { _, some in
            units += some
            return true
        }
        return units
    }

    /// The time for which a tenant owes the price for months and years of a contract, as its leases stand. O(leases).
    func contractCover(of tenant: String, _ contract: String) -> ContractCover {
        var cover = ledger.closed[tenant]?.first { $0.contract == contract }?.cover ?? ContractCover()
        forEachLease { lease in
            if lease.partOf == nil && lease.tenant == tenant && lease.contract == contract {
                cover.add(self.cover(of: lease))
            }
            return true
        }
        return cover
    }

    // MARK: Turn-round over its time

    private mutating func noteOverdue(_ nodes: [IDRange]) {
        for node in dense(nodes).joined() {
            var found: [OverdueUnit] = []
            packing.forEachBooking(of: NodeIndex(node)) { booking in
                guard let part = lease(booking.lease), part.state == .ending, part.until <= time else { return }
                let slices = booking.sliceMask.nonzeroBitCount
                let gpus = slices == 0 ? 1_000 * booking.moduleMask.nonzeroBitCount : 125 * slices
                let unit = OverdueUnit(
                    part: part.number, lease: part.leaseNumber, tenant: part.tenant, contract: part.contract,
                    version: part.contractVersion, milliGPUs: Int64(gpus), since: part.until)
                if let place = found.firstIndex(where: { $0.part == part.number }) {
                    found[place].milliGPUs += unit.milliGPUs
                } else {
                    found.append(unit)
                }
            }
            // In an order of their own: that of bookings is another one after a start.
            found.sort { $0.part < $1.part }
            let id = UInt64(register.id(of: NodeIndex(node)).number)
            let known = ledger.overdue[id] ?? []
            let units = known + found.filter { unit in !known.contains { $0.part == unit.part } }
            if !units.isEmpty { ledger.overdue[id] = units }
        }
    }

    private mutating func settleOverdue(_ nodes: [IDRange]) {
        guard !ledger.overdue.isEmpty else { return }
        for range in nodes {
            for id in UInt64(range.first)..<UInt64(range.first) + UInt64(range.count) { settleOverdue(id) }
        }
    }

    private mutating func settleOverdue(_ id: UInt64) {
        guard let units = ledger.overdue[id] else { return }
        ledger.overdue[id] = nil
        for unit in units {
            var rows: [LedgerRow] = []
            unit.add(until: ledger.effectiveAt, to: &rows)
            if lease(unit.lease) != nil {
                ledger.changeAccount(of: unit.lease, touching: unit.since) { $0.rows.add(rows) }
            } else {
                ledger.changeClosed(unit.tenant, unit.contract) { $0.rows.add(rows) }
            }
        }
    }

    // MARK: Leases that are over

    /// Adds the account of a lease that is kept no longer to those of its contract.
    mutating func closeAccount(of lease: Lease) {
        let (rows, cover) = (ledger.accounts[lease.number]?.rows ?? [], cover(of: lease))
        ledger.accounts[lease.number] = nil
        guard !rows.isEmpty || !cover.pieces.isEmpty else { return }
        ledger.changeClosed(lease.tenant, lease.contract) { account in
            account.leaseCount += 1
            account.rows.add(rows)
            account.cover.add(cover)
        }
    }

    /// For how long a lease makes its contract's price for months and years due, and under which versions that have one: its
    /// window, and what is left of the commitment where the tenant or its end, not the provider, ended it.
    func cover(of lease: Lease) -> ContractCover {
        var cover = ContractCover()
        guard lease.contract != nil, lease.state != .cancelled else { return cover }
        let isBound = lease.state == .expired || (lease.state == .ending && returning(lease.number) == .return)
        var until = lease.end
        if isBound, let seconds = terms(of: lease)?.commitmentSeconds {
            until = max(until, lease.termStart + min(seconds, LedgerState.secondsMax))
        }
        var from = lease.start
        func add(_ version: Int, until: Int64) {
            let versions = contractsByName[lease.contract!]?.versions ?? []
            let isKnown = versions.indices.contains(version - 1)
            if isKnown && versions[version - 1].terms.hasBasePrice {
                cover.add(CoverPiece(from: from, until: until, version: version))
            }
            from = max(from, until)
        }
        for earlier in ledger.accounts[lease.number]?.earlier ?? [] {
            add(earlier.version, until: min(until, earlier.until))
        }
        add(lease.contractVersion, until: until)
        return cover
    }

    /// Brings accounts up to date where this fleet tells otherwise than the one before.
    mutating func settleAccounts(before: Book) {
        ledger.effectiveAt = before.ledger.effectiveAt
        var others: [Lease] = []
        before.forEachLease { part in
            guard part.isInWindow, part.accountedFrom < min(part.end, time), let now = lease(part.number) else {
                return true
            }
            var (then, rows): ([LedgerRow], [LedgerRow]) = ([], [])
            let down = ledger.accounts[part.leaseNumber]?.down ?? []
            before.addOpen(part, until: time, down: down, to: &then)
            addOpen(now, until: time, down: down, to: &rows)
            if rows != then { others.append(part) }
            return true
        }
        for part in others {
            if let number = subleases.byLease[part.leaseNumber], let sublease = subleases.inForce[number] {
                var rows = subleases.rows[number] ?? []
                before.addOpen(part, until: time, to: &rows, of: sublease)
                subleases.rows[number] = rows.isEmpty ? nil : rows
            }
            ledger.changeAccount(of: part.leaseNumber, touching: part.accountedFrom) { account in
                before.addOpen(part, until: time, down: account.down, to: &account.rows)
            }
            var now = known(part.number)
            now.accountedUntil = min(part.end, time)
            leaseBoxes[part.number] = LeaseBox(now)
        }
        var gone: [UInt64] = []
        ledger.overdue.forEach { id, _ in
            if register.node(of: PermanentNodeID(UInt32(id))) == nil { gone.append(id) }
            return true
        }
        for id in gone { settleOverdue(id) }
    }
}

extension OverdueUnit {
    /// Adds what has gone by until a time.
    func add(until time: Int64, to rows: inout [LedgerRow]) {
        guard since < time else { return }
        var rate = LedgerSums()
        rate.gpus.handBack = milliGPUs
        rows.add(rate, over: since..<time, version: version)
    }
}

extension LedgerState {
    /// Changes the account of a lease; with `touching`, rows from the month of that time on.
    mutating func changeAccount(of lease: UInt64, touching: Int64? = nil, _ change: (inout LeaseAccount) -> Void) {
        var account = accounts[lease] ?? LeaseAccount()
        change(&account)
        accounts[lease] = account.isBlank ? nil : account
        guard let touching else { return }
        touched.append((lease, CalendarMonth(at: touching).index))
    }

    fileprivate mutating func changeClosed(
        _ tenant: String, _ contract: String?, _ change: (inout ClosedAccount) -> Void
    ) {
        var all = closed[tenant] ?? []
        let place = all.firstIndex { ($0.contract ?? "") >= (contract ?? "") } ?? all.count
        if place == all.count || all[place].contract != contract {
            all.insert(ClosedAccount(contract: contract), at: place)
        }
        change(&all[place])
        closed[tenant] = all
    }
}
