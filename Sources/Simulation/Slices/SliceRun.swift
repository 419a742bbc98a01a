// One rule, one seed: instances that come, move and go.

import FleetModel
import Packing

/// Follows a rule's placements, checks that they never overlap, and counts.
struct SliceRun {
    private let geometry: SliceGeometry
    private let capacity: Int
    private var placer: any SlicePlacer
    var outcome = SliceOutcome()
    private var leases: [(profile: Int, place: SlicePlacement)] = []
    private var endings = EventQueue()
    /// The lease that holds each memory slice of each GPU, or -1.
    private var holders: [Int]
    private var used = 0
    private var now: Int64 = 0

    init(geometry: SliceGeometry, placer: any SlicePlacer, gpuCount: Int) {
        self.geometry = geometry
        self.placer = placer
        capacity = gpuCount * SliceGeometry.memorySlices
        holders = Array(repeating: -1, count: capacity)
    }

    /// Lets time pass, with all instances that end in it.
    mutating func end(until time: Int64) {
        while let event = endings.removeFirst(until: time) {
            pass(to: event.at)
            let lease = leases[event.number]
            hold(-1, lease.profile, lease.place, instead: event.number)
            placer.release(lease.profile, at: lease.place)
            used -= geometry.profiles[lease.profile].memorySlices
        }
        pass(to: time)
    }

    mutating func handle(_ request: SliceRequest) {
        let slices = geometry.profiles[request.profile].memorySlices
        outcome.asked += 1
        outcome.askedSlices += slices
        guard let (place, moves) = placer.place(request) else { return }
        for move in moves { follow(move) }
        outcome.placed += 1
        outcome.placedSlices += slices
        outcome.moves += moves.count
        used += slices
        hold(leases.count, request.profile, place, instead: -1)
        if request.endsAt != SlicePool.noEnd { endings.add(leases.count, at: request.endsAt) }
        leases.append((request.profile, place))
    }

    private mutating func follow(_ move: SliceMove) {
        let lease = holders[move.from.gpu * SliceGeometry.memorySlices + move.from.start]
        precondition(lease >= 0 && leases[lease].place == move.from, "what moves is where it was")
        hold(-1, move.profile, move.from, instead: lease)
        hold(lease, move.profile, move.to, instead: -1)
        leases[lease].place = move.to
    }

    private mutating func pass(to time: Int64) {
        outcome.used += Int64(used) * (time - now)
        outcome.capacity += Int64(capacity) * (time - now)
        now = time
    }

    /// Gives the slices of an instance from one holder to another. Free migration has no places, and is not checked.
    private mutating func hold(_ lease: Int, _ profile: Int, _ place: SlicePlacement, instead old: Int) {
        guard place.gpu >= 0 else { return }
        for slice in place.start..<place.start + geometry.profiles[profile].memorySlices {
            let offset = place.gpu * SliceGeometry.memorySlices + slice
            precondition(holders[offset] == old, "no two instances hold one slice")
            holders[offset] = lease
        }
    }
}
