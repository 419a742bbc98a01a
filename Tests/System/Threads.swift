// Many clients at once, each on a thread of its own.

import Dispatch
import Foundation
import Synchronization

/// Runs `body` on `count` threads and returns when all have ended, with what each gave back, in order.
func concurrently<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
    let box = Gathered<Result>(count: count)
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread.detachNewThread {
            box.set(body(index), at: index)
            group.leave()
        }
    }
    group.wait()
    return box.all
}

private final class Gathered<Value: Sendable>: Sendable {
    private let values: Mutex<[Value?]>

    init(count: Int) { values = Mutex(Array(repeating: nil, count: count)) }

    func set(_ value: Value, at index: Int) { values.withLock { $0[index] = value } }
    var all: [Value] { values.withLock { $0.map { $0! } } }
}

/// Random numbers that a printed seed repeats.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
