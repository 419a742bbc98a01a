// A tenant's statement for one calendar month.

/// GPUs over time, in thousandths of a GPU-second: a GPU for an hour is 3,600,000. MIG instances count by their memory slices, 125
/// each for a second. `promised` is `delivered + degraded + lateAtStart + stopped`.
public struct LedgerGPUs: Codable, Sendable, Equatable {
    /// What the leases promise.
    public var promised: Int
    /// Handed over, up and not stopped.
    public var delivered: Int
    /// Handed over and down.
    public var degraded: Int
    /// The part of `degraded` within the replacement deadline.
    public var excused: Int
    /// Not handed over although the window had begun.
    public var lateAtStart: Int
    /// Stopped by a load target.
    public var stopped: Int
    /// Up, and lowered or stopped within the terms.
    public var curtailed: Int
    /// Up, and lowered or stopped beyond the terms.
    public var breach: Int
    /// The part of `stopped` beyond the terms.
    public var breachStopped: Int
    /// Turn-round over its time that nobody had reported; in no promise.
    public var lateAtHandBack: Int

    /// Every field.
    public init(
        promised: Int, delivered: Int, degraded: Int, excused: Int, lateAtStart: Int, stopped: Int, curtailed: Int,
        breach: Int, breachStopped: Int, lateAtHandBack: Int
    ) {
        self.promised = promised
        self.delivered = delivered
        self.degraded = degraded
        self.excused = excused
        self.lateAtStart = lateAtStart
        self.stopped = stopped
        self.curtailed = curtailed
        self.breach = breach
        self.breachStopped = breachStopped
        self.lateAtHandBack = lateAtHandBack
    }
}

/// Energy in joules; a MWh is 3,600,000,000.
public struct LedgerEnergy: Codable, Sendable, Equatable {
    /// At the caps that were agreed.
    public var promised: Int
    /// Less what was down, late, lowered or stopped.
    public var delivered: Int
    /// Taken by load targets within the terms.
    public var curtailed: Int
    /// Taken beyond them.
    public var breach: Int

    /// Every field.
    public init(promised: Int, delivered: Int, curtailed: Int, breach: Int) {
        self.promised = promised
        self.delivered = delivered
        self.curtailed = curtailed
        self.breach = breach
    }
}

/// The sums of a line, of a contract or of the whole statement.
public struct LedgerAmounts: Codable, Sendable, Equatable {
    /// GPUs over time.
    public var gpuMilliseconds: LedgerGPUs
    /// Energy at the racks.
    public var joulesAtRack: LedgerEnergy
    /// Energy at the meters of the sites.
    public var joulesAtMeter: LedgerEnergy

    /// Every field.
    public init(gpuMilliseconds: LedgerGPUs, joulesAtRack: LedgerEnergy, joulesAtMeter: LedgerEnergy) {
        self.gpuMilliseconds = gpuMilliseconds
        self.joulesAtRack = joulesAtRack
        self.joulesAtMeter = joulesAtMeter
    }
}

/// One lease, or those of a contract together that are no longer kept.
public struct LedgerLine: Codable, Sendable, Equatable {
    /// The lease; absent: leases that are no longer kept.
    public var lease: String?
    /// How many leases it stands for.
    public var leases: Int
    /// Its name; absent: it has none.
    public var label: String?
    /// Its contract; absent: none.
    public var contract: String?
    /// What it comes to.
    public var sums: LedgerAmounts

    /// Every field; those left out are absent.
    public init(lease: String?, leases: Int, label: String?, contract: String?, sums: LedgerAmounts) {
        self.lease = lease
        self.leases = leases
        self.label = label
        self.contract = contract
        self.sums = sums
    }
}

/// What is due under one contract.
public struct LedgerContract: Codable, Sendable, Equatable {
    /// The contract.
    public var contract: String
    /// The version whose terms the credits follow.
    public var version: Int
    /// All of its leases together.
    public var sums: LedgerAmounts
    /// What was available of what was promised; absent: nothing was promised.
    public var availabilityPercent: Percentage?
    /// Of the price for months.
    public var perMonth: Money
    /// Of the price for years.
    public var perYear: Money
    /// For GPU-hours delivered.
    public var gpuHours: Money
    /// For energy delivered at the meter.
    public var energy: Money
    /// The four together.
    public var charge: Money
    /// What is given back.
    public var credit: Money
    /// The charge less the credit.
    public var due: Money

