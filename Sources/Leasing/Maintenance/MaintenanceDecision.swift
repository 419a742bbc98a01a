// Deciding on maintenance: it never moves a lease, so it must find its nodes free.

import FleetModel
import HashTreeCollections
public import Packing

/// What holds nodes in a window that maintenance asks for.
public struct MaintenanceConflict: Equatable, Sendable {
    /// Which window of the plan, the first that is not free.
    public var place: Int
    /// Bookings of it in order of numbers, one for each lease or other maintenance.
    public var bookings: [Booking]
}

extension Book {
    mutating func decideMaintenance(
        _ name: String, _ plan: Maintenance.Plan, _ step: inout Step
    ) throws(Refusal) {
        let sound = try soundPlan(plan, now: step.now)
        let before = maintenance[name]
        if before?.plan == sound { return }
        guard before != nil || maintenance.count < MaintenanceLimits.countMax else {
            throw Refusal(.invalid, "there are \(MaintenanceLimits.countMax) maintenances already; remove some first")
        }
        if let conflict = maintenanceConflict(sound, besides: before?.number) {
            throw Refusal(.inUse, description(of: conflict, sound, besides: before?.number), pointer: "/nodes")
        }
        let new = Maintenance(
            name: name, number: maintenance.nextNumber, plan: sound, actor: step.actor.name, setAt: step.now)
        commit(.maintenanceSet(MaintenanceRecord(new, register: register)), &step)
        step.outcome.nodeCount = new.nodeCount
    }

    mutating func decideMaintenanceRemoval(_ name: String, _ step: inout Step) throws(Refusal) {
        guard maintenance[name] != nil else { throw Refusal(.notFound, "there is no maintenance \(name)") }
        commit(.maintenanceRemoved(name: name), &step)
    }

    /// The plan without what is over; a window that has begun begins now.
    private func soundPlan(_ plan: Maintenance.Plan, now: Int64) throws(Refusal) -> Maintenance.Plan {
        var plan = plan
        guard (1...MaintenanceLimits.windowsMax).contains(plan.windows.count) else {
            throw Refusal(
                .invalid, "maintenance has 1 to \(MaintenanceLimits.windowsMax) windows", pointer: "/recurrence")
        }
        guard !plan.nodes.isEmpty else { throw Refusal(.invalid, "maintenance names nodes", pointer: "/nodes") }
        plan.windows = plan.windows.filter { $0.upperBound > now }
        guard let last = plan.windows.last else {
            throw Refusal(.invalid, "every window of it is over already", pointer: "/start")
        }
        guard last.upperBound <= now + OrderLimits.horizonSeconds else {
            throw Refusal(.invalid, "the end is more than 50 years away", pointer: "/duration")
        }
        let nodes = plan.nodes.reduce(0) { $0 + $1.count }
        guard nodes * plan.windows.count <= MaintenanceLimits.bookingsMax else {
            throw Refusal(
                .invalid,
                "\(nodes) nodes in \(plan.windows.count) windows are more than \(MaintenanceLimits.bookingsMax) nodes in "
                    + "all windows together; name fewer nodes or end the rule sooner", pointer: "/nodes")
        }
        // A window that runs already is the same one when it is set again.
        if let first = plan.windows.first, first.lowerBound < now, !isKnownWindow(first, of: plan) {
            plan.windows[0] = now..<first.upperBound
        }
        return plan
    }

    private func isKnownWindow(_ window: Range<Int64>, of plan: Maintenance.Plan) -> Bool {
        guard let node = plan.nodes.first?.lowerBound else { return false }
        return maintenance(on: NodeIndex(node), at: window.lowerBound)?.plan.windows.first == window
    }

    // MARK: Conflicts

    /// The first window of a plan in which some of its nodes are held by a lease, its turn-round included, or by another
    /// maintenance. O(nodes × bookings × log windows).
    public func maintenanceConflict(_ plan: Maintenance.Plan, besides number: UInt64?) -> MaintenanceConflict? {
        var conflict: MaintenanceConflict?
        forEachForeignBooking(on: plan.nodes, besides: number) { booking in
            // The first window that ends after the booking begins.
            var (low, high) = (0, plan.windows.count)
            while low < high {
                let middle = (low + high) / 2
                if plan.windows[middle].upperBound > max(booking.start, time) {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            guard low < plan.windows.count, plan.windows[low].lowerBound < booking.until else { return }
            if low < conflict?.place ?? .max { conflict = MaintenanceConflict(place: low, bookings: []) }
            if low == conflict?.place, conflict?.bookings.contains(where: { $0.lease == booking.lease }) == false {
                conflict?.bookings.append(booking)
            }
        }
        conflict?.bookings.sort { $0.lease < $1.lease }
        return conflict
    }

    /// The first time from which all nodes of a plan are free for `length` seconds, not before `start`.
    public func firstFree(
        _ nodes: [Range<Int>], from start: Int64, seconds length: Int64, besides number: UInt64?
    ) -> Int64 {
        var held: [Range<Int64>] = []
        forEachForeignBooking(on: nodes, besides: number) { booking in
            let window = booking.start..<booking.until
            if booking.until > start && held.last != window { held.append(window) }
        }
        var free = start
        for window in held.sorted(by: { $0.lowerBound < $1.lowerBound }) where window.upperBound > free {
            if window.lowerBound >= free + length { break }
            free = window.upperBound
        }
        return free
    }

    private func forEachForeignBooking(
        on nodes: [Range<Int>], besides number: UInt64?, _ body: (Booking) -> Void
    ) {
        let own = number.map { Booking.maintenanceFirst + $0 }
        for range in nodes {
            for node in range {
                packing.forEachBooking(of: NodeIndex(node)) { booking in
                    if booking.lease != own && booking.until > time { body(booking) }
                }
            }
        }
    }

    private static let holdersNamedMax = 5

    private func description(
        of conflict: MaintenanceConflict, _ plan: Maintenance.Plan, besides number: UInt64?
    ) -> String {
        let window = plan.windows[conflict.place]
        let named = conflict.bookings.prefix(Self.holdersNamedMax).map { booking in
            if let other = maintenance(of: booking) { return "maintenance \(other.name)" }
            let tenant = lease(booking.lease)?.tenant ?? "a tenant"
            return "lease \(naming.id(of: booking.lease)) of \(tenant) until \(RFC3339.text(booking.until))"
        }
        let more = conflict.bookings.count - named.count
        let free = firstFree(
            plan.nodes, from: window.lowerBound, seconds: window.upperBound - window.lowerBound, besides: number)
        return "window \(conflict.place + 1) of \(plan.windows.count), \(RFC3339.text(window.lowerBound)) to "
            + "\(RFC3339.text(window.upperBound)), is not free: \(named.joined(separator: ", "))"
            + (more > 0 ? " and \(more) more" : "")
            + "; all of these nodes are first free for as long from \(RFC3339.text(free))"
    }

    /// Maintenance in the way of a lease over `[start, until)` on some hardware, in order of names. O(windows).
    func maintenance(
        over start: Int64, until: Int64, where accepts: (Range<Int>) -> Bool
    ) -> [(maintenance: Maintenance, window: Range<Int64>)] {
        var result: [(maintenance: Maintenance, window: Range<Int64>)] = []
        for name in maintenanceNames {
            let item = maintenance[name]!
            guard let window = item.plan.windows.first(where: { $0.lowerBound < until && start < $0.upperBound }),
                fleet.rackSegments(of: item.plan.nodes).contains(where: { accepts($0.nodes) })
            else { continue }
            result.append((item, window))
        }
        return result
    }
}
