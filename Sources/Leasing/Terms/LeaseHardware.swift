// The hardware of a line as people read it.

public import FleetModel
import Packing

/// Writes holdings as compact paths.
public enum LeaseHardware {
    /// Paths of whole nodes, then partitions such as `memphis-1/h1/b001/r1/n1:2,4` by GPU module, then spares
    /// such as `memphis-2/h1/r001/t18:spare`.
    public static func paths(of holdings: Holdings, in fleet: Fleet) -> [String] {
        var result = HardwarePaths(holdings.wholeNodes, in: fleet).paths
        for partial in holdings.partialNodes {
            let modules = moduleIDs(of: partial.moduleMask).map { String($0) }
            result.append("\(nodePath(partial.node, fleet)):\(modules.joined(separator: ","))")
        }
        let spares = holdings.spareNodes.map { $0..<$0 + 1 }.united()
        return result + HardwarePaths(spares, in: fleet).paths.map { $0 + ":spare" }
    }

    /// The module ids of a mask, ascending from 1.
    public static func moduleIDs(of mask: UInt8) -> [Int] {
        (1...8).filter { module in mask & (1 << UInt8(module - 1)) != 0 }
    }

    private static func nodePath(_ node: Int, _ fleet: Fleet) -> String {
        HardwarePaths([node..<node + 1], in: fleet).paths[0]
    }
}
