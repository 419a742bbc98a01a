// Small files and renames that survive a power cut: the file is synced, then named, then its directory is synced.

import Glibc

/// Steps on files outside SQLite. None may touch a book file that SQLite has open: closing any descriptor of it would drop
/// SQLite's own locks, as POSIX locks belong to the process.
enum DurableFile {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether something has this name, were it a link to nothing.
    static func isNamed(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether `folder`, which exists, is `outer` or lies in it. Folders are told apart by what they are and not by how they are
    /// named, so that neither a link nor a second mount leads round it; one whose place cannot be told counts as inside.
    static func isInside(_ folder: String, of outer: String) -> Bool {
        var wanted = stat()
        guard stat(outer, &wanted) == 0, let real = realpath(folder, nil) else { return true }
        defer { free(real) }
        var path = String(cString: real)
        while true {
            var here = stat()
            guard stat(path, &here) == 0 else { return true }
            if here.st_dev == wanted.st_dev && here.st_ino == wanted.st_ino { return true }
            guard path != "/" else { return false }
            path = directory(of: path)
        }
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of the file in bytes; 0 when there is none.
    static func byteCount(_ path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// Takes the file away, if it is there.
    static func remove(_ path: String) { unlink(path) }

    /// The folder that `path` lies in.
    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder with mode 0700, if it is missing; those above it must exist.
    static func makeDirectory(_ path: String) throws(JournalFault) {
        if isDirectory(path) { return }
        guard mkdir(path, 0o700) == 0 else { throw .writing("making the folder", path, errno: errno) }
        try syncDirectory(directory(of: path))
    }

    /// Makes an empty file with mode 0600, which must not exist.
    static func createEmpty(_ path: String) throws(JournalFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .alreadyInitialised(path: path) }
            throw .writing("creating", path, errno: errno)
        }
        close(descriptor)
    }

    /// Puts `bytes` in place of what `path` holds: readers see the old or the new content, never a part.
    static func replace(_ path: String, with bytes: [UInt8]) throws(JournalFault) {
        let partial = path + ".new"
        unlink(partial)
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .writing("creating", partial, errno: errno) }
        defer { close(descriptor) }
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            let code = errno
            unlink(partial)
            throw .writing("writing", partial, errno: code)
        }
        guard fsync(descriptor) == 0 else { throw .syncFailed(path: partial, detail: errnoWords(errno)) }
        guard rename(partial, path) == 0 else { throw .writing("renaming to", path, errno: errno) }
        try syncDirectory(directory(of: path))
    }

    /// Names the finished file `partial` as `path`, durably; refuses when `path` exists.
    static func publish(_ partial: String, as path: String) throws(JournalFault) {
        try sync(partial, flags: O_RDONLY)
        // A link fails where the name is taken, while a rename would overwrite in silence.
        guard link(partial, path) == 0 else {
            if errno == EEXIST { throw .alreadyInitialised(path: path) }
            throw .writing("naming", path, errno: errno)
        }
        unlink(partial)
        try syncDirectory(directory(of: path))
    }

    /// Writes what the file holds over itself and syncs it, so that all of it is on the disk whatever came before; a file that
    /// is not there is none to write.
    ///
    /// A sync alone is not enough: after one that failed Linux takes the pages for written, gives them to whoever reads, and
    /// has nothing left to sync (Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC'20). Where a disk that
    /// copies what it overwrites has no room, what it has is synced.
    /// - Complexity: O(bytes of the file).
    static func rewrite(_ path: String) throws(JournalFault) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw .writing("opening", path, errno: errno)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            guard count >= 0 else { throw .unreadable(operation: "reading", path: path, detail: errnoWords(errno)) }
            if count == 0 { break }
            let written = pwrite(descriptor, buffer, count, offset)
            if written < 0 && isOutOfSpace(errno) { break }
            guard written > 0 else { throw .writing("writing", path, errno: errno) }
            offset += written
        }
        guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, detail: errnoWords(errno)) }
    }

    static func syncDirectory(_ path: String) throws(JournalFault) {
        try sync(path, flags: O_RDONLY | O_DIRECTORY)
    }

    private static func sync(_ path: String, flags: Int32) throws(JournalFault) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .writing("opening to sync", path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, detail: errnoWords(errno)) }
    }

    /// The first bytes of the file, at most `byteCountMax`.
    static func readStart(_ path: String, byteCountMax: Int) throws(JournalFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unreadable(operation: "opening", path: path, detail: errnoWords(errno))
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: byteCountMax)
        let count = pread(descriptor, &bytes, byteCountMax, 0)
        guard count >= 0 else { throw .unreadable(operation: "reading", path: path, detail: errnoWords(errno)) }
        return Array(bytes.prefix(count))
    }

    /// Copies a file that nobody has open to `target`, which must not exist, with mode 0600.
    static func copy(_ source: String, to target: String) throws(JournalFault) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw .unreadable(operation: "opening", path: source, detail: errnoWords(errno)) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { throw .writing("creating", target, errno: errno) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(input, &buffer, buffer.count)
            guard count >= 0 else { throw .unreadable(operation: "reading", path: source, detail: errnoWords(errno)) }
            if count == 0 { return }
            try writeAll(buffer[..<count], to: output, path: target)
        }
    }

    private static func writeAll(_ bytes: ArraySlice<UInt8>, to output: Int32, path: String) throws(JournalFault) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .writing("writing", path, errno: errno) }
            rest = rest.dropFirst(count)
        }
    }
}
