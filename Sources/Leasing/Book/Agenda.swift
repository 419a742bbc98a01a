// What is due by time alone, in the order in which it applies.

import Packing

/// Something that time brings.
enum DueEvent: Equatable, Sendable {
    case leaseEnd(UInt64)
    case leaseReturn(UInt64)
    /// A node's cordon, drain or validation is over.
    case nodeUntil(Int)
    case leaseStart(UInt64)
    /// A curtailment of a lease begins or ends.
    case leasePower(UInt64)
    /// Half of an order's notice has gone by.
    case orderOverdue(UInt64)
    /// The first window of a maintenance is over.
    case maintenanceEnd(UInt64)
    /// The next of a lease's caps begins.
    case leaseCapStep(UInt64)
    /// Nobody has answered in time.
    case approvalExpires(UInt64)
    /// Nobody has taken over what is offered.
    case transferExpires(UInt64)
    /// Nobody has agreed to what is offered to be let.
    case subleaseExpires(UInt64)
    /// The time of a sub-lease is over.
    case subleaseEnds(UInt64)

    /// At one second ends come before returns and starts come after both, so that a unit can change hands.
    fileprivate var rank: UInt64 {
        switch self {
        case .leaseEnd: 0
        case .leaseReturn: 1
        case .nodeUntil: 2
        case .leaseStart: 3
        case .leasePower: 4
        case .orderOverdue: 5
        case .maintenanceEnd: 6
        case .leaseCapStep: 7
        case .approvalExpires: 8
        case .transferExpires: 9
        case .subleaseExpires: 10
        case .subleaseEnds: 11
        }
    }

    /// Which lease, or which node.
    fileprivate var number: UInt64 {
        switch self {
        case .leaseEnd(let number), .leaseReturn(let number), .leaseStart(let number), .leasePower(let number),
            .orderOverdue(let number), .maintenanceEnd(let number), .leaseCapStep(let number),
            .approvalExpires(let number), .transferExpires(let number), .subleaseExpires(let number),
            .subleaseEnds(let number):
            number
        case .nodeUntil(let node): UInt64(node)
        }
    }

    fileprivate init(rank: UInt64, number: UInt64) {
        switch rank {
        case 0: self = .leaseEnd(number)
        case 1: self = .leaseReturn(number)
        case 2: self = .nodeUntil(Int(number))
        case 3: self = .leaseStart(number)
        case 4: self = .leasePower(number)
        case 5: self = .orderOverdue(number)
        case 6: self = .maintenanceEnd(number)
        case 7: self = .leaseCapStep(number)
        case 8: self = .approvalExpires(number)
        case 9: self = .transferExpires(number)
        case 10: self = .subleaseExpires(number)
        default: self = .subleaseEnds(number)
        }
    }
}

/// Due events by time and rank. Derived from leases and nodes, so not stored.
struct Agenda: Sendable {
    private var events = RadixTable<RadixTable<Bool>>()
    /// Ranks are 0 to 15.
    private static let rankBits: UInt64 = 4

    /// The earliest event, or nil.
    var first: (at: Int64, event: DueEvent)? {
        guard let slot = events.first(), let number = slot.value.first()?.key else { return nil }
        return (Int64(slot.key >> Self.rankBits), DueEvent(rank: slot.key & (1 << Self.rankBits - 1), number: number))
    }

    mutating func add(_ event: DueEvent, at time: Int64) {
        let key = slot(of: event, at: time)
        var numbers = events[key] ?? RadixTable()
        events[key] = RadixTable()
        numbers[event.number] = true
        events[key] = numbers
    }

    mutating func remove(_ event: DueEvent, at time: Int64) {
        let key = slot(of: event, at: time)
        guard var numbers = events[key] else { return }
        events[key] = RadixTable()
        numbers[event.number] = nil
        events[key] = numbers.isEmpty ? nil : numbers
    }

    private func slot(of event: DueEvent, at time: Int64) -> UInt64 {
        UInt64(max(0, time)) << Self.rankBits | event.rank
    }
}
