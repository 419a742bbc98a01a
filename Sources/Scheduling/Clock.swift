// Where time comes from: the only place below the sockets that asks for it.

import Glibc
import Synchronization

/// Gives the time. The scheduler asks once for each step.
public protocol Clock: Sendable {
    /// Whole seconds since 1970, UTC.
    var wallSeconds: Int64 { get }
    /// Nanoseconds that only ever grow, the time the machine slept included.
    var steadyNanoseconds: Int64 { get }
    /// Both of one moment. Where they are read one after the other, the steady one is first: time that passes between them then
    /// looks like a jump of the wall clock until the next reading, and not for good.
    var reading: ClockReading { get }
}

/// What both clocks showed.
public struct ClockReading: Sendable {
    let wall: Int64
    let steady: Int64
}

/// The machine's clocks.
public struct SystemClock: Clock {
    public init() {}

    public var wallSeconds: Int64 { Int64(Glibc.time(nil)) }

    public var steadyNanoseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    public var reading: ClockReading {
        let steady = steadyNanoseconds
        return ClockReading(wall: wallSeconds, steady: steady)
    }
}

/// A clock that stands still until it is moved: for tests and the simulator.
public final class ManualClock: Clock {
    private let state: Mutex<(wall: Int64, steady: Int64)>

    public init(wallSeconds: Int64) {
        state = Mutex((wallSeconds, 0))
    }

    public var wallSeconds: Int64 { reading.wall }
    public var steadyNanoseconds: Int64 { reading.steady }
    public var reading: ClockReading { state.withLock { ClockReading(wall: $0.wall, steady: $0.steady) } }

    /// Lets time pass.
    public func advance(seconds: Int64) {
        state.withLock {
            $0.wall += seconds
            $0.steady += seconds * 1_000_000_000
        }
    }

    /// Sets the wall clock without time passing.
    public func jump(seconds: Int64) { state.withLock { $0.wall += seconds } }
}

/// Turns the wall clock into the time of steps: it never goes back, and a jump forward that no passing of time
/// explains is not believed until an operator confirms it.
struct Timekeeper {
    /// A jump of up to this many seconds is taken as the clock being set right.
    static let jumpSecondsMax: Int64 = 600

    /// The time of the last step.
    private(set) var last: Int64
    private var base: (wall: Int64, steady: Int64)
    /// True while the wall clock is not believed; time then passes as the steady clock says.
    private(set) var isFrozen = false

    /// `last` is the time of the last step before this process: downtime explains a later wall clock.
    init(last: Int64, clock: some Clock) {
        let reading = clock.reading
        self.last = max(last, reading.wall)
        base = (self.last, reading.steady)
    }

    mutating func now(_ clock: some Clock) -> Int64 {
        let reading = clock.reading
        let expected = base.wall + (reading.steady - base.steady) / 1_000_000_000
        isFrozen = reading.wall > expected + Self.jumpSecondsMax
        let now = max(last, isFrozen ? expected : reading.wall)
        if !isFrozen { base = (now, reading.steady) }
        last = now
        return now
    }

    /// Believes the wall clock as it is now.
    mutating func confirm(_ clock: some Clock) {
        let reading = clock.reading
        base = (max(last, reading.wall), reading.steady)
        isFrozen = false
    }
}
