// Long polls: who waits for which tenant's answer to change. Nobody else's change wakes them.
//
// A waiter costs an entry in two tables and no timer of its own: one clock ticks for all of them while there are some.

import NIOCore
import Synchronization

/// Waiters by tenant and by the tick at which their time is over.
final class PollRegistry: Sendable {
    /// Polls that may wait at once.
    static let waitersMax = 100_000

    /// The name under which the actuator waits for orders; no tenant has it.
    static let orders = "/orders"

    /// Waits end within this of their time.
    private static let tickMilliseconds: Int64 = 100

    /// One who waits.
    struct Waiter: Sendable {
        let eventLoop: any EventLoop
        /// Called once, on the event loop.
        let wake: @Sendable () -> Void
        fileprivate let dueAt: Int64
    }

    /// A waiter's place.
    struct Place: Sendable {
        fileprivate let tenant: String
        fileprivate let number: UInt64
    }

    private struct State: Sendable {
        var byTenant: [String: [UInt64: Waiter]] = [:]
        /// Waiters by the tick at which they are woken at the latest.
        var byTick: [Int64: [UInt64: String]] = [:]
        var lastTick: Int64 = 0
        var next: UInt64 = 0
        var count = 0
        var isFinished = false
        var clock: RepeatedTask?

        mutating func take(_ number: UInt64, of tenant: String) -> Waiter? {
            guard let waiter = byTenant[tenant]?.removeValue(forKey: number) else { return nil }
            if byTenant[tenant]?.isEmpty == true { byTenant[tenant] = nil }
            byTick[waiter.dueAt]?[number] = nil
            if byTick[waiter.dueAt]?.isEmpty == true { byTick[waiter.dueAt] = nil }
            count -= 1
            return waiter
        }
    }

    private let state = Mutex(State())

    /// How many wait.
    var waiting: Int { state.withLock { $0.count } }

    private static var tick: Int64 { Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000) / tickMilliseconds }

    /// Registers somebody who waits for a change of a tenant's answer; nil when nobody more may wait.
    ///
    /// Who registers looks at the answer afterwards, so that no change falls between looking and waiting, and takes the place
    /// back when it has changed.
    func register(
        for tenant: String, seconds: Int64, on eventLoop: any EventLoop, wake: @escaping @Sendable () -> Void
    ) -> Place? {
        // Polls that began together do not end together.
        let milliseconds = seconds * 1_000 + Int64.random(in: 0...(seconds * 1_000 / 16))
        let now = Self.tick
        let dueAt = now + milliseconds / Self.tickMilliseconds + 1
        return state.withLock { state in
            guard !state.isFinished, state.count < Self.waitersMax else { return nil }
            let number = state.next
            state.next += 1
            state.count += 1
            state.byTenant[tenant, default: [:]][number] = Waiter(eventLoop: eventLoop, wake: wake, dueAt: dueAt)
            state.byTick[dueAt, default: [:]][number] = tenant
            if state.clock == nil {
                state.lastTick = now
                let period = TimeAmount.milliseconds(Self.tickMilliseconds)
                state.clock = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in self.passTime()
                }
            }
            return Place(tenant: tenant, number: number)
        }
    }

    /// Takes a place back; false when its waiter has been woken, or is about to be.
    func leave(_ place: Place) -> Bool { state.withLock { $0.take(place.number, of: place.tenant) != nil } }

    /// Waits until the tenant's answer changes, the time is over, or the daemon stops.
    ///
    /// - Parameter onPlace: told of the place while it is waited at; whoever takes it back calls what comes with it.
    func wait(
        for tenant: String, seconds: Int64, on eventLoop: any EventLoop,
        onPlace: @Sendable (Place, _ end: @escaping @Sendable () -> Void) -> Void = { _, _ in },
        isStillCurrent: @Sendable () -> Bool
    ) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let place = register(for: tenant, seconds: seconds, on: eventLoop) { continuation.resume() }
            guard let place else { return continuation.resume() }
            guard isStillCurrent() else {
                if leave(place) { continuation.resume() }
                return
            }
            onPlace(place) { continuation.resume() }
        }
    }

    /// Takes out those who wait for these tenants, for the caller to wake.
    func take(_ tenants: Set<String>) -> [String: [Waiter]] {
        state.withLock { state in
            guard state.count > 0 else { return [:] }
            var taken: [String: [Waiter]] = [:]
            for tenant in tenants {
                guard let numbers = state.byTenant[tenant]?.keys else { continue }
                taken[tenant] = numbers.compactMap { state.take($0, of: tenant) }
            }
            return taken
        }
    }

    /// Wakes everybody; later waits return at once.
    func finish() {
        let tenants = state.withLock { state in
            state.isFinished = true
            return Set(state.byTenant.keys)
        }
        for waiters in take(tenants).values { waiters.wake() }
    }

    /// Wakes those whose time is over.
    private func passTime() {
        let now = Self.tick
        let due = state.withLock { state -> [Waiter] in
            var due: [Waiter] = []
            while state.lastTick < now {
                state.lastTick += 1
                for (number, tenant) in state.byTick[state.lastTick] ?? [:] {
                    if let waiter = state.take(number, of: tenant) { due.append(waiter) }
                }
            }
            if state.count == 0 {
                state.clock?.cancel()
                state.clock = nil
            }
            return due
        }
        due.wake()
    }
}

extension [PollRegistry.Waiter] {
    /// Wakes all, those of one event loop in one go.
    func wake() {
        for group in Dictionary(grouping: self, by: { ObjectIdentifier($0.eventLoop) }).values {
            group[0].eventLoop.execute { for waiter in group { waiter.wake() } }
        }
    }
}
