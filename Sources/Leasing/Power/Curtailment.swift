// By how much, when and why a lease's watts are lowered.

import FleetModel
import Packing

/// A stretch of time in which part of a lease is held to a lower cap.
public struct CurtailmentStep: Equatable, Sendable {
    public var start: Int64
    /// `Int64.max` when it has no end.
    public var until: Int64
    /// Percent of each model's highest cap, 1 to 100, never under what the model takes; 0 stops the hardware, which then
    /// draws what an idle node draws.
    public var percent: Int
    /// What the lease's terms would have allowed then: `percent` itself, or more, or nil for no lowering at all.
    public var termsPercent: Int?

    public init(start: Int64, until: Int64, percent: Int, termsPercent: Int?) {
        self.start = start
        self.until = until
        self.percent = percent
        self.termsPercent = termsPercent
    }

    /// Whether it goes beyond what any clause allows: a breach by the landlord.
    public var isBreach: Bool { termsPercent != percent }
}

/// What one load target does to a lease, on the hardware under the target's budget domain.
public struct Curtailment: Equatable, Sendable {
    public var target: LoadTargetKey
    /// In order of time, not overlapping. Those that are over stay, for the ledger.
    public var steps: [CurtailmentStep]
    /// The number of the notice that tells the tenant.
    public var notice: UInt64
    /// When the tenant said that it knows; nil when it has not.
    public var acknowledgedAt: Int64?

    public init(target: LoadTargetKey, steps: [CurtailmentStep], notice: UInt64, acknowledgedAt: Int64? = nil) {
        self.target = target
        self.steps = steps
        self.notice = notice
        self.acknowledgedAt = acknowledgedAt
    }

    /// Whether some of it is still to come or going on.
    public func isOpen(at time: Int64) -> Bool { steps.last.map { $0.until > time } ?? false }
}

/// What a lease's terms let a load target do.
public struct CurtailmentTerms: Equatable, Sendable {
    /// The order of shedding, 1 to 9: tier 1 goes first.
    public var tier: Int
    /// The lowest cap in percent of each model's highest; nil when it may not be lowered at all.
    public var floorPercent: Int?
    public var noticeSeconds: Int64 = 0
    /// The longest time in a calendar month (UTC); nil for any.
    public var secondsPerMonth: Int64?
    /// Whether it may be stopped, with the same notice.
    public var mayStop = false

    /// The floor of terms that name none. Below half of the highest cap a GPU loses more work than watts (measured on
    /// A100: 63 % of the work at 50 % of the cap, 19 % at 25 %), so that it had better be stopped.
    public static let floorPercentWithoutOne = 50

    /// The terms of a lease: those of its contract, or of its class where it has none.
    ///
    /// A contract without a word on curtailment allows none. Without a contract, guaranteed leases may not be lowered,
    /// standard ones to the floor, and opportunistic ones may be stopped too. Opportunistic leases may always be stopped.
    public init(_ leaseClass: LeaseClass, contract: ContractTerms?) {
        tier =
            contract?.shedTier.map(Int.init)
            ?? {
                switch leaseClass {
                case .opportunistic: 1
                case .standard: 5
                case .guaranteed: 9
                }
            }()
        if let contract {
            guard let notice = contract.curtailmentNoticeSeconds else { return }
            floorPercent = contract.curtailmentFloorPercent.map(Int.init) ?? Self.floorPercentWithoutOne
            noticeSeconds = notice
            secondsPerMonth = contract.curtailmentHoursPerMonth.map { $0 * 3_600 }
            mayStop = contract.curtailmentMayStop ?? false
        } else if leaseClass != .guaranteed {
            floorPercent = Self.floorPercentWithoutOne
            mayStop = leaseClass == .opportunistic
        }
    }
}

extension Platform {
    /// Watts of one GPU under a cap that a curtailment lowers to `percent`, as `CurtailmentStep` has it; nil when it is
    /// stopped.
    func curtailedCap(_ capWatts: Watts, percent: Int) -> Watts? {
        percent == 0 ? nil : min(capWatts, max(power.capWattsMin, power.capWatts(percent: percent)))
    }

    /// What a whole node draws less at `percent` than at `capWatts`, and what a GPU held by itself does; nil for percent
    /// means not curtailed.
    func draw(capWatts: Watts, percent: Int?) -> DrawChange {
        guard let percent, capWatts > 0 else { return DrawChange() }
        guard let cap = curtailedCap(capWatts, percent: percent) else {
            return DrawChange(
                nodeWatts: power.nodeIdleWatts - nodeWatts(leasedGPUs: gpusPerNode, capWatts: capWatts),
                gpuWatts: min(0, power.gpuIdleWatts - capWatts))
        }
        let idle = power.gpuIdleWatts
        return DrawChange(
            nodeWatts: Watts(gpusPerNode) * (cap - capWatts), gpuWatts: max(cap, idle) - max(capWatts, idle))
    }
}
