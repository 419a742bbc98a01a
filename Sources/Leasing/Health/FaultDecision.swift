// Deciding what a fault report leads to.
//
// A tenant may only speak of what it holds, and its word alone may take out only what it holds as a whole: of a node that
// it holds in part, it closes the rest to new allocations and an operator decides. That depends on what the tenant holds and
// never on who holds the rest, so that it learns nothing of others.

public import FleetModel
import Packing

extension Book {
    /// What a tenant holds of a node now, and whether that is all of it. O(bookings of the node).
    package func holding(of tenant: String, on node: Int) -> (modules: UInt8, isWhole: Bool, leases: [UInt64]) {
        var (modules, whole, leases) = (UInt8(0), UInt8(0), [UInt64]())
        packing.forEachBooking(of: NodeIndex(node)) { booking in
            guard booking.start <= time, time < booking.end, let part = lease(booking.lease), part.isInWindow,
                part.tenant == tenant || isOccupied(part, by: tenant)
            else { return }
            modules |= booking.moduleMask & fleet.moduleMasks[node]
            // The rest of a GPU that is cut into instances may be somebody else's.
            if booking.sliceMask == 0 { whole |= booking.moduleMask & fleet.moduleMasks[node] }
            // What a lease is called that it uses under a sub-lease it is not told.
            if part.tenant == tenant && !leases.contains(part.leaseNumber) { leases.append(part.leaseNumber) }
        }
        return (modules, whole == fleet.moduleMasks[node], leases.sorted())
    }

    /// The newest report that says the same of the same hardware: one that is not settled, or was within the last hour.
    public func knownReport(
        by tenant: String?, of node: NodeIndex, modules: UInt8, xid: Int64?, recovery: RecoveryAction?, keeps: Bool,
        now: Int64
    ) -> FaultReport? {
        let id = register.id(of: node).number
        return faultReports(of: tenant).last { report in
            // A tenant that kept the hardware and now gives it up says something new.
            report.node == id && report.covers(modules, xid, recovery) && (keeps || !report.keeps)
                && (!report.state.isFinal || now < report.decidedAt + FaultLimits.repeatSeconds)
        }
    }

    /// The nodes and modules (0: the node as such) that an order is about, ascending by node; without what its tenant has
    /// reported before and has been given a replacement for.
    ///
    /// - Throws: `notFound` for what is not there, in the same words as for what the tenant does not hold.
    func subjects(of order: FaultOrder) throws(Refusal) -> [(node: Int, modules: UInt8)] {
        guard (1...FaultLimits.targetsMax).contains(order.targets.count) else {
            throw Refusal(.invalid, "a report names 1 to \(FaultLimits.targetsMax) GPUs and nodes", pointer: "/gpus")
        }
        var found: [Int: UInt8] = [:]
        for (target, pointer) in order.targets {
            guard let (node, modules) = try subject(target, of: order, pointer) else { continue }
            // The node as such is more than some of its GPUs.
            found[node] = modules == 0 || found[node] == 0 ? 0 : (found[node] ?? 0) | modules
        }
        return found.keys.sorted().map { ($0, found[$0]!) }
    }

    private func subject(
        _ target: FaultTarget, of order: FaultOrder, _ pointer: String
    ) throws(Refusal) -> (Int, UInt8)? {
        let tenant = order.tenant
        let words: String
        var (node, modules, whole) = (Int?.none, UInt8(0), false)
        switch target {
        case .gpu(let uuid):
            words = uuid.text
            if let place = place(of: uuid) { (node, modules) = (place.node.offset, 1 << (place.module - 1)) }
        case .node(let name, let named):
            words = name
            node = fleet.node(named: name)?.offset
            whole = named.isEmpty
            for module in named where (1...8).contains(module) { modules |= 1 << (module - 1) }
        }
        let verb = tenant == nil ? "there is no" : "you hold no"
        guard let node else { throw Refusal(.notFound, "\(verb) \(words)", pointer: pointer) }
        let there = tenant.map { holding(of: $0, on: node).modules } ?? fleet.moduleMasks[node]
        guard there != 0, modules & ~there == 0 else {
            let id = register.id(of: NodeIndex(node)).number
            let isReported =
                tenant != nil
                && faultReports(of: tenant).contains {
                    !$0.state.isFinal && $0.node == id && $0.covers(whole ? 0 : modules, order.xid, order.recovery)
                }
            if isReported { return nil }
            let what = modules == 0 || there == 0 ? words : "such module of \(words)"
            throw Refusal(.notFound, "\(verb) \(what)", pointer: pointer)
        }
        return (node, whole ? 0 : modules)
    }

