// Every account once more, from the facts alone and the slow way.
//
// Nothing here uses the sums that a book keeps, nor how it keeps them: after every fact about a lease each of its parts is
// looked at, node by node, and what it promised and delivered since the fact before is added up stretch by stretch.

import FleetModel
import HashTreeCollections
import Packing

/// Takes entries in order and adds up what `Book` keeps of accounts by itself.
public struct LedgerReplay {
    /// The book that the entries make.
    public private(set) var book = Book()
    /// Of the parts of each lease that are not over.
    private var moments: [UInt64: [Moment]] = [:]
    private var leases: [UInt64: Lease] = [:]
    private var earlier: [UInt64: [EarlierVersion]] = [:]
    private var downSince: [UInt64: [UInt32: Int64]] = [:]
    private var overdue: [UInt32: [OverdueUnit]] = [:]
    private var sums: [UInt64: [LedgerRow]] = [:]
    private var sublets = SubleaseReplay()
    /// How many tenants of each name have been removed.
    private var endedNames: [String: UInt64] = [:]

    /// A part as it has been since a time, on the fleet of that time.
    private struct Moment {
        var part: Lease
        var since: Int64
        var fleet: Fleet
        var rules: Rules
    }

    /// What is known of a part besides itself.
    private struct Rules {
        var replacementSeconds: Int64
        var downSince: [Int: Int64]
    }

    public init() {}

    /// O(leases × nodes) for a fleet, else O(parts × nodes) for each fact about a lease.
    public mutating func take(_ entry: Entry) {
        book.begin(at: entry.recordedAt)
        var at = book.time
        for fact in entry.facts {
            at = time(of: fact) ?? at
            if case .fleetAdopted = fact {
                let leases = moments.keys.sorted()
                for lease in leases { for moment in moments[lease]! { close(moment.part, at) } }
                book.apply(fact)
                for lease in leases { for part in parts(of: lease) { open(part, at) } }
                let retired = overdue.keys.sorted().filter { book.register.node(of: PermanentNodeID($0)) == nil }
                for id in retired { bringBack(id, at) }
                continue
            }
            if case .subleaseNoted(let note) = fact { follow(note) }
            if case .tenantRemoved(let name, true) = fact { rename(name) }
            if case .nodesReturned(let nodes) = fact {
                for range in nodes { for id in range.first..<range.first + range.count { bringBack(id, at) } }
            }
            if case .leaseTermsRenewed(let number) = fact, let lease = book.lease(number), lease.contract != nil {
                earlier[number, default: []].append(EarlierVersion(version: lease.contractVersion, until: at))
            }
            if case .leaseTakenOver(let takeover) = fact {
                downSince[takeover.newLease] = Dictionary(takeover.down.map { ($0.node, $0.since) }) { $1 }
            }
            let lease = fact.partNumber.map { fact.ownLease ?? book.lease($0)?.leaseNumber ?? $0 }
            let before = lease.map(parts(of:)) ?? []
            for part in before { close(part, at) }
            book.apply(fact)
            if case .nodesOverdue(let nodes) = fact { noteOverdue(nodes) }
            if case .leaseSplit(let split) = fact { follow(split, at) }
            guard let lease else { continue }
            let after = parts(of: lease)
            noteDown(after, at)
            for part in after { open(part, at) }
            if let first = book.lease(lease) { leases[lease] = first }
        }
        book.finish(entry.idempotencyKey, facts: entry.facts)
    }

    /// When a fact says that it takes effect, or nil.
    private func time(of fact: Fact) -> Int64? {
        switch fact {
        case .leaseMoved(_, _, let at), .leaseCapStepped(_, let at), .leasePowerSettled(_, let at),
            .maintenanceOver(_, let at), .leaseHandedOver(_, _, let at):
            return at
        case .nodesSet(let nodes, .open, _), .nodesReturned(let nodes):
            // The timer of one node.
            guard book.freeze == nil, nodes.reduce(0, { $0 + $1.count }) == 1,
                let node = book.register.node(of: PermanentNodeID(nodes[0].first)),
                let until = book.note(on: node)?.until
            else { return nil }
            return until <= book.time ? until : nil
        default: return nil
        }
    }

