// Leases on the wire.

import ControlAPI
import FleetModel
import Leasing
import Packing
import Scheduling

/// Writes leases of one book for one reader. A class, so that the book is copied once and not with each lease.
final class LeaseEncoding: Sendable {
    let book: Book
    let role: Role

    init(book: Book, role: Role) {
        self.book = book
        self.role = role
    }

    /// Operators and auditors see everything of a lease; a tenant sees what is its own.
    private var isProvider: Bool { role == .operator || role == .auditor || role == .actuator }

    /// The lease of a number, when it is kept.
    func answer(_ number: UInt64) -> LeaseAnswer? { book.wholeLease(number).map { answer($0) } }

    func answer(_ whole: WholeLease, decision: Decision? = nil, planToken: [UInt8]? = nil) -> LeaseAnswer {
        let lease = whole.lease
        let steps = whole.schedule(in: book.fleet)
        return LeaseAnswer(
            id: book.naming.id(of: lease.number),
            // The book's revision would tell a tenant how much others change.
            revision: Int(isProvider ? whole.revision : whole.tenantIndex),
            state: ControlAPI.LeaseState(whole.state), conditions: whole.conditions.map { ControlAPI.Condition($0) },
            tenant: lease.tenant, contract: lease.contract,
            contractVersion: lease.contract == nil ? nil : lease.contractVersion, label: lease.label,
            leaseClass: ControlAPI.LeaseClass(lease.leaseClass), start: Timestamp(lease.start),
            end: Timestamp(lease.end), nextChangeAt: whole.nextChangeAt.map { Timestamp($0) },
            promised: ControlAPI.Capacity(whole.promised), delivered: ControlAPI.Capacity(whole.delivered),
            wattsAtMeter: Int(whole.meterWatts), capWattsPerGpu: whole.cap.wattsPerGPU, capPercent: whole.cap.percent,
            reservations: whole.lines.indices.map { reservation(whole.lines[$0], ramp: whole.ramp(ofLine: $0)) },
            schedule: steps.isEmpty ? nil : steps.map { ControlAPI.ScheduleStep($0) },
            decision: isProvider ? decision : nil, expectedShortfall: shortfall(of: whole.lines),
            capNow: whole.curtailedCap.map { CapNowAnswer($0) }, curtailments: curtailments(of: whole),
            curtailed: curtailed(whole),
            planToken: planToken.map(PlanTokenText.text), throughput: CapThroughput(of: whole, in: book.fleet),
            down: down(whole, now: book.time), spares: spares(of: whole),
            sublease: book.sublease(on: lease.number).map { book.subleaseID($0.number) })
    }

    /// The nodes that are down; with a time, whether they are overdue then.
    private func down(_ whole: WholeLease, now: Int64?) -> [DownNodeAnswer]? {
        let members = book.downMembers(of: whole).prefix(WireLimits.shortListMax)
        return members.isEmpty
            ? nil
            : members.map { member in
                let isOverdue = now.map { now in now >= member.replaceBy ?? member.since } ?? false
                return DownNodeAnswer(
                    node: book.fleet.nodeName(member.node), since: Timestamp(member.since),
                    replaceBy: member.replaceBy.map { Timestamp($0) }, overdue: isOverdue ? true : nil)
            }
    }

    private func spares(of whole: WholeLease) -> SpareCounts? {
        let sums = whole.parts.map { book.spares(of: $0) }
        guard sums.contains(where: { $0.granted > 0 }) else { return nil }
        return SpareCounts(
            granted: sums.reduce(0) { $0 + $1.granted }, held: sums.reduce(0) { $0 + $1.held },
            ready: sums.reduce(0) { $0 + $1.ready })
    }

    /// A lease as its holder polls it: what holds now.
    func held(_ whole: WholeLease) -> HeldLease {
        HeldLease(
            id: book.naming.id(of: whole.lease.number), state: ControlAPI.LeaseState(whole.state),
            conditions: whole.conditions.map { ControlAPI.Condition($0) }, start: Timestamp(whole.lease.start),
            end: Timestamp(whole.lease.end), promised: ControlAPI.Capacity(whole.promised),
            delivered: ControlAPI.Capacity(whole.delivered), capWattsPerGpu: whole.cap.wattsPerGPU,
            capPercent: whole.cap.percent, down: down(whole, now: nil),
            capNow: whole.curtailedCap.map { CapNowAnswer($0) },
            curtailments: curtailments(of: whole, openAt: book.time),
            allocation: whole.lines.flatMap { LeaseHardware.paths(of: $0.holdings, in: book.fleet) })
    }

    /// What load targets do to a lease; with a time, only what is not over then.
    private func curtailments(of whole: WholeLease, openAt time: Int64 = .min) -> [CurtailmentAnswer]? {
        let open = whole.curtailments.filter { $0.isOpen(at: time) }
        guard !open.isEmpty else { return nil }
        let encoding = LoadTargetEncoding(book: book, now: book.time)
        return open.map(encoding.answer)
    }

