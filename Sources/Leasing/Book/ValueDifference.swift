// Where two values differ, by looking into them: what a digest cannot say.

/// The first places at which two values of one kind differ, for a person who looks for a mistake.
struct ValueDifference {
    private(set) var places: [String] = []
    private let placesMax: Int
    /// Values inside values are looked into no deeper than this.
    private static let depthMax = 24

    /// Compares two values by their mirrors. O(what they hold).
    init(_ one: Any, _ other: Any, placesMax: Int = 6) {
        self.placesMax = placesMax
        compare(one, other, "", 0)
    }

    private mutating func compare(_ one: Any, _ other: Any, _ path: String, _ depth: Int) {
        guard places.count < placesMax else { return }
        let (left, right) = (Mirror(reflecting: one), Mirror(reflecting: other))
        if left.children.isEmpty && right.children.isEmpty || depth > Self.depthMax {
            let (was, became) = ("\(one)", "\(other)")
            if was != became { places.append("\(path): \(was.prefix(200)) | \(became.prefix(200))") }
            return
        }
        if left.displayStyle == .dictionary || left.displayStyle == .set {
            return compareUnordered(left, right, path, depth)
        }
        guard left.children.count == right.children.count else {
            places.append("\(path): \(left.children.count) | \(right.children.count) children")
            return
        }
        for (index, (a, b)) in zip(left.children, right.children).enumerated() {
            compare(a.value, b.value, path + "." + (a.label ?? "\(index)"), depth + 1)
        }
    }

    /// What has no order is compared by how its members are written.
    private mutating func compareUnordered(_ left: Mirror, _ right: Mirror, _ path: String, _ depth: Int) {
        let (was, became) = (
            left.children.map { "\($0.value)" }.sorted(), right.children.map { "\($0.value)" }.sorted()
        )
        let gone = was.filter { !became.contains($0) }
        let new = became.filter { !was.contains($0) }
        for text in gone + new where places.count < placesMax { places.append("\(path): \(text.prefix(400))") }
    }
}

extension Book {
    /// Where what is kept of this book differs from another, for a person who looks for a mistake; empty for equal digests. O(book).
    package func differences(from other: Book) -> [String] {
        func record(_ book: Book) -> BookRecord? {
            var (record, reader) = (BookRecord(), FieldReader(book.snapshot()))
            return (try? record.code(with: &reader)) == nil ? nil : record
        }
        return ValueDifference(record(self) as Any, record(other) as Any).places
    }
}
