// How many connections are open, in all and of whom.

import Synchronization

/// Counts open connections against their bounds. Any thread may use it.
final class ConnectionCounts: Sendable {
    /// Why there is no room for one more.
    enum Refusal: Error, Equatable {
        case inAll(Int)
        case ofOne(Int)
    }

    private struct State {
        var all = 0
        var byOrigin: [Connection.Origin: Int] = [:]
        /// Connections that are being told that there is no room.
        var refusals = 0
    }

    private let state = Mutex(State())
    private let limits: ServerLimits

    init(limits: ServerLimits) {
        self.limits = limits
    }

    /// Takes a place, or says why there is none. The last places are for operators on a Unix socket.
    func enter(_ origin: Connection.Origin, isOperator: Bool) -> Refusal? {
        state.withLock { state in
            let most = limits.connections + (isOperator ? ServerLimits.connectionsKeptForOperators : 0)
            guard state.all < most else { return .inAll(limits.connections) }
            let mostOfOne =
                switch origin {
                case .user: limits.connectionsPerUser
                case .address, .unknown: limits.connectionsPerAddress
                }
            let count = state.byOrigin[origin] ?? 0
            guard isOperator || count < mostOfOne else { return .ofOne(mostOfOne) }
            state.all += 1
            state.byOrigin[origin] = count + 1
            return nil
        }
    }

    func leave(_ origin: Connection.Origin) {
        state.withLock { state in
            state.all -= 1
            let count = (state.byOrigin[origin] ?? 1) - 1
            state.byOrigin[origin] = count == 0 ? nil : count
        }
    }

    /// Takes one of the few places for connections that are refused with an answer.
    func enterRefusal() -> Bool {
        state.withLock { state in
            guard state.refusals < ServerLimits.refusalsMax else { return false }
            state.refusals += 1
            return true
        }
    }

    func leaveRefusal() { state.withLock { $0.refusals -= 1 } }

    /// Open connections.
    var open: Int { state.withLock { $0.all } }
}
