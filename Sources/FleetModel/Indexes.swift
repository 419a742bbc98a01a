// Dense indexes into one version of the fleet, and the permanent ids that facts use instead.

/// Watts of real power. Always an integer; negative only as a difference.
public typealias Watts = Int64

/// Which node, counted depth first over one fleet version. Derived, never stored.
public struct NodeIndex: Hashable, Comparable, Sendable {
    public var position: Int32
    @inlinable public init(_ position: Int) { self.position = Int32(truncatingIfNeeded: position) }
    @inlinable public var offset: Int { Int(position) }
    @inlinable public static func < (left: NodeIndex, right: NodeIndex) -> Bool { left.position < right.position }
}

/// Which topology domain, counted depth first over one fleet version.
public struct DomainIndex: Hashable, Comparable, Sendable {
    public var position: Int32
    @inlinable public init(_ position: Int) { self.position = Int32(truncatingIfNeeded: position) }
    @inlinable public var offset: Int { Int(position) }
    @inlinable public static func < (left: DomainIndex, right: DomainIndex) -> Bool { left.position < right.position }
}

/// Which budget domain; parents come before their children.
public struct BudgetIndex: Hashable, Comparable, Sendable {
    public var position: Int32
    @inlinable public init(_ position: Int) { self.position = Int32(truncatingIfNeeded: position) }
    @inlinable public var offset: Int { Int(position) }
    @inlinable public static func < (left: BudgetIndex, right: BudgetIndex) -> Bool { left.position < right.position }
}

/// Which rack (an HGX rack or an NVL72 domain), counted in node order. A rack holds one platform.
public struct RackIndex: Hashable, Comparable, Sendable {
    public var position: Int32
    @inlinable public init(_ position: Int) { self.position = Int32(truncatingIfNeeded: position) }
    @inlinable public var offset: Int { Int(position) }
    @inlinable public static func < (left: RackIndex, right: RackIndex) -> Bool { left.position < right.position }
}

/// The name of one node for all time: given once, never used again after the node is retired.
public struct PermanentNodeID: Hashable, Comparable, Sendable {
    public var number: UInt32
    public init(_ number: UInt32) { self.number = number }
    public static func < (left: PermanentNodeID, right: PermanentNodeID) -> Bool { left.number < right.number }
}
