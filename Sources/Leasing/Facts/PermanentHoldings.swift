// Hardware by permanent id, as facts name it.

public import FleetModel
import Packing

/// Ids `first ..< first + count`.
public struct IDRange: Equatable, Sendable, FieldCoded {
    public var first: UInt32
    public var count: UInt32

    public init(first: UInt32, count: UInt32) {
        self.first = first
        self.count = count
    }

    static var blank: IDRange { IDRange(first: 0, count: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&first)
        try coder.code(&count)
        guard first <= .max - count else { throw coder.fault("id range over 32 bits") }
    }
}

/// Some modules of one node, by its permanent id.
public struct PermanentPartialNode: Equatable, Sendable, FieldCoded {
    public var id: UInt32
    public var moduleMask: UInt8
    public var partitionID: Int

    static var blank: PermanentPartialNode { PermanentPartialNode(id: 0, moduleMask: 0, partitionID: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&id)
        try coder.code(&moduleMask)
        try coder.code(&partitionID)
    }
}

/// One MIG instance on a node, by its permanent id.
public struct PermanentSlice: Equatable, Sendable, FieldCoded {
    public var id: UInt32
    public var slice: NodeSlice

    static var blank: PermanentSlice { PermanentSlice(id: 0, slice: .blank) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&id)
        try coder.code(&slice)
    }
}

/// `Holdings` in permanent ids.
public struct PermanentHoldings: Equatable, Sendable, FieldCoded {
    public var wholeNodes: [IDRange] = []
    public var partialNodes: [PermanentPartialNode] = []
    public var spareNodes: [IDRange] = []
    /// MIG instances, which are coded apart: facts of leases without them keep their form.
    public var slices: [PermanentSlice] = []

    static var blank: PermanentHoldings { PermanentHoldings() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&wholeNodes)
        try coder.code(&partialNodes)
        try coder.code(&spareNodes)
    }
}

extension HardwareRegister {
    /// The ids of some nodes.
    public func permanent(_ nodes: [Range<Int>]) -> [IDRange] {
        nodes.flatMap { ids(of: $0) }.map { IDRange(first: $0.lowerBound, count: UInt32($0.count)) }
    }

    func permanent(_ nodes: [Int]) -> [IDRange] {
        permanent(nodes.map { $0..<$0 + 1 }.coalesced())
    }

    /// Ascending dense ranges, or nil when a node is retired.
    func dense(_ ids: [IDRange]) -> [Range<Int>]? {
        var result: [Range<Int>] = []
        // A list that names nodes over and over is no list of nodes; this bounds what damaged bytes can cost.
        var left = runs.last.map { $0.firstNode + $0.count } ?? 0
        for range in ids {
            left -= Int(range.count)
            guard left >= 0 else { return nil }
            guard let nodes = nodes(of: range.first..<range.first + range.count) else { return nil }
            result.append(contentsOf: nodes)
        }
        return result.coalesced()
    }

    func permanent(_ holdings: Holdings) -> PermanentHoldings {
        PermanentHoldings(
            wholeNodes: permanent(holdings.wholeNodes),
            partialNodes: holdings.partialNodes.map {
                PermanentPartialNode(
                    id: id(of: NodeIndex($0.node)).number, moduleMask: $0.moduleMask, partitionID: $0.partitionID)
            },
            spareNodes: permanent(holdings.spareNodes),
            slices: holdings.slices.map {
                PermanentSlice(id: id(of: NodeIndex($0.node)).number, slice: NodeSlice($0))
            })
    }

    func dense(_ holdings: PermanentHoldings) -> Holdings? {
        guard let whole = dense(holdings.wholeNodes), let spares = dense(holdings.spareNodes) else { return nil }
        var partial: [PartialNode] = []
        for item in holdings.partialNodes {
            guard let node = node(of: PermanentNodeID(item.id)) else { return nil }
            partial.append(
                PartialNode(node: node.offset, moduleMask: item.moduleMask, partitionID: item.partitionID))
        }
        var slices: [GPUSlice] = []
        for item in holdings.slices {
            guard let node = node(of: PermanentNodeID(item.id)) else { return nil }
            slices.append(item.slice.onNode(node.offset))
        }
        return Holdings(
            wholeNodes: whole, partialNodes: partial, slices: slices, spareNodes: spares.flatMap { Array($0) })
    }

    /// The nodes that are left of some ids, ascending ranges that do not touch; what is retired is passed over.
    public func nodesLeft(of ids: [IDRange]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for run in runs {
            let (first, end) = (UInt64(run.firstID), UInt64(run.firstID) + UInt64(run.count))
            for range in ids {
                let low = max(first, UInt64(range.first))
                let high = min(end, UInt64(range.first) + UInt64(range.count))
                guard low < high else { continue }
                let offset = run.firstNode + Int(low - first)
                result.append(offset..<offset + Int(high - low))
            }
        }
        return result.united()
    }
}
