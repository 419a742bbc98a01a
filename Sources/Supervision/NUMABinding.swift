// Keeping the scheduler's thread and its memory on one NUMA node, and the network's threads on the others.

import CNuma
import Foundation

/// One NUMA node of the machine.
public struct NUMANode: Sendable, Equatable {
    /// The kernel's number for it.
    public let number: Int
    /// Its memory that nobody uses, in bytes.
    public let freeBytes: Int64

    /// Both.
    public init(number: Int, freeBytes: Int64) {
        self.number = number
        self.freeBytes = freeBytes
    }
}

/// Why the scheduler cannot be where the settings want it.
public struct NUMAFault: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// Where the scheduler is to run.
public struct NUMAPlan: Sendable, Equatable {
    /// How many nodes the machine has.
    public let nodeCount: Int
    /// The scheduler's node; nil where there is one node alone, and nothing to bind.
    public let node: Int?

    /// Takes the node that the settings name, else the one with most free memory; of equal ones the first.
    ///
    /// - Throws: ``NUMAFault`` when the machine has more than one node and not that one.
    public init(_ nodes: [NUMANode], configured: Int?) throws(NUMAFault) {
        nodeCount = max(1, nodes.count)
        guard nodes.count > 1 else {
            node = nil
            return
        }
        if let configured {
            guard nodes.contains(where: { $0.number == configured }) else {
                let known = nodes.map { String($0.number) }.joined(separator: ", ")
                throw NUMAFault(description: "numa.node: this machine has no NUMA node \(configured); it has \(known)")
            }
            node = configured
        } else {
            node = nodes.reduce(nodes[0]) { $1.freeBytes > $0.freeBytes ? $1 : $0 }.number
        }
    }
}

/// What became of a plan, as the kernel says afterwards.
public struct NUMAPlacement: Sendable, Equatable {
    /// Nodes on whose processors the thread may run.
    public let runsOn: [Int]
    /// The node from which it gets memory first; nil where that is the node on which it runs at the time.
    public let memoryFrom: Int?

    /// Whether all of it is on one node.
    public func isOn(_ node: Int) -> Bool { runsOn == [node] && memoryFrom == node }
}

/// The machine's NUMA nodes.
public enum NUMABinding {
    /// The nodes that have memory and that this process may use; empty where the machine does not say.
    public static var nodes: [NUMANode] {
        guard numa_available() >= 0, let allowed = numa_get_mems_allowed() else { return [] }
        defer { numa_bitmask_free(allowed) }
        return (0...Int(numa_max_node())).compactMap { number in
            guard numa_bitmask_isbitset(allowed, UInt32(number)) != 0 else { return nil }
            var free: Int64 = 0
            guard numa_node_size64(Int32(number), &free) > 0 else { return nil }
            return NUMANode(number: number, freeBytes: free)
        }
    }

    /// Binds the calling thread, and the memory that it touches first, to one node, and says what the kernel made of it.
    public static func bindCurrentThread(to node: Int) -> NUMAPlacement {
        if numa_run_on_node(Int32(node)) == 0 { numa_set_preferred(Int32(node)) }
        return placementOfCurrentThread
    }

    /// Where the calling thread is.
    public static var placementOfCurrentThread: NUMAPlacement {
        guard numa_available() >= 0, let mask = numa_get_run_node_mask() else {
            return NUMAPlacement(runsOn: [], memoryFrom: nil)
        }
        defer { numa_bitmask_free(mask) }
        let runsOn = (0...Int(numa_max_node())).filter { numa_bitmask_isbitset(mask, UInt32($0)) != 0 }
        // With no policy of its own, libnuma answers with the node on which the thread happens to run.
        return NUMAPlacement(runsOn: runsOn, memoryFrom: Int(numa_preferred()))
    }

    /// Runs `body` on a thread that is bound to one node, and waits for it. What it touches first stays there.
    public static func run<Value: Sendable>(on node: Int?, _ body: @escaping @Sendable () throws -> Value) throws
        -> Value
    {
        guard let node else { return try body() }
        return try onThread {
            _ = bindCurrentThread(to: node)
            return try body()
        }
    }

    /// Runs `body` on a thread that is kept away from one node, and waits for it. Threads that it makes inherit that; their memory
    /// comes from wherever they run.
    public static func run<Value: Sendable>(
        awayFrom node: Int?, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        guard let node else { return try body() }
        return try onThread {
            if let mask = numa_allocate_nodemask() {
                for other in nodes where other.number != node { numa_bitmask_setbit(mask, UInt32(other.number)) }
                _ = numa_run_on_node_mask(mask)
                numa_bitmask_free(mask)
            }
            return try body()
        }
    }

    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let (done, result) = (DispatchSemaphore(value: 0), ResultBox<Value>())
        let thread = Thread {
            result.set(Result(catching: body))
            done.signal()
        }
        // As much as the scheduler's own thread has: recovery applies the same facts.
        thread.stackSize = 8 << 20
        thread.start()
        done.wait()
        return try result.value()
    }
}

/// Hands one result from one thread to another, which waits for a semaphore in between.
///
/// `@unchecked Sendable`: it is written before the semaphore is signalled and read after.
private final class ResultBox<Value: Sendable>: @unchecked Sendable {
    private var result: Result<Value, any Error>?

    func set(_ result: Result<Value, any Error>) { self.result = result }

    func value() throws -> Value {
        guard let result else { preconditionFailure("the thread has ended with a result") }
        return try result.get()
    }
}
