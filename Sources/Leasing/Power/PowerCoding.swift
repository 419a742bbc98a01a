// The stored form of load targets, curtailments and orders.

import FleetModel
import HashTreeCollections
import Packing

extension LoadTargetKey: FieldCoded {
    static var blank: LoadTargetKey { LoadTargetKey(budget: "", id: "") }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&budget)
        try coder.code(&id)
    }
}

extension SourceUse: FieldCoded {
    static var blank: SourceUse { SourceUse(source: "", start: 0, end: 1, watts: 0, rechargedAt: 1) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&source)
        try coder.code(&start)
        try coder.code(&end)
        try coder.code(&watts)
        try coder.code(&rechargedAt)
        guard start <= end else { throw coder.fault("a source that is used for less than no time") }
    }
}

extension Recharge: FieldCoded {
    static var blank: Recharge { Recharge(source: "", start: 0, end: 1, watts: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&source)
        try coder.code(&start)
        try coder.code(&end)
        try coder.code(&watts)
        guard start <= end else { throw coder.fault("a recharge of less than no time") }
    }
}

extension UnmetWatts: FieldCoded {
    static var blank: UnmetWatts { UnmetWatts(start: 0, until: 1, watts: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&start)
        try coder.code(&until)
        try coder.code(&watts)
    }
}

extension Holdout: FieldCoded {
    static var blank: Holdout { Holdout(kind: .noClause, leases: 0, watts: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&kind)
        try coder.code(&leases)
        try coder.code(&watts)
    }
}

extension LoadTarget: FieldCoded {
    static var blank: LoadTarget { LoadTarget(key: .blank, kind: .economic, watts: 0, start: 0, end: nil) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&key)
        try coder.code(&kind)
        try coder.code(&watts)
        try coder.code(&start)
        try coder.code(&end)
        try coder.code(&restoreWattsPerMinute)
        try coder.code(&reason)
        try coder.code(&actor)
        try coder.code(&setAt)
        try coder.code(&spent)
        try coder.code(&recharges)
        try coder.code(&unmet)
        try coder.code(&holdouts)
        guard watts >= 0, end.map({ $0 >= start }) ?? true else { throw coder.fault("a load target out of range") }
    }
}

extension CurtailmentStep: FieldCoded {
    static var blank: CurtailmentStep { CurtailmentStep(start: 0, until: 1, percent: 0, termsPercent: nil) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&start)
        try coder.code(&until)
        try coder.code(&percent)
        try coder.code(&termsPercent)
        guard start < until, (0...100).contains(percent), termsPercent.map({ (percent...100).contains($0) }) ?? true
        else { throw coder.fault("a step of a curtailment out of range") }
    }
}

extension Curtailment: FieldCoded {
    static var blank: Curtailment { Curtailment(target: .blank, steps: [], notice: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&target)
        try coder.code(&steps)
        try coder.code(&notice)
        try coder.code(&acknowledgedAt)
        guard zip(steps, steps.dropFirst()).allSatisfy({ $0.until <= $1.start }) else {
            throw coder.fault("steps of a curtailment out of order")
        }
    }
}

extension PowerOrder: FieldCoded {
    static var blank: PowerOrder {
        PowerOrder(number: 0, lease: 0, target: .blank, deadline: 0, percent: nil, issuedAt: 0)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (number, lease, target) = (number, lease, target)
        var (deadline, percent, issuedAt) = (deadline, percent, issuedAt)
        try coder.code(&number)
        try coder.code(&lease)
        try coder.code(&target)
        try coder.code(&deadline)
        try coder.code(&percent)
        try coder.code(&issuedAt)
        var (acknowledgedAt, acknowledgedBy, missed) = (acknowledgedAt, acknowledgedBy, missedHalfNotice)
        try coder.code(&acknowledgedAt)
        try coder.code(&acknowledgedBy)
        try coder.code(&missed)
        self = PowerOrder(
            number: number, lease: lease, target: target, deadline: deadline, percent: percent, issuedAt: issuedAt,
            acknowledgedAt: acknowledgedAt, acknowledgedBy: acknowledgedBy, missedHalfNotice: missed)
    }
}

extension Freeze: FieldCoded {
    static var blank: Freeze { Freeze(reason: "", actor: "", since: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&reason)
        try coder.code(&actor)
        try coder.code(&since)
    }
}

/// What a contract says of curtailment besides the terms that it always had.
struct CurtailmentClause: Equatable, Sendable, FieldCoded {
    var floorPercent: Int64?
    var mayStop: Bool?

    static var blank: CurtailmentClause { CurtailmentClause() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&floorPercent)
        try coder.code(&mayStop)
    }
}

extension ContractTerms {
    /// What its first stored form leaves out.
    var curtailmentClause: CurtailmentClause {
        get { CurtailmentClause(floorPercent: curtailmentFloorPercent, mayStop: curtailmentMayStop) }
        set { (curtailmentFloorPercent, curtailmentMayStop) = (newValue.floorPercent, newValue.mayStop) }
    }
}

/// What a snapshot says of power beside leases and contracts as they always were.
struct PowerRecord: FieldCoded {
    struct LeasePower: FieldCoded {
        var number: UInt64 = 0
        var settledAt: Int64 = 0
        var curtailments: [Curtailment] = []

