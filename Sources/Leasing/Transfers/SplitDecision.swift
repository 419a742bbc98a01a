// Deciding a split: some of what a lease holds becomes a lease of its own, for the same tenant on the same terms.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Splits a lease; the number of the new one. A refusal may come after some of it has been applied.
    @discardableResult
    mutating func decideSplit(
        of number: UInt64, _ selection: LeaseSelection, by audience: Audience, _ step: inout Step
    ) throws(Refusal) -> UInt64 {
        let lease = try divisible(number, audience, now: step.now)
        let parts = liveParts(of: number).filter { $0.state != .ending }
        let chosen = try chosenUnits(selection, of: parts, now: step.now)
        let split = try split(lease, parts, chosen)
        commit(.leaseSplit(split), &step)
        step.outcome.leases = [number, split.newLease]
        for half in [number, split.newLease] {
            for part in liveParts(of: half) where part.isInWindow { noteDown(part.number, part.downNodes, &step) }
        }
        planOthersAnew(than: [], &step)
        return split.newLease
    }

    /// Decides a split without applying it: both leases as they would be.
    public func planSplit(
        of number: UInt64, _ selection: LeaseSelection, by audience: Audience, now: Int64
    ) throws(Refusal) -> (kept: WholeLease, split: WholeLease) {
        var fork = self
        fork.begin(at: now)
        // What a plan grants has no number yet.
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        var step = Step(now: fork.time, actor: .daemon, reason: "")
        let split = try fork.decideSplit(of: number, selection, by: audience, &step)
        return (fork.whole(fork.known(number)), fork.whole(fork.known(split)))
    }

    /// The lease of that number as one that can be split or handed over now.
    func divisible(_ number: UInt64, _ audience: Audience, now: Int64) throws(Refusal) -> Lease {
        guard let lease = lease(number), lease.partOf == nil else {
            throw Refusal(.notFound, "there is no such lease")
        }
        guard lease.state == .scheduled || lease.isInWindow else {
            throw Refusal(
                .wrongState,
                "the lease is \(whole(lease).state.name); only one that is not over is split or handed over")
        }
        guard !liveParts(of: number).contains(where: { ($0.nextDueAt ?? .max) <= now }) else {
            throw Refusal(.wrongState, changeIsDue(audience))
        }
        try checkIsNotLet(lease, "split, handed over or let again", by: audience)
        if let open = openReclaim(on: number) {
            throw Refusal(
                .wrongState,
                "a notice is in force on the lease, \(open.clause.text) from \(RFC3339.text(open.deadline)) on; it is not "
                    + "split or handed over before that is withdrawn or over")
        }
        return lease
    }

    // MARK: What is meant

    /// The units that go, by part and line.
    private typealias Chosen = [UInt64: [Int: [Holdings]]]

    private func chosenUnits(
        _ selection: LeaseSelection, of parts: [Lease], now: Int64
    ) throws(Refusal) -> Chosen {
        var chosen: Chosen = [:]
        if !selection.nodes.isEmpty { try choose(on: selection.nodes, of: parts, &chosen) }
        var named: Set<String> = []
        for (place, units) in selection.units.enumerated() {
            let pointer = "/lines/\(place)"
            guard named.insert(units.line).inserted else {
                throw Refusal(.invalid, "line \(units.line) is named twice", pointer: pointer + "/name")
            }
            guard let index = parts[0].lines.firstIndex(where: { $0.name == units.line }) else {
                let names = parts[0].lines.map(\.name).joined(separator: ", ")
                throw Refusal(
                    .invalid, "the lease has no line \(units.line); it has \(names)", pointer: pointer + "/name")
            }
            if case .power = parts[0].lines[index].shape {
                throw Refusal(
                    .invalid, "line \(units.line) is in megawatts; name its nodes, all of them", pointer: pointer)
            }
            let held = heldUnits(ofLine: index, of: parts, now: now)
            guard units.count >= 1, units.count <= held.count else {
                throw Refusal(
                    .invalid, "line \(units.line) has \(held.count) units, and not \(units.count) to split off",
                    pointer: pointer + "/count")
            }
            for unit in held.suffix(units.count) {
                let known = chosen[unit.part]?[index] ?? []
                if !known.contains(unit.hardware) { chosen[unit.part, default: [:]][index] = known + [unit.hardware] }
            }
        }
        for offered in selection.offered {
            guard let index = parts[0].lines.firstIndex(where: { $0.name == offered.line }) else { continue }
            for unit in heldUnits(ofLine: index, of: parts, now: now) where offered.hardware.includes(unit.hardware) {
                let known = chosen[unit.part]?[index] ?? []
                if !known.contains(unit.hardware) { chosen[unit.part, default: [:]][index] = known + [unit.hardware] }
            }
        }
        return chosen
    }

    /// The units of a line that are held now, or when the lease begins, in order of nodes.
    private func heldUnits(ofLine index: Int, of parts: [Lease], now: Int64) -> [LineUnit] {
        let at = max(now, parts[0].start)
        return parts.filter { $0.covers(at) }.flatMap { units(ofLine: index, of: $0) }.sorted { $0.node < $1.node }
    }

    /// Chooses everything that some parts hold on nodes; units that lie on others, too, cannot be.
    private func choose(on nodes: [Range<Int>], of parts: [Lease], _ chosen: inout Chosen) throws(Refusal) {
        var found: [Range<Int>] = []
        for part in parts {
            for (index, line) in part.lines.enumerated() {
                var spares = line.holdings.spareNodes.filter { spare in nodes.contains { $0.contains(spare) } }
                for unit in selectable(line, index, of: part) {
                    let on = (unit.bookedNodes + unit.sharedNodes.map { $0..<$0 + 1 }).united()
                    let meant = on.intersecting(nodes)
                    guard !meant.isEmpty else { continue }
                    guard meant == on else {
                        throw Refusal(
                            .invalid,
                            "a unit of line \(line.name) lies on \(HardwarePaths(on, in: fleet).paths.joined(separator: ", "))"
                                + " and is not split", pointer: "/nodes")
                    }
                    chosen[part.number, default: [:]][index, default: []].append(unit)
                    spares.removeAll { unit.spareNodes.contains($0) }
                    found += on
                }
                if !spares.isEmpty {
                    guard chosen[part.number]?[index]?.isEmpty == false else {
                        let places = HardwarePaths(spares.map { $0..<$0 + 1 }, in: fleet).paths.joined(separator: ", ")
                        throw Refusal(
                            .invalid,
                            "only spares of line \(line.name) lie on \(places); they go with the units that they are for",
                            pointer: "/nodes")
                    }
                    chosen[part.number, default: [:]][index, default: []].append(Holdings(spareNodes: spares))
                    found += spares.map { $0..<$0 + 1 }
                }
            }
        }
        let foreign = nodes.subtracting(found.united())
        guard foreign.isEmpty else {
            throw Refusal(
                .invalid,
                "the lease does not hold all of these nodes: "
                    + HardwarePaths(foreign, in: fleet).paths.prefix(8).joined(separator: ", "), pointer: "/nodes")
        }
    }

    /// What of a line can go by itself: its units, or all of a line in megawatts.
    private func selectable(_ line: LeaseLine, _ index: Int, of part: Lease) -> [Holdings] {
        if case .power = line.shape { return line.holdings.isEmpty ? [] : [line.holdings] }
        return units(ofLine: index, of: part).map(\.hardware)
    }

    // MARK: What follows

    private func split(_ lease: Lease, _ parts: [Lease], _ chosen: Chosen) throws(Refusal) -> LeaseSplit {
        let number = nextLeaseNumber
        var (next, split) = (number, LeaseSplit(lease: lease.number))
        var pairs: [(rest: Lease, gone: Lease)] = []
        for part in parts {
            guard let lines = chosen[part.number] else {
                // The new lease needs its first part, whatever that holds.
                if part.partOf == nil { pairs.append((part, part.emptied())) }
                continue
            }
            pairs.append(divide(part, lines))
        }
        let used = lease.lines.indices.filter { index in
            pairs.contains { $0.gone.lines.indices.contains(index) && !$0.gone.lines[index].holdings.isEmpty }
        }
        guard !used.isEmpty else {
            throw Refusal(.invalid, "nothing is named that could be split off", pointer: "/nodes")
        }
        let untouched = parts.contains { part in
            !pairs.contains { $0.rest.number == part.number } && part.holdsSomething
        }
        guard untouched || pairs.contains(where: { $0.rest.holdsSomething }) else {
            throw Refusal(.invalid, "that is all of the lease", pointer: "/nodes")
        }
        for pair in pairs {
            var (rest, gone) = pair
            if !gone.capSteps.isEmpty && gone.sharesGPU(with: rest) {
                throw Refusal(
                    .wrongState, "instances on one GPU whose cap changes stay in one lease", pointer: "/nodes")
            }
            gone.lines = used.map { $0 < gone.lines.count ? gone.lines[$0] : lease.lines[$0].emptied() }
            gone.promise(in: fleet)
            if chosen[rest.number] != nil {
                rest.promise(in: fleet)
                split.kept.append(LeaseRecord(rest, register: register))
            }
            split.split.append(
                LeaseRecord(gone.asShare(number: next, of: gone.partOf == nil ? nil : number), register: register))
            split.sources.append(rest.number)
            next += 1
        }
        guard split.split.count <= OrderLimits.partsMax else {
            throw Refusal(.wrongState, "the lease would be made of more than \(OrderLimits.partsMax) parts")
        }
        return split
    }

    /// What a part keeps, and what goes.
    private func divide(_ part: Lease, _ lines: [Int: [Holdings]]) -> (rest: Lease, gone: Lease) {
        var (rest, gone) = (part, part.emptied())
        for index in part.lines.indices {
            guard let units = lines[index] else { continue }
            rest.lines[index].remove(units)
            let level = rest.lines[index].domainLevel
            let spares = rest.lines[index].releaseIdleSpares { domain(of: $0, at: level) }
            gone.lines[index].holdings = Holdings(units, spares: spares)
            gone.lines[index].count = rest.lines[index].count
            if case .power = part.lines[index].shape {
                rest.lines[index].empty()
            } else {
                let count = units.count { !$0.placement.isEmpty }
                rest.lines[index].count -= count
                gone.lines[index].count = count
            }
        }
        func isUsed(_ node: Int, by part: Lease) -> Bool { part.lines.contains { $0.holdings.uses(node) } }
        gone.downNodes = part.downNodes.filter { isUsed($0, by: gone) }
        rest.downNodes = part.downNodes.filter { isUsed($0, by: rest) }
        return (rest, gone)
    }
}

extension Lease {
    /// The same with nothing in its lines.
    fileprivate func emptied() -> Lease {
        var lease = self
        for index in lease.lines.indices { lease.lines[index].empty() }
        lease.downNodes = []
        return lease
    }

    /// The same as the first part of a lease, or a further part of one.
    func asShare(number: UInt64, of lease: UInt64?) -> Lease {
        var part = asPart(number: number, of: lease ?? number)
        part.partOf = lease
        return part
    }
}

extension LeaseLine {
    fileprivate func emptied() -> LeaseLine {
        var line = self
        line.empty()
        return line
    }
}

extension LinePlacement {
    fileprivate var isEmpty: Bool { wholeNodes.isEmpty && partialNodes.isEmpty && slices.isEmpty }
}
