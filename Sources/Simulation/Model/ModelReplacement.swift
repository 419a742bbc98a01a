// Replacements in the model: each that was made is looked at, and where none was made, none could have been.

import FleetModel
import Leasing
import Packing

extension ModelState {
    /// Takes the replacements that were chosen for a node of a part; false when there are none, and could be none.
    mutating func replace(
        _ node: Int, of number: UInt64, at: Int64, _ choices: inout ModelChoices
    ) throws(ModelFault) -> Bool {
        let id = register.id(of: NodeIndex(node)).number
        let chosen = choices.replacements.prefix { $0.lease == number && $0.old == id }
        choices.replacements.removeFirst(chosen.count)
        guard !chosen.isEmpty else {
            if isUncertain(at) {
                choices.uncertain += 1
                return false
            }
            if let way = wayToReplace(node, of: number, at: at) {
                throw ModelFault("\(name(node)) of part \(number) is down and was not replaced, though \(way)")
            }
            return false
        }
        guard isDown(node, parts[number]!.modulesInUse(on: node, of: platform(of: node))) else {
            throw ModelFault("\(name(node)) of part \(number) was replaced and is up")
        }
        if isUncertain(at) { choices.uncertain += 1 }
        for replacement in chosen { try take(replacement, node, at: at) }
        let part = parts[number]!
        if part.lines.contains(where: { $0.holdings.isInUse(node) }) {
            throw ModelFault("\(name(node)) of part \(number) was replaced in part")
        }
        parts[number]!.down.removeAll { $0 == node }
        return true
    }

    /// Whether the model does not know what is there for a replacement: that of a time which is over, of which not everything is
    /// kept, and that beside load targets.
    private func isUncertain(_ at: Int64) -> Bool { at < time || !targets.isEmpty }

    func name(_ node: Int) -> String { fleet.nodeName(NodeIndex(node)) }

    /// How all that a part uses of a node could be replaced; nil when it cannot.
    private func wayToReplace(_ node: Int, of number: UInt64, at: Int64) -> String? {
        var trial = self
        var words: [String] = []
        for index in parts[number]!.lines.indices where parts[number]!.lines[index].holdings.isInUse(node) {
            while trial.parts[number]!.lines[index].holdings.isInUse(node) {
                guard let (replacement, words1) = trial.replacement(node, of: number, line: index, at: at) else {
                    return nil
                }
                words.append(words1)
                trial.exchange(replacement, node, of: number, line: index)
            }
        }
        return words.isEmpty ? nil : words.joined(separator: " and ")
    }

    /// What of a line's on a node is one unit.
    struct Unit {
        var isWhole = false
        var partials: [PartialNode] = []
        var slices: [GPUSlice] = []
    }

    /// The first unit of a line that uses a node.
    private func unit(_ node: Int, _ line: LeaseLine) -> Unit? {
        if line.holdings.wholeNodes.contains(where: { $0.contains(node) }) { return Unit(isWhole: true) }
        if let slice = line.holdings.slices.first(where: { $0.node == node }) { return Unit(slices: [slice]) }
        guard case .gpus(let size) = line.shape else { return nil }
        var unit = Unit()
        for partial in line.holdings.partialNodes where partial.node == node {
            unit.partials.append(partial)
            if unit.partials.reduce(0, { $0 + $1.moduleMask.nonzeroBitCount }) >= size { return unit }
        }
        return nil
    }

    private enum Found {
        case spare(Int)
        case free(SlowAnswer.Line)
    }

    /// What would take the place of the first unit of a line on a node.
    private func replacement(
        _ node: Int, of number: UInt64, line index: Int, at: Int64
    ) -> (Found, String)? {
        let part = parts[number]!
        let line = part.lines[index]
        guard let unit = unit(node, line) else { return nil }
        let bounds = domain(of: node, at: line.replacementLevel)
        if unit.isWhole {
            let spare = line.holdings.spareNodes.first {
                bounds.contains($0) && !isDown($0, platform(of: $0).moduleMask)
            }
            if let spare { return (.spare(spare), "its spare \(name(spare)) is ready") }
        }
        if !unit.slices.isEmpty && !part.capSteps.isEmpty { return nil }
        let places = places(bounds.filter { $0 != node }, leaving: node, ofLine: index, of: part)
        let start = max(at, part.start)
        guard !places.isEmpty, start < part.end else { return nil }
        let platformOffset = fleet.racks[fleet.rackOfNode[node].offset].platformOffset
        let wanted = PlacementLine(
            shape: unit.isWhole ? .node : line.shape, count: 1, platformMask: 1 << UInt64(platformOffset),
            isComposed: line.isComposed, pins: places.map { $0..<$0 + 1 })
        let terms = BookingTerms(
            lease: number, start: start, end: part.end, until: part.until,
            cap: part.highestCap(from: at, on: platform(of: node)))
        let request = PlacementRequest(lines: [wanted], siteMask: .max, terms: terms, now: at)
        let answer = groundWithout(unit, node, of: part).place(request)
        guard answer.isComplete else { return nil }
        let found = answer.lines[0]
        let new = found.wholeNodes.first ?? found.partitions.first?.node ?? found.slices.first?.node
        return (.free(found), "\(new.map { name($0) } ?? "something") is free")
    }

