// Which right word a wrong word was most likely meant to be.

/// The candidate with the fewest edits (a letter added, dropped, changed, or two swapped) from a word, when those are
/// few for its length; ties go to the earlier candidate. O(candidates × length²).
public func nearestSpelling(of word: String, among candidates: [String]) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let wanted = Array(word.lowercased().utf8)
    var best: (distance: Int, word: String)?
    for candidate in candidates {
        let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
        guard distance <= max(1, min(wanted.count, candidate.utf8.count) / 3) else { continue }
        if distance < best?.distance ?? Int.max { best = (distance, candidate) }
    }
    return best?.word
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...left.count {
        var current = [row]
        for column in 1...right.count {
            let changed = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
            var least = min(last[column] + 1, current[column - 1] + 1, changed)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                least = min(least, beforeLast[column - 2] + 1)
            }
            current.append(least)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
