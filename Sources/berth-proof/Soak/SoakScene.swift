// What the clients of a soak have in common: the leases they know, what they measured, and whether the daemon is there.

import Foundation
import Glibc
import Simulation
import Synchronization

/// A lease that was granted and, as far as is known, still runs.
struct SoakLease: Sendable {
    var id: String
    /// By the wall clock, in seconds since 1970.
    var end: Int64
}

/// Shared by all threads of a soak.
final class SoakScene: Sendable {
    private struct State {
        var life = 0
        var isServing = false
        var isOver = false
        var troubles: [String] = []
        var refusals: [String: Int] = [:]
    }

    private struct Book {
        var leases: [SoakLease] = []
        var nodes: [String] = []
        /// Nodes to which something was done that is to be undone, oldest first.
        var outNodes: [(name: String, undo: String)] = []
    }

    private struct Measured {
        /// Of the interval, by operation.
        var interval: [String: LatencyHistogram] = [:]
        /// Of the whole run.
        var whole: [String: LatencyHistogram] = [:]
    }

    let socket: String
    let bell = Bell()
    private let state = Mutex(State())
    private let book = Mutex(Book())
    private let measured = Mutex(Measured())
    /// The schedule's next place; each is one request at a time fixed beforehand.
    let nextPlace = Atomic<Int>(0)

    init(socket: String) { self.socket = socket }

    // MARK: The daemon's lives

    /// Counts processes; nil while none serves.
    var life: Int? { state.withLock { $0.isServing ? $0.life : nil } }
    var isOver: Bool { state.withLock { $0.isOver } }

    func begin() {
        state.withLock { $0.isServing = true }
        bell.ring()
    }

    /// The daemon is about to be ended.
    func pause() { state.withLock { ($0.isServing, $0.life) = (false, $0.life + 1) } }

    func finish() {
        state.withLock { $0.isOver = true }
        bell.ring()
    }

    /// Waits until the daemon serves; nil when the run is over.
    func awaitLife() -> Int? {
        _ = bell.wait(seconds: 86_400 * 30) { isOver || life != nil }
        return isOver ? nil : life
    }

    /// Waits for so long or until the run is over.
    func rest(seconds: Double) { _ = bell.wait(seconds: seconds) { isOver } }

    func noteTrouble(_ text: String) {
        state.withLock { if $0.troubles.count < 50 { $0.troubles.append(text) } }
    }

    func noteRefusal(_ code: String) { state.withLock { $0.refusals[code, default: 0] += 1 } }

    var troubles: [String] { state.withLock { $0.troubles } }
    var refusals: [String: Int] { state.withLock { $0.refusals } }

    // MARK: Leases

    var leaseCount: Int { book.withLock { $0.leases.count } }

    func add(_ leases: [SoakLease]) { book.withLock { $0.leases += leases } }

    /// One of the leases that still run at `now`; those that have ended are forgotten on the way.
    func pick(_ random: inout SimulationRandom, now: Int64, taking: Bool) -> SoakLease? {
        let draw = random.next()
        return book.withLock { book in
            var draw = draw
            while !book.leases.isEmpty {
                let place = Int(draw.multipliedFullWidth(by: UInt64(book.leases.count)).high)
                let lease = book.leases[place]
                let isOver = lease.end <= now
                if isOver || taking {
                    book.leases.swapAt(place, book.leases.count - 1)
                    book.leases.removeLast()
                }
                if !isOver { return lease }
                draw = draw &* 0x9E37_79B9_7F4A_7C15 &+ 1
            }
            return nil
        }
    }

    func noteEnd(_ end: Int64, of id: String) {
        book.withLock { book in
            guard let place = book.leases.firstIndex(where: { $0.id == id }) else { return }
            book.leases[place].end = end
        }
    }

    /// Forgets leases that have ended. O(leases).
    func forgetEnded(now: Int64) { book.withLock { $0.leases.removeAll { $0.end <= now } } }

    // MARK: Nodes

    var nodes: [String] {
        get { book.withLock { $0.nodes } }
        set { book.withLock { $0.nodes = newValue } }
    }

    /// Something to do to a node: undoes the oldest when enough are out.
    func nextNodeVerb(_ random: inout SimulationRandom) -> (verb: String, node: String)? {
        let (draw, which) = (random.next(), random.below(3))
        return book.withLock { book in
            guard !book.nodes.isEmpty else { return nil }
            let outMax = min(64, max(1, book.nodes.count / 4))
            if book.outNodes.count >= outMax {
                let oldest = book.outNodes.removeFirst()
                return (oldest.undo, oldest.name)
            }
            let node = book.nodes[Int(draw.multipliedFullWidth(by: UInt64(book.nodes.count)).high)]
            guard !book.outNodes.contains(where: { $0.name == node }) else { return nil }
            let (verb, undo) = [("cordon", "uncordon"), ("drain", "undrain"), ("fault", "repair")][which]
            book.outNodes.append((node, undo))
            return (verb, node)
        }
    }

    // MARK: Polls

    private let wokenCount = Atomic<Int>(0)
    private let eventBytes = Atomic<Int>(0)

    func noteWoken() { wokenCount.add(1, ordering: .relaxed) }
    func noteEventBytes(_ count: Int) { eventBytes.add(count, ordering: .relaxed) }
    /// Polls that were answered, and bytes of events that came.
    var woken: (polls: Int, eventBytes: Int) {
        (wokenCount.load(ordering: .relaxed), eventBytes.load(ordering: .relaxed))
    }

    // MARK: Latencies

    /// Notes what an operation took, under its own name and that of its kind.
    func record(_ name: String, kind: String?, _ nanoseconds: Int64) {
        measured.withLock { measured in
            measured.interval[name, default: LatencyHistogram()].record(nanoseconds)
            if let kind { measured.interval[kind, default: LatencyHistogram()].record(nanoseconds) }
        }
    }

    /// What was measured since the last call.
    func takeInterval() -> [String: LatencyHistogram] {
        measured.withLock { measured in
            defer { measured.interval = [:] }
            for (name, histogram) in measured.interval {
                measured.whole[name, default: LatencyHistogram()].add(histogram)
            }
            return measured.interval
        }
    }

    /// What was measured in all until the last interval was taken.
    var whole: [String: LatencyHistogram] { measured.withLock { $0.whole } }
}
