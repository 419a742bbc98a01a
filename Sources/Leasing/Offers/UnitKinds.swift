// What units of a line are made of.

import FleetModel
import Packing

/// The kinds of racks and blocks that stand at some sites. Made in O(racks); what is asked of it is O(kinds).
struct UnitKinds {
    private let fleet: Fleet
    /// Racks of one platform and size.
    private var racks: [(platform: Int, nodeCount: Int)] = []
    /// Blocks of one size: the platforms in them, bit by platform, the first one's, their GPUs and nodes.
    private var blocks: [(platforms: UInt64, first: Int, gpuCount: Int, nodeCount: Int)] = []

    /// - Parameter sites: names of accepted sites; empty for all.
    init(_ fleet: Fleet, sites: [String]) {
        self.fleet = fleet
        let isAccepted = fleet.sites.map { sites.isEmpty || sites.contains($0.name) }
        for rack in fleet.racks where isAccepted[rack.siteOffset] {
            let kind = (platform: rack.platformOffset, nodeCount: rack.nodes.count)
            if racks.last.map({ $0 == kind }) ?? false || racks.contains(where: { $0 == kind }) { continue }
            racks.append(kind)
        }
        for block in fleet.domains where block.level == .block && !block.racks.isEmpty {
            let first = fleet.racks[block.racks.lowerBound]
            guard isAccepted[first.siteOffset] else { continue }
            var (platforms, gpuCount, nodeCount) = (UInt64(0), 0, 0)
            for rack in fleet.racks[block.racks] {
                platforms |= 1 << UInt64(rack.platformOffset)
                nodeCount += rack.nodes.count
                gpuCount += rack.nodes.count * fleet.platforms[rack.platformOffset].gpusPerNode
            }
            let kind = (platforms: platforms, first: first.platformOffset, gpuCount: gpuCount, nodeCount: nodeCount)
            if blocks.last.map({ $0 == kind }) ?? false || blocks.contains(where: { $0 == kind }) { continue }
            blocks.append(kind)
        }
    }

    /// The numbers of GPUs that units of a line have on the hardware it accepts, ascending; several where models or blocks
    /// differ, none where nothing of the kind stands there.
    func gpuCounts(ofUnitsOf line: LeaseLine) -> [Int] {
        if case .gpus(let count) = line.shape { return units(of: line).isEmpty ? [] : [count] }
        return Set(units(of: line).map(\.gpuCount)).sorted()
    }

    /// The most and the fewest nodes that a unit of a line has, 1 where it is a part of one; nil where nothing of the kind
    /// stands there.
    func nodeCountMax(ofUnitsOf line: LeaseLine) -> Int? { units(of: line).map(\.nodeCount).max() }
    func nodeCountMin(ofUnitsOf line: LeaseLine) -> Int? { units(of: line).map(\.nodeCount).min() }

    /// The GPU models that units of a line are made of, ascending.
    func models(ofUnitsOf line: LeaseLine) -> [String] { Set(units(of: line).map(\.model)).sorted() }

    /// The platforms that stand there, ascending.
    var platforms: [Platform] { Set(racks.map(\.platform)).sorted().map { fleet.platforms[$0] } }

    private func units(of line: LeaseLine) -> [(gpuCount: Int, model: String, nodeCount: Int)] {
        func isAccepted(_ platform: Int) -> Bool {
            line.models.isEmpty || line.models.contains(fleet.platforms[platform].gpu)
        }
        let accepted = racks.filter { isAccepted($0.platform) }
        func whole(_ rack: (platform: Int, nodeCount: Int)) -> (gpuCount: Int, model: String, nodeCount: Int) {
            let platform = fleet.platforms[rack.platform]
            return (rack.nodeCount * platform.gpusPerNode, platform.gpu, rack.nodeCount)
        }
        switch line.shape {
        case .block:
            return blocks.filter { block in
                fleet.platforms.indices.allSatisfy { block.platforms >> UInt64($0) & 1 == 0 || isAccepted($0) }
            }.map { ($0.gpuCount, fleet.platforms[$0.first].gpu, $0.nodeCount) }
        case .rack: return accepted.filter { !fleet.platforms[$0.platform].isRackScale }.map(whole)
        case .nvl72: return accepted.filter { fleet.platforms[$0.platform].isRackScale }.map(whole)
        case .node, .gpus:
            return accepted.map { (fleet.platforms[$0.platform].gpusPerNode, fleet.platforms[$0.platform].gpu, 1) }
        case .mig, .power: return []
        }
    }
}

extension Book {
    /// The numbers of GPUs that units of a line have on the hardware it accepts, ascending; several where models or blocks
    /// differ, none where nothing of the kind stands at the sites. O(racks).
    ///
    /// - Parameter sites: names of accepted sites; empty for all.
    public func gpuCounts(ofUnitsOf line: LeaseLine, sites: [String]) -> [Int] {
        UnitKinds(fleet, sites: sites).gpuCounts(ofUnitsOf: line)
    }

    /// The GPU models that units of a line are made of at the sites, ascending. O(racks).
    public func models(ofUnitsOf line: LeaseLine, sites: [String]) -> [String] {
        UnitKinds(fleet, sites: sites).models(ofUnitsOf: line)
    }
}
