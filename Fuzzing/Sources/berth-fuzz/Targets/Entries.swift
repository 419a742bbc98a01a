// Journalled entries.

import Scheduling
import Simulation

@testable import Leasing

extension FuzzTarget {
    static let entries = FuzzTarget(
        "entries", "facts as the journal keeps them", bytesMax: 4_096,
        seeds: {
            Sample.made.entries.map { $0.encoded() }.enumerated().filter { $1.count <= 4_096 }.map { place, bytes in
                ("\(place < 9 ? "0" : "")\(place + 1)", bytes)
            }
        }
    ) { bytes in
        let entry: Entry
        do { entry = try Entry(decoding: bytes) } catch {
            say(error)
            return true
        }
        let written = entry.encoded()
        guard let again = try? Entry(decoding: written) else { fatalError("an entry reads back") }
        require(again == entry && again.encoded() == written, "an entry reads back as the same")
        _ = entry.formatLevel
        guard let words = AuditVerification.entry(stored: bytes) else { fatalError("an entry has words") }
        require(words.what.count == entry.facts.count, "each fact has words")
        return true
    }
}
