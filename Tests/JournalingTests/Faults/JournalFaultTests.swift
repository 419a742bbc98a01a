// The journal on a disk that fails and forgets: a fault at every call, a power cut after every change.
//
// The kinds of faults and of power cuts are those of Pillai and others, "All File Systems Are Not Created Equal" (OSDI'14), and of
// SQLite's own tests (https://sqlite.org/testing.html, "I/O error testing" and "crash testing"). Numbers of what has run are in
// docs/testing.md.

import FaultDisk
import Foundation
import Testing

@testable import Journaling

/// Numbers by chance that are the same in each run (SplitMix64, Steele and others, OOPSLA'14).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The power cuts of one life.
struct PowerCuts {
    let life: ReferenceLife
    private(set) var imageCount = 0
    private var seen: Set<[Int]> = []

    init(of life: ReferenceLife) { self.life = life }

    /// What is broken by power cuts after `count` changes: each way in which what was not durable may be kept, lost, torn or kept
    /// without what came before it, tried once.
    mutating func problems(at count: Int) -> [String] {
        let standings = life.standings(at: count)
        var problems: [String] = []
        for fates in fates(at: count) {
            let image = life.disk.image(at: count, fates: fates)
            guard seen.insert([image.fingerprint] + standings).inserted else { continue }
            imageCount += 1
            if let problem = StartCheck(life, at: count, on: FaultDisk(image)).problem() {
                problems.append("change \(count), \(fates.sorted { $0.key < $1.key }): \(problem)")
            }
        }
        return problems
    }

    private func fates(at count: Int) -> [[Int: ChangeFate]] {
        let disk = life.disk
        let pending = disk.pendingChanges(at: count)
        var chance = SeededNumbers(state: UInt64(count))
        let lost = Dictionary(uniqueKeysWithValues: pending.map { ($0, ChangeFate.dropped) })
        var all: [[Int: ChangeFate]] = [[:], lost]
        if let last = pending.last {
            for cut in disk.cuts(of: last) { all.append([last: .torn(byteCount: cut)]) }
        }
        for index in pending.shuffled(using: &chance).prefix(6) {
            all.append([index: .dropped])
            var alone = lost
            alone[index] = nil
            all.append(alone)
        }
        guard pending.count > 1 else { return all }
        for _ in 0..<3 {
            var fates: [Int: ChangeFate] = [:]
            for index in pending {
                switch Int.random(in: 0..<3, using: &chance) {
                case 0: fates[index] = .dropped
                case 1: fates[index] = disk.cuts(of: index).randomElement(using: &chance).map { .torn(byteCount: $0) }
                default: break
                }
            }
            all.append(fates)
        }
        return all
    }
}

@Suite("Journal faults")
struct JournalFaultTests {
    private func life(plan: FaultPlan? = nil, forgetsFolderSyncs: Bool = false, bulk: Int = 3) -> ReferenceLife {
        let disk = FaultDisk(
            DiskImage(folders: ReferenceLife.folders), plan: plan, forgetsFolderSyncs: forgetsFolderSyncs)
        let life = ReferenceLife(on: disk, bulk: bulk)
        life.run()
        return life
    }

    @Test("On a disk that never fails the life comes to its end, and a start finds all of it")
    func soundDisk() {
        let life = life()
        #expect(life.fault == nil)
        #expect(life.restoredGroups.first?.end != nil)
        #expect(StartCheck(life, at: life.disk.changeCount, on: life.disk).problem() == nil)
        life.end()
    }

    @Test("A disk that says that it has synced folders and has not is found out")
    func findsForgottenFolderSyncs() {
        let life = life(forgetsFolderSyncs: true)
        life.end()
        var cuts = PowerCuts(of: life)
        #expect(!cuts.problems(at: life.disk.changeCount).isEmpty)
    }
}
