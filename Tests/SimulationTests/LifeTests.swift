// Lives of books keep every rule; the checks see every rule that is broken on purpose; a life that breaks one is made short.

import FleetModel
import HashTreeCollections
import Packing
import Testing

@testable import Journaling
@testable import Leasing
@testable import Scheduling
@testable import Simulation

@Suite("Lives") struct LifeTests {
    private static let catalogue = try! Catalogue.builtIn()

    @Test("keep every rule after every step", arguments: [UInt64(1), 2, 4, 5, 7, 9])
    func keepRules(seed: UInt64) throws {
        let report = try Life.live(seed: seed, commands: 250, catalogue: Self.catalogue)
        #expect(report.violations == [], "berth-proof life --seed \(seed) --commands 250")
        #expect(report.commands == 250 && report.entries > 20 && report.steps > 20)
    }

    @Test("are the same from the same seed, and others from others")
    func same() throws {
        let one = try Life.live(seed: 11, commands: 120, catalogue: Self.catalogue)
        let two = try Life.live(seed: 11, commands: 120, catalogue: Self.catalogue)
        let other = try Life.live(seed: 12, commands: 120, catalogue: Self.catalogue)
        #expect(one.digest == two.digest && one.entries == two.entries && one.coverage.counts == two.coverage.counts)
        #expect(one.digest != other.digest)
    }

    @Test("play again from their scripts as they were lived")
    func again() throws {
        let report = try Life.live(seed: 13, commands: 150, catalogue: Self.catalogue)
        let again = try Life.play(report.script, seed: 13, catalogue: Self.catalogue)
        #expect(again.digest == report.digest)
        let all = LifeExtract(of: report.script)
        #expect(LifeExtract(all.description) == all)
        #expect(all.steps(of: report.script).count == report.script.count)
    }

    /// Lives a life with a mistake and gives what the checks say of it.
    private func violations(seed: UInt64 = 4, _ fault: @escaping PlantedFault) throws -> [String] {
        try Life.live(seed: seed, commands: 400, catalogue: Self.catalogue, planting: fault).violations
    }

    /// Puts another lease in a book's place of it, past everything that watches over it.
    private static func change(
        _ book: inout Book, where matches: (Lease) -> Bool = { _ in true }, _ change: (inout Lease) -> Void
    ) {
        var found: Lease?
        book.forEachLease { lease in
            if found == nil, !lease.state.isFinal, matches(lease) { found = lease }
            return found == nil
        }
        guard var lease = found else { return }
        change(&lease)
        book.leaseBoxes[lease.number] = LeaseBox(lease)
    }

    @Test("Rule 1: hardware of one lease that another says it has, too")
    func doubleBooked() throws {
        // Not every life has two such leases at one time.
        var found: [String] = []
        for seed in UInt64(4)...9 where found.isEmpty {
            found = try violations(seed: seed) { scene in
                let live = scene.book.liveLeases.filter { !$0.lines[0].holdings.wholeNodes.isEmpty }
                let pairs = live.lazy.flatMap { one in live.lazy.map { (one, $0) } }
                guard
                    let (one, other) = pairs.first(where: { one, other in
                        one.leaseNumber < other.leaseNumber && other.start < one.end && one.start < other.end
                    })
                else { return }
                Self.change(&scene.book, where: { $0.number == other.number }) { lease in
                    lease.lines[0].holdings = one.lines[0].holdings
                }
            }
        }
        #expect(found.contains { $0.hasPrefix("rule 1:") && $0.contains("at one instant") }, "\(found.prefix(3))")
    }

    @Test("Rule 2: a lease that draws more than was counted")
    func watts() throws {
        let found = try violations { scene in
            Self.change(&scene.book, where: { !$0.lines[0].holdings.wholeNodes.isEmpty }) { lease in
                lease.capSteps = [CapStep(at: lease.start, cap: .watts(lease.cap == .watts(401) ? 402 : 401))]
            }
        }
        #expect(found.contains { $0.hasPrefix("rule 2:") }, "\(found.prefix(3))")
    }

