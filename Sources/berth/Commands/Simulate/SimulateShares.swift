// berth simulate shares

import ArgumentParser
import ControlAPI
import Simulation

struct SimulateShares: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shares",
        abstract: "Fill a cluster with tasks that share GPUs, until more is asked for than it has.",
        discussion: """
            The inflation experiment of FGD (Weng et al., ATC'23) on a cluster and a task list in the form of Alibaba's \
            cluster-trace-gpu-v2023: tasks arrive in a random order and never leave; one that fits nowhere is dropped. \
            Without --arrivals and --node-order both are made from --seed.

            Policies: \(SharePolicy.allCases.map(\.rawValue).joined(separator: ", ")), all. berth-listed and fgd know \
            from the task list how popular tasks are; berth learns it as they come.

            EXAMPLE
              berth simulate shares --nodes nodes.csv --tasks tasks-default.csv \\
                --arrivals arrivals-default-42.txt \\
                --node-order node-order-default-42.txt --policy all
              berth simulate shares --nodes nodes.csv --tasks tasks-default.csv \\
                --mix constrained:33 --seed 7
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The nodes: cpu_milli, memory_mib, gpu, model.", valueName: "file"))
    var nodes: String

    @Option(help: ArgumentHelp("The tasks: cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec.", valueName: "file"))
    var tasks: String

    @Option(help: ArgumentHelp("The order of arrivals: a row of the task list, from 0, a line.", valueName: "file"))
    var arrivals: String?

    @Option(help: ArgumentHelp("The tie order of nodes: the rank of each row of the nodes, a line.", valueName: "file"))
    var nodeOrder: String?

    @Option(help: "Makes what is not given; also what the random policy draws.")
    var seed: UInt64 = 42

    @Option(help: ArgumentHelp("Stop when this much of the capacity has been asked for.", valueName: "percent"))
    var load = 130

    @Option(help: ArgumentHelp("A policy, or all; may be repeated.", valueName: "name"))
    var policy: [String] = ["fgd", "berth"]

    @Option(
        help: ArgumentHelp(
            "Change the task list: constrained:P, scarce:P, cpu:P, shares:P or multi-gpu:P.", valueName: "mix"))
    var mix: String?

    @Option(help: ArgumentHelp("Repeat the cluster and the arrivals.", valueName: "times"))
    var `repeat` = 1

    func validate() throws {
        guard (1...1_000).contains(load) else { throw ValidationError("--load is 1 to 1000 percent.") }
        guard (1...100).contains(`repeat`) else { throw ValidationError("--repeat is 1 to 100 times.") }
        if let mix, ShareMix(mix) == nil { throw ValidationError("--mix \(mix) is none; see --help.") }
        guard mix == nil || arrivals == nil else {
            throw ValidationError("--arrivals names rows of the task list, which --mix changes; give one of them.")
        }
        _ = try policies()
    }

    func run() async throws {
        do {
            let run = try makeRun()
            let rows = try policies().map { ShareSimulationRow($0, run.run($0, loadPercent: load)) }
            let answer = ShareSimulation(
                nodes: run.trace.nodes.count, gpus: run.trace.capacityMilli / 1_000, loadPercent: load, policies: rows)
            try output.print(answer) { $0.printTable() }
        } catch let error as TraceError {
            Terminal.standardError.write(error.description)
            throw ExitCode(ExitStatus.failed.rawValue)
        }
    }

    private func policies() throws -> [SharePolicy] {
        if policy.contains("all") { return SharePolicy.allCases }
        return try policy.map { name in
            guard let policy = SharePolicy(rawValue: name) else {
                throw ValidationError("There is no policy \(name); see --help.")
            }
            return policy
        }
    }

    private func makeRun() throws -> InflationRun {
        var (trace, rows) = try ShareTrace.read(nodes: nodes, tasks: tasks)
        if let mix = mix.flatMap({ ShareMix($0) }) { trace = mix.applied(to: trace, seed: seed) }
        guard trace.requestsGPUs else { throw TraceError(file: tasks, message: "asks for no GPU") }
        var order = ShareArrivals(trace, seed: seed, loadPercent: load)
        if let arrivals { order.tasks = try trace.readArrivals(arrivals) }
        if let nodeOrder { order.ranks = try ShareTrace.readNodeOrder(nodeOrder, rows: rows) }
        if `repeat` > 1 { (trace, order) = order.repeated(`repeat`, trace) }
        return InflationRun(trace: trace, arrivals: order, seed: seed)
    }
}
