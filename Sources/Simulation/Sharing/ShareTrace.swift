// A cluster and a list of tasks in the form of Alibaba's cluster-trace-gpu-v2023 ("openb").

public import Packing

/// What tasks have in common that ask for the same.
public struct ShareTaskKind: Hashable, Sendable {
    public let request: ShareRequest
    /// The models as the task list spells them; FGD tells tasks apart by this text.
    public let models: String
}

/// Nodes with GPUs, and tasks.
public struct ShareTrace: Sendable {
    public var nodes: [ShareNode]
    /// The names of GPU models, in the order of their bits in a request.
    public let models: [String]
    /// Distinct tasks, in the order of their first appearance.
    public private(set) var kinds: [ShareTaskKind] = []
    /// The kind of each task of the list.
    public private(set) var tasks: [Int] = []
    private var kindIndexes: [ShareTaskKind: Int] = [:]

    public init(nodes: [ShareNode], models: [String], tasks: [ShareTaskKind]) {
        self.nodes = nodes
        self.models = models
        for task in tasks { add(task) }
    }

    /// Thousandths of GPUs in all.
    public var capacityMilli: Int { nodes.reduce(0) { $0 + $1.gpuCount * ShareRequest.wholeMilli } }

    /// Whether any task asks for a GPU.
    public var requestsGPUs: Bool { tasks.contains { kinds[$0].request.gpuCount > 0 } }

    /// How many tasks of each kind the list has.
    public var kindCounts: [Int] {
        var counts = [Int](repeating: 0, count: kinds.count)
        for kind in tasks { counts[kind] += 1 }
        return counts
    }

    /// The same nodes with another list of tasks.
    public func replacingTasks(_ tasks: [ShareTaskKind]) -> ShareTrace {
        ShareTrace(nodes: nodes, models: models, tasks: tasks)
    }

    private mutating func add(_ task: ShareTaskKind) {
        let known = kindIndexes[task] ?? kinds.count
        if known == kinds.count {
            kindIndexes[task] = known
            kinds.append(task)
        }
        tasks.append(known)
    }

    /// The bits of models separated by `|`; models that no node has are left out, and none at all means any.
    public static func mask(of text: some StringProtocol, models: [String]) -> UInt64 {
        guard !text.isEmpty else { return ShareRequest.anyModel }
        var mask: UInt64 = 0
        for name in text.split(separator: "|") {
            if let model = models.firstIndex(where: { $0 == name }) { mask |= 1 << UInt64(model) }
        }
        return mask
    }
}

extension ShareTrace {
    /// Reads `nodes.csv` (sn, cpu_milli, memory_mib, gpu, model) and a task list (cpu_milli, memory_mib, num_gpu,
    /// gpu_milli and perhaps gpu_spec). Nodes without GPUs are left out, tasks without GPUs are not.
    ///
    /// - Returns: the trace, and for each of its nodes its row in the file, from 0.
    public static func read(nodes nodeFile: String, tasks taskFile: String) throws(TraceError) -> (ShareTrace, [Int]) {
        try parse(
            nodes: TraceTable.text(of: nodeFile), nodeFile: nodeFile, tasks: TraceTable.text(of: taskFile),
            taskFile: taskFile)
    }

    static func parse(
        nodes: String, nodeFile: String, tasks: String, taskFile: String
    ) throws(TraceError) -> (ShareTrace, [Int]) {
        let (read, models, rows) = try parseNodes(nodes, file: nodeFile)
        return (ShareTrace(nodes: read, models: models, tasks: try parseTasks(tasks, file: taskFile, models)), rows)
    }

