// A disk in memory that writes down every change, fails calls on purpose, and gives back what a power cut would have left.
//
// Both ways to files lead here: `FileSystem`, which Journaling is handed, and SQLite through `FaultVFS`, for every path below
// `root`. The rules of durability are the strictest that POSIX allows: a write is durable by a sync of its file, a name by a sync of
// its folder, and until then each is there or not, whatever became of the others; a write may also end at a sector.

import Foundation
import Glibc
public import Journaling
import Synchronization

/// A call that may be made to fail.
public enum DiskCall: Sendable, Hashable {
    case look, open, create, read, write, truncate, sync, rename, link, unlink, makeFolder, lock

    /// Whether it needs room on the disk.
    var needsRoom: Bool { [.create, .write, .link, .makeFolder].contains(self) }
    /// Whether it changes the disk, or answers for changes.
    public var changes: Bool { ![.look, .open, .read, .lock].contains(self) }
}

/// How a call fails.
public enum DiskFault: Sendable, Hashable {
    /// With an error in input and output: EIO.
    case failing
    /// For want of room: ENOSPC.
    case full
    /// A write of the first half of its bytes.
    case short
}

/// Which call of a run fails, and how.
public struct FaultPlan: Sendable {
    /// The number of the call, from 0.
    public let call: Int
    public let fault: DiskFault
    /// Whether every later call that changes something, or needs room, fails as well.
    public let isLasting: Bool

    public init(call: Int, fault: DiskFault, isLasting: Bool) {
        self.call = call
        self.fault = fault
        self.isLasting = isLasting
    }
}

/// A disk. Every property and call may be used from any thread: a lock is held during each.
public final class FaultDisk: @unchecked Sendable {
    /// What paths on this disk begin with.
    public let root: String
    /// How much of a write a power cut can divide.
    public static let sectorByteCount = 512

    private let mutex = NSLock()
    private let base: DiskImage
    private var live: DiskImage
    private var log: [DiskChange] = []
    private var made: [DiskCall] = []
    private var plan: FaultPlan?
    /// Raised when the process ends: what it had open is dead.
    private var generation = 0
    private var descriptors: [Int32: (node: Int, generation: Int)] = [:]
    private var nextDescriptor: Int32 = 1_000_000
    private var lockHolders: [Int: Int32] = [:]
    var sharing = FileSharing()
    /// Whether syncs of folders are said to be done and are not: a mistake made on purpose.
    private let forgetsFolderSyncs: Bool

    /// A disk with the content of `image`, all of it durable.
    ///
    /// - Parameters:
    ///   - plan: the call that fails.
    ///   - forgetsFolderSyncs: whether syncs of folders are said to be done and are not.
    public init(_ image: DiskImage, plan: FaultPlan? = nil, forgetsFolderSyncs: Bool = false) {
        base = image
        live = image
        self.plan = plan
        self.forgetsFolderSyncs = forgetsFolderSyncs
        root = DiskTable.newRoot()
        DiskTable.add(self)
        FaultVFS.register()
    }

    deinit { DiskTable.remove(root) }

    // MARK: What happened

    /// How many changes there were.
    public var changeCount: Int { locked { log.count } }

    /// Every call that may fail, in order.
    public var calls: [DiskCall] { locked { made } }

    /// No call fails from now on.
    public func heal() { locked { plan = nil } }

    /// Ends the process that uses the disk: its locks are gone and whatever it still does fails and changes nothing.
    public func endProcess() {
        locked {
            generation += 1
            descriptors = [:]
            lockHolders = [:]
            sharing = FileSharing()
        }
    }

    /// The changes among the first `count` that no sync had made durable.
    public func pendingChanges(at count: Int) -> [Int] {
        locked {
            var waiting: [Int: [Int]] = [:]
            var lost: [Int] = []
            for (index, change) in log.prefix(count).enumerated() {
                switch change {
                case .make: break
                case .write(let node, _, _), .resize(let node, _): waiting[node, default: []].append(index)
                case .name(let folder, _, _), .unname(let folder, _, _), .rename(let folder, _, _, _):
                    waiting[folder, default: []].append(index)
                case .sync(let node): waiting[node] = nil
                case .failedSync(let node): lost += waiting.removeValue(forKey: node) ?? []
                }
            }
            return (lost + waiting.values.joined()).sorted()
        }
    }

    /// After how many of its bytes a power cut can end a write: at each sector. None for any other change.
    public func cuts(of index: Int) -> [Int] {
        locked {
            guard case .write(_, let offset, let bytes) = log[index] else { return [] }
            let first = FaultDisk.sectorByteCount - offset % FaultDisk.sectorByteCount
            return Array(stride(from: first, to: bytes.count, by: FaultDisk.sectorByteCount))
        }
    }

    /// What a power cut after `count` changes leaves, when `fates` says what becomes of those that were not durable: kept, where it
    /// says nothing. O(bytes written so far).
    public func image(at count: Int, fates: [Int: ChangeFate]) -> DiskImage {
        locked {
            var image = base
            for (index, change) in log.prefix(count).enumerated() {
                switch fates[index] {
                case nil, .kept: image.apply(change)
                case .torn(let byteCount): image.apply(change, byteCount: byteCount)
                case .dropped: break
                }
            }
            return image
        }
    }