    /// What that has taken until the book's time.
    private func curtailed(_ whole: WholeLease) -> CurtailedEnergyAnswer? {
        let energy = whole.curtailedEnergy(until: book.time, book.fleet)
        guard energy != CurtailedEnergy() else { return nil }
        return CurtailedEnergyAnswer(
            joules: Int(energy.joules), breachJoules: Int(energy.breachJoules), seconds: Int(energy.seconds),
            breachSeconds: Int(energy.breachSeconds))
    }

    func reservation(_ line: LeaseLine, ramp: [Leasing.RampStep] = []) -> ReservationAnswer {
        var answer = ReservationAnswer(
            name: line.name, shape: Shape(line.shape), count: line.count,
            composed: line.isComposed ? true : nil, profile: line.profile,
            gpu: line.models.isEmpty ? nil : line.models, within: line.within.map { TopologyLevel($0) },
            spread: line.spread.map { SpreadRequest($0) },
            pin: line.pins.map { HardwarePaths(book.register.nodesLeft(of: $0), in: book.fleet).paths },
            ramp: ramp.isEmpty ? nil : ramp.map { ControlAPI.RampStep($0) },
            allocation: LeaseHardware.paths(of: line.holdings, in: book.fleet))
        switch line.shape {
        case .gpus(let gpus): answer.gpus = gpus
        case .power(let watts, _):
            answer.megawatts = Megawatts(watts: Int(watts))
            answer.count = line.holdings.wholeNodes.reduce(0) { $0 + $1.count }
        case .block, .rack, .nvl72, .node, .mig: break
        }
        return answer
    }

    /// What failure and repair rates say will be missing on average: the share of time that a node is down, each node
    /// failing and being repaired on its own.
    private func shortfall(of lines: [LeaseLine]) -> ExpectedShortfall? {
        var (nodesDown, gpusDown, failures, repairs) = (0.0, 0.0, 0.0, 0.0)
        func count(_ platform: Platform, nodes: Double, gpus: Double) {
            let rate = Double(platform.reliability.failuresPerMillionNodeDays) / 1e6
            let days = Double(platform.reliability.repairHours) / 24
            let share = rate * days / (1 + rate * days)
            nodesDown += nodes * share
            gpusDown += gpus * share
            failures += nodes * rate
            repairs += nodes * rate * days
        }
        let fleet = book.fleet
        for line in lines {
            for segment in fleet.rackSegments(of: line.holdings.wholeNodes) {
                let platform = fleet.platform(of: segment.rack)
                let nodes = Double(segment.nodes.count)
                count(platform, nodes: nodes, gpus: nodes * Double(platform.gpusPerNode))
            }
            var shared: [Int: Double] = [:]
            for partial in line.holdings.partialNodes {
                shared[partial.node, default: 0] += Double(partial.moduleMask.nonzeroBitCount)
            }
            for slice in line.holdings.slices {
                let slices = fleet.platform(of: NodeIndex(slice.node)).memorySlices(ofProfile: slice.profileID)
                shared[slice.node, default: 0] += Double(slices) / Double(SliceGeometry.memorySlices)
            }
            for node in shared.keys.sorted() {
                count(fleet.platform(of: NodeIndex(node)), nodes: 1, gpus: shared[node]!)
            }
        }
        guard failures > 0 else { return nil }
        func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
        return ExpectedShortfall(
            nodesDown: rounded(nodesDown), gpusDown: rounded(gpusDown), failuresPerDay: rounded(failures),
            repairDays: rounded(repairs / failures))
    }
}

extension CapNowAnswer {
    init(_ cap: CurtailedCap) {
        self.init(
            capPercent: cap.percent, capWattsPerGpu: NamedCounts(cap.models.mapValues { Int($0) }),
            until: cap.until.map { Timestamp($0) })
    }
}

extension ControlAPI.ScheduleStep {
    init(_ step: Leasing.ScheduleStep) {
        self.init(
            at: Timestamp(step.at), promised: ControlAPI.Capacity(step.promised), capWattsPerGpu: step.cap.wattsPerGPU,
            capPercent: step.cap.percent)
    }
}

extension Shape {
    init(_ shape: PlacementShape) {
        self =
            switch shape {
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            case .node: .node
            case .gpus: .gpu
            case .power: .watts
            case .mig: .mig
            }
    }
}

extension Decision {
    /// What a decision cost and what the fleet is like after it.
    init(nanoseconds: Int64, _ report: PackingReport, highestCap: HighestCap? = nil) {
        self.init(
            micros: Int((nanoseconds + 999) / 1_000), wholeBlocksLeft: report.wholeBlocksLeft,
            largestShapeLeft: report.largestShapeLeft, strandedGpus: report.strandedGPUs,
            strandedWatts: Int(report.strandedWatts),
            highestCap: highestCap)
    }
}

extension PackingReport {
    /// The largest shape that is still whole somewhere.
    var largestShapeLeft: ShapeCount? {
        if wholeBlocksLeft > 0 {
            ShapeCount(shape: .block, count: wholeBlocksLeft)
        } else if wholeNVL72Left > 0 {
            ShapeCount(shape: .nvl72, count: wholeNVL72Left)
        } else if wholeNodesLeft > 0 {
            ShapeCount(shape: .node, count: wholeNodesLeft)
        } else if gpus.free > 0 {
            ShapeCount(shape: .gpu, count: gpus.free, gpus: 1)
        } else {
            nil
        }
    }
}
