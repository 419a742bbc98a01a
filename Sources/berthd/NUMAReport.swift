// Where the scheduler runs, for the log and for the status.

import ControlAPI
import DaemonLog
import Logging
import Supervision
import Synchronization

/// A plan, and what the kernel made of it.
final class NUMAReport: Sendable {
    let plan: NUMAPlan
    private let logger: Logger
    private let fault = Mutex<String?>(nil)

    /// Says in the log what the plan is.
    init(_ plan: NUMAPlan, _ logger: Logger) {
        self.plan = plan
        self.logger = logger
        guard let node = plan.node else {
            logger.log(.numaBound, "this machine has one NUMA node; nothing is bound")
            return
        }
        logger.log(
            .numaBound, "the scheduler's thread and memory are bound to a NUMA node",
            metadata: ["node": "\(node)", "nodes": "\(plan.nodeCount)"])
    }

    /// Binds the calling thread, which is the scheduler's, and looks whether it is so.
    func bind() {
        guard let node = plan.node else { return }
        let placement = NUMABinding.bindCurrentThread(to: node)
        guard !placement.isOn(node) else { return }
        let text =
            "the scheduler is not on node \(node) alone: it runs on \(placement.runsOn) and has memory from "
            + (placement.memoryFrom.map { "node \($0)" } ?? "wherever it runs")
        fault.withLock { $0 = text }
        logger.log(.numaUnbound, "\(text)")
    }

    var status: NUMAStatus { NUMAStatus(nodes: plan.nodeCount, node: plan.node, fault: fault.withLock { $0 }) }
}