    /// What everybody holds, but for one unit of a part.
    private func groundWithout(_ unit: Unit, _ node: Int, of part: ModelPart) -> SlowModel {
        var ground = ground()
        var left = ground.holdings[node]
        func remove(_ modules: UInt8, _ slices: UInt8) {
            let place = left.firstIndex {
                $0.lease == part.number && $0.modules == modules && $0.slice.mask == slices
            }
            if let place { left.remove(at: place) }
        }
        if unit.isWhole { remove(platform(of: node).moduleMask, 0) }
        for partial in unit.partials { remove(partial.moduleMask, 0) }
        for slice in unit.slices { remove(slice.moduleMask, HeldSlice(slice, on: platform(of: node)).mask) }
        ground.holdings[node] = left
        return ground
    }

    /// Those of some nodes that a line may use by its pins, and by its spread beside its other units.
    private func places(_ candidates: [Int], leaving node: Int?, ofLine index: Int, of part: ModelPart) -> [Int] {
        let line = part.lines[index]
        var result = candidates
        if let pins = line.pins {
            result = result.filter { candidate in
                let id = register.id(of: NodeIndex(candidate)).number
                return pins.contains { $0.first <= id && id - $0.first < $0.count }
            }
        }
        guard let spread = line.spread else { return result }
        switch line.shape {
        case .block, .rack, .nvl72, .power: return result
        case .node, .gpus, .mig: break
        }
        var others = unitNodes(of: line)
        for other in all(of: part.leaseNumber)
        where !other.isOver && other.number != part.number && other.start < part.end && part.start < other.end {
            if other.lines.indices.contains(index) { others += unitNodes(of: other.lines[index]) }
        }
        if let node, let own = others.firstIndex(of: node) { others.remove(at: own) }
        return result.filter { candidate in
            let domain = domain(of: candidate, at: spread.over.level)
            return others.count { domain.contains($0) } < spread.unitsMax
        }
    }

    /// A node for each unit of a line of nodes or parts of nodes, spares too.
    func unitNodes(of line: LeaseLine) -> [Int] {
        guard case .gpus(let size) = line.shape else {
            return line.holdings.slices.isEmpty ? line.holdings.allNodes : line.holdings.slices.map(\.node)
        }
        var (nodes, gpus) = ([Int](), 0)
        for partial in line.holdings.partialNodes {
            gpus += partial.moduleMask.nonzeroBitCount
            if gpus >= size {
                nodes.append(partial.node)
                gpus = 0
            }
        }
        return nodes
    }

    /// Puts on paper what was found in a unit's place.
    private mutating func exchange(_ found: Found, _ node: Int, of number: UInt64, line index: Int) {
        var held = parts[number]!.lines[index].holdings
        let unit = unit(node, parts[number]!.lines[index])!
        switch found {
        case .spare(let spare):
            held.spareNodes.removeAll { $0 == spare }
            held.wholeNodes = ranges(held.wholeNodes.flatMap { Array($0) }.filter { $0 != node } + [spare])
        case .free(let line):
            if unit.isWhole {
                held.wholeNodes = ranges(
                    held.wholeNodes.flatMap { Array($0) }.filter { $0 != node } + line.wholeNodes)
            }
            held.partialNodes.removeAll { unit.partials.contains($0) }
            held.partialNodes += line.partitions
            for slice in unit.slices { held.slices.remove(at: held.slices.firstIndex(of: slice)!) }
            held.slices += line.slices
        }
        parts[number]!.lines[index].holdings = held
    }

    func ranges(_ nodes: [Int]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for node in Set(nodes).sorted() {
            if let last = result.last, last.upperBound == node {
                result[result.count - 1] = last.lowerBound..<node + 1
            } else {
                result.append(node..<node + 1)
            }
        }
        return result
    }

    // MARK: What was chosen

