// Gangs that come and go on a fleet, placed by one rule or another.

public import FleetModel
import Packing

/// One stream of gangs on one fleet, the same for every rule.
public struct GangExperiment: Sendable {
    public let fleet: Fleet
    public let workload: GangWorkload
    /// The cap of every lease in percent of each model's highest.
    public var capPercent = 60
    /// Whether a gang that does not fit waits for its turn, first in first out, instead of being dropped.
    public var queues = false
    /// Samples of the fleet, evenly over the arrivals.
    public var sampleCount = 200

    public init(fleet: Fleet, workload: GangWorkload) {
        self.fleet = fleet
        self.workload = workload
    }

    /// Runs all requests under one rule. Deterministic for a seed, apart from the decision times.
    public func run(_ policy: GangPolicy, seed: UInt64 = 1) -> GangOutcome {
        var run = GangRun(experiment: self, policy: policy, seed: seed)
        let every = max(1, workload.requests.count / max(1, sampleCount))
        for (number, request) in workload.requests.enumerated() {
            run.pass(to: request.arrivesAt)
            run.arrive(request)
            if number % every == every - 1 { run.sample() }
        }
        return run.finish()
    }

    /// Servers in blocks of 512 GPUs with more power than they can use, for traces that name no fleet.
    public static func servers(blocks: Int) throws -> Fleet {
        let text = """
            version: 1
            name: servers
            sites:
              - name: s1
                pue: 1.2
                networkPercent: 5
                energyPricePerMWh: 50
                carbonGramsPerKWh: 400
                reliabilityPercent: 99.9
                turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}
                halls: [{name: h1, blocks: [{name: "b[1-\(blocks)]", platform: hgx-h100, racks: 8, nodesPerRack: 8}]}]
                power: [{name: root, rating: \(blocks) MW}]
            """
        return try FleetFile.parse(text: text, file: "servers", catalogue: try Catalogue.builtIn())
    }
}
