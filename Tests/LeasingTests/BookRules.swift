// The rules of the design recomputed from the leases alone, plainly and slowly.

import FleetModel
import Packing
import Testing

@testable import Leasing

enum BookRules {
    /// What is wrong with a book at its time; empty when every rule holds.
    static func violations(of book: Book) -> [String] {
        var leases: [Lease] = []
        book.forEachLease { lease in
            leases.append(lease)
            return true
        }
        let live = live(book)
        return PartRules.violations(live, book) + overlaps(live, book) + wattsWrong(live, book)
            + illegalHardware(live, book)
            + sumsWrong(leases, live, book) + statesWrong(live, book) + MIGRules.unpinned(live, book)
            + cohortsWrong(live, book) + subleasesWrong(book)
    }

    /// No sub-lease outlives the lease under it, none overlaps another one of the same lease, and both sides are tenants.
    private static func subleasesWrong(_ book: Book) -> [String] {
        var (result, leases): ([String], Set<UInt64>) = ([], [])
        for sublease in book.subleasesInForce {
            if !leases.insert(sublease.lease).inserted { result.append("lease \(sublease.lease) is let twice") }
            let parts = book.parts(of: sublease.lease)
            if !parts.contains(where: { $0.isInWindow || $0.state == .scheduled }) || parts[0].tenant != sublease.from {
                result.append("sub-lease \(sublease.number) is of a lease that is over, or another's")
            }
            if book.tenant(sublease.to) == nil || sublease.to == sublease.from || !sublease.isAgreed {
                result.append("sub-lease \(sublease.number) is of nobody")
            }
        }
        return result
    }

    /// Leases and parts that are not over.
    static func live(_ book: Book) -> [Lease] {
        var leases: [Lease] = []
        book.forEachLease { lease in
            if !lease.state.isFinal { leases.append(lease) }
            return true
        }
        return leases
    }

    // MARK: Rule 1

    /// No module is held by two leases at one instant from now on, turn-round included.
    private static func overlaps(_ live: [Lease], _ book: Book) -> [String] {
        var result: [String] = []
        var holders: [Int: [(lease: Lease, mask: UInt8)]] = [:]
        for lease in live {
            for (node, mask) in held(lease, book.fleet) { holders[node, default: []].append((lease, mask)) }
        }
        result += MIGRules.violations(live, holders, book)
        for name in book.maintenanceNames {
            let plan = book.maintenance(named: name)!.plan
            for (lease, node) in plan.nodes.joined().flatMap({ node in
                holders[node, default: []].map { ($0.lease, node) }
            })
            where plan.windows.contains(where: {
                $0.lowerBound < lease.until && max(lease.start, book.time) < $0.upperBound
            }) {
                result.append("node \(node): lease \(lease.number) and maintenance \(name)")
            }
        }
        for (node, here) in holders {
            for (place, one) in here.enumerated() {
                for other in here[(place + 1)...] where one.mask & other.mask != 0 {
                    let start = max(one.lease.start, other.lease.start, book.time)
                    let end = min(one.lease.until, other.lease.until)
                    if start < end {
                        result.append("node \(node): leases \(one.lease.number) and \(other.lease.number) at \(start)")
                    }
                }
            }
        }
        return result
    }

    /// Modules that a lease still has booked as a whole, by node.
    static func held(_ lease: Lease, _ fleet: Fleet) -> [Int: UInt8] {
        var result: [Int: UInt8] = [:]
        for line in lease.lines {
            for range in line.holdings.wholeNodes {
                for node in range { result[node, default: 0] |= fleet.moduleMasks[node] }
            }
            for node in line.holdings.spareNodes { result[node, default: 0] |= fleet.moduleMasks[node] }
            for partial in line.holdings.partialNodes { result[partial.node, default: 0] |= partial.moduleMask }
        }
        for range in lease.returnedNodes { for node in range { result[node] = nil } }
        return result
    }

    // MARK: Rule 2

