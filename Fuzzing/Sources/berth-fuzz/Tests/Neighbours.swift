// Inputs near others, as chance has them: for what is tried in every test run, without libFuzzer to say what is worth trying.

import Simulation

/// Makes inputs that differ from one of some others in a few places.
struct Neighbours {
    private let inputs: [[UInt8]]
    private let words: [[UInt8]]
    private let bytesMax: Int
    private var random: SimulationRandom

    /// - Parameter inputs: at least one.
    init(of inputs: [[UInt8]], words: [String], bytesMax: Int, seed: UInt64) {
        self.inputs = inputs
        self.words = (words + Self.numbers).map { Array($0.utf8) }
        self.bytesMax = bytesMax
        random = SimulationRandom(seed: seed)
    }

    /// Numbers at the ends of what integers and floating points hold.
    private static let numbers = [
        "0", "-1", "255", "65536", "4294967296", "9223372036854775807", "-9223372036854775808", "18446744073709551616",
        "1e308", "1e-400", "0.1", "NaN",
    ]

    /// The next one. O(bytes).
    mutating func next() -> [UInt8] {
        var input = inputs[random.below(inputs.count)]
        for _ in 0...random.below(4) { edit(&input) }
        return Array(input.prefix(bytesMax))
    }

    private mutating func edit(_ input: inout [UInt8]) {
        let place = random.below(input.count + 1)
        let part = place..<min(input.count, place + random.below(1 + random.below(64)))
        switch random.below(8) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < input.count: input[place] = UInt8(random.below(256))
        case 2: input.removeSubrange(part)
        case 3: input.insert(contentsOf: Array(input[part]), at: place)
        case 4:
            let other = inputs[random.below(inputs.count)]
            input.replaceSubrange(place..., with: other.dropFirst(random.below(other.count + 1)))
        case 5: replaceNumber(from: place, in: &input)
        case 6: input.removeSubrange(place...)
        default: input.insert(contentsOf: words[random.below(words.count)], at: place)
        }
    }

    /// Puts another number in place of the first one from a place on.
    private mutating func replaceNumber(from place: Int, in input: inout [UInt8]) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = input[place...].firstIndex(where: digits.contains) else { return }
        let end = input[start...].firstIndex { !digits.contains($0) } ?? input.count
        input.replaceSubrange(start..<end, with: words[words.count - 1 - random.below(Self.numbers.count)])
    }
}
