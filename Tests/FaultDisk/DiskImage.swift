// What lies on a disk: files and folders by number, as a power cut would leave them.

import Glibc

/// The content of a disk. A value: a copy changes by itself.
public struct DiskImage: Sendable {
    struct Node: Sendable {
        var isFolder: Bool
        var bytes: [UInt8] = []
        var names: [String: Int] = [:]
    }

    static let rootNode = 0

    /// Every node that ever was; one without a name is out of reach.
    private(set) var nodes = [Node(isFolder: true)]

    /// A disk with these folders in its root, durable from the beginning.
    public init(folders: [String] = []) {
        for name in folders {
            nodes[DiskImage.rootNode].names[name] = nodes.count
            nodes.append(Node(isFolder: true))
        }
    }

    /// The node that a path below the root leads to, its parts without empty ones; nil when there is none.
    func node(of parts: some Sequence<Substring>) -> Int? {
        var node = DiskImage.rootNode
        for part in parts {
            guard nodes[node].isFolder, let next = nodes[node].names[String(part)] else { return nil }
            node = next
        }
        return node
    }

    /// The bytes of a file by its path below the root; nil when there is none.
    public func bytes(of path: String) -> [UInt8]? {
        node(of: path.split(separator: "/")).map { nodes[$0].bytes }
    }

    /// The paths of all files below the root, sorted.
    public var filePaths: [String] {
        var paths: [String] = []
        walk { path, node in if !node.isFolder { paths.append(path) } }
        return paths.sorted()
    }

    /// Turns one bit of a file over.
    public mutating func flip(bit: Int, of path: String) {
        guard let node = node(of: path.split(separator: "/")) else { preconditionFailure("there is no file \(path)") }
        nodes[node].bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }

    /// A number that equal disks share, and different ones hardly ever.
    public var fingerprint: Int {
        var hasher = Hasher()
        walk { path, node in
            hasher.combine(path)
            hasher.combine(node.isFolder)
            node.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        return hasher.finalize()
    }

    private func walk(_ body: (String, Node) -> Void) {
        var waiting = [("", DiskImage.rootNode)]
        while let (path, number) = waiting.popLast() {
            for (name, next) in nodes[number].names.sorted(by: { $0.key < $1.key }) {
                let longer = path.isEmpty ? name : path + "/" + name
                body(longer, nodes[next])
                if nodes[next].isFolder { waiting.append((longer, next)) }
            }
        }
    }

    // MARK: Changes

    /// Makes `change`; of a write only the first `byteCount` bytes.
    mutating func apply(_ change: DiskChange, byteCount: Int = .max) {
        switch change {
        case .make(_, let isFolder): nodes.append(Node(isFolder: isFolder))
        case .write(let node, let offset, let bytes):
            write(bytes, byteCount: byteCount, to: node, at: offset)
        case .resize(let node, let count): resize(node, to: count)
        case .name(let folder, let name, let node): nodes[folder].names[name] = node
        case .unname(let folder, let name, let node):
            if nodes[folder].names[name] == node { nodes[folder].names[name] = nil }
        case .rename(let folder, let name, let target, let node):
            if nodes[folder].names[name] == node { nodes[folder].names[name] = nil }
            nodes[folder].names[target] = node
        case .sync, .failedSync: break
        }
    }

    private mutating func write(_ bytes: [UInt8], byteCount: Int, to node: Int, at offset: Int) {
        let count = min(bytes.count, byteCount)
        if nodes[node].bytes.count < offset + count { resize(node, to: offset + count) }
        nodes[node].bytes.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
            }
        }
    }

    // Whole blocks of memory at once: without optimisation, a byte at a time takes most of a test's time.
    private mutating func resize(_ node: Int, to count: Int) {
        let old = nodes[node].bytes
        nodes[node].bytes = [UInt8](unsafeUninitializedCapacity: count) { target, written in
            let kept = min(count, old.count)
            old.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(target).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: source[..<kept]))
            }
            if let end = target.baseAddress?.advanced(by: kept) { memset(end, 0, count - kept) }
            written = count
        }
    }
}

/// A step that changed a disk, or made changes durable.
enum DiskChange: Sendable {
    /// A new node, with the next number and no name yet.
    case make(node: Int, isFolder: Bool)
    case write(node: Int, offset: Int, bytes: [UInt8])
    case resize(node: Int, byteCount: Int)
    case name(folder: Int, name: String, node: Int)
    case unname(folder: Int, name: String, node: Int)
    /// Within one folder, in one step.
    case rename(folder: Int, name: String, target: String, node: Int)
    case sync(node: Int)
    /// A sync that said that it failed: what waited for it may be lost, and no later sync is about it (Rebello and others, "Can
    /// Applications Recover from fsync Failures?", ATC'20).
    case failedSync(node: Int)
}

/// What a power cut does to a change that no sync had made durable.
public enum ChangeFate: Sendable {
    case kept
    case dropped
    /// Of a write, the first bytes; any other change is kept.
    case torn(byteCount: Int)
}