    private static func wattsWrong(_ live: [Lease], _ book: Book) -> [String] {
        let fleet = book.fleet
        var result: [String] = []
        var instants: Set<Int64> = [book.time]
        for lease in live {
            let steps = lease.capSteps.map(\.at).filter { lease.start < $0 && $0 < lease.until }
            instants.formUnion(([lease.start, lease.until] + steps).filter { $0 > book.time })
        }
        for budget in fleet.budgets { instants.formUnion(budget.rackLimitSteps.map(\.at).filter { $0 > book.time }) }
        instants.formUnion(PowerRules.instants(live, book))
        for instant in instants.sorted() {
            let entitled = committed(live, fleet, at: instant)
            let sums = PowerRules.drawn(entitled, live, fleet, at: instant)
            for (offset, budget) in fleet.budgets.enumerated() {
                let kept = book.packing.committedWatts(of: BudgetIndex(offset), at: instant)
                if kept != sums[offset] {
                    result.append("budget \(budget.name) at \(instant): \(kept) W kept, \(sums[offset]) W by hand")
                }
                let keptEntitled = book.packing.entitledWatts(of: BudgetIndex(offset), at: instant)
                if keptEntitled != entitled[offset] {
                    result.append(
                        "budget \(budget.name) at \(instant): \(keptEntitled) W entitled, \(entitled[offset]) W by hand"
                    )
                }
                if entitled[offset] > budget.rackLimit(at: instant) {
                    result.append("budget \(budget.name) at \(instant): \(entitled[offset]) W over its limit")
                }
            }
            result += PowerRules.overTargets(sums, book, at: instant)
        }
        return result + PowerRules.beyondTerms(live, book) + PowerRules.withoutBacking(book)
    }

    /// Watts that each budget carries at one instant, node by node.
    private static func committed(_ live: [Lease], _ fleet: Fleet, at instant: Int64) -> [Watts] {
        var leased: [Int: (gpus: Int, capWatts: Watts)] = [:]
        var cut: [Int: UInt8] = [:]
        for lease in live where lease.start <= instant && instant < lease.until {
            func count(_ mask: UInt8, of node: Int) {
                let cap = cap(of: lease, at: instant).watts(on: fleet.platform(of: NodeIndex(node)))
                leased[node, default: (0, 0)].gpus += mask.nonzeroBitCount
                leased[node]!.capWatts += Watts(mask.nonzeroBitCount) * cap
            }
            for (node, mask) in held(lease, fleet) { count(mask, of: node) }
            // The first instance on a GPU commits all of it.
            for slice in MIGRules.held(lease) where cut[slice.node, default: 0] & slice.moduleMask == 0 {
                cut[slice.node, default: 0] |= slice.moduleMask
                count(slice.moduleMask, of: slice.node)
            }
        }
        var sums = [Watts](repeating: 0, count: fleet.budgets.count)
        for (offset, rack) in fleet.racks.enumerated() {
            let platform = fleet.platforms[rack.platformOffset]
            var watts = platform.power.rackOverheadWatts
            for node in rack.nodes {
                if let here = leased[node] {
                    let idle = Watts(platform.gpusPerNode - here.gpus) * platform.power.gpuIdleWatts
                    watts += platform.power.nodeOverheadWatts + here.capWatts + idle
                } else {
                    watts += platform.power.nodeIdleWatts
                }
            }
            for budget in fleet.budgetChains[offset] { sums[budget.offset] += watts }
        }
        return sums
    }

    /// The cap that a lease was given last at some instant.
    private static func cap(of lease: Lease, at instant: Int64) -> PowerCap {
        var cap = lease.cap
        for step in lease.capSteps where step.at <= instant { cap = step.cap }
        return cap
    }

    // MARK: Rule 3

