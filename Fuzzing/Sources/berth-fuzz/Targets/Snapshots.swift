// Snapshots of a book.

@testable import ControlAPI
@testable import ControlServer
@testable import Leasing

extension FuzzTarget {
    static let snapshots = FuzzTarget(
        "snapshots", "snapshots of a book", bytesMax: 16_384,
        seeds: {
            var (book, seeds) = (Book(), [(name: String, bytes: [UInt8])]())
            for (place, entry) in Sample.made.entries.enumerated() {
                book.apply(entry)
                if place % 4 == 1 || place == Sample.made.entries.count - 1 {
                    seeds.append(("\(place < 9 ? "0" : "")\(place + 1)", book.snapshot()))
                }
            }
            return seeds
        }
    ) { bytes in
        var book: Book
        do {
            _ = try Book.formatLevel(ofSnapshot: bytes)
            book = try Book(snapshot: bytes)
        } catch {
            say(error)
            return true
        }
        let written = book.snapshot()
        guard let again = try? Book(snapshot: written) else { fatalError("a snapshot reads back") }
        require(again.snapshot() == written, "a snapshot reads back as the same")
        // What was read is served, and goes on.
        let encoding = LeaseEncoding(book: book, role: .operator)
        book.forEachWholeLease { lease in
            _ = CanonicalJSON.encode(encoding.answer(lease))
            return true
        }
        var now = book.time
        for seconds: Int64 in [1, 86_400, 40 * 86_400] {
            now += seconds
            for _ in 0..<32 {
                guard let step = try? book.execute(.advance, Sample.context(at: now)) else {
                    fatalError("what is due is never refused")
                }
                if !step.outcome.hasMoreDue { break }
            }
        }
        return true
    }
}