    /// What is there now, as the process sees it.
    public var content: DiskImage { locked { live } }

    // MARK: Calls

    func locked<T>(_ body: () throws -> T) rethrows -> T {
        mutex.lock()
        defer { mutex.unlock() }
        return try body()
    }

    /// Notes a call and fails it, if it is due; true when a write is to be short.
    private func begin(_ call: DiskCall) throws(SystemCallFailure) -> Bool {
        let index = made.count
        made.append(call)
        guard let plan, index >= plan.call else { return false }
        if index > plan.call {
            guard plan.isLasting, plan.fault == .full ? call.needsRoom : call.changes else { return false }
        }
        switch plan.fault {
        case .failing: throw SystemCallFailure(errno: EIO)
        case .full: throw SystemCallFailure(errno: ENOSPC)
        case .short:
            guard call == .write else { throw SystemCallFailure(errno: EIO) }
            return true
        }
    }

    private func change(_ change: DiskChange) {
        live.apply(change)
        log.append(change)
    }

    private func parts(_ path: String) throws(SystemCallFailure) -> [Substring] {
        guard path == root || path.hasPrefix(root + "/") else { throw SystemCallFailure(errno: ENOENT) }
        return path.dropFirst(root.count).split(separator: "/")
    }

    private func find(_ path: String) throws(SystemCallFailure) -> Int {
        guard let node = live.node(of: try parts(path)) else { throw SystemCallFailure(errno: ENOENT) }
        return node
    }

    /// The folder that `path` lies in and the name there.
    private func place(_ path: String) throws(SystemCallFailure) -> (folder: Int, name: String) {
        let parts = try parts(path)
        guard let name = parts.last, let folder = live.node(of: parts.dropLast()), live.nodes[folder].isFolder else {
            throw SystemCallFailure(errno: ENOENT)
        }
        return (folder, String(name))
    }

    private func make(_ path: String, isFolder: Bool) throws(SystemCallFailure) -> Int {
        let (folder, name) = try place(path)
        let node = live.nodes.count
        change(.make(node: node, isFolder: isFolder))
        change(.name(folder: folder, name: name, node: node))
        return node
    }

    func requireAlive(_ generation: Int) throws(SystemCallFailure) {
        guard generation == self.generation else { throw SystemCallFailure(errno: EIO) }
    }

    private func node(_ descriptor: Int32) throws(SystemCallFailure) -> Int {
        guard let open = descriptors[descriptor] else { throw SystemCallFailure(errno: EIO) }
        return open.node
    }

    // MARK: Steps under the lock, for both ways to the disk

    func openNode(_ path: String, flags: Int32) throws(SystemCallFailure) -> (node: Int, generation: Int) {
        let existing = try? find(path)
        _ = try begin(existing == nil && flags & O_CREAT != 0 ? .create : .open)
        if let existing {
            if flags & O_EXCL != 0 { throw SystemCallFailure(errno: EEXIST) }
            if flags & O_DIRECTORY != 0, !live.nodes[existing].isFolder { throw SystemCallFailure(errno: ENOTDIR) }
            return (existing, generation)
        }
        guard flags & O_CREAT != 0 else { throw SystemCallFailure(errno: ENOENT) }
        return (try make(path, isFolder: false), generation)
    }

    func look(_ path: String) throws(SystemCallFailure) -> Int {
        _ = try begin(.look)
        return try find(path)
    }

    func readNode(_ node: Int, at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(SystemCallFailure)
        -> Int
    {
        _ = try begin(.read)
        return live.nodes[node].bytes.withUnsafeBytes { bytes in
            let part = bytes.dropFirst(offset).prefix(target.count)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
            return part.count
        }
    }

    /// Returns how many bytes it wrote.
    func writeNode(_ node: Int, _ bytes: [UInt8], at offset: Int) throws(SystemCallFailure) -> Int {
        let written = try begin(.write) ? Array(bytes[..<(bytes.count / 2)]) : bytes
        // Not even one byte: as a full disk, for a call that was asked for more.
        guard !written.isEmpty else { throw SystemCallFailure(errno: ENOSPC) }
        change(.write(node: node, offset: offset, bytes: written))
        return written.count
    }

    func resizeNode(_ node: Int, to byteCount: Int) throws(SystemCallFailure) {
        _ = try begin(.truncate)
        change(.resize(node: node, byteCount: byteCount))
    }

    func syncNode(_ node: Int) throws(SystemCallFailure) {
        do { _ = try begin(.sync) } catch {
            // Names stay in what a file system writes down first, and wait for the next sync; pages that failed are taken for clean.
            if !live.nodes[node].isFolder { change(.failedSync(node: node)) }
            throw error
        }
        if forgetsFolderSyncs, live.nodes[node].isFolder { return }
        change(.sync(node: node))
    }

    func removeName(_ path: String) throws(SystemCallFailure) {
        _ = try begin(.unlink)
        let node = try find(path)
        let (folder, name) = try place(path)
        change(.unname(folder: folder, name: name, node: node))
    }

    func byteCount(ofNode node: Int) -> Int { live.nodes[node].bytes.count }

    /// The folder that `path` lies in.
    func folderNode(of path: String) throws(SystemCallFailure) -> Int { try place(path).folder }
}

// MARK: - The way of Journaling

extension FaultDisk: FileSystem {
    private func call<T>(_ body: () throws(SystemCallFailure) -> T) throws(SystemCallFailure) -> T {
        mutex.lock()
        defer { mutex.unlock() }
        return try body()
    }

