// What is due by time alone, in the order in which it applies.

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
///
/// Sorted keys in runs of bounded length. A change moves keys of one run; after a copy the first one also copies that run
/// and the list of runs. O(log n + longest run), and O(runs) after a copy.
struct Agenda: Sendable {
    /// Time and rank first, so that keys sort as events apply.
    private struct Key: Comparable, Sendable {
        let slot: UInt64
        let number: UInt64

        static func < (one: Key, other: Key) -> Bool {
            one.slot != other.slot ? one.slot < other.slot : one.number < other.number
        }
    }

    /// None is empty; each key is below all of the next run.
    private var runs: [[Key]] = []
    private static let runMax = 256
    /// Ranks are 0 to 15.
    private static let rankBits: UInt64 = 4

    /// The earliest event, or nil.
    var first: (at: Int64, event: DueEvent)? {
        guard let key = runs.first?[0] else { return nil }
        let rank = key.slot & (1 << Self.rankBits - 1)
        return (Int64(key.slot >> Self.rankBits), DueEvent(rank: rank, number: key.number))
    }

    mutating func add(_ event: DueEvent, at time: Int64) {
        let key = key(of: event, at: time)
        let run = min(Self.firstIndex(in: runs) { $0[$0.count - 1] >= key }, runs.count - 1)
        guard run >= 0 else { return runs.append([key]) }
        let place = Self.firstIndex(in: runs[run]) { $0 >= key }
        if place < runs[run].count && runs[run][place] == key { return }
        guard runs[run].count == Self.runMax else { return runs[run].insert(key, at: place) }
        // What comes in order fills one run after the other; what comes between splits a run.
        if place == Self.runMax { return runs.insert([key], at: run + 1) }
        let half = Self.runMax / 2
        runs.insert(Array(runs[run][half...]), at: run + 1)
        runs[run].removeSubrange(half...)
        if place <= half { runs[run].insert(key, at: place) } else { runs[run + 1].insert(key, at: place - half) }
    }

    mutating func remove(_ event: DueEvent, at time: Int64) {
        let key = key(of: event, at: time)
        let run = Self.firstIndex(in: runs) { $0[$0.count - 1] >= key }
        guard run < runs.count else { return }
        let place = Self.firstIndex(in: runs[run]) { $0 >= key }
        guard runs[run][place] == key else { return }
        runs[run].remove(at: place)
        let next = run + 1
        if runs[run].isEmpty {
            runs.remove(at: run)
        } else if next < runs.count && runs[run].count + runs[next].count <= Self.runMax / 4 {
            runs[run] += runs[next]
            runs.remove(at: next)
        }
    }

    private func key(of event: DueEvent, at time: Int64) -> Key {
        Key(slot: UInt64(max(0, time)) << Self.rankBits | event.rank, number: event.number)
    }

    /// The first place of a sorted list at which something holds that holds at all later ones; its count when nowhere.
    private static func firstIndex<Element>(in list: [Element], where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(list[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
