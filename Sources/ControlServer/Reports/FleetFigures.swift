// The fleet in one line: leases, GPUs and power.

public import FleetModel
import Leasing
import Packing
public import Scheduling

/// What is leased and what that commits.
public struct FleetFigures: Sendable, Equatable {
    /// Leases that hold hardware now.
    public let leaseCount: Int
    /// GPUs that they hold, of how many.
    public let leasedGPUs: Int
    public let gpus: Int
    /// At the meters, over all sites.
    public let committedWatts: Watts
    public let limitWatts: Watts

    /// The figures of a view at a moment.
    public init(_ view: PublishedView, at now: Int64) {
        let book = view.book
        leaseCount = [.starting, .active, .ending].reduce(0) { $0 + book.leaseCount(in: $1) }
        leasedGPUs = Int(view.report(at: now).gpus.leased)
        gpus = book.fleet.gpuCount
        let sites = StatusHandlers.siteWatts(book, now)
        committedWatts = sites.reduce(0) { $0 + $1.committed }
        limitWatts = sites.reduce(0) { $0 + $1.limit }
    }

    /// One line for a person.
    public var text: String {
        "\(WattsText.grouped(leaseCount)) \(leaseCount == 1 ? "lease" : "leases"), "
            + "\(WattsText.grouped(leasedGPUs)) of \(WattsText.grouped(gpus)) GPUs, "
            + "\(WattsText.rounded(committedWatts)) of \(WattsText.rounded(limitWatts)) committed"
    }
}
