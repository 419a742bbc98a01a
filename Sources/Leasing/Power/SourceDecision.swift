// What follows when sources of a root fail, come back, or are others in the next fleet.

import FleetModel
import Packing

extension Book {
    /// The id of the load target that stands while a root has lost a firm source.
    static let sourceLossID = "source-loss"

    /// Names of the sources of a root that have failed.
    func failedSources(of root: String) -> Set<String> {
        Set(feedFailures.filter { $0.budget == root }.compactMap(\.source))
    }

    func hasLostFirmSource(_ root: String) -> Bool {
        guard let budget = fleet.budget(named: root) else { return false }
        let failed = failedSources(of: root)
        return fleet.budgets[budget.offset].sources.contains { failed.contains($0.name) && $0.isFirm }
    }

    /// Acts on a source of a root that has failed or is restored.
    mutating func followSources(of root: String, _ step: inout Step) {
        guard let budget = fleet.budget(named: root) else { return }
        holdToFirmSources(budget, &step)
        planUsers(of: failedSources(of: root), on: budget, &step)
        // Others may count on what leases were given back.
        planOthersAnew(than: [LoadTargetKey(budget: root, id: Book.sourceLossID)], &step)
    }

    /// Acts on sources that the fleet before had more of. What else is exceeded is for whoever calls.
    mutating func followSources(since before: Fleet, _ step: inout Step) {
        for (offset, domain) in fleet.budgets.enumerated() where domain.parent == nil {
            let root = BudgetIndex(offset)
            let standing = loadTarget(LoadTargetKey(budget: domain.name, id: Book.sourceLossID))
                .flatMap { $0.until > step.now ? $0.watts : nil }
            if standing != firmLimit(of: root) { holdToFirmSources(root, &step) }
            guard let old = before.budget(named: domain.name) else { continue }
            planUsers(of: domain.sourcesGivingLess(than: before.budgets[old.offset]), on: root, &step)
        }
    }

    /// What is left of a root's firm sources where one has failed and they no longer give its rating; else nil.
    private func firmLimit(of root: BudgetIndex) -> Watts? {
        let (domain, firm) = (fleet.budgets[root.offset], firmWatts(ofRoot: root))
        return hasLostFirmSource(domain.name) && firm < domain.ratingWatts ? firm : nil
    }

    /// Holds a root to what its firm sources still give, or lets go of that: a physical limit, from now on.
    private mutating func holdToFirmSources(_ root: BudgetIndex, _ step: inout Step) {
        let key = LoadTargetKey(budget: fleet.budgets[root.offset].name, id: Book.sourceLossID)
        if let firm = firmLimit(of: root) {
            var target = LoadTarget(key: key, kind: .physical, watts: firm, start: step.now, end: nil)
            (target.actor, target.reason, target.setAt) = (step.actor.name, step.reason, step.now)
            set(target, on: root, &step)
        } else if let target = loadTarget(key), target.until > step.now {
            end(target, &step)
        }
    }

    /// Plans every load target of a root anew that counts on some of its sources from now on.
    ///
    /// Also where nothing is exceeded for want of them: what a source gives raises the ceiling.
    private mutating func planUsers(of sources: Set<String>, on root: BudgetIndex, _ step: inout Step) {
        let name = fleet.budgets[root.offset].name
        let users = loadTargets.filter { target in
            target.key.budget == name && target.until > step.now
                && target.spent.contains { sources.contains($0.source) && $0.end > step.now }
        }
        for user in users { set(user, on: root, &step) }
    }
}

extension BudgetDomain {
    /// Names of sources that stood by before and give less now, or none: watts, energy, the rate at which they are filled, or
    /// hours of their permit.
    fileprivate func sourcesGivingLess(than before: BudgetDomain) -> Set<String> {
        let now = SourcePlan.reserves(of: self, without: [])
        let lost = SourcePlan.reserves(of: before, without: []).filter { old in
            guard let new = now.first(where: { $0.name == old.name && $0.kind == old.kind }) else { return true }
            return new.watts < old.watts || new.energyJoules < old.energyJoules || new.rechargeWatts < old.rechargeWatts
                || new.permitHoursPerYear ?? .max < old.permitHoursPerYear ?? .max
        }
        return Set(lost.map(\.name))
    }
}
