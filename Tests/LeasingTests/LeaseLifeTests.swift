// Whole lives of leases, each step replayed and restored.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct LeaseLifeTests {
    @Test("A lease that starts now is active at once, ends, is turned round by timer and expires")
    func wholeLife() throws {
        var desk = JournalledBook(Fleets.plain)
        var lease = try desk.request(order(.node, 3, until: noon + hour))
        #expect(lease.state == .active && lease.start == noon && lease.conditions.isEmpty)
        #expect(lease.promised == Capacity(gpus: 24, watts: 3 * 10_200))
        #expect(lease.delivered(in: desk.book.fleet) == lease.promised)
        // 30,600 W × 1.05 × 1.2 at the meter.
        #expect(lease.meterWatts == 38_556)
        #expect(desk.book.nextDueAt == noon + hour && lease.nextChangeAt == noon + hour)
        #expect(
            desk.lastFacts.dropFirst() == [
                .leaseMoved(number: lease.number, event: .start, at: noon),
                .leaseMoved(number: lease.number, event: .deliver, at: noon),
            ])

        desk.advance(to: noon + hour - 1)
        #expect(desk.lease(lease.number).state == .active)
        desk.advance(to: noon + hour)
        lease = desk.lease(lease.number)
        #expect(lease.state == .ending && lease.delivered(in: desk.book.fleet) == Capacity())
        #expect(lease.nextChangeAt == noon + hour + 1_800)
        // Its units are not anybody else's before they are turned round.
        #expect(desk.refusal(of: order(.node, 6, until: noon + day))?.code == .noCapacity)
        desk.advance(to: noon + hour + 1_800)
        lease = desk.lease(lease.number)
        #expect(lease.state == .expired && lease.end == noon + hour && lease.nextChangeAt == nil)
        #expect(desk.book.nextDueAt == nil)
        #expect(try desk.request(order(.node, 8, until: noon + day)).state == .active)
    }

    @Test("A lease in the future is scheduled, starts in its second, and shares hardware with what ends before it")
    func futureStart() throws {
        var desk = JournalledBook(Fleets.plain)
        let first = try desk.request(order(.node, 8, until: noon + hour))
        let early = order(.node, 8, from: noon + hour + 1_799, until: noon + day)
        #expect(desk.refusal(of: early)?.code == .noCapacity)
        let next = try desk.request(order(.node, 8, from: noon + hour + 1_800, until: noon + day))
        #expect(next.state == .scheduled && next.nodesInUse == first.nodesInUse)
        #expect(next.delivered(in: desk.book.fleet) == Capacity())
        // The return of the first and the start of the next fall into one second.
        desk.advance(to: noon + hour + 1_800)
        #expect(desk.lease(first.number).state == .expired)
        #expect(desk.lease(next.number).state == .active)
        #expect(desk.lease(next.number).conditions.isEmpty)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A scheduled lease that is given back is cancelled and leaves no trace in hardware or watts")
    func cancel() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, from: noon + hour, until: noon + day))
        try desk.execute(.releaseLease(lease.number))
        #expect(desk.lease(lease.number).state == .cancelled)
        #expect(desk.book.nextDueAt == nil)
        #expect(BookRules.violations(of: desk.book) == [])
        #expect(try desk.request(order(.node, 8, from: noon + hour, until: noon + day)).state == .scheduled)
        desk.advance(to: noon + 2 * day)
        #expect(desk.lease(lease.number).state == .cancelled)
    }

    @Test("An active lease that is given back ends now, and its promise with it")
    func release() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + day))
        desk.advance(to: noon + hour)
        try desk.execute(.releaseLease(lease.number))
        #expect(desk.lease(lease.number).state == .ending && desk.lease(lease.number).end == noon + hour)
        #expect(desk.book.tenant("ada")!.gpuTimeline.value(at: noon + hour) == 0)
        #expect(desk.book.tenant("ada")!.gpuTimeline.value(at: noon + hour - 1) == 64)
        #expect(BookRules.violations(of: desk.book) == [])
        _ = try desk.request(order(.node, 8, from: noon + hour + 1_800, until: noon + day))
        desk.advance(to: noon + hour + 1_800)
        #expect(desk.lease(lease.number).state == .expired)
    }

    @Test("A lease given back in the second of its start has lasted one second")
    func releaseInTheSecondOfTheStart() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day))
        try desk.execute(.releaseLease(lease.number))
        #expect(desk.lease(lease.number).state == .ending && desk.lease(lease.number).end == noon + 1)
        let short = try desk.request(order(.node, 2, until: noon + 1))
        try desk.execute(.releaseLease(short.number))
        #expect(desk.lease(short.number).end == noon + 1)
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 1 + 1_800)
        #expect(desk.lease(lease.number).state == .expired && desk.lease(short.number).state == .expired)
    }

    @Test("A lease without turn-round ends and expires in one second, and the next holder starts in it")
    func noTurnRound() throws {
        let fleet = Fleets.parse(Fleets.text(turnRound: "{cleaning: 0s, validating: 0s, endsBy: timer}"))
        var desk = JournalledBook(fleet)
        let first = try desk.request(order(.node, 8, until: noon + hour))
        let next = try desk.request(order(.node, 8, tenant: "bob", from: noon + hour, until: noon + day))
        desk.advance(to: noon + hour)
        #expect(desk.lease(first.number).state == .expired)
        #expect(desk.lease(next.number).state == .active)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("What is over cannot be given back again, and what is turned round neither")
    func releaseInOtherStates() throws {
        var desk = JournalledBook(Fleets.plain)
        let cancelled = try desk.request(order(from: noon + hour, until: noon + day))
        try desk.execute(.releaseLease(cancelled.number))
        let ending = try desk.request(order(until: noon + day))
        desk.advance(to: noon + 1)
        try desk.execute(.releaseLease(ending.number))
        for number in [cancelled.number, ending.number] {
            #expect(desk.refusal(of: .releaseLease(number))?.code == .wrongState)
        }
        desk.advance(to: noon + hour)
        #expect(desk.lease(ending.number).state == .expired)
        #expect(desk.refusal(of: .releaseLease(ending.number))?.code == .wrongState)
        #expect(desk.refusal(of: .releaseLease(99))?.code == .notFound)
    }

    @Test("After a downtime what was due is applied in due order, each with the time at which it was due")
    func downtime() throws {
        var desk = JournalledBook(Fleets.plain)
        let first = try desk.request(order(.node, 8, until: noon + hour))
        let second = try desk.request(order(.node, 8, from: noon + 2 * hour, until: noon + 3 * hour))
        let third = try desk.request(order(.node, 8, from: noon + 4 * hour, until: noon + 9 * hour))
        desk.advance(to: noon + 5 * hour)
        let moves: [Fact] = [
            .leaseMoved(number: first.number, event: .end, at: noon + hour),
            .leaseMoved(number: first.number, event: .return, at: noon + hour + 1_800),
            .leaseMoved(number: second.number, event: .start, at: noon + 2 * hour),
            .leaseMoved(number: second.number, event: .deliver, at: noon + 2 * hour),
            .leaseMoved(number: second.number, event: .end, at: noon + 3 * hour),
            .leaseMoved(number: second.number, event: .return, at: noon + 3 * hour + 1_800),
            .leaseMoved(number: third.number, event: .start, at: noon + 4 * hour),
            .leaseMoved(number: third.number, event: .deliver, at: noon + 4 * hour),
        ]
        #expect(desk.lastFacts == moves)
        #expect(desk.entries.last!.recordedAt == noon + 5 * hour)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("More than one step's worth of due events is applied in several steps that say so")
    func manyDueAtOnce() throws {
        var desk = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: feed, rating: 10 MW}]")))
        desk.replaysAll = false
        // Sixty partitions, one after another, all over before the clock is looked at again.
        for step in 0..<Int64(6) {
            let window = (noon + 1 + step * 4_000, noon + 2_000 + step * 4_000)
            let orders = (0..<60).map { _ in order(.gpus(1), from: window.0, until: window.1) }
            try desk.execute(.requestLeases(orders, planTokens: Array(repeating: nil, count: 60)))
        }
        desk.now = noon + day
        var facts: [Int] = []
        var outcome = Outcome()
        repeat {
            outcome = try desk.execute(.advance)
            facts.append(desk.lastFacts.count)
        } while outcome.hasMoreDue
        // 360 leases with a start, an end and a return each, and 256 events in one step.
        #expect(facts.count == 5)
        #expect(facts.reduce(0, +) == 4 * 360)
        #expect(desk.book.leaseCount(in: .expired) == 360)
        #expect(desk.book.nextDueAt == nil)
        desk.checkRestart()
    }

    @Test("Exactly as many due events as one step applies leave nothing more due")
    func exactlyOneStepDue() throws {
        var desk = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: feed, rating: 10 MW}]")))
        desk.replaysAll = false
        for step in 0..<Int64(4) {
            let orders = (0..<64).map { _ in
                order(.gpus(1), from: noon + day * (step + 1), until: noon + day * (step + 1) + 1)
            }
            try desk.execute(.requestLeases(orders, planTokens: Array(repeating: nil, count: 64)))
        }
        desk.now = noon + day
        #expect(try !desk.execute(.advance).hasMoreDue)
        #expect(desk.book.leaseCount(in: .active) == 64)
    }

    @Test("A line of several shapes is granted whole, and its parts do not overlap")
    func mixedLines() throws {
        var desk = JournalledBook(Fleets.plain)
        var mixed = order(.gpus(2), 3, until: noon + hour)
        mixed.lines.append(LeaseLine(name: "racks", shape: .rack, count: 1, models: ["H100"], within: nil))
        mixed.lines.append(LeaseLine(name: "nodes", shape: .node, count: 2, models: [], within: .rack))
        mixed.lines.append(LeaseLine(name: "half", shape: .gpus(4), count: 1, models: [], within: nil))
        let lease = try desk.request(mixed)
        #expect(lease.promised.gpus == 6 + 32 + 16 + 4)
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + day)
        #expect(desk.lease(lease.number).state == .expired)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A line in megawatts takes as many nodes as its power carries at the meter")
    func powerLine() throws {
        var desk = JournalledBook(Fleets.plain)
        // 12,852 W at the meter for each node.
        let lease = try desk.request(order(.power(meterWatts: 40_000, wholeSites: false), until: noon + hour))
        #expect(lease.nodesInUse.count == 3)
        #expect(lease.meterWatts == 38_556)
    }

    @Test("The oldest leases that are over make room beyond the bound, and the counts follow")
    func finalLeasesAreBounded() throws {
        var desk = JournalledBook(Fleets.plain)
        desk.replaysAll = false
        let first = try desk.request(order(from: noon + hour, until: noon + day)).number
        try desk.execute(.releaseLease(first))
        // Batches keep this quick; each lease is cancelled in one command.
        var cancelled = 1
        while cancelled < Book.finalLeasesMax + 3 {
            let count = min(8, Book.finalLeasesMax + 3 - cancelled)
            let orders = (0..<count).map { _ in order(from: noon + hour, until: noon + day) }
            for number in try desk.quietly(.requestLeases(orders, planTokens: orders.map { _ in nil })).leases {
                _ = try desk.quietly(.releaseLease(number))
            }
            cancelled += count
        }
        #expect(desk.book.leaseCount(in: .cancelled) == Book.finalLeasesMax)
        #expect(desk.book.lease(first) == nil && desk.book.lease(first + 2) == nil)
        #expect(desk.book.lease(first + 3)?.state == .cancelled)
        #expect(desk.refusal(of: .releaseLease(first))?.code == .notFound)
        desk.checkRestart()
    }
}
