// A fleet of two HGX blocks and an NVL72 rack, small enough to add up by hand.

import FleetModel

@testable import Telemetry

enum TelemetryFixtures {
    static let now: Int64 = 1_800_000_000

    /// Loss factors: 1.05 from the rack to `it`, 1.26 to the meter. `a` and `b` are two feeds of every rack.
    static func fleet(blocks: Int = 2) -> Fleet {
        let text = """
            version: 1
            name: test
            sites:
              - name: east
                pue: 1.2
                networkPercent: 5
                energyPricePerMWh: 50
                carbonGramsPerKWh: 400
                reliabilityPercent: 99.9
                turnRound: {cleaning: 0s, validating: 0s, endsBy: timer}
                halls:
                  - name: h1
                    blocks: [{name: "b[1-\(blocks)]", platform: hgx-h100, racks: 2, nodesPerRack: 2}]
                    racks: [{name: r1, platform: gb200-nvl72}]
                power:
                  - name: meter
                    rating: 1 MW
                    measuredAt: meter
                    each:
                      - {level: block, suffix: pdu, rating: 60 kW}
                  - name: twin
                    rating: 1 MW
                    measuredAt: it
                    children:
                      - {name: a, rating: 500 kW, each: [{level: rack, platform: hgx-h100, suffix: fa, rating: 100 kW}]}
                      - {name: b, rating: 500 kW, each: [{level: rack, platform: hgx-h100, suffix: fb, rating: 100 kW}]}
            """
        do {
            return try FleetFile.parse(text: text, file: "test.yaml", catalogue: try Catalogue.builtIn())
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// With `limit`, that of the first block's PDU, and none elsewhere.
    static func conditions(_ fleet: Fleet, limit: Watts? = nil, committed: Watts = 0) -> DrawConditions {
        DrawConditions(
            fleet: fleet,
            limitWatts: { index in
                let budget = fleet.budgets[index.offset]
                guard let limit else { return budget.limit(at: now) }
                return budget.name == "east-h1-b1-pdu" ? limit : 1_000_000_000
            }, committedWatts: { _ in committed })
    }

    static func node(_ name: String, _ fleet: Fleet) -> NodeIndex { fleet.node(named: name)! }
    static func budget(_ name: String, _ fleet: Fleet) -> BudgetIndex { fleet.budget(named: name)! }

    /// Every node of a rack at the same watts.
    static func readings(ofRack path: String, watts: Watts, at: Int64 = now, in fleet: Fleet) -> [Reading] {
        fleet.racks[fleet.rack(path: path)!.offset].nodes.map { Reading(.node(NodeIndex($0)), .watts(watts), at: at) }
    }
}

extension DrawReport {
    func draw(_ name: String, _ fleet: Fleet) -> ObservedDraw? {
        draws[TelemetryFixtures.budget(name, fleet).offset]
    }
}
