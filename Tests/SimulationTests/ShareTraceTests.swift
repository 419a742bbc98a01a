// Reading traces of tasks that share GPUs, and what is wrong with them.

import Packing
import Testing

@testable import Simulation

@Suite("A trace of shares")
struct ShareTraceTests {
    private static let nodes = """
        sn,cpu_milli,memory_mib,gpu,model
        a,64000,262144,2,P100
        b,32000,65536,0,
        c,96000,393216,8,G2

        """
    private static let tasks = """
        name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos
        t0,12000,16384,1,1000,,LS
        t1,6000,12288,1,460,G2|P100,LS
        t2,4000,8192,0,0,,BE
        t3,12000,16384,1,1000,,BE

        """

    private func parse(nodes: String = nodes, tasks: String = tasks) throws -> (ShareTrace, [Int]) {
        try ShareTrace.parse(nodes: nodes, nodeFile: "n.csv", tasks: tasks, taskFile: "t.csv")
    }

    private func message(nodes: String = nodes, tasks: String = tasks) -> String? {
        do {
            _ = try parse(nodes: nodes, tasks: tasks)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("leaves out nodes without GPUs, but not tasks, and counts equal tasks as one kind")
    func reading() throws {
        let (trace, rows) = try parse()
        #expect(trace.models == ["P100", "G2"])
        #expect(trace.nodes.map(\.gpuCount) == [2, 8])
        #expect(rows == [0, 2])
        #expect(trace.capacityMilli == 10_000)
        #expect(trace.tasks == [0, 1, 2, 0])
        #expect(trace.kindCounts == [2, 1, 1])
        #expect(trace.kinds[1].request.models == 0b11)
        #expect(trace.kinds[0].request.models == ShareRequest.anyModel)
    }

    @Test("may lack the column of models, and end lines as other systems do")
    func optional() throws {
        let tasks = "cpu_milli,memory_mib,num_gpu,gpu_milli\r\n1000,1024,2,1000\r\n"
        #expect(try parse(tasks: tasks).0.kinds[0].request.gpuCount == 2)
    }

    @Test("says what is wrong, and where")
    func errors() {
        #expect(message(nodes: "") == "n.csv: is empty")
        #expect(message(nodes: "sn,cpu_milli,gpu,model\n") == "n.csv:1: has no column memory_mib")
        let heading = "sn,cpu_milli,memory_mib,gpu,model\n"
        #expect(message(nodes: heading) == "n.csv: has a heading and no lines")
        #expect(message(nodes: heading + "a,1,1,0,\n") == "n.csv: has no node with GPUs")
        #expect(message(nodes: heading + "a,1,1,1\n") == "n.csv:2: has 4 fields, the heading 5")
        #expect(message(nodes: heading + "a,1,1,1,\n") == "n.csv:2: a node with GPUs names their model")
        #expect(
            message(nodes: heading + "a,1,1,1,X\nb,x,1,1,X\n")
                == "n.csv:3: cpu_milli is a whole number, 0 to 2147483647, not \"x\"")
        let tasks = "cpu_milli,memory_mib,num_gpu,gpu_milli\n"
        #expect(
            message(tasks: tasks + "1,1,9,1000\n") == "t.csv:2: num_gpu is a whole number, 0 to 8, not \"9\"")
        #expect(
            message(tasks: tasks + "1,1,2,500\n")
                == "t.csv:2: asks for 500 thousandths of 2 GPUs; a part is of one GPU")
        #expect(
            message(tasks: tasks + "1,1,1,0\n") == "t.csv:2: asks for 0 thousandths of 1 GPUs; a part is of one GPU")
    }

    @Test("has a file that is not there")
    func missing() {
        #expect(throws: TraceError(file: "/nowhere/n.csv", message: "does not exist")) {
            try ShareTrace.read(nodes: "/nowhere/n.csv", tasks: "t.csv")
        }
    }

    @Test("ranks nodes by the rows of the file, those left out aside")
    func nodeOrder() throws {
        let (_, rows) = try parse()
        #expect(try ShareTrace.parseNodeOrder("2\n1\n0\n", file: "o.txt", rows: rows) == [1, 0])
        #expect(throws: TraceError(file: "o.txt", line: 3, message: "a rank is there twice")) {
            try ShareTrace.parseNodeOrder("2\n1\n2\n", file: "o.txt", rows: rows)
        }
        #expect(throws: TraceError(file: "o.txt", message: "has 1 lines, the node file at least 3")) {
            try ShareTrace.parseNodeOrder("0\n", file: "o.txt", rows: rows)
        }
    }
}
