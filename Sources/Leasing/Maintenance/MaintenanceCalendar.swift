// Every maintenance of a book.

import HashTreeCollections
import Packing

/// Maintenance by name and by number.
struct MaintenanceCalendar: Sendable {
    private var byName = TreeDictionary<String, Maintenance>()
    private var names = RadixTable<String>()
    var nextNumber: UInt64 = 1

    var count: Int { byName.count }
    /// Ascending. O(n log n).
    var sortedNames: [String] { byName.keys.sorted() }

    subscript(name: String) -> Maintenance? { byName[name] }

    func maintenance(number: UInt64) -> Maintenance? { names[number].flatMap { byName[$0] } }

    mutating func put(_ maintenance: Maintenance) {
        byName[maintenance.name] = maintenance
        names[maintenance.number] = maintenance.name
        nextNumber = max(nextNumber, maintenance.number + 1)
    }

    mutating func remove(_ maintenance: Maintenance) {
        byName[maintenance.name] = nil
        names[maintenance.number] = nil
    }
}
