// Where docs/placement.md calls the search exact, trying everything finds no more than it does.

import FleetModel
import Packing
import Testing
@testable import Simulation

/// All units of a shape, named without regard to order or preference.
private struct Units {
    let model: SlowModel
    let request: PlacementRequest

    /// Each free unit of the only line, as nodes, with its modules where it is part of a node.
    func free() -> [(nodes: [Int], modules: UInt8?)] {
        let line = request.lines[0]
        let trial = Trial(model: model, request: request, ignoringWatts: true)
        let fleet = model.fleet
        var result: [(nodes: [Int], modules: UInt8?)] = []
        for domain in fleet.domains {
            switch line.shape {
            case .block where domain.level == .block: result.append((Array(domain.nodes), nil))
            case .rack where domain.level == .rack && !isRackScale(domain),
                .nvl72 where domain.level == .rack && isRackScale(domain):
                result.append((Array(domain.nodes), nil))
            case .node where domain.level == .rack: result += domain.nodes.map { ([$0], nil) }
            case .gpus(let size) where domain.level == .rack:
                for node in domain.nodes {
                    for partition in model.platform(of: node).partitions where partition.gpuCount == size {
                        result.append(([node], partition.moduleMask))
                    }
                }
            default: break
            }
        }
        return result.filter { unit in
            unit.nodes.allSatisfy { node in
                let modules = unit.modules ?? fleet.moduleMasks[node]
                return trial.freeModules(of: node) & modules == modules
            }
        }
    }

    /// The most free units that one domain of the line's level holds, or the whole fleet.
    func mostInOneDomain() -> Int {
        let line = request.lines[0]
        let units = free()
        guard let within = line.within else { return units.count }
        let level: Level = within == .nvl72 ? .rack : Level(rawValue: within.rawValue)!
        let counts = model.fleet.domains.filter { $0.level == level && (within != .nvl72 || isRackScale($0)) }.map {
            domain in units.filter { $0.nodes.allSatisfy { domain.nodes.contains($0) } }.count
        }
        return counts.max() ?? 0
    }

    private func isRackScale(_ domain: TopologyDomain) -> Bool {
        model.fleet.platform(of: RackIndex(domain.racks.lowerBound)).isRackScale
    }
}

@Suite("Where the search is exact, trying everything finds no more")
struct CompletenessTests {
    private static let shapes: [PlacementShape] = [
        .block, .rack, .nvl72, .node, .gpus(1), .gpus(2), .gpus(4), .gpus(8),
    ]

    /// A fleet with some of it leased at a cap that every platform accepts.
    private func occupied(_ random: inout SeededGenerator, mood: BudgetMood) throws -> (PackingState, SlowModel) {
        let fleet = try RandomFleet.make(&random, mood: mood)
        var (state, model) = (PackingState(fleet: fleet), SlowModel(fleet: fleet))
        for lease in 1...UInt64(random.pick(2...8)) {
            let shape = random.pick(from: Self.shapes)
            let request = request(shape, count: random.pick(1...3), lease: lease, &random)
            let outcome = state.place(request)
            guard outcome.isComplete else { continue }
            for node in outcome.lines[0].wholeNodes.flatMap({ Array($0) }) {
                model.holdings[node].append(holding(request, node, fleet.moduleMasks[node], in: fleet))
            }
            state.bookNodes(outcome.lines[0].wholeNodes, as: request.terms)
            for partial in outcome.lines[0].partialNodes {
                state.bookModules(partial.moduleMask, of: partial.node, as: request.terms)
                model.holdings[partial.node].append(holding(request, partial.node, partial.moduleMask, in: fleet))
            }
        }
        return (state, model)
    }

    private func holding(_ request: PlacementRequest, _ node: Int, _ modules: UInt8, in fleet: Fleet) -> Holding {
        Holding(
            lease: request.terms.lease, node: node, modules: modules, start: request.terms.start,
            until: request.terms.until, capWatts: fleet.platform(of: NodeIndex(node)).power.capWattsMax / 2,
            isPartition: true)
    }