    /// A tenant is gone for good: what it had is from now on told under a name that nobody else gets.
    private mutating func rename(_ name: String) {
        endedNames[name, default: 0] += 1
        let former = Book.formerName(name, endedNames[name]!)
        for (number, lease) in leases where lease.tenant == name { leases[number]!.tenant = former }
        for (id, units) in overdue {
            for index in units.indices where units[index].tenant == name { overdue[id]![index].tenant = former }
        }
        sublets.rename(name, to: former)
    }

    /// A sub-lease begins, or is over: then what has gone by of the lease under it counts until then.
    private mutating func follow(_ note: SubleaseNote) {
        let sublease = note.sublease
        if sublease.endedAt != nil && sublets.isInForce(sublease.number) {
            for moment in moments[sublease.lease] ?? [] { count(moment, until: sublease.end, as: sublease) }
        }
        sublets.take(sublease)
    }

    /// Adds what a moment delivers to the sub-lease of its lease that is in force.
    private mutating func count(_ moment: Moment, until: Int64, as sublease: Sublease? = nil) {
        guard let known = sublets.inForce(on: moment.part.leaseNumber) else { return }
        let window = (sublease ?? known).window
        var rows: [LedgerRow] = []
        var clipped = moment
        clipped.since = max(moment.since, window.lowerBound)
        add(clipped, until: min(until, window.upperBound), to: &rows)
        sublets.add(rows, to: known.number)
    }

    /// What a split leaves to the new lease: when nodes went down, and the versions before.
    private mutating func follow(_ split: LeaseSplit, _ at: Int64) {
        downSince[split.newLease] = downSince[split.lease]
        earlier[split.newLease] = earlier[split.lease]
        let parts = parts(of: split.newLease)
        noteDown(parts, at)
        for part in parts { open(part, at) }
        leases[split.newLease] = parts[0]
    }

    private func parts(of lease: UInt64) -> [Lease] {
        guard let first = book.lease(lease) else { return [] }
        return [first] + book.otherParts(of: lease)
    }

    // MARK: Moments

    private mutating func open(_ part: Lease, _ at: Int64) {
        var all = moments[part.leaseNumber] ?? []
        let place = all.firstIndex { $0.part.number == part.number }
        if part.state.isFinal {
            if let place { all.remove(at: place) }
            moments[part.leaseNumber] = all.isEmpty ? nil : all
            return
        }
        let known = downSince[part.leaseNumber] ?? [:]
        var down: [Int: Int64] = [:]
        for node in part.downNodes { down[node] = known[book.register.id(of: NodeIndex(node)).number] ?? part.start }
        let seconds = min(book.terms(of: part)?.replacementSeconds ?? 0, LedgerState.secondsMax)
        let rules = Rules(replacementSeconds: seconds, downSince: down)
        var moment = Moment(part: part, since: at, fleet: book.fleet, rules: rules)
        if let place {
            if all[place].part.isInWindow { moment.since = max(all[place].since, at) }
            all[place] = moment
        } else {
            all.append(moment)
        }
        moments[part.leaseNumber] = all
    }

    private mutating func close(_ part: Lease, _ at: Int64) {
        let lease = part.leaseNumber
        guard let place = moments[lease]?.firstIndex(where: { $0.part.number == part.number }) else { return }
        let moment = moments[lease]![place]
        count(moment, until: at)
        add(moment, until: at, to: &sums[lease, default: []])
        if at > moment.since { moments[lease]![place].since = at }
    }

    private mutating func noteDown(_ parts: [Lease], _ at: Int64) {
        guard let lease = parts.first?.leaseNumber else { return }
        let known = downSince[lease] ?? [:]
        var now: [UInt32: Int64] = [:]
        for node in parts.flatMap(\.downNodes) {
            let id = book.register.id(of: NodeIndex(node)).number
            now[id] = known[id] ?? at
        }
        downSince[lease] = now
    }

    // MARK: Turn-round over its time

