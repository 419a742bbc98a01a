// Readings add up to the draw of every domain above them.

import FleetModel
import Testing

@testable import Telemetry

@Suite("Observed sums")
struct ObservedSumsTests {
    private typealias Fixtures = TelemetryFixtures
    private let fleet = Fixtures.fleet()
    private let now = Fixtures.now

    private func report(_ readings: [Reading], at time: Int64? = nil) -> DrawReport {
        let observatory = Observatory()
        _ = observatory.take(readings, of: fleet, at: now)
        return observatory.report(Fixtures.conditions(fleet), at: time ?? now)
    }

    @Test("whole nodes add up along the tree, with the losses up to where a domain is measured")
    func nodes() throws {
        let report = report(Fixtures.readings(ofRack: "east/h1/b1/r1", watts: 10_000, in: fleet))
        let pdu = try #require(report.draw("east-h1-b1-pdu", fleet))
        #expect(pdu == ObservedDraw(watts: 20_000, at: now, nodesObserved: 2, nodeCount: 4, basis: .measured))
        #expect(pdu.sharePermille == 500)
        let meter = try #require(report.draw("meter", fleet))
        #expect(meter.watts == 25_200 && meter.nodesObserved == 2)
        #expect(report.draw("east-h1-b2-pdu", fleet) == nil)
        #expect(report.siteDraws[0]?.watts == Watts(25_200 + 21_000))
    }

    @Test("a rack on two feeds counts once above both and in full in each")
    func twoFeeds() throws {
        let report = report(Fixtures.readings(ofRack: "east/h1/b1/r1", watts: 10_000, in: fleet))
        #expect(report.draw("a", fleet)?.watts == 20_000)
        #expect(report.draw("b", fleet)?.watts == 20_000)
        #expect(report.draw("twin", fleet)?.watts == 21_000)
    }

    @Test("a meter outranks what is below it, for its own domain and for those above")
    func meters() throws {
        let pdu = Fixtures.budget("east-h1-b1-pdu", fleet)
        let report = report(
            Fixtures.readings(ofRack: "east/h1/b1/r1", watts: 10_000, in: fleet)
                + Fixtures.readings(ofRack: "east/h1/b2/r1", watts: 5_000, in: fleet)
                + [Reading(.budget(pdu), .watts(33_000), at: now)])
        #expect(report.draw("east-h1-b1-pdu", fleet)?.basis == .meter)
        #expect(report.draw("east-h1-b1-pdu", fleet)?.watts == 33_000)
        #expect(report.draw("meter", fleet)?.watts == Watts(43_000 * 126 / 100))
        #expect(report.draw("meter", fleet)?.nodesObserved == 6)
        // The two feeds overlap, so a sum over them would count racks twice: it is made of the racks.
        #expect(report.draw("twin", fleet)?.watts == Watts(30_000 * 105 / 100))
    }

    @Test("a rack's reading outranks its nodes'")
    func racks() throws {
        let rack = try #require(fleet.rack(path: "east/h1/b1/r1"))
        let report = report(
            Fixtures.readings(ofRack: "east/h1/b1/r1", watts: 10_000, in: fleet)
                + [Reading(.rack(rack), .watts(21_500), at: now)])
        #expect(report.draw("east-h1-b1-pdu", fleet)?.watts == 21_500)
    }

    @Test("GPUs alone get what is around them from the catalogue, exact when idle and at the highest cap")
    func gpusOnly() throws {
        let node = Fixtures.node("east-h1-b1-r1-n1", fleet)
        let platform = fleet.platform(of: node)
        func draw(_ watts: Watts, modules: ClosedRange<Int> = 1...8) -> ObservedDraw? {
            report(modules.map { Reading(.gpu(node, module: $0), .watts(watts), at: now) })
                .draw("east-h1-b1-pdu", fleet)
        }
        #expect(draw(platform.power.gpuIdleWatts)?.watts == platform.power.nodeIdleWatts)
        #expect(draw(700)?.watts == platform.nodeWatts(leasedGPUs: 8, capWatts: 700))
        #expect(draw(700)?.basis == .partlyEstimated && draw(700)?.nodesObserved == 1)
        // A GPU that is silent counts as idle.
        let seven = try #require(draw(700, modules: 1...7)?.watts)
        let eight = try #require(draw(700)?.watts)
        #expect(seven <= eight - (700 - platform.power.gpuIdleWatts))
        // Never more than a lease at that cap commits.
        for cap in stride(from: Watts(200), through: 700, by: 50) {
            #expect(try #require(draw(cap)?.watts) <= platform.nodeWatts(leasedGPUs: 8, capWatts: cap))
        }
    }

    @Test("a sum over a node's GPUs is as good as each of them, and the newer of the two counts")
    func gpuSums() throws {
        let node = Fixtures.node("east-h1-b1-r1-n1", fleet)
        let each = (1...8).map { Reading(.gpu(node, module: $0), .watts(500), at: now - 20) }
        func draw(_ readings: [Reading]) -> ObservedDraw? { report(readings).draw("east-h1-b1-pdu", fleet) }
        let sum = try #require(draw([Reading(.gpus(node), .watts(4_000), at: now - 20)]))
        #expect(sum == draw(each) && sum.basis == .partlyEstimated)
        #expect(draw(each + [Reading(.gpus(node), .watts(4_800), at: now - 10)])?.watts ?? 0 > sum.watts)
        #expect(draw(each + [Reading(.gpus(node), .watts(4_800), at: now - 30)]) == sum)
        #expect(draw([Reading(.gpus(node), .watts(11_201), at: now)]) == nil)
    }

    @Test("an NVL72 rack adds what its switches draw, and says that it is estimated")
    func rackOverhead() throws {
        let report = report(Fixtures.readings(ofRack: "east/h1/r1", watts: 2_000, in: fleet))
        let meter = try #require(report.draw("meter", fleet))
        #expect(meter.basis == .partlyEstimated && meter.nodesObserved == 18)
        #expect(meter.watts == Watts((18 * 2_000 + 12_000) * 126 / 100))
    }

    @Test("readings stop counting when they are no longer fresh")
    func staleness() {
        let readings = Fixtures.readings(ofRack: "east/h1/b1/r1", watts: 10_000, in: fleet)
        #expect(report(readings, at: now + 120).draw("meter", fleet) != nil)
        #expect(report(readings, at: now + 121).draw("meter", fleet) == nil)
    }

    @Test("the upper levels are whole levels, and nameplate is that of the whole domain")
    func upper() {
        let report = report([])
        #expect(report.upper == Array(fleet.budgets.indices))
        let platform = fleet.platform(of: Fixtures.node("east-h1-b1-r1-n1", fleet))
        let full = platform.nodeWatts(leasedGPUs: 8, capWatts: 700)
        #expect(report.nameplateWatts[Fixtures.budget("east-h1-b1-pdu", fleet).offset] == 4 * full)
    }
}