    private static func illegalHardware(_ live: [Lease], _ book: Book) -> [String] {
        let fleet = book.fleet
        var result: [String] = []
        for lease in live {
            for line in lease.lines {
                for partial in line.holdings.partialNodes {
                    let platform = fleet.platform(of: NodeIndex(partial.node))
                    let isLegal = platform.partitions.contains {
                        $0.id == partial.partitionID && $0.moduleMask == partial.moduleMask
                    }
                    if !isLegal { result.append("lease \(lease.number): no partition \(partial)") }
                }
                for node in line.holdings.bookedNodes.flatMap({ Array($0) }) + line.holdings.sharedNodes {
                    let platform = fleet.platform(of: NodeIndex(node))
                    if !line.models.isEmpty && !line.models.contains(platform.gpu) {
                        result.append("lease \(lease.number): \(platform.gpu) was not accepted")
                    }
                    for cap in [lease.cap] + lease.capSteps.map(\.cap) where !cap.isLegal(on: platform) {
                        result.append("lease \(lease.number): illegal cap")
                    }
                    let site = fleet.site(of: fleet.rackOfNode[node]).name
                    if !lease.sites.isEmpty && !lease.sites.contains(site) {
                        result.append("lease \(lease.number): site \(site) was not accepted")
                    }
                }
                result += misshapen(line, lease, fleet)
            }
        }
        return result
    }

    /// Whether a line holds as much as it says, inside the domain it asked for.
    private static func misshapen(_ line: LeaseLine, _ lease: Lease, _ fleet: Fleet) -> [String] {
        var result: [String] = []
        let nodes = line.holdings.bookedNodes.flatMap { Array($0) } + line.holdings.sharedNodes
        if let level = line.within?.level {
            let domains = Set(nodes.map { fleet.domain(of: fleet.rackOfNode[$0], at: level) })
            if domains.count > 1 { result.append("lease \(lease.number): not within one \(level)") }
        }
        switch line.shape {
        case .node:
            let whole = line.holdings.wholeNodes.reduce(0) { $0 + $1.count }
            if whole != line.count { result.append("lease \(lease.number): \(whole) nodes for \(line.count)") }
        case .gpus(let count):
            let held = Dictionary(grouping: line.holdings.partialNodes, by: \.node).mapValues {
                $0.reduce(0) { $0 + $1.moduleMask.nonzeroBitCount }
            }
            let isWrong = held.values.contains { $0 % count != 0 }
            let isPlain = line.isComposed || line.holdings.partialNodes.count == line.count
            if held.values.reduce(0, +) != line.count * count || isWrong || !isPlain {
                result.append("lease \(lease.number): wrong partitions")
            }
        case .rack, .nvl72:
            let racks = Set(nodes.map { fleet.rackOfNode[$0] })
            if racks.count != line.count { result.append("lease \(lease.number): \(racks.count) racks") }
        case .mig(let profileID):
            let isWrong = line.holdings.slices.contains { $0.profileID != profileID }
            if line.holdings.slices.count != line.count || isWrong {
                result.append("lease \(lease.number): wrong instances")
            }
        case .block, .power: break
        }
        return result + MIGRules.strayed(line, lease, nodes, fleet)
    }

    // MARK: Sums

    private static func sumsWrong(_ leases: [Lease], _ live: [Lease], _ book: Book) -> [String] {
        var result: [String] = []
        let states = PartRules.states(leases)
        for state in LeaseState.allCases where book.leaseCount(in: state) != states.values.count(where: { $0 == state })
        {
            result.append("\(book.leaseCount(in: state)) leases counted as \(state.name)")
        }
        for name in book.tenantNames {
            let tenant = book.tenant(name)!
            let own = live.filter { $0.tenant == name }
            var listed: [UInt64] = []
            tenant.leases.forEach { number, _ in
                listed.append(number)
                return true
            }
            if listed != Set(own.map { $0.partOf ?? $0.number }).sorted() {
                result.append("tenant \(name) lists \(listed)")
            }
            for instant in Set([book.time] + own.flatMap { [$0.start, $0.end] + $0.capSteps.map(\.at) })
            where instant >= book.time {
                let running = own.filter { $0.start <= instant && instant < $0.end }
                let gpus = running.reduce(0) { $0 + MIGRules.quotaGPUs($1, book.fleet) }
                let watts = running.reduce(Watts(0)) { sum, lease in
                    let cap = cap(of: lease, at: instant)
                    // What was promised at the cap that was booked stays, whatever took a unit's place since.
                    return sum
                        + (cap == lease.cap
                            ? lease.promised.watts : lease.lines.promise(cap: cap, in: book.fleet).capacity.watts)
                }
                if tenant.gpuTimeline.value(at: instant) != gpus || tenant.wattTimeline.value(at: instant) != watts {
                    result.append("tenant \(name) holds \(gpus) GPUs at \(instant) by hand")
                }
                let isOver =
                    tenant.quota.gpus.map { gpus > $0 } ?? false || tenant.quota.watts.map { watts > $0 } ?? false
                // Whoever may borrow is looked at with its cohort.
                if isOver && book.isQuotaKept(name) && tenant.share.cohort == nil {
                    result.append("tenant \(name) is over its quota at \(instant)")
                }
            }
        }
        return result
    }

