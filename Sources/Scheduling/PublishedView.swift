// What readers see: one revision of the book, never changing.

public import Leasing
public import Packing
import Synchronization

/// One revision of the book, durable before it was published. Readers share it without waiting for the writer.
public final class PublishedView: Sendable {
    public let book: Book
    private let reportCache = Mutex<(at: Int64, report: PackingReport)?>(nil)

    init(book: Book) {
        self.book = book
    }

    /// How the fleet is packed at `now`; measured once for each view and second. O(nodes) the first time.
    public func report(at now: Int64) -> PackingReport {
        reportCache.withLock { cache in
            if let cache, cache.at == now { return cache.report }
            let report = book.packing.report(at: now)
            cache = (now, report)
            return report
        }
    }

    /// How each site is packed at `now`, in the fleet's order of sites. O(nodes) each time.
    public func siteReports(at now: Int64) -> [SitePacking] { book.packing.siteReports(at: now) }
}
