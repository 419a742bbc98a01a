// What this module does with files and folders outside SQLite, one call of the system at a time, so that a test can stand in for the disk.

/// A call of the system that failed.
public struct SystemCallFailure: Error, Sendable, Equatable {
    /// The system's number for the cause.
    public let errno: Int32

    /// The failure with this number.
    public init(errno: Int32) { self.errno = errno }
}

/// What the system says of a file or a folder.
public struct FileStatus: Sendable, Equatable {
    /// The file system that it lies in.
    public let device: UInt64
    /// Its number there: two names of one file have the same.
    public let inode: UInt64
    /// Its size in bytes; of no meaning for a folder.
    public let byteCount: UInt64
    /// Whether it is a folder.
    public let isDirectory: Bool

    /// Every field.
    public init(device: UInt64, inode: UInt64, byteCount: UInt64, isDirectory: Bool) {
        self.device = device
        self.inode = inode
        self.byteCount = byteCount
        self.isDirectory = isDirectory
    }
}

/// The calls of a POSIX system on files and folders. Each is one call, with its errors; `DurableFile.swift` makes steps of them.
public protocol FileSystem: Sendable {
    /// What `path` names; of a link itself unless `followingLinks`.
    func status(_ path: String, followingLinks: Bool) throws(SystemCallFailure) -> FileStatus
    /// The path without links and dots; the file must exist.
    func resolve(_ path: String) throws(SystemCallFailure) -> String
    /// A descriptor of the file, opened with `flags` as of open(2) and closed on exec; a file that this makes has mode 0600.
    func open(_ path: String, flags: Int32) throws(SystemCallFailure) -> Int32
    /// At most `byteCountMax` bytes from `offset` on; none at the end of the file.
    func read(_ descriptor: Int32, at offset: UInt64, byteCountMax: Int) throws(SystemCallFailure) -> [UInt8]
    /// Writes the first of `bytes` at `offset`; returns how many, at least 1.
    func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>, at offset: UInt64) throws(SystemCallFailure) -> Int
    /// Cuts the file, or makes it longer with zeros.
    func truncate(_ descriptor: Int32, to byteCount: UInt64) throws(SystemCallFailure)
    /// Waits until the disk has what was written to the file, or the names that were changed in the folder.
    func sync(_ descriptor: Int32) throws(SystemCallFailure)
    /// Takes the file's lock for this descriptor alone, without waiting: EWOULDBLOCK where another one has it.
    func lock(_ descriptor: Int32) throws(SystemCallFailure)
    /// Gives the lock back.
    func unlock(_ descriptor: Int32)
    /// Closes the descriptor.
    func close(_ descriptor: Int32)
    /// Gives a file another name, in place of whatever has it.
    func rename(_ path: String, to target: String) throws(SystemCallFailure)
    /// Gives a file a second name, which must be free.
    func link(_ path: String, as target: String) throws(SystemCallFailure)
    /// Takes a name away, and the file with its last one.
    func unlink(_ path: String) throws(SystemCallFailure)
    /// Makes a folder with mode 0700.
    func makeDirectory(_ path: String) throws(SystemCallFailure)
}
