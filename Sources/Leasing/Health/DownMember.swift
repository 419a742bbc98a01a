// Members of a lease that are down, and until when they have to be replaced.

public import FleetModel
import Packing

/// A node in use for a lease that is down.
public struct DownMember: Equatable, Sendable {
    public let node: NodeIndex
    public let since: Int64
    /// Until when its contract lets it be missing; nil without such a clause. The ledger counts it from then on.
    public let replaceBy: Int64?
}

extension Book {
    /// The members of a lease that are down, by node. O(nodes that are down × log).
    public func downMembers(of whole: WholeLease) -> [DownMember] {
        guard !whole.downNodes.isEmpty else { return [] }
        let seconds = terms(of: whole.lease)?.replacementSeconds
        let known = ledger.accounts[whole.lease.number]?.down ?? []
        return whole.downNodes.map { node in
            let since = known.since(register.id(of: NodeIndex(node)).number) ?? whole.lease.start
            let replaceBy = seconds.map { since + min($0, LedgerState.secondsMax) }
            return DownMember(node: NodeIndex(node), since: since, replaceBy: replaceBy)
        }
    }

    /// Leases that have members down, and how many of these have waited for a replacement for longer than their contracts
    /// allow. O(parts with members that are down).
    public func degradedLeases(at now: Int64) -> (count: Int, overdue: Int) {
        var leases: Set<UInt64> = []
        health.waiting.forEach { number, _ in
            if let lease = lease(number), lease.isInWindow, !lease.downNodes.isEmpty {
                leases.insert(lease.leaseNumber)
            }
            return true
        }
        let overdue = leases.count { number in
            guard let whole = wholeLease(number) else { return false }
            return downMembers(of: whole).contains { member in member.replaceBy.map { $0 < now } ?? false }
        }
        return (leases.count, overdue)
    }
}
