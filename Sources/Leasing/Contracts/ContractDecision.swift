// Deciding contracts.

import HashTreeCollections

extension Book {
    /// Puts the next version of a contract. Leases under it keep theirs.
    mutating func decideContract(_ name: String, _ terms: ContractTerms, _ step: inout Step) throws(Refusal) {
        try check(terms)
        if contract(name) == terms { return }
        if let tenant = terms.tenant, let holder = holder(ofContract: name, otherThan: tenant) {
            throw Refusal(
                .inUse,
                "lease \(naming.id(of: holder.leaseNumber)) of \(holder.tenant) is under contract \(name); "
                    + "it cannot go to \(tenant) before that is over")
        }
        if let contract = contractsByName[name], contract.number >= Contract.versionsMax {
            throw Refusal(
                .inUse,
                "contract \(name) has had \(Contract.versionsMax) versions; state further terms under a new name")
        }
        commit(.contractPut(name: name, terms: terms), &step)
    }

    /// Refuses terms that name what is not there or contradict themselves.
    private func check(_ terms: ContractTerms) throws(Refusal) {
        if let tenant = terms.tenant, self.tenant(tenant) == nil {
            throw Refusal(.invalid, "there is no tenant \(tenant)", pointer: "/tenant")
        }
        _ = try SoundOrder.siteMask(terms.sites, in: fleet)
        _ = try SoundOrder.platformMask(terms.models, in: fleet, pointer: "/gpu")
        guard let found = terms.contradiction(in: fleet) else { return }
        throw Refusal(
            .invalid,
            "clauses \(found.first.rawValue) and \(found.second.rawValue) contradict each other: \(found.why)",
            pointer: found.first.pointer)
    }

    mutating func decideRemoval(ofContract name: String, _ step: inout Step) throws(Refusal) {
        guard contract(name) != nil else { throw Refusal(.notFound, "there is no contract \(name)") }
        if let holder = holder(ofContract: name) {
            throw Refusal(
                .inUse, "lease \(naming.id(of: holder.leaseNumber)) is under contract \(name); release it first")
        }
        commit(.contractRemoved(name: name), &step)
    }

    /// What its tenant asks for is asked for under the terms of today; the provider alone changes no lease's terms.
    mutating func renewTerms(
        of lease: Lease, _ amendment: Amendment, _ step: inout Step
    ) throws(Refusal) {
        guard let name = lease.contract, let contract = contractHistory(name),
            contract.number != lease.contractVersion
        else { return }
        if case .tenant = amendment.audience { return commit(.leaseTermsRenewed(number: lease.number), &step) }
        guard !amendment.adoptsTerms else {
            throw Refusal(
                forbiddenBy: .price,
                "the lease is under version \(lease.contractVersion) of contract \(name), and only its tenant takes version "
                    + "\(contract.number)", pointer: "/adoptTerms")
        }
    }

    /// A lease under a contract that is not over, or nil. O(leases).
    private func holder(ofContract name: String, otherThan tenant: String? = nil) -> Lease? {
        var holder: Lease?
        forEachLease { lease in
            if lease.contract == name && !lease.state.isFinal && lease.tenant != tenant { holder = lease }
            return holder == nil
        }
        return holder
    }
}
