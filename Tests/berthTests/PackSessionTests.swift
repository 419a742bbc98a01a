// Deciding with no daemon.

import ControlAPI
import FleetModel
import Foundation
import Testing

@testable import berth

@Suite("A session of berth pack")
struct PackSessionTests {
    private var session: PackSession

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("config/fleets/small.yaml").path
        let fleet = try FleetFile.load(path: path, catalogue: try Catalogue.builtIn())
        session = PackSession(fleet: fleet, now: 1_800_000_000)
    }

    private mutating func run(_ text: String) throws -> PackAnswer {
        try session.run(try #require(try PackSyntax.parse(text)), line: 1)
    }

    private mutating func decide(_ text: String) throws -> PackDecision {
        guard case .decision(let decision) = try run(text) else { throw LineSyntax.Fault(description: "no decision") }
        return decision
    }

    @Test("grants what fits and says what it is made of")
    mutating func grants() throws {
        let block = try decide("lease block:1 duration=1d cap=60%")
        #expect(block.granted && block.gpus == 512 && block.id == "1" && block.commitNanoseconds != nil)
        #expect(block.hardware == ["lab-h1-b1-r1-n1..lab-h1-b1-r8-n8"])
        let gpus = try decide("lease gpu:1x4:GB200 duration=1d cap=60%")
        #expect(gpus.granted && gpus.gpus == 4)
    }

    @Test("refuses what does not fit, and says how much would")
    mutating func refuses() throws {
        let refused = try decide("lease block:2 duration=1d cap=60%")
        #expect(!refused.granted && refused.commitNanoseconds == nil && refused.hardware == nil)
        #expect(refused.shortages?.first?.wanted == 2 && refused.shortages?.first?.free == 1)
        #expect(session.summary().refused == 1)
    }

    @Test("places instances, composed GPUs, and lines that are spread or pinned")
    mutating func terms() throws {
        let mig = try decide("lease mig:8x1g.10gb:H100 duration=1d cap=60% id=mig")
        #expect(mig.granted && mig.gpus == 0 && mig.migInstances == 8)
        #expect(mig.hardware?.count == 8 && mig.hardware?.first?.contains(":1g.10gb@") == true)
        let composed = try decide("lease gpu:1x3:H100:composed duration=1d cap=60%")
        #expect(composed.granted && composed.gpus == 3 && composed.hardware?.count == 2)
        let spread = try decide("lease node:2:H100:spread=rack duration=1d cap=60%")
        #expect(spread.granted && Set(spread.hardware?.map { $0.split(separator: "-")[3] } ?? []).count == 2)
        let pinned = try decide("lease node:3:pin=lab-h1-b1-r8-n[2,4-5] duration=1d cap=60%")
        #expect(pinned.hardware == ["lab-h1-b1-r8-n2", "lab-h1-b1-r8-n4..lab-h1-b1-r8-n5"])
        #expect(!(try decide("lease node:1:pin=lab/h1/b1/r8/n4 duration=1d cap=60%").granted))
        guard case .released(let release) = try run("release mig") else { throw LineSyntax.Fault(description: "none") }
        #expect(release.held)
    }

    @Test("gives back what is released, and knows what was refused")
    mutating func releases() throws {
        #expect(try decide("lease block:1 duration=1d cap=60% id=a").granted)
        #expect(!(try decide("lease block:1 duration=1d cap=60% id=b").granted))
        guard case .released(let nothing) = try run("release b"), case .released(let all) = try run("release a") else {
            Issue.record("both are releases")
            return
        }
        #expect(!nothing.held && all.held)
        #expect(try decide("lease block:1 duration=1d cap=60% id=a").granted)
        #expect(throws: LineSyntax.Fault.self) { try session.run(.release(id: "c"), line: 1) }
    }

    @Test("frees what has ended and been turned round when the clock moves on")
    mutating func advances() throws {
        #expect(try decide("lease block:1 duration=1d cap=60%").granted)
        guard case .clock(let early) = try run("at +1d"), case .clock(let late) = try run("at +5m") else {
            Issue.record("both move the clock")
            return
        }
        #expect(early.ended == 0 && late.ended == 1 && late.live == 0)
        #expect(session.summary().packing.wholeBlocksLeft == 1)
        #expect(throws: LineSyntax.Fault.self) { try session.run(.at(.on(.init(epochSeconds: 0))), line: 1) }
    }

    @Test("refuses to read ids that are taken, and names that the fleet has not")
    mutating func faults() throws {
        #expect(try decide("lease node:1 duration=1d cap=60% id=a").granted)
        for text in [
            "lease node:1 duration=1d id=a", "lease node:1:B200 duration=1d", "lease node:1 duration=1d site=moon",
            "lease gpu:1x3 duration=1d", "lease mig:1x1g.10bg duration=1d", "lease node:1:pin=lab/h1/b9 duration=1d",
            "lease node:1:spread=node duration=1d", "lease node:1:within=rack:spread=hall duration=1d",
            "lease watts:1MW:spread=rack duration=1d", "lease node:1:composed duration=1d",
            "lease node:1 start=2020-01-01 duration=1d", "lease node:1 duration=20000d",
        ] {
            let step = try #require(try PackSyntax.parse(text))
            #expect(throws: LineSyntax.Fault.self, "\(text)") { try session.run(step, line: 1) }
        }
        #expect(session.summary().granted == 1)
    }

    @Test("the agenda gives entries in order of time")
    func agenda() {
        var agenda = PackAgenda()
        let times: [Int64] = [5, 3, 9, 1, 7, 3, 8, 2, 6, 4]
        for (number, time) in times.enumerated() {
            agenda.add(PackAgenda.Entry(until: time, number: UInt64(number), id: "\(number)"))
        }
        var taken: [Int64] = []
        while let entry = agenda.next(until: 7) { taken.append(entry.until) }
        #expect(taken == [1, 2, 3, 3, 4, 5, 6, 7])
        #expect(agenda.next(until: 100)?.until == 8)
    }
}
