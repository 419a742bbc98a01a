// Where the scheduler runs.

/// The NUMA node of the scheduler's thread and memory.
public struct NUMAStatus: Codable, Sendable, Equatable {
    /// How many NUMA nodes the machine has.
    public var nodes: Int
    /// The node that it is bound to; absent: there is one alone, and nothing to bind.
    public var node: Int?
    /// How many percent of the memory that the book took at the start lie on that node, as the kernel counts its pages; absent:
    /// nothing is bound, or it took too little to tell.
    public var bookPercent: Int?
    /// What is not there in fact, as the kernel says; absent: all of it is.
    public var fault: String?

    /// Every field; those left out are absent.
    public init(nodes: Int, node: Int? = nil, bookPercent: Int? = nil, fault: String? = nil) {
        self.nodes = nodes
        self.node = node
        self.bookPercent = bookPercent
        self.fault = fault
    }
}
