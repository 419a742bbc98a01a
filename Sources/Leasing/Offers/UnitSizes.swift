// What units of a line are made of.

import FleetModel
import Packing

extension Book {
    /// The numbers of GPUs that units of a line have on the hardware it accepts, ascending; several where models or blocks
    /// differ, none where nothing of the kind stands at the sites.
    ///
    /// - Parameter sites: names of accepted sites; empty for all.
    public func gpuCounts(ofUnitsOf line: LeaseLine, sites: [String]) -> [Int] {
        if case .gpus(let count) = line.shape { return units(of: line, sites: sites).isEmpty ? [] : [count] }
        return Set(units(of: line, sites: sites).map(\.gpuCount)).sorted()
    }

    /// The GPU models that units of a line are made of at the sites, ascending.
    public func models(ofUnitsOf line: LeaseLine, sites: [String]) -> [String] {
        Set(units(of: line, sites: sites).map(\.model)).sorted()
    }

    /// The kinds of units that a line accepts. O(racks).
    private func units(of line: LeaseLine, sites: [String]) -> [(gpuCount: Int, model: String)] {
        func platform(_ rack: Int) -> Platform { fleet.platforms[fleet.racks[rack].platformOffset] }
        func isAccepted(_ rack: Int) -> Bool {
            (sites.isEmpty || sites.contains(fleet.sites[fleet.racks[rack].siteOffset].name))
                && (line.models.isEmpty || line.models.contains(platform(rack).gpu))
        }
        func gpus(_ rack: Int) -> Int { fleet.racks[rack].nodes.count * platform(rack).gpusPerNode }
        let racks = fleet.racks.indices.filter(isAccepted)
        switch line.shape {
        case .block:
            return fleet.domains.filter { $0.level == .block && $0.racks.allSatisfy(isAccepted) }
                .map { block in (block.racks.reduce(0) { $0 + gpus($1) }, platform(block.racks.lowerBound).gpu) }
        case .rack: return racks.filter { !platform($0).isRackScale }.map { (gpus($0), platform($0).gpu) }
        case .nvl72: return racks.filter { platform($0).isRackScale }.map { (gpus($0), platform($0).gpu) }
        case .node, .gpus: return racks.map { (platform($0).gpusPerNode, platform($0).gpu) }
        case .mig, .power: return []
        }
    }
}
