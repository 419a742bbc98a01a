// Small files and renames that survive a power cut: the file is synced, then named, then its directory is synced.

import Glibc

/// Steps on files outside SQLite. None may touch a book file that SQLite has open: closing any descriptor of it would drop
/// SQLite's own locks, as POSIX locks belong to the process.
extension FileSystem {
    /// Whether something has this name. That a disk cannot tell is a fault and not an absence.
    func exists(_ path: String) throws(JournalFault) -> Bool { try look(path) != nil }

    /// Whether something has this name, were it a link to nothing.
    func isNamed(_ path: String) throws(JournalFault) -> Bool { try look(path, followingLinks: false) != nil }

    func isDirectory(_ path: String) throws(JournalFault) -> Bool { try look(path)?.isDirectory ?? false }

    /// The size of the file in bytes; 0 when there is none.
    func byteCount(_ path: String) throws(JournalFault) -> UInt64 { try look(path)?.byteCount ?? 0 }

    private func look(_ path: String, followingLinks: Bool = true) throws(JournalFault) -> FileStatus? {
        do { return try status(path, followingLinks: followingLinks) } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
            throw .unreadable(operation: "looking for", path: path, detail: errnoWords(error.errno))
        }
    }

    /// Whether `folder`, which exists, is `outer` or lies in it. Folders are told apart by what they are and not by how they are
    /// named, so that neither a link nor a second mount leads round it; one whose place cannot be told counts as inside.
    func isInside(_ folder: String, of outer: String) -> Bool {
        guard let wanted = try? status(outer, followingLinks: true), var path = try? resolve(folder) else {
            return true
        }
        while true {
            guard let here = try? status(path, followingLinks: true) else { return true }
            if here.device == wanted.device && here.inode == wanted.inode { return true }
            guard path != "/" else { return false }
            path = directory(of: path)
        }
    }

    /// Takes the file away, if it is there and the disk lets it go: what stays is taken away by whoever comes next.
    func remove(_ path: String) { try? unlink(path) }

    /// The folder that `path` lies in.
    func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder with mode 0700, if it is missing; those above it must exist.
    func makeFolder(_ path: String) throws(JournalFault) {
        let isThere = try isDirectory(path)
        if !isThere {
            try writing("making the folder", path) { () throws(SystemCallFailure) in try makeDirectory(path) }
        }
        // One that is there, too: whoever made it may have ended before its name was durable. Unless it was made by somebody who does
        // not let us read the folder above.
        do throws(JournalFault) { try syncDirectory(directory(of: path)) } catch {
            guard isThere, case .unwritable = error else { throw error }
        }
    }

    /// Makes an empty file with mode 0600, which must not exist.
    func createEmpty(_ path: String) throws(JournalFault) { close(try create(path)) }

    /// Makes a file with mode 0600, which must not exist, and returns a descriptor to write to it.
    private func create(_ path: String) throws(JournalFault) -> Int32 {
        do { return try open(path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW) } catch {
            if error.errno == EEXIST { throw .alreadyInitialised(path: path) }
            throw .writing("creating", path, errno: error.errno)
        }
    }

    /// Puts `bytes` in place of what `path` holds: readers see the old or the new content, never a part.
    func replace(_ path: String, with bytes: [UInt8]) throws(JournalFault) {
        let partial = partialPath(path)
        remove(partial)
        let descriptor = try create(partial)
        defer { close(descriptor) }
        do throws(JournalFault) {
            try writeAll(bytes, to: descriptor, at: 0, path: partial)
            try sync(descriptor, path: partial)
            try writing("renaming to", path) { () throws(SystemCallFailure) in try rename(partial, to: path) }
        } catch {
            remove(partial)
            throw error
        }
        try syncDirectory(directory(of: path))
    }

    /// Where `replace` writes before it has the whole.
    func partialPath(_ path: String) -> String { path + ".new" }

    /// Names the finished file `partial` as `path`, durably; refuses when `path` exists.
    func publish(_ partial: String, as path: String) throws(JournalFault) {
        try sync(partial, flags: O_RDONLY)
        // A link fails where the name is taken, while a rename would overwrite in silence.
        do { try link(partial, as: path) } catch {
            if error.errno == EEXIST { throw .alreadyInitialised(path: path) }
            throw .writing("naming", path, errno: error.errno)
        }
        remove(partial)
        do throws(JournalFault) { try syncDirectory(directory(of: path)) } catch {
            // Whole or not at all: what may not last is not left to be found.
            remove(path)
            throw error
        }
    }

    func syncDirectory(_ path: String) throws(JournalFault) {
        try sync(path, flags: O_RDONLY | O_DIRECTORY)
    }

    private func sync(_ path: String, flags: Int32) throws(JournalFault) {
        let descriptor = try writing("opening to sync", path) { () throws(SystemCallFailure) in
            try open(path, flags: flags)
        }
        defer { close(descriptor) }
        try sync(descriptor, path: path)
    }

    private func sync(_ descriptor: Int32, path: String) throws(JournalFault) {
        do { try sync(descriptor) } catch { throw .syncFailed(path: path, detail: errnoWords(error.errno)) }
    }

    /// The first bytes of the file, at most `byteCountMax`.
    func readStart(_ path: String, byteCountMax: Int) throws(JournalFault) -> [UInt8] {
        let descriptor = try openToRead(path)
        defer { close(descriptor) }
        return try read(descriptor, at: 0, byteCountMax: byteCountMax, path: path)
    }

    func openToRead(_ path: String) throws(JournalFault) -> Int32 {
        do { return try open(path, flags: O_RDONLY) } catch {
            throw .unreadable(operation: "opening", path: path, detail: errnoWords(error.errno))
        }
    }

    func read(
        _ descriptor: Int32, at offset: UInt64, byteCountMax: Int, path: String
    ) throws(JournalFault) -> [UInt8] {
        do { return try read(descriptor, at: offset, byteCountMax: byteCountMax) } catch {
            throw .unreadable(operation: "reading", path: path, detail: errnoWords(error.errno))
        }
    }

    /// Copies a file that nobody has open to `target`, which must not exist, with mode 0600.
    func copy(_ source: String, to target: String) throws(JournalFault) {
        let input = try openToRead(source)
        defer { close(input) }
        let output = try create(target)
        defer { close(output) }
        var offset: UInt64 = 0
        while true {
            let bytes = try read(input, at: offset, byteCountMax: 1 << 20, path: source)
            if bytes.isEmpty { return }
            try writeAll(bytes, to: output, at: offset, path: target)
            offset += UInt64(bytes.count)
        }
    }

    private func writeAll(
        _ bytes: [UInt8], to descriptor: Int32, at offset: UInt64, path: String
    ) throws(JournalFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let place = offset + UInt64(rest.startIndex)
            let count = try writing("writing", path) { () throws(SystemCallFailure) in
                try write(descriptor, rest, at: place)
            }
            rest = rest.dropFirst(count)
        }
    }

    private func writing<T>(
        _ operation: String, _ path: String, _ body: () throws(SystemCallFailure) -> T
    ) throws(JournalFault) -> T {
        do { return try body() } catch { throw .writing(operation, path, errno: error.errno) }
    }
}
