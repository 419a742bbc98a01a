// The pool against a scan of every GPU, and against a plain list of who holds what.

import FleetModel
import Testing

@testable import Packing

@Suite("Slice pool")
struct SlicePoolTests {
    private let geometry: SliceGeometry

    init() throws { geometry = try SliceGeometry(profiles: SliceFixture.withoutMedia + [SliceFixture.media]) }

    private struct Held {
        let profile: Int
        var place: SlicePlacement
        let isMovable: Bool
        let end: Int64
    }

    /// Fails when two instances overlap, or the pool knows anything else than the list does.
    private func check(_ pool: SlicePool, _ held: [Held], gpuCount: Int) {
        var masks = [UInt8](repeating: 0, count: gpuCount)
        var media = [Int](repeating: 0, count: gpuCount)
        for item in held {
            let window = geometry.window(of: item.profile, at: item.place.start)
            #expect(masks[item.place.gpu] & window == 0, "no two instances overlap")
            masks[item.place.gpu] |= window
            media[item.place.gpu] += geometry.takesMedia(item.profile) ? 1 : 0
            #expect(pool.layout(of: item.place.gpu).profile(at: item.place.start) == item.profile)
        }
        for gpu in 0..<gpuCount {
            #expect(media[gpu] <= 1)
            #expect(pool.state(of: gpu) == SliceState(memoryMask: masks[gpu], hasMediaTaken: media[gpu] == 1))
        }
        #expect(pool.occupiedSlices == masks.reduce(0) { $0 + $1.nonzeroBitCount })
    }

    /// The place that a look at every GPU and start finds: the least cost, then the lowest GPU, then the lowest start.
    private func slowChoice(_ pool: SlicePool, _ profile: Int, gpuCount: Int) -> SlicePlacement? {
        var best: (cost: Int64, place: SlicePlacement)?
        for gpu in 0..<gpuCount {
            for start in geometry.profiles[profile].starts
            where geometry.starts(of: profile, in: pool.state(of: gpu)) >> UInt8(start) & 1 == 1 {
                let cost = pool.costs.loss(profile, at: start, in: pool.state(of: gpu))
                if cost < best?.cost ?? .max { best = (cost, SlicePlacement(gpu: gpu, start: start)) }
            }
        }
        return best?.place
    }

    @Test("the choice by state is that of a scan over every GPU", arguments: 1...6 as ClosedRange<UInt64>)
    func agreesWithScan(seed: UInt64) {
        let gpuCount = 70
        var random = SeededGenerator(seed: seed)
        var pool = SlicePool(geometry: geometry, gpuCount: gpuCount)
        var held: [Held] = []
        for _ in 0..<1_500 {
            if !held.isEmpty, random.chance(45) {
                let item = held.remove(at: random.pick(0...held.count - 1))
                pool.release(item.profile, at: item.place)
                continue
            }
            let profile = random.pick(0...6)
            pool.costs.note(profile)
            let expected = slowChoice(pool, profile, gpuCount: gpuCount)
            #expect(pool.choose(profile, until: SlicePool.noEnd, now: 0) == expected)
            guard let expected else { continue }
            pool.add(profile, at: expected, until: SlicePool.noEnd, isMovable: false)
            held.append(Held(profile: profile, place: expected, isMovable: false, end: SlicePool.noEnd))
        }
        check(pool, held, gpuCount: gpuCount)
    }

