// Gangs to place: from a trace, or drawn for a fleet.

public import FleetModel

/// Gangs in order of arrival.
public struct GangWorkload: Sendable {
    public let requests: [GangRequest]

    public init(requests: [GangRequest]) {
        precondition(zip(requests, requests.dropFirst()).allSatisfy { $0.arrivesAt <= $1.arrivesAt }, "time passes")
        self.requests = requests
    }

    /// The jobs of a trace on the servers of a fleet.
    ///
    /// - Parameter gpusMax: jobs of more GPUs are left out.
    public init(jobs: [PhillyJob], on fleet: Fleet, gpusMax: Int = .max) {
        let mask = fleet.platformMask(rackScale: false)
        let gpusPerNode = fleet.platforms.filter { !$0.isRackScale }.map(\.gpusPerNode).min() ?? 8
        requests = jobs.filter { $0.gpus <= gpusMax }.map { job in
            let shape = GangShape.holding(gpus: job.gpus, gpusPerNode: gpusPerNode)
            let gpus =
                switch shape {
                case .gpus(let size): size
                default: shape.count * gpusPerNode
                }
            return GangRequest(
                shape: shape, gpus: gpus, platformMask: mask, arrivesAt: job.arrivesAt, seconds: job.seconds)
        }
    }

    /// A kind of gang that is drawn.
    private struct Kind {
        let shape: (Int) -> GangShape
        let countMax: Int
        let gpusEach: Int
        let platformMask: UInt64
        /// Its part of the GPUs asked for of its hardware, in percent.
        let sharePercent: Int
        let lifeDays: Double
        let capacity: Int

        var gpusMean: Double { Double(gpusEach) * Double(countMax + 1) / 2 }
        /// Arrivals a day when all its hardware is asked for once over.
        var arrivalsPerDay: Double { Double(capacity * sharePercent) / 100 / gpusMean / lifeDays }
    }

    /// Draws gangs for a fleet: of its servers 40 % of the GPUs asked for are blocks, 25 % racks, 30 % nodes and 5 %
    /// partitions; its NVLink racks are asked for one to eight at a time. Lives are exponential, of 60 days for blocks
    /// and NVLink racks, 30 for racks, 10 for nodes and 5 for partitions.
    ///
    /// - Parameters:
    ///   - loadPercent: GPUs asked for in percent of those there are, on average.
    ///   - months: of 30 days.
    public init(fleet: Fleet, loadPercent: Int, months: Int, seed: UInt64) {
        let kinds = Self.kinds(for: fleet)
        let rates = kinds.map { max(1, Int($0.arrivalsPerDay * 1_000)) }
        let gapMean = 86_400_000 / Double(rates.reduce(0, +)) * 100 / Double(loadPercent)
        var random = SimulationRandom(seed: seed)
        var (now, requests) = (Int64(0), [GangRequest]())
        while !kinds.isEmpty {
            now += random.exponential(mean: gapMean)
            guard now < Int64(months) * 30 * 86_400 else { break }
            let kind = kinds[random.offset(weights: rates)]
            let count = random.below(kind.countMax) + 1
            requests.append(
                GangRequest(
                    shape: kind.shape(count), gpus: kind.gpusEach * count, platformMask: kind.platformMask,
                    arrivesAt: now, seconds: random.exponential(mean: kind.lifeDays * 86_400)))
        }
        self.requests = requests
    }

    private static func kinds(for fleet: Fleet) -> [Kind] {
        var kinds: [Kind] = []
        let servers = fleet.racks.filter { !fleet.platforms[$0.platformOffset].isRackScale }
        if let first = servers.first {
            let mask = fleet.platformMask(rackScale: false)
            let gpus = fleet.platforms[first.platformOffset].gpusPerNode
            let rack = first.nodes.count * gpus
            let capacity = servers.reduce(0) { $0 + $1.nodes.count * gpus }
            let block = first.block.map { fleet.domains[$0.offset].nodes.count * gpus }
            func add(_ share: Int, _ days: Double, _ each: Int, _ countMax: Int, _ shape: @escaping (Int) -> GangShape)
            {
                kinds.append(
                    Kind(
                        shape: shape, countMax: countMax, gpusEach: each, platformMask: mask, sharePercent: share,
                        lifeDays: days, capacity: capacity))
            }
            if let block { add(40, 60, block, 1, GangShape.blocks) }
            add(25, 30, rack, 2, GangShape.racks)
            add(30, 10, gpus, 4, GangShape.nodes)
            add(1, 5, 1, 1) { _ in .gpus(1) }
            add(1, 5, 2, 1) { _ in .gpus(2) }
            add(3, 5, 4, 1) { _ in .gpus(4) }
        }
        let domains = fleet.racks.filter { fleet.platforms[$0.platformOffset].isRackScale }
        if let first = domains.first {
            let gpus = first.nodes.count * fleet.platforms[first.platformOffset].gpusPerNode
            kinds.append(
                Kind(
                    shape: GangShape.nvl72, countMax: min(8, domains.count), gpusEach: gpus,
                    platformMask: fleet.platformMask(rackScale: true), sharePercent: 100, lifeDays: 60,
                    capacity: domains.count * gpus))
        }
        return kinds
    }
}
