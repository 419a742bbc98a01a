// Traces of other clusters.

@testable import Simulation

#if canImport(CommandFiles)
    @testable import CommandFiles
#else
    @testable import berth
#endif

extension FuzzTarget {
    static let traces = FuzzTarget(
        "traces", "traces of other clusters, in CSV", bytesMax: 4_096,
        words: {
            readers.keys.sorted().map { $0 + "\n" } + [PhillyTrace.header, nodeHeading, taskHeading, "V100M16|V100M32"]
        },
        seeds: { samples.enumerated().map { ("\($0 + 1)-\($1.0)", Addressed.bytes($1.0, $1.1)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        do { try reader(input.text) } catch { say(error) }
        return true
    }

    private static let readers: [String: @Sendable (String) throws -> Void] = [
        "philly": { text in
            let jobs = try PhillyTrace.read(text, file: "jobs.csv")
            require(zip(jobs, jobs.dropFirst()).allSatisfy { $0.arrivesAt <= $1.arrivesAt }, "jobs come in order")
        },
        "nodes": { _ = try read(nodes: $0, tasks: sampleTasks) },
        "tasks": { try mix(try read(nodes: sampleNodes, tasks: $0)) },
        "order": { text in
            let (_, rows) = try ShareTrace.parse(
                nodes: sampleNodes, nodeFile: "n.csv", tasks: sampleTasks, taskFile: "t.csv")
            let order = try ShareTrace.parseNodeOrder(text, file: "o", rows: rows)
            require(order.sorted() == Array(rows.indices), "an order is of all nodes")
        },
        "numbers": { _ = try TraceTable.numbers($0, file: "a", below: 100) },
        "mix": { text in
            guard let mix = ShareMix(text) else { return }
            _ = mix.applied(to: try read(nodes: sampleNodes, tasks: sampleTasks), seed: 7)
        },
        "table": { text in
            let table = try CommaSeparated(text, name: "x.csv")
            require(table.rows.allSatisfy { $0.fields.count == table.columns.count }, "rows are as wide as the first")
        },
    ]

    private static func read(nodes: String, tasks: String) throws -> ShareTrace {
        try ShareTrace.parse(nodes: nodes, nodeFile: "n.csv", tasks: tasks, taskFile: "t.csv").0
    }

    private static func mix(_ trace: ShareTrace) throws {
        _ = (trace.capacityMilli, trace.requestsGPUs, trace.kindCounts)
        for mix in [
            ShareMix.constrained(percent: 33), .cpu(percent: 200), .shares(percent: 60), .multiGPU(percent: 40),
        ] {
            _ = mix.applied(to: trace, seed: 7)
        }
    }

    private static let nodeHeading = "sn,cpu_milli,memory_mib,gpu,model"
    private static let taskHeading = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec"
    private static let sampleNodes = """
        \(nodeHeading)
        openb-node-0000,64000,262144,2,P100
        openb-node-0001,96000,786432,8,V100M32
        openb-node-0002,94000,237568,0,
        openb-node-0003,128000,1048576,8,G2

        """
    private static let sampleTasks = """
        \(taskHeading)
        openb-pod-0000,12000,16384,1,1000,
        openb-pod-0001,6000,12288,1,460,
        openb-pod-0002,8000,65536,8,1000,V100M16|V100M32
        openb-pod-0003,32000,65536,0,0,

        """
    private static let samples: [(String, String)] = [
        (
            "philly",
            """
            \(PhillyTrace.header)
            2017-10-09 07:01:55,1234.5,8,9872,11cb48
            2017-10-03 00:00:00,1,1,1,6214e9

            """
        ),
        ("nodes", sampleNodes), ("tasks", sampleTasks), ("order", "2\n0\n3\n1\n"), ("numbers", "0\n99\n"),
        ("mix", "constrained:33"), ("mix", "shares:60"), ("mix", "cpu:10000"), ("mix", "multi-gpu:40"),
        ("mix", "scarce:20"), ("table", "a,\"b \"\"c\"\"\"\r\n1, 2 \n"),
    ]
}
