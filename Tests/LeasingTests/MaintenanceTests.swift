// Maintenance windows: leases are packed around them, and they never move one.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct MaintenanceTests {
    static func plan(
        _ nodes: Range<Int>..., at windows: Range<Int64>..., reason: String = "firmware"
    ) -> Maintenance.Plan {
        Maintenance.Plan(nodes: nodes, windows: windows, reason: reason)
    }

    @Test("Nobody is granted a window that touches one, turn-round included, and a free node elsewhere is used")
    func packedAround() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putMaintenance("m", Self.plan(0..<4, at: noon + day..<noon + day + hour)))
        // Turn-round is half an hour in this fleet: what ends half an hour before is free in time.
        let short = try desk.request(order(.node, 8, until: noon + day - 1_800))
        try desk.execute(.releaseLease(short.number))
        desk.advance(to: noon + hour)
        #expect(desk.refusal(of: order(.node, 8, until: noon + day - 1_799))?.code == .noCapacity)
        let long = try desk.request(order(.node, 4, until: noon + 3 * day))
        #expect(long.nodesInUse == [4, 5, 6, 7])
        #expect(desk.refusal(of: order(.gpus(1), 1, from: noon + day, until: noon + 2 * day))?.code == .noCapacity)
        // From its end on everything is free again.
        let after = try desk.request(order(.node, 4, from: noon + day + hour, until: noon + 2 * day))
        #expect(after.nodesInUse == [0, 1, 2, 3])
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 10 * day)
        #expect(desk.book.maintenanceNames.isEmpty && BookRules.violations(of: desk.book) == [])
    }

    @Test("It is refused where a lease holds a node, with the lease and the first time without any")
    func refused() throws {
        var desk = JournalledBook(Fleets.plain)
        let first = try desk.request(order(.node, 8, until: noon + hour))
        let later = try desk.request(order(.node, 1, tenant: "bob", from: noon + 4 * hour, until: noon + 5 * hour))
        let held = Self.plan(0..<8, at: noon + hour..<noon + 2 * hour)
        let refusal = desk.refusal(of: .putMaintenance("m", held))
        #expect(refusal?.code == .inUse && refusal?.pointer == "/nodes")
        #expect(refusal?.detail.contains(desk.book.naming.id(of: first.number)) == true, "\(refusal as Any)")
        #expect(refusal?.detail.contains("of ada") == true)
        // The first lease is turned round until half past one; from then there are two and a half hours.
        #expect(refusal?.detail.contains("from \(RFC3339.text(noon + hour + 1_800))") == true, "\(refusal as Any)")
        #expect(desk.book.firstFree([0..<8], from: noon, seconds: 9_000, besides: nil) == noon + hour + 1_800)
        #expect(desk.book.firstFree([0..<8], from: noon, seconds: 9_001, besides: nil) == noon + 5 * hour + 1_800)
        let second = Self.plan(
            0..<8, at: noon + 2 * hour..<noon + 3 * hour, noon + 4 * hour..<noon + 5 * hour)
        let other = desk.refusal(of: .putMaintenance("m", second))
        #expect(other?.detail.contains("window 2 of 2") == true, "\(other as Any)")
        #expect(other?.detail.contains(desk.book.naming.id(of: later.number)) == true)
        try desk.execute(.putMaintenance("m", Self.plan(0..<8, at: noon + 2 * hour..<noon + 3 * hour)))
        let both = desk.refusal(of: .putMaintenance("n", Self.plan(7..<8, at: noon + 2 * hour..<noon + 3 * hour)))
        #expect(both?.detail.contains("maintenance m") == true)
    }

    @Test("Where several leases are in the way of one window, each of them is named")
    func refusedBySeveral() throws {
        var desk = JournalledBook(Fleets.plain)
        let leases = try ["ada", "bob", "ada"].map { try desk.request(order(.node, 2, tenant: $0, until: noon + day)) }
        let held = Self.plan(0..<8, at: noon + hour..<noon + 2 * hour)
        let detail = try desk.refused(.putMaintenance("m", held)).detail
        for lease in leases {
            #expect(detail.contains("\(desk.book.naming.id(of: lease.number)) of \(lease.tenant)"), "\(detail)")
        }
    }

    @Test("Nodes that are cordoned or faulty can be maintained, and draw no more than idle ones")
    func closedNodes() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.set(.cordon, 0)
        try desk.set(.fault, 1)
        let idle = desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon)
        try desk.execute(.putMaintenance("m", Self.plan(0..<3, at: noon..<noon + hour)))
        #expect(desk.book.packing.committedWatts(of: BudgetIndex(0), at: noon) == idle)
        #expect(desk.book.maintenance(on: NodeIndex(2), at: noon)?.name == "m")
        #expect(desk.book.maintenance(on: NodeIndex(2), at: noon + hour) == nil)
        #expect(desk.book.maintenance(on: NodeIndex(3), at: noon) == nil)
        try desk.set(.fault, 2)
        try desk.set(.repair, 2)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Setting it again replaces it, the same again changes nothing, and a running window keeps its start")
    func replaced() throws {
        var desk = JournalledBook(Fleets.plain)
        let both = Self.plan(0..<4, at: noon..<noon + hour, noon + day..<noon + day + hour)
        try desk.execute(.putMaintenance("m", both))
        let count = desk.entries.count
        try desk.execute(.putMaintenance("m", both))
        #expect(desk.entries.count == count)
        desk.advance(to: noon + 60)
        try desk.execute(.putMaintenance("m", both))
        #expect(desk.entries.count == count)
        // Longer, and on other nodes: what it held before is free again.
        try desk.execute(.putMaintenance("m", Self.plan(2..<6, at: noon..<noon + 2 * hour)))
        let item = desk.book.maintenance(named: "m")
        #expect(item?.plan.windows == [noon + 60..<noon + 2 * hour] && item?.number == 2)
        _ = try desk.request(order(.node, 4, until: noon + hour))
        #expect(desk.refusal(of: order(.node, 1, until: noon + hour))?.code == .noCapacity)
        try desk.execute(.removeMaintenance("m"))
        _ = try desk.request(order(.node, 4, until: noon + hour))
        #expect(desk.refusal(of: .removeMaintenance("m"))?.code == .notFound)
    }

    @Test("Windows go one by one as they end, after a downtime too")
    func ends() throws {
        var desk = JournalledBook(Fleets.plain)
        let windows = (0..<5).map { noon + day * $0..<noon + day * $0 + hour }
        try desk.execute(
            .putMaintenance(
                "m", Maintenance.Plan(nodes: [0..<8], windows: windows, reason: "x", rule: "r", timeZone: "UTC")))
        #expect(desk.book.nextDueAt == noon + hour)
        desk.advance(to: noon + 2 * day + 30)
        #expect(desk.book.maintenance(named: "m")?.plan.windows == Array(windows[2...]))
        #expect(desk.book.maintenance(named: "m")?.plan.rule == "r")
        desk.advance(to: noon + 4 * day + hour)
        #expect(desk.book.maintenanceNames == [] && desk.book.nextDueAt == nil)
    }

    @Test("What makes no sense is refused where it stands")
    func unsound() throws {
        var desk = JournalledBook(Fleets.plain)
        let later = noon + day
        let many = (0...MaintenanceLimits.windowsMax).map { later + Int64($0) * hour..<later + Int64($0) * hour + 1 }
        for (plan, pointer) in [
            (Self.plan(0..<1, at: noon - hour..<noon), "/start"),
            (Self.plan(0..<1, at: noon..<noon + OrderLimits.horizonSeconds + 1), "/duration"),
            (Maintenance.Plan(nodes: [], windows: [later..<later + 1], reason: "x"), "/nodes"),
            (Maintenance.Plan(nodes: [0..<1], windows: [], reason: "x"), "/recurrence"),
            (Maintenance.Plan(nodes: [0..<1], windows: many, reason: "x"), "/recurrence"),
        ] {
            let refusal = desk.refusal(of: .putMaintenance("m", plan))
            #expect(refusal?.code == .invalid && refusal?.pointer == pointer, "\(refusal as Any)")
        }
    }

    @Test("A new fleet keeps maintenance on the nodes that it still has")
    func adopted() throws {
        func fleet(_ blocks: String) -> Fleet {
            Fleets.parse(Fleets.text(halls: "[{name: h1, blocks: [\(blocks)]}]"))
        }
        let (one, two) = (
            "{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 4}",
            "{name: b2, platform: hgx-h100, racks: 1, nodesPerRack: 4}"
        )
        var desk = JournalledBook(fleet(one + ", " + two))
        try desk.execute(.putMaintenance("m", Self.plan(2..<6, at: noon + day..<noon + 2 * day)))
        try desk.execute(.putMaintenance("n", Self.plan(0..<2, at: noon + day..<noon + 2 * day)))
        try desk.execute(.adoptFleet(fleet(two)))
        #expect(desk.book.maintenance(named: "m")?.plan.nodes == [0..<2])
        #expect(desk.book.maintenanceNames == ["m"])
        #expect(desk.refusal(of: order(.node, 3, from: noon + day, until: noon + 2 * day))?.code == .noCapacity)
        desk.advance(to: noon + 3 * day)
        #expect(desk.book.maintenanceNames == [])
    }

    @Test("An explanation names it to the provider and says other commitments to a tenant")
    func explained() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(
            .putMaintenance("pumps", Self.plan(0..<4, at: noon + hour..<noon + 2 * hour, reason: "coolant")))
        let wanted = order(.node, 8, until: noon + day)
        let told = desk.book.explain(wanted, to: .provider, now: noon).obstacles
        let named = told.first { $0.name == "pumps" }
        #expect(named?.kind == .booking && named?.from == noon + hour && named?.until == noon + 2 * hour, "\(told)")
        #expect(named?.message == "maintenance of 4 nodes: coolant")
        let hidden = desk.book.explain(wanted, to: .tenant("ada"), now: noon).obstacles
        #expect(hidden.contains { $0.name == "other commitments" && $0.from == nil })
        #expect(!hidden.contains { $0.message.contains("coolant") || $0.name == "pumps" }, "\(hidden)")
    }
}
