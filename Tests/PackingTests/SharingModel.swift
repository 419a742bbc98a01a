// The policy for shared GPUs written down as plainly as it can be said: every node and device is looked at each time.

@testable import Packing

/// A slow pool that must place as `SharePool` does when popularity is listed.
struct SharingModel {
    struct Node {
        let capacity: ShareNode
        let rank: Int
        var cpuMilli: Int
        var memoryMiB: Int
        var frees: [Int]
    }

    private struct Group: Hashable {
        let gpuCount: Int
        let perGPU: Int
        let price: Int
        let cpuMilli: Int
        let shapes: [Bool]
    }

    private(set) var nodes: [Node]
    private let shapes: [ShareNode]
    private let list: [(request: ShareRequest, count: Int)]
    private let prices: DevicePrices
    private let bucketMilli: Int
    private var weights: [(group: Group, weight: Int)] = []
    private var untilRefresh = 0
    private var isCPUScarce = false

    init(nodes: [ShareNode], ranks: [Int], list: [(request: ShareRequest, count: Int)]) {
        self.nodes = zip(nodes, ranks).map { node, rank in
            Node(
                capacity: node, rank: rank, cpuMilli: node.cpuMilli, memoryMiB: node.memoryMiB,
                frees: Array(repeating: 1_000, count: node.gpuCount))
        }
        shapes = Array(Set(nodes)).sorted { "\($0)" < "\($1)" }
        self.list = list
        let sizes = Set(list.map(\.request).filter(\.isPart).map(\.gpuMilli)).sorted()
        prices = DevicePrices(
            demand: sizes.map { size in
                (size, list.filter { $0.request.isPart && $0.request.gpuMilli == size }.reduce(0) { $0 + $1.count })
            })
        bucketMilli = ShareShapes(nodes).bucketMilli
    }

    private func price(_ milli: Int) -> Int { Int(prices.rests[milli]) }

    // MARK: What places are worth

    private func group(of request: ShareRequest) -> Group? {
        guard request.gpuCount > 0, price(request.gpuMilli) > 0 else { return nil }
        let fits = shapes.map { $0.couldHold(request) }
        guard fits.contains(true) else { return nil }
        return Group(
            gpuCount: request.isPart ? 0 : request.gpuCount, perGPU: request.isPart ? 1_000 / request.gpuMilli : 1,
            price: price(request.gpuMilli), cpuMilli: request.cpuMilli, shapes: fits)
    }

    private func places(_ group: Group, _ shape: ShareNode, frees: [Int], bucket: Int) -> Int {
        guard group.shapes[shapes.firstIndex(of: shape)!] else { return 0 }
        let whole = frees.filter { $0 == 1_000 }.count
        let rest = frees.filter { $0 < 1_000 }.reduce(0) { $0 + price($1) }
        let byGPU = group.gpuCount > 0 ? whole / group.gpuCount : whole * group.perGPU + rest / group.price
        let byCPU = group.cpuMilli == 0 ? Int.max : bucket * bucketMilli / group.cpuMilli
        return min(96, byGPU, byCPU)
    }

    private mutating func refresh() {
        let total = list.reduce(0) { $0 + $1.count }
        func sum(_ what: (ShareRequest) -> Int) -> Int { list.reduce(0) { $0 + what($1.request) * $1.count } }
        func left(_ free: Int, _ asked: Int) -> Int { asked == 0 ? 1 << 24 : min(1 << 24, free * total / asked) }
        let byGPU = left(nodes.reduce(0) { $0 + $1.frees.reduce(0, +) }, sum(\.totalMilli))
        let byCPU = left(nodes.reduce(0) { $0 + $1.cpuMilli }, sum(\.cpuMilli))
        let expected = min(byGPU, byCPU, left(nodes.reduce(0) { $0 + $1.memoryMiB }, sum(\.memoryMiB)))
        isCPUScarce = byCPU < byGPU
        var counts: [(group: Group, count: Int)] = []
        for (request, count) in list {
            guard let group = group(of: request) else { continue }
            if let known = counts.firstIndex(where: { $0.group == group }) {
                counts[known].count += count
            } else {
                counts.append((group, count))
            }
        }
        weights = counts.map { group, count in
            let room = nodes.reduce(0) {
                $0 + places(group, $1.capacity, frees: $1.frees, bucket: $1.cpuMilli / bucketMilli)
            }
            let need = count * expected * 7 * 65_536 / (5 * total)
            let ratio = min(65_536, need / max(1, room))
            let price = (count * 65_536 * 2 / (5 * total) + ratio * ratio / 65_536) / 4
            let digits = Int.bitWidth - price.leadingZeroBitCount
            guard digits > 3 else { return (group, price) }
            let unit = 1 << (digits - 3)
            return (group, (price + unit / 2) / unit * unit)
        }
    }

