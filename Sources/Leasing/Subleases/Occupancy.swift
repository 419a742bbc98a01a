// What the tenant of a sub-lease sees of it: what it uses, and nothing of the lease that it is let from.

import FleetModel
public import Packing

/// What is used under a sub-lease, at the revision of the book that it was read from. As with a lease, nothing of it follows from the
/// clock.
public struct Occupancy: Sendable {
    public let sublease: Sublease
    /// Where it stands: as the lease under it, until it is over itself.
    public let state: LeaseState
    /// Of a notice it says from when on how much is left, and not under which clause.
    public let conditions: [Condition]
    public let start: Int64
    /// When it ends, or that of the lease under it where that comes first.
    public let end: Int64
    /// The lines with what they hold now.
    public let lines: [LeaseLine]
    public let cap: PowerCap
    public let promised: Capacity
    public let delivered: Capacity
    public let curtailedCap: CurtailedCap?
    /// Nodes in use that are down, ascending.
    public let downNodes: [Int]
    /// What is promised from each later time on at which it changes.
    public let schedule: [ScheduleStep]
    /// When any of that next changes by itself, or nil.
    public let nextChangeAt: Int64?
}

/// An occupancy as far as its tenant is told of it: when it differs, the tenant's index moves.
struct OccupancyPicture: Equatable, Sendable {
    var state: LeaseState
    var conditions: [Condition]
    var end: Int64
    var lines: [LeaseLine]
    var cap: PowerCap
    var promised: Capacity
    var delivered: Capacity
    var curtailedCap: CurtailedCap?
    var downNodes: [Int]
    var schedule: [ScheduleStep]
    var nextChangeAt: Int64?

    init(_ occupancy: Occupancy) {
        (state, conditions, end) = (occupancy.state, occupancy.conditions, occupancy.end)
        (lines, cap, promised, delivered) = (occupancy.lines, occupancy.cap, occupancy.promised, occupancy.delivered)
        (curtailedCap, downNodes) = (occupancy.curtailedCap, occupancy.downNodes)
        (schedule, nextChangeAt) = (occupancy.schedule, occupancy.nextChangeAt)
    }
}

extension Book {
    /// What is used under a sub-lease that is in force; nil for any other. O(parts × racks held).
    public func occupancy(of sublease: Sublease) -> Occupancy? {
        guard sublease.isInForce, let lease = wholeLease(sublease.lease) else { return nil }
        let end = end(of: sublease)
        let conditions = lease.conditions.map { condition in
            var condition = condition
            if condition.kind == .noticeServed, let reclaim = openReclaim(on: sublease.lease) {
                condition.reason = reclaim.steps.map { "\($0.gpus) GPUs stay from \(RFC3339.text($0.at)) on" }
                    .joined(separator: ", ")
            }
            if condition.kind == .curtailed { condition.reason = "lowered under a load target" }
            return condition
        }
        let schedule = lease.schedule(in: fleet).filter { $0.at < end }
        return Occupancy(
            sublease: sublease, state: lease.state, conditions: conditions, start: sublease.start, end: end,
            lines: lease.lines, cap: lease.cap, promised: lease.promised, delivered: lease.delivered,
            curtailedCap: lease.curtailedCap, downNodes: lease.downNodes, schedule: schedule,
            nextChangeAt: min(lease.nextChangeAt ?? end, end))
    }

    /// Whether a tenant uses, under a sub-lease, what a lease or a part of one holds. O(log).
    func isOccupied(_ part: Lease, by tenant: String) -> Bool {
        guard !subleases.byLease.isEmpty, let sublease = sublease(on: part.leaseNumber) else { return false }
        return sublease.to == tenant && sublease.end > time
    }

    // MARK: The tenant's index

    /// Keeps how what is let looked before the first fact of an entry that is about it.
    mutating func notePicture(before fact: Fact) {
        guard !subleases.byLease.isEmpty, let part = fact.partShown, let lease = lease(part)?.leaseNumber,
            let sublease = sublease(on: lease), !subleases.pictures.contains(where: { $0.number == sublease.number }),
            let occupancy = occupancy(of: sublease)
        else { return }
        subleases.pictures.append((sublease.number, OccupancyPicture(occupancy)))
    }

    /// Counts a change in the answers of those whose occupancy looks different after an entry.
    mutating func countOccupancies() {
        guard !subleases.pictures.isEmpty else { return }
        for (number, picture) in subleases.pictures {
            // When it is over a note has said so.
            guard let sublease = subleases.inForce[number], let occupancy = occupancy(of: sublease) else { continue }
            if OccupancyPicture(occupancy) != picture { countChange(of: sublease.to) }
        }
        subleases.pictures = []
    }
}

extension Fact {
    /// The lease or part whose look a fact may change.
    fileprivate var partShown: UInt64? {
        switch self {
        case .leasePartGranted(let record), .leasePartAmended(let record): record.leaseNumber
        case .leaseMoved(let number, _, _), .leaseMembersDown(let number, _, _), .leaseCapStepped(let number, _),
            .leaseCurtailed(let number, _, _), .leasePowerSettled(let number, _):
            number
        case .memberReplaced(let replacement): replacement.lease
        case .spareReturned(let spare): spare.lease
        case .reclaimSet(let reclaim): reclaim.lease
        default: nil
        }
    }
}
