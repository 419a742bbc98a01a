// What is due by time alone, in the order in which it applies.

import Packing

/// Something that time brings.
enum DueEvent: Equatable, Sendable {
    case leaseEnd(UInt64)
    case leaseReturn(UInt64)
    /// A node's cordon, drain or validation is over.
    case nodeUntil(Int)
    case leaseStart(UInt64)

    /// At one second ends come before returns and starts come last, so that a unit can change hands.
    var key: UInt64 {
        switch self {
        case .leaseEnd(let number): number
        case .leaseReturn(let number): 1 << 60 | number
        case .nodeUntil(let node): 2 << 60 | UInt64(node)
        case .leaseStart(let number): 3 << 60 | number
        }
    }

    init(key: UInt64) {
        let number = key & (1 << 60 - 1)
        switch key >> 60 {
        case 0: self = .leaseEnd(number)
        case 1: self = .leaseReturn(number)
        case 2: self = .nodeUntil(Int(number))
        default: self = .leaseStart(number)
        }
    }
}

/// Due events by time. Derived from leases and nodes, so not stored.
struct Agenda: Sendable {
    private var byTime = RadixTable<RadixTable<Bool>>()

    /// The earliest event, or nil.
    var first: (at: Int64, event: DueEvent)? {
        guard let entry = byTime.first(), let event = entry.value.first() else { return nil }
        return (Int64(entry.key), DueEvent(key: event.key))
    }

    mutating func add(_ event: DueEvent, at time: Int64) {
        let key = UInt64(max(0, time))
        var events = byTime[key] ?? RadixTable()
        byTime[key] = nil
        events[event.key] = true
        byTime[key] = events
    }

    mutating func remove(_ event: DueEvent, at time: Int64) {
        let key = UInt64(max(0, time))
        guard var events = byTime[key] else { return }
        byTime[key] = nil
        events[event.key] = nil
        if !events.isEmpty { byTime[key] = events }
    }
}
