// What a snapshot must be before it is trusted: its bytes come from a disk.

import FleetModel
import Packing

extension BookRecord {
    /// Bounds that keep sums of what a record says within 64 bits.
    private static let numberMax: UInt64 = 1 << 56
    private static let timeMax: Int64 = 1 << 48
    private static let wattsMax: Int64 = 1 << 48

    /// Why the record is no book on `fleet`, or nil. Hardware that is held is checked when it is booked.
    func flaw(in fleet: Fleet) -> String? {
        guard revision <= Self.numberMax, (0...Self.timeMax).contains(time), fleetVersion > 0,
            UInt64(fleetVersion) <= Self.numberMax, nextLeaseNumber <= Self.numberMax
        else { return "a number of the book is out of range" }
        return flawInRuns(nodeCount: fleet.nodeCount) ?? flawInTenants() ?? flawInLeases() ?? flawInRest()
            ?? flawInRecords()
    }

    /// Each record of its own.
    private func flawInRecords() -> String? {
        if let flaw = operations.flaw(timeMax: Self.timeMax, numberMax: Self.numberMax) { return flaw }
        if let flaw = power.flaw ?? flawInEnergies() ?? agreements.flaw { return flaw }
        if let flaw = health.flaw(timeMax: Self.timeMax, numberMax: Self.numberMax) { return flaw }
        if let flaw = cohorts.flaw(tenants: tenants) { return flaw }
        if let flaw = tokens.flaw(tenants: tenants, numberMax: Self.numberMax, at: time) { return flaw }
        if let flaw = usedNames.flaw(tenants: tenants, numberMax: Self.numberMax, at: time) { return flaw }
        let numbers = Set(leases.map(\.number))
        if let flaw = ledger.flaw(leases: numbers, at: time) { return flaw }
        if let flaw = transfers.flaw(leases: numbers, versions: versionCounts, at: time) { return flaw }
        return subleases.flaw(
            leases: numbers, tenants: Set(tenants.map(\.name)), versions: versionCounts, at: time)
    }

    private var versionCounts: [String: Int] {
        Dictionary(agreements.contracts.map { ($0.name, $0.versions.count) }) { $1 }
    }

    /// The runs must number the fleet's nodes without gaps, each id once.
    private func flawInRuns(nodeCount: Int) -> String? {
        var next = 0
        for run in runs {
            guard run.firstNode == next, run.count > 0, run.count <= nodeCount - next,
                UInt64(run.firstID) + UInt64(run.count) <= UInt64(nextID)
            else { return "the ids of the fleet in force do not number its nodes" }
            next += run.count
        }
        guard next == nodeCount else { return "the ids of the fleet in force do not number its nodes" }
        let byID = runs.sorted { $0.firstID < $1.firstID }
        for (run, following) in zip(byID, byID.dropFirst())
        where UInt64(run.firstID) + UInt64(run.count) > UInt64(following.firstID) {
            return "an id is given to two nodes"
        }
        return nil
    }

    private func flawInEnergies() -> String? {
        let numbers = Set(leases.map(\.number))
        let isSound =
            zip(energies, energies.dropFirst()).allSatisfy { $0.number < $1.number }
            && energies.allSatisfy { numbers.contains($0.number) && $0.isSound(at: time) }
        return isSound ? nil : "energy is kept of no lease, or out of range"
    }

    private func flawInTenants() -> String? {
        let isSound =
            tenants.allSatisfy { $0.index <= Self.numberMax }
            && zip(tenants, tenants.dropFirst()).allSatisfy { $0.name < $1.name }
            && zip(contracts, contracts.dropFirst()).allSatisfy { $0.name < $1.name }
        return isSound ? nil : "tenants or contracts are not in order"
    }

    private func flawInLeases() -> String? {
        let names = Set(tenants.map(\.name))
        var previous: UInt64 = 0
        var finals: Set<UInt64> = []
        var firsts: [UInt64: String] = [:]
        for lease in leases {
            guard lease.number > previous, lease.number < nextLeaseNumber, lease.revision <= revision else {
                return "leases are not in order"
            }
            previous = lease.number
            if let whole = lease.part.partOf {
                guard let first = firsts[whole], first == lease.tenant else { return "a part is of no lease" }
                if !lease.state.isFinal { finals.remove(whole) }
            } else {
                firsts[lease.number] = lease.tenant
                if lease.state.isFinal { finals.insert(lease.number) }
            }
            guard lease.part.capSteps.allSatisfy({ (lease.start...Self.timeMax).contains($0.at) }) else {
                return "a cap of a lease is out of range"
            }
            guard lease.state.isFinal || names.contains(lease.tenant) else { return "a lease has no tenant" }
            guard lease.start >= 0, lease.end <= Self.timeMax, lease.turnRoundSeconds <= Self.timeMax,
                (0...Self.wattsMax).contains(Int64(lease.promised.gpus)),
                (0...Self.wattsMax).contains(lease.promised.watts),
                (0...Self.wattsMax).contains(Int64(lease.promised.migInstances))
            else { return "a lease is out of range" }
        }
        guard finalLeases.count == finals.count, Set(finalLeases) == finals else {
            return "the leases that are over are not those in order of ending"
        }
        return nil
    }

