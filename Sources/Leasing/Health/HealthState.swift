// Reports, repairs and what is known of GPUs: the part of the book that is about the health of hardware.

public import FleetModel
import HashTreeCollections
import Packing

/// How often nodes of one platform have failed and how long they were out, since the first failure that was noted.
public struct ReliabilityRecord: Equatable, Sendable, FieldCoded {
    public internal(set) var platform = ""
    /// When the first failure was noted. It is not counted, since the count begins with it.
    public internal(set) var since: Int64 = 0
    public internal(set) var failures = 0
    /// Nodes that came back, the first one included, and how long they had been out.
    public internal(set) var repairs = 0
    public internal(set) var repairSeconds: Int64 = 0

    static var blank: ReliabilityRecord { ReliabilityRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&platform)
        try coder.code(&since)
        try coder.code(&failures)
        try coder.code(&repairs)
        try coder.code(&repairSeconds)
    }
}

/// A value on shared pages, as the book is.
struct HealthState: Sendable {
    var identities = IdentityTable()
    /// By number.
    var reports = RadixTable<FaultReport>()
    var nextReport: UInt64 = 1
    /// Numbers of a tenant's reports that are kept, ascending; the provider's under "". Derived, so not stored.
    var reportsByTenant = TreeDictionary<String, [UInt64]>()
    /// Numbers of the reports on a node, by permanent id, that are open or accepted. Derived.
    var unsettledByNode = RadixTable<[UInt64]>()
    /// Faulty nodes that are being repaired, by permanent id: who does it, since when, until when it is meant to last.
    var repairs = RadixTable<NodeNote>()
    /// Since when nodes have been out of service by a failure of their own, by permanent id.
    var outSince = RadixTable<Int64>()
    /// By name of the platform.
    var reliability: [ReliabilityRecord] = []
    /// Parts of leases with nodes that are down, and some that had. Derived.
    var waiting = RadixTable<Bool>()

    func unsettled(on node: UInt32) -> [FaultReport] {
        (unsettledByNode[UInt64(node)] ?? []).compactMap { reports[$0] }
    }
}

extension Book {
    // MARK: Reading

    /// A fault report by its id, or nil when there is none that is kept.
    public func faultReport(id: String) -> FaultReport? {
        guard id.hasPrefix("f-"), let number = naming.number(of: "l-" + id.dropFirst(2)),
            number & Self.faultMark != 0
        else { return nil }
        return health.reports[number & ~Self.faultMark]
    }

    /// What a report is called: nothing that says how many others there are.
    public func faultID(_ number: UInt64) -> String { "f-" + naming.id(of: Self.faultMark | number).dropFirst(2) }

    /// Tells reports from leases and notices, whose numbers are smaller.
    private static let faultMark: UInt64 = 1 << 61

    /// Calls `body` for each report that is kept, in order of numbers, until it returns false.
    public func forEachFaultReport(from number: UInt64 = 0, _ body: (FaultReport) -> Bool) {
        health.reports.forEach(from: number) { _, report in body(report) }
    }

    /// A tenant's reports that are kept, oldest first; with nil the provider's own.
    public func faultReports(of tenant: String?) -> [FaultReport] {
        (health.reportsByTenant[tenant ?? ""] ?? []).compactMap { health.reports[$0] }
    }

    /// Reports that wait for an operator. O(reports that are open or accepted).
    public var openFaultCount: Int { faultCount { $0 == .open } }

    /// Reports that are open or accepted.
    var unsettledFaultCount: Int { faultCount { !$0.isFinal } }

    private func faultCount(_ isMeant: (FaultReport.State) -> Bool) -> Int {
        var count = 0
        health.unsettledByNode.forEach { _, numbers in
            count += numbers.count { health.reports[$0].map { isMeant($0.state) } == true }
            return true
        }
        return count
    }

    /// Who repairs a node, why, since when and until when it is meant to last; nil when nobody has begun.
    public func repair(of node: NodeIndex) -> NodeNote? { health.repairs[UInt64(register.id(of: node).number)] }

    /// Since when a node has been out of service by a failure of its own, repair and validation included.
    public func outSince(_ node: NodeIndex) -> Int64? { health.outSince[UInt64(register.id(of: node).number)] }

    /// What has been noted of failures and repairs, by name of the platform.
    public var reliabilityRecords: [ReliabilityRecord] { health.reliability }

    // MARK: Applying

    mutating func apply(_ report: FaultReport) {
        putReport(report)
        health.nextReport = max(health.nextReport, report.number + 1)
        countHealthChange(of: report.tenant)
        if report.state.isFinal { forgetOldReports(of: report.tenant) }
    }

    mutating func apply(_ verdict: FaultVerdict) {
        settleReport(verdict.number) { report in
            (report.state, report.act, report.remark) = (verdict.state, verdict.act, verdict.remark)
            report.decidedBy = verdict.actor
        }
    }

