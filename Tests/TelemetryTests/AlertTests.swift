// A domain near its limit is said once, worse is said again, and it is cleared some way below.

import FleetModel
import Synchronization
import Testing

@testable import Telemetry

@Suite("Draw alerts")
struct AlertTests {
    private typealias Fixtures = TelemetryFixtures
    private let now = Fixtures.now

    /// One meter read every fifteen seconds under a limit, and what was said of it.
    private final class Run: Sendable {
        let fleet = Fixtures.fleet()
        private let said = Mutex<[String]>([])
        private let time = Mutex(Fixtures.now)
        private let observatory = Mutex<Observatory?>(nil)

        let limit: Watts

        init(limit: Watts = 100_000) {
            self.limit = limit
            let new = Observatory { [weak self] change, _ in
                self?.said.withLock { said in
                    switch change {
                    case .raised(let alert): said.append("raised \(alert.kind.rawValue)")
                    case .worsened(let alert): said.append("worsened \(alert.kind.rawValue)")
                    case .cleared(let alert): said.append("cleared, peak \(alert.peakWatts)")
                    }
                }
            }
            observatory.withLock { $0 = new }
        }

        /// Reads one value in kilowatts, and gives what was said.
        func read(_ kilowatts: Watts) -> [String] {
            let pdu = Fixtures.budget("east-h1-b1-pdu", fleet)
            return feed([Reading(.budget(pdu), .watts(kilowatts * 1_000), at: time.withLock { $0 })])
        }

        func feed(_ readings: [Reading], after seconds: Int64 = 15) -> [String] {
            let now = time.withLock { $0 }
            let observatory = observatory.withLock { $0! }
            _ = observatory.take(readings, of: fleet, at: now)
            _ = observatory.report(Fixtures.conditions(fleet, limit: limit), at: now)
            time.withLock { $0 += seconds }
            return said.withLock { said in
                defer { said = [] }
                return said
            }
        }

        var present: Int64 { time.withLock { $0 } }
        var alerts: [DrawAlert] {
            observatory.withLock { $0! }.report(Fixtures.conditions(fleet, limit: limit), at: present - 15).alerts
        }
    }

    @Test("raised at the threshold, worse over the limit, cleared only under the lower threshold")
    func hysteresis() {
        let run = Run()
        #expect(run.read(94) == [])
        #expect(run.read(95) == ["raised near-limit"])
        #expect(run.read(96) == [])
        #expect(run.read(101) == ["worsened over-limit"])
        #expect(run.read(96) == [])
        #expect(run.read(90) == [])
        #expect(run.alerts.first?.since == now + 15 && run.alerts.first?.kind == .overLimit)
        #expect(run.read(89) == ["cleared, peak 101000"])
        #expect(run.alerts.isEmpty)
        #expect(run.read(95) == ["raised near-limit"])
    }

    @Test("a steady rise is said before the threshold; one step is not")
    func trend() {
        let rising = Run()
        #expect(rising.read(40) == [])
        #expect(rising.read(60) == [])
        #expect(rising.read(80) == ["raised rising"])
        #expect(rising.alerts.first?.projectedWatts == 100_000)
        let step = Run()
        for kilowatts in [20, 20, 80, 80, 80] as [Watts] { #expect(step.read(kilowatts) == []) }
        let slow = Run()
        for kilowatts in [40, 41, 80, 81] as [Watts] { #expect(slow.read(kilowatts) == []) }
    }

    @Test("more nodes in a sum are no rise")
    func coverage() {
        let run = Run()
        for count in 1...4 {
            let readings = ["b1-r1-n1", "b1-r1-n2", "b1-r2-n1", "b1-r2-n2"].prefix(count).map {
                Reading(.node(Fixtures.node("east-h1-\($0)", run.fleet)), .watts(20_000), at: run.present)
            }
            #expect(run.feed(readings) == [])
        }
    }

    @Test("silence clears nothing for an hour, whether of all nodes or of some")
    func silence() {
        let run = Run(limit: 80_000)
        let nodes = ["b1-r1-n1", "b1-r1-n2", "b1-r2-n1", "b1-r2-n2"].map { Fixtures.node("east-h1-\($0)", run.fleet) }
        func read(_ nodes: [NodeIndex], _ watts: Watts, after seconds: Int64 = 15) -> [String] {
            run.feed(nodes.map { Reading(.node($0), .watts(watts), at: run.present) }, after: seconds)
        }
        #expect(read(nodes, 20_000, after: 200) == ["raised over-limit"])
        #expect(read([], 0, after: 15) == [])
        #expect(read([nodes[0]], 1_000, after: 3_700) == [])
        #expect(run.alerts.count == 1)
        #expect(read([nodes[0]], 1_000) == ["cleared, peak 80000"])
    }
}
