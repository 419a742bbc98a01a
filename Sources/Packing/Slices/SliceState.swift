// What is taken of one GPU that is cut into MIG instances.

/// Which memory slices of a GPU are occupied, and whether its one set of media engines is.
///
/// This is all that decides which profiles still fit (`SliceGeometry` checks that it is), so a placement never has to
/// look at single instances. A state is its own offset in tables of `SliceState.count` entries.
public struct SliceState: Hashable, Comparable, Sendable {
    /// Bit `s` for memory slice `s`, bit 8 for the set of media engines.
    public let rawValue: UInt16

    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue & 0x1FF }

    @inlinable public init(memoryMask: UInt8, hasMediaTaken: Bool = false) {
        rawValue = UInt16(memoryMask) | (hasMediaTaken ? 0x100 : 0)
    }

    /// A GPU without an instance.
    @inlinable public static var empty: SliceState { SliceState(rawValue: 0) }
    /// How many values there are, reachable or not.
    @inlinable public static var count: Int { 512 }

    @inlinable public var offset: Int { Int(rawValue) }
    /// Bit `s` for each occupied memory slice `s`.
    @inlinable public var memoryMask: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
    @inlinable public var hasMediaTaken: Bool { rawValue & 0x100 != 0 }
    /// Memory slices that are not occupied, 0 to 8, whether a profile can use them or not.
    @inlinable public var freeSlices: Int { 8 - memoryMask.nonzeroBitCount }

    @inlinable public static func < (left: SliceState, right: SliceState) -> Bool { left.rawValue < right.rawValue }
}
