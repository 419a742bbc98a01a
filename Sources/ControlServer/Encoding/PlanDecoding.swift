// The commands of a plan as the book reads them.

import ControlAPI
import FleetModel
import Leasing
import Packing

/// Reads the commands of one plan: names as `book` has them, times left out as `now`.
struct PlanReader {
    let book: Book
    let now: Int64
    /// For commands that have no reason of their own.
    let reason: String
    /// As for a load target that is set by itself.
    let approvalSeconds: Int64?
    private let pins = PinReader()

    init(book: Book, now: Int64, reason: String, approvalSeconds: Int64?) {
        self.book = book
        self.now = now
        self.reason = reason
        self.approvalSeconds = approvalSeconds
    }

    /// - Throws: ``Problem`` with the pointer to what is wrong.
    func commands(_ commands: [PlanCommand]) throws -> [PlannedCommand] {
        try commands.enumerated().map { index, command in
            do {
                return try planned(command)
            } catch let problem as Problem {
                throw problem.inside("/commands/\(index)/\(command.name)")
            }
        }
    }

    private func planned(_ command: PlanCommand) throws -> PlannedCommand {
        if let request = command.reserve {
            let order = try LeaseOrder(request, in: book, now: now, pins: pins)
            return PlannedCommand(
                .requestLeases([order], planTokens: [try LeaseHandlers.token(of: request)]),
                reason: request.reason ?? reason)
        }
        if let release = command.release {
            guard let lease = book.lease(id: release.lease) else {
                throw Problem(.notFound, detail: "there is no lease \(release.lease)", pointer: "/lease")
            }
            return PlannedCommand(.releaseLease(lease.number), reason: release.reason ?? reason)
        }
        if let reclaim = command.reclaim {
            guard let lease = book.lease(id: reclaim.lease) else {
                throw Problem(.notFound, detail: "there is no lease \(reclaim.lease)", pointer: "/lease")
            }
            let request = reclaim.request(reason: reason)
            return PlannedCommand(
                .serveReclaim(lease.number, ReclaimOrder(request, byTenant: false)), reason: request.reason)
        }
        return try power(command) ?? hardware(command) ?? nouns(command)
    }

    private func power(_ command: PlanCommand) throws -> PlannedCommand? {
        if let target = command.loadTarget {
            let request = target.request(reason: reason)
            let key = LoadTargetKey(budget: target.budget, id: target.id)
            return PlannedCommand(
                .setLoadTarget(
                    try LoadTargetHandlers.target(request, key, in: book, now: now), approvalSeconds: approvalSeconds),
                reason: request.reason)
        }
        if let removal = command.removeLoadTarget {
            return PlannedCommand(
                .removeLoadTarget(LoadTargetKey(budget: removal.budget, id: removal.id)),
                reason: removal.reason ?? reason)
        }
        if let feed = command.failFeed {
            return PlannedCommand(.failFeed(feed.budget, source: feed.source), reason: feed.reason ?? reason)
        }
        if let feed = command.restoreFeed {
            return PlannedCommand(.restoreFeed(feed.budget, source: feed.source), reason: feed.reason ?? reason)
        }
        return nil
    }

    private func hardware(_ command: PlanCommand) throws -> PlannedCommand? {
        if let verb = command.nodes {
            let request = NodeVerbRequest(nodes: verb.nodes, reason: verb.reason ?? reason, until: verb.until)
            return PlannedCommand(
                try NodeHandlers.command(verb.verb, request, in: book.fleet), reason: request.reason)
        }
        if let maintenance = command.maintenance {
            let request = maintenance.specification(reason: reason)
            let plan = try MaintenanceHandlers.plan(request, in: book.fleet, now: now).plan
            return PlannedCommand(.putMaintenance(maintenance.name, plan), reason: request.reason)
        }
        if let removal = command.removeMaintenance {
            return PlannedCommand(.removeMaintenance(removal.name), reason: removal.reason ?? reason)
        }
        return nil
    }

    private func nouns(_ command: PlanCommand) throws -> PlannedCommand {
        if let tenant = command.tenant {
            let share = QuotaShare(
                cohort: tenant.cohort, borrowing: Quota(tenant.borrowingLimit), lending: Quota(tenant.lendingLimit))
            return PlannedCommand(
                .putTenant(
                    name: tenant.name, quota: Quota(tenant.quota), share: share,
                    description: tenant.description ?? ""),
                reason: tenant.reason ?? reason)
        }
        guard let contract = command.contract else {
            preconditionFailure("a command that was decoded has one field")
        }
        return PlannedCommand(
            .putContract(name: contract.name, terms: ContractTerms(contract.terms)),
            reason: contract.terms.reason ?? reason)
    }
}
