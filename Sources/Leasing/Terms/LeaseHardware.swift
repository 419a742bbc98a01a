// The hardware of a line as people read it.

public import FleetModel
public import Packing

/// Writes holdings as compact paths.
public enum LeaseHardware {
    /// Paths of whole nodes, then partitions such as `memphis-1/h1/b001/r1/n1:2,4` by GPU module, then MIG instances
    /// such as `memphis-1/h1/b001/r1/n1:2:1g.10gb@0,3` by profile and first memory slices, then spares such as
    /// `memphis-2/h1/r001/t18:spare`.
    public static func paths(of holdings: Holdings, in fleet: Fleet) -> [String] {
        var result = HardwarePaths(holdings.wholeNodes, in: fleet).paths
        for partial in holdings.partialNodes {
            result.append(nodePath(partial.node, fleet) + ":" + moduleText(of: partial.moduleMask))
        }
        if !holdings.slices.isEmpty { result += instances(holdings.slices, fleet) }
        guard !holdings.spareNodes.isEmpty else { return result }
        let spares = holdings.spareNodes.map { $0..<$0 + 1 }.united()
        return result + HardwarePaths(spares, in: fleet).paths.map { $0 + ":spare" }
    }

    /// The module ids of a mask, ascending from 1.
    public static func moduleIDs(of mask: UInt8) -> [Int] {
        (1...8).filter { module in mask & (1 << UInt8(module - 1)) != 0 }
    }

    /// The module ids of a mask as in `2,4`.
    private static func moduleText(of mask: UInt8) -> String {
        var text = ""
        for module in 0..<8 where mask >> module & 1 == 1 {
            if !text.isEmpty { text += "," }
            text += String(module + 1)
        }
        return text
    }

    /// One path for each profile on each GPU.
    private static func instances(_ slices: [GPUSlice], _ fleet: Fleet) -> [String] {
        let sorted = slices.sorted {
            ($0.node, $0.moduleMask, $0.profileID, $0.start) < ($1.node, $1.moduleMask, $1.profileID, $1.start)
        }
        var result: [String] = []
        for (index, slice) in sorted.enumerated() {
            let previous = index > 0 ? sorted[index - 1] : nil
            if let previous, previous.node == slice.node, previous.moduleMask == slice.moduleMask,
                previous.profileID == slice.profileID
            {
                result[result.count - 1] += ",\(slice.start)"
            } else {
                let module = moduleIDs(of: slice.moduleMask)[0]
                result.append(
                    "\(nodePath(slice.node, fleet)):\(module):\(profileName(of: slice, in: fleet))@\(slice.start)")
            }
        }
        return result
    }

    /// The name of an instance's profile on its platform.
    public static func profileName(of slice: GPUSlice, in fleet: Fleet) -> String {
        let profiles = fleet.platform(of: NodeIndex(slice.node)).migProfiles
        return profiles.first { $0.profileID == slice.profileID }?.name ?? "profile \(slice.profileID)"
    }

    private static func nodePath(_ node: Int, _ fleet: Fleet) -> String {
        HardwarePaths([node..<node + 1], in: fleet).paths[0]
    }
}
