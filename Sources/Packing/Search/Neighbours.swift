// How well a window matches what its neighbours hold already.

import FleetModel

/// How much longer a placement would keep what is around it broken, and how far apart the ends lie.
///
/// Lower is better. The idea is that of lifetime-aware packing (Barbalho et al., "Virtual Machine Allocation with Lifetime
/// Predictions", MLSys'23): what is broken anyway is used while it is, and becomes whole at one time.
struct NeighbourMatch: Comparable, BitwiseCopyable {
    /// 0 when the neighbours stay at least nearly as long; then by powers of two of the part of the window for which they are
    /// gone; `idle` when there are none.
    let prolonged: Int32
    /// Seconds between the end of the window and that of the last neighbour; 0 when there are none.
    let apart: Int64

    static let idle: Int32 = 5
    /// For units whose neighbours are not looked at.
    static let unasked = NeighbourMatch(prolonged: 0, apart: 0)

    private init(prolonged: Int32, apart: Int64) {
        self.prolonged = prolonged
        self.apart = apart
    }

    /// Matches a window with neighbours that are gone at `busyUntil`; `Int64.min` when there are none.
    @inline(__always)
    init(_ window: SearchWindow, busyUntil: Int64) {
        guard busyUntil != .min else {
            self.init(prolonged: Self.idle, apart: 0)
            return
        }
        let length = window.until - window.start
        let more = window.until - busyUntil
        var prolonged: Int32 = 0
        if more > length >> 4 { prolonged += 1 }
        if more > length >> 3 { prolonged += 1 }
        if more > length >> 2 { prolonged += 1 }
        if more > length >> 1 { prolonged += 1 }
        self.init(prolonged: prolonged, apart: abs(more))
    }

    @inline(__always)
    static func < (left: NeighbourMatch, right: NeighbourMatch) -> Bool {
        left.prolonged != right.prolonged ? left.prolonged < right.prolonged : left.apart < right.apart
    }
}

extension PackingState {
    /// When the last booking that holds some of a node at the window's start ends; `Int64.min` when none does.
    @inline(__always)
    func busyUntil(node: Int, rack: Int, _ window: SearchWindow) -> Int64 {
        // Asked anew: in a copy with bookings of this request, the instant may hold no longer.
        isIndexed(window.start, now: window.now) ? busyUntil[node] : latestEnd(of: node, rack: rack, at: window.start)
    }

    /// The latest of those of a rack's nodes; what earlier lines of the request have taken counts too.
    func busyUntil(rack: Int, _ window: SearchWindow, _ scratch: SearchScratch) -> Int64 {
        scratch.chosen[rack] == 0 ? bookedUntil(rack: rack, window) : max(bookedUntil(rack: rack, window), window.until)
    }

    @inline(__always)
    private func bookedUntil(rack: Int, _ window: SearchWindow) -> Int64 {
        if isIndexed(window.start, now: window.now) { return rackBusyUntil[rack] }
        let record = racks[rack]
        let first = Int(tables.rackFirstNode[rack])
        if record.nodeBookingCount == 0 || record.nodesIdleFrom <= window.start {
            return latestEnd(of: first, rack: rack, at: window.start)
        }
        var latest = Int64.min
        for node in first..<first + Int(tables.rackNodeCount[rack]) {
            latest = max(latest, latestEnd(of: node, rack: rack, at: window.start))
        }
        return latest
    }

    /// The latest of those of an area's nodes.
    @inline(__always)
    func busyUntil(area: Int, _ window: SearchWindow, _ scratch: SearchScratch) -> Int64 {
        var latest = Int64.min
        for rack in tables.areas.racks[area].range { latest = max(latest, busyUntil(rack: rack, window, scratch)) }
        return latest
    }
}
