// The plain tables that people query with sqlite3, written in the transaction of the facts they follow from.

import FleetModel
public import Journaling
public import Leasing
import Packing

/// Tables derived from facts. They can be dropped and rebuilt at any time.
public enum Projections {
    /// Raised whenever the tables or what they hold change; the journal then asks for a rebuild.
    public static let version = 7

    public static let tables: [ProjectionTable] = [
        ProjectionTable(
            name: "leases",
            columns: [
                // By number, so that new leases go to the end of the table.
                .init("number", .integer), .init("id", .text), .init("tenant", .text, indexed: true),
                .init("contract", .text), .init("label", .text), .init("class", .text),
                .init("state", .text), .init("start", .text), .init("end", .text),
                .init("gpus", .integer), .init("mig_instances", .integer), .init("watts", .integer),
                .init("watts_at_meter", .integer), .init("hardware", .text), .init("revision", .integer),
            ], primaryKeyColumnCount: 1),
        ProjectionTable(
            name: "tenants",
            columns: [
                .init("name", .text), .init("quota_gpus", .integer), .init("quota_watts", .integer),
                .init("description", .text),
            ], primaryKeyColumnCount: 1),
        ProjectionTable(
            name: "contracts",
            columns: [
                .init("name", .text), .init("tenant", .text), .init("price_per_month_micros", .integer),
                .init("price_per_year_micros", .integer), .init("description", .text),
            ], primaryKeyColumnCount: 1),
        ProjectionTable(
            name: "maintenance",
            columns: [
                .init("name", .text), .init("number", .integer), .init("next_start", .text), .init("next_end", .text),
                .init("windows", .integer), .init("nodes", .integer), .init("hardware", .text), .init("reason", .text),
                .init("rule", .text), .init("time_zone", .text), .init("actor", .text),
            ], primaryKeyColumnCount: 1),
        ProjectionTable(
            name: "feed_failures",
            columns: [
                .init("budget", .text), .init("source", .text), .init("since", .text), .init("actor", .text),
                .init("reason", .text),
            ], primaryKeyColumnCount: 2),
        ledgerTable,
        ProjectionTable(
            name: "audit",
            columns: [
                .init("revision", .integer), .init("recorded_at", .text), .init("actor", .text), .init("role", .text),
                .init("reason", .text), .init("request_id", .text), .init("what", .text), .init("about", .text),
            ], primaryKeyColumnCount: 1),
    ]

    /// The rows that an entry changes, `book` being the state after it and `subjects` whom its facts are about.
    static func writes(
        for entry: Entry, about subjects: [FactSubject?], after book: Book
    ) -> [ProjectionWrite] {
        var writes: [ProjectionWrite] = []
        var leases: [UInt64] = []
        // Facts of one lease follow one another.
        var last: UInt64?
        for fact in entry.facts {
            switch fact {
            case .tenantPut(let name, _, _): writes.append(tenantRow(name, book))
            case .tenantRemoved(let name, _): writes.append(.delete(table: "tenants", key: [.text(name)]))
            case .contractPut(let name, let terms): writes.append(contractRow(name, terms))
            case .contractRemoved(let name): writes.append(.delete(table: "contracts", key: [.text(name)]))
            case .feedFailed(let failure):
                writes.append(
                    .upsert(
                        table: "feed_failures",
                        values: [
                            .text(failure.budget), .text(failure.source ?? ""), .text(RFC3339.text(failure.since)),
                            .text(failure.actor), .text(failure.reason),
                        ]))
            case .feedRestored(let budget, let source):
                writes.append(.delete(table: "feed_failures", key: [.text(budget), .text(source ?? "")]))
            case .maintenanceSet(let record): writes.append(maintenanceRow(record.name, book))
            case .maintenanceRemoved(let name), .maintenanceOver(let name, _): writes.append(maintenanceRow(name, book))
            case .leaseSplit(let split):
                for number in [split.lease, split.newLease] where !leases.contains(number) { leases.append(number) }
            default:
                // A part that is over may be forgotten already; its lease is named by another fact then.
                guard let number = fact.leaseNumber, number != last, let lease = book.holder(of: number)?.lease else {
                    continue
                }
                last = number
                if !leases.contains(lease) { leases.append(lease) }
            }
        }
        writes += leases.compactMap { book.wholeLease($0).map { leaseRow($0, book) } }
        writes += ledgerWrites(after: book)
        writes.append(auditRow(entry, about: subjects))
        return writes
    }

