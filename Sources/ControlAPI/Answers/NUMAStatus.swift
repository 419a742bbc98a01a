// Where the scheduler runs.

/// The NUMA node of the scheduler's thread and memory.
public struct NUMAStatus: Codable, Sendable, Equatable {
    /// How many NUMA nodes the machine has.
    public var nodes: Int
    /// The node that it is bound to; absent: there is one alone, and nothing to bind.
    public var node: Int?
    /// What is not there in fact, as the kernel says; absent: all of it is.
    public var fault: String?

    /// Every field; those left out are absent.
    public init(nodes: Int, node: Int? = nil, fault: String? = nil) {
        self.nodes = nodes
        self.node = node
        self.fault = fault
    }
}