    private static func statesWrong(_ live: [Lease], _ book: Book) -> [String] {
        let fleet = book.fleet
        var result: [String] = []
        for lease in live {
            let gpus = lease.lines.reduce(0) { sum, line in
                sum
                    + line.holdings.wholeNodes.flatMap { Array($0) }.reduce(0) {
                        $0 + fleet.moduleMasks[$1].nonzeroBitCount
                    }
                    + line.holdings.partialNodes.reduce(0) { $0 + $1.moduleMask.nonzeroBitCount }
            }
            if gpus != lease.promised.gpus {
                result.append("lease \(lease.number) promises \(lease.promised.gpus) GPUs")
            }
            let slices = lease.lines.flatMap(\.holdings.slices)
            if slices.count != lease.promised.migInstances {
                result.append("lease \(lease.number) promises \(lease.promised.migInstances) instances")
            }
            let delivered = lease.delivered(in: fleet)
            let runs = lease.state == .starting || lease.state == .active
            var expected = runs ? gpus : 0
            for node in runs ? lease.downNodes : [] { expected -= held(lease, fleet)[node, default: 0].nonzeroBitCount }
            let instances = runs ? slices.count { !lease.downNodes.contains($0.node) } : 0
            if delivered.migInstances != instances { result.append("lease \(lease.number) delivers \(delivered)") }
            if delivered.gpus != expected || delivered.watts < 0 || delivered.watts > lease.promisedNow(in: fleet).watts
            {
                result.append("lease \(lease.number) delivers \(delivered)")
            }
            for node in lease.downNodes where !lease.lines.contains(where: { $0.holdings.uses(node) }) {
                result.append("lease \(lease.number): node \(node) is down and not its own")
            }
            let hasConditions = lease.conditions.contains { $0.kind != .curtailed }
            if hasConditions != !lease.downNodes.isEmpty { result.append("lease \(lease.number): \(lease.conditions)") }
            let closed = (Array(held(lease, fleet).keys) + MIGRules.held(lease).map(\.node)).filter { node in
                [.faulty, .validating].contains(book.packing.health(of: NodeIndex(node)))
                    && lease.lines.contains { $0.holdings.uses(node) }
            }
            if runs, let missed = closed.first(where: { !lease.downNodes.contains($0) }) {
                result.append("lease \(lease.number): node \(missed) is down and not noted")
            }
            if lease.state == .starting && !lease.has(.delayed) {
                result.append("lease \(lease.number) has started and waits for nothing")
            }
        }
        return result
    }

    // MARK: Comparing books

    /// The steps of a timeline from `time` on, without steps that change nothing.
    static func future(_ timeline: CommittedTimeline, from time: Int64) -> [LimitStep] {
        var result: [LimitStep] = []
        for step in timeline.steps(from: time, until: .max) where result.last?.watts != step.watts {
            result.append(step)
        }
        return result
    }

    static func compareHoldings(of tenant: String, _ one: Book, _ other: Book) {
        let (left, right) = (one.tenant(tenant)!, other.tenant(tenant)!)
        #expect(left.index == right.index, "tenant \(tenant) has the same index after a restart")
        #expect(
            future(left.gpuTimeline, from: other.time) == future(right.gpuTimeline, from: other.time)
                && future(left.wattTimeline, from: other.time) == future(right.wattTimeline, from: other.time),
            "tenant \(tenant) holds the same after a restart")
    }
}

extension Book {
    /// Whether a tenant's quota binds what it holds: it may have been lowered under that.
    fileprivate func isQuotaKept(_ tenant: String) -> Bool { self.tenant(tenant)!.description != "lowered" }
}
