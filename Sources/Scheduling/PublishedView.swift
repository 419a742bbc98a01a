// What readers see: one revision of the book, never changing.

public import Leasing
public import Packing
import Synchronization

/// One revision of the book, durable before it was published. Readers share it without waiting for the writer.
public final class PublishedView: Sendable {
    public let book: Book
    /// The number of the book's last accepted change, and when that was recorded: by themselves, since a view that is asked for
    /// and let go again gives its whole book as a copy.
    public let revision: UInt64
    public let time: Int64
    private let gauge: ReportGauge
    private let reportCache = Mutex<(at: Int64, report: PackingReport)?>(nil)

    init(book: Book, gauge: ReportGauge) {
        self.book = book
        (revision, time) = (book.revision, book.time)
        self.gauge = gauge
    }

    /// How the fleet is packed at `now`; measured once for each view and second. O(racks + bookings of those that differ from
    /// the view that was measured last) the first time.
    public func report(at now: Int64) -> PackingReport {
        reportCache.withLock { cache in
            if let cache, cache.at == now { return cache.report }
            let report = gauge.report(on: book, at: now)
            cache = (now, report)
            return report
        }
    }

    /// How each site is packed at `now`, in the fleet's order of sites. O(nodes) each time.
    public func siteReports(at now: Int64) -> [SitePacking] { book.packing.siteReports(at: now) }
}

/// Measures views, whichever thread asks.
final class ReportGauge: Sendable {
    private let gauge = Mutex(PackingGauge())

    func report(on book: Book, at now: Int64) -> PackingReport {
        gauge.withLock { $0.report(on: book.packing, at: now) }
    }
}
