// Maintenance as facts and snapshots carry it: hardware by permanent id.

import FleetModel

/// Seconds `start ..< end`.
struct WindowRecord: Equatable, Sendable, FieldCoded {
    var start: Int64 = 0
    var end: Int64 = 0

    static var blank: WindowRecord { WindowRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&start)
        try coder.code(&end)
        if coder.isReading {
            guard start < end else { throw coder.fault("window without a length") }
        }
    }
}

/// A maintenance by permanent ids.
public struct MaintenanceRecord: Equatable, Sendable, FieldCoded {
    public internal(set) var name = ""
    var number: UInt64 = 0
    var nodes: [IDRange] = []
    var windows: [WindowRecord] = []
    var reason = ""
    var rule: String?
    var timeZone: String?
    var actor = ""
    var setAt: Int64 = 0

    static var blank: MaintenanceRecord { MaintenanceRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&name)
        try coder.code(&number)
        try coder.code(&nodes)
        try coder.code(&windows)
        try coder.code(&reason)
        try coder.code(&rule)
        try coder.code(&timeZone)
        try coder.code(&actor)
        try coder.code(&setAt)
    }

    init() {}

    init(_ maintenance: Maintenance, register: HardwareRegister) {
        name = maintenance.name
        number = maintenance.number
        nodes = register.permanent(maintenance.plan.nodes)
        windows = maintenance.plan.windows.map { WindowRecord(start: $0.lowerBound, end: $0.upperBound) }
        reason = maintenance.plan.reason
        (rule, timeZone) = (maintenance.plan.rule, maintenance.plan.timeZone)
        (actor, setAt) = (maintenance.actor, maintenance.setAt)
    }

    /// The maintenance of what is left of its nodes, or nil when none is.
    func maintenance(register: HardwareRegister) -> Maintenance? {
        let left = register.nodesLeft(of: nodes)
        guard !left.isEmpty, !windows.isEmpty else { return nil }
        return Maintenance(
            name: name, number: number,
            plan: Maintenance.Plan(
                nodes: left, windows: windows.map { $0.start..<$0.end }, reason: reason, rule: rule, timeZone: timeZone),
            actor: actor, setAt: setAt)
    }
}
