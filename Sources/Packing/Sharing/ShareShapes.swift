// Nodes that are alike when empty.

/// The distinct nodes of a pool, and the buckets that CPU is counted in.
struct ShareShapes: Sendable {
    private(set) var shapes: [ShareNode] = []
    /// The shape of each node.
    private(set) var ofNode: ContiguousArray<UInt8> = []
    private(set) var nodeCounts: [Int] = []
    /// CPU is counted in buckets of this many thousandths of a core; there are 64.
    let bucketMilli: Int

    static var shapeCountMax: Int { 64 }
    static var bucketCount: Int { 64 }

    init(_ nodes: [ShareNode]) {
        // Looked up only; the order of shapes is that of their first nodes.
        var known: [ShareNode: Int] = [:]
        for node in nodes {
            let shape = known[node] ?? shapes.count
            if shape == shapes.count {
                known[node] = shape
                shapes.append(node)
                nodeCounts.append(0)
            }
            precondition(shape < Self.shapeCountMax, "a pool has at most 64 kinds of node")
            ofNode.append(UInt8(shape))
            nodeCounts[shape] += 1
        }
        let cpuMax = nodes.reduce(0) { max($0, $1.cpuMilli) }
        bucketMilli = max(1, (cpuMax + Self.bucketCount - 2) / (Self.bucketCount - 1))
    }

    /// A request for all of a shape, its CPU rounded down to a bucket.
    func requestForAll(of shape: ShareNode) -> ShareRequest {
        ShareRequest(
            cpuMilli: shape.cpuMilli / bucketMilli * bucketMilli, memoryMiB: shape.memoryMiB, gpuCount: shape.gpuCount,
            gpuMilli: shape.gpuCount == 0 ? 0 : ShareRequest.wholeMilli, models: 1 << UInt64(shape.model))
    }

    /// Bit `s` for each shape whose nodes hold a request when empty.
    func mask(holding request: ShareRequest) -> UInt64 {
        var mask: UInt64 = 0
        for (offset, shape) in shapes.enumerated() where shape.couldHold(request) { mask |= 1 << UInt64(offset) }
        return mask
    }
}
