// Fleets small enough to add up by hand.

import FleetModel
import Packing

enum SmallFleets {
    /// One site `s1`; `halls` and `power` are YAML, indented as lists under their keys or inline.
    static func site(halls: String, power: String = "[{name: root, rating: 1 GW}]") throws -> Fleet {
        try RandomFleet.parse(
            """
            version: 1
            name: hand
            sites:
              - name: s1
                pue: 1.2
                networkPercent: 5
                energyPricePerMWh: 50
                carbonGramsPerKWh: 400
                reliabilityPercent: 99.9
                turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}
                halls: \(halls)
                power: \(power)
            """)
    }

    /// One block of H100 servers.
    static func block(racks: Int, nodesPerRack: Int, rating: String = "1 GW") throws -> Fleet {
        try site(
            halls:
                "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: \(racks), nodesPerRack: \(nodesPerRack)}]}]",
            power: "[{name: root, rating: \(rating)}]")
    }

    /// Terms over `[start, end)` without turn-round.
    static func terms(
        _ start: Int64 = 0, _ end: Int64 = 100, turnRound: Int64 = 0, lease: UInt64 = 1, cap: PowerCap = .watts(700)
    ) -> BookingTerms {
        BookingTerms(lease: lease, start: start, end: end, until: end + turnRound, cap: cap)
    }
}

extension PackingState {
    /// Asks for one line of any platform anywhere.
    func place(
        _ shape: PlacementShape, count: Int = 1, within: WithinLevel? = nil,
        as terms: BookingTerms = SmallFleets.terms(),
        now: Int64 = 0, pins: [Range<Int>]? = nil
    ) -> PlacementOutcome {
        let line = PlacementLine(shape: shape, count: count, platformMask: .max, within: within, pins: pins)
        return place(PlacementRequest(lines: [line], siteMask: .max, terms: terms, now: now))
    }
}
