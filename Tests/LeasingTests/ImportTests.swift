// Tenants that are bound to the hardware that they hold already.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Two racks of four HGX H100 nodes of eight GPUs.
@Suite struct ImportTests {
    private func holding(
        _ tenant: String, _ shape: PlacementShape, _ count: Int, _ claim: LinePlacement, cap: PowerCap = .watts(700)
    ) -> LeaseOrder {
        var order = order(shape, count, tenant: tenant, until: noon + 30 * day, cap: cap)
        order.lines[0].claim = claim
        return order
    }

    private func partition(_ node: Int, _ gpus: Int, _ place: Int = 0) -> PartialNode {
        let found = Fleets.plain.platform(of: NodeIndex(node)).partitions.filter { $0.gpuCount == gpus }[place]
        return PartialNode(node: node, moduleMask: found.moduleMask, partitionID: found.id)
    }

    @Test("Leases stand on exactly the hardware that is named, whole nodes, partitions and instances")
    func exactly() throws {
        var desk = JournalledBook(Fleets.plain)
        let slice = GPUSlice(node: 7, moduleMask: 4, profileID: 19, start: 3)
        var instance = holding("bob", .mig(profileID: 19), 1, LinePlacement(slices: [slice]))
        instance.lines[0].profile = "1g.10gb"
        let parts = [partition(6, 2, 1), partition(6, 2, 3)]
        let orders = [
            holding("ada", .node, 3, LinePlacement(wholeNodes: [1..<3, 5..<6])),
            holding("bob", .gpus(2), 2, LinePlacement(partialNodes: parts)), instance,
        ]
        var terms = ContractTerms()
        terms.noticeSeconds = day
        let outcome = try desk.execute(
            .importBook(
                ImportOrder(
                    tenants: [("eve", Quota(gpus: 4), QuotaShare(), "new")], contracts: [("c", terms)], leases: orders))
        )
        #expect(outcome.leases == [1, 2, 3] && desk.entries.count == 4, "one entry for all of it")
        #expect(desk.lease(1).nodesInUse == [1, 2, 5] && desk.lease(1).state == .active)
        #expect(desk.lease(2).partitions == parts && desk.lease(2).promised.gpus == 4)
        #expect(desk.lease(3).slices == [slice] && desk.book.tenant("eve")?.quota.gpus == 4)
        #expect(desk.lease(1).lines[0].claim == nil && desk.lease(1).lines[0].pins == nil, "what fails can be replaced")
        #expect(BookRules.violations(of: desk.book) == [])
        desk.advance(to: noon + 31 * day)
        #expect(desk.lease(1).state == .expired)
    }

    @Test("One lease that cannot be bound leaves everything as it was, and a plan says what is in the way of each")
    func allOrNothing() throws {
        var desk = JournalledBook(Fleets.plain)
        let there = try desk.request(order(.rack, 1, until: noon + day, label: "there"))
        let held = there.nodesInUse[0]
        let free = held == 0 ? 4 : 0
        let orders = [
            holding("ada", .node, 1, LinePlacement(wholeNodes: [free..<free + 1])),
            holding("bob", .node, 1, LinePlacement(wholeNodes: [held..<held + 1])),
            holding("bob", .node, 2, LinePlacement(wholeNodes: [free..<free + 2])),
            holding("eve", .node, 1, LinePlacement(wholeNodes: [free + 2..<free + 3])),
            holding("ada", .node, 1, LinePlacement(wholeNodes: [free + 3..<free + 4])),
        ]
        let refusal = try desk.refused(
            .importBook(ImportOrder(tenants: [("mia", Quota(), QuotaShare(), "")], leases: orders)))
        #expect(refusal.orderIndex == 1 && refusal.code == .noCapacity, "\(refusal)")
        #expect(refusal.detail.contains("is not free") && refusal.detail.contains("ada (there) holds some of it"))
        #expect(refusal.obstacles.map(\.name) == [desk.book.naming.id(of: there.number)])
        #expect(desk.book.tenant("mia") == nil)
        let context = CommandContext(
            actor: Actor(name: "uid:1 op", role: "operator"), reason: "plan", requestID: "r", now: noon)
        let digest = desk.book.digest()
        let planned = try desk.book.planImport(
            ImportOrder(tenants: [("mia", Quota(), QuotaShare(), "")], leases: orders), context)
        let codes = planned.leases.map { result -> Refusal.Code? in
            if case .failure(let refusal) = result { return refusal.code }
            return nil
        }
        #expect(codes == [nil, .noCapacity, .noCapacity, .invalid, nil] && desk.book.digest() == digest)
    }

    @Test("What is named has to be units of the line, of its models, at a cap that they take and within the quota")
    func refused() throws {
        var desk = JournalledBook(Fleets.plain)
        func refusal(_ order: LeaseOrder) -> Refusal? { desk.refusal(of: .importBook(ImportOrder(leases: [order]))) }
        let node = LinePlacement(wholeNodes: [0..<1])
        #expect(refusal(holding("ada", .node, 2, node))?.detail.contains("1 units are named, and 2 counted") == true)
        #expect(refusal(holding("ada", .rack, 1, node))?.detail.contains("not all of east/h1/b1/r1 is named") == true)
        #expect(
            refusal(holding("ada", .nvl72, 1, LinePlacement(wholeNodes: [0..<4])))?.pointer == "/reservations/0/hold")
        #expect(refusal(holding("ada", .gpus(4), 1, LinePlacement(partialNodes: [partition(0, 2)])))?.code == .invalid)
        #expect(refusal(holding("ada", .node, 1, node, cap: .watts(1)))?.code == .invalid)
        var other = holding("ada", .node, 1, node)
        other.lines.append(LeaseLine(name: "more", shape: .node, count: 1, models: [], within: nil))
        #expect(refusal(other)?.pointer == "/reservations/1/hold")
        let twice = LinePlacement(partialNodes: [partition(0, 2), partition(0, 2)])
        #expect(refusal(holding("ada", .gpus(2), 2, twice))?.code == .noCapacity)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 7), description: ""))
        #expect(refusal(holding("ada", .node, 1, node))?.code == .quotaExceeded)
        #expect(desk.book.leaseCount(in: .active) == 0)
    }
}
