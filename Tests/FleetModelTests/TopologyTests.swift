// The topology tree: ranges, names and where they lead back to.

import FleetModel
import Testing

@Suite struct TopologyTests {
    @Test(arguments: ["colossus", "small"])
    func `Children partition their parent's nodes and racks in order`(name: String) throws {
        let fleet = try FleetFixtures.shipped(name)
        var children: [Int: [TopologyDomain]] = [:]
        for domain in fleet.domains {
            if let parent = domain.parent { children[parent.offset, default: []].append(domain) }
        }
        var next = 0
        for (offset, domain) in fleet.domains.enumerated() {
            if domain.level == .site {
                #expect(domain.nodes.lowerBound == next)
                next = domain.nodes.upperBound
            }
            guard domain.level != .rack else { continue }
            var node = domain.nodes.lowerBound
            var rack = domain.racks.lowerBound
            for child in children[offset, default: []] {
                guard child.nodes.lowerBound == node, child.racks.lowerBound == rack, child.level > domain.level else {
                    Issue.record("\(child.path) does not follow on its sibling")
                    continue
                }
                (node, rack) = (child.nodes.upperBound, child.racks.upperBound)
            }
            #expect(node == domain.nodes.upperBound)
            #expect(rack == domain.racks.upperBound)
        }
        #expect(next == fleet.nodeCount)
    }

    @Test func `A domain names its platform only when all below is of one`() throws {
        let fleet = try FleetFixtures.shipped("small")
        let hall = fleet.domains[try #require(fleet.domain(path: "lab/h1")).offset]
        let block = fleet.domains[try #require(fleet.domain(path: "lab/h1/b1")).offset]
        #expect(hall.platformOffset == nil)
        #expect(block.platformOffset.map { fleet.platforms[$0].name } == "hgx-h100")
    }

    @Test func `A node's name leads back to the node`() throws {
        let fleet = try FleetFixtures.shipped("colossus")
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let node = NodeIndex(Int.random(in: 0..<fleet.nodeCount, using: &generator))
            #expect(fleet.node(named: fleet.nodeName(node)) == node)
        }
        #expect(fleet.nodeName(NodeIndex(0)) == "memphis-1-h1-b001-r1-n1")
        #expect(fleet.nodeName(NodeIndex(fleet.nodeCount - 1)) == "memphis-2-h8-r200-t18")
        #expect(fleet.node(named: "memphis-2-h8-r200-t19") == nil)
        #expect(fleet.node(named: "memphis-2-h8-r200-t1") == nil)
        #expect(fleet.node(named: "memphis-1-h1-b001-r1-n01") == nil)
        #expect(fleet.node(named: "n1") == nil)
    }

    @Test func `A rack knows the domain at each level above it, or that there is none`() throws {
        let fleet = try FleetFixtures.shipped("colossus")
        let node = try #require(fleet.node(named: "memphis-1-h7-r144-t03"))
        let rack = fleet.rackOfNode[node.offset]
        func path(_ level: Level) -> String? { fleet.domain(of: rack, at: level).map { fleet.domains[$0.offset].path } }
        #expect(path(.site) == "memphis-1")
        #expect(path(.hall) == "memphis-1/h7")
        #expect(path(.block) == nil)
        #expect(path(.rack) == "memphis-1/h7/r144")
    }

    @Test func `Sites whose joined names would collide are refused`() throws {
        let hall = "[{name: b, racks: [{name: c, platform: gb200-nvl72}]}]"
        let other = "[{name: c, racks: [{name: d, platform: gb200-nvl72}]}]"
        let first = FleetFixtures.file(siteName: "a", halls: hall)
        let second = FleetFixtures.file(siteName: "a-b", halls: other, power: "[{name: feed2, rating: 1 MW}]")
            .split(separator: "\n").dropFirst(3).joined(separator: "\n")
        let error = #expect(throws: FleetFileError.self) { try FleetFixtures.parse(first + "\n" + second) }
        #expect(error?.problem == "the name \"a-b\" stands twice")
    }
}
