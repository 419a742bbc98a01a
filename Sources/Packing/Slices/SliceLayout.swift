// The instances on one GPU.

/// Which instance starts at each memory slice of a GPU, in eight bytes.
public struct SliceLayout: Equatable, Sendable {
    /// Byte `s`: 0 when no instance starts at slice `s`, else its profile + 1, with the high bit when it may be moved.
    private var bytes: UInt64 = 0

    /// A GPU without an instance.
    public init() {}

    public var isEmpty: Bool { bytes == 0 }

    /// The profile of the instance that starts at a memory slice, or nil.
    public func profile(at start: Int) -> Int? {
        let byte = Int(bytes >> UInt64(start * 8) & 0x7F)
        return byte == 0 ? nil : byte - 1
    }

    /// Whether the instance that starts at a memory slice may be destroyed and made anew elsewhere.
    public func isMovable(at start: Int) -> Bool { bytes >> UInt64(start * 8) & 0x80 != 0 }

    mutating func add(_ profile: Int, at start: Int, isMovable: Bool) {
        precondition(self.profile(at: start) == nil, "one instance starts at a slice")
        bytes |= UInt64(profile + 1 | (isMovable ? 0x80 : 0)) << UInt64(start * 8)
    }

    mutating func remove(_ profile: Int, at start: Int) {
        precondition(self.profile(at: start) == profile, "an instance that is destroyed was there")
        bytes &= ~(0xFF << UInt64(start * 8))
    }
}
