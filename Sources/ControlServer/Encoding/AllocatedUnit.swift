// What a lease uses of one node, as its allocation lists it.

import ControlAPI
import FleetModel
import Leasing
import Packing

/// A node, the GPUs of one partition of it, or MIG instances on it, that a lease uses.
struct AllocatedUnit: Sendable {
    let node: Int
    let moduleMask: UInt8
    var partitionID: Int?
    var slices: [GPUSlice] = []

    /// Everything in use, in node order; instances of one line on one node are one unit.
    static func units(of lines: [LeaseLine], in fleet: Fleet) -> [AllocatedUnit] {
        var units: [AllocatedUnit] = []
        for line in lines {
            for range in line.holdings.wholeNodes {
                for node in range {
                    units.append(AllocatedUnit(node: node, moduleMask: fleet.moduleMasks[node]))
                }
            }
            units += line.holdings.partialNodes.map {
                AllocatedUnit(node: $0.node, moduleMask: $0.moduleMask, partitionID: $0.partitionID)
            }
            units += instances(line.holdings.slices)
        }
        return units.sorted { $0.node != $1.node ? $0.node < $1.node : $0.moduleMask < $1.moduleMask }
    }

    private static func instances(_ slices: [GPUSlice]) -> [AllocatedUnit] {
        let sorted = slices.sorted { ($0.node, $0.moduleMask, $0.start) < ($1.node, $1.moduleMask, $1.start) }
        return sorted.chunked { $0.node == $1.node }.map { slices in
            let mask = slices.reduce(0) { $0 | $1.moduleMask }
            return AllocatedUnit(node: slices[0].node, moduleMask: mask, slices: slices)
        }
    }

    func answer(cap: PowerCap, in book: Book) -> AllocatedNode {
        let fleet = book.fleet
        let rack = fleet.rackOfNode[node]
        let platform = fleet.platform(of: rack)
        let domain = fleet.domains[fleet.racks[rack.offset].domain.offset].path
        let modules = LeaseHardware.moduleIDs(of: moduleMask)
        let numa = platform.numa.filter { $0.moduleMask & moduleMask != 0 }
        let capWatts = Int(cap.watts(on: platform))
        return AllocatedNode(
            node: fleet.nodeName(NodeIndex(node)), domain: domain, platform: platform.name,
            gpus: modules.map { module in
                AllocatedGPU(module: module, uuid: book.uuid(of: NodeIndex(node), module: module)?.text)
            }, nvlink: nvlink(platform, domain: domain),
            mig: slices.map { MigInstance($0, in: fleet) }, numa: numa.map(\.number), cpus: numa.map(\.cpus),
            nics: modules.compactMap { platform.nics.indices.contains($0 - 1) ? platform.nics[$0 - 1] : nil },
            capWattsPerGpu: capWatts,
            capWatts: slices.isEmpty ? capWatts * modules.count : sliceWatts(capWatts, platform))
    }

    /// GPUs that are cut into instances are not joined.
    private func nvlink(_ platform: Platform, domain: String) -> NvlinkBinding? {
        guard slices.isEmpty else { return nil }
        if platform.isRackScale { return NvlinkBinding(domain: domain) }
        return NvlinkBinding(
            partition: partitionID ?? platform.partitions.first { $0.moduleMask == moduleMask }?.id)
    }

    private func sliceWatts(_ capWatts: Int, _ platform: Platform) -> Int {
        slices.reduce(0) {
            $0 + capWatts * platform.memorySlices(ofProfile: $1.profileID) / SliceGeometry.memorySlices
        }
    }
}

extension MigInstance {
    fileprivate init(_ slice: GPUSlice, in fleet: Fleet) {
        self.init(
            module: LeaseHardware.moduleIDs(of: slice.moduleMask)[0],
            profile: LeaseHardware.profileName(of: slice, in: fleet), profileId: slice.profileID, start: slice.start)
    }
}

extension Array {
    /// Stretches of neighbours that belong together.
    fileprivate func chunked(by areTogether: (Element, Element) -> Bool) -> [[Element]] {
        var result: [[Element]] = []
        for element in self {
            if let last = result.last?.last, areTogether(last, element) {
                result[result.count - 1].append(element)
            } else {
                result.append([element])
            }
        }
        return result
    }
}
