// The clock that trials measure by.

import Glibc

/// Nanoseconds of a clock that only grows and that all threads share.
func steadyNanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