    /// Notes reports and does what the policy says. What is known already is not noted again.
    mutating func decideFaultReport(_ order: FaultOrder, _ step: inout Step) throws(Refusal) {
        if let tenant = order.tenant, self.tenant(tenant) == nil {
            throw Refusal(.notFound, "there is no such tenant")
        }
        if let xid = order.xid {
            guard (1...XIDPolicy.xidMax).contains(xid) else {
                throw Refusal(.invalid, "an XID is 1 to \(XIDPolicy.xidMax)", pointer: "/xid")
            }
        } else if order.text.isEmpty {
            throw Refusal(.invalid, "a report has an XID, or says in `text` what is wrong", pointer: "/text")
        }
        if order.recovery != nil && order.xid != XIDPolicy.recoveryXID {
            throw Refusal(.invalid, "a recovery action goes with XID 154", pointer: "/recoveryAction")
        }
        let subjects = try subjects(of: order).filter { subject in
            knownReport(
                by: order.tenant, of: NodeIndex(subject.node), modules: subject.modules, xid: order.xid,
                recovery: order.recovery, keeps: order.keeps, now: step.now) == nil
        }
        guard !subjects.isEmpty else { return }
        let unsettled = faultReports(of: order.tenant).count { !$0.state.isFinal }
        let limit = order.tenant == nil ? FaultLimits.providerUnsettledMax : FaultLimits.unsettledMax
        guard unsettled + subjects.count <= limit else {
            throw Refusal(
                .wrongState,
                "\(unsettled) reports are open or acted on already, of at most \(limit); wait until some are settled")
        }
        for (node, modules) in subjects { report(order, node, modules, &step) }
    }

    private mutating func report(_ order: FaultOrder, _ node: Int, _ modules: UInt8, _ step: inout Step) {
        let id = register.id(of: NodeIndex(node)).number
        var report = FaultReport(number: health.nextReport, tenant: order.tenant, node: id)
        let holding = order.tenant.map { self.holding(of: $0, on: node) }
        report.leases = holding?.leases ?? []
        report.moduleMask = modules
        report.identity = health.identities.identity(of: id) ?? NodeIdentity(node: id)
        report.identity.node = id
        for (module, _) in report.identity.gpus where modules != 0 && modules >> module & 1 == 0 {
            report.identity.set(nil, ofModule: module)
        }
        (report.xid, report.recovery, report.text) = (order.xid, order.recovery, order.text)
        (report.keeps, report.actor, report.at, report.decidedAt) = (order.keeps, step.actor.name, step.now, step.now)
        (report.state, report.act, report.remark) = judged(order, report, isWhole: holding?.isWhole ?? true)
        commit(.faultReported(report), &step)
        act(report.act, on: node, report, &step)
    }

    /// What the policy makes of a report.
    private func judged(
        _ order: FaultOrder, _ report: FaultReport, isWhole: Bool
    ) -> (FaultReport.State, FaultReport.Act, String) {
        let name = report.xid.map { "XID \($0)" } ?? ""
        switch report.faultClass {
        case .application: return (.rejected, .none, "\(name): a program failed, the hardware is sound")
        case .unknown:
            let why =
                report.xid == nil
                ? "no XID is named"
                : report.xid == XIDPolicy.recoveryXID ? "\(name) without the recovery action" : "\(name) has no rule"
            return (.open, .none, "\(why): an operator decides")
        case .note:
            return (.accepted, .note, "\(name): the GPU goes on and is reset when its node is next turned round")
        case .drain, .fault: break
        }
        guard order.isAutomatic else { return (.open, .none, "\(name): an operator decides") }
        guard let tenant = order.tenant else {
            return report.faultClass == .fault
                ? (.accepted, .fault, "\(name): out of service at once")
                : (.accepted, .drain, "\(name): no new allocations")
        }
        guard mayActAlone(tenant, on: report.node) else {
            return (.open, .none, "\(name): many nodes are out by your reports already, so that an operator decides")
        }
        if !isWhole {
            return (.open, .cordon, "\(name): closed to new allocations; an operator decides on the rest of it")
        }
        return order.keeps
            ? (.accepted, .drain, "\(name): no new allocations; you keep it until you report it again without `keep`")
            : (.accepted, .fault, "\(name): out of service, to be replaced")
    }

