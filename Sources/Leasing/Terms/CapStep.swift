// A cap that changes while a lease runs.

public import FleetModel
public import Packing

/// The cap of a lease from a time on.
public struct CapStep: Equatable, Sendable {
    public var at: Int64
    public var cap: PowerCap

    public init(at: Int64, cap: PowerCap) {
        self.at = at
        self.cap = cap
    }
}

extension PowerCap {
    /// Whether GPUs of some platform of a fleet may draw more at this cap than at another one.
    func isHigher(than other: PowerCap, in fleet: Fleet) -> Bool {
        fleet.platforms.contains { watts(on: $0) > other.watts(on: $0) }
    }
}

extension Lease {
    /// The cap that holds now: the last one that has begun.
    public var capInForce: PowerCap { capStepsBegun > 0 ? capSteps[capStepsBegun - 1].cap : cap }

    /// The cap at a time of its window or turn-round. O(steps).
    public func cap(at time: Int64) -> PowerCap { capSteps.last { $0.at <= time }?.cap ?? cap }

    /// The steps that have not begun.
    public var capStepsToCome: [CapStep] { Array(capSteps[capStepsBegun...]) }

    /// The stretches from its start to the end of its turn-round at which one cap holds, in order.
    var capStretches: [(window: Range<Int64>, cap: PowerCap)] {
        var result: [(Range<Int64>, PowerCap)] = []
        var (from, cap) = (start, cap)
        for step in capSteps where step.at < until {
            if step.at > from { result.append((from..<step.at, cap)) }
            (from, cap) = (max(from, step.at), step.cap)
        }
        return result + [(from..<until, cap)]
    }

    /// The cap of the stretch with most watts on a platform, from a time on.
    func highestCap(from time: Int64, on platform: Platform) -> PowerCap {
        let caps = capStretches.filter { $0.window.upperBound > time }.map(\.cap)
        return caps.max { $0.watts(on: platform) < $1.watts(on: platform) } ?? cap
    }

    /// What it promises at the cap in force.
    public func promisedNow(in fleet: Fleet) -> Capacity {
        capStepsBegun == 0 ? promised : lines.promise(cap: capInForce, in: fleet).capacity
    }

    /// The hardware that is booked for it, spares too, less what has come back.
    var bookedHardware: LinePlacement {
        LinePlacement(
            wholeNodes: bookedNodes,
            partialNodes: lines.flatMap(\.holdings.partialNodes).filter { !hasReturned($0.node) },
            slices: lines.flatMap(\.holdings.slices).filter { !hasReturned($0.node) })
    }
}
