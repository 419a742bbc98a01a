// What load targets hold a lease to now.

public import FleetModel
import Packing

/// The lower caps that hold on some of a lease's hardware.
public struct CurtailedCap: Equatable, Sendable {
    /// The lowest on any of it, in percent of each model's highest cap; 0 where it is stopped.
    public var percent: Int
    /// Watts of each GPU at the lowest cap of its model, by model; 0 where it is stopped.
    public var models: [String: Watts]
    /// Watts at the rack that are taken from what is delivered.
    public var watts: Watts
    /// When that next changes; nil: no time is set.
    public var until: Int64?

    /// What holds on two parts of a lease together.
    func and(_ other: CurtailedCap) -> CurtailedCap {
        CurtailedCap(
            percent: min(percent, other.percent), models: models.merging(other.models, uniquingKeysWith: min),
            watts: watts + other.watts, until: [until, other.until].compactMap(\.self).min())
    }
}

extension Lease {
    /// What its curtailments hold it to as they were last settled; nil outside its window and where they lower nothing.
    /// Follows from what is in the book, not from the clock. O(segments × curtailments).
    func curtailedCap(in fleet: Fleet) -> CurtailedCap? {
        guard isInWindow, conditions.contains(where: { $0.kind == .curtailed }) else { return nil }
        var result: CurtailedCap?
        for group in drawGroups(in: fleet, on: nodesUp) where !group.curtailments.isEmpty {
            guard let level = percent(under: group.curtailments, at: powerSettledAt)?.percent else { continue }
            let hardware = Holdings(group.hardware)
            let cap = capInForce
            var models: [String: Watts] = [:]
            for platform in hardware.platforms(in: fleet) {
                let watts = platform.curtailedCap(cap.watts(on: platform), percent: level) ?? 0
                models[platform.gpu] = min(models[platform.gpu] ?? .max, watts)
            }
            let changes = fleet.platforms.map { $0.draw(capWatts: cap.watts(on: $0), percent: level) }
            let next = self.changes(of: group.curtailments, from: powerSettledAt, until: end).first {
                percent(under: group.curtailments, at: $0)?.percent != level
            }
            let held = CurtailedCap(
                percent: level, models: models, watts: -changes.watts(of: group.hardware.unitCounts(in: fleet)),
                until: next)
            result = result.map { $0.and(held) } ?? held
        }
        return result
    }

    /// How deep each of its curtailments goes as they were last settled.
    var curtailmentLevels: [Int?] {
        curtailments.indices.map { percent(under: [$0], at: powerSettledAt)?.percent }
    }

    /// Nodes in use, as a whole or in parts, that are not down.
    private var nodesUp: [Range<Int>] {
        let used = lines.flatMap { line in
            line.holdings.wholeNodes + line.holdings.partialNodes.map { $0.node..<$0.node + 1 }
        }
        return used.united().subtracting(downNodes.map { $0..<$0 + 1 })
    }
}
