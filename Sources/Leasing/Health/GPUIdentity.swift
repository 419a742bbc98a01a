// Which GPU sits in which module of which node, as far as somebody has said so.

public import FleetModel
import HashTreeCollections
import Packing

/// A GPU's UUID as NVML spells it: `GPU-` and 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
public struct GPUUUID: Hashable, Comparable, Sendable {
    let high: UInt64
    let low: UInt64

    private static let groups = [8, 4, 4, 4, 12]
    static let byteCount = 16

    /// Reads a UUID; digits of either case. Nil when it is not spelt like one.
    public init?(_ text: String) {
        guard text.hasPrefix("GPU-") else { return nil }
        let parts = text.dropFirst(4).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == Self.groups else { return nil }
        let digits = parts.joined()
        guard digits.utf8.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    /// Sixteen bytes, the highest first.
    init(bytes: ArraySlice<UInt8>) {
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    var bytes: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }

    /// In lower case.
    public var text: String {
        let digits = [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        var (rest, parts) = (Substring(digits.joined()), [Substring]())
        for count in Self.groups {
            parts.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return "GPU-" + parts.joined(separator: "-")
    }

    public static func < (one: GPUUUID, other: GPUUUID) -> Bool { (one.high, one.low) < (other.high, other.low) }
}

/// The GPUs of one node whose UUIDs are known.
public struct NodeIdentity: Equatable, Sendable, FieldCoded {
    /// The node's permanent id.
    var node: UInt32
    /// Modules whose GPU is known; 0 in a fact: none any more.
    var moduleMask: UInt8 = 0
    /// One for each of them, ascending by module.
    var uuids: [GPUUUID] = []

    static var blank: NodeIdentity { NodeIdentity(node: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&node)
        try coder.code(&moduleMask)
        try coder.code(&uuids, count: moduleMask.nonzeroBitCount)
    }

    /// The GPU in a module, counted from 0, or nil.
    func uuid(ofModule module: Int) -> GPUUUID? {
        guard moduleMask >> module & 1 == 1 else { return nil }
        return uuids[(moduleMask & (1 << module - 1)).nonzeroBitCount]
    }

    mutating func set(_ uuid: GPUUUID?, ofModule module: Int) {
        let place = (moduleMask & (1 << module - 1)).nonzeroBitCount
        if moduleMask >> module & 1 == 1 { uuids.remove(at: place) }
        moduleMask &= ~(1 << module)
        guard let uuid else { return }
        uuids.insert(uuid, at: place)
        moduleMask |= 1 << module
    }

    /// Each known GPU with its module, counted from 0.
    var gpus: [(module: Int, uuid: GPUUUID)] {
        zip((0..<8).filter { moduleMask >> $0 & 1 == 1 }, uuids).map { ($0, $1) }
    }
}

extension FieldCoder {
    /// UUIDs as one run of bytes; there must be `count` of them.
    mutating func code(_ uuids: inout [GPUUUID], count: Int) throws(CodingFault) {
        var bytes = uuids.flatMap(\.bytes)
        try code(&bytes)
        guard bytes.count == count * GPUUUID.byteCount else { throw fault("not \(count) UUIDs") }
        guard isReading else { return }
        uuids = (0..<count).map { GPUUUID(bytes: bytes[$0 * GPUUUID.byteCount..<($0 + 1) * GPUUUID.byteCount]) }
    }
}

/// Known GPUs by node and by UUID. A value on shared pages, as the book is; some 100 bytes for each GPU.
struct IdentityTable: Sendable {
    struct Place: Sendable {
        /// The node's permanent id.
        var node: UInt32
        /// Counted from 0.
        var module: UInt8
    }

    /// By permanent id.
    private var nodes = RadixTable<NodeIdentity>()
    private var places = TreeDictionary<GPUUUID, Place>()

    var count: Int { places.count }

    func identity(of node: UInt32) -> NodeIdentity? { nodes[UInt64(node)] }
    func place(of uuid: GPUUUID) -> Place? { places[uuid] }

    /// Puts all that is known of one node. What was known of the same GPUs elsewhere must be taken off first.
    mutating func put(_ identity: NodeIdentity) {
        for uuid in nodes[UInt64(identity.node)]?.uuids ?? [] { places[uuid] = nil }
        nodes[UInt64(identity.node)] = identity.moduleMask == 0 ? nil : identity
        for (module, uuid) in identity.gpus { places[uuid] = Place(node: identity.node, module: UInt8(module)) }
    }

    /// In order of nodes.
    var records: [NodeIdentity] {
        var records: [NodeIdentity] = []
        nodes.forEach { _, identity in
            records.append(identity)
            return true
        }
        return records
    }
}

/// One GPU as somebody identifies it.
public struct GPUIdentification: Equatable, Sendable {
    /// Dense index of the node.
    public var node: Int
    /// The module, from 1.
    public var module: Int
    /// Nil: not known any more.
    public var uuid: GPUUUID?

    public init(node: Int, module: Int, uuid: GPUUUID?) {
        self.node = node
        self.module = module
        self.uuid = uuid
    }
}

extension Book {
    /// GPUs in one request that identifies some.
    public static let identificationsMax = 1_024

    /// The UUID of a GPU by node and module (from 1), or nil when nobody has said. O(1).
    public func uuid(of node: NodeIndex, module: Int) -> GPUUUID? {
        health.identities.identity(of: register.id(of: node).number)?.uuid(ofModule: module - 1)
    }

    /// Where the GPU of a UUID sits, module from 1, or nil when that is not known. O(1).
    public func place(of uuid: GPUUUID) -> (node: NodeIndex, module: Int)? {
        guard let place = health.identities.place(of: uuid), let node = register.node(of: PermanentNodeID(place.node))
        else { return nil }
        return (node, Int(place.module) + 1)
    }

    /// GPUs whose UUIDs are known.
    public var identifiedGPUs: Int { health.identities.count }

    /// Notes UUIDs. A GPU that was known elsewhere has moved: the newest word counts.
    mutating func decideIdentification(_ gpus: [GPUIdentification], _ step: inout Step) throws(Refusal) {
        guard (1...Book.identificationsMax).contains(gpus.count) else {
            throw Refusal(.invalid, "1 to \(Book.identificationsMax) GPUs are identified at once", pointer: "/gpus")
        }
        var (seen, places) = (Set<GPUUUID>(), Set<[Int]>())
        var changed: [UInt32: NodeIdentity] = [:]
        func identity(_ node: UInt32) -> NodeIdentity {
            changed[node] ?? health.identities.identity(of: node) ?? NodeIdentity(node: node)
        }
        for (index, gpu) in gpus.enumerated() {
            let pointer = "/gpus/\(index)"
            guard (1...8).contains(gpu.module), fleet.moduleMasks[gpu.node] >> (gpu.module - 1) & 1 == 1 else {
                throw Refusal(
                    .invalid, "\(fleet.nodeName(NodeIndex(gpu.node))) has no module \(gpu.module)",
                    pointer: pointer + "/module")
            }
            guard places.insert([gpu.node, gpu.module]).inserted else {
                throw Refusal(.invalid, "the same module is named twice", pointer: pointer)
            }
            if let uuid = gpu.uuid, !seen.insert(uuid).inserted {
                throw Refusal(.invalid, "\(uuid.text) is named twice", pointer: pointer + "/uuid")
            }
        }
        for gpu in gpus {
            let node = register.id(of: NodeIndex(gpu.node)).number
            if let uuid = gpu.uuid, let old = health.identities.place(of: uuid),
                identity(old.node).uuid(ofModule: Int(old.module)) == uuid
            {
                var left = identity(old.node)
                left.set(nil, ofModule: Int(old.module))
                changed[old.node] = left
            }
            var here = identity(node)
            here.set(gpu.uuid, ofModule: gpu.module - 1)
            changed[node] = here
        }
        // What is left of a node comes before what its GPUs are elsewhere.
        let identities = changed.keys.sorted().compactMap { node -> NodeIdentity? in
            let known = health.identities.identity(of: node) ?? NodeIdentity(node: node)
            return changed[node]! == known ? nil : changed[node]!
        }
        guard !identities.isEmpty else { return }
        step.outcome.nodeCount = identities.count
        commit(.gpusIdentified(identities), &step)
    }

    /// All old words of these nodes go before the new ones come, since GPUs may have changed places among them.
    mutating func applyIdentities(_ identities: [NodeIdentity]) {
        for identity in identities { health.identities.put(NodeIdentity(node: identity.node)) }
        for identity in identities { health.identities.put(identity) }
    }
}