    @Test("Rule 3: GPUs that no partition has together")
    func illegal() throws {
        let found = try violations { scene in
            Self.change(&scene.book, where: { !$0.lines[0].holdings.partialNodes.isEmpty }) { lease in
                let part = lease.lines[0].holdings.partialNodes[0]
                lease.lines[0].holdings.partialNodes[0] = PartialNode(
                    node: part.node, moduleMask: part.moduleMask, partitionID: 99)
            }
        }
        #expect(found.contains { $0.hasPrefix("rule 3:") }, "\(found.prefix(3))")
    }

    @Test("Rule 4: an answer about what is not in the journal")
    func undurable() throws {
        let found = try violations { scene in
            guard let place = scene.answers.indices.last,
                case .accepted(let outcome, let view, let took) = scene.answers[place].answer
            else { return }
            var ahead = view.book
            ahead.revision += 3
            scene.answers[place].answer = .accepted(
                outcome, view: PublishedView(book: ahead, gauge: ReportGauge()), decisionNanoseconds: took)
        }
        #expect(found.contains { $0.hasPrefix("rule 4:") }, "\(found.prefix(3))")
    }

    @Test("Rule 5: a book that its facts do not make")
    func drifted() throws {
        let found = try violations { $0.book.nextLeaseNumber += 1_000 }
        #expect(found.contains { $0.hasPrefix("rule 5:") }, "\(found.prefix(3))")
    }

    @Test(
        "Rules 6 and 7: an entry that moves a lease off a node that is up, and one that ends a lease without a notice")
    func movedAndTaken() throws {
        for (index, rule) in ["rule 6:", "rule 7:"].enumerated() {
            var (isPlanted, found): (Bool, [String]) = (false, [])
            for seed in UInt64(1)...30 where !isPlanted {
                found = try violations(seed: seed) { scene in
                    guard !isPlanted, scene.book.revision == scene.journal.lastSequence else { return }
                    let bound = scene.book.liveLeases.first { lease in
                        lease.partOf == nil && lease.isInWindow && scene.book.terms(of: lease) != nil
                            && scene.book.parts(of: lease.number).count == 1 && lease.downNodes.isEmpty
                            && lease.lines.count == 1 && !lease.lines[0].holdings.wholeNodes.isEmpty
                    }
                    guard let lease = bound else { return }
                    let old = lease.lines[0].holdings.wholeNodes[0].lowerBound
                    let fleet = scene.book.fleet
                    let free = (0..<fleet.nodeCount).first { node in
                        var isBooked = false
                        scene.book.packing.forEachBooking(of: NodeIndex(node)) { _ in isBooked = true }
                        return !isBooked && fleet.rackOfNode[node] == fleet.rackOfNode[old]
                    }
                    let fact: Fact
                    if index == 0 {
                        guard let free, scene.book.packing.health(of: NodeIndex(old)) == .open else { return }
                        fact = .memberReplaced(
                            Replacement(
                                lease: lease.number, line: 0, old: scene.book.register.id(of: NodeIndex(old)).number,
                                new: scene.book.register.id(of: NodeIndex(free)).number, wasSpare: false))
                    } else {
                        fact = .leaseMoved(number: lease.number, event: .release, at: scene.book.time)
                    }
                    let entry = Entry(
                        revision: scene.book.revision + 1, recordedAt: scene.book.time,
                        actor: Actor(name: "uid:1 op", role: "operator"), reason: "", requestID: "r",
                        idempotencyKey: nil,
                        facts: [fact])
                    scene.journal = scene.journal.reopened()
                    try! scene.journal.append(
                        [entry.encoded()], expectedSequence: scene.book.revision, epoch: scene.journal.identity.epoch,
                        projecting: [])
                    scene.book.apply(entry)
                    isPlanted = true
                }
            }
            #expect(isPlanted && found.contains { $0.hasPrefix(rule) }, "\(rule) \(found.prefix(3))")
        }
    }

