// What readings are held against, taken from a published view.

import FleetModel
import Leasing
import Packing
public import Scheduling
public import Telemetry

extension DrawConditions {
    /// The fleet, the limits and the committed watts of one view at one moment, which is not before the view's.
    public init(_ view: PublishedView, at now: Int64) {
        let book = view.book
        self.init(
            fleet: book.fleet,
            limitWatts: { book.packing.limit(of: $0, at: now) },
            committedWatts: { budget in
                book.fleet.budgets[budget.offset].measuredWatts(
                    rackWatts: book.packing.committedWatts(of: budget, at: now))
            })
    }
}
