// A tenant's index counts the changes to its own answer, and nobody else's (rule 8).

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct TenantIndexTests {
    /// What a tenant's answer says of its leases.
    private func answer(_ desk: JournalledBook, _ tenant: String) -> [Lease] {
        var leases: [Lease] = []
        desk.book.tenant(tenant)!.leases.forEach { number, _ in
            leases.append(desk.lease(number))
            return true
        }
        return leases
    }

    @Test("Each change of a tenant's own leases moves its index, and none of them moves the other's")
    func ownChangesOnly() throws {
        var desk = JournalledBook(Fleets.plain)
        let bobs = try desk.request(order(.node, 1, tenant: "bob", until: noon + 10 * day))
        #expect(desk.index(of: "ada") == 1)
        var bob = (desk.index(of: "bob"), answer(desk, "bob"))
        var ada = desk.index(of: "ada")
        /// Does one thing and looks at who has moved.
        func expectAdaMoved(_ what: String, _ act: (inout JournalledBook) throws -> Void) rethrows {
            try act(&desk)
            #expect(desk.index(of: "ada") > ada, "\(what)")
            #expect(desk.index(of: "bob") == bob.0 && answer(desk, "bob") == bob.1, "\(what)")
            ada = desk.index(of: "ada")
        }
        var lease: Lease?
        try expectAdaMoved("grant") { lease = try $0.request(order(.node, 2, until: noon + day)) }
        let number = lease!.number
        try expectAdaMoved("replacement") { try $0.set(.fault, $0.lease(number).nodesInUse[0]) }
        try expectAdaMoved("second") { _ = try $0.request(order(.node, 4, from: noon + 2 * hour, until: noon + day)) }
        expectAdaMoved("start") { $0.advance(to: noon + 2 * hour) }
        try expectAdaMoved("Degraded") { try $0.set(.fault, $0.lease(number + 1).nodesInUse[0]) }
        let down = desk.lease(number + 1).downNodes[0]
        try desk.set(.repair, down)
        #expect(desk.index(of: "ada") == ada)
        try expectAdaMoved("back") { try $0.set(.validated, down) }
        try expectAdaMoved("release") { try $0.execute(.releaseLease(number)) }
        expectAdaMoved("return") { $0.advance(to: noon + 3 * hour) }

        // Bob's fault and release move Bob's alone.
        try desk.set(.fault, desk.lease(bobs.number).nodesInUse[0])
        #expect(desk.index(of: "bob") > bob.0 && desk.index(of: "ada") == ada)
        bob.0 = desk.index(of: "bob")
        try desk.execute(.releaseLease(bobs.number))
        #expect(desk.index(of: "bob") > bob.0 && desk.index(of: "ada") == ada)
    }

    @Test("Refusals, other tenants, contracts, cordons elsewhere and fleets move nobody's index")
    func nothingOfTheirs() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 2, until: noon + day))
        let index = desk.index(of: "ada")
        _ = desk.refusal(of: order(.node, 9, until: noon + day))
        _ = desk.refusal(of: .releaseLease(99))
        try desk.execute(.putTenant(name: "eve", quota: Quota(gpus: 1), description: "new"))
        try desk.execute(.putContract(name: "c", terms: ContractTerms()))
        try desk.set(.cordon, lease.nodesInUse[0])
        try desk.set(.drain, 7)
        try desk.set(.fault, 6)
        try desk.execute(
            .adoptFleet(
                Fleets.parse(
                    Fleets.text(
                        halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 3, nodesPerRack: 4}]}]"))))
        #expect(desk.index(of: "ada") == index)
        #expect(desk.lease(lease.number) == lease)
    }

    @Test("Within one command a shared node moves the indexes of those whose leases it changed only")
    func sharedNode() throws {
        var desk = JournalledBook(Fleets.plain)
        let ada = try desk.request(order(.gpus(2), until: noon + day))
        let bob = try desk.request(order(.gpus(2), tenant: "bob", from: noon + hour, until: noon + day))
        #expect(ada.partitions[0].node == bob.partitions[0].node)
        let index = desk.index(of: "bob")
        // Bob's lease has not started, so the fault is not news to Bob.
        try desk.set(.fault, ada.partitions[0].node)
        #expect(desk.index(of: "bob") == index)
        #expect(desk.lease(bob.number) == bob)
    }
}
