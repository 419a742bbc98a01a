// From the book's words to the wire's.

import ControlAPI
import FleetModel
import Leasing
import Packing

extension Timestamp {
    /// A time of the book, held within the years that the wire can write.
    init(_ seconds: Int64) {
        let range = Timestamp.epochSecondsRange
        self.init(epochSeconds: min(max(seconds, range.lowerBound), range.upperBound))
    }
}

extension ControlAPI.LeaseState {
    init(_ state: Leasing.LeaseState) {
        self =
            switch state {
            case .scheduled: .scheduled
            case .starting: .starting
            case .active: .active
            case .ending: .ending
            case .expired: .expired
            case .cancelled: .cancelled
            case .failed: .failed
            case .reclaimed: .reclaimed
            case .preempted: .preempted
            case .transferred: .transferred
            }
    }
}

extension ControlAPI.LeaseClass {
    init(_ leaseClass: Leasing.LeaseClass) {
        self =
            switch leaseClass {
            case .guaranteed: .guaranteed
            case .standard: .standard
            case .opportunistic: .opportunistic
            }
    }
}

extension Leasing.LeaseClass {
    init(_ leaseClass: ControlAPI.LeaseClass) {
        self =
            switch leaseClass {
            case .guaranteed: .guaranteed
            case .standard: .standard
            case .opportunistic: .opportunistic
            }
    }
}

extension ControlAPI.Condition {
    init(_ condition: Leasing.Condition) {
        let type: ConditionType =
            switch condition.kind {
            case .degraded: .degraded
            case .delayed: .delayed
            case .curtailed: .curtailed
            case .noticeServed: .noticeServed
            }
        self.init(type: type, reason: condition.reason, since: Timestamp(condition.since))
    }
}

extension ControlAPI.Capacity {
    init(_ capacity: Leasing.Capacity) {
        self.init(
            gpus: capacity.gpus, migInstances: capacity.migInstances > 0 ? capacity.migInstances : nil,
            watts: Int(capacity.watts))
    }
}

extension ControlAPI.GPUCounts {
    init(_ counts: Packing.GPUCounts) {
        self.init(
            total: counts.total, free: counts.free, leased: counts.leased, held: counts.held, faulty: counts.faulty)
    }
}

extension PowerCap {
    /// The cap in watts for each GPU, when it was asked for so.
    var wattsPerGPU: Int? {
        if case .watts(let watts) = self { return Int(watts) }
        return nil
    }

    /// The cap in percent of each model's maximum, when it was asked for so.
    var percent: Int? {
        if case .percent(let percent) = self { return percent }
        return nil
    }
}

extension SpreadRequest {
    init(_ spread: LineSpread) {
        self.init(level: TopologyLevel(rawValue: spread.over.rawValue)!, max: spread.unitsMax)
    }
}

extension TopologyLevel {
    init(_ within: WithinLevel) {
        self =
            switch within {
            case .site: .site
            case .hall: .hall
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            }
    }
}
