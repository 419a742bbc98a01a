// Fleets of a few racks whose limits bind, and what becomes of them over the years.

import FleetModel

/// The fleets of one life.
public enum LifeFleets {
    /// The largest scale that keeps every fleet under 2,000 GPUs.
    public static let scaleMax = 14

    /// Some fleets that follow one another: with another rack, other limits, another site.
    ///
    /// - Parameter scale: how many times as many nodes as the smallest has; 1 to ``scaleMax``.
    static func make(_ random: inout SimulationRandom, scale: Int, catalogue: Catalogue) throws -> [Fleet] {
        let turnRound = random.pick(from: [
            "{cleaning: 10m, validating: 20m, endsBy: timer}", "{cleaning: 10m, validating: 20m, endsBy: report}",
            "{cleaning: 0s, validating: 0s, endsBy: timer}",
        ])
        var sketch = LifeFleetSketch(
            racks: 2 * scale, rackScale: scale, kilowatts: random.pick(200...420) * scale, turnRound: turnRound,
            hasTwoFeeds: random.isOne(in: 2), hasSources: random.isOne(in: 2), hasCooling: random.isOne(in: 2),
            platform: random.pick(from: ["hgx-h100", "hgx-h100", "hgx-b200"]))
        let first = try sketch.fleet(catalogue)
        sketch.kilowatts += 60 * scale
        let richer = try sketch.fleet(catalogue)
        sketch.racks += 1
        let larger = try sketch.fleet(catalogue)
        sketch.kilowatts -= 100 * scale
        return [first, richer, larger, try sketch.fleet(catalogue)]
    }
}

/// What a fleet file is written from.
private struct LifeFleetSketch {
    var racks: Int
    var rackScale: Int
    var kilowatts: Int
    var turnRound: String
    var hasTwoFeeds: Bool
    var hasSources: Bool
    var hasCooling: Bool
    var platform: String

    func fleet(_ catalogue: Catalogue) throws -> Fleet {
        try FleetFile.parse(text: text, file: "life.yaml", catalogue: catalogue)
    }

    /// A block of HGX racks and some NVL72 racks under limits that bind, and a small second site by report.
    private var text: String {
        """
        version: 1
        name: life
        sites:
          - name: east
            pue: 1.2
            networkPercent: 5
            energyPricePerMWh: 50
            carbonGramsPerKWh: 400
            reliabilityPercent: 99.9
            turnRound: \(turnRound)
            halls:
              - name: h1
                blocks: [{name: b1, platform: \(platform), racks: \(racks), nodesPerRack: 4}]
                racks: [{name: "r[1-\(rackScale)]", platform: gb200-nvl72}]
            power:
              - name: meter
                rating: \(kilowatts) kW
                schedule: [{limit: \(kilowatts) kW}, {from: 2027-02-01T00:00:00Z, limit: \(kilowatts - 40) kW}]
        \(sources)
                children:
        \(feed("a"))
        \(hasTwoFeeds ? feed("b") : "")
        \(cooling)
          - name: west
            pue: 1.3
            networkPercent: 4
            energyPricePerMWh: 60
            carbonGramsPerKWh: 100
            reliabilityPercent: 99.5
            turnRound: {cleaning: 10m, validating: 20m, endsBy: report}
            halls: [{name: h1, blocks: [{name: b1, platform: hgx-h200, racks: 1, nodesPerRack: 3}]}]
            power: [{name: west, rating: 1 MW, measuredAt: meter}]
        """
    }

    private func feed(_ name: String) -> String {
        """
                  - {name: \(name), rating: \(kilowatts) kW, each: [{level: rack, platform: \(platform), \
        suffix: \(name), rating: \(platform == "hgx-b200" ? 52 : 38) kW}]}
        """
    }

    private var sources: String {
        guard hasSources else { return "" }
        return """
                    sources:
                      - {name: grid, kind: grid, power: \(kilowatts) kW, curtailmentNotice: 15m}
                      - {name: turbine, kind: turbine, power: 60 kW, permitHoursPerYear: 500, costPerMWh: 120}
                      - {name: battery, kind: battery, power: 40 kW, energy: 100 kWh, recharge: 10 kW}
            """
    }

    private var cooling: String {
        guard hasCooling else { return "" }
        return """
                cooling:
                  - {name: loop, rating: \(kilowatts) kW, measuredAt: it}
            """
    }
}
