// SQLite's way to a `FaultDisk`: a file system of its own (https://sqlite.org/vfs.html) for paths below a disk's root, and the
// machine's for all others. It keeps to what SQLite's own does on Unix, with its mistakes: a failed sync of a folder is kept to itself,
// and a file that cannot be opened for writing is tried once more for reading.

import GRDBSQLite
import Glibc
import Journaling

enum FaultVFS {
    /// Makes this the file system that connections get, once.
    static func register() { _ = isRegistered }

    private static let isRegistered: Bool = {
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: machine.pointee)
        vfs.pointee.pNext = nil
        vfs.pointee.zName = UnsafePointer(strdup("berth-fault-disk"))
        vfs.pointee.szOsFile = max(machine.pointee.szOsFile, Int32(MemoryLayout<FaultFile>.size))
        vfs.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let name, let disk = DiskTable.disk(of: String(cString: name)) else {
                return machine.pointee.xOpen(machine, name, file, flags, outFlags)
            }
            return open(String(cString: name), on: disk, file, flags, outFlags)
        }
        vfs.pointee.xDelete = { _, name, syncsFolder in
            guard let name, let disk = DiskTable.disk(of: String(cString: name)) else {
                return machine.pointee.xDelete(machine, name, syncsFolder)
            }
            return delete(String(cString: name), on: disk, syncsFolder: syncsFolder & 1 != 0)
        }
        vfs.pointee.xAccess = { _, name, flags, result in
            guard let name, let disk = DiskTable.disk(of: String(cString: name)) else {
                return machine.pointee.xAccess(machine, name, flags, result)
            }
            let path = String(cString: name)
            // A failed look is an absence here, as access(2) is for SQLite.
            let isThere = disk.locked {
                guard let node = try? disk.look(path) else { return false }
                return flags != SQLITE_ACCESS_EXISTS || disk.byteCount(ofNode: node) > 0
            }
            result?.pointee = isThere ? 1 : 0
            return SQLITE_OK
        }
        vfs.pointee.xFullPathname = { _, name, count, target in
            guard let name, DiskTable.disk(of: String(cString: name)) != nil else {
                return machine.pointee.xFullPathname(machine, name, count, target)
            }
            guard strlen(name) < count, let target else { return SQLITE_CANTOPEN }
            strcpy(target, name)
            return SQLITE_OK
        }
        vfs.pointee.xGetLastError = { _, _, _ in errno }
        sqlite3_vfs_register(vfs, 1)
        return true
    }()

    nonisolated(unsafe) private static let machine: UnsafeMutablePointer<sqlite3_vfs> = sqlite3_vfs_find(nil)

    private static func open(
        _ path: String, on disk: FaultDisk, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        guard let file else { return SQLITE_MISUSE }
        file.pointee.pMethods = nil
        let creates = flags & SQLITE_OPEN_CREATE != 0
        var isReadOnly = flags & SQLITE_OPEN_READONLY != 0
        var posix = isReadOnly ? O_RDONLY : O_RDWR
        if creates { posix |= O_CREAT }
        if flags & SQLITE_OPEN_EXCLUSIVE != 0 { posix |= O_EXCL }
        let opened: (node: Int, generation: Int)?
        (opened, isReadOnly) = disk.locked {
            do { return (try disk.openNode(path, flags: posix), isReadOnly) } catch {
                errno = (error as? SystemCallFailure)?.errno ?? EIO
                guard !isReadOnly, let again = try? disk.openNode(path, flags: O_RDONLY) else { return (nil, false) }
                return (again, true)
            }
        }
        guard let opened else { return SQLITE_CANTOPEN }
        let isJournal = flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL) != 0
        let handle = OpenFile(
            disk: disk, path: path, node: opened.node, generation: opened.generation, isReadOnly: isReadOnly,
            isDeletedOnClose: flags & SQLITE_OPEN_DELETEONCLOSE != 0, syncsFolder: creates && isJournal)
        UnsafeMutableRawPointer(file).assumingMemoryBound(to: FaultFile.self).pointee = FaultFile(
            base: sqlite3_file(pMethods: methods), file: Unmanaged.passRetained(handle))
        if isReadOnly {
            outFlags?.pointee = flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_READONLY
        } else {
            outFlags?.pointee = flags
        }
        return SQLITE_OK
    }

    private static func delete(_ path: String, on disk: FaultDisk, syncsFolder: Bool) -> Int32 {
        disk.locked {
            do { try disk.removeName(path) } catch {
                let code = (error as? SystemCallFailure)?.errno ?? EIO
                errno = code
                return code == ENOENT ? SQLITE_IOERR | 23 << 8 : SQLITE_IOERR | 10 << 8
            }
            guard syncsFolder else { return SQLITE_OK }
            do { try disk.syncNode(try disk.folderNode(of: path)) } catch { return SQLITE_IOERR | 5 << 8 }
            return SQLITE_OK
        }
    }

    // MARK: One file

    /// What SQLite keeps of an open file: its own part, then ours.
    private struct FaultFile {
        var base: sqlite3_file
        var file: Unmanaged<OpenFile>
    }

    private static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> OpenFile {
        guard let file else { preconditionFailure("SQLite names a file") }
        return UnsafeMutableRawPointer(file).assumingMemoryBound(to: FaultFile.self).pointee.file.takeUnretainedValue()
    }

    /// Runs a call on the file, if the process that opened it still lives; `code` is what its failure is to SQLite.
    private static func call(
        _ file: UnsafeMutablePointer<sqlite3_file>?, failing code: Int32,
        _ body: (OpenFile) throws(SystemCallFailure) -> Int32
    ) -> Int32 {
        let handle = handle(file)
        return handle.disk.locked {
            do {
                try handle.disk.requireAlive(handle.generation)
                return try body(handle)
            } catch {
                errno = (error as? SystemCallFailure)?.errno ?? EIO
                return code
            }
        }
    }

    nonisolated(unsafe) private static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 2
        methods.pointee.xClose = { file in
            let handle = handle(file)
            _ = call(file, failing: SQLITE_OK) { (handle) throws(SystemCallFailure) in
                handle.disk.sharing.unlock(handle, to: 0)
                if handle.isDeletedOnClose { try handle.disk.removeName(handle.path) }
                return SQLITE_OK
            }
            Unmanaged.passUnretained(handle).release()
            return SQLITE_OK
        }
        methods.pointee.xRead = { file, target, count, offset in
            call(file, failing: SQLITE_IOERR | 1 << 8) { (handle) throws(SystemCallFailure) in
                let target = UnsafeMutableRawBufferPointer(start: target, count: Int(count))
                let found = try handle.disk.readNode(handle.node, at: Int(offset), into: target)
                guard found < target.count else { return SQLITE_OK }
                target[found...].initializeMemory(as: UInt8.self, repeating: 0)
                return SQLITE_IOERR | 2 << 8
            }
        }
        methods.pointee.xWrite = { file, source, count, offset in
            let code = call(file, failing: SQLITE_IOERR | 3 << 8) { (handle) throws(SystemCallFailure) in
                guard !handle.isReadOnly else { throw SystemCallFailure(errno: EBADF) }
                let bytes = Array(UnsafeRawBufferPointer(start: source, count: Int(count)))
                let written = try handle.disk.writeNode(handle.node, bytes, at: Int(offset))
                return written == bytes.count ? SQLITE_OK : SQLITE_FULL
            }
            return code != SQLITE_OK && errno == ENOSPC ? SQLITE_FULL : code
        }
        methods.pointee.xTruncate = { file, byteCount in
            call(file, failing: SQLITE_IOERR | 6 << 8) { (handle) throws(SystemCallFailure) in
                try handle.disk.resizeNode(handle.node, to: Int(byteCount))
                return SQLITE_OK
            }
        }
        methods.pointee.xSync = { file, _ in
            call(file, failing: SQLITE_IOERR | 4 << 8) { (handle) throws(SystemCallFailure) in
                try handle.disk.syncNode(handle.node)
                if handle.syncsFolder {
                    handle.syncsFolder = false
                    try? handle.disk.syncNode(try handle.disk.folderNode(of: handle.path))
                }
                return SQLITE_OK
            }
        }
        methods.pointee.xFileSize = { file, result in
            call(file, failing: SQLITE_IOERR | 7 << 8) { (handle) throws(SystemCallFailure) in
                result?.pointee = sqlite3_int64(handle.disk.byteCount(ofNode: handle.node))
                return SQLITE_OK
            }
        }
        methods.pointee.xLock = { file, level in
            call(file, failing: SQLITE_IOERR | 15 << 8) { (handle) throws(SystemCallFailure) in
                handle.disk.sharing.lock(handle, to: level) ? SQLITE_OK : SQLITE_BUSY
            }
        }
        methods.pointee.xUnlock = { file, level in
            call(file, failing: SQLITE_OK) { (handle) throws(SystemCallFailure) in
                handle.disk.sharing.unlock(handle, to: level)
                return SQLITE_OK
            }
        }
        methods.pointee.xCheckReservedLock = { file, result in
            call(file, failing: SQLITE_IOERR | 14 << 8) { (handle) throws(SystemCallFailure) in
                result?.pointee = handle.disk.sharing.isReserved(handle.node) ? 1 : 0
                return SQLITE_OK
            }
        }
        methods.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        methods.pointee.xSectorSize = { _ in 4_096 }
        methods.pointee.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
        methods.pointee.xShmMap = { file, index, byteCount, makes, result in
            call(file, failing: SQLITE_IOERR | 21 << 8) { (handle) throws(SystemCallFailure) in
                result?.pointee = handle.disk.sharing.memory(of: handle).region(
                    Int(index), byteCount: Int(byteCount), makes: makes != 0)
                return SQLITE_OK
            }
        }
        methods.pointee.xShmLock = { file, offset, count, flags in
            call(file, failing: SQLITE_IOERR | 20 << 8) { (handle) throws(SystemCallFailure) in
                let memory = handle.disk.sharing.memory(of: handle)
                let range = Int(offset)..<Int(offset + count)
                if flags & SQLITE_SHM_UNLOCK != 0 {
                    memory.unlock(range, for: ObjectIdentifier(handle))
                    return SQLITE_OK
                }
                let isExclusive = flags & SQLITE_SHM_EXCLUSIVE != 0
                return memory.lock(range, for: ObjectIdentifier(handle), exclusively: isExclusive)
                    ? SQLITE_OK : SQLITE_BUSY
            }
        }
        methods.pointee.xShmBarrier = { file in handle(file).disk.locked {} }
        methods.pointee.xShmUnmap = { file, _ in
            call(file, failing: SQLITE_OK) { (handle) throws(SystemCallFailure) in
                handle.disk.sharing.leaveMemory(handle)
                return SQLITE_OK
            }
        }
        return methods
    }()
}
