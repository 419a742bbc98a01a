// What is offered to another tenant, to take over or to use: a lease as it was then, with what is to come of it.
//
// The record of an offer has the lines as they are, and once more for each later time on at which units or cap change.

import FleetModel
import Packing

extension Book {
    /// A lease as whom it is offered to is shown it: all parts together, under no name of its holder's.
    func offered(_ number: UInt64) -> LeaseRecord {
        let whole = whole(known(number))
        let steps = whole.stepsToCome
        var lease = whole.lease
        lease.lines = whole.lines + steps.flatMap(\.lines)
        (lease.capSteps, lease.capStepsBegun) = (steps.map { CapStep(at: $0.at, cap: $0.cap) }, 0)
        (lease.promised, lease.meterWatts) = (whole.promised, whole.meterWatts)
        (lease.conditions, lease.downNodes, lease.revision, lease.tenantIndex) = ([], [], 0, 0)
        var record = LeaseRecord(lease, register: register)
        (record.label, record.contract, record.cap) = (nil, nil, whole.cap)
        return record
    }

    /// The share that was offered, wherever its units have gone since; nil when some of it is retired.
    func selection(offered: LeaseRecord, nodes: [IDRange], units: [LeaseSelection.Units]) -> LeaseSelection? {
        guard let nodes = register.dense(nodes), let lines = offered.linesNow(in: self) else { return nil }
        var selection = LeaseSelection(nodes: nodes)
        for line in lines where units.contains(where: { $0.line == line.name }) {
            selection.offered.append(.init(line: line.name, hardware: line.holdings))
        }
        return selection
    }

    /// Offers are of the units that were named: what takes the place of one of them is offered in its place.
    mutating func followOffers(after replacement: Replacement) {
        guard !transfers.open.isEmpty || !subleases.open.isEmpty else { return }
        let part = known(replacement.lease)
        let isHeldNow = wholeLease(part.leaseNumber)?.parts.contains { $0.number == part.number } ?? false
        let isLeft = liveParts(of: part.leaseNumber).contains { other in
            let old = dense([IDRange(first: replacement.old, count: 1)])
            return other.lines.contains {
                !$0.holdings.bookedNodes.intersecting(old).isEmpty || !$0.holdings.inUse(among: old).isEmpty
            }
        }
        if var transfer = openTransfer(of: part.leaseNumber) {
            transfer.offered.follow(replacement, of: part, isHeldNow: isHeldNow)
            transfer.nodes.follow(replacement, keepingOld: isLeft)
            transfers.open[transfer.number] = transfer
        }
        if var sublease = openSublease(of: part.leaseNumber) {
            sublease.offered.follow(replacement, of: part, isHeldNow: isHeldNow)
            sublease.nodes.follow(replacement, keepingOld: isLeft)
            subleases.open[sublease.number] = sublease
        }
    }

    /// What is offered of a lease is over with it, whatever ended that.
    mutating func endOffers(after fact: Fact, _ step: inout Step) {
        guard !transfers.open.isEmpty || !subleases.open.isEmpty else { return }
        let moved: UInt64
        switch fact {
        case .leaseMoved(let number, .end, _), .leaseMoved(let number, .release, _): moved = number
        case .leaseHandedOver(let number, _, _): moved = number
        default: return
        }
        guard let lease = lease(moved)?.leaseNumber,
            parts(of: lease).allSatisfy({ $0.state == .ending || $0.state.isFinal })
        else { return }
        if let transfer = openTransfer(of: lease) { expireTransfer(transfer.number, &step) }
        if let sublease = openSublease(of: lease) { expireSublease(sublease.number, &step) }
    }
}

extension LeaseRecord {
    /// How many lines the lease has. Records of offers that were made before sizes to come were part of them have each once.
    private var lineCount: Int {
        guard let first = lines.first else { return 0 }
        return lines.dropFirst().firstIndex { $0.line.name == first.line.name } ?? lines.count
    }

    /// The lines that are offered with their hardware, or nil when some of it is retired.
    func linesNow(in book: Book) -> [LeaseLine]? {
        lease(register: book.register).map { Array($0.lines.prefix(lineCount)) }
    }

    /// What is promised from each later time on at which it changes.
    func scheduleOffered(in book: Book) -> [ScheduleStep] {
        guard let all = lease(register: book.register)?.lines else { return [] }
        return part.capSteps.enumerated().dropFirst(part.capStepsBegun).map { place, step in
            let lines = Array(all[range(ofStep: place)])
            return ScheduleStep(
                at: step.at, promised: lines.promise(cap: step.cap, in: book.fleet).capacity, cap: step.cap)
        }
    }

    /// Units of a line from each later time on at which they change.
    func rampOffered(ofLine index: Int) -> [RampStep] {
        var (steps, last) = ([RampStep](), lines[index].line.count)
        for (place, step) in part.capSteps.enumerated() {
            let count = lines[range(ofStep: place).lowerBound + index].line.count
            if count != last { steps.append(RampStep(at: step.at, count: count)) }
            last = count
        }
        return steps
    }

    /// Where the lines from a later time on are.
    private func range(ofStep place: Int) -> Range<Int> {
        let first = (place + 1) * lineCount
        return first + lineCount <= lines.count ? first..<first + lineCount : 0..<lineCount
    }

