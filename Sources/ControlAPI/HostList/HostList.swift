// Compact lists of names: `memphis-1-h1-b012-r3-n[1-8]` for eight nodes, `memphis-2/h[1-7]/r[001-200]` for 1,400 racks.
//
// The notation is Slurm's: commas between names, brackets around numbers and ranges of numbers, as many brackets as
// wanted, and zeros in front where the first number of a range has them.

/// Expands and folds compact lists of names.
public enum HostList {
    /// The names that a text stands for, in the order written, the rightmost bracket running fastest. O(names).
    ///
    /// - Parameter countMax: the most names to give; more is an error before any is made, and so are names that come to more
    ///   than ``WireLimits/hostListBytesMax``.
    /// - Throws: ``HostListError``.
    public static func expand(
        _ text: String, countMax: Int = WireLimits.hostListNamesMax
    ) throws(HostListError) -> [String] {
        var names: [String] = []
        var bytesLeft = WireLimits.hostListBytesMax
        for item in try splitItems(text) {
            let parts = try parse(item)
            try appendNames(of: parts, to: &names, countMax: countMax, bytesLeft: &bytesLeft)
        }
        return names
    }

    /// How many names a text stands for, without making them.
    ///
    /// - Throws: ``HostListError``, never ``HostListError/tooManyNames(limit:)`` below the range of `Int`.
    public static func count(_ text: String) throws(HostListError) -> Int {
        var total = 0
        for item in try splitItems(text) {
            let (sum, overflow) = total.addingReportingOverflow(try count(of: parse(item)))
            guard !overflow else { throw HostListError.tooManyNames(limit: Int.max) }
            total = sum
        }
        return total
    }

    /// One stretch of a name: fixed letters, or numbers to choose from.
    private enum Part {
        case text(String)
        case numbers([NumberRange])
    }

    private struct NumberRange {
        let first: Int
        let last: Int
        let width: Int
    }

    private static func splitItems(_ text: String) throws(HostListError) -> [Substring] {
        var items: [Substring] = []
        var start = text.startIndex
        var opened: Int?
        for (position, index) in text.indices.enumerated() {
            switch text[index] {
            case "[" where opened == nil: opened = position + 1
            case "]" where opened != nil: opened = nil
            case "[", "]": throw HostListError.unbalancedBracket(character: position + 1)
            case "," where opened == nil:
                items.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        if let opened { throw HostListError.unbalancedBracket(character: opened) }
        items.append(text[start...])
        return items
    }

    private static func parse(_ item: Substring) throws(HostListError) -> [Part] {
        let item = item.trimmingSpaces
        guard !item.isEmpty else { throw HostListError.emptyName }
        var parts: [Part] = []
        var rest = item
        while let open = rest.firstIndex(of: "["), let close = rest.firstIndex(of: "]") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(.numbers(try parseRanges(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }

    private static func parseRanges(_ text: Substring) throws(HostListError) -> [NumberRange] {
        var ranges: [NumberRange] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1]),
                first <= last
            else { throw HostListError.badRange(String(part)) }
            let isPadded = ends[0].utf8.count > 1 && ends[0].utf8.first == UInt8(ascii: "0")
            ranges.append(NumberRange(first: first, last: last, width: isPadded ? ends[0].utf8.count : 0))
        }
        return ranges
    }

    private static func number(_ digits: Substring) -> Int? {
        guard (1...18).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 })
        else { return nil }
        return Int(digits)
    }

    private static func count(of parts: [Part]) throws(HostListError) -> Int {
        var product = 1
        for case .numbers(let ranges) in parts {
            var choices = 0
            for range in ranges {
                let (sum, overflow) = choices.addingReportingOverflow(range.last - range.first + 1)
                guard !overflow else { throw HostListError.tooManyNames(limit: Int.max) }
                choices = sum
            }
            let (result, overflow) = product.multipliedReportingOverflow(by: choices)
            guard !overflow else { throw HostListError.tooManyNames(limit: Int.max) }
            product = result
        }
        return product
    }

    /// In bytes, at most.
    private static func longestName(of parts: [Part]) -> Int {
        parts.reduce(0) { bytes, part in
            switch part {
            case .text(let text): bytes + text.utf8.count
            case .numbers(let ranges):
                bytes + (ranges.map { max($0.width, padded($0.last, width: 0).utf8.count) }.max() ?? 0)
            }
        }
    }

    private static func appendNames(
        of parts: [Part], to names: inout [String], countMax: Int, bytesLeft: inout Int
    ) throws(HostListError) {
        guard let count = try? count(of: parts), count <= countMax - names.count else {
            throw HostListError.tooManyNames(limit: countMax)
        }
        // A long text before a range stands in each name of it.
        let (bytes, overflow) = longestName(of: parts).multipliedReportingOverflow(by: count)
        guard !overflow, bytes <= bytesLeft else {
            throw HostListError.tooManyBytes(limit: WireLimits.hostListBytesMax)
        }
        bytesLeft -= bytes
        var prefixes = [""]
        for part in parts {
            switch part {
            case .text(let text):
                for index in prefixes.indices { prefixes[index] += text }
            case .numbers(let ranges):
                prefixes = prefixes.flatMap { prefix in
                    ranges.flatMap { range in
                        (range.first...range.last).map { prefix + padded($0, width: range.width) }
                    }
                }
            }
        }
        names += prefixes
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}

/// A number with zeros in front up to a width.
func padded(_ number: Int, width: Int) -> String {
    let digits = String(number)
    guard digits.utf8.count < width else { return digits }
    return String(repeating: "0", count: width - digits.utf8.count) + digits
}