    private static func leaseRow(_ whole: WholeLease, _ book: Book) -> ProjectionWrite {
        let lease = whole.lease
        let hardware = whole.lines.flatMap { LeaseHardware.paths(of: $0.holdings, in: book.fleet) }
        return .upsert(
            table: "leases",
            values: [
                .integer(Int64(lease.number)), .text(book.naming.id(of: lease.number)), .text(lease.tenant),
                optional(lease.contract), optional(lease.label), .text(lease.leaseClass.name),
                .text(whole.state.name), .text(RFC3339.text(lease.start)), .text(RFC3339.text(lease.end)),
                .integer(Int64(whole.promised.gpus)), .integer(Int64(whole.promised.migInstances)),
                .integer(whole.promised.watts), .integer(whole.meterWatts), .text(hardware.joined(separator: " ")),
                .integer(Int64(whole.revision)),
            ])
    }

    private static func tenantRow(_ name: String, _ book: Book) -> ProjectionWrite {
        let tenant = book.tenant(name)
        return .upsert(
            table: "tenants",
            values: [
                .text(name), optional(tenant?.quota.gpus.map(Int64.init)), optional(tenant?.quota.watts),
                .text(tenant?.description ?? ""),
            ])
    }

    private static func contractRow(_ name: String, _ terms: ContractTerms) -> ProjectionWrite {
        .upsert(
            table: "contracts",
            values: [
                .text(name), optional(terms.tenant), optional(terms.pricePerMonthMicros),
                optional(terms.pricePerYearMicros), .text(terms.description),
            ])
    }

    /// The maintenance as it is after the change, or gone.
    private static func maintenanceRow(_ name: String, _ book: Book) -> ProjectionWrite {
        guard let item = book.maintenance(named: name) else { return .delete(table: "maintenance", key: [.text(name)]) }
        let next = item.plan.windows[0]
        return .upsert(
            table: "maintenance",
            values: [
                .text(name), .integer(Int64(item.number)), .text(RFC3339.text(next.lowerBound)),
                .text(RFC3339.text(next.upperBound)), .integer(Int64(item.plan.windows.count)),
                .integer(Int64(item.nodeCount)),
                .text(HardwarePaths(item.plan.nodes, in: book.fleet).paths.joined(separator: " ")),
                .text(item.plan.reason), optional(item.plan.rule), optional(item.plan.timeZone), .text(item.actor),
            ])
    }

    /// The audit log's line for an entry, whose facts are about `subjects`.
    public static func auditRow(_ entry: Entry, about subjects: [FactSubject?]) -> ProjectionWrite {
        .upsert(
            table: "audit",
            values: [
                .integer(Int64(entry.revision)), .text(RFC3339.text(entry.recordedAt)), .text(entry.actor.name),
                .text(entry.actor.role), .text(entry.reason), .text(entry.requestID),
                .text(entry.facts.map(\.word).joined(separator: ", ")), .text(FactSubjects.text(subjects)),
            ])
    }

    private static func optional(_ text: String?) -> ProjectionValue { text.map { .text($0) } ?? .null }
    private static func optional(_ number: Int64?) -> ProjectionValue { number.map { .integer($0) } ?? .null }
}

extension Entry {
    /// What happened, in words, leases by number.
    public var words: [String] { facts.map(\.word) }

