// Whether whole blocks, racks and NVLink domains are still whole ones: a fleet may have got more racks since.

import FleetModel
import Packing

extension Fleet {
    /// Whether nodes that were whole units of a shape once are still whole ones: a block may have got racks since. O(nodes).
    func isWhole(_ placement: LinePlacement, as shape: PlacementShape) -> Bool {
        let level: Level
        switch shape {
        case .block: level = .block
        case .rack, .nvl72: level = .rack
        case .node, .gpus, .mig, .power: return true
        }
        let held = placement.wholeNodes.coalesced()
        return held.allSatisfy { range in
            var next = range.lowerBound
            while next < range.upperBound {
                guard let domain = domain(of: rackOfNode[next], at: level) else { return false }
                let nodes = domains[domain.offset].nodes
                guard nodes.lowerBound == next, nodes.upperBound <= range.upperBound else { return false }
                next = nodes.upperBound
            }
            return true
        }
    }
}

extension PlacementShape {
    /// Whether a unit of it is all of a domain.
    var isOfDomains: Bool {
        switch self {
        case .block, .rack, .nvl72: true
        case .node, .gpus, .mig, .power: false
        }
    }

    var unitName: String {
        switch self {
        case .block: "block"
        case .nvl72: "NVLink domain"
        default: "rack"
        }
    }
}
