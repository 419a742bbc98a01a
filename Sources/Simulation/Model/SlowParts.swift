// The slow model's choice of parts of nodes: partitions, several of them, and MIG instances.

import FleetModel
import Packing
import Synchronization

/// What is taken of a GPU that is cut.
struct HeldSlices: Equatable {
    var mask: UInt8 = 0
    var hasMedia = false

    /// Whether an instance may start somewhere.
    static func fits(_ profile: MIGProfile, _ start: Int, _ held: HeldSlices) -> Bool {
        let slice = HeldSlice(profile, at: start)
        return slice.mask & held.mask == 0 && !(slice.hasMedia && held.hasMedia)
    }

    func adding(_ slice: HeldSlice) -> HeldSlices {
        HeldSlices(mask: mask | slice.mask, hasMedia: hasMedia || slice.hasMedia)
    }
}

/// The choice of a partition, remembered: it is asked for millions of times, and is the same each time.
enum PartitionChoices {
    private struct Question: Hashable {
        let platform: String
        let size: Int
        let free: UInt8
    }

    private static let known = Mutex<[Question: NVLinkPartition?]>([:])

    static func choice(_ platform: Platform, _ size: Int, _ free: UInt8) -> NVLinkPartition? {
        let question = Question(platform: platform.name, size: size, free: free)
        if let found = known.withLock({ $0[question] }) { return found }
        let made = choose(platform.partitions, size, free)
        known.withLock { $0[question] = .some(made) }
        return made
    }

    private static func choose(_ partitions: [NVLinkPartition], _ size: Int, _ free: UInt8) -> NVLinkPartition? {
        func left(_ size: Int, without mask: UInt8) -> Int {
            partitions.filter { $0.gpuCount == size && $0.moduleMask & (free & ~mask) == $0.moduleMask }.count
        }
        func key(_ partition: NVLinkPartition) -> [Int] {
            [8, 4, 2].map { -left($0, without: partition.moduleMask) } + [partition.id]
        }
        return partitions.filter { $0.gpuCount == size && $0.moduleMask & free == $0.moduleMask }
            .min { key($0).lexicographicallyPrecedes(key($1)) }
    }
}

extension Trial {
    private struct Part {
        var node: Int
        var partitions: [NVLinkPartition] = []
        var slice: GPUSlice?
    }

    mutating func placeParts(_ line: PlacementLine) -> SlowAnswer.Line {
        var taken: [Part] = []
        if let within = line.within {
            var best = self
            for domain in fleet.domains where domain.level == level(within) {
                var attempt = self
                let got = attempt.takeParts(line, in: domain.nodes)
                if got.count > taken.count { (taken, best) = (got, attempt) }
                if got.count == line.count { break }
            }
            self = best
        } else {
            taken = takeParts(line, in: 0..<fleet.nodeCount)
        }
        let partitions = taken.flatMap { part in
            part.partitions.map { PartialNode(node: part.node, moduleMask: $0.moduleMask, partitionID: $0.id) }
        }
        return SlowAnswer.Line(
            partitions: partitions, slices: taken.compactMap(\.slice), placed: taken.count,
            isComplete: taken.count == line.count)
    }

    private mutating func takeParts(_ line: PlacementLine, in nodes: Range<Int>) -> [Part] {
        var taken: [Part] = []
        partNodes = []
        while taken.count < line.count {
            let next: Part?
            switch line.shape {
            case .mig(let profileID): next = takeSlice(line, profileID, in: nodes)
            case .gpus(let size) where [1, 2, 4, 8].contains(size) || line.isComposed:
                next = takePartitions(line, size: size, in: nodes)
            default: next = nil
            }
            guard let next else { break }
            taken.append(next)
            partNodes.append(next.node)
        }
        return taken
    }

