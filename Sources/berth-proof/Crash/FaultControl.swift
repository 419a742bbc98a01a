// The page that is shared with the library in front of the daemon's C library: scripts/crash/faults.c.

import Foundation
import Glibc

/// Which calls on files of the state folder are meant.
struct FileCalls: OptionSet {
    let rawValue: Int64

    static let writes = FileCalls(rawValue: 1)
    static let syncs = FileCalls(rawValue: 2)
    static let truncations = FileCalls(rawValue: 4)
    static let names = FileCalls(rawValue: 8)
    static let openings = FileCalls(rawValue: 16)
    static let reads = FileCalls(rawValue: 32)
    /// Those of the writes that are to the book's own file: when its log is moved into it.
    static let bookWrites = FileCalls(rawValue: 64)
    static let changes: FileCalls = [.writes, .syncs, .truncations, .names]
}

/// What is done to a call.
enum FileFault {
    /// The process ends there, a write so many eighths done.
    case end(eighths: Int)
    /// It fails with an errno, a write so many eighths done.
    case fail(errno: Int32, eighths: Int)
    /// It takes longer.
    case wait(microseconds: Int)
}

/// The control page, in a file that both map. Each field is one 64-bit word; the order is that of `struct control`.
final class FaultControl: @unchecked Sendable {
    private enum Field: Int {
        case clockAhead, calls, kinds, first, count, action, error, micros, part, struck, undo
    }

    static let byteCount = 4_096
    let path: String
    private let words: UnsafeMutablePointer<Int64>

    init(path: String) throws {
        self.path = path
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, ftruncate(file, Self.byteCount) == 0 else { throw ProofFault("\(path) cannot be made") }
        defer { close(file) }
        let map = mmap(nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        guard let map, map != MAP_FAILED else { throw ProofFault("\(path) cannot be mapped") }
        words = map.bindMemory(to: Int64.self, capacity: Self.byteCount / 8)
    }

    deinit { munmap(words, Self.byteCount) }

    private subscript(_ field: Field) -> Int64 {
        get { words[field.rawValue] }
        set { words[field.rawValue] = newValue }
    }

    /// Seconds that the wall clock is ahead.
    var clockAhead: Int {
        get { Int(self[.clockAhead]) }
        set { self[.clockAhead] = Int64(newValue) }
    }

    /// Has what is not yet synced noted.
    ///
    /// - Parameter diskLies: what is synced stays among it.
    func noteUnsynced(diskLies: Bool) { self[.undo] = diskLies ? 2 : 1 }

    /// How many calls have been struck.
    var struck: Int { Int(self[.struck]) }

    /// Strikes `count` calls of these kinds, from the `first` on, counted from now.
    func strike(_ calls: FileCalls, first: Int, count: Int, _ fault: FileFault) {
        disarm()
        switch fault {
        case .end(let eighths): (self[.action], self[.part]) = (1, Int64(eighths))
        case .fail(let errno, let eighths):
            (self[.action], self[.error], self[.part]) = (2, Int64(errno), Int64(eighths))
        case .wait(let microseconds): (self[.action], self[.micros]) = (3, Int64(microseconds))
        }
        (self[.calls], self[.count], self[.kinds]) = (0, Int64(count), calls.rawValue)
        self[.first] = Int64(first)
    }

    /// Strikes no more.
    func disarm() { (self[.first], self[.kinds]) = (0, 0) }
}