    @Test("instances never overlap, and only those that may be moved are", arguments: 1...6 as ClosedRange<UInt64>)
    func moves(seed: UInt64) {
        let gpuCount = 6
        var random = SeededGenerator(seed: seed)
        var pool = SlicePool(geometry: geometry, gpuCount: gpuCount)
        var (held, moveCount, moves) = ([Held](), 0, [SliceMove]())
        for now in 0..<3_000 as Range<Int64> {
            for index in held.indices.reversed() where held[index].end <= now {
                let item = held.remove(at: index)
                pool.release(item.profile, at: item.place)
            }
            let (profile, isMovable) = (random.pick(0...6), random.chance(60))
            let end = now + Int64(random.pick(1...60))
            let reach: SliceMoves = random.chance(50) ? .inside : .anywhere
            let place =
                pool.place(profile, until: end, now: now, isMovable: isMovable)
                ?? pool.place(
                    profile, until: end, now: now, isMovable: isMovable, moving: reach, moves: &moves)
            for move in moves where place != nil {
                let index = held.firstIndex { $0.place == move.from && $0.profile == move.profile }
                #expect(index.map { held[$0].isMovable } == true, "a lease that forbids it is not moved")
                if reach == .inside { #expect(move.from.gpu == move.to.gpu) }
                if let index { held[index].place = move.to }
                moveCount += 1
            }
            moves.removeAll()
            if let place { held.append(Held(profile: profile, place: place, isMovable: isMovable, end: end)) }
            if now % 50 == 0 { check(pool, held, gpuCount: gpuCount) }
        }
        #expect(moveCount > 0)
    }

    @Test("a move inside a GPU clears the half that a 4g needs")
    func moveInside() throws {
        var pool = SlicePool(geometry: geometry, gpuCount: 1)
        pool.add(0, at: SlicePlacement(gpu: 0, start: 1), until: SlicePool.noEnd, isMovable: true)
        #expect(pool.place(4) == nil)
        var moves: [SliceMove] = []
        let place = pool.place(4, moving: .inside, moves: &moves)
        #expect(place == SlicePlacement(gpu: 0, start: 0))
        #expect(moves.count == 1 && moves[0].from.start == 1 && moves[0].to.start >= 4)
    }

    @Test("what may not be moved stays, and a refusal changes nothing")
    func noMove() {
        var pool = SlicePool(geometry: geometry, gpuCount: 1)
        pool.add(0, at: SlicePlacement(gpu: 0, start: 1), until: SlicePool.noEnd, isMovable: false)
        let before = (pool.state(of: 0), pool.layout(of: 0))
        var moves: [SliceMove] = []
        #expect(pool.place(4, moving: .anywhere, moves: &moves) == nil)
        #expect(moves.isEmpty && before == (pool.state(of: 0), pool.layout(of: 0)))
    }

    @Test("an instance joins those that end when it does")
    func ends() throws {
        var pool = SlicePool(geometry: geometry, gpuCount: 2)
        // A long and a short 3g in the upper halves; both GPUs are in one state.
        pool.add(3, at: SlicePlacement(gpu: 0, start: 4), until: 100, isMovable: false)
        pool.add(3, at: SlicePlacement(gpu: 1, start: 4), until: 1_000, isMovable: false)
        #expect(pool.place(4, until: 1_000, now: 0) == SlicePlacement(gpu: 1, start: 0))
    }

    @Test("buckets find the lowest GPU from anywhere")
    func buckets() {
        var buckets = SliceBuckets(gpuCount: 10_000, states: [.empty, SliceState(memoryMask: 1)])
        for gpu in [9_999, 4_097, 4_096, 64] { buckets.insert(gpu, in: .empty) }
        #expect(buckets.first(in: .empty) == 64)
        #expect(buckets.first(in: .empty, from: 65) == 4_096)
        #expect(buckets.first(in: .empty, from: 4_097) == 4_097)
        #expect(buckets.first(in: .empty, from: 4_098) == 9_999)
        buckets.remove(9_999, from: .empty)
        #expect(buckets.first(in: .empty, from: 4_098) == nil)
        #expect(buckets.first(in: SliceState(memoryMask: 1)) == nil)
    }

    @Test("the discount halves, never falls back and ends")
    func decay() {
        var decay = SliceDecay()
        decay.note(12_000)
        #expect([0, 500, 1_000, 2_000, 3_000].map { decay.discounted($0) } == [0, 128, 256, 384, 448])
        #expect(decay.discounted(.max) == 512)
        let lengths = (0...20_000).map { decay.discounted(Int64($0)) }
        #expect(zip(lengths, lengths.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(
            (0...70_000).allSatisfy { number in
                let root = UInt64(number).squareRoot
                return root * root <= number && (root + 1) * (root + 1) > number
            })
    }
}
