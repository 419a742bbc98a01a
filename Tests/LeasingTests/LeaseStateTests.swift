// The table of a lease's life, written out by hand.

import Leasing
import Testing

@Suite struct LeaseStateTests {
    /// Rows are states, columns events; nil where the event cannot happen.
    static let table: [(LeaseState, [LeaseEvent: LeaseState])] = [
        (.scheduled, [.start: .starting, .release: .cancelled, .handOver: .cancelled]),
        (.starting, [.deliver: .active, .end: .failed, .release: .ending, .handOver: .transferred]),
        (.active, [.end: .ending, .release: .ending, .handOver: .transferred]),
        (.ending, [.return: .expired, .takeBack: .reclaimed, .giveWay: .preempted]),
        (.expired, [:]),
        (.cancelled, [:]),
        (.failed, [:]),
        (.reclaimed, [:]),
        (.preempted, [:]),
        (.transferred, [:]),
    ]

    @Test("Every state and event lead where the table says and nowhere else", arguments: table)
    func transitions(state: LeaseState, next: [LeaseEvent: LeaseState]) {
        for event in LeaseEvent.allCases {
            #expect(state.after(event) == next[event], "\(state.name) × \(event.name)")
        }
    }

    @Test("The table names every state once")
    func tableIsComplete() {
        #expect(Self.table.map(\.0) == LeaseState.allCases)
    }

    @Test("Exactly the states that nothing leaves are final")
    func finalStates() {
        for (state, next) in Self.table { #expect(state.isFinal == next.isEmpty, "\(state.name)") }
    }

    @Test("Stored numbers and names of states and events never change")
    func storedForms() {
        #expect(
            LeaseState.allCases.map { "\($0.rawValue) \($0.name)" } == [
                "0 scheduled", "1 starting", "2 active", "3 ending", "4 expired", "5 cancelled", "6 failed",
                "7 reclaimed", "8 preempted", "9 transferred",
            ])
        #expect(
            LeaseEvent.allCases.map { "\($0.rawValue) \($0.name)" } == [
                "0 start", "1 deliver", "2 end", "3 release", "4 return", "5 take-back", "6 give-way", "7 hand-over",
            ])
        #expect(
            ConditionKind.allCases.map { "\($0.rawValue) \($0.name)" } == [
                "0 Degraded", "1 Delayed", "2 Curtailed", "3 NoticeServed",
            ])
        #expect(
            LeaseClass.allCases.map { "\($0.rawValue) \($0.name)" } == [
                "0 guaranteed", "1 standard", "2 opportunistic",
            ])
    }
}
