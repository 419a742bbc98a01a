// Waiting until a lease is active.

import ControlAPI
import ControlClient

/// Follows a lease by its tenant's poll, which wakes when something has changed.
struct LeaseWait {
    let client: ControlClient
    let terminal: Terminal

    private static let wait = WireDuration(seconds: 60)

    /// Returns the lease when it is active, and tells each change on the way.
    ///
    /// - Throws: ``CommandFailure`` when it has ended without.
    func untilActive(_ granted: LeaseAnswer) async throws -> LeaseAnswer {
        var lease = granted
        var index: Int?
        if !isSettled(lease) { terminal.write(words(lease)) }
        while !isSettled(lease) {
            let known = (lease.state, lease.conditions)
            do {
                index = try await change(of: lease.tenant, after: index)
                lease = try await client.lease(granted.id)
            } catch {
                try await waitForDaemon(after: error)
            }
            if lease.state != known.0 || lease.conditions != known.1 { terminal.write(words(lease)) }
        }
        guard lease.state == .active || lease.state == .ending else {
            throw CommandFailure(
                status: .failed, message: "\(lease.id) is \(lease.state.rawValue) and was never active.",
                advice: "See: berth lease show \(lease.id)")
        }
        return lease
    }

    /// The tenant's index when it is no longer the one given.
    private func change(of tenant: String, after index: Int?) async throws -> Int {
        try await client.poll(tenant: tenant, index: index, wait: index == nil ? nil : Self.wait).index
    }

    private func waitForDaemon(after error: any Error) async throws {
        guard case ClientError.unreachable(_, let cause) = error else { throw error }
        terminal.write("\(cause.description); waiting for the daemon")
        try await Task.sleep(for: .seconds(2))
    }

    private func isSettled(_ lease: LeaseAnswer) -> Bool {
        lease.state == .active || lease.state == .ending || lease.state.isOver
    }

    private func words(_ lease: LeaseAnswer) -> String {
        var words = "\(lease.id) is \(lease.state.rawValue)"
        switch lease.state {
        case .pending: words += ", until a second operator approves: berth approvals"
        case .scheduled: words += ", begins at \(lease.start)"
        case .starting: words += ", its hardware is being made ready"
        default: break
        }
        for condition in lease.conditions { words += "; \(condition.type.rawValue): \(condition.reason)" }
        return words
    }
}
