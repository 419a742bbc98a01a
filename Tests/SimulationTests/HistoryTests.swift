// What clients saw: a sound history has nothing against it, and each check sees what is planted for it and nothing more.

import Testing

@testable import Simulation

@Suite("Histories") struct HistoryTests {
    /// A history in the making, with a clock that ticks with each word.
    private struct Story {
        var history = History(operations: [], log: [])
        private var time: Int64 = 0

        mutating func tick() -> Int64 {
            time += 1
            return time
        }

        mutating func entry(_ operation: String?, at time: Int64 = 100) {
            history.log.append(HistoryEntry(revision: history.log.count + 1, operation: operation, time: time))
        }

        /// An operation that begins now and ends in the next moment.
        mutating func add(_ id: String, _ request: HistoryRequest, _ answer: HistoryAnswer) {
            let (invoked, returned) = (tick(), tick())
            history.operations.append(
                HistoryOperation(id: id, request: request, invoked: invoked, returned: returned, answer: answer))
        }

        /// An operation of these times.
        mutating func add(
            _ id: String, _ request: HistoryRequest, _ times: ClosedRange<Int64>, _ answer: HistoryAnswer
        ) {
            history.operations.append(
                HistoryOperation(
                    id: id, request: request, invoked: times.lowerBound, returned: times.upperBound, answer: answer))
        }

        var check: HistoryCheck { HistoryCheck(history) }
    }

    private static func sight(
        _ lease: String, _ revision: Int, _ phase: LeasePhase = .live, end: Int64 = 1_000, gpus: [String] = []
    ) -> LeaseSight {
        LeaseSight(lease: lease, label: "label of \(lease)", revision: revision, phase: phase, end: end, gpus: gpus)
    }

    private static func created(_ lease: String) -> HistoryRequest { .create(label: "label of \(lease)", end: 1_000) }

    /// Two leases one after the other on one GPU, an amendment, a lost reply, reads, polls and a repeat.
    private static func sound() -> Story {
        var story = Story()
        story.entry(nil)
        story.entry("make a")
        story.add("make a", created("a"), .done(revision: 2, leases: [sight("a", 2, gpus: ["g1"])]))
        story.add("read a", .read(lease: "a"), .done(revision: 2, leases: [sight("a", 2, gpus: ["g1"])]))
        story.entry("amend a")
        story.add(
            "amend a", .amend(lease: "a", end: 2_000),
            .done(revision: 3, leases: [sight("a", 3, end: 2_000, gpus: ["g1"])]))
        story.add("poll", .poll(tenant: "t"), .polled(revision: 3, index: 4, digest: 7))
        story.add("again", .again("make a"), .done(revision: 3, leases: [sight("a", 3, end: 2_000, gpus: ["g1"])]))
        story.add("full", created("z"), .refused("no-capacity"))
        story.entry("release a")
        story.add("release a", .release(lease: "a"), .unknown)
        story.add("read over", .read(lease: "a"), .done(revision: 4, leases: [sight("a", 4, .ending, end: 101)]))
        story.add("late", .release(lease: "a"), .refused("wrong-state"))
        story.entry("make b", at: 101)
        story.add("make b", created("b"), .done(revision: 5, leases: [sight("b", 5, gpus: ["g1"])]))
        story.add(
            "list", .list, .done(revision: 5, leases: [sight("a", 4, .ending, end: 101), sight("b", 5, gpus: ["g1"])]))
        story.add("poll again", .poll(tenant: "t"), .polled(revision: 5, index: 6, digest: 8))
        return story
    }

    @Test("a sound one has nothing against it")
    func nothing() {
        let story = Self.sound()
        #expect(story.check.violations() == [])
        #expect(story.history.operations.count == 12)
    }

    /// The kinds of what is found.
    private func kinds(_ story: Story) -> Set<String> {
        Set(story.check.violations().map { String($0.prefix { $0 != ":" }) })
    }