    @Test("Rule 8: an index that moves without its answer, and an answer that changes without its index")
    func strangers() throws {
        var count: UInt64 = 0
        let moved = try violations { scene in
            count += 1
            scene.book.tenantsByName["ada"]?.index += count
        }
        #expect(moved.contains { $0.hasPrefix("rule 8: the index of ada moved") }, "\(moved.prefix(3))")
        let changed = try violations { scene in
            count += 1
            let conditions = [Condition(kind: .degraded, reason: "planted", since: Int64(count))]
            Self.change(&scene.book) { $0.conditions = conditions }
        }
        #expect(changed.contains { $0.hasPrefix("rule 8: the answer of") }, "\(changed.prefix(3))")
    }

    @Test("Rule 9: an audit row that is not there")
    func unaudited() throws {
        let found = try violations { scene in
            scene.journal = scene.journal.reopened()
            try! scene.journal.rebuildProjections([ProjectionWrite]())
        }
        #expect(found.contains { $0.hasPrefix("rule 9:") }, "\(found.prefix(3))")
    }

    @Test("Rule 10: an account that says more than its facts")
    func overcharged() throws {
        let found = try violations { scene in
            var changed: [(UInt64, LeaseAccount)] = []
            scene.book.ledger.accounts.forEach { number, account in
                var account = account
                guard !account.rows.isEmpty, changed.isEmpty else { return true }
                account.rows[0].sums.gpus.promised += 1
                changed.append((number, account))
                return true
            }
            for (number, account) in changed { scene.book.ledger.accounts[number] = account }
        }
        #expect(found.contains { $0.hasPrefix("rule 10:") }, "\(found.prefix(3))")
    }

    @Test("that break a rule are made short")
    func short() throws {
        let fault: PlantedFault = { scene in
            Self.change(&scene.book, where: { !$0.lines[0].holdings.partialNodes.isEmpty }) { lease in
                let part = lease.lines[0].holdings.partialNodes[0]
                lease.lines[0].holdings.partialNodes[0] = PartialNode(
                    node: part.node, moduleMask: part.moduleMask, partitionID: 99)
            }
        }
        let report = try Life.live(seed: 4, commands: 300, catalogue: Self.catalogue, planting: fault)
        let extract = try Life.shrink(report, catalogue: Self.catalogue, planting: fault)
        // A tenant, and a lease of a part of a node.
        #expect(extract.places.count == 2, "\(extract)")
        let steps = extract.steps(of: report.script)
        let again = try Life.play(steps, seed: 4, catalogue: Self.catalogue, planting: fault)
        #expect(again.violations.contains { $0.hasPrefix("rule 3:") })
    }

    @Test("A verb on nodes of a fleet that is no more is refused, and changes nothing")
    func fleetBetween() throws {
        var random = SimulationRandom(seed: 1)
        let fleets = try LifeFleets.make(&random, scale: 1, catalogue: Self.catalogue)
        var world = try LifeWorld(fleet: fleets[2], seed: 1, start: LifeSettings.start, entriesPerSnapshot: 10)
        let last = world.book.fleet.nodeCount - 1
        func sent(_ command: Command) -> LifeCommand {
            LifeCommand(
                command: command, actor: Actor(name: "uid:1 op", role: "operator"), key: nil,
                fleetVersion: world.book.fleetVersion, fleetSource: world.book.fleet.source)
        }
        let verb = Command.setNodes(.cordon, nodes: [last..<last + 1], until: nil)
        let answers = try world.take(.send([sent(.adoptFleet(fleets[0])), sent(verb)]))
        guard case .accepted = answers[0].answer, case .refused(let refusal, _) = answers[1].answer else {
            Issue.record("\(answers)")
            return
        }
        #expect(refusal.code == .fleetConflict && refusal.detail.contains("send it again"))
        #expect(world.book.fleetVersion == 2)
    }
}
