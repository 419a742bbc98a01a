// Placement once more: slow, obvious, and written from docs/placement.md alone. It shares no code with `Packing`, only
// the types that requests are made of.

import FleetModel
import Packing

/// Some modules of one node, held by one lease over `[start, until)`.
struct Holding: Equatable {
    var lease: UInt64
    var node: Int
    var modules: UInt8
    var start: Int64
    var until: Int64
    var capWatts: Watts
    /// False for a whole node that was taken as such, and for a MIG instance.
    var isPartition: Bool
    /// What a MIG instance holds of its one module; nothing for whole modules.
    var slice = HeldSlice(mask: 0)
    /// Caps of each GPU that hold from later times on, ascending.
    var laterCaps: [CapFrom] = []
    /// Whether it keeps the node free and draws what an idle one does: maintenance.
    var isPaused = false
    /// What load targets lower its GPUs to.
    var lowered: [Lowered] = []

    /// A cap from a time on.
    struct CapFrom: Equatable {
        var at: Int64
        var watts: Watts
    }

    /// A stretch in which GPUs draw no more than that, or are stopped.
    struct Lowered: Equatable {
        var start: Int64
        var until: Int64
        /// Nil where they are stopped.
        var watts: Watts?
    }

    func overlaps(_ start: Int64, _ until: Int64) -> Bool { self.start < until && start < self.until }

    func capWatts(at time: Int64) -> Watts { laterCaps.last { $0.at <= time }?.watts ?? capWatts }

    /// What a GPU may draw at a time when load targets are obeyed; nil when it is stopped.
    func loweredWatts(at time: Int64) -> Watts? {
        var watts = capWatts(at: time)
        for step in lowered where step.start <= time && time < step.until {
            guard let most = step.watts else { return nil }
            watts = min(watts, most)
        }
        return watts
    }
}

/// A ceiling on what a budget draws for a while, at the rack.
struct SlowCeiling: Equatable {
    var budget: Int
    var start: Int64
    var until: Int64
    var watts: Watts
}

/// The memory slices of a MIG instance, and whether it has the GPU's media engines.
struct HeldSlice: Equatable {
    var mask: UInt8
    var hasMedia = false
    /// NVML's number of the profile, or -1.
    var profileID = -1

    init(mask: UInt8) { self.mask = mask }

    init(_ slice: GPUSlice, on platform: Platform) {
        let profile = platform.migProfiles.first { $0.profileID == slice.profileID }!
        self.init(profile, at: slice.start)
    }

    init(_ profile: MIGProfile, at start: Int) {
        mask = 0
        for place in start..<start + profile.memorySlices { mask |= 1 << UInt8(place) }
        hasMedia = HeldSlice.isMedia(profile)
        profileID = profile.profileID
    }

    /// A profile of which more would fit in memory than there may be takes something else that a GPU has once.
    static func isMedia(_ profile: MIGProfile) -> Bool {
        var (count, free) = (0, 0)
        for start in profile.starts where start >= free {
            count += 1
            free = start + profile.memorySlices
        }
        return count > profile.instancesMax
    }
}

/// What the model answers: for each line its nodes and partitions, and how many units those are.
struct SlowAnswer: Equatable {
    struct Line: Equatable {
        var wholeNodes: [Int] = []
        var partitions: [PartialNode] = []
        var slices: [GPUSlice] = []
        var placed = 0
        var isComplete = false
    }

    var lines: [Line]
    var isComplete: Bool { lines.allSatisfy(\.isComplete) }
}

/// Who holds what, and which nodes are closed. Everything else is derived anew for each question.
struct SlowModel {
    let fleet: Fleet
    /// By node.
    var holdings: [[Holding]]
    var closedUntil: [Int64]
    var notReady: [UInt8]
    /// Load targets: what is drawn, with everything that they lower, has to be within them.
    var ceilings: [SlowCeiling] = []

    init(fleet: Fleet) {
        self.fleet = fleet
        holdings = Array(repeating: [], count: fleet.nodeCount)
        closedUntil = Array(repeating: .min, count: fleet.nodeCount)
        notReady = Array(repeating: 0, count: fleet.nodeCount)
    }