    private static func parseNodes(
        _ text: String, file: String
    ) throws(TraceError) -> (nodes: [ShareNode], models: [String], rows: [Int]) {
        let table = try TraceTable(text, file: file, columns: ["cpu_milli", "memory_mib", "gpu", "model"])
        var nodes: [ShareNode] = []
        var models: [String] = []
        var rows: [Int] = []
        for line in 0..<table.count {
            let fields = try table.fields(line)
            let cpu = try table.number(fields[0], "cpu_milli", in: 0...Int(Int32.max), line: line)
            let memory = try table.number(fields[1], "memory_mib", in: 0...Int(Int32.max), line: line)
            let gpus = try table.number(fields[2], "gpu", in: 0...ShareRequest.gpuCountMax, line: line)
            guard gpus > 0 else { continue }
            guard !fields[3].isEmpty else { throw table.error(line, "a node with GPUs names their model") }
            let model = models.firstIndex { $0 == fields[3] } ?? models.count
            if model == models.count { models.append(String(fields[3])) }
            guard model < 64 else { throw table.error(line, "there are more than 64 models") }
            nodes.append(ShareNode(cpuMilli: cpu, memoryMiB: memory, gpuCount: gpus, model: model))
            rows.append(line)
        }
        guard !nodes.isEmpty else { throw TraceError(file: file, message: "has no node with GPUs") }
        return (nodes, models, rows)
    }

    private static func parseTasks(
        _ text: String, file: String, _ models: [String]
    ) throws(TraceError) -> [ShareTaskKind] {
        let columns = ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu_spec"]
        let table = try TraceTable(text, file: file, columns: columns, optional: ["gpu_spec"])
        var tasks: [ShareTaskKind] = []
        for line in 0..<table.count {
            let fields = try table.fields(line)
            let cpu = try table.number(fields[0], "cpu_milli", in: 0...Int(Int32.max), line: line)
            let memory = try table.number(fields[1], "memory_mib", in: 0...Int(Int32.max), line: line)
            let gpus = try table.number(fields[2], "num_gpu", in: 0...ShareRequest.gpuCountMax, line: line)
            let milli = try table.number(fields[3], "gpu_milli", in: 0...ShareRequest.wholeMilli, line: line)
            guard gpus == 0 || milli == ShareRequest.wholeMilli || (gpus == 1 && milli > 0) else {
                throw table.error(line, "asks for \(milli) thousandths of \(gpus) GPUs; a part is of one GPU")
            }
            let request = ShareRequest(
                cpuMilli: cpu, memoryMiB: memory, gpuCount: gpus, gpuMilli: gpus == 0 ? 0 : milli,
                models: mask(of: fields[4], models: models))
            tasks.append(ShareTaskKind(request: request, models: String(fields[4])))
        }
        return tasks
    }

    /// Reads an arrival order: a row of the task list, from 0, on each line.
    public func readArrivals(_ file: String) throws(TraceError) -> [Int] {
        try TraceTable.numbers(TraceTable.text(of: file), file: file, below: tasks.count)
    }

    /// Reads a node order: on line `i` the rank of row `i` of the node file.
    ///
    /// - Returns: for each node of the trace its rank among them.
    public static func readNodeOrder(_ file: String, rows: [Int]) throws(TraceError) -> [Int] {
        try parseNodeOrder(TraceTable.text(of: file), file: file, rows: rows)
    }

    static func parseNodeOrder(_ text: String, file: String, rows: [Int]) throws(TraceError) -> [Int] {
        let ranks = try TraceTable.numbers(text, file: file, below: Int(Int32.max))
        guard let last = rows.last, last < ranks.count else {
            throw TraceError(file: file, message: "has \(ranks.count) lines, the node file at least \(rows.last! + 1)")
        }
        let order = rows.indices.sorted { ranks[rows[$0]] < ranks[rows[$1]] }
        for pair in zip(order, order.dropFirst()) where ranks[rows[pair.0]] == ranks[rows[pair.1]] {
            throw TraceError(file: file, line: rows[pair.1] + 1, message: "a rank is there twice")
        }
        var result = [Int](repeating: 0, count: rows.count)
        for (rank, node) in order.enumerated() { result[node] = rank }
        return result
    }
}
