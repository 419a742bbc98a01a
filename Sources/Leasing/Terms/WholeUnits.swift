// Whether whole blocks, racks and NVLink domains are still whole ones: a fleet may have got more racks since.

import FleetModel
import Packing

extension Fleet {
    /// Whether nodes that were whole units of a shape once, spares among them, are still whole ones: a block may have got racks
    /// since. O(nodes).
    ///
    /// - Parameter nodes: ascending ranges.
    func isWhole(_ nodes: [Range<Int>], as shape: PlacementShape) -> Bool {
        guard let level = shape.domainLevel else { return true }
        return nodes.coalesced().allSatisfy { range in
            var next = range.lowerBound
            while next < range.upperBound {
                guard let domain = domain(of: rackOfNode[next], at: level) else { return false }
                let unit = domains[domain.offset].nodes
                guard unit.lowerBound == next, unit.upperBound <= range.upperBound else { return false }
                next = unit.upperBound
            }
            return true
        }
    }
}

extension PlacementShape {
    /// The level of the domains of which its units are the whole; nil where they are none.
    var domainLevel: Level? {
        switch self {
        case .block: .block
        case .rack, .nvl72: .rack
        case .node, .gpus, .mig, .power: nil
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
