// The statement of one tenant for one calendar month.

public import FleetModel
import HashTreeCollections

/// One lease in a statement, or those together that are no longer kept.
public struct StatementLine: Equatable, Sendable {
    /// Nil for leases that are no longer kept.
    public var lease: UInt64?
    /// How many leases it stands for.
    public var leaseCount = 1
    public var label: String?
    public var contract: String?
    public var sums: LedgerSums
}

/// What is due under one contract in one month.
public struct ContractStatement: Equatable, Sendable {
    public var contract: String
    /// The version that its credits follow: the last that held in the month.
    public var version: Int
    /// All of its leases.
    public var sums = LedgerSums()
    public var perMonthMicros: MicroDollars = 0
    public var perYearMicros: MicroDollars = 0
    public var gpuHoursMicros: MicroDollars = 0
    public var energyMicros: MicroDollars = 0
    public var creditMicros: MicroDollars = 0
    /// Hundredths of a percent of what was promised, rounded down; nil when nothing was.
    public var availabilityBasisPoints: Int64?
    /// What follows from its prices.
    public var chargeMicros: MicroDollars { perMonthMicros + perYearMicros + gpuHoursMicros + energyMicros }
    /// Never below zero.
    public var dueMicros: MicroDollars { max(0, chargeMicros - creditMicros) }
}

/// Everything of one tenant in one calendar month (UTC). Lines add up to `sums`, contracts to the amounts.
public struct LedgerStatement: Equatable, Sendable {
    public var tenant: String
    public var month: CalendarMonth
    /// The instant up to which it counts: the end of the month, or before it while the month goes on.
    public var until: Int64
    public var isClosed: Bool { until == month.seconds.upperBound }
    /// By contract, then by number; leases that are no longer kept come last of each contract.
    public var lines: [StatementLine] = []
    /// By name.
    public var contracts: [ContractStatement] = []
    /// What the tenant owes others for what it uses of theirs, and what others owe it. In nothing that is due to the provider.
    public var owed: [SubleaseLine] = []
    public var receivable: [SubleaseLine] = []

    /// All lines together.
    public var sums: LedgerSums { lines.reduce(into: LedgerSums()) { $0 += $1.sums } }
    public var chargeMicros: MicroDollars { contracts.reduce(0) { $0 + $1.chargeMicros } }
    public var creditMicros: MicroDollars { contracts.reduce(0) { $0 + $1.creditMicros } }
    public var dueMicros: MicroDollars { contracts.reduce(0) { $0 + $1.dueMicros } }
    public var owedMicros: MicroDollars { owed.reduce(0) { $0 + $1.amountMicros } }
    public var receivableMicros: MicroDollars { receivable.reduce(0) { $0 + $1.amountMicros } }
}

extension Book {
    /// The statement of a tenant for a month that has begun, until its end or `now`. What it says of a month that is over stays as
    /// it is. O(leases + rows of the tenant).
    public func statement(of tenant: String, month: CalendarMonth, now: Int64) -> LedgerStatement {
        let until = min(month.seconds.upperBound, max(now, month.start))
        var statement = LedgerStatement(tenant: tenant, month: month, until: until)
        var accounts: [String: ContractAccount] = [:]
        func add(_ rows: [LedgerRow], _ cover: ContractCover, to contract: String?) {
            guard let contract else { return }
            var account = accounts[contract] ?? ContractAccount(versions: contractsByName[contract]?.versions ?? [])
            account.rows.add(rows.filter { $0.month <= month.index })
            account.cover.add(cover)
            accounts[contract] = account
        }
        forEachLease { lease in
            guard lease.partOf == nil, lease.tenant == tenant else { return true }
            let rows = ledgerRows(of: lease.number, until: until)
            add(rows, cover(of: lease), to: lease.contract)
            let sums = rows.sums(of: month.index)
            if sums != LedgerSums() {
                statement.lines.append(
                    StatementLine(lease: lease.number, label: lease.label, contract: lease.contract, sums: sums))
            }
            return true
        }
        for account in ledger.closed[tenant] ?? [] {
            var rows = account.rows
            for unit in overdueUnits where unit.tenant == tenant && unit.contract == account.contract {
                if lease(unit.lease) == nil { unit.add(until: until, to: &rows) }
            }
            add(rows, account.cover, to: account.contract)
            let sums = rows.sums(of: month.index)
            if sums != LedgerSums() {
                statement.lines.append(
                    StatementLine(
                        lease: nil, leaseCount: account.leaseCount, contract: account.contract, sums: sums))
            }
        }
        statement.lines.sort { ($0.contract ?? "", $0.lease ?? .max) < ($1.contract ?? "", $1.lease ?? .max) }
        statement.contracts = accounts.keys.sorted().compactMap { name in
            accounts[name]!.statement(of: name, month, until: until)
        }
        statement.owed = subleaseLines(of: month, until: until) { $0.to == tenant }
        statement.receivable = subleaseLines(of: month, until: until) { $0.from == tenant }
        return statement
    }
}

