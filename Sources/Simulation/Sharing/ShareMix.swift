// Task lists that differ from a given one in one respect.

import Packing

/// A change to a task list.
public enum ShareMix: Equatable, Sendable {
    /// This share of the tasks with GPUs, those for eight left out, asks for one model, drawn in proportion to how many
    /// GPUs there are of it.
    case constrained(percent: Int)
    /// The same with every model equally likely: the scarce ones are asked for far more than their share.
    case scarce(percent: Int)
    /// As many tasks without GPUs as this part of those in the list: 200 means twice as many.
    case cpu(percent: Int)
    /// Parts of GPUs are this share of what is requested.
    case shares(percent: Int)
    /// Tasks with several GPUs are this share of what is requested.
    case multiGPU(percent: Int)

    /// `constrained:33`, `scarce:20`, `cpu:300`, `shares:60`, `multi-gpu:40`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let percent = Int(parts[1]), percent >= 0 else { return nil }
        switch parts[0] {
        case "constrained" where percent <= 100: self = .constrained(percent: percent)
        case "scarce" where percent <= 100: self = .scarce(percent: percent)
        case "cpu" where percent <= 10_000: self = .cpu(percent: percent)
        case "shares" where (1...99).contains(percent): self = .shares(percent: percent)
        case "multi-gpu" where (1...99).contains(percent): self = .multiGPU(percent: percent)
        default: return nil
        }
    }

    /// The changed list. The same seed gives the same list.
    public func applied(to trace: ShareTrace, seed: UInt64) -> ShareTrace {
        var random = SimulationRandom(seed: seed)
        let tasks = trace.tasks.map { trace.kinds[$0] }
        switch self {
        case .constrained(let percent):
            return Self.constrain(trace, tasks, percent, weights: Self.gpusOfModels(trace), &random)
        case .scarce(let percent):
            let weights = Self.gpusOfModels(trace).map { min(1, $0) }
            return Self.constrain(trace, tasks, percent, weights: weights, &random)
        case .cpu(let percent):
            return trace.replacingTasks(
                Self.scaled(tasks, over: percent, under: 100, &random) { $0.request.gpuCount == 0 })
        case .shares(let percent):
            return trace.replacingTasks(Self.reshared(tasks, percent, &random) { $0.request.isPart })
        case .multiGPU(let percent):
            return trace.replacingTasks(Self.reshared(tasks, percent, &random) { $0.request.gpuCount > 1 })
        }
    }

    private static func gpusOfModels(_ trace: ShareTrace) -> [Int] {
        var gpus = [Int](repeating: 0, count: trace.models.count)
        for node in trace.nodes { gpus[node.model] += node.gpuCount }
        return gpus
    }

    private static func constrain(
        _ trace: ShareTrace, _ tasks: [ShareTaskKind], _ percent: Int, weights: [Int],
        _ random: inout SimulationRandom
    ) -> ShareTrace {
        trace.replacingTasks(
            tasks.map { task in
                let request = task.request
                guard (1..<ShareRequest.gpuCountMax).contains(request.gpuCount), random.below(100) < percent else {
                    return task
                }
                let model = random.offset(weights: weights)
                let constrained = ShareRequest(
                    cpuMilli: request.cpuMilli, memoryMiB: request.memoryMiB, gpuCount: request.gpuCount,
                    gpuMilli: request.gpuMilli, models: 1 << UInt64(model))
                // A task that no node could ever hold says nothing about a policy.
                guard trace.nodes.contains(where: { $0.couldHold(constrained) }) else { return task }
                return ShareTaskKind(request: constrained, models: trace.models[model])
            })
    }

    /// Repeats the chosen tasks so that they are a share of what is requested.
    private static func reshared(
        _ tasks: [ShareTaskKind], _ percent: Int, _ random: inout SimulationRandom,
        where isChosen: (ShareTaskKind) -> Bool
    ) -> [ShareTaskKind] {
        let chosen = tasks.reduce(0) { $0 + (isChosen($1) ? $1.request.totalMilli : 0) }
        let others = tasks.reduce(0) { $0 + $1.request.totalMilli } - chosen
        guard chosen > 0, others > 0 else { return tasks }
        return scaled(tasks, over: percent * others, under: (100 - percent) * chosen, &random, where: isChosen)
    }

    /// Takes each chosen task over / under times, the fraction by chance.
    private static func scaled(
        _ tasks: [ShareTaskKind], over: Int, under: Int, _ random: inout SimulationRandom,
        where isChosen: (ShareTaskKind) -> Bool
    ) -> [ShareTaskKind] {
        tasks.flatMap { task -> [ShareTaskKind] in
            guard isChosen(task) else { return [task] }
            let (times, rest) = over.quotientAndRemainder(dividingBy: under)
            return Array(repeating: task, count: times + (rest > 0 && random.below(under) < rest ? 1 : 0))
        }
    }
}