    private func flawInRest() -> String? {
        guard zip(nodes, nodes.dropFirst()).allSatisfy({ $0.id < $1.id }) else { return "nodes are not in order" }
        guard kept.allSatisfy({ (0...time).contains($0.at) }) else { return "a kept key is out of range" }
        return nil
    }
}

extension Book {
    /// Whether a lease read from a snapshot holds hardware that is still free in this book. O(its nodes).
    ///
    /// Which caps and partitions are legal is not asked: a later catalogue may know better, and what was granted
    /// stands.
    func isBookable(_ lease: Lease) -> Bool {
        guard !lease.state.isFinal else { return true }
        guard lease.returnedNodes.isEmpty || lease.state == .ending, OrderLimits.allows(lease.cap),
            lease.capSteps.allSatisfy({ OrderLimits.allows($0.cap) })
        else { return false }
        let whole = lease.lines.flatMap(\.holdings.bookedNodes).sorted { $0.lowerBound < $1.lowerBound }
        guard zip(whole, whole.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else { return false }
        for node in whole.lazy.flatMap({ $0 }) where !lease.hasReturned(node) {
            guard isFree(.max, of: node, for: lease) else { return false }
        }
        var taken: [PartialNode] = []
        for partial in lease.lines.flatMap(\.holdings.partialNodes) {
            guard partial.moduleMask != 0, partial.moduleMask & ~fleet.moduleMasks[partial.node] == 0,
                !whole.contains(where: { $0.contains(partial.node) }),
                !taken.contains(where: { $0.node == partial.node && $0.moduleMask & partial.moduleMask != 0 }),
                lease.hasReturned(partial.node) || isFree(partial.moduleMask, of: partial.node, for: lease)
            else { return false }
            taken.append(partial)
        }
        guard areBookable(lease.lines.flatMap(\.holdings.slices), beside: taken, whole, for: lease) else {
            return false
        }
        return lease.downNodes.allSatisfy { node in lease.lines.contains { $0.holdings.uses(node) } }
    }

    /// Whether instances may start where they do, on slices that neither this lease nor another one holds.
    private func areBookable(
        _ slices: [GPUSlice], beside partials: [PartialNode], _ whole: [Range<Int>], for lease: Lease
    ) -> Bool {
        for (index, slice) in slices.enumerated() {
            let profiles = fleet.platform(of: NodeIndex(slice.node)).migProfiles
            guard let profile = profiles.first(where: { $0.profileID == slice.profileID }),
                profile.starts.contains(slice.start), slice.moduleMask & ~fleet.moduleMasks[slice.node] == 0,
                !whole.contains(where: { $0.contains(slice.node) }),
                !partials.contains(where: { $0.node == slice.node && $0.moduleMask & slice.moduleMask != 0 }),
                !slices[..<index].contains(where: { overlap($0, slice) }),
                lease.hasReturned(slice.node) || isFree(slice, for: lease)
            else { return false }
        }
        return true
    }

    /// Whether the slices of an instance are free from now on, its GPU at the cap of the lease.
    private func isFree(_ slice: GPUSlice, for lease: Lease) -> Bool {
        let start = max(lease.start, time)
        guard start < lease.until else { return true }
        let capWatts = Int32(lease.cap.watts(on: fleet.platform(of: NodeIndex(slice.node))))
        let mask = mask(of: slice)
        var isFree = true
        packing.forEachBooking(of: NodeIndex(slice.node)) { booking in
            guard booking.moduleMask & slice.moduleMask != 0, booking.start < lease.until, start < booking.until
            else { return }
            if booking.sliceMask == 0 || booking.sliceMask & mask != 0 || booking.capWatts != capWatts {
                isFree = false
            }
        }
        return isFree
    }

    private func overlap(_ one: GPUSlice, _ other: GPUSlice) -> Bool {
        one.node == other.node && one.moduleMask == other.moduleMask && mask(of: one) & mask(of: other) != 0
    }

    private func mask(of slice: GPUSlice) -> UInt8 {
        slice.memoryMask(on: fleet.platform(of: NodeIndex(slice.node)))
    }

    /// Whether modules are free from now on; what replaced a unit is booked from its lease's start, which is past.
    private func isFree(_ mask: UInt8, of node: Int, for lease: Lease) -> Bool {
        let mask = mask & fleet.moduleMasks[node]
        let start = max(lease.start, time)
        guard start < lease.until else { return true }
        return packing.freeModules(of: node, from: start, until: lease.until, now: time) & mask == mask
    }
}
