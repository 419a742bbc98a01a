// The last error number that each GPU has shown: a gauge says it again and again, and it is one error.

import ControlAPI
import FleetModel
import Leasing
import Packing
import Scheduling
import Synchronization

/// Kept in memory alone. After a start, a number that a kept report of the same GPU has is not news.
final class XIDMemory: Sendable {
    private let last = Mutex<[UInt64: UInt16]>([:])

    /// Whether a number is another than the last one of the GPU, 0 being none; nil for the first word on it.
    ///
    /// - Parameter keepsNone: whether 0 is remembered of a GPU that has shown nothing yet, which takes room.
    func isNew(_ xid: Int, of node: PermanentNodeID, module: Int, keepsNone: Bool) -> Bool? {
        let key = UInt64(node.number) << 3 | UInt64(module - 1)
        return last.withLock { last in
            let known = last[key]
            if xid > 0 || known != nil || keepsNone { last[key] = UInt16(clamping: xid) }
            return known.map { $0 != UInt16(clamping: xid) }
        }
    }
}

extension Exchange {
    /// Reports what telemetry shows of errors, as the policy has it.
    func reportErrors(_ errors: [(node: NodeIndex, module: Int, xid: Int)], from source: String) async throws {
        guard !errors.isEmpty else { return }
        let book = scheduler.view.book
        let reported = Set(book.faultReports(of: nil).map(\.node))
        var modules: [Int: [NodeIndex: [Int]]] = [:]
        for (node, module, xid) in errors {
            let id = book.register.id(of: node)
            let isNew = services.xids.isNew(
                xid, of: id, module: module, keepsNone: reported.contains(id.number))
            guard xid > 0, isNew ?? !isReported(xid, of: node, module: module, in: book) else { continue }
            modules[xid, default: [:]][node, default: []].append(module)
        }
        for xid in modules.keys.sorted() {
            let nodes = modules[xid]!.keys.sorted { $0.offset < $1.offset }
            for start in stride(from: 0, to: nodes.count, by: FaultLimits.targetsMax) {
                let some = nodes[start..<min(nodes.count, start + FaultLimits.targetsMax)]
                let order = FaultOrder(
                    tenant: nil,
                    targets: some.map {
                        (.node(book.fleet.nodeName($0), modules: modules[xid]![$0]!.sorted()), "/readings")
                    }, xid: Int64(xid), text: "telemetry of \(source)",
                    isAutomatic: services.faultRules.actsOnTelemetry)
                var context = try commandContext(reason: "XID \(xid) in the telemetry of \(source)", body: [])
                // One key would do for the first of several reports alone.
                context.idempotencyKey = nil
                // Too many reports at once leave the rest for the operator to find; the readings are taken all the same.
                if case .faulted(let fault) = await scheduler.submit(.reportFault(order), context) {
                    throw Problem(fault)
                }
            }
        }
    }

    private func isReported(_ xid: Int, of node: NodeIndex, module: Int, in book: Book) -> Bool {
        let id = book.register.id(of: node).number
        return book.faultReports(of: nil).contains {
            $0.node == id && $0.xid == Int64(xid) && $0.moduleMask >> (module - 1) & 1 == 1
        }
    }
}
