// What a connection may take its time for, told moment by moment.

import NIOCore
import Testing

@testable import ControlServer

@Suite("Phases of a connection")
struct ConnectionPhasesTests {
    private static let limits: ServerLimits = {
        var limits = ServerLimits()
        (limits.headSeconds, limits.idleSeconds, limits.bodySeconds, limits.stallSeconds) = (10, 75, 15, 60)
        return limits
    }()

    private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(1_000 + seconds) }

    private static func phases(hasHandshake: Bool = false) -> ConnectionPhases {
        ConnectionPhases(bounds: .init(limits), hasHandshake: hasHandshake, at: at(0))
    }

    @Test("a connection without a request ends after its idle time, and a half head after less")
    func heads() {
        var phases = Self.phases()
        #expect(phases.deadline == Self.at(75))
        phases.bytesArrived(at: Self.at(70))
        #expect(phases.deadline == Self.at(80))
        // Another byte buys nothing.
        phases.bytesArrived(at: Self.at(79))
        #expect(phases.deadline == Self.at(80))
    }

    @Test("a handshake has the time of a head, and what comes after it starts anew")
    func handshake() {
        var phases = Self.phases(hasHandshake: true)
        #expect(phases.deadline == Self.at(10))
        phases.handshakeEnded(at: Self.at(4))
        #expect(phases.deadline == Self.at(79))
    }

    @Test("an answer has no deadline, however long it takes")
    func answering() {
        var phases = Self.phases()
        phases.bytesArrived(at: Self.at(1))
        phases.headArrived(at: Self.at(1))
        phases.endArrived(at: Self.at(1))
        #expect(phases.deadline == nil && phases.requestsInProgress == 1 && !phases.answersEarly)
        phases.answerEnded(at: Self.at(300))
        #expect(phases.deadline == Self.at(375) && phases.requestsInProgress == 0)
    }

    @Test("a body must keep a pace: each kibibyte buys a second")
    func bodies() {
        var phases = Self.phases()
        phases.headArrived(at: Self.at(0))
        #expect(phases.deadline == Self.at(15) && phases.answersEarly)
        phases.bodyArrived(10 * 1_024)
        #expect(phases.deadline == Self.at(25))
        phases.bodyArrived(1)
        #expect(phases.deadline == Self.at(25))
    }

    @Test("a body that waits behind another answer is not hurried, and is timed from its turn on")
    func pipelined() {
        var phases = Self.phases()
        phases.headArrived(at: Self.at(0))
        phases.endArrived(at: Self.at(0))
        phases.headArrived(at: Self.at(1))
        #expect(phases.deadline == nil && phases.requestsInProgress == 2 && !phases.answersEarly)
        phases.answerEnded(at: Self.at(200))
        #expect(phases.deadline == Self.at(215) && phases.answersEarly)
    }

    @Test("a closing connection ends in a moment, whatever still comes")
    func closing() {
        var phases = Self.phases()
        phases.headArrived(at: Self.at(0))
        phases.closeBegan(at: Self.at(3))
        #expect(phases.deadline == Self.at(5) && phases.isClosing)
        phases.bodyArrived(1 << 20)
        phases.bytesArrived(at: Self.at(4))
        phases.endArrived(at: Self.at(4))
        phases.answerEnded(at: Self.at(4))
        #expect(phases.deadline == Self.at(5))
    }

    @Test("a client that takes nothing of its answer ends, one that takes a little does not")
    func stalled() {
        var phases = Self.phases()
        phases.headArrived(at: Self.at(0))
        phases.endArrived(at: Self.at(0))
        phases.bytesWait(100_000, at: Self.at(0))
        #expect(phases.deadline == Self.at(60))
        phases.bytesWait(100_000, at: Self.at(59))
        #expect(phases.deadline == Self.at(60))
        phases.bytesWait(99_999, at: Self.at(59))
        #expect(phases.deadline == Self.at(119))
        phases.bytesWait(0, at: Self.at(100))
        #expect(phases.deadline == nil)
    }

    @Test("more that is written to a client does not show that it reads")
    func growth() {
        var phases = Self.phases()
        phases.headArrived(at: Self.at(0))
        phases.endArrived(at: Self.at(0))
        phases.bytesWait(100_000, at: Self.at(0))
        phases.bytesWait(200_000, at: Self.at(50))
        #expect(phases.deadline == Self.at(60))
        phases.bytesWait(199_999, at: Self.at(55))
        #expect(phases.deadline == Self.at(115))
    }

    @Test("a client that still takes its last answer is not idle; it is from the end of that on")
    func lastAnswer() {
        var phases = Self.phases()
        phases.headArrived(at: Self.at(0))
        phases.endArrived(at: Self.at(0))
        phases.answerEnded(at: Self.at(1))
        for second: Int64 in 1..<100 { phases.bytesWait(1_000_000 - Int(second), at: Self.at(second)) }
        #expect(phases.deadline == Self.at(159))
        phases.bytesWait(0, at: Self.at(120))
        #expect(phases.deadline == Self.at(195))
    }
}