    /// Whether the line may still take a part of a node.
    private func mayGive(_ node: Int, _ line: PlacementLine) -> Bool {
        guard mayUse(node, line) else { return false }
        guard let spread = line.spread else { return true }
        guard let nodes = domain(of: node, spread.level) else { return false }
        return partNodes.filter { nodes.contains($0) }.count < spread.unitsMax
    }

    private func domain(of node: Int, _ level: Level) -> Range<Int>? {
        if level == .node { return node..<node + 1 }
        return fleet.domains.first { $0.level == level && $0.nodes.contains(node) }?.nodes
    }

    // MARK: Partitions

    private mutating func takePartitions(_ line: PlacementLine, size: Int, in nodes: Range<Int>) -> Part? {
        for alike in nodesInOrder(line, size: size, in: nodes) {
            var able: [(node: Int, parts: [NVLinkPartition], after: Trial)] = []
            for node in alike where able.count < 8 {
                let parts = parts(of: size, on: node, freeModules(of: node))!
                // All of them or none.
                var attempt = self
                if parts.allSatisfy({ attempt.add([node], modules: $0.moduleMask) }) {
                    able.append((node, parts, attempt))
                }
            }
            guard let best = bestMatch(of: able.map(\.node)) else { continue }
            let chosen = able.first { $0.node == best }!
            self = chosen.after
            return Part(node: chosen.node, partitions: chosen.parts)
        }
        return nil
    }

    /// The first of the nodes whose neighbours match the window best.
    private func bestMatch(of nodes: [Int]) -> Int? {
        let keys = nodes.map {
            matchKey(around: isIdle($0) ? fleet.racks[fleet.rackOfNode[$0].offset].nodes : $0..<$0 + 1) + [$0]
        }
        return keys.min { $0.lexicographicallyPrecedes($1) }?.last
    }

    private func isIdle(_ node: Int) -> Bool { busyUntil(node..<node + 1) == nil }

    /// The candidates, those that are as good as each other together and in the order of the fleet.
    private func nodesInOrder(_ line: PlacementLine, size: Int, in nodes: Range<Int>) -> [[Int]] {
        let shares = shares()
        var candidates: [(key: [Int], node: Int)] = []
        for (rack, place) in fleet.racks.enumerated() where accepts(rack, line) {
            for node in place.nodes where nodes.contains(node) && mayGive(node, line) {
                if parts(of: size, on: node, freeModules(of: node)) == nil { continue }
                candidates.append((key(of: node, rack: place, size: size, shares), node))
            }
        }
        let sorted = candidates.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        var result: [[Int]] = []
        for (place, candidate) in sorted.enumerated() {
            if place > 0 && sorted[place - 1].key.dropLast() == candidate.key.dropLast() {
                result[result.count - 1].append(candidate.node)
            } else {
                result.append([candidate.node])
            }
        }
        return result
    }

    /// How early a node is tried: fragmentation added, GPUs free, how much around it is whole, its number.
    private func key(of node: Int, rack: Rack, size: Int, _ shares: [Int]) -> [Int] {
        let free = freeModules(of: node, onlyAtStart: true)
        let choice = parts(of: size, on: node, free)!.reduce(0) { $0 | $1.moduleMask }
        let added = fragmentation(node, free & ~choice, shares) - fragmentation(node, free, shares)
        return [added, free.nonzeroBitCount, wholeness(of: node, rack), node]
    }

    private func wholeness(of node: Int, _ rack: Rack) -> Int {
        func isWhole(_ node: Int) -> Bool {
            freeModules(of: node, onlyAtStart: true) == model.platform(of: node).moduleMask
        }
        if !rack.nodes.allSatisfy(isWhole) { return 0 }
        guard let block = rack.block else { return 2 }
        return fleet.domains[block.offset].nodes.allSatisfy(isWhole) ? 2 : 1
    }

