// Orders to the actuator, by number and by lease.

import Packing

/// Orders that are kept. A value on shared pages, as the book is.
struct OrderTable: Sendable {
    private var byNumber = RadixTable<PowerOrder>()
    /// Numbers of each lease's orders, so that changing one lease does not look at every other's.
    private var numbersOfLease = RadixTable<[UInt64]>()

    subscript(number: UInt64) -> PowerOrder? { byNumber[number] }

    /// In order of numbers, until `body` returns false.
    func forEach(_ body: (PowerOrder) throws -> Bool) rethrows {
        try byNumber.forEach { _, order in try body(order) }
    }

    /// A lease's orders, in the order in which they were put. O(its orders).
    func orders(ofLease lease: UInt64) -> [PowerOrder] {
        (numbersOfLease[lease] ?? []).map { byNumber[$0]! }
    }

    /// Adds an order, or puts it in place of the one with its number.
    mutating func put(_ order: PowerOrder) {
        if byNumber[order.number] == nil {
            numbersOfLease[order.lease] = (numbersOfLease[order.lease] ?? []) + [order.number]
        }
        byNumber[order.number] = order
    }

    mutating func remove(_ order: PowerOrder) {
        byNumber[order.number] = nil
        let rest = (numbersOfLease[order.lease] ?? []).filter { $0 != order.number }
        numbersOfLease[order.lease] = rest.isEmpty ? nil : rest
    }
}