    /// The same, leases under the names that `name` gives to numbers, those of parts among them.
    public func words(_ name: (UInt64) -> String) -> [String] {
        facts.map { $0.words(lease: $0.leaseNumber.map(name) ?? "") }
    }
}

extension TransferNote {
    /// What happened, as the tenant whose log it is in has it.
    fileprivate func words(lease: String) -> String {
        let isHolder = tenant == transfer.from
        let what = isHolder ? "lease \(lease)" : "a lease of \(transfer.from)"
        return switch event {
        case .proposed: "offer \(what) to \(transfer.to)"
        case .offered: "be offered \(what)"
        case .holderAgreed: isHolder ? "agree to hand over \(what)" : "\(transfer.from) agrees to hand over a lease"
        case .receiverAgreed: isHolder ? "\(transfer.to) agrees to take over \(what)" : "agree to take over \(what)"
        case .providerAgreed: "the provider approves the transfer of \(what)"
        case .declined: "the transfer of \(what) is declined"
        case .withdrawn: "the offer of \(what) is withdrawn"
        case .expired: "the offer of \(what) expires"
        }
    }
}

extension SubleaseNote {
    /// What happened, as the tenant whose log it is in has it.
    fileprivate func words(lease: String) -> String {
        let isHolder = tenant == sublease.from
        let what = isHolder ? "lease \(lease)" : "a lease of \(sublease.from)"
        return switch event {
        case .proposed: "offer to let \(what) to \(sublease.to)"
        case .offered: "be offered the use of \(what)"
        case .holderAgreed: isHolder ? "agree to let \(what)" : "\(sublease.from) agrees to let a lease"
        case .tenantAgreed: isHolder ? "\(sublease.to) agrees to use \(what)" : "agree to use \(what)"
        case .providerAgreed: "the provider approves that \(what) is let"
        case .declined: "the offer to let \(what) is declined"
        case .withdrawn: "the offer to let \(what) is withdrawn"
        case .expired: "the offer to let \(what) expires"
        case .begun: isHolder ? "\(what) is let to \(sublease.to)" : "use \(what)"
        case .noticeGiven: "notice that \(what) is let until \(RFC3339.text(sublease.end)) only"
        case .over: "\(what) is let no more: \(endingWords)"
        }
    }

    private var endingWords: String {
        switch sublease.ending {
        case .expired, nil: "its time is over"
        case .handedBack: "\(sublease.to) gives it back"
        case .ended: "\(sublease.from) has given notice"
        case .cut: "the lease is over"
        }
    }
}

extension Fact {
    /// The lease, or the part of one, that a fact is about, if it is about one.
    public var leaseNumber: UInt64? {
        switch self {
        case .leaseGranted(let record): record.leaseNumber
        case .leasePartGranted(let record), .leasePartAmended(let record): record.leaseNumber
        case .leaseMoved(let number, _, _), .leaseMembersDown(let number, _, _), .leaseCapStepped(let number, _),
            .leaseTermsRenewed(let number):
            number
        case .memberReplaced(let replacement): replacement.lease
        case .spareReturned(let spare): spare.lease
        case .reclaimSet(let reclaim): reclaim.lease
        case .leaseSplit(let split): split.lease
        case .leaseHandedOver(let number, _, _): number
        case .leaseTakenOver(let takeover): takeover.newLease
        case .transferNoted(let note): note.transfer.lease
        case .subleaseNoted(let note): note.sublease.lease
        case .leaseCurtailed(let number, _, _), .leasePowerSettled(let number, _), .noticeAcknowledged(let number, _):
            number
        default: nil
        }
    }

    /// What happened, in a word or two.
    var word: String { words(lease: leaseNumber.map { String($0) } ?? "") }

