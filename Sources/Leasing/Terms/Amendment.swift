// A change to a lease, as it is asked for.

public import Packing

/// What one line of a lease is to come to.
public struct LineAmendment: Equatable, Sendable {
    public enum Change: Equatable, Sendable {
        /// As many units from the amendment's time on, to the end of the lease.
        case count(Int)
        /// As many units from each time on; what was agreed before the first of them stays.
        case ramp([RampStep])
        /// A line that the lease has not; its name is the amendment's.
        case added(LeaseLine)
    }

    public var name: String
    public var change: Change

    public init(name: String, change: Change) {
        self.name = name
        self.change = change
    }
}

/// Changes to a lease that apply together, or not at all.
public struct Amendment: Equatable, Sendable {
    /// A new end, or how many seconds later than now it ends.
    public var end: Int64?
    public var extendBySeconds: Int64?
    public var cap: PowerCap?
    public var lines: [LineAmendment]
    /// From when the cap and the counts hold; nil for now, or for the start of a lease that has not begun.
    public var from: Int64?
    /// Whether the lease comes under the newest version of its contract; with anything else that its tenant amends it does.
    public var adoptsTerms: Bool
    /// The revision that the lease must still be at: for a tenant its index at that change.
    public var ifMatch: UInt64?
    /// Who asks, and so who is told what is in the way.
    public var audience: Audience

    public init(
        end: Int64? = nil, extendBySeconds: Int64? = nil, cap: PowerCap? = nil, lines: [LineAmendment] = [],
        from: Int64? = nil, adoptsTerms: Bool = false, ifMatch: UInt64? = nil, audience: Audience = .provider
    ) {
        self.end = end
        self.extendBySeconds = extendBySeconds
        self.cap = cap
        self.lines = lines
        self.from = from
        self.adoptsTerms = adoptsTerms
        self.ifMatch = ifMatch
        self.audience = audience
    }
}
