// The latest reading of everything that can be read, in flat arrays: some 5 MB for 336,128 GPUs.

public import FleetModel

/// The latest readings over one fleet version. A subject without a reading has the time ``never``.
struct ReadingTable: Sendable {
    static let never = Int64.min
    /// Places for GPUs in each node; no node has more modules.
    static let modulesPerNode = 8

    /// The latest watts of subjects of one kind, and when they were read.
    struct Column: Sendable {
        private(set) var watts: [Int64]
        private(set) var at: [Int64]

        init(count: Int) {
            watts = [Int64](repeating: 0, count: count)
            at = [Int64](repeating: ReadingTable.never, count: count)
        }

        mutating func set(_ offset: Int, watts: Int64, at time: Int64) {
            self.watts[offset] = watts
            at[offset] = time
        }

        @inline(__always)
        func isFresh(_ offset: Int, since oldest: Int64) -> Bool { at[offset] >= oldest }
    }

    /// The last energy counter of each GPU.
    private struct Counters: Sendable {
        var millijoules: [Int64]
        var at: [Int64]
    }

    /// Whether nothing has been read yet.
    private(set) var isEmpty = true
    private(set) var nodes: Column
    private(set) var gpus: Column
    /// Sums over the GPUs of a node.
    private(set) var gpuSums: Column
    private(set) var racks: Column
    private(set) var budgets: Column
    /// Made with the first counter, because most exporters give watts.
    private var counters: Counters?

    init(_ fleet: Fleet) {
        nodes = Column(count: fleet.nodeCount)
        gpus = Column(count: fleet.nodeCount * Self.modulesPerNode)
        gpuSums = Column(count: fleet.nodeCount)
        racks = Column(count: fleet.racks.count)
        budgets = Column(count: fleet.budgets.count)
    }

    static func gpuOffset(_ node: NodeIndex, module: Int) -> Int { node.offset * modulesPerNode + module - 1 }

    /// Takes a reading, or says why not. O(1).
    ///
    /// - Precondition: the subject is one of `fleet`.
    mutating func take(_ reading: Reading, at now: Int64, _ rules: ReadingRules, in fleet: Fleet) -> ReadingVerdict {
        guard reading.at <= now + rules.aheadSecondsMax else { return .future }
        let at = min(reading.at, now)
        guard at >= now - rules.freshSeconds else { return .stale }
        guard at >= lastTime(of: reading.subject) else { return .older }
        switch reading.value {
        case .watts(let watts):
            guard (0...Plausible.wattsMax(of: reading.subject, in: fleet)).contains(watts) else { return .implausible }
            set(reading.subject, watts: watts, at: at)
            return .taken
        case .energyMillijoules(let millijoules):
            guard case .gpu(let node, let module) = reading.subject else { return .implausible }
            return count(millijoules, of: reading.subject, Self.gpuOffset(node, module: module), at: at, in: fleet)
        }
    }

    private func lastTime(of subject: ReadingSubject) -> Int64 {
        switch subject {
        case .node(let node): nodes.at[node.offset]
        case .gpu(let node, let module): gpus.at[Self.gpuOffset(node, module: module)]
        case .gpus(let node): gpuSums.at[node.offset]
        case .rack(let rack): racks.at[rack.offset]
        case .budget(let budget): budgets.at[budget.offset]
        }
    }

    private mutating func set(_ subject: ReadingSubject, watts: Watts, at: Int64) {
        isEmpty = false
        switch subject {
        case .node(let node): nodes.set(node.offset, watts: watts, at: at)
        case .gpu(let node, let module): gpus.set(Self.gpuOffset(node, module: module), watts: watts, at: at)
        case .gpus(let node): gpuSums.set(node.offset, watts: watts, at: at)
        case .rack(let rack): racks.set(rack.offset, watts: watts, at: at)
        case .budget(let budget): budgets.set(budget.offset, watts: watts, at: at)
        }
    }

