// Permanent ids over changing fleets.

import FleetModel
import Testing

@Suite struct HardwareRegisterTests {
    private func fleet(_ blocks: [String], platform: String = "hgx-h100") throws -> Fleet {
        let list = blocks.map { "{name: \($0), platform: \(platform), racks: 2, nodesPerRack: 3}" }
        return try FleetFixtures.parse(
            FleetFixtures.file(halls: "[{name: h1, blocks: [\(list.joined(separator: ", "))]}]"))
    }

    @Test func `A first fleet has ids in node order`() throws {
        let fleet = try fleet(["b1", "b2"])
        let register = HardwareRegister(first: fleet)
        #expect(register.runs == [HardwareRun(firstNode: 0, firstID: 0, count: 12)])
        #expect(register.nextID == 12)
        #expect(register.id(of: NodeIndex(7)) == PermanentNodeID(7))
        #expect(register.node(of: PermanentNodeID(12)) == nil)
    }

    @Test func `Nodes keep their ids when others come before them and go`() throws {
        let old = try fleet(["b1", "b2"])
        let new = try fleet(["b0", "b2"])
        let first = HardwareRegister(first: old)
        let register = HardwareRegister(new, after: first, of: old)
        #expect(
            register.runs == [
                HardwareRun(firstNode: 0, firstID: 12, count: 6), HardwareRun(firstNode: 6, firstID: 6, count: 6),
            ])
        #expect(register.node(of: PermanentNodeID(0)) == nil)
        #expect(register.ids(of: 4..<8) == [16..<18, 6..<8])
        #expect(register.nodes(of: 6..<12) == [6..<12])
        #expect(register.nodes(of: 5..<7) == nil)
        #expect(register.nodes(of: 10..<14) == [10..<12, 0..<2])
    }

    @Test func `A node of the same name on another platform is another node`() throws {
        let old = try fleet(["b1"])
        let new = try fleet(["b1"], platform: "hgx-h200")
        let register = HardwareRegister(new, after: HardwareRegister(first: old), of: old)
        #expect(register.runs == [HardwareRun(firstNode: 0, firstID: 6, count: 6)])
        #expect(register.nextID == 12)
    }

    @Test(arguments: 0..<20)
    func `Over random renames an id stays with its node and is never given again`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        func pick() -> [String] {
            let all = (1...8).map { "b\($0)" }.shuffled(using: &generator)
            return Array(all.prefix(Int.random(in: 1...6, using: &generator)))
        }
        var current = try fleet(pick())
        var register = HardwareRegister(first: current)
        var retired = Set<UInt32>()
        for _ in 0..<8 {
            let platform = Int.random(in: 0..<5, using: &generator) == 0 ? "hgx-h200" : "hgx-h100"
            let next = try fleet(pick(), platform: platform)
            let following = HardwareRegister(next, after: register, of: current)
            var alive = Set<UInt32>()
            for offset in 0..<next.nodeCount {
                let node = NodeIndex(offset)
                let id = following.id(of: node)
                #expect(alive.insert(id.number).inserted)
                #expect(!retired.contains(id.number))
                #expect(id.number < following.nextID)
                #expect(following.node(of: id) == node)
                let old = current.node(named: next.nodeName(node))
                if let old, current.platform(of: old).name == next.platform(of: node).name {
                    #expect(register.id(of: old) == id)
                } else {
                    #expect(id.number >= register.nextID)
                }
            }
            for offset in 0..<current.nodeCount {
                let id = register.id(of: NodeIndex(offset))
                if !alive.contains(id.number) {
                    retired.insert(id.number)
                    #expect(following.node(of: id) == nil)
                }
            }
            (current, register) = (next, following)
        }
    }
}
