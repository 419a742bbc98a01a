// A ramp over sixty days against a calendar of ten thousand leases on the default fleet.

import FleetModel
import Foundation
import Packing
import Testing

@testable import Leasing

@Suite struct RampScenarioTests {
    private static let days: Int64 = 60
    private static let start = noon + day

    /// The default fleet with ten thousand leases of one NVL72 rack, each for 23 hours of one of sixty days.
    private static func calendar() throws -> JournalledBook {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let file = root.appendingPathComponent("config/fleets/colossus.yaml")
        var desk = JournalledBook(Fleets.parse(try String(contentsOf: file, encoding: .utf8)))
        var left = 10_000
        for index in 0..<Int64(left) {
            // More of them each day: 19 on the first one, five more on each that follows, and ten for the last.
            var (place, at) = (index, Int64(0))
            while at < days - 1, place >= 19 + 5 * at { (place, at) = (place - 19 - 5 * at, at + 1) }
            let from = start + at * day
            _ = try desk.quietly(
                .requestLeases([racks(1, tenant: "bob", from: from, until: from + 23 * hour)], planTokens: [nil]))
            left -= 1
        }
        #expect(left == 0 && desk.book.leaseCount(in: .scheduled) == 10_000)
        return desk
    }

    private static func racks(
        _ count: Int, _ ramp: [RampStep] = [], tenant: String = "ada", from: Int64, until: Int64
    ) -> LeaseOrder {
        var result = order(tenant: tenant, from: from, until: until, cap: .watts(800), sites: ["memphis-2"])
        result.lines = [
            LeaseLine(
                name: "racks", shape: .nvl72, count: count, models: ["GB200"], within: nil, ramp: ramp)
        ]
        return result
    }

    @Test("Sixty steps are granted together, each day holds what its step says, and one rack too many names its step")
    func ramp() throws {
        var desk = try Self.calendar()
        let end = Self.start + Self.days * day
        // Twenty racks more each day: 64 on the first, 64 + 59 × 20 = 1,244 on the last.
        let steps = (1..<Self.days).map { RampStep(at: Self.start + $0 * day, count: 64 + 20 * Int($0)) }
        let outcome = try desk.quietly(
            .requestLeases([Self.racks(64, steps, from: Self.start, until: end)], planTokens: [nil]))
        let number = outcome.leases[0]
        let whole = try #require(desk.book.wholeLease(number))
        #expect(whole.promised.gpus == 64 * 72)
        let schedule = whole.schedule(in: desk.book.fleet)
        #expect(schedule.map(\.promised.gpus) == (1..<60).map { (64 + 20 * $0) * 72 })
        #expect(schedule.map(\.at) == steps.map(\.at))
        #expect(BookRules.rackHolders(desk.book).isEmpty)

        // What the last day has left, counted rack by rack over everybody's leases.
        let last = Self.start + 59 * day
        let free = BookRules.freeRacks(desk.book, on: "memphis-2", from: last, until: end)
        let more = { (count: Int) in Amendment(lines: [LineAmendment(name: "racks", change: .count(count))], from: last)
        }
        let digest = desk.book.digest()
        var refusal: Refusal?
        do throws(Refusal) { _ = try desk.quietly(.amendLease(number, more(1_244 + free + 1))) } catch {
            refusal = error
        }
        #expect(refusal?.code == .noCapacity && desk.book.digest() == digest)
        _ = try desk.quietly(.amendLease(number, more(1_244 + free)))
        #expect(desk.book.wholeLease(number)?.ramp(ofLine: 0).last == RampStep(at: last, count: 1_244 + free))
        #expect(BookRules.rackHolders(desk.book).isEmpty)
        desk.checkRestart()
    }
}

extension BookRules {
    /// Racks that two live leases or parts hold at one instant.
    fileprivate static func rackHolders(_ book: Book) -> [Int] {
        var windows: [Int: [Range<Int64>]] = [:]
        book.forEachLease { part in
            for range in part.bookedNodes where !part.state.isFinal {
                for segment in book.fleet.rackSegments(of: [range]) {
                    windows[segment.rack.offset, default: []].append(part.start..<part.until)
                }
            }
            return true
        }
        return windows.filter { _, here in
            let sorted = here.sorted { $0.lowerBound < $1.lowerBound }
            return zip(sorted, sorted.dropFirst()).contains { $0.upperBound > $1.lowerBound }
        }.map(\.key)
    }

    /// Racks of a site that nobody holds at any time of a window.
    fileprivate static func freeRacks(_ book: Book, on site: String, from start: Int64, until end: Int64) -> Int {
        var held: Set<Int> = []
        book.forEachLease { part in
            guard !part.state.isFinal, part.start < end + part.turnRoundSeconds, start < part.until else { return true }
            for segment in book.fleet.rackSegments(of: part.bookedNodes) { held.insert(segment.rack.offset) }
            return true
        }
        return book.fleet.racks.indices.count { rack in
            book.fleet.sites[book.fleet.racks[rack].siteOffset].name == site && !held.contains(rack)
        }
    }
}
