// Long polls: who waits for which tenant's answer to change. Nobody else's change wakes them.

import Leasing
import NIOCore
import Scheduling
import Synchronization

/// Waiters by tenant, and by revision for reads of one's own writes.
final class PollRegistry: Sendable {
    /// Polls that may wait at once.
    static let waitersMax = 100_000

    /// The name under which the actuator waits for orders; no tenant has it.
    static let orders = "/orders"

    private struct Waiter: Sendable {
        let continuation: CheckedContinuation<Void, Never>
        let timeout: Scheduled<Void>
    }

    private struct State: Sendable {
        var byTenant: [String: [UInt64: Waiter]] = [:]
        var next: UInt64 = 0
        var count = 0
        var isFinished = false
    }

    private let state = Mutex(State())

    /// Polls that wait now.
    var waiting: Int { state.withLock { $0.count } }

    /// Waits until the tenant's answer changes, the time is over, or the daemon stops.
    ///
    /// `isStillCurrent` is asked after the waiter is registered, so that no change falls between looking and waiting.
    func wait(
        for tenant: String, upTo duration: TimeAmount, on eventLoop: any EventLoop, isStillCurrent: @escaping () -> Bool
    ) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let number = state.withLock { state -> UInt64? in
                guard !state.isFinished, state.count < Self.waitersMax else { return nil }
                let number = state.next
                state.next += 1
                state.count += 1
                let timeout = eventLoop.scheduleTask(in: duration) { self.wake(number, of: tenant) }
                state.byTenant[tenant, default: [:]][number] = Waiter(continuation: continuation, timeout: timeout)
                return number
            }
            guard let number else { return continuation.resume() }
            if !isStillCurrent() { wake(number, of: tenant) }
        }
    }

    /// Wakes those who wait for these tenants.
    func changed(_ tenants: Set<String>) {
        var woken: [Waiter] = []
        state.withLock { state in
            for tenant in tenants {
                guard let waiters = state.byTenant.removeValue(forKey: tenant) else { continue }
                state.count -= waiters.count
                woken.append(contentsOf: waiters.values)
            }
        }
        for waiter in woken {
            waiter.timeout.cancel()
            waiter.continuation.resume()
        }
    }

    /// Wakes everybody; later waits return at once.
    func finish() {
        let tenants = state.withLock { state in
            state.isFinished = true
            return Set(state.byTenant.keys)
        }
        changed(tenants)
    }

    private func wake(_ number: UInt64, of tenant: String) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.byTenant[tenant]?.removeValue(forKey: number) else { return nil }
            if state.byTenant[tenant]?.isEmpty == true { state.byTenant[tenant] = nil }
            state.count -= 1
            return waiter
        }
        waiter?.timeout.cancel()
        waiter?.continuation.resume()
    }
}
