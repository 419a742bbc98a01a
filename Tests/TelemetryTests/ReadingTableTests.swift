// Which readings count.

import FleetModel
import Testing

@testable import Telemetry

@Suite("Readings")
struct ReadingTableTests {
    private typealias Fixtures = TelemetryFixtures
    private let fleet = Fixtures.fleet()
    private let now = Fixtures.now

    @Test("later replaces earlier, a repeat is harmless, and what is too old or too new is said")
    func order() {
        let observatory = Observatory()
        let node = ReadingSubject.node(Fixtures.node("east-h1-b1-r1-n1", fleet))
        func take(_ watts: Watts, _ at: Int64) -> ReadingVerdict {
            observatory.take([Reading(node, .watts(watts), at: at)], of: fleet, at: now)[0]
        }
        #expect(take(5_000, now - 30) == .taken)
        #expect(take(5_000, now - 30) == .taken)
        #expect(take(4_000, now - 31) == .older)
        #expect(take(4_000, now - 121) == .stale)
        #expect(take(4_000, now + 61) == .future)
        #expect(take(6_000, now + 60) == .taken)
        // What was ahead counts as of now, so the next reading is not older than it.
        #expect(take(7_000, now) == .taken)
        #expect(take(-1, now) == .implausible)
        let draw = observatory.report(Fixtures.conditions(fleet), at: now).draw("east-h1-b1-pdu", fleet)
        #expect(draw?.watts == 7_000)
        #expect(observatory.counts[.taken] == 4 && observatory.counts[.older] == 1)
    }

    @Test("milliwatts taken for watts are left out at every level")
    func implausible() {
        let observatory = Observatory()
        let node = Fixtures.node("east-h1-b1-r1-n1", fleet)
        let subjects: [(ReadingSubject, Watts)] = [
            (.gpu(node, module: 1), 700), (.node(node), 10_000), (.rack(RackIndex(0)), 20_000),
            (.budget(Fixtures.budget("meter", fleet)), 900_000),
        ]
        for (subject, watts) in subjects {
            let verdicts = observatory.take(
                [
                    Reading(subject, .watts(watts * 1_000), at: now),
                    Reading(subject, .watts(watts), at: now),
                ], of: fleet, at: now)
            #expect(verdicts == [.implausible, .taken], "\(subject)")
        }
    }

    @Test("two energy counters make watts; one that starts anew begins again")
    func counters() {
        let observatory = Observatory()
        let node = Fixtures.node("east-h1-b1-r1-n1", fleet)
        func take(_ joules: Int64, _ at: Int64) -> ReadingVerdict {
            let reading = Reading(.gpu(node, module: 3), .energyMillijoules(joules * 1_000), at: at)
            return observatory.take([reading], of: fleet, at: at)[0]
        }
        #expect(take(1_000_000, now) == .counterStarted)
        #expect(take(1_009_000, now + 15) == .taken)
        #expect(take(1_009_000, now + 15) == .older)
        let idle = fleet.platform(of: node).power.gpuIdleWatts
        let expected = fleet.platform(of: node).nodeWatts(drawnByGPUs: 600 + 7 * idle)
        let draw = observatory.report(Fixtures.conditions(fleet), at: now + 15).draw("east-h1-b1-pdu", fleet)
        #expect(draw?.watts == expected)
        #expect(take(5_000, now + 30) == .counterStarted)
        #expect(take(15_000, now + 45) == .taken)
        #expect(take(90_000_000, now + 60) == .implausible)
    }

    @Test("readings are carried to a later fleet by name, and what is gone is forgotten")
    func laterFleet() {
        let observatory = Observatory()
        let readings =
            Fixtures.readings(ofRack: "east/h1/b2/r1", watts: 9_000, in: fleet)
            + Fixtures.readings(ofRack: "east/h1/b1/r2", watts: 4_000, in: fleet)
            + [Reading(.gpu(Fixtures.node("east-h1-r1-t01", fleet), module: 1), .watts(900), at: now)]
            + [Reading(.gpus(Fixtures.node("east-h1-r1-t02", fleet)), .watts(900), at: now)]
        #expect(observatory.take(readings, of: fleet, at: now).allSatisfy { $0 == .taken })
        for blocks in [3, 1] {
            let later = Fixtures.fleet(blocks: blocks)
            let report = observatory.report(Fixtures.conditions(later), at: now)
            #expect(report.draw("east-h1-b1-pdu", later)?.watts == 8_000)
            #expect(report.draws.count == later.budgets.count)
            if blocks == 3 { #expect(report.draw("east-h1-b2-pdu", later)?.watts == 18_000) }
            #expect((report.draw("meter", later)?.nodesObserved ?? 0) == (blocks == 3 ? 6 : 4))
        }
    }
}
