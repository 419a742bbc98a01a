// The nearest right spelling of a wrong word.

enum Spelling {
    /// The candidate with the fewest changed letters, when they are few enough to be a slip. O(candidates × length²).
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().utf8.prefix(80))
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let target = Array(candidate.lowercased().utf8)
            let bound = min(max(1, max(letters.count, target.count) / 3), 3)
            guard abs(letters.count - target.count) <= bound else { continue }
            let distance = distance(letters, target)
            if distance <= bound && distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        return best?.candidate
    }

    /// Letters inserted, deleted, replaced or swapped with their neighbour to get from one word to the other.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, beforePrevious[column - 1] + 1)
                }
                current.append(least)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
