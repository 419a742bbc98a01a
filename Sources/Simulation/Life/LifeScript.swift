// Makes the steps of a life as it goes.

import Leasing

/// Chooses what happens next.
struct LifeScript {
    private let settings: LifeSettings
    private var random: SimulationRandom
    private var commands: LifeCommands
    private var hasOpened = false

    init(_ settings: LifeSettings) {
        self.settings = settings
        random = SimulationRandom(seed: settings.seed &* 0x9E37_79B9 &+ 1)
        commands = LifeCommands(seed: settings.seed &+ 7, mix: settings.mix, fleets: settings.fleets)
    }

    /// The next step, for a book as readers see it at that time.
    mutating func next(on book: Book, now: Int64, isFrozen: Bool, commandsLeft: Int) -> LifeStep {
        if !hasOpened {
            hasOpened = true
            return .send(commands.opening(of: book, now: now))
        }
        if happens(settings.crashChance) { return .crash }
        if happens(settings.fullChance) { return .fillDisk }
        if happens(settings.syncChance) { return .failSync(keepsRecords: random.isOne(in: 2)) }
        if isFrozen && random.isOne(in: 4) { return .confirmTime }
        if happens(settings.clockChance) {
            return .setClock(seconds: Int64(random.pick(from: [-86_400, -600, -1, 1, 599, 601, 7_200, 3 * 86_400])))
        }
        if random.isOne(in: 2) {
            let seconds = random.pick(from: settings.pauses)
            if seconds > 0 { return .pass(seconds: seconds) }
        }
        let count = min(max(1, commandsLeft), random.pick(1...settings.batchMax))
        return .send((0..<count).map { _ in commands.next(on: book, now: now) })
    }

    private mutating func happens(_ chance: Int) -> Bool { chance > 0 && random.isOne(in: chance) }
}
