// Maintenance in the book: its windows are bookings that draw nothing, so that leases are packed around them.

public import FleetModel
import HashTreeCollections
public import Packing

extension Book {
    // MARK: Reading

    /// Ascending. O(n log n).
    public var maintenanceNames: [String] { maintenance.sortedNames }

    public func maintenance(named name: String) -> Maintenance? { maintenance[name] }

    /// The maintenance that a booking is of, or nil when it is a lease's.
    public func maintenance(of booking: Booking) -> Maintenance? {
        booking.isMaintenance ? maintenance.maintenance(number: booking.lease - Booking.maintenanceFirst) : nil
    }

    /// The maintenance that a node is in at a time, or nil. O(bookings of the node).
    public func maintenance(on node: NodeIndex, at time: Int64) -> Maintenance? {
        var found: Maintenance?
        packing.forEachBooking(of: node) { booking in
            if booking.start <= time && time < booking.until, let here = maintenance(of: booking) { found = here }
        }
        return found
    }

    // MARK: Applying

    mutating func apply(_ record: MaintenanceRecord) {
        if let before = maintenance[record.name] { take(before) }
        guard let new = record.maintenance(register: register) else {
            preconditionFailure("maintenance is of nodes in force")
        }
        put(new)
    }

    mutating func removeMaintenance(_ name: String) {
        guard let before = maintenance[name] else { preconditionFailure("what is removed was there") }
        take(before)
    }

    /// Takes the first window off, which is over.
    mutating func endFirstWindow(ofMaintenance name: String) {
        guard var changed = maintenance[name] else { preconditionFailure("a window that is over was there") }
        take(changed)
        changed.plan.windows.removeFirst()
        if !changed.plan.windows.isEmpty { put(changed) }
    }

    /// Puts a maintenance into every table that knows it; its nodes must be free in its windows.
    mutating func put(_ new: Maintenance) {
        maintenance.put(new)
        for window in new.plan.windows { packing.bookNodes(new.plan.nodes, as: new.terms(window)) }
        agenda.add(.maintenanceEnd(new.number), at: new.plan.windows[0].upperBound)
    }

    private mutating func take(_ old: Maintenance) {
        for window in old.plan.windows { packing.unbookNodes(old.plan.nodes, as: old.terms(window)) }
        agenda.remove(.maintenanceEnd(old.number), at: old.plan.windows[0].upperBound)
        maintenance.remove(old)
    }

    // MARK: Snapshots

    var maintenanceRecords: [MaintenanceRecord] {
        maintenanceNames.map { MaintenanceRecord(maintenance[$0]!, register: register) }
    }

    /// Puts what a snapshot has; false when a node of it is not free then. Hardware that is retired is left out.
    mutating func take(_ records: [MaintenanceRecord]) -> Bool {
        for record in records {
            guard let item = record.maintenance(register: register) else { continue }
            guard maintenanceConflict(item.plan, besides: nil) == nil else { return false }
            put(item)
        }
        return true
    }
}

extension Maintenance {
    /// What the bookings of one of its windows have in common.
    public func terms(_ window: Range<Int64>) -> BookingTerms {
        BookingTerms(
            lease: Booking.maintenanceFirst + number, start: window.lowerBound, end: window.upperBound,
            until: window.upperBound, cap: .paused)
    }
}
