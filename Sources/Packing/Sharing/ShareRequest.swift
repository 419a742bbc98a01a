// What a fractional request asks for, what a node offers, and where one was put.

/// A request for a part of one GPU or for whole GPUs, with CPU and memory, all on one node.
public struct ShareRequest: Hashable, Sendable {
    public let cpuMilli: Int
    public let memoryMiB: Int
    /// GPUs; 0 for a request that needs none.
    public let gpuCount: Int
    /// Thousandths of each GPU: 1,000, or 1 to 999 of a single one; 0 without GPUs.
    public let gpuMilli: Int
    /// Bit `m` for each GPU model `m` that will do; requests without GPUs may be anywhere.
    public let models: UInt64

    /// Any model.
    public static var anyModel: UInt64 { .max }
    /// The largest count of GPUs on a node, and so in a request.
    public static var gpuCountMax: Int { 8 }
    /// A whole GPU.
    public static var wholeMilli: Int { 1_000 }

    /// - Precondition: nothing is negative, and a part of a GPU is of one GPU.
    public init(cpuMilli: Int, memoryMiB: Int, gpuCount: Int, gpuMilli: Int, models: UInt64 = anyModel) {
        precondition(cpuMilli >= 0 && memoryMiB >= 0, "a request asks for no less than nothing")
        precondition((0...Self.gpuCountMax).contains(gpuCount), "a request is for 0 to 8 GPUs")
        precondition(
            gpuCount == 0
                ? gpuMilli == 0
                : gpuMilli == Self.wholeMilli || (gpuCount == 1 && (1..<Self.wholeMilli).contains(gpuMilli)),
            "a request is for whole GPUs or for a part of one")
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.gpuCount = gpuCount
        self.gpuMilli = gpuMilli
        self.models = gpuCount == 0 ? Self.anyModel : models
    }

    /// Thousandths of GPUs in all.
    public var totalMilli: Int { gpuCount * gpuMilli }
    /// Whether it is for a part of a GPU.
    public var isPart: Bool { gpuCount == 1 && gpuMilli < Self.wholeMilli }
}

/// What a node has when nothing is on it.
public struct ShareNode: Hashable, Sendable {
    public let cpuMilli: Int
    public let memoryMiB: Int
    /// 0 to 8.
    public let gpuCount: Int
    /// 0 to 63.
    public let model: Int

    /// - Precondition: the values are within their ranges.
    public init(cpuMilli: Int, memoryMiB: Int, gpuCount: Int, model: Int) {
        precondition(cpuMilli >= 0 && memoryMiB >= 0, "a node has no less than nothing")
        precondition((0...ShareRequest.gpuCountMax).contains(gpuCount), "a node has 0 to 8 GPUs")
        precondition((0..<64).contains(model), "a model is a bit of a mask")
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.gpuCount = gpuCount
        self.model = model
    }

    /// Whether a request fits when nothing else is on the node.
    public func couldHold(_ request: ShareRequest) -> Bool {
        request.cpuMilli <= cpuMilli && request.memoryMiB <= memoryMiB && request.gpuCount <= gpuCount
            && (request.gpuCount == 0 || request.models >> UInt64(model) & 1 == 1)
    }
}

/// Where a request was put.
public struct SharePlacement: Equatable, Sendable {
    public let node: Int
    /// Bit `d` for each device `d` of the node that it holds, or holds a part of.
    public let devices: UInt8

    public init(node: Int, devices: UInt8) {
        self.node = node
        self.devices = devices
    }
}

/// A request as a pool knows it: equal requests have one index, in the order in which they were first seen.
public struct ShareKindIndex: Hashable, Sendable {
    let offset: Int
}