    @Test("an answer that is not in the log is lost")
    func lost() {
        var story = Self.sound()
        story.history.log[2].operation = nil
        #expect(
            story.check.answers().contains { $0.contains("amend a was answered at revision 3 and is not in the log") })
    }

    @Test("an answer before its entry, and a lease of before its change")
    func early() {
        var story = Self.sound()
        story.entry("make c")
        story.add("make c", Self.created("c"), .done(revision: 5, leases: [Self.sight("c", 5)]))
        #expect(story.check.answers().contains { $0.contains("before it was there") })
        story = Self.sound()
        story.entry("amend b")
        story.add(
            "amend b", .amend(lease: "b", end: 9),
            .done(revision: 6, leases: [Self.sight("b", 5, end: 9, gpus: ["g1"])]))
        #expect(story.check.answers().contains { $0.contains("its lease was last changed at 5") })
    }

    @Test(
        "a log with an entry done twice, of nobody, of what was refused or only reads, or with a gap or a time that goes back"
    )
    func log() {
        var twice = Self.sound()
        twice.entry("make a", at: 101)
        #expect(twice.check.log() == ["log: make a was done twice, again as 6"])
        var invented = Self.sound()
        invented.entry("nothing of ours", at: 101)
        #expect(invented.check.log() == ["log: entry 6 is of nothing of ours, which nobody asked for"])
        var refused = Self.sound()
        refused.entry("full", at: 101)
        #expect(refused.check.log() == ["log: full was refused (no-capacity) and stands in the log as 6"])
        var read = Self.sound()
        read.entry("list", at: 101)
        #expect(read.check.log() == ["log: list only reads and stands in the log"])
        var gap = Self.sound()
        gap.history.log.append(HistoryEntry(revision: 8, operation: nil, time: 101))
        #expect(gap.check.log() == ["log: after entry 5 comes 8"])
        var back = Self.sound()
        back.entry(nil, at: 99)
        #expect(back.check.log().count == 1)
    }

    @Test("an older revision after a newer one, and a write that is older than what was shown")
    func order() {
        var story = Self.sound()
        story.add(
            "stale", .read(lease: "a"), .done(revision: 3, leases: [Self.sight("a", 3, end: 2_000, gpus: ["g1"])]))
        #expect(story.check.order() == ["order: stale shows revision 3, and began after make b had shown 5"])
        story = Self.sound()
        let first = story.history.operations.removeFirst()
        story.history.operations.append(first)
        #expect(story.check.order() == [], "the order in which they are listed means nothing")
        story.add("tardy", .other("x"), .unknown)
        story.history.log[0].operation = "tardy"
        #expect(story.check.order() == ["order: tardy is 1, and began after make b had shown 5"])
    }

    @Test("operations that overlap may be in either order")
    func overlap() {
        var story = Story()
        story.entry("make a")
        story.entry("other")
        story.add("make a", Self.created("a"), 1...10, .done(revision: 2, leases: [Self.sight("a", 1)]))
        story.add("other", .other("x"), 2...9, .done(revision: 2, leases: []))
        story.add("read", .read(lease: "a"), 5...6, .done(revision: 1, leases: [Self.sight("a", 1)]))
        #expect(story.check.violations() == [])
    }

    @Test("one lease at one revision of it in two ways, and one that shows more than its answer")
    func sights() {
        var story = Self.sound()
        story.add("odd", .read(lease: "b"), .done(revision: 5, leases: [Self.sight("b", 5, gpus: ["g2"])]))
        #expect(story.check.sights().count == 1)
        story = Self.sound()
        story.add("early", .read(lease: "b"), .done(revision: 5, leases: [Self.sight("b", 6, gpus: ["g1"])]))
        #expect(story.check.sights() == ["sights: early shows b at 6, beyond its 5"])
    }

    @Test("a lease before it was granted, released and not, or until another time than the log makes of it")
    func states() {
        var story = Self.sound()
        story.add("before", .read(lease: "b"), 1...2, .done(revision: 4, leases: [Self.sight("b", 4, gpus: ["g1"])]))
        #expect(story.check.states() == ["states: before shows b at 4, before it was granted"])
        story = Self.sound()
        story.add("alive", .read(lease: "a"), .done(revision: 5, leases: [Self.sight("a", 5, end: 2_000)]))
        #expect(story.check.states() == ["states: alive shows a at 5 as live; it was released at 4"])
        story = Self.sound()
        story.add("gone", .read(lease: "b"), .done(revision: 5, leases: [Self.sight("b", 5, .over)]))
        #expect(story.check.states() == ["states: gone shows b at 5 as over; it was never released"])
        story = Self.sound()
        story.add("other end", .read(lease: "b"), .done(revision: 5, leases: [Self.sight("b", 5, end: 1_001)]))
        #expect(story.check.states() == ["states: other end shows b at 5 until 1001, not 1000"])
    }

    @Test("a list without a lease that is live, and leases of which some were granted that are all or none")
    func missing() {
        var story = Self.sound()
        story.add("list", .list, .done(revision: 5, leases: []))
        #expect(story.check.states() == ["states: list at 5 lacks label of b, which was granted at 5"])
        story = Self.sound()
        story.entry("both")
        story.add("both", .createAll(labels: ["label of c", "label of d"], end: 1_000), .unknown)
        let b = Self.sight("b", 5, gpus: ["g1"])
        story.add("half", .list, .done(revision: 6, leases: [b, Self.sight("c", 6)]))
        #expect(story.check.states() == ["states: half at 6 lacks label of d, which was granted at 6"])
        story.history.operations.removeLast()
        story.add("both of them", .list, .done(revision: 6, leases: [b, Self.sight("c", 6), Self.sight("d", 6)]))
        #expect(story.check.states() == [])
        #expect(story.check.linearizations() == [])
    }

    @Test("a GPU with two holders at one revision; a lease that was given back holds until its end")
    func byRevision() {
        var story = Self.sound()
        story.add("list", .list, .done(revision: 5, leases: [Self.sight("c", 4, gpus: ["g0", "g1"])]))
        let found = story.check.holdersByRevision()
        #expect(found == ["revisions: g1 is held by c from 4 through 5 and by b from 5 through 5"])
        story = Self.sound()
        let ending = Self.sight("d", 4, .ending, end: 101, gpus: ["g1"])
        story.add("list", .list, .done(revision: 5, leases: [ending]))
        #expect(story.check.holdersByRevision() == [], "its end has come with the entry that gave the GPU to another")
        story.history.log[4].time = 100
        #expect(story.check.holdersByRevision().count == 1)
    }

    @Test("a GPU with two holders at one time, whatever revisions are said")
    func byTime() {
        var story = Story()
        for (lease, revision) in [("a", 2), ("b", 90)] {
            for _ in 0..<2 {
                story.add(
                    "see \(lease)", .read(lease: lease),
                    .done(revision: revision, leases: [Self.sight(lease, revision, gpus: ["g1"])]))
            }
        }
        #expect(story.check.holdersByTime() == [], "one after the other")
        story.add("once more", .read(lease: "a"), .done(revision: 2, leases: [Self.sight("a", 2, gpus: ["g1"])]))
        #expect(story.check.holdersByTime() == ["times: g1 is held by a from 2 through 9 and by b from 6 through 7"])
    }

    @Test("an index that goes back, and one index with two answers")
    func polls() {
        var story = Self.sound()
        story.add("back", .poll(tenant: "t"), .polled(revision: 5, index: 5, digest: 9))
        #expect(story.check.polls() == ["polls: back: the index of t went from 6 back to 5"])
        story = Self.sound()
        story.add("other", .poll(tenant: "t"), .polled(revision: 5, index: 6, digest: 9))
        #expect(story.check.polls() == ["polls: other: index 6 of t has had another answer"])
        story = Self.sound()
        story.add("another's", .poll(tenant: "u"), .polled(revision: 5, index: 6, digest: 9))
        #expect(story.check.polls() == [])
    }

    @Test("a key that gets another lease, or is refused after it was done; not now is no refusal")
    func repeats() {
        var story = Self.sound()
        story.add("more", .again("make a"), .done(revision: 5, leases: [Self.sight("b", 5, gpus: ["g1"])]))
        #expect(story.check.repeats().count == 1)
        story = Self.sound()
        story.add("more", .again("make a"), .refused("no-capacity"))
        #expect(story.check.repeats() == ["repeats: make a was done, and once more refused (no-capacity)"])
        story = Self.sound()
        story.add("more", .again("make a"), .refused("journal-full"))
        #expect(story.check.repeats() == [])
    }

    // MARK: Linearizability

    private typealias Timed = TimedOperation<LeaseMachine.Operation>

    private func isLinearizable(_ operations: [(LeaseMachine.Operation, ClosedRange<Int64>)], optional: Set<Int> = [])
        -> Bool
    {
        let timed = operations.enumerated().map { index, item in
            Timed(
                operation: item.0, invoked: item.1.lowerBound,
                returned: optional.contains(index) ? .max : item.1.upperBound, isOptional: optional.contains(index))
        }
        return Linearization(timed) { (state: LeaseMachine, operation) in state.after(operation) }.exists(from: .absent)
    }

    @Test("a register is read as it was last written")
    func register() {
        #expect(isLinearizable([(.created(end: 1), 1...2), (.sawLive(end: 1), 3...4), (.amended(end: 2), 5...6)]))
        #expect(!isLinearizable([(.created(end: 1), 1...2), (.amended(end: 2), 3...4), (.sawLive(end: 1), 5...6)]))
        #expect(isLinearizable([(.created(end: 1), 1...2), (.amended(end: 2), 3...6), (.sawLive(end: 1), 5...6)]))
        #expect(!isLinearizable([(.created(end: 1), 1...2), (.sawNothing, 3...4)]))
        #expect(isLinearizable([(.created(end: 1), 1...3), (.sawNothing, 2...4)]))
    }

    @Test("two reads one after the other do not see two writes that overlap in two orders")
    func twoReaders() {
        let writes: [(LeaseMachine.Operation, ClosedRange<Int64>)] = [
            (.created(end: 1), 1...2), (.amended(end: 2), 3...20), (.amended(end: 3), 3...20),
        ]
        #expect(isLinearizable(writes + [(.sawLive(end: 2), 4...5), (.sawLive(end: 3), 6...7)]))
        #expect(isLinearizable(writes + [(.sawLive(end: 3), 4...5), (.sawLive(end: 2), 6...7)]))
        #expect(
            !isLinearizable(
                writes + [(.sawLive(end: 2), 4...5), (.sawLive(end: 3), 6...7), (.sawLive(end: 2), 8...9)]))
    }

    @Test("what got no answer may have been done at any later time, or never, but not before")
    func unknown() {
        let operations: [(LeaseMachine.Operation, ClosedRange<Int64>)] = [
            (.created(end: 1), 1...2), (.released, 3...4), (.sawLive(end: 1), 10...11), (.sawReleased, 12...13),
        ]
        #expect(isLinearizable(operations, optional: [1]))
        #expect(!isLinearizable(operations))
        #expect(isLinearizable(Array(operations.dropLast()), optional: [1]))
        #expect(
            !isLinearizable(
                [(.created(end: 1), 1...2), (.sawReleased, 3...4), (.released, 5...6)], optional: [2]))
        #expect(isLinearizable([(.created(end: 1), 1...2)], optional: [0]))
    }

    @Test("a release is done once and for ever")
    func release() {
        let made: [(LeaseMachine.Operation, ClosedRange<Int64>)] = [(.created(end: 1), 1...2), (.released, 3...4)]
        #expect(isLinearizable(made + [(.sawReleased, 5...6), (.refusedAsReleased, 7...8)]))
        #expect(!isLinearizable(made + [(.sawLive(end: 1), 5...6)]))
        #expect(!isLinearizable(made + [(.released, 5...6)]))
        #expect(!isLinearizable(made + [(.amended(end: 2), 5...6)]))
        #expect(!isLinearizable([(.created(end: 1), 1...2), (.refusedAsReleased, 3...4)]))
    }

    @Test("the whole history is searched lease by lease")
    func whole() {
        var story = Self.sound()
        story.add("alive", .read(lease: "a"), .done(revision: 5, leases: [Self.sight("a", 5, end: 2_000)]))
        #expect(
            story.check.linearizations()
                == ["linearizability: no order of the 9 operations on label of a explains their answers"])
        #expect(kinds(story).isSuperset(of: ["linearizability", "states"]))
    }

    @Test("thirty writes at once with their reads are searched in little time")
    func many() {
        var operations: [(LeaseMachine.Operation, ClosedRange<Int64>)] = [(.created(end: 0), 1...2)]
        for end in Int64(1)...30 { operations.append((.amended(end: end), 3...1_000)) }
        for end in Int64(1)...30 { operations.append((.sawLive(end: end), end * 10...end * 10 + 5)) }
        #expect(isLinearizable(operations))
    }
}
