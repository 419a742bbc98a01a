// The model beside a life agrees with every step of it, and says what is otherwise when something is changed on purpose.

import FleetModel
import HashTreeCollections
import Packing
import Testing

@testable import Leasing
@testable import Scheduling
@testable import Simulation

@Suite("The model of a life") struct ModelTests {
    private static let catalogue = try! Catalogue.builtIn()
    private static let terms = LifeTerms(scale: 1, hasModel: true)

    @Test("agrees with every step", arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func agrees(seed: UInt64) throws {
        let report = try Life.live(seed: seed, commands: 150, Self.terms, catalogue: Self.catalogue)
        #expect(report.violations == [], "berth-proof life --seed \(seed) --commands 150 --scale 1 --model")
        let predicted = report.coverage.counts.filter { $0.key.hasPrefix("model predicted") }
        #expect(predicted.values.reduce(0, +) > 30, "\(predicted)")
    }

    @Test("predicts grants and refusals, releases, verbs on nodes, and what time brings; the rest is listed")
    func predicts() throws {
        var coverage = LifeCoverage()
        for seed in UInt64(1)...8 {
            coverage.add(try Life.live(seed: seed, commands: 150, Self.terms, catalogue: Self.catalogue).coverage)
        }
        let names = [
            "requestLeases accepted", "requestLeases refused", "releaseLease accepted", "releaseLease refused",
            "setNodes accepted", "setNodes refused", "putTenant accepted",
        ]
        for name in names { #expect(coverage.counts["model predicted \(name)"] ?? 0 > 0, "\(name)") }
        #expect(coverage.counts["model time"] ?? 0 > 0)
        for name in coverage.counts.keys where name.hasPrefix("model unpredicted ") {
            #expect(Model.unpredicted["\(name.dropFirst("model unpredicted ".count))"] != nil, "\(name)")
        }
    }

    @Test("is not asked by itself")
    func absent() throws {
        let report = try Life.live(seed: 1, commands: 40, catalogue: Self.catalogue)
        #expect(!report.coverage.counts.keys.contains { $0.hasPrefix("model") })
    }

    // MARK: Mistakes

    /// What the model says of lives with a mistake, of which the first that shows it is enough.
    private func complaints(_ fault: @escaping PlantedFault) throws -> [String] {
        for seed in UInt64(1)...6 {
            let report = try Life.live(
                seed: seed, commands: 150, Self.terms, catalogue: Self.catalogue, planting: fault)
            let found = report.violations.filter { $0.hasPrefix("model:") }
            if !found.isEmpty { return found }
        }
        return []
    }

    /// Puts another lease in a book's place of one, past everything that watches over it.
    private static func change(
        _ book: inout Book, where matches: (Lease) -> Bool = { _ in true }, _ change: (inout Lease) -> Void
    ) {
        guard var lease = book.liveLeases.first(where: matches) else { return }
        change(&lease)
        book.leaseBoxes[lease.number] = LeaseBox(lease)
    }

    @Test("a lease that ends a second late")
    func late() throws {
        let found = try complaints { scene in Self.change(&scene.book) { $0.end += 1 } }
        #expect(found.contains { $0.contains(": end is ") }, "\(found)")
    }

    @Test("a lease that is active before its window")
    func early() throws {
        let found = try complaints { scene in
            Self.change(&scene.book, where: { $0.state == .scheduled }) { $0.state = .active }
        }
        #expect(found.contains { $0.contains("state is active, expected scheduled") }, "\(found)")
    }

    @Test("a lease of other hardware than placement.md gives it")
    func hardware() throws {
        let found = try complaints { scene in
            let last = scene.book.fleet.nodeCount - 1
            Self.change(&scene.book, where: { $0.lines[0].holdings.wholeNodes.first?.count == 1 }) { lease in
                let held = lease.lines[0].holdings.wholeNodes[0].lowerBound
                let other = held == last ? last - 1 : last
                lease.lines[0].holdings.wholeNodes[0] = other..<other + 1
            }
        }
        #expect(found.contains { $0.contains(": line is ") }, "\(found)")
    }

    @Test("a condition that nobody gave a reason for")
    func condition() throws {
        let found = try complaints { scene in
            Self.change(&scene.book, where: { $0.conditions.isEmpty }) {
                $0.conditions = [Condition(kind: .degraded, reason: "planted", since: 1)]
            }
        }
        #expect(found.contains { $0.contains(": conditions is ") }, "\(found)")
    }

    @Test("a quota that is another than the one that was given")
    func quota() throws {
        let found = try complaints { $0.book.tenantsByName["ada"]?.quota.gpus = 12_345 }
        #expect(found.contains { $0.contains("tenants is ") }, "\(found)")
    }

    @Test("what is wrong at the end of a life, before its last start")
    func end() throws {
        var isPlanted = false
        let report = try Life.live(
            seed: 1, commands: 10, Self.terms, catalogue: Self.catalogue,
            planting: { scene in
                guard !isPlanted, scene.now >= LifeSettings.start + 400 * 86_400 else { return }
                isPlanted = true
                scene.book.nextLeaseNumber += 1
            })
        #expect(isPlanted && report.violations.contains { $0.hasPrefix("model: the next number is ") })
        #expect(report.script.count == report.steps - 2)
    }

    @Test("a grant that is answered as a refusal, and a refusal for another reason")
    func answers() throws {
        let refused = try complaints { scene in
            for place in scene.answers.indices {
                guard case .requestLeases = scene.answers[place].command.command,
                    case .accepted(_, let view, _) = scene.answers[place].answer
                else { continue }
                scene.answers[place].answer = .refused(Refusal(.noCapacity, "planted"), view: view)
            }
        }
        #expect(refused.contains { $0.contains("refused, noCapacity, expected accepted") }, "\(refused)")
        let other = try complaints { scene in
            for place in scene.answers.indices {
                guard case .releaseLease = scene.answers[place].command.command,
                    case .refused(_, let view) = scene.answers[place].answer
                else { continue }
                scene.answers[place].answer = .refused(Refusal(.inUse, "planted"), view: view)
            }
        }
        #expect(other.contains { $0.contains("releaseLease: refused, inUse, expected refused, ") }, "\(other)")
    }
}