    private mutating func noteOverdue(_ nodes: [IDRange]) {
        for node in book.dense(nodes).joined() {
            let id = book.register.id(of: NodeIndex(node)).number
            book.forEachLease { part in
                guard part.state == .ending, part.until <= book.time, !part.hasReturned(node),
                    overdue[id]?.contains(where: { $0.part == part.number }) != true
                else { return true }
                var gpus: Int64 = 0
                for line in part.lines {
                    if line.holdings.bookedNodes.contains(where: { $0.contains(node) }) {
                        gpus += 1_000 * Int64(book.fleet.moduleMasks[node].nonzeroBitCount)
                    }
                    gpus += line.holdings.partialNodes.filter { $0.node == node }.reduce(0) {
                        $0 + 1_000 * Int64($1.moduleMask.nonzeroBitCount)
                    }
                    gpus += line.holdings.slices.filter { $0.node == node }.reduce(0) {
                        $0 + 125 * Int64($1.memoryMask(on: book.fleet.platform(of: NodeIndex(node))).nonzeroBitCount)
                    }
                }
                if gpus > 0 {
                    overdue[id, default: []].append(
                        OverdueUnit(
                            part: part.number, lease: part.leaseNumber, tenant: part.tenant, contract: part.contract,
                            version: part.contractVersion, milliGPUs: gpus, since: part.until))
                }
                return true
            }
        }
    }

    private mutating func bringBack(_ id: UInt32, _ at: Int64) {
        for unit in overdue.removeValue(forKey: id) ?? [] { add(unit, until: at, to: &sums[unit.lease, default: []]) }
    }

    private func add(_ unit: OverdueUnit, until: Int64, to rows: inout [LedgerRow]) {
        var rate = LedgerSums()
        rate.gpus.handBack = unit.milliGPUs
        for second in Stretches(from: unit.since, until: until, times: []) {
            let month = CalendarMonth(at: second.lowerBound).index
            rows.add(rate, times: Int64(second.count), month: month, version: unit.version)
        }
    }

    // MARK: Adding up

    private func add(_ moment: Moment, until: Int64, to rows: inout [LedgerRow]) {
        let part = moment.part
        guard part.isInWindow else { return }
        var times = part.capSteps.map(\.at)
        for step in part.curtailments.flatMap(\.steps) { times += [step.start, step.until] }
        for node in part.downNodes { times.append(moment.rules.downSince[node]! + moment.rules.replacementSeconds) }
        let window = Stretches(
            from: max(part.start, moment.since), until: min(part.end, until), times: times)
        for stretch in window {
            let count = NodeCount(part, at: stretch.lowerBound, moment.rules.downSince, moment.rules.replacementSeconds)
            rows.add(
                count.rate(in: moment.fleet), times: Int64(stretch.count),
                month: CalendarMonth(at: stretch.lowerBound).index, version: part.contractVersion)
        }
    }

    // MARK: Comparing

    /// Units whose turn-round is over its time, by lease.
    private var overdueByLease: [UInt64: [OverdueUnit]] {
        Dictionary(grouping: overdue.keys.sorted().flatMap { overdue[$0]! }, by: \.lease)
    }

    /// The rows of a lease until a time, without those of which all sums are zero.
    private func rows(of lease: UInt64, _ overdue: [UInt64: [OverdueUnit]], until time: Int64) -> [LedgerRow] {
        var rows = sums[lease] ?? []
        for moment in moments[lease] ?? [] { add(moment, until: time, to: &rows) }
        for unit in overdue[lease] ?? [] { add(unit, until: time, to: &rows) }
        return rows.filter { $0.sums != LedgerSums() }
    }

    /// A lease as it was when an entry last was about it.
    public func lease(_ number: UInt64) -> Lease? { leases[number] }

    /// The rows of each lease that is over, in order of numbers.
    public func rowsOfLeasesOver() -> [(lease: UInt64, rows: [LedgerRow])] {
        let overdue = overdueByLease
        return leases.keys.sorted().compactMap { number in
            let isOver = parts(of: number).allSatisfy(\.state.isFinal)
            return isOver ? (number, rows(of: number, overdue, until: book.time)) : nil
        }
    }

    /// How many leases have been granted.
    public var leaseCount: Int { leases.count }

