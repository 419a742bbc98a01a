// Berth's own engine as one of the rules.

import Packing

struct PoolPlacer: SlicePlacer {
    private var pool: SlicePool
    private let knowsEnds: Bool
    private let reach: SliceMoves?
    private var moves: [SliceMove] = []

    init(geometry: SliceGeometry, gpuCount: Int, knowsEnds: Bool, moving reach: SliceMoves? = nil) {
        pool = SlicePool(geometry: geometry, gpuCount: gpuCount)
        self.knowsEnds = knowsEnds
        self.reach = reach
    }

    mutating func place(_ request: SliceRequest) -> (place: SlicePlacement, moves: [SliceMove])? {
        let end = knowsEnds ? request.endsAt : SlicePool.noEnd
        if let place = pool.place(
            request.profile, until: end, now: request.arrivesAt, isMovable: request.isMovable)
        {
            return (place, [])
        }
        guard let reach else { return nil }
        return pool.place(
            request.profile, until: end, now: request.arrivesAt, isMovable: request.isMovable, moving: reach,
            moves: &moves
        ).map { ($0, moves) }
    }

    mutating func release(_ profile: Int, at place: SlicePlacement) { pool.release(profile, at: place) }
}
