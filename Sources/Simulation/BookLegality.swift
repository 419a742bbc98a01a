// Rule 3 on one book: what leases hold is legal in hardware, and is what they asked for.

import FleetModel
import Leasing
import Packing

extension BookRules {
    func legality() -> RuleReport {
        var report = RuleReport(3, "what is granted is legal in hardware")
        var (partitions, units) = (0, 0)
        for lease in book.liveLeases {
            for line in lease.lines {
                for partial in line.holdings.partialNodes {
                    partitions += 1
                    let known = fleet.platform(of: NodeIndex(partial.node)).partitions.contains {
                        $0.id == partial.partitionID && $0.moduleMask == partial.moduleMask
                    }
                    if !known {
                        report.violate("\(id(lease.number)) holds no legal partition of \(name(partial.node))")
                    }
                }
                units += line.count
                for problem in [shapeProblem(line, spares: lease.sparesPerDomain), pinProblem(line)].compactMap(\.self)
                {
                    report.violate("\(id(lease.number)) line \(line.name): \(problem)")
                }
                for cap in [lease.cap] + lease.capSteps.map(\.cap) {
                    for node in cap.nodesRefusingIt(of: line, in: fleet) {
                        report.violate("\(id(lease.number)): \(name(node)) does not take its cap")
                    }
                }
            }
        }
        checkTogether(&report)
        report.count("units", units)
        report.count("partitions", partitions)
        report.count("instances", checkInstances(&report))
        return report
    }

    /// A line within one level or spread over one keeps to that with what all parts of its lease hold of it.
    private func checkTogether(_ report: inout RuleReport) {
        var leases: [UInt64: [Lease]] = [:]
        for part in book.liveLeases { leases[part.leaseNumber, default: []].append(part) }
        for number in leases.keys.sorted() {
            let parts = leases[number]!
            for (index, line) in parts[0].lines.enumerated() {
                let all = parts.compactMap { $0.lines.indices.contains(index) ? $0.lines[index] : nil }
                if let within = line.within, !liesWithin(within, all.map(\.holdings)) {
                    report.violate("\(id(number)) line \(line.name): it does not lie within one \(within.rawValue)")
                }
                // More of it are there only where a part begins.
                for instant in Set(parts.map { max($0.start, now) }).sorted() {
                    let here = parts.filter { $0.start <= instant && instant < $0.end && index < $0.lines.count }
                    guard let problem = spreadProblem(here.map { $0.lines[index] }) else { continue }
                    report.violate("\(id(number)) line \(line.name): \(problem)")
                }
            }
        }
    }

    private func liesWithin(_ within: WithinLevel, _ holdings: [Holdings]) -> Bool {
        let nodes = holdings.flatMap { $0.bookedNodes + $0.sharedNodes.map { $0..<$0 + 1 } }
        return nodes.isEmpty
            || fleet.domains.contains { domain in
                domain.level == within.level
                    && nodes.allSatisfy {
                        domain.nodes.lowerBound <= $0.lowerBound && $0.upperBound <= domain.nodes.upperBound
                    }
            }
    }

    private func shapeProblem(_ line: LeaseLine, spares: Int) -> String? {
        // Parts of a lease may hold nothing of some of its lines.
        if line.count == 0 { return line.holdings.isEmpty ? nil : "it holds something of nothing" }
        let nodes = line.holdings.bookedNodes
        let count = nodes.reduce(0) { $0 + $1.count }
        switch line.shape {
        case .block: return whole(.block, line, spares) == line.count ? nil : "it is not \(line.count) whole blocks"
        case .rack, .nvl72:
            return whole(.rack, line, spares) == line.count ? nil : "it is not \(line.count) whole racks"
        case .node:
            let held = count - line.holdings.spareNodes.count
            return held == line.count ? nil : "it is not \(line.count) nodes"
        case .gpus(let gpus):
            let held = units(of: line)
            let isRight =
                held.allSatisfy { unit in
                    unit.reduce(0) { $0 + $1.moduleMask.nonzeroBitCount } == gpus && Set(unit.map(\.node)).count == 1
                        && (line.isComposed || unit.count == 1)
                }
            return isRight && held.count == line.count ? nil : "it is not \(line.count) × \(gpus) GPUs"
        case .mig(let profileID):
            let isRight = line.holdings.slices.allSatisfy {
                $0.profileID == profileID && LeaseHardware.profileName(of: $0, in: fleet) == line.profile
            }
            return isRight && line.holdings.slices.count == line.count
                ? nil : "it is not \(line.count) × \(line.profile ?? "an instance")"
        case .power: return count > 0 ? nil : "it holds nothing"
        }
    }

    /// The partitions of each unit of a line of GPUs: those that stand together up to the number of GPUs.
    private func units(of line: LeaseLine) -> [[PartialNode]] {
        guard case .gpus(let gpus) = line.shape else { return [] }
        var (units, unit) = ([[PartialNode]](), [PartialNode]())
        for partial in line.holdings.partialNodes {
            unit.append(partial)
            if unit.reduce(0, { $0 + $1.moduleMask.nonzeroBitCount }) >= gpus { (units, unit) = (units + [unit], []) }
        }
        return unit.isEmpty ? units : units + [unit]
    }

    // MARK: Spread and pins

    private func pinProblem(_ line: LeaseLine) -> String? {
        let nodes = (line.holdings.bookedNodes + line.holdings.sharedNodes.map { $0..<$0 + 1 }).flatMap { Array($0) }
        if let pins = line.pins {
            let allowed = book.register.nodesLeft(of: pins)
            if let stray = nodes.first(where: { node in !allowed.contains { $0.contains(node) } }) {
                return "it is not pinned to \(name(stray))"
            }
        }
        return nil
    }