    /// What a book says otherwise until a time, each with the lease and the month; empty when it agrees.
    public func differences(from other: Book, until time: Int64) -> [String] {
        var found: [String] = []
        var gone: [String: [LedgerRow]] = [:]
        var numbersByName: [String: [UInt64]] = [:]
        let overdue = overdueByLease
        for number in leases.keys.sorted() {
            let (lease, rows) = (leases[number]!, rows(of: number, overdue, until: time))
            let name = "\(lease.tenant)\n\(lease.contract ?? "")"
            numbersByName[name, default: []].append(number)
            guard other.lease(number) != nil else {
                gone[name, default: []].add(rows)
                continue
            }
            let kept = other.ledgerRows(of: number, until: time).filter { $0.sums != LedgerSums() }
            found += Self.differences("lease \(other.naming.id(of: number))", kept, rows)
        }
        for name in numbersByName.keys.sorted() {
            let (tenant, contract) = Self.parted(name)
            let closed = other.ledger.closed[tenant]?.first { $0.contract == contract }
            var rows = closed?.rows ?? []
            for unit in other.overdueUnits where unit.tenant == tenant && unit.contract == contract {
                if other.lease(unit.lease) == nil { unit.add(until: time, to: &rows) }
            }
            found += Self.differences(
                "leases of \(tenant) no longer kept", rows.filter { $0.sums != LedgerSums() },
                (gone[name] ?? []).filter { $0.sums != LedgerSums() })
            if let contract { found += coverDifferences(tenant, contract, numbersByName[name]!, other) }
        }
        return found + subleaseDifferences(from: other, until: time)
    }

    /// What the book says otherwise of sub-leases, and where the statements of the two tenants differ.
    private func subleaseDifferences(from other: Book, until time: Int64) -> [String] {
        var replay = self
        for lease in replay.sublets.leases {
            for moment in replay.moments[lease] ?? [] { replay.count(moment, until: time) }
        }
        return replay.sublets.differences(from: other, until: time)
    }

    private static func parted(_ name: String) -> (tenant: String, contract: String?) {
        let parts = name.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(parts[0]), parts[1].isEmpty ? nil : String(parts[1]))
    }

    private static func differences(_ whose: String, _ kept: [LedgerRow], _ rows: [LedgerRow]) -> [String] {
        let keys = Set((kept + rows).map { [$0.month, Int64($0.version)] }).sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
        return keys.compactMap { key in
            let one = kept.first { $0.month == key[0] && Int64($0.version) == key[1] }?.sums ?? LedgerSums()
            let two = rows.first { $0.month == key[0] && Int64($0.version) == key[1] }?.sums ?? LedgerSums()
            guard one != two else { return nil }
            return "\(whose), \(CalendarMonth(index: key[0]).text): the book has \(one), its facts give \(two)"
        }
    }

    /// Whether the contract's price for months and years is due when it is by the leases themselves.
    private func coverDifferences(
        _ tenant: String, _ contract: String, _ numbers: [UInt64], _ other: Book
    ) -> [String] {
        let cover = other.contractCover(of: tenant, contract)
        var pieces: [CoverPiece] = []
        for number in numbers {
            let lease = leases[number]!
            guard lease.state != .cancelled else { continue }
            var end = lease.end
            let isEnded =
                lease.state == .expired || lease.state == .ending && book.returning(lease.number) == .return
            if isEnded, let seconds = book.terms(of: lease)?.commitmentSeconds {
                end = max(end, lease.termStart + min(seconds, LedgerState.secondsMax))
            }
            var from = lease.start
            let last = EarlierVersion(version: lease.contractVersion, until: end)
            for version in (earlier[number] ?? []) + [last] {
                let until = min(end, version.until)
                let terms = book.contractsByName[contract]!.versions[version.version - 1].terms
                if terms.pricePerMonthMicros != nil || terms.pricePerYearMicros != nil {
                    pieces.append(CoverPiece(from: from, until: until, version: version.version))
                }
                from = max(from, until)
            }
        }
        let times = Set((pieces + cover.pieces).flatMap { [$0.from, $0.until] }).sorted()
        for time in times {
            let one = cover.pieces.first { $0.from <= time && time < $0.until }?.version
            let two = pieces.filter { $0.from <= time && time < $0.until }.map(\.version).max()
            if one != two {
                return [
                    "contract \(contract) of \(tenant) at \(RFC3339.text(time)): version \(one ?? 0), not \(two ?? 0)"
                ]
            }
        }
        return []
    }
}

