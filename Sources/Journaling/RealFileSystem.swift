// The machine's own files.

import Glibc

/// The file system of the machine.
public struct RealFileSystem: FileSystem {
    /// The machine's own.
    public init() {}

    public func status(_ path: String, followingLinks: Bool) throws(SystemCallFailure) -> FileStatus {
        var status = stat()
        try check(followingLinks ? stat(path, &status) : lstat(path, &status))
        return FileStatus(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), byteCount: UInt64(max(0, status.st_size)),
            isDirectory: status.st_mode & S_IFMT == S_IFDIR)
    }

    public func resolve(_ path: String) throws(SystemCallFailure) -> String {
        guard let real = realpath(path, nil) else { throw SystemCallFailure(errno: errno) }
        defer { free(real) }
        return String(cString: real)
    }

    public func open(_ path: String, flags: Int32) throws(SystemCallFailure) -> Int32 {
        try check(Glibc.open(path, flags | O_CLOEXEC, 0o600))
    }

    public func read(
        _ descriptor: Int32, at offset: UInt64, byteCountMax: Int
    ) throws(SystemCallFailure) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCountMax) { buffer, count in
            let found = pread(descriptor, buffer.baseAddress, byteCountMax, off_t(offset))
            if found < 0 { code = errno }
            count = max(0, found)
        }
        guard code == 0 else { throw SystemCallFailure(errno: code) }
        return bytes
    }

    public func write(
        _ descriptor: Int32, _ bytes: ArraySlice<UInt8>, at offset: UInt64
    ) throws(SystemCallFailure) -> Int {
        let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        // Nothing written and no error: as full as a disk can say without saying it.
        guard count != 0 else { throw SystemCallFailure(errno: ENOSPC) }
        guard count > 0 else { throw SystemCallFailure(errno: errno) }
        return count
    }

    public func truncate(_ descriptor: Int32, to byteCount: UInt64) throws(SystemCallFailure) {
        try check(ftruncate(descriptor, off_t(byteCount)))
    }

    public func sync(_ descriptor: Int32) throws(SystemCallFailure) { try check(fsync(descriptor)) }

    public func lock(_ descriptor: Int32) throws(SystemCallFailure) { try check(flock(descriptor, LOCK_EX | LOCK_NB)) }

    public func unlock(_ descriptor: Int32) { _ = flock(descriptor, LOCK_UN) }

    public func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    public func rename(_ path: String, to target: String) throws(SystemCallFailure) {
        try check(Glibc.rename(path, target))
    }

    public func link(_ path: String, as target: String) throws(SystemCallFailure) {
        try check(Glibc.link(path, target))
    }

    public func unlink(_ path: String) throws(SystemCallFailure) { try check(Glibc.unlink(path)) }

    public func makeDirectory(_ path: String) throws(SystemCallFailure) { try check(mkdir(path, 0o700)) }

    @discardableResult
    private func check(_ result: Int32) throws(SystemCallFailure) -> Int32 {
        guard result >= 0 else { throw SystemCallFailure(errno: errno) }
        return result
    }
}
