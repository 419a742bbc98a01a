// What offers are asked for: an order in which ranges may stand for values.

import FleetModel
import Packing

/// What an offer aims at.
public enum OfferObjective: CaseIterable, Sendable {
    /// The earliest start.
    case earliest
    /// The least expected cost of a GPU-hour delivered.
    case cheapest
    /// What leaves most of the fleet whole.
    case bestPacking
}

/// One way to fill every line, and how it is worse than the first.
public struct OfferVariant: Sendable {
    public var lines: [LeaseLine]
    /// Words for what stands in place of the first shapes; empty for the first variant.
    public var instead: String

    public init(lines: [LeaseLine], instead: String = "") {
        self.lines = lines
        self.instead = instead
    }
}

/// The caps that will do, in one unit.
public enum CapRange: Equatable, Sendable {
    case percent(ClosedRange<Int>)
    case watts(ClosedRange<Int>)

    var values: ClosedRange<Int> {
        switch self {
        case .percent(let range), .watts(let range): range
        }
    }

    /// The caps of the range that are not below one of them.
    func from(_ cap: PowerCap) -> CapRange {
        switch self {
        case .percent(let range): .percent(max(range.lowerBound, cap.value)...range.upperBound)
        case .watts(let range): .watts(max(range.lowerBound, cap.value)...range.upperBound)
        }
    }

    func cap(_ value: Int) -> PowerCap {
        switch self {
        case .percent: .percent(value)
        case .watts: .watts(Watts(value))
        }
    }
}

/// A request for offers.
public struct OfferQuery: Sendable {
    /// When the window may begin.
    public enum Start: Equatable, Sendable {
        /// When the offer is taken.
        case whenTaken
        /// At one time.
        case at(Int64)
        /// At the earliest in a range; when its beginning is not after now, also when the offer is taken.
        case within(ClosedRange<Int64>)
    }

    /// How long the window is.
    public enum Length: Equatable, Sendable {
        /// The longest that fits, in seconds.
        case seconds(ClosedRange<Int64>)
        /// Until then. Not for a start when taken, whose price would depend on when that is.
        case until(Int64)
    }

    /// Tenant, contract, label, class, sites and spares; its lines, window and cap are not read.
    public var order: LeaseOrder
    /// At least one; the better first.
    public var variants: [OfferVariant]
    public var start: Start
    public var length: Length
    public var caps: CapRange
    public var objectives: [OfferObjective]
    /// How long an offer can be taken, in seconds.
    public var validSeconds: Int64
    public var carbonMicrosPerTonne: MicroDollars

    public init(
        order: LeaseOrder, variants: [OfferVariant], start: Start, length: Length, caps: CapRange,
        objectives: [OfferObjective], validSeconds: Int64, carbonMicrosPerTonne: MicroDollars
    ) {
        precondition(!variants.isEmpty, "there is something to offer")
        self.order = order
        self.variants = variants
        self.start = start
        self.length = length
        self.caps = caps
        self.objectives = objectives
        self.validSeconds = validSeconds
        self.carbonMicrosPerTonne = carbonMicrosPerTonne
    }

    /// The order of a variant at a start (nil for when it is taken), with the shortest window and a cap.
    func order(_ variant: OfferVariant, start: Int64?, cap: PowerCap, now: Int64) -> LeaseOrder {
        var result = order
        result.lines = variant.lines
        result.cap = cap
        setWindow(of: &result, start: start, seconds: nil, now: now)
        return result
    }

    /// Sets a window; nil seconds for the shortest.
    func setWindow(of order: inout LeaseOrder, start: Int64?, seconds: Int64?, now: Int64) {
        order.start = start
        switch length {
        case .until(let end): (order.end, order.durationSeconds) = (end, nil)
        case .seconds(let range):
            let seconds = seconds ?? range.lowerBound
            order.end = (start ?? now) + seconds
            order.durationSeconds = start == nil ? seconds : nil
        }
    }
}