    func platform(of node: Int) -> Platform {
        fleet.platforms[fleet.racks[fleet.rackOfNode[node].offset].platformOffset]
    }

    // MARK: Watts

    /// What a node draws at an instant; `lowered` as load targets have it, else as its holders may.
    func nodeWatts(_ node: Int, at time: Int64, lowered: Bool = false) -> Watts {
        let platform = platform(of: node)
        let power = platform.power
        let present = holdings[node].filter { $0.start <= time && time < $0.until && !$0.isPaused }
        if present.isEmpty { return power.nodeIdleWatts }
        // A holder of the whole node that is stopped leaves it idle.
        if lowered, present.count == 1, present[0].modules == platform.moduleMask, !present[0].isPartition,
            present[0].slice.mask == 0, present[0].loweredWatts(at: time) == nil
        {
            return power.nodeIdleWatts
        }
        var (gpus, gpuWatts) = (0, Watts(0))
        // All instances of a GPU are of one cap, and draw it once.
        var cut: UInt8 = 0
        for holding in present {
            if holding.slice.mask != 0 {
                if holding.modules & cut != 0 { continue }
                cut |= holding.modules
            }
            let cap = holding.capWatts(at: time)
            let each = lowered ? max(holding.loweredWatts(at: time) ?? 0, min(power.gpuIdleWatts, cap)) : cap
            gpus += holding.modules.nonzeroBitCount
            gpuWatts += Watts(holding.modules.nonzeroBitCount) * each
        }
        return power.nodeOverheadWatts + gpuWatts + Watts(platform.gpusPerNode - gpus) * power.gpuIdleWatts
    }

    /// What every budget carries at an instant.
    func committed(at time: Int64, lowered: Bool = false) -> [Watts] {
        var sums = [Watts](repeating: 0, count: fleet.budgets.count)
        for (rack, chain) in zip(fleet.racks, fleet.budgetChains) {
            var watts = fleet.platforms[rack.platformOffset].power.rackOverheadWatts
            for node in rack.nodes { watts += nodeWatts(node, at: time, lowered: lowered) }
            for budget in chain { sums[budget.offset] += watts }
        }
        return sums
    }

    /// The lowest load target on a budget at an instant; nil where there is none.
    func ceiling(of budget: Int, at time: Int64) -> Watts? {
        ceilings.filter { $0.budget == budget && $0.start <= time && time < $0.until }.map(\.watts).min()
    }

    func limit(of budget: Int, at time: Int64) -> Watts {
        var watts = Watts(0)
        for step in fleet.budgets[budget].rackLimitSteps where step.at <= time { watts = step.watts }
        return watts
    }

    /// `start`, and every later instant before `until` at which something begins, ends or is limited anew.
    func instants(from start: Int64, until: Int64) -> [Int64] {
        var result: Set<Int64> = [start]
        for list in holdings {
            for holding in list {
                if holding.start > start && holding.start < until { result.insert(holding.start) }
                if holding.until > start && holding.until < until { result.insert(holding.until) }
                let edges = holding.laterCaps.map(\.at) + holding.lowered.flatMap { [$0.start, $0.until] }
                for edge in edges where edge > start && edge < until { result.insert(edge) }
            }
        }
        for ceiling in ceilings {
            for edge in [ceiling.start, ceiling.until] where edge > start && edge < until { result.insert(edge) }
        }
        for budget in fleet.budgets {
            for step in budget.rackLimitSteps where step.at > start && step.at < until { result.insert(step.at) }
        }
        return result.sorted()
    }

    // MARK: Placement

    /// Places a request by the rules of docs/placement.md.
    func place(_ request: PlacementRequest, ignoringWatts: Bool = false) -> SlowAnswer {
        var trial = Trial(model: self, request: request, ignoringWatts: ignoringWatts)
        var lines = [SlowAnswer.Line](repeating: SlowAnswer.Line(), count: request.lines.count)
        for index in orderOfLines(request.lines) {
            let line = request.lines[index]
            switch line.shape {
            case .block, .nvl72, .rack, .node: lines[index] = trial.placeUnits(line)
            case .power(let meterWatts, let wholeSites):
                lines[index] = trial.placePower(line, meterWatts: meterWatts, wholeSites: wholeSites)
            case .gpus, .mig: lines[index] = trial.placeParts(line)
            }
        }
        return SlowAnswer(lines: lines)
    }

