// Tenants that lend each other the quota that they do not use.

import FleetModel
import Packing

/// What quotas limit.
enum QuotaResource: CaseIterable {
    case gpus, watts
}

extension Quota {
    subscript(resource: QuotaResource) -> Int64? {
        switch resource {
        case .gpus: gpus.map(Int64.init)
        case .watts: watts
        }
    }
}

/// A place in a cohort, and how much is lent there. Nil for no limit.
public struct QuotaShare: Equatable, Sendable {
    /// The cohort that it belongs to; nil for none, so that nothing is lent either way.
    public var cohort: String?
    /// The most that may be held beyond the own quota.
    public var borrowing: Quota
    /// The most of the own quota that others may use while it is idle.
    public var lending: Quota

    public init(cohort: String? = nil, borrowing: Quota = Quota(), lending: Quota = Quota()) {
        self.cohort = cohort
        self.borrowing = borrowing
        self.lending = lending
    }
}

/// A group of tenants, and of cohorts below it, whose idle quota the members may borrow.
public struct Cohort: Equatable, Sendable {
    public let name: String
    /// What it has beside what its members lend; nil fields for nothing.
    public var quota: Quota
    /// Its own place in a cohort above it.
    public var share: QuotaShare
    public var description: String

    public init(name: String, quota: Quota = Quota(), share: QuotaShare = QuotaShare(), description: String = "") {
        self.name = name
        self.quota = quota
        self.share = share
        self.description = description
    }
}

/// A step function for each resource.
struct UsageTimelines: Sendable {
    var gpus = CommittedTimeline(floor: 0)
    var watts = CommittedTimeline(floor: 0)

    subscript(resource: QuotaResource) -> CommittedTimeline {
        get { resource == .gpus ? gpus : watts }
        _modify { if resource == .gpus { yield &gpus } else { yield &watts } }
    }
}

/// A cohort with what follows from its members.
struct CohortState: Sendable {
    var cohort: Cohort
    /// Its own quota and what its members lend.
    var capacity = Quota(gpus: 0, watts: 0)
    /// What its members use beyond what each of them keeps for itself.
    var used = UsageTimelines()
}

extension QuotaShare {
    /// How much of a quota nobody else may use.
    func kept(of quota: Int64, _ resource: QuotaResource) -> Int64 {
        cohort == nil ? quota : max(0, quota - (lending[resource] ?? quota))
    }

    /// The most that may be held with a quota; nil for no limit but the cohort's own.
    func most(with quota: Int64, _ resource: QuotaResource) -> Int64? {
        cohort == nil ? quota : borrowing[resource].map { quota + $0 }
    }
}

/// So much more, or less, over a window.
struct UsageChange {
    var window: Range<Int64>
    var amount: Int64
}

extension CommittedTimeline {
    mutating func add(_ change: UsageChange) {
        add(change.amount, from: change.window.lowerBound, until: change.window.upperBound)
    }
}

extension LeaseClass {
    /// Whether what is held in it stays, whoever else wants it.
    public var isFirm: Bool { self != .opportunistic }
}

extension [UsageChange] {
    /// What these changes of what a member uses make of what it takes from its cohort, which begins above what it keeps.
    ///
    /// - Parameter before: what it used before them; they do not overlap.
    func passedOn(keeping kept: Int64, from before: CommittedTimeline) -> [UsageChange] {
        guard kept > 0 else { return self }
        var result: [UsageChange] = []
        for change in self {
            let (start, end) = (change.window.lowerBound, change.window.upperBound)
            guard before.peak(from: start, until: end) + Swift.max(0, change.amount) > kept else { continue }
            let steps = before.steps(from: start, until: end)
            for (index, step) in steps.enumerated() {
                let until = index + 1 < steps.count ? steps[index + 1].at : end
                let amount =
                    Swift.max(0, step.watts + change.amount - kept) - Swift.max(0, step.watts - kept)
                guard amount != 0, step.at < until else { continue }
                if let last = result.last, last.amount == amount, last.window.upperBound == step.at {
                    result[result.count - 1].window = last.window.lowerBound..<until
                } else {
                    result.append(UsageChange(window: step.at..<until, amount: amount))
                }
            }
        }
        return result
    }
}
