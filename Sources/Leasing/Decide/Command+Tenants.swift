// Which tenants a command means by their names, and what was kept or planned for who had such a name before.

import HashTreeCollections

extension Command {
    /// Tenants that it means by name. What it means by the id of a lease, a transfer or a sub-lease is nobody else's later.
    var namedTenants: Set<String> {
        switch self {
        case .putTenant(let name, _, _, _), .removeTenant(let name): [name]
        case .requestLeases(let orders, _), .requestSeries(_, let orders): Set(orders.map(\.tenant))
        case .releaseSeries(_, let tenant, _): [tenant]
        case .putContract(_, let terms): Set([terms.tenant].compactMap { $0 })
        case .importBook(let order):
            Set(order.tenants.map(\.name) + order.contracts.compactMap(\.terms.tenant) + order.leases.map(\.tenant))
        case .proposeTransfer(_, let order, _): [order.to]
        case .proposeSublease(_, let order, _): [order.to]
        case .makeToken(let order): if case .tenant(let name) = order.owner { [name] } else { [] }
        case .reportFault(let order): Set([order.tenant].compactMap { $0 })
        case .carryOut(let commands, _): commands.reduce(into: []) { $0.formUnion($1.command.namedTenants) }
        case .open, .adoptFleet, .putCohort, .removeCohort, .removeContract, .amendLease, .releaseLease, .serveReclaim,
            .withdrawReclaim, .nominate, .answerApproval, .splitLease, .answerTransfer, .withdrawTransfer,
            .answerSublease, .endSublease, .revokeToken, .putMaintenance, .removeMaintenance, .failFeed, .restoreFeed,
            .setNodes, .identifyGPUs, .decideFault, .setLoadTarget, .removeLoadTarget, .acknowledgeOrders,
            .acknowledgeNotice, .setFreeze, .confirmClock, .finaliseUpgrade, .noteBackup, .advance, .heartbeat:
            []
        }
    }
}

extension Book {
    /// Whether what was kept under a key was about a tenant that had a name before which the command means another one by.
    func isOfEarlierTenant(_ kept: KeptSuccess, _ command: Command) -> Bool {
        command.namedTenants.contains { name in
            guard let used = usedNames[name] else { return false }
            // A removal that is asked for again is still done while nobody has the name, and nothing else is.
            if case .removeTenant = command { return used.since != nil }
            guard let since = used.since, kept.at >= since else { return true }
            // Within the second in which the name was given again, leases tell whose they were.
            return kept.leases.contains { number in
                lease(number).flatMap { Self.formerTenant($0.tenant) }?.name == name
            }
        }
    }

    /// What tells the tenants that a plan means from those that had their names before; nothing for first tenants of their names.
    func tenantMarks(_ names: Set<String>) -> [UInt8] {
        names.sorted().flatMap { name in
            usedNames[name].map { Array("\n\(Self.formerName(name, $0.endedCount))".utf8) } ?? []
        }
    }
}
