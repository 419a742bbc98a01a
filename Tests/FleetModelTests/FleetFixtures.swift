// Fleets that several tests share, and a seeded source of randomness.

import FleetModel

/// Finds the repository's own files from where this file stands.
enum FleetFixtures {
    static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// Read once for all tests; a failure ends the run, and `CatalogueTests` reads it again to say why.
    static let catalogue = try! Catalogue.builtIn()

    static func shipped(_ name: String) throws -> Fleet {
        try FleetFile.load(path: "\(root)/config/fleets/\(name).yaml", catalogue: catalogue)
    }

    static func parse(_ text: String) throws(FleetFileError) -> Fleet {
        try FleetFile.parse(text: text, file: "test.yaml", catalogue: catalogue)
    }

    /// A small file that is right, for tests to spoil; line 1 is `version`.
    static func file(
        siteName: String = "east",
        halls: String = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 2}]}]",
        power: String = "[{name: feed, rating: 1 MW}]",
        extra: String = ""
    ) -> String {
        """
        version: 1
        name: test
        sites:
          - name: \(siteName)
            pue: 1.2
            networkPercent: 5
            energyPricePerMWh: 50
            carbonGramsPerKWh: 400
            reliabilityPercent: 99.9
            turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}
            halls: \(halls)
            power: \(power)
        \(extra)
        """
    }
}

/// SplitMix64: the same seed gives the same run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
