// Committed watts of every load as step functions of time.
//
// Each load has a base (what it carries before its first step) and a tree of steps: leaves of up to 31 sorted steps,
// above them nodes of 16 children that split time by four bits at a time and know the sum of each child's
// steps. The highest running sum of a child is kept too, but worked out only when somebody needs it: a load
// also keeps an upper bound of its peak, and while the bound leaves room there is nothing to look at. So a booking costs
// a few reads in each load above it, whatever is booked there, and a question a few comparisons; near the limit,
// the peak over a window is found in O(depth × 16).

import FleetModel

/// The step functions of all loads. A value; copies share pages until one writes.
struct CommittedWatts: Sendable {
    private struct Header: BitwiseCopyable {
        /// The value before the first step.
        var base: Watts
        /// Not less than the value at any time from the instant of the last change on.
        var bound: Watts
        /// The cell at the top, or -1.
        var root: Int32
        /// Changes since `bound` was the peak.
        var changes: Int32
    }

    private var headers: PagedColumn<Header>
    private var cells: StepCells

    init(floors: [Watts], allocator: any PageAllocator) {
        headers = PagedColumn(
            repeating: Header(base: 0, bound: 0, root: -1, changes: 0), count: floors.count, allocator: allocator)
        cells = StepCells(allocator: allocator)
        for (index, floor) in floors.enumerated() {
            headers[index].base = floor
            headers[index].bound = floor
        }
    }

    var ownedBytes: Int { headers.ownedBytes + cells.ownedBytes }

    /// Not less than what the load is at any time from the state's instant on. O(1).
    @inline(__always)
    func bound(of load: Int) -> Watts { headers[load].bound }

    /// Adds `watts` over `[start, until)`; what lies before `instant` is not kept. O(depth).
    mutating func add(_ watts: Watts, to load: Int, from start: Int64, until: Int64, instant: Int64) {
        guard watts != 0, until > instant else { return }
        var header = headers[load]
        if start <= instant {
            header.base += watts
        } else {
            header.root = cells.add(watts, at: start, to: header.root)
        }
        header.root = cells.add(-watts, at: until, to: header.root)
        header.bound += max(0, watts)
        header.changes += 1
        headers[load] = header
    }

    /// The highest value anywhere in `[start, until)`, which does not begin before the instant.
    func peak(of load: Int, from start: Int64, until: Int64) -> Watts {
        let header = headers[load]
        guard header.root >= 0 else { return header.base }
        var walk = StepWalk(running: header.base, highest: .min)
        cells.walk(header.root, from: start, until: until, &walk)
        return max(walk.highest, walk.running)
    }

    /// The value at `time`.
    func value(of load: Int, at time: Int64) -> Watts { peak(of: load, from: time, until: time + 1) }

    /// The steps in `[start, until)`, the first one at `start` with the value there. O(steps).
    func steps(of load: Int, from start: Int64, until: Int64) -> [LimitStep] {
        let header = headers[load]
        var running = header.base
        var later: [LimitStep] = []
        cells.forEach(header.root) { at, delta in
            running += delta
            if at > start && at < until { later.append(LimitStep(at: at, watts: running)) }
        }
        return [LimitStep(at: start, watts: value(of: load, at: start))] + later
    }

    /// Drops the steps up to `instant` and makes the bound the peak from there on. O(what changed since).
    mutating func settle(_ load: Int, instant: Int64) {
        var header = headers[load]
        guard header.changes > 0 else { return }
        if header.root >= 0 { header.root = cells.fold(header.root, upTo: instant, into: &header.base) }
        let highest = header.root >= 0 ? cells.settle(header.root) : 0
        header.bound = header.base + max(0, highest)
        header.changes = 0
        headers[load] = header
    }

    /// Whether the bound is so near the limit, or so long unsettled, that questions would look closer each time.
    @inline(__always)
    func isWorthSettling(_ load: Int, above watts: Watts) -> Bool {
        let header = headers[load]
        return header.changes > 0 && header.bound > watts || header.changes >= Self.changesMax
    }

    private static var changesMax: Int32 { 1_024 }
}
