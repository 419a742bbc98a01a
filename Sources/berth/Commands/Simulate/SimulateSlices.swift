// berth simulate slices

import ArgumentParser
import FleetModel
import Packing
import Simulation

struct SimulateSlices: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slices",
        abstract: "Compare rules for placing MIG instances, on requests drawn by a seed.",
        discussion: """
            Fill: instances come until as many memory slices have been asked for as there are, and none leaves. Churn: \
            instances come and go, with exponential gaps and lives; the first tenth is not measured. Nothing queues.

            A mix is uniform, skew-small, skew-big, bimodal, or six weights with commas: 1g, 1g with two memory slices, \
            2g, 3g, 4g, 7g.

            EXAMPLE
              berth simulate slices --mix uniform --load 1.0 --seeds 4
              berth simulate slices --mix 5,0,0,5,0,0 --policy fgd --policy ours
            """)

    @Option(help: "The platform whose placement table is used.")
    var platform = "hgx-h100"

    @Option(help: "How many GPUs.")
    var gpus = 100

    @Option(help: "What is asked for; may be given several times.")
    var mix: [String] = ["uniform"]

    @Option(help: ArgumentHelp("Memory slices asked for over those there are, on average.", valueName: "ratio"))
    var load = 1.0

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, one after the other.")
    var seeds = 4

    @Option(help: "Requests for each seed.")
    var arrivals = 20_000

    @Option(help: ArgumentHelp("A rule, or all; may be given several times.", valueName: "name"))
    var policy: [String] = ["all"]

    @Flag(help: "Also the rules that destroy instances to create them elsewhere.")
    var moves = false

    @Option(help: ArgumentHelp("Leases that allow it to be moved, in percent.", valueName: "percent"))
    var movable = 100

    func validate() throws {
        guard (1...100_000).contains(gpus) else { throw ValidationError("--gpus is from 1 to 100000.") }
        guard load >= 0.01, load <= 10 else { throw ValidationError("--load is from 0.01 to 10.") }
        guard seed <= .max - 100 else { throw ValidationError("--seed is at most \(UInt64.max - 100).") }
        guard (1...100).contains(seeds) else { throw ValidationError("--seeds is from 1 to 100.") }
        guard (10...10_000_000).contains(arrivals) else { throw ValidationError("--arrivals is from 10 to 10000000.") }
        guard (0...100).contains(movable) else { throw ValidationError("--movable is from 0 to 100.") }
        _ = try (mixes(), policies())
    }

    func run() throws {
        guard let platform = try Catalogue.builtIn().platform(named: platform) else {
            let names = try Catalogue.builtIn().platforms.map(\.name).joined(separator: ", ")
            throw ValidationError("No platform \(platform). The platforms: \(names).")
        }
        let geometry = try SliceGeometry(profiles: platform.migProfiles)
        guard SliceMix.profileIDs.allSatisfy({ geometry.profile(id: $0) != nil }) else {
            throw ValidationError("\(platform.name) has not the profiles of a mix.")
        }
        for mix in try mixes() { try show(mix, geometry) }
    }

    private func show(_ mix: SliceMix, _ geometry: SliceGeometry) throws {
        var experiment = SliceExperiment(geometry: geometry, mix: mix)
        experiment.gpuCount = gpus
        experiment.loadPercent = load * 100
        experiment.arrivals = arrivals
        experiment.unmeasured = arrivals / 10
        experiment.movablePercent = movable
        experiment.seed = seed
        Terminal.standardOutput.write(
            "\(mix.name): \(counted(gpus, "GPU")), load \(scaled(Int(load * 100), by: 100, decimals: 2)), "
                + "\(counted(seeds, "seed")) of \(counted(arrivals, "request"))")
        var table = Table(
            .word("RULE"), .number("ACCEPTED"), .number("SLICES ACCEPTED"), .number("ALLOCATED"),
            .number("MOVES EACH"), .number("FILL"))
        var best: SliceFill?
        for policy in try policies() {
            let churn = experiment.churn(policy, seeds: seeds)
            let fill = experiment.fill(policy, seeds: seeds)
            best = fill
            table.add(
                .init(policy.rawValue), .init(percent(churn.placed, of: churn.asked)),
                .init(percent(churn.placedSlices, of: churn.askedSlices)),
                .init(percent(Int(churn.used), of: Int(churn.capacity))),
                .init(churn.placed > 0 ? scaled(churn.moves, by: churn.placed, decimals: 3) : "-"),
                .init(percent(fill.used, of: fill.capacity)))
        }
        table.print()
        if let best {
            Terminal.standardOutput.write(
                "fill at best, any request left out: \(percent(best.usedMax, of: best.capacity))")
        }
    }

    private func percent(_ part: Int, of whole: Int) -> String {
        whole == 0 ? "-" : scaled(part * 100, by: whole, decimals: 2) + " %"
    }

    private func mixes() throws -> [SliceMix] {
        try mix.map {
            guard let mix = SliceMix(parsing: $0) else { throw ValidationError("\($0) is no mix.") }
            return mix
        }
    }

    private func policies() throws -> [SlicePolicy] {
        if policy.contains("all") { return SlicePolicy.allCases.filter { moves || !$0.moves } }
        return try policy.map {
            guard let policy = SlicePolicy(rawValue: $0) else {
                let names = SlicePolicy.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("\($0) is no rule. The rules: \(names).")
            }
            return policy
        }
    }
}