    private func worth(_ node: Node, frees: [Int], bucket: Int) -> Int {
        weights.reduce(0) { $0 + $1.weight * places($1.group, node.capacity, frees: frees, bucket: bucket) }
    }

    // MARK: Placing

    mutating func place(_ request: ShareRequest) -> SharePlacement? {
        if untilRefresh == 0 {
            refresh()
            untilRefresh = max(16, nodes.reduce(0) { $0 + $1.capacity.gpuCount } / 96)
        }
        var best: (key: [Int], node: Int, devices: UInt8)?
        for (index, node) in nodes.enumerated() where fits(request, node) {
            for device in options(request, node) {
                let (frees, devices, waste) = taking(request, device, from: node)
                let bucket = node.cpuMilli / bucketMilli
                let step = (request.cpuMilli + (bucketMilli - 1) / 2) / bucketMilli
                let loss =
                    worth(node, frees: node.frees, bucket: bucket)
                    - worth(node, frees: frees, bucket: max(0, bucket - step))
                // At equal loss and rank a rest is met before a free device, small rests before large ones.
                let isHole = request.isPart && node.frees[device] < 1_000
                let spread = isCPUScarce && !isHole ? 8 - node.frees.filter { $0 == 1_000 }.count : 0
                let key = [waste, loss >> 10, spread, node.rank, request.isPart ? node.frees[device] : 0]
                if best.map({ key.lexicographicallyPrecedes($0.key) }) ?? true { best = (key, index, devices) }
            }
        }
        guard let best else { return nil }
        untilRefresh -= 1
        let placement = SharePlacement(node: best.node, devices: best.devices)
        take(placement, request)
        return placement
    }

    mutating func take(_ placement: SharePlacement, _ request: ShareRequest) {
        for device in 0..<8 where placement.devices >> UInt8(device) & 1 == 1 {
            nodes[placement.node].frees[device] -= request.gpuMilli
        }
        nodes[placement.node].cpuMilli -= request.cpuMilli
        nodes[placement.node].memoryMiB -= request.memoryMiB
    }

    mutating func release(_ placement: SharePlacement, of request: ShareRequest) {
        for device in 0..<8 where placement.devices >> UInt8(device) & 1 == 1 {
            nodes[placement.node].frees[device] += request.gpuMilli
        }
        nodes[placement.node].cpuMilli += request.cpuMilli
        nodes[placement.node].memoryMiB += request.memoryMiB
    }

    func fits(_ request: ShareRequest, _ node: Node) -> Bool {
        node.capacity.couldHold(request) && node.cpuMilli >= request.cpuMilli && node.memoryMiB >= request.memoryMiB
            && node.frees.filter { $0 >= request.gpuMilli }.count >= request.gpuCount
    }

    /// The devices that a part could be taken from; any one number otherwise.
    private func options(_ request: ShareRequest, _ node: Node) -> [Int] {
        request.isPart ? node.frees.indices.filter { node.frees[$0] >= request.gpuMilli } : [0]
    }

    private func taking(
        _ request: ShareRequest, _ device: Int, from node: Node
    ) -> (frees: [Int], devices: UInt8, waste: Int) {
        var frees = node.frees
        if request.isPart {
            frees[device] -= request.gpuMilli
            let waste = price(node.frees[device]) - price(frees[device]) - price(request.gpuMilli)
            return (frees, 1 << UInt8(device), max(0, waste))
        }
        var devices: UInt8 = 0
        for device in frees.indices.filter({ frees[$0] == 1_000 }).prefix(request.gpuCount) {
            frees[device] = 0
            devices |= 1 << UInt8(device)
        }
        return (frees, devices, 0)
    }
}
