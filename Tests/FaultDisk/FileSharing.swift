// SQLite's locks and shared memory on one disk: what connections of one process see of each other.

/// A file that SQLite has open.
final class OpenFile {
    let disk: FaultDisk
    let path: String
    let node: Int
    let generation: Int
    let isReadOnly: Bool
    let isDeletedOnClose: Bool
    /// Whether the next sync is to sync the folder as well, and to keep to itself whether that failed, as SQLite's own does.
    var syncsFolder: Bool
    /// As SQLite counts: none, shared, reserved, pending, exclusive.
    var lockLevel: Int32 = 0
    /// Kept as long as SQLite may look at it, also when the process has ended.
    var memory: SharedMemory?

    init(
        disk: FaultDisk, path: String, node: Int, generation: Int, isReadOnly: Bool, isDeletedOnClose: Bool,
        syncsFolder: Bool
    ) {
        self.disk = disk
        self.path = path
        self.node = node
        self.generation = generation
        self.isReadOnly = isReadOnly
        self.isDeletedOnClose = isDeletedOnClose
        self.syncsFolder = syncsFolder
    }
}

/// The memory that connections in WAL mode share for one file.
final class SharedMemory {
    private struct Slot {
        var shared: Set<ObjectIdentifier> = []
        var exclusive: ObjectIdentifier?
    }

    private var regions: [UnsafeMutableRawPointer] = []
    private var slots = Array(repeating: Slot(), count: 8)
    var users: Set<ObjectIdentifier> = []

    deinit { for region in regions { region.deallocate() } }

    /// Region `index`; nil when it is not there and is not to be made.
    func region(_ index: Int, byteCount: Int, makes: Bool) -> UnsafeMutableRawPointer? {
        while makes, regions.count <= index {
            let region = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
            region.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
            regions.append(region)
        }
        return index < regions.count ? regions[index] : nil
    }

    func lock(_ range: Range<Int>, for user: ObjectIdentifier, exclusively: Bool) -> Bool {
        for slot in slots[range] {
            if let holder = slot.exclusive, holder != user { return false }
            if exclusively, !slot.shared.subtracting([user]).isEmpty { return false }
        }
        for index in range {
            if exclusively { slots[index].exclusive = user } else { slots[index].shared.insert(user) }
        }
        return true
    }

    func unlock(_ range: Range<Int>, for user: ObjectIdentifier) {
        for index in range {
            slots[index].shared.remove(user)
            if slots[index].exclusive == user { slots[index].exclusive = nil }
        }
    }
}

/// All of one process.
struct FileSharing {
    /// By node: whoever has a lock on it.
    private var holders: [Int: [ObjectIdentifier: Int32]] = [:]
    private var memories: [Int: SharedMemory] = [:]

    /// Whether `file` has the level now.
    mutating func lock(_ file: OpenFile, to level: Int32) -> Bool {
        guard level > file.lockLevel else { return true }
        let others = (holders[file.node] ?? [:]).filter { $0.key != ObjectIdentifier(file) }.values
        switch level {
        case 1: if others.contains(where: { $0 >= 3 }) { return false }
        case 2: if others.contains(where: { $0 >= 2 }) { return false }
        default:
            if others.contains(where: { $0 >= 2 }) { return false }
            if !others.isEmpty {
                set(file, 3)
                return false
            }
        }
        set(file, level)
        return true
    }

    mutating func unlock(_ file: OpenFile, to level: Int32) {
        if level < file.lockLevel { set(file, level) }
    }

    func isReserved(_ node: Int) -> Bool { (holders[node] ?? [:]).values.contains { $0 >= 2 } }

    private mutating func set(_ file: OpenFile, _ level: Int32) {
        file.lockLevel = level
        holders[file.node, default: [:]][ObjectIdentifier(file)] = level > 0 ? level : nil
    }

    mutating func memory(of file: OpenFile) -> SharedMemory {
        let memory = memories[file.node] ?? SharedMemory()
        memories[file.node] = memory
        file.memory = memory
        memory.users.insert(ObjectIdentifier(file))
        return memory
    }

    mutating func leaveMemory(_ file: OpenFile) {
        guard let memory = memories[file.node] else { return }
        memory.unlock(0..<8, for: ObjectIdentifier(file))
        memory.users.remove(ObjectIdentifier(file))
        if memory.users.isEmpty { memories[file.node] = nil }
    }
}