        static var blank: LeasePower { LeasePower() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&number)
            try coder.code(&settledAt)
            try coder.code(&curtailments)
        }
    }

    struct NamedClause: FieldCoded {
        var contract = ""
        var clause = CurtailmentClause()

        static var blank: NamedClause { NamedClause() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&contract)
            try coder.code(&clause)
        }
    }

    var targets: [LoadTarget] = []
    var orders: [PowerOrder] = []
    var nextNumber: UInt64 = 1
    var ordersIndex: UInt64 = 1
    var freeze: Freeze?
    var leases: [LeasePower] = []
    var clauses: [NamedClause] = []

    static var blank: PowerRecord { PowerRecord() }

    /// Whether there is nothing to say, so that the snapshot keeps the form it has without it.
    var isBlank: Bool {
        targets.isEmpty && orders.isEmpty && nextNumber == 1 && ordersIndex == 1 && freeze == nil && leases.isEmpty
            && clauses.isEmpty
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&targets)
        try coder.code(&orders)
        try coder.code(&nextNumber)
        try coder.code(&ordersIndex)
        try coder.code(&freeze, blank: .blank) { (freeze, coder) throws(CodingFault) in try coder.code(&freeze) }
        try coder.code(&leases)
        try coder.code(&clauses)
    }

    /// Why it belongs to no book, or nil.
    var flaw: String? {
        let isSound =
            zip(targets, targets.dropFirst()).allSatisfy { $0.key < $1.key }
            && zip(orders, orders.dropFirst()).allSatisfy { $0.number < $1.number }
            && orders.allSatisfy { $0.number < nextNumber }
            && zip(leases, leases.dropFirst()).allSatisfy { $0.number < $1.number }
        return isSound ? nil : "load targets or orders are not in order"
    }
}

/// What a snapshot says of energy that the fleet in force no longer tells, with the lease's number.
struct NumberedEnergy: FieldCoded {
    var number: UInt64 = 0
    var kept = KeptEnergy(until: 0, energy: CurtailedEnergy())

    static var blank: NumberedEnergy { NumberedEnergy() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&kept.until)
        try coder.code(&kept.energy.joules)
        try coder.code(&kept.energy.breachJoules)
        try coder.code(&kept.energy.seconds)
        try coder.code(&kept.energy.breachSeconds)
    }

    /// Whether it can be what was taken until `time`; joules are bounded so that sums of them stay within 64 bits.
    func isSound(at time: Int64) -> Bool {
        let energy = kept.energy
        return kept.until <= time && (0...1 << 60).contains(energy.joules)
            && (0...energy.joules).contains(energy.breachJoules) && (0...1 << 48).contains(energy.seconds)
            && (0...energy.seconds).contains(energy.breachSeconds)
    }
}

extension Book {
    /// What was kept of leases' energy, in order of numbers.
    var energyRecords: [NumberedEnergy] {
        var records: [NumberedEnergy] = []
        forEachLease { lease in
            if let kept = lease.keptEnergy { records.append(NumberedEnergy(number: lease.number, kept: kept)) }
            return true
        }
        return records
    }

    /// What a snapshot says of power.
    var powerRecord: PowerRecord {
        var record = PowerRecord()
        record.targets = power.targets
        forEachOrder { order in
            record.orders.append(order)
            return true
        }
        (record.nextNumber, record.ordersIndex, record.freeze) = (power.nextNumber, power.ordersIndex, power.freeze)
        forEachLease { lease in
            if !lease.curtailments.isEmpty {
                record.leases.append(
                    PowerRecord.LeasePower(
                        number: lease.number, settledAt: lease.powerSettledAt, curtailments: lease.curtailments))
            }
            return true
        }
        record.clauses = contractNames.compactMap { name in
            let clause = contract(name)!.curtailmentClause
            return clause == CurtailmentClause() ? nil : PowerRecord.NamedClause(contract: name, clause: clause)
        }
        return record
    }

    /// Takes over what a snapshot says of power, apart from leases and contracts.
    mutating func take(_ record: PowerRecord) {
        (power.targets, power.freeze) = (record.targets, record.freeze)
        (power.nextNumber, power.ordersIndex) = (record.nextNumber, record.ordersIndex)
        for order in record.orders {
            power.orders.put(order)
            if let due = order.overdueAt { agenda.add(.orderOverdue(order.number), at: due) }
        }
        refreshCeilings()
    }
}

extension Fact {
    /// The fields of facts of power.
    mutating func codePower(with coder: inout some FieldCoder) throws(CodingFault) {
        switch self {
        case .loadTargetSet(var target):
            try coder.code(&target)
            self = .loadTargetSet(target)
        case .leaseCurtailed(var number, var target, var steps):
            try coder.code(&number)
            try coder.code(&target)
            try coder.code(&steps)
            self = .leaseCurtailed(number: number, target: target, steps: steps)
        case .leasePowerSettled(var number, var at):
            try coder.code(&number)
            try coder.code(&at)
            self = .leasePowerSettled(number: number, at: at)
        case .orderAcknowledged(var number, var by):
            try coder.code(&number)
            try coder.code(&by)
            self = .orderAcknowledged(number: number, by: by)
        case .orderOverdue(var number):
            try coder.code(&number)
            self = .orderOverdue(number: number)
        case .noticeAcknowledged(var lease, var notice):
            try coder.code(&lease)
            try coder.code(&notice)
            self = .noticeAcknowledged(lease: lease, notice: notice)
        case .frozen(var freeze):
            try coder.code(&freeze)
            self = .frozen(freeze)
        case .unfrozen, .clockConfirmed: break
        case .backupBegun(var path):
            try coder.code(&path)
            self = .backupBegun(path: path)
        default: preconditionFailure("a fact of power")
        }
    }
}
