// What a notice would change of what is due, before it is served.

import FleetModel
import HashTreeCollections
import Packing

/// What a lease's contract comes to from a time on, if everything is delivered as it is booked.
public struct CostToCome: Equatable, Sendable {
    /// Prices for months and years, less discounts.
    public var baseMicros: MicroDollars = 0
    /// GPU-hours and energy of this lease.
    public var usageMicros: MicroDollars = 0
    /// Until when the prices for months and years are owed; nil where there are none.
    public var owedUntil: Int64?

    public var totalMicros: MicroDollars { MicroDollars(clamping: Int128(baseMicros) + Int128(usageMicros)) }
}

extension Book {
    /// What the contract of a lease comes to from a time on, with the lease as the book has it; nil without a contract. Prices for months
    /// and years are owed once for all of its leases, so others that run on owe them all the same. O(leases of the tenant).
    ///
    /// - Parameter isBound: whether what is left of the commitment is owed beyond its end, as when its tenant ends it.
    public func costToCome(of number: UInt64, from now: Int64, isBound: Bool) -> CostToCome? {
        guard let lease = lease(number), let name = lease.contract, let terms = terms(of: lease),
            let contract = contractsByName[name]
        else { return nil }
        var cost = CostToCome()
        var account = ContractAccount(versions: contract.versions)
        forEachLease { other in
            guard other.partOf == nil, other.tenant == lease.tenant, other.contract == name else { return true }
            account.cover.add(cover(of: other))
            return true
        }
        var until = lease.end
        if isBound, let seconds = terms.commitmentSeconds {
            until = max(until, lease.start + min(seconds, LedgerState.secondsMax))
        }
        if terms.hasBasePrice {
            account.cover.add(CoverPiece(from: lease.start, until: until, version: lease.contractVersion))
            cost.owedUntil = account.cover.pieces.last?.until
        }
        let last = max(now, account.cover.pieces.last?.until ?? now)
        let (before, after) = (account.charges(until: now), account.charges(until: last))
        cost.baseMicros = MicroDollars(
            clamping: after.perMonth - before.perMonth + after.perYear - before.perYear)
        var (eighths, joules) = (Int128(0), Int128(0))
        for part in liveParts(of: number) where part.state != .ending {
            let seconds = Int128(max(0, part.end - max(part.start, now)))
            eighths += Int128(quote(of: part.lines, cap: part.cap, seconds: 1, terms: nil).gpuEighths) * seconds
            joules += Int128(part.meterWatts) * seconds
        }
        cost.usageMicros = MicroDollars(
            clamping: Int128(terms.pricePerGPUHourMicros ?? 0) * eighths / (8 * 3_600)
                + Int128(terms.pricePerMWhMicros ?? 0) * joules / 3_600_000_000)
        return cost
    }
}
