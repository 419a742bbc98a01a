// Which MIG instances a GPU can still take, as tables over its states.

public import FleetModel

/// Why profiles cannot be placed by their memory slices alone.
public enum SliceGeometryError: Error, Equatable, Sendable {
    /// The platform names no profile.
    case noProfiles
    /// A profile has no start, one outside the eight memory slices, or starts that do not ascend.
    case illegalStarts(profileID: Int)
    /// More instances of a profile fit in memory than may exist, and it is not the one media set of a GPU.
    case countNotImplied(profileID: Int)
    /// A layout fits in memory that holds more than seven compute slices.
    case computeNotImplied
}

/// The placement rules of one platform's MIG profiles.
///
/// An instance occupies the memory slices `[start, start + memorySlices)`; it is legal when they are free, when no more
/// instances of its profile exist than allowed, and when at most seven compute slices are in use. For every part that
/// NVIDIA ships, the first rule implies the others apart from one: a profile with media engines (`+me`) exists once.
/// `init` proves this by walking every layout, so that eight bits of memory and one bit for the media set decide.
///
/// Profiles are named by their offset in `profiles`. Every lookup is O(1) and allocates nothing.
public struct SliceGeometry: Sendable {
    public let profiles: [MIGProfile]
    /// Bit `s` for each legal start, by profile and state.
    private let startMasks: [UInt8]
    /// Instances of the profile that fit together, by profile and state.
    private let rooms: [UInt8]
    /// Bit `p` for each profile that takes the media set.
    public let mediaProfiles: UInt64
    /// Every state that placing and releasing can lead to, ascending.
    public let reachable: [SliceState]

    /// How many memory slices a GPU has, and compute slices.
    public static var memorySlices: Int { 8 }
    public static var computeSlices: Int { 7 }

    /// Builds the tables. O(layouts), some thousands.
    public init(profiles: [MIGProfile]) throws(SliceGeometryError) {
        guard !profiles.isEmpty, profiles.count <= 64 else { throw .noProfiles }
        var media: UInt64 = 0
        for (offset, profile) in profiles.enumerated() {
            guard Self.hasLegalStarts(profile) else { throw .illegalStarts(profileID: profile.profileID) }
            let fitting = Self.room(profile, memoryMask: 0)
            if fitting > profile.instancesMax {
                guard profile.instancesMax == 1 else { throw .countNotImplied(profileID: profile.profileID) }
                media |= 1 << UInt64(offset)
            }
        }
        var walk = LayoutWalk(profiles: profiles, mediaProfiles: media)
        guard walk.run() else { throw .computeNotImplied }
        self.profiles = profiles
        mediaProfiles = media
        reachable = walk.reached.indices.filter { walk.reached[$0] }.map { SliceState(rawValue: UInt16($0)) }
        var startMasks = [UInt8](repeating: 0, count: profiles.count * SliceState.count)
        var rooms = startMasks
        for (offset, profile) in profiles.enumerated() {
            let isMedia = media >> UInt64(offset) & 1 == 1
            for raw in 0..<SliceState.count {
                let state = SliceState(rawValue: UInt16(raw))
                guard !(isMedia && state.hasMediaTaken) else { continue }
                let room = Self.room(profile, memoryMask: state.memoryMask)
                startMasks[offset * SliceState.count + raw] = Self.startMask(profile, memoryMask: state.memoryMask)
                rooms[offset * SliceState.count + raw] = UInt8(isMedia ? min(1, room) : room)
            }
        }
        self.startMasks = startMasks
        self.rooms = rooms
    }

    public var profileCount: Int { profiles.count }

    /// The offset of the profile that NVML numbers `id`, or nil. O(profiles).
    public func profile(id: Int) -> Int? { profiles.firstIndex { $0.profileID == id } }

    /// Bit `s` for each memory slice `s` where an instance of `profile` may start in `state`; 0 when none fits.
    public func starts(of profile: Int, in state: SliceState) -> UInt8 {
        startMasks[profile * SliceState.count + state.offset]
    }

