// The account of one lease: what has been added up of all of its parts, and what is needed to go on.

import HashTreeCollections
import Packing

/// A node in use that is down, by permanent id.
struct DownUnit: Equatable, Sendable {
    var node: UInt32
    var since: Int64
}

extension [DownUnit] {
    /// Since when a node has been down, or nil. O(log).
    func since(_ node: UInt32) -> Int64? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].node < node { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].node == node ? self[low].since : nil
    }
}

/// A version of the contract that a lease was under before.
struct EarlierVersion: Equatable, Sendable {
    var version: Int
    /// When the next one began to hold.
    var until: Int64
}

/// What has been added up of a lease until each of its parts last changed (`Lease.accountedUntil`).
///
/// A lease that has not changed since its start has none.
struct LeaseAccount: Equatable, Sendable {
    var rows: [LedgerRow] = []
    /// Oldest first.
    var earlier: [EarlierVersion] = []
    /// In order of ids.
    var down: [DownUnit] = []

    var isBlank: Bool { self == LeaseAccount() }
}

/// A node whose turn-round after a lease is over its time.
struct OverdueUnit: Equatable, Sendable {
    /// The part that held it.
    var part: UInt64
    var lease: UInt64
    var tenant: String
    var contract: String?
    var version: Int
    /// Thousandths of a GPU.
    var milliGPUs: Int64
    /// When the turn-round should have been over.
    var since: Int64
}

/// What leases that are no longer kept come to under one contract.
struct ClosedAccount: Equatable, Sendable {
    var contract: String?
    var leaseCount = 0
    var rows: [LedgerRow] = []
    var cover = ContractCover()
}

/// All accounts of a book.
struct LedgerState: Sendable {
    /// The longest that a clause counts for, so that adding it to a time stays within 64 bits.
    static let secondsMax: Int64 = 1 << 47

    /// Of leases that are kept, by number.
    var accounts = RadixTable<LeaseAccount>()
    /// By the permanent id of the node.
    var overdue = RadixTable<[OverdueUnit]>()
    /// Of leases that are no longer kept, by tenant and then in order of contracts.
    var closed = TreeDictionary<String, [ClosedAccount]>()
    /// When what is being applied takes effect: the last time that a fact of the entry has stated, else when it was recorded.
    var effectiveAt = Int64.min
    /// Accounts that the entry has added to, with the first month of each.
    var touched: [(lease: UInt64, month: Int64)] = []
}
