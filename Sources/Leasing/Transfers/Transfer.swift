// A lease, or a share of one, that its tenant wants another tenant to take over.

import FleetModel
public import Packing

/// Which units of a lease are meant.
public struct LeaseSelection: Equatable, Sendable {
    /// So many units of a line: the last ones in order of nodes.
    public struct Units: Equatable, Sendable {
        public var line: String
        public var count: Int

        public init(line: String, count: Int) {
            self.line = line
            self.count = count
        }
    }

    /// Everything that the lease holds on these nodes: dense, ascending ranges.
    public var nodes: [Range<Int>]
    public var units: [Units]
    /// Units of lines that were offered, by their hardware.
    var offered: [Offered] = []

    struct Offered: Equatable, Sendable {
        var line: String
        var hardware: Holdings
    }

    public init(nodes: [Range<Int>] = [], units: [Units] = []) {
        self.nodes = nodes
        self.units = units
    }
}

/// What is to be handed over, and to whom.
public struct TransferOrder: Equatable, Sendable {
    public var to: String
    /// Nil for all of the lease.
    public var selection: LeaseSelection?

    public init(to: String, selection: LeaseSelection? = nil) {
        self.to = to
        self.selection = selection
    }
}

/// One side's answer to a transfer.
public struct TransferReply: Equatable, Sendable {
    public var accepts: Bool
    /// The contract that the receiver takes the lease under; nil to keep the one that it is under.
    public var contract: String?
    /// The receiver's own name for the lease.
    public var label: String?

    public init(accepts: Bool, contract: String? = nil, label: String? = nil) {
        self.accepts = accepts
        self.contract = contract
        self.label = label
    }
}

/// A lease, or a share of it, that is offered to another tenant. It is handed over when everybody who has to has agreed.
public struct Transfer: Equatable, Sendable {
    public var number: UInt64
    public var lease: UInt64
    /// Who holds it.
    public var from: String
    /// Who is to hold it. Nothing tells the holder whether there is such a tenant.
    public var to: String
    /// The share that is meant, by permanent id; both empty for all of the lease.
    var nodes: [IDRange] = []
    var units: [LeaseSelection.Units] = []
    public var proposedBy: String
    public var reason: String
    public var proposedAt: Int64
    /// From when on nobody can agree any more.
    public var expiresAt: Int64
    /// What is offered, as it was when it was offered.
    var offered: LeaseRecord
    public var holderAgreed = false
    public var receiverAgreed = false
    public var providerAgreed = false
    /// Whether the provider has to agree.
    public var needsProvider: Bool
    /// The contract that the receiver takes it under, as it has said; nil for none.
    public var contract: String?
    /// Whether the lease stays under the contract and the version that it is under.
    public var keepsTerms = false
    var label: String?

    /// Whether it is all of the lease.
    public var isWhole: Bool { nodes.isEmpty && units.isEmpty }
    /// What is offered, at the rack.
    public var capacity: Capacity { offered.promised }
    public var end: Int64 { offered.end }
    public var start: Int64 { offered.start }
    public var cap: PowerCap { offered.cap }
    public var leaseClass: LeaseClass { offered.leaseClass }

    /// Whether nobody is missing.
    public var isAgreed: Bool { holderAgreed && receiverAgreed && (providerAgreed || !needsProvider) }

    /// The lines that are offered with their hardware, or nil when some of it is retired.
    public func lines(in book: Book) -> [LeaseLine]? { offered.linesNow(in: book) }

    /// Units of a line that are offered from each later time on at which they change.
    public func ramp(ofLine index: Int) -> [RampStep] { offered.rampOffered(ofLine: index) }

    /// What is offered from each later time on at which it changes.
    public func schedule(in book: Book) -> [ScheduleStep] { offered.scheduleOffered(in: book) }
}

/// What happened to a transfer, in the log of one of the tenants.
public struct TransferNote: Equatable, Sendable {
    public enum Event: UInt8, CaseIterable, Sendable {
        /// The holder, or an operator, offers it.
        case proposed
        /// The receiver hears of it.
        case offered
        case holderAgreed, receiverAgreed, providerAgreed
        case declined, withdrawn, expired

        /// Whether the transfer is over with it.
        public var isEnd: Bool { self == .declined || self == .withdrawn || self == .expired }
    }

    /// Whose log it belongs in.
    public var tenant: String
    public var event: Event
    /// As it is from then on.
    public var transfer: Transfer

    /// Whether the tenant's answer says something else by it: what the others have agreed to is not in it.
    var isSeen: Bool {
        switch event {
        case .proposed, .offered, .declined, .withdrawn, .expired: true
        case .holderAgreed: tenant == transfer.from
        case .receiverAgreed: tenant == transfer.to
        case .providerAgreed: false
        }
    }
}

/// Transfers that are open, by number. A value on shared pages, as the book is.
struct TransferTable: Sendable {
    var open = RadixTable<Transfer>()
    var nextNumber: UInt64 = 1
    /// Open at one time at most, for each tenant that offers.
    static let openMax = 100
    /// How long one stays open where no contract says it.
    static let expirySeconds: Int64 = 7 * 86_400
}

extension Book {
    /// Transfers that are open, in the order in which they were proposed.
    public var openTransfers: [Transfer] {
        var all: [Transfer] = []
        transfers.open.forEach { _, transfer in
            all.append(transfer)
            return true
        }
        return all
    }

    public func transfer(_ number: UInt64) -> Transfer? { transfers.open[number] }

    /// The transfer of a lease that is open, or nil.
    public func openTransfer(of lease: UInt64) -> Transfer? { openTransfers.first { $0.lease == lease } }
}