    private func request(
        _ shape: PlacementShape, count: Int, lease: UInt64, within: WithinLevel? = nil,
        _ random: inout SeededGenerator
    ) -> PlacementRequest {
        let start = RandomFleet.epoch + Int64(random.pick(0...10))
        let end = start + Int64(random.pick(1...10))
        let terms = BookingTerms(lease: lease, start: start, end: end, until: end, cap: .percent(50))
        let line = PlacementLine(shape: shape, count: count, platformMask: .max, within: within)
        return PlacementRequest(lines: [line], siteMask: .max, terms: terms, now: RandomFleet.epoch)
    }

    @Test("without budgets in the way, one line is refused only when there are too few free units")
    func oneLineWithoutBudgets() throws {
        var random = SeededGenerator(seed: 4_001)
        var (granted, refused) = (0, 0)
        for _ in 0..<60 {
            let (state, model) = try occupied(&random, mood: .loose)
            for _ in 0..<40 {
                let within: WithinLevel? = random.chance(40) ? random.pick(from: WithinLevel.allCases) : nil
                let request = request(
                    random.pick(from: Self.shapes), count: random.pick(1...6), lease: 99, within: within, &random)
                let most = Units(model: model, request: request).mostInOneDomain()
                let isComplete = state.place(request).isComplete
                #expect(isComplete == (most >= request.lines[0].count), "\(request), at most \(most)")
                (granted, refused) = isComplete ? (granted + 1, refused) : (granted, refused + 1)
            }
        }
        #expect(granted > 500 && refused > 500)
    }

    @Test("with budgets in the way, one unit is refused only when no free unit has power")
    func oneUnitWithBudgets() throws {
        var random = SeededGenerator(seed: 4_002)
        var (granted, refused) = (0, 0)
        for _ in 0..<90 {
            let (state, model) = try occupied(&random, mood: .tight)
            for _ in 0..<20 {
                let request = request(random.pick(from: Self.shapes), count: 1, lease: 99, &random)
                let trial = Trial(model: model, request: request, ignoringWatts: false)
                let free = Units(model: model, request: request).free()
                let canBeHad = free.contains { unit in
                    var attempt = trial
                    return attempt.add(unit.nodes, modules: unit.modules)
                }
                let isComplete = state.place(request).isComplete
                #expect(isComplete == canBeHad, "\(request)")
                if isComplete { granted += 1 } else if !free.isEmpty { refused += 1 }
            }
        }
        #expect(granted > 300 && refused > 300)
    }

    @Test("with budgets that nest, no choice of equal nodes is larger than the one found")
    func equalNodesUnderNestedBudgets() throws {
        var random = SeededGenerator(seed: 4_003)
        var limited = 0
        for _ in 0..<60 {
            func kilowatts(_ range: ClosedRange<Int>) -> String { "\(random.pick(range)) kW" }
            let fleet = try RandomFleet.parse(
                """
                version: 1
                name: nested
                sites:
                  - name: s1
                    pue: 1.2
                    networkPercent: 5
                    energyPricePerMWh: 50
                    carbonGramsPerKWh: 400
                    reliabilityPercent: 99.9
                    turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}
                    halls:
                      - {name: "h[1-2]", blocks: [{name: "b1", platform: hgx-h100, racks: 2, nodesPerRack: 2}]}
                    power:
                      - name: root
                        rating: \(kilowatts(20...60))
                        children:
                          - {name: left, feeds: [h1], rating: \(kilowatts(10...35))}
                          - {name: right, feeds: [h2], rating: \(kilowatts(10...35)),
                             each: [{level: rack, suffix: feed, rating: \(kilowatts(5...18))}]}
                """)
            let state = PackingState(fleet: fleet)
            let request = request(.node, count: fleet.nodeCount, lease: 1, &random)
            let found = state.place(request).findings[0].placed
            var most = 0
            for subset in 0..<(1 << fleet.nodeCount) {
                let nodes = (0..<fleet.nodeCount).filter { subset & 1 << $0 != 0 }
                guard nodes.count > most else { continue }
                var trial = Trial(model: SlowModel(fleet: fleet), request: request, ignoringWatts: false)
                if trial.add(nodes) { most = nodes.count }
            }
            #expect(found == most, "\(fleet.source)")
            if most > 0 && most < fleet.nodeCount { limited += 1 }
        }
        #expect(limited > 20)
    }
}