    public func status(_ path: String, followingLinks: Bool) throws(SystemCallFailure) -> FileStatus {
        try call { () throws(SystemCallFailure) in
            // What lies above is there, and is another disk.
            if root.hasPrefix(path) && path != root {
                return FileStatus(device: 0, inode: UInt64(path.utf8.count), byteCount: 0, isDirectory: true)
            }
            let node = try look(path)
            return FileStatus(
                device: 1, inode: UInt64(node), byteCount: UInt64(live.nodes[node].bytes.count),
                isDirectory: live.nodes[node].isFolder)
        }
    }

    public func resolve(_ path: String) throws(SystemCallFailure) -> String {
        try call { () throws(SystemCallFailure) in
            _ = try look(path)
            return path
        }
    }

    public func open(_ path: String, flags: Int32) throws(SystemCallFailure) -> Int32 {
        try call { () throws(SystemCallFailure) in
            let opened = try openNode(path, flags: flags)
            nextDescriptor += 1
            descriptors[nextDescriptor] = opened
            return nextDescriptor
        }
    }

    public func read(
        _ descriptor: Int32, at offset: UInt64, byteCountMax: Int
    ) throws(SystemCallFailure) -> [UInt8] {
        try call { () throws(SystemCallFailure) in
            let node = try node(descriptor)
            _ = try begin(.read)
            let bytes = live.nodes[node].bytes
            return Array(bytes[min(bytes.count, Int(offset))..<min(bytes.count, Int(offset) + byteCountMax)])
        }
    }

    public func write(
        _ descriptor: Int32, _ bytes: ArraySlice<UInt8>, at offset: UInt64
    ) throws(SystemCallFailure) -> Int {
        try call { () throws(SystemCallFailure) in
            try writeNode(try node(descriptor), Array(bytes), at: Int(offset))
        }
    }

    public func truncate(_ descriptor: Int32, to byteCount: UInt64) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in try resizeNode(try node(descriptor), to: Int(byteCount)) }
    }

    public func sync(_ descriptor: Int32) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in try syncNode(try node(descriptor)) }
    }

    public func lock(_ descriptor: Int32) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in
            _ = try begin(.lock)
            let node = try node(descriptor)
            if let holder = lockHolders[node], holder != descriptor { throw SystemCallFailure(errno: EWOULDBLOCK) }
            lockHolders[node] = descriptor
        }
    }

    public func unlock(_ descriptor: Int32) {
        locked { lockHolders = lockHolders.filter { $0.value != descriptor } }
    }

    public func close(_ descriptor: Int32) {
        unlock(descriptor)
        locked { descriptors[descriptor] = nil }
    }

    public func rename(_ path: String, to target: String) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in
            _ = try begin(.rename)
            let node = try find(path)
            let (folder, name) = try place(path)
            let (targetFolder, targetName) = try place(target)
            precondition(folder == targetFolder, "a file is renamed within its folder")
            change(.rename(folder: folder, name: name, target: targetName, node: node))
        }
    }

    public func link(_ path: String, as target: String) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in
            _ = try begin(.link)
            let node = try find(path)
            if (try? find(target)) != nil { throw SystemCallFailure(errno: EEXIST) }
            let (folder, name) = try place(target)
            change(.name(folder: folder, name: name, node: node))
        }
    }

    public func unlink(_ path: String) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in try removeName(path) }
    }

    public func makeDirectory(_ path: String) throws(SystemCallFailure) {
        try call { () throws(SystemCallFailure) in
            _ = try begin(.makeFolder)
            if (try? find(path)) != nil { throw SystemCallFailure(errno: EEXIST) }
            _ = try make(path, isFolder: true)
        }
    }
}

/// The disks that are in use, by what their paths begin with.
enum DiskTable {
    static let prefix = "/berth-fault-disk/"
    private struct Weak { weak var disk: FaultDisk? }
    private static let count = Atomic<Int>(0)
    private static let disks = Mutex<[String: Weak]>([:])

    static func newRoot() -> String { prefix + String(count.add(1, ordering: .relaxed).newValue) }

    static func add(_ disk: FaultDisk) { disks.withLock { $0[disk.root] = Weak(disk: disk) } }

    static func remove(_ root: String) { disks.withLock { $0[root] = nil } }

    /// The disk that `path` lies on; nil for the machine's own.
    static func disk(of path: String) -> FaultDisk? {
        guard path.hasPrefix(prefix) else { return nil }
        let number = path.dropFirst(prefix.count).prefix { $0 != "/" }
        return disks.withLock { $0[prefix + number]?.disk }
    }
}