    /// Makes watts of two counters: their difference over the time between them, rounded down.
    private mutating func count(
        _ millijoules: Int64, of subject: ReadingSubject, _ offset: Int, at: Int64, in fleet: Fleet
    ) -> ReadingVerdict {
        guard millijoules >= 0 else { return .implausible }
        var counters =
            self.counters
            ?? Counters(
                millijoules: [Int64](repeating: 0, count: gpus.at.count),
                at: [Int64](repeating: Self.never, count: gpus.at.count))
        // Taken out while it is written to, so that no copy is made.
        self.counters = nil
        defer { self.counters = counters }
        let (last, lastAt) = (counters.millijoules[offset], counters.at[offset])
        guard lastAt == Self.never || at > lastAt else { return .older }
        (counters.millijoules[offset], counters.at[offset]) = (millijoules, at)
        guard lastAt != Self.never, millijoules >= last else { return .counterStarted }
        let watts = (millijoules - last) / (at - lastAt) / 1_000
        guard watts <= Plausible.wattsMax(of: subject, in: fleet) else { return .implausible }
        set(subject, watts: watts, at: at)
        return .taken
    }

    /// The same readings over a later fleet version; what is gone is forgotten. O(nodes + racks + budgets).
    func carried(from old: Fleet, to new: Fleet) -> ReadingTable {
        var table = ReadingTable(new)
        guard !isEmpty else { return table }
        table.isEmpty = false
        for offset in 0..<old.nodeCount {
            let node = NodeIndex(offset)
            let first = Self.gpuOffset(node, module: 1)
            let hasGPU = (first..<first + Self.modulesPerNode).contains { gpus.at[$0] != Self.never }
            let hasNode = nodes.at[offset] != Self.never || gpuSums.at[offset] != Self.never
            guard hasNode || hasGPU, let target = new.node(named: old.nodeName(node)),
                new.platform(of: target).name == old.platform(of: node).name
            else { continue }
            table.nodes.set(target.offset, watts: nodes.watts[offset], at: nodes.at[offset])
            table.gpuSums.set(target.offset, watts: gpuSums.watts[offset], at: gpuSums.at[offset])
            for module in 1...Self.modulesPerNode {
                let place = Self.gpuOffset(node, module: module)
                table.gpus.set(
                    Self.gpuOffset(target, module: module), watts: gpus.watts[place], at: gpus.at[place])
            }
        }
        for offset in old.racks.indices where racks.at[offset] != Self.never {
            let path = old.domains[old.racks[offset].domain.offset].path
            guard let rack = new.rack(path: path) else { continue }
            table.racks.set(rack.offset, watts: racks.watts[offset], at: racks.at[offset])
        }
        for (offset, budget) in old.budgets.enumerated() where budgets.at[offset] != Self.never {
            guard let target = new.budget(named: budget.name) else { continue }
            table.budgets.set(target.offset, watts: budgets.watts[offset], at: budgets.at[offset])
        }
        return table
    }
}

/// What a subject can draw at most, so that milliwatts taken for watts raise no alarm.
enum Plausible {
    /// Twice the catalogue's highest, since peaks pass a cap for moments and meters are not exact.
    static func wattsMax(of subject: ReadingSubject, in fleet: Fleet) -> Watts {
        switch subject {
        case .node(let node): 2 * nodeWatts(fleet.platform(of: node))
        case .gpu(let node, _): 2 * fleet.platform(of: node).power.capWattsMax
        case .gpus(let node):
            2 * Watts(fleet.platform(of: node).gpusPerNode) * fleet.platform(of: node).power.capWattsMax
        case .rack(let rack): 2 * rackWatts(rack, in: fleet)
        case .budget(let budget): 2 * fleet.budgets[budget.offset].ratingWatts
        }
    }

    private static func nodeWatts(_ platform: Platform) -> Watts {
        platform.nodeWatts(leasedGPUs: platform.gpusPerNode, capWatts: platform.power.capWattsMax)
    }

    private static func rackWatts(_ rack: RackIndex, in fleet: Fleet) -> Watts {
        let platform = fleet.platform(of: rack)
        return platform.power.rackOverheadWatts
            + Watts(fleet.racks[rack.offset].nodes.count) * nodeWatts(platform)
    }
}

extension Fleet {
    /// The rack of that path, or nil. O(1).
    public func rack(path: String) -> RackIndex? {
        guard let domain = domain(path: path), domains[domain.offset].level == .rack else { return nil }
        return RackIndex(domains[domain.offset].racks.lowerBound)
    }
}
