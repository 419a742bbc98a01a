// Series: leases that are granted together and released together.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct SeriesTests {
    private static func orders(_ name: String, _ count: Int, nodes: Int = 2, tenant: String = "ada") -> [LeaseOrder] {
        (0..<count).map { place in
            let start = noon + day * Int64(place + 1)
            return order(
                .node, nodes, tenant: tenant, from: start, until: start + hour,
                label: LeaseSeries.label(name, place: place + 1))
        }
    }

    @Test("A series is one change, and each of its leases has a window of its own")
    func oneChange() throws {
        var desk = JournalledBook(Fleets.plain)
        let before = desk.index(of: "ada")
        let made = try desk.execute(.requestSeries("nights", Self.orders("nights", 3)))
        #expect(made.leases.count == 3 && desk.book.leases(ofSeries: "nights", of: "ada") == made.leases)
        #expect(desk.lastFacts.count == 3 && desk.index(of: "ada") == before + 1)
        #expect(desk.lease(made.leases[2]).label == "nights#3" && desk.lease(made.leases[2]).start == noon + 3 * day)
        #expect(desk.book.leases(ofSeries: "night", of: "ada").isEmpty)
        #expect(desk.book.leases(ofSeries: "nights", of: "bob").isEmpty)
    }

    @Test("The first window that does not fit refuses all of them")
    func firstMisfit() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.request(order(.node, 7, tenant: "bob", from: noon + 2 * day, until: noon + 3 * day))
        let refusal = desk.refusal(of: .requestSeries("nights", Self.orders("nights", 3)))
        #expect(refusal?.code == .noCapacity && refusal?.orderIndex == 1)
        #expect(desk.book.leases(ofSeries: "nights", of: "ada").isEmpty)
        try desk.execute(.requestSeries("nights", Self.orders("nights", 3, nodes: 1)))
    }

    @Test("A name is taken until its series is over, by each tenant for itself")
    func namesAreTaken() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.requestSeries("nights", Self.orders("nights", 2)))
        #expect(desk.refusal(of: .requestSeries("nights", Self.orders("nights", 1)))?.code == .inUse)
        try desk.execute(.requestSeries("nights", Self.orders("nights", 1, tenant: "bob")))
        try desk.execute(.releaseSeries("nights", tenant: "ada"))
        try desk.execute(.requestSeries("nights", Self.orders("nights", 1)))
    }

    @Test("A release cancels what is ahead, ends what runs and leaves what is over")
    func release() throws {
        var desk = JournalledBook(Fleets.plain)
        let leases = try desk.execute(.requestSeries("nights", Self.orders("nights", 3))).leases
        desk.advance(to: noon + day + 2 * hour)
        desk.advance(to: noon + 2 * day + 60)
        #expect(leases.map { desk.lease($0).state } == [.expired, .active, .scheduled])
        let released = try desk.execute(.releaseSeries("nights", tenant: "ada"))
        #expect(released.leases == Array(leases.dropFirst()))
        #expect(leases.map { desk.lease($0).state } == [.expired, .ending, .cancelled])
        #expect(desk.refusal(of: .releaseSeries("nights", tenant: "ada"))?.code == .wrongState)
        desk.advance(to: noon + 3 * day)
        #expect(desk.refusal(of: .releaseSeries("nights", tenant: "ada"))?.code == .notFound)
    }

    @Test("A plan is what would be granted, and changes nothing")
    func plan() throws {
        var desk = JournalledBook(Fleets.plain)
        let digest = desk.book.digest()
        let planned = try desk.book.planSeries("nights", Self.orders("nights", 3), now: desk.now)
        #expect(desk.book.digest() == digest)
        let made = try desk.execute(.requestSeries("nights", Self.orders("nights", 3))).leases.map { desk.lease($0) }
        #expect(planned.map(\.lines) == made.map(\.lines) && planned.map(\.promised) == made.map(\.promised))
    }
}
