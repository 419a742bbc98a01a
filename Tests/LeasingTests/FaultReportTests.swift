// Fault reports: who may make them, what the policy does, what becomes of them, and what others see of it.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct FaultReportTests {
    private static let one = GPUUUID("GPU-11111111-2222-3333-4444-555555555555")!
    private static let two = GPUUUID("GPU-AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee")!

    private func node(_ number: Int, _ modules: Int...) -> FaultTarget {
        .node("east-h1-b1-r\(number / 4 + 1)-n\(number % 4 + 1)", modules: modules)
    }

    private func report(
        _ targets: FaultTarget..., by tenant: String? = "ada", xid: Int64? = 79, recovery: RecoveryAction? = nil,
        text: String = "", keeps: Bool = false, isAutomatic: Bool = true
    ) -> Command {
        .reportFault(
            FaultOrder(
                tenant: tenant, targets: targets.enumerated().map { ($1, "/t/\($0)") }, xid: xid, recovery: recovery,
                text: text, keeps: keeps, isAutomatic: isAutomatic))
    }

    // MARK: Identity

    @Test("UUIDs are read in either case, written in lower case, and nothing else is one")
    func uuids() {
        #expect(Self.two.text == "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
        #expect(GPUUUID(Self.two.text) == Self.two && GPUUUID(bytes: Self.two.bytes[...]) == Self.two)
        #expect(GPUUUID("GPU-00000000-0000-0000-0000-000000000001")?.text == "GPU-00000000-0000-0000-0000-000000000001")
        for text in [
            "", "GPU-", "GPU-1", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeee",
            "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeeg", "GPU-aaaaaaaabbbb-cccc-dddd-eeeeeeeeeeee",
            "GPU-+aaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "MIG-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee ",
        ] { #expect(GPUUUID(text) == nil, "\(text)") }
    }

    @Test("GPUs are known by node and module; the newest word counts, and a GPU sits in one place")
    func identification() throws {
        var desk = JournalledBook(Fleets.plain)
        func identify(_ gpus: (Int, Int, GPUUUID?)...) -> Command {
            .identifyGPUs(gpus.map { GPUIdentification(node: $0.0, module: $0.1, uuid: $0.2) })
        }
        try desk.execute(identify((1, 3, Self.one), (1, 8, Self.two)))
        #expect(desk.format == 9)
        #expect(desk.book.uuid(of: NodeIndex(1), module: 3) == Self.one && desk.book.identifiedGPUs == 2)
        let entries = desk.entries.count
        try desk.execute(identify((1, 3, Self.one)))
        #expect(desk.entries.count == entries, "what is known already is no change")
        // The GPU of module 3 now sits in another node, and that of module 8 in its place.
        try desk.execute(identify((2, 1, Self.one), (1, 3, Self.two)))
        #expect(desk.book.place(of: Self.one)?.node == NodeIndex(2) && desk.book.place(of: Self.one)?.module == 1)
        #expect(desk.book.uuid(of: NodeIndex(1), module: 3) == Self.two)
        #expect(desk.book.uuid(of: NodeIndex(1), module: 8) == nil && desk.book.identifiedGPUs == 2)
        // Two nodes exchange GPUs in one request.
        try desk.execute(identify((1, 3, Self.one), (2, 1, Self.two)))
        #expect(desk.book.place(of: Self.two)?.node == NodeIndex(2) && desk.book.identifiedGPUs == 2)
        #expect(desk.refusal(of: identify((1, 9, Self.one)))?.pointer == "/gpus/0/module")
        #expect(desk.refusal(of: identify((1, 1, Self.one), (1, 2, Self.one)))?.pointer == "/gpus/1/uuid")
        #expect(desk.refusal(of: identify((1, 1, Self.one), (1, 1, nil)))?.pointer == "/gpus/1")
        #expect(desk.refusal(of: .identifyGPUs([]))?.code == .invalid)
        try desk.execute(identify((1, 3, nil), (2, 1, nil)))
        #expect(desk.book.identifiedGPUs == 0 && desk.book.place(of: Self.one) == nil)
    }

    // MARK: The policy

    @Test("Each number leads to what the table of facts says")
    func policy() {
        let table: [(FaultClass, [Int64])] = [
            (.application, [13, 31, 43, 45, 68, 109]), (.note, [63, 94]),
            (.drain, [46, 48, 64, 74, 119, 120, 140, 143]), (.fault, [79, 95]),
        ]
        for (faultClass, numbers) in table {
            for xid in numbers { #expect(XIDPolicy.faultClass(xid, nil) == faultClass, "\(xid)") }
        }
        #expect(XIDPolicy.rules.count == table.reduce(1) { $0 + $1.1.count })
        #expect(zip(XIDPolicy.rules, XIDPolicy.rules.dropFirst()).allSatisfy { $0.xid < $1.xid })
        #expect(XIDPolicy.rules.allSatisfy { !$0.source.isEmpty && !$0.meaning.isEmpty })
        let actions: [(RecoveryAction, FaultClass)] = [
            (.none, .application), (.reset, .fault), (.reboot, .fault), (.drainP2P, .drain), (.drainAndReset, .drain),
        ]
        for (action, faultClass) in actions {
            #expect(XIDPolicy.faultClass(154, action) == faultClass)
            #expect(RecoveryAction(name: action.name) == action)
        }
        #expect(XIDPolicy.faultClass(154, nil) == .unknown && XIDPolicy.faultClass(nil, nil) == .unknown)
        #expect(XIDPolicy.faultClass(62, nil) == .unknown && XIDPolicy.faultClass(1, .reboot) == .unknown)
    }

    @Test("A tenant's report of a whole node takes it out and a spare in; nobody else's index moves")
    func replaced() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.rack, 1, until: noon + 10 * day, spares: 1))
        try desk.request(order(.rack, 1, tenant: "bob", until: noon + 10 * day))
        try desk.execute(.identifyGPUs([GPUIdentification(node: 1, module: 3, uuid: Self.one)]))
        let before = (desk.index(of: "ada"), desk.index(of: "bob"))
        desk.now += 60
        let outcome = try desk.execute(report(.gpu(Self.one), text: "off the bus"))
        #expect(outcome.replacements.map(\.wasSpare) == [true] && outcome.degraded == [])
        // The same again, although the node is the tenant's no more, is the same report.
        try desk.execute(report(.gpu(Self.one), text: "off the bus"))
        #expect(desk.refusal(of: report(.gpu(Self.one), xid: 95))?.code == .notFound)
        #expect(desk.book.faultReports(of: "ada").count == 1)
        #expect(desk.index(of: "ada") == before.0 + 1 && desk.index(of: "bob") == before.1)
        #expect(desk.lease(lease.number).nodesInUse == [0, 2, 3] && desk.lease(lease.number).spares == [])
        #expect(desk.book.packing.health(of: NodeIndex(1)) == .faulty)
        let made = desk.book.faultReports(of: "ada")[0]
        #expect(
            made.state == .accepted && made.act == .fault && made.moduleMask == 0b100 && made.leases == [lease.number])
        #expect(made.uuid(ofModule: 3) == Self.one && made.at == noon + 60 && made.text == "off the bus")
        let id = desk.book.faultID(made.number)
        #expect(desk.book.faultReport(id: id) == made && desk.book.faultReport(id: "f-1") == nil)
        #expect(desk.book.note(on: NodeIndex(1))?.reason == "XID 79 reported by ada (\(id))")

        // The node is repaired and validated: the report is settled and the spare is there again.
        try desk.set(.service, 1, until: noon + day)
        #expect(desk.book.repair(of: NodeIndex(1))?.until == noon + day)
        #expect(desk.refusal(of: .setNodes(.service, nodes: [0..<1], until: nil))?.code == .wrongState)
        desk.now += hour
        try desk.set(.repair, 1)
        #expect(desk.book.repair(of: NodeIndex(1)) == nil && desk.book.outSince(NodeIndex(1)) == noon + 60)
        let then = desk.index(of: "ada")
        desk.advance(to: desk.now + 1_200)
        #expect(desk.book.faultReports(of: "ada")[0].state == .resolved)
        #expect(desk.index(of: "ada") == then + 1 && desk.index(of: "bob") == before.1)
        #expect(desk.lease(lease.number).spares == [1] && desk.lease(lease.number).nodesInUse == [0, 2, 3])
        #expect(desk.book.spares(of: desk.lease(lease.number)) == (1, 1, 1))
        #expect(BookRules.violations(of: desk.book) == [])
        let record = desk.book.reliabilityRecords[0]
        #expect(record.platform == "hgx-h100" && record.failures == 0 && record.repairs == 1)
        #expect(record.repairSeconds == hour + 1_200 && record.since == noon + 60)
        desk.advance(to: noon + 20 * day)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("What the policy does by class, for a tenant and for what was measured")
    func classes() throws {
        let cases:
            [(
                xid: Int64?, keeps: Bool, tenant: (FaultReport.State, FaultReport.Act),
                own: (FaultReport.State, FaultReport.Act)
            )] = [
                (31, false, (.rejected, .none), (.rejected, .none)),
                (94, false, (.accepted, .note), (.accepted, .note)),
                (48, false, (.accepted, .fault), (.accepted, .drain)),
                (95, false, (.accepted, .fault), (.accepted, .fault)),
                (95, true, (.accepted, .drain), (.accepted, .fault)), (62, false, (.open, .none), (.open, .none)),
                (nil, false, (.open, .none), (.open, .none)),
            ]
        for item in cases {
            for tenant in ["ada", nil] {
                var desk = JournalledBook(Fleets.plain)
                let lease = try desk.request(order(.rack, 1, until: noon + 10 * day, spares: 1))
                try desk.execute(report(node(1), by: tenant, xid: item.xid, text: "odd", keeps: item.keeps))
                let made = desk.book.faultReports(of: tenant)[0]
                let wanted = tenant == nil ? item.own : item.tenant
                #expect(made.state == wanted.0 && made.act == wanted.1, "\(item.xid ?? 0) \(tenant ?? "own"): \(made)")
                let health: NodeHealth = [.drain: .draining, .fault: .faulty][wanted.1] ?? .open
                #expect(desk.book.packing.health(of: NodeIndex(1)) == health)
                let isMember = desk.lease(lease.number).nodesInUse.contains(1)
                #expect(isMember == (wanted.1 != .fault), "a healthy member stays where it is")
            }
            var desk = JournalledBook(Fleets.plain)
            try desk.request(order(.rack, 1, until: noon + 10 * day, spares: 1))
            try desk.execute(report(node(1), xid: item.xid, text: "odd", keeps: item.keeps, isAutomatic: false))
            #expect(desk.book.packing.health(of: NodeIndex(1)) == .open, "nothing is done where an operator decides")
        }
    }

    @Test("Of a node that is held in part nothing is taken from others, whoever they are")
    func shared() throws {
        for isShared in [true, false] {
            var desk = JournalledBook(Fleets.plain)
            let own = try desk.request(order(.gpus(4), 1, until: noon + 10 * day))
            let place = own.partitions[0].node
            if isShared {
                let other = try desk.request(order(.gpus(4), 1, tenant: "bob", until: noon + 10 * day))
                #expect(other.partitions[0].node == place)
            }
            let before = desk.index(of: "bob")
            let outcome = try desk.execute(report(node(place, 1)))
            #expect(outcome.replacements.isEmpty && outcome.degraded.isEmpty)
            let made = desk.book.faultReports(of: "ada")[0]
            // In the same words whether or not somebody is there.
            #expect(made.state == .open && made.act == .cordon)
            #expect(made.remark == "XID 79: closed to new allocations; an operator decides on the rest of it")
            #expect(desk.book.packing.health(of: NodeIndex(place)) == .cordoned && desk.index(of: "bob") == before)
            // The operator takes it out: now everybody on it is moved to what is free.
            try desk.execute(.decideFault(made.number, accepts: true, act: nil))
            #expect(desk.book.packing.health(of: NodeIndex(place)) == .faulty)
            #expect(desk.book.faultReports(of: "ada")[0].decidedBy == "uid:1 op")
            #expect((desk.index(of: "bob") > before) == isShared)
            #expect(BookRules.violations(of: desk.book) == [])
        }
    }

    @Test("All GPUs of a node are the whole node, all instances of one GPU are not")
    func wholeBoards() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.request(order(.gpus(8), 1, until: noon + 10 * day))
        try desk.execute(report(node(0, 4)))
        #expect(desk.book.faultReports(of: "ada")[0].act == .fault)
        #expect(desk.book.packing.health(of: NodeIndex(0)) == .faulty)
        let cut = try desk.request(order(of: instances(56), until: noon + 10 * day))
        let place = cut.slices[0].node
        try desk.execute(report(node(place)))
        #expect(desk.book.faultReports(of: "ada")[1].state == .open)
        #expect(desk.book.packing.health(of: NodeIndex(place)) == .cordoned)
    }

    @Test("A tenant learns nothing of hardware that it does not hold")
    func strangers() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.gpus(4), 1, until: noon + day))
        try desk.request(order(.rack, 1, tenant: "bob", until: noon + day))
        let theirs = desk.book.lease(lease.number + 1)!.nodesInUse[0]
        try desk.execute(.identifyGPUs([GPUIdentification(node: theirs, module: 1, uuid: Self.one)]))
        func detail(_ target: FaultTarget) -> String {
            let refusal = desk.refusal(of: report(target))
            #expect(refusal?.code == .notFound && refusal?.pointer == "/t/0")
            return refusal?.detail ?? ""
        }
        // A GPU of another tenant, and one that nobody knows.
        #expect(detail(.gpu(Self.one)) == "you hold no \(Self.one.text)")
        #expect(detail(.gpu(Self.two)) == "you hold no \(Self.two.text)")
        let name = desk.book.fleet.nodeName(NodeIndex(theirs))
        #expect(detail(node(theirs)) == "you hold no \(name)" && detail(node(theirs, 1)) == "you hold no \(name)")
        #expect(detail(.node("nowhere", modules: [])) == "you hold no nowhere")
        let own = lease.partitions[0].node
        #expect(detail(node(own, 8)) == "you hold no such module of \(desk.book.fleet.nodeName(NodeIndex(own)))")
        // Once the lease is over it is no longer the tenant's.
        desk.advance(to: noon + day + 60)
        #expect(detail(node(own)) == "you hold no \(desk.book.fleet.nodeName(NodeIndex(own)))")
        #expect(desk.refusal(of: report(node(own), by: "eve"))?.code == .notFound)
    }

    @Test("What says nothing, contradicts itself or is out of range is refused where it stands")
    func unsound() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.request(order(.rack, 1, until: noon + day))
        #expect(desk.refusal(of: report(node(0), xid: nil))?.pointer == "/text")
        #expect(desk.refusal(of: report(node(0), xid: 0))?.pointer == "/xid")
        #expect(desk.refusal(of: report(node(0), xid: 1_000))?.pointer == "/xid")
        #expect(desk.refusal(of: report(node(0), xid: 79, recovery: .reset))?.pointer == "/recoveryAction")
        #expect(desk.refusal(of: report())?.pointer == "/gpus")
    }

    @Test("The same report of the same hardware is the same report, until an hour after it is settled")
    func repeated() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.request(order(.rack, 1, until: noon + 10 * day))
        try desk.execute(report(node(0, 1, 2), xid: 62))
        try desk.execute(report(node(0, 2), xid: 62))
        #expect(desk.book.faultReports(of: "ada").count == 1)
        try desk.execute(report(node(0, 3), xid: 62))
        try desk.execute(report(node(0, 1), xid: 63))
        #expect(desk.book.faultReports(of: "ada").count == 3)
        try desk.execute(.decideFault(1, accepts: false, act: nil))
        desk.now += hour - 1
        try desk.execute(report(node(0, 2), xid: 62))
        #expect(desk.book.faultReports(of: "ada").count == 3)
        desk.now += 1
        try desk.execute(report(node(0, 2), xid: 62))
        #expect(desk.book.faultReports(of: "ada").map(\.state) == [.rejected, .open, .accepted, .open])
        // Kept at first and then given up is news.
        try desk.execute(report(node(1), xid: 79, keeps: true))
        try desk.execute(report(node(1), xid: 79))
        #expect(desk.book.packing.health(of: NodeIndex(1)) == .faulty)
    }

    @Test("A tenant's reports alone take out a few nodes and no more; the rest is for an operator")
    func bounded() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 8, until: noon + 10 * day))
        for node in 0..<4 { try desk.execute(report(self.node(node))) }
        #expect(desk.lease(lease.number).downNodes == [0, 1])
        #expect(desk.book.faultReports(of: "ada").map(\.state) == [.accepted, .accepted, .open, .open])
        #expect(desk.book.faultReports(of: "ada")[2].act == .none)
        // With one of them repaired there is room for another.
        try desk.set(.repair, 0)
        try desk.set(.validated, 0)
        try desk.execute(report(node(5)))
        #expect(desk.lease(lease.number).downNodes == [1, 5])
        #expect(FaultLimits.automaticNodes(ofHeld: 64) == 2 && FaultLimits.automaticNodes(ofHeld: 27_500) == 859)
    }

    @Test("Open reports are bounded, and so are settled ones that are kept")
    func limits() throws {
        var desk = JournalledBook(Fleets.plain)
        desk.replaysAll = false
        try desk.request(order(.rack, 1, until: noon + 100 * day))
        for xid in 200..<Int64(200 + FaultLimits.unsettledMax) { try desk.execute(report(node(0), xid: xid)) }
        let refusal = desk.refusal(of: report(node(0), xid: 999))
        #expect(refusal?.code == .wrongState, "\(String(describing: refusal))")
        for report in desk.book.faultReports(of: "ada") {
            try desk.execute(.decideFault(report.number, accepts: false, act: nil))
        }
        #expect(desk.book.faultReports(of: "ada").count == FaultLimits.settledMax)
        #expect(desk.book.faultReports(of: "ada")[0].number == 157)
        desk.checkRestart()
        // A tenant that is gone takes them along.
        let number = desk.book.faultReports(of: "ada")[0].leases[0]
        try desk.execute(.releaseLease(number))
        desk.advance(to: noon + day)
        try desk.execute(.removeTenant(name: "ada"))
        #expect(desk.book.faultReports(of: "ada").isEmpty && desk.book.unsettledFaultCount == 0)
        desk.checkRestart()
    }

    @Test("An operator decides what is open, once, and what was only closed for it opens again")
    func decided() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.gpus(4), 1, until: noon + 10 * day))
        let place = lease.partitions[0].node
        try desk.execute(report(node(place), xid: 74))
        #expect(desk.book.packing.health(of: NodeIndex(place)) == .cordoned)
        #expect(desk.refusal(of: .decideFault(1, accepts: false, act: .drain))?.pointer == "/act")
        try desk.execute(.decideFault(1, accepts: false, act: nil))
        #expect(desk.book.packing.health(of: NodeIndex(place)) == .open)
        #expect(desk.refusal(of: .decideFault(1, accepts: true, act: nil))?.code == .wrongState)
        #expect(desk.refusal(of: .decideFault(9, accepts: true, act: nil))?.code == .notFound)
        try desk.execute(report(node(place), xid: nil, text: "slow"))
        #expect(desk.refusal(of: .decideFault(2, accepts: true, act: nil))?.pointer == "/act")
        try desk.execute(.decideFault(2, accepts: true, act: .drain))
        #expect(desk.book.packing.health(of: NodeIndex(place)) == .draining)
        try desk.set(.undrain, place)
        #expect(desk.book.faultReports(of: "ada")[1].state == .resolved)
        // A note is settled by the turn-round, which resets the GPU.
        try desk.execute(report(node(place), xid: 94))
        desk.advance(to: noon + 11 * day)
        #expect(desk.book.faultReports(of: "ada")[2].state == .accepted)
        try desk.execute(report(node(place), by: nil, xid: 94))
        #expect(desk.book.faultReports(of: nil)[0].act == .note)
    }

    // MARK: Hardware that comes back

    @Test("A member that is down is replaced as soon as something in its domain is free")
    func waiting() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 3, until: noon + 10 * day, within: .rack))
        let other = try desk.request(order(.node, 1, tenant: "bob", until: noon + day, within: .rack))
        #expect(lease.nodesInUse == [0, 1, 2] && other.nodesInUse == [3])
        try desk.set(.fault, 1)
        #expect(desk.lease(lease.number).downNodes == [1])
        // The other lease's turn-round is over half an hour after its end.
        desk.advance(to: noon + day + 1_799)
        #expect(desk.lease(lease.number).downNodes == [1])
        desk.advance(to: noon + day + 1_800)
        #expect(desk.lease(lease.number).nodesInUse == [0, 2, 3] && desk.lease(lease.number).conditions == [])
        #expect(BookRules.violations(of: desk.book) == [])
        // A repaired node serves a member that waits before it becomes anything else.
        try desk.set(.fault, 2)
        #expect(desk.lease(lease.number).downNodes == [2])
        try desk.set(.repair, 1)
        try desk.set(.validated, 1)
        #expect(desk.lease(lease.number).nodesInUse == [0, 1, 3] && desk.lease(lease.number).downNodes == [])
    }

    @Test("A node comes back as a spare only where one is missing, it is free, and the lease still runs")
    func spareAgain() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.rack, 1, until: noon + 10 * day, spares: 1))
        try desk.set(.fault, 0)
        #expect(desk.book.spares(of: desk.lease(lease.number)) == (1, 0, 0))
        try desk.set(.repair, 0)
        // Somebody else takes the node from when it is validated: nobody is moved for a spare.
        let taken = try desk.request(order(.node, 5, tenant: "bob", from: noon + hour, until: noon + 2 * hour))
        #expect(taken.nodesInUse.contains(0))
        desk.advance(to: noon + 1_200)
        #expect(desk.book.packing.health(of: NodeIndex(0)) == .open && desk.lease(lease.number).spares == [])
        try desk.execute(.releaseLease(taken.number))
        try desk.set(.fault, 0)
        try desk.set(.repair, 0)
        try desk.set(.validated, 0)
        #expect(desk.lease(lease.number).spares == [0])
        // A spare that fails itself stays the lease's, and is ready again when it is repaired.
        try desk.set(.fault, 0)
        #expect(desk.book.spares(of: desk.lease(lease.number)) == (1, 1, 0))
        try desk.set(.repair, 0)
        try desk.set(.validated, 0)
        #expect(desk.lease(lease.number).spares == [0] && desk.book.spares(of: desk.lease(lease.number)) == (1, 1, 1))
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A spare comes back only where its line's pins and spread leave room for it")
    func spareWithinTerms() throws {
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 3, nodesPerRack: 4}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        var wanted = order(.node, 2, until: noon + 10 * day, within: .block, spares: 1)
        wanted.lines[0].spread = LineSpread(over: .rack, unitsMax: 1)
        let lease = try desk.request(wanted)
        let (used, spare) = (lease.nodesInUse, lease.spares[0])
        try desk.set(.fault, used[0])
        #expect(desk.lease(lease.number).nodesInUse.contains(spare) && desk.lease(lease.number).spares == [])
        // Another node of a rack that has its one unit.
        let neighbour = spare / 4 * 4 + (spare % 4 + 1) % 4
        try desk.set(.fault, neighbour)
        try desk.set(.repair, neighbour)
        try desk.set(.validated, neighbour)
        #expect(desk.lease(lease.number).spares == [])
        try desk.set(.repair, used[0])
        try desk.set(.validated, used[0])
        #expect(desk.lease(lease.number).spares == [used[0]])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Spares are named after the nodes in use, as spares")
    func sparesAreNamed() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day, within: .rack, spares: 1))
        let fleet = desk.book.fleet
        let spare = fleet.nodePath(NodeIndex(lease.spares[0])) + ":spare"
        let paths = LeaseHardware.paths(of: lease.lines[0].holdings, in: fleet)
        #expect(paths.last == spare && paths.filter { $0.hasSuffix(":spare") } == [spare])
        #expect(LeaseHardware.paths(of: Holdings(), in: fleet) == [])
    }

    @Test("Of domains the spares are taken from what is counted: 16 of 18 trays and 61 of 64 nodes are promised")
    func promisedOfDomains() throws {
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: Fleets.nvl72)))
        let racks = try desk.request(order(.nvl72, 1, until: noon + day, cap: .watts(1_000), spares: 2))
        #expect(racks.promised.gpus == 64 && racks.spares == [16, 17] && racks.lines[0].count == 1)
        #expect(desk.book.spares(of: racks) == (2, 2, 2))
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 8, nodesPerRack: 8}]}]"
        desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        let block = try desk.request(order(.block, 1, until: noon + day, spares: 3))
        #expect(block.promised.gpus == 61 * 8 && block.spares == [61, 62, 63])
        // Any of them takes over for any node of the block; the fourth failure is missed.
        let outcome = try desk.set(.fault, 0, 17, 40, 41)
        #expect(outcome.replacements.count == 3 && outcome.replacements.allSatisfy(\.wasSpare))
        #expect(
            desk.lease(block.number).downNodes == [41] && desk.book.spares(of: desk.lease(block.number)) == (3, 0, 0))
        // The first that comes back replaces it, the others are spares again.
        for node in [0, 17, 40] { try desk.set(.repair, node) }
        for node in [0, 17, 40] { try desk.set(.validated, node) }
        #expect(desk.lease(block.number).downNodes == [] && desk.lease(block.number).spares == [17, 40])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A contract's spares are for the lines that can have some, beside others")
    func sparesByLine() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.sparesPerDomain = 1
        try desk.execute(.putContract(name: "c", terms: terms))
        var mixed = order(.rack, 1, until: noon + day, contract: "c")
        mixed.lines.append(LeaseLine(name: "some", shape: .gpus(2), count: 1, models: [], within: nil))
        mixed.lines.append(LeaseLine(name: "more", shape: .node, count: 1, models: [], within: nil))
        let lease = try desk.request(mixed)
        #expect(lease.lines.map(\.holdings.spareNodes.count) == [1, 0, 0])
        #expect(lease.lines[2].holdings.wholeNodes.reduce(0) { $0 + $1.count } == 1)
        #expect(BookRules.violations(of: desk.book) == [])
        // Without any such line there are none, and asking for some is refused.
        #expect(try desk.request(order(until: noon + day, contract: "c")).spares == [])
        #expect(desk.refusal(of: order(until: noon + day, spares: 1))?.code == .invalid)
    }

    @Test("Dark nodes are no failures of their own, and retired hardware leaves nothing open")
    func darkAndRetired() throws {
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 3, nodesPerRack: 4}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        try desk.execute(.failFeed("feed", source: nil))
        #expect(desk.book.reliabilityRecords == [] && desk.book.outSince(NodeIndex(0)) == nil)
        try desk.execute(.restoreFeed("feed", source: nil))
        desk.advance(to: noon + hour)
        #expect(desk.book.reliabilityRecords == [])
        try desk.execute(.identifyGPUs([GPUIdentification(node: 8, module: 1, uuid: Self.one)]))
        try desk.execute(report(.gpu(Self.one), by: nil, xid: 62))
        try desk.set(.fault, 9)
        try desk.set(.service, 9)
        try desk.execute(.adoptFleet(Fleets.plain))
        #expect(desk.book.faultReports(of: nil)[0].state == .resolved && desk.book.identifiedGPUs == 0)
        #expect(desk.book.unsettledFaultCount == 0)
    }
}
