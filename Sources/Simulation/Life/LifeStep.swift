// What happens in a life, one thing after the other: everything that comes from outside, as values that can be played again.

import Journaling
import Leasing

/// One thing that happens.
enum LifeStep: Sendable {
    /// Commands that the writer finds waiting together.
    case send([LifeCommand])
    /// Time passes.
    case pass(seconds: Int64)
    /// The wall clock is set.
    case setClock(seconds: Int64)
    /// An operator believes the wall clock.
    case confirmTime
    /// The disk is full at the next append.
    case fillDisk
    /// The next append is not confirmed: the process ends, and what it wrote is there or not.
    case failSync(keepsRecords: Bool)
    /// The process is killed and started again.
    case crash

    /// Its kind, for counting.
    var kind: String {
        switch self {
        case .send: "commands"
        case .pass: "time"
        case .setClock: "clock set"
        case .confirmTime: "clock confirmed"
        case .fillDisk: "disk full"
        case .failSync(let keepsRecords): keepsRecords ? "sync failed, written" : "sync failed, lost"
        case .crash: "crash"
        }
    }

    /// Whether it is one command that changes one thing. A plan of several may change something and change it back.
    var isOneChange: Bool {
        guard case .send(let commands) = self, commands.count == 1 else { return false }
        if case .carryOut(let planned, _) = commands[0].command { return planned.count == 1 }
        return true
    }

    /// How many commands are in it.
    var commandCount: Int {
        if case .send(let commands) = self { return commands.count }
        return 0
    }
}