extension ContractAccount {
    /// What one month comes to; nil when nothing was due or promised in it, and nothing is from now on.
    func statement(of name: String, _ month: CalendarMonth, until: Int64) -> ContractStatement? {
        let (before, after) = (charges(until: month.start), charges(until: until))
        let held = rows.last { $0.month == month.index }?.version
        let window = month.start..<min(until + 1, month.seconds.upperBound)
        let version = [held, cover.clamped(to: window).last?.version].compactMap(\.self).max()
        guard let version else { return nil }
        var result = ContractStatement(contract: name, version: version, sums: rows.sums(of: month.index))
        result.perMonthMicros = MicroDollars(clamping: after.perMonth - before.perMonth)
        result.perYearMicros = MicroDollars(clamping: after.perYear - before.perYear)
        result.gpuHoursMicros = MicroDollars(clamping: after.gpuHours - before.gpuHours)
        result.energyMicros = MicroDollars(clamping: after.energy - before.energy)
        result.availabilityBasisPoints = result.sums.gpus.availabilityBasisPoints
        result.creditMicros = min(result.chargeMicros, credit(result))
        return result
    }

    /// What the landlord gives back of a month's charge, rounded down.
    private func credit(_ month: ContractStatement) -> MicroDollars {
        let gpus = month.sums.gpus
        guard let terms = terms(month.version), gpus.promised > 0 else { return 0 }
        if !terms.credits.isEmpty {
            let (has, all) = (Int128(gpus.available) * 10_000, Int128(gpus.promised))
            let band = terms.credits.filter { has < Int128($0.belowBasisPoints) * all }.min {
                $0.belowBasisPoints < $1.belowBasisPoints
            }
            return MicroDollars(clamping: Int128(month.chargeMicros) * Int128(band?.creditBasisPoints ?? 0) / 10_000)
        }
        // Without a word on availability: the share of the base for what was late or beyond the terms, and what was charged by the
        // hour for GPUs that were up beyond the terms.
        let base = Int128(month.perMonthMicros) + Int128(month.perYearMicros)
        let share = base * Int128(gpus.late + gpus.breach) / Int128(gpus.promised)
        let hourly =
            gpus.delivered > 0
            ? Int128(month.gpuHoursMicros) * Int128(gpus.breach - gpus.breachStopped) / Int128(gpus.delivered) : 0
        return MicroDollars(clamping: share + hourly)
    }
}

extension GPUSums {
    /// What counts as delivered for availability: all that is promised, less what was late, down for longer than the contract
    /// excuses, or beyond its terms.
    public var available: Int64 { promised - late - (down - excused) - breach }

    /// In hundredths of a percent of what was promised, rounded down; nil when nothing was.
    public var availabilityBasisPoints: Int64? {
        promised > 0 ? Int64(Int128(available) * 10_000 / Int128(promised)) : nil
    }
}
