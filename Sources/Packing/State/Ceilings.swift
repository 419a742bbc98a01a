// Ceilings on budget domains besides the limits that the fleet gives them.

public import FleetModel

/// A ceiling on what one budget domain draws over an interval, besides the limits that the fleet gives it.
public struct Ceiling: Equatable, Sendable {
    public var budget: BudgetIndex
    public var start: Int64
    /// `Int64.max` when it has no end.
    public var until: Int64
    /// Where the domain is measured.
    public var watts: Watts

    public init(budget: BudgetIndex, start: Int64, until: Int64, watts: Watts) {
        self.budget = budget
        self.start = start
        self.until = until
        self.watts = watts
    }
}

/// The ceilings of one state of the packing, by load. Never changed, only replaced.
final class Ceilings: Sendable {
    /// A ceiling at the rack.
    struct Piece {
        let budget: BudgetIndex
        let start: Int64
        let until: Int64
        let watts: Watts
    }

    private let arena = TableArena()
    let all: [Ceiling]
    /// By load: whether it has ceilings.
    let isLowered: Table<Bool>
    /// By load that has some.
    private let pieces: [Int: [Piece]]

    init(_ ceilings: [Ceiling], _ fleet: Fleet, _ loads: Loads) {
        all = ceilings
        var pieces: [Int: [Piece]] = [:]
        for ceiling in ceilings {
            let watts = fleet.budgets[ceiling.budget.offset].rackWatts(measured: ceiling.watts)
            pieces[loads.ofBudget[ceiling.budget.offset], default: []].append(
                Piece(budget: ceiling.budget, start: ceiling.start, until: ceiling.until, watts: watts))
        }
        self.pieces = pieces
        isLowered = arena.table((0..<loads.count).map { pieces[$0] != nil })
    }

    /// Loads that have ceilings, ascending.
    var loads: [Int] { pieces.keys.sorted() }

    func pieces(of load: Int) -> [Piece] { pieces[load] ?? [] }
}

extension PackingState {
    /// Puts ceilings on what domains draw, in place of those of the last call. Nothing that is booked changes, so a domain
    /// may draw more than a ceiling afterwards; no new booking then finds room under it. O(loads + their steps).
    public mutating func setCeilings(_ ceilings: [Ceiling]) {
        guard ceilings != self.ceilings.all else { return }
        self.ceilings = Ceilings(ceilings, fleet, tables.loads)
        drawn = CommittedWatts(
            floors: [Watts](repeating: 0, count: tables.loadCount), allocator: allocator)
        let from = instant
        for load in self.ceilings.loads {
            for timeline in [watts, relief] {
                var before: Watts = 0
                for step in timeline.steps(of: load, from: from, until: .max) {
                    drawn.add(step.watts - before, to: load, from: step.at, until: .max, instant: instant)
                    before = step.watts
                }
            }
        }
    }

    /// The limit in force of a budget over time, where it is measured: the fleet's and the ceilings. Never empty.
    public func limitSteps(of budget: BudgetIndex) -> [LimitStep] {
        let domain = fleet.budgets[budget.offset]
        let own = ceilings.all.filter { $0.budget == budget }
        guard !own.isEmpty else { return domain.limitSteps }
        var times = Set(domain.limitSteps.map(\.at))
        for ceiling in own { times.formUnion([ceiling.start, ceiling.until].filter { $0 < .max }) }
        var result: [LimitStep] = []
        for time in times.sorted() {
            let live = own.filter { $0.start <= time && time < $0.until }.map(\.watts)
            let least = min(domain.limit(at: time), live.min() ?? .max)
            if result.last?.watts != least { result.append(LimitStep(at: time, watts: least)) }
        }
        return result
    }

    /// The limit in force at `time`, where it is measured. O(steps).
    public func limit(of budget: BudgetIndex, at time: Int64) -> Watts {
        limitSteps(of: budget).last { $0.at <= time }!.watts
    }

    /// Watts left under the ceilings of a load at every instant of `[start, until)`.
    func room(underCeilingsOf load: Int, from start: Int64, until: Int64, only budget: BudgetIndex? = nil) -> Watts {
        var least = Watts.max
        for piece in ceilings.pieces(of: load) where budget == nil || piece.budget == budget {
            let (from, to) = (max(start, piece.start), min(until, piece.until))
            if from < to { least = min(least, piece.watts - drawn.peak(of: load, from: from, until: to)) }
        }
        return least
    }

    /// Watts that surely are left under the ceilings of a load; there may be more.
    func sureRoom(underCeilingsOf load: Int, from start: Int64, until: Int64) -> Watts {
        var least = Watts.max
        for piece in ceilings.pieces(of: load) where piece.start < until && start < piece.until {
            least = min(least, piece.watts)
        }
        return least == .max ? least : least - drawn.bound(of: load)
    }
}
