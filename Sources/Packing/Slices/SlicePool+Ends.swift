// Choosing by when instances end, so that room comes back together.

import FleetModel

extension SlicePool {
    /// The cheapest place when the ends of the instances are known: of equals the lowest GPU, then the
    /// lowest start.
    ///
    /// The cost of a place is what its window takes from other requests at each moment of the instance's life, given
    /// that those now on the GPU end as they said: a short instance costs little beside longer ones that block the
    /// same room anyway, and a long one beside short ones keeps room from coming back.
    func chooseByEnds(_ profile: Int, until end: Int64, now: Int64) -> SlicePlacement? {
        var best: (cost: Int64, place: SlicePlacement)?
        for state in geometry.reachable where buckets.count(in: state) > 0 {
            let starts = geometry.starts(of: profile, in: state)
            guard starts != 0 else { continue }
            var (next, looks) = (buckets.first(in: state), 0)
            while let gpu = next, looks < Self.looksMax {
                let found = cheapestStart(profile, starts, on: gpu, until: end, now: now)
                let isLower = best.map { found.cost != $0.cost ? found.cost < $0.cost : gpu < $0.place.gpu }
                if isLower ?? true {
                    best = (found.cost, SlicePlacement(gpu: gpu, start: found.start))
                }
                // GPUs without instances are all alike.
                if layouts[gpu].isEmpty { break }
                looks += 1
                next = buckets.first(in: state, from: gpu + 1)
            }
        }
        return best?.place
    }

    /// The cheapest of several legal starts on one GPU, the lowest of equals.
    func cheapestStart(
        _ profile: Int, _ starts: UInt8, on gpu: Int, until end: Int64, now: Int64
    ) -> (cost: Int64, start: Int) {
        var best: (cost: Int64, start: Int) = (.max, -1)
        var rest = starts
        while rest != 0 {
            let start = rest.trailingZeroBitCount
            rest &= rest - 1
            let cost = costOverTime(profile, at: start, on: gpu, until: end, now: now)
            if cost < best.cost { best = (cost, start) }
        }
        return best
    }

    /// The cost of a place now, and discounted over the life of its instance. O(instances²) of the GPU, at most 49.
    private func costOverTime(_ profile: Int, at start: Int, on gpu: Int, until end: Int64, now: Int64) -> Int64 {
        let window = geometry.window(of: profile, at: start)
        let takesMedia = geometry.takesMedia(profile)
        var state = states[gpu]
        var reached = now
        var cost = SliceDecay.present * costs.loss(of: window, takesMedia: takesMedia, in: state)
        while true {
            let next = nextEnd(on: gpu, in: state, after: reached, before: end)
            let until = next?.end ?? end
            let length = decay.discounted(until - now) - decay.discounted(reached - now)
            if length > 0 { cost += length * costs.loss(of: window, takesMedia: takesMedia, in: state) }
            guard let next else { return cost }
            state = geometry.state(state, removing: next.profile, at: next.start)
            reached = until
        }
    }

    /// The instance of those still in `state` that ends first, when that is before `end`.
    private func nextEnd(
        on gpu: Int, in state: SliceState, after now: Int64, before end: Int64
    ) -> (profile: Int, start: Int, end: Int64)? {
        var first: (profile: Int, start: Int, end: Int64)?
        for start in 0..<SliceGeometry.memorySlices where state.memoryMask >> UInt8(start) & 1 == 1 {
            guard let profile = layouts[gpu].profile(at: start) else { continue }
            // An instance that should be gone already may go at any moment.
            let ending = max(now, ends[gpu * SliceGeometry.memorySlices + start])
            if ending < (first?.end ?? end) { first = (profile, start, ending) }
        }
        return first
    }
}
