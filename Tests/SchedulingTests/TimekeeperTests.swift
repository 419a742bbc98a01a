// Time that passes while the two clocks are read.

import Synchronization
import Testing

@testable import Scheduling

@Suite("The timekeeper") struct TimekeeperTests {
    @Test("a machine that slept between the reading of one clock and the other is believed at the next reading")
    func torn() {
        let clock = ScriptedClock()
        var keeper = Timekeeper(last: 0, clock: clock)
        clock.show(wall: 1_000 + 86_400, steadySeconds: 0)
        #expect(keeper.now(clock) == 1_000 && keeper.isFrozen)
        clock.show(wall: 1_000 + 86_400, steadySeconds: 86_400)
        #expect(keeper.now(clock) == 1_000 + 86_400 && !keeper.isFrozen)
    }

    @Test("a clock that another thread moves while it is read is never taken for one that was set")
    func moved() async {
        let clock = ManualClock(wallSeconds: 0)
        let steps = 20_000
        let mover = Task.detached { for _ in 0..<steps { clock.advance(seconds: 86_400) } }
        var keeper = Timekeeper(last: 0, clock: clock)
        var frozen = 0
        while keeper.now(clock) < Int64(steps) * 86_400, frozen == 0 { frozen += keeper.isFrozen ? 1 : 0 }
        await mover.value
        #expect(frozen == 0)
    }

    @Test("the machine's clocks are read as they are") func machine() {
        let clock = SystemClock()
        let (before, reading, after) = (clock.steadyNanoseconds, clock.reading, clock.steadyNanoseconds)
        #expect(before <= reading.steady && reading.steady <= after)
    }
}

/// Shows what it is told to.
private final class ScriptedClock: Clock {
    private let shown = Mutex(ClockReading(wall: 1_000, steady: 0))

    func show(wall: Int64, steadySeconds: Int64) {
        shown.withLock { $0 = ClockReading(wall: wall, steady: steadySeconds * 1_000_000_000) }
    }

    var wallSeconds: Int64 { reading.wall }
    var steadyNanoseconds: Int64 { reading.steady }
    var reading: ClockReading { shown.withLock { $0 } }
}
