// Throughput under a cap: the measured points, the lines between them, and what is not known.

import FleetModel
import Testing

@Suite struct ThroughputTests {
    private let curves = ThroughputCurves.builtIn

    private func permille(_ workload: WorkloadClass, _ cap: Watts, of highest: Watts = 400) -> Int64? {
        curves.permille(of: workload, capWatts: cap, highestWatts: highest)
    }

    @Test func `Measured caps have the measured means`() {
        // 13B on 64 GPUs 0.624, on 48 0.638, 7B 0.626: the mean is 0.629.
        #expect([100, 200, 250, 300, 350, 400].map { permille(.pretrain, $0) } == [186, 629, 784, 867, 923, 1_000])
        #expect(permille(.finetune, 250) == 890 && permille(.inference, 300) == 931)
    }

    @Test func `Between two points it is on the line, rounded down`() {
        // 280 W is 70 %: 784 + (867 - 784) × 30 / 50 = 833.8.
        #expect(permille(.pretrain, 280) == 833)
        // 490 W of 700 W is the same share: 890 + 55 × 0.6 and 871 + 60 × 0.6.
        #expect(permille(.finetune, 490, of: 700) == 923 && permille(.inference, 490, of: 700) == 907)
        #expect(permille(.pretrain, 490, of: 700) == 833)
    }

    @Test func `Under a quarter it is unknown, and over the highest it is all`() {
        #expect(permille(.pretrain, 99) == nil && permille(.inference, 299, of: 1_200) == nil)
        #expect(permille(.inference, 300, of: 1_200) == 225 && permille(.finetune, 500) == 1_000)
    }

    @Test func `A higher cap never gives less`() {
        for workload in WorkloadClass.allCases {
            let all = (100...400).map { permille(workload, $0) ?? 0 }
            #expect(zip(all, all.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }
}