    /// Puts a report into every table that knows it.
    mutating func putReport(_ report: FaultReport) {
        let (tenant, node) = (report.tenant ?? "", UInt64(report.node))
        health.reports[report.number] = report
        var numbers = health.reportsByTenant[tenant] ?? []
        if numbers.last ?? 0 < report.number { numbers.append(report.number) }
        health.reportsByTenant[tenant] = numbers
        var here = (health.unsettledByNode[node] ?? []).filter { $0 != report.number }
        if !report.state.isFinal { here = (here + [report.number]).sorted() }
        health.unsettledByNode[node] = here.isEmpty ? nil : here
    }

    private mutating func settleReport(_ number: UInt64, _ change: (inout FaultReport) -> Void) {
        guard var report = health.reports[number] else { return }
        change(&report)
        report.decidedAt = time
        putReport(report)
        countHealthChange(of: report.tenant)
        if report.state.isFinal { forgetOldReports(of: report.tenant) }
    }

    /// Tenants learn of reports that were settled because another fleet has no longer the hardware.
    mutating func noteRetiredReports(among open: [FaultReport]) {
        for report in open where health.reports[report.number]?.state.isFinal == true {
            countHealthChange(of: report.tenant)
            forgetOldReports(of: report.tenant)
        }
    }

    private mutating func countHealthChange(of tenant: String?) {
        if let tenant, tenantsByName[tenant] != nil { countChange(of: tenant) }
    }

    /// The oldest of those that are settled make room.
    private mutating func forgetOldReports(of tenant: String?) {
        let numbers = health.reportsByTenant[tenant ?? ""] ?? []
        let settled = numbers.filter { health.reports[$0]?.state.isFinal == true }
        guard settled.count > FaultLimits.settledMax else { return }
        let gone = Set(settled.prefix(settled.count - FaultLimits.settledMax))
        for number in gone { health.reports[number] = nil }
        health.reportsByTenant[tenant ?? ""] = numbers.filter { !gone.contains($0) }
    }

    /// A tenant that is gone takes its reports along.
    mutating func forgetReports(of tenant: String) {
        for number in health.reportsByTenant[tenant] ?? [] {
            guard let report = health.reports[number] else { continue }
            let left = (health.unsettledByNode[UInt64(report.node)] ?? []).filter { $0 != number }
            health.unsettledByNode[UInt64(report.node)] = left.isEmpty ? nil : left
            health.reports[number] = nil
        }
        health.reportsByTenant[tenant] = nil
    }

    /// Reports on nodes that have been put right are resolved. Called before the nodes change.
    ///
    /// A node that comes from validation has been repaired, and everything said of it is past; one that is only open again
    /// was acted on for what was accepted; and a turn-round resets GPUs.
    mutating func resolveReports(on ranges: [Range<Int>], byOpening: Bool) {
        guard !health.unsettledByNode.isEmpty else { return }
        for node in ranges.joined() {
            let isRepaired = packing.health(of: NodeIndex(node)) == .validating
            for report in health.unsettled(on: register.id(of: NodeIndex(node)).number) {
                let isPast =
                    isRepaired || report.state == .accepted && (byOpening ? report.act != .note : report.act == .note)
                guard isPast else { continue }
                settleReport(report.number) { report in
                    report.state = .resolved
                    report.remark =
                        isRepaired ? "the node has been repaired and validated" : "the node is in service again"
                }
            }
        }
    }

    mutating func beginRepair(of ranges: [Range<Int>], _ note: NodeNote) {
        for node in ranges.joined() { health.repairs[UInt64(register.id(of: NodeIndex(node)).number)] = note }
    }

    /// Keeps the record of failures and repairs. Called before a node's health changes; loss of a feed is no failure of it.
    mutating func noteReliability(_ health: NodeHealth, of node: Int) {
        let id = UInt64(register.id(of: NodeIndex(node)).number)
        self.health.repairs[id] = nil
        switch health {
        case .faulty:
            guard packing.health(of: NodeIndex(node)) != .faulty, feeds.darkNodes[UInt64(node)] == nil else { return }
            if self.health.outSince[id] == nil { self.health.outSince[id] = time }
            changeReliability(of: node) { record in record.failures += 1 }
        case .validating: break
        case .open, .cordoned, .draining:
            guard let since = self.health.outSince[id] else { return }
            self.health.outSince[id] = nil
            let seconds = time - since
            changeReliability(of: node) { record in
                record.repairs += 1
                record.repairSeconds += seconds
            }
        }
    }

    private mutating func changeReliability(of node: Int, _ change: (inout ReliabilityRecord) -> Void) {
        let name = fleet.platform(of: NodeIndex(node)).name
        let place = health.reliability.firstIndex { $0.platform >= name } ?? health.reliability.count
        if place == health.reliability.count || health.reliability[place].platform != name {
            // The clock starts with the first failure, which is therefore not counted.
            health.reliability.insert(ReliabilityRecord(platform: name, since: time, failures: -1), at: place)
        }
        change(&health.reliability[place])
    }
}