/// A window cut at some times and at the starts of months.
private struct Stretches: Sequence, IteratorProtocol {
    private var cuts: [Int64]
    private var place = 0

    init(from: Int64, until: Int64, times: [Int64]) {
        guard from < until else {
            cuts = []
            return
        }
        var all = Set(times.filter { from < $0 && $0 < until } + [from, until])
        var month = CalendarMonth(at: from).next
        while month.start < until {
            all.insert(month.start)
            month = month.next
        }
        cuts = all.sorted()
    }

    mutating func next() -> Range<Int64>? {
        guard place + 1 < cuts.count else { return nil }
        defer { place += 1 }
        return cuts[place]..<cuts[place + 1]
    }
}

/// What one part promises and delivers in one second, unit by unit.
private struct NodeCount {
    let part: Lease
    let time: Int64
    let cap: PowerCap
    let downSince: [Int: Int64]
    let replacementSeconds: Int64

    init(_ part: Lease, at time: Int64, _ downSince: [Int: Int64], _ replacementSeconds: Int64) {
        (self.part, self.time, self.downSince) = (part, time, downSince)
        self.replacementSeconds = replacementSeconds
        var cap = part.cap
        for step in part.capSteps where step.at <= time { cap = step.cap }
        self.cap = cap
    }

    func rate(in fleet: Fleet) -> LedgerSums {
        var rate = LedgerSums()
        var watts = [[Watts]](repeating: [0, 0, 0, 0], count: fleet.sites.count)
        func count(_ node: Int, gpus: Int64, promised: Watts, level: (percent: Int, terms: Int?)?, at: (Int?) -> Watts)
        {
            let site = fleet.racks[fleet.rackOfNode[node].offset].siteOffset
            rate.gpus.promised += gpus
            watts[site][0] += promised
            if let since = downSince[node] {
                if part.state == .starting {
                    rate.gpus.late += gpus
                } else {
                    rate.gpus.down += gpus
                    if time < since + replacementSeconds { rate.gpus.excused += gpus }
                }
                return
            }
            var (within, beyond) = (Watts(0), Watts(0))
            if let level {
                within = at(nil) - at(level.terms)
                beyond = at(level.terms) - at(level.percent)
            }
            watts[site][1] += promised - within - beyond
            watts[site][2] += within
            watts[site][3] += beyond
            if level?.percent == 0 { rate.gpus.stopped += gpus } else { rate.gpus.delivered += gpus }
            if level?.percent == 0 && beyond > 0 { rate.gpus.breachStopped += gpus }
            if beyond > 0 { rate.gpus.breach += gpus } else if within > 0 { rate.gpus.curtailed += gpus }
        }
        for line in part.lines {
            var runs: [(node: Int, count: Watts)] = []
            for node in line.holdings.wholeNodes.joined() {
                let platform = fleet.platform(of: NodeIndex(node))
                let power = platform.power
                let capWatts = cap.watts(on: platform)
                // The node of the promise; what it is lowered by is counted from the whole node.
                let promised = power.nodeOverheadWatts + Watts(platform.gpusPerNode) * capWatts
                count(
                    node, gpus: 1_000 * Int64(platform.gpusPerNode), promised: promised,
                    level: level(of: node, in: fleet)
                ) { percent in
                    guard let percent else { return promised }
                    guard percent > 0 else { return power.nodeIdleWatts }
                    let lowered = min(capWatts, max(power.capWattsMin, power.capWatts(percent: percent)))
                    return power.nodeOverheadWatts + Watts(platform.gpusPerNode) * lowered
                }
                if let last = runs.last, last.node + Int(last.count) == node,
                    fleet.rackOfNode[last.node] == fleet.rackOfNode[node]
                {
                    runs[runs.count - 1].count += 1
                } else {
                    runs.append((node, 1))
                }
            }
            for run in runs {
                let rack = fleet.racks[fleet.rackOfNode[run.node].offset]
                let own = fleet.platforms[rack.platformOffset].power.rackOverheadWatts * run.count
                for column in 0...1 { watts[rack.siteOffset][column] += own / Watts(rack.nodes.count) }
            }
            for partial in line.holdings.partialNodes {
                let platform = fleet.platform(of: NodeIndex(partial.node))
                let (power, gpus) = (platform.power, Watts(partial.moduleMask.nonzeroBitCount))
                let capWatts = cap.watts(on: platform)
                let share = power.nodeOverheadWatts * gpus / Watts(platform.gpusPerNode)
                count(
                    partial.node, gpus: 1_000 * gpus, promised: gpus * capWatts + share,
                    level: level(of: partial.node, in: fleet)
                ) { percent in
                    // A GPU never draws less than an idle one, which its node draws in any case.
                    guard let percent else { return gpus * max(capWatts, power.gpuIdleWatts) }
                    guard percent > 0 else { return gpus * power.gpuIdleWatts }
                    let lowered = min(capWatts, max(power.capWattsMin, power.capWatts(percent: percent)))
                    return gpus * max(lowered, power.gpuIdleWatts)
                }
            }
            for slice in line.holdings.slices {
                let platform = fleet.platform(of: NodeIndex(slice.node))
                let eighths = Int64(platform.memorySlices(ofProfile: slice.profileID))
                count(
                    slice.node, gpus: 125 * eighths, promised: LeaseWatts.watts(of: slice, cap: cap, in: fleet),
                    level: nil
                ) { _ in 0 }
            }
        }
        for (site, watts) in zip(fleet.sites, watts) {
            rate.rack.promised += watts[0]
            rate.rack.delivered += watts[1]
            rate.rack.curtailed += watts[2]
            rate.rack.breach += watts[3]
            let steps = [watts[1], watts[1] + watts[2], watts[1] + watts[2] + watts[3]].map {
                site.meterWatts(rackWatts: $0)
            }
            rate.meter.promised += site.meterWatts(rackWatts: watts[0])
            rate.meter.delivered += steps[0]
            rate.meter.curtailed += steps[1] - steps[0]
            rate.meter.breach += steps[2] - steps[1]
        }
        return rate
    }