    /// The share of each size of partition in what is booked, in sixteenths, at least one.
    private func shares() -> [Int] {
        var booked = [1: 1, 2: 1, 4: 1, 8: 1]
        for holding in model.holdings.joined() where holding.isPartition {
            booked[holding.modules.nonzeroBitCount]? += 1
        }
        let total = booked.values.reduce(0, +)
        return [1, 2, 4, 8].map { max(1, (16 * booked[$0]! + total / 2) / total) }
    }

    /// GPUs that each size of request could not use, times the size's share.
    private func fragmentation(_ node: Int, _ free: UInt8, _ shares: [Int]) -> Int {
        let partitions = model.platform(of: node).partitions
        let count = free.nonzeroBitCount
        var sum = free == model.platform(of: node).moduleMask ? 0 : 4 * count
        for (size, share) in zip([1, 2, 4, 8], shares) {
            let usable = partitions.filter { $0.gpuCount == size && $0.moduleMask & free == $0.moduleMask }.count * size
            sum += share * (count - usable)
        }
        return sum
    }

    /// The partitions that so many GPUs are made of: one of that size, else of 4 or fewer, the largest first.
    private func parts(of size: Int, on node: Int, _ free: UInt8) -> [NVLinkPartition]? {
        if [1, 2, 4, 8].contains(size) { return partition(of: size, on: node, free).map { [$0] } }
        return several(size, sizes: [4, 2, 1], on: node, free)
    }

    private func several(_ size: Int, sizes: [Int], on node: Int, _ free: UInt8) -> [NVLinkPartition]? {
        if size == 0 { return [] }
        for (place, first) in sizes.enumerated() where first <= size {
            guard let partition = partition(of: first, on: node, free) else { continue }
            let left = free & ~partition.moduleMask
            if let others = several(size - first, sizes: Array(sizes[place...]), on: node, left) {
                return [partition] + others
            }
        }
        return nil
    }

    /// The free partition after which most of 8, then of 4, then of 2 are left; then the lowest id.
    private func partition(of size: Int, on node: Int, _ free: UInt8) -> NVLinkPartition? {
        PartitionChoices.choice(model.platform(of: node), size, free)
    }

    // MARK: MIG instances

    /// What is taken of a GPU over the window, or nil when it cannot be shared: a whole holding, another cap, closed, or not
    /// ready.
    func slices(of node: Int, _ module: UInt8, onlyAtStart: Bool = false) -> HeldSlices? {
        let start = request.terms.start
        let until = onlyAtStart ? start + 1 : request.terms.until
        if model.closedUntil[node] > start { return nil }
        if start <= request.now && model.notReady[node] & module != 0 { return nil }
        var held = HeldSlices()
        for holding in model.holdings[node]
        where holding.modules & module != 0 && holding.start < until && start < holding.until {
            if holding.slice.mask == 0 { return nil }
            // Instances whose cap changes share their GPU with nobody.
            let isAlike = holding.laterCaps.isEmpty && holding.capWatts == capWatts(on: model.platform(of: node))
            if !onlyAtStart && !isAlike { return nil }
            held = held.adding(holding.slice)
        }
        return held
    }

    private mutating func takeSlice(_ line: PlacementLine, _ profileID: Int, in nodes: Range<Int>) -> Part? {
        for cut in cutGPUs(line, profileID, in: nodes) {
            guard let held = slices(of: cut.node, cut.module),
                let slice = slice(profileID, on: cut.node, cut.module, held)
            else { continue }
            if add([cut.node], modules: cut.module, slice: slice.held) {
                return Part(node: cut.node, slice: slice.slice)
            }
        }
        // A GPU that is free as a whole, as for one GPU.
        for alike in nodesInOrder(line, size: 1, in: nodes) {
            var able: [(slice: GPUSlice, after: Trial)] = []
            for node in alike where able.count < 8 {
                let module = partition(of: 1, on: node, freeModules(of: node))!.moduleMask
                let slice = slice(profileID, on: node, module, HeldSlices())!
                var attempt = self
                if attempt.add([node], modules: module, slice: slice.held) { able.append((slice.slice, attempt)) }
            }
            guard let best = bestMatch(of: able.map(\.slice.node)) else { continue }
            let chosen = able.first { $0.slice.node == best }!
            self = chosen.after
            return Part(node: best, slice: chosen.slice)
        }
        return nil
    }

