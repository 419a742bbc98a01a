// Capacity that is taken back under a clause, or given back after a notice.

import FleetModel
import Packing

/// Under which clause a notice was served.
public enum ReclaimClause: Equatable, Sendable {
    case cause(String)
    case convenience
    /// Either side ends the lease by its notice.
    case cancellation(byTenant: Bool)
    /// An opportunistic lease gives way to one whose class comes first. Not a reclaim: nobody asks for this one to end.
    case preemption(for: UInt64)

    /// Whether it is a preemption, for whichever lease.
    public var isPreemption: Bool { if case .preemption = self { true } else { false } }
}

/// How many GPUs a lease keeps from a time on.
public struct ReclaimStep: Equatable, Sendable {
    public var at: Int64
    public var gpus: Int

    public init(at: Int64, gpus: Int) {
        self.at = at
        self.gpus = gpus
    }
}

/// What a notice is asked to say.
public struct ReclaimOrder: Equatable, Sendable {
    public var clause: ReclaimClause
    /// What is kept from when on; empty for nothing from the end of the notice on, in the steps of the contract's off-ramp.
    public var steps: [ReclaimStep]
    /// GPUs that are taken back, where the steps follow from the off-ramp; nil for all that may be.
    public var gpus: Int?

    public init(clause: ReclaimClause, steps: [ReclaimStep] = [], gpus: Int? = nil) {
        self.clause = clause
        self.steps = steps
        self.gpus = gpus
    }
}

/// A notice that was served on a lease.
public struct Reclaim: Equatable, Sendable {
    /// A part that ends earlier by it, as it was before.
    struct Cut: Equatable, Sendable {
        var part: UInt64
        var end: Int64
        var capSteps: [CapStep]
    }

    public let lease: UInt64
    /// By which the tenant acknowledges it.
    public let notice: UInt64
    public let clause: ReclaimClause
    public let servedAt: Int64
    public let actor: String
    public let reason: String
    /// In order of time.
    public var steps: [ReclaimStep]
    /// GPUs that the lease held when it was served.
    public let gpusBefore: Int
    public var acknowledgedAt: Int64?
    public var withdrawnAt: Int64?
    /// Hardware that the tenant wants to go first.
    var nominated: [IDRange] = []
    var cuts: [Cut] = []
    /// What it took of parts that had not begun, as parts of their own.
    var gone: [LeaseRecord] = []

    /// When the first of it goes.
    public var deadline: Int64 { steps[0].at }
    /// Whether it was taken back before any of it went.
    var wasWithdrawnInTime: Bool { withdrawnAt.map { $0 < deadline } ?? false }
    /// Whether nothing is left in the end.
    public var isWhole: Bool { steps.last!.gpus == 0 }
}

extension Book {
    /// Every notice that was served on a lease, oldest first, those withdrawn included.
    public func reclaims(of lease: UInt64) -> [Reclaim] { reclaimsByLease[lease] ?? [] }

    /// The last notice on a lease that was not withdrawn, or nil.
    public func reclaim(on lease: UInt64) -> Reclaim? { reclaims(of: lease).last { $0.withdrawnAt == nil } }

    /// Whether some of what a notice takes is still to go. It follows from the states of the parts, not from the clock, so
    /// that it changes only when the tenant's index moves.
    public func isOpen(_ reclaim: Reclaim) -> Bool {
        guard reclaim.withdrawnAt == nil else { return false }
        if !reclaim.gone.isEmpty, lease(reclaim.lease)?.state == .scheduled { return true }
        return reclaim.cuts.contains { cut in
            guard let part = lease(cut.part) else { return false }
            return (part.isInWindow || part.state == .scheduled) && part.end < cut.end
        }
    }

    /// The notice that is in force on a lease, or nil.
    public func openReclaim(on lease: UInt64) -> Reclaim? { openReclaims(on: lease).last }

    /// The notices that are in force on a lease, oldest first: more than one where it gives way to several others.
    public func openReclaims(on lease: UInt64) -> [Reclaim] { reclaims(of: lease).filter { isOpen($0) } }

    /// Nodes that the tenant wants to go first, as far as the fleet in force has them all.
    public func nominated(by reclaim: Reclaim) -> [Range<Int>] { register.dense(reclaim.nominated) ?? [] }

    /// How a lease's turn-round ends.
    func returning(_ number: UInt64) -> LeaseEvent {
        guard let reclaim = reclaim(on: known(number).leaseNumber), reclaim.isWhole,
            reclaim.clause != .cancellation(byTenant: true)
        else { return .return }
        return reclaim.clause.isPreemption ? .giveWay : .takeBack
    }

    /// What is true of a lease on which a notice is in force.
    func noticeCondition(of lease: Lease) -> Condition? {
        guard let reclaim = openReclaim(on: lease.number) else { return nil }
        return Condition(
            kind: .noticeServed,
            reason: reclaim.clause.text + ": "
                + reclaim.steps.map { "\($0.gpus) GPUs from \(RFC3339.text($0.at)) on" }.joined(separator: ", "),
            since: reclaim.servedAt)
    }

    mutating func apply(_ reclaim: Reclaim) {
        var all = reclaims(of: reclaim.lease)
        if let place = all.firstIndex(where: { $0.notice == reclaim.notice }) {
            all[place] = reclaim
        } else {
            all.append(reclaim)
        }
        reclaimsByLease[reclaim.lease] = all
        power.nextNumber = max(power.nextNumber, reclaim.notice + 1)
        replace(known(reclaim.lease))
    }
}
