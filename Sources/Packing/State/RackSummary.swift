// What is known of all nodes of a rack at once, so that a search need not look at each.

import FleetModel

/// How the nodes of a rack stand over a window, where one word can say it.
enum RackOutlook: Equatable {
    /// Every node is free as a whole.
    case allFree
    /// No GPU is free.
    case noneFree
    /// Each node has to be looked at.
    case mixed
}

/// Counts over one rack, kept with every change of its nodes.
struct RackSummary: Sendable {
    /// Bookings of its nodes.
    var bookingCount: Int32 = 0
    /// Nodes that are closed, or of which some modules are not ready.
    var shutCount: Int32 = 0
    /// One booking that holds every node as a whole, the latest of such; no hold when it is empty.
    private var heldFrom: Int64 = 0
    private var heldUntil: Int64 = 0
    private var holder: UInt64 = 0

    /// Notes that `booking` has been made on every node.
    mutating func hold(_ booking: Booking) {
        (heldFrom, heldUntil, holder) = (booking.start, booking.until, booking.lease)
    }

    /// Notes that `booking` goes from some node.
    mutating func release(_ booking: Booking) {
        if holder == booking.lease { (heldFrom, heldUntil) = (0, 0) }
    }

    func outlook(from start: Int64, until: Int64) -> RackOutlook {
        if heldFrom < until && start < heldUntil { return .noneFree }
        return bookingCount == 0 && shutCount == 0 ? .allFree : .mixed
    }
}

extension PackingState {
    func outlook(of rack: Int, from start: Int64, until: Int64) -> RackOutlook {
        summaries[rack].outlook(from: start, until: until)
    }

    func isShut(_ node: Int) -> Bool { closedUntil[node] > .min || notReady[node] != 0 }

    /// Keeps the count of shut nodes after a change of one.
    mutating func noteShut(_ node: Int, was wasShut: Bool) {
        let change: Int32 = (isShut(node) ? 1 : 0) - (wasShut ? 1 : 0)
        if change != 0 { summaries[fleet.rackOfNode[node].offset].shutCount += change }
    }
}
