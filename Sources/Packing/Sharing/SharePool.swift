// Parts of GPUs and whole GPUs, with CPU and memory, on nodes that differ: which node and device a request gets.
//
// A request goes where it costs the requests to come least, in this order:
//
// 1. A part goes to the device on which it wastes least. What a rest of a GPU is worth follows from the sizes that are
//    asked for (`DevicePrices`): 470 thousandths go beside 470 others or on a free GPU, 320 beside 650.
// 2. Of those, the node on which the fewest places for other requests go, each at its price (`ShareRooms`). The sum is
//    counted coarsely, in sixteenths of a refusal: what is finer than that is chance, and following it scatters small
//    requests over the pool, where the tie order gathers them.
// 3. Where CPU will run out before GPUs, of those the node with most free GPUs: CPU is then best used where it is
//    beside GPUs, and gathering would save GPUs that nobody can use.
// 4. Of those, the node of the lowest rank in an order that never changes.
//
// Integers throughout: the same calls give the same placements. In steady state nothing is allocated, and a choice
// takes time by the states that nodes are in, which are few, not by nodes.

/// Nodes whose GPUs are shared, with what is left of each.
///
/// - Complexity: `place` is O(states + holes looked at), amortised over a refresh of the prices after every hundredth
///   of the pool; `release` is O(1).
public struct SharePool: Sendable {
    /// What is left on a node.
    struct Left: Sendable {
        var cpuMilli: Int32
        var memoryMiB: Int32
        var row: Int32
        var shape: UInt8
        var gpuCount: UInt8
        var free: UInt8
        var rest: UInt8
    }

    public let nodes: [ShareNode]
    let shapes: ShareShapes
    let ranks: ContiguousArray<Int32>
    let nodeOfRank: ContiguousArray<Int32>
    private let isLearning: Bool
    private let placementsPerRefresh: Int

    var demand = ShareDemand()
    var prices: DevicePrices
    var rooms = ShareRooms()
    var rows: ShareRows
    var holes: ShareHoles
    /// By rank.
    var left: ContiguousArray<Left>
    /// Whether CPU would run out before GPUs, as of the last refresh.
    var isCPUScarce = false
    private var freeMilli: Int64 = 0
    private var freeCPU: Int64 = 0
    private var freeMemory: Int64 = 0

    private var placementsUntilRefresh = 0
    private var requestsUntilPricing: Int64 = Self.firstPricing
    private var releaseCount: Int64 = 0
    /// By kind: `releaseCount` when it was last refused; until more is released it will be again.
    private var refusedAt: ContiguousArray<Int64> = []

    /// Losses are told apart in sixteenths of a refusal.
    static var lossShift: Int32 { 10 }
    /// Requests for a whole node that each shape counts as having seen.
    private static var priorCount: Int64 { 2 }
    /// Requests after which prices are first made when popularity is learned; then after four times as many.
    private static var firstPricing: Int64 { 64 }

    /// A pool of empty nodes. O(nodes), and some milliseconds for prices.
    ///
    /// - Parameters:
    ///   - ranks: the rank of each node in the tie order, each of 0..<nodes.count once; nil: the order given.
    ///   - popularity: how often each kind of request comes.
    public init(nodes: [ShareNode], ranks: [Int]? = nil, popularity: SharePopularity = .learned) {
        precondition(!nodes.isEmpty, "a pool has nodes")
        let order = ranks ?? Array(nodes.indices)
        precondition(order.sorted() == Array(nodes.indices), "each node has a rank of its own")
        self.nodes = nodes
        shapes = ShareShapes(nodes)
        self.ranks = ContiguousArray(order.map(Int32.init))
        var nodeOfRank = ContiguousArray<Int32>(repeating: 0, count: nodes.count)
        for (node, rank) in order.enumerated() { nodeOfRank[rank] = Int32(node) }
        self.nodeOfRank = nodeOfRank
        rows = ShareRows(shapeCount: shapes.shapes.count, rankCount: nodes.count)
        holes = ShareHoles(rankCount: nodes.count)
        left = []
        var gpuCount = 0
        for node in nodeOfRank.map({ Int($0) }) {
            let capacity = nodes[node]
            gpuCount += capacity.gpuCount
            freeCPU += Int64(capacity.cpuMilli)
            freeMemory += Int64(capacity.memoryMiB)
            left.append(
                Left(
                    cpuMilli: Int32(capacity.cpuMilli), memoryMiB: Int32(capacity.memoryMiB), row: -1,
                    shape: shapes.ofNode[node], gpuCount: UInt8(capacity.gpuCount), free: 0, rest: 0))
        }
        freeMilli = Int64(gpuCount * ShareRequest.wholeMilli)
        placementsPerRefresh = max(16, gpuCount / 96)
        prices = DevicePrices(demand: [])
        if case .listed(let list) = popularity {
            isLearning = false
            for (request, count) in list { demand.count(index(of: request).offset, times: Int64(count)) }
        } else {
            isLearning = true
            // Before anything was asked for: someone may come for a whole node of any shape, and would find none left
            // if that had to be seen first.
            for shape in shapes.shapes where shape.gpuCount > 0 {
                demand.count(index(of: shapes.requestForAll(of: shape)).offset, times: Self.priorCount)
            }
        }
        for rank in left.indices { holes.fill(rank, gpuCount: Int(left[rank].gpuCount)) }
        reprice()
    }

    /// The index of a kind of request, to place it by. O(1); O(shapes) and allocating when the kind is new.
    ///
    /// Kinds are never forgotten: a caller that takes requests from strangers rounds their CPU and memory first.
    public mutating func kind(of request: ShareRequest) -> ShareKindIndex {
        ShareKindIndex(offset: index(of: request).offset)
    }