    /// Whether hardware that somebody else chose can be held: free, named once, and powered.
    func canHold(_ placements: [LinePlacement], _ request: PlacementRequest) -> Bool {
        var trial = Trial(model: self, request: request, ignoringWatts: false)
        for placement in placements {
            for range in placement.wholeNodes {
                for node in range {
                    if trial.freeModules(of: node) != platform(of: node).moduleMask { return false }
                    if !trial.add([node]) { return false }
                }
            }
        }
        for partial in placements.flatMap(\.partialNodes) {
            if partial.moduleMask & ~trial.freeModules(of: partial.node) != 0 { return false }
            if !trial.add([partial.node], modules: partial.moduleMask) { return false }
        }
        for slice in placements.flatMap(\.slices) {
            let profile = platform(of: slice.node).migProfiles.first { $0.profileID == slice.profileID }!
            guard let held = trial.slices(of: slice.node, slice.moduleMask),
                HeldSlices.fits(profile, slice.start, held),
                trial.add([slice.node], modules: slice.moduleMask, slice: HeldSlice(profile, at: slice.start))
            else { return false }
        }
        return true
    }

    private func orderOfLines(_ lines: [PlacementLine]) -> [Int] {
        func key(_ index: Int) -> [Int] {
            let platforms = lines[index].platformMask.nonzeroBitCount
            switch lines[index].shape {
            case .block: return [0, 0, platforms, index]
            case .nvl72: return [1, 0, platforms, index]
            case .rack: return [2, 0, platforms, index]
            case .node: return [3, 0, platforms, index]
            case .power: return [4, 0, platforms, index]
            case .gpus(let size): return [5, -size, platforms, index]
            case .mig: return [6, 0, platforms, index]
            }
        }
        return lines.indices.sorted { key($0).lexicographicallyPrecedes(key($1)) }
    }
}

/// One request on its way: the model with what the request has taken so far.
struct Trial {
    var model: SlowModel
    let request: PlacementRequest
    /// The instants of the window at which anything changes, and what each budget carries and may carry then.
    private var instants: [Int64] = []
    private var committed: [[Watts]] = []
    private var limits: [[Watts]] = []
    /// The same as load targets have it; none where there are none.
    private var drawn: [[Watts]] = []
    private var ceilings: [[Watts?]] = []
    /// The nodes of the parts that the line has taken so far.
    var partNodes: [Int] = []

    var fleet: Fleet { model.fleet }

    init(model: SlowModel, request: PlacementRequest, ignoringWatts: Bool) {
        self.model = model
        self.request = request
        if ignoringWatts { return }
        instants = model.instants(from: request.terms.start, until: request.terms.until)
        for instant in instants {
            committed.append(model.committed(at: instant))
            limits.append(fleet.budgets.indices.map { model.limit(of: $0, at: instant) })
            guard !model.ceilings.isEmpty else { continue }
            drawn.append(model.committed(at: instant, lowered: true))
            ceilings.append(fleet.budgets.indices.map { model.ceiling(of: $0, at: instant) })
        }
    }

    // MARK: What is free and what has power

    func freeModules(of node: Int, onlyAtStart: Bool = false) -> UInt8 {
        let start = request.terms.start
        let until = onlyAtStart ? start + 1 : request.terms.until
        if model.closedUntil[node] > start { return 0 }
        var free = model.platform(of: node).moduleMask
        if start <= request.now { free &= ~model.notReady[node] }
        for holding in model.holdings[node] where holding.start < until && start < holding.until {
            free &= ~holding.modules
        }
        return free
    }

    func mayUse(_ node: Int, _ line: PlacementLine) -> Bool {
        guard let pins = line.pins else { return true }
        return pins.contains { $0.contains(node) }
    }

    private func isFree(_ node: Int, _ line: PlacementLine) -> Bool {
        mayUse(node, line) && freeModules(of: node) == model.platform(of: node).moduleMask
    }

    func capWatts(on platform: Platform) -> Watts {
        switch request.terms.cap {
        case .watts(let watts): watts
        case .percent(let percent): platform.power.capWattsMax * Watts(percent) / 100
        }
    }

