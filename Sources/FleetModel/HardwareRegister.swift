// Which permanent id each node of a fleet version has.

/// Nodes `firstNode ..< firstNode + count` carry ids `firstID ..< firstID + count`.
public struct HardwareRun: Equatable, Sendable {
    public let firstNode: Int
    public let firstID: UInt32
    public let count: Int

    public init(firstNode: Int, firstID: UInt32, count: Int) {
        self.firstNode = firstNode
        self.firstID = firstID
        self.count = count
    }
}

/// The permanent ids of one fleet version, as runs, and the next id never given yet.
public struct HardwareRegister: Equatable, Sendable {
    /// Ascending by node, without gaps.
    public let runs: [HardwareRun]
    public let nextID: UInt32
    /// The same runs, ascending by id.
    private let runsByID: [HardwareRun]

    public init(runs: [HardwareRun], nextID: UInt32) {
        self.runs = runs
        self.nextID = nextID
        self.runsByID = runs.sorted { $0.firstID < $1.firstID }
    }

    /// The register of a first fleet: ids in node order from 0.
    public init(first fleet: Fleet) {
        let run = HardwareRun(firstNode: 0, firstID: 0, count: fleet.nodeCount)
        self.init(runs: fleet.nodeCount == 0 ? [] : [run], nextID: UInt32(fleet.nodeCount))
    }

    /// The register of `fleet` after `previous`: a node of the same name and platform keeps its id, every other gets
    /// a new one. O(nodes).
    public init(_ fleet: Fleet, after previous: HardwareRegister, of previousFleet: Fleet) {
        var runs: [HardwareRun] = []
        var nextID = previous.nextID
        for offset in 0..<fleet.nodeCount {
            let node = NodeIndex(offset)
            let id: UInt32
            if let old = previousFleet.node(named: fleet.nodeName(node)),
                previousFleet.platform(of: old).name == fleet.platform(of: node).name
            {
                id = previous.id(of: old).number
            } else {
                id = nextID
                nextID += 1
            }
            if let last = runs.last, last.firstID + UInt32(last.count) == id {
                runs[runs.count - 1] = HardwareRun(
                    firstNode: last.firstNode, firstID: last.firstID, count: last.count + 1)
            } else {
                runs.append(HardwareRun(firstNode: offset, firstID: id, count: 1))
            }
        }
        self.init(runs: runs, nextID: nextID)
    }

    /// The permanent id of a node. O(log runs).
    public func id(of node: NodeIndex) -> PermanentNodeID {
        let run = runs[HardwareRegister.lastOffset(in: runs) { $0.firstNode <= node.offset }!]
        return PermanentNodeID(run.firstID + UInt32(node.offset - run.firstNode))
    }

    /// The node that carries `id` in this fleet version, or nil when it is retired. O(log runs).
    public func node(of id: PermanentNodeID) -> NodeIndex? {
        guard let offset = HardwareRegister.lastOffset(in: runsByID, where: { $0.firstID <= id.number }) else {
            return nil
        }
        let run = runsByID[offset]
        let distance = Int(id.number - run.firstID)
        return distance < run.count ? NodeIndex(run.firstNode + distance) : nil
    }

    /// Splits a range of nodes into ranges of ids, in node order.
    public func ids(of nodes: Range<Int>) -> [Range<UInt32>] {
        var result: [Range<UInt32>] = []
        var node = nodes.lowerBound
        while node < nodes.upperBound {
            let run = runs[HardwareRegister.lastOffset(in: runs) { $0.firstNode <= node }!]
            let end = min(nodes.upperBound, run.firstNode + run.count)
            let first = run.firstID + UInt32(node - run.firstNode)
            result.append(first..<first + UInt32(end - node))
            node = end
        }
        return result
    }

    /// The nodes that carry `ids`, as ascending ranges; nil when one of them is retired.
    public func nodes(of ids: Range<UInt32>) -> [Range<Int>]? {
        var result: [Range<Int>] = []
        var id = ids.lowerBound
        while id < ids.upperBound {
            guard let offset = HardwareRegister.lastOffset(in: runsByID, where: { $0.firstID <= id }) else {
                return nil
            }
            let run = runsByID[offset]
            let distance = Int(id - run.firstID)
            guard distance < run.count else { return nil }
            let count = min(run.count - distance, Int(ids.upperBound - id))
            let first = run.firstNode + distance
            result.append(first..<first + count)
            id += UInt32(count)
        }
        return result
    }

    private static func lastOffset(in runs: [HardwareRun], where isAtOrBefore: (HardwareRun) -> Bool) -> Int? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if isAtOrBefore(runs[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
