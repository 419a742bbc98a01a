// A name that tenants use one after the other: none finds anything of the one before.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct UsedNameTests {
    /// A book in which ada has held a lease under a contract of its own, and is gone.
    private func left() throws -> (desk: JournalledBook, lease: Lease) {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.tenant = "ada"
        terms.pricePerMonthMicros = 1_000_000
        try desk.execute(.putContract(name: "c-ada", terms: terms))
        let key = IdempotencyKey(scope: "tenant:ada", key: "k", bodyDigest: [1])
        let request = Command.requestLeases(
            [order(.node, 2, until: noon + hour, contract: "c-ada")], planTokens: [nil])
        let number = try desk.execute(request, key: key).leases[0]
        desk.advance(to: noon + 10 * hour)
        #expect(desk.lease(number).state.isFinal)
        try desk.execute(.removeContract(name: "c-ada"))
        try desk.execute(.removeTenant(name: "ada"))
        return (desk, desk.lease(number))
    }

    private func putAda(_ desk: inout JournalledBook) throws {
        try desk.execute(.putTenant(name: "ada", quota: Quota(), description: "another"))
    }

    @Test("What a removed tenant held is kept under a name that nobody can have, and is none of the next tenant's")
    func leases() throws {
        var (desk, lease) = try left()
        #expect(lease.tenant == "ada~1" && desk.book.isFormerTenant("ada~1") && !desk.book.isFormerTenant("ada~2"))
        try putAda(&desk)
        var own: [Lease] = []
        desk.book.forEachLease { lease in
            if lease.tenant == "ada" { own.append(lease) }
            return true
        }
        #expect(own.isEmpty)
        let month = CalendarMonth(at: noon)
        let statement = desk.book.statement(of: "ada", month: month, now: desk.now)
        #expect(statement.lines.isEmpty && statement.contracts.isEmpty)
        let former = desk.book.statement(of: "ada~1", month: month, now: desk.now)
        #expect(former.lines.map(\.lease) == [lease.number] && former.dueMicros > 0)
    }

    @Test("The index of a name goes on above all that it was, and does not tell how far it came")
    func index() throws {
        var desk = JournalledBook(Fleets.plain)
        var indexes: [UInt64] = []
        for changes in 1...3 {
            for _ in 0..<changes {
                let lease = try desk.request(order(until: desk.now + day))
                indexes.append(desk.index(of: "ada"))
                try desk.execute(.releaseLease(lease.number))
                indexes.append(desk.index(of: "ada"))
            }
            desk.advance(to: desk.now + 10 * hour)
            indexes.append(desk.index(of: "ada"))
            try desk.execute(.removeTenant(name: "ada"))
            #expect(desk.book.tenantIndex(of: "ada") == nil)
            try putAda(&desk)
            indexes.append(desk.index(of: "ada"))
            #expect(desk.index(of: "ada") == UInt64(changes) * 1_000_000 + 1)
        }
        #expect(zip(indexes, indexes.dropFirst()).allSatisfy { $0 < $1 })
        desk.checkRestart()
    }

    @Test("Idempotency keys and tokens of the one before open nothing to the next")
    func keys() throws {
        var (desk, _) = try left()
        try putAda(&desk)
        let key = IdempotencyKey(scope: "tenant:ada", key: "k", bodyDigest: [2])
        let request = Command.requestLeases([order(.node, 1, until: desk.now + day)], planTokens: [nil])
        let outcome = try desk.execute(request, key: key)
        #expect(!outcome.isRepeated && desk.lease(outcome.leases[0]).tenant == "ada")
        #expect(try desk.execute(request, key: key).isRepeated)
    }

    @Test(
        "What an operator did under a key for the tenant before is not answered for the next, nor within the same second"
    )
    func operatorsKeys() throws {
        for later in [0, hour] {
            var desk = JournalledBook(Fleets.plain)
            func key(_ name: String) -> IdempotencyKey { IdempotencyKey(scope: "uid:1", key: name, bodyDigest: [1]) }
            let request = Command.requestLeases(
                [order(.node, 2, tenant: "cy", from: noon + day, until: noon + 2 * day)], planTokens: [nil])
            let put = Command.putTenant(name: "cy", quota: Quota(), description: "")
            let bob = Command.requestLeases([order(.node, 1, tenant: "bob", until: noon + day)], planTokens: [nil])
            try desk.execute(put, key: key("put"))
            let first = try desk.execute(request, key: key("lease")).leases
            let release = Command.releaseLease(first[0])
            try desk.execute(release, key: key("release"))
            try desk.execute(bob, key: key("bob"))
            desk.now += later
            try desk.execute(.removeTenant(name: "cy"), key: key("remove"))
            // While nobody has the name, only the removal is still as it was answered.
            #expect(try desk.execute(.removeTenant(name: "cy"), key: key("remove")).isRepeated)
            let gone = desk.refusal(of: put, key: key("put"))
            #expect(gone?.code == .idempotencyMismatch)
            #expect(gone?.detail.contains("who had the tenant's name before") == true)
            desk.now += later
            try desk.execute(put, key: key("put again"))
            #expect(desk.refusal(of: request, key: key("lease"))?.code == .idempotencyMismatch)
            #expect(desk.refusal(of: .removeTenant(name: "cy"), key: key("remove"))?.code == .idempotencyMismatch)
            // What means nobody by that name is answered as before, and so is what came after.
            #expect(try desk.execute(release, key: key("release")).leases == first)
            #expect(try desk.execute(bob, key: key("bob")).isRepeated)
            #expect(try desk.execute(put, key: key("put again")).isRepeated)
            let second = try desk.execute(request, key: key("lease again")).leases
            #expect(try desk.execute(request, key: key("lease again")).leases == second && second != first)
        }
    }

    @Test("Another tenant that named the one before is told no more than that its key was used")
    func othersKeys() throws {
        var desk = JournalledBook(Fleets.plain)
        let lease = try desk.request(order(.node, 1, tenant: "bob", until: noon + 10 * day))
        let key = IdempotencyKey(scope: "tenant:bob", key: "k", bodyDigest: [1])
        let offer = Command.proposeTransfer(lease.number, TransferOrder(to: "ada"), by: .tenant("bob"))
        let transfer = try #require(try desk.execute(offer, key: key).transfer)
        try desk.execute(.withdrawTransfer(transfer, by: .tenant("bob")))
        try desk.execute(.removeTenant(name: "ada"))
        desk.now += 1
        try putAda(&desk)
        let refusal = desk.refusal(of: offer, key: key)
        var other = key
        other.bodyDigest = [2]
        #expect(refusal?.code == .idempotencyMismatch && refusal == desk.refusal(of: offer, key: other))
    }

    @Test("What was planned for the tenant before is not granted to the next one")
    func plans() throws {
        var desk = JournalledBook(Fleets.plain)
        let asked = order(.node, 2, until: noon + day)
        let (_, token) = try desk.book.plan(asked, now: noon)
        let commands = [PlannedCommand(.requestLeases([asked], planTokens: [nil]), reason: "plan")]
        let context = CommandContext(
            actor: Actor(name: "op", role: "operator"), reason: "plan", requestID: "r", now: noon)
        func plan(_ desk: JournalledBook) throws -> PlanCommitment {
            PlanCommitment(token: try desk.book.plan(commands, request: [1], at: nil, context).token, request: [1])
        }
        let commitment = try plan(desk)
        var untouched = desk
        #expect(try untouched.request(asked, token: token).tenant == "ada")
        for _ in 0..<2 {
            let earlier = try (desk.book.plan(asked, now: noon).token, plan(desk))
            try desk.execute(.removeTenant(name: "ada"))
            try putAda(&desk)
            for token in [token, earlier.0] {
                #expect(desk.refusal(of: asked, token: token)?.pointer == "/planToken")
            }
            for commitment in [commitment, earlier.1] {
                #expect(desk.refusal(of: .carryOut(commands, commitment))?.pointer == "/planToken")
            }
        }
        // Its own plans are granted, whatever others' names were before.
        var next = desk
        #expect(try next.request(asked, token: try desk.book.plan(asked, now: noon).token).tenant == "ada")
        #expect(try desk.execute(.carryOut(commands, try plan(desk))).leases.count == 1)
    }

    @Test("Versions of a contract that was the removed tenant's alone stay that one's when the contract is put anew")
    func contracts() throws {
        var (desk, _) = try left()
        try putAda(&desk)
        var terms = ContractTerms()
        terms.tenant = "ada"
        try desk.execute(.putContract(name: "c-ada", terms: terms))
        let tenants = desk.book.contractHistory("c-ada")?.versions.map(\.terms.tenant)
        #expect(tenants == ["ada~1", "ada"])
    }

    @Test(
        "A book with used names is read back as it was, and refused where it contradicts itself")
    func snapshots() throws {
        var (desk, _) = try left()
        for _ in 0..<2 {
            let bytes = desk.book.snapshot()
            #expect(try Book(snapshot: bytes).snapshot() == bytes)
            try putAda(&desk)
        }
        var book = desk.book
        var record = book.usedNamesRecord
        record.names[0].since = nil
        book.take(record)
        let contradiction = book.snapshot()
        #expect(throws: CodingFault.self) { try Book(snapshot: contradiction) }
        book = desk.book
        record = book.usedNamesRecord
        record.names[0].index = book.tenantIndex(of: "ada")!
        book.take(record)
        let repeated = book.snapshot()
        #expect(throws: CodingFault.self) { try Book(snapshot: repeated) }
        desk.checkRestart()
    }

    @Test("A removal that was written before names ended means what it did: the same tenant comes back, from 1")
    func oldRemoval() throws {
        var desk = JournalledBook(Fleets.plain, level: 1)
        let lease = try desk.request(order(until: noon + day))
        try desk.execute(.releaseLease(lease.number))
        desk.advance(to: noon + 10 * hour)
        var book = desk.book
        book.apply(.tenantRemoved(name: "ada", endsName: false))
        book.apply(.tenantPut(name: "ada", quota: Quota(), description: ""))
        #expect(book.tenantIndex(of: "ada") == 1 && book.lease(lease.number)?.tenant == "ada")
        #expect(book.snapshot()[0] == 1)
    }
}
