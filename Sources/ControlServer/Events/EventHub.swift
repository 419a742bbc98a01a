// Who watches the stream of changes, and how they learn that there is more.
//
// Nothing is queued for anybody: a stream has a cursor and takes what it has not sent from `Scheduler.changes`. So a slow
// reader holds neither the writer nor memory, and the writer's part is to say once for each batch that there is more.

import Leasing
import NIOCore
import Scheduling
import Synchronization

/// Why a stream was not begun.
enum StreamRefusal: Error {
    /// The daemon has as many as it takes.
    case full
    /// The caller has as many as one may have.
    case fullForCaller
    case stopping
}

/// The streams that are open, each with what waits on it, if anything does.
final class EventHub: Sendable {
    /// Streams at once.
    static let streamsMax = 1_024
    /// Streams of one caller at once.
    static let streamsPerCallerMax = 64

    /// What woke a stream.
    enum Wake: Sendable { case changed, timedOut, closed, stopping }

    private struct Waiter: Sendable {
        let continuation: CheckedContinuation<Wake, Never>
        let timeout: Scheduled<Void>

        func wake(_ why: Wake) {
            timeout.cancel()
            continuation.resume(returning: why)
        }
    }

    private struct Stream: Sendable {
        let caller: String
        /// Whose changes it waits for; nil for anybody's.
        let tenant: String?
        var isClosed = false
        /// Whether something has come since it last looked.
        var hasMore = false
        var waiter: Waiter?

        mutating func takeWaiter() -> Waiter? {
            defer { waiter = nil }
            return waiter
        }
    }

    private struct State: Sendable {
        var streams: [UInt64: Stream] = [:]
        var next: UInt64 = 0
        var isStopping = false
        /// The last change whose streams have been woken.
        var toldUntil: UInt64 = 0
    }

    private let state = Mutex(State())
    /// Whether a round of waking is under way already.
    private let isTelling = Atomic(false)

    /// Streams that are open.
    var count: Int { state.withLock { $0.streams.count } }

    /// Whether the daemon stops, so that streams are to end.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    // MARK: Streams

    /// Begins a stream of one caller; it must be ended.
    func begin(caller: String, tenant: String?) throws(StreamRefusal) -> UInt64 {
        let result: Result<UInt64, StreamRefusal> = state.withLock { state in
            if state.isStopping { return .failure(.stopping) }
            guard state.streams.count < Self.streamsMax else { return .failure(.full) }
            let own = state.streams.values.count { $0.caller == caller }
            guard own < Self.streamsPerCallerMax else { return .failure(.fullForCaller) }
            state.next += 1
            state.streams[state.next] = Stream(caller: caller, tenant: tenant)
            return .success(state.next)
        }
        return try result.get()
    }

    /// Ends a stream, which no longer waits.
    func end(_ number: UInt64) {
        _ = state.withLock { $0.streams.removeValue(forKey: number) }
    }

    /// Notes that the reader is gone.
    func close(_ number: UInt64) {
        let waiter = state.withLock { state in
            state.streams[number]?.isClosed = true
            return state.streams[number]?.takeWaiter()
        }
        waiter?.wake(.closed)
    }

    /// Waits until there may be more, the time is over, the reader is gone or the daemon stops. What has come since the last
    /// wait counts, so that nothing falls between looking and waiting.
    func wait(_ number: UInt64, upTo duration: TimeAmount, on eventLoop: any EventLoop) async -> Wake {
        await withCheckedContinuation { (continuation: CheckedContinuation<Wake, Never>) in
            let now = state.withLock { state -> Wake? in
                guard let stream = state.streams[number], !stream.isClosed else { return .closed }
                if state.isStopping { return .stopping }
                if stream.hasMore {
                    state.streams[number]!.hasMore = false
                    return .changed
                }
                let timeout = eventLoop.scheduleTask(in: duration) { self.timeOut(number) }
                state.streams[number]!.waiter = Waiter(continuation: continuation, timeout: timeout)
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    private func timeOut(_ number: UInt64) {
        state.withLock { $0.streams[number]?.takeWaiter() }?.wake(.timedOut)
    }

    // MARK: Waking

    /// Says that there are more changes. On the writer's thread: it costs one exchange and at most one call to an event
    /// loop, however many watch.
    func tell(of scheduler: Scheduler, on eventLoop: any EventLoop) {
        guard !isTelling.exchange(true, ordering: .acquiringAndReleasing) else { return }
        eventLoop.execute { self.wake(scheduler) }
    }

    private func wake(_ scheduler: Scheduler) {
        // What comes from here on begins a round of its own.
        _ = isTelling.exchange(false, ordering: .acquiringAndReleasing)
        let last = scheduler.lastRevision
        let (since, hasTenants) = state.withLock { state in
            defer { state.toldUntil = max(state.toldUntil, last) }
            return (state.toldUntil, state.streams.values.contains { $0.tenant != nil })
        }
        guard since < last else { return }
        wake(hasTenants ? scheduler.tenantsChanged(after: since) : [])
    }

    /// Wakes the streams of everybody's changes and those of these tenants; nil for all tenants.
    private func wake(_ tenants: Set<String>?) {
        let waiters = state.withLock { state in
            var waiters: [Waiter] = []
            for number in state.streams.keys {
                if let tenants, let tenant = state.streams[number]!.tenant, !tenants.contains(tenant) { continue }
                if let waiter = state.streams[number]!.takeWaiter() {
                    waiters.append(waiter)
                } else {
                    state.streams[number]!.hasMore = true
                }
            }
            return waiters
        }
        for waiter in waiters { waiter.wake(.changed) }
    }

    /// Ends all waiting, now and later.
    func finish() {
        let waiters = state.withLock { state in
            state.isStopping = true
            return state.streams.keys.compactMap { state.streams[$0]!.takeWaiter() }
        }
        for waiter in waiters { waiter.wake(.stopping) }
    }
}

/// A place among the streams, given back with the last reference to it.
final class StreamPlace: Sendable {
    let number: UInt64
    private let hub: EventHub

    init(in hub: EventHub, caller: String, tenant: String?) throws(StreamRefusal) {
        number = try hub.begin(caller: caller, tenant: tenant)
        self.hub = hub
    }

    deinit { hub.end(number) }
}
