// The books of one run: what was asked for, what is allocated, and whether every placement was possible.

import Packing

/// Counts a run, and ends the process when a placement takes what is not there.
struct InflationLedger {
    let capacityMilli: Int
    private(set) var requestedMilli = 0
    private var allocatedMilli = 0
    private var nodes: [ShareNodeLeft]
    private let fgd: FGDRule
    private var pending = InflationRun.loadsPercent
    private var outcome: InflationOutcome

    init(_ trace: ShareTrace) {
        capacityMilli = trace.capacityMilli
        nodes = trace.nodes.map(ShareNodeLeft.init)
        fgd = FGDRule(trace)
        outcome = InflationOutcome(capacityMilli: capacityMilli)
    }

    /// Counts an arrival; loads that it passes are read before it.
    mutating func arrive(_ request: ShareRequest) {
        while let load = pending.first, (requestedMilli + request.totalMilli) * 100 > capacityMilli * load { read() }
        requestedMilli += request.totalMilli
        outcome.arrivalCount += 1
    }

    mutating func time(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        outcome.nanoseconds.append(Int(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }

    mutating func record(_ placement: SharePlacement?, of request: ShareRequest) {
        guard let placement else {
            if request.gpuCount > 0, outcome.firstRefusalMilli == nil { outcome.firstRefusalMilli = requestedMilli }
            return
        }
        take(placement, request)
        allocatedMilli += request.totalMilli
        outcome.acceptedCount += 1
    }

    private mutating func take(_ placement: SharePlacement, _ request: ShareRequest) {
        precondition(placement.devices.nonzeroBitCount == request.gpuCount, "a task gets as many GPUs as it asks for")
        precondition(
            request.gpuCount == 0 || request.models >> UInt64(nodes[placement.node].model) & 1 == 1,
            "a task is on a model that it allows")
        nodes[placement.node].cpuMilli -= request.cpuMilli
        nodes[placement.node].memoryMiB -= request.memoryMiB
        for device in 0..<ShareRequest.gpuCountMax where placement.devices >> UInt8(device) & 1 == 1 {
            nodes[placement.node].frees[device] -= Int16(request.gpuMilli)
        }
        let left = nodes[placement.node]
        precondition(left.cpuMilli >= 0 && left.memoryMiB >= 0 && left.frees.min() >= 0, "a node holds what is on it")
    }

    private mutating func read() {
        let load = pending.removeFirst()
        outcome.points.append(.init(loadPercent: load, allocatedMilli: allocatedMilli))
        if load == 100 { outcome.fragmentedMilli = nodes.reduce(0) { $0 + fgd.fragmentation($1) } }
    }

    /// The outcome; the last load is read also when arrivals end short of it by less than a large task, as the published
    /// ones do.
    mutating func finish() -> InflationOutcome {
        let largest = ShareRequest.gpuCountMax * ShareRequest.wholeMilli
        while let load = pending.first, (requestedMilli + largest) * 100 >= capacityMilli * load { read() }
        outcome.nanoseconds.sort()
        return outcome
    }
}