    /// Looks at one replacement, and makes it.
    private mutating func take(_ replacement: Replacement, _ node: Int, at: Int64) throws(ModelFault) {
        let number = replacement.lease
        guard let part = parts[number], part.isInWindow, part.lines.indices.contains(replacement.line),
            let new = register.node(of: PermanentNodeID(replacement.new))?.offset
        else { throw ModelFault("a replacement is of part \(number), which uses nothing") }
        let line = part.lines[replacement.line]
        let what = "the replacement of \(name(node)) by \(name(new)) in part \(number)"
        guard let unit = unit(node, line) else { throw ModelFault("\(what): nothing of it is there") }
        let bounds = domain(of: node, at: line.replacementLevel)
        guard bounds.contains(new), new != node else { throw ModelFault("\(what): it is not in the domain") }
        let best = self.replacement(node, of: number, line: replacement.line, at: at)
        if best == nil && !isUncertain(at) { throw ModelFault("\(what): nothing is free there") }
        var held = line.holdings
        if replacement.wasSpare {
            guard unit.isWhole, held.spareNodes.contains(new),
                !isDown(new, platform(of: new).moduleMask)
            else { throw ModelFault("\(what): it is no spare that is ready") }
            held.spareNodes.removeAll { $0 == new }
            held.wholeNodes = ranges(held.wholeNodes.flatMap { Array($0) }.filter { $0 != node } + [new])
        } else {
            if let best, case .spare = best.0 { throw ModelFault("\(what): \(best.1)") }
            guard places([new], leaving: node, ofLine: replacement.line, of: part) == [new] else {
                throw ModelFault("\(what): it is not pinned there, or too many of its units are")
            }
            var placement = LinePlacement()
            if unit.isWhole {
                placement.wholeNodes = [new..<new + 1]
                held.wholeNodes = ranges(held.wholeNodes.flatMap { Array($0) }.filter { $0 != node } + [new])
            } else if let parts = replacement.parts {
                placement.partialNodes = parts.taken.partitions.map {
                    PartialNode(node: new, moduleMask: $0.moduleMask, partitionID: $0.partitionID)
                }
                placement.slices = parts.taken.slices.map {
                    GPUSlice(node: new, moduleMask: $0.moduleMask, profileID: $0.profileID, start: $0.start)
                }
            } else {
                placement.partialNodes = [
                    PartialNode(
                        node: new, moduleMask: replacement.newModuleMask, partitionID: replacement.newPartitionID)
                ]
            }
            if !unit.partials.isEmpty {
                let place = held.partialNodes.firstIndex(of: unit.partials[0])!
                held.partialNodes.replaceSubrange(
                    place..<place + unit.partials.count, with: placement.partialNodes)
            }
            if !unit.slices.isEmpty {
                held.slices[held.slices.firstIndex(of: unit.slices[0])!] = placement.slices[0]
            }
            let terms = BookingTerms(
                lease: number, start: max(at, part.start), end: part.end, until: part.until,
                cap: part.highestCap(from: at, on: platform(of: node)))
            let request = PlacementRequest(lines: [], siteMask: .max, terms: terms, now: at)
            guard isUncertain(at) || groundWithout(unit, node, of: part).canHold([placement], request) else {
                throw ModelFault("\(what): it is not free for the rest of the window, or has no watts")
            }
        }
        parts[number]!.lines[replacement.line].holdings = held
    }

    // MARK: Spares

    /// Takes the choice for a node that has come back: a lease's spare, where one is short of it.
    mutating func restoreSpare(_ node: Int, at: Int64, _ choices: inout ModelChoices) throws(ModelFault) {
        let id = register.id(of: NodeIndex(node)).number
        var chosen: SpareReturn?
        if choices.spares.first?.node == id { chosen = choices.spares.removeFirst() }
        for part in live where part.isInWindow && part.sparesPerDomain > 0 {
            let around = domain(of: node, at: .block)
            guard part.lines.contains(where: { $0.holdings.allNodes.contains(where: around.contains) }) else {
                continue
            }
            for (index, line) in part.lines.enumerated() where isShort(line, of: part, around: node) {
                let start = max(at, part.start)
                guard start < part.end, !places([node], leaving: nil, ofLine: index, of: part).isEmpty else {
                    continue
                }
                let terms = BookingTerms(
                    lease: part.number, start: start, end: part.end, until: part.until,
                    cap: part.highestCap(from: at, on: platform(of: node)))
                let wanted = PlacementLine(
                    shape: .node, count: 1,
                    platformMask: 1 << UInt64(fleet.racks[fleet.rackOfNode[node].offset].platformOffset),
                    pins: [node..<node + 1])
                let request = PlacementRequest(lines: [wanted], siteMask: .max, terms: terms, now: at)
                guard ground().place(request, ignoringWatts: isUncertain(at)).isComplete else { continue }
                guard let chosen, chosen.lease == part.number, chosen.line == index else {
                    if isUncertain(at) { continue }
                    throw ModelFault(
                        "\(name(node)) is back, and part \(part.number) line \(index) is short of that spare")
                }
                let spares = (line.holdings.spareNodes + [node]).sorted()
                parts[part.number]!.lines[index].holdings.spareNodes = spares
                return
            }
        }
        if let chosen { throw ModelFault("\(name(node)) became a spare of part \(chosen.lease), which needs none") }
    }

    /// Whether a line has fewer spares around a node than it was granted.
    private func isShort(_ line: LeaseLine, of part: ModelPart, around node: Int) -> Bool {
        guard line.mayHaveSpares else { return false }
        let domain = domain(of: node, at: line.replacementLevel)
        return line.holdings.spareNodes.count { domain.contains($0) } < part.sparesPerDomain
            && line.holdings.wholeNodes.contains { $0.overlaps(domain) }
    }
}
