// When tokens were last used, by the hour: kept in memory, and in a file beside the book.

import Synchronization

/// The hour in which each token was last used. Any thread may use it; no call waits for more than another's step.
public final class TokenUse: Sendable {
    /// Seconds that are told apart as one.
    public static let slotSeconds: Int64 = 3_600

    private struct State {
        var hours: [UInt64: Int64] = [:]
        /// What has changed since it was last taken.
        var changed: Set<UInt64> = []
    }

    private let state: Mutex<State>

    /// - Parameter hours: what is known from before: an hour's beginning by the token's number.
    public init(hours: [UInt64: Int64] = [:]) {
        state = Mutex(State(hours: hours))
    }

    /// Notes that a token is used at `now`, in seconds since 1970.
    func note(_ number: UInt64, at now: Int64) {
        let hour = now - now % Self.slotSeconds
        state.withLock { state in
            guard (state.hours[number] ?? .min) < hour else { return }
            state.hours[number] = hour
            state.changed.insert(number)
        }
    }

    func hour(of number: UInt64) -> Int64? { state.withLock { $0.hours[number] } }

    /// What has changed since it was last taken.
    public func takeChanges() -> [(number: UInt64, hour: Int64)] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed.sorted().map { ($0, state.hours[$0]!) }
        }
    }
}
