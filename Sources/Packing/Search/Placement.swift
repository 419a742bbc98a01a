// What a search found: the hardware for each line, or what each line is short of.

public import FleetModel

/// Some GPUs of one node, bound as one NVLink partition.
public struct PartialNode: Equatable, Hashable, Sendable {
    public let node: Int
    public let moduleMask: UInt8
    public let partitionID: Int

    public init(node: Int, moduleMask: UInt8, partitionID: Int) {
        self.node = node
        self.moduleMask = moduleMask
        self.partitionID = partitionID
    }
}

/// One MIG instance on one GPU.
public struct GPUSlice: Equatable, Hashable, Sendable {
    public let node: Int
    /// The bit of the GPU's module.
    public let moduleMask: UInt8
    /// NVML's number of the profile.
    public let profileID: Int
    /// The first memory slice that it occupies, 0 to 7.
    public let start: Int

    public init(node: Int, moduleMask: UInt8, profileID: Int, start: Int) {
        precondition(moduleMask.nonzeroBitCount == 1, "an instance lies on one GPU")
        self.node = node
        self.moduleMask = moduleMask
        self.profileID = profileID
        self.start = start
    }
}

/// The hardware of one line.
public struct LinePlacement: Equatable, Sendable {
    /// Ascending, not touching.
    public var wholeNodes: [Range<Int>]
    public var partialNodes: [PartialNode]
    /// MIG instances, in the order of placing.
    public var slices: [GPUSlice]

    public init(wholeNodes: [Range<Int>] = [], partialNodes: [PartialNode] = [], slices: [GPUSlice] = []) {
        self.wholeNodes = wholeNodes
        self.partialNodes = partialNodes
        self.slices = slices
    }

    mutating func reset() {
        wholeNodes.removeAll(keepingCapacity: true)
        partialNodes.removeAll(keepingCapacity: true)
        slices.removeAll(keepingCapacity: true)
    }

    public var nodeCount: Int { wholeNodes.reduce(partialNodes.count) { $0 + $1.count } }

    /// GPUs held. O(ranges + racks touched).
    public func gpuCount(in fleet: Fleet) -> Int {
        partialNodes.reduce(0) { $0 + $1.moduleMask.nonzeroBitCount }
            + fleet.rackSegments(of: wholeNodes).reduce(0) {
                $0 + $1.nodes.count * fleet.platform(of: $1.rack).gpusPerNode
            }
    }
}

/// What one line found, also when it fell short.
public struct LineFindings: Sendable {
    /// Units asked for and units placed; nodes for a line in megawatts.
    public var wanted: Int
    public var placed = 0
    /// Units of accepted hardware at the accepted sites, whatever their state.
    public var existing = 0
    /// Units free over the whole window, before power is asked.
    public var free = 0
    /// Nodes free over the whole window on accepted hardware.
    public var freeNodes = 0
    /// Nodes that are cordoned, draining, faulty or not ready.
    public var closedNodes = 0
    /// Budget domains that had too little for a unit that was free, in order of meeting them.
    public var shortBudgets: [BudgetIndex] = []

    mutating func reset() {
        (wanted, placed, existing, free, freeNodes, closedNodes) = (0, 0, 0, 0, 0, 0)
        shortBudgets.removeAll(keepingCapacity: true)
    }
}

/// The result of a search.
public struct PlacementOutcome: Sendable {
    /// One for each line of the request, in its order.
    public var lines: [LinePlacement]
    public var findings: [LineFindings]
    /// True when every line got all it asked for.
    public var isComplete = false

    /// An outcome for a search to write into.
    public init() {
        lines = []
        findings = []
    }

    /// Empties it for a request of `lineCount` lines, keeping the space that its arrays have.
    mutating func reset(lineCount: Int) {
        while lines.count > lineCount { lines.removeLast() }
        while findings.count > lineCount { findings.removeLast() }
        for index in lines.indices { lines[index].reset() }
        for index in findings.indices { findings[index].reset() }
        while lines.count < lineCount { lines.append(LinePlacement()) }
        while findings.count < lineCount { findings.append(LineFindings(wanted: 0)) }
        isComplete = false
    }
}

extension [Range<Int>] {
    /// Makes the ranges ascend and not touch, in place; at once when they already do. O(n log n).
    mutating func coalesce() {
        for (index, range) in enumerated().dropFirst() where self[index - 1].upperBound >= range.lowerBound {
            self = coalesced()
            return
        }
    }

    /// The same nodes as ascending ranges that do not touch. O(n log n).
    public func coalesced() -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = result.last, last.upperBound == range.lowerBound {
                result[result.count - 1] = last.lowerBound..<range.upperBound
            } else {
                result.append(range)
            }
        }
        return result
    }
}
