// What books cost without sockets and disk, on the default fleet of 336,128 GPUs. The packing core is measured by
// berth-core.

import Benchmark

let benchmarks: @Sendable () -> Void = {
    // Instructions gate where the machine counts them; wall times inform.
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .instructions], warmupIterations: 2, maxDuration: .seconds(3), maxIterations: 2_000)
    fleetBenchmarks()
    bookBenchmarks()
    viewBenchmarks()
    recoveryBenchmarks()
}
