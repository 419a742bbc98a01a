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
}
