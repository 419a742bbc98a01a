// Keeping the scheduler's thread and its memory on one NUMA node.

import CNuma

/// The machine's NUMA nodes.
public enum NUMABinding {
    /// How many NUMA nodes the machine has; 1 where it does not say.
    public static var nodeCount: Int { numa_available() < 0 ? 1 : Int(numa_num_configured_nodes()) }

    /// Binds the calling thread, and the memory that it touches first, to one node. Does nothing and returns false
    /// where there is only one.
    @discardableResult
    public static func bindCurrentThread(toNode node: Int) -> Bool {
        guard numa_available() >= 0, nodeCount > 1, (0..<nodeCount).contains(node) else { return false }
        guard numa_run_on_node(Int32(node)) == 0 else { return false }
        numa_set_preferred(Int32(node))
        return true
    }
}