    /// Whether what is offered now is what was offered. Of what is to come its size counts; what is held now is the same hardware,
    /// or has taken its place.
    func isOffered(as other: LeaseRecord) -> Bool {
        struct Step: Equatable {
            let at: Int64
            let cap: PowerCap
            let units: [String]
        }
        func units(_ record: LeaseRecord, _ range: Range<Int>) -> [String] {
            record.lines[range].map { "\($0.line.name) \($0.line.count)" }
        }
        func steps(_ record: LeaseRecord) -> [Step] {
            record.part.capSteps.enumerated().dropFirst(record.part.capStepsBegun).map { place, step in
                Step(at: step.at, cap: step.cap, units: units(record, record.range(ofStep: place)))
            }
        }
        let (size, others) = (lineCount, other.lineCount)
        return end == other.end && start == other.start && cap == other.cap && leaseClass == other.leaseClass
            && (promised.gpus, promised.migInstances) == (other.promised.gpus, other.promised.migInstances)
            && units(self, 0..<size) == units(other, 0..<others) && steps(self) == steps(other)
            && zip(lines[..<size], other.lines[..<others]).allSatisfy { $0.hardware.uses(theSameAs: $1.hardware) }
    }

    /// Puts what a unit takes in place of what it gave up, wherever the part that holds it is among what is offered.
    mutating func follow(_ replacement: Replacement, of share: Lease, isHeldNow: Bool) {
        guard share.lines.indices.contains(replacement.line) else { return }
        let (name, size) = (share.lines[replacement.line].name, lineCount)
        for index in lines.indices where lines[index].line.name == name {
            let isMeant = index < size ? isHeldNow : share.covers(part.capSteps[index / size - 1].at)
            if isMeant { lines[index].hardware.exchange(replacement) }
        }
    }
}

extension PermanentHoldings {
    /// Whether the same hardware is in use, in whatever order; spares are left out.
    fileprivate func uses(theSameAs other: PermanentHoldings) -> Bool {
        func whole(_ holdings: PermanentHoldings) -> [UInt32] {
            holdings.wholeNodes.flatMap { $0.first..<$0.first + $0.count }.sorted()
        }
        func parts(_ holdings: PermanentHoldings) -> [String] {
            (holdings.partialNodes.map { "\($0.id) \($0.moduleMask)" }
                + holdings.slices.map { "\($0.id) \($0.slice)" }).sorted()
        }
        return whole(self) == whole(other) && parts(self) == parts(other)
    }

    /// What a unit that is among it gives up goes, and what it takes comes in its place.
    fileprivate mutating func exchange(_ replacement: Replacement) {
        let (old, new) = (replacement.old, replacement.new)
        if let parts = replacement.parts {
            func partial(_ partition: NodePartition, _ id: UInt32) -> PermanentPartialNode {
                PermanentPartialNode(id: id, moduleMask: partition.moduleMask, partitionID: partition.partitionID)
            }
            let given = parts.given.partitions.map { partial($0, old) }
            if !given.isEmpty, let place = partialNodes.firstRange(of: given) {
                partialNodes.replaceSubrange(place, with: parts.taken.partitions.map { partial($0, new) })
            }
            for (given, taken) in zip(parts.given.slices, parts.taken.slices) {
                if let place = slices.firstIndex(of: PermanentSlice(id: old, slice: given)) {
                    slices[place] = PermanentSlice(id: new, slice: taken)
                }
            }
        } else if replacement.oldModuleMask == 0 {
            guard wholeNodes.remove(old) else { return }
            wholeNodes.append(IDRange(first: new, count: 1))
            if replacement.wasSpare { spareNodes.remove(new) }
        } else if let place = partialNodes.firstIndex(where: {
            $0.id == old && $0.moduleMask == replacement.oldModuleMask
        }) {
            partialNodes[place] = PermanentPartialNode(
                id: new, moduleMask: replacement.newModuleMask, partitionID: replacement.newPartitionID)
        }
    }
}

extension [IDRange] {
    /// Takes a node out; false when it is not among them.
    @discardableResult
    fileprivate mutating func remove(_ id: UInt32) -> Bool {
        guard let place = firstIndex(where: { $0.first <= id && id - $0.first < $0.count }) else { return false }
        let range = self[place]
        let before = IDRange(first: range.first, count: id - range.first)
        let after = IDRange(first: id + 1, count: range.count - before.count - 1)
        replaceSubrange(place...place, with: [before, after].filter { $0.count > 0 })
        return true
    }

    /// Names of nodes go along with what they name.
    fileprivate mutating func follow(_ replacement: Replacement, keepingOld: Bool) {
        guard remove(replacement.old) else { return }
        remove(replacement.new)
        append(IDRange(first: replacement.new, count: 1))
        if keepingOld { append(IDRange(first: replacement.old, count: 1)) }
    }
}

extension Holdings {
    /// Whether all that a unit uses is among it.
    func includes(_ unit: Holdings) -> Bool {
        unit.wholeNodes.subtracting(wholeNodes).isEmpty && unit.partialNodes.allSatisfy(partialNodes.contains)
            && unit.slices.allSatisfy(slices.contains)
    }
}
