// Profiles, domains and nodes by name.

import Foundation
import Testing

@testable import FleetModel

@Suite struct NameTests {
    private let fleet: Fleet

    init() throws {
        fleet = try FleetFile.parse(
            text: """
                version: 1
                name: names
                sites:
                  - name: a
                    pue: 1.2
                    networkPercent: 5
                    energyPricePerMWh: 50
                    carbonGramsPerKWh: 400
                    reliabilityPercent: 99.9
                    turnRound: {cleaning: 1m, validating: 1m, endsBy: timer}
                    halls: [{name: h1, blocks: [{name: b1, platform: hgx-h200, racks: 2, nodesPerRack: 4}]}]
                    power: [{name: a, rating: 9 MW}]
                  - name: b
                    pue: 1.2
                    networkPercent: 5
                    energyPricePerMWh: 50
                    carbonGramsPerKWh: 400
                    reliabilityPercent: 99.9
                    turnRound: {cleaning: 1m, validating: 1m, endsBy: timer}
                    halls: [{name: h1, racks: [{name: "r[01-02]", platform: gb300-nvl72}]}]
                    power: [{name: b, rating: 9 MW}]
                """, file: "names.yaml", catalogue: try Catalogue.builtIn())
    }

    @Test("A profile is found by its name on what the models and sites leave")
    func profiles() throws {
        #expect(try fleet.profileID(named: "1g.18gb") == 19)
        #expect(try fleet.profileID(named: "1g.35gb", models: ["H200"]) == 15)
        #expect(try fleet.profileID(named: "1g.35gb", sites: ["b"]) == 19)
        #expect(throws: ProfileNameError.ambiguous("1g.35gb", models: ["H200", "GB300"])) {
            try fleet.profileID(named: "1g.35gb")
        }
        let error = #expect(throws: ProfileNameError.self) { try fleet.profileID(named: "1g.81gb", sites: ["a"]) }
        #expect(error?.description.hasPrefix("there is no MIG profile 1g.81gb; did you mean 1g.18gb?") == true)
        #expect(error?.description.contains("7g.141gb") == true && error?.description.contains("7g.278gb") == false)
        // Standing nowhere, the H100 is no reason for its profiles to be known.
        #expect(throws: ProfileNameError.self) { try fleet.profileID(named: "1g.10gb") }
        let mask = fleet.platforms(withProfile: 19, named: "1g.18gb")
        #expect(
            fleet.platforms.indices.filter { mask >> UInt64($0) & 1 == 1 }.map { fleet.platforms[$0].gpu } == ["H200"])
    }

    @Test("Hardware is named by a domain's path, a node's name or a node's path")
    func hardware() throws {
        #expect(fleet.nodes(named: "a/h1/b1/r2") == 4..<8)
        #expect(fleet.nodes(named: "a-h1-b1-r2-n1") == 4..<5)
        #expect(fleet.nodes(named: "a/h1/b1/r2/n1") == 4..<5)
        #expect(fleet.nodes(named: "b/h1/r02/t18") == 43..<44)
        for name in ["", "/", "a/", "a-h1", "a/h1-b1/r2/n1", "a/h1/b1/r2-n1", "a/h1/b1/r2/n9", "c"] {
            #expect(fleet.nodes(named: name) == nil, "\(name)")
        }
        #expect(
            try fleet.nodes(named: ["a/h1/b1/r2", "a-h1-b1-r1-n4", "a/h1/b1/r2/n1", "b/h1/r01/t02"]) == [3..<8, 9..<10])
    }

    @Test(
        "A wrong name is refused with the nearest right one",
        arguments: [
            ("a/h1/b2", "a/h1/b1"), ("a/h2/b1/r2", "a/h1/b1/r2"), ("a-h1-b1-r2-m1", "a-h1-b1-r2-n1"),
            ("b/h1/r02/t19", "b/h1/r02/t18"), ("b-h1-r01-t1", "b-h1-r01-t01"),
        ])
    func nearest(_ name: String, _ right: String) {
        let error = #expect(throws: UnknownHardwareError.self) { try fleet.nodes(named: [name]) }
        #expect(error?.name == name)
        #expect(error?.nearest == right || error.map { distance($0.nearest ?? "", name) <= 1 } == true, "\(error!)")
    }

    private func distance(_ one: String, _ other: String) -> Int {
        Spelling.distance(Array(one.utf8), Array(other.utf8))
    }
}
