// berth simulate gangs

import ArgumentParser
import FleetModel
import Foundation
import Simulation

struct SimulateGangs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gangs",
        abstract: "Compare rules for placing gangs, from a trace or drawn by a seed.",
        discussion: """
            With --trace the jobs of a Philly file come to servers in blocks of 512 GPUs, or to those of --fleet. \
            Without, gangs are drawn for the fleet: blocks, racks, NVLink racks, nodes and partitions.

            EXAMPLE
              berth simulate gangs --trace jobs.csv --blocks 2
              berth simulate gangs --fleet config/fleets/small.yaml --months 12 --seeds 4
            """)

    @Option(help: ArgumentHelp("Jobs in the one-file form of the Philly trace.", valueName: "path"))
    var trace: String?

    @Flag(help: "Gangs that do not fit wait, first in first out.")
    var queue = false

    @Option(help: ArgumentHelp("A fleet file.", valueName: "path"))
    var fleet: String?

    @Option(help: "Without a fleet file: blocks of 64 servers with 8 GPUs each.")
    var blocks = 16

    @Option(help: ArgumentHelp("GPUs asked for over those there are, on average.", valueName: "ratio"))
    var load = 1.0

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, one after the other.")
    var seeds = 1

    @Option(help: "Months of 30 days.")
    var months = 12

    @Option(name: .customLong("cap-percent"), help: "The cap of every lease in percent of each model's highest.")
    var capPercent = 60

    @Option(help: ArgumentHelp("A rule, or all; may be given several times.", valueName: "name"))
    var policy: [String] = ["all"]

    func validate() throws {
        guard (1...1_000).contains(blocks) else { throw ValidationError("--blocks is from 1 to 1000.") }
        guard load >= 0.01, load <= 10 else { throw ValidationError("--load is from 0.01 to 10.") }
        guard seed <= .max - 100 else { throw ValidationError("--seed is at most \(UInt64.max - 100).") }
        guard (1...100).contains(seeds) else { throw ValidationError("--seeds is from 1 to 100.") }
        guard (1...120).contains(months) else { throw ValidationError("--months is from 1 to 120.") }
        guard (1...100).contains(capPercent) else { throw ValidationError("--cap-percent is from 1 to 100.") }
        _ = try policies()
    }

    func run() throws {
        let fleet = try self.fleet.map { try FleetFile.load(path: $0, catalogue: try Catalogue.builtIn()) }
        let hardware = try fleet ?? GangExperiment.servers(blocks: blocks)
        var experiments: [GangExperiment] = []
        for offset in 0..<(trace == nil ? seeds : 1) {
            let workload = try workload(on: hardware, seed: seed + UInt64(offset))
            guard !workload.requests.isEmpty else { throw ValidationError("No gang arrives.") }
            var experiment = GangExperiment(fleet: hardware, workload: workload)
            experiment.queues = queue
            experiment.capPercent = capPercent
            experiments.append(experiment)
        }
        let gangs = experiments.reduce(0) { $0 + $1.workload.requests.count }
        Terminal.standardOutput.write("\(counted(hardware.gpuCount, "GPU")), \(counted(gangs, "gang"))")
        let outcomes = try policies().map { policy in
            (policy.rawValue, experiments.map { $0.run(policy, seed: seed) })
        }
        GangTables(outcomes: outcomes, queues: queue).print()
        guard !queue, let ceiling = GangCeiling(fleet: hardware) else { return }
        GangTables.printCeiling(experiments.map { ceiling.run($0.workload, on: hardware) })
    }

    private func workload(on hardware: Fleet, seed: UInt64) throws -> GangWorkload {
        guard let trace else {
            return GangWorkload(fleet: hardware, loadPercent: Int((load * 100).rounded()), months: months, seed: seed)
        }
        do {
            let text = try String(contentsOfFile: trace, encoding: .utf8)
            return GangWorkload(jobs: try PhillyTrace.read(text, file: trace), on: hardware)
        } catch let error as TraceError {
            throw ValidationError("\(error).")
        } catch {
            throw ValidationError("\(trace) cannot be read: \(error.localizedDescription)")
        }
    }

    private func policies() throws -> [GangPolicy] {
        if policy.contains("all") { return GangPolicy.allCases }
        return try policy.map {
            guard let policy = GangPolicy(rawValue: $0) else {
                let names = GangPolicy.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\($0) is no rule. The rules: \(names).")
            }
            return policy
        }
    }
}