    /// Whether what parts of a lease hold of a line at one instant is spread as it has to be.
    private func spreadProblem(_ lines: [LeaseLine]) -> String? {
        guard let spread = lines.first?.spread else { return nil }
        var units: [Int: Int] = [:]
        for node in lines.flatMap(unitNodes) { units[domain(of: node, at: spread.over.level), default: 0] += 1 }
        let most = units.values.max() ?? 0
        return most <= spread.unitsMax ? nil : "\(most) of its units lie in one \(spread.over.rawValue)"
    }

    /// A node for each unit.
    private func unitNodes(of line: LeaseLine) -> [Int] {
        let held = line.holdings.bookedNodes.flatMap { Array($0) }
        switch line.shape {
        case .gpus: return units(of: line).map { $0[0].node }
        case .mig: return line.holdings.slices.map(\.node)
        case .node: return held
        case .power: return []
        case .block, .rack, .nvl72:
            let level: Level = line.shape == .block ? .block : .rack
            var seen: Set<Int> = []
            return held.filter { seen.insert(domain(of: $0, at: level)).inserted }
        }
    }

    /// The first node of a domain, by which it is told apart; a rack stands for a level that it has not.
    private func domain(of node: Int, at level: Level) -> Int {
        if level == .node { return node }
        let rack = fleet.rackOfNode[node]
        let domain = fleet.domain(of: rack, at: level) ?? fleet.racks[rack.offset].domain
        return fleet.domains[domain.offset].nodes.lowerBound
    }

    /// How many domains of a level a line is made of; -1 when one of them is held in part. A node that failed has left the
    /// lease when a spare of its domain has taken over: as many may be missing as spares have been used.
    private func whole(_ level: Level, _ line: LeaseLine, _ spares: Int) -> Int {
        let nodes = line.holdings.bookedNodes
        var (domains, covered) = (0, 0)
        for domain in fleet.domains where domain.level == level {
            let held = nodes.reduce(0) { $0 + $1.clamped(to: domain.nodes).count }
            if held == 0 { continue }
            let left = line.holdings.spareNodes.count { domain.nodes.contains($0) }
            if domain.nodes.count - held > max(0, spares - left) { return -1 }
            domains += 1
            covered += held
        }
        return covered == nodes.reduce(0) { $0 + $1.count } ? domains : -1
    }

    // MARK: MIG instances

    private struct GPU: Hashable {
        let node: Int
        let module: UInt8
    }

    private struct Instance {
        let profile: MIGProfile
        let start: Int64
        let until: Int64
        let lease: Lease
        let platform: Platform
    }

    /// Whether each instance starts where its profile may, and every GPU holds at each instant what one can; gives the
    /// number of instances.
    private func checkInstances(_ report: inout RuleReport) -> Int {
        var count = 0
        var instances: [GPU: [Instance]] = [:]
        for lease in book.liveLeases {
            for slice in lease.lines.flatMap(\.holdings.slices) {
                count += 1
                let platform = fleet.platform(of: NodeIndex(slice.node))
                guard let profile = platform.migProfiles.first(where: { $0.profileID == slice.profileID }),
                    profile.starts.contains(slice.start)
                else {
                    report.violate("\(id(lease.number)) holds no legal instance of \(name(slice.node))")
                    continue
                }
                guard !lease.returnedNodes.contains(where: { $0.contains(slice.node) }) else { continue }
                instances[GPU(node: slice.node, module: slice.moduleMask), default: []].append(
                    Instance(
                        profile: profile, start: lease.start, until: lease.until, lease: lease,
                        platform: platform))
            }
        }
        for gpu in instances.keys.sorted(by: { ($0.node, $0.module) < ($1.node, $1.module) }) {
            if let problem = problem(of: instances[gpu]!) {
                report.violate("module \(gpu.module.trailingZeroBitCount + 1) of \(name(gpu.node)) \(problem)")
            }
        }
        return count
    }

    /// Why instances cannot be on one GPU. More of them come only where one begins, so those instants are looked at; where an
    /// instance was before now is not known, since it may have come from a GPU that failed.
    private func problem(of instances: [Instance]) -> String? {
        let caps = instances.flatMap { $0.lease.capSteps.map(\.at) }
        for instant in Set((instances.map(\.start) + caps).map { max($0, now) }).sorted() {
            let present = instances.filter { $0.start <= instant && instant < $0.until }
            if present.reduce(0, { $0 + $1.profile.computeSlices }) > SliceGeometry.computeSlices {
                return "has too few compute slices for its instances"
            }
            for instance in present {
                let same = present.count { $0.profile.profileID == instance.profile.profileID }
                if same > instance.profile.instancesMax { return "has too many instances of \(instance.profile.name)" }
            }
            if Set(present.map { $0.lease.cap(at: instant).watts(on: $0.platform) }).count > 1 {
                return "has instances of several caps"
            }
        }
        return nil
    }
}

extension PowerCap {
    /// The nodes of a line whose platform does not take this cap; one for each rack.
    fileprivate func nodesRefusingIt(of line: LeaseLine, in fleet: Fleet) -> [Int] {
        let whole = fleet.rackSegments(of: line.holdings.bookedNodes).filter {
            !isLegal(on: fleet.platform(of: $0.rack))
        }
        let shared = line.holdings.sharedNodes.filter { !isLegal(on: fleet.platform(of: NodeIndex($0))) }
        return whole.map(\.nodes.lowerBound) + shared
    }
}
