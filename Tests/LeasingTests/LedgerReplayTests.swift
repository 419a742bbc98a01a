// Accounts that are kept as facts come against the slow way, through random lives.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct LedgerReplayTests {
    @Test("Accounts are what the facts alone give when leases are split and change hands")
    func transfers() {
        var (splits, takeovers) = (0, 0)
        for seed in [UInt64(1), 2, 3, 5, 8, 12] {
            var workload = Workload(seed: seed, transfers: true)
            var random = SeededGenerator(seed: seed)
            var (replay, taken) = (LedgerReplay(), 0)
            func compare(_ step: Int) {
                for entry in workload.desk.entries[taken...] { replay.take(entry) }
                taken = workload.desk.entries.count
                let book = workload.desk.book
                for time in [book.time, book.time + 40 * day] {
                    let differences = replay.differences(from: book, until: time)
                    #expect(differences.isEmpty, "seed \(seed), step \(step): \(differences.prefix(2))")
                }
            }
            for step in 0..<600 {
                _ = workload.act()
                if step % 20 == 10 { lower(&workload.desk, &random) }
                if step % 20 == 19 { compare(step) }
            }
            workload.desk.advance(to: workload.desk.now + 1_000 * day)
            compare(600)
            (splits, takeovers) = (splits + workload.splits, takeovers + workload.takeovers)
        }
        #expect(splits > 30 && takeovers > 4, "\(splits), \(takeovers)")
    }

    @Test("Accounts are what the facts alone give, to the second, through random lives")
    func randomLives() {
        var seen = LedgerSums()
        var growths = 0
        for seed in [UInt64(2), 4, 5, 9, 10, 16, 18, 24] {
            var workload = Workload(seed: seed)
            var random = SeededGenerator(seed: seed)
            var (replay, taken) = (LedgerReplay(), 0)
            func compare(_ step: Int) {
                for entry in workload.desk.entries[taken...] {
                    replay.take(entry)
                    growths += entry.facts.count { if case .leasePartGranted = $0 { true } else { false } }
                }
                taken = workload.desk.entries.count
                let book = workload.desk.book
                for time in [book.time, book.time + 40 * day] {
                    let differences = replay.differences(from: book, until: time)
                    #expect(differences.isEmpty, "seed \(seed), step \(step): \(differences.prefix(2))")
                }
            }
            for step in 0..<700 {
                _ = workload.act()
                if step % 20 == 10 { lower(&workload.desk, &random) }
                if step % 25 == 24 { compare(step) }
            }
            workload.desk.advance(to: workload.desk.now + 1_000 * day)
            compare(700)
            #expect(replay.leaseCount > 10)
            check(workload.desk, &seen)
        }
        // Enough of everything happened for the above to mean something.
        let (gpus, rack) = (seen.gpus, seen.rack)
        #expect([gpus.down, gpus.late, gpus.stopped, gpus.handBack].allSatisfy { $0 > 0 }, "\(gpus)")
        #expect([gpus.curtailed, gpus.breach, gpus.breachStopped].allSatisfy { $0 > 0 }, "\(gpus)")
        #expect(rack.curtailed > 0 && rack.breach > 0 && growths > 50, "\(rack), \(growths)")
    }

    /// Sets a load target on the meter, some of them beyond what terms allow.
    private func lower(_ desk: inout JournalledBook, _ random: inout SeededGenerator) {
        let start = desk.now + Int64.random(in: 0...2 * hour, using: &random)
        let meter = desk.book.fleet.budget(named: "meter")!
        let drawn = desk.book.packing.committedWatts(of: meter, at: start)
        let target = LoadTarget(
            key: LoadTargetKey(budget: "meter", id: "t\(Int.random(in: 0..<3, using: &random))"),
            kind: Bool.random(using: &random) ? .physical : .economic,
            watts: drawn * Int64.random(in: 55...100, using: &random) / 100, start: start,
            end: start + Int64.random(in: 600...10 * hour, using: &random))
        _ = try? desk.execute(.setLoadTarget(target))
    }

    /// What holds of every statement.
    private func check(_ desk: JournalledBook, _ seen: inout LedgerSums) {
        for tenant in ["ada", "bob"] {
            for month in CalendarMonth(at: noon).index..<CalendarMonth(at: desk.now).index {
                let statement = desk.book.statement(of: tenant, month: CalendarMonth(index: month), now: desk.now)
                let (gpus, rack) = (statement.sums.gpus, statement.sums.rack)
                #expect(gpus.promised == gpus.delivered + gpus.down + gpus.late + gpus.stopped)
                #expect(rack.promised >= rack.delivered + rack.curtailed + rack.breach)
                #expect(gpus.excused <= gpus.down && gpus.breachStopped <= min(gpus.breach, gpus.stopped))
                seen += statement.sums
            }
        }
    }
}
