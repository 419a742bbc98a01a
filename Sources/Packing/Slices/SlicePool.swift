// MIG instances on many GPUs of one geometry: which GPU and start an instance gets.

import FleetModel

/// Where an instance lies.
public struct SlicePlacement: Equatable, Hashable, Sendable {
    public let gpu: Int
    /// The first memory slice that it occupies.
    public let start: Int

    public init(gpu: Int, start: Int) {
        self.gpu = gpu
        self.start = start
    }
}

/// GPUs of one geometry that are cut into instances.
///
/// An instance goes where it costs the requests to come least. What it costs is FGD's gradient on slices (Weng et al.,
/// ATC'23) with two additions: room for a profile counts more the less of it is left in the whole pool, and when ends
/// are known, room counts only while it would have been there (`SliceCosts`, `SliceDecay`). How often a profile is
/// asked for is learned from the requests, so nobody has to state a mix.
///
/// Integers throughout: the same calls give the same placements. Nothing is allocated after `init`, moves apart.
public struct SlicePool: Sendable {
    public let geometry: SliceGeometry
    public let gpuCount: Int
    var buckets: SliceBuckets
    var states: ContiguousArray<SliceState>
    var layouts: ContiguousArray<SliceLayout>
    /// When each instance ends, by GPU and start; read only where the layout has one.
    var ends: ContiguousArray<Int64>
    var costs: SliceCosts
    var decay = SliceDecay()
    /// Memory slices in use.
    public private(set) var occupiedSlices = 0

    /// GPUs of one state that are looked at when ends decide between them.
    public static var looksMax: Int { 32 }
    /// An instance whose end nobody knows.
    public static var noEnd: Int64 { .max }

    /// A pool without instances. O(GPUs × states / 64).
    public init(geometry: SliceGeometry, gpuCount: Int) {
        precondition(gpuCount > 0, "a pool has GPUs")
        precondition(geometry.profileCount < 128, "a layout holds a profile in seven bits")
        self.geometry = geometry
        self.gpuCount = gpuCount
        buckets = SliceBuckets(gpuCount: gpuCount, states: geometry.reachable)
        states = ContiguousArray(repeating: .empty, count: gpuCount)
        layouts = ContiguousArray(repeating: SliceLayout(), count: gpuCount)
        ends = ContiguousArray(repeating: Self.noEnd, count: gpuCount * SliceGeometry.memorySlices)
        costs = SliceCosts(geometry: geometry, gpuCount: gpuCount)
        for gpu in 0..<gpuCount { buckets.insert(gpu, in: .empty) }
    }

    public func state(of gpu: Int) -> SliceState { states[gpu] }
    public func layout(of gpu: Int) -> SliceLayout { layouts[gpu] }

    /// Places an instance of `profile` that lives over `[now, end)`, or gives nil when no GPU has room.
    ///
    /// - Parameters:
    ///   - end: `noEnd` when it is not known; then the states of the GPUs decide alone, in O(states).
    ///   - isMovable: whether its lease allows that it is destroyed and made anew in another place.
    /// - Complexity: O(states + `looksMax` × states that fit).
    public mutating func place(
        _ profile: Int, until end: Int64 = noEnd, now: Int64 = 0, isMovable: Bool = false
    ) -> SlicePlacement? {
        precondition(end > now, "an instance lasts")
        costs.note(profile)
        if end != Self.noEnd { decay.note(end - now) }
        guard let best = choose(profile, until: end, now: now) else { return nil }
        add(profile, at: best, until: end, isMovable: isMovable)
        return best
    }

    /// Destroys an instance. O(1).
    public mutating func release(_ profile: Int, at place: SlicePlacement) {
        layouts[place.gpu].remove(profile, at: place.start)
        occupiedSlices -= geometry.profiles[profile].memorySlices
        setState(geometry.state(states[place.gpu], removing: profile, at: place.start), of: place.gpu)
    }

    /// Where `place` would put an instance. Changes nothing.
    func choose(_ profile: Int, until end: Int64, now: Int64) -> SlicePlacement? {
        end == Self.noEnd ? chooseByState(profile) : chooseByEnds(profile, until: end, now: now)
    }

    mutating func add(_ profile: Int, at place: SlicePlacement, until end: Int64, isMovable: Bool) {
        layouts[place.gpu].add(profile, at: place.start, isMovable: isMovable)
        ends[place.gpu * SliceGeometry.memorySlices + place.start] = end
        occupiedSlices += geometry.profiles[profile].memorySlices
        setState(geometry.state(states[place.gpu], adding: profile, at: place.start), of: place.gpu)
    }

    private mutating func setState(_ state: SliceState, of gpu: Int) {
        buckets.remove(gpu, from: states[gpu])
        costs.move(from: states[gpu], to: state)
        states[gpu] = state
        buckets.insert(gpu, in: state)
    }

    /// The cheapest start over all states that hold a GPU; of equals the lowest GPU, then the lowest start.
    ///
    /// A steady order among equals matters: it keeps low GPUs full and lets high ones empty.
    private func chooseByState(_ profile: Int) -> SlicePlacement? {
        var best: (cost: Int64, place: SlicePlacement)?
        for state in geometry.reachable where buckets.count(in: state) > 0 {
            guard let found = cheapestStart(profile, in: state), found.cost <= best?.cost ?? .max else { continue }
            let gpu = buckets.first(in: state)!
            if let best, best.cost == found.cost, best.place.gpu < gpu { continue }
            best = (found.cost, SlicePlacement(gpu: gpu, start: found.start))
        }
        return best?.place
    }

    private func cheapestStart(_ profile: Int, in state: SliceState) -> (cost: Int64, start: Int)? {
        var best: (cost: Int64, start: Int)?
        var rest = geometry.starts(of: profile, in: state)
        while rest != 0 {
            let start = rest.trailingZeroBitCount
            rest &= rest - 1
            let cost = costs.loss(profile, at: start, in: state)
            if cost < best?.cost ?? .max { best = (cost, start) }
        }
        return best
    }
}
