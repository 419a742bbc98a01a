// The lock on a state directory: one process, from before the book is opened until after it is closed.

import Glibc
import Synchronization

/// An exclusive `flock` on a file, held until `release()` or the end of the process, however it ends.
final class StateLock: Sendable {
    private let files: any FileSystem
    private let descriptor: Atomic<Int32>

    /// Takes the lock on `path`, which is created if missing, and writes this process's id into it for the others' message.
    init(path: String, files: any FileSystem) throws(JournalFault) {
        self.files = files
        let opened: Int32
        do { opened = try files.open(path, flags: O_RDWR | O_CREAT | O_NOFOLLOW) } catch {
            throw .writing("opening the lock", path, errno: error.errno)
        }
        do { try files.lock(opened) } catch {
            let holder = StateLock.holder(opened, files)
            files.close(opened)
            guard error.errno == EWOULDBLOCK else { throw .writing("locking", path, errno: error.errno) }
            throw .locked(path: path, byWhom: holder)
        }
        descriptor = Atomic(opened)
        // The id is a courtesy; a full disk must not keep a daemon from serving reads.
        do {
            try files.truncate(opened, to: 0)
            _ = try files.write(opened, Array("\(getpid())\n".utf8)[...], at: 0)
        } catch {}
    }

    deinit { release() }

    /// Gives the lock back. A second call does nothing. The lock is taken off before the file is closed: a process forked at this
    /// moment has the open file until its exec, and would hold the lock with it.
    func release() {
        let held = descriptor.exchange(-1, ordering: .acquiringAndReleasing)
        guard held >= 0 else { return }
        files.unlock(held)
        files.close(held)
    }

    private static func holder(_ descriptor: Int32, _ files: any FileSystem) -> String {
        let bytes = (try? files.read(descriptor, at: 0, byteCountMax: 32)) ?? []
        let digits = bytes.prefix { (48...57).contains($0) }
        return digits.isEmpty ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
    }
}