    /// Takes nodes, or some modules of them, when every budget carries that at every instant; else takes nothing.
    mutating func add(_ nodes: [Int], modules: UInt8? = nil, slice: HeldSlice = HeldSlice(mask: 0)) -> Bool {
        var next = model
        for node in nodes {
            let platform = model.platform(of: node)
            next.holdings[node].append(
                Holding(
                    lease: request.terms.lease, node: node, modules: modules ?? platform.moduleMask,
                    start: request.terms.start, until: request.terms.until, capWatts: capWatts(on: platform),
                    isPartition: modules != nil && slice.mask == 0, slice: slice))
        }
        var (sums, draws) = (committed, drawn)
        for (place, instant) in instants.enumerated() {
            for node in nodes {
                let more = next.nodeWatts(node, at: instant) - model.nodeWatts(node, at: instant)
                let drawn =
                    draws.isEmpty
                    ? 0
                    : next.nodeWatts(node, at: instant, lowered: true)
                        - model.nodeWatts(node, at: instant, lowered: true)
                for budget in fleet.budgetChains[fleet.rackOfNode[node].offset] {
                    sums[place][budget.offset] += more
                    if more > 0 && sums[place][budget.offset] > limits[place][budget.offset] { return false }
                    guard !draws.isEmpty else { continue }
                    draws[place][budget.offset] += drawn
                    guard drawn > 0, let ceiling = ceilings[place][budget.offset] else { continue }
                    if draws[place][budget.offset] > ceiling { return false }
                }
            }
        }
        (model, committed, drawn) = (next, sums, draws)
        return true
    }

    func accepts(_ rack: Int, _ line: PlacementLine) -> Bool {
        let place = fleet.racks[rack]
        let platform = fleet.platforms[place.platformOffset]
        let cap = capWatts(on: platform)
        if request.siteMask & (1 << UInt64(place.siteOffset)) == 0 { return false }
        if line.platformMask & (1 << UInt64(place.platformOffset)) == 0 { return false }
        if cap < platform.power.capWattsMin || cap > platform.power.capWattsMax { return false }
        if !place.nodes.contains(where: { mayUse($0, line) }) { return false }
        if line.within == .nvl72 && !platform.isRackScale { return false }
        switch line.shape {
        case .nvl72: return platform.isRackScale
        case .rack: return !platform.isRackScale
        case .gpus(let size):
            return platform.partitions.contains { $0.moduleMask.nonzeroBitCount == size }
                || line.isComposed && ![1, 2, 4, 8].contains(size) && size <= platform.gpusPerNode
        case .mig(let profileID): return platform.migProfiles.contains { $0.profileID == profileID }
        default: return true
        }
    }

    // MARK: Blocks, racks and nodes

    private struct Group {
        /// Each unit by its nodes.
        var units: [[Int]]
        /// True when taking its units breaks something that is whole: asked of nodes only.
        var breaksWhole = false
        /// How badly the window matches what is held around it.
        var match: [Int] = [0, 0]
    }

    mutating func placeUnits(_ line: PlacementLine) -> SlowAnswer.Line {
        let groups = freeGroups(line)
        var taken: [[Int]] = []
        if let within = line.within {
            var best = self
            for domain in domainsToTry(level(within), groups) {
                var attempt = self
                let got = attempt.takeApart(line, inside(domain, groups))
                if got.count > taken.count { (taken, best) = (got, attempt) }
                if got.count == line.count { break }
            }
            self = best
        } else {
            taken = takeApart(line, groups)
        }
        return SlowAnswer.Line(
            wholeNodes: taken.flatMap { $0 }.sorted(), placed: taken.count, isComplete: taken.count == line.count)
    }

