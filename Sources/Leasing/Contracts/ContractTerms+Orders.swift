// What a contract lets a lease be.

import Packing

extension ContractTerms {
    /// Narrows an order to the sites and the hardware that the contract allows, and gives it the contract's spares where it
    /// names none; refuses one that names others.
    func hold(_ order: inout LeaseOrder) throws(Refusal) {
        // Spares are nodes of a domain, so lines of other units have none.
        if order.sparesPerDomain == 0, order.lines.contains(where: \.hasDomains) {
            order.sparesPerDomain = Int(sparesPerDomain ?? 0)
        }
        order.sites = try narrowed(order.sites, to: sites, .sites, pointer: "/sites")
        for index in order.lines.indices {
            order.lines[index].models = try narrowed(
                order.lines[index].models, to: models, .models, pointer: "/reservations/\(index)/gpu")
        }
    }

    /// What is asked for as far as it is allowed; either empty for all.
    private func narrowed(
        _ asked: [String], to allowed: [String], _ clause: Clause, pointer: String
    ) throws(Refusal) -> [String] {
        guard !allowed.isEmpty else { return asked }
        guard !asked.isEmpty else { return allowed }
        let kept = asked.filter { allowed.contains($0) }
        guard kept.isEmpty else { return kept }
        throw Refusal(
            forbiddenBy: clause,
            "clause \(clause.rawValue) of the contract allows \(allowed.joined(separator: ", ")) and not "
                + asked.joined(separator: ", "), pointer: pointer)
    }
}
