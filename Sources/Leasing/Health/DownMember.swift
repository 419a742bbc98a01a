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
}
