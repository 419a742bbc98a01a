// Who asks for what, and how often: counted from a list, or from the requests themselves.

/// Where a pool knows from how often each kind of request comes.
public enum SharePopularity: Sendable {
    /// From a list of requests with their counts, as FGD does; requests placed do not change it.
    case listed([(request: ShareRequest, count: Int)])
    /// From the requests that were placed or refused so far.
    case learned
}

/// The kinds of request that a pool has seen, and how often.
struct ShareDemand: Sendable {
    private(set) var requests: ContiguousArray<ShareRequest> = []
    private(set) var counts: ContiguousArray<Int64> = []
    /// Bit `s` for each shape of node that a kind fits when it is empty.
    private(set) var shapeMasks: ContiguousArray<UInt64> = []
    private var indexes: [ShareRequest: Int] = [:]
    /// Sums over all counted requests.
    private(set) var total: Int64 = 0
    private(set) var totalMilli: Int64 = 0
    private(set) var totalCPU: Int64 = 0
    private(set) var totalMemory: Int64 = 0

    /// Counts are halved together when they reach this, so that a mix may change.
    static var totalMax: Int64 { 1 << 18 }

    /// The index of a kind, new or known. O(shapes) when new.
    mutating func index(of request: ShareRequest, shapes: ShareShapes) -> (offset: Int, isNew: Bool) {
        if let known = indexes[request] { return (known, false) }
        let offset = requests.count
        indexes[request] = offset
        requests.append(request)
        counts.append(0)
        shapeMasks.append(shapes.mask(holding: request))
        return (offset, true)
    }

    /// Counts requests of a kind. O(1), or O(kinds) when all counts are halved; true when they were.
    @discardableResult
    mutating func count(_ kind: Int, times: Int64 = 1) -> Bool {
        counts[kind] += times
        add(kind, times)
        guard total >= Self.totalMax else { return false }
        (total, totalMilli, totalCPU, totalMemory) = (0, 0, 0, 0)
        for other in counts.indices {
            counts[other] /= 2
            add(other, counts[other])
        }
        return true
    }

    private mutating func add(_ kind: Int, _ times: Int64) {
        let request = requests[kind]
        total += times
        totalMilli += times * Int64(request.totalMilli)
        totalCPU += times * Int64(request.cpuMilli)
        totalMemory += times * Int64(request.memoryMiB)
    }

    /// How many requests there are for each size of part, ascending.
    func parts() -> [(milli: Int, count: Int)] {
        var counted = [Int64](repeating: 0, count: ShareRequest.wholeMilli)
        for (kind, request) in requests.enumerated() where request.isPart { counted[request.gpuMilli] += counts[kind] }
        return counted.indices.filter { counted[$0] > 0 }.map { ($0, Int(counted[$0])) }
    }

    /// How many more requests what is free would hold if they came in the proportions counted, by each resource; as
    /// many as can be by one that nobody asks for, and none before the first request.
    func expectedRequests(freeMilli: Int64, freeCPU: Int64, freeMemory: Int64) -> Expectation {
        Expectation(
            byGPU: expected(freeMilli, totalMilli), byCPU: expected(freeCPU, totalCPU),
            byMemory: expected(freeMemory, totalMemory))
    }

    private func expected(_ free: Int64, _ asked: Int64) -> Int64 {
        asked == 0 ? Expectation.unlimited : min(Expectation.unlimited, free * total / asked)
    }

    struct Expectation {
        let byGPU: Int64
        let byCPU: Int64
        let byMemory: Int64

        static var unlimited: Int64 { 1 << 24 }

        /// By the resource that runs out first.
        var least: Int64 { min(byGPU, byCPU, byMemory) }
        /// Whether CPU runs out before GPUs.
        var isCPUScarce: Bool { byCPU < byGPU }
    }
}
