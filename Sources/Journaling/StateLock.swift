// The lock on a state directory: one process, from before the book is opened until after it is closed.

import Glibc
import Synchronization

/// An exclusive `flock` on a file, held until `release()` or the end of the process, however it ends.
final class StateLock: Sendable {
    private let descriptor: Atomic<Int32>

    /// Takes the lock on `path`, which is created if missing, and writes this process's id into it for the others' message.
    init(path: String) throws(JournalFault) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw .writing("opening the lock", path, errno: errno) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = StateLock.holder(opened)
            Glibc.close(opened)
            guard code == EWOULDBLOCK else { throw .writing("locking", path, errno: code) }
            throw .locked(path: path, byWhom: holder)
        }
        descriptor = Atomic(opened)
        // The id is a courtesy; a full disk must not keep a daemon from serving reads.
        let text = Array("\(getpid())\n".utf8)
        if ftruncate(opened, 0) == 0 { _ = pwrite(opened, text, text.count, 0) }
    }

    deinit { release() }

    /// Gives the lock back. A second call does nothing. The lock is taken off before the file is closed: a process forked at this
    /// moment has the open file until its exec, and would hold the lock with it.
    func release() {
        let held = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        guard held >= 0 else { return }
        _ = flock(held, LOCK_UN)
        Glibc.close(held)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }
}
