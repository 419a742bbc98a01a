// The set of MIG requests: exact packing against a search, rules by hand, and the order of the rules.

import FleetModel
import Packing
import Testing

@testable import Simulation

@Suite("Slice experiments")
struct SliceExperimentTests {
    private let geometry: SliceGeometry

    init() throws {
        let platform = try #require(try Catalogue.builtIn().platform(named: "hgx-h100"))
        geometry = try SliceGeometry(profiles: platform.migProfiles)
    }

    private func offset(_ id: Int) throws -> Int { try #require(geometry.profile(id: id)) }

    /// Every multiset of instances that one GPU holds, by placing instances in every order and at every start.
    private func multisetsOfOne() throws -> Set<[Int]> {
        let kinds = try SliceMix.profileIDs.map { try offset($0) }
        var known: Set<[Int]> = []
        func visit(_ state: SliceState, _ counts: [Int]) {
            known.insert(counts)
            for (kind, profile) in kinds.enumerated() {
                for start in 0..<8 where geometry.starts(of: profile, in: state) >> UInt8(start) & 1 == 1 {
                    var next = counts
                    next[kind] += 1
                    visit(geometry.state(state, adding: profile, at: start), next)
                }
            }
        }
        visit(.empty, Array(repeating: 0, count: kinds.count))
        return known
    }

    @Test("a multiset fits exactly when a search over all layouts of two GPUs says so")
    func multisets() throws {
        let one = try multisetsOfOne()
        #expect(one.count == 78, "77 and the empty one")
        var two: Set<[Int]> = []
        for a in one { for b in one { two.insert(zip(a, b).map(+)) } }
        for counts in one { #expect(SliceMultiset(counts: counts).fits(on: 1)) }
        // Everything that one instance more could make of what fits: some of it does not.
        var (fitting, other) = (0, 0)
        for counts in two {
            for kind in counts.indices {
                var next = counts
                next[kind] += 1
                let fits = two.contains(next)
                #expect(SliceMultiset(counts: next).fits(on: 2) == fits)
                if fits { fitting += 1 } else { other += 1 }
            }
        }
        #expect(fitting > 500 && other > 500)
    }

    @Test("the best fill of one GPU is that of a search")
    func bestFill() throws {
        let one = try multisetsOfOne()
        var random = SimulationRandom(seed: 7)
        for _ in 0..<200 {
            let asked = (0..<6).map { _ in random.below(4) }
            let best = one.filter { zip($0, asked).allSatisfy { $0 <= $1 } }
                .map { SliceMultiset(counts: $0).slices }.max()
            #expect(SliceMultiset(counts: asked).slicesMax(on: 1) == best)
        }
    }

    @Test("first fit, best fit and round robin take the GPUs that their names say")
    func rules() throws {
        let (small, half) = (try offset(19), try offset(9))
        func request(_ profile: Int) -> SliceRequest {
            SliceRequest(profile: profile, arrivesAt: 0, endsAt: 1, isMovable: false)
        }
        func places(_ policy: SlicePolicy, _ profiles: [Int]) -> [Int?] {
            var rule = SliceRulePlacer(
                geometry: geometry, gpuCount: 3, policy: policy, mix: SliceMix.named[0], seed: 1)
            return profiles.map { rule.place(request($0))?.place.gpu }
        }
        #expect(places(.firstFit, [small, small, half]) == [0, 0, 0])
        #expect(places(.roundRobin, [small, small, half, half]) == [0, 1, 2, 0])
        // Two halves fill the first GPU, one the second: the small one goes where less is left.
        #expect(places(.bestFit, [half, half, half, small]) == [0, 0, 1, 1])
        #expect(places(.fgd, [half, half, half, small]) == [0, 0, 1, 1])
        #expect(places(.firstFit, Array(repeating: try offset(0), count: 4)) == [0, 1, 2, nil])
    }

    @Test("the same seed gives the same run, another seed another")
    func determinism() {
        var experiment = SliceExperiment(geometry: geometry, mix: SliceMix.named[0])
        experiment.arrivals = 1_500
        experiment.unmeasured = 500
        let first = experiment.churn(.oursMovesAnywhere, seeds: 1)
        #expect(first == experiment.churn(.oursMovesAnywhere, seeds: 1))
        experiment.seed = 2
        #expect(first != experiment.churn(.oursMovesAnywhere, seeds: 1))
    }

    @Test("rules rank as published on every mix", arguments: SliceMix.named.map(\.name))
    func ranking(name: String) throws {
        let mix = try #require(SliceMix(parsing: name))
        var experiment = SliceExperiment(geometry: geometry, mix: mix)
        experiment.arrivals = 4_000
        experiment.unmeasured = 1_000
        func allocated(_ policy: SlicePolicy) -> Double {
            let outcome = experiment.churn(policy, seeds: 1)
            return Double(outcome.used) / Double(outcome.capacity)
        }
        let fgd = allocated(.fgd)
        #expect(fgd > allocated(.roundRobin))
        let ours = allocated(.ours)
        #expect(ours > fgd)
        #expect(allocated(.oursMovesAnywhere) > ours)
        #expect(allocated(.freeMigration) > ours)
    }

    @Test("a mix is read by name or by six weights")
    func mixes() {
        #expect(SliceMix(parsing: "bimodal")?.weights == [30, 15, 5, 5, 15, 30])
        #expect(SliceMix(parsing: "5,0,0,5,0,0")?.weights == [5, 0, 0, 5, 0, 0])
        for text in ["", "1,2,3", "0,0,0,0,0,0", "1,1,1,1,1,-1", "1,1,1,1,1,x", "1,1,1,1,1,1,", "2000000,1,1,1,1,1"] {
            #expect(SliceMix(parsing: text) == nil)
        }
    }
}
