// The hardware that lines say they hold, by the names in a request.

import ControlAPI
import FleetModel
import Leasing
import Packing

extension PinReader {
    /// What one line holds: whole nodes as for a pin, `NODES:1,2` for GPUs by module, `NODES:3:1g.10gb@0,1` for instances by
    /// profile and first memory slices.
    func hardware(_ texts: [String], of shape: PlacementShape, in fleet: Fleet, _ pointer: String) throws
        -> LinePlacement
    {
        var placement = LinePlacement(wholeNodes: [], partialNodes: [], slices: [])
        for (place, text) in texts.enumerated() {
            func refused(_ detail: String, _ expected: String) -> Problem {
                Problem(.badRequest, detail: detail, pointer: "\(pointer)/\(place)", expected: expected)
            }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let nodes = try self.nodes([parts[0]], in: fleet, pointer) ?? []
            switch (shape, parts.count) {
            case (.node, 1), (.rack, 1), (.nvl72, 1), (.block, 1): placement.wholeNodes += nodes
            case (.gpus(let gpus), 2):
                guard let modules = Self.numbers(parts[1]) else {
                    throw refused("\"\(text)\" does not name GPUs by module", "a node and modules, such as n1:1,2")
                }
                for node in nodes.joined() {
                    let found = Self.partitions(modules, of: gpus, on: fleet.platform(of: NodeIndex(node)), node)
                    guard let found else {
                        throw refused(
                            "modules \(parts[1]) of \(fleet.nodeName(NodeIndex(node))) are not units of \(gpus) GPUs, each one NVLink partition",
                            "modules of whole partitions, unit by unit")
                    }
                    placement.partialNodes += found
                }
            case (.mig(let profileID), 3):
                let words = parts[2].split(separator: "@").map(String.init)
                guard words.count == 2, let module = Int(parts[1]), (1...8).contains(module),
                    let starts = Self.numbers(words[1])
                else {
                    throw refused("\"\(text)\" does not name instances", "such as n1:3:1g.10gb@0,1")
                }
                for node in nodes.joined() {
                    let platform = fleet.platform(of: NodeIndex(node))
                    guard let profile = platform.migProfiles.first(where: { $0.name == words[0] }),
                        profile.profileID == profileID, module <= platform.gpusPerNode,
                        starts.allSatisfy({ profile.starts.contains($0) })
                    else {
                        throw refused(
                            "GPU \(module) of \(fleet.nodeName(NodeIndex(node))) has no instance \(parts[2]) of the line's profile",
                            "the line's profile and memory slices at which it may start")
                    }
                    placement.slices += starts.map {
                        GPUSlice(node: node, moduleMask: 1 << UInt8(module - 1), profileID: profileID, start: $0)
                    }
                }
            default:
                throw refused(
                    "\"\(text)\" is not what a line of its shape holds",
                    "nodes for blocks, racks, nvl72 and nodes; NODE:MODULES for gpu; NODE:MODULE:PROFILE@STARTS for mig"
                )
            }
        }
        placement.wholeNodes = placement.wholeNodes.united()
        return placement
    }

    private static func numbers(_ text: String) -> [Int]? {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Int($0) }
        return numbers.count == words.count && Set(numbers).count == numbers.count ? numbers : nil
    }

    /// Modules as units of one partition each, in the order given.
    private static func partitions(_ modules: [Int], of gpus: Int, on platform: Platform, _ node: Int) -> [PartialNode]?
    {
        guard modules.count % gpus == 0, modules.allSatisfy({ (1...platform.gpusPerNode).contains($0) }) else {
            return nil
        }
        var found: [PartialNode] = []
        for first in stride(from: 0, to: modules.count, by: gpus) {
            let mask = modules[first..<first + gpus].reduce(UInt8(0)) { $0 | 1 << UInt8($1 - 1) }
            guard let partition = platform.partitions.first(where: { $0.moduleMask == mask }) else { return nil }
            found.append(PartialNode(node: node, moduleMask: mask, partitionID: partition.id))
        }
        return found
    }
}

extension PlacementShape {
    /// Units of it that some hardware comes to.
    func unitCount(of placement: LinePlacement, in fleet: Fleet) -> Int {
        switch self {
        case .node: placement.wholeNodes.reduce(0) { $0 + $1.count }
        case .rack, .nvl72: Set(placement.wholeNodes.joined().map { fleet.rackOfNode[$0].offset }).count
        case .block:
            Set(
                placement.wholeNodes.joined().compactMap { node in
                    fleet.domain(of: fleet.rackOfNode[node], at: .block)?.offset
                }
            ).count
        case .gpus: placement.partialNodes.count
        case .mig: placement.slices.count
        case .power: 0
        }
    }
}