    private mutating func index(of request: ShareRequest) -> (offset: Int, isNew: Bool) {
        let found = demand.index(of: request, shapes: shapes)
        if found.isNew {
            refusedAt.append(-1)
            if request.isPart { prices.addMasks(for: request.gpuMilli) }
        }
        return found
    }

    /// Places a request, or gives nil when no node has room.
    public mutating func place(_ kind: ShareKindIndex) -> SharePlacement? {
        if isLearning { learn(kind.offset) }
        guard refusedAt[kind.offset] != releaseCount else { return nil }
        if placementsUntilRefresh == 0 { refresh() }
        let request = demand.requests[kind.offset]
        let shapeMask = demand.shapeMasks[kind.offset]
        let choice = request.isPart ? chooseForPart(request, shapeMask) : chooseForWhole(request, shapeMask)
        guard choice.rank >= 0 else {
            refusedAt[kind.offset] = releaseCount
            return nil
        }
        placementsUntilRefresh -= 1
        return SharePlacement(node: Int(nodeOfRank[choice.rank]), devices: take(request, choice))
    }

    /// Gives back what `place` gave for the same kind. O(1).
    public mutating func release(_ placement: SharePlacement, of kind: ShareKindIndex) {
        let request = demand.requests[kind.offset]
        let rank = Int(ranks[placement.node])
        releaseCount += 1
        for device in 0..<ShareRequest.gpuCountMax where placement.devices >> UInt8(device) & 1 == 1 {
            let free = holes.free(rank, device)
            precondition(free + request.gpuMilli <= ShareRequest.wholeMilli, "what is given back was taken")
            holes.set(rank, device, free: free + request.gpuMilli)
        }
        add(request, to: rank, sign: -1)
    }

    /// Thousandths free of a device.
    public func freeMilli(node: Int, device: Int) -> Int { holes.free(Int(ranks[node]), device) }
    /// Thousandths of a core free of a node.
    public func freeCPUMilli(node: Int) -> Int { Int(left[Int(ranks[node])].cpuMilli) }
    /// MiB free of a node.
    public func freeMemoryMiB(node: Int) -> Int { Int(left[Int(ranks[node])].memoryMiB) }

    // MARK: Changing

    private mutating func take(_ request: ShareRequest, _ choice: Choice) -> UInt8 {
        var devices: UInt8 = 0
        var wanted = request.gpuCount
        var device = 0
        while wanted > 0 {
            if holes.free(choice.rank, device) == choice.free {
                holes.set(choice.rank, device, free: choice.free - request.gpuMilli)
                devices |= 1 << UInt8(device)
                wanted -= 1
            }
            device += 1
        }
        add(request, to: choice.rank, sign: 1)
        return devices
    }

    private mutating func add(_ request: ShareRequest, to rank: Int, sign: Int) {
        freeMilli -= Int64(sign * request.totalMilli)
        freeCPU -= Int64(sign * request.cpuMilli)
        freeMemory -= Int64(sign * request.memoryMiB)
        rows.remove(rank, row: Int(left[rank].row), bucket: bucket(of: rank))
        left[rank].cpuMilli -= Int32(sign * request.cpuMilli)
        left[rank].memoryMiB -= Int32(sign * request.memoryMiB)
        sort(rank)
    }

    @inline(__always)
    func bucket(of rank: Int) -> Int { Int(left[rank].cpuMilli) / shapes.bucketMilli }

    /// Puts a node into the row and cell of what is left on it.
    private mutating func sort(_ rank: Int) {
        var (free, rest) = (0, 0)
        for device in 0..<Int(left[rank].gpuCount) {
            let milli = holes.free(rank, device)
            if milli == ShareRequest.wholeMilli { free += 1 } else { rest += Int(prices.rests[milli]) }
        }
        let row = rows.row(shape: Int(left[rank].shape), free: free, rest: rest)
        left[rank].free = UInt8(free)
        left[rank].rest = UInt8(rest)
        left[rank].row = Int32(row)
        rows.insert(rank, row: row, bucket: bucket(of: rank))
    }

    // MARK: Prices

    private mutating func learn(_ kind: Int) {
        let isHalved = demand.count(kind)
        requestsUntilPricing -= 1
        if requestsUntilPricing == 0 || isHalved {
            requestsUntilPricing = 3 * demand.total
            reprice()
        }
    }

    /// Makes the prices of sizes anew, and sorts all nodes by them. O(nodes), and some milliseconds.
    private mutating func reprice() {
        prices = DevicePrices(demand: demand.parts())
        for request in demand.requests where request.isPart { prices.addMasks(for: request.gpuMilli) }
        rooms = ShareRooms()
        rows = ShareRows(shapeCount: shapes.shapes.count, rankCount: nodes.count)
        for rank in left.indices { sort(rank) }
        placementsUntilRefresh = 0
    }

    /// Counts all room and sets the prices of places. O(kinds + states × groups).
    private mutating func refresh() {
        placementsUntilRefresh = placementsPerRefresh
        if rooms.kindCount != demand.requests.count { rooms.regroup(demand, prices, shapes) }
        rooms.reset(demand)
        rows.countRooms(&rooms)
        let expected = demand.expectedRequests(freeMilli: freeMilli, freeCPU: freeCPU, freeMemory: freeMemory)
        isCPUScarce = expected.isCPUScarce
        rows.expire(rooms.weigh(expected: expected.least))
    }
}