    /// Which of `reachable` a state is. O(log states).
    public func ordinal(of state: SliceState) -> Int {
        var (low, high) = (0, reachable.count)
        while low < high {
            let middle = (low + high) / 2
            if reachable[middle] < state { low = middle + 1 } else { high = middle }
        }
        precondition(low < reachable.count && reachable[low] == state, "a state is one that placing can lead to")
        return low
    }

    /// How many instances of `profile` alone fit into what `state` leaves.
    public func room(for profile: Int, in state: SliceState) -> Int {
        Int(rooms[profile * SliceState.count + state.offset])
    }

    /// The memory slices that an instance of `profile` at `start` occupies.
    public func window(of profile: Int, at start: Int) -> UInt8 {
        Self.window(profiles[profile], at: start)
    }

    public func takesMedia(_ profile: Int) -> Bool { mediaProfiles >> UInt64(profile) & 1 == 1 }

    /// The state after an instance of `profile` was created at `start`, which must be legal.
    public func state(_ state: SliceState, adding profile: Int, at start: Int) -> SliceState {
        precondition(starts(of: profile, in: state) >> UInt8(start) & 1 == 1, "an instance starts where it may")
        return SliceState(
            memoryMask: state.memoryMask | window(of: profile, at: start),
            hasMediaTaken: state.hasMediaTaken || takesMedia(profile))
    }

    /// The state after the instance of `profile` at `start` was destroyed, which must exist.
    public func state(_ state: SliceState, removing profile: Int, at start: Int) -> SliceState {
        let window = window(of: profile, at: start)
        precondition(state.memoryMask & window == window, "an instance that is destroyed was there")
        precondition(!takesMedia(profile) || state.hasMediaTaken, "its media engines were taken")
        return SliceState(
            memoryMask: state.memoryMask & ~window, hasMediaTaken: state.hasMediaTaken && !takesMedia(profile))
    }
}

extension SliceGeometry {
    static func window(_ profile: MIGProfile, at start: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: ((1 << profile.memorySlices) - 1) << start)
    }

    static func startMask(_ profile: MIGProfile, memoryMask: UInt8) -> UInt8 {
        profile.starts.reduce(0) { $0 | (window(profile, at: $1) & memoryMask == 0 ? 1 << UInt8($1) : 0) }
    }

    /// Instances that fit together. Windows of one width: taking the first that fits is never worse.
    private static func room(_ profile: MIGProfile, memoryMask: UInt8) -> Int {
        var (taken, count) = (memoryMask, 0)
        for start in profile.starts where window(profile, at: start) & taken == 0 {
            taken |= window(profile, at: start)
            count += 1
        }
        return count
    }

    private static func hasLegalStarts(_ profile: MIGProfile) -> Bool {
        guard (1...memorySlices).contains(profile.memorySlices), let first = profile.starts.first,
            let last = profile.starts.last
        else { return false }
        return first >= 0 && last + profile.memorySlices <= memorySlices
            && zip(profile.starts, profile.starts.dropFirst()).allSatisfy { $0 < $1 }
    }
}

/// Walks every layout of a GPU, instance by instance in ascending slices.
private struct LayoutWalk {
    let profiles: [MIGProfile]
    let mediaProfiles: UInt64
    var reached = [Bool](repeating: false, count: SliceState.count)

    init(profiles: [MIGProfile], mediaProfiles: UInt64) {
        self.profiles = profiles
        self.mediaProfiles = mediaProfiles
    }

    /// False when a layout holds more compute slices than a GPU has.
    mutating func run() -> Bool { visit(.empty, from: 0, computeSlices: 0) }

    private mutating func visit(_ state: SliceState, from slice: Int, computeSlices: Int) -> Bool {
        guard computeSlices <= SliceGeometry.computeSlices else { return false }
        reached[state.offset] = true
        for (offset, profile) in profiles.enumerated() {
            let isMedia = mediaProfiles >> UInt64(offset) & 1 == 1
            if isMedia && state.hasMediaTaken { continue }
            for start in profile.starts where start >= slice {
                let next = SliceState(
                    memoryMask: state.memoryMask | SliceGeometry.window(profile, at: start),
                    hasMediaTaken: state.hasMediaTaken || isMedia)
                let end = start + profile.memorySlices
                guard visit(next, from: end, computeSlices: computeSlices + profile.computeSlices) else { return false }
            }
        }
        return true
    }
}
