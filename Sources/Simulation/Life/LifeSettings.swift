// What a seed chooses for a life before it begins.

import FleetModel

/// Everything about one life that follows from its seed alone.
struct LifeSettings {
    let seed: UInt64
    let fleets: [Fleet]
    let mix: LifeMix
    /// Commands that wait together at most.
    let batchMax: Int
    /// One step in so many is a crash, a disk that is full, a sync that fails, a clock that is set; 0 for never.
    let crashChance: Int
    let fullChance: Int
    let syncChance: Int
    let clockChance: Int
    /// Seconds that pass between steps are drawn from these.
    let pauses: [Int64]
    let entriesPerSnapshot: UInt64

    /// When every life begins: 2027-01-15T08:00:00Z.
    static let start: Int64 = 1_800_000_000

    init(seed: UInt64, scale: Int? = nil, catalogue: Catalogue) throws {
        self.seed = seed
        var random = SimulationRandom(seed: seed)
        let drawn = random.pick(from: [1, 1, 1, 1, 1, 2, 2, 4])
        fleets = try LifeFleets.make(&random, scale: scale ?? drawn, catalogue: catalogue)
        mix = LifeMix(&random)
        batchMax = random.pick(from: [1, 4, 16, 16])
        crashChance = random.pick(from: [0, 40, 80])
        fullChance = random.pick(from: [0, 40, 80])
        syncChance = random.pick(from: [0, 0, 120])
        clockChance = random.pick(from: [0, 0, 100])
        pauses = random.pick(from: [
            [0, 0, 0, 1, 30, 600, 1_800, 3_600, 6 * 3_600, 86_400, 9 * 86_400],
            [0, 0, 0, 0, 1, 30, 600, 1_800], [0, 1_800, 3_600, 6 * 3_600, 86_400],
        ])
        entriesPerSnapshot = UInt64(random.pick(from: [10, 100, 1_000]))
    }
}
