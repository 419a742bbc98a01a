// MIG placement against the published counts, and against layouts written out one by one.

import FleetModel
import Testing

@testable import Packing

/// The placement table of every NVIDIA part with seven compute slices, and an obvious model of it.
enum SliceFixture {
    static func profile(
        _ id: Int, _ compute: Int, _ memory: Int, _ starts: [Int], _ instancesMax: Int
    ) -> MIGProfile {
        MIGProfile(
            name: "\(compute)g", profileID: id, computeSlices: compute, memorySlices: memory, starts: starts,
            instancesMax: instancesMax)
    }

    static let withoutMedia = [
        profile(19, 1, 1, [0, 1, 2, 3, 4, 5, 6], 7), profile(15, 1, 2, [0, 2, 4, 6], 4),
        profile(14, 2, 2, [0, 2, 4], 3), profile(9, 3, 4, [0, 4], 2), profile(5, 4, 4, [0], 1),
        profile(0, 7, 8, [0], 1),
    ]
    static let media = profile(20, 1, 1, [0, 1, 2, 3, 4, 5, 6], 1)

    struct Instance: Hashable {
        let profile: Int
        let start: Int
    }

    /// Every layout that the three rules allow, found by adding instances one at a time and checking all rules anew.
    static func layouts(_ profiles: [MIGProfile]) -> Set<Set<Instance>> {
        var known: Set<Set<Instance>> = [[]]
        var fresh: [Set<Instance>] = [[]]
        while let layout = fresh.popLast() {
            for (offset, profile) in profiles.enumerated() {
                for start in profile.starts {
                    let next = layout.union([Instance(profile: offset, start: start)])
                    if next.count > layout.count, isLegal(next, profiles), known.insert(next).inserted {
                        fresh.append(next)
                    }
                }
            }
        }
        return known
    }

    static func isLegal(_ layout: Set<Instance>, _ profiles: [MIGProfile]) -> Bool {
        var used = [Int](repeating: 0, count: 8)
        for instance in layout {
            for slice in 0..<profiles[instance.profile].memorySlices { used[instance.start + slice] += 1 }
        }
        let compute = layout.reduce(0) { $0 + profiles[$1.profile].computeSlices }
        let isCounted = profiles.indices.allSatisfy { offset in
            layout.count { $0.profile == offset } <= profiles[offset].instancesMax
        }
        return used.allSatisfy { $0 <= 1 } && compute <= 7 && isCounted
    }

    static func state(_ layout: Set<Instance>, _ profiles: [MIGProfile]) -> SliceState {
        var mask = 0
        for instance in layout {
            for slice in 0..<profiles[instance.profile].memorySlices { mask |= 1 << (instance.start + slice) }
        }
        return SliceState(
            memoryMask: UInt8(mask), hasMediaTaken: layout.contains { profiles[$0.profile].profileID == 20 })
    }
}

@Suite("Slice geometry")
struct SliceGeometryTests {
    @Test("the obvious model finds the published numbers of layouts")
    func counts() {
        let profiles = SliceFixture.withoutMedia
        let layouts = SliceFixture.layouts(profiles).filter { !$0.isEmpty }
        #expect(layouts.count == 722)
        let maximal = layouts.filter { layout in
            !profiles.indices.contains { offset in
                profiles[offset].starts.contains { start in
                    let next = layout.union([.init(profile: offset, start: start)])
                    return next.count > layout.count && SliceFixture.isLegal(next, profiles)
                }
            }
        }
        #expect(maximal.count == 78)
        let multisets = Set(layouts.map { layout in profiles.indices.map { p in layout.count { $0.profile == p } } })
        #expect(multisets.count == 77)
    }

    @Test("memory slices and the media set decide all that the three rules do", arguments: [false, true])
    func states(hasMedia: Bool) throws {
        let profiles = SliceFixture.withoutMedia + (hasMedia ? [SliceFixture.media] : [])
        let geometry = try SliceGeometry(profiles: profiles)
        let layouts = SliceFixture.layouts(profiles)
        #expect(Set(geometry.reachable) == Set(layouts.map { SliceFixture.state($0, profiles) }))
        for layout in layouts {
            let state = SliceFixture.state(layout, profiles)
            for (offset, profile) in profiles.enumerated() {
                for start in 0..<8 {
                    let next = layout.union([.init(profile: offset, start: start)])
                    let isLegal =
                        profile.starts.contains(start) && next.count > layout.count
                        && SliceFixture.isLegal(next, profiles)
                    #expect((geometry.starts(of: offset, in: state) >> UInt8(start) & 1 == 1) == isLegal)
                    guard isLegal else { continue }
                    let after = geometry.state(state, adding: offset, at: start)
                    #expect(after == SliceFixture.state(next, profiles))
                    #expect(geometry.state(after, removing: offset, at: start) == state)
                }
            }
        }
    }

    @Test("every platform of the catalogue has a geometry with one media profile")
    func catalogue() throws {
        for platform in try Catalogue.builtIn().platforms where !platform.migProfiles.isEmpty {
            let geometry = try SliceGeometry(profiles: platform.migProfiles)
            #expect(geometry.mediaProfiles.nonzeroBitCount == 1)
            #expect(geometry.takesMedia(try #require(geometry.profile(id: 20))))
            #expect(geometry.reachable.count == 382)
        }
    }

    @Test("room counts the instances of one profile that fit together")
    func room() throws {
        let geometry = try SliceGeometry(profiles: SliceFixture.withoutMedia + [SliceFixture.media])
        #expect((0..<7).map { geometry.room(for: $0, in: .empty) } == [7, 4, 3, 2, 1, 1, 1])
        // Slice 1 is taken, and slice 4.
        let state = SliceState(memoryMask: 0b0001_0010)
        #expect((0..<7).map { geometry.room(for: $0, in: state) } == [5, 2, 1, 0, 0, 0, 1])
        let withMedia = SliceState(memoryMask: 0b0001_0010, hasMediaTaken: true)
        #expect(geometry.room(for: 6, in: withMedia) == 0)
    }

    @Test("profiles that memory alone does not decide are refused")
    func refusals() {
        let one = SliceFixture.profile(1, 1, 1, [0, 1, 2, 3], 2)
        #expect(throws: SliceGeometryError.countNotImplied(profileID: 1)) { try SliceGeometry(profiles: [one]) }
        let hungry = SliceFixture.profile(2, 4, 2, [0, 2], 2)
        #expect(throws: SliceGeometryError.computeNotImplied) { try SliceGeometry(profiles: [hungry]) }
        let outside = SliceFixture.profile(3, 1, 4, [0, 5], 2)
        #expect(throws: SliceGeometryError.illegalStarts(profileID: 3)) { try SliceGeometry(profiles: [outside]) }
        #expect(throws: SliceGeometryError.noProfiles) { try SliceGeometry(profiles: []) }
    }
}