    /// Takes the units of a line, from one domain of its spread after another when it has one.
    private mutating func takeApart(_ line: PlacementLine, _ groups: [Group]) -> [[Int]] {
        guard let spread = line.spread else { return take(line.count, groups) }
        var taken: [[Int]] = []
        let domains = domainsToTry(spread.level, groups).map { domain in (domain, inside(domain, groups)) }
        let size = { (groups: [Group]) in groups.reduce(0) { $0 + $1.units.count } }
        // The order of the fleet decides where the number of free units is the same.
        let ample = domains.filter { size($0.1) >= spread.unitsMax }
        let scarce = domains.filter { size($0.1) < spread.unitsMax }
        let sizes = Set(scarce.map { size($0.1) }).sorted().reversed()
        for (_, groups) in ample + sizes.flatMap({ count in scarce.filter { size($0.1) == count } })
        where taken.count < line.count {
            taken += take(min(spread.unitsMax, line.count - taken.count), groups)
        }
        return taken
    }

    func level(_ within: WithinLevel) -> Level {
        switch within {
        case .site: .site
        case .hall: .hall
        case .block: .block
        case .rack, .nvl72: .rack
        }
    }

    private func inside(_ domain: TopologyDomain, _ groups: [Group]) -> [Group] {
        groups.map { group in
            var inside = group
            inside.units = group.units.filter { unit in unit.allSatisfy { domain.nodes.contains($0) } }
            return inside
        }
        .filter { !$0.units.isEmpty }
    }

    /// The domains of a level with a free unit, those with fewest first.
    private func domainsToTry(_ level: Level, _ groups: [Group]) -> [TopologyDomain] {
        var found: [(free: Int, place: Int, domain: TopologyDomain)] = []
        for (place, domain) in fleet.domains.enumerated() where domain.level == level {
            let free = inside(domain, groups).reduce(0) { $0 + $1.units.count }
            if free > 0 { found.append((free, place, domain)) }
        }
        found.sort { ($0.free, $0.place) < ($1.free, $1.place) }
        return found.map(\.domain)
    }

    private mutating func take(_ count: Int, _ groups: [Group]) -> [[Int]] {
        var left = groups
        var taken: [[Int]] = []
        while taken.count < count && !left.isEmpty {
            let missing = count - taken.count
            let largest = left.map(\.units.count).max()!
            if largest >= missing {
                let ample = left.enumerated().filter { $0.element.units.count >= missing }
                let order = ample.sorted { left, right in
                    func key(_ group: Group) -> [Int] {
                        [group.breaksWhole ? 1 : 0, group.match[0], group.units.count, group.match[1]]
                    }
                    return (key(left.element) + [left.offset]).lexicographicallyPrecedes(
                        key(right.element) + [right.offset])
                }
                for (_, group) in order {
                    var attempt = self
                    let got = attempt.give(missing, from: group)
                    if got.count == missing {
                        self = attempt
                        return taken + got
                    }
                }
            }
            let first =
                left.firstIndex { $0.units.count == largest && !$0.breaksWhole }
                ?? left.firstIndex { $0.units.count == largest }!
            taken += give(missing, from: left[first])
            left.remove(at: first)
        }
        return taken
    }

    private mutating func give(_ count: Int, from group: Group) -> [[Int]] {
        var given: [[Int]] = []
        for unit in group.units where given.count < count {
            if add(unit) { given.append(unit) }
        }
        return given
    }

    /// The free units of a line in groups, both in the order of the fleet.
    private func freeGroups(_ line: PlacementLine) -> [Group] {
        var units: [(parent: Int, nodes: [Int])] = []
        for (place, domain) in fleet.domains.enumerated() {
            switch line.shape {
            case .block:
                if domain.level == .block, domain.racks.allSatisfy({ accepts($0, line) }) {
                    units.append((parent(place, .hall), Array(domain.nodes)))
                }
            case .node:
                if domain.level == .rack, accepts(domain.racks.lowerBound, line) {
                    for node in domain.nodes { units.append((place, [node])) }
                }
            case .rack:
                if domain.level == .rack, accepts(domain.racks.lowerBound, line) {
                    units.append((parent(place, .block), Array(domain.nodes)))
                }
            default:
                if domain.level == .rack, accepts(domain.racks.lowerBound, line) {
                    units.append((parent(place, .hall), Array(domain.nodes)))
                }
            }
        }
        let free = units.filter { $0.nodes.allSatisfy { isFree($0, line) } }
        var parents: [Int] = []
        for unit in free where !parents.contains(unit.parent) { parents.append(unit.parent) }
        let freeNodes = Set(free.flatMap(\.nodes))
        return parents.map { parent in
            let units = free.filter { $0.parent == parent }.map(\.nodes)
            let rack = fleet.racks[fleet.rackOfNode[units[0][0]].offset]
            let block = rack.block.map { fleet.domains[$0.offset].nodes }
            switch line.shape {
            case .node:
                // The rack of these nodes, or its block, while all of it is free and has power together.
                let around = block ?? rack.nodes
                var attempt = self
                let isWhole = around.allSatisfy { freeNodes.contains($0) } && attempt.add(Array(around))
                return Group(units: units, breaksWhole: isWhole, match: matchKey(around: around))
            case .rack, .nvl72: return Group(units: units, match: block.map { matchKey(around: $0) } ?? [0, 0])
            default: return Group(units: units)
            }
        }
    }

