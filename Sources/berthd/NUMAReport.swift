// Where the scheduler runs and where the book lies, for the log and for the status.

import ControlAPI
import DaemonLog
import Logging
import Supervision
import Synchronization

/// A plan, and what the kernel made of it.
final class NUMAReport: Sendable {
    /// Less than this added by the recovery tells nothing: it may be of any part of the program.
    private static let leastBytes: Int64 = 1 << 20
    /// Below this share of the book on its node, the binding has not come about.
    private static let leastPercent = 75

    private struct Found {
        var fault: String?
        var bookPercent: Int?
    }

    let plan: NUMAPlan
    private let logger: Logger
    private let memoryBefore: NUMAMemory?
    private let found = Mutex(Found())

    /// Says in the log what the plan is. What memory the process takes from now on until ``bind()`` is the book's.
    init(_ plan: NUMAPlan, _ logger: Logger) {
        self.plan = plan
        self.logger = logger
        guard let node = plan.node else {
            memoryBefore = nil
            logger.log(.numaBound, "this machine has one NUMA node; nothing is bound")
            return
        }
        memoryBefore = .ofThisProcess
        logger.log(
            .numaBound, "the scheduler's thread and memory are bound to a NUMA node",
            metadata: ["node": "\(node)", "nodes": "\(plan.nodeCount)"])
    }

    /// Binds the calling thread, which is the scheduler's, and looks whether it and the recovered book are where they are to be.
    func bind() {
        guard let node = plan.node else { return }
        let placement = NUMABinding.bindCurrentThread(to: node)
        let percent = bookPercent(on: node)
        var faults: [String] = []
        if !placement.isOn(node) {
            faults.append(
                "the scheduler is not on node \(node) alone: it runs on \(placement.runsOn) and has memory from "
                    + (placement.memoryFrom.map { "node \($0)" } ?? "wherever it runs"))
        }
        if let percent, percent < Self.leastPercent {
            faults.append("only \(percent) % of the book's memory is on node \(node)")
        }
        let fault = faults.isEmpty ? nil : faults.joined(separator: "; ")
        found.withLock { $0 = Found(fault: fault, bookPercent: percent) }
        if let fault { logger.log(.numaUnbound, "\(fault)") }
    }

    private func bookPercent(on node: Int) -> Int? {
        guard let memoryBefore, let now = NUMAMemory.ofThisProcess else { return nil }
        return now.percent(on: node, addedSince: memoryBefore, least: Self.leastBytes)
    }

    var status: NUMAStatus {
        let found = found.withLock { $0 }
        return NUMAStatus(nodes: plan.nodeCount, node: plan.node, bookPercent: found.bookPercent, fault: found.fault)
    }
}
