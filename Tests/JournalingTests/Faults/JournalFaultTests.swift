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

/// How much is left to chance is tried: 1, or more for a longer run, from BERTH_FAULT_EFFORT.
let faultEffort = ProcessInfo.processInfo.environment["BERTH_FAULT_EFFORT"].flatMap { Int($0) } ?? 1

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
        for index in pending.shuffled(using: &chance).prefix(1 + faultEffort) {
            all.append([index: .dropped])
            var alone = lost
            alone[index] = nil
            all.append(alone)
        }
        guard pending.count > 1 else { return all }
        for _ in 0..<faultEffort {
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
    private static let parts = 4

    private func life(plan: FaultPlan? = nil, forgetsFolderSyncs: Bool = false, bulk: Int = 3) -> ReferenceLife {
        let disk = FaultDisk(
            DiskImage(folders: ReferenceLife.folders), plan: plan, forgetsFolderSyncs: forgetsFolderSyncs)
        let life = ReferenceLife(on: disk, bulk: bulk)
        life.run()
        return life
    }

    /// Issues are recorded for the first few only: one mistake breaks hundreds.
    private func expectNone(_ problems: [String]) {
        for problem in problems.prefix(3) { Issue.record("\(problem)") }
        #expect(problems.isEmpty, "\(problems.count) in all")
    }

    @Test("On a disk that never fails the life comes to its end, and a start finds all of it")
    func soundDisk() {
        let life = life()
        #expect(life.fault == nil)
        #expect(life.restoredGroups.first?.end != nil)
        #expect(StartCheck(life, at: life.disk.changeCount, on: life.disk).problem() == nil)
        life.end()
    }

    @Test(
        "After a power cut at any change, whatever became of what was not synced, a start finds all that was answered",
        arguments: 0..<parts)
    func powerCuts(part: Int) throws {
        let life = life()
        life.end()
        var cuts = PowerCuts(of: life)
        var problems: [String] = []
        // Neighbours leave the same disks, which are tried once.
        let count = life.disk.changeCount + 1
        for place in count * part / Self.parts..<count * (part + 1) / Self.parts {
            problems += cuts.problems(at: place)
        }
        print("power cuts: \(life.disk.changeCount) changes, \(cuts.imageCount) disks, \(problems.count) problems")
        expectNone(problems)
    }

    @Test("A disk that says that it has synced folders and has not is found out")
    func findsForgottenFolderSyncs() {
        let life = life(forgetsFolderSyncs: true)
        life.end()
        var cuts = PowerCuts(of: life)
        #expect(!cuts.problems(at: life.disk.changeCount).isEmpty)
    }

    @Test(
        "When any call fails, the journal goes on right or says so, and the next start is right", arguments: 0..<parts)
    func failingCalls(part: Int) {
        let calls = life().disk.calls
        var runs = 0
        var problems: [String] = []
        for (index, call) in calls.enumerated() where index % Self.parts == part {
            for plan in plans(for: call, at: index) {
                runs += 1
                problems += self.problems(with: plan).map {
                    "\(call) \(index), \(plan.fault) lasting \(plan.isLasting): \($0)"
                }
            }
        }
        print("failing calls: \(calls.count) calls, \(runs) runs, \(problems.count) problems")
        expectNone(problems)
    }

    private func plans(for call: DiskCall, at index: Int) -> [FaultPlan] {
        func plan(_ fault: DiskFault, _ isLasting: Bool) -> FaultPlan {
            FaultPlan(call: index, fault: fault, isLasting: isLasting)
        }
        return switch call {
        // Each kind at each write; once or from then on by turns, and both in a longer run.
        case .write where faultEffort > 1:
            [.failing, .full].flatMap { [plan($0, false), plan($0, true)] } + [plan(.short, false)]
        case .write:
            [plan(.failing, index.isMultiple(of: 2)), plan(.full, !index.isMultiple(of: 2)), plan(.short, false)]
        case .create, .link, .makeFolder: [plan(.failing, false), plan(.full, false), plan(.full, true)]
        case .sync, .truncate, .rename, .unlink: [plan(.failing, false), plan(.failing, true)]
        case .open, .look, .lock, .read: [plan(.failing, false)]
        }
    }

    /// The life with one fault, then a start of the next process, then starts after a power cut.
    private func problems(with plan: FaultPlan) -> [String] {
        let life = life(plan: plan)
        life.end()
        life.disk.heal()
        let count = life.disk.changeCount
        var problems: [String?] = []
        // What fails without having changed anything leaves nothing to a power cut.
        if life.disk.calls[plan.call].changes {
            let lost = life.disk.pendingChanges(at: count).map { ($0, ChangeFate.dropped) }
            let image = life.disk.image(at: count, fates: Dictionary(uniqueKeysWithValues: lost))
            let start = StartCheck(life, at: count, on: FaultDisk(image))
            problems.append(start.problem().map { "then a power cut: \($0)" })
        }
        problems.append(StartCheck(life, at: count, on: life.disk).problem().map { "then a new process: \($0)" })
        return problems.compactMap { $0 }
    }

    @Test("A restore of a closed book that was copied by hand begins a new epoch, whichever call fails first")
    func restoresHandMadeCopy() throws {
        let life = life()
        life.end()
        try life.disk.link(life.state + "/book.sqlite", as: life.disk.root + "/copies/hand.sqlite")
        let image = life.disk.content
        func restore(on disk: FaultDisk) throws(JournalFault) {
            try SQLiteJournal.restore(
                from: disk.root + "/copies/hand.sqlite", directory: disk.root + "/hand", files: disk)
        }
        let sound = FaultDisk(image)
        try restore(on: sound)
        var runs = 0
        for (index, call) in sound.calls.enumerated() {
            for plan in plans(for: call, at: index) {
                runs += 1
                let disk = FaultDisk(image, plan: plan)
                var fault: JournalFault?
                do throws(JournalFault) { try restore(on: disk) } catch { fault = error }
                disk.endProcess()
                disk.heal()
                if fault != nil {
                    do throws(JournalFault) { try restore(on: disk) } catch {
                        guard case .alreadyInitialised = error else { throw error }
                    }
                }
                let journal = try SQLiteJournal.open(directory: disk.root + "/hand", files: disk)
                let restores = try journal.readShared("asking") { try MerkleTables.restores(in: $0) }
                #expect(journal.identity.epoch == 3, "\(call) \(index), \(plan)")
                #expect(restores == [BookRestore(epoch: 3, size: journal.lastSequence)])
                try journal.close()
            }
        }
        print("a copy made by hand: \(sound.calls.count) calls, \(runs) runs")
    }

    @Test("An append syncs once")
    func syncsOnce() throws {
        let life = life()
        life.end()
        let disk = FaultDisk(life.disk.content)
        let journal = try life.openBook(on: disk)
        try journal.append(next: [[1]])
        let before = disk.calls.count
        for number in 0..<5 { try journal.append(next: [[UInt8(number)]]) }
        #expect(disk.calls.dropFirst(before).filter { $0 == .sync }.count == 5)
        try journal.close()
    }
}