    /// Every field; those left out are absent.
    public init(
        contract: String, version: Int, sums: LedgerAmounts, availabilityPercent: Percentage?, perMonth: Money,
        perYear: Money, gpuHours: Money, energy: Money, charge: Money, credit: Money, due: Money
    ) {
        self.contract = contract
        self.version = version
        self.sums = sums
        self.availabilityPercent = availabilityPercent
        self.perMonth = perMonth
        self.perYear = perYear
        self.gpuHours = gpuHours
        self.energy = energy
        self.charge = charge
        self.credit = credit
        self.due = due
    }
}

/// What one tenant owes another one for a sub-lease, or for those together that are no longer kept.
public struct LedgerSublease: Codable, Sendable, Equatable {
    /// The sub-lease; absent: sub-leases that are no longer kept.
    public var sublease: String?
    /// How many sub-leases it stands for.
    public var subleases: Int
    /// The lease that is let; its tenant is not told.
    public var lease: String?
    /// Who is owed.
    public var from: String
    /// Who owes.
    public var to: String
    /// The tenant's own name for it; the holder is not told.
    public var label: String?
    /// GPUs delivered over time, in thousandths of a GPU-second.
    public var delivered: Int
    /// For each GPU-hour; absent: nothing was agreed, or several prices are together.
    public var pricePerGpuHour: Money?
    /// What is owed.
    public var amount: Money

    /// Every field; those left out are absent.
    public init(
        sublease: String?, subleases: Int, lease: String?, from: String, to: String, label: String?, delivered: Int,
        pricePerGpuHour: Money?, amount: Money
    ) {
        self.sublease = sublease
        self.subleases = subleases
        self.lease = lease
        self.from = from
        self.to = to
        self.label = label
        self.delivered = delivered
        self.pricePerGpuHour = pricePerGpuHour
        self.amount = amount
    }
}

/// A tenant's statement. Lines add up to `sums`, contracts to the amounts.
public struct LedgerAnswer: Codable, Sendable, Equatable {
    /// The tenant.
    public var tenant: String
    /// The calendar month (UTC), such as `2026-12`.
    public var month: String
    /// The instant up to which it counts.
    public var until: Timestamp
    /// Whether the month is over, so that the statement stays as it is.
    public var closed: Bool
    /// By contract; leases that are no longer kept come last of each.
    public var leases: [LedgerLine]
    /// By name.
    public var contracts: [LedgerContract]
    /// All lines together.
    public var sums: LedgerAmounts
    /// All contracts together.
    public var charge: Money
    /// All contracts together.
    public var credit: Money
    /// All contracts together.
    public var due: Money
    /// The signed head of the tenant's audit log as the statement was made; absent while nothing is signed.
    public var auditHead: AuditHead?
    /// What the tenant owes other tenants for what it uses of theirs, in nothing that is due above; absent: nothing.
    public var owed: [LedgerSublease]?
    /// What other tenants owe it; absent: nothing.
    public var receivable: [LedgerSublease]?

    /// Every field; those left out are absent.
    public init(
        tenant: String, month: String, until: Timestamp, closed: Bool, leases: [LedgerLine],
        contracts: [LedgerContract], sums: LedgerAmounts, charge: Money, credit: Money, due: Money,
        auditHead: AuditHead? = nil, owed: [LedgerSublease]? = nil, receivable: [LedgerSublease]? = nil
    ) {
        self.owed = owed
        self.receivable = receivable
        self.auditHead = auditHead
        self.tenant = tenant
        self.month = month
        self.until = until
        self.closed = closed
        self.leases = leases
        self.contracts = contracts
        self.sums = sums
        self.charge = charge
        self.credit = credit
        self.due = due
    }
}
