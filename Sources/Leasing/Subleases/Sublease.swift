// A lease, or a share of one, that its tenant lets another tenant use while it keeps the lease itself.

import FleetModel
public import Packing

/// What is to be let, to whom, and for how much.
public struct SubleaseOrder: Equatable, Sendable {
    public var to: String
    /// Nil for all of the lease; a share is split off first.
    public var selection: LeaseSelection?
    /// Nil until the lease ends.
    public var end: Int64?
    /// What the tenant owes the holder for each GPU-hour that is delivered; nil for nothing.
    public var pricePerGPUHourMicros: MicroDollars?
    /// How long before the holder may end it the tenant is told; nil: the holder may not end it before its end.
    public var noticeSeconds: Int64?

    public init(
        to: String, selection: LeaseSelection? = nil, end: Int64? = nil, pricePerGPUHourMicros: MicroDollars? = nil,
        noticeSeconds: Int64? = nil
    ) {
        self.to = to
        self.selection = selection
        self.end = end
        self.pricePerGPUHourMicros = pricePerGPUHourMicros
        self.noticeSeconds = noticeSeconds
    }
}

/// The right of one tenant to use what another one holds, from when everybody has agreed until its end.
///
/// It books nothing: the lease stays its holder's, with all that follows from that.
public struct Sublease: Equatable, Sendable {
    /// How it came to its end.
    public enum Ending: UInt8, CaseIterable, Sendable {
        /// Its time was over.
        case expired
        /// The tenant gave it back before.
        case handedBack
        /// The holder ended it, after the notice that was agreed.
        case ended
        /// The lease under it was over before.
        case cut
    }

    public var number: UInt64
    /// The lease that is let. Of a share, the lease that it is split off, until everybody has agreed.
    public var lease: UInt64
    /// Who holds it.
    public var from: String
    /// Who uses it. Nothing tells the holder whether there is such a tenant.
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
    /// When it ends, unless the lease under it ends before.
    public var end: Int64
    public var pricePerGPUHourMicros: MicroDollars?
    public var noticeSeconds: Int64?
    public var holderAgreed = false
    public var tenantAgreed = false
    public var providerAgreed = false
    /// Whether the provider has to agree.
    public var needsProvider: Bool
    /// The tenant's own name for it.
    public var label: String?
    /// When everybody had agreed; nil while it is offered.
    public var agreedAt: Int64?
    /// When the holder gave notice; `end` says since then when that is over.
    public var noticeGivenAt: Int64?
    /// When it was over; nil before.
    public var endedAt: Int64?
    public var ending: Ending?

    /// Whether it is all of the lease.
    public var isWhole: Bool { nodes.isEmpty && units.isEmpty }
    /// What is offered, at the rack.
    public var capacity: Capacity { offered.promised }
    public var cap: PowerCap { offered.cap }
    public var leaseClass: LeaseClass { offered.leaseClass }
    /// From when on it is used: since everybody agreed, or from the start of the lease.
    public var start: Int64 { max(agreedAt ?? proposedAt, offered.start) }
    /// Whether it is agreed and not over.
    public var isInForce: Bool { agreedAt != nil && endedAt == nil }

    var isAgreed: Bool { holderAgreed && tenantAgreed && (providerAgreed || !needsProvider) }
    /// The time that the tenant pays for.
    var window: Range<Int64> { start..<max(start, min(end, endedAt ?? end)) }

    /// The lines that are offered with their hardware, or nil when some of it is retired.
    public func lines(in book: Book) -> [LeaseLine]? { offered.linesNow(in: book) }

    /// Units of a line that are offered from each later time on at which they change.
    public func ramp(ofLine index: Int) -> [RampStep] { offered.rampOffered(ofLine: index).filter { $0.at < end } }

    /// What is offered from each later time on at which it changes.
    public func schedule(in book: Book) -> [ScheduleStep] { offered.scheduleOffered(in: book).filter { $0.at < end } }
}

/// What happened to a sub-lease, in the log of one of the tenants.
public struct SubleaseNote: Equatable, Sendable {
    public enum Event: UInt8, CaseIterable, Sendable {
        /// The holder, or an operator, offers it.
        case proposed
        /// The tenant that it is for hears of it.
        case offered
        case holderAgreed, tenantAgreed, providerAgreed
        case declined, withdrawn, expired
        /// Everybody has agreed.
        case begun
        /// The holder says that it ends before its end.
        case noticeGiven
        /// It is over; the sub-lease says how.
        case over
    }

    /// Whose log it belongs in.
    public var tenant: String
    public var event: Event
    /// As it is from then on.
    public var sublease: Sublease

    /// Whether the tenant's answer says something else by it: what the others have agreed to is not in it.
    var isSeen: Bool {
        switch event {
        case .proposed, .offered, .declined, .withdrawn, .expired, .begun, .noticeGiven, .over: true
        case .holderAgreed: tenant == sublease.from
        case .tenantAgreed: tenant == sublease.to
        case .providerAgreed: false
        }
    }
}

extension Book {
    /// Sub-leases that are offered, in the order in which they were proposed.
    public var openSubleases: [Sublease] { subleases.open.all }

    /// Sub-leases that are agreed and not over, by number.
    public var subleasesInForce: [Sublease] { subleases.inForce.all }

    /// Sub-leases that are over and still kept, by number.
    public var subleasesOver: [Sublease] { subleases.over.all }

    /// A sub-lease that is offered, in force, or over and still kept. O(log).
    public func sublease(_ number: UInt64) -> Sublease? {
        subleases.open[number] ?? subleases.inForce[number] ?? subleases.over[number]
    }

    /// The sub-lease that is in force on a lease, or nil. O(log).
    public func sublease(on lease: UInt64) -> Sublease? {
        subleases.byLease[lease].flatMap { subleases.inForce[$0] }
    }

    /// The offer to let a lease that is open, or nil.
    public func openSublease(of lease: UInt64) -> Sublease? { openSubleases.first { $0.lease == lease } }

    /// Until when what is let may be used: its end, or that of the lease under it, which a notice may have brought forward. One that
    /// was over before its start ends at that.
    public func end(of sublease: Sublease) -> Int64 {
        let isBounded = sublease.isInForce || sublease.agreedAt == nil
        let end = isBounded ? lease(sublease.lease).map { min($0.end, sublease.end) } : nil
        return sublease.endedAt.map { max($0, sublease.start) } ?? end ?? sublease.end
    }

    /// What a sub-lease is called: nothing that says how many others there are.
    public func subleaseID(_ number: UInt64) -> String {
        "s-" + naming.id(of: Self.subleaseMark | number).dropFirst(2)
    }

    /// The sub-lease of that id, or nil.
    public func sublease(id: String) -> Sublease? { subleaseNumber(of: id).flatMap { sublease($0) } }

    /// The number of a sub-lease, or nil when its id is not spelt like one.
    public func subleaseNumber(of id: String) -> UInt64? {
        guard id.hasPrefix("s-"), let number = naming.number(of: "l-" + id.dropFirst(2)),
            number & Self.subleaseMark == Self.subleaseMark
        else { return nil }
        return number & ~Self.subleaseMark
    }

    /// Tells sub-leases from leases, notices and transfers.
    private static let subleaseMark: UInt64 = 0b11 << 60
}

extension RadixTable where Value == Sublease {
    fileprivate var all: [Sublease] {
        var all: [Sublease] = []
        forEach { _, sublease in
            all.append(sublease)
            return true
        }
        return all
    }
}
