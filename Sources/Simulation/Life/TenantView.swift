// What a tenant is told of what it holds, as values that can be compared.

import FleetModel
import Leasing
import Packing

/// A tenant's answer at one revision.
struct TenantView {
    let index: UInt64
    private let leases: [Held]
    private let others: [String]

    private struct Held: Equatable {
        var number: UInt64
        var state: LeaseState
        var conditions: [Condition]
        var window: [Int64]
        var promised: Capacity
        var delivered: Capacity
        var cap: PowerCap
        var nextChangeAt: Int64?
        var lines: [[String]]
        var ramps: [[RampStep]]
        var schedule: [ScheduleStep]
        var notices: [String]
        var down: [String]
        var curtailments: [Curtailment]
        var curtailedCap: CurtailedCap?
    }

    /// O(what the tenant holds).
    init(of name: String, in book: Book) {
        let tenant = book.tenant(name)!
        index = tenant.index
        var leases: [Held] = []
        tenant.leases.forEach { number, _ in
            let whole = book.wholeLease(number)!
            let lines = whole.lines.map { Self.names($0, in: book) }
            leases.append(
                Held(
                    number: number, state: whole.state, conditions: whole.conditions,
                    window: [whole.lease.start, whole.lease.end], promised: whole.promised, delivered: whole.delivered,
                    cap: whole.cap, nextChangeAt: whole.nextChangeAt, lines: lines,
                    ramps: whole.lines.indices.map { whole.ramp(ofLine: $0) },
                    schedule: whole.schedule(in: book.fleet),
                    notices: book.openReclaims(on: number).map {
                        "\($0.notice) \($0.steps) \(book.nominated(by: $0)) \($0.acknowledgedAt != nil)"
                    },
                    down: book.downMembers(of: whole).map { "\($0.node) \($0.since) \($0.replaceBy ?? 0)" },
                    curtailments: whole.curtailments, curtailedCap: whole.curtailedCap))
            return true
        }
        self.leases = leases
        others = Self.others(of: name, in: book)
    }

    func isSameAnswer(as other: TenantView) -> Bool { leases == other.leases && others == other.others }

    /// The first thing in which a later answer differs, for a person.
    func difference(from later: TenantView) -> String {
        for (one, two) in zip(leases, later.leases) where one != two { return "\(one)\n became \(two)" }
        for (one, two) in zip(others, later.others) where one != two { return "\(one)\n became \(two)" }
        return "\(leases.count) leases and \(others.count) more became \(later.leases.count) and \(later.others.count)"
    }

    /// What a line holds, by name.
    private static func names(_ line: LeaseLine, in book: Book) -> [String] {
        let held = line.holdings
        func name(_ node: Int) -> String { book.fleet.nodeName(NodeIndex(node)) }
        return held.wholeNodes.map { "\($0)" } + held.spareNodes.map { "\(name($0)) spare" }
            + held.partialNodes.map { "\(name($0.node)):\($0.moduleMask)" }
            + held.slices.map { "\(name($0.node)):\($0.moduleMask):\($0.profileID)@\($0.start)" }
    }

    /// Reports, offers between tenants, and what is let.
    private static func others(of name: String, in book: Book) -> [String] {
        let reports = book.faultReports(of: name)
        var others = reports.filter { !$0.state.isFinal }.map { "\($0.number) \($0.state) \($0.act) \($0.remark)" }
        others.append("\(reports.count { $0.state.isFinal }) \(reports.last?.number ?? 0)")
        for transfer in book.openTransfers where transfer.from == name || transfer.to == name {
            let hasAgreed = transfer.from == name ? transfer.holderAgreed : transfer.receiverAgreed
            others.append("transfer \(transfer.number) \(transfer.expiresAt) \(hasAgreed)")
        }
        for sublease in book.openSubleases where sublease.from == name || sublease.to == name {
            let hasAgreed = sublease.from == name ? sublease.holderAgreed : sublease.tenantAgreed
            others.append("sub-lease \(sublease.number) \(sublease.expiresAt) \(hasAgreed)")
        }
        for sublease in book.subleasesInForce where sublease.from == name || sublease.to == name {
            others.append("let \(sublease.number) \(sublease.start) \(sublease.end)")
            guard sublease.to == name, let used = book.occupancy(of: sublease) else { continue }
            others.append("\(used.state) \(used.conditions) \(used.end) \(used.promised) \(used.delivered) \(used.cap)")
            others.append(
                "\(used.lines.map { names($0, in: book) }) \(used.lines.map(\.count)) \(used.downNodes.count)")
            let models = (used.curtailedCap?.models ?? [:]).sorted { $0.key < $1.key }
            others.append("\(used.schedule) \(used.curtailedCap?.watts ?? 0) \(models) \(used.nextChangeAt ?? 0)")
        }
        return others
    }
}
