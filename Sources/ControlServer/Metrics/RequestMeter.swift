// What was asked of the daemon and how it was answered, counted for the metrics.

import ControlAPI
import Scheduling
import Synchronization

/// Answers of one route. Counting is one short lock, shared with requests of the same route alone.
final class RouteMeter: Sendable {
    let method: String
    let pattern: String

    struct Figures: Sendable {
        /// Answers by status; the route gives few.
        var statuses: [(code: Int, count: UInt64)] = []
        /// Nanoseconds to the head of the answer, of requests that did not ask to wait.
        var latencies = Histogram(bounds: RouteMeter.bounds)
    }

    /// From 100 µs to 10 s.
    private static let bounds: [Int64] =
        [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000]
        .map { $0 * 1_000 }

    private let figures = Mutex(Figures())

    init(method: String, pattern: String) {
        self.method = method
        self.pattern = pattern
    }

    /// Counts one answer; without a latency for one that waited as it was asked to.
    func add(status: Int, nanoseconds: Int64?) {
        figures.withLock { figures in
            if let place = figures.statuses.firstIndex(where: { $0.code == status }) {
                figures.statuses[place].count += 1
            } else {
                figures.statuses.append((status, 1))
            }
            if let nanoseconds { figures.latencies.record(nanoseconds) }
        }
    }

    var current: Figures { figures.withLock { $0 } }
}

/// The meters of all routes, and refusals by what they said.
final class RequestMeter: Sendable {
    /// Polls of tenants, which their connections answer, too.
    let polls: RouteMeter
    private let routes: Mutex<[RouteMeter]>
    /// Methods and paths that no route has.
    let others = RouteMeter(method: "", pattern: "other")
    private let refusals = Mutex(
        (
            codes: [UInt64](repeating: 0, count: ErrorCode.allCases.count),
            blockers: [UInt64](repeating: 0, count: BlockerKind.allCases.count)
        ))

    init() {
        let polls = RouteMeter(method: "GET", pattern: Routes.tenantAllocationPattern)
        self.polls = polls
        routes = Mutex([polls])
    }

    /// The meter of a route.
    func meter(method: String, pattern: String) -> RouteMeter {
        if method == polls.method, pattern == polls.pattern { return polls }
        let meter = RouteMeter(method: method, pattern: pattern)
        routes.withLock { $0.append(meter) }
        return meter
    }

    var all: [RouteMeter] { routes.withLock { $0 } + [others] }

    /// Counts a refusal, also one within a batch: once for its code, and once for each kind of blocker that it names.
    func note(_ problem: Problem) {
        refusals.withLock { refusals in
            if let code = problem.code, let place = ErrorCode.allCases.firstIndex(of: code) {
                refusals.codes[place] += 1
            }
            guard let blockers = problem.blockers else { return }
            for (place, kind) in BlockerKind.allCases.enumerated() where blockers.contains(where: { $0.kind == kind }) {
                refusals.blockers[place] += 1
            }
        }
    }

    /// Refusals since the start.
    var refused: (codes: [(code: ErrorCode, count: UInt64)], blockers: [(kind: BlockerKind, count: UInt64)]) {
        let (codes, blockers) = refusals.withLock { ($0.codes, $0.blockers) }
        return (
            zip(ErrorCode.allCases, codes).map { ($0, $1) }, zip(BlockerKind.allCases, blockers).map { ($0, $1) }
        )
    }
}
