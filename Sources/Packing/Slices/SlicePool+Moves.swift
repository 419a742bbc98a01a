// Making room by moving instances whose leases allow it.

import FleetModel

/// An instance that is destroyed in one place and made anew in another, before a new one is created.
public struct SliceMove: Equatable, Sendable {
    public let profile: Int
    public let from: SlicePlacement
    public let to: SlicePlacement
}

/// Where moved instances may go.
public enum SliceMoves: Sendable {
    /// Within their GPU.
    case inside
    /// To any GPU of the pool.
    case anywhere
}

extension SlicePool {
    /// Instances moved for one placement at most.
    public static var movesMax: Int { 3 }

    /// Places an instance for which `place` found no room, by moving others out of its way.
    ///
    /// MIG instances cannot be moved as they run: each move destroys one and creates it anew, which its lease must
    /// allow. A window is cleared when everything in it may be moved and fits elsewhere; the window with fewest slices
    /// to move is tried first, of equals the lowest GPU and start.
    ///
    /// - Parameter moves: the moves to make, in this order, before the instance is created; empty when it is not.
    /// - Complexity: O(GPUs × starts), and O(states) for each window tried. Allocates.
    public mutating func place(
        _ profile: Int, until end: Int64 = noEnd, now: Int64 = 0, isMovable: Bool = false, moving reach: SliceMoves,
        moves: inout [SliceMove]
    ) -> SlicePlacement? {
        moves.removeAll(keepingCapacity: true)
        let size = geometry.profiles[profile].memorySlices
        // Slices to move; moving as much as is placed could free nothing.
        for movedSlices in 1..<max(2, size) {
            for gpu in 0..<gpuCount where reach == .anywhere || states[gpu].freeSlices >= size {
                for start in geometry.profiles[profile].starts {
                    guard let blockers = blockers(of: profile, at: start, on: gpu, slices: movedSlices) else {
                        continue
                    }
                    let place = SlicePlacement(gpu: gpu, start: start)
                    guard clear(place, for: profile, of: blockers, reach, now: now, moves: &moves) else { continue }
                    add(profile, at: place, until: end, isMovable: isMovable)
                    return place
                }
            }
        }
        return nil
    }

    /// Bit `s` for each instance, by its start, that lies in the window of a placement; nil unless all of them may be
    /// moved, hold `slices` in all, and the media set is free or among them.
    private func blockers(of profile: Int, at start: Int, on gpu: Int, slices: Int) -> UInt8? {
        let window = geometry.window(of: profile, at: start)
        // Whatever overlaps the window has at least these slices to move.
        guard (states[gpu].memoryMask & window).nonzeroBitCount <= slices else { return nil }
        var (mask, sum, freesMedia) = (UInt8(0), 0, !states[gpu].hasMediaTaken)
        for other in 0..<SliceGeometry.memorySlices {
            guard let held = layouts[gpu].profile(at: other),
                geometry.window(of: held, at: other) & window != 0
            else { continue }
            guard layouts[gpu].isMovable(at: other) else { return nil }
            mask |= 1 << UInt8(other)
            sum += geometry.profiles[held].memorySlices
            freesMedia = freesMedia || geometry.takesMedia(held)
        }
        guard sum == slices, mask.nonzeroBitCount <= Self.movesMax else { return nil }
        return geometry.takesMedia(profile) && !freesMedia ? nil : mask
    }

    /// Moves the blockers away, the largest first, or changes nothing.
    private mutating func clear(
        _ place: SlicePlacement, for profile: Int, of blockers: UInt8, _ reach: SliceMoves, now: Int64,
        moves: inout [SliceMove]
    ) -> Bool {
        let before = (states[place.gpu], layouts[place.gpu])
        var order = (0..<SliceGeometry.memorySlices).filter { blockers >> UInt8($0) & 1 == 1 }
            .map { (start: $0, profile: before.1.profile(at: $0)!) }
        order.sort {
            let (a, b) = (geometry.profiles[$0.profile].memorySlices, geometry.profiles[$1.profile].memorySlices)
            return a != b ? a > b : $0.start < $1.start
        }
        let ending = order.map { ends[place.gpu * SliceGeometry.memorySlices + $0.start] }
        for item in order { release(item.profile, at: SlicePlacement(gpu: place.gpu, start: item.start)) }
        // The window is held while the others look for a place, so that none of them comes back to it.
        add(profile, at: place, until: Self.noEnd, isMovable: false)
        for (item, end) in zip(order, ending) {
            guard let to = destination(of: item.profile, on: place.gpu, reach, until: end, now: now) else { break }
            add(item.profile, at: to, until: end, isMovable: true)
            moves.append(
                SliceMove(
                    profile: item.profile, from: SlicePlacement(gpu: place.gpu, start: item.start), to: to))
        }
        let isDone = moves.count == order.count
        if !isDone { for move in moves.reversed() { release(move.profile, at: move.to) } }
        release(profile, at: place)
        guard !isDone else { return true }
        moves.removeAll(keepingCapacity: true)
        for (item, end) in zip(order, ending) {
            add(item.profile, at: SlicePlacement(gpu: place.gpu, start: item.start), until: end, isMovable: true)
        }
        precondition(before == (states[place.gpu], layouts[place.gpu]), "what could not be moved is as it was")
        return false
    }

    private func destination(
        of profile: Int, on gpu: Int, _ reach: SliceMoves, until end: Int64, now: Int64
    ) -> SlicePlacement? {
        // An instance that is about to go still needs a place until it does.
        let end = max(end, now + 1)
        guard reach == .inside else { return choose(profile, until: end, now: now) }
        let starts = geometry.starts(of: profile, in: states[gpu])
        guard starts != 0 else { return nil }
        return SlicePlacement(
            gpu: gpu, start: cheapestStart(profile, starts, on: gpu, until: end, now: now).start)
    }
}
