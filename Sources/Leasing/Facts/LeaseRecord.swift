// A lease as facts and snapshots carry it: hardware by permanent id.

import FleetModel
import Packing

/// A line of a lease with its hardware by permanent id.
struct LineRecord: Equatable, Sendable, FieldCoded {
    var line: LeaseLine
    var hardware: PermanentHoldings

    static var blank: LineRecord {
        LineRecord(
            line: LeaseLine(name: "", shape: .node, count: 0, models: [], within: nil), hardware: PermanentHoldings())
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&line)
        try coder.code(&hardware)
    }
}

extension LeaseLine: FieldCoded {
    static var blank: LeaseLine { LeaseLine(name: "", shape: .node, count: 0, models: [], within: nil) }

    /// What was asked for, apart from `LineTerms`; the hardware is coded apart, too.
    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&name)
        try coder.code(&shape)
        try coder.code(&count)
        try coder.code(&models)
        var level = within?.rawValue
        try coder.code(&level)
        if let level {
            guard let known = WithinLevel(rawValue: level) else { throw coder.fault("unknown level \(level)") }
            within = known
        } else {
            within = nil
        }
    }
}

extension PlacementShape: FieldCoded {
    static var blank: PlacementShape { .node }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (kind, number, flag): (UInt8, Int64, Bool) =
            switch self {
            case .block: (0, 0, false)
            case .rack: (1, 0, false)
            case .nvl72: (2, 0, false)
            case .node: (3, 0, false)
            case .gpus(let count): (4, Int64(count), false)
            case .power(let watts, let wholeSites): (5, watts, wholeSites)
            case .mig(let profileID): (6, Int64(profileID), false)
            }
        try coder.code(&kind)
        try coder.code(&number)
        try coder.code(&flag)
        switch kind {
        case 0: self = .block
        case 1: self = .rack
        case 2: self = .nvl72
        case 3: self = .node
        case 4: self = .gpus(Int(number))
        case 5: self = .power(meterWatts: number, wholeSites: flag)
        case 6: self = .mig(profileID: Int(number))
        default: throw coder.fault("unknown shape \(kind)")
        }
    }
}

extension PowerCap: FieldCoded {
    static var blank: PowerCap { .percent(100) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (isPercent, number): (Bool, Int64) =
            switch self {
            case .watts(let watts): (false, watts)
            case .percent(let percent): (true, Int64(percent))
            }
        try coder.code(&isPercent)
        try coder.code(&number)
        self = isPercent ? .percent(Int(number)) : .watts(number)
    }
}

extension Condition: FieldCoded {
    static var blank: Condition { Condition(kind: .degraded, reason: "", since: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&kind)
        try coder.code(&reason)
        try coder.code(&since)
    }
}

extension Capacity: FieldCoded {
    static var blank: Capacity { Capacity() }

    /// Instances are coded with `LeaseTerms`.
    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&gpus)
        try coder.code(&watts)
    }
}

/// A whole lease by permanent ids: what a grant's fact carries, and what a snapshot keeps of each lease.
public struct LeaseRecord: Equatable, Sendable, FieldCoded {
    var number: UInt64 = 0
    var tenant = ""
    var contract: String?
    var label: String?
    var leaseClass = LeaseClass.standard
    var sites: [String] = []
    var cap = PowerCap.percent(100)
    var sparesPerDomain = 0
    var lines: [LineRecord] = []
    var start: Int64 = 0
    var end: Int64 = 0
    var turnRoundSeconds: Int64 = 0
    var state = LeaseState.scheduled
    var conditions: [Condition] = []
    var promised = Capacity()
    var meterWatts: Watts = 0
    var downNodes: [IDRange] = []
    var returnedNodes: [IDRange] = []
    var revision: UInt64 = 0
    var tenantIndex: UInt64 = 0
    /// Which is coded apart.
    var part = PartTerms.blank

    static var blank: LeaseRecord { LeaseRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&tenant)
        try coder.code(&contract)
        try coder.code(&label)
        try coder.code(&leaseClass)
        try coder.code(&sites)
        try coder.code(&cap)
        try coder.code(&sparesPerDomain)
        try coder.code(&lines)
        try coder.code(&start)
        try coder.code(&end)
        try coder.code(&turnRoundSeconds)
        try coder.code(&state)
        try coder.code(&conditions)
        try coder.code(&promised)
        try coder.code(&meterWatts)
        try coder.code(&downNodes)
        try coder.code(&returnedNodes)
        try coder.code(&revision)
        try coder.code(&tenantIndex)
        guard start < end, turnRoundSeconds >= 0 else { throw coder.fault("lease without a length") }
    }

    private init() {}

    init(_ lease: Lease, register: HardwareRegister) {
        number = lease.number
        tenant = lease.tenant
        contract = lease.contract
        label = lease.label
        leaseClass = lease.leaseClass
        sites = lease.sites
        cap = lease.cap
        sparesPerDomain = lease.sparesPerDomain
        lines = lease.lines.map { line in
            // Dense indexes stay out, so that a record is equal to what it reads back as.
            var order = line
            order.holdings = Holdings()
            return LineRecord(line: order, hardware: register.permanent(line.holdings))
        }
        start = lease.start
        end = lease.end
        turnRoundSeconds = lease.turnRoundSeconds
        state = lease.state
        conditions = lease.conditions
        promised = lease.promised
        meterWatts = lease.meterWatts
        downNodes = register.permanent(lease.downNodes)
        returnedNodes = register.permanent(lease.returnedNodes)
        revision = lease.revision
        tenantIndex = lease.tenantIndex
        part = PartTerms(partOf: lease.partOf, capSteps: lease.capSteps, capStepsBegun: lease.capStepsBegun)
    }

    /// The lease in dense indexes, or nil when some of its hardware is retired.
    func lease(register: HardwareRegister) -> Lease? {
        var denseLines: [LeaseLine] = []
        for record in lines {
            guard let holdings = register.dense(record.hardware) else { return nil }
            var line = record.line
            line.holdings = holdings
            denseLines.append(line)
        }
        guard let down = register.dense(downNodes), let returned = register.dense(returnedNodes) else { return nil }
        return Lease(
            number: number, tenant: tenant, contract: contract, label: label, leaseClass: leaseClass, sites: sites,
            cap: cap, sparesPerDomain: sparesPerDomain, lines: denseLines, start: start, end: end,
            turnRoundSeconds: turnRoundSeconds, state: state, conditions: conditions, promised: promised,
            meterWatts: meterWatts, downNodes: down.flatMap { Array($0) }, returnedNodes: returned, revision: revision,
            tenantIndex: tenantIndex, partOf: part.partOf, capSteps: part.capSteps, capStepsBegun: part.capStepsBegun)
    }
}

extension LeaseRecord {
    /// The lease's number, whichever part of it this is.
    public var leaseNumber: UInt64 { part.partOf ?? number }
}
