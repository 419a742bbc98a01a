// Wakes those who wait for a change, with the answer ready for them.

import Dispatch
import Leasing
import Scheduling

/// Waiters that a change has ended the wait of.
struct PollAlarm: Sendable {
    let waiters: [String: [PollRegistry.Waiter]]
    let view: PublishedView
    let bodies: PollBodies

    /// One thread makes the answers, each once: neither the writer's nor an event loop's, which have others to serve.
    private static let queue = DispatchQueue(label: "berth.polls")

    /// Makes the answers and then wakes the waiters. Returns at once.
    func ring() {
        guard !waiters.isEmpty else { return }
        Self.queue.async {
            for (name, waiters) in waiters {
                if let tenant = view.book.tenant(name) { _ = bodies.body(of: tenant, in: view.book, gzip: false) }
                waiters.wake()
            }
        }
    }
}