    /// Whether a tenant's reports have fewer nodes out of service than they may.
    private func mayActAlone(_ tenant: String, on node: UInt32) -> Bool {
        let acted = faultReports(of: tenant).filter { !$0.state.isFinal && [.cordon, .drain, .fault].contains($0.act) }
        let out = Set(acted.map(\.node)).union([node])
        guard out.count > FaultLimits.automaticNodes(ofHeld: 0) else { return true }
        var held: [Range<Int>] = []
        self.tenant(tenant)?.leases.forEach { number, _ in
            for part in parts(of: number) where part.isInWindow {
                held += part.lines.flatMap { $0.holdings.bookedNodes + $0.holdings.sharedNodes.map { $0..<$0 + 1 } }
            }
            return true
        }
        for sublease in subleasesInForce where sublease.to == tenant {
            for part in parts(of: sublease.lease) where part.isInWindow {
                held += part.lines.flatMap { $0.holdings.bookedNodes + $0.holdings.sharedNodes.map { $0..<$0 + 1 } }
            }
        }
        return out.count <= FaultLimits.automaticNodes(ofHeld: held.united().reduce(0) { $0 + $1.count })
    }

    /// Does with a node what was decided; nothing where it is out of service already.
    private mutating func act(
        _ act: FaultReport.Act, on node: Int, _ report: FaultReport, _ step: inout Step
    ) {
        let now = packing.health(of: NodeIndex(node))
        let what = report.xid.map { "XID \($0)" } ?? "a fault"
        let note = NodeNote(
            reason: "\(what) reported by \(report.tenant ?? "telemetry") (\(faultID(report.number)))",
            actor: step.actor.name, since: step.now, until: nil)
        let ids = [IDRange(first: report.node, count: 1)]
        switch act {
        case .none, .note: break
        case .cordon: if now == .open { commit(.nodesSet(nodes: ids, health: .cordoned, note: note), &step) }
        case .drain:
            if now == .open || now == .cordoned { commit(.nodesSet(nodes: ids, health: .draining, note: note), &step) }
        case .fault: if now != .faulty { fault([node..<node + 1], note, &step) }
        }
    }

    // MARK: An operator's word

    /// Accepts or rejects a report that is open.
    mutating func decideFault(
        _ number: UInt64, accepts: Bool, act wanted: FaultReport.Act?, _ step: inout Step
    ) throws(Refusal) {
        guard let report = health.reports[number] else { throw Refusal(.notFound, "there is no such fault report") }
        guard report.state == .open else {
            throw Refusal(.wrongState, "the report is \(report.state.name); only one that is open is decided")
        }
        guard let node = register.node(of: PermanentNodeID(report.node))?.offset else {
            throw Refusal(.wrongState, "the node has been retired")
        }
        guard accepts else {
            if wanted != nil { throw Refusal(.invalid, "what is rejected has no act", pointer: "/act") }
            commit(.faultDecided(verdict(on: report, .rejected, .none, step)), &step)
            let isClosedByIt =
                report.act == .cordon && packing.health(of: NodeIndex(node)) == .cordoned
                && !health.unsettled(on: report.node).contains { $0.act == .cordon }
            if isClosedByIt {
                commit(.nodesSet(nodes: [IDRange(first: report.node, count: 1)], health: .open, note: .blank), &step)
                serveWaiting([node..<node + 1], repaired: [node..<node + 1], &step)
            }
            return
        }
        let proposed: FaultReport.Act? =
            switch report.faultClass {
            case .application, .unknown: nil
            case .note: .note
            case .drain, .fault: .fault
            }
        guard let act = wanted ?? proposed else {
            throw Refusal(.invalid, "the policy has no answer to it; say what to do", pointer: "/act")
        }
        commit(.faultDecided(verdict(on: report, .accepted, act, step)), &step)
        self.act(act, on: node, report, &step)
    }

    private func verdict(
        on report: FaultReport, _ state: FaultReport.State, _ act: FaultReport.Act, _ step: Step
    ) -> FaultVerdict {
        FaultVerdict(
            number: report.number, tenant: report.tenant, state: state, act: act, remark: step.reason,
            actor: step.actor.name)
    }

    // MARK: Repair

    /// Somebody has begun to repair nodes that are faulty.
    mutating func decideService(_ nodes: [Range<Int>], _ note: NodeNote, _ step: inout Step) {
        commit(.repairBegun(nodes: register.permanent(nodes), note: note), &step)
    }
}
