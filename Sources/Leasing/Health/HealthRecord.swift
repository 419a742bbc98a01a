// What a snapshot says of the health of hardware.

import FleetModel
import Packing

/// A book that knows nothing of it is written without this record.
struct HealthRecord: FieldCoded {
    struct Repair: FieldCoded {
        var node: UInt32 = 0
        var note = NodeNote.blank

        static var blank: Repair { Repair() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&node)
            try coder.code(&note)
        }
    }

    struct Outage: FieldCoded {
        var node: UInt32 = 0
        var since: Int64 = 0

        static var blank: Outage { Outage() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&node)
            try coder.code(&since)
        }
    }

    /// By node.
    var identities: [NodeIdentity] = []
    /// By number.
    var reports: [FaultReport] = []
    var nextReport: UInt64 = 1
    /// By node.
    var repairs: [Repair] = []
    var outages: [Outage] = []
    /// By platform.
    var reliability: [ReliabilityRecord] = []

    static var blank: HealthRecord { HealthRecord() }

    var isBlank: Bool {
        identities.isEmpty && reports.isEmpty && nextReport == 1 && repairs.isEmpty && outages.isEmpty
            && reliability.isEmpty
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&identities)
        try coder.code(&reports)
        try coder.code(&nextReport)
        try coder.code(&repairs)
        try coder.code(&outages)
        try coder.code(&reliability)
    }

    /// Why it belongs to no book of that time, or nil.
    func flaw(timeMax: Int64, numberMax: UInt64) -> String? {
        let times = 0...timeMax
        guard nextReport <= numberMax,
            zip(reports, reports.dropFirst()).allSatisfy({ $0.number < $1.number }),
            reports.allSatisfy({ $0.number > 0 && $0.number < nextReport }),
            reports.allSatisfy({ times.contains($0.at) && times.contains($0.decidedAt) })
        else { return "fault reports are not in order" }
        guard zip(identities, identities.dropFirst()).allSatisfy({ $0.node < $1.node }),
            identities.allSatisfy({ $0.moduleMask != 0 })
        else { return "identities of GPUs are not in order" }
        let uuids = identities.flatMap(\.uuids)
        guard Set(uuids).count == uuids.count else { return "a GPU sits in two places" }
        guard zip(repairs, repairs.dropFirst()).allSatisfy({ $0.node < $1.node }),
            zip(outages, outages.dropFirst()).allSatisfy({ $0.node < $1.node }),
            outages.allSatisfy({ times.contains($0.since) }),
            zip(reliability, reliability.dropFirst()).allSatisfy({ $0.platform < $1.platform }),
            reliability.allSatisfy({
                (-1...Int(timeMax)).contains($0.failures) && (0...Int(timeMax)).contains($0.repairs)
                    && times.contains($0.repairSeconds) && times.contains($0.since)
            })
        else { return "repairs are not in order" }
        return nil
    }

    /// Without what is said of hardware that another fleet has not; reports on it are settled.
    mutating func leaveOutRetired(from register: HardwareRegister, at time: Int64) {
        func isLeft(_ node: UInt32) -> Bool { register.node(of: PermanentNodeID(node)) != nil }
        identities.removeAll { !isLeft($0.node) }
        repairs.removeAll { !isLeft($0.node) }
        outages.removeAll { !isLeft($0.node) }
        for index in reports.indices where !reports[index].state.isFinal && !isLeft(reports[index].node) {
            (reports[index].state, reports[index].decidedAt) = (.resolved, time)
            reports[index].remark = "the node has been retired"
        }
    }
}

extension Book {
    var healthRecord: HealthRecord {
        var record = HealthRecord()
        record.identities = health.identities.records
        health.reports.forEach { _, report in
            record.reports.append(report)
            return true
        }
        record.nextReport = health.nextReport
        health.repairs.forEach { node, note in
            record.repairs.append(HealthRecord.Repair(node: UInt32(node), note: note))
            return true
        }
        health.outSince.forEach { node, since in
            record.outages.append(HealthRecord.Outage(node: UInt32(node), since: since))
            return true
        }
        record.reliability = health.reliability
        return record
    }

    /// Puts what a snapshot says, in place of what followed from putting its nodes; after its leases.
    mutating func take(_ record: HealthRecord) {
        health = HealthState()
        for identity in record.identities { health.identities.put(identity) }
        for report in record.reports { putReport(report) }
        health.nextReport = record.nextReport
        for repair in record.repairs { health.repairs[UInt64(repair.node)] = repair.note }
        for outage in record.outages { health.outSince[UInt64(outage.node)] = outage.since }
        health.reliability = record.reliability
        forEachLease { part in
            if !part.downNodes.isEmpty { health.waiting[part.number] = true }
            return true
        }
    }
}
