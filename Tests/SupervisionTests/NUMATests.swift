// Which NUMA node the scheduler gets, and that a machine with one node is left as it is.

import Supervision
import Testing

@Suite("NUMA nodes")
struct NUMATests {
    private func plan(_ free: [Int64], _ configured: Int? = nil) throws -> Int? {
        let nodes = free.enumerated().map { NUMANode(number: $0, freeBytes: $1) }
        return try NUMAPlan(nodes, configured: configured).node
    }

    @Test("the node with most free memory is taken, of equal ones the first, or the one that is configured")
    func choice() throws {
        #expect(try plan([1, 5, 3]) == 1)
        #expect(try plan([4, 4]) == 0)
        #expect(try plan([1, 5, 3], 2) == 2)
    }

    @Test("where there is one node, or none is known, nothing is bound, whatever is configured")
    func one() throws {
        #expect(try plan([7]) == nil && plan([]) == nil && plan([7], 3) == nil)
    }

    @Test("a node that the machine does not have is refused with those that it has")
    func unknown() {
        let nodes = [NUMANode(number: 0, freeBytes: 1), NUMANode(number: 2, freeBytes: 1)]
        #expect {
            try NUMAPlan(nodes, configured: 1)
        } throws: { error in
            "\(error)".contains("no NUMA node 1; it has 0, 2")
        }
    }

    @Test("what is run on a node or away from it gives its result, or its error")
    func results() throws {
        struct Wrong: Error {}
        let node = NUMABinding.nodes.first?.number
        #expect(try NUMABinding.run(on: node) { 42 } == 42)
        #expect(throws: Wrong.self) { try NUMABinding.run(on: node) { throw Wrong() } }
        #expect(try NUMABinding.run(awayFrom: nil) { 43 } == 43)
    }

    @Test("a thread that is bound is where the kernel says afterwards", .enabled(if: !NUMABinding.nodes.isEmpty))
    func bound() throws {
        for node in NUMABinding.nodes {
            let placement = try NUMABinding.run(on: node.number) { NUMABinding.placementOfCurrentThread }
            #expect(placement.isOn(node.number), "\(placement)")
        }
    }

    @Test("memory is counted by node in pages of each mapping's size, files aside")
    func memory() {
        let text = """
            00400000 default file=/usr/bin/berthd mapped=30 N0=20 N1=10 kernelpagesize_kB=4
            01c9f000 default heap anon=40 dirty=40 active=0 N0=8 N1=32 kernelpagesize_kB=4
            7f3c40000000 prefer:1 anon=2 dirty=2 N1=2 kernelpagesize_kB=2048
            7ffd1e000000 default stack anon=3 dirty=3 N0=3

            """
        let memory = NUMAMemory(numaMaps: text)
        #expect(memory.bytes == [0: 11 * 4_096, 1: 32 * 4_096 + (4 << 20)])
        let before = NUMAMemory(numaMaps: "01c9f000 default heap anon=10 N0=5 N1=5 kernelpagesize_kB=4\n")
        #expect(memory.percent(on: 1, addedSince: before, least: 1 << 20) == 99)
        #expect(memory.percent(on: 0, addedSince: before, least: 1) == 0)
        #expect(memory.percent(on: 1, addedSince: before, least: 1 << 30) == nil)
        // What has been given back since is not on any node.
        #expect(before.percent(on: 0, addedSince: memory, least: 1) == nil)
    }

    @Test(
        "all that a process takes is found on the nodes that it may use",
        .enabled(if: !NUMABinding.nodes.isEmpty && NUMAMemory.ofThisProcess != nil))
    func taken() throws {
        let before = try #require(NUMAMemory.ofThisProcess)
        let taken = [UInt8](repeating: 1, count: 64 << 20)
        let after = try #require(NUMAMemory.ofThisProcess)
        let percents = NUMABinding.nodes.compactMap {
            after.percent(on: $0.number, addedSince: before, least: 32 << 20)
        }
        #expect(percents.count == NUMABinding.nodes.count && percents.reduce(0, +) > 97, "\(percents)")
        withExtendedLifetime(taken) {}
    }
}