    /// GPUs that are cut when the window starts and have room then, in the order in which they are tried.
    private func cutGPUs(
        _ line: PlacementLine, _ profileID: Int, in nodes: Range<Int>
    ) -> [(node: Int, module: UInt8)] {
        var found: [(key: [Int], node: Int, module: UInt8)] = []
        for (rack, place) in fleet.racks.enumerated() where accepts(rack, line) {
            let platform = fleet.platforms[place.platformOffset]
            let profile = platform.migProfiles.first { $0.profileID == profileID }!
            let shares = shares(of: platform)
            for node in place.nodes where nodes.contains(node) && mayGive(node, line) {
                for module in 0..<platform.gpusPerNode {
                    guard let held = slices(of: node, 1 << UInt8(module), onlyAtStart: true), held != HeldSlices(),
                        let start = bestStart(profile, held, platform, shares)
                    else { continue }
                    let after = held.adding(HeldSlice(profile, at: start))
                    let added = spoilt(after, platform, shares) - spoilt(held, platform, shares)
                    let state = Int(held.mask) + (held.hasMedia ? 256 : 0)
                    found.append(([added, state, node, module], node, 1 << UInt8(module)))
                }
            }
        }
        return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.node, $0.module) }
    }

    private func slice(
        _ profileID: Int, on node: Int, _ module: UInt8, _ held: HeldSlices
    ) -> (slice: GPUSlice, held: HeldSlice)? {
        let platform = model.platform(of: node)
        let profile = platform.migProfiles.first { $0.profileID == profileID }!
        guard let start = bestStart(profile, held, platform, shares(of: platform)) else { return nil }
        let slice = GPUSlice(node: node, moduleMask: module, profileID: profileID, start: start)
        return (slice, HeldSlice(profile, at: start))
    }

    /// The start that spoils least, the lowest of those.
    private func bestStart(_ profile: MIGProfile, _ held: HeldSlices, _ platform: Platform, _ shares: [Int]) -> Int? {
        profile.starts.filter { HeldSlices.fits(profile, $0, held) }.min { left, right in
            let (one, other) = (HeldSlice(profile, at: left), HeldSlice(profile, at: right))
            return (spoilt(held.adding(one), platform, shares), left) < (
                spoilt(held.adding(other), platform, shares), right
            )
        }
    }

    /// Free slices that each profile could not use, times the profile's share.
    private func spoilt(_ held: HeldSlices, _ platform: Platform, _ shares: [Int]) -> Int {
        zip(platform.migProfiles, shares).reduce(0) { sum, item in
            let (profile, share) = item
            var (left, count) = (held, 0)
            for start in profile.starts where HeldSlices.fits(profile, start, left) {
                left = left.adding(HeldSlice(profile, at: start))
                count += 1
            }
            return sum + share * (8 - held.mask.nonzeroBitCount - count * profile.memorySlices)
        }
    }

    /// The share of each profile in the instances booked on a platform, in sixteenths; all alike while there are none.
    private func shares(of platform: Platform) -> [Int] {
        let profiles = platform.migProfiles
        var booked = profiles.map { _ in 0 }
        for (node, holdings) in model.holdings.enumerated() where model.platform(of: node).name == platform.name {
            for holding in holdings where holding.slice.mask != 0 {
                booked[profiles.firstIndex { $0.profileID == holding.slice.profileID }!] += 1
            }
        }
        let total = booked.reduce(0, +)
        if total == 0 { return profiles.map { _ in 1 } }
        return booked.map { max(1, (16 * ($0 + 1) + (total + booked.count) / 2) / (total + booked.count)) }
    }
}