    /// The same, with the lease under another name than its number.
    public func words(lease: String) -> String {
        switch self {
        case .bookOpened: "open book"
        case .upgradeFinalised(let level): "finalise the upgrade to format level \(level)"
        case .fleetAdopted: "adopt fleet"
        case .tenantPut(let name, _, _): "put tenant \(name)"
        case .tenantRemoved(let name, _): "remove tenant \(name)"
        case .tenantShared(let name, let share):
            "put tenant \(name) " + (share.cohort.map { "in cohort \($0)" } ?? "in no cohort")
        case .cohortSet(let cohort): "put cohort \(cohort.name)"
        case .cohortRemoved(let name): "remove cohort \(name)"
        case .contractPut(let name, _): "put contract \(name)"
        case .contractRemoved(let name): "remove contract \(name)"
        case .leaseGranted: "grant lease \(lease)"
        case .leasePartGranted: "grant a part of lease \(lease)"
        case .leasePartAmended: "amend lease \(lease)"
        case .approvalAsked(let approval): "ask for approval \(approval.number)"
        case .approvalEnded(let number, let end): "approval \(number) \(end.name)"
        case .reclaimSet: "notice on lease \(lease)"
        case .leaseSplit: "split lease \(lease)"
        case .leaseHandedOver: "hand over lease \(lease)"
        case .leaseTakenOver: "take over lease \(lease)"
        case .transferNoted(let note): note.words(lease: lease)
        case .subleaseNoted(let note): note.words(lease: lease)
        case .tokenMade(let token):
            "make token \(token.name) for \(token.owner.name) with \(token.scopes.names.joined(separator: ", "))"
        case .tokenRevoked(_, let owner, let name): "revoke token \(name) of \(owner.name)"
        case .leaseTermsRenewed: "renew the terms of lease \(lease)"
        case .leaseCapStepped: "step the cap of lease \(lease)"
        case .leaseMoved(_, let event, _): "\(event.name) lease \(lease)"
        case .leaseMembersDown(_, let nodes, _):
            "lease \(lease) has \(nodes.reduce(0) { $0 + Int($1.count) }) nodes down"
        case .memberReplaced: "replace a node of lease \(lease)"
        case .nodesSet(let nodes, let health, _): "set \(nodes.reduce(0) { $0 + Int($1.count) }) nodes \(health)"
        case .nodesCleaned: "nodes cleaned"
        case .nodesReturned: "nodes returned"
        case .nodesOverdue: "nodes overdue"
        case .loadTargetSet(let target): "set load target \(target.key.id) on \(target.key.budget)"
        case .leaseCurtailed(_, let target, _): "curtail lease \(lease) under load target \(target.id)"
        case .leasePowerSettled: "settle the power of lease \(lease)"
        case .orderAcknowledged(let number, _): "acknowledge order \(number)"
        case .orderOverdue(let number): "order \(number) overdue"
        case .noticeAcknowledged: "acknowledge a notice to lease \(lease)"
        case .frozen: "freeze"
        case .unfrozen: "unfreeze"
        case .clockConfirmed: "confirm the clock"
        case .backupBegun(let path): "begin a backup to \(path)"
        case .feedFailed(let failure): "fail \(failure.source.map { "source \($0) of " } ?? "")\(failure.budget)"
        case .feedRestored(let budget, let source): "restore \(source.map { "source \($0) of " } ?? "")\(budget)"
        case .nodesDarkened(let nodes): "\(nodes.reduce(0) { $0 + Int($1.count) }) nodes dark"
        case .maintenanceSet(let record): "set maintenance \(record.name)"
        case .maintenanceRemoved(let name): "remove maintenance \(name)"
        case .maintenanceOver(let name, _): "maintenance \(name) over"
        case .gpusIdentified(let identities): "identify the GPUs of \(identities.count) nodes"
        case .faultReported(let report): "report a fault\(report.xid.map { " (XID \($0))" } ?? "")"
        case .faultDecided(let verdict): "fault report \(verdict.state.name)"
        case .repairBegun(let nodes, _): "begin the repair of \(nodes.reduce(0) { $0 + Int($1.count) }) nodes"
        case .spareReturned: "return a spare to lease \(lease)"
        }
    }
}