    // MARK: What is held around

    /// When the last of what is held of some nodes at the window's start ends.
    func busyUntil(_ nodes: Range<Int>) -> Int64? {
        let start = request.terms.start
        return nodes.flatMap { model.holdings[$0] }.filter { $0.start <= start && start < $0.until }.map(\.until).max()
    }

    /// How much longer the window is than what is held of some nodes, in steps; and how far the two ends are apart.
    func matchKey(around nodes: Range<Int>) -> [Int] {
        guard let busy = busyUntil(nodes) else { return [5, 0] }
        let (start, until) = (request.terms.start, request.terms.until)
        let steps = [16, 8, 4, 2].filter { part in until - busy > (until - start) / part }
        return [steps.count, Int(abs(until - busy))]
    }

    private func parent(_ place: Int, _ level: Level) -> Int {
        var current = DomainIndex(place)
        while fleet.domains[current.offset].level != level { current = fleet.domains[current.offset].parent! }
        return current.offset
    }

    // MARK: Megawatts

    mutating func placePower(_ line: PlacementLine, meterWatts: Watts, wholeSites: Bool) -> SlowAnswer.Line {
        let racks = fleet.racks.indices.filter { accepts($0, line) }
        let order = racks.sorted { (wattsPerGPU($0), $0) < (wattsPerGPU($1), $1) }
        var spent = [Watts](repeating: 0, count: fleet.sites.count)
        var taken: [Int] = []
        var isUsedUp = false
        search: for rack in order {
            var held = 0
            for node in fleet.racks[rack].nodes where isFree(node, line) {
                var after = spent
                after[fleet.racks[rack].siteOffset] += draw(held + 1, of: rack) - draw(held, of: rack)
                if atMeters(after) > meterWatts {
                    isUsedUp = true
                    break search
                }
                guard add([node]) else { break }
                spent = after
                held += 1
                taken.append(node)
            }
        }
        let existing = racks.reduce(0) { $0 + fleet.racks[$1].nodes.filter { mayUse($0, line) }.count }
        let isWhole = !taken.isEmpty && taken.count == existing
        return SlowAnswer.Line(
            wholeNodes: taken.sorted(), placed: taken.count,
            isComplete: isWhole || (!wholeSites && isUsedUp && !taken.isEmpty))
    }

    private func draw(_ count: Int, of rack: Int) -> Watts {
        let place = fleet.racks[rack]
        let platform = fleet.platforms[place.platformOffset]
        let node = platform.power.nodeOverheadWatts + Watts(platform.gpusPerNode) * capWatts(on: platform)
        return Watts(count) * node + platform.power.rackOverheadWatts * Watts(count) / Watts(place.nodes.count)
    }

    private func wattsPerGPU(_ rack: Int) -> Watts {
        let place = fleet.racks[rack]
        let gpus = place.nodes.count * fleet.platforms[place.platformOffset].gpusPerNode
        return draw(place.nodes.count, of: rack) / Watts(gpus)
    }

    private func atMeters(_ rackWatts: [Watts]) -> Watts {
        var sum = Watts(0)
        for (site, watts) in zip(fleet.sites, rackWatts) {
            let product = watts * (1000 + site.networkPermille) * site.pueThousandths
            sum += product / 1_000_000 + (product % 1_000_000 == 0 ? 0 : 1)
        }
        return sum
    }
}
