// What happens to hardware: verbs on nodes, maintenance, reports of faults.

import FleetModel
import Leasing
import Packing

extension LifeCommands {
    mutating func verb() -> Command {
        let verbs: [NodeVerb] = [
            .cordon, .uncordon, .drain, .undrain, .fault, .fault, .service, .repair, .repair, .repair, .cleaned,
            .validated, .validated, .validated,
        ]
        let verb = verbs.randomElement(using: &random)!
        // Nodes that the verb suits more often than not.
        let suitable = (0..<book.fleet.nodeCount).filter { suits(verb, NodeIndex($0)) }
        let node =
            suitable.randomElement(using: &random) ?? random.pick(0..<book.fleet.nodeCount)
        var nodes = [node..<node + 1]
        if random.isOne(in: 2) { nodes = Array(suitable.prefix(6)).map { $0..<$0 + 1 }.coalesced() }
        if nodes.isEmpty { nodes = [node..<node + 1] }
        let until =
            [.cordon, .drain].contains(verb) && random.isOne(in: 2)
            ? now + Int64.random(in: 1...day, using: &random) : nil
        return .setNodes(verb, nodes: nodes, until: until)
    }

    func suits(_ verb: NodeVerb, _ node: NodeIndex) -> Bool {
        let health = book.packing.health(of: node)
        let turnsRound = book.isInTurnRound(node.offset, now: now)
        return switch verb {
        case .cordon, .drain: health == .open
        case .uncordon: health == .cordoned
        case .undrain: health == .draining
        case .fault: health == .open
        case .repair, .service: health == .faulty
        case .cleaned: turnsRound && !book.isReportedClean(node)
        case .validated: turnsRound || health == .validating
        }
    }

    mutating func maintenance() -> Command {
        let name = "m\(random.pick(0..<4))"
        if random.isOne(in: 4) { return .removeMaintenance(name) }
        let first = random.pick(0..<book.fleet.nodeCount)
        let end = min(book.fleet.nodeCount, first + random.pick(1...6))
        var windows: [Range<Int64>] = []
        for _ in 0..<random.pick(1...3) {
            let gaps: [Int64] = [-600, 0, 1, hour, day, 9 * day]
            let start = max(
                windows.last?.upperBound ?? 0,
                (windows.last?.upperBound ?? now) + gaps.randomElement(using: &random)!)
            windows.append(start..<start + [1, 600, 5 * hour].randomElement(using: &random)!)
        }
        return .putMaintenance(name, Maintenance.Plan(nodes: [first..<end], windows: windows, reason: "workload"))
    }

    /// Reports of what a tenant holds and of what it does not, an operator's word on them, and GPUs that change places.
    mutating func anyFault() -> Command {
        let node = random.pick(0..<book.fleet.nodeCount)
        let module = random.pick(1...4)
        switch random.pick(0..<8) {
        case 0:
            let digit = random.pick(0...9)
            return .identifyGPUs([
                GPUIdentification(
                    node: node, module: module,
                    uuid: random.isOne(in: 5) ? nil : GPUUUID("GPU-0000000\(digit)-0000-0000-0000-000000000000"))
            ])
        case 1, 2:
            var open: [FaultReport] = []
            book.forEachFaultReport { report in
                if report.state == .open { open.append(report) }
                return true
            }
            return .decideFault(
                open.randomElement(using: &random)?.number ?? 1, accepts: random.isOne(in: 2),
                act: [nil, .note, .cordon, .drain, .fault].randomElement(using: &random)!)
        default:
            let tenant = random.isOne(in: 6) ? nil : tenant()
            let held = (0..<book.fleet.nodeCount).filter { node in
                tenant.map { book.holding(of: $0, on: node).modules != 0 } ?? true
            }
            let name = book.fleet.nodeName(NodeIndex(held.randomElement(using: &random) ?? node))
            return .reportFault(
                FaultOrder(
                    tenant: tenant, targets: [(.node(name, modules: random.isOne(in: 2) ? [] : [module]), "/nodes/0")],
                    xid: [31, 48, 62, 79, 94, 95].randomElement(using: &random)!, keeps: random.isOne(in: 4),
                    isAutomatic: !random.isOne(in: 6)))
        }
    }
}
