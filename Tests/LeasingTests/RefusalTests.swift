// Every refusal, with where in the request it points.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct RefusalTests {
    private static func desk() -> JournalledBook {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.tenant = "bob"
        _ = try! desk.execute(.putContract(name: "bobs", terms: terms))
        _ = try! desk.execute(.putContract(name: "open", terms: ContractTerms()))
        return desk
    }

    private static func with(_ change: (inout LeaseOrder) -> Void) -> LeaseOrder {
        var changed = order(until: noon + hour)
        change(&changed)
        return changed
    }

    private static let many = LeaseLine(name: "x", shape: .node, count: 1, models: [], within: nil)

    /// Orders that contradict themselves or name what is not there, and where each is wrong.
    static let unsound: [(order: LeaseOrder, pointer: String)] = [
        (order(tenant: "eve", until: noon + hour), "/tenant"),
        (order(until: noon + hour, contract: "none"), "/contract"),
        (order(until: noon + hour, contract: "bobs"), "/contract"),
        (order(from: noon - 1, until: noon + hour), "/start"),
        (order(until: noon), "/end"),
        (order(from: noon + hour, until: noon + hour), "/end"),
        (order(until: noon + OrderLimits.horizonSeconds + 1), "/end"),
        (order(until: .max), "/end"),
        (with { $0.lines = [] }, "/reservations"),
        (with { $0.lines = Array(repeating: many, count: OrderLimits.linesMax + 1) }, "/reservations"),
        (with { $0.lines[0].count = 0 }, "/reservations/0/count"),
        (with { $0.lines[0].count = -1 }, "/reservations/0/count"),
        (with { $0.lines[0].count = OrderLimits.countMax + 1 }, "/reservations/0/count"),
        (
            with { $0.lines = [many, LeaseLine(name: "y", shape: .gpus(3), count: 1, models: [], within: nil)] },
            "/reservations/1/gpus"
        ),
        (order(.power(meterWatts: 1, wholeSites: false), until: noon + hour, within: .site), "/reservations/0/within"),
        (order(.gpus(1), OrderLimits.partitionsMax + 1, until: noon + hour), "/reservations/0/count"),
        (order(until: noon + hour, models: ["H100", "H300"]), "/reservations/0/gpu/1"),
        (order(until: noon + hour, sites: ["east", "north"]), "/sites/1"),
        (order(until: noon + hour, cap: .watts(701)), "/capWattsPerGpu"),
        (order(until: noon + hour, cap: .watts(199)), "/capWattsPerGpu"),
        (order(until: noon + hour, cap: .percent(101)), "/capPercent"),
        (order(until: noon + hour, cap: .percent(5)), "/capPercent"),
        (order(.rack, until: noon + hour, spares: 8), "/spares/perDomain"),
        (order(.gpus(1), until: noon + hour, spares: 1), "/reservations/0"),
        (order(.node, until: noon + hour, spares: 1), "/reservations/0"),
    ]

    @Test("A request that cannot be sound is refused with a pointer to what is wrong", arguments: 0..<unsound.count)
    func unsoundOrders(place: Int) {
        var desk = Self.desk()
        let (order, pointer) = Self.unsound[place]
        let refusal = desk.refusal(of: order)
        #expect(refusal?.code == .invalid)
        #expect(refusal?.pointer == pointer)
    }

    @Test("Extreme numbers in a request are refused, and never trap")
    func extremes() {
        var desk = Self.desk()
        for cap in [PowerCap.watts(.max), .watts(.min), .watts(-700), .percent(.max), .percent(.min), .percent(-1)] {
            let refusal = desk.refusal(of: order(until: noon + hour, cap: cap))
            #expect(refusal?.code == .invalid, "\(cap)")
        }
        for watts in [Watts.max, .min, 0, -1] {
            let big = order(.power(meterWatts: watts, wholeSites: false), until: noon + hour)
            _ = desk.refusal(of: big)
        }
        for spares in [Int.max, .min, -1] {
            for shape in [PlacementShape.rack, .node] {
                let odd = order(shape, until: noon + hour, within: .rack, spares: spares)
                _ = desk.refusal(of: odd)
            }
        }
        for start in [Int64.min, .max] {
            let odd = order(from: start, until: .max)
            #expect(desk.refusal(of: odd)?.code == .invalid)
        }
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A batch beyond its bound is refused")
    func batchTooLong() {
        var desk = Self.desk()
        let orders = Array(repeating: order(.gpus(1), until: noon + hour), count: OrderLimits.leasesMax + 1)
        let refusal = desk.refusal(of: .requestLeases(orders, planTokens: orders.map { _ in nil }))
        #expect(refusal?.code == .invalid && refusal?.pointer == "/leases")
    }

    @Test("What does not fit says how much of which line would have")
    func noCapacity() throws {
        var desk = Self.desk()
        let refusal = desk.refusal(of: order(.node, 9, until: noon + hour))
        #expect(refusal?.code == .noCapacity && refusal?.pointer == nil)
        #expect(refusal?.detail == "line line does not fit over the whole window")
    }

    @Test("A limit in watts that falls within the window refuses what fits before it")
    func scheduledLimit() throws {
        // From the second hour on only the idle floor and two nodes are carried.
        let schedule = "[{limit: 1 MW}, {from: 2027-01-15T10:00:00Z, limit: 31800 W}]"
        let fleet = Fleets.parse(Fleets.text(power: "[{name: feed, rating: 1 MW, schedule: \(schedule)}]"))
        let step = fleet.budgets[0].rackLimitSteps[1].at
        var desk = JournalledBook(fleet)
        #expect(step == noon + 2 * hour)
        #expect(desk.refusal(of: order(.node, 3, until: step))?.code == .noCapacity)
        #expect(try desk.request(order(.node, 3, until: step - 1_800)).state == .active)
        #expect(try desk.request(order(.node, 2, tenant: "bob", until: noon + day)).state == .active)
        #expect(desk.refusal(of: order(until: noon + day))?.code == .noCapacity)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A quota in GPUs holds at every instant of the window, and what is over counts no more")
    func quotaInGPUs() throws {
        var desk = Self.desk()
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 24), description: ""))
        _ = try desk.request(order(.node, 2, from: noon + 2 * hour, until: noon + 3 * hour))
        #expect(try desk.request(order(.node, 3, until: noon + 2 * hour)).state == .active)
        let across = order(.node, 2, from: noon + 2 * hour, until: noon + 4 * hour)
        let refusal = desk.refusal(of: across)
        #expect(refusal?.code == .quotaExceeded)
        #expect(
            refusal?.detail == "tenant ada may hold 24 GPUs and holds up to 16 in this window; 16 more are too many")
        #expect(try desk.request(order(.node, 1, from: noon + 2 * hour, until: noon + 4 * hour)).state == .scheduled)
        // What is held later in the window counts as much as what is held at its start.
        _ = try desk.request(order(.node, 2, from: noon + 8 * hour, until: noon + 9 * hour))
        let before = order(.node, 2, from: noon + 7 * hour, until: noon + 9 * hour)
        #expect(desk.refusal(of: before)?.code == .quotaExceeded)
        // Nobody else is bound by it, and a batch counts as a whole.
        #expect(try desk.request(order(.node, 3, tenant: "bob", until: noon + hour)).state == .active)
        desk.advance(to: noon + 10 * hour)
        let batch = [order(.node, 2, until: noon + day), order(.node, 2, until: noon + day)]
        #expect(desk.refusal(of: .requestLeases(batch, planTokens: [nil, nil]))?.orderIndex == 1)
        #expect(try desk.request(order(.node, 3, until: noon + day)).state == .active)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A quota in watts counts what is promised at the rack")
    func quotaInWatts() throws {
        var desk = Self.desk()
        try desk.execute(.putTenant(name: "ada", quota: Quota(watts: 20_400), description: ""))
        #expect(desk.refusal(of: order(.node, 3, until: noon + hour))?.code == .quotaExceeded)
        let lease = try desk.request(order(.node, 2, until: noon + hour))
        #expect(lease.promised.watts == 20_400)
        #expect(desk.refusal(of: order(.gpus(1), until: noon + hour))?.code == .quotaExceeded)
        try desk.execute(.releaseLease(lease.number))
        desk.now += 1
        #expect(try desk.request(order(.node, 2, until: noon + hour)).state == .active)
    }

    @Test("A batch is granted whole or undone whole, and says which order stood in the way")
    func atomicBatch() throws {
        var desk = Self.desk()
        let batch = [
            order(.node, 4, until: noon + hour), order(.rack, 1, until: noon + hour),
            order(.gpus(1), until: noon + hour),
        ]
        let refusal = desk.refusal(of: .requestLeases(batch, planTokens: [nil, nil, nil]))
        #expect(refusal?.code == .noCapacity && refusal?.orderIndex == 2)
        #expect(desk.book.leaseCount(in: .active) == 0)
        let outcome = try desk.execute(.requestLeases(Array(batch[..<2]), planTokens: [nil, nil]))
        #expect(outcome.leases == [1, 2])
        #expect(desk.book.leaseCount(in: .active) == 2)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Tenants and contracts go only when nothing refers to them")
    func removal() throws {
        var desk = Self.desk()
        #expect(desk.refusal(of: .removeTenant(name: "eve"))?.code == .notFound)
        #expect(desk.refusal(of: .removeContract(name: "none"))?.code == .notFound)
        #expect(desk.refusal(of: .removeTenant(name: "bob"))?.code == .inUse)
        let lease = try desk.request(order(until: noon + hour, contract: "open"))
        #expect(desk.refusal(of: .removeTenant(name: "ada"))?.code == .inUse)
        #expect(desk.refusal(of: .removeContract(name: "open"))?.code == .inUse)
        try desk.execute(.releaseLease(lease.number, by: .tenant("ada")))
        #expect(desk.refusal(of: .removeTenant(name: "ada"))?.code == .inUse)
        desk.advance(to: noon + hour)
        try desk.execute(.removeContract(name: "open"))
        try desk.execute(.removeTenant(name: "ada"))
        try desk.execute(.removeContract(name: "bobs"))
        try desk.execute(.removeTenant(name: "bob"))
        #expect(desk.book.tenantNames == [] && desk.book.contractNames == [])
        #expect(desk.lease(lease.number).state == .expired)
        var terms = ContractTerms()
        terms.tenant = "ada"
        let refusal = desk.refusal(of: .putContract(name: "new", terms: terms))
        #expect(refusal?.code == .invalid && refusal?.pointer == "/tenant")
    }

    @Test("What says what is already so writes nothing")
    func noChange() throws {
        var desk = Self.desk()
        let revision = desk.book.revision
        try desk.execute(.putTenant(name: "ada", quota: Quota(), description: ""))
        try desk.execute(.putContract(name: "open", terms: ContractTerms()))
        try desk.execute(.adoptFleet(Fleets.plain))
        try desk.execute(.heartbeat)
        try desk.execute(.advance)
        #expect(desk.book.revision == revision)
    }

    @Test("A contract with a tenant serves that tenant, and one without serves all")
    func contracts() throws {
        var desk = Self.desk()
        #expect(try desk.request(order(tenant: "bob", until: noon + hour, contract: "bobs")).contract == "bobs")
        #expect(try desk.request(order(tenant: "ada", until: noon + hour, contract: "open")).contract == "open")
    }
}