    /// The lowest that a load target over a node holds it to, and what the terms allow.
    private func level(of node: Int, in fleet: Fleet) -> (percent: Int, terms: Int?)? {
        var (percent, terms): (Int?, Int?) = (nil, nil)
        for curtailment in part.curtailments {
            guard let budget = fleet.budget(named: curtailment.target.budget),
                fleet.budgetChains[fleet.rackOfNode[node].offset].contains(budget)
            else { continue }
            for step in curtailment.steps where step.start <= time && time < step.until {
                percent = min(percent ?? step.percent, step.percent)
                if let allowed = step.termsPercent { terms = min(terms ?? allowed, allowed) }
            }
        }
        return percent.map { ($0, terms) }
    }
}

extension Fact {
    /// The lease of the part that a fact brings.
    fileprivate var ownLease: UInt64? {
        switch self {
        case .leaseGranted(let record), .leasePartGranted(let record), .leasePartAmended(let record):
            record.leaseNumber
        case .leaseTakenOver(let takeover): takeover.newLease
        default: nil
        }
    }

    /// The lease or part that a fact changes.
    fileprivate var partNumber: UInt64? {
        switch self {
        case .leaseGranted(let record), .leasePartGranted(let record), .leasePartAmended(let record): record.number
        case .leaseMoved(let number, _, _), .leaseMembersDown(let number, _, _), .leaseCapStepped(let number, _),
            .leaseTermsRenewed(let number), .leaseCurtailed(let number, _, _), .leasePowerSettled(let number, _):
            number
        case .memberReplaced(let replacement): replacement.lease
        case .leaseSplit(let split): split.lease
        case .leaseHandedOver(let number, _, _): number
        case .leaseTakenOver(let takeover): takeover.newLease
        default: nil
        }
    }
}
