// FGD on slices against its definition.

import FleetModel
import Testing

@testable import Packing

@Suite("Slice scores")
struct SliceScoresTests {
    private let profiles = SliceFixture.withoutMedia + [SliceFixture.media]

    /// Free slices outside every legal window of a profile.
    private func unusable(_ profile: MIGProfile, _ state: SliceState) -> Int {
        var usable: Set<Int> = []
        for start in profile.starts {
            let window = Set(start..<start + profile.memorySlices)
            let isFree = window.allSatisfy { state.memoryMask >> UInt8($0) & 1 == 0 }
            if isFree && !(profile.profileID == 20 && state.hasMediaTaken) { usable.formUnion(window) }
        }
        return state.freeSlices - usable.count
    }

    @Test("a score is the free slices that a request of the mix cannot use")
    func definition() throws {
        let geometry = try SliceGeometry(profiles: profiles)
        // The media profile can be used once only, so it is left out of a model that counts windows.
        let weights = [30, 15, 5, 5, 15, 30, 0]
        let scores = SliceScores(geometry: geometry, weights: weights)
        func model(_ state: SliceState) -> Int {
            profiles.indices.reduce(0) { $0 + weights[$1] * unusable(profiles[$1], state) }
        }
        for state in geometry.reachable {
            #expect(Int(scores.fragmentation(of: state)) == model(state))
            for (offset, profile) in profiles.enumerated() {
                let legal = profile.starts.filter { geometry.starts(of: offset, in: state) >> UInt8($0) & 1 == 1 }
                let growths = legal.map { model(geometry.state(state, adding: offset, at: $0)) - model(state) }
                guard let least = growths.min() else {
                    #expect(scores.bestStart(of: offset, in: state) == nil)
                    #expect(scores.gradient(of: offset, in: state) == SliceScores.doesNotFit)
                    continue
                }
                #expect(Int(scores.gradient(of: offset, in: state)) == least)
                #expect(scores.bestStart(of: offset, in: state) == legal[growths.firstIndex(of: least)!])
            }
        }
    }

    @Test("a single 1g goes where only a 1g fits, and on an empty GPU where no 4g starts")
    func handWorked() throws {
        let geometry = try SliceGeometry(profiles: SliceFixture.withoutMedia)
        let scores = SliceScores(geometry: geometry, weights: [1, 1, 1, 1, 1, 1])
        #expect(scores.bestStart(of: 0, in: .empty) == 6)
        // Slices 0 to 3 and 6 and 7 are taken: slice 4 and 5 are alike, the lower wins.
        #expect(scores.bestStart(of: 0, in: SliceState(memoryMask: 0b1100_1111)) == 4)
        // Slice 6 is taken: 4 and 5 still hold a 2g, so the odd slice is 7, where none may start.
        #expect(scores.bestStart(of: 1, in: SliceState(memoryMask: 0b0100_0000)) == 4)
    }

    @Test("what a window costs is what the instance that occupies it costs, and never less than nothing")
    func losses() throws {
        let geometry = try SliceGeometry(profiles: profiles)
        var costs = SliceCosts(geometry: geometry, gpuCount: 3)
        for profile in [0, 0, 1, 4, 2] { costs.note(profile) }
        for state in geometry.reachable {
            for (offset, profile) in profiles.enumerated() {
                for start in profile.starts where geometry.starts(of: offset, in: state) >> UInt8(start) & 1 == 1 {
                    let loss = costs.loss(offset, at: start, in: state)
                    let window = geometry.window(of: offset, at: start)
                    let same = costs.loss(of: window, takesMedia: geometry.takesMedia(offset), in: state)
                    #expect(same == loss && loss >= 0)
                }
            }
        }
        #expect(costs.loss(0, at: 0, in: .empty) > 0)
    }

    @Test("the largest weights stay within 32 bits")
    func bounds() throws {
        let geometry = try SliceGeometry(profiles: profiles)
        let weights = Array(repeating: SliceScores.weightMax, count: profiles.count)
        let scores = SliceScores(geometry: geometry, weights: weights)
        #expect(scores.fragmentation(of: SliceState(memoryMask: 0b0111_1111)) == 7_000_000)
    }
}
