// What berth top shows, as it was at one moment.

import ControlAPI

/// Everything that one frame is drawn from, but for the keys that were pressed.
struct TopSnapshot: Equatable, Sendable {
    /// Whose view it is.
    enum Subject: Equatable, Sendable {
        case fleet(StatusAnswer)
        /// A tenant sees what it holds and nothing else.
        case tenant(name: String, index: Int, nextChangeAt: Timestamp?)
    }

    var now: Timestamp
    var subject: Subject
    /// Sites and halls.
    var domains: [DomainAnswer] = []
    /// The upper levels of the trees, parents before children.
    var budgets: [BudgetAnswer] = []
    var leases: [TopLease] = []
    /// Leases that were not read, since there are too many.
    var leasesLeftOut = 0
    var notices: [Notice] = []
    /// The newest first.
    var events: [TopEvent] = []
}

/// One accepted change as a row.
struct TopEvent: Equatable, Sendable {
    var at: Timestamp
    /// Who made it, or in which role where that is not told.
    var by: String
    var what: [String]
    var reason: String?

    init(_ change: ChangeLine) {
        at = change.at
        by = change.actor ?? change.role
        what = change.events.map(\.what)
        reason = change.reason
    }
}

/// One lease as a row.
struct TopLease: Equatable, Sendable {
    /// What happens to it next by itself.
    struct Change: Equatable, Sendable {
        /// Nil when that is not known.
        var at: Timestamp?
        var words: String

        /// When hardware that somebody has left is ready for others.
        static func turnRound(until time: Timestamp?) -> Change { Change(at: time, words: "turn-round over") }
    }

    var id: String
    var tenant: String
    var label: String?
    var state: LeaseState
    var conditions: [ConditionType]
    var promised: Capacity
    var delivered: Capacity
    var cap: String
    /// Whether a load target holds it to less than its cap.
    var isCurtailed: Bool
    var next: Change?

    /// A lease in full.
    init(_ lease: LeaseAnswer) {
        id = lease.id
        tenant = lease.tenant
        label = lease.label
        state = lease.state
        conditions = lease.conditions.map(\.type)
        promised = lease.promised
        delivered = lease.delivered
        cap = lease.capNow.map(\.percentText) ?? lease.capText
        isCurtailed = lease.capNow != nil
        next =
            lease.state == .ending
            ? .turnRound(until: lease.nextChangeAt)
            : lease.nextChangeAt.map { Change(at: $0, words: Self.words($0, lease)) }
    }

    /// A lease as its tenant polls it.
    init(_ lease: HeldLease, of tenant: String) {
        id = lease.id
        self.tenant = tenant
        label = nil
        state = lease.state
        conditions = lease.conditions.map(\.type)
        promised = lease.promised
        delivered = lease.delivered
        cap = lease.capNow.map(\.percentText) ?? lease.capText
        isCurtailed = lease.capNow != nil
        next =
            switch lease.state {
            case .scheduled, .pending: Change(at: lease.start, words: "starts")
            case .ending: .turnRound(until: nil)
            default: Change(at: lease.end, words: "ends")
            }
    }

    private static func words(_ time: Timestamp, _ lease: LeaseAnswer) -> String {
        if time == lease.end { return "ends" }
        if time == lease.start { return "starts" }
        guard let step = lease.schedule?.first(where: { $0.at == time }) else { return "changes" }
        return "to \(step.promised.gpuColumn) GPUs"
    }

    /// Whether it has less than it was promised by now.
    var isShort: Bool {
        guard state == .active else { return false }
        return delivered.gpus < promised.gpus || (delivered.migInstances ?? 0) < (promised.migInstances ?? 0)
    }
}

/// In which order leases are shown.
enum TopOrder: String, CaseIterable, Sendable {
    case size, watts, next, tenant, state

    func sorted(_ leases: [TopLease]) -> [TopLease] {
        leases.sorted { left, right in
            switch self {
            case .size where left.promised.gpus != right.promised.gpus: left.promised.gpus > right.promised.gpus
            case .watts where left.promised.watts != right.promised.watts: left.promised.watts > right.promised.watts
            case .next where left.next?.at != right.next?.at:
                left.next?.at.map { own in right.next?.at.map { own < $0 } ?? true } ?? false
            case .tenant where left.tenant != right.tenant: left.tenant < right.tenant
            case .state where left.state != right.state: left.state.rawValue < right.state.rawValue
            default: left.id < right.id
            }
        }
    }
}
